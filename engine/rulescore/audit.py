# SPDX-License-Identifier: Apache-2.0
"""Why one customer has its score: the run, replayed on the row engine and compared with what is stored, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import polars as pl

from .answers import question_node, stored_replies
from .arithmetic import UNIT
from .engines import frame as frame_engine
from .engines.row import Result, RowEngine
from .folder import INPUTS, Run
from .kinds.question import TABLE as ANSWERS
from .lang.syntax import Tree, constant, text_of
from .messages import word
from .model import (
    AT_RISK,
    AT_STAKE,
    KEPT_OUT,
    VALUE_AT_RISK,
    WARNING_LEVEL,
    Action,
    Expr,
    Finding,
    Gate,
    Index,
    Rule,
    Tier,
)
from .origins import Origins
from .packs.portfolio_table import COMPANY, OWNER, columns_read
from .plan import PlannedRule
from .portfolio import JSON as PORTFOLIO_JSON
from .problems import Fact, Problem, Span, UsageError, close_names
from .scoring import Outcome, assessed, composite_score, coverage_units, dimension_score
from .speech import Speech
from .taken import tasks
from .values import iso
from .worth import JSON as VALUATION

LANGUAGES = ("zh", "en")

Node = dict[str, Any]


def explain(run: Run, customer: str) -> Node:
    """The whole explanation of a customer as plain data; every text in both languages. UsageError for an unknown id,
    and for a run that can't be read or doesn't fit its rulesets."""
    run = run.stored
    try:
        record = _record(run, customer)
        names = {key: value for key, value in record.items() if not key.startswith("#")}
        result = RowEngine(run.plan).evaluate(names)
        return _Explainer(run, record, result).node()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).split("\n")[0][:200]
        place = Span(str(run.folder))
        raise UsageError([Problem("run-file-unreadable", "error", place, {"reason": reason})]) from error


def explain_base(run: Run) -> Node:
    """The same of the base as a whole; UsageError when the run's pack has no rules for it."""
    whole = run.stored.portfolio
    if whole is None:
        raise UsageError([Problem("no-portfolio", "error", None, {"pack": run.pack.id})])
    stored = run.folder / PORTFOLIO_JSON
    tables = json.loads(stored.read_bytes())["breakdowns"] if stored.exists() else []
    noted = [task.as_dict() for task in tasks(run.stored) or ()]
    return {**explain(whole, OWNER), "breakdowns": tables, "tasks": noted}


def value_of(run: Run) -> Node:
    """The run's valuation as plain data; UsageError when it has none."""
    path = run.folder / VALUATION
    if not path.exists():
        raise UsageError([Problem("no-valuation", "error", None, {})])
    node: Node = json.loads(path.read_bytes())
    return node


def _record(run: Run, customer: str) -> dict[str, Any]:
    """The customer's stored inputs, dates as numbers of days."""
    have = run.inputs.collect_schema().names()
    absent = [name for name in run.plan.kinds if name not in have]
    if absent:
        facts: dict[str, Fact] = {"count": len(absent), "columns": absent[:3]}
        raise UsageError([Problem("run-columns", "error", Span(INPUTS), facts)])
    frame = run.inputs.filter(pl.col(frame_engine.CUSTOMER) == customer)
    found = frame_engine.as_numbers(frame, list(run.plan.kinds), run.plan.kinds).collect()
    if not found.height:
        known = run.inputs.select(pl.col(frame_engine.CUSTOMER)).head(5_000).collect().to_series().to_list()
        close: dict[str, Fact] = {"name": customer, "close": close_names(customer, known)}
        raise UsageError([Problem("unknown-customer", "error", None, close)])
    return found.row(0, named=True)


