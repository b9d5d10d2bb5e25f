# SPDX-License-Identifier: Apache-2.0
"""Cases, gates and tiers as columns: which case of a rule held, which gates act, which tier is reached.

Per rule: `<id>.case` Int8 (index of the case that held, or a state below zero), `<id>.lost` Int32 (best points less
points, 0 when the rule does not count) and `<id>.points` Int32 (null when the rule does not count).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl
from msgspec.structs import replace

from ..arithmetic import UNIT
from ..lang.syntax import Tree
from ..plan import Plan, PlannedRule
from ..scoring import ERROR, MISSING, NOT_APPLICABLE
from .columns import Columns
from .literals import whole
from .row import CUSTOMER, OVERRIDE, minimum_units

_GATHER_FROM = 9  # up to here a chain of comparisons is faster than a look-up by position


def rule_columns(plan: Plan, columns: Columns) -> list[list[pl.Expr]]:
    """Stages of expressions for the case, the points lost, and the points of every rule."""
    with_points = [planned for planned in plan.rules if _has_expression(planned)]
    stages = [
        [_raw_case(planned, columns).alias(f"{planned.rule.id}.case") for planned in plan.rules],
        [_raw_points(planned, columns).alias(f"{planned.rule.id}.raw") for planned in with_points],
        [_expression_points(planned).alias(f"{planned.rule.id}.given") for planned in with_points],
        [_unless_points_missing(planned).alias(f"{planned.rule.id}.case") for planned in with_points],
        [_lost(planned).alias(f"{planned.rule.id}.lost") for planned in plan.rules],
        [_points(planned).alias(f"{planned.rule.id}.points") for planned in plan.rules],
    ]
    return [stage for stage in stages if stage]


def _has_expression(planned: PlannedRule) -> bool:
    return any(isinstance(case.points, Tree) for case in planned.cases)


def _missing(planned: PlannedRule) -> int:
    return ERROR if planned.rule.on_missing == "fail" else MISSING


def _case(index: int) -> pl.Expr:
    return whole(index, pl.Int8)


def _raw_case(planned: PlannedRule, columns: Columns) -> pl.Expr:
    """The first case that holds; a condition that is missing stops the search."""
    chain: list[tuple[pl.Expr, int]] = []
    missing = _missing(planned)
    if planned.applies is not None:
        applies = columns.expression(planned.applies)
        chain += [(applies.is_null(), missing), (~applies, NOT_APPLICABLE)]
    known: set[Tree] = set()
    last = ERROR
    for index, case in enumerate(planned.cases):
        if case.when is None:
            last = index
            break
        condition = columns.expression(case.when)
        subject = _subject(case.when)
        if subject is None:
            chain.append((condition.is_null(), missing))
        elif subject not in known:
            known.add(subject)
            chain.append((columns.expression(subject).is_null(), missing))
        chain.append((condition, index))
    if not chain:
        return _case(last)
    result = pl.when(chain[0][0]).then(_case(chain[0][1]))
    for condition, value in chain[1:]:
        result = result.when(condition).then(_case(value))  # type: ignore[assignment]
    return result.otherwise(_case(last))


def _subject(condition: Tree) -> Tree | None:
    """The one sub-expression whose missing makes the condition missing, when there is just one."""
    if condition.op in ("compare", "in"):
        parts = [arg for arg in condition.args if arg.op != "const"]
        # in a chain, two constants side by side may decide it whatever the rest
        decided = condition.op == "compare" and any(
            one.op == other.op == "const" for one, other in pairwise(condition.args)
        )
        return parts[0] if len(parts) == 1 and not decided else None
    if condition.op in ("and", "or"):
        subjects = {_subject(arg) for arg in condition.args}
        return subjects.pop() if len(subjects) == 1 else None
    if condition.op == "not":
        return _subject(condition.args[0])
    return condition if condition.op == "name" else None


def _raw_points(planned: PlannedRule, columns: Columns) -> pl.Expr:
    """The points that the expression of the case gives, as it gives them."""
    given = [(index, c.points) for index, c in enumerate(planned.cases) if isinstance(c.points, Tree)]
    if len(planned.cases) == 1:
        return columns.expression(given[0][1])
    case = pl.col(f"{planned.rule.id}.case")
    shared = _one_shape(case, given)
    if shared is not None:
        tree, bound = shared
        return Columns(columns.fields, bound).expression(tree)
    return _chosen(case, [(index, columns.expression(tree)) for index, tree in given], None)


def _chosen(case: pl.Expr, values: Sequence[tuple[int, Any]], otherwise: Any) -> pl.Expr:
    chain = pl.when(case == values[0][0]).then(values[0][1])
    for index, value in values[1:]:
        chain = chain.when(case == index).then(value)  # type: ignore[assignment]
    return chain.otherwise(otherwise)


def _one_shape(case: pl.Expr, given: Sequence[tuple[int, Tree]]) -> tuple[Tree, dict[str, pl.Expr]] | None:
    """Cases whose expressions differ only in their numbers, as those of a scale: one expression over numbers that
    are chosen by the case. A number chosen so is a column, and dividing by a column is exact."""
    bound: dict[str, pl.Expr] = {}

    def merged(trees: Sequence[Tree]) -> Tree | None:
        first = trees[0]
        if all(tree == first for tree in trees):
            return first
        if all(tree.op == "const" and isinstance(tree.value, float) for tree in trees):
            key = f"?constant{len(bound)}"
            numbers = [
                (index, pl.lit(tree.value, dtype=pl.Float64))
                for (index, _), tree in zip(given, trees, strict=True)
            ]
            bound[key] = _chosen(case, numbers[:-1], numbers[-1][1]) if len(numbers) > 1 else numbers[0][1]
            return Tree("name", value=key, kind="number")
        alike = {(tree.op, str(tree.value), len(tree.args)) for tree in trees}
        if len(alike) > 1 or first.op not in ("arith", "neg"):
            return None
        args = [merged([tree.args[position] for tree in trees]) for position in range(len(first.args))]
        known = [arg for arg in args if arg is not None]
        return replace(first, args=tuple(known)) if len(known) == len(args) else None

    tree = merged([tree for _, tree in given]) if len(given) > 1 else None
    return (tree, bound) if tree is not None else None


def _expression_points(planned: PlannedRule) -> pl.Expr:
    """Units of the raw points, held between the rule's least and most; null if missing."""
    points = pl.col(f"{planned.rule.id}.raw")
    low, high = planned.rule.low / UNIT, planned.rule.high / UNIT
    held = pl.when(points > high).then(high).when(points < low).then(low).otherwise(points)
    scaled = held * float(UNIT) + 0.5
    return (scaled if low >= 0 else scaled.floor()).cast(pl.Int32, wrap_numerical=True)


