# SPDX-License-Identifier: Apache-2.0
"""What data is still missing, by how far it could move tiers, scores and value: the list of questions to the seller.

A rule that is missing could still give anything from its least to its most points; its influence says how much of the
composite that is. Each input that is missing there is charged with all of it, since it alone may settle the rule: the
figures say where asking pays, and don't add up. What holds up a valuation comes first; then, of the customers and of the
base, what could change most tiers, then what could move most points, then what most sales hang on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from ..arithmetic import UNIT
from ..folder import Run
from ..messages import word
from ..model import Text
from ..reach import Lack, lacking
from ..worth import JSON as VALUATION

FIRST = 3
TRIED_ON_SCREEN = 100_000
"""Up to so many customers the screen of `evaluate` says whose tier an item could change; reports always do."""
ASSUMPTION = "valuation"
"""Stands for the table where an assumption of a valuation is asked for."""


class Request(Struct):
    """One thing to ask for. `customers`: how many lack it (1 for the base); `tiers`: of how many of them the tier could change if
    it were supplied; `points`: by how much it could move the mean composite; `amount`, in `unit`: what those who lack it bring, as far
    as they are valued; `rules`, `gates` and tiers to be `reached` that wait for it, or `figures` of the base; `methods` of the valuation that have no value
    without it."""

    table: str
    column: str
    title: Text
    holder: Text | None
    of_base: bool
    customers: int = 1
    tiers: int = 0
    points: float = 0.0
    amount: Decimal | None = None
    unit: str = ""
    rules: list[str] = []
    gates: list[str] = []
    reached: list[str] = []
    figures: list[str] = []
    methods: list[Text] = []

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}" if self.column else self.table


def requests(run: Run, tiers: bool = True, first: int | None = None) -> list[Request]:
    """Everything that is missing: assumptions, the customers' data, that of the base; in each the most important first. Without
    `tiers` it is not tried whose tier an item could change; `first` of them are enough."""
    whole, column = run.portfolio, measured_column(run)
    unit = run.pack.features[column].unit if column is not None and column in run.pack.features else ""
    found = [
        *_assumptions(run),
        *_ranked(_request(run, one, False, unit) for one in lacking(run, column, tiers)),
    ]
    if whole is not None and (first is None or len(found) < first):
        found += _ranked(_request(whole, one, True, unit) for one in lacking(whole, None, tiers))
    return found[:first]


def _ranked(found: Iterable[Request]) -> list[Request]:
    return sorted(found, key=lambda one: (-one.tiers, -one.points, -(one.amount or 0), one.name))


def measured_column(run: Run) -> str | None:
    """The stored column whose concentration (`gini`, `hhi`) the rules for the base measure: what customers bring. None without."""
    if run.portfolio is None:
        return None
    for feature in run.portfolio.pack.features.values():
        for node in feature.expr.tree.walk():
            if (
                node.op == "aggregate"
                and node.value in ("gini", "hhi")
                and node.args
                and node.args[0].op == "name"
            ):
                name = str(node.args[0].value).removeprefix("customers.")
                return name if name in run.inputs.collect_schema().names() else None
    return None


def _request(run: Run, lack: Lack, of_base: bool, unit: str) -> Request:
    table = run.pack.tables[lack.item[0]]
    found = table.fields.get(lack.item[1])
    planned = {one.rule.id: one for one in run.plan.rules}
    spans = {rule: planned[rule].span for rule in lack.rules}
    total = max(1, run.manifest["customers"])
    points = sum(
        planned[rule].influence / 10_000 * (spans[rule][1] - spans[rule][0]) / UNIT * count / total
        for rule, count in lack.rules.items()
    )
    return Request(
        lack.item[0], lack.item[1] if found is not None else "", table.title if found is None else found.title,
        table.holder if found is None or found.holder is None else found.holder, of_base,
        lack.customers, lack.tiers, points, lack.amount, unit, list(lack.rules), lack.gates, lack.reached,
    )  # fmt: skip


def _assumptions(run: Run) -> Iterator[Request]:
    """The assumptions that could not be computed and so leave a method without a value."""
    path = run.folder / VALUATION
    if not path.exists():
        return
    values = figures(run)
    methods = {one["id"]: one for one in json.loads(path.read_bytes())["methods"]}
    unknown = [one["facts"] for one in run.problems if one["code"] == "assumption-unknown"]
    for fact in unknown:
        method = methods[fact["method"]]
        title = next(one["title"] for one in method["assumptions"] if one["name"] == fact["name"])
        if not method["check"] and method["value"]["base"] is None:
            names = dict.fromkeys(re.findall(r"\w+", fact["read"]))
            missing = [name for name in names if name in values and values[name] is None]
            column = f"{method['id']}.{fact['name']}"
            yield Request(ASSUMPTION, column, title, None, True, figures=missing, methods=[method["title"]])


def figures(run: Run) -> Mapping[str, Any]:
    """The figures of the base by name."""
    return (
        {} if run.portfolio is None else run.portfolio.inputs.collect(engine="in-memory").row(0, named=True)
    )


def lines(run: Run, language: str) -> list[str]:
    """The first of them for the summary screen."""
    tried = int(run.manifest["customers"]) <= TRIED_ON_SCREEN
    found = requests(run, tried, FIRST)
    return [word("summary.requests", language), *_told(found, language, tried)] if found else []


def _told(found: list[Request], language: str, tried: bool) -> Iterator[str]:
    def say(key: str, **facts: Any) -> str:
        return word(f"summary.request{key}", language, **facts)

    for one in found:
        title, points = one.title[language], f"{one.points:.2f}"
        holder = "" if one.holder is None else say("-holder", holder=one.holder[language])
        amount = "" if one.amount is None else say("-amount", amount=f"{one.amount:,.2f}", unit=one.unit)
        if one.methods:
            joiner = "、" if language == "zh" else ", "
            methods = joiner.join(method[language] for method in one.methods)
            yield "· " + say("-assumption", title=title, methods=methods, name=one.name)
        elif one.of_base:
            tier = say("-base-tier") if one.tiers else ""
            yield "· " + say("-base", title=title, points=points, tier=tier, holder=holder, name=one.name)
        else:
            facts = {"count": f"{one.customers:,}", "points": points}
            tiers = say("-tiers", tiers=f"{one.tiers:,}") if tried else ""
            yield "· " + say(
                "", title=title, amount=amount, tiers=tiers, holder=holder, name=one.name, **facts
            )
