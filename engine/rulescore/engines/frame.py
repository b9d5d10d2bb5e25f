# SPDX-License-Identifier: Apache-2.0
"""The frame engine: a plan on Polars columns, equal to the row engine to the last digit.

`features` adds the columns that rules read, `score` turns them into outcomes, dimensions, composite and tier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from ..lang.functions import AGGREGATES, BASE
from ..lang.functions.aggregates import MAX_SUMMAND
from ..model import Pack
from ..plan import Plan, Step
from .columns import Columns
from .evaluator import folded
from .row import CUSTOMER as CUSTOMER
from .row import window_days
from .totals import composite_columns, dimension_columns, index_columns, reason_columns
from .verdicts import gated_columns, rule_columns, tier_columns

SEEN = "?seen "
"""Before the name of a table: whether a customer has any event there."""


def as_number(column: str, kind: str) -> pl.Expr:
    """A date as days since 1970-01-01 as float64, the form expressions see; any other column as it is."""
    return pl.col(column).cast(pl.Int32).cast(pl.Float64) if kind == "date" else pl.col(column)


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


class Counting:
    """The events of one table with what aggregates take of them as columns, made once however they are grouped."""

    def __init__(self, plan: Plan, table: str, events: pl.LazyFrame, steps: Sequence[Step]) -> None:
        """`events` holds the table's fields, dates as dates. Rows without customer, or after the day, do not count."""
        spec = plan.pack.tables[table]
        self.customer, self.seen = spec.customer, SEEN + table
        day = pl.col(f"{table}.{spec.date}") if spec.date else pl.lit(0.0)
        columns = Columns([f"{table}.{column}" for column in spec.fields])
        # What several aggregates share, which events count and what is taken of them, is one column.
        insides: dict[tuple[object, ...], str] = {}
        values: dict[tuple[object, ...], str] = {}
        reduced: dict[tuple[object, str], list[pl.Expr]] = {}
        which: list[pl.Expr] = []
        taken: list[pl.Expr] = []
        self.parts: dict[str, list[pl.Expr]] = {}
        self.results: dict[str, pl.Expr] = {}
        for step in steps:
            tree, args = step.tree, [folded(arg) for arg in step.tree.args]
            declared = AGGREGATES[str(tree.value)]
            where = (tree.window, *args[tree.operands :])
            inside = insides.get(where)
            if inside is None:
                inside = insides[where] = f"?inside{len(insides)}"
                start, end = window_days(tree.window, plan.as_of)
                held = (day <= end) if spec.date else pl.lit(True)
                if start is not None:
                    held = held & (day > start)
                for condition in args[tree.operands :]:
                    held = held & columns.expression(condition)
                which.append(held.fill_null(False).alias(inside))
            what = (inside, declared.is_added, *args[: tree.operands])
            value = values.get(what)
            if value is None:
                value = values[what] = f"?value{len(values)}"
                operand = _operand(columns.all(args[: tree.operands]))
                counts = pl.col(inside)
                if declared.is_added:
                    counts = counts & (operand.abs() < MAX_SUMMAND)
                taken.append(pl.when(counts).then(operand).alias(value))
            parts = reduced.get((declared.frame, value))
            if parts is None:
                found = declared.frame(pl, pl.col(value), pl.col(inside), day)
                several = found if isinstance(found, tuple) else (found,)
                parts = [part.alias(f"?part{len(reduced)}.{index}") for index, part in enumerate(several)]
                reduced[declared.frame, value] = parts
            if declared.sees_inside:
                parts = [*parts, pl.col(inside).any().alias(f"?any{inside}")]
            self.parts[step.column] = parts
            names = (part.meta.output_name() for part in parts)
            self.results[step.column] = declared.finish(pl, *map(pl.col, names)).alias(step.column)
        needed = {name for step in steps for arg in step.tree.args for name in arg.names() if "." in name}
        read = sorted({name.split(".", 1)[1] for name in needed} | ({spec.date} if spec.date else set()))
        present = set(events.collect_schema().names())
        frame = events.with_columns(
            (as_number(column, spec.fields[column].kind) if column in present else absent(spec.fields[column].kind))
            .alias(f"{table}.{column}") for column in read
        )  # fmt: skip
        frame = frame.filter(pl.col(spec.customer).is_not_null())
        if spec.date:
            frame = frame.filter(day <= plan.as_of)
        self.frame = frame.with_columns(which).with_columns(taken)

    def by_customer(self, frame: pl.LazyFrame, steps: Sequence[Step]) -> pl.LazyFrame:
        """One row a customer with the aggregates that are wanted, of the events of `self.frame`, or of some of them."""
        parts = {part.meta.output_name(): part for step in steps for part in self.parts[step.column]}
        counted = frame.group_by(pl.col(self.customer).alias(CUSTOMER)).agg(*parts.values())
        results = (self.results[step.column] for step in steps)
        return counted.select(CUSTOMER, *results, pl.lit(True).alias(self.seen))


def counted(plan: Plan, table: str, events: pl.LazyFrame, steps: Sequence[Step]) -> pl.LazyFrame:
    """One row a customer: the aggregates over the events of a table."""
    counting = Counting(plan, table, events, steps)
    return counting.by_customer(counting.frame, steps)


def _operand(parts: Sequence[pl.Expr]) -> pl.Expr:
    """What an aggregate takes of an event: nothing, one value, or several side by side."""
    if len(parts) > 1:
        return pl.struct(part.alias(str(index)) for index, part in enumerate(parts))
    return parts[0] if parts else pl.lit(1.0)


def absent(kind: str) -> pl.Expr:
    """A column of that kind without a value."""
    dtype: Any = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Float64}.get(
        kind, pl.Float64
    )
    return pl.lit(None, dtype=dtype)


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
