# SPDX-License-Identifier: Apache-2.0
"""Batches of rows -> a lazy frame over a temporary copy on disk, so that memory holds one batch at a time."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ..coerce import as_text
from ..contents import RowsDigest
from ..table import ROW


class Spool:
    """A folder of Parquet files that goes when nobody holds the Spool any more. Batches of like columns share a file."""

    def __init__(self) -> None:
        self.sha256 = ""
        self.folder = Path(tempfile.mkdtemp(prefix="rulescore-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def fill(self, batches: Iterable[pl.DataFrame], headers: Sequence[str]) -> pl.LazyFrame:
        """Sets down all batches, and hashes them; the frame has columns `0`, `1`, ... and `#row`, the number of each row
        from 1."""
        import pyarrow.parquet as pq

        width = len(headers)
        total = RowsDigest(("\x1f".join(headers) + "\n").encode())
        parts: list[tuple[Path, pl.Schema]] = []
        types: list[set[pl.DataType]] = [set() for _ in range(width)]
        writer: Any = None
        try:
            for batch in batches:
                filled = [index for index in range(width) if batch[str(index)].null_count() < batch.height]
                if writer is None or any(batch.dtypes[i] != parts[-1][1].dtypes()[i] for i in filled):
                    if writer is not None:
                        writer.close()
                    path = self.folder / f"{len(parts):05}.parquet"
                    parts.append((path, batch.schema))
                    writer = pq.ParquetWriter(path, batch.to_arrow().schema, compression="lz4")
                writer.write_table(batch.cast(dict(parts[-1][1])).to_arrow())  # type: ignore[arg-type]
                total.update(batch)
                for index in filled:
                    types[index].add(batch.dtypes[index])
        finally:
            if writer is not None:
                writer.close()
        self.sha256 = total.digest().hex()
        if not parts:
            return pl.LazyFrame(
                schema={**{str(index): pl.String() for index in range(width)}, ROW: pl.Int64()}
            )
        scans = [
            pl.scan_parquet(path, glob=False).select(
                _as(str(index), schema.dtypes()[index], types[index]) for index in range(width)
            )
            for path, schema in parts
        ]
        frame = scans[0] if len(scans) == 1 else pl.concat(scans)
        return frame.with_row_index(ROW, offset=1).select(
            *(str(index) for index in range(width)), pl.col(ROW).cast(pl.Int64)
        )


def _as(name: str, dtype: pl.DataType, types: set[pl.DataType]) -> pl.Expr:
    """A column of one file as all files have it: its own type, numbers where all are, else text."""
    if len(types) <= 1:
        return pl.col(name).cast(next(iter(types), pl.String()))
    if all(one.is_numeric() for one in types):
        return pl.col(name).cast(pl.Float64)
    return as_text(pl.col(name), dtype)
