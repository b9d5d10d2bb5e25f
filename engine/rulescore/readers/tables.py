# SPDX-License-Identifier: Apache-2.0
"""An assessment, or frames, and the data dictionary -> typed tables with the place of every cell.

Rows that can't count are set aside as `Rejected`, each kind with its count; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec.structs import replace

from ..model import Table
from ..problems import DataError, Problems, close_names
from ..values import fold
from . import frames as frame_format
from .assessment import Assessment, FileUse, SameCustomer, TableUse
from .checks import Known, Part, apart, known, placed, tell_duplicates, tell_idle, usable
from .codes import tell_codes
from .coerce import type_of
from .formats import format_of
from .groups import with_ultimate
from .mappings import find
from .parts import judged, parts_of
from .same import likely, merges, tell_likely, tell_merged, with_same
from .table import READ_ERRORS, ROW, SOURCE, Rejected, Source, TableData, Values, held
from .withheld import withheld

CUSTOMERS = "customers"


def read_tables(
    assessment: Assessment,
    dictionary: Mapping[str, Table],
    problems: Problems,
    encoding: str | None = None,
) -> tuple[dict[str, TableData], list[Rejected]]:
    """Reads every table that the assessment names; raises DataError with all problems if any is an error.

    `encoding` overrides what is found out about text files.
    """
    parts: dict[str, list[Part]] = {}
    rejected: list[Rejected] = []
    for use in _resolved(assessment, dictionary, problems):
        table = dictionary[use.id]
        read = parts.setdefault(use.id, [])
        for file in use.files:
            export = None
            if file.mapping is not None:
                export = find(file.mapping, assessment.folder, problems, file.span)
                if export is None:
                    continue
            read.extend(parts_of(table, file, export, encoding, rejected, problems))
    return _finished(parts, dictionary, rejected, problems, assessment.same)


def tables_of_frames(
    given: Mapping[str, object], dictionary: Mapping[str, Table], problems: Problems
) -> tuple[dict[str, TableData], list[Rejected]]:
    """The same for frames by table id: polars, pandas, pyarrow, anything that streams Arrow, a list of records."""
    parts: dict[str, list[Part]] = {}
    for name, frame in given.items():
        table = dictionary.get(name)
        if table is None:
            problems.error(
                "unknown-table",
                None,
                table=name,
                tables=list(dictionary),
                close=close_names(name, dictionary),
            )
            continue
        raw = frame_format.read(frame, name, problems)
        part = None if raw is None else judged(raw, table, {}, problems)
        parts[name] = [] if part is None else [part]
    return _finished(parts, dictionary, [], problems)


def _resolved(assessment: Assessment, dictionary: Mapping[str, Table], problems: Problems) -> list[TableUse]:
    """The tables by their ids; the names of an assessment may be titles, those of bare files anything near."""
    names: dict[str, str] = {}
    for table in dictionary.values():
        for word in (table.id, *table.title.values()):
            names.setdefault(fold(word), table.id)
    uses: list[TableUse] = []
    for use in assessment.tables:
        found = names.get(fold(use.id))
        if found is None and assessment.bare:
            sheets = _sheet_tables(use, names)
            if sheets:
                uses.extend(sheets)
                continue
            found = CUSTOMERS if len(assessment.tables) == 1 and CUSTOMERS in dictionary else None
        if found is None:
            close = close_names(use.id, dictionary)
            problems.error("unknown-table", use.span, table=use.id, tables=list(dictionary), close=close)
        else:
            uses.append(TableUse(found, use.files, use.span))
    return uses


def _sheet_tables(use: TableUse, names: Mapping[str, str]) -> list[TableUse]:
    """A workbook given bare: each of its sheets that is named like a table is that table."""
    found = []
    for file in use.files:
        format_ = format_of(file.path)
        for sheet in format_.sheets(file.path) if format_ and file.path.is_file() else []:
            if (table := names.get(fold(sheet))) is not None:
                found.append(
                    TableUse(table, (FileUse(file.file, file.path, sheet, span=file.span),), use.span)
                )
    return found


def _finished(
    parts: Mapping[str, list[Part]],
    dictionary: Mapping[str, Table],
    rejected: list[Rejected],
    problems: Problems,
    same: Sequence[SameCustomer] = (),
) -> tuple[dict[str, TableData], list[Rejected]]:
    """Checks rows against each other, customers before the events that point to them."""
    tables: dict[str, TableData] = {}
    if CUSTOMERS not in parts:
        problems.error("missing-customers", None, tables=list(parts))
    try:
        frames = {
            name: _frames(dictionary[name], read, rejected, problems) for name, read in parts.items() if read
        }
        if CUSTOMERS in frames:
            key = dictionary[CUSTOMERS].key
            everyone = _joined(dictionary[CUSTOMERS], parts[CUSTOMERS], frames[CUSTOMERS])
            if key in everyone.frame.collect_schema():
                customers = known(everyone, key)
                tell_duplicates(everyone, dictionary[CUSTOMERS], customers.hashes, problems)
                merged = merges(same, everyone, key, problems)
        if problems.has_errors:
            raise DataError(problems)
        table = dictionary[CUSTOMERS]
        kept = [
            (apart(part, frame, table, merged, rejected), rows)
            for part, (frame, rows) in zip(parts[CUSTOMERS], frames[CUSTOMERS], strict=True)
        ]
        tables[CUSTOMERS] = _joined(table, parts[CUSTOMERS], kept)
        if merged:
            customers = known(tables[CUSTOMERS], key)
        active: list[pl.Series] = []
        before: list[tuple[Table, pl.LazyFrame]] = []
        events: list[tuple[Table, pl.LazyFrame]] = []
        for name, read in parts.items():
            if name == CUSTOMERS:
                continue
            table = dictionary[name]
            if table.customer:
                before += [(table, frame) for frame, _ in frames[name]]
                for index, (part, (frame, rows)) in enumerate(zip(read, frames[name], strict=True)):
                    frame, ids = placed(part, frame, table, customers, merged, rejected, problems)
                    frames[name][index] = (frame, rows)
                    active.append(ids)
                events += [(table, frame) for frame, _ in frames[name]]
            tables[name] = withheld(_joined(table, read, frames[name]), table, problems)
        tell_merged(everyone, key, merged, before, problems)
        tables[CUSTOMERS] = _identified(
            tables[CUSTOMERS], dictionary[CUSTOMERS], everyone, merged, customers, active, events, problems
        )
    except READ_ERRORS as error:
        problems.error("file-damaged", None, kind="", reason=str(error).split("\n")[0][:200])
    if problems.has_errors:
        raise DataError(problems)
    return tables, rejected


def _identified(
    data: TableData,
    table: Table,
    everyone: TableData,
    merged: Mapping[str, str],
    customers: Known,
    active: Sequence[pl.Series],
    events: Sequence[tuple[Table, pl.LazyFrame]],
    problems: Problems,
) -> TableData:
    """The customers with their ultimate controllers and what was found out about who they are, all of it told."""
    counts = {}
    if active:
        counts["idle"] = tell_idle(data, table, pl.concat(active), len(customers.hashes), problems)
    groups = likely(data, table.key, events)
    tell_likely(data, table, groups, events, problems)
    counts["repeated"] = sum(len(group.ids) - 1 for group in groups)
    counts |= tell_codes(data, problems)
    data = with_same(data, table, groups)
    return replace(with_ultimate(data, table, everyone.frame, merged, problems), counts=counts)


def _frames(
    table: Table, parts: list[Part], rejected: list[Rejected], problems: Problems
) -> list[tuple[pl.LazyFrame, int]]:
    """The rows of each file that count, and how many rows it has in all."""
    for part in parts:
        if not part.judged.rows:
            tell = problems.error if table.id == CUSTOMERS else problems.warning
            tell("no-rows", part.raw.cell(), table=table.id)
    return [usable(part, table, rejected, problems) for part in parts]


def _values(part: Part) -> dict[str, Values]:
    """What stood under each mapped header of a file."""
    judged = part.judged
    names = [column.field.id for column in part.fit.columns]
    return {
        name: Values(judged.rows - judged.missing.get(name, judged.rows), judged.refused.get(name, 0))
        for name in names
    }


def _joined(table: Table, parts: list[Part], frames: list[tuple[pl.LazyFrame, int]]) -> TableData:
    """The files of a table one after the other, every field in the order of the dictionary."""
    present = {column.field.id for part in parts for column in part.fit.columns}
    names = [name for name in table.fields if name in present]
    chosen = []
    sources = []
    for index, (part, (frame, rows)) in enumerate(zip(parts, frames, strict=True)):
        raw = part.raw
        columns = {column.field.id: column.header for column in part.fit.columns}
        values = [
            pl.col(name) if name in columns else pl.lit(None, type_of(table.fields[name])).alias(name)
            for name in names
        ]
        chosen.append(frame.select(*values, ROW, pl.lit(index, pl.Int32).alias(SOURCE)))
        sources.append(
            Source(
                raw.file,
                raw.path,
                raw.sheet,
                raw.encoding,
                raw.sha256,
                rows,
                columns,
                part.fit.unused,
                raw.query,
                raw.keep,
                part.evidence,
                _values(part),
            )
        )
    frame = chosen[0] if len(chosen) == 1 else pl.concat(chosen)
    frame = held(frame, sum(rows for _, rows in frames), len(names))
    return TableData(table.id, frame, tuple(sources))
