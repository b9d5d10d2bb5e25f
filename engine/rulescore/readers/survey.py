# SPDX-License-Identifier: Apache-2.0
"""One pass over the bytes of a delimited text -> its encoding, and whether all its rows are regular."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ..problems import Cell, Problems
from .bytes import CHUNK

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SURELY_UTF8 = 12
"""So many bytes of valid UTF-8 beyond ASCII do not happen by chance in another encoding."""

_WIDE = re.compile(rb"[\x80-\xff]")


class Survey:
    """Fed with the pieces of a file in order (`see`, then `end`)."""

    def __init__(self, start: bytes) -> None:
        self.bom = next((name for mark, name in _BOMS if start.startswith(mark)), None)
        self.start = start
        self.utf8, self.cut, self.nul = True, False, False
        self.wide = 0
        self.lines = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._counts = dict.fromkeys(b",\t;|", 0)
        self._strays = dict.fromkeys(b",\t;|", False)
        self._patterns = {
            mark: re.compile(
                b'[^\r\n"' + re.escape(bytes([mark])) + b']"|"[^\r\n"' + re.escape(bytes([mark])) + b"]"
            )
            for mark in self._counts
        }
        self._quoted = False
        self._returns = 0
        self._last = b"\n"

    def see(self, chunk: bytes) -> None:
        """Takes the next piece of the file."""
        self._decode(chunk)
        self.nul = self.nul or b"\0" in chunk
        if (
            self.bom is not None
            and self._last == b"\n"
            and not self.lines
            and chunk.startswith(b"\xef\xbb\xbf")
        ):
            chunk = chunk[3:]
        outside = chunk
        if self._quoted or b'"' in chunk:
            pieces = chunk.split(b'"')
            first = 1 if self._quoted else 0
            kept = pieces[first::2]
            outside = b"".join(kept)
            seam = (b'"' if self._quoted else self._last) + b'"'.join(kept)
            if (len(pieces) - first) % 2 == 0:
                seam += b'"'
            for mark, pattern in self._patterns.items():
                self._strays[mark] = self._strays[mark] or pattern.search(seam) is not None
            self._quoted ^= len(pieces) % 2 == 0
        for mark in self._counts:
            self._counts[mark] += outside.count(mark)
        self.lines += outside.count(b"\n")
        self._returns += outside.count(b"\r") - outside.count(b"\r\n")
        if self._last == b"\r" and outside.startswith(b"\n"):
            self._returns -= 1
        self._last = chunk[-1:] or self._last

    def end(self) -> None:
        """Told that the file has ended."""
        if self.utf8:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.utf8, self.cut = False, True

    def regular(self, cells: int, separator: str) -> bool:
        """Whether every record has `cells` cells, and every quote and line end stands where it should."""
        mark = ord(separator)
        records = self.lines + (0 if self._last == b"\n" else 1)
        return (
            not self._quoted
            and not self._strays[mark]
            and self._returns == 0
            and self._counts[mark] == (cells - 1) * records
            and cells > 1
        )

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


def guess(survey: Survey, path: Path, file: str, problems: Problems) -> str | None:
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


def _decodes(path: Path, encoding: str) -> bool:
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
