# SPDX-License-Identifier: Apache-2.0
"""Excel and OpenDocument workbooks -> `Raw`: one sheet, typed cells, formula errors told cell by cell."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ..problems import Cell, Problems, close_names
from ..values import fold
from .bytes import digest, opened
from .columns import column, text_of
from .table import ROW, Format, Options, Raw

MOST_BYTES = 2 << 30
"""A workbook that unpacks to more than this is refused before it is unpacked."""

MOST_CELLS = 50_000_000
"""A sheet whose cells span more than this is refused: one forgotten cell far out would fill the memory."""

_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(rb'r="([A-Z]+)([0-9]+)"')
_ROW_PLACE = re.compile(rb'<row[^>]* r="([0-9]+)"')
_LETTERS = re.compile(rb' r="([A-Z]+)[0-9]')
_FAR = re.compile(rb' r="[A-Z]{3}[0-9]')
_ERROR_TEXT = re.compile(rb"<v>([^<]*)</v>")


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads one sheet: the named one, else the first that is visible; None after telling why it can't."""
    if opened(path, file, ("zip or xlsx", "xls"), problems) is None:
        return None
    try:
        sha256 = digest(path)
        if _unpacked(path) > MOST_BYTES:
            problems.error("file-too-large", Cell(file), limit=MOST_BYTES)
            return None
        if _is_locked(path):
            problems.error("file-locked", Cell(file))
            return None
        workbook = _open(path)
        sheet = _sheet(workbook, file, options, problems)
        if sheet is None:
            return None
        content = _xml(path, sheet)
        if _cells(content) > MOST_CELLS:
            problems.error("sheet-too-large", Cell(file, sheet), limit=MOST_CELLS)
            return None
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except PasswordError:
        problems.error("file-locked", Cell(file))
        return None
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        problems.error("file-damaged", Cell(file), kind="Excel", reason=str(error).split("\n")[0][:200])
        return None
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    first = (options.header_row or 1) - 1
    while first < len(rows) and not options.header_row and not any(value != "" for value in rows[first]):
        first += 1
    if first >= len(rows) or not any(value != "" for value in rows[first]):
        problems.error(
            "missing-header" if rows else "file-empty", Cell(file, sheet, first + 1 if rows else None)
        )
        return None
    headers = [(text_of(value) or "").strip() for value in rows[first]]
    while headers and not headers[-1] and not any(row[len(headers) - 1] != "" for row in rows[first:]):
        headers.pop()
    body = rows[first + 1 :]
    columns = [column(str(index), [row[index] for row in body]) for index in range(len(headers))]
    numbers = pl.Series(ROW, range(first + 2, len(rows) + 1), pl.Int64)
    faults = tuple(fault for fault in _faults(content) if fault[0] > first + 1 and fault[1] < len(headers))
    frame = pl.DataFrame([*columns, numbers]).lazy()
    return Raw(file, path, sheet, None, sha256, tuple(headers), first + 1, frame, (), faults)


def _open(path: Path) -> CalamineWorkbook:
    """Opened as what it is, whatever its suffix says: exports named .xls are often .xlsx inside."""
    with path.open("rb") as stream:
        return CalamineWorkbook.from_filelike(stream)


def _is_locked(path: Path) -> bool:
    """Whether the workbook is wrapped in encryption, which looks like an old .xls from outside."""
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 16)


def sheets(path: Path) -> list[str]:
    """The names of the visible sheets; none when the file is no workbook."""
    try:
        workbook = _open(path)
    except (CalamineError, OSError):
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
    if not visible:
        problems.error("file-empty", Cell(file))
        return None
    if len(visible) > 1:
        problems.note("unread-sheets", Cell(file, visible[0]), sheet=visible[0], others=visible[1:])
    return visible[0]


def _unpacked(path: Path) -> int:
    """Bytes of the file when unpacked; 0 for a file that is not packed."""
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _xml(path: Path, sheet: str) -> bytes:
    """The XML of a sheet of an .xlsx; nothing for other formats."""
    if not zipfile.is_zipfile(path):
        return b""
    try:
        with zipfile.ZipFile(path) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            targets = {link.get("Id"): link.get("Target", "") for link in links}
            found = [node.get(_RELATION) for node in book.iter() if node.get("name") == sheet]
            target = next(targets[name] for name in found if name).removeprefix("/")
            return archive.read(target if target.startswith("xl/") else f"xl/{target}")
    except (
        LookupError,
        ValueError,
        StopIteration,
        ElementTree.ParseError,
        zlib.error,
        EOFError,
        RuntimeError,
    ):
        return b""


def _cells(content: bytes) -> int:
    """Cells of the rectangle that holds every cell of a sheet: calamine takes memory for all of them."""
    last = _ROW_PLACE.search(content, content.rfind(b"<row"))
    rows = int(last[1]) if last else 0
    if rows * _index(b"ZZ") <= MOST_CELLS and not _FAR.search(content):
        return rows
    return rows * (1 + max((_index(match) for match in set(_LETTERS.findall(content))), default=0))


def _faults(content: bytes) -> list[tuple[int, int, str]]:
    """Cells whose formula gave an error (#REF!): calamine reads them as empty. (Row, column index, error.)"""
    if b't="e"' not in content:
        return []
    faults = []
    for piece in content.split(b"<c ")[1:]:
        if b't="e"' in piece[: piece.find(b">")] and (match := _PLACE.search(piece)):
            value = _ERROR_TEXT.search(piece)
            faults.append(
                (int(match[2]), _index(match[1]), value[1].decode("utf-8", "replace") if value else "#?")
            )
    return faults


def _index(letters: bytes) -> int:
    """Column letters -> index from 0 (A is 0)."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


FORMAT = Format("excel", _SUFFIXES, read, sheets)
