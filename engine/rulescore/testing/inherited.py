# SPDX-License-Identifier: Apache-2.0
"""A pack and the pack it extends -> which rules and gates mean the same in both, and whether all tiers do.

What means the same is tested once, by the base's own tests. A rule or gate means the same when its cases, condition,
missing policy and limits are equal, and so is everything they rest on, directly or through features: expressions of
features, values of parameters, fields of the dictionary, scores of dimensions. A tier rests on the whole pack.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from msgspec import Struct

from ..lang.syntax import Tree, text_of
from ..model import Expr, Gate, Pack, Rule


class Inherited(Struct, frozen=True):
    """What a pack takes over from its base, called `base`, without a change of meaning."""

    base: str = ""
    rules: frozenset[str] = frozenset()
    gates: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    tiers: bool = False

    def has(self, kind: str, owner: str) -> bool:
        """Whether a branch of this kind and owner is the base's to test."""
        if kind == "tier":
            return self.tiers
        of = {"gate": self.gates, "finding": self.findings}.get(kind.partition("-")[0], self.rules)
        return owner in of


def inherited(pack: Pack, base: Pack) -> Inherited:
    """What is the same in both."""
    own, theirs = _Meaning(pack), _Meaning(base)
    rules, gates = own.same(own.rules, theirs.rules), own.same(own.gates, theirs.gates)
    findings = own.same(own.findings, theirs.findings)
    return Inherited(base.id, rules, gates, findings, own.whole() == theirs.whole())


class _Meaning:
    """What the parts of a pack mean, as values that are equal when the meanings are."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.fields = pack.fields
        self.rules = {rule.id: self.rule(rule) for rule in pack.rules}
        self.gates = {gate.id: self.gate(gate) for gate in pack.gates}
        self.findings: dict[str, Hashable] = {
            one.id: (one.keeps_out, self.rests_on(one.trees)) for one in pack.noted
        }

    @staticmethod
    def same(own: dict[str, Hashable], theirs: dict[str, Hashable]) -> frozenset[str]:
        return frozenset(name for name, meaning in own.items() if theirs.get(name) == meaning)

    def rule(self, rule: Rule) -> Hashable:
        cases = tuple(
            (case.id, _text(case.when), _text(case.points), tuple(item.id for item in case.parts))
            for case in rule.cases
        )
        policy = (rule.on_missing, rule.missing_points, rule.low, rule.high)
        return (rule.kind, cases, _text(rule.applies), policy, self.rests_on(rule.trees))

    def gate(self, gate: Gate) -> Hashable:
        return (
            text_of(gate.when.tree),
            gate.action,
            gate.target,
            gate.limit,
            self.rests_on([gate.when.tree]),
        )

    def whole(self) -> Hashable:
        pack = self.pack
        tiers = tuple(
            (tier.id, _text(tier.when), self.rests_on([tier.when.tree] if tier.when else []))
            for tier in pack.tiers
        )
        limits = (pack.minimum_coverage, pack.coverage_cap)
        return (self.composite(), tuple(self.gates.items()), tiers, limits)

    def rests_on(self, trees: Iterable[Tree]) -> Hashable:
        """The meaning of every name that the trees use, directly or through features."""
        found: dict[str, Hashable] = {}
        waiting = list(trees)
        while waiting:
            tree = waiting.pop()
            for node in tree.walk():
                if node.op == "aggregate":
                    table = self.pack.tables[node.table]
                    found[f"{table.id}."] = (table.customer, table.date)
            for name in tree.names() - set(found):
                found[name] = self.name(name)
                if name in self.pack.features:
                    waiting.append(self.pack.features[name].expr.tree)
        return frozenset(found.items())

    def name(self, name: str) -> Hashable:
        if name in self.pack.features:
            return text_of(self.pack.features[name].expr.tree)
        if name in self.fields:
            _, field = self.fields[name]
            return (field.type, field.unit, field.min, field.max, field.values)
        if name.startswith("param."):
            return tuple((start, value) for start, value, _ in self.pack.parameters[name[6:]].values)
        if name.startswith("score."):
            return next(
                self.dimension(index) for index, d in enumerate(self.pack.dimensions) if d.id == name[6:]
            )
        if name.startswith(("index.", "assessed.")):
            return self.index(name.partition(".")[2])
        if name in ("composite", "coverage"):
            return self.composite()
        if name.startswith("gate."):
            return {key.replace("-", "_"): meaning for key, meaning in self.gates.items()}[name[5:]]
        return name

    def dimension(self, index: int) -> Hashable:
        dimension = self.pack.dimensions[index]
        rules = tuple((rule.id, rule.weight, self.rules[rule.id]) for rule in dimension.rules)
        limits = (dimension.combine, dimension.initial, dimension.min, dimension.max)
        return (dimension.id, limits, rules, self.pack.dimension_decimals)

    def index(self, name: str) -> Hashable:
        index = next(one for one in self.pack.indices if one.id == name)
        return (tuple(index.weights.items()), index.on_missing, self.composite())

    def composite(self) -> Hashable:
        dimensions = tuple(
            (dimension.weight, self.dimension(index)) for index, dimension in enumerate(self.pack.dimensions)
        )
        return (dimensions, self.pack.composite_decimals)


def _text(part: Expr | int | None) -> Hashable:
    return text_of(part.tree) if isinstance(part, Expr) else part
