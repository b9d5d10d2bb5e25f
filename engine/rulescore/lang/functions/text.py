# SPDX-License-Identifier: Apache-2.0
"""Functions of text. Comparison is by code point; patterns run on a linear-time engine (Rust's regex) everywhere."""

from __future__ import annotations

import functools

from .declare import Function

# The characters that `strip` removes: Python and Polars disagree on the exotic ones, so they are named.
BLANKS = " \t\n\r\x0b\x0c\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


@functools.lru_cache(maxsize=4096)
def _matches(text: str, pattern: str) -> bool:
    import polars as pl  # the same linear-time engine as the frame form, by construction

    return bool(pl.Series([text], dtype=pl.String).str.contains(pattern)[0])


@functools.lru_cache(maxsize=4096)
def _lower(text: str) -> str:
    import polars as pl  # Python's table of characters differs from version to version; Polars' is the frame form's

    return str(pl.Series([text], dtype=pl.String).str.to_lowercase()[0])


@functools.lru_cache(maxsize=4096)
def _upper(text: str) -> str:
    import polars as pl

    return str(pl.Series([text], dtype=pl.String).str.to_uppercase()[0])


FUNCTIONS = (
    Function(
        "contains", ("text", "text"), "bool",
        {"zh": "文本是否包含另一文本（逐字）", "en": "whether the text holds another text, literally"},
        {"zh": "{0}包含{1}", "en": "{0} contains {1}"},
        lambda text, part: part in text, lambda pl, text, part: text.str.contains(part, literal=True),
        (('contains("a_b%", "_b%")', True), ('contains("abc", "")', True), ('contains("abc", "B")', False)),
    ),
    Function(
        "starts_with", ("text", "text"), "bool",
        {"zh": "文本是否以另一文本开头", "en": "whether the text starts with another text"},
        {"zh": "{0}以{1}开头", "en": "{0} starts with {1}"},
        lambda text, part: text.startswith(part), lambda pl, text, part: text.str.starts_with(part),
        (('starts_with("上海某公司", "上海")', True), ('starts_with("abc", "b")', False)),
    ),
    Function(
        "ends_with", ("text", "text"), "bool",
        {"zh": "文本是否以另一文本结尾", "en": "whether the text ends with another text"},
        {"zh": "{0}以{1}结尾", "en": "{0} ends with {1}"},
        lambda text, part: text.endswith(part), lambda pl, text, part: text.str.ends_with(part),
        (('ends_with("某某有限公司", "有限公司")', True), ('ends_with("abc", "b")', False)),
    ),
    Function(
        "lower", ("text",), "text",
        {"zh": "转为小写", "en": "in lower case"},
        {"zh": "{0}的小写", "en": "{0} in lower case"},
        _lower, lambda pl, text: text.str.to_lowercase(),
        (('lower("VIP 客户")', "vip 客户"),),
    ),
    Function(
        "upper", ("text",), "text",
        {"zh": "转为大写", "en": "in upper case"},
        {"zh": "{0}的大写", "en": "{0} in upper case"},
        _upper, lambda pl, text: text.str.to_uppercase(),
        (('upper("vip 客户")', "VIP 客户"),),
    ),
    Function(
        "strip", ("text",), "text",
        {"zh": "去掉首尾空白（含全角空格）", "en": "without blanks (also wide ones) at both ends"},
        {"zh": "{0}去除首尾空白", "en": "{0} without blanks at its ends"},
        lambda text: text.strip(BLANKS), lambda pl, text: text.str.strip_chars(BLANKS),
        (('strip("\u3000 a b ")', "a b"),),
    ),
    Function(
        "length", ("text",), "number",
        {"zh": "字符数", "en": "the number of characters"},
        {"zh": "{0}的字符数", "en": "the length of {0}"},
        lambda text: float(len(text)), lambda pl, text: text.str.len_chars().cast(pl.Float64),
        (('length("客户A")', 3), ('length("")', 0)),
    ),
    Function(
        "matches", ("text", "pattern"), "bool",
        {"zh": "文本是否有一处符合正则式（线性时间引擎）", "en": "whether the regular expression (linear-time engine) matches anywhere in the text"},
        {"zh": "{0}符合格式 {1}", "en": "{0} matches {1}"},
        _matches, lambda pl, text, pattern: text.str.contains(pattern),
        (('matches("AB-123", "^[A-Z]{2}-[0-9]+$")', True), ('matches("x", "^[0-9]+$")', False)),
    ),
)  # fmt: skip
