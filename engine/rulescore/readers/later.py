# SPDX-License-Identifier: Apache-2.0
"""Events after the as-of date: they never count, and that is told."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ..model import Table
from ..problems import Problems
from ..values import iso
from .table import ROW, SOURCE, TableData

LISTED = 20


def tell_later(
    tables: Mapping[str, TableData], dictionary: Mapping[str, Table], as_of: int, problems: Problems
) -> None:
    """A note for each file with events dated after `as_of` (days since 1970-01-01): how many, and the first rows."""
    for table in tables.values():
        date = dictionary[table.id].date
        if not date:
            continue
        later = table.frame.filter(pl.col(date).cast(pl.Int32) > as_of).select(SOURCE, ROW)
        counted = (
            later.group_by(SOURCE).agg(pl.len().alias("count"), pl.col(ROW).sort().head(LISTED)).sort(SOURCE)
        )
        for source, count, rows in counted.collect(engine=table.executor).iter_rows():
            place = table.place(source, rows[0], date)
            problems.note(
                "event-after-as-of",
                place,
                table=table.id,
                as_of=iso(as_of),
                count=count,
                rows=[str(row) for row in rows],
            )
