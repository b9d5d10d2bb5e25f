# SPDX-License-Identifier: Apache-2.0
"""Plants the known flaws of a sample in its rows and lists each with the row as a spreadsheet counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .files import Row


class Flaw(NamedTuple):
    """`at` is a row of the sheet (the header is row 1), or "new": a last row that repeats the one above with a new id. A row
    that is too short loses its last two cells; `column` and `raw` are then blank."""

    table: str
    at: int | str
    column: str
    raw: str
    code: str  # the problem it must give; blank when it must be understood
    outcome: str


def spoil(tables: Mapping[str, list[Row]], planted: Sequence[Flaw], unmapped: Sequence[tuple[str, str]],
          names: Mapping[str, str]) -> list[Row]:  # fmt: skip
    """`names` says where a table stands: a file, or a sheet of a workbook. `unmapped` are columns that nobody knows."""
    listed: list[Row] = []
    for flaw in planted:
        rows = tables[flaw.table]
        if flaw.at == "new":
            rows.append({**rows[-1], next(iter(rows[-1])): f"X-{len(rows)}"})
        at = len(rows) - 1 if isinstance(flaw.at, str) else flaw.at - 2
        if flaw.code == "row-too-short":
            for column in list(rows[at])[-2:]:
                del rows[at][column]
        else:
            rows[at][flaw.column] = flaw.raw
        listed.append({
            "table": names[flaw.table], "row": str(at + 2), "column": flaw.column, "raw": flaw.raw, "code": flaw.code,
            "outcome": flaw.outcome,
        })  # fmt: skip
    return listed + [
        {
            "table": names[table],
            "row": "1",
            "column": column,
            "raw": column,
            "code": "unused-columns",
            "outcome": "not read",
        }
        for table, column in unmapped
    ]
