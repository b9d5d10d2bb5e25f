# SPDX-License-Identifier: Apache-2.0
"""The row engine: the meaning of a plan, one record at a time. It explains, verifies, and judges the frame engine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from ..arithmetic import MIN_DAY, UNIT, shift
from ..lang.functions import AGGREGATES, BASE
from ..lang.syntax import Tree, Window
from ..plan import Plan, PlannedRule, Step
from ..scoring import (  # fmt: skip
    ERROR,
    MISSING,
    NOT_APPLICABLE,
    Outcome,
    Score,
    assessed,
    composite_score,
    coverage_units,
    dimension_score,
    index_points,
    limited,
    settle,
)
from .evaluator import Evaluator

CUSTOMER = "customer_id"
OVERRIDE = "override"
"""Why a tier is what it is, where a person decided it."""

Record = dict[str, Any]
"""Field, feature or column name -> value: float, text, bool, None; dates are epoch days as floats."""

Events = Mapping[str, Sequence[Mapping[str, Any]]]
"""Event rows by table, each column -> value. A table that is not there was not supplied."""

REASONS = 3


class Result(Struct, frozen=True):
    """One customer, scored. `values` holds every field, column and feature; `gates` whether each acted (None: undecided);
    `tier_reason` is `reached`, `gate:<id>`, `coverage`, `override` or `not-assessed`; `reasons` are ids of rules."""

    values: Record
    outcomes: Mapping[str, Outcome]
    dimensions: Mapping[str, Score]
    composite: Score
    coverage: int | None
    indices: Mapping[str, int | None]
    gates: Mapping[str, bool | None]
    natural_tier: str | None
    tier_by_rules: str | None
    tier: str | None
    tier_reason: str
    reasons: tuple[str, ...]


class _Asked(NamedTuple):
    """What an aggregate asks of each event, worked out once; kept by the identity of the `tree`, which stays taken with it."""

    tree: Tree
    date: str | None
    start: int | None
    end: int
    condition: Tree | None
    operands: Sequence[Tree]
    read: Sequence[tuple[str, str]]


class RowEngine:
    """Runs one plan; the expressions are parsed once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.evaluator = Evaluator()
        self._aggregates: dict[int, _Asked] = {}

    def evaluate_base(
        self, records: Sequence[Record], events: Sequence[Events] | None = None
    ) -> list[Result]:
        """Scores a whole base, so that figures over the base can be made. Records hold fields (and, without
        `events`, the columns of aggregates)."""
        prepared = [dict(record) for record in records]
        for stage in self.plan.stages:
            for step in stage:
                self.run_step(step, prepared, events)
        return [self.score(record) for record in prepared]

    def evaluate(self, record: Record) -> Result:
        """Scores one record that already holds its aggregates and figures of the base."""
        prepared = dict(record)
        for step in self.plan.steps:
            if step.scope == "record":
                prepared[step.column] = self.evaluator.value(step.tree, prepared)
        return self.score(prepared)

    # ---- features ---------------------------------------------------------------------------------------

    def run_step(self, step: Step, records: Sequence[Record], events: Sequence[Events] | None) -> None:
        if step.scope == "record":
            for record in records:
                record[step.column] = self.evaluator.value(step.tree, record)
        elif step.scope == "events":
            if events is not None:
                for record, own in zip(records, events, strict=True):
                    record[step.column] = self.aggregate(step.tree, own)
        else:
            found = figure(step.tree, self.operands(step.tree, records))
            for record, value in zip(records, found, strict=True):
                record[step.column] = value

    def operands(self, tree: Tree, records: Sequence[Record]) -> list[list[Any]]:
        """For each argument of a figure of the base that is no literal, its value for each record."""
        args = tree.args[:2] if BASE[str(tree.value)].grouped else tree.args[:1]
        return [[self.evaluator.value(arg, record) for record in records] for arg in args]

    def aggregate(self, tree: Tree, events: Events) -> Any:
        """One customer's events -> the aggregate; None when the table was not supplied."""
        rows = events.get(tree.table)
        if rows is None:
            return None
        _, date, start, end, condition, operands, read = self._asked(tree)
        inside: list[tuple[float | None, Any]] = []
        for row in rows:
            when = row.get(date) if date else None
            if date and (when is None or when > end or (start is not None and when <= start)):
                continue
            names = {name: row.get(column) for name, column in read}
            if condition is not None and self.evaluator.value(condition, names) is not True:
                continue
            values = [self.evaluator.value(arg, names) for arg in operands]
            inside.append((when, tuple(values) if tree.operands > 1 else values[0] if values else 1.0))
        return AGGREGATES[str(tree.value)].row(inside)

    def _asked(self, tree: Tree) -> _Asked:
        found = self._aggregates.get(id(tree))
        if found is None:
            within, condition = f"{tree.table}.", tree.args[tree.operands :]
            found = self._aggregates[id(tree)] = _Asked(
                tree, self.plan.pack.tables[tree.table].date, *window_days(tree.window, self.plan.as_of),
                condition[0] if condition else None, tree.args[: tree.operands],
                [(name, name.removeprefix(within)) for name in tree.names() if name.startswith(within)],
            )  # fmt: skip
        return found

    # ---- rules ------------------------------------------------------------------------------------------

    def outcome(self, planned: PlannedRule, record: Record) -> Outcome:
        value = self.evaluator.value
        if planned.applies is not None:
            applies = value(planned.applies, record)
            if applies is not True:
                return settle(planned, MISSING if applies is None else NOT_APPLICABLE, None)
        for index, case in enumerate(planned.cases):
            held = True if case.when is None else value(case.when, record)
            if held is None:
                return settle(planned, MISSING, None)
            if held:
                if isinstance(case.points, int):
                    return settle(planned, index, case.points)
                points = value(case.points, record)
                if points is None:
                    return settle(planned, MISSING, None)
                return settle(planned, index, points_units(points, planned))
        return settle(planned, ERROR, None)

    def score(self, record: Record) -> Result:
        """Rules, dimensions, gates, composite and tier of a record that holds all features."""
        plan, pack = self.plan, self.plan.pack
        outcomes = {planned.rule.id: self.outcome(planned, record) for planned in plan.rules}
        gates: dict[str, bool | None] = {}
        dimensions: dict[str, Score] = {}
        names = dict(record)
        for dimension in pack.dimensions:
            score = dimension_score(dimension, plan.rules_of(dimension), outcomes, pack.dimension_decimals)
            dimensions[dimension.id] = self.gated(dimension.id, score, names, gates)
        for key, score in dimensions.items():
            names[f"score.{key}"] = shown(score.points)
        composite = self.gated("composite", composite_score(plan, dimensions), names, gates)
        coverage = coverage_units(composite, of_composite=True)
        names |= {"composite": shown(composite.points), "coverage": shown(coverage)}
        indices = {
            index.id: index_points(index, dimensions, composite.points, pack.dimension_decimals)
            for index in pack.indices
        }
        names |= {f"index.{key}": shown(points) for key, points in indices.items()}
        names |= {f"assessed.{index.id}": assessed(index, dimensions) for index in pack.indices}
        for gate, tree in plan.gates:
            if gate.target == "tier":
                gates[gate.id] = self.evaluator.value(tree, names)
        names |= {f"gate.{key.replace('-', '_')}": acted for key, acted in gates.items()}
        natural, by_rules, reason = self.tier(names, composite, coverage, gates)
        tier, decided = by_rules, plan.decided.get(record.get(CUSTOMER, ""))
        if decided in {one.id for one, _ in plan.tiers}:
            tier, reason = decided, OVERRIDE
        ordered = {gate.id: gates[gate.id] for gate, _ in plan.gates}
        return Result(
            record,
            outcomes,
            dimensions,
            composite,
            coverage,
            indices,
            ordered,
            natural,
            by_rules,
            tier,
            reason,
            self.reasons(outcomes),
        )

    def gated(self, target: str, score: Score, names: Record, gates: dict[str, bool | None]) -> Score:
        for gate, tree in self.plan.gates:
            if gate.target == target:
                gates[gate.id] = self.evaluator.value(tree, names)
                if gates[gate.id]:
                    assert isinstance(gate.limit, int)
                    limit = gate.limit
                    score = Score(
                        limited(score.points, gate.action, limit), limited(score.low, gate.action, limit),
                        limited(score.high, gate.action, limit), score.scored, score.applicable,
                    )  # fmt: skip
        return score

    def tier(
        self, names: Record, composite: Score, coverage: int | None, gates: Mapping[str, bool | None]
    ) -> tuple[str | None, str | None, str]:
        """The first tier whose condition is known to hold, then held down by coverage and by gates."""
        if composite.points is None:
            return None, None, "not-assessed"
        pack = self.plan.pack
        ids = [tier.id for tier, _ in self.plan.tiers]
        index = next(
            i
            for i, (_, tree) in enumerate(self.plan.tiers)
            if tree is None or self.evaluator.value(tree, names) is True
        )
        natural, reason = index, "reached"
        if (
            pack.coverage_cap
            and (coverage or 0) < minimum_units(pack.minimum_coverage)
            and index < ids.index(pack.coverage_cap)
        ):
            index, reason = ids.index(pack.coverage_cap), "coverage"
        for gate, _ in self.plan.gates:
            if gate.target == "tier" and gates[gate.id] and index < ids.index(str(gate.limit)):
                index, reason = ids.index(str(gate.limit)), f"gate:{gate.id}"
        return ids[natural], ids[index], reason

    def reasons(self, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Ids of the rules that cost the composite most, below their best points; ties in ruleset order."""
        losses = []
        for index, planned in enumerate(self.plan.rules):
            points = outcomes[planned.rule.id].points
            loss = 0 if points is None else (planned.rule.high - points) * planned.influence
            if loss > 0:
                losses.append((-loss, index, planned.rule.id))
        return tuple(rule_id for _, _, rule_id in sorted(losses)[:REASONS])


def figure(tree: Tree, operands: Sequence[Sequence[Any]]) -> list[float | None]:
    """A figure of the base for each record, from the values of its arguments for all of them."""
    values, *groups = operands
    literals = [] if groups else [arg.value for arg in tree.args[1:]]
    plain = [0.0 if value == 0 else value for value in values]
    return BASE[str(tree.value)].row(plain, *groups, *literals)


def points_units(points: float, planned: PlannedRule) -> int:
    """Points of an expression, held between the rule's least and most, as units rounded half up."""
    low, high = planned.rule.low / UNIT, planned.rule.high / UNIT
    return math.floor(min(max(points, low), high) * UNIT + 0.5)


def minimum_units(share: float) -> int:
    return math.floor(share * 10_000 + 0.5)


def shown(number: int | None) -> float | None:
    """Units as the number that tier conditions compare."""
    return None if number is None else number / 10_000.0


def window_days(window: Window | None, as_of: int) -> tuple[int | None, int]:
    """(start, end]: events count when start < day <= end; start None is the beginning of time."""
    end, start = as_of, None
    if window is not None:
        if window.lag:
            moved = shift(as_of, -window.lag[0], window.lag[1])
            end = MIN_DAY - 1 if moved is None else moved
        if window.within:
            start = shift_back(as_of, window)
    return start, end


def shift_back(as_of: int, window: Window) -> int | None:
    """Where a window starts: lag and width in the same unit family are taken together, so that twelve months before
    a lag of twelve months start twenty-four months back, whatever the month's length."""
    assert window.within is not None
    amount, unit = window.within
    if window.lag:
        lag, lag_unit = window.lag
        months = {"m": 1, "y": 12}
        if unit in months and lag_unit in months:
            return shift(as_of, -(amount * months[unit] + lag * months[lag_unit]), "m")
        back = shift(as_of, -lag, lag_unit)
        return None if back is None else shift(back, -amount, unit)
    return shift(as_of, -amount, unit)
