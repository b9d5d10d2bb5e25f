# SPDX-License-Identifier: Apache-2.0
"""A column as read and its field of the data dictionary -> typed values, and a problem code for each that doesn't fit.

Two ways give the same values. `plain` takes only what is already in its plainest form and costs little;
when a file holds anything else in a column, that column is read by `full`, which knows every form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import polars as pl

from ..model import Field
from ..values import FALSE_WORDS, MISSING_WORDS, NUMBER_LIMIT, TRUE_WORDS, fold_word
from . import forms

LONGEST_TEXT = 100_000
"""Bytes of the longest text that a cell may hold."""

DAMAGED_ID = r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{2}$"
"""What a spreadsheet leaves of a long number that was an identifier."""

PLAIN_DAY = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"

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
    def code(self) -> str:
        """The name of the column of codes that `full` adds."""
        return f"!{self.name}"

    @property
    def missing_words(self) -> list[str]:
        """Every word that stands for a missing value in this column."""
        truths = _truths() if self.field.type == "bool" else {}
        words = [word for word in MISSING_WORDS if fold_word(word) not in truths]
        words = [word for word in words if word not in self.field.not_missing]
        return list(dict.fromkeys((*words, *self.field.missing, *self.missing)))

    @property
    def is_parsed(self) -> bool:
        """Whether text is turned into numbers or dates."""
        return self.dtype == pl.String and self.field.kind in ("number", "date")


def type_of(field: Field) -> pl.DataType:
    """The column type in which a field reaches the engines."""
    types = {"number": pl.Float64(), "text": pl.String(), "bool": pl.Boolean(), "date": pl.Date()}
    return types[field.kind]


def plain(column: Column) -> tuple[pl.Expr, pl.Expr] | None:
    """(value, whether it needs `full`) of a column of plain values; None when there is no such way."""
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    if dtype == pl.Null:
        return pl.lit(None, type_of(field)), pl.lit(False)
    if field.missing or column.missing:
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
        return raw, ~raw.is_in(list(field.values))
    odd = (raw.str.strip_chars() != raw) | (raw == "") | raw.is_in(column.missing_words)
    odd |= raw.str.len_bytes() > LONGEST_TEXT
    if column.is_id:
        odd |= raw.str.contains(DAMAGED_ID)
    return raw, odd


def full(
    frame: pl.LazyFrame, columns: Sequence[Column], shapes: Mapping[str, Collection[str]]
) -> pl.LazyFrame:
    """Adds for each column its values under the field's id, and under `code` the index into CODES of what is wrong.

    `shapes`: which of `forms.SHAPES` occur, by column name. A value is missing wherever its code is not 0.
    """
    ways = [_steps(column, shapes.get(column.name, forms.SHAPES)) for column in columns]
    for step in zip_longest(*ways, fillvalue=()):
        frame = frame.with_columns(expression for expressions in step for expression in expressions)
    return frame


def shown(column: Column) -> pl.Expr:
    """The cell as text, to be shown in a problem."""
    if _is_nested(column.dtype):
        return pl.lit(str(column.dtype))
    return _as_text(pl.col(column.name), column.dtype).str.slice(0, 80)


def listed_words(field: Field) -> dict[str, str]:
    """Folded word -> value of a field with listed values; the values themselves come before their synonyms."""
    words = {fold_word(value): value for value in field.values}
    for value, synonyms in field.words.items():
        for word in synonyms:
            words.setdefault(fold_word(word), value)
    return words


def _steps(column: Column, shapes: Collection[str]) -> list[Sequence[pl.Expr]]:
    """What is added to the frame, step after step; each step sees the columns of those before it."""
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    text, folded, cut, value, absent = (
        pl.col(f"{mark}{column.name}") for mark in ("~t", "~f", "~c", "~v", "~a")
    )
    parsed: list[Sequence[pl.Expr]]
    if _is_nested(dtype):
        parsed = [[pl.lit(None, type_of(field)).alias(f"~v{column.name}")]]
        code = _code(raw.is_not_null(), "nested-value")
    elif field.kind == "number" and dtype.is_numeric():
        parsed = [[raw.cast(pl.Float64, strict=False).alias(f"~v{column.name}")]]
        code = _number_code(value, field, pl.lit(False))
    elif field.kind == "number" and dtype == pl.String:
        percent = field.type == "percent"
        number = forms.number_of(forms.without_percent(folded) if percent else folded, shapes)
        marked = folded.str.ends_with("%") if percent else pl.lit(False)
        parsed = [
            [forms.fold_number(text, shapes).alias(f"~f{column.name}")],
            [number.alias(f"~v{column.name}")],
        ]
        if percent:
            parsed.append(
                [pl.when(marked).then(forms.hundredth(value)).otherwise(value).alias(f"~v{column.name}")]
            )
        code = _number_code(value, field, marked)
    elif field.kind == "date" and isinstance(dtype, (pl.Date, pl.Datetime)):
        parsed = [[(raw if dtype == pl.Date else raw.dt.date()).alias(f"~v{column.name}")]]
        code = pl.lit(0, pl.UInt8)
    elif field.kind == "date" and dtype == pl.String or field.kind == "date" and dtype.is_integer():
        parsed, code = _date_steps(column, text, folded, cut, value, "wide" in shapes)
    elif field.kind == "bool":
        words = text.str.normalize("NFKC").str.to_lowercase()
        found = words.replace_strict(_truths(), default=None, return_dtype=pl.Boolean)
        parsed = [[found.alias(f"~v{column.name}")]]
        code = _code(value.is_null(), "unreadable-truth")
    elif field.kind == "text":
        parsed, code = _text_steps(column, raw, text, value)
    else:
        parsed = [[pl.lit(None, type_of(field)).alias(f"~v{column.name}")]]
        code = _code(raw.is_not_null(), "unreadable-number" if field.kind == "number" else "unreadable-date")
    wrong = pl.col(column.code)
    return [
        [pl.lit(None, pl.String).alias(f"~t{column.name}")]
        if _is_nested(dtype)
        else [_as_text(raw, dtype).str.strip_chars().alias(f"~t{column.name}")],
        [_absent(raw, text, column).alias(f"~a{column.name}")],
        *parsed,
        [pl.when(absent).then(pl.lit(0, pl.UInt8)).otherwise(code).alias(column.code)],
        [pl.when(absent | (wrong != 0)).then(None).otherwise(value).alias(field.id)],
    ]


def _date_steps(
    column: Column, text: pl.Expr, folded: pl.Expr, cut: pl.Expr, value: pl.Expr, wide: bool
) -> tuple[list[Sequence[pl.Expr]], pl.Expr]:
    """Dates from text: by the declared format first; one that begins with the year is then the only one."""
    form = column.date_format
    found = forms.day_of(cut)
    if form is not None:
        declared = forms.declared_day(folded, form)
        found = declared if form.startswith(("%Y", "%y")) else pl.coalesce(declared, found)
    steps: list[Sequence[pl.Expr]] = [
        [(text.str.normalize("NFKC") if wide else text).alias(f"~f{column.name}")],
        [forms.cut_day(folded).alias(f"~c{column.name}")],
        [found.alias(f"~v{column.name}")],
    ]
    code = _code(value.is_null(), "unreadable-date")
    if form is None:
        code = (
            pl.when(value.is_null() & forms.is_day_first(folded))
            .then(_index("ambiguous-date"))
            .otherwise(code)
        )
    return steps, code


def _text_steps(
    column: Column, raw: pl.Expr, text: pl.Expr, value: pl.Expr
) -> tuple[list[Sequence[pl.Expr]], pl.Expr]:
    field, dtype = column.field, column.dtype
    if field.values:
        words = text.str.normalize("NFKC").str.to_lowercase()
        found = words.replace_strict(listed_words(field), default=None, return_dtype=pl.String)
        return [[found.alias(f"~v{column.name}")]], _code(value.is_null(), "unlisted-value")
    code = _code(text.str.len_bytes() > LONGEST_TEXT, "oversized-text")
    if dtype.is_float():
        code = _code(raw.abs() >= NUMBER_LIMIT, "damaged-id", code)
        code = _code(~raw.is_finite(), "infinite-numbers", code)
    elif column.is_id and dtype == pl.String:
        code = _code(text.str.contains(DAMAGED_ID), "damaged-id", code)
    return [[text.alias(f"~v{column.name}")]], code


def _absent(raw: pl.Expr, text: pl.Expr, column: Column) -> pl.Expr:
    """Whether a cell is blank or holds a word, or number, that means missing."""
    if not column.dtype.is_numeric():
        return raw.is_null() | (text == "") | text.is_in(column.missing_words)
    numbers = []
    for word in (*column.field.missing, *column.missing):
        try:
            numbers.append(float(word))
        except ValueError:
            continue
    absent = raw.is_null()
    return absent | raw.cast(pl.Float64, strict=False).is_in(numbers) if numbers else absent


def _fits(value: pl.Expr, field: Field) -> pl.Expr:
    """Whether numbers are finite and of a size, wholeness and range that the field accepts."""
    low, high = _range(field)
    fits = value.is_finite() & (value.abs() < NUMBER_LIMIT)
    if field.type == "percent":
        fits &= value.abs() <= _percent_limit(field)
    if field.type == "integer":
        fits &= value == value.floor()
    if low is not None:
        fits &= value >= low
    if high is not None:
        fits &= value <= high
    return fits


def _number_code(value: pl.Expr, field: Field, marked: pl.Expr) -> pl.Expr:
    low, high = _range(field)
    code = pl.lit(0, pl.UInt8)
    if high is not None:
        code = _code(value > high, "number-out-of-range", code)
    if low is not None:
        code = _code(value < low, "number-out-of-range", code)
    if field.type == "percent":
        code = _code(~marked & (value.abs() > _percent_limit(field)), "unclear-percent", code)
    if field.type == "integer":
        code = _code(value != value.floor(), "fractional-integer", code)
    code = _code(value.abs() >= NUMBER_LIMIT, "oversized-number", code)
    code = _code(~value.is_finite(), "infinite-numbers", code)
    return _code(value.is_null(), "unreadable-number", code)


def _range(field: Field) -> tuple[float | None, float | None]:
    return (None if field.min is None else float(field.min)), (
        None if field.max is None else float(field.max)
    )


def _percent_limit(field: Field) -> float:
    """The largest share that may stand without a percent sign: 1, or more where the field's range says so."""
    return max(1.0, 1.0 if field.max is None else float(field.max))


def _index(code: str) -> pl.Expr:
    return pl.lit(_NUMBER[code], pl.UInt8)


def _code(condition: pl.Expr, code: str, otherwise: pl.Expr | None = None) -> pl.Expr:
    rest = pl.lit(0, pl.UInt8) if otherwise is None else otherwise
    return pl.when(condition).then(_index(code)).otherwise(rest)


def _is_nested(dtype: pl.DataType) -> bool:
    return dtype.is_nested() or dtype in (pl.Binary, pl.Object)


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


def _truths() -> dict[str, bool]:
    return {
        fold_word(word): truth
        for words, truth in ((TRUE_WORDS, True), (FALSE_WORDS, False))
        for word in words
    }


def _plain_truths() -> dict[str, bool]:
    styles = (str, str.upper, str.title)
    return {style(word): truth for word, truth in _truths().items() for style in styles}
