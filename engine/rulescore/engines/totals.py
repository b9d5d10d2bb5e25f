# SPDX-License-Identifier: Apache-2.0
"""Dimensions, composite and top reasons as columns of whole numbers.

A rule's weight counts unless its state takes it out. Most customers have most rules scored, so each sum starts from the
constant of a fully scored customer and subtracts what is lost and what is taken out. That is the same arithmetic as
`scoring`, with far fewer columns touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from ..model import Dimension
from ..plan import Plan, PlannedRule
from ..scoring import ERROR, MISSING, NOT_APPLICABLE
from .literals import whole
from .row import REASONS
from .verdicts import counts, number

Terms = list[tuple[pl.Expr, int]]

SUMS = (
    "points_sum", "points_weight", "low_sum", "low_weight", "high_sum", "high_weight", "scored", "applicable",
)  # fmt: skip
"""What a dimension's points, bounds and coverage are made of."""

KEY_BITS = 11  # room for 2,048 rules in the key that orders reasons


def dimension_columns(plan: Plan) -> list[list[pl.Expr]]:
    """Per dimension `.points`, `.low`, `.high` (Int64), `.scored` and `.applicable` weight."""
    parts: list[pl.Expr] = []
    sums: list[pl.Expr] = []
    scores: list[pl.Expr] = []
    bounds: list[pl.Expr] = []
    decimals = plan.pack.dimension_decimals
    for dimension in plan.pack.dimensions:
        rules = plan.rules_of(dimension)
        if not rules:
            made = dict.fromkeys(SUMS, whole(0, pl.Int64))
        else:
            made = _mean(dimension, rules, parts) if dimension.combine == "mean" else _other(dimension, rules)
        sums += [expr.alias(f"{dimension.id}.{key}") for key, expr in made.items()]
        for what in ("points", "low", "high"):
            value = _rounded(
                pl.col(f"{dimension.id}.{what}_sum"), pl.col(f"{dimension.id}.{what}_weight"), decimals
            )
            scores.append(_held(value, dimension).alias(f"{dimension.id}.{what}"))
        bounds += _containing(dimension.id)
    return [*([parts] if parts else []), sums, scores, bounds]


def _containing(target: str) -> list[pl.Expr]:
    """Low and high widened to contain the points."""
    points = pl.col(f"{target}.points")
    return [
        pl.min_horizontal(f"{target}.low", points).alias(f"{target}.low"),
        pl.max_horizontal(f"{target}.high", points).alias(f"{target}.high"),
    ]


def _rounded(numerator: pl.Expr, denominator: pl.Expr, decimals: int) -> pl.Expr:
    """numerator / denominator rounded half up to `decimals`, in units; null where the denominator is 0."""
    step = 10 ** (4 - decimals)
    below = pl.when(denominator > 0).then(denominator * step)
    rounded: pl.Expr = (numerator * 2 + below) // (below * 2) * step
    return rounded


def _held(value: pl.Expr, dimension: Dimension) -> pl.Expr:
    if dimension.min is not None:
        value = pl.when(value < dimension.min).then(whole(dimension.min, pl.Int64)).otherwise(value)
    if dimension.max is not None:
        value = pl.when(value > dimension.max).then(whole(dimension.max, pl.Int64)).otherwise(value)
    return value


def _sum(parts: Sequence[pl.Expr]) -> pl.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def _mean(dimension: Dimension, rules: Sequence[PlannedRule], stage: list[pl.Expr]) -> dict[str, pl.Expr]:
    """The sums of a weighted mean. What several of them need is put into `stage`, to be computed once before."""

    def part(name: str, expr: pl.Expr) -> pl.Expr:
        stage.append(expr.alias(f"?{dimension.id}.{name}"))
        return pl.col(f"?{dimension.id}.{name}")

    lost: dict[int, list[pl.Expr]] = defaultdict(list)
    out: dict[int, Terms] = defaultdict(list)  # by best points: weights that do not count
    unknown: dict[int, Terms] = defaultdict(
        list
    )  # by highest possible points: weights not scored, yet applicable
    given: Terms = []  # weights that count without being scored
    inapplicable: Terms = []
    lows: Terms = []
    highs: Terms = []
    for planned in rules:
        rule, (low, high) = planned.rule, planned.span
        case, weight, points = pl.col(f"{rule.id}.case"), rule.weight, rule.missing_points
        lost[weight].append(pl.col(f"{rule.id}.lost"))
        out[rule.high].append((case < (0 if points is None else MISSING), weight))
        if planned.applies is not None:
            inapplicable.append((case == NOT_APPLICABLE, weight))
        if points is None:
            open_ = (case < 0) if planned.applies is None else (case == MISSING) | (case == ERROR)
            unknown[high].append((open_, weight))
            lows.append((open_, weight * low))
        else:
            given.append((case == MISSING, weight))
            lows.append((case == MISSING, weight * (low - points)))
            highs.append((case == MISSING, weight * (high - points)))
            if any(c.when is None for c in planned.cases):
                continue
            unknown[high].append((case == ERROR, weight))
            lows.append((case == ERROR, weight * low))
    total = whole(sum(p.rule.weight for p in rules), pl.Int64)
    best = whole(sum(p.rule.weight * p.rule.high for p in rules), pl.Int64)
    outs = {top: part(f"out{top}", _total(terms)) for top, terms in out.items()}
    points_sum = best - part(
        "lost", _sum([_lost_at(weight, parts, rules) for weight, parts in sorted(lost.items())])
    )
    points_weight = total
    for top, weight_out in outs.items():
        points_sum, points_weight = points_sum - weight_out * top, points_weight - weight_out
    low_sum = points_sum + _total(lows)
    high_sum = _sum([points_sum + _total(highs), *(_total(terms) * top for top, terms in unknown.items())])
    applicable = total - part("inapplicable", _total(inapplicable))
    return {
        "points_sum": points_sum, "points_weight": points_weight, "low_sum": low_sum, "low_weight": applicable,
        "high_sum": high_sum, "high_weight": applicable, "scored": points_weight - _total(given), "applicable": applicable,
    }  # fmt: skip


