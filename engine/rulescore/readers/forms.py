# SPDX-License-Identifier: Apache-2.0
"""Trimmed text -> numbers and dates, in the closed list of forms that are accepted; everything else is null.

Each function takes and gives expressions over columns, never over long expressions: Polars computes an expression
anew wherever it stands, so every intermediate result is made a column first (see `coerce`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

from .units import CELL_MULTIPLES, MULTIPLES

PARENTHESES = r"[(（]"
CURRENCY = r"(?:[¥￥$＄€£]|RMB|CNY|人民币)"
FOREIGN = r"[$＄€£]"
COMMA = r"[,，﹐︐\x{1F101}-\x{1F10A}]"
"""Every character that NFKC turns into a comma, alone or with a digit."""

MILLISECONDS = re.compile(r"milliseconds([+-])([01][0-9]):([0-5][0-9])")
"""The date format of instants in milliseconds, with the time zone whose days are meant: `milliseconds+08:00`."""

_DAY_OF_MILLISECONDS = 86_400_000

SPELLED = "零〇壹贰叁肆伍陆柒捌玖拾佰仟"
"""The numerals of amounts in words."""

ZERO_WIDTH = r"[\x{200B}-\x{200D}\x{2060}\x{FEFF}]"

_MULTIPLE = "|".join(CELL_MULTIPLES)
_CELL_UNIT = rf" *(?:({_MULTIPLE})?[元圆]整?|({_MULTIPLE}))$"
_HAS_UNIT = r"^[^A-Za-z\p{Han}]*(?:RMB|CNY|人民币)?[^A-Za-z\p{Han}]*[0-9.．０-９] *[十百千万亿元圆]"

NUMBER_SHAPES: dict[str, str] = {
    "parentheses": PARENTHESES,
    "currency": CURRENCY,
    "foreign": FOREIGN,
    "comma": COMMA,
    "minus": r"[0-9.．０-９] *[-－−]\s*$",
    "unit": _HAS_UNIT,
    "spelled": rf"[{SPELLED}]",
}
"""What may occur in a column of numbers, and how it is seen."""

_SERIAL = r"(?:[2-6][0-9]{4}|7[0-2][0-9]{3})(?:\.[0-9]+)?"
_MILLISECONDS = "[1-3][0-9]{12}"
_SECONDS = "1[0-9]{9}"
_LOOSE = r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][1-9][0-9]{3}"
_LATE = "(?:1[3-9]|[23][0-9])"

DATE_SHAPES: dict[str, str] = {
    "serial": rf"^\s*{_SERIAL}\s*$",
    "milliseconds": rf"^\s*{_MILLISECONDS}\s*$",
    "seconds": rf"^\s*{_SECONDS}\s*$",
    "loose": rf"^\s*{_LOOSE}(?:[T\s].*)?$",
    "dmy": rf"^\s*{_LATE}[-/.][0-9]{{1,2}}[-/.][1-9][0-9]{{3}}(?:[T\s].*)?$",
    "mdy": rf"^\s*[0-9]{{1,2}}[-/.]{_LATE}[-/.][1-9][0-9]{{3}}(?:[T\s].*)?$",
}
"""What may occur in a column of dates; `dmy` and `mdy` are dates that prove their order."""

SHAPES: tuple[str, ...] = ("wide", *NUMBER_SHAPES, *DATE_SHAPES)

_YEAR = "[1-9][0-9]{3}"
_DAY = "|".join(
    (
        _YEAR + r"-[0-9]{1,2}-[0-9]{1,2}",
        _YEAR + r"/[0-9]{1,2}/[0-9]{1,2}",
        _YEAR + r"\.[0-9]{1,2}\.[0-9]{1,2}",
        _YEAR + r"[0-9]{4}",
        _YEAR + r"年 ?[0-9]{1,2}月 ?[0-9]{1,2}[日号]",
    )
)
_CLOCK = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
_TIME = (
    rf"(?:T| *)(?:(?:星期|周)[一二三四五六日天] *)?(?:凌晨|早上|上午|中午|下午|晚上)? *{_CLOCK}"
    r" *(?:[AaPp][Mm])? *(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_WEEKDAY = r" *(?:星期|周)[一二三四五六日天]"
_COMPACT = "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_DAY_FIRST = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})(?:[ T].*)?$"
_MONTH = rf"^{_YEAR}(?:[-/.][0-9]{{1,2}}|年 ?[0-9]{{1,2}}月份?)$"
_ORDERED = {
    "dmy": rf"^(?P<d>[0-9]{{1,2}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<y>{_YEAR}|[0-9]{{2}})(?:{_TIME})?$",
    "mdy": rf"^(?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}})[-/.](?P<y>{_YEAR}|[0-9]{{2}})(?:{_TIME})?$",
    "ymd": rf"^(?P<y>[0-9]{{2}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}})(?:{_TIME})?$",
}
"""Dates in a stated or proven order; where the year comes first, only one of two digits needs it."""

_SERIAL_START = -25_569
"""1899-12-30, day 0 of Excel, as an epoch day."""

_SHANGHAI = 8 * 3600


def number_shapes(text: pl.Expr) -> dict[str, pl.Expr]:
    """How often each shape of numbers occurs in a column: what does not occur need not be looked for."""
    counts = {name: text.str.contains(form).sum() for name, form in NUMBER_SHAPES.items()}
    return {"wide": (text.str.len_bytes() != text.str.len_chars()).sum(), **counts}


def date_shapes(text: pl.Expr) -> dict[str, pl.Expr]:
    """How often each shape of dates occurs in a column."""
    counts = {name: text.str.contains(form).sum() for name, form in DATE_SHAPES.items()}
    return {"wide": (text.str.len_bytes() != text.str.len_chars()).sum(), **counts}


def fold_number(text: pl.Expr, shapes: Collection[str] = SHAPES) -> pl.Expr:
    """A number's text without currency sign and full-width forms; parentheses and a minus at the end become one in front."""
    if "wide" in shapes:
        text = text.str.replace_all(ZERO_WIDTH, "")
    if "parentheses" in shapes:
        text = text.str.replace(rf"^({CURRENCY}?) *[(（]([^()（）+－−-]*)[)）]$", "-${1}${2}")
    if "currency" in shapes:
        text = text.str.replace(rf"^([+＋－−-]?) *{CURRENCY} *", "${1}")
    if "wide" in shapes:
        text = text.str.normalize("NFKC").str.replace_all("−", "-", literal=True).str.strip_chars()
    if "minus" in shapes:
        text = text.str.replace(r"^([0-9][0-9,.]*) *-$", "-${1}")
    return text


