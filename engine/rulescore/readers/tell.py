# SPDX-License-Identifier: Apache-2.0
"""Columns in which something does not fit their field -> the problems that say so, cell by cell up to a limit."""

from __future__ import annotations

import polars as pl

from ..model import Table
from ..problems import Fact, Problems, close_names
from ..values import HIDDEN
from .coerce import Column, listed_words, shown
from .steps import CODES
from .table import ROW, Raw

LISTED = 20
"""So many cells of a column are told one by one; the rest are counted."""

_COUNTED = "infinite-numbers"
"""Told once a column: a calculation has put them there by the thousand."""

_UNCLEAR = "unclear-percent"
"""One such cell may be a slip; several leave the other values of their column in doubt."""

_REFUSED = frozenset({"unit-twice"})
"""Cells that leave the other values of their column in doubt, be it one alone."""

_UNUSABLE_FROM = 3
"""A column with at least so many values, none of them readable, is a mistake in the mapping."""

_WHOLLY = {
    "unreadable-number": "unreadable-column",
    "unreadable-date": "unreadable-column",
    "unreadable-truth": "unreadable-column",
    "nested-value": "unreadable-column",
    "ambiguous-date": "ambiguous-column",
    "unlisted-value": "unlisted-column",
}
"""What is told of a column of which no value can be read."""


def tell_column(
    raw: Raw,
    frame: pl.LazyFrame,
    column: Column,
    table: Table,
    found: dict[str, int],
    read: int,
    problems: Problems,
) -> bool:
    """Tells the first cells that don't fit, then counts. A wholly unreadable column is one problem; whether an error."""
    facts = _facts(column, table)
    if infinite := found.pop(_COUNTED, 0):
        row, value, _ = _first(raw, frame, column, [_COUNTED])[0]
        problems.warning(
            _COUNTED, raw.cell(row, column.header), **facts, count=infinite, read=_seen(column, value)
        )
    refused = False
    if (unclear := found.get(_UNCLEAR, 0)) >= _UNUSABLE_FROM:
        cells = _first(raw, frame, column, [_UNCLEAR])
        examples = list(dict.fromkeys(value for _, value, _ in cells))[:3]
        examples = [HIDDEN] if column.field.unsaid else examples
        problems.error(
            "unclear-percents",
            raw.cell(cells[0][0], column.header),
            **facts,
            count=unclear,
            examples=examples,
        )
        del found[_UNCLEAR]
        refused = True
    first = _first(raw, frame, column, list(found))
    total = sum(found.values())
    main = max(found, key=lambda code: found[code], default="")
    if read == 0 and total >= _UNUSABLE_FROM and main in _WHOLLY:
        examples = list(dict.fromkeys(value for _, value, _ in first))[:3]
        examples = [HIDDEN] if column.field.unsaid else examples
        tell = problems.warning if main == "unlisted-value" else problems.error
        tell(_WHOLLY[main], raw.cell(first[0][0], column.header), **facts, count=total, examples=examples)
        return main != "unlisted-value"
    for row, value, code in first:
        near = code == "unlisted-value" and not column.field.unsaid
        close = close_names(value, listed_words(column.field)) if near else []
        tell = problems.error if code in _REFUSED else problems.warning
        tell(code, raw.cell(row, column.header), **facts, read=_seen(column, value), close=close)
    if total > len(first):
        place = raw.cell(None, column.header)
        problems.warning("cells-unlisted", place, **facts, count=total - len(first), total=total)
    return refused


def _seen(column: Column, value: str) -> str:
    """A cell as a problem shows it."""
    return HIDDEN if column.field.unsaid else value


def _first(raw: Raw, frame: pl.LazyFrame, column: Column, codes: list[str]) -> list[tuple[int, str, str]]:
    """The first cells with one of the codes: row, cell as text, code."""
    if not codes:
        return []
    wanted = [CODES.index(code) for code in codes]
    cells = frame.select(ROW, shown(column).alias("read"), pl.col(column.code).alias("code"))
    rows = cells.filter(pl.col("code").is_in(wanted)).head(LISTED).collect(engine=raw.executor)
    return [(row, str(value), CODES[code]) for row, value, code in rows.iter_rows()]


def _facts(column: Column, table: Table) -> dict[str, Fact]:
    field = column.field
    return {
        "field": field.id,
        "table": table.id,
        "type": field.type,
        "min": "—" if field.min is None else field.min,
        "max": "—" if field.max is None else field.max,
        "values": list(field.values),
        "form": column.date_format or "",
        "unit": column.unit,
    }


def tell_faults(raw: Raw, columns: tuple[Column, ...], table: Table, problems: Problems) -> None:
    """Cells in which a formula failed."""
    by_index = {int(column.name): column for column in columns}
    faults = [fault for fault in raw.faults if fault[1] in by_index]
    for row, index, text in faults[:LISTED]:
        column = by_index[index]
        code = "formula-without-value" if text.startswith("=") else "formula-error"
        place = raw.cell(row, column.header)
        problems.warning(code, place, read=text, field=column.field.id, table=table.id)
    if len(faults) > LISTED:
        problems.warning(
            "formula-errors", raw.cell(), count=len(faults) - LISTED, total=len(faults), table=table.id
        )