def _total(terms: Terms) -> pl.Expr:
    """The sum of the numbers whose condition holds, in the narrowest whole numbers that hold it."""
    terms = [(condition, value) for condition, value in terms if value]
    if not terms:
        return whole(0, pl.Int64)
    dtype = pl.Int32 if sum(abs(value) for _, value in terms) < 2**31 else pl.Int64
    zero = pl.lit(0, dtype=dtype)
    return _sum(
        [pl.when(condition).then(pl.lit(value, dtype=dtype)).otherwise(zero) for condition, value in terms]
    ).cast(pl.Int64)


def _lost_at(weight: int, parts: Sequence[pl.Expr], rules: Sequence[PlannedRule]) -> pl.Expr:
    largest = sum(p.rule.high - p.rule.low for p in rules if p.rule.weight == weight)
    if largest >= 2**31:
        parts = [part.cast(pl.Int64) for part in parts]
    return _sum(parts).cast(pl.Int64) * weight


def _other(dimension: Dimension, rules: Sequence[PlannedRule]) -> dict[str, pl.Expr]:
    """Sum, least or greatest of the rules that count; weights only matter for coverage."""
    columns: dict[str, list[pl.Expr]] = {"points": [], "low": [], "high": []}
    scored: list[pl.Expr] = [whole(0, pl.Int64)]
    applicable: list[pl.Expr] = [whole(0, pl.Int64)]
    for planned in rules:
        rule, (low, high) = planned.rule, planned.span
        case, points = pl.col(f"{rule.id}.case"), pl.col(f"{rule.id}.points").cast(pl.Int64)
        columns["points"].append(points)
        for what, limit in (("low", low), ("high", high)):
            unknown = pl.when(case != NOT_APPLICABLE).then(whole(limit, pl.Int64))
            columns[what].append(pl.when(case >= 0).then(points).otherwise(unknown))
        weight = whole(rule.weight, pl.Int64)
        scored.append(pl.when(case >= 0).then(weight).otherwise(0))
        applicable.append(pl.when(case != NOT_APPLICABLE).then(weight).otherwise(0))
    made: dict[str, pl.Expr] = {"scored": _sum(scored), "applicable": _sum(applicable)}
    count = _sum([whole(0, pl.Int64), *(pl.when(counts(p)).then(1).otherwise(0) for p in rules)])
    for what, parts in columns.items():
        match dimension.combine:
            case "sum":
                total = _sum([whole(dimension.initial, pl.Int64), *(part.fill_null(0) for part in parts)])
            case "min":
                total = pl.min_horizontal(parts)
            case _:
                total = pl.max_horizontal(parts)
        known = count if what == "points" else made["applicable"]
        made[f"{what}_sum"] = total
        made[f"{what}_weight"] = pl.when(known > 0).then(whole(1, pl.Int64)).otherwise(0)
    return made


