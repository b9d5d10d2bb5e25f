# SPDX-License-Identifier: Apache-2.0
"""What data is still missing, by how far it could move scores: the list of questions to the seller.

A rule that is missing could still give anything from its least to its most points; its influence says how much of the
composite that is. Each input that is missing there is charged with all of it, since it alone may settle the rule: the
figures say where asking pays, and don't add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ..arithmetic import UNIT
from ..engines.frame import CUSTOMER
from ..folder import Run
from ..messages import word
from ..model import Text
from ..plan import PlannedRule, Step
from ..scoring import MISSING

FIRST = 3
Item = tuple[str, str]
"""(table, field); the field is blank where the whole table is missing."""


@dataclass(slots=True)
class Request:
    """One thing to ask for: how many customers lack it (1 for the base), the points that it could move the mean composite, and the rules it would settle."""

    table: str
    column: str
    title: Text
    holder: Text | None
    of_base: bool
    customers: int = 0
    points: float = 0.0
    rules: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}" if self.column else self.table


def requests(run: Run) -> list[Request]:
    """Everything that is missing, what could move most first; the customers' data, then that of the base."""
    whole = run.portfolio
    return [*_requests(run, False), *([] if whole is None else _requests(whole, True))]


def _requests(run: Run, of_base: bool) -> list[Request]:
    plan, total = run.plan, max(1, run.manifest["customers"])
    steps = {step.column: step for step in plan.steps}
    lacking = {planned.rule.id: _lacks(planned, steps, set(plan.fields)) for planned in plan.rules}
    asked: list[pl.Expr] = []
    for planned in plan.rules:
        missing = pl.col(f"{planned.rule.id}.case") == MISSING
        asked += [
            (missing & pl.col(name).is_null()).sum().alias(f"{planned.rule.id}|{name}")
            for name in lacking[planned.rule.id]
        ]
    columns = sorted({name for names in lacking.values() for name in names})
    if not asked:
        return []
    joined = pl.concat([run.trace.select(pl.exclude(CUSTOMER)), run.inputs.select(columns)], how="horizontal")
    counts = joined.select(asked).collect(engine="streaming").row(0, named=True)
    found: dict[Item, Request] = {}
    for planned in plan.rules:
        rule = planned.rule
        low, high = planned.span
        by_item: dict[Item, int] = {}
        for name in lacking[rule.id]:
            if count := counts[f"{rule.id}|{name}"]:
                item = _item(name, steps, run)
                by_item[item] = max(by_item.get(item, 0), count)
        for item, count in by_item.items():
            request = found.setdefault(item, _request(run, item, of_base))
            request.customers = max(request.customers, count)
            request.points += planned.influence / 10_000 * (high - low) / UNIT * count / total
            request.rules.append(rule.id)
    return sorted(found.values(), key=lambda one: (-one.points, one.name))


def _lacks(planned: PlannedRule, steps: dict[str, Step], fields: set[str]) -> list[str]:
    """The fields and figures of events that a rule rests on, each a column of the inputs."""
    trees = [planned.applies, *(part for case in planned.cases for part in (case.when, case.points))]
    waiting = [
        name
        for tree in trees
        if tree is not None and not isinstance(tree, int)
        for name in sorted(tree.names())
    ]
    found: dict[str, None] = {}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        step = steps.get(name)
        if step is not None and step.scope != "events":
            waiting += sorted(step.needs)
        elif step is not None or name in fields:
            found[name] = None
    return sorted(found)


def _item(name: str, steps: dict[str, Step], run: Run) -> Item:
    """A column as something to ask for: the field, the column of events, or the whole table that was not supplied."""
    step = steps.get(name)
    if step is None:
        return run.pack.subject, name
    table = step.tree.table
    supplied = {source["table"] for source in run.manifest["inputs"]} | {"customers"}
    read = sorted(node for arg in step.tree.args[:1] for node in arg.names() if node.startswith(f"{table}."))
    return (table, read[0].partition(".")[2]) if table in supplied and read else (table, "")


def _request(run: Run, item: Item, of_base: bool) -> Request:
    table = run.pack.tables[item[0]]
    found = table.fields.get(item[1])
    title = table.title if found is None else found.title
    holder = table.holder if found is None or found.holder is None else found.holder
    return Request(item[0], item[1] if found is not None else "", title, holder, of_base)


def lines(run: Run, language: str) -> list[str]:
    """The first of them for the summary screen."""
    first = requests(run)[:FIRST]
    return [word("summary.requests", language), *_told(first, language)] if first else []


def _told(found: list[Request], language: str) -> Iterator[str]:
    for one in found:
        facts: dict[str, Any] = {
            "title": one.title[language],
            "count": f"{one.customers:,}",
            "points": f"{one.points:.2f}",
            "name": one.name,
        }
        holder = (
            ""
            if one.holder is None
            else word("summary.request-holder", language, holder=one.holder[language])
        )
        yield "· " + word(
            "summary.request-base" if one.of_base else "summary.request", language, **facts, holder=holder
        )
