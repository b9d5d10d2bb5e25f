# SPDX-License-Identifier: Apache-2.0
"""An assessment, or frames, and the data dictionary -> typed tables with the place of every cell.

Rows that can't count are set aside as `Rejected`, each kind with its count; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ..model import Table
from ..problems import Cell, DataError, Problems, close_names
from ..values import fold
from . import frames as frame_format
from .assessment import Assessment, FileUse, TableUse
from .checks import Part, known, placed, tell_duplicates, usable
from .coerce import type_of
from .formats import READERS
from .headers import Mapped, fit, known_names
from .judge import READ_ERRORS, judge
from .table import ROW, SOURCE, Format, Options, Raw, Rejected, Source, TableData

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
    for use in _resolved(assessment, dictionary, problems):
        table = dictionary[use.id]
        read = [_part(table, file, problems, encoding) for file in use.files]
        parts.setdefault(use.id, []).extend(part for part in read if part is not None)
    return _finished(parts, dictionary, problems)


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
        part = None if raw is None else _judged(raw, table, {}, problems)
        parts[name] = [] if part is None else [part]
    return _finished(parts, dictionary, problems)


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
        format_ = _format(file)
        for sheet in format_.sheets(file.path) if format_ and file.path.is_file() else []:
            if (table := names.get(fold(sheet))) is not None:
                found.append(
                    TableUse(table, (FileUse(file.file, file.path, sheet, span=file.span),), use.span)
                )
    return found


def _format(file: FileUse) -> Format | None:
    suffix = file.path.suffix.lower()
    return next((format_ for format_ in READERS if suffix in format_.suffixes), None)


def _part(table: Table, file: FileUse, problems: Problems, encoding: str | None) -> Part | None:
    format_ = _format(file)
    if format_ is None:
        suffixes = [suffix for one in READERS for suffix in one.suffixes]
        code = "unknown-format" if file.path.exists() else "file-not-found"
        place = file.span if code == "file-not-found" and file.span.line else Cell(file.file)
        problems.error(code, place, file=file.file, suffix=file.path.suffix, known=suffixes)
        return None
    options = Options(
        file.sheet,
        file.header_row,
        encoding or file.encoding,
        file.delimiter,
        file.header_rows,
        known_names(table, file.columns),
    )
    raw = format_.read(file.path, file.file, options, problems)
    return None if raw is None else _judged(raw, table, file.columns, problems)


def _judged(raw: Raw, table: Table, mapping: Mapping[str, Mapped], problems: Problems) -> Part | None:
    fitted = fit(raw, table, mapping, problems)
    if not fitted.columns:
        return None
    judged = judge(raw, fitted.columns, table, problems)
    return None if judged is None else Part(judged.raw, fitted, judged)


def _finished(
    parts: Mapping[str, list[Part]], dictionary: Mapping[str, Table], problems: Problems
) -> tuple[dict[str, TableData], list[Rejected]]:
    """Checks rows against each other, customers before the events that point to them."""
    tables: dict[str, TableData] = {}
    rejected: list[Rejected] = []
    if CUSTOMERS not in parts:
        problems.error("missing-customers", None, tables=list(parts))
    try:
        frames = {
            name: _frames(dictionary[name], read, rejected, problems) for name, read in parts.items() if read
        }
        if CUSTOMERS in frames:
            key = dictionary[CUSTOMERS].key
            tables[CUSTOMERS] = _joined(dictionary[CUSTOMERS], parts[CUSTOMERS], frames[CUSTOMERS])
            if key in tables[CUSTOMERS].frame.collect_schema():
                customers = known(tables[CUSTOMERS], key)
                tell_duplicates(tables[CUSTOMERS], key, customers.hashes, problems)
        if problems.has_errors:
            raise DataError(problems)
        for name, read in parts.items():
            table = dictionary[name]
            if name != CUSTOMERS:
                if table.customer:
                    pairs = zip(read, frames[name], strict=True)
                    frames[name] = [
                        (placed(part, frame, table, customers, rejected, problems), rows)
                        for part, (frame, rows) in pairs
                    ]
                tables[name] = _joined(table, read, frames[name])
    except READ_ERRORS as error:
        problems.error("file-damaged", None, kind="", reason=str(error).split("\n")[0][:200])
    if problems.has_errors:
        raise DataError(problems)
    return tables, rejected


def _frames(
    table: Table, parts: list[Part], rejected: list[Rejected], problems: Problems
) -> list[tuple[pl.LazyFrame, int]]:
    """The rows of each file that count, and how many rows it has in all."""
    for part in parts:
        if not part.judged.rows:
            tell = problems.error if table.id == CUSTOMERS else problems.warning
            tell("no-rows", part.raw.cell(), table=table.id)
    return [usable(part, table, rejected, problems) for part in parts]


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
            )
        )
    return TableData(table.id, chosen[0] if len(chosen) == 1 else pl.concat(chosen), tuple(sources))
