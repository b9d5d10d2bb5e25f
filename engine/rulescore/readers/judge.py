# SPDX-License-Identifier: Apache-2.0
"""A file as read and its fitted columns -> a typed frame; every value that doesn't fit is told and made missing.

The file is passed over once to count. Only a column with something irregular in it is looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ..model import Table
from ..problems import Problems, close_names
from .coerce import Column, listed_words, plain, shown
from .forms import SHAPES, shapes_of
from .steps import CODES, full
from .table import ROW, Raw

LISTED = 20
"""So many cells of a column are told one by one; the rest are counted."""

_COUNTED = "infinite-numbers"
"""Told once a column: a calculation has put them there by the thousand."""

_UNUSABLE_FROM = 3
"""A column with at least so many values, none of them readable, is a mistake in the mapping."""

READ_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's frame with its fields typed beside the columns as read, its rows, how often each field is missing."""

    raw: Raw
    frame: pl.LazyFrame
    rows: int
    missing: dict[str, int]


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
    missing.update(_count(raw, frame, odd, table, problems))
    _tell_faults(raw, columns, table, problems)
    return Judged(raw, frame, rows, missing)


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
    raw: Raw, frame: pl.LazyFrame, odd: list[Column], table: Table, problems: Problems
) -> dict[str, int]:
    """Counts what doesn't fit in the irregular columns and tells it; how often each is missing."""
    if not odd:
        return {}
    sums = [pl.len().alias("rows")]
    for column in odd:
        sums.append(pl.col(column.field.id).null_count().alias(f"null {column.name}"))
        sums += [(pl.col(column.code) == i).sum().alias(f"{i} {column.name}") for i in range(1, len(CODES))]
    counts = frame.select(sums).collect(engine="streaming").row(0, named=True)
    for column in odd:
        found = {
            CODES[i]: counts[f"{i} {column.name}"]
            for i in range(1, len(CODES))
            if counts[f"{i} {column.name}"]
        }
        if found:
            read = counts["rows"] - counts[f"null {column.name}"]
            _tell(raw, frame, column, table, found, read, problems)
    return {column.field.id: counts[f"null {column.name}"] for column in odd}


_WHOLLY = {
    "unreadable-number": "unreadable-column",
    "unreadable-date": "unreadable-column",
    "unreadable-truth": "unreadable-column",
    "nested-value": "unreadable-column",
    "ambiguous-date": "ambiguous-column",
    "unlisted-value": "unlisted-column",
}
"""What is told of a column of which no value can be read."""


def _tell(
    raw: Raw,
    frame: pl.LazyFrame,
    column: Column,
    table: Table,
    found: dict[str, int],
    read: int,
    problems: Problems,
) -> None:
    """Tells the first cells that don't fit, then counts; a wholly unreadable column is one problem."""
    facts = _facts(column, table)
    if infinite := found.pop(_COUNTED, 0):
        row, value, _ = _first(frame, column, [_COUNTED])[0]
        problems.warning(_COUNTED, raw.cell(row, column.header), **facts, count=infinite, read=value)
    first = _first(frame, column, list(found))
    total = sum(found.values())
    main = max(found, key=lambda code: found[code], default="")
    if read == 0 and total >= _UNUSABLE_FROM and main in _WHOLLY:
        examples = list(dict.fromkeys(value for _, value, _ in first))[:3]
        tell = problems.warning if main == "unlisted-value" else problems.error
        tell(_WHOLLY[main], raw.cell(first[0][0], column.header), **facts, count=total, examples=examples)
        return
    for row, value, code in first:
        close = close_names(value, listed_words(column.field)) if code == "unlisted-value" else []
        problems.warning(code, raw.cell(row, column.header), **facts, read=value, close=close)
    if total > len(first):
        place = raw.cell(None, column.header)
        problems.warning("cells-unlisted", place, **facts, count=total - len(first), total=total)


def _first(frame: pl.LazyFrame, column: Column, codes: list[str]) -> list[tuple[int, str, str]]:
    """The first cells with one of the codes: row, cell as text, code."""
    if not codes:
        return []
    wanted = [CODES.index(code) for code in codes]
    cells = frame.select(ROW, shown(column).alias("read"), pl.col(column.code).alias("code"))
    rows = cells.filter(pl.col("code").is_in(wanted)).head(LISTED).collect(engine="streaming").rows()
    return [(row, str(value), CODES[code]) for row, value, code in rows]


def _facts(column: Column, table: Table) -> dict[str, str | list[str] | float | None]:
    field = column.field
    return {
        "field": field.id,
        "table": table.id,
        "type": field.type,
        "min": "—" if field.min is None else field.min,
        "max": "—" if field.max is None else field.max,
        "values": list(field.values),
        "form": column.date_format or "",
    }


def _tell_faults(raw: Raw, columns: tuple[Column, ...], table: Table, problems: Problems) -> None:
    """Cells in which a formula failed."""
    by_index = {int(column.name): column for column in columns}
    faults = [fault for fault in raw.faults if fault[1] in by_index]
    for row, index, text in faults[:LISTED]:
        column = by_index[index]
        problems.warning(
            "formula-error", raw.cell(row, column.header), read=text, field=column.field.id, table=table.id
        )
    if len(faults) > LISTED:
        problems.warning(
            "formula-errors", raw.cell(), count=len(faults) - LISTED, total=len(faults), table=table.id
        )


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0][:200]
