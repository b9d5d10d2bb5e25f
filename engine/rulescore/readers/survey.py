# SPDX-License-Identifier: Apache-2.0
"""One pass over the bytes of a delimited text -> its encoding, and whether all its rows are regular."""

from __future__ import annotations

import codecs
import re

from ..problems import Cell, Problems
from .bytes import CHUNK, Openable

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SURELY_UTF8 = 12
"""So many bytes of valid UTF-8 beyond ASCII do not happen by chance in another encoding."""

_TAIL = 1 << 14
"""Blank lines and notes at the end of a file are looked for in so many bytes."""

_WIDE = re.compile(rb"[\x80-\xff]")


class Survey:
    """Fed with the pieces of a file in order (`see`, then `end`).

    It looks at bytes, not characters: a comma, tab, semicolon, quote or line end of UTF-8 or GB18030 is always
    itself, never a part of another character.
    """

    def __init__(self, start: bytes, separator: str = ",") -> None:
        self.start = start
        self.bom = next((name for mark, name in _BOMS if start.startswith(mark)), None)
        self.utf8, self.cut, self.nul = True, False, False
        self.wide = 0
        self._mark = separator.encode()
        beside = b'[^\r\n"%b]' % re.escape(self._mark)
        self._stray = re.compile(b'"(?:(?<=%b")|(?=%b))' % (beside, beside))
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._separators = self._records = self._returns = 0
        self._strays = self._quoted = False
        self._last = b"\n"
        self.tail = b""
        self._skip = 3 if self.bom == "utf-8-sig" else 0

    def see(self, chunk: bytes) -> None:
        """Takes the next piece of the file."""
        self._decode(chunk)
        self.nul = self.nul or b"\0" in chunk
        chunk, self._skip = chunk[self._skip :], 0
        if not chunk:
            return
        outside = chunk
        if self._quoted or b'"' in chunk:
            pieces = chunk.split(b'"')
            kept = pieces[1::2] if self._quoted else pieces[::2]
            seam = (b'"' if self._quoted else self._last) + b'"'.join(kept)
            self._quoted ^= len(pieces) % 2 == 0
            self._strays = (
                self._strays or self._stray.search(seam + (b'"' if self._quoted else b"")) is not None
            )
            outside = b"".join(kept)
        self._separators += outside.count(self._mark)
        self._records += outside.count(b"\n")
        if b"\r" in outside:
            self._returns += outside.count(b"\r") - outside.count(b"\r\n")
        if self._last == b"\r" and chunk.startswith(b"\n"):
            self._returns -= 1
        self._last = chunk[-1:]
        self.tail = (self.tail + chunk[-_TAIL:])[-_TAIL:]

    def end(self) -> None:
        """Told that the file has ended."""
        if self.utf8:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.utf8, self.cut = False, True

    def regular(self, cells: int) -> bool:
        """Whether every record has `cells` cells, and every quote and line end stands where it should."""
        ending = self.tail[len(self.tail.rstrip(b"\r\n")) :].count(b"\n")
        records = self._records - max(0, ending - 1) + (0 if ending else 1)
        sound = not self._quoted and not self._strays and not self._returns and not self.nul
        return sound and cells > 1 and self._separators == (cells - 1) * records

    @property
    def cells(self) -> int:
        """How many cells a regular file has."""
        return self._separators + self._records + 1

    def _decode(self, chunk: bytes) -> None:
        if not self.utf8 or self.bom == "utf-16":
            return
        try:
            self._decoder.decode(chunk)
            if self.wide < _SURELY_UTF8 and not chunk.isascii():
                self.wide += len(_WIDE.findall(chunk[: 1 << 16]))
        except UnicodeDecodeError as error:
            self.utf8 = False
            self.wide += len(_WIDE.findall(chunk[max(0, error.start - (1 << 16)) : error.start]))


def guess(survey: Survey, path: Openable, file: str, problems: Problems) -> str | None:
    """The encoding by mark, then by strict trial: UTF-8, GB18030, UTF-16. Anything but UTF-8 is told."""
    if survey.bom == "utf-16":
        problems.note("encoding-found", Cell(file), encoding="utf-16", sample=_sample(survey.start, "utf-16"))
        return "utf-16"
    if survey.utf8:
        if not survey.nul:
            return survey.bom or "utf-8"
        wide = _utf16(survey.start)
        if wide is not None:
            problems.note("encoding-found", Cell(file), encoding=wide, sample=_sample(survey.start, wide))
            return wide
        return survey.bom or "utf-8"
    if survey.cut or survey.bom or survey.wide >= _SURELY_UTF8:
        problems.error(
            "wrong-encoding", Cell(file), encoding="utf-8", reason="cut" if survey.cut else "damaged"
        )
        return None
    if not survey.nul and _decodes(path, "gb18030"):
        problems.note(
            "encoding-found", Cell(file), encoding="gb18030", sample=_sample(survey.start, "gb18030")
        )
        return "gb18030"
    wide = _utf16(survey.start)
    if wide is not None and _decodes(path, wide):
        problems.note("encoding-found", Cell(file), encoding=wide, sample=_sample(survey.start, wide))
        return wide
    problems.error("file-binary" if survey.nul else "unclear-encoding", Cell(file))
    return None


def _decodes(path: Openable, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16(start: bytes) -> str | None:
    """UTF-16 without a mark, told by its many NULs in one half of the byte pairs."""
    for encoding, half in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if half.count(0) * 4 > len(half) and "\0" not in start[: len(start) // 2 * 2].decode(
            encoding, "replace"
        ):
            return encoding
    return None


def _sample(start: bytes, encoding: str) -> str:
    """The first words beyond ASCII as they read in `encoding`, for a person to judge."""
    text = start.decode(encoding, "ignore")
    found = re.search(r"[^\x00-\x7f][^\r\n]{0,19}", text)
    return found.group() if found else text[:20].strip()
