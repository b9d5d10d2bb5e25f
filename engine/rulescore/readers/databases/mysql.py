# SPDX-License-Identifier: Apache-2.0
"""MySQL and MariaDB, by PyMySQL: rows are fetched as they are needed, in a transaction that may only read."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from ..address import Address
from .driver import Driver, rows_of_cursor

TEXT = frozenset({15, 247, 248, 249, 250, 251, 252, 253, 254})
"""The numbers by which the protocol calls texts, enumerations and sets."""

READ_ONLY = frozenset({1290, 1792})
"""The numbers of the errors for writing where only reading is allowed."""


def _connect(module: Any, address: Address, password: str, spare: Path) -> Any:
    secure: dict[str, Any] = {}
    if address.sslmode == "disable":
        secure["ssl_disabled"] = True
    elif address.sslmode:
        secure["ssl"] = _secure(address.sslmode == "verify-full")
    connection = module.connect(
        host=address.host,
        port=address.port or 3306,
        user=address.user or None,
        password=password,
        database=address.database,
        charset="utf8mb4",
        cursorclass=module.cursors.SSCursor,
        connect_timeout=10,
        local_infile=False,
        **secure,
    )
    with connection.cursor() as cursor:
        cursor.execute("set session transaction isolation level repeatable read, read only")
        cursor.execute("set session time_zone = '+00:00'")
        cursor.execute("start transaction read only")
    return connection


def _secure(verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _columns(connection: Any, sql: str) -> list[tuple[str, bool]]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        return [(str(column[0]), column[1] in TEXT) for column in cursor.description]


def _batches(connection: Any, sql: str) -> Iterator[pl.DataFrame]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        yield from rows_of_cursor(cursor)


def _errors(module: Any) -> tuple[type[Exception], ...]:
    """RuntimeError: a way of signing in for which something else must be installed."""
    return (module.MySQLError, OSError, RuntimeError)


def _writes(error: Exception) -> bool:
    return bool(error.args) and error.args[0] in READ_ONLY


DRIVER = Driver(
    "mysql", "pymysql", "mysql", (0, b""), _connect, _columns, _batches, "cast({} as binary)", _errors, _writes,
)  # fmt: skip
