# SPDX-License-Identifier: Apache-2.0
"""All score arithmetic of one customer, in whole numbers: outcomes -> dimensions -> composite.

This is the definition; the frame engine does the same on columns. Points are units of 1/10,000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from .arithmetic import round_units
from .model import Dimension, Index
from .plan import Plan, PlannedRule

MISSING, NOT_APPLICABLE, ERROR = -1, -2, -3
STATES = {MISSING: "missing", NOT_APPLICABLE: "not_applicable", ERROR: "error"}


class Outcome(Struct, frozen=True):
    """What a rule came to: `case` is the index of the case that held, or a state below zero; `points` are None when
    nothing counts. A missing rule may still count, with the points its policy gives."""

    case: int
    points: int | None

    @property
    def state(self) -> str:
        return STATES.get(self.case, "scored")


class Score(Struct, frozen=True):
    """A dimension or composite: its points (None: not assessed), the lowest and highest it could still be, and its
    coverage as weight scored of weight applicable."""

    points: int | None
    low: int | None
    high: int | None
    scored: int
    applicable: int


def settle(planned: PlannedRule, case: int, points: int | None) -> Outcome:
    """Applies the rule's missing policy and holds points that an expression gave between the rule's least and most."""
    rule = planned.rule
    if case == MISSING:
        if rule.on_missing == "fail":
            return Outcome(ERROR, None)
        return Outcome(MISSING, rule.missing_points)
    if case < 0 or points is None:
        return Outcome(case, None)
    return Outcome(case, min(max(points, rule.low), rule.high))


def dimension_score(
    dimension: Dimension, rules: Sequence[PlannedRule], outcomes: Mapping[str, Outcome], decimals: int
) -> Score:
    """Combines the outcomes of a dimension's rules and rounds once, half up, to `decimals`."""
    counted: list[tuple[int, int]] = []
    lows: list[tuple[int, int]] = []
    highs: list[tuple[int, int]] = []
    scored = applicable = 0
    for planned in rules:
        outcome, weight = outcomes[planned.rule.id], planned.rule.weight
        if outcome.case == NOT_APPLICABLE:
            continue
        applicable += weight
        if outcome.points is not None:
            counted.append((weight, outcome.points))
        if outcome.case >= 0:
            assert outcome.points is not None
            scored += weight
            lows.append((weight, outcome.points))
            highs.append((weight, outcome.points))
        else:
            low, high = planned.span
            lows.append((weight, low))
            highs.append((weight, high))
    points = combine(dimension, counted, decimals)
    low_points, high_points = combine(dimension, lows, decimals), combine(dimension, highs, decimals)
    if points is not None and low_points is not None and high_points is not None:
        low_points, high_points = min(low_points, points), max(high_points, points)
    return Score(points, low_points, high_points, scored, applicable)


def combine(dimension: Dimension, counted: Sequence[tuple[int, int]], decimals: int) -> int | None:
    """(weight, points) of the rules that count -> the dimension's points; None when none counts."""
    if not counted:
        return None
    match dimension.combine:
        case "mean":
            result = round_units(sum(w * p for w, p in counted), sum(w for w, _ in counted), decimals)
        case "sum":
            result = round_units(dimension.initial + sum(p for _, p in counted), 1, decimals)
        case "min":
            result = round_units(min(p for _, p in counted), 1, decimals)
        case "max":
            result = round_units(max(p for _, p in counted), 1, decimals)
    if dimension.min is not None:
        result = max(result, dimension.min)
    if dimension.max is not None:
        result = min(result, dimension.max)
    return result


def composite_score(plan: Plan, scores: Mapping[str, Score]) -> Score:
    """The weighted mean of the assessed dimensions' rounded points, rounded once; its coverage is the weighted mean
    of theirs, as scored and applicable in millionths of the weights of dimensions with anything applicable."""
    pack = plan.pack
    counted = low = high = weights = bounds = covered = 0
    for dimension in pack.dimensions:
        score, weight = scores[dimension.id], dimension.weight
        if score.points is not None:
            counted += weight * score.points
            weights += weight
        if score.low is not None and score.high is not None:
            low += weight * score.low
            high += weight * score.high
            bounds += weight
            covered += weight * (score.scored * 1_000_000 // score.applicable)
    decimals = pack.composite_decimals
    if not bounds:
        return Score(None, None, None, 0, 0)
    low_points, high_points = round_units(low, bounds, decimals), round_units(high, bounds, decimals)
    if not weights:
        return Score(None, low_points, high_points, covered, bounds)
    points = round_units(counted, weights, decimals)
    return Score(points, min(low_points, points), max(high_points, points), covered, bounds)


def index_points(
    index: Index, scores: Mapping[str, Score], composite: int | None, decimals: int
) -> int | None:
    """The weighted mean of the index's dimensions after gates, rounded once; None when nothing stands for any of them."""
    filled = composite if index.on_missing == "composite" else None
    points = weights = 0
    for dimension, weight in index.weights.items():
        own = scores[dimension].points
        used = filled if own is None else own
        if used is not None:
            points += weight * used
            weights += weight
    return round_units(points, weights, decimals) if weights else None


def assessed(index: Index, scores: Mapping[str, Score]) -> bool:
    """Whether every dimension of the index has points."""
    return all(scores[dimension].points is not None for dimension in index.weights)


def coverage_units(score: Score, of_composite: bool = False) -> int | None:
    """Coverage in units of 1/10,000, rounded half up; None when nothing applies."""
    if not score.applicable:
        return None
    if of_composite:
        return (2 * score.scored + score.applicable * 100) // (2 * score.applicable * 100)
    return (2 * score.scored * 10_000 + score.applicable) // (2 * score.applicable)


def limited(points: int | None, action: str, limit: int) -> int | None:
    """Points after a gate: capped or floored; not assessed stays so."""
    if points is None:
        return None
    return min(points, limit) if action == "cap" else max(points, limit)
