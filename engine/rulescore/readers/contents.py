# SPDX-License-Identifier: Apache-2.0
"""Rows that lie in no file -> their sha256, whatever the batches in which they come."""

from __future__ import annotations

import hashlib
import io

import polars as pl

from .coerce import is_nested

CHUNK = 20_000


class RowsDigest:
    """The sha256 of `before` and of every row as CSV, in which missing and empty differ."""

    def __init__(self, before: bytes) -> None:
        self.total = hashlib.sha256(before)

    def update(self, frame: pl.DataFrame) -> None:
        """Adds rows."""
        flat = [_flat(name, dtype) for name, dtype in frame.schema.items()]
        buffer = io.BytesIO()
        frame.select(flat).write_csv(buffer, include_header=False, quote_style="non_numeric", null_value="")
        self.total.update(buffer.getbuffer())

    def digest(self) -> bytes:
        return self.total.digest()


def _flat(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as CSV can hold it."""
    if dtype == pl.Binary:
        return pl.col(name).bin.encode("hex")
    return pl.struct(name).struct.json_encode().alias(name) if is_nested(dtype) else pl.col(name)


def rows_digest(frame: pl.LazyFrame, before: bytes) -> bytes:
    """The digest of all rows of a frame, a chunk at a time."""
    total = RowsDigest(before)
    for batch in frame.collect_batches(chunk_size=CHUNK, maintain_order=True):
        total.update(batch)
    return total.digest()