def composite_columns(plan: Plan) -> list[list[pl.Expr]]:
    """`composite.points`, `.low`, `.high` and `.coverage`, in units."""
    zero = whole(0, pl.Int64)
    sums: dict[str, list[pl.Expr]] = {
        key: [zero]
        for key in ("points_sum", "points_weight", "low_sum", "high_sum", "bound_weight", "covered")
    }
    for dimension in plan.pack.dimensions:
        weight, key = dimension.weight, dimension.id
        points = pl.col(f"{key}.points")
        applicable = pl.col(f"{key}.applicable")
        sums["points_sum"].append((points * weight).fill_null(0))
        sums["points_weight"].append(pl.when(points.is_not_null()).then(whole(weight, pl.Int64)).otherwise(0))
        sums["low_sum"].append((pl.col(f"{key}.low") * weight).fill_null(0))
        sums["high_sum"].append((pl.col(f"{key}.high") * weight).fill_null(0))
        sums["bound_weight"].append(pl.when(applicable > 0).then(whole(weight, pl.Int64)).otherwise(0))
        share = pl.col(f"{key}.scored") * 1_000_000 // pl.when(applicable > 0).then(applicable)
        sums["covered"].append((share * weight).fill_null(0))
    decimals = plan.pack.composite_decimals
    bound = pl.when(pl.col("?bound_weight") > 0).then(pl.col("?bound_weight"))
    return [
        [_sum(parts).alias(f"?{key}") for key, parts in sums.items()],
        [
            _rounded(pl.col("?points_sum"), pl.col("?points_weight"), decimals).alias("composite.points"),
            _rounded(pl.col("?low_sum"), bound, decimals).alias("composite.low"),
            _rounded(pl.col("?high_sum"), bound, decimals).alias("composite.high"),
            ((pl.col("?covered") * 2 + bound * 100) // (bound * 200)).alias("composite.coverage"),
        ],
        _containing("composite"),
    ]


def index_columns(plan: Plan) -> list[list[pl.Expr]]:
    """Per index `.points`, in units, and whether all its dimensions are assessed; composite and dimensions are final here."""
    points: list[pl.Expr] = []
    zero = whole(0, pl.Int64)
    for index in plan.pack.indices:
        sums, weights = [zero], [zero]
        for dimension, weight in index.weights.items():
            used = pl.col(f"{dimension}.points")
            if index.on_missing == "composite":
                used = used.fill_null(pl.col("composite.points"))
            sums.append((used * weight).fill_null(0))
            weights.append(pl.when(used.is_not_null()).then(whole(weight, pl.Int64)).otherwise(0))
        mean = _rounded(_sum(sums), _sum(weights), plan.pack.dimension_decimals)
        points.append(mean.alias(f"index.{index.id}.points"))
        known = [pl.col(f"{dimension}.points").is_not_null() for dimension in index.weights]
        points.append(pl.all_horizontal(known).alias(f"assessed.{index.id}"))
    names = [(f"index.{index.id}", pl.col(f"index.{index.id}.points")) for index in plan.pack.indices]
    return [points, [number(column).alias(name) for name, column in names]] if points else []


def reason_columns(plan: Plan) -> list[list[pl.Expr]]:
    """`reason.0`..: positions of the rules that cost most, null when nothing more was lost.

    Each rule's key is its weighted loss above its reversed position, so that the largest key is the largest loss and,
    of equals, the earliest rule. The next largest is found with wrapping unsigned arithmetic: every key not below
    the last one is moved to the top, out of the way of a minimum of distances.
    """
    room = 1 << KEY_BITS
    keys: list[pl.Expr] = []
    for index, planned in enumerate(plan.rules):
        factor = whole(planned.influence * room, pl.UInt64)
        lost = pl.col(f"{planned.rule.id}.lost")
        if (planned.rule.missing_points or 0) > planned.rule.high:  # more than the best case gives is no loss
            lost = pl.when(lost > 0).then(lost).otherwise(0)
        keys.append(
            (lost.cast(pl.UInt64, wrap_numerical=True) * factor + (room - 1 - index)).alias(f"?key{index}")
        )
    names = [f"?key{index}" for index in range(len(keys))]
    if not keys:
        return [[pl.lit(None, dtype=pl.UInt32).alias(f"reason.{place}") for place in range(REASONS)]]
    stages = [keys, [pl.max_horizontal(names).alias("?top0")]]
    for place in range(1, REASONS):
        below = pl.col(f"?top{place - 1}") - 1
        groups = [names[start : start + 8] for start in range(0, len(names), 8)]  # a group stays in the cache
        nearest = pl.min_horizontal(
            [pl.min_horizontal([below - pl.col(name) for name in group]) for group in groups]
        )
        stages.append([(below - nearest).alias(f"?top{place}")])
    positions: list[pl.Expr] = []
    for place in range(REASONS):
        top = pl.col(f"?top{place}")
        real = top >= room
        if place:  # when fewer rules than places are left, the search comes round to a key that was taken
            real = real & (top < pl.col(f"?top{place - 1}"))
        positions.append(pl.when(real).then((room - 1) - top % room).cast(pl.UInt32).alias(f"reason.{place}"))
    stages.append(positions)
    return stages
