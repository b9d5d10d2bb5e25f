# SPDX-License-Identifier: Apache-2.0
"""The parts of several files -> which columns are likely to refer to the key of another."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec import Struct

from ..readers.coerce import as_text
from ..readers.table import Raw
from .columns import ColumnFacts

MOST_KEYS = 500_000
"""Keys of more rows than this are not looked into: they would have to be held in memory."""

COMPARED = 5_000
SHARE = 0.9
FEWEST = 5


class Reference(Struct, frozen=True):
    """A column whose values are mostly keys of another part: positions of the parts, headers, share of values found."""

    part: int
    column: str
    to: int
    key: str
    share: float


def references(parts: Sequence[tuple[Raw, Sequence[ColumnFacts]]]) -> list[Reference]:
    """Every column of which at least nine of ten different values are keys of another part."""
    keys = {
        (number, one.header): frozenset(_values(raw, one, MOST_KEYS))
        for number, (raw, facts) in enumerate(parts)
        for one in facts
        if one.is_key
        and one.rows <= MOST_KEYS
        and one.kind in ("text", "number", "mixed")
        and one.rows >= FEWEST
    }
    found = []
    for number, (raw, facts) in enumerate(parts):
        for one in facts:
            if one.kind not in ("text", "number", "mixed") or one.distinct < FEWEST:
                continue
            targets = [place for place in keys if place[0] != number]
            values = set(_values(raw, one, COMPARED)) if targets else set()
            for place in targets:
                share = len(values & keys[place]) / len(values) if values else 0.0
                if share >= SHARE and (one.kind != "number" or one.distinct >= 50):
                    found.append(Reference(number, one.header, *place, round(share, 4)))
    return found


def _values(raw: Raw, column: ColumnFacts, limit: int) -> list[str]:
    """The first different values of a column, as trimmed text."""
    name = str(column.index)
    text = as_text(pl.col(name), raw.frame.collect_schema()[name]).str.strip_chars()
    values = raw.frame.select(text.alias("value")).filter(
        pl.col("value").is_not_null() & (pl.col("value") != "")
    )
    return values.unique(maintain_order=True).head(limit).collect(engine="streaming").to_series().to_list()
