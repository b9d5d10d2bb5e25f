# SPDX-License-Identifier: Apache-2.0
"""An amount in words, as on contracts and invoices (`伍佰万元整`) -> its number, or None when it is not surely one."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"[零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]{1,40}")


def amount(text: str) -> float | None:
    """The number of an amount in words; what does not read back to the same words is none."""
    from cn2an import an2cn, cn2an

    words = (
        re.sub(r"^人民币 *[:：]?", "", text.strip()).replace("圆", "元").replace("正", "整").replace(" ", "")
    )
    words = re.sub("(?<=[角分])整$", "", words)
    if not _AMOUNT.fullmatch(words):
        return None
    try:
        value = float(
            cn2an(re.sub("元零?(.)分$", r"元零角\1分", words), "smart")
        )  # it wants to hear of no 角
        again = an2cn(value if value % 1 else int(value), "rmb")
    except (ValueError, KeyError):  # so it refuses words in no order
        return None
    return value if _essence(again) == _essence(words) else None


def _essence(words: str) -> str:
    """The words without what may be left out: zeros, the end, the unit, the one before ten."""
    words = re.sub("[零〇整]", "", words)
    return re.sub("元$", "", re.sub("(?<![壹贰叁肆伍陆柒捌玖])拾", "壹拾", words))
