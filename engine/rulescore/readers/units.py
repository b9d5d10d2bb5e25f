# SPDX-License-Identifier: Apache-2.0
"""Words for units, in headers and cells -> the power of ten, the currency or the measure that they say.

The lists are closed: a word that is not in them is no unit.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

MULTIPLES: dict[str, int] = {
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "万亿": 12,
    "'000": 3,
    "000s": 3,
    "k": 3,
    "thousand": 3,
    "thousands": 3,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "millions": 6,
    "bn": 9,
    "billion": 9,
    "billions": 9,
}
"""A multiple -> its power of ten."""

CELL_MULTIPLES: tuple[str, ...] = ("万亿", "千万", "百万", "十万", "亿", "万", "千")
"""The multiples that a cell may end in, longer ones before those that they end in."""

CNY = "CNY"

_YUAN = ("元", "圆", "cny", "rmb", "人民币", "人民币元", "yuan", "¥", "￥")
_FOREIGN: dict[str, str] = {
    **dict.fromkeys(("usd", "us$", "$", "美元", "美金", "us dollar", "us dollars"), "USD"),
    **dict.fromkeys(("eur", "€", "欧元", "euro", "euros"), "EUR"),
    **dict.fromkeys(("gbp", "£", "英镑"), "GBP"),
    **dict.fromkeys(("hkd", "hk$", "港元", "港币"), "HKD"),
    **dict.fromkeys(("jpy", "日元"), "JPY"),
}
_MEASURES: dict[str, str] = {
    **dict.fromkeys(("天", "日", "day", "days"), "days"),
    **dict.fromkeys(("小时", "时", "hour", "hours", "h"), "hours"),
    **dict.fromkeys(("月", "个月", "month", "months"), "months"),
    **dict.fromkeys(("年", "year", "years"), "years"),
    **dict.fromkeys(("次", "times"), "times"),
    **dict.fromkeys(("人", "名", "个", "家", "件", "项", "笔", "单", "台", "套", "count"), "count"),
}
_PERCENT = ("%", "百分比", "百分数", "percent", "pct")

_BRACKETED = re.compile(
    r"(.*\S)\s*[(（\[【]\s*(?:单位\s*[:：]?\s*)?([^()（）\[\]【】]{1,20}?)\s*[)）\]】]\s*\Z", re.DOTALL
)
_MARKED = re.compile(
    r"(.*\S)\s*[_/／,，:：\-—]\s*(?:单位\s*[:：]?\s*)?([^_/／,，:：\-—()（）]{1,20})\Z", re.DOTALL
)
_ATTACHED = re.compile(r"(.*\S)((?:千|万|十万|百万|千万|亿)元)\s*\Z", re.DOTALL)


class Unit(Struct, frozen=True):
    """What a word for a unit says: a power of ten, and what is counted: a currency, a measure, "%", or "" when it doesn't say."""

    word: str
    power: int = 0
    of: str = ""

    @property
    def is_percent(self) -> bool:
        return self.of == "%"

    @property
    def is_foreign(self) -> bool:
        """Whether it is a currency other than CNY."""
        return self.of in _FOREIGN.values()


def unit_of(word: str) -> Unit | None:
    """The unit that a word says, such as `万元`, `USD`, `CNY million`, `%` or `天`; None when it is none."""
    said = unicodedata.normalize("NFKC", word).strip().casefold()
    text = said.removeprefix("人民币").strip() or said
    if text in _PERCENT:
        return Unit(word, 0, "%")
    if text in _MEASURES:
        return Unit(word, 0, _MEASURES[text])
    if text in MULTIPLES:
        return Unit(word, MULTIPLES[text])
    currencies = {**dict.fromkeys(_YUAN, CNY), **_FOREIGN}
    if text in currencies:
        return Unit(word, 0, currencies[text])
    for name, currency in currencies.items():
        ways = [text.removesuffix(name), text.removeprefix(name) if name.isascii() else text]
        for rest in ways:
            if rest != text and rest.strip() in MULTIPLES:
                return Unit(word, MULTIPLES[rest.strip()], currency)
    return None


def split(header: str) -> tuple[str, Unit | None]:
    """A header without the unit at its end, and that unit: `成交金额(万元)`, `金额_万元`, `金额/万元`, `金额万元`."""
    for form in (_BRACKETED, _MARKED, _ATTACHED):
        if (match := form.match(header)) and (unit := unit_of(match[2])) is not None:
            if form is _MARKED and (
                unit.of in _MEASURES.values() or (match[2].isascii() and len(match[2]) < 2)
            ):
                continue  # `complaints/year` is a rate, `due_days` a name
            return match[1], unit
    return header, None
