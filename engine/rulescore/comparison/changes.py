# SPDX-License-Identifier: Apache-2.0
"""Two plans -> what an author changed between them: rules, cases, weights, dimensions, gates, tiers, features, settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from ..arithmetic import points_text
from ..engines.row import Result
from ..lang.syntax import Tree, text_of
from ..plan import Plan, PlannedRule
from ..scoring import NOT_APPLICABLE

ALWAYS = "always"


class Change(Struct, frozen=True):
    """Something that is not the same before and after. `part` says what of it; empty when the whole is new (before is
    None) or gone (after is None)."""

    kind: str
    id: str
    part: str = ""
    before: str | None = None
    after: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Parts = Mapping[tuple[str, str], Mapping[str, str]]


def plan_changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """What differs, in the order of the later plan, then what is gone."""
    old, new = _parts(before), _parts(after)
    changes: list[Change] = []
    for key in dict.fromkeys([*new, *old]):
        kind, name = key
        if key not in old or key not in new:
            changes.append(
                Change(kind, name, "", None if key not in old else kind, None if key not in new else kind)
            )
            continue
        for part in dict.fromkeys([*new[key], *old[key]]):
            if old[key].get(part) != new[key].get(part):
                changes.append(Change(kind, name, part, old[key].get(part), new[key].get(part)))
    return tuple(changes)


def _text(tree: Tree | None) -> str:
    return ALWAYS if tree is None else text_of(tree)


def _points(points: int | None) -> str:
    return "" if points is None else points_text(points)


def _parts(plan: Plan) -> Parts:
    pack = plan.pack
    parts: dict[tuple[str, str], dict[str, str]] = {}
    for planned in plan.rules:
        parts["rule", planned.rule.id] = _rule_parts(planned)
    for step in plan.steps:
        if step.scope == "record" and step.column in pack.features:
            parts["feature", step.column] = {"is": text_of(step.tree)}
    for dimension in pack.dimensions:
        parts["dimension", dimension.id] = {
            "weight": str(dimension.weight), "combine": dimension.combine, "initial": _points(dimension.initial),
            "min": _points(dimension.min), "max": _points(dimension.max),
        }  # fmt: skip
    for index in pack.indices:
        weights = ", ".join(f"{key} {weight}" for key, weight in index.weights.items())
        parts["index", index.id] = {"weights": weights, "on_missing": index.on_missing}
    for gate, tree in plan.gates:
        limit = gate.limit if isinstance(gate.limit, str) else _points(gate.limit)
        parts["gate", gate.id] = {"when": text_of(tree), gate.action: f"{gate.target} {limit}"}
    for place, (tier, condition) in enumerate(plan.tiers, 1):
        parts["tier", tier.id] = {"when": _text(condition), "place": str(place)}
    parts["setting", "decimals"] = {
        "dimension": str(pack.dimension_decimals),
        "composite": str(pack.composite_decimals),
    }
    parts["setting", "minimum_coverage"] = {"share": str(pack.minimum_coverage), "cap": pack.coverage_cap}
    return parts


def _rule_parts(planned: PlannedRule) -> dict[str, str]:
    rule = planned.rule
    parts = {
        "dimension": rule.dimension, "weight": str(rule.weight), "applies": _text(planned.applies),
        "on_missing": f"{rule.on_missing} {_points(rule.missing_points)}".strip(), "low": _points(rule.low), "high": _points(rule.high),
    }  # fmt: skip
    for case, source in zip(planned.cases, rule.cases, strict=True):
        points = points_text(case.points) if isinstance(case.points, int) else text_of(case.points)
        parts[f"case {source.id}"] = f"{_text(case.when)}: {points}"
    return parts


def concerns(change: Change, before: Result, after: Result) -> bool:
    """Whether a change between two plans can have moved the customer with these results under them."""
    match change.kind:
        case "rule":
            old, new = before.outcomes.get(change.id), after.outcomes.get(change.id)
            found = [
                outcome for outcome in (old, new) if outcome is not None and outcome.case != NOT_APPLICABLE
            ]
            return bool(found) and (old != new or change.part in ("weight", "dimension"))
        case "dimension":
            found_scores = [result.dimensions.get(change.id) for result in (before, after)]
            return any(score is not None and score.points is not None for score in found_scores)
        case "gate":
            return bool(before.gates.get(change.id) or after.gates.get(change.id))
        case "tier" | "index":  # only what a customer is graded by
            return before.tier != after.tier
        case "feature":
            return bool(before.values.get(change.id) != after.values.get(change.id))
    return True


def moved_rules(before: Result, after: Result) -> tuple[Change, ...]:
    """Rules that came to other points, and gates that act in one of the two only."""
    names = dict.fromkeys([*after.outcomes, *before.outcomes])
    pairs = [(name, before.outcomes.get(name), after.outcomes.get(name)) for name in names]
    rules = [
        Change("rule", name, "points", _outcome(old), _outcome(new))
        for name, old, new in pairs
        if (old is None) != (new is None)
        or (old is not None and new is not None and old.points != new.points)
    ]
    for name in dict.fromkeys([*after.gates, *before.gates]):
        acted, acts = (bool(result.gates.get(name)) for result in (before, after))
        if acted != acts:
            rules.append(Change("gate", name, "acts", str(acted).lower(), str(acts).lower()))
    return tuple(rules)


def _outcome(outcome: Any) -> str | None:
    if outcome is None:
        return None
    return outcome.state if outcome.points is None else points_text(outcome.points)


def reads(plan: Plan, rules: Collection[str]) -> set[str]:
    """Every field, feature and column behind the rules and gates with these ids."""
    steps = {step.column: step for step in plan.steps}
    waiting = [name for gate, tree in plan.gates if gate.id in rules for name in tree.names()]
    for planned in plan.rules:
        if planned.rule.id in rules:
            trees = [planned.applies, *(part for case in planned.cases for part in (case.when, case.points))]
            waiting += [name for tree in trees if isinstance(tree, Tree) for name in tree.names()]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += steps[name].needs if name in steps else ()
    return found
