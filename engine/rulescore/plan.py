# SPDX-License-Identifier: Apache-2.0
"""Pack + as-of date -> ordered steps that every engine follows.

In a plan nothing is left to look up: parameters and the as-of date are constants, aggregates over events and figures of
the whole base are columns of their own (named by their text), and features are ordered by what they need.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from .arithmetic import units
from .lang.syntax import Kind, Tree, constant, name, text_of
from .model import KEPT_OUT, VALUE_AT_RISK, Breakdown, Case, Dimension, Expr, Field, Gate, Pack, Rule, Tier
from .packs.portfolio_table import TYPES, columns_read
from .problems import Problems, RulesetError
from .values import iso


class Step(Struct, frozen=True):
    """A column to compute: `column` from `tree`; `scope` says over what: a customer's events, one record, the whole base."""

    column: str
    scope: str  # events | record | base
    tree: Tree
    needs: tuple[str, ...]


class PlannedCase(Struct, frozen=True):
    """A case ready to run: its condition (None holds always) and its points in units or as a tree."""

    when: Tree | None
    points: int | Tree


class PlannedRule(Struct, frozen=True):
    """A rule ready to run. `influence` is what it carries of the composite when everything applies, in basis points;
    `scale` the least and most points that its dimension's rules can give, and at least 0 and 100."""

    rule: Rule
    applies: Tree | None
    cases: tuple[PlannedCase, ...]
    influence: int
    scale: tuple[int, int]

    @property
    def span(self) -> tuple[int, int]:
        """The least and most points that an unknown input could still lead to; where it is unknown whether the
        rule applies at all, leaving it out could move the mean anywhere on the scale."""
        low, high = self.rule.low, self.rule.high
        return (
            (min(low, self.scale[0]), max(high, self.scale[1])) if self.applies is not None else (low, high)
        )


