# SPDX-License-Identifier: Apache-2.0
"""A column with anything irregular in it -> typed values in any accepted form, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

import polars as pl

from ..model import Field
from ..values import NUMBER_LIMIT, TOTAL_FORM
from . import forms
from .coerce import (
    DAMAGED_ID,
    LONGEST_TEXT,
    Column,
    as_text,
    is_nested,
    listed_words,
    percent_limit,
    range_of,
    tidy_id,
    truth_words,
    type_of,
)
from .table import ROW

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
    "unit-twice",
    "month-without-day",
)
_NUMBER = {code: index for index, code in enumerate(CODES)}


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


def _steps(column: Column, shapes: Collection[str]) -> list[Sequence[pl.Expr]]:
    """What is added to the frame, step after step; each step sees the columns of those before it."""
    raw, dtype, field = pl.col(column.name), column.dtype, column.field
    text, folded, cut, value, absent = (
        pl.col(f"{mark}{column.name}") for mark in ("~t", "~f", "~c", "~v", "~a")
    )
    parsed: list[Sequence[pl.Expr]]
    if is_nested(dtype):
        parsed = [[pl.lit(None, type_of(field)).alias(f"~v{column.name}")]]
        code = _code(raw.is_not_null(), "nested-value")
    elif field.kind == "number" and (dtype.is_numeric() or dtype == pl.String):
        parsed, code = _number_steps(column, raw, text, folded, value, shapes)
    elif field.kind == "date" and isinstance(dtype, (pl.Date, pl.Datetime)):
        parsed = [[(raw if dtype == pl.Date else raw.dt.date()).alias(f"~v{column.name}")]]
        code = pl.lit(0, pl.UInt8)
    elif field.kind == "date" and (dtype == pl.String or dtype.is_numeric()):
        parsed, code = _date_steps(column, text, folded, cut, value, shapes)
    elif field.kind == "bool":
        words = text.str.normalize("NFKC").str.to_lowercase()
        found = words.replace_strict(truth_words(), default=None, return_dtype=pl.Boolean)
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
        if is_nested(dtype)
        else [read_text(column).alias(f"~t{column.name}")],
        [_absent(raw, text, column).alias(f"~a{column.name}")],
        *parsed,
        [pl.when(absent).then(pl.lit(0, pl.UInt8)).otherwise(code).alias(column.code)],
        [pl.when(absent | (wrong != 0)).then(None).otherwise(value).alias(field.id)],
    ]


def read_text(column: Column) -> pl.Expr:
    """The trimmed text of a cell; an identifier's without what does not belong to it."""
    text = as_text(pl.col(column.name), column.dtype).str.strip_chars()
    return tidy_id(text) if column.is_id else text


def _number_steps(
    column: Column, raw: pl.Expr, text: pl.Expr, folded: pl.Expr, value: pl.Expr, shapes: Collection[str]
) -> tuple[list[Sequence[pl.Expr]], pl.Expr]:
    """Numbers from numbers and texts, in the unit of the field."""
    field, name = column.field, column.name
    is_text, is_percent = column.dtype == pl.String, field.type == "percent"
    formatted = pl.col(ROW).is_in(column.percent_rows) if column.percent_rows else pl.lit(False)
    digits, unit = pl.col(f"~n{name}"), pl.col(f"~u{name}")
    steps: list[Sequence[pl.Expr]] = []
    with_units = is_text and not is_percent and "unit" in shapes
    if is_text:
        steps.append([forms.fold_number(text, shapes).alias(f"~f{name}")])
        bare = forms.without_percent(folded) if is_percent else folded
        if with_units:
            steps.append([forms.cell_unit(folded).alias(f"~u{name}")])
            bare = forms.without_unit(folded)
        steps.append([bare.alias(f"~n{name}")])
        steps.append([forms.number_text(digits, shapes).alias(f"~n{name}")])
    else:
        steps.append([raw.cast(pl.String).alias(f"~n{name}")])
    marked = folded.str.ends_with("%") if is_text and is_percent else pl.lit(False)
    if is_percent:
        bare_power = pl.lit(-2 if column.percent_scale == "hundred" else 0, pl.Int64)
        power = pl.when(marked).then(pl.lit(-2, pl.Int64)).when(formatted).then(0).otherwise(bare_power)
        is_moved = is_text or column.percent_scale == "hundred"
    else:
        power = pl.lit(column.power, pl.Int64)
        if with_units:
            power = pl.when(unit.is_null()).then(power).otherwise(forms.unit_power(unit) - column.base)
        is_moved = with_units or column.power != 0
    plain = forms.number_of(digits) if is_text else raw.cast(pl.Float64, strict=False)
    steps.append([(forms.shifted(digits, power) if is_moved else plain).alias(f"~v{name}")])
    if field.words and is_text:
        named = text.str.normalize("NFKC").str.to_lowercase().replace_strict(
            {word: float(number) for word, number in listed_words(field).items()}, default=None, return_dtype=pl.Float64
        )  # fmt: skip
        steps.append([pl.coalesce(named, value).alias(f"~v{name}")])
    if column.spelled:
        spelled = text.replace_strict(dict(column.spelled), default=None, return_dtype=pl.Float64)
        steps.append([pl.coalesce(value, spelled).alias(f"~v{name}")])
    clear = pl.lit(True) if column.percent_scale else marked | formatted
    code = _number_code(value, field, clear)
    if column.unit and with_units:
        code = _code(unit.is_not_null(), "unit-twice", code)
    return steps, code


