# SPDX-License-Identifier: Apache-2.0
"""Scored customers -> the base by one or two keys: each group of customers is a record, figured by the same engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from .engines import frame as frame_engine
from .engines.columns import Columns, as_number
from .engines.counting import Counting, counted
from .engines.evaluator import Evaluator
from .engines.literals import TYPES, absent
from .engines.row import RowEngine
from .lang.syntax import Tree
from .model import Breakdown
from .plan import Plan, Step, breakdown_plans
from .readers.table import Executor
from .values import iso

CUSTOMER = frame_engine.CUSTOMER
EVENTS = "customers"
PREFIX = f"{EVENTS}."
OTHERS = "others"

Key = tuple[Any, ...]
Groups = list[Key | None]
"""Keys in the order of rows; None stands for all that are in no row of their own."""
Table = tuple[Groups, list[Sequence[Any]]]
"""Groups and, for each, the values of the figures."""


def by_frame(
    plan: Plan, values: Mapping[str, Any], events: Mapping[str, pl.LazyFrame], by: Executor = "streaming"
) -> list[Table]:
    """The breakdowns of a plan by the frame engine on one of Polars' own. `values`: fields and features of the base, dates as
    days; `events`: its customers and the company's own tables that were handed in."""
    parts = list(breakdown_plans(plan))
    read = {table for _, keys, _, _ in parts for table in keys}
    shared: dict[str, Counting] = {}
    if by == "in-memory":  # what is taken of the events is the same however they are grouped
        steps = {step.column: step for *_, own in parts for step in own.event_steps}
        for table in sorted(read & events.keys()):
            own_steps = [step for step in steps.values() if step.tree.table == table]
            shared[table] = Counting(plan, table, events[table], own_steps)
        events = {table: one.frame.collect(engine=by).lazy() for table, one in shared.items()}

    def again(own: Plan, table: str, frame: pl.LazyFrame, steps: Sequence[Step]) -> pl.LazyFrame:
        return shared[table].by_customer(frame, steps)

    columns = {table: _Keyed(plan, table, events[table]) for table in sorted(read & events.keys())}
    found = [
        {
            table: columns[table].keyed(trees, where if table == EVENTS else None)
            for table, trees in keys.items()
            if table in events
        }
        for _, keys, where, _ in parts
    ]
    names = [[f"?key{index}" for index in range(len(keys[EVENTS]))] for _, keys, _, _ in parts]
    asked = [
        frame.group_by(named).len()
        for named, keyed in zip(names, found, strict=True)
        for frame in keyed.values()
    ]
    counts = iter(pl.collect_all(asked, engine=by))
    tables: list[Groups] = []
    made: list[pl.LazyFrame] = []
    for (breakdown, keys, _, own), named, keyed in zip(parts, names, found, strict=True):
        trees = keys[EVENTS]
        sizes = _counted({table: {row[:-1]: row[-1] for row in next(counts).rows()} for table in keyed})
        groups = arranged(plan, breakdown, trees, sizes)
        tables.append(groups)
        ids = pl.LazyFrame(
            [
                pl.Series(column, [group[index] for group in groups if group], dtype=TYPES[tree.kind])
                for index, (column, tree) in enumerate(zip(named, trees, strict=True))
            ]
        ).with_columns(pl.int_range(pl.len()).cast(pl.String).alias("?group"))
        members = {
            table: frame.join(ids, on=named, how="left", nulls_equal=True).with_columns(
                pl.col("?group").fill_null(OTHERS).alias(plan.pack.tables[table].customer)
            )
            for table, frame in keyed.items()
        }
        records = pl.LazyFrame(
            [pl.Series(CUSTOMER, names_of(groups), dtype=pl.String)]
            + [
                pl.Series(field, column, dtype=TYPES[own.kinds[field]])
                for field, column in _rows(own, breakdown, groups, values).items()
            ]
        )
        counted_in = frame_engine.with_aggregates(own, records, members, again if shared else counted)
        made.append(frame_engine.with_features(own, counted_in).select(list(breakdown.figures)))
    figures: list[list[Sequence[Any]]] = [list(frame.rows()) for frame in pl.collect_all(made, engine=by)]
    return list(zip(tables, figures, strict=True))


class _Keyed:
    """The events of one table, for the keys of any breakdown; a column that was not handed in is missing."""

    def __init__(self, plan: Plan, table: str, events: pl.LazyFrame) -> None:
        spec, have = plan.pack.tables[table], set(events.collect_schema().names())
        columns_of = {
            f"{table}.{name}": as_number(name, field.kind) if name in have else absent(field.kind)
            for name, field in spec.fields.items()
        }  # fmt: skip
        self.compiled = Columns(columns_of, columns_of)
        self.events = events.filter(columns_of[f"{table}.{spec.date}"] <= plan.as_of) if spec.date else events

    def keyed(self, trees: Sequence[Tree], where: Tree | None) -> pl.LazyFrame:
        """The events that count, and their keys as `?key0`, `?key1`."""
        keys = [self.compiled.expression(tree).alias(f"?key{index}") for index, tree in enumerate(trees)]
        chosen = self.events.with_columns(keys)
        return chosen if where is None else chosen.filter(self.compiled.expression(where))


