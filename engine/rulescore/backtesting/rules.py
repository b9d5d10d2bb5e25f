# SPDX-License-Identifier: Apache-2.0
"""A run and what became of its customers -> how well each dimension and each rule ordered them, and how often the outcome came in each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..model import Rule
from ..plan import PlannedRule
from ..scoring import ERROR, MISSING, NOT_APPLICABLE
from .counting import Counts, sided
from .ranking import information_value, ranking
from .rates import bands, rate

STATES = {MISSING: "missing", NOT_APPLICABLE: "not_applicable", ERROR: "error"}
LOOKS = ("wrong_way", "heavy_and_silent", "light_and_strong")
STRONG = 0.7
"""The area from which a score is said to tell well (Hosmer, Lemeshow & Sturdivant, Applied Logistic Regression, 2013)."""
BANDS = 5
"""Bands of points in which a rule is shown whose points are no steps."""


def of_dimension(dimension: Any, total: int, counts: Counts, good: bool) -> dict[str, Any]:
    """One dimension: its weight in the composite, and how its score ordered customers."""
    ranked = ranking(sided(counts.by(f"{dimension.id}.points"), good))
    return {
        "id": dimension.id, "title": dict(dimension.title), "weight": round(dimension.weight / total, 6),
        "ranking": None if ranked is None else ranked.as_dict(),
    }  # fmt: skip


def of_rule(planned: PlannedRule, counts: Counts, good: bool) -> dict[str, Any]:
    """One rule: how its points ordered the customers that it scored, how much its cases tell, and the outcome in each of them."""
    rule = planned.rule
    rows = counts.pairs(f"{rule.id}.case", f"{rule.id}.points")
    scored = [(points, came, customers) for (case, points), came, customers in rows if case >= 0]
    ranked = ranking(sided(scored, good))
    groups = list(_groups(rule, rows))
    parts = [(one["came"], one["customers"] - one["came"]) for one in groups]
    return {
        "id": rule.id, "title": dict(rule.title), "dimension": rule.dimension, "weight": rule.weight, "influence": planned.influence / 10_000,
        "scored": sum(one[2] for one in scored), "ranking": None if ranked is None else ranked.as_dict(),
        "information_value": information_value(parts), "groups": groups,
    }  # fmt: skip


def worth_a_look(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The rules whose direction or weight this outcome calls in question: those that order customers the wrong way, those that
    carry more than the average rule and say nothing, and those that tell much and carry less than the average rule."""
    average = sum(rule["influence"] for rule in rules) / max(len(rules), 1)
    found = []
    for rule in rules:
        ranked = rule["ranking"]
        if ranked is None:
            continue
        if ranked["verdict"] == "wrong_way":
            found.append({"rule": rule["id"], "why": "wrong_way"})
        elif ranked["verdict"] == "silent" and rule["influence"] > average:
            found.append({"rule": rule["id"], "why": "heavy_and_silent"})
        elif ranked["verdict"] == "right" and ranked["auc"] >= STRONG and rule["influence"] < average:
            found.append({"rule": rule["id"], "why": "light_and_strong"})
    return sorted(found, key=lambda one: LOOKS.index(one["why"]))


def _groups(rule: Rule, rows: list[tuple[Any, int, int]]) -> list[dict[str, Any]]:
    """Cases with fixed points by themselves, the others together in bands of points, then those without points."""
    fixed: dict[int, list[int]] = {}
    free: list[tuple[Any, int, int]] = []
    for (case, points), came, customers in rows:
        if case >= 0 and not isinstance(rule.cases[case].points, int):
            free.append((points / 10_000, came, customers))
        else:
            sums = fixed.setdefault(case, [0, 0])
            sums[0] += came
            sums[1] += customers
    found: list[dict[str, Any]] = []
    for case, (came, customers) in sorted(fixed.items(), key=lambda one: (one[0] < 0, abs(one[0]))):
        named: Mapping[str, Any] = (
            {"case": case + 1, "id": rule.cases[case].id} if case >= 0 else {"state": STATES[case]}
        )
        points = rule.cases[case].points if case >= 0 else None
        held = {"points": points / 10_000} if isinstance(points, int) else {}
        found.append({**named, **held, **rate(came, customers)})
    if free:
        merged: dict[float, list[int]] = {}
        for points, came, customers in free:
            sums = merged.setdefault(points, [0, 0])
            sums[0] += came
            sums[1] += customers
        banded = bands([(points, came, all_) for points, (came, all_) in merged.items()], BANDS)
        steps = [one for one in found if "case" in one]
        found = [*steps, *reversed(banded), *(one for one in found if "state" in one)]
    return found