class Plan(Struct, frozen=True):
    """What is computed, in order. `fields` are the customer fields read; `stages` hold the feature steps, each stage
    needing only earlier ones; `given` features are taken from the input instead of computed."""

    pack: Pack
    as_of: int
    parameters: Mapping[str, float | str | bool]
    fields: tuple[str, ...]
    given: tuple[str, ...]
    stages: tuple[tuple[Step, ...], ...]
    rules: tuple[PlannedRule, ...]
    gates: tuple[tuple[Gate, Tree], ...]
    tiers: tuple[tuple[Tier, Tree | None], ...]
    kinds: Mapping[str, Kind] = {}
    decided: Mapping[str, str] = {}
    """Tiers that people decided, by customer."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for stage in self.stages for step in stage)

    @property
    def event_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.scope == "events")

    def rules_of(self, dimension: Dimension) -> tuple[PlannedRule, ...]:
        return tuple(planned for planned in self.rules if planned.rule.dimension == dimension.id)

    def fingerprint(self) -> str:
        """sha256 of everything that decides a score; equal fingerprints mean equal rules and parameters."""
        parts = [repr((step.column, text_of(step.tree))) for step in self.steps]
        for planned in self.rules:
            rule = planned.rule
            cases = [
                (
                    None if c.when is None else text_of(c.when),
                    c.points if isinstance(c.points, int) else text_of(c.points),
                )
                for c in planned.cases
            ]
            applies = None if planned.applies is None else text_of(planned.applies)
            parts.append(
                repr(
                    (
                        rule.id,
                        rule.dimension,
                        rule.weight,
                        applies,
                        cases,
                        rule.on_missing,
                        rule.missing_points,
                        rule.low,
                        rule.high,
                    )
                )
            )
        for dimension in self.pack.dimensions:
            parts.append(
                repr(
                    (
                        dimension.id,
                        dimension.weight,
                        dimension.combine,
                        dimension.initial,
                        dimension.min,
                        dimension.max,
                    )
                )
            )
        parts += [repr((one.id, one.on_missing, sorted(one.weights.items()))) for one in self.pack.indices]
        parts += [
            repr((gate.id, gate.action, gate.target, gate.limit, text_of(tree))) for gate, tree in self.gates
        ]
        parts += [
            repr((one.id, [text_of(expr.tree) for expr in one.exprs], one.rows))
            for one in self.pack.breakdowns
        ]
        parts += [repr((tier.id, None if tree is None else text_of(tree))) for tier, tree in self.tiers]
        pack = self.pack
        parts.append(
            repr((pack.dimension_decimals, pack.composite_decimals, pack.minimum_coverage, pack.coverage_cap))
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make_plan(
    pack: Pack,
    as_of: int,
    overrides: Mapping[str, float | str | bool] | None = None,
    given: Collection[str] = (),
    every_feature: bool = False,
) -> Plan:
    """The plan of a pack at a date. `overrides` replace parameters (what-if); `given` names features that the input
    supplies; `every_feature` keeps features that no rule needs. Raises RulesetError when a parameter has no value yet."""
    parameters = _parameters(pack, as_of, overrides or {})
    return _Planner(pack, as_of, parameters, frozenset(given)).plan(every_feature)


def portfolio_plan(
    pack: Pack, as_of: int, overrides: Mapping[str, float | str | bool] | None = None
) -> Plan | None:
    """The plan by which the base as a whole is scored; None when the pack has no rules for it."""
    return None if pack.portfolio is None else make_plan(pack.portfolio, as_of, overrides, every_feature=True)


def _parameters(
    pack: Pack, as_of: int, overrides: Mapping[str, float | str | bool]
) -> dict[str, float | str | bool]:
    problems = Problems()
    values: dict[str, float | str | bool] = {}
    for key, parameter in pack.parameters.items():
        valid = [value for start, value, _ in parameter.values if start <= as_of]
        if key in overrides:
            values[key] = overrides[key]
        elif valid:
            values[key] = valid[-1]
        else:
            problems.error("parameter-without-value", parameter.span, name=key, as_of=iso(as_of))
    if problems.has_errors:
        raise RulesetError(problems)
    return values


class _Planner:
    def __init__(
        self, pack: Pack, as_of: int, parameters: Mapping[str, float | str | bool], given: frozenset[str]
    ) -> None:
        self.pack, self.as_of, self.parameters, self.given = pack, as_of, parameters, given
        self.lifted: dict[str, Step] = {}
        self.fields = set(pack.records.fields)

    def plan(self, every_feature: bool) -> Plan:
        pack = self.pack
        rules = self.rules()
        gates = tuple((gate, self.lift(gate.when.tree)) for gate in pack.gates)
        tiers = tuple((tier, None if tier.when is None else self.lift(tier.when.tree)) for tier in pack.tiers)
        names = self.fields | pack.features.keys()
        wanted: list[Tree] = [tree for _, tree in gates]
        wanted += [tree for _, tree in tiers if tree is not None]
        for planned in rules:
            wanted += [planned.applies] if planned.applies is not None else []
            for case in planned.cases:
                wanted += [part for part in (case.when, case.points) if isinstance(part, Tree)]
        wanted += [tree for finding in pack.noted for tree in finding.trees]
        wanted += [name(key, "bool") for one in pack.outcomes for key in (one.id, one.among) if key]
        wanted += [name(key, "unknown") for key in pack.shown]
        wanted += [name(key, "unknown") for key in (KEPT_OUT, VALUE_AT_RISK) if key in pack.features]
        if every_feature:
            wanted += [name(key, "unknown") for key in pack.features if self.computed(key)]
            for breakdown in pack.breakdowns:
                figures = (figure.expr.tree for figure in breakdown.figures.values())
                read = {text for tree in figures for text in tree.names()}
                wanted += [name(key, "unknown") for key in sorted(read & pack.features.keys())]
        if pack.waterfall is not None:
            steps_of = (pack.waterfall.start, *pack.waterfall.less, pack.waterfall.end)
            wanted += [name(key, "unknown") for key in steps_of if key in pack.features]
        if pack.portfolio is not None:
            wanted += [name(key, "unknown") for key in sorted(columns_read(pack.portfolio)) if key in names]
        steps = self.needed({text for tree in wanted for text in tree.names()})
        kinds = {step.column: step.tree.kind for step in steps}
        kinds |= {key: pack.features[key].expr.tree.kind for key in self.given if key in pack.features}
        read = {
            text
            for tree in [*wanted, *(step.tree for step in steps)]
            for text in tree.names()
            if text in self.fields
        }
        fields = tuple(key for key in pack.records.fields if key in read)
        kinds |= {key: pack.records.fields[key].kind for key in fields}
        return Plan(
            pack, self.as_of, self.parameters, fields, tuple(sorted(self.given)), _stages(steps), rules, gates, tiers, kinds,
        )  # fmt: skip

    def computed(self, feature: str) -> bool:
        """Whether a figure of the base is wanted for itself: not where its dimension is left out, unless the base is valued,
        since assumptions may name any figure."""
        pack = self.pack
        return pack.valued or PurePosixPath(pack.features[feature].span.file).stem not in pack.left_out

    def lift(self, tree: Tree) -> Tree:
        """Constants for parameters and the as-of date; names of columns for aggregates and figures of the base."""

        def change(node: Tree) -> Tree:
            if node.op == "name":
                text = str(node.value)
                if text == "as_of":
                    return constant(self.as_of, "date")
                if text.startswith("param."):
                    return constant(self.parameters[text[6:]])
            if node.op in ("aggregate", "base"):
                column = text_of(node)
                scope = "events" if node.op == "aggregate" else "base"
                self.lifted.setdefault(
                    column, Step(column, scope, node, tuple(sorted(node.names() if scope == "base" else ())))
                )
                return name(column, node.kind)
            return node

        return tree.map(change)

    def rules(self) -> tuple[PlannedRule, ...]:
        pack = self.pack
        total = sum(dimension.weight for dimension in pack.dimensions)
        done: list[PlannedRule] = []
        for dimension in pack.dimensions:
            weights = sum(rule.weight for rule in dimension.rules)
            scale = (
                min((rule.low for rule in dimension.rules), default=0),
                max((rule.high for rule in dimension.rules), default=0),
            )
            scale = (min(scale[0], 0), max(scale[1], units(100)))
            for rule in dimension.rules:
                share = (
                    rule.weight * dimension.weight / weights / total
                    if dimension.combine == "mean"
                    else dimension.weight / total
                )
                applies = None if rule.applies is None else self.lift(rule.applies.tree)
                never = applies is not None and applies.op == "const" and applies.value is False
                # what never applies needs none of its inputs
                cases = tuple(PlannedCase(None, 0) if never else self.case(case) for case in rule.cases)
                done.append(PlannedRule(rule, applies, cases, max(1, int(share * 10_000 + 0.5)), scale))
        return tuple(done)

    def case(self, case: Case) -> PlannedCase:
        points = self.lift(case.points.tree) if isinstance(case.points, Expr) else case.points
        return PlannedCase(None if case.when is None else self.lift(case.when.tree), points)

    def needed(self, names: Iterable[str]) -> list[Step]:
        """The steps behind `names`, each after those it needs."""
        order: dict[str, Step] = {}

        def visit(text: str) -> None:
            if (
                text in order
                or (text in self.fields and text not in self.pack.features)
                or text in self.given
            ):
                return
            if text in self.lifted:
                step = self.lifted[text]
            elif text in self.pack.features:
                tree = self.lift(self.pack.features[text].expr.tree)
                if tree.op == "name" and tree.value == text:
                    return
                step = Step(text, "record", tree, tuple(sorted(tree.names())))
            else:
                return  # composite, score.x, gate.x
            for need in step.needs:
                visit(need)
            order[text] = step

        for text in sorted(names):
            visit(text)
        return list(order.values())


Keys = Mapping[str, tuple[Tree, ...]]
"""What rows of a breakdown are told apart by, for each table whose events stand in them; customers come first."""


def breakdown_plans(plan: Plan) -> tuple[tuple[Breakdown, Keys, Tree | None, Plan], ...]:
    """For each breakdown of the base: its keys by table and its condition ready to run, and a plan whose records are its rows.
    The features of the base are fields there."""
    pack = plan.pack
    planner = _Planner(pack, plan.as_of, plan.parameters, frozenset())
    made = [
        Field(one.id, TYPES[one.expr.tree.kind], one.title, one.unit)
        for one in pack.features.values()
        if one.expr.tree.kind in TYPES
    ]
    records = replace(pack.records, fields={**pack.records.fields, **{one.id: one for one in made}})
    bare = replace(
        pack,
        dimensions=(),
        indices=(),
        gates=(),
        tiers=(),
        findings=(),
        early_warnings=(),
        measures=(),
        breakdowns=(),
        left_out=(),
    )

    def own(breakdown: Breakdown) -> Pack:
        """A pack of the rows: keys that are columns of the customers have their names there."""
        keys = {
            str(expr.tree.value): Field(str(expr.tree.value), TYPES[expr.tree.kind], {})
            for expr in breakdown.by
            if breakdown.strategies and expr.tree.op == "name"
        }
        rows = replace(records, fields={**records.fields, **keys})
        return replace(bare, tables={**pack.tables, pack.subject: rows}, features=breakdown.figures)

    return tuple(
        (
            breakdown,
            {
                table: tuple(planner.lift(expr.tree) for expr in exprs)
                for table, exprs in {"customers": breakdown.by, **breakdown.beside}.items()
            },
            None if breakdown.where is None else planner.lift(breakdown.where.tree),
            make_plan(own(breakdown), plan.as_of, plan.parameters, every_feature=True),
        )
        for breakdown in pack.breakdowns
    )


def behind(plan: Plan, tree: Tree) -> tuple[Tree, tuple[Step, ...]]:
    """A tree in the names of the plan's pack, ready to run with the plan, and the steps it needs, each after its own."""
    planner = _Planner(plan.pack, plan.as_of, plan.parameters, frozenset(plan.given))
    lifted = planner.lift(tree)
    return lifted, tuple(planner.needed(lifted.names()))


