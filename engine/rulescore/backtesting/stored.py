# SPDX-License-Identifier: Apache-2.0
"""An expression over a finished run: its value for each customer, from what the run has stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from msgspec.structs import replace

from ..engines import frame as frame_engine
from ..engines.columns import Columns
from ..engines.evaluator import Evaluator
from ..engines.frame import CUSTOMER
from ..engines.row import window_days
from ..folder import Run
from ..lang.check import check_text
from ..lang.syntax import Kind, Tree
from ..packs.dictionary import make_scope
from ..plan import Step, behind
from ..problems import Problems, Span, UsageError


def checked(run: Run, text: str, option: str) -> Tree:
    """An expression of the command line in the names of the run's pack, as a condition; UsageError says where it is wrong."""
    pack = run.pack
    problems = Problems()

    def report(code: str, offset: int, length: int, **facts: Any) -> None:
        problems.error(code, Span(option, 1, offset + 1, length), **facts)

    scope = make_scope(pack.tables, pack.parameters, pack.subject)
    features: dict[str, Kind] = {key: feature.expr.tree.kind for key, feature in pack.features.items()}
    tree = check_text(text, replace(scope, names={**scope.names, **features}), "bool", report)
    if tree is None:
        raise UsageError(problems)
    return tree


def lacking(run: Run, tree: Tree) -> list[str]:
    """What the tree needs and the run did not store, since no rule asked for it; as it is written in rules."""
    return _resolved(run, tree)[2]


def values(run: Run, tree: Tree, name: str) -> pl.LazyFrame:
    """(customer, value under `name`) of every customer, dates as days; nothing may be `lacking`."""
    plan = run.plan
    lifted, steps, _ = _resolved(run, tree)
    numbers = frame_engine.as_numbers(run.inputs, list(plan.kinds), plan.kinds)
    made = frame_engine.with_features(plan, numbers, [[step] for step in steps])
    return made.select(CUSTOMER, Columns(plan.fields).expression(lifted).alias(name))


def _resolved(run: Run, tree: Tree) -> tuple[Tree, list[Step], list[str]]:
    """The tree ready to run, the steps to be made first from what is stored, and what can be neither found nor made."""
    have = set(run.inputs.collect_schema().names())
    lifted, steps = behind(run.plan, tree)
    by_column = {step.column: step for step in steps}
    made: set[str] = set()
    lost: set[str] = set()
    waiting = list(lifted.names() - have)
    while waiting:
        name = waiting.pop()
        if name not in by_column or by_column[name].scope != "record":
            lost.add(name)
        elif name not in made:
            made.add(name)
            waiting += [need for need in by_column[name].needs if need not in have]
    return lifted, [step for step in steps if step.column in made], sorted(lost)


def reads(run: Run, tree: Tree) -> Iterator[tuple[str, str, int | None]]:
    """(table, text, first day) of each aggregate over dated events that a tree rests on: it looks at events after that day, or
    at all up to the as-of date (None). A condition that bounds a date of the events bounds the window too."""
    plan = run.plan
    for step in behind(plan, tree)[1]:
        if step.scope == "events" and plan.pack.tables[step.tree.table].date:
            start, _ = window_days(step.tree.window, plan.as_of)
            if len(step.tree.args) > step.tree.operands:
                bounds = [start, *_bounds(step.tree.args[-1])]
                start = max((bound for bound in bounds if bound is not None), default=None)
            yield step.tree.table, step.column, start


def filled_in_later(run: Run, trees: list[Tree]) -> dict[str, set[str]]:
    """For each table what the trees read of it that may have been written after the as-of date though no window says so: tables
    without dates, which say how things stood when the file was made, and dates of an event beside the one that dates it, such
    as the day on which an invoice was paid."""
    plan = run.plan
    tables = plan.pack.tables
    found: dict[str, set[str]] = {}
    for tree in trees:
        lifted, steps = behind(plan, tree)
        names = {*lifted.names(), *(need for step in steps for need in step.needs)} & set(plan.fields)
        if names:
            found.setdefault(plan.pack.subject, set()).update(names)
        for step in steps:
            if step.scope != "events":
                continue
            table = tables[step.tree.table]
            read = {name.partition(".")[2] for name in step.tree.names() if name.startswith(f"{table.id}.")}
            dates = {name for name in read if table.fields[name].kind == "date" and name != table.date}
            told = {f"{table.id}.{name}" for name in dates} if table.date else {table.id}
            if told:
                found.setdefault(table.id, set()).update(told)
    return found


def _bounds(where: Tree) -> Iterator[int]:
    """The days after which a date of an event must lie, where a condition says so of each event that it keeps."""
    if where.op == "and":
        for arg in where.args:
            yield from _bounds(arg)
    elif where.op == "compare" and isinstance(where.value, tuple):
        for sign, left, right in zip(where.value, where.args, where.args[1:], strict=False):
            late, early = (left, right) if str(sign).startswith(">") else (right, left)
            if (
                sign not in (">", ">=", "<", "<=")
                or late.op != "name"
                or late.kind != "date"
                or early.names()
            ):
                continue
            day = Evaluator().value(early, {})
            if isinstance(day, float):
                yield int(day) - (1 if str(sign).endswith("=") else 0)
