# SPDX-License-Identifier: Apache-2.0
"""The bytes of a file -> its hash, what kind of file it really is, and why it can't be opened."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import BinaryIO, Literal, TextIO, overload

from msgspec import Struct

from ..problems import Cell, Problems

CHUNK = 1 << 20

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip or xlsx"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"PAR1", "parquet"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"ARROW1", "arrow"),
    (b"SQLite format 3", "sqlite"),
    (b"\x7fELF", "program"),
)


class Held(Struct, frozen=True):
    """The bytes of a file that lies inside another, opened like a file of its own."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix

    @overload
    def open(self, mode: Literal["rb"]) -> BinaryIO: ...
    @overload
    def open(self, mode: Literal["r"], *, encoding: str, newline: str) -> TextIO: ...

    def open(
        self, mode: str, *, encoding: str | None = None, newline: str | None = None
    ) -> BinaryIO | TextIO:
        stream = io.BytesIO(self.content)
        return stream if "b" in mode else io.TextIOWrapper(stream, encoding, newline=newline)


Openable = Path | Held
"""A file on disk, or one held in memory."""


def kind_of(head: bytes) -> str | None:
    """What the first bytes of a file say it is; None when they look like text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    if start.startswith(b"mime-version:"):
        return "mht"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in head.lower() else "xml"
    return None


def digest(path: Openable, see: Callable[[bytes], None] | None = None) -> str:
    """The sha256 of a file, read in pieces of 1 MiB; `see` gets each piece."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            total.update(chunk)
            if see is not None:
                see(chunk)
    return total.hexdigest()


def opened(path: Openable, file: str, expected: tuple[str, ...], problems: Problems) -> bytes | None:
    """The first 4 KiB of a file; None after telling why it can't be read as one of the `expected` kinds.

    An empty tuple expects text.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        problems.error("file-not-found", Cell(file))
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.error("file-unreadable", Cell(file), reason=reason)
        return None
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        problems.error("file-empty", Cell(file))
        return None
    kind = kind_of(head)
    if kind not in expected and not (kind is None and not expected):
        suffix = path.suffix.lower().lstrip(".") or "?"
        problems.error("file-kind", Cell(file), suffix=suffix, seems=kind or "text")
        return None
    return head
