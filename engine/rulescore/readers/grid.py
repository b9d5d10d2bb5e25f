# SPDX-License-Identifier: Apache-2.0
"""The cells of a sheet, with what is merged in it -> `Raw`: header found, merged cells filled down, notes set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct

from ..problems import Cell, Problems
from ..values import fold
from .columns import column, text_of
from .layout import LOOKED_AT, NOTES_AT_MOST, Header, Range, find_header, notes_below
from .table import ROW, Broken, Options, Raw, executor
from .units import split

LISTED = 20


class Grid(Struct, frozen=True):
    """A sheet as its cells, row by row from the first; an empty cell is "". `merged` may hold ranges of one cell."""

    file: str
    path: Path
    sheet: str | None
    sha256: str
    rows: list[list[Any]]
    merged: Sequence[Range] = ()
    faults: tuple[tuple[int, int, str], ...] = ()
    formats: Callable[[int], Mapping[int, str]] | None = None
    encoding: str | None = None


def raw_of(grid: Grid, options: Options, problems: Problems) -> Raw | None:
    """The table of a sheet; None after telling why there is none."""
    rows, place = grid.rows, Cell(grid.file, grid.sheet)
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    first = next((index for index, row in enumerate(rows) if any(value != "" for value in row)), 0)
    looked = _texts(
        rows[: max(first + LOOKED_AT, (options.header_row or 0) + (options.header_rows or 1)) + 1]
    )
    merged = [one for one in grid.merged if one[0] < one[2] or one[1] < one[3]]
    header = find_header(looked, options, merged, place, problems)
    if header is None:
        row = options.header_row or first + 1
        problems.error(
            "missing-header" if rows else "file-empty", Cell(grid.file, grid.sheet, row if rows else None)
        )
        return None
    names = list(header.names)
    while names and not names[-1] and not _reaches(rows[header.last + 1 :], len(names) - 1):
        names.pop()
    below, worded = notes_below(_texts(rows[max(header.last + 1, len(rows) - NOTES_AT_MOST) :]), len(names))
    end = len(rows) - below
    code = "notes-below" if worded else "lines-below"
    notes = [
        Broken(number, code, cells)
        for number, cells in enumerate(map(tuple, _texts(rows[end:])), end + 1)
        if any(cells)
    ]
    body = rows[header.last + 1 : end]
    _fill_down(grid, header, body, merged, options, problems)
    nothing = [("",) * len(body)] * len(names)  # for columns that only the header has
    columns = [
        column(str(index), cells)
        for index, cells in enumerate(islice(chain(zip_longest(*body, fillvalue=""), nothing), len(names)))
    ]
    start = header.last + 2
    numbers = pl.Series(ROW, range(start, start + len(body)), pl.Int64)
    faults = tuple(fault for fault in grid.faults if start <= fault[0] <= end and fault[1] < len(names))
    frame = pl.DataFrame([*columns, numbers]).lazy()
    return Raw(
        grid.file,
        grid.path,
        grid.sheet,
        grid.encoding,
        grid.sha256,
        tuple(names),
        header.last + 1,
        frame,
        tuple(notes),
        faults,
        formats=grid.formats,
        executor=executor(len(body) * len(names)),
    )


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    return [[(text_of(value) or "").strip() for value in row] for row in rows]


def _reaches(rows: list[list[Any]], index: int) -> bool:
    return any(index < len(row) and row[index] != "" for row in rows)


def _fill_down(
    grid: Grid,
    header: Header,
    body: list[list[Any]],
    merged: Sequence[Range],
    options: Options,
    problems: Problems,
) -> None:
    """Writes the value of a merged cell to each of its rows, since it holds for all of them; but never a number that is an
    amount: it would count once a row."""
    start = header.last + 1
    filled: dict[int, list[int]] = {}
    left_out: dict[int, list[int]] = {}
    reached: dict[int, int] = {}
    for top, left, bottom, _ in sorted(merged):
        if top < max(start, reached.get(left, 0)) or bottom == top or left >= len(header.names):
            continue
        last = min(bottom, start + len(body) - 1)
        reached[left] = last + 1
        if last <= top or body[top - start][left] == "":
            continue
        kind = _kind(header.names[left], options)
        if kind == "number":
            left_out.setdefault(left, []).append(top + 1)
            continue
        filled.setdefault(left, []).append(top + 1)
        for row in body[top - start + 1 : last - start + 1]:
            row[left] = body[top - start][left]
    for tell, code, found in (
        (problems.note, "merged-cells", filled),
        (problems.warning, "merged-numbers", left_out),
    ):
        for index, rows in sorted(found.items()):
            place = Cell(grid.file, grid.sheet, rows[0], header.names[index])
            tell(code, place, count=len(rows), rows=[str(row) for row in rows[:LISTED]])


def _kind(name: str, options: Options) -> str:
    """The kind of the field that a column may become; "" when it is none."""
    return options.known.get(fold(name)) or options.known.get(fold(split(name)[0])) or ""
