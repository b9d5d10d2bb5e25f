# SPDX-License-Identifier: Apache-2.0
"""A column as read and its field of the data dictionary -> typed values, and a problem code for each that doesn't fit.

Two ways give the same values. `plain` takes only what is already in its plainest form and costs little;
when a file holds anything else in a column, that column is read by `full` (see `steps`), which knows every form.
"""

from __future__ import annotations

import math

import polars as pl
from msgspec import Struct

from ..model import Field
from ..values import FALSE_WORDS, MISSING_WORDS, NUMBER_LIMIT, TOTAL_FORM, TRUE_WORDS, fold_word

LONGEST_TEXT = 100_000
"""Bytes of the longest text that a cell may hold."""

DAMAGED_ID = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2}$"
"""What a spreadsheet leaves of a long number that was an identifier."""

LARGEST = math.nextafter(NUMBER_LIMIT, 0.0)
"""The largest number that is below the limit."""
LONG_NUMBER = r"^[0-9]{17,20}$"
ROUNDED_NUMBER = r"^[0-9]{15}0{2,5}$"
"""What a spreadsheet leaves of a long number of which it shows every digit: it keeps fifteen."""

_DAMAGED_CODE = rf"{DAMAGED_ID}|{ROUNDED_NUMBER}"
_UNTIDY_ID = r"""^[0-9]+\.0+$|^['‘’]|^="|[\x{A0}\x{200B}-\x{200D}\x{2060}\x{3000}\x{FEFF}\x{FF01}-\x{FF5E}]"""
"""An identifier that does not stand as it should, so that it would not meet itself in another table."""

_ODD_ID = rf"{_DAMAGED_CODE}|{_UNTIDY_ID}|{TOTAL_FORM}"

PLAIN_DAY = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"


class Column(Struct, frozen=True):
    """One column of a file that becomes one field.

    `missing`, `date_format`, `date_order` (ymd, dmy, mdy) and `percent_scale` (hundred, one) come from the assessment; an
    order also from dates that prove it. `unit` is the
    multiple in which the column is written, `power` what brings its numbers to the field's, whose own power is `base`. `spelled` are its amounts in
    words, `percent_rows` the rows whose cells are formatted as percentages. Of a refused column no cell is told any more.
    """

    name: str
    header: str
    field: Field
    dtype: pl.DataType
    missing: tuple[str, ...] = ()
    date_format: str | None = None
    is_id: bool = False
    date_order: str | None = None
    percent_scale: str | None = None
    power: int = 0
    base: int = 0
    unit: str = ""
    spelled: tuple[tuple[str, float], ...] = ()
    percent_rows: tuple[int, ...] = ()
    is_refused: bool = False

    @property
    def code(self) -> str:
        """The name of the column of codes that `full` adds."""
        return f"!{self.name}"

    @property
    def missing_words(self) -> list[str]:
        """Every word that stands for a missing value in this column."""
        truths = truth_words() if self.field.type == "bool" else {}
        words = [word for word in MISSING_WORDS if fold_word(word) not in truths]
        words = [word for word in words if word not in self.field.not_missing]
        words += [*self.field.missing, *self.missing]
        return list(dict.fromkeys(words))

    @property
    def is_parsed(self) -> bool:
        """Whether text is turned into numbers or dates, or numbers into dates."""
        is_text = self.dtype == pl.String
        return (is_text and self.field.kind in ("number", "date")) or (
            self.dtype.is_numeric() and self.field.kind == "date"
        )


def type_of(field: Field) -> pl.DataType:
    """The column type in which a field reaches the engines."""
    types = {"number": pl.Float64(), "text": pl.String(), "bool": pl.Boolean(), "date": pl.Date()}
    return types[field.kind]


