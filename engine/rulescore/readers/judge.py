# SPDX-License-Identifier: Apache-2.0
"""A file as read and its fitted columns -> a typed frame; every value that doesn't fit is told and made missing.

The file is passed over once to count. Only a column with something irregular in it is looked at again.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ..model import Table
from ..problems import Problems
from .coerce import LONG_NUMBER, ROUNDED_NUMBER, Column, plain
from .habits import occurring, understood
from .steps import CODES, full, read_text
from .table import READ_ERRORS, ROW, Raw, executor, held
from .tell import tell_column, tell_faults


class Judged(Struct, frozen=True):
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
    held_already = raw.executor == "in-memory"
    quick = {column.name: plain(column, held_already) for column in columns}
    sums = [pl.len().alias("rows")]
    if raw.headers:  # the last column makes the CSV reader look at the whole row
        sums.append(pl.col(str(len(raw.headers) - 1)).null_count().alias("last"))
    for column in columns:
        way = quick[column.name]
        if way is not None:
            sums.append(way[1].sum().cast(pl.Int64).alias(f"odd {column.name}"))
            sums.append(pl.col(column.name).null_count().alias(f"null {column.name}"))
    counts = raw.frame.select(sums).collect(engine=raw.executor).row(0, named=True)
    rows = counts["rows"]
    width = len(raw.headers) + len(columns)
    raw = replace(raw, frame=held(raw.frame, rows, width), executor=executor(rows * width))
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
    counted = occurring(raw, odd)
    odd = [understood(raw, column, counted.get(column.name, {}), problems) for column in odd]
    shapes = {name: [shape for shape, count in counts.items() if count] for name, counts in counted.items()}
    frame = held(full(raw.frame, odd, shapes).with_columns(values), rows, width)
    refused: dict[str, int] = {}
    missing.update(_count(raw, frame, odd, table, problems, refused))
    tell_faults(raw, columns, table, problems)
    by_index = {int(column.name): column.field.id for column in columns}
    for _, index, _ in raw.faults:
        if index in by_index:
            refused[by_index[index]] = refused.get(by_index[index], 0) + 1
    return Judged(raw, frame, rows, missing, refused)


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
        sums.append((pl.col(column.code) != 0).sum().alias(f"wrong {column.name}"))
        if column.field.kind == "text":
            sums += _id_sums(column)
    refused: set[str] = set()
    counts = frame.select(sums).collect(engine=raw.executor).row(0, named=True)
    wrong = [column.code for column in odd if counts[f"wrong {column.name}"]]
    codes = _codes(raw, frame, wrong)
    for column in odd:
        if column.field.kind == "text":
            _tell_ids(raw, frame, column, counts, problems)
        found = codes.get(column.code, {})
        if column.is_refused:
            refused.add(column.field.id)
        elif found:
            read = counts["rows"] - counts[f"null {column.name}"]
            refused_values[column.field.id] = sum(found.values())
            if tell_column(raw, frame, column, table, found, read, problems):
                refused.add(column.field.id)
    return {
        column.field.id: counts[f"null {column.name}"] for column in odd if column.field.id not in refused
    }


def _codes(raw: Raw, frame: pl.LazyFrame, columns: list[str]) -> dict[str, dict[str, int]]:
    """How often each code stands in columns of codes."""
    if not columns:
        return {}
    asked = [
        (pl.col(column) == i).sum().alias(f"{column} {i}") for column in columns for i in range(1, len(CODES))
    ]
    counts = frame.select(asked).collect(engine=raw.executor).row(0, named=True)
    return {
        column: {code: count for i, code in enumerate(CODES) if i and (count := counts[f"{column} {i}"])}
        for column in columns
    }


def _id_sums(column: Column) -> list[pl.Expr]:
    """Counts of identifiers that were put right, of long numbers, and of those that end in zeros."""
    if column.dtype != pl.String:
        return []
    text = pl.col(column.name).str.strip_chars()
    counts = {
        "tidied": (text != read_text(column)).sum() if column.is_id else pl.lit(0),
        "long": text.str.contains(LONG_NUMBER).sum(),
        "rounded": text.str.contains(ROUNDED_NUMBER).sum(),
    }
    return [count.alias(f"{name} {column.name}") for name, count in counts.items()]


def _tell_ids(
    raw: Raw, frame: pl.LazyFrame, column: Column, counts: dict[str, int], problems: Problems
) -> None:
    if counts.get(f"tidied {column.name}"):
        text = pl.col(column.name).str.strip_chars()
        cells = frame.select(ROW, text.alias("read"), read_text(column).alias("taken"))
        first = cells.filter(pl.col("read") != pl.col("taken")).head(1).collect(engine=raw.executor)
        row, read, taken = first.row(0)
        count = counts[f"tidied {column.name}"]
        problems.note("ids-tidied", raw.cell(row, column.header), count=count, read=read, taken=taken)
    if 0 < counts.get(f"rounded {column.name}", 0) == counts.get(f"long {column.name}"):
        cells = frame.select(ROW, pl.col(column.name).str.strip_chars().alias("read"))
        first = cells.filter(pl.col("read").str.contains(ROUNDED_NUMBER)).head(1).collect(engine=raw.executor)
        row, read = first.row(0)
        count = counts[f"rounded {column.name}"]
        problems.warning("rounded-ids", raw.cell(row, column.header), count=count, read=read)


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0][:200]
