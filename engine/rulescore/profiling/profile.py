# SPDX-License-Identifier: Apache-2.0
"""Paths -> the facts of every part of every file, and the references between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from ..model import Table
from ..problems import Problems
from ..readers.mappings import shipped
from ..readers.table import READ_ERRORS, Raw
from ..values import fold
from .columns import ColumnFacts, Personal, column_facts
from .files import Opened, open_parts
from .keys import Reference, references


class FileFacts(Struct, frozen=True):
    """One part of a file and its columns."""

    opened: Opened
    columns: tuple[ColumnFacts, ...]

    @property
    def raw(self) -> Raw:
        return self.opened.raw

    @property
    def rows(self) -> int:
        return self.columns[0].rows if self.columns else 0

    @property
    def keys(self) -> list[str]:
        """The columns in which every row has a value of its own."""
        return [column.header for column in self.columns if column.is_key]

    def column(self, header: str) -> ColumnFacts:
        return next(column for column in self.columns if column.header == header)

    def as_data(self) -> dict[str, Any]:
        raw = self.raw
        return {
            "file": raw.file, "sheet": raw.sheet, "format": self.opened.format, "encoding": raw.encoding, "rows": self.rows,
            "header_row": raw.header_row, "broken_rows": len(raw.broken), "keys": self.keys,
            "columns": [{**asdict(column), "filled": round(column.filled, 4)} for column in self.columns],
        }  # fmt: skip


def profile(
    paths: Sequence[Path], tables: Mapping[str, Table], problems: Problems
) -> tuple[list[FileFacts], list[Reference]]:
    """The facts of all files; what can't be read is told."""
    personal = Personal(tables.values())
    known = known_headers(tables)
    found: list[FileFacts] = []
    for path in paths:
        for opened in open_parts(path, known, problems):
            columns = _columns(opened, personal, problems)
            if columns is not None:
                found.append(columns)
    return found, references([(one.raw, one.columns) for one in found])


def known_headers(tables: Mapping[str, Table]) -> frozenset[str]:
    """Every header by which a field is known, folded: by the dictionary and by the known exports."""
    own = {
        fold(word)
        for table in tables.values()
        for field in table.fields.values()
        for word in (field.id, *field.title.values(), *field.aliases)
    }
    exports = {fold(name) for known in shipped() for export in known.exports for name in export.columns}
    return frozenset(own | exports)


def _columns(opened: Opened, personal: Personal, problems: Problems) -> FileFacts | None:
    raw = opened.raw
    try:
        return FileFacts(opened, tuple(column_facts(raw, personal)))
    except READ_ERRORS as error:
        again = None if raw.exact is None else raw.exact()
        if again is not None:
            exact = Opened(opened.path, opened.format, again, opened.titles, opened.several)
            return FileFacts(exact, tuple(column_facts(again, personal)))
        problems.error("file-damaged", raw.cell(), kind=opened.format, reason=str(error).split("\n")[0][:200])
        return None
