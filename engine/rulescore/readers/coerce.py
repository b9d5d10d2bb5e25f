# SPDX-License-Identifier: Apache-2.0
"""A column as read and its field of the data dictionary -> typed values, and a problem code for each that doesn't fit.

Two ways give the same values. `plain` takes only what is already in its plainest form and costs little;
when a file holds anything else in a column, that column is read with `full`, which knows every form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ..model import Field
from ..values import FALSE_WORDS, MISSING_WORDS, NUMBER_LIMIT, TRUE_WORDS, fold_word

LONGEST_TEXT = 100_000
"""Bytes of the longest text that a cell may hold."""

DAMAGED_ID = r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{2}$"
"""What a spreadsheet leaves of a long number that was an identifier."""

_DAY = (
    r"(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_TIME = (
    r"(?:(?:T| +|(?:日)? *)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? *(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DATE = rf"^([0-9]{{4}}){_DAY}{_TIME}$"
_COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_DAY_FIRST = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{4}|[0-9]{2})([ T].*)?$"

CODES: tuple[str, ...] = (
    "",
    "unreadable-number",
    "infinite-numbers",
    "oversized-number",
    "fractional-integer",
    "number-out-of-range",
    "unclear-percent",
    "unreadable-date",
    "ambiguous-date",
    "unreadable-truth",
    "unlisted-value",
    "oversized-text",
    "damaged-id",
    "nested-value",
)
_NUMBER = {code: index for index, code in enumerate(CODES)}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file that becomes one field. `missing` and `date_format` come from the assessment."""

    name: str
    header: str
    field: Field
    dtype: pl.DataType
    missing: tuple[str, ...] = ()
    date_format: str | None = None
    is_id: bool = False

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Every word that stands for a missing value in this column."""
        truths = (
            {fold_word(word) for word in (*TRUE_WORDS, *FALSE_WORDS)} if self.field.type == "bool" else set()
        )
        words = [word for word in MISSING_WORDS if fold_word(word) not in truths]
        words = [word for word in words if word not in self.field.not_missing]
        return tuple(dict.fromkeys((*words, *self.field.missing, *self.missing)))

    @property
    def has_own_missing(self) -> bool:
        return bool(self.field.missing or self.missing)


def type_of(field: Field) -> pl.DataType:
    """The column type in which a field reaches the engines."""
    if field.kind == "number":
        return pl.Float64()
    return {"text": pl.String(), "bool": pl.Boolean(), "date": pl.Date()}[field.kind]


def plain(column: Column) -> tuple[pl.Expr, pl.Expr] | None:
    """(value, whether it needs `full`) of a column of plain values; None when there is no such way."""
    if column.has_own_missing:
        return None
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    if dtype == pl.Null:
        return pl.lit(None, type_of(field)), pl.lit(False)
    if field.kind == "number" and (dtype.is_numeric() or dtype == pl.String):
        value = raw if dtype == pl.Float64 else raw.cast(pl.Float64, strict=False)
        fits = value.is_finite() & _number_fits(value, field)
        if dtype == pl.String:
            return value, raw.is_not_null() & ~fits.fill_null(False)
        return value, ~fits
    if field.kind == "date" and dtype == pl.Date:
        return raw, pl.lit(False)
    if field.kind == "date" and isinstance(dtype, pl.Datetime):
        return raw.dt.date(), pl.lit(False)
    if field.kind == "bool" and dtype == pl.Boolean:
        return raw, pl.lit(False)
    if dtype != pl.String:
        return None
    if field.kind == "date":
        value = raw.str.to_date("%Y-%m-%d", strict=False)
        fits = value.is_not_null() & raw.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        return value, raw.is_not_null() & ~fits
    if field.kind == "bool":
        value = raw.replace_strict(_plain_truths(), default=None, return_dtype=pl.Boolean)
        return value, raw.is_not_null() & value.is_null()
    if field.values:
        return raw, ~raw.is_in(list(field.values))
    odd = (raw.str.strip_chars() != raw) | (raw == "") | raw.is_in(list(column.missing_words))
    odd |= raw.str.len_bytes() > LONGEST_TEXT
    if column.is_id:
        odd |= raw.str.contains(DAMAGED_ID)
    return raw, odd


def full(column: Column) -> tuple[pl.Expr, pl.Expr]:
    """(value, index into CODES) of a column in any form; the value is missing wherever the index is not 0."""
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return pl.lit(None, type_of(field)), _code(raw.is_not_null(), "nested-value")
    text = _as_text(raw, dtype).str.strip_chars()
    absent = text.is_null() | (text == "") | text.is_in(list(column.missing_words))
    if dtype.is_numeric():
        absent |= _numeric_missing(raw, column)
    if field.kind == "number":
        value, code = _number(raw, text, dtype, field)
    elif field.kind == "date":
        value, code = _date(raw, text, dtype, column.date_format)
    elif field.kind == "bool":
        folded = text.str.normalize("NFKC").str.to_lowercase()
        value = folded.replace_strict(_truths(), default=None, return_dtype=pl.Boolean)
        code = _code(value.is_null(), "unreadable-truth")
    else:
        value, code = _text(raw, text, dtype, column)
    code = pl.when(absent).then(pl.lit(0, pl.UInt8)).otherwise(code)
    return pl.when(absent | (code != 0)).then(None).otherwise(value), code


def shown(column: Column) -> pl.Expr:
    """The cell as text, to be shown in a problem."""
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.lit(str(column.dtype))
    return _as_text(pl.col(column.name), column.dtype).str.slice(0, 80)


def _code(condition: pl.Expr, code: str, otherwise: pl.Expr | None = None) -> pl.Expr:
    rest = pl.lit(0, pl.UInt8) if otherwise is None else otherwise
    return pl.when(condition).then(pl.lit(_NUMBER[code], pl.UInt8)).otherwise(rest)


def _as_text(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
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


def _numeric_missing(raw: pl.Expr, column: Column) -> pl.Expr:
    """Numbers that an author listed as missing (-999), where the column holds numbers."""
    numbers = []
    for word in (*column.field.missing, *column.missing):
        try:
            numbers.append(float(word))
        except ValueError:
            continue
    return raw.cast(pl.Float64, strict=False).is_in(numbers) if numbers else pl.lit(False)


def _number_fits(value: pl.Expr, field: Field) -> pl.Expr:
    """Whether finite numbers are of a size, wholeness and range that the field accepts."""
    low, high = field.min, field.max
    if field.type == "percent":
        limit = max(1.0, high if high is not None else 1.0)
        low, high = (
            max(-limit, low if low is not None else -limit),
            min(limit, high if high is not None else limit),
        )
    fits = value.abs() < NUMBER_LIMIT if low is None or high is None else pl.lit(True)
    if field.type == "integer":
        fits &= value == value.floor()
    if low is not None:
        fits &= value >= low
    if high is not None:
        fits &= value <= high
    return fits


def _number(raw: pl.Expr, text: pl.Expr, dtype: pl.DataType, field: Field) -> tuple[pl.Expr, pl.Expr]:
    unclear = pl.lit(False)
    if dtype.is_numeric():
        value = raw.cast(pl.Float64, strict=False)
        marked = pl.lit(False)
    elif dtype == pl.String:
        value, marked = number_of(text, percent=field.type == "percent")
    else:
        return pl.lit(None, pl.Float64), _code(raw.is_not_null(), "unreadable-number")
    if field.type == "percent":
        limit = max(1.0, field.max if field.max is not None else 1.0)
        unclear = ~marked & (value.abs() > limit)
    ranged = pl.lit(False)
    if field.min is not None:
        ranged |= value < field.min
    if field.max is not None:
        ranged |= value > field.max
    code = _code(ranged, "number-out-of-range")
    code = _code(unclear, "unclear-percent", code)
    if field.type == "integer":
        code = _code(value != value.floor(), "fractional-integer", code)
    code = _code(value.abs() >= NUMBER_LIMIT, "oversized-number", code)
    code = _code(~value.is_finite(), "infinite-numbers", code)
    return value, _code(value.is_null(), "unreadable-number", code)


def number_of(text: pl.Expr, percent: bool = False) -> tuple[pl.Expr, pl.Expr]:
    """(number, whether it bore a percent sign) of trimmed text; null where it is no number.

    Knows full-width forms, thousands separators in their places, a leading ¥, $ or €, and parentheses for
    a negative amount. `percent` also takes a trailing % and divides by 100.
    """
    text = text.str.normalize("NFKC").str.replace_all("−", "-", literal=True)
    marked = text.str.ends_with("%") if percent else pl.lit(False)
    if percent:
        text = text.str.replace(r"[ ]*%$", "")
    text = text.str.replace(r"^[¥$€] *\(", "(").str.replace(r"^\(([^()]*)\)$", "-${1}")
    text = text.str.replace(r"^([+-]?)[¥$€] *([+-]?[0-9.])", "${1}${2}")
    grouped = text.str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$")
    text = pl.when(grouped).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    value = text.cast(pl.Float64, strict=False)
    if (
        percent
    ):  # by a column, not a literal: Polars would multiply by 0.01 instead, one unit in the last place off
        value = pl.when(marked).then(value / (value * 0.0 + 100.0)).otherwise(value)
    return value, marked


def _date(raw: pl.Expr, text: pl.Expr, dtype: pl.DataType, form: str | None) -> tuple[pl.Expr, pl.Expr]:
    if dtype == pl.Date:
        return raw, pl.lit(0, pl.UInt8)
    if isinstance(dtype, pl.Datetime):
        return raw.dt.date(), pl.lit(0, pl.UInt8)
    if dtype == pl.Boolean:
        return pl.lit(None, pl.Date), _code(raw.is_not_null(), "unreadable-date")
    value, folded = date_of(text, form)
    ambiguous = folded.str.contains(_DAY_FIRST) if form is None else pl.lit(False)
    return value, _code(value.is_null(), "unreadable-date", None) if form else _code(
        value.is_null() & ambiguous, "ambiguous-date", _code(value.is_null(), "unreadable-date")
    )


def date_of(text: pl.Expr, form: str | None = None) -> tuple[pl.Expr, pl.Expr]:
    """(date, text as compared) of trimmed text: the year first, in any of the closed list of forms.

    A `form` (`%d/%m/%Y`) is tried before them; one that itself begins with the year is the only one tried.
    """
    folded = text.str.normalize("NFKC")
    iso = folded.str.replace(_DATE, "${1}-${2}${4}${6}${8}-${3}${5}${7}${9}")
    iso = iso.str.replace(_COMPACT, "${1}-${2}-${3}")
    iso = pl.when(iso.str.contains(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$")).then(iso).otherwise(None)
    value = iso.str.to_date("%Y-%m-%d", strict=False)
    if form is not None:
        declared = folded.str.to_date(form, strict=False)
        value = declared if form.startswith("%Y") else pl.coalesce(declared, value)
    return value, folded


def _text(raw: pl.Expr, text: pl.Expr, dtype: pl.DataType, column: Column) -> tuple[pl.Expr, pl.Expr]:
    field = column.field
    if field.values:
        value = text.str.normalize("NFKC").str.to_lowercase()
        value = value.replace_strict(listed_words(field), default=None, return_dtype=pl.String)
        return value, _code(value.is_null(), "unlisted-value")
    code = _code(text.str.len_bytes() > LONGEST_TEXT, "oversized-text")
    if dtype.is_float():
        code = _code(raw.abs() >= NUMBER_LIMIT, "damaged-id", code)
        code = _code(~raw.is_finite(), "infinite-numbers", code)
    elif column.is_id and dtype == pl.String:
        code = _code(text.str.contains(DAMAGED_ID), "damaged-id", code)
    return text, code


def listed_words(field: Field) -> Mapping[str, str]:
    """Folded word -> value of a field with listed values; the values themselves come before their synonyms."""
    words = {fold_word(value): value for value in field.values}
    for value, synonyms in field.words.items():
        for word in synonyms:
            words.setdefault(fold_word(word), value)
    return words


def _truths() -> dict[str, bool]:
    return {
        fold_word(word): truth
        for words, truth in ((TRUE_WORDS, True), (FALSE_WORDS, False))
        for word in words
    }


def _plain_truths() -> dict[str, bool]:
    forms = (str, str.upper, str.title)
    return {form(word): truth for word, truth in _truths().items() for form in forms}
