# SPDX-License-Identifier: Apache-2.0
"""CSV and other delimited text -> `Raw`: encoding and separator found out, every irregular row told.

A regular file (quotes in their places, the same number of cells in every row) goes to Polars: streamed from disk when
it is UTF-8, decoded in memory when it is GB18030. Any other is rewritten in memory, row by row, to a regular one:
slower, but exact.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TextIO

import polars as pl

from ..problems import Cell, Fact, Problems
from .bytes import CHUNK, Openable, digest, opened
from .layout import LOOKED_AT, NOTES_AT_MOST, find_header, notes_below
from .survey import Survey, guess
from .table import READ_ERRORS, ROW, Broken, Format, Options, Raw, executor, held

SEPARATORS = (",", "\t", ";", "|")
MOST_COLUMNS = 5_000


def read(path: Openable, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads delimited text; None after telling why it can't be read."""
    if opened(path, file, (), problems) is None:
        return None
    try:
        return _read(path, file, options, problems)
    except OSError as error:
        problems.error("file-unreadable", Cell(file), reason=error.strerror or str(error))
    return None


def _read(path: Openable, file: str, options: Options, problems: Problems) -> Raw | None:
    with path.open("rb") as stream:
        start = stream.read(CHUNK)
    separator = options.delimiter or _separator(start)
    survey = Survey(start, separator)
    sha256 = digest(path, survey.see)
    survey.end()
    encoding = options.encoding or guess(survey, path, file, problems)
    if encoding is None:
        return None
    try:
        text = start.decode(encoding, "ignore")
    except (LookupError, ValueError):  # some codecs are not for text, and refuse in their own way
        problems.error("unknown-encoding", Cell(file), encoding=encoding)
        return None
    exact = partial(_rewritten, path, file, options, encoding, separator, sha256, problems)
    first, lines = _first_record(text, separator)
    if 0 < len(first) <= MOST_COLUMNS and not options.header_row and survey.regular(len(first)):
        source = _regular_source(path, encoding, separator, survey)
        if source is not None and not _notes_end(survey, encoding, separator, len(first)):
            header = find_header(_top(text, separator), options, (), Cell(file), problems)
            if header is not None and header.last == 0:
                frame = _scan(source, len(first), separator, lines)
                try:
                    frame = held(frame, survey.cells, 1)
                except READ_ERRORS:
                    return exact()
                small = executor(survey.cells)
                return Raw(
                    file,
                    _disk(path),
                    None,
                    encoding,
                    sha256,
                    header.names,
                    1,
                    frame,
                    exact=exact,
                    executor=small,
                )
    return exact()


def _first_record(text: str, separator: str) -> tuple[list[str], int]:
    """The cells of the first record, and how many line feeds it takes; none when it is blank."""
    rows = csv.reader((line + "\n" for line in text.split("\n")), delimiter=separator)
    try:
        cells = next(rows, [])
    except csv.Error:
        return [], 0
    if not any(cell.strip() for cell in cells):
        return [], 0
    return cells, rows.line_num


def _top(text: str, separator: str) -> list[list[str]]:
    """The first records of a regular text, among which its header is looked for."""
    lines = (line + "\n" for line in text.removeprefix("\ufeff").split("\n"))
    return list(islice(csv.reader(lines, delimiter=separator), LOOKED_AT + 1))


def _notes_end(survey: Survey, encoding: str, separator: str, width: int) -> bool:
    """Whether notes stand below the table."""
    lines = survey.tail.decode(encoding, "replace").splitlines(keepends=True)
    try:
        return notes_below(list(csv.reader(lines[-NOTES_AT_MOST:], delimiter=separator)), width)[0] > 0
    except csv.Error:
        return True


def _regular_source(path: Openable, encoding: str, separator: str, survey: Survey) -> Path | bytes | None:
    """What Polars reads: the file itself, or its text in UTF-8; None where the bytes can't be trusted to be regular."""
    name = codecs.lookup(encoding).name
    if name in ("utf-8", "utf-8-sig"):
        return None if not survey.utf8 else path if isinstance(path, Path) else _content(path)
    if name not in ("gb18030", "gbk", "gb2312") or separator == "|":
        return None
    try:
        with path.open("r", encoding=encoding, newline="") as stream:
            return "".join(iter(lambda: stream.read(CHUNK), "")).encode()
    except UnicodeError:
        return None


def _content(path: Openable) -> bytes:
    with path.open("rb") as stream:
        content: bytes = stream.read()
    return content


def _disk(path: Openable) -> Path | None:
    return path if isinstance(path, Path) else None