def lifted_columns(pack: Pack, plan: Plan) -> dict[str, str]:
    """For each aggregate and figure of the base that a pack writes, as written: the column it is in a plan of the pack."""
    planner = _Planner(pack, plan.as_of, plan.parameters, frozenset(plan.given))
    trees = [feature.expr.tree for feature in pack.features.values()]
    trees += [gate.when.tree for gate in pack.gates] + [
        tier.when.tree for tier in pack.tiers if tier.when is not None
    ]
    for rule in pack.rules:
        trees += [] if rule.applies is None else [rule.applies.tree]
        for case in rule.cases:
            trees += [part.tree for part in (case.when, case.points) if isinstance(part, Expr)]
    nodes = {
        text_of(node): node for tree in trees for node in tree.walk() if node.op in ("aggregate", "base")
    }
    return {text: str(planner.lift(node).value) for text, node in nodes.items()}


def _stages(steps: list[Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps grouped so that each stage needs only columns of earlier stages; the whole-base steps apart from the others."""
    depth: dict[str, int] = {}
    for step in steps:
        below = max((depth[need] for need in step.needs if need in depth), default=-1)
        depth[step.column] = 0 if step.scope == "events" else max(below + 1, 1)
    last = max(depth.values(), default=-1)
    stages: list[tuple[Step, ...]] = []
    for level in range(last + 1):
        for scopes in (("events", "record"), ("base",)):
            found = tuple(step for step in steps if depth[step.column] == level and step.scope in scopes)
            if found:
                stages.append(found)
    return tuple(stages)
