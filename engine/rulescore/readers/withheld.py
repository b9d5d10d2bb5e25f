# SPDX-License-Identifier: Apache-2.0
"""Counts of people by group: where one group alone is withheld, and so could be told from a known total, a second is too."""

from __future__ import annotations

import polars as pl
from msgspec.structs import replace

from ..model import Table
from ..problems import Problems
from .table import ROW, SOURCE, TableData


def withheld(data: TableData, table: Table, problems: Problems) -> TableData:
    """The table in which no single group of a `withheld` field stands without its number: the smallest of the others, the first
    of equals, goes too. Told at the head of the table, not at its cell, which would say which group is which."""
    have = data.frame.collect_schema().names()
    frame = data.frame
    for name in (one.id for one in table.fields.values() if one.withheld and one.id in have):
        rows = frame.select(SOURCE, ROW, name).collect(engine=data.executor)
        if rows[name].null_count() != 1:
            continue
        smallest = rows.drop_nulls(name).sort(name, SOURCE, ROW).head(1)
        for source, row, _ in smallest.iter_rows():
            here = (pl.col(SOURCE) == source) & (pl.col(ROW) == row)
            frame = frame.with_columns(pl.when(~here).then(pl.col(name)).alias(name))
            problems.note("group-withheld-too", data.place(0, 1, name), table=table.id, field=name)
    return data if frame is data.frame else replace(data, frame=frame)
