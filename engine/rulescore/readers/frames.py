# SPDX-License-Identifier: Apache-2.0
"""Frames in memory (polars, pandas, pyarrow, or a list of records) -> `Raw`. None of these libraries is imported here
but Polars: a frame that was made brings its own."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import polars as pl

from ..problems import Cell, Problems
from .columns import column
from .table import ROW, Raw, executor

NAME = "<frame>"


def read(frame: object, name: str, problems: Problems) -> Raw | None:
    """Takes a frame as the table `name`; rows are numbered from 1. None after telling why it can't be taken."""
    place = Cell(NAME, name)
    try:
        taken = _taken(frame)
    except (
        TypeError,
        ValueError,
        OverflowError,
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
    ) as error:
        problems.error(
            "unreadable-frame", place, type=type(frame).__name__, reason=str(error).split("\n")[0][:200]
        )
        return None
    if taken is None:
        problems.error("unknown-frame", place, type=f"{type(frame).__module__}.{type(frame).__qualname__}")
        return None
    headers, table = taken
    lazy = table.with_row_index(ROW, offset=1).lazy().with_columns(pl.col(ROW).cast(pl.Int64))
    size = executor(table.height * table.width)
    return Raw(NAME, None, name, None, _hash(table, headers), headers, 0, lazy, executor=size)


def _taken(frame: object) -> tuple[tuple[str, ...], pl.DataFrame] | None:
    """(headers, frame with columns `0`, `1`, ...); None for what is no frame."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect(engine="streaming")
    if type(frame).__module__.split(".")[0] == "pandas" and hasattr(frame, "columns"):
        return _pandas(frame)
    if isinstance(frame, list):
        return _records(frame)
    if not isinstance(frame, pl.DataFrame) and hasattr(frame, "__arrow_c_stream__"):
        frame = pl.DataFrame(frame)
    if not isinstance(frame, pl.DataFrame):
        return None
    # rebuilt from its series, so that a column of one value is a column and no scalar (those divide differently)
    columns = [series.alias(str(index)) for index, series in enumerate(frame.get_columns())]
    return tuple(frame.columns), pl.DataFrame(columns)


def _pandas(frame: Any) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Column by column, since an object column may mix kinds; NaN is how pandas says missing."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    columns = []
    for index in range(len(frame.columns)):
        series = frame.iloc[:, index]
        if str(series.dtype) in ("object", "category"):
            values = [
                None if gone else value
                for value, gone in zip(series.tolist(), series.isna().tolist(), strict=True)
            ]
            columns.append(column(str(index), values))
        else:
            columns.append(pl.from_pandas(series, nan_to_null=True).alias(str(index)))
    return tuple(str(name) for name in frame.columns), pl.DataFrame(columns)


def _records(records: list[Any]) -> tuple[tuple[str, ...], pl.DataFrame]:
    if not all(isinstance(row, Mapping) for row in records):
        raise TypeError("a list must hold mappings")
    names = dict.fromkeys(str(name) for row in records for name in row)
    columns = [column(str(index), [row.get(name) for row in records]) for index, name in enumerate(names)]
    return tuple(names), pl.DataFrame(columns)


def _hash(table: pl.DataFrame, headers: tuple[str, ...]) -> str:
    """sha256 of the headers and the Arrow stream of the frame."""
    total = hashlib.sha256("\x1f".join(headers).encode())
    buffer = io.BytesIO()
    table.rechunk().write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
    total.update(buffer.getbuffer())
    return total.hexdigest()