def _unless_points_missing(planned: PlannedRule) -> pl.Expr:
    case, given = pl.col(f"{planned.rule.id}.case"), pl.col(f"{planned.rule.id}.given")
    missing = given.is_null()
    if len(planned.cases) > 1:
        fixed = [index for index, c in enumerate(planned.cases) if isinstance(c.points, int)]
        missing = missing & (case >= 0)
        for index in fixed:
            missing = missing & (case != index)
    elif planned.applies is not None or planned.cases[0].when is not None:
        missing = missing & (case >= 0)
    return pl.when(missing).then(_case(_missing(planned))).otherwise(case)


def _lost(planned: PlannedRule) -> pl.Expr:
    rule = planned.rule
    case = pl.col(f"{rule.id}.case")
    lost = [
        (index, rule.high - min(max(c.points, rule.low), rule.high))
        for index, c in enumerate(planned.cases)
        if isinstance(c.points, int)
    ]
    if rule.missing_points is not None:
        lost.append((MISSING, rule.high - rule.missing_points))
    if not _has_expression(planned) and len(lost) >= _GATHER_FROM:
        by_position = [0] * (len(planned.cases) - ERROR)
        for index, value in lost:
            by_position[index - ERROR] = value
        return pl.lit(pl.Series(by_position, dtype=pl.Int32)).gather(case.cast(pl.Int32) - ERROR)
    chain = [(case == index, whole(value, pl.Int32)) for index, value in lost if value]
    if _has_expression(planned):
        given = pl.col(f"{rule.id}.given")
        own = [index for index, c in enumerate(planned.cases) if isinstance(c.points, Tree)]
        held = case == own[0]
        for index in own[1:]:
            held = held | (case == index)
        chain.append((held, (whole(rule.high, pl.Int32) - given)))
    if not chain:
        return whole(0, pl.Int32)
    result = pl.when(chain[0][0]).then(chain[0][1])
    for condition, loss in chain[1:]:
        result = result.when(condition).then(loss)  # type: ignore[assignment]
    return result.otherwise(whole(0, pl.Int32))


def counts(planned: PlannedRule) -> pl.Expr:
    """Whether the rule's points count in its dimension."""
    case = pl.col(f"{planned.rule.id}.case")
    return (case >= MISSING) if planned.rule.missing_points is not None else (case >= 0)


def _points(planned: PlannedRule) -> pl.Expr:
    return pl.when(counts(planned)).then(
        whole(planned.rule.high, pl.Int32) - pl.col(f"{planned.rule.id}.lost")
    )


