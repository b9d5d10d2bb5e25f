# SPDX-License-Identifier: Apache-2.0
"""`rulesets/mappings/*.yaml`, or a file of the same form -> the known exports: what their headers mean, which rows
they hold that are no records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from ..bundled import folder
from ..model import Text
from ..packs.violations import check_document
from ..problems import Problems, Span, close_names
from ..source import Document, read_yaml
from ..values import fold
from .assessment import read_column
from .headers import Mapped


class LeftOut(Struct, frozen=True):
    """Rows that are no records: those where a column holds one of some values."""

    column: str
    values: tuple[str, ...]


class Export(Struct, frozen=True):
    """One kind of file that a system gives: for which table, in which formats, how it is told from others, its columns.

    A file is recognised when it has `all_of` the headers, one of `any_of` and none of `none_of` (folded). `ends_at_blank` says that notes
    follow below the first blank row.
    """

    table: str
    formats: tuple[str, ...]
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    columns: Mapping[str, Mapped]
    missing: tuple[str, ...]
    leave_out: tuple[LeftOut, ...]
    ends_at_blank: bool
    constants: tuple[str, ...]

    def knows(self, headers: Sequence[str]) -> int:
        """How many of a file's headers are columns of this export."""
        return len({fold(name) for name in self.columns} & {fold(name) for name in headers})

    def recognises(self, headers: Sequence[str]) -> bool:
        """Whether a file with these headers is such an export."""
        present = {fold(name) for name in headers}
        if not (self.all_of or self.any_of) or any(fold(name) in present for name in self.none_of):
            return False
        needed = present.issuperset(fold(name) for name in self.all_of)
        return needed and (not self.any_of or any(fold(name) in present for name in self.any_of))

    def columns_of(self, headers: Sequence[str], said: Mapping[str, Mapped]) -> dict[str, Mapped]:
        """What is known about the headers of a file, under their own spelling; what was `said` in the assessment wins,
        by header and by field, and of two headers for one field the one that the export names first."""
        spelled = {fold(name): name for name in reversed(headers)}
        taken = {fold(name) for name in said}
        fields = {mapped.field for mapped in said.values()}
        found: dict[str, Mapped] = dict(said)
        for name, mapped in self.columns.items():
            key = fold(name)
            if key in spelled and key not in taken and (not mapped.field or mapped.field not in fields):
                fields.add(mapped.field)
                found[spelled[key]] = mapped
        return found


class Known(Struct, frozen=True):
    """The exports of one system."""

    id: str
    title: Text
    exports: tuple[Export, ...]

    def export(self, table: str, format_: str, headers: Sequence[str]) -> Export | None:
        """The export for a table that recognises a file, or else knows the most of its headers; of equals the first."""
        fitting = [one for one in self.exports if one.table == table and format_ in one.formats]
        return max(fitting, key=lambda one: (one.recognises(headers), one.knows(headers)), default=None)


def shipped_ids() -> list[str]:
    """Ids of the shipped mappings, sorted."""
    return sorted(path.stem for path in (folder("rulesets") / "mappings").glob("*.yaml"))


def shipped() -> tuple[Known, ...]:
    """Every shipped mapping, in the order of their ids."""
    problems = Problems()
    found = [find(name, Path(), problems, Span(name)) for name in shipped_ids()]
    return tuple(known for known in found if known is not None)


def find(name: str, beside: Path, problems: Problems, place: Span) -> Known | None:
    """A mapping by the id of a shipped one, or by a file (`own.yaml`) relative to the assessment; None after telling."""
    own = name.endswith((".yaml", ".yml"))
    path = beside / name if own else folder("rulesets") / "mappings" / f"{name}.yaml"
    if not own and name not in shipped_ids():
        ids = shipped_ids()
        problems.error("unknown-mapping", place, name=name, known=ids, close=close_names(name, ids))
        return None
    document = read_yaml(path, problems, name if own else f"rulesets/mappings/{path.name}")
    if document.data is None or not check_document(document, "mapping", problems):
        return None
    return _known(document, problems)


def _known(document: Document, problems: Problems) -> Known:
    data = document.data
    exports = []
    for index, item in enumerate(data["exports"]):
        at = ("exports", index)
        recognise = item.get("recognise") or {}
        missing = (*data.get("missing", ()), *item.get("missing", ()))
        columns = {
            header: read_column(document, (*at, "columns", header), read, problems)
            for header, read in item["columns"].items()
        }
        left = tuple(
            LeftOut(rule["column"], tuple(map(str, rule["values"]))) for rule in item.get("leave_out", ())
        )
        exports.append(
            Export(
                item["table"],
                tuple(item["formats"]),
                tuple(recognise.get("all_of", ())),
                tuple(recognise.get("any_of", ())),
                tuple(recognise.get("none_of", ())),
                columns,
                missing,
                left,
                item.get("ends_at") == "blank_row",
                tuple(item.get("constants", ())),
            )
        )
    return Known(data["id"], data["title"], tuple(exports))
