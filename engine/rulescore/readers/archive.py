# SPDX-License-Identifier: Apache-2.0
"""The archive behind a workbook -> how much it unpacks to, whatever it says of itself, and how many cells that would be."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 2 << 30
"""A workbook that unpacks to more than this is refused before it is unpacked."""

_AT_MOST = 1032
"""Deflate makes nothing smaller than one part in so many."""

_PIECE = 1 << 20
_TAG = re.compile(rb"<(/?)table:(?:covered-)?(table-row|table-cell)\b([^<>]*)>")
_ROWS = re.compile(rb'number-rows-repeated="([0-9]{1,9})"')
_COLUMNS = re.compile(rb'number-columns-repeated="([0-9]{1,9})"')


def is_too_large(path: Path) -> bool:
    """Whether a workbook unpacks to more than MOST_BYTES, or to more than it says; never for a file that is not packed.

    An entry is unpacked to find that out only when it could hold so much at all.
    """
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            return True
        packed = [entry for entry in entries if entry.compress_type == zipfile.ZIP_DEFLATED]
        return any(
            entry.compress_size * _AT_MOST > MOST_BYTES and _exceeds(stream, entry) for entry in packed
        )


def _exceeds(stream: BinaryIO, entry: zipfile.ZipInfo) -> bool:
    """Whether an entry unpacks to more than the list of contents says."""
    stream.seek(entry.header_offset + 26)
    name, extra = struct.unpack("<HH", stream.read(4))
    stream.seek(name + extra, 1)
    unpacking, left, size = zlib.decompressobj(-zlib.MAX_WBITS), entry.compress_size, 0
    while left > 0 and not unpacking.eof and (piece := stream.read(min(_PIECE, left))):
        left -= len(piece)
        while piece and size <= entry.file_size:
            size += len(unpacking.decompress(piece, _PIECE))
            piece = unpacking.unconsumed_tail
        if size > entry.file_size:
            return True
    return False


def repeated_cells(path: Path) -> int:
    """Cells that an OpenDocument sheet repeats: a few letters there stand for any number of cells. 0 for other files."""
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return 0
        content = archive.read("content.xml")
    if b"-repeated=" not in content:
        return 0
    total = times = width = reach = 0
    for ends, tag, attributes in _TAG.findall(content):
        if tag == b"table-row":
            total += times * reach
            times, width, reach = 0 if ends else _times(_ROWS, attributes), 0, 0
        elif not ends:
            width += _times(_COLUMNS, attributes)
            is_empty = attributes.endswith(b"/") and b"value-type" not in attributes
            reach = reach if is_empty else width
    return total


def _times(form: re.Pattern[bytes], attributes: bytes) -> int:
    match = form.search(attributes)
    return int(match[1]) if match else 1