def cell_unit(folded: pl.Expr) -> pl.Expr:
    """The unit that a folded text ends in (`万`, `万元`, `元`), else null."""
    return folded.str.extract(rf"[0-9.] *((?:{_MULTIPLE})?[元圆]整?|{_MULTIPLE})$")


def unit_power(unit: pl.Expr) -> pl.Expr:
    """The power of ten of a unit as `cell_unit` gives it; 0 for none."""
    powers = {name: MULTIPLES[name] for name in CELL_MULTIPLES}
    name = unit.str.replace("[元圆]整?$", "")
    return name.replace_strict(powers, default=0, return_dtype=pl.Int64).fill_null(0)


def without_unit(folded: pl.Expr) -> pl.Expr:
    """A folded text without the unit that `cell_unit` finds."""
    return folded.str.replace(rf"([0-9.]){_CELL_UNIT}", "${1}")


def number_text(folded: pl.Expr, shapes: Collection[str] = SHAPES) -> pl.Expr:
    """The text without the commas that part thousands; other commas stay, and make it no number."""
    if "comma" not in shapes:
        return folded
    grouped = folded.str.contains(r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$")
    return pl.when(grouped).then(folded.str.replace_all(",", "", literal=True)).otherwise(folded)


def number_of(text: pl.Expr) -> pl.Expr:
    """The number of a text."""
    return text.cast(pl.Float64, strict=False)


def shifted(text: pl.Expr, power: pl.Expr) -> pl.Expr:
    """The number of a text, times ten to the power: the decimal point is moved in the text, so that no digit is rounded."""
    written = text.str.extract(r"[eE]([+-]?[0-9]+)$")
    exponent = (
        pl.when(written.is_null()).then(pl.lit(0, pl.Int64)).otherwise(written.cast(pl.Int64, strict=False))
    )
    mantissa = text.str.replace(r"[eE][+-]?[0-9]+$", "")
    moved = pl.concat_str(mantissa, pl.lit("e"), (exponent + power).cast(pl.String))
    return pl.when(power == 0).then(number_of(text)).otherwise(number_of(moved))


def without_percent(folded: pl.Expr) -> pl.Expr:
    """A folded text without a trailing percent sign."""
    return folded.str.replace(r" *%$", "")


def cut_day(folded: pl.Expr) -> pl.Expr:
    """The day's part of a date with or without a time of day, when it is of an accepted form; else null.

    A time zone is not applied: the day is the one written.
    """
    accepted = folded.str.contains(f"^(?:(?:{_DAY})(?:{_TIME}|{_WEEKDAY})?|{_YEAR}[0-9]{{4}}{_COMPACT})$")
    day = (
        folded.str.replace(r"^([0-9]{8})[0-9]{6}$", "${1}")
        .str.replace(r"^([0-9]+年) ?([0-9]+月) ?([0-9]+)[日号].*$", "${1}${2}${3}日")
        .str.replace(r"[T 星周凌早上中下晚].*$", "")
    )
    return pl.when(accepted).then(day)


def day_of(cut: pl.Expr) -> pl.Expr:
    """The date of the day's part."""
    return pl.coalesce(cut.str.to_date(form, strict=False) for form in _DAY_FORMATS)


def declared_day(folded: pl.Expr, form: str) -> pl.Expr:
    """The date by a declared format (`%d/%m/%Y`, `milliseconds+08:00`); null where it doesn't fit. Without a
    day it is the first of the month."""
    zone = MILLISECONDS.fullmatch(form)
    if zone is not None:
        minutes = int(zone[2]) * 60 + int(zone[3])
        moved = (minutes if zone[1] == "+" else -minutes) * 60_000
        instant = pl.when(folded.str.contains(r"^-?[0-9]{10,14}$")).then(folded).cast(pl.Int64, strict=False)
        return ((instant + moved).floordiv(_DAY_OF_MILLISECONDS)).cast(pl.Int32).cast(pl.Date)
    if "%d" not in form:
        return pl.concat_str(folded, pl.lit("|01")).str.to_date(form + "|%d", strict=False)
    return folded.str.to_date(form, strict=False)


def ordered_day(folded: pl.Expr, order: str) -> pl.Expr:
    """The date of a text whose parts stand in a known order (dmy, mdy; ymd with a year of two digits)."""
    parts = folded.str.extract_groups(_ORDERED[order])
    year, month, day = (parts.struct.field(name) for name in ("y", "m", "d"))
    century = pl.when(year.str.len_bytes() > 2).then(pl.lit("")).when(year <= "68").then(pl.lit("20"))
    full = pl.concat_str(century.otherwise(pl.lit("19")), year)
    return pl.concat_str(full, month, day, separator="-").str.to_date("%Y-%m-%d", strict=False)


def counted_day(folded: pl.Expr, shapes: Collection[str]) -> pl.Expr | None:
    """The date of a number: a serial number of Excel, milliseconds or seconds (the day in Shanghai); None if none occur."""
    ways = []
    if "serial" in shapes:
        whole = folded.str.extract(rf"^({_SERIAL})$").cast(pl.Float64, strict=False).floor()
        ways.append(whole.cast(pl.Int32) + _SERIAL_START)
    for name, form, unit in (("milliseconds", _MILLISECONDS, 1000), ("seconds", _SECONDS, 1)):
        if name in shapes:
            count = folded.str.extract(rf"^({form})$").cast(pl.Int64, strict=False)
            ways.append(((count // unit + _SHANGHAI) // 86_400).cast(pl.Int32))
    return pl.coalesce(ways).cast(pl.Date) if ways else None


def is_day_first(folded: pl.Expr) -> pl.Expr:
    """Whether a text looks like a date whose first two numbers may be day and month in either order."""
    return folded.str.contains(_DAY_FIRST)


def is_month(folded: pl.Expr) -> pl.Expr:
    """Whether a text names a month and no day."""
    return folded.str.contains(_MONTH)
