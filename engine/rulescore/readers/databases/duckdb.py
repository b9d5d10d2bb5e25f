# SPDX-License-Identifier: Apache-2.0
"""DuckDB files. The query sees the file alone: no other file, no network, no extension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from ..address import Address
from .driver import ROWS, Driver


def _connect(module: Any, address: Address, password: str, spare: Path) -> Any:
    connection = module.connect(
        str(address.path),
        read_only=True,
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spare / "spare"),
        },
    )
    connection.execute("set timezone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection


def _columns(connection: Any, sql: str) -> list[tuple[str, bool]]:
    return [(str(column[0]), str(column[1]) == "VARCHAR") for column in connection.sql(sql).description]


def _batches(connection: Any, sql: str) -> Iterator[pl.DataFrame]:
    for batch in connection.sql(sql).to_arrow_reader(ROWS):
        frame = pl.DataFrame(batch)
        yield frame.rename({name: str(index) for index, name in enumerate(frame.columns)})


def _errors(module: Any) -> tuple[type[Exception], ...]:
    import pyarrow as pa

    return (module.Error, pa.ArrowException)


def _writes(error: Exception) -> bool:
    return "read-only mode" in str(error)


DRIVER = Driver(
    "duckdb",
    "duckdb",
    "duckdb",
    (8, b"DUCK"),
    _connect,
    _columns,
    _batches,
    '{} collate "C"',
    _errors,
    _writes,
)
