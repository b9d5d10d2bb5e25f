# SPDX-License-Identifier: Apache-2.0
"""The frame engine: a plan on Polars columns, equal to the row engine to the last digit.

`features` adds the columns that rules read, `score` turns them into outcomes, dimensions, composite and tier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from ..lang.functions import AGGREGATES, BASE
from ..model import Pack
from ..plan import Plan, Step
from .columns import Columns, as_number
from .counting import SEEN, counted
from .literals import absent
from .row import CUSTOMER as CUSTOMER
from .totals import composite_columns, dimension_columns, index_columns, reason_columns
from .verdicts import gated_columns, rule_columns, tier_columns


def as_numbers(frame: pl.LazyFrame, columns: Sequence[str], kinds: Mapping[str, str]) -> pl.LazyFrame:
    """The columns `as_number`; the others stay."""
    dates = [as_number(column, "date") for column in dict.fromkeys(columns) if kinds.get(column) == "date"]
    return frame.with_columns(dates) if dates else frame


def as_dates(frame: pl.LazyFrame, columns: Sequence[str], kinds: Mapping[str, str]) -> pl.LazyFrame:
    """The reverse of `as_numbers`, for people who read the inputs."""
    dates = [
        pl.col(column).cast(pl.Int32).cast(pl.Date)
        for column in dict.fromkeys(columns)
        if kinds.get(column) == "date"
    ]
    return frame.with_columns(dates) if dates else frame


def with_aggregates(
    plan: Plan,
    customers: pl.LazyFrame,
    events: Mapping[str, pl.LazyFrame],
    count: Callable[[Plan, str, pl.LazyFrame, Sequence[Step]], pl.LazyFrame] = counted,
) -> pl.LazyFrame:
    """Customers with the aggregates of every event table; a table that was not supplied leaves its columns missing,
    a customer without events gets what the function says of no events."""
    seen = []
    for table in sorted({step.tree.table for step in plan.event_steps}):
        steps = [step for step in plan.event_steps if step.tree.table == table]
        if table not in events:
            customers = customers.with_columns(absent(step.tree.kind).alias(step.column) for step in steps)
            continue
        found = count(plan, table, events[table], steps)
        seen.append(SEEN + table)
        none = pl.col(SEEN + table).is_null()
        empty = {step.column: AGGREGATES[str(step.tree.value)].no_events for step in steps}
        customers = customers.join(found, on=CUSTOMER, how="left", maintain_order="left").with_columns(
            pl.when(none).then(pl.lit(value, dtype=pl.Float64)).otherwise(pl.col(column)).alias(column)
            for column, value in empty.items() if value is not None
        )  # fmt: skip
    return customers.drop(seen)


def with_features(
    plan: Plan, frame: pl.LazyFrame, stages: Sequence[Sequence[Step]] | None = None
) -> pl.LazyFrame:
    """Adds the record and base steps of the plan's stages; aggregates must be there already."""
    columns = Columns(plan.fields)
    for stage in plan.stages if stages is None else stages:
        added = []
        for step in stage:
            if step.scope == "record":
                added.append(columns.expression(step.tree).alias(step.column))
            elif step.scope == "base":
                declared = BASE[str(step.tree.value)]
                more: list[Any] = [
                    columns.expression(arg) if declared.grouped else arg.value for arg in step.tree.args[1:]
                ]
                operand = columns.expression(step.tree.args[0])
                if not step.tree.args[0].names():  # a constant stands once for every customer
                    operand = pl.when(pl.int_range(pl.len()) >= 0).then(operand)
                added.append(declared.frame(pl, operand, *more).alias(step.column))
        if added:
            frame = frame.with_columns(added)
    return frame


def score(plan: Plan, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds outcomes, totals, gates and tier; see `trace_names` for the columns to keep."""
    for stage in rule_columns(plan, Columns(plan.fields)):
        frame = frame.with_columns(stage)
    frame = standings(plan, frame)
    for stage in reason_columns(plan):
        frame = frame.with_columns(stage)
    return frame


def standings(plan: Plan, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds dimensions, composite, gates and tier to a frame with the outcomes of all rules."""
    columns = Columns(plan.fields)
    for stage in dimension_columns(plan):
        frame = frame.with_columns(stage)
    for stage in gated_columns(plan, columns, [dimension.id for dimension in plan.pack.dimensions]):
        frame = frame.with_columns(stage)
    for stage in composite_columns(plan):
        frame = frame.with_columns(stage)
    for stage in gated_columns(plan, columns, ["composite"]):
        frame = frame.with_columns(stage)
    for stage in (*index_columns(plan), *tier_columns(plan, columns)):
        frame = frame.with_columns(stage)
    return frame


def trace_names(pack: Pack) -> list[str]:
    """The columns of the trace, in order; points are whole numbers of 1/10,000."""
    names = [CUSTOMER, *(f"{dimension.id}.points" for dimension in pack.dimensions)]
    for rule in pack.rules:
        names += [f"{rule.id}.case", f"{rule.id}.points"]
    return names
