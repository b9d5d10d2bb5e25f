# SPDX-License-Identifier: Apache-2.0
"""Parquet -> `Raw`, lazily: nothing but the footer and the hash is read here."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ..problems import Cell, Problems
from .bytes import digest, opened
from .table import ROW, Format, Options, Raw


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Opens a Parquet file; None after telling why it can't be read. Rows are numbered from 1."""
    if opened(path, file, ("parquet",), problems) is None:
        return None
    try:
        sha256 = digest(path)
        frame = pl.scan_parquet(
            path, glob=False, hive_partitioning=False, row_index_name=ROW, row_index_offset=1
        )
        names = [name for name in frame.collect_schema().names() if name != ROW]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        problems.error("file-damaged", Cell(file), kind="parquet", reason=str(error).split("\n")[0][:200])
        return None
    chosen = [pl.col(name).alias(str(index)) for index, name in enumerate(names)]
    frame = frame.select(*chosen, pl.col(ROW).cast(pl.Int64))
    return Raw(file, path, None, None, sha256, tuple(names), 0, frame)


FORMAT = Format("parquet", (".parquet", ".pq"), read)