def _separator(start: bytes) -> str:
    """The separator that occurs most in the first line that has one, outside quotes."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode()
    for line in start.splitlines()[:50]:
        outside = b"".join(line.split(b'"')[::2])
        counts = [outside.count(separator.encode()) for separator in SEPARATORS]
        if max(counts):
            return SEPARATORS[counts.index(max(counts))]
    return ","


def _scan(source: Path | bytes, cells: int, separator: str, lines: int) -> pl.LazyFrame:
    schema = {str(index): pl.String for index in range(cells)}
    return pl.scan_csv(
        source,
        has_header=False,
        schema=schema,
        separator=separator,
        skip_lines=lines,
        row_index_name=ROW,
        row_index_offset=2,
        extra_columns="raise",
        missing_columns="insert",
        raise_if_empty=False,
        glob=False,
    ).with_columns(pl.col(ROW).cast(pl.Int64))


def _rewritten(
    path: Openable,
    file: str,
    options: Options,
    encoding: str,
    separator: str,
    sha256: str,
    problems: Problems,
) -> Raw | None:
    """The exact way: every record through the csv module, irregular ones set aside."""
    broken: list[Broken] = []
    target = io.BytesIO()
    try:
        with path.open("r", encoding=encoding, newline="") as stream:
            records = _records(stream, separator)
            top = _looked_at(records, options)
            header = find_header([cells for _, cells in top], options, (), Cell(file), problems)
            if header is None:
                row = options.header_row or len(top) + 1
                problems.error("missing-header", Cell(file, None, row))
                return None
            headers = header.names
            if len(headers) > MOST_COLUMNS:
                limit, place = MOST_COLUMNS, Cell(file, None, header.last + 1)
                problems.error("too-many-columns", place, count=len(headers), limit=limit)
                return None
            _copy(chain(top[header.last + 1 :], records), len(headers), target, broken)
    except _Unreadable as error:
        problems.error(error.code, Cell(file, None, error.row), **error.facts)
        return None
    frame = _scan_rewritten(target.getvalue(), len(headers))
    return Raw(file, _disk(path), None, encoding, sha256, headers, header.last + 1, frame, tuple(broken))


class _Unreadable(Exception):
    """A record that ends the reading."""

    def __init__(self, code: str, row: int, **facts: Fact) -> None:
        super().__init__(code)
        self.code, self.row, self.facts = code, row, facts


def _records(stream: TextIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records with their numbers, as a spreadsheet would count them."""
    reader = csv.reader(stream, delimiter=separator, skipinitialspace=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeError as error:
            reason = getattr(error, "reason", str(error))
            raise _Unreadable("wrong-encoding", number, encoding=stream.encoding, reason=reason) from error
        except csv.Error as error:
            raise _Unreadable("oversized-cell", number, limit=csv.field_size_limit()) from error
        if any("\0" in cell for cell in cells):
            raise _Unreadable("file-nul", number)
        yield number, cells


def _looked_at(records: Iterator[tuple[int, list[str]]], options: Options) -> list[tuple[int, list[str]]]:
    """The first records: those among which the header is looked for, or as far as the row that is named."""
    top: list[tuple[int, list[str]]] = []
    started, wanted = 0, (options.header_row or 0) + (options.header_rows or 1)
    for number, cells in records:
        top.append((number, cells))
        started += bool(started) or any(map(str.strip, cells))
        if started > LOOKED_AT and number > wanted:
            break
    if top:
        top[0][1][:1] = [cell.removeprefix("\ufeff") for cell in top[0][1][:1]]
    return top


def _copy(
    records: Iterable[tuple[int, list[str]]], width: int, target: IO[bytes], broken: list[Broken]
) -> None:
    """Writes the regular records with their numbers to `target`, gathers the others, and the notes at the end."""
    text = io.TextIOWrapper(target, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    last: deque[tuple[int, list[str]]] = deque()
    for record in records:
        last.append(record)
        if len(last) > NOTES_AT_MOST:
            _write(*last.popleft(), width, writer, broken)
    count, worded = notes_below([cells for _, cells in last], width)
    while len(last) > count:
        _write(*last.popleft(), width, writer, broken)
    code = "notes-below" if worded else "lines-below"
    broken += [Broken(number, code, tuple(cells)) for number, cells in last if any(map(str.strip, cells))]
    text.flush()
    text.detach()


def _write(number: int, cells: list[str], width: int, writer: Any, broken: list[Broken]) -> None:
    if len(cells) == width:
        writer.writerow((number, *cells))
    elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
        broken.append(Broken(number, "row-too-long", tuple(cells)))
    elif len(cells) > width:
        writer.writerow((number, *cells[:width]))
    elif any(cell.strip() for cell in cells):
        broken.append(Broken(number, "row-too-short", tuple(cells)))
        writer.writerow((number, *cells, *[""] * (width - len(cells))))


def _scan_rewritten(content: bytes, width: int) -> pl.LazyFrame:
    schema: dict[str, type[pl.DataType]] = {ROW: pl.Int64}
    schema.update((str(index), pl.String) for index in range(width))
    if not content:
        return pl.LazyFrame(schema=schema)
    return pl.scan_csv(content, has_header=False, schema=schema, glob=False)


FORMAT = Format("csv", (".csv", ".txt", ".tsv", ".tab"), read)