def _date_steps(
    column: Column, text: pl.Expr, folded: pl.Expr, cut: pl.Expr, value: pl.Expr, shapes: Collection[str]
) -> tuple[list[Sequence[pl.Expr]], pl.Expr]:
    """Dates from text: by the declared format first; one that begins with the year is then the only one."""
    form, order = column.date_format, column.date_order
    found = forms.day_of(cut)
    if form is not None:
        declared = forms.declared_day(folded, form)
        found = declared if form.startswith(("%Y", "%y")) and "%d" in form else pl.coalesce(declared, found)
    if order is not None:
        found = pl.coalesce(found, forms.ordered_day(folded, order))
    if (counted := forms.counted_day(folded, shapes)) is not None:
        found = pl.coalesce(found, counted)
    bare = text.str.replace_all(forms.ZERO_WIDTH, "").str.normalize("NFKC") if "wide" in shapes else text
    steps: list[Sequence[pl.Expr]] = [
        [bare.alias(f"~f{column.name}")],
        [forms.cut_day(folded).alias(f"~c{column.name}")],
        [found.alias(f"~v{column.name}")],
    ]
    code = _code(value.is_null(), "unreadable-date")
    code = _code(value.is_null() & forms.is_month(folded), "month-without-day", code)
    if form is None and order is None:
        code = _code(value.is_null() & forms.is_day_first(folded), "ambiguous-date", code)
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
    elif dtype == pl.String:
        code = _code(text.str.contains(DAMAGED_ID), "damaged-id", code)
    return [[text.alias(f"~v{column.name}")]], code


def _absent(raw: pl.Expr, text: pl.Expr, column: Column) -> pl.Expr:
    """Whether a cell is blank or holds a word, or number, that means missing."""
    if not column.dtype.is_numeric():
        absent = raw.is_null() | (text == "") | text.is_in(column.missing_words)
        return absent | text.str.contains(TOTAL_FORM) if column.is_id else absent
    numbers = []
    for word in (*column.field.missing, *column.missing):
        try:
            numbers.append(float(word))
        except ValueError:
            continue
    absent = raw.is_null()
    return absent | raw.cast(pl.Float64, strict=False).is_in(numbers) if numbers else absent


def _number_code(value: pl.Expr, field: Field, marked: pl.Expr) -> pl.Expr:
    low, high = range_of(field)
    code = pl.lit(0, pl.UInt8)
    if high is not None:
        code = _code(value > high, "number-out-of-range", code)
    if low is not None:
        code = _code(value < low, "number-out-of-range", code)
    if field.type == "percent":
        code = _code(~marked & (value.abs() > percent_limit(field)), "unclear-percent", code)
    if field.type == "integer":
        code = _code(value != value.floor(), "fractional-integer", code)
    code = _code(value.abs() >= NUMBER_LIMIT, "oversized-number", code)
    code = _code(~value.is_finite(), "infinite-numbers", code)
    return _code(value.is_null(), "unreadable-number", code)


def _index(code: str) -> pl.Expr:
    return pl.lit(_NUMBER[code], pl.UInt8)


def _code(condition: pl.Expr, code: str, otherwise: pl.Expr | None = None) -> pl.Expr:
    rest = pl.lit(0, pl.UInt8) if otherwise is None else otherwise
    return pl.when(condition).then(_index(code)).otherwise(rest)
