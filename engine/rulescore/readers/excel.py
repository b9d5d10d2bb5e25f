# SPDX-License-Identifier: Apache-2.0
"""Excel and OpenDocument workbooks -> `Raw`: one sheet, typed cells; what the values alone do not show is told."""

from __future__ import annotations

import struct
import zipfile
import zlib
from functools import lru_cache, partial
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ..problems import Cell, Fact, Problems, close_names
from ..values import fold
from . import markup
from .archive import MOST_BYTES, is_too_large, repeated_cells
from .bytes import digest, kind_of, opened
from .grid import Grid, raw_of
from .sheetxml import MOST_CELLS, cells_of, faults_of, formats_of, hidden_of, xml_of
from .table import Format, Options, Raw

LISTED = 20
KEPT_BYTES = 8_000_000  # a larger workbook is opened for each sheet, so as not to stay in memory

_DAMAGES = (CalamineError, zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError)
"""What opening a damaged workbook raises."""

_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads one sheet: the named one, else the first that is visible; None after telling why it can't."""
    head = opened(path, file, ("zip or xlsx", "xls", "html", "xml"), problems)
    if head is None:
        return None
    if kind_of(head) in ("html", "xml"):
        return markup.read(path, file, options, problems)
    try:
        stat = path.stat()
        sha256, refusal = _examined(path, stat.st_mtime_ns, stat.st_size)
        if refusal:
            problems.error(refusal, Cell(file), **_LIMITS.get(refusal, {}))
            return None
        workbook = _opened(path, sha256) if stat.st_size <= KEPT_BYTES else _open(path)
        sheet = _sheet(workbook, file, options, problems)
        if sheet is None:
            return None
        content = xml_of(path, sheet, sha256)
        if cells_of(content) > MOST_CELLS:
            problems.error("sheet-too-large", Cell(file, sheet), limit=MOST_CELLS)
            return None
        cells = workbook.get_sheet_by_name(sheet)
        rows = cells.to_python(skip_empty_area=False)
        merged = [(*start, *end) for start, end in cells.merged_cell_ranges or ()]
    except PasswordError:
        problems.error("file-locked", Cell(file))
        return None
    except _DAMAGES as error:
        problems.error("file-damaged", Cell(file), kind="Excel", reason=str(error).split("\n")[0][:200])
        return None
    grid = Grid(
        file, path, sheet, sha256, rows, merged, faults_of(content), partial(formats_of, path, content)
    )
    raw = raw_of(grid, options, problems)
    if raw is not None:
        _tell_hidden(raw, content, len(rows), problems)
    return raw


_LIMITS: dict[str, dict[str, Fact]] = {
    "oversized-file": {"limit": MOST_BYTES},
    "sheet-too-large": {"limit": MOST_CELLS},
}


@lru_cache(maxsize=1)
def _examined(path: Path, changed: int, size: int) -> tuple[str, str]:
    """The sha256 of a workbook as it is now, and the code of the problem that keeps it from being read, if any; found out once
    for all its sheets."""
    sha256 = digest(path)
    if is_too_large(path):
        return sha256, "oversized-file"
    if _is_locked(path):
        return sha256, "file-locked"
    return sha256, "sheet-too-large" if repeated_cells(path) > MOST_CELLS else ""


def _tell_hidden(raw: Raw, content: bytes, rows: int, problems: Problems) -> None:
    """Hidden rows and columns are read like others, and that is told: a filter may have hidden what should not count."""
    hidden, columns = hidden_of(content)
    hidden = [row for row in hidden if raw.header_row < row <= rows]
    if hidden:
        place = raw.cell(hidden[0])
        problems.note("hidden-rows", place, count=len(hidden), rows=[str(row) for row in hidden[:LISTED]])
    names = [name for index, name in enumerate(raw.headers) if index in columns and name]
    if names:
        problems.note("hidden-columns", raw.cell(raw.header_row), headers=names)


def _open(path: Path) -> CalamineWorkbook:
    """Opened as what it is, whatever its suffix says: exports named .xls are often .xlsx inside."""
    with path.open("rb") as stream:
        return CalamineWorkbook.from_filelike(stream)


@lru_cache(maxsize=1)
def _opened(path: Path, sha256: str) -> CalamineWorkbook:
    """The workbook read last: its other sheets are mostly read next."""
    return _open(path)


def _is_locked(path: Path) -> bool:
    """Whether the workbook is wrapped in encryption, which looks like an old .xls from outside."""
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 16)


def sheets(path: Path) -> list[str]:
    """The names of the visible sheets; none when the file is no workbook."""
    try:
        if is_too_large(path) or repeated_cells(path) > MOST_CELLS:
            return []
        workbook = _open(path)
    except _DAMAGES:
        return []
    return _visible(workbook)


def _visible(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _sheet(workbook: CalamineWorkbook, file: str, options: Options, problems: Problems) -> str | None:
    names = workbook.sheet_names
    if options.sheet is not None:
        for name in names:
            if name == options.sheet or fold(name) == fold(options.sheet):
                return name
        problems.error(
            "unknown-sheet",
            Cell(file, options.sheet),
            sheet=options.sheet,
            sheets=names,
            close=close_names(options.sheet, names),
        )
        return None
    visible = _visible(workbook)
    if hidden := [
        sheet.name for sheet in workbook.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible
    ]:
        problems.note("hidden-sheets", Cell(file), sheets=hidden)
    if not visible:
        problems.error("file-empty", Cell(file))
        return None
    if len(visible) > 1:
        problems.note("unread-sheets", Cell(file, visible[0]), sheet=visible[0], others=visible[1:])
    return visible[0]


FORMAT = Format("excel", _SUFFIXES, read, sheets)
