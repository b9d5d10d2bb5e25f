# SPDX-License-Identifier: Apache-2.0
"""The rules of a run in words, once a case, each with how often it held."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import polars as pl

from ...arithmetic import UNIT, points_text
from ...folder import Run
from ...handbook.rules import bound_text, case_points, condition, knots, missing_words, subject
from ...model import Gate, Rule
from ...scoring import STATES
from .words import Words

Node = dict[str, Any]


def dimensions(words: Words) -> list[Node]:
    """Each dimension with its share of the composite, and its rules."""
    pack = words.pack
    total = sum(dimension.weight for dimension in pack.dimensions)
    held = _held(words.run)
    return [
        {
            "id": dimension.id, "title": words.text(dimension.title), "why": words.text(dimension.why), "weight": dimension.weight,
            "share": dimension.weight / total, "combine": dimension.combine, "left_out": dimension.id in pack.left_out,
            "rules": [_rule(words, rule, held[rule.id]) for rule in dimension.rules],
        }
        for dimension in pack.dimensions
    ]  # fmt: skip


def left_out(words: Words) -> str:
    """The dimensions that the cycle does not compute, with its reason, as a sentence; empty without any."""
    pack = words.pack
    titles = [words.text(one.title) for one in pack.dimensions if one.id in pack.left_out]
    if not titles:
        return ""
    cycle = next(one for one in pack.cycles if one.id == pack.cycle)
    why = words.tell("left-out-why", why=words.text(cycle.why)) if words.text(cycle.why) else ""
    return words.tell(
        "left-out", cycle=words.text(cycle.title), titles=words.tell("comma").join(titles), why=why
    )


def indices(words: Words) -> list[Node]:
    """Each index in words."""
    return [
        {
            "id": index.id, "title": words.text(index.title), "why": words.text(index.why), "words": words.weighed(index),
            "sources": words.sources(index.source), "place": str(index.span),
        }
        for index in words.pack.indices
    ]  # fmt: skip


def gates(words: Words) -> list[Node]:
    """Each gate in words, with how many it acted on and for how many it is undecided."""
    asked = []
    for gate in words.pack.gates:
        column = pl.col(f"gate.{gate.id}")
        asked += [column.sum().alias(f"{gate.id}|acted"), column.null_count().alias(f"{gate.id}|unknown")]
    counts = words.run.trace.select(asked).collect(engine="streaming").row(0, named=True) if asked else {}
    return [
        {
            "id": gate.id, "title": words.text(gate.title), "effect": _effect(words, gate), "reason": words.text(gate.reason),
            "words": words.words(gate.when.tree), "place": str(gate.span),
            "acted": counts[f"{gate.id}|acted"], "unknown": counts[f"{gate.id}|unknown"],
        }
        for gate in words.pack.gates
    ]  # fmt: skip


def _held(run: Run) -> dict[str, dict[int, int]]:
    """For each rule how often each case held; states below zero."""
    found: dict[str, dict[int, int]] = {}
    columns = run.trace.select(f"{rule.id}.case" for rule in run.pack.rules).collect(engine="streaming")
    for rule in run.pack.rules:
        counts = columns[f"{rule.id}.case"].value_counts()
        found[rule.id] = dict(counts.iter_rows())
    return found


def _rule(words: Words, rule: Rule, held: Mapping[int, int]) -> Node:
    return {
        "id": rule.id, "title": words.text(rule.title), "why": words.text(rule.why), "kind": rule.kind, "weight": rule.weight,
        "low": rule.low / UNIT, "best": rule.high / UNIT, "place": str(rule.span), "sources": words.sources(rule.source),
        "subject": subject(words, rule.of) if rule.of is not None and rule.question is None else "",
        "applies": words.tell("other-cycles") if rule.dimension in words.pack.left_out else words.words(rule.applies.tree) if rule.applies is not None else "",
        "if_missing": missing_words(words, rule),
        "cases": [
            {**case, "count": held.get(index, 0), "place": str(rule.cases[index].span)}
            for index, case in enumerate(_cases(words, rule))
        ],
        "states": {name: held.get(code, 0) for code, name in STATES.items()},
        "inputs": _inputs(words, rule),
    }  # fmt: skip


def _cases(words: Words, rule: Rule) -> list[Node]:
    """Condition, points and reason of each case; of a scale the stretch between two of its knots."""
    if rule.kind == "scale" and rule.of is not None:
        return _stretches(words, rule)
    if rule.kind == "formula":
        reach = words.tell("between", low=points_text(rule.low), high=points_text(rule.high))
        formula = words.say("formula", words=case_points(words, rule.cases[0]))
        return [{"words": formula, "points": reach, "reason": "", "parts": []}]
    found = []
    for case in rule.cases:
        parts = [
            f"{words.text(part.title)}{words.tell('colon')}{words.words(part.when.tree)} → {points_text(part.points)}"
            for part in case.parts
        ]
        found.append({
            "words": words.tell("items") if parts else condition(words, rule, case),
            "points": words.tell("sum") if parts else case_points(words, case),
            "reason": words.text(case.reason), "parts": parts,
        })  # fmt: skip
    return found


def _stretches(words: Words, rule: Rule) -> list[Node]:
    assert rule.of is not None
    tree, ends = rule.of.tree, knots(rule)
    shown = [(bound_text(words, tree, x), points_text(y)) for x, y in ends]
    found = [(words.say("bound.up-to", value=shown[0][0]), shown[0][1])]
    for (low, low_points), (high, high_points) in pairwise(shown):
        between = words.tell("between", low=low, high=high)
        sloped = words.tell("between", low=low_points, high=high_points)
        found.append((between, low_points if low_points == high_points else sloped))
    found.append((words.say("bound.above", value=shown[-1][0]), shown[-1][1]))
    return [{"words": text, "points": points, "reason": "", "parts": []} for text, points in found]


def _effect(words: Words, gate: Gate) -> str:
    if gate.target == "tier":
        limit = next(words.text(tier.title) for tier in words.pack.tiers if tier.id == gate.limit)
        target = words.say("the-tier")
    else:
        limit = points_text(int(gate.limit))
        titles = {dimension.id: words.text(dimension.title) for dimension in words.pack.dimensions}
        target = titles.get(gate.target, words.say("composite"))
    return words.say(gate.action, target=target, limit=limit)


def _inputs(words: Words, rule: Rule) -> list[str]:
    """The names that a rule reads, as the run's plan has them."""
    planned = next(planned for planned in words.run.plan.rules if planned.rule.id == rule.id)
    trees = [planned.applies] if planned.applies is not None else []
    for case in planned.cases:
        trees += [tree for tree in (case.when, case.points) if tree is not None and not isinstance(tree, int)]
    if rule.question is not None:  # its answers have a chapter of their own
        return []
    known = words.run.plan.kinds
    return list(dict.fromkeys(name for tree in trees for name in sorted(tree.names()) if name in known))