def gated_columns(plan: Plan, columns: Columns, targets: Sequence[str]) -> list[list[pl.Expr]]:
    """Gates on dimensions or on the composite: whether each acts, then what it leaves of points, low and high."""
    gates = [(gate, tree) for gate, tree in plan.gates if gate.target in targets]
    stages: list[list[pl.Expr]] = []
    if gates:
        stages.append([columns.expression(tree).alias(f"gate.{gate.id}") for gate, tree in gates])
    for gate, _ in gates:
        acts = pl.col(f"gate.{gate.id}").fill_null(False)
        limited: list[pl.Expr] = []
        for what in ("points", "low", "high"):
            old = pl.col(f"{gate.target}.{what}")
            beyond = (old > gate.limit) if gate.action == "cap" else (old < gate.limit)
            limit = whole(gate.limit, pl.Int64)
            limited.append(pl.when(acts & beyond).then(limit).otherwise(old).alias(f"{gate.target}.{what}"))
        stages.append(limited)
    shown = [pl.col(f"{target}.points").alias(f"score.{target}") for target in targets]
    values = [number(column) for column in shown]
    stages.append([value.alias(name) for value, name in zip(values, _score_names(targets), strict=True)])
    return stages


def _score_names(targets: Sequence[str]) -> list[str]:
    return [target if target == "composite" else f"score.{target}" for target in targets]


def number(units: pl.Expr) -> pl.Expr:
    """Whole units as the number that conditions compare; the division is kept a division."""
    value = units.cast(pl.Float64)
    return value / (value * 0.0 + 10_000.0)


def tier_columns(plan: Plan, columns: Columns) -> list[list[pl.Expr]]:
    """Gates on the tier, the tier reached, and the one that is left after coverage and gates."""
    gates = [(gate, tree) for gate, tree in plan.gates if gate.target == "tier"]
    ids = [tier.id for tier, _ in plan.tiers]
    stages: list[list[pl.Expr]] = [[number(pl.col("composite.coverage")).alias("coverage")]]
    if gates:
        stages.append([columns.expression(tree).alias(f"gate.{gate.id}") for gate, tree in gates])
    used = {name for _, tree in plan.tiers if tree is not None for name in tree.names()}
    named = [
        pl.col(f"gate.{gate.id}").alias(f"gate.{gate.id.replace('-', '_')}")
        for gate, _ in plan.gates
        if "-" in gate.id
    ]
    if named and any(name.startswith("gate.") for name in used):
        stages.append(named)
    assessed = pl.col("composite.points").is_not_null()
    natural = pl.when(~assessed).then(pl.lit(None, dtype=pl.Int8))
    for index, (_, tree) in enumerate(plan.tiers):
        if tree is not None:
            natural = natural.when(columns.expression(tree)).then(_case(index))  # type: ignore[assignment]
    stages.append([natural.otherwise(_case(len(ids) - 1)).alias("tier.natural")])
    tier, reason = (
        pl.col("tier.natural"),
        pl.when(assessed).then(whole(0, pl.Int16)).otherwise(whole(1, pl.Int16)),
    )
    stages.append([tier.alias("tier.index"), reason.alias("tier.reason")])
    caps: list[tuple[pl.Expr, int, int]] = []
    pack = plan.pack
    if pack.coverage_cap:
        short = pl.col("composite.coverage").fill_null(0) < minimum_units(pack.minimum_coverage)
        caps.append((short, ids.index(pack.coverage_cap), 2))
    for position, (gate, _) in enumerate(plan.gates):
        if gate.target == "tier":
            caps.append(
                (pl.col(f"gate.{gate.id}").fill_null(False), ids.index(str(gate.limit)), 3 + position)
            )
    for condition, cap, code in caps:
        lower = condition & (pl.col("tier.index") < cap)
        stages.append([
            pl.when(lower).then(_case(cap)).otherwise(pl.col("tier.index")).alias("tier.index"),
            pl.when(lower).then(whole(code, pl.Int16)).otherwise(pl.col("tier.reason")).alias("tier.reason"),
        ])  # fmt: skip
    if plan.decided:
        given = {customer: ids.index(tier) for customer, tier in plan.decided.items() if tier in ids}
        decided = pl.col(CUSTOMER).replace_strict(given or {"": 0}, default=None, return_dtype=pl.Int8)
        by_hand = whole(len(plan.gates) + 3, pl.Int16)
        stages.append([
            pl.col("tier.index").alias("tier.by_rules"),
            pl.coalesce(decided, pl.col("tier.index")).alias("tier.index"),
            pl.when(decided.is_not_null()).then(by_hand).otherwise(pl.col("tier.reason")).alias("tier.reason"),
        ])  # fmt: skip
    return stages


def tier_reason_words(plan: Plan) -> list[str]:
    """What the codes of `tier.reason` stand for, by position."""
    return ["reached", "not-assessed", "coverage", *(f"gate:{gate.id}" for gate, _ in plan.gates), OVERRIDE]
