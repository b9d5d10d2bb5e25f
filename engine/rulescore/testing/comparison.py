# SPDX-License-Identifier: Apache-2.0
"""An evaluated test -> its mismatches: what was expected, what came out, and from which inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from ..engines.row import Result
from ..lang.syntax import Tree
from ..plan import Plan
from .evaluation import Difference, Evaluated
from .given import Value
from .suite import PackTest
from .want import Expectation, RuleWant

SMALLEST, FINEST = 1e-6, 1e-9
"""Wanted features may be written to six decimals, large ones to nine digits."""


class Mismatch(Struct, frozen=True):
    """An expectation that was not met. `actual` is of the kind of `expectation.wanted`; `inputs` are the values it came
    from: names -> (kind, value), points in units where the kind is `points`, a state or `missing` where the value is None."""

    expectation: Expectation
    actual: RuleWant | Value | int | tuple[str, ...]
    inputs: Mapping[str, tuple[str, Value | int]]


class Verdict(Struct, frozen=True):
    """What came of a test. It passed when every expectation was met and the engines agree."""

    test: PackTest
    mismatches: tuple[Mismatch, ...]
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.mismatches and not self.differences


def judge(item: Evaluated) -> Verdict:
    """Compares what is in `want`, and nothing else."""
    found: list[Mismatch] = []
    for expectation in item.test.expectations:
        actual = _actual(expectation, item.result)
        if not _met(expectation, actual):
            found.append(Mismatch(expectation, actual, dict(_inputs(expectation, item.plan, item.result))))
    return Verdict(item.test, tuple(found), item.differences)


def _actual(expectation: Expectation, result: Result) -> RuleWant | Value | int | tuple[str, ...]:
    match expectation.about:
        case "rule":
            outcome = result.outcomes[expectation.name]
            return RuleWant(outcome.points, outcome.state, outcome.case if outcome.case >= 0 else None)
        case "dimension":
            return result.dimensions[expectation.name].points
        case "index":
            return result.indices[expectation.name]
        case "feature":
            value: Value = result.values[expectation.name]
            return value
        case "composite":
            return result.composite.points
        case "low":
            return result.composite.low
        case "high":
            return result.composite.high
        case "coverage":
            return result.coverage
        case "tier":
            return result.tier
        case _:
            return tuple(gate for gate, acted in result.gates.items() if acted)


def _met(expectation: Expectation, actual: RuleWant | Value | int | tuple[str, ...]) -> bool:
    wanted = expectation.wanted
    if isinstance(wanted, RuleWant) and isinstance(actual, RuleWant):
        pairs = ((wanted.points, actual.points), (wanted.state, actual.state), (wanted.case, actual.case))
        return all(want is None or want == found for want, found in pairs)
    if isinstance(wanted, tuple) and isinstance(actual, tuple):
        return sorted(wanted) == sorted(actual)
    if isinstance(wanted, float) and isinstance(actual, float):
        return math.isclose(wanted, actual, rel_tol=FINEST, abs_tol=SMALLEST)
    return wanted == actual and isinstance(wanted, bool) == isinstance(actual, bool)


Inputs = dict[str, tuple[str, Value | int]]


def _inputs(expectation: Expectation, plan: Plan, result: Result) -> Inputs:
    """The values that the compared thing was made from."""
    match expectation.about:
        case "rule":
            planned = next(planned for planned in plan.rules if planned.rule.id == expectation.name)
            parts = [planned.applies, *(part for case in planned.cases for part in (case.when, case.points))]
            return _values(plan, result, [part for part in parts if isinstance(part, Tree)])
        case "feature":
            return _values(
                plan, result, [step.tree for step in plan.steps if step.column == expectation.name]
            )
        case "dimension":
            rules = [planned.rule for planned in plan.rules if planned.rule.dimension == expectation.name]
            return {
                rule.id: _points(result.outcomes[rule.id].points, result.outcomes[rule.id].state)
                for rule in rules
            }
        case "index":
            index = next(one for one in plan.pack.indices if one.id == expectation.name)
            scores = {key: result.dimensions[key].points for key in index.weights}
            scores["composite"] = result.composite.points
            return {key: _points(points, "not_assessed") for key, points in scores.items()}
        case "gates":
            wanted = expectation.wanted if isinstance(expectation.wanted, tuple) else ()
            unlike = [tree for gate, tree in plan.gates if (gate.id in wanted) != bool(result.gates[gate.id])]
            return _values(plan, result, unlike)
        case "tier":
            trees = [tree for _, tree in plan.tiers if tree is not None]
            return {"tier_reason": ("text", result.tier_reason), **_values(plan, result, trees)}
        case _:
            return {key: _points(score.points, "not_assessed") for key, score in result.dimensions.items()}


def _points(points: int | None, state: str) -> tuple[str, Value | int]:
    return ("state", state) if points is None else ("points", points)


def _values(plan: Plan, result: Result, trees: list[Tree]) -> Inputs:
    names = dict.fromkeys(str(node.value) for tree in trees for node in tree.walk() if node.op == "name")
    found: Inputs = {}
    for name in names:
        if name == "composite":
            found[name] = _points(result.composite.points, "not_assessed")
        elif name == "coverage":
            found[name] = ("points", result.coverage)
        elif name.startswith("score."):
            found[name] = _points(result.dimensions[name[6:]].points, "not_assessed")
        elif name.startswith("index."):
            found[name] = _points(result.indices[name[6:]], "not_assessed")
        elif name.startswith("gate."):
            found[name] = (
                "bool",
                next(
                    (acted for gate, acted in result.gates.items() if gate.replace("-", "_") == name[5:]),
                    None,
                ),
            )
        else:
            found[name] = (plan.kinds.get(name, "unknown"), result.values.get(name))
    return found
