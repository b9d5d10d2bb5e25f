# SPDX-License-Identifier: Apache-2.0
"""A query on a database -> `Raw`. One file a kind of database, listed in DATABASES.

The query is asked as a table expression and ordered by all its columns, since rows of a database have no order of their
own: the same rows are the same table, and `#row` counts them in this order.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import Any

from ...problems import Cell, Problems, Span
from ..address import SCHEMES, Address, address
from ..table import Raw
from . import duckdb, mysql, postgresql, sqlite
from .driver import Driver
from .spool import Spool

__all__ = ["DATABASES", "Address", "address", "read"]

DATABASES: tuple[Driver, ...] = (sqlite.DRIVER, duckdb.DRIVER, postgresql.DRIVER, mysql.DRIVER)

_START = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values|table|from)\b", re.IGNORECASE | re.DOTALL
)
"""How a query begins that only reads."""


def read(where: Address, query: str, span: Span, problems: Problems) -> Raw | None:
    """Asks the query and sets its rows down; None after telling why that can't be done. Rows are numbered from 1."""
    query = query.strip().rstrip(";").rstrip()
    if not _START.match(query):
        problems.error("query-not-select", span, database=where.shown)
        return None
    driver = _driver(where, span, problems)
    if driver is None:
        return None
    try:
        module = driver.load()
    except ImportError:
        problems.error("database-driver-missing", span, kind=driver.name, extra=driver.extra)
        return None
    password = os.environ.get(where.variable, "") if where.path is None else ""
    spool = Spool()
    try:
        connection = driver.connect(module, where, password, spool.folder)
    except driver.errors(module) as error:
        problems.error(
            "database-unreachable", span,
            database=where.shown, reason=_reason(error, password), variable=where.variable if where.path is None else "—",
        )  # fmt: skip
        return None
    with closing(connection):
        try:
            return _raw(driver, connection, where, query, spool)
        except driver.errors(module) as error:
            if driver.writes(error):
                problems.error("query-writes", span, database=where.shown, reason=_reason(error, password))
            else:
                problems.error("query-failed", span, database=where.shown, reason=_reason(error, password))
            return None


def _raw(driver: Driver, connection: Any, where: Address, query: str, spool: Spool) -> Raw:
    columns = driver.columns(connection, f"select * from (\n{query}\n) as q limit 0")
    names = [f"c{index}" for index in range(len(columns))]
    order = [
        driver.text.format(name) if text else name for name, (_, text) in zip(names, columns, strict=True)
    ]
    sql = f"with q({', '.join(names)}) as (\n{query}\n) select * from q order by {', '.join(order)}"
    headers = tuple(header for header, _ in columns)
    frame = spool.fill(driver.batches(connection, sql), headers)
    return Raw(where.shown, where.path, None, None, spool.sha256, headers, 0, frame, query=query, keep=spool)


def _driver(where: Address, span: Span, problems: Problems) -> Driver | None:
    """The kind of a server by its URL, of a file by its first bytes."""
    if where.path is None:
        return next(driver for driver in DATABASES if driver.name == where.kind)
    try:
        with where.path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        problems.error("file-not-found", span)
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.error("file-unreadable", Cell(where.shown), reason=reason)
        return None
    for driver in DATABASES:
        start, magic = driver.magic
        if magic and head[start : start + len(magic)] == magic:
            return driver
    problems.error("unknown-database", span, known=list(SCHEMES))
    return None


def _reason(error: Exception, password: str) -> str:
    """The first line of what the database says, without what is secret."""
    said = error.args[-1] if error.args else error
    line = next((line for line in str(said).splitlines() if line.strip()), type(error).__name__)
    return (line.replace(password, "***") if password else line)[:300]
