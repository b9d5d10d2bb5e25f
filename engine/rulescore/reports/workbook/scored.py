# SPDX-License-Identifier: Apache-2.0
"""A run whose scores the workbook recomputes: its rules in words, its conditions as formulas, and where each parameter stands."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from ...arithmetic import UNIT
from ...folder import Run
from ...model import Dimension, Rule
from ...packs.indices import names_of
from ...plan import PlannedRule
from ..content import rules
from ..content.words import Words
from .conditions import Conditions
from .formulas import States
from .sheets import Book

Node = dict[str, Any]


class Scored(Struct):
    """`at` holds the address of each parameter once its sheet is made: `weight.<rule>`, `low.<rule>`, `high.<rule>`,
    `cases.<rule>`, `dimension.<id>`, `initial.<id>`, `min.<id>`, `max.<id>`, `limit.<gate>`, `weight-of.<index>.<dimension>`, `tiers`, `minimum`, `cap`,
    `threshold.<n>`, `param.<id>`."""

    run: Run
    words: Words
    scope: str
    states: States
    dimensions: list[Node] = []
    gates: list[Node] = []
    conditions: Conditions = field(default_factory=Conditions)
    gate_formulas: dict[str, tuple[str, str]] = {}
    tier_formulas: list[tuple[str, bool]] = []
    at: dict[str, str] = {}

    @property
    def rules(self) -> list[tuple[Dimension, PlannedRule, Node]]:
        """Every rule with its dimension and its words, dimensions one after another."""
        return [
            (dimension, planned, node)
            for dimension, told in zip(self.run.pack.dimensions, self.dimensions, strict=True)
            for planned, node in zip(self.run.plan.rules_of(dimension), told["rules"], strict=True)
        ]

    def label(self, code: int) -> int | str:
        """What stands for an outcome: the number of the case, counted from 1, or the word of a state."""
        states = {-1: self.states.missing, -2: self.states.not_applicable, -3: self.states.error}
        return code + 1 if code >= 0 else states[code]

    def outcomes(self, rule: Rule, node: Node) -> list[tuple[int, str, str, int]]:
        """(code, words, reason, how often) of every outcome that a rule can have."""
        found = [
            (index, case["words"], case["reason"], case["count"]) for index, case in enumerate(node["cases"])
        ]
        tell, states = self.words.tell, node["states"]
        found.append((-1, tell("if-missing") + tell("colon") + node["if_missing"], "", states["missing"]))
        if rule.applies is not None:
            found.append((-2, tell("applies", words=node["applies"]), "", states["not_applicable"]))
        if rule.on_missing == "fail" or rule.cases[-1].when is not None:
            found.append((-3, tell("state.error"), "", states["error"]))
        return found

    def told(self, rule: str, code: int) -> str:
        """An outcome in words."""
        planned, node = next((planned, node) for _, planned, node in self.rules if planned.rule.id == rule)
        return next(
            told(text, node, own) for own, text, _, _ in self.outcomes(planned.rule, node) if own == code
        )


def scored(run: Run, words: Words, book: Book, scope: str) -> Scored:
    """Reads the rules of a run and turns the conditions of gates and tiers into formulas as far as they speak of scores."""
    states = States(*(book.tell(f"state.{name}") for name in ("missing", "not-applicable", "error")))
    made = Scored(run, words, scope, states, rules.dimensions(words), rules.gates(words))
    pack, plan = run.pack, run.plan
    scores = frozenset(f"score.{dimension.id}" for dimension in pack.dimensions)
    whole = scores | {"composite", "coverage"} | names_of(pack.indices).keys()
    for gate, tree in plan.gates:
        live = {"composite": scores, "tier": whole}.get(gate.target, frozenset())
        if tree.names() & live:
            title = words.text(gate.title)
            holds, is_live = made.conditions.template(title, gate.when.tree, tree, live)
            if is_live:
                fails, _ = made.conditions.template(title, gate.when.tree, tree, live, want=False)
                made.gate_formulas[gate.id] = (holds, fails)
    known = whole | {f"gate.{gate.id.replace('-', '_')}" for gate in pack.gates}
    for tier, planned in plan.tiers:
        if planned is None or tier.when is None:
            continue
        made.tier_formulas.append(
            made.conditions.template(words.text(tier.title), tier.when.tree, planned, known)
        )
    return made


def computed(rule: Rule, code: int) -> bool:
    """Whether the points of an outcome come from an expression, so that they can't be looked up."""
    return code >= 0 and not isinstance(rule.cases[code].points, int)


def spans(rule: Rule) -> bool:
    """Whether the least and most points of a rule are those of its cases."""
    return all(isinstance(case.points, int) for case in rule.cases)


def plain(units: int | None) -> float | None:
    """Units as points."""
    return None if units is None else units / UNIT


def told(text: str, node: Node, code: int) -> str:
    """The case in words; of a band also what is measured, of a checklist its items."""
    if code < 0:
        return text
    parts = node["cases"][code]["parts"]
    return "\n".join([text, *parts]) if parts else f"{node['subject']} · {text}" if node["subject"] else text
