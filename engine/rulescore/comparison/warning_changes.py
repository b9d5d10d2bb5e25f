# SPDX-License-Identifier: Apache-2.0
"""Two runs -> who is new on the early-warning list, who is off it, and who is still on it."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..engines.frame import CUSTOMER
from ..folder import Run
from ..model import AT_RISK, SEVERITIES, VALUE_AT_RISK, WARNING_LEVEL

Node = dict[str, Any]
WORST, MILDEST = SEVERITIES[0], SEVERITIES[-1]


def warning_changes(before: Run, after: Run, top: int) -> Node | None:
    """Of the list before and after how many customers and how much, in each run's own unit; how many are still on it, and of
    these whose level rose; and the `top` customers that are new or off, with most at risk first, with the warnings that put them
    there. Nothing when one of the runs has no list."""
    runs = before, after
    if not all(run.pack.early_warnings for run in runs):
        return None
    lists = [_listed(run) for run in runs]
    new = lists[1].join(lists[0], on=CUSTOMER, how="anti")
    off = lists[0].join(lists[1], on=CUSTOMER, how="anti")
    still = lists[0].join(lists[1], on=CUSTOMER, how="inner", suffix=" after")
    raised = still.filter((pl.col(WARNING_LEVEL) == MILDEST) & (pl.col(f"{WARNING_LEVEL} after") == WORST))
    gone = off.join(after.inputs.select(CUSTOMER).collect(engine="streaming"), on=CUSTOMER, how="anti")
    return {
        **{end: _total(run, found) for end, run, found in zip(("before", "after"), runs, lists, strict=True)},
        "new": new.height, "off": off.height, "still": still.height, "raised": raised.height,
        "new_customers": _first(after, new, top), "off_customers": _first(before, off, top, set(gone[CUSTOMER])),
    }  # fmt: skip


def _listed(run: Run) -> pl.DataFrame:
    ids = [one.id for one in run.pack.early_warnings]
    wanted = [CUSTOMER, WARNING_LEVEL, VALUE_AT_RISK, *ids]
    return run.inputs.filter(pl.col(AT_RISK)).select(wanted).collect(engine="streaming")


def _total(run: Run, found: pl.DataFrame) -> Node:
    value = (found[VALUE_AT_RISK] * 100).round().cast(pl.Int64).sum() / 100
    return {"count": found.height, "value": value, "unit": run.pack.features[VALUE_AT_RISK].unit}


def _first(run: Run, found: pl.DataFrame, top: int, gone: set[str] | None = None) -> list[Node]:
    rows = found.sort([VALUE_AT_RISK, CUSTOMER], descending=[True, False], nulls_last=True).head(top)
    levels = run.pack.features[WARNING_LEVEL].values
    return [
        {
            "customer": row[CUSTOMER], "level": row[WARNING_LEVEL], "level_title": dict(levels[row[WARNING_LEVEL]]), "value": row[VALUE_AT_RISK],
            "warnings": [{"id": one.id, "title": dict(one.title)} for one in run.pack.early_warnings if row[one.id]],
            "absent": row[CUSTOMER] in (gone or ()),
        }
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
