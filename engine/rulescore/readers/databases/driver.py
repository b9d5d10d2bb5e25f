# SPDX-License-Identifier: Apache-2.0
"""What each kind of database gives: how to connect so that nothing can be written, and a query's columns and rows."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct

from ..address import Address
from ..columns import column

ROWS, CELLS = 20_000, 400_000
"""Rows and cells that are held at a time, where the driver lets us choose."""


class Driver(Struct, frozen=True):
    """One kind of database.

    `module` is what `load` imports, `extra` the extra that brings it ("" when Python does). `magic` are (offset, bytes)
    that a file of the kind holds. `connect` gets the module, the address, the password and a folder for
    what the database sets aside; `columns` says header and whether it is text for a query without rows;
    `batches` gives the rows in frames of columns `0`, `1`, ...; `text` orders a column of text by its bytes.
    `errors` are the exceptions of the module; `writes` says whether one means that the query would have written.
    """

    name: str
    module: str
    extra: str
    magic: tuple[int, bytes]
    connect: Callable[[Any, Address, str, Path], Any]
    columns: Callable[[Any, str], list[tuple[str, bool]]]
    batches: Callable[[Any, str], Iterator[pl.DataFrame]]
    text: str
    errors: Callable[[Any], tuple[type[Exception], ...]]
    writes: Callable[[Exception], bool]

    def load(self) -> Any:
        """The module; ImportError when the extra is not installed."""
        return importlib.import_module(self.module)


def rows_of_cursor(cursor: Any) -> Iterator[pl.DataFrame]:
    """The rows of a DB-API cursor, so many at a time that they are neither more than ROWS nor have more than CELLS cells."""
    size = max(1, min(ROWS, CELLS // len(cursor.description)))
    while rows := cursor.fetchmany(size):
        yield frame_of(rows)


def frame_of(rows: Sequence[Sequence[object]]) -> pl.DataFrame:
    return pl.DataFrame(
        [column(str(index), [_plain(row[index]) for row in rows]) for index in range(len(rows[0]))]
    )


def _plain(value: object) -> object:
    """Bytes as text where they are text; what is not is shown in hexadecimal."""
    if not isinstance(value, bytes | bytearray):
        return value
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return value.hex()
