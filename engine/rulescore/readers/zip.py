# SPDX-License-Identifier: Apache-2.0
"""A ZIP of delimited text files -> a `Raw` a file: unpacked in memory, within bounds; a place names the inner file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from ..problems import Cell, Problems, close_names
from . import csv
from .bytes import Held, digest, opened
from .table import Format, Options, Raw

MOST_FILES = 1_000
MOST_BYTES = 1 << 30
"""An archive that unpacks to more than this is refused before it is unpacked: its pages are held in memory."""

MOST_RATIO, RATIO_FROM = 200, 10 << 20
"""A file of some size that shrinks to less than a two-hundredth is no table but a bomb."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What the archive module raises over damaged, encrypted or foreign content."""


def parts(path: Path, file: str, options: Options, problems: Problems) -> list[Raw]:
    """Every table file of the archive in the order of their names, or the one called by `sheet`."""
    if opened(path, file, ("zip or xlsx", "zip"), problems) is None:
        return []
    try:
        sha256 = digest(path)
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, file, problems)
            names = [name for name in entries if options.sheet in (None, name)]
            if entries and not names:
                close = close_names(str(options.sheet), entries)
                facts = {"sheet": options.sheet, "sheets": list(entries), "close": close}
                problems.error("unknown-sheet", Cell(file, options.sheet), **facts)
            found = [
                _page(path, file, name, archive.read(entries[name]), sha256, options, problems)
                for name in names
            ]
    except _BROKEN as error:
        reason = str(error).split("\n")[0][:200]
        problems.error("file-damaged", Cell(file), kind="ZIP", reason=reason)
        return []
    return [raw for raw in found if raw is not None]


def _read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    return next(iter(parts(path, file, options, problems)), None)


def _entries(archive: zipfile.ZipFile, file: str, problems: Problems) -> dict[str, zipfile.ZipInfo]:
    """Name -> table file of the archive; none after telling why it is refused."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    unpacked = sum(info.file_size for info in infos)
    bombs = [
        info
        for info in infos
        if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(1, info.compress_size)
    ]
    if len(infos) > MOST_FILES or unpacked > MOST_BYTES or bombs:
        facts = {"files": len(infos), "bytes": unpacked, "most_files": MOST_FILES, "most_bytes": MOST_BYTES}
        problems.error("archive-too-large", Cell(file), **facts)
        return {}
    entries = {_name(info): info for info in infos}
    tables = {
        name: entries[name]
        for name in sorted(entries)
        if PurePosixPath(name).suffix.lower() in csv.FORMAT.suffixes and not _is_hidden(name)
    }
    others = [name for name in entries if name not in tables]
    if not tables:
        problems.error("archive-without-tables", Cell(file), names=others[:20])
    elif others:
        problems.note("unread-files", Cell(file), names=others[:20], count=len(others))
    return tables


def _is_hidden(name: str) -> bool:
    """What operating systems leave beside files in an archive."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of an inner file; names that don't say they are UTF-8 are GB18030 more often than anything else."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _page(
    path: Path, file: str, name: str, content: bytes, sha256: str, options: Options, problems: Problems
) -> Raw | None:
    raw = csv.read(Held(name, content), f"{file}!{name}", replace(options, sheet=None), problems)
    return None if raw is None else _inside(raw, path, file, name, sha256)


def _inside(raw: Raw, path: Path, file: str, name: str, sha256: str) -> Raw:
    """The same page, whose places are inside the archive."""
    exact = None if raw.exact is None else partial(_exact, raw.exact, path, file, name, sha256)
    return replace(raw, file=file, path=path, sheet=name, sha256=sha256, exact=exact)


def _exact(read: Callable[[], Raw | None], path: Path, file: str, name: str, sha256: str) -> Raw | None:
    raw = read()
    return None if raw is None else _inside(raw, path, file, name, sha256)


def sheets(path: Path) -> list[str]:
    """The names of the table files; none when the file is no archive that is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_entries(archive, path.name, Problems()))
    except _BROKEN:
        return []


FORMAT = Format("zip", (".zip",), _read, sheets, parts)
