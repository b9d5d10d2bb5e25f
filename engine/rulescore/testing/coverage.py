# SPDX-License-Identifier: Apache-2.0
"""Pack + evaluated tests -> which branches of its rules, gates and tiers the tests have been through.

A branch counts when it was taken in a test that looks at it: a test of a rule names the rule or its dimension in
its `want`. Otherwise the many rules that a test leaves missing by the way would all count as tested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ..engines.evaluator import Evaluator
from ..lang.syntax import Tree
from ..model import Pack, Rule
from ..plan import PlannedRule
from ..problems import Span
from ..scoring import ERROR, MISSING, NOT_APPLICABLE
from .evaluation import Evaluated
from .inherited import Inherited
from .missing import can_be_missing, values_of

KINDS = (
    "case",
    "part-held",
    "part-not-held",
    "missing",
    "not-applicable",
    "gate-acted",
    "gate-idle",
    "finding-held",
    "finding-idle",
    "tier",
)


class Branch(Struct, frozen=True):
    """One way a rule, gate or tier can go; `owner` is its id, `name` the case or checklist item."""

    kind: str
    owner: str
    name: str
    span: Span
    covered: bool


class Coverage(Struct, frozen=True):
    """The branches that are a pack's to test, in the order of its files; `inherited` counts those that mean the same
    in the pack it extends, called `base`, and are tested there."""

    branches: tuple[Branch, ...]
    inherited: int = 0
    base: str = ""

    @property
    def covered(self) -> int:
        return sum(branch.covered for branch in self.branches)

    @property
    def total(self) -> int:
        return len(self.branches)

    @property
    def gaps(self) -> tuple[Branch, ...]:
        return tuple(branch for branch in self.branches if not branch.covered)

    @property
    def percent(self) -> float:
        """Branches covered in a hundred, to one decimal, rounded down so that 100 means all."""
        return self.covered * 1000 // self.total / 10 if self.total else 100.0

    def of(self, kind: str) -> tuple[int, int]:
        """(covered, all) branches of a kind."""
        found = [branch.covered for branch in self.branches if branch.kind == kind]
        return sum(found), len(found)


Key = tuple[str, str, str]


def measure(pack: Pack, evaluated: Sequence[Evaluated], inherited: Inherited) -> Coverage:
    """What the tests went through, of the branches that the pack brings or changes."""
    taken: set[Key] = set()
    evaluator = Evaluator()
    for item in evaluated:
        taken.update(_taken(item, evaluator))
    branches = list(_branches(pack))
    own = tuple(
        Branch(kind, owner, name, span, (kind, owner, name) in taken)
        for kind, owner, name, span in branches
        if not inherited.has(kind, owner)
    )
    return Coverage(own, len(branches) - len(own), inherited.base)


def _branches(pack: Pack) -> Iterator[tuple[str, str, str, Span]]:
    for rule in pack.rules:
        yield from _rule_branches(pack, rule)
    for gate in pack.gates:
        for kind in ("gate-acted", "gate-idle"):
            yield kind, gate.id, "", gate.span
    for finding in pack.noted:
        for kind in ("finding-held", "finding-idle"):
            yield kind, finding.id, "", finding.span
    for tier in pack.tiers:
        yield "tier", tier.id, "", tier.span


def _rule_branches(pack: Pack, rule: Rule) -> Iterator[tuple[str, str, str, Span]]:
    for index, case in enumerate(rule.cases):
        if not (index == len(rule.cases) - 1 and _never_else(pack, rule)):
            yield "case", rule.id, str(index), case.span
        for part in case.parts:
            for kind in ("part-held", "part-not-held"):
                yield kind, rule.id, part.id, part.when.span
    if rule.applies is not None:
        yield "not-applicable", rule.id, "", rule.applies.span
    if can_be_missing(pack, rule):
        yield "missing", rule.id, "", rule.span


def _never_else(pack: Pack, rule: Rule) -> bool:
    """A lookup that lists every value there can be never comes to its `else`."""
    if rule.kind != "lookup" or rule.of is None:
        return False
    values = values_of(pack, rule.of.tree)
    listed = {case.when.tree.args[1].value for case in rule.cases if case.when is not None}
    return values is not None and values <= listed


def _taken(item: Evaluated, evaluator: Evaluator) -> Iterator[Key]:
    wants = item.test.expectations
    rules = {want.name for want in wants if want.about == "rule"}
    dimensions = {want.name for want in wants if want.about == "dimension"}
    for planned in item.plan.rules:
        if planned.rule.id in rules or planned.rule.dimension in dimensions:
            yield from _rule_taken(item, planned, evaluator)
    if any(want.about == "gates" for want in wants):
        for gate, acted in item.result.gates.items():
            if acted is not None:
                yield ("gate-acted" if acted else "gate-idle"), gate, ""
    for want in wants:
        held = item.result.values.get(want.name)
        if want.about == "feature" and isinstance(held, bool):
            yield ("finding-held" if held else "finding-idle"), want.name, ""
    if item.result.tier is not None and any(want.about == "tier" for want in wants):
        yield "tier", item.result.tier, ""


def _rule_taken(item: Evaluated, planned: PlannedRule, evaluator: Evaluator) -> Iterator[Key]:
    rule, outcome = planned.rule, item.result.outcomes[planned.rule.id]
    if outcome.case == NOT_APPLICABLE:
        yield "not-applicable", rule.id, ""
    elif outcome.case == MISSING or (outcome.case == ERROR and rule.on_missing == "fail"):
        yield "missing", rule.id, ""
    elif outcome.case >= 0:
        yield "case", rule.id, str(outcome.case)
        case, points = rule.cases[outcome.case], planned.cases[outcome.case].points
        if case.parts and isinstance(points, Tree):
            for part, condition in zip(case.parts, _conditions(points, len(case.parts)), strict=True):
                held = evaluator.value(condition, item.result.values)
                yield ("part-held" if held else "part-not-held"), rule.id, part.id


def _conditions(points: Tree, count: int) -> Iterable[Tree]:
    """The items' conditions out of a checklist's points: initial + (a if A else 0) + (b if B else 0) ..."""
    found: list[Tree] = []
    for _ in range(count):
        points, item = points.args
        found.append(item.args[0])
    return reversed(found)
