# SPDX-License-Identifier: Apache-2.0
"""A path -> its parts (sheets, pages) with the row that is most likely the header."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from msgspec import Struct

from ..problems import Cell, Problems
from ..readers.columns import text_of
from ..readers.formats import READERS, format_of, read_parts
from ..readers.table import ROW, Options, Raw
from ..values import fold

LOOKED_AT = 10
"""So many rows are looked at for a header that stands below title rows."""


class Opened(Struct, frozen=True):
    """One part of a file. `titles` rows stand above the header; `format` names the input format."""

    path: Path
    format: str
    raw: Raw
    titles: int
    several: bool


def open_parts(path: Path, known: Set[str], problems: Problems) -> list[Opened]:
    """Every visible sheet of a workbook, every page of an archive or folder, or the one table; `known` are the folded
    headers by which a header below title rows is told."""
    format_ = format_of(path)
    if format_ is None:
        suffixes = [suffix for one in READERS for suffix in one.suffixes]
        code = "unknown-format" if path.exists() else "file-not-found"
        problems.error(code, Cell(path.name), file=path.name, suffix=path.suffix, known=suffixes)
        return []
    sheets: list[str | None] = [None]
    if format_.parts is None:
        sheets = list(format_.sheets(path)) if path.is_file() else []
        sheets = sheets or [None]
    found = []
    for sheet in sheets:
        for raw in read_parts(format_, path, path.name, Options(sheet), problems):
            row = _header_row(raw, known)
            again = raw
            if row != raw.header_row:
                options = Options(sheet, header_row=row)
                again = next(iter(read_parts(format_, path, path.name, options, problems)), raw)
            found.append(Opened(path, format_.name, again, max(0, row - raw.header_row), len(sheets) > 1))
    return found


def _header_row(raw: Raw, known: Set[str]) -> int:
    """The row with the most known headers, when it has two at least and more than the first row."""
    if not raw.header_row:
        return raw.header_row
    best, most = raw.header_row, max(1, _count(raw.headers, known))
    names = [str(index) for index in range(len(raw.headers))]
    head = raw.frame.select(ROW, *names).head(LOOKED_AT).collect(engine="streaming").rows()
    rows = {row: tuple(text_of(cell) or "" for cell in cells) for row, *cells in head}
    rows |= {one.row: one.cells for one in raw.broken if one.row <= raw.header_row + LOOKED_AT}
    for row, cells in sorted(rows.items()):
        count = _count(cells, known)
        if count > most:
            best, most = row, count
    return best


def _count(cells: tuple[str, ...], known: Set[str]) -> int:
    return len({fold(cell) for cell in cells} & known)
