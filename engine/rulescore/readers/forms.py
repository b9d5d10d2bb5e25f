# SPDX-License-Identifier: Apache-2.0
"""Trimmed text -> numbers and dates, in the closed list of forms that are accepted; everything else is null.

Each function takes and gives expressions over columns, never over long expressions: Polars computes an expression
anew wherever it stands, so every intermediate result is made a column first (see `coerce`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

PARENTHESES = r"[(（]"
CURRENCY = r"[¥￥$＄€]"
COMMA = r"[,，﹐︐\x{1F101}-\x{1F10A}]"
"""Every character that NFKC turns into a comma, alone or with a digit."""

MILLISECONDS = re.compile(r"milliseconds([+-])([01][0-9]):([0-5][0-9])")
"""The date format of instants in milliseconds, with the time zone whose days are meant: `milliseconds+08:00`."""

_DAY_OF_MILLISECONDS = 86_400_000

SHAPES: tuple[str, ...] = ("wide", "parentheses", "currency", "comma")

_YEAR = "[1-9][0-9]{3}"
_DAY = "|".join(
    (
        _YEAR + r"-[0-9]{1,2}-[0-9]{1,2}",
        _YEAR + r"/[0-9]{1,2}/[0-9]{1,2}",
        _YEAR + r"\.[0-9]{1,2}\.[0-9]{1,2}",
        _YEAR + r"[0-9]{4}",
        _YEAR + r"年[0-9]{1,2}月[0-9]{1,2}日",
    )
)
_TIME = (
    r"(?:T| *)(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)? *(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_DAY_FIRST = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})(?:[ T].*)?$"


def shapes_of(text: pl.Expr) -> dict[str, pl.Expr]:
    """Which of SHAPES occur in a column at all: what does not occur need not be looked for."""
    return {
        "wide": (text.str.len_bytes() != text.str.len_chars()).any(),
        "parentheses": text.str.contains(PARENTHESES).any(),
        "currency": text.str.contains(CURRENCY).any(),
        "comma": text.str.contains(COMMA).any(),
    }


def fold_number(text: pl.Expr, shapes: Collection[str] = SHAPES) -> pl.Expr:
    """A number's text without currency sign and full-width forms; parentheses become a minus sign."""
    if "parentheses" in shapes:
        text = text.str.replace(rf"^({CURRENCY}?) *[(（]([^()（）+－−-]*)[)）]$", "-${1}${2}")
    if "currency" in shapes:
        text = text.str.replace(rf"^([+＋－−-]?) *{CURRENCY} *", "${1}")
    if "wide" in shapes:
        text = text.str.normalize("NFKC").str.replace_all("−", "-", literal=True)
    return text


def number_of(folded: pl.Expr, shapes: Collection[str] = SHAPES) -> pl.Expr:
    """The number of a folded text; commas only where they part thousands."""
    if "comma" in shapes:
        grouped = folded.str.contains(r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$")
        folded = pl.when(grouped).then(folded.str.replace_all(",", "", literal=True)).otherwise(folded)
    return folded.cast(pl.Float64, strict=False)


def without_percent(folded: pl.Expr) -> pl.Expr:
    """A folded text without a trailing percent sign."""
    return folded.str.replace(r" *%$", "")


def hundredth(value: pl.Expr) -> pl.Expr:
    """value / 100, exactly: Polars multiplies by 0.01 when it divides by a literal, which is not the same."""
    return value / (value * 0.0 + 100.0)


def cut_day(folded: pl.Expr) -> pl.Expr:
    """The day's part of a date with or without a time of day, when it is of an accepted form; else null.

    A time zone is not applied: the day is the one written.
    """
    accepted = folded.str.contains(f"^(?:{_DAY})(?:{_TIME})?$")
    return pl.when(accepted).then(folded.str.replace(r"[T ].*$", "").str.replace("日.*$", "日"))


def day_of(cut: pl.Expr) -> pl.Expr:
    """The date of the day's part."""
    return pl.coalesce(cut.str.to_date(form, strict=False) for form in _DAY_FORMATS)


def declared_day(folded: pl.Expr, form: str) -> pl.Expr:
    """The date by a declared format (`%d/%m/%Y`, `milliseconds+08:00`); null where it doesn't fit."""
    zone = MILLISECONDS.fullmatch(form)
    if zone is not None:
        minutes = int(zone[2]) * 60 + int(zone[3])
        moved = (minutes if zone[1] == "+" else -minutes) * 60_000
        instant = pl.when(folded.str.contains(r"^-?[0-9]{10,14}$")).then(folded).cast(pl.Int64, strict=False)
        return ((instant + moved).floordiv(_DAY_OF_MILLISECONDS)).cast(pl.Int32).cast(pl.Date)
    return folded.str.to_date(form, strict=False)


def is_day_first(folded: pl.Expr) -> pl.Expr:
    """Whether a text looks like a date whose first two numbers may be day and month in either order."""
    return folded.str.contains(_DAY_FIRST)
