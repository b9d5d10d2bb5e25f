# SPDX-License-Identifier: Apache-2.0
"""A file as read and its fitted columns -> a typed frame; every value that doesn't fit is told and made missing.

The file is passed over once to count. Only a column with something irregular in it is looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ..model import Table
from ..problems import Problems
from .coerce import Column, plain
from .forms import SHAPES, shapes_of
from .steps import CODES, full
from .table import Raw
from .tell import tell_column, tell_faults

READ_ERRORS = (
    pl.exceptions.ComputeError,
    pl.exceptions.SchemaError,
    pl.exceptions.NoDataError,
    pl.exceptions.PanicException,
    OSError,
)
"""What Polars raises over the content of a file; anything else is a mistake of ours and stays one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's frame with its fields typed beside the columns as read, its rows, how often each field is missing, and
    how often because its value was refused."""

    raw: Raw
    frame: pl.LazyFrame
    rows: int
    missing: dict[str, int]
    refused: dict[str, int]


def judge(raw: Raw, columns: tuple[Column, ...], table: Table, problems: Problems) -> Judged | None:
    """Types a file; None after telling that its content can't be read."""
    try:
        return _judge(raw, columns, table, problems)
    except READ_ERRORS as error:
        if raw.exact is not None:
            again = raw.exact()
            return None if again is None else judge(again, columns, table, problems)
        kind = raw.path.suffix if raw.path else "frame"
        problems.error("file-damaged", raw.cell(), kind=kind, reason=_first_line(error))
        return None


def _judge(raw: Raw, columns: tuple[Column, ...], table: Table, problems: Problems) -> Judged:
    quick = {column.name: plain(column) for column in columns}
    sums = [pl.len().alias("rows")]
    if raw.headers:  # the last column makes the CSV reader look at the whole row
        sums.append(pl.col(str(len(raw.headers) - 1)).null_count().alias("last"))
    for column in columns:
        way = quick[column.name]
        if way is not None:
            sums.append(way[1].sum().cast(pl.Int64).alias(f"odd {column.name}"))
            sums.append(pl.col(column.name).null_count().alias(f"null {column.name}"))
    counts = raw.frame.select(sums).collect(engine="streaming").row(0, named=True)
    rows = counts["rows"]
    values: list[pl.Expr] = []
    missing: dict[str, int] = {}
    odd: list[Column] = []
    for column in columns:
        way = quick[column.name]
        if way is not None and not counts[f"odd {column.name}"]:
            values.append(way[0].alias(column.field.id))
            missing[column.field.id] = counts[f"null {column.name}"]
        else:
            odd.append(column)
    frame = full(raw.frame, odd, _shapes(raw, odd)).with_columns(values)
    refused: dict[str, int] = {}
    missing.update(_count(raw, frame, odd, table, problems, refused))
    tell_faults(raw, columns, table, problems)
    by_index = {int(column.name): column.field.id for column in columns}
    for _, index, _ in raw.faults:
        if index in by_index:
            refused[by_index[index]] = refused.get(by_index[index], 0) + 1
    return Judged(raw, frame, rows, missing, refused)


def _shapes(raw: Raw, odd: list[Column]) -> dict[str, list[str]]:
    """Which unusual forms occur in each irregular column of text, so that no others need to be looked for."""
    parsed = [column for column in odd if column.is_parsed]
    if not parsed:
        return {}
    found = [
        expression.alias(f"{shape} {column.name}")
        for column in parsed
        for shape, expression in shapes_of(pl.col(column.name)).items()
    ]
    occurs = raw.frame.select(found).collect(engine="streaming").row(0, named=True)
    return {column.name: [shape for shape in SHAPES if occurs[f"{shape} {column.name}"]] for column in parsed}


def _count(
    raw: Raw,
    frame: pl.LazyFrame,
    odd: list[Column],
    table: Table,
    problems: Problems,
    refused_values: dict[str, int],
) -> dict[str, int]:
    """Counts what doesn't fit in the irregular columns and tells it; how often each is missing, and in `refused_values`
    how often a value was refused.

    A column that was refused as a whole is not in the answer: its rows need no problem of their own.
    """
    if not odd:
        return {}
    sums = [pl.len().alias("rows")]
    for column in odd:
        sums.append(pl.col(column.field.id).null_count().alias(f"null {column.name}"))
        sums += [(pl.col(column.code) == i).sum().alias(f"{i} {column.name}") for i in range(1, len(CODES))]
    refused: set[str] = set()
    counts = frame.select(sums).collect(engine="streaming").row(0, named=True)
    for column in odd:
        found = {
            CODES[i]: counts[f"{i} {column.name}"]
            for i in range(1, len(CODES))
            if counts[f"{i} {column.name}"]
        }
        if found:
            read = counts["rows"] - counts[f"null {column.name}"]
            refused_values[column.field.id] = sum(found.values())
            if tell_column(raw, frame, column, table, found, read, problems):
                refused.add(column.field.id)
    return {
        column.field.id: counts[f"null {column.name}"] for column in odd if column.field.id not in refused
    }


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0][:200]
