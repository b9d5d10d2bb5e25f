# SPDX-License-Identifier: Apache-2.0
"""The XML of a sheet of an .xlsx -> what calamine does not say: formula errors, formulas without a value, what is hidden,
number formats. Other workbooks have no such XML, and nothing is said of them."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

_MOST_COLUMNS = 16_384
MOST_CELLS = 50_000_000
"""A sheet whose cells span more than this is refused: one forgotten cell far out would fill the memory."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(rb'r="([A-Z]+)([0-9]+)"')
_ROW_PLACE = re.compile(rb'<row[^>]* r="([0-9]+)"')
_LETTERS = re.compile(rb' r="([A-Z]+)[0-9]')
_FAR = re.compile(rb' r="[A-Z]{3}[0-9]')
_ERROR_TEXT = re.compile(rb"<v>([^<]*)</v>")
_NO_VALUE = re.compile(rb"<c ([^<>]*)><f[^<>]*?(?:/>|>([^<]*)</f>)(?:<v></v>|<v ?/>)?</c>")
_HIDDEN_ROW = re.compile(rb'<row [^<>]*?hidden="(?:1|true)"[^<>]*')
_HIDDEN_COLUMNS = re.compile(rb'<col [^<>]*?hidden="(?:1|true)"[^<>]*')
_ROW_NUMBER = re.compile(rb' r="([0-9]+)"')
_ENDS = re.compile(rb'(min|max)="([0-9]+)"')
_STYLED = re.compile(rb"<c ([^<>]*)>")
_STYLE = re.compile(rb' ?s="([0-9]+)"')
_DAMAGES = (LookupError, ValueError, ElementTree.ParseError, zlib.error, EOFError, RuntimeError)
"""What the inside of a damaged workbook raises."""
_PERCENT_FORMATS = {9: "0%", 10: "0.00%"}
"""The built-in number formats of shares."""


def xml_of(path: Path, sheet: str, sha256: str) -> bytes:
    """The XML of a sheet of an .xlsx; nothing for other formats. `sha256`: of the workbook, as it was read."""
    try:
        parts = _parts(path, sha256)
        if sheet not in parts:
            return b""
        with zipfile.ZipFile(path) as archive:
            return archive.read(parts[sheet])
    except _DAMAGES:
        return b""


@lru_cache(maxsize=1)
def _parts(path: Path, sha256: str) -> dict[str, str]:
    """Where the XML of each sheet lies in a workbook: the one read last, whose other sheets are mostly read next."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "").removeprefix("/") for link in links}
    found = {
        node.get("name"): targets.get(node.get(_RELATION))
        for node in reversed(list(book.iter()))
        if node.get(_RELATION)
    }
    return {name: at if at.startswith("xl/") else f"xl/{at}" for name, at in found.items() if name and at}


def cells_of(content: bytes) -> int:
    """Cells of the rectangle that holds every cell of a sheet: calamine takes memory for all of them."""
    last = _ROW_PLACE.search(content, content.rfind(b"<row"))
    rows = int(last[1]) if last else 0
    if rows * _index(b"ZZ") <= MOST_CELLS and not _FAR.search(content):
        return rows
    return rows * (1 + max((_index(match) for match in set(_LETTERS.findall(content))), default=0))


def faults_of(content: bytes) -> tuple[tuple[int, int, str], ...]:
    """Cells that hold an error (#REF!), or a formula that was never calculated: calamine reads them as empty.

    (Row, column index, error or formula)."""
    faults = []
    seen, at = 0, content.find(b't="e"')
    while at >= 0:
        # no further back than where was looked: what is hostile is long
        begin = content.rfind(b"<c ", seen, at)
        if begin >= 0:
            end = content.find(b"<c ", at)
            piece = content[begin : end if end >= 0 else len(content)]
            if at < begin + piece.find(b">") and (match := _PLACE.search(piece)):
                value = _ERROR_TEXT.search(piece)
                text = value[1].decode("utf-8", "replace") if value else "#?"
                faults.append((int(match[2]), _index(match[1]), text))
        seen, at = at, content.find(b't="e"', at + 1)
    if b"<f" in content:
        for match in _NO_VALUE.finditer(content):
            if place := _PLACE.search(match[1]):
                formula = (match[2] or b"").decode("utf-8", "replace")
                faults.append((int(place[2]), _index(place[1]), f"={html.unescape(formula)}"[:80]))
    return tuple(sorted(faults))


def hidden_of(content: bytes) -> tuple[list[int], set[int]]:
    """The hidden rows (from 1) and columns (indexes) of a sheet."""
    if b'hidden="' not in content:
        return [], set()
    rows = [int(place[1]) for row in _HIDDEN_ROW.findall(content) if (place := _ROW_NUMBER.search(row))]
    columns: set[int] = set()
    for column in _HIDDEN_COLUMNS.findall(content):
        ends = dict(_ENDS.findall(column))
        if len(ends) == 2:
            columns.update(range(int(ends[b"min"]) - 1, min(int(ends[b"max"]), _MOST_COLUMNS)))
    return rows, columns


def formats_of(path: Path, content: bytes, column: int) -> dict[int, str]:
    """The number formats of the cells of a column, by row; cells without one of their own are not in the answer."""
    if not content:
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except (*_DAMAGES, zipfile.BadZipFile):
        return {}
    codes = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
    cells = styles.find(f"{_MAIN}cellXfs")
    ids = [] if cells is None else [int(one.get("numFmtId", 0)) for one in cells]
    known = {
        index: code
        for index, id_ in enumerate(ids)
        if (code := codes.get(id_, _PERCENT_FORMATS.get(id_, "")))
    }
    found = {}
    for attributes in _STYLED.findall(content):
        style = _STYLE.search(attributes)
        if style is None or int(style[1]) not in known:
            continue
        place = _PLACE.search(attributes)
        if place is not None and _index(place[1]) == column:
            found[int(place[2])] = known[int(style[1])]
    return found


def _index(letters: bytes) -> int:
    """Column letters -> index from 0 (A is 0)."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
