# SPDX-License-Identifier: Apache-2.0
"""Random rulesets as plain data, and random bases for them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

from harness import CHOICES, KINDS, day_of, iso_of
from properties.grammar import DAYS, NUMBERS, TEXTS, Grammar, quoted, random_day
from rulescore.values import MISSING_WORDS

CUTS = (-100, -1, 0, 0.5, 1, 2.5, 7, 10, 30, 60, 90, 100, 365, 1000)
GOOD = tuple(
    text
    for text in TEXTS
    if text.strip() == text and text and text.isprintable() and text not in MISSING_WORDS
)
FIELDS: dict[str, Any] = {name: kind for name, kind in KINDS.items() if name in "abxystpqde"}
AGGREGATES = (
    "count(orders)", 'sum(orders.amount, within="12m")', 'sum(orders.amount, within="12m", lag="12m")', "median(orders.amount)", "gap(orders)",
    'mean(orders.amount, where=orders.status == "done")', "as_of - max(orders.order_date)", "max(orders.amount) / min(orders.amount)",
    'count(orders, within="6m", where=orders.paid)', "std(orders.amount)", "trend(orders.amount)", "sum(calls.minutes)", "count(notes)", "last(orders.quantity)",
)  # fmt: skip
OVER_THE_BASE = (
    "rank(a)",
    "percentile(b)",
    "quantile_band(x, 5)",
    "share(abs(y))",
    "share(1)",
    "rank(count(orders))",
    "percentile(a + b) / 7",
    "rank(-x)",
    "group_sum(a, s)",
    "group_share(abs(b), s)",
    "group_share(y, lower(t))",
    "group_sum(1, t)",
    'group_sum(sum(orders.amount), s if p else "x")',
)


class Rulesets:
    """Makes packs. `honest` keeps to rules that any input decides, with points from 0 to 100, no gates and no limits;
    `whole_base` allows figures over the base; `combines` are the ways dimensions may combine."""

    def __init__(
        self,
        rng: random.Random,
        honest: bool = False,
        whole_base: bool = True,
        combines: Sequence[str] = ("mean", "mean", "sum", "min", "max"),
    ) -> None:
        self.rng, self.honest, self.whole_base, self.combines = rng, honest, whole_base, combines
        self.numbers = [name for name, kind in FIELDS.items() if kind == "number"]
        self.bools = [name for name, kind in FIELDS.items() if kind == "bool"]
        self.features: dict[str, str] = {}
        self.count = 0

    # ---- pieces ----

    def points(self) -> float:
        rng = self.rng
        roll = rng.random()
        if self.honest or roll < 0.8:
            return rng.choice(
                (0, 100, 50, 40, 72.5, 33.3333, 66.6667, 12.345, 0.0001, 99.9999, rng.randrange(101))
            )
        return rng.choice((-50, -0.0001, 150, 1000, 0.5, -1234.5678))

    def grammar(self) -> Grammar:
        return Grammar(self.rng, FIELDS | (dict.fromkeys(self.features, "number") if not self.honest else {}))

    def number(self) -> str:
        rng = self.rng
        if self.honest:
            a, b, k = (rng.choice(self.numbers) for _ in range(3))
            return rng.choice(
                (
                    a,
                    a,
                    f"{a} + {b}",
                    f"{a} * {b} - 7",
                    f"min({a}, {b})",
                    f"clip({a}, 0, 90) + {k}",
                    f"abs({a})",
                    f"round({a} * 0.1, 1)",
                    f"({a} if {self.condition()} else {b})",
                )
            )
        if rng.random() < 0.6:
            return rng.choice((*self.numbers, *self.features, *self.features))
        return self.grammar().number(2)

    def condition(self) -> str:
        rng = self.rng
        number, text, flag = rng.choice(self.numbers), rng.choice("st"), rng.choice(self.bools)
        simple = rng.choice((
            f"{number} >= {rng.choice(CUTS)}", f"{rng.choice(CUTS)} < {number} <= {rng.choice(CUTS)}", f"{number} > {rng.choice(self.numbers)}", flag, f"not {flag}",
            f"{text} == {quoted(rng.choice(GOOD))}", f"{text} in [{quoted(rng.choice(GOOD))}, {quoted(rng.choice(GOOD))}]", f"contains({text}, {quoted(rng.choice(GOOD)[0])})",
            f'd >= "{rng.choice(DAYS)}"', "d <= as_of", f'level in ["{rng.choice(CHOICES)}", "{rng.choice(CHOICES)}"]', "level != 'gold'", "p and q", "p or not q",
        ))  # fmt: skip
        if self.honest or rng.random() < 0.6:
            return (
                f"{simple} {rng.choice(('and', 'or'))} {self.condition()}" if rng.random() < 0.25 else simple
            )
        return self.grammar().bool(2)

    def rule(self) -> dict[str, Any]:
        rng = self.rng
        self.count += 1
        kind = rng.choice(("when", "cases", "bands", "bands", "lookup", "scale", "formula", "checklist"))
        made: dict[str, Any] = {"id": f"rule-{self.count}", **getattr(self, kind)()}
        if rng.random() < 0.6:
            made["weight"] = rng.randrange(1, 10)
        if rng.random() < 0.3:
            made["applies"] = self.condition() if rng.random() < 0.9 else rng.choice((True, False))
        if rng.random() < 0.5:
            made["on_missing"] = rng.choice(
                ("leave_out", "worst", "neutral", "fail", {"points": self.points()})
            )
        return made

    # ---- kinds ----

    def when(self) -> dict[str, Any]:
        made = {"when": self.condition(), "points": self.points()}
        return made | ({"else": self.points()} if self.rng.random() < 0.6 else {})

    def cases(self) -> dict[str, Any]:
        rng = self.rng
        made: list[dict[str, Any]] = []
        for _ in range(rng.choice((1, 1, 2, 3, 4, 11))):
            made.append(
                {"when": self.condition(), "points": self.number() if rng.random() < 0.25 else self.points()}
            )
        if self.honest or rng.random() < 0.6:
            made.append({"else": self.number() if rng.random() < 0.2 else self.points()})
        return {"cases": made}

    def bands(self) -> dict[str, Any]:
        rng = self.rng
        cuts = sorted(rng.sample(CUTS, rng.choice((1, 2, 3, 4, 10))))
        lower, upper = rng.choice((("above", "up_to"), ("from", "below")))
        made: list[dict[str, Any]] = [{upper: cuts[0], "points": self.points()}]
        made += [{lower: low, upper: high, "points": self.points()} for low, high in itertools.pairwise(cuts)]
        made.append({lower: cuts[-1], "points": self.points()})
        if not self.honest and rng.random() < 0.2:
            made.pop(rng.randrange(len(made)))  # a gap: an outcome of "no case holds"
        if rng.random() < 0.3:
            made.reverse()
        return {"of": self.number(), "bands": made}

    def lookup(self) -> dict[str, Any]:
        rng = self.rng
        match rng.randrange(4):
            case 0:
                table: dict[str, Any] = {level: self.points() for level in rng.sample(CHOICES, 2)}
                return {"of": "level", "lookup": table, "else": self.points()}
            case 1:
                return {
                    "of": rng.choice("st"),
                    "lookup": {text: self.points() for text in rng.sample(GOOD, rng.choice((1, 3, 12)))},
                    "else": self.points(),
                }
            case 2:
                return {
                    "of": rng.choice(self.bools),
                    "lookup": {"true": self.points()},
                    "else": self.points(),
                }
        return {
            "of": self.number(),
            "lookup": {str(number): {"points": self.points()} for number in (0, 1, 2.5)},
            "else": self.points(),
        }

    def scale(self) -> dict[str, Any]:
        rng = self.rng
        log = rng.random() < 0.3
        cuts = sorted(rng.sample([cut for cut in CUTS if cut > 0 or not log], rng.choice((2, 3, 5))))
        return {
            "of": self.number(),
            "scale": [[cut, self.points()] for cut in cuts],
            "shape": "log" if log else "linear",
        }

    def formula(self) -> dict[str, Any]:
        made: dict[str, Any] = {"formula": self.number()}
        if not self.honest and self.rng.random() < 0.3:
            made |= {"min": -50, "max": self.rng.choice((0, 10.5, 1000))}
        return made

    def checklist(self) -> dict[str, Any]:
        rng = self.rng
        made: dict[str, Any] = {
            "checklist": [
                {"id": f"i{index}", "when": self.condition(), "points": self.points()}
                for index in range(rng.randrange(1, 5))
            ]
        }
        if rng.random() < 0.3:
            made["initial"] = 10.5
        if not self.honest and rng.random() < 0.3:
            made |= {"min": -20, "max": 60}
        return made

    # ---- packs ----

    def pack(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """(dimensions, settings) of a random pack."""
        rng = self.rng
        dimensions: dict[str, Any] = {}
        for index in range(rng.randrange(1, 5)):
            features = {} if self.honest else self.some_features(index)
            combine = rng.choice(self.combines)
            rules = [
                self.rule() for _ in range(rng.choice((1, 2, 3, 4, 7) if self.honest else (0, 1, 2, 3, 4, 7)))
            ]
            dimension: dict[str, Any] = {"features": features, "rules": rules, "combine": combine}
            if combine == "sum":
                dimension |= {"initial": rng.choice((0, 10, 100 / 8)), "min": 0, "max": 100}
                if self.honest:
                    rules[0].pop("applies", None)  # so that the dimension can't drop out
                elif rng.random() < 0.5:
                    del dimension["min"], dimension["max"]
            elif not self.honest and rng.random() < 0.2:
                dimension |= {"min": 5, "max": 80.5}
            dimensions[f"dim{index}"] = dimension
        settings = {
            "weights": {key: rng.randrange(1, 30) for key in dimensions},
            "decimals": {"dimension": rng.randrange(5), "composite": rng.randrange(5)},
        }
        if not self.honest:
            settings |= self.settings(list(dimensions))
        return dimensions, settings

    def some_features(self, index: int) -> dict[str, str]:
        rng = self.rng
        made: dict[str, str] = {}
        for number in range(rng.randrange(4)):
            name = f"feature_{index}_{number}"
            roll = rng.random()
            if roll < 0.4:
                made[name] = rng.choice(AGGREGATES)
            elif roll < 0.55 and self.whole_base:
                made[name] = rng.choice(OVER_THE_BASE)
            elif roll < 0.65:
                made[name] = rng.choice(("7", "param.limit * 3", "2.5 + param.limit"))
            else:
                made[name] = self.grammar().number(2)
            self.features[name] = made[name]
        return made

    def settings(self, dimensions: Sequence[str]) -> dict[str, Any]:
        rng = self.rng
        tiers = rng.randrange(1, 4)
        gates = []
        for index in range(rng.choice((0, 0, 1, 2, 4))):
            target = rng.choice(("tier", "composite", rng.choice(dimensions)))
            action = rng.choice(("cap", "cap", "floor")) if target != "tier" else "cap"
            limit = f"t{rng.randrange(tiers + 1)}" if target == "tier" else self.points()
            when = self.condition()
            if target in ("composite", "tier") and rng.random() < 0.4:
                when = f"score.{rng.choice(dimensions)} < {rng.choice((20, 50.5, 80))}"
            gates.append({"id": f"gate-{index}", "when": when, action: {target: limit}})
        indices = {
            f"index{number}": {
                "dimensions": chosen if rng.random() < 0.4 else {key: rng.randrange(1, 40) for key in chosen},
                "on_missing": rng.choice(("leave_out", "composite")),
            }
            for number in range(rng.randrange(3))
            for chosen in [rng.sample(list(dimensions), rng.randrange(1, len(dimensions) + 1))]
        }
        for gate in gates:
            if indices and "tier" in gate.get("cap", {}) and rng.random() < 0.4:
                gate["when"] = f"index.{rng.choice(list(indices))} < {rng.choice((20, 50.5, 80))}"
        conditions = [
            *(f"index.{key} >= {rng.choice((40, 60, 72.5))}" for key in indices),
            *(f"assessed.{key} and index.{key} > {rng.randrange(90)}" for key in indices),
            f"composite >= {rng.choice((40, 60, 72.5, 80))}", f"composite >= 60 and score.{rng.choice(dimensions)} >= 50", f"coverage >= 0.5 and composite > {rng.randrange(90)}",
            *(f"not gate.{gate['id'].replace('-', '_')} and composite >= 30" for gate in gates), self.condition(),
        ]  # fmt: skip
        made: dict[str, Any] = {
            "gates": gates, "indices": indices, "tiers": [*({"id": f"t{index}", "when": rng.choice(conditions)} for index in range(tiers)), {"id": f"t{tiers}"}],
            "parameters": {"limit": {"values": [{"from": "2000-01-01", "value": rng.choice((3, 0.7, 100)), "source": "judgement"}]}},
        }  # fmt: skip
        if rng.random() < 0.5:
            made["minimum_coverage"] = {
                "share": rng.choice((0.3, 0.6, 0.999, 1)),
                "cap": f"t{rng.randrange(tiers + 1)}",
            }
        return made


# ---- bases ------------------------------------------------------------------------------------------------


def value(rng: random.Random, kind: str, field: str = "") -> Any:
    """A value as a file would hold it: dates as ISO text."""
    if field == "level":
        return rng.choice(CHOICES)
    match kind:
        case "number":
            roll = rng.random()
            return (
                rng.choice(NUMBERS)
                if roll < 0.25
                else rng.choice(CUTS)
                if roll < 0.5
                else round(rng.uniform(-50, 400), rng.randrange(4))
            )
        case "text":
            return rng.choice(GOOD)
        case "bool":
            return rng.random() < 0.5
    return (
        rng.choice(DAYS) if rng.random() < 0.3 else iso_of(day_of("2026-06-30") + rng.randrange(-2000, 200))
    )


def customers(rng: random.Random, count: int, missing: float = 0.15) -> list[dict[str, Any]]:
    made = []
    for index in range(count):
        row: dict[str, Any] = {"customer_id": f"C{index:03d}"}
        for field, kind in (*FIELDS.items(), ("level", "text")):
            row[field] = None if rng.random() < missing else value(rng, kind, field)
        made.append(row)
    return made


def events(rng: random.Random, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Orders for most, calls for nobody; the table of notes is not supplied."""
    orders = []
    for customer in ids:
        for _ in range(rng.choice((0, 0, 1, 2, 5))):
            orders.append({
                "customer_id": customer, "order_date": random_day(rng, "2024-01-01", "2026-09-30"), "amount": None if rng.random() < 0.1 else round(rng.uniform(0, 900), 2),
                "quantity": float(rng.randrange(5)), "status": rng.choice(("done", "open")), "paid": rng.random() < 0.5,
            })  # fmt: skip
    return {"orders": orders, "calls": []}


def rules_of(dimensions: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [rule for dimension in dimensions.values() for rule in dimension["rules"]]
