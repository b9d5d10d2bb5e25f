# SPDX-License-Identifier: Apache-2.0
"""Scored customers and what became of them -> counts by value, all in one pass over the stored scores; only the counts are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from ..folder import Run
from .pairing import CAME
from .ranking import Counted
from .rates import Met

Rows = list[tuple[Any, int, int]]


class Counts:
    """How many customers of a run have each value of its columns, and to how many of them the outcome came."""

    def __init__(
        self, run: Run, came: pl.Series, keys: Sequence[tuple[str, ...]], more: Sequence[pl.Expr] = ()
    ) -> None:
        """`keys`: the columns, one or two at a time, that will be asked for; `more`: expressions to be had beside them."""
        columns = sorted({name for key in keys for name in key} - {expr.meta.output_name() for expr in more})
        parts = [run.trace.select(*columns, *more), pl.LazyFrame({CAME: came})]
        frame = pl.concat(parts, how="horizontal").filter(pl.col(CAME).is_not_null())
        counted = [frame.group_by(key).agg(pl.col(CAME).cast(pl.Int64).sum(), pl.len()) for key in keys]
        found = pl.collect_all(counted, engine="streaming")
        self.frames = dict(zip(keys, found, strict=True))

    def by(self, column: str) -> Rows:
        """(value, customers to whom the outcome came, customers), ascending, of customers that have a value."""
        rows = self.frames[(column,)].drop_nulls(column).sort(column).rows()
        return [(value, came, customers) for value, came, customers in rows]

    def without(self, column: str) -> tuple[int, int]:
        """Customers without a value: to how many the outcome came, and how many they are."""
        rows = self.frames[(column,)].filter(pl.col(column).is_null()).rows()
        return (rows[0][1], rows[0][2]) if rows else (0, 0)

    def pairs(self, first: str, second: str) -> Rows:
        """The same for the values of two columns."""
        rows = self.frames[first, second].sort(first, second, nulls_last=True).rows()
        return [((one, other), came, customers) for one, other, came, customers in rows]


def sided(met: Met, good: bool) -> Counted:
    """Counts by value as (value, customers that did better, customers that did worse)."""
    return [(value, came, all_ - came) if good else (value, all_ - came, came) for value, came, all_ in met]
