# SPDX-License-Identifier: Apache-2.0
"""An irregular column, and how often each habit of writing occurs in it -> the column with what its values prove; what was
understood is told, with a count and the first cell."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from msgspec.structs import replace

from ..problems import Fact, Problems
from . import forms
from .coerce import Column, as_text
from .spelled import amount
from .table import ROW, Raw
from .units import CNY, unit_of

MOST_SPELLED = 10_000
"""So many different amounts in words of a column are read."""

_COUNTED: tuple[str, ...] = ("serial", "milliseconds", "seconds")


def occurring(raw: Raw, columns: list[Column]) -> dict[str, dict[str, int]]:
    """How often each of `forms.SHAPES` occurs, by column name, in the columns that are parsed."""
    parsed = [column for column in columns if column.is_parsed]
    if not parsed:
        return {}
    counted = [
        count.alias(f"{shape} {column.name}") for column in parsed for shape, count in _shapes(column).items()
    ]
    counts = raw.frame.select(counted).collect(engine=raw.executor).row(0, named=True)
    return {
        column.name: {shape: counts[f"{shape} {column.name}"] or 0 for shape in _shapes(column)}
        for column in parsed
    }


def _shapes(column: Column) -> dict[str, pl.Expr]:
    text = as_text(pl.col(column.name), column.dtype)
    return forms.number_shapes(text) if column.field.kind == "number" else forms.date_shapes(text)


def understood(raw: Raw, column: Column, counts: Mapping[str, int], problems: Problems) -> Column:
    """The column with its proven order of dates, its amounts in words, its cells formatted as percentages."""
    if column.field.kind == "date" and counts:
        return _dates(raw, column, counts, problems)
    if column.field.kind != "number":
        return column
    wanted = unit_of(column.field.unit)
    if counts.get("foreign") and wanted is not None and wanted.of == CNY:
        _tell(
            raw,
            column,
            "foreign-currency",
            forms.FOREIGN,
            counts["foreign"],
            problems,
            want=column.field.unit,
        )
    if column.field.type == "percent":
        return _percents(raw, column)
    if counts.get("unit") and not column.unit:
        _tell(raw, column, "units-in-cells", forms.NUMBER_SHAPES["unit"], counts["unit"], problems)
    if column.unit and raw.formats is not None:
        _tell_format(raw, column, problems)
    if counts.get("spelled"):
        form = rf"[{forms.SPELLED}]"
        text = pl.col(column.name).str.strip_chars()
        words = raw.frame.select(text.alias("text")).filter(pl.col("text").str.contains(form)).unique()
        found = words.collect(engine=raw.executor).to_series().sort().head(MOST_SPELLED)
        amounts = {word: value for word in found if (value := amount(word)) is not None}
        if column.unit or column.base:
            return column
        if amounts:
            _tell(raw, column, "amounts-in-words", form, counts["spelled"], problems)
        return replace(column, spelled=tuple(amounts.items()))
    return column


def _percents(raw: Raw, column: Column) -> Column:
    """A cell of 0.85 that shows 85% is 85%, whatever the scale of the column."""
    if raw.formats is None:
        return column
    rows = [row for row, form in raw.formats(int(column.name)).items() if "%" in form]
    return replace(column, percent_rows=tuple(rows))


def _tell_format(raw: Raw, column: Column, problems: Problems) -> None:
    """A number format that itself shows ten thousands: the cell may hold units although the header says 万."""
    formats = raw.formats(int(column.name)) if raw.formats is not None else {}
    for row, form in sorted(formats.items()):
        if "万" in form or "亿" in form:
            place = raw.cell(row, column.header)
            problems.warning("format-with-unit", place, form=form, unit=column.unit, field=column.field.id)
            return


def _dates(raw: Raw, column: Column, counts: Mapping[str, int], problems: Problems) -> Column:
    for kind in _COUNTED:
        if counts[kind]:
            _tell(raw, column, f"dates-as-{kind}", forms.DATE_SHAPES[kind], counts[kind], problems)
    if column.date_format is not None:
        if "%d" not in column.date_format:
            problems.note("first-of-month", raw.cell(None, column.header), field=column.field.id)
        return column
    if column.date_order is not None or not counts["loose"]:
        return column
    proofs = [order for order in ("dmy", "mdy") if counts[order]]
    if len(proofs) == 2:
        rows = {order: _first(raw, column, forms.DATE_SHAPES[order]) for order in proofs}
        facts: dict[str, Fact] = {order: f"{text} ({row})" for order, (row, text) in rows.items()}
        problems.error(
            "mixed-date-orders", raw.cell(rows["dmy"][0], column.header), field=column.field.id, **facts
        )
        return replace(column, is_refused=True)
    if not proofs:
        return column
    order = proofs[0]
    _tell(raw, column, "date-order-found", forms.DATE_SHAPES[order], counts["loose"], problems, order=order)
    return replace(column, date_order=order)


def _tell(
    raw: Raw, column: Column, code: str, form: str, count: int, problems: Problems, **facts: Fact
) -> None:
    """Tells how often a habit occurs and where first; a currency that is not the field's is a warning."""
    row, text = _first(raw, column, form)
    tell = problems.warning if code == "foreign-currency" else problems.note
    tell(code, raw.cell(row, column.header), read=text, count=count, field=column.field.id, **facts)


def _first(raw: Raw, column: Column, form: str) -> tuple[int, str]:
    """The first cell that has a form: its row and text."""
    text = as_text(pl.col(column.name), column.dtype)
    found = raw.frame.select(ROW, text.alias("text")).filter(pl.col("text").str.contains(form)).head(1)
    row, read = found.collect(engine=raw.executor).row(0)
    return row, str(read).strip()[:80]
