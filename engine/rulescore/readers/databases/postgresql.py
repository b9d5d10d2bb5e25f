# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL, by ADBC: rows come in Arrow batches, in a session that may only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl

from ..address import Address
from .driver import Driver

BATCH = {"adbc.postgresql.batch_size_hint_bytes": str(4 << 20)}

READ_ONLY = "25006"
"""What PostgreSQL calls writing where only reading is allowed."""


def _connect(module: Any, address: Address, password: str, spare: Path) -> Any:
    user = quote(address.user, safe="")
    if password:
        user += ":" + quote(password, safe="")
    host = f"[{address.host}]" if ":" in address.host else address.host
    place = host if address.port is None else f"{host}:{address.port}"
    options = {"connect_timeout": "10", "application_name": "rulescore"}
    options["options"] = "-c default_transaction_read_only=on -c timezone=UTC"
    if address.sslmode:
        options["sslmode"] = address.sslmode
    name = quote(address.database, safe="")
    uri = f"postgresql://{user}{'@' if user else ''}{place}/{name}?{urlencode(options, quote_via=quote)}"
    return module.connect(uri)


def _columns(connection: Any, sql: str) -> list[tuple[str, bool]]:
    import pyarrow as pa

    with connection.cursor() as cursor:
        cursor.execute(sql)
        schema = cursor.fetch_record_batch().schema
    return [(field.name, pa.types.is_string(field.type)) for field in schema]


def _batches(connection: Any, sql: str) -> Iterator[pl.DataFrame]:
    with connection.cursor(adbc_stmt_kwargs=BATCH) as cursor:
        cursor.execute(sql)
        for batch in cursor.fetch_record_batch():
            yield _frame(batch)


def _frame(batch: Any) -> pl.DataFrame:
    """Types without a counterpart in Arrow, such as numeric, come as their text, which is exact."""
    import pyarrow as pa

    plain = [
        column.storage if isinstance(column.type, pa.BaseExtensionType) else column
        for column in batch.columns
    ]
    return pl.DataFrame(pa.RecordBatch.from_arrays(plain, [str(index) for index in range(len(plain))]))


def _errors(module: Any) -> tuple[type[Exception], ...]:
    """What goes wrong while rows are coming reaches us through Arrow."""
    import pyarrow as pa

    return (module.Error, pa.ArrowException, OSError)


def _writes(error: Exception) -> bool:
    return getattr(error, "sqlstate", None) == READ_ONLY or "read-only transaction" in str(error)


DRIVER = Driver(
    "postgresql", "adbc_driver_postgresql.dbapi", "postgres", (0, b""), _connect, _columns, _batches, '{} collate "C"', _errors, _writes,
)  # fmt: skip
