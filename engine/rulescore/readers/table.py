# SPDX-License-Identifier: Apache-2.0
"""The types between file formats and tables: what a format gives (`Raw`), what the engines get (`TableData`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal

import polars as pl
from msgspec import Struct

from ..problems import Cell, Problems
from ..values import HIDDEN

ROW = "#row"
SOURCE = "#source"

READ_ERRORS = (
    pl.exceptions.ComputeError,
    pl.exceptions.SchemaError,
    pl.exceptions.NoDataError,
    pl.exceptions.PanicException,
    OSError,
)
"""What Polars raises over the content of a file; anything else is a mistake of ours and stays one."""


class Values(Struct, frozen=True):
    """How many cells of a column hold a value that counts, and how many held one that was refused."""

    accepted: int
    refused: int


class Source(Struct, frozen=True):
    """One file, sheet, frame or query behind a table. `columns` maps field ids to the headers as read, `values` to what stood
    under them; `evidence` says how sure the source is, when the assessment does. `keep` is what must live as long as the rows
    are read."""

    file: str
    path: Path | None
    sheet: str | None
    encoding: str | None
    sha256: str
    rows: int
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    query: str = ""
    keep: object = None
    evidence: str = ""
    values: Mapping[str, Values] = {}


class TableData(Struct, frozen=True):
    """A typed table: one column a mapped field, `#row` (as the spreadsheet counts) and `#source` (index).

    `counts`: what was found out about its rows besides, such as how many likely repeat another (`repeated`).
    """

    id: str
    frame: pl.LazyFrame
    sources: tuple[Source, ...]
    counts: Mapping[str, int] = {}

    @property
    def executor(self) -> Executor:
        """What answers questions about the table."""
        return executor(self.cells)

    @property
    def cells(self) -> int:
        """How many cells were read for it."""
        return sum(source.rows * len(source.columns) for source in self.sources)

    def place(self, source: int, row: int, field_id: str | None = None) -> Cell:
        """The cell behind a value of the frame."""
        origin = self.sources[source]
        header = origin.columns.get(field_id) if field_id else None
        return Cell(origin.file, origin.sheet, row, header)


class Rejected(Struct, frozen=True):
    """The rows of one file that do not count, all for the same reason (`code`, a problem code).

    `frame` holds their cells as read under the file's own headers, and `#row`.
    """

    table: str
    file: str
    sheet: str | None
    code: str
    count: int
    frame: pl.LazyFrame


def rejected_rows(data: TableData, lost: pl.DataFrame, code: str, private: Collection[str]) -> list[Rejected]:
    """Rows of a table that don't count after all, file by file, under the headers they were read from; of `private` fields
    only that there is something."""

    def shown(name: str) -> pl.Expr:
        cell = pl.col(name)
        return pl.when(cell.is_not_null()).then(pl.lit(HIDDEN)) if name in private else cell

    found = []
    for number, source in enumerate(data.sources):
        own = lost.filter(pl.col(SOURCE) == number)
        if own.height:
            cells = [shown(name).alias(header) for name, header in source.columns.items()]
            kept = own.select(ROW, *cells).lazy()
            found.append(Rejected(data.id, source.file, source.sheet, code, own.height, kept))
    return found


class Broken(Struct, frozen=True):
    """A row that the format could not fit to the header: its number, problem code, cells as read."""

    row: int
    code: str
    cells: tuple[str, ...]


HELD = 2_000_000
"""A table of at most so many cells is held in memory: it is asked many small questions, and each would read its file anew."""


Executor = Literal["in-memory", "streaming"]
"""An engine of Polars: the streaming one holds no table, and takes some milliseconds to begin."""


def executor(cells: int) -> Executor:
    """What answers questions about so many cells."""
    return "in-memory" if cells <= HELD else "streaming"


def held(frame: pl.LazyFrame, rows: int, width: int) -> pl.LazyFrame:
    """The frame, in memory if it is small."""
    small = executor(rows * width) == "in-memory"
    return frame.collect(engine="in-memory").lazy() if small else frame


class Raw(Struct, frozen=True):
    """A file as its format reads it: columns `0`, `1`, ... in header order, and `#row`; values not yet judged.

    `header_row` is the last row of the header. `broken` rows are not in the frame. `faults` are cells that hold an error
    instead of a value: (row, column index, error text, or the formula that has no value); the frame has them as missing.
    `exact` reads the file again in a slower way that finds every irregular row, should the frame turn out not to be
    readable. `formats` gives the number formats of a column's cells by row, where the file has such. Of a database,
    `query` is what was asked and `keep` holds the rows that came. `executor` is what answers questions about the frame.
    """

    file: str
    path: Path | None
    sheet: str | None
    encoding: str | None
    sha256: str
    headers: tuple[str, ...]
    header_row: int
    frame: pl.LazyFrame
    broken: tuple[Broken, ...] = ()
    faults: tuple[tuple[int, int, str], ...] = ()
    exact: Callable[[], Raw | None] | None = None
    query: str = ""
    keep: object = None
    formats: Callable[[int], Mapping[int, str]] | None = None
    executor: Executor = "streaming"

    def cell(self, row: int | None = None, header: str | None = None) -> Cell:
        """A place in this file."""
        return Cell(self.file, self.sheet, row, header)


class Options(Struct, frozen=True):
    """What an assessment may say about how a file is read; None leaves it to the reader.

    `known` are the folded names of columns that the table could have, with the kind of each: the header is found by them.
    """

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_rows: int | None = None
    known: Mapping[str, str] = {}


class Format(Struct, frozen=True):
    """An input format. `read` gives None after it has told `problems` why the input can't be read.

    `parts`, where a format has it, reads a file that is made of several: all of them, or the one that the options name.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, str, Options, Problems], Raw | None]
    sheets: Callable[[Path], list[str]] = lambda path: []
    parts: Callable[[Path, str, Options, Problems], list[Raw]] | None = None