def plain(column: Column, held: bool) -> tuple[pl.Expr, pl.Expr] | None:
    """(value, whether it needs `full`) of a column of plain values; None when there is no such way. In a table that is `held`
    listed values may stand in other words; replacing them does not stream."""
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    if dtype == pl.Null:
        return pl.lit(None, type_of(field)), pl.lit(False)
    if field.missing or column.missing or column.power or column.percent_scale or column.date_order:
        return None
    if field.kind == "number" and (dtype.is_numeric() or dtype == pl.String):
        value = raw if dtype == pl.Float64 else raw.cast(pl.Float64, strict=False)
        fits = _fits(value, field)
        return value, raw.is_not_null() & ~(fits.fill_null(False) if dtype == pl.String else fits)
    if field.kind == "date" and isinstance(dtype, (pl.Date, pl.Datetime)):
        return raw.cast(pl.Date) if dtype == pl.Date else raw.dt.date(), pl.lit(False)
    if field.kind == "bool" and dtype == pl.Boolean:
        return raw, pl.lit(False)
    if dtype != pl.String:
        return None
    if field.kind == "date":
        if column.date_format is not None:
            return None
        value = raw.str.to_date("%Y-%m-%d", strict=False)
        return value, raw.is_not_null() & ~(value.is_not_null() & raw.str.contains(PLAIN_DAY))
    if field.kind == "bool":
        value = raw.replace_strict(_plain_truths(), default=None, return_dtype=pl.Boolean)
        return value, raw.is_not_null() & value.is_null()
    if field.values:
        words = _plain_words(column)
        if not words.keys() >= set(field.values):  # a value that is missing by its word is for `full` to tell
            return None
        if not held or len(words) == len(field.values):
            return raw, ~raw.is_in(list(field.values))
        value = raw.replace_strict(words, default=None, return_dtype=pl.String)
        return value, raw.is_not_null() & value.is_null()
    odd = (raw.str.strip_chars() != raw) | (raw == "") | raw.is_in(column.missing_words)
    odd |= raw.str.len_bytes() > LONGEST_TEXT
    return raw, odd | raw.str.contains(_ODD_ID if column.is_id else _DAMAGED_CODE)


def shown(column: Column) -> pl.Expr:
    """The cell as text, to be shown in a problem."""
    if is_nested(column.dtype):
        return pl.lit(str(column.dtype))
    return as_text(pl.col(column.name), column.dtype).str.slice(0, 80)


def listed_words(field: Field) -> dict[str, str]:
    """Folded word -> value of a field with listed values; the values themselves come before their synonyms."""
    words = {fold_word(value): value for value in field.values}
    for value, synonyms in field.words.items():
        for word in synonyms:
            words.setdefault(fold_word(word), value)
    return words


def _fits(value: pl.Expr, field: Field) -> pl.Expr:
    """Whether numbers are finite and of a size, wholeness and range that the field accepts. NaN is above every bound."""
    low, high = range_of(field)
    most = percent_limit(field) if field.type == "percent" else LARGEST
    fits = value.is_between(
        -most if low is None else max(low, -most), most if high is None else min(high, most)
    )
    return fits & (value == value.floor()) if field.type == "integer" else fits


def range_of(field: Field) -> tuple[float | None, float | None]:
    """The least and the most that a field accepts, as floats."""
    return (None if field.min is None else float(field.min)), (
        None if field.max is None else float(field.max)
    )


def percent_limit(field: Field) -> float:
    """The largest share that may stand without a percent sign: 1, or more where the field's range says so."""
    return max(1.0, 1.0 if field.max is None else float(field.max))


def is_nested(dtype: pl.DataType) -> bool:
    """Whether a column holds something else than single values."""
    return dtype.is_nested() or dtype in (pl.Binary, pl.Object)


def as_text(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Any plain type as text: whole floats without `.0`, truth as true/false, dates as ISO."""
    if dtype == pl.String:
        return raw
    if dtype.is_float():
        whole = (raw == raw.floor()) & (raw.abs() < NUMBER_LIMIT)
        return (
            pl.when(whole)
            .then(raw.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(raw.cast(pl.String))
        )
    if isinstance(dtype, pl.Datetime):
        return raw.dt.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(dtype, pl.Decimal):
        return raw.cast(pl.String).str.replace(r"\.0+$", "")
    return raw.cast(pl.String)


def truth_words() -> dict[str, bool]:
    """Folded word -> what it says."""
    return {
        fold_word(word): truth
        for words, truth in ((TRUE_WORDS, True), (FALSE_WORDS, False))
        for word in words
    }


def tidy_id(text: pl.Expr) -> pl.Expr:
    """An identifier without what exports and typing add to it: `17850.0`, `'0012`, `="0012"`, `Ｃ００１`, blanks of no width."""
    text = text.str.replace_all(r"[\x{200B}-\x{200D}\x{2060}\x{FEFF}]", "").str.normalize("NFKC")
    text = text.str.strip_chars().str.replace(r'^="(.*)"$', "${1}").str.replace("^['‘’]", "")
    return text.str.replace(r"^([0-9]+)\.0+$", "${1}").str.strip_chars()


def _plain_words(column: Column) -> dict[str, str]:
    """The listed values and their synonyms as they are written, and what they stand for; not what means missing."""
    words, field = listed_words(column.field), column.field
    written = [*field.values, *(word for synonyms in field.words.values() for word in synonyms)]
    absent = set(column.missing_words)
    return {word: words[fold_word(word)] for word in written if word not in absent}


def _plain_truths() -> dict[str, bool]:
    styles = (str, str.upper, str.title)
    return {style(word): truth for word, truth in truth_words().items() for style in styles}
