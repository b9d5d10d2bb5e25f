# SPDX-License-Identifier: Apache-2.0
"""Web pages and XML Spreadsheet 2003 under the name of a workbook -> `Raw`, as many business systems export them.

Only cells are taken: no script, style, link or entity of the file is followed. Each byte of a page is looked at a few times
at most, which the standard library's parser doesn't promise for hostile pages (see decision 0021).
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ..problems import Cell, Problems, close_names
from ..values import fold
from .bytes import digest, kind_of
from .grid import Grid, raw_of
from .layout import Range
from .table import Options, Raw

MOST_BYTES = 64 << 20
MOST_CELLS = 5_000_000
MOST_SPAN = 1_000

_CHARSET = re.compile(rb"""charset=["']?([\w-]+)""")
_CHARSETS = ("utf-8", "gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "windows-1252")
"""What a page may declare; codecs that are no plain character sets can take any time."""

_UNSEEN = re.compile(r"<!--|<script\b|<style\b", re.IGNORECASE)
_SEEN_AGAIN = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\b[^<>]*>", re.IGNORECASE),
    "<style": re.compile(r"</style\b[^<>]*>", re.IGNORECASE),
}
_TAG = re.compile(r"<(/?)(table|tr|td|th|br)\b([^<>]*)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ACROSS = re.compile(r"""\bcolspan *= *["']?([0-9]{1,8})""", re.IGNORECASE)
_DOWN = re.compile(r"""\browspan *= *["']?([0-9]{1,8})""", re.IGNORECASE)
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads the largest table of a web page, or a sheet of an XML Spreadsheet; None after telling why it can't."""
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
        sha256 = digest(path)
    except OSError as error:
        problems.error("file-unreadable", Cell(file), reason=error.strerror or str(error))
        return None
    if content is None:
        problems.error("oversized-file", Cell(file), limit=MOST_BYTES)
        return None
    kind = kind_of(content[:4096]) or ""
    encoding = None
    try:
        if kind == "xml":
            tables = _sheets(content)
        else:
            encoding, text = _text(content, options)
            if encoding is None:
                problems.error(
                    "wrong-encoding", Cell(file), encoding=options.encoding or "utf-8", reason="HTML"
                )
                return None
            tables = _tables(_without_unseen(text))
    except expat.ExpatError as error:
        problems.error("file-damaged", Cell(file), kind="XML", reason=str(error)[:200])
        return None
    except _TooLargeError:
        problems.error("sheet-too-large", Cell(file), limit=MOST_CELLS)
        return None
    tables = [table for table in tables if table.rows]
    if not tables:
        problems.error("file-kind", Cell(file), suffix=path.suffix.lower().lstrip(".") or "?", seems=kind)
        return None
    chosen = (
        _chosen(tables, file, options, problems) if kind == "xml" else max(tables, key=lambda one: one.count)
    )
    if chosen is None:
        return None
    if kind == "html":
        problems.note("web-page-read", Cell(file), number=tables.index(chosen) + 1, count=len(tables))
    width = max(map(len, chosen.rows))
    if width * len(chosen.rows) > MOST_CELLS:
        problems.error("sheet-too-large", Cell(file, chosen.name), limit=MOST_CELLS)
        return None
    rows = [[*row, *[""] * (width - len(row))] for row in chosen.rows]
    grid = Grid(file, path, chosen.name, sha256, rows, chosen.merged, tuple(chosen.faults), encoding=encoding)
    return raw_of(grid, options, problems)


class _TooLargeError(Exception):
    """A table that spans more cells than are read."""


class _Table:
    """A table as it is read: cells are put where the ones above and before them leave room."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self.rows: list[list[Any]] = []
        self.merged: list[Range] = []
        self.faults: list[tuple[int, int, str]] = []
        self.count = 0
        self._spanned = 0
        self._held: dict[int, int] = {}

    def row(self, number: int | None = None) -> None:
        """Begins the next row, or row `number` (from 1)."""
        while len(self.rows) < (number or 0) - 1:
            self._add()
        self._add()

    def _add(self) -> None:
        self._held = {column: rows - 1 for column, rows in self._held.items() if rows > 1}
        self.rows.append([])
        self._spend(1)

    def cell(self, value: Any, across: int = 1, down: int = 1, column: int | None = None) -> None:
        """Puts a cell into the row, after the last or at a column (from 1)."""
        row = self.rows[-1]
        if column is not None:
            self._spend(max(0, column - len(row)))
            row += [""] * (column - 1 - len(row))
        while len(row) in self._held:
            row.append("")
        place = (len(self.rows) - 1, len(row))
        self._spend(across)
        if down > 1:
            self._held.update(dict.fromkeys(range(len(row), len(row) + across), down))
        if across > 1 or down > 1:
            self.merged.append((*place, place[0] + down - 1, place[1] + across - 1))
        row += [value, *[""] * (across - 1)]
        self.count += value != ""

    def _spend(self, cells: int) -> None:
        self._spanned += cells + len(self._held)
        if self._spanned > MOST_CELLS:
            raise _TooLargeError


def _text(content: bytes, options: Options) -> tuple[str | None, str]:
    """A page's encoding and text: as told, as the page declares, else UTF-8 or GB18030; None when none of them fits."""
    names = [options.encoding] if options.encoding else ["utf-8-sig", "gb18030"]
    declared = _CHARSET.search(content[:4096])
    if declared and not options.encoding and (name := declared[1].decode().lower()) in _CHARSETS:
        names.insert(0, name)
    for name in names:
        try:
            return name, content.decode(name)
        except (UnicodeError, LookupError):
            continue
    return None, ""


def _without_unseen(text: str) -> str:
    """A page without comments, scripts and styles; one that never ends takes the rest of the page with it."""
    kept, at = [], 0
    while begin := _UNSEEN.search(text, at):
        kept.append(text[at : begin.start()])
        end = _SEEN_AGAIN[begin[0].lower()].search(text, begin.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    return "".join([*kept, text[at:]])


def _tables(text: str) -> list[_Table]:
    """The tables of a page; of a table inside a cell the cell gets nothing."""
    tables: list[_Table] = []
    stack: list[tuple[_Table, list[str] | None, str]] = []
    at = 0

    def end_cell() -> None:
        table, pieces, said = stack[-1]
        if pieces is not None:
            words = html.unescape(_ANY_TAG.sub("", "".join(pieces))).strip()
            table.cell(words, _span(_ACROSS, said), _span(_DOWN, said))
            stack[-1] = (table, None, "")

    for tag in _TAG.finditer(text):
        between, at = text[at : tag.start()], tag.end()
        ends, name, said = bool(tag[1]), tag[2].lower(), tag[3]
        if stack and (pieces := stack[-1][1]) is not None:
            pieces += [between, "\n"] if name == "br" else [between]
        if name == "table" and not ends:
            tables.append(_Table())
            stack.append((tables[-1], None, ""))
        elif not stack or name == "br":
            continue
        else:
            end_cell()
            table = stack[-1][0]
            if name == "table":
                stack.pop()
            elif name == "tr" and not ends:
                table.row()
            elif name in ("td", "th") and not ends:
                if not table.rows:
                    table.row()
                stack[-1] = (table, [], said)
    while stack:
        end_cell()
        stack.pop()
    return tables


def _span(form: re.Pattern[str], said: str) -> int:
    match = form.search(said)
    return min(max(int(match[1]), 1), MOST_SPAN) if match else 1


def _sheets(content: bytes) -> list[_Table]:
    """The sheets of an XML Spreadsheet; none of any other XML."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return []
    reader = _Sheets()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.buffer_text = True
    parser.Parse(content, True)
    return reader.tables


class _Sheets:
    """Gathers the sheets of an XML Spreadsheet 2003."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self._cell: dict[str, str] = {}
        self._type: str | None = None
        self._text: list[str] = []
        self._value: Any = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        if space != _SPREADSHEET:
            return
        said = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag == "Worksheet":
            self.tables.append(_Table(said.get("Name", "")))
        elif not self.tables:
            return
        elif tag == "Row":
            self.tables[-1].row(_number(said.get("Index"), MOST_CELLS))
        elif tag == "Cell" and self.tables[-1].rows:
            self._cell, self._value = said, ""
        elif tag == "Data":
            self._type, self._text = said.get("Type", "String"), []

    def data(self, text: str) -> None:
        if self._type is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        space, _, tag = name.rpartition(" ")
        if space != _SPREADSHEET or not self.tables or not self.tables[-1].rows:
            return
        table = self.tables[-1]
        if tag == "Data" and self._type is not None:
            text = "".join(self._text)
            self._value = _typed(self._type, text)
            if self._type == "Error":
                column = (_number(self._cell.get("Index"), MOST_SPAN * 10) or len(table.rows[-1]) + 1) - 1
                table.faults.append((len(table.rows), column, text))
            self._type = None
        elif tag == "Cell":
            across = min(_number(self._cell.get("MergeAcross"), MOST_SPAN) or 0, MOST_SPAN) + 1
            down = min(_number(self._cell.get("MergeDown"), MOST_CELLS) or 0, MOST_CELLS) + 1
            table.cell(self._value, across, down, _number(self._cell.get("Index"), MOST_SPAN * 10))


def _number(text: str | None, most: int) -> int | None:
    return min(int(text), most) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _typed(kind: str, text: str) -> Any:
    """A value of XML Spreadsheet as Excel would give it; text that is no such value stays text."""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    if kind == "Boolean":
        return text == "1"
    return "" if kind == "Error" else text


def _chosen(tables: list[_Table], file: str, options: Options, problems: Problems) -> _Table | None:
    """The named sheet, else the first; None after telling that there is no such sheet."""
    names = [table.name or "" for table in tables]
    if options.sheet is None:
        if len(names) > 1:
            problems.note("unread-sheets", Cell(file, names[0]), sheet=names[0], others=names[1:])
        return tables[0]
    for table in tables:
        if fold(table.name or "") == fold(options.sheet):
            return table
    close = close_names(options.sheet, names)
    problems.error("unknown-sheet", Cell(file, options.sheet), sheet=options.sheet, sheets=names, close=close)
    return None