class _Explainer:
    def __init__(self, run: Run, record: Mapping[str, Any], result: Result) -> None:
        self.run, self.record, self.result = run, record, result
        self.pack, self.plan = run.pack, run.plan
        self.speech = {language: Speech(self.pack, language, self.plan.parameters) for language in LANGUAGES}
        self.origins = Origins(run, record)
        # what the tiers' conditions may name, beside the record
        self.names = dict(result.values)
        self.names |= {f"score.{key}": _shown(score.points) for key, score in result.dimensions.items()}
        self.names |= {"composite": _shown(result.composite.points), "coverage": _shown(result.coverage)}
        self.names |= {f"gate.{key.replace('-', '_')}": acted for key, acted in result.gates.items()}
        self.names |= {f"index.{key}": _shown(points) for key, points in result.indices.items()}
        self.names |= {f"assessed.{one.id}": assessed(one, result.dimensions) for one in self.pack.indices}
        self.names["as_of"] = float(self.plan.as_of)
        self.names |= {f"param.{key}": value for key, value in self.plan.parameters.items()}

    def node(self) -> Node:
        composite = self.result.composite
        return {
            "run_id": self.run.run_id, "as_of": self.run.as_of, "customer_id": self.record[frame_engine.CUSTOMER],
            "name": self.record.get("name"), "subject": self.pack.subject, "pack": dict(self.pack.title),
            "composite": _shown(composite.points),
            "before_gates": _shown(composite_score(self.plan, self.result.dimensions).points), "low": _shown(composite.low), "high": _shown(composite.high),
            "coverage": _shown(self.result.coverage), "minimum_coverage": self.pack.minimum_coverage,
            "overrides": self.overridden(), "decimals": self.pack.composite_decimals, "tier": self.tier(), "indices": [self.index(index) for index in self.pack.indices], "gates": [self.gate(gate) for gate in self.pack.gates],
            "reasons": [{"rule": key, "title": dict(self.pack.rule(key).title)} for key in self.result.reasons],
            "dimensions": [self.dimension(one.id) for one in self.pack.dimensions if one.id not in self.pack.left_out],
            "left_out": [dict(one.title) for one in self.pack.dimensions if one.id in self.pack.left_out],
            "cycle": next((dict(one.title) for one in self.pack.cycles if one.id == self.pack.cycle), None),
            "findings": [self.finding(finding) for finding in self.pack.findings], "early_warnings": self.warnings(), "shown": [self.input(name, depth=0) for name in self.pack.shown],
            "measures": [self.measure(measure) for measure in self.pack.measures], "figures": self.figures(),
            "agrees_with_run": self.agrees(),
        }  # fmt: skip

    # ---- tier and gates ---------------------------------------------------------------------------------

    def tier(self) -> Node:
        tiers = [tier for tier, _ in self.plan.tiers]
        reached = next((tier for tier in tiers if tier.id == self.result.tier), None)
        if reached is None:
            return {"id": None, "title": None, "reason": self.result.tier_reason, "next": None, "actions": []}
        index = tiers.index(reached)
        above = tiers[index - 1] if index else None
        return {
            "id": reached.id, "title": dict(reached.title), "natural": self.result.natural_tier,
            "by_rules": next((dict(one.title) for one in tiers if one.id == self.result.tier_by_rules), None), "reason": self.result.tier_reason,
            "condition": None if reached.when is None else self.condition(reached.when),
            "next": None if above is None else self.missed(above),
            "actions": actions(reached.actions),
        }  # fmt: skip

    def index(self, index: Index) -> Node:
        """Its points, and those of the dimensions that they are the mean of."""
        titles = {one.id: dict(one.title) for one in self.pack.dimensions}
        return {
            "id": index.id, "title": dict(index.title), "why": dict(index.why), "points": _shown(self.result.indices[index.id]),
            "words": {language: self.speech[language].weighed(index) for language in LANGUAGES}, "on_missing": index.on_missing,
            "parts": [
                {"dimension": key, "title": titles[key], "weight": weight, "points": _shown(self.result.dimensions[key].points)}
                for key, weight in index.weights.items()
            ],
            "place": str(index.span), "source": list(index.source),
        }  # fmt: skip

    def overridden(self) -> list[Node]:
        """What people decided for this customer, with the words of tiers and fields."""
        titles = {tier.id: dict(tier.title) for tier, _ in self.plan.tiers}
        fields = self.pack.records.fields
        return [
            {
                **one, "tier_title": titles.get(one["tier"]), "by_rules": titles.get(self.result.tier_by_rules or ""),
                "field_title": dict(fields[one["field"]].title) if one["field"] in fields else None,
            }
            for one in (self.run.decided if self.pack.subject != COMPANY else [])
            if one["customer"] == self.record[frame_engine.CUSTOMER]
        ]  # fmt: skip

    def missed(self, tier: Tier) -> Node:
        """Each part of the condition of the next tier with whether it holds."""
        assert tier.when is not None
        tree = tier.when.tree
        parts = tree.args if tree.op == "and" else (tree,)
        return {
            "id": tier.id, "title": dict(tier.title), "condition": self.condition(tier.when),
            "parts": [{**self.words(part), "text": text_of(part), "with_values": self.with_values(part), "holds": self.value(part)} for part in parts],
        }  # fmt: skip

    def gate(self, gate: Gate) -> Node:
        return {
            "id": gate.id, "title": dict(gate.title), "acted": self.result.gates[gate.id], "action": gate.action, "target": gate.target,
            "target_title": {language: self.target(gate, language) for language in LANGUAGES},
            "limit": gate.limit if isinstance(gate.limit, str) else gate.limit / UNIT,
            "limit_title": next((dict(tier.title) for tier in self.pack.tiers if tier.id == gate.limit), None), "reason": dict(gate.reason),
            "condition": self.condition(gate.when), "place": str(gate.span),
        }  # fmt: skip

    def finding(self, finding: Finding) -> Node:
        """Whether it holds, with the amount behind it and what goes into both."""
        trees = [finding.when.tree, *([finding.amount.expr.tree] if finding.amount is not None else [])]
        names = dict.fromkeys(name for tree in trees for name in self.named(tree))
        return {
            "id": finding.id, "title": dict(finding.title), "why": dict(finding.why), "holds": self.names.get(finding.id),
            "amount": None if finding.amount is None else self.readable(finding.amount.id),
            "unit": "" if finding.amount is None else finding.amount.unit, "keeps_out": finding.keeps_out,
            "condition": self.condition(finding.when), "place": str(finding.span), "source": list(finding.source),
            "actions": actions(finding.actions), "inputs": [self.input(name, depth=0) for name in names],
        }  # fmt: skip

    def warnings(self) -> Node | None:
        """Whether the customer is on the early-warning list and with what amount, and every warning; nothing for a pack without."""
        if not self.pack.early_warnings:
            return None
        level, value = self.pack.features[WARNING_LEVEL], self.pack.features[VALUE_AT_RISK]
        return {
            "level": self.names.get(WARNING_LEVEL), "levels": {key: dict(text) for key, text in level.values.items()},
            "at_risk": self.names.get(AT_RISK), "kept_out": bool(self.names.get(KEPT_OUT)), "value": self.names.get(VALUE_AT_RISK), "unit": value.unit,
            "at_stake": self.input(AT_STAKE, depth=0),
            "warnings": [{**self.finding(one), "severity": one.severity} for one in self.pack.early_warnings],
        }  # fmt: skip

    def measure(self, measure: Finding) -> Node:
        """Whether it is called for, and what its goal rests on."""
        assert measure.goal is not None
        return {**self.finding(measure), "goal": self.condition(measure.goal), "inputs": [self.input(name, depth=0) for name in self.named(measure.goal.tree)]}  # fmt: skip

    def figures(self) -> list[Node]:
        """The features that the rules for the base as a whole read of the customer, and no rule of the customers does;
        of the base itself those of its waterfall."""
        steps = self.pack.waterfall
        if steps is not None:
            return [self.input(name, depth=0) for name in (steps.start, *steps.less, steps.end)]
        if self.pack.portfolio is None:
            return []
        scored = self.pack.names_behind(tree for rule in self.pack.rules for tree in rule.trees)
        scored |= {name for finding in self.pack.noted for tree in finding.trees for name in tree.names()}
        read = columns_read(self.pack.portfolio) - scored - set(self.pack.shown)
        return [self.input(name, depth=0) for name in self.pack.features if name in read]

    def target(self, gate: Gate, language: str) -> str:
        """What a gate acts on, as people call it."""
        if gate.target == "tier":
            return word("explain.the-tier", language)
        label = self.speech[language].plain
        return str(label("composite" if gate.target == "composite" else f"score.{gate.target}"))

    # ---- dimensions and rules ---------------------------------------------------------------------------

    def dimension(self, dimension_id: str) -> Node:
        dimension = next(d for d in self.pack.dimensions if d.id == dimension_id)
        score = self.result.dimensions[dimension_id]
        rules = self.plan.rules_of(dimension)
        counted = sum(p.rule.weight for p in rules if self.result.outcomes[p.rule.id].points is not None)
        assessed = sum(
            d.weight for d in self.pack.dimensions if self.result.dimensions[d.id].points is not None
        )
        share = Fraction(dimension.weight, assessed) if score.points is not None else Fraction(0)
        return {
            "id": dimension.id, "title": dict(dimension.title), "points": _shown(score.points),
            "before_gates": _shown(
                dimension_score(dimension, rules, self.result.outcomes, self.pack.dimension_decimals).points
            ), "low": _shown(score.low),
            "high": _shown(score.high), "coverage": _shown(coverage_units(score)), "weight": dimension.weight,
            "share": _rounded(share * 100), "combine": dimension.combine,
            "contribution": _rounded(share * Fraction(score.points or 0, UNIT)),
            "rules": [self.rule(planned, counted, share) for planned in rules],
        }  # fmt: skip

    def rule(self, planned: PlannedRule, counted: int, share: Fraction) -> Node:
        rule, outcome = planned.rule, self.result.outcomes[planned.rule.id]
        mean = next(d.combine for d in self.pack.dimensions if d.id == rule.dimension) == "mean"
        points = Fraction(outcome.points or 0, UNIT)
        within = (
            points * Fraction(rule.weight, counted)
            if mean and counted and outcome.points is not None
            else points
        )
        node: Node = {
            "id": rule.id, "title": dict(rule.title), "why": dict(rule.why), "kind": rule.kind, "state": outcome.state,
            "points": _shown(outcome.points), "best": rule.high / UNIT, "weight": rule.weight,
            "contribution": _rounded(within * share) if outcome.points is not None else None,
            "on_missing": rule.on_missing, "source": list(rule.source), "place": str(rule.span), "file": rule.span.file, "line": rule.span.line,
            "case": self.case(rule, outcome), "inputs": self.inputs(rule, outcome),
        }  # fmt: skip
        if rule.applies is not None:
            node["applies"] = self.condition(rule.applies)
        if rule.question is not None and rule.of is not None:
            node["question"] = question_node(rule, self.value(rule.of.tree), self.replies.get(rule.id, []))
        return node

    @cached_property
    def replies(self) -> dict[str, list[Node]]:
        """What the company answered to each question."""
        return stored_replies(self.run.folder, self.origins.sources.get(ANSWERS, ()), self.plan.parameters)

    def case(self, rule: Rule, outcome: Outcome) -> Node | None:
        if outcome.case < 0:
            return None
        case = rule.cases[outcome.case]
        node: Node = {
            "index": outcome.case, "id": case.id, "place": str(case.span), "line": case.span.line,
            "reason": dict(case.reason) if case.reason else None, "condition": self.condition(case.when) if case.when else None,
        }  # fmt: skip
        if isinstance(case.points, Expr):
            node["points"] = self.condition(case.points)
        if case.parts:
            node["parts"] = [
                {
                    "id": part.id,
                    "title": dict(part.title),
                    "points": part.points / UNIT,
                    **self.condition(part.when),
                }
                for part in case.parts
            ]
        return node

    def inputs(self, rule: Rule, outcome: Outcome) -> list[Node]:
        """The values that went in, each with where it came from; features open up to what they are made of."""
        trees = [rule.of.tree] if rule.of else []
        trees += [rule.applies.tree] if rule.applies else []
        for case in rule.cases:
            trees += [case.when.tree] if case.when else []
            trees += [case.points.tree] if isinstance(case.points, Expr) else []
        names = dict.fromkeys(name for tree in trees for name in self.named(tree))
        return [self.input(name, depth=0) for name in names]

    def named(self, tree: Tree) -> list[str]:
        """What a tree reads, in order: fields, features, aggregates and figures of the base by their text."""
        if tree.op in ("aggregate", "base"):
            return [text_of(self.settled(tree))]
        if tree.op == "name":
            name = str(tree.value)
            return [] if name == "as_of" or name.startswith("param.") else [name]
        return [name for arg in tree.args for name in self.named(arg)]

    def settled(self, tree: Tree) -> Tree:
        """Parameters and the as-of date as the constants they were, as in the names of aggregates."""

        def change(node: Tree) -> Tree:
            if node.op == "name" and node.value == "as_of":
                return constant(self.plan.as_of, "date")
            if node.op == "name" and str(node.value).startswith("param."):
                return constant(self.plan.parameters[str(node.value)[6:]])
            return node

        return tree.map(change)

    def input(self, name: str, depth: int) -> Node:
        node: Node = {"name": name, "value": self.readable(name)}
        if isinstance(node["value"], str):
            of = Tree("name", value=name, kind="text")
            node["value_words"] = {
                language: self.speech[language].value_word(of, node["value"]) for language in LANGUAGES
            }
        feature = self.pack.features.get(name)
        field = self.pack.records.fields.get(name)
        if feature is not None:
            node |= {
                "title": dict(feature.title),
                "unit": feature.unit,
                "expression": feature.expr.text,
                "place": str(feature.span),
            }
            node |= {"words": self.words(feature.expr.tree)["words"]}
            if depth < 6:
                node["inputs"] = [
                    self.input(part, depth + 1) for part in dict.fromkeys(self.named(feature.expr.tree))
                ]
        elif field is not None:
            node |= {"title": dict(field.title), "unit": field.unit, "cells": self.origins.of_customer(name)}
        else:
            step = next((step for step in self.plan.steps if step.column == name), None)
            if step is not None:
                node |= {
                    "title": {language: self.speech[language].words(step.tree) for language in LANGUAGES},
                    "unit": "",
                }
                if step.scope == "events":
                    node["cells"] = self.origins.of_events(step.tree)
                elif depth < 6:
                    node["inputs"] = [
                        self.input(part, depth + 1)
                        for part in dict.fromkeys(name for arg in step.tree.args for name in self.named(arg))
                    ]
        return node

    # ---- words and values -------------------------------------------------------------------------------

    def condition(self, expr: Expr) -> Node:
        return {
            "text": expr.text,
            **self.words(expr.tree),
            "with_values": self.with_values(expr.tree),
            "value": self.value(expr.tree),
        }

    def words(self, tree: Tree) -> Node:
        return {"words": {language: self.speech[language].words(tree) for language in LANGUAGES}}

    def lifted(self, tree: Tree) -> Tree:
        """Aggregates and figures of the base as names of their columns."""

        def change(node: Tree) -> Tree:
            if node.op in ("aggregate", "base"):
                return Tree("name", value=text_of(node), kind=node.kind)
            return node

        return self.settled(tree).map(change)

    def value(self, tree: Tree) -> Any:
        from .engines.evaluator import Evaluator

        value = Evaluator().value(self.lifted(tree), self.names)
        return iso(int(value)) if tree.kind == "date" and value is not None else value

    def with_values(self, tree: Tree) -> str:
        """The expression with the customer's values in place of names; `?` where one is missing."""

        def change(node: Tree) -> Tree:
            if node.op != "name":
                return node
            value = self.names.get(str(node.value))
            if value is None:
                return Tree("name", value="?", kind=node.kind)
            if node.kind == "number":
                value = float(f"{value:.6g}") if abs(value) < 1e6 else float(round(value, 2))
            return constant(value, node.kind)

        return text_of(self.lifted(tree).map(change))

    def readable(self, name: str) -> Any:
        value = self.names.get(name)
        return iso(int(value)) if value is not None and self.plan.kinds.get(name) == "date" else value

    def agrees(self) -> bool:
        """Whether the replay equals what the run stores."""
        stored = (
            self.run.trace.filter(pl.col(frame_engine.CUSTOMER) == self.record[frame_engine.CUSTOMER])
            .collect()
            .row(0, named=True)
        )
        result = self.result
        tiers = [tier.id for tier, _ in self.plan.tiers]
        expected: dict[str, Any] = {
            f"composite.{part}": getattr(result.composite, part) for part in ("points", "low", "high")
        }
        expected["composite.coverage"] = result.coverage
        expected["tier.index"] = None if result.tier is None else tiers.index(result.tier)
        expected |= {f"{key}.points": score.points for key, score in result.dimensions.items()}
        expected |= {f"index.{key}.points": points for key, points in result.indices.items()}
        expected |= {f"gate.{key}": acted for key, acted in result.gates.items()}
        for rule_id, outcome in result.outcomes.items():
            expected |= {f"{rule_id}.case": outcome.case, f"{rule_id}.points": outcome.points}
        return all(stored[name] == value for name, value in expected.items())


def actions(given: tuple[Action, ...]) -> list[Node]:
    """Measures as plain data."""
    return [
        {"title": dict(one.title), "owner": dict(one.owner) if one.owner else None, "due": one.due}
        for one in given
    ]


def _shown(number: int | None) -> float | None:
    return None if number is None else number / UNIT


def _rounded(value: Fraction) -> float:
    """To four decimals, half up."""
    return float(Fraction((2 * value * UNIT + 1) // 2, UNIT))
