# SPDX-License-Identifier: Apache-2.0
"""A column with anything irregular in it -> typed values in any accepted form, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

import polars as pl

from ..model import Field
from ..values import NUMBER_LIMIT
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
    truth_words,
    type_of,
)

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
        if field.words:
            named = text.str.normalize("NFKC").str.to_lowercase().replace_strict(
                {word: float(number) for word, number in listed_words(field).items()}, default=None, return_dtype=pl.Float64
            )  # fmt: skip
            parsed.append([pl.coalesce(named, value).alias(f"~v{column.name}")])
        code = _number_code(value, field, marked)
    elif field.kind == "date" and isinstance(dtype, (pl.Date, pl.Datetime)):
        parsed = [[(raw if dtype == pl.Date else raw.dt.date()).alias(f"~v{column.name}")]]
        code = pl.lit(0, pl.UInt8)
    elif (field.kind == "date" and dtype == pl.String) or (field.kind == "date" and dtype.is_integer()):
        parsed, code = _date_steps(column, text, folded, cut, value, "wide" in shapes)
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
        else [as_text(raw, dtype).str.strip_chars().alias(f"~t{column.name}")],
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