def by_row(
    plan: Plan, values: Mapping[str, Any], events: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Table]:
    """The same by the row engine, from customers and events as rows by table, dates as days."""
    tables: list[Table] = []
    for breakdown, keys, where, own in breakdown_plans(plan):
        keyed = {
            table: list(_keyed(plan, table, events[table], trees, where if table == EVENTS else None))
            for table, trees in keys.items()
            if table in events
        }
        sizes = _counted({table: Counter(key for key, _ in found) for table, found in keyed.items()})
        groups = arranged(plan, breakdown, keys[EVENTS], sizes)
        members: dict[Key | None, dict[str, list[Mapping[str, Any]]]] = {
            group: {table: [] for table in keyed} for group in groups
        }
        for table, found in keyed.items():
            for key, event in found:
                members[key if key in members else None][table].append(event)
        given = _rows(own, breakdown, groups, values)
        records = [
            {CUSTOMER: name, **{field: column[place] for field, column in given.items()}}
            for place, name in enumerate(names_of(groups))
        ]
        engine = RowEngine(own)
        for stage in own.stages:
            for step in stage:
                engine.run_step(step, records, [members[group] for group in groups])
        tables.append((groups, [[record[figure] for figure in breakdown.figures] for record in records]))
    return tables


def _keyed(
    plan: Plan, table: str, events: Sequence[Mapping[str, Any]], trees: Sequence[Tree], where: Tree | None
) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """The events that count, each with its key."""
    value, spec = Evaluator().value, plan.pack.tables[table]
    for event in events:
        names = {f"{table}.{name}": event.get(name) for name in spec.fields}
        day = event.get(spec.date) if spec.date else plan.as_of
        if day is not None and day <= plan.as_of and (where is None or value(where, names) is True):
            yield tuple(_plain(value(tree, names)) for tree in trees), event


def _counted(found: Mapping[str, Mapping[Key, int]]) -> dict[Key, int]:
    """How many customers each key has: none where it only stands in another table."""
    return {**{key: 0 for keys in found.values() for key in keys}, **found[EVENTS]}


def _rows(own: Plan, breakdown: Breakdown, groups: Groups, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What the figures of the rows may read beside their customers: features of the base, and the row's own keys."""
    keys = {str(expr.tree.value): index for index, expr in enumerate(breakdown.by) if expr.tree.op == "name"}
    return {
        field: [None if group is None else group[keys[field]] for group in groups]
        if field in keys
        else [values.get(field)] * len(groups)
        for field in own.fields
    }


def _plain(value: Any) -> Any:
    return 0.0 if value == 0 and not isinstance(value, bool) else value  # -0.0 is 0


def names_of(groups: Groups) -> list[str]:
    return [OTHERS if group is None else str(index) for index, group in enumerate(groups)]


def arranged(plan: Plan, breakdown: Breakdown, trees: Sequence[Tree], counts: Mapping[Key, int]) -> Groups:
    """The largest groups in the order of their keys, then one for all others where there are more. Numbers, dates and answers
    ascend, values with words and listed values stand as listed, other texts by how many customers they have; what is missing comes last."""
    places = [_places(plan, breakdown, tree, index, counts) for index, tree in enumerate(trees)]

    def order(key: Key) -> tuple[Any, ...]:
        return tuple(place[value] for place, value in zip(places, key, strict=True))

    chosen = sorted(counts, key=lambda key: (-counts[key], order(key)))[: breakdown.rows]
    groups: Groups = [*sorted(chosen, key=order)]
    return [*groups, None] if len(counts) > len(chosen) else groups


def _places(
    plan: Plan, breakdown: Breakdown, tree: Tree, index: int, counts: Mapping[Key, int]
) -> dict[Any, int]:
    """The place of each value of one key."""
    total: Counter[Any] = Counter()
    for key, count in counts.items():
        total[key[index]] += count
    known = [value for value in total if value is not None]
    field = (
        plan.pack.tables[EVENTS].fields.get(str(tree.value).removeprefix(PREFIX))
        if tree.op == "name"
        else None
    )
    words = list(dict.fromkeys([*breakdown.words, *(field.values if field else ())]))
    listed = {value: place for place, value in enumerate(words)}
    if tree.kind == "text":
        known.sort(key=lambda value: (listed.get(value, len(listed)), -total[value], value))
    else:
        known.sort()
    return {value: place for place, value in enumerate([*known, None])}


def facts(plan: Plan, tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Breakdowns as plain data, dates as text."""
    return [
        {
            "id": breakdown.id, "title": dict(breakdown.title), "why": dict(breakdown.why), "heat": breakdown.heat,
            "source": list(breakdown.source), "words": {value: dict(text) for value, text in breakdown.words.items()}, "by": [expr.text for expr in breakdown.by],
            "beside": {table: [expr.text for expr in exprs] for table, exprs in breakdown.beside.items()},
            "columns": [
                {"id": one.id, "title": dict(one.title), "unit": one.unit, "expression": one.expr.text}
                for one in breakdown.figures.values()
            ],
            "rows": [
                {
                    "keys": None if group is None else [_told(value, expr.tree.kind) for value, expr in zip(group, breakdown.by, strict=True)],
                    "values": [_told(value, one.expr.tree.kind) for value, one in zip(values, breakdown.figures.values(), strict=True)],
                }
                for group, values in zip(groups, rows, strict=True)
            ],
        }
        for breakdown, (groups, rows) in zip(plan.pack.breakdowns, tables, strict=True)
    ]  # fmt: skip


def _told(value: Any, kind: str) -> Any:
    return iso(int(value)) if kind == "date" and value is not None else value
