# SPDX-License-Identifier: Apache-2.0
"""SQLite files, by Python's own module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from ..address import Address
from .driver import Driver, rows_of_cursor


def _connect(module: Any, address: Address, password: str, spare: Path) -> Any:
    assert address.path is not None
    connection = module.connect(f"file:{quote(str(address.path))}?mode=ro", uri=True)
    connection.execute("pragma query_only = on")
    connection.execute("begin")  # one state of the file, whoever writes to it
    return connection


def _columns(connection: Any, sql: str) -> list[tuple[str, bool]]:
    """Any column may hold text."""
    with closing(connection.execute(sql)) as cursor:
        return [(str(column[0]), True) for column in cursor.description]


def _batches(connection: Any, sql: str) -> Iterator[pl.DataFrame]:
    with closing(connection.execute(sql)) as cursor:
        yield from rows_of_cursor(cursor)


def _errors(module: Any) -> tuple[type[Exception], ...]:
    return (module.Error, module.Warning)


def _writes(error: Exception) -> bool:
    return "readonly" in str(error)


DRIVER = Driver(
    "sqlite", "sqlite3", "", (0, b"SQLite format 3\0"), _connect, _columns, _batches, "{} collate binary", _errors, _writes,
)  # fmt: skip
