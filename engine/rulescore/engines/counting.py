# SPDX-License-Identifier: Apache-2.0
"""Aggregates over events as columns: what is taken of each event, what a group_by makes of that, and the result of it.

What several aggregates share - which events count, what is taken of them, what a group_by works out - is one column.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ..lang.functions import AGGREGATES
from ..lang.functions.aggregates import MAX_SUMMAND
from ..lang.functions.declare import Aggregate
from ..lang.syntax import Tree, Window
from ..plan import Plan, Step
from .columns import Columns, as_number
from .evaluator import folded
from .literals import absent
from .row import CUSTOMER, window_days

SEEN = "?seen "
"""Before the name of a table: whether a customer has any event there."""


class Counting:
    """The events of one table ready for some aggregates, however they are grouped: `frame` has the events with what is taken of
    them."""

    def __init__(self, plan: Plan, table: str, events: pl.LazyFrame, steps: Sequence[Step]) -> None:
        """`events` holds the table's fields, dates as dates. Rows without customer, or after the day, do not count."""
        spec = plan.pack.tables[table]
        self.customer, self.date, self.seen, self.as_of = spec.customer, spec.date, SEEN + table, plan.as_of
        self.day = pl.col(f"{table}.{spec.date}") if spec.date else pl.lit(0.0)
        self.columns = Columns([f"{table}.{column}" for column in spec.fields])
        self.insides: dict[tuple[Window | None, Sequence[Tree]], str] = {}
        self.values: dict[tuple[str, bool, Sequence[Tree]], str] = {}
        self.reduced: dict[tuple[object, str], list[pl.Expr]] = {}
        self.which: list[pl.Expr] = []
        self.taken: list[pl.Expr] = []
        self.parts: dict[str, list[pl.Expr]] = {}
        self.results: dict[str, pl.Expr] = {}
        for step in steps:
            self._add(step)
        names = {name for step in steps for arg in step.tree.args for name in arg.names() if "." in name}
        read = {name.split(".", 1)[1] for name in names} | ({spec.date} if spec.date else set())
        present = set(events.collect_schema().names())
        frame = events.with_columns(
            (as_number(column, spec.fields[column].kind) if column in present else absent(spec.fields[column].kind))
            .alias(f"{table}.{column}") for column in sorted(read)
        )  # fmt: skip
        frame = frame.filter(pl.col(spec.customer).is_not_null())
        if spec.date:
            frame = frame.filter(self.day <= plan.as_of)
        self.frame = frame.with_columns(self.which).with_columns(self.taken)

    def by_customer(self, frame: pl.LazyFrame, steps: Sequence[Step]) -> pl.LazyFrame:
        """One row a customer with the aggregates that are wanted, of the events of `self.frame`, or of some of them."""
        parts = {part.meta.output_name(): part for step in steps for part in self.parts[step.column]}
        found = frame.group_by(pl.col(self.customer).alias(CUSTOMER)).agg(*parts.values())
        results = (self.results[step.column] for step in steps)
        return found.select(CUSTOMER, *results, pl.lit(True).alias(self.seen))

    def _add(self, step: Step) -> None:
        """What an aggregate needs, as far as no other needed it before."""
        tree, args = step.tree, tuple(folded(arg) for arg in step.tree.args)
        declared = AGGREGATES[str(tree.value)]
        inside = self._inside(tree.window, args[tree.operands :])
        value = self._value(inside, declared, args[: tree.operands])
        parts = self._parts(declared, value, inside)
        names = (part.meta.output_name() for part in parts)
        self.parts[step.column] = parts
        self.results[step.column] = declared.finish(pl, *map(pl.col, names)).alias(step.column)

    def _inside(self, window: Window | None, conditions: Sequence[Tree]) -> str:
        """The column that says whether an event counts."""
        where = (window, conditions)
        name = self.insides.get(where)
        if name is None:
            name = self.insides[where] = f"?inside{len(self.insides)}"
            start, end = window_days(window, self.as_of)
            inside = (self.day <= end) if self.date else pl.lit(True)
            if start is not None:
                inside = inside & (self.day > start)
            for condition in conditions:
                inside = inside & self.columns.expression(condition)
            self.which.append(inside.fill_null(False).alias(name))
        return name

    def _value(self, inside: str, declared: Aggregate, operands: Sequence[Tree]) -> str:
        """The column of what is taken of an event that counts: its operand, several side by side, or that there is one."""
        what = (inside, declared.is_added, operands)
        name = self.values.get(what)
        if name is None:
            name = self.values[what] = f"?value{len(self.values)}"
            parts, counts = self.columns.all(operands), pl.col(inside)
            if len(parts) > 1:
                operand: pl.Expr = pl.struct(part.alias(str(index)) for index, part in enumerate(parts))
            else:
                operand = parts[0] if parts else pl.lit(1.0)
            if declared.is_added:
                counts = counts & (operand.abs() < MAX_SUMMAND)
            self.taken.append(pl.when(counts).then(operand).alias(name))
        return name

    def _parts(self, declared: Aggregate, value: str, inside: str) -> list[pl.Expr]:
        """What a group_by works out for the aggregate."""
        same = (declared.frame, value)
        parts = self.reduced.get(same)
        if parts is None:
            found = declared.frame(pl, pl.col(value), pl.col(inside), self.day)
            several = found if isinstance(found, tuple) else (found,)
            parts = [part.alias(f"?part{len(self.reduced)}.{place}") for place, part in enumerate(several)]
            self.reduced[same] = parts
        return [*parts, pl.col(inside).any().alias(f"?any{inside}")] if declared.sees_inside else parts


def counted(plan: Plan, table: str, events: pl.LazyFrame, steps: Sequence[Step]) -> pl.LazyFrame:
    """One row a customer: the aggregates over the events of a table."""
    counting = Counting(plan, table, events, steps)
    return counting.by_customer(counting.frame, steps)
