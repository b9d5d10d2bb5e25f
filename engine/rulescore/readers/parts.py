# SPDX-License-Identifier: Apache-2.0
"""One use of a file (or database) by a table -> its parts: rows read, fitted to fields and typed, with what they are."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ..model import Table
from ..problems import Cell, Problems
from .assessment import FileUse
from .checks import Part
from .discreet import discreet
from .formats import READERS, format_of, read_parts
from .headers import Mapped, fit, known_names
from .judge import judge
from .mappings import Export, Known
from .rows import one_row_each, with_constants, without
from .table import READ_ERRORS, Options, Raw, Rejected


def parts_of(
    table: Table,
    file: FileUse,
    known: Known | None,
    encoding: str | None,
    rejected: list[Rejected],
    problems: Problems,
) -> list[Part]:
    """The parts of one file, each read by what the assessment and the mapping of a known export say; of a database one."""
    if file.database is not None:
        from . import databases

        raw = databases.read(file.database, file.query, file.span, problems)
        part = None if raw is None else judged(raw, table, file.columns, problems, file)
        return [] if part is None else [part]
    format_ = format_of(file.path)
    if format_ is None:
        suffixes = [suffix for one in READERS for suffix in one.suffixes]
        code = "unknown-format" if file.path.exists() else "file-not-found"
        place = file.span if code == "file-not-found" and file.span.line else Cell(file.file)
        problems.error(code, place, file=file.file, suffix=file.path.suffix, known=suffixes)
        return []
    names = known_names(table, file.columns)
    options = Options(
        file.sheet, file.header_row, encoding or file.encoding, file.delimiter, file.header_rows, names
    )  # fmt: skip
    told = Problems()
    raws = list(read_parts(format_, file.path, file.file, options, told))
    problems.extend(discreet(told, table, [header for raw in raws for header in raw.headers]))
    found = []
    for raw in raws:
        export = None if known is None else known.export(table.id, format_.name, raw.headers)
        if known is not None and export is None:
            facts = {"mapping": known.id, "table": table.id, "format": format_.name}
            problems.error("mapping-without-table", file.span, **facts)
            return []
        part = _part(raw, table, file, export, rejected, problems)
        if part is not None:
            found.append(part)
    return found


def _part(
    raw: Raw,
    table: Table,
    file: FileUse,
    export: Export | None,
    rejected: list[Rejected],
    problems: Problems,
) -> Part | None:
    """One part of a file; once more in the exact way when the quick one can't read it."""
    aside: list[Rejected] = []
    try:
        cleared = raw if export is None else without(raw, export, table, aside, problems)
        columns = file.columns if export is None else export.columns_of(raw.headers, file.columns)
        missing = () if export is None else export.missing
        part = judged(cleared, table, columns, problems, file, missing)
    except READ_ERRORS as error:
        again = None if raw.exact is None else raw.exact()
        if again is not None:
            return _part(again, table, file, export, rejected, problems)
        problems.error("file-damaged", raw.cell(), kind=raw.file, reason=str(error).split("\n")[0][:200])
        return None
    rejected.extend(aside)
    return part


def judged(
    raw: Raw,
    table: Table,
    mapping: Mapping[str, Mapped],
    problems: Problems,
    use: FileUse | None = None,
    missing: tuple[str, ...] = (),
) -> Part | None:
    """Rows as read to rows of the table: headers fitted, values typed."""
    constants = {} if use is None else use.constants
    distinct = use is not None and use.distinct
    fitted = fit(raw, table, mapping, problems, constants, only_said=distinct)
    if not fitted.columns:
        return None
    if missing:
        columns = tuple(replace(one, missing=(*one.missing, *missing)) for one in fitted.columns)
        fitted = replace(fitted, columns=columns)
    if constants:
        raw, fitted = with_constants(raw, fitted, table, constants, problems)
    if distinct:
        raw = one_row_each(raw, fitted, table, problems)
    done = judge(raw, fitted.columns, table, problems)
    return None if done is None else Part(done.raw, fitted, done, "" if use is None else use.evidence)
