# SPDX-License-Identifier: Apache-2.0
"""Functions of registered codes. A code that fails its check digits is a hint at a slip, not proof that nobody has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .declare import Function
from .text import BLANKS

WIDE = 0xFEE0
"""How far the full-width form of a character stands from the plain one."""

CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""GB 32100-2015: authority and kind of entity, district, organisation code, check digit; no I, O, S, V, Z."""

ORGANISATION = slice(8, 16)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHTS = tuple(3**place % 31 for place in range(17))
_LEFT_OUT = (18, 24, 28, 31)
"""I, O, S and V as digits of base 36: the letters before Z that codes never have."""
_CHECKED = {**{str(digit): digit for digit in range(10)}, "X": 10}


def _plain_forms() -> Iterator[tuple[str, str]]:
    """What is written in the place of a code's characters -> the character; blanks and hyphens go."""
    for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        yield chr(ord(char) + WIDE), char
        if char.isalpha():
            yield char.lower(), char
            yield chr(ord(char.lower()) + WIDE), char
    for char in BLANKS + "-\uff0d":
        yield char, ""


PLAIN = dict(_plain_forms())
_TABLE = str.maketrans(PLAIN)


def plain_code(text: str) -> str:
    """A code without blanks and hyphens, its letters large and none of its characters full-width."""
    return text.translate(_TABLE)


def plain_code_frame(text: Any) -> Any:
    return text.str.replace_many(list(PLAIN), list(PLAIN.values()))


def organisation_check(code: str) -> str:
    """The check character of the organisation code (GB 11714) inside a code, which python-stdnum does not look at."""
    digits = (int(char, 36) for char in code[ORGANISATION])
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _is_credit_code(text: str) -> bool:
    from stdnum.cn import uscc  # here, so that commands that meet no code do not wait for it

    code = plain_code(text)
    return (
        CODE.fullmatch(code) is not None
        and code[16] == organisation_check(code)
        and code[17] == uscc.calc_check_digit(code[:17])
    )


def _is_credit_code_frame(pl: Any, text: Any) -> Any:
    def check(found: Any) -> Any:
        return _sound_codes(pl, found)

    return text.map_batches(check, return_dtype=pl.Boolean, is_elementwise=True)


def _sound_codes(pl: Any, text: Any) -> Any:
    """The same for a column at a time: every character of every code in one column, so that a step is made once for all."""
    code = plain_code_frame(text).str.extract(f"^({CODE.pattern})$", 1)
    known = code.drop_nulls()
    digits = known.str.split("").explode().str.to_integer(base=36, dtype=pl.Int32)
    places = digits - sum((digits > letter).cast(pl.Int32) for letter in _LEFT_OUT)
    # the organisation code's check character stands for 0 to 9, and X for 10
    organisation = known.str.slice(16, 1).replace_strict(_CHECKED, default=None, return_dtype=pl.Int32)

    def weighted(values: Any, weights: Sequence[int]) -> Any:
        return (values.reshape((-1, 18)) * pl.Series([weights], dtype=pl.Array(pl.Int32, 18))).arr.sum()

    inner = weighted(digits, (*(0,) * ORGANISATION.start, *_ORGANISATION_WEIGHTS, 0, 0)) + organisation
    sound = (inner % 11 == 0) & (weighted(places, (*_WEIGHTS, 1)) % 31 == 0)
    formed = code.is_not_null()
    return formed.scatter(formed.arg_true(), sound.fill_null(False)).set(text.is_null(), None)


FUNCTIONS = (
    Function(
        "is_credit_code", ("text",), "bool",
        {
            "zh": "是否为校验位无误的统一社会信用代码（GB 32100-2015，含组织机构代码的校验位；大小写、全角、空格、连字符不计）",
            "en": "whether the text is a Chinese unified social credit code with both check digits right (GB 32100-2015; case, width, blanks and hyphens don't matter)",
        },
        {"zh": "{0}的校验位无误", "en": "{0} is a credit code with right check digits"},
        _is_credit_code, _is_credit_code_frame,
        (
            ('is_credit_code("91350100M000100Y43")', True), ('is_credit_code("91350100M000100Y44")', False),
            ('is_credit_code("91310000MA00003490")', True), ('is_credit_code("91350211M0000XUF46")', False),
            ('is_credit_code(" 9135 0100 m000100y43")', True), ('is_credit_code("91350100M000100Y4Z")', False),
        ),
    ),
)  # fmt: skip
