# SPDX-License-Identifier: Apache-2.0
"""Pack + rule -> whether the rule can come out missing, and which values a tree can take.

A rule whose inputs are all guarded (`is_missing`, `coalesce`) has no missing branch to test. Each tree is evaluated
on what is merely known of its inputs: the set of true, false, some value, and missing that it could be. Inputs are
tried all there, each one away, each two away, and all away.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from ..lang.syntax import Tree
from ..model import Expr, Pack, Rule

TRUE, FALSE, SOME, MISSING = "true", "false", "some", "missing"
Could = frozenset[str]

_KNOWN_BOOL: Could = frozenset({TRUE, FALSE})
_KNOWN: Could = frozenset({SOME})
_GONE: Could = frozenset({MISSING})

NEVER_MISSING = ("count", "count_distinct")
"""Aggregates that have a value whenever their table is supplied."""

PARTIAL = ("sqrt", "log", "exp", "shift_days", "shift_months", "share", "group_sum", "group_share")
"""Functions that can be missing though no argument is."""


def can_be_missing(pack: Pack, rule: Rule) -> bool:
    """Whether some customer could leave the rule missing; in doubt, yes."""
    trees = [] if rule.applies is None else [rule.applies.tree]
    for case in rule.cases:
        trees += [part.tree for part in (case.when, case.points) if isinstance(part, Expr)]
    inputs = sorted({name for tree in trees for name in _inputs(pack, tree)})
    return any(_rule_missing(_Guess(pack, frozenset(away)), rule) for away in _absences(inputs))


def _absences(inputs: list[str]) -> Iterator[tuple[str, ...]]:
    yield ()
    for count in (1, 2):
        yield from combinations(inputs, count)
    yield tuple(inputs)


def _inputs(pack: Pack, tree: Tree) -> Iterator[str]:
    """The fields and event tables that a tree rests on, through its features."""
    for node in tree.walk():
        if node.op == "aggregate":
            yield f"{node.table}."
        elif node.op == "name" and str(node.value) in pack.features:
            yield from _inputs(pack, pack.features[str(node.value)].expr.tree)
        elif node.op == "name" and str(node.value) in pack.records.fields and node.value != pack.records.key:
            yield str(node.value)


def _rule_missing(guess: _Guess, rule: Rule) -> bool:
    if rule.applies is not None:
        applies = guess.of(rule.applies.tree)
        if MISSING in applies or TRUE not in applies:
            return MISSING in applies
    for case in rule.cases:
        held = frozenset({TRUE}) if case.when is None else guess.of(case.when.tree)
        if MISSING in held:
            return True
        if TRUE in held and isinstance(case.points, Expr) and MISSING in guess.of(case.points.tree):
            return True
        if FALSE not in held:
            return False
    return False


class _Guess:
    """What trees could be while the inputs `away` are missing and all others are not."""

    def __init__(self, pack: Pack, away: frozenset[str]) -> None:
        self.pack, self.away = pack, away
        self.features: dict[str, Could] = {}

    def of(self, tree: Tree) -> Could:
        match tree.op:
            case "const":
                return frozenset({TRUE if tree.value else FALSE}) if tree.kind == "bool" else _KNOWN
            case "name":
                return self.name(str(tree.value), tree.kind)
            case "and" | "or":
                return self.joined([self.of(arg) for arg in tree.args], FALSE if tree.op == "and" else TRUE)
            case "not":
                return frozenset(
                    {TRUE: FALSE, FALSE: TRUE}.get(could, could) for could in self.of(tree.args[0])
                )
            case "if":
                test, then, other = (self.of(arg) for arg in tree.args)
                return (
                    (then if TRUE in test else frozenset())
                    | (other if FALSE in test else frozenset())
                    | (test & _GONE)
                )
            case "aggregate":
                return self.aggregate(tree)
            case "call" if tree.value == "is_missing":
                value = self.of(tree.args[0])
                return frozenset({TRUE} if MISSING in value else ()) | frozenset(
                    {FALSE} if value - _GONE else ()
                )
            case "call" if tree.value == "coalesce":
                return self.coalesced([self.of(arg) for arg in tree.args])
        known = _KNOWN_BOOL if tree.kind == "bool" else _KNOWN
        args = [self.of(arg) for arg in tree.args]
        missing = any(MISSING in arg for arg in args) or self.partial(tree)
        return (known if all(arg - _GONE for arg in args) else frozenset()) | (
            _GONE if missing else frozenset()
        )

    def name(self, name: str, kind: str) -> Could:
        if name in self.pack.features:
            if name not in self.features:
                self.features[name] = self.of(self.pack.features[name].expr.tree)
            return self.features[name]
        if name in self.away:
            return _GONE
        return _KNOWN_BOOL if kind == "bool" else _KNOWN

    def aggregate(self, tree: Tree) -> Could:
        if f"{tree.table}." in self.away:
            return _GONE
        known = _KNOWN_BOOL if tree.kind == "bool" else _KNOWN
        return known if tree.value in NEVER_MISSING else known | _GONE

    def joined(self, args: list[Could], decisive: str) -> Could:
        """Kleene's and / or: the decisive value wins, then missing."""
        found = args[0]
        for arg in args[1:]:
            pairs = product(found, arg)
            found = frozenset(
                decisive if decisive in pair else MISSING if MISSING in pair else pair[0] for pair in pairs
            )
        return found

    def coalesced(self, args: list[Could]) -> Could:
        found: Could = frozenset()
        for arg in args:
            found |= arg - _GONE
            if MISSING not in arg:
                return found
        return found | _GONE

    def partial(self, tree: Tree) -> bool:
        """Whether the operation itself can have no result: a division by what may be zero, a root, a far date."""
        if tree.op == "arith" and tree.value in ("/", "//", "%", "**"):
            right = tree.args[1]
            safe = right.op == "const" and isinstance(right.value, float)
            if tree.value == "**":
                return not (
                    safe
                    and isinstance(right.value, float)
                    and right.value >= 0
                    and right.value == int(right.value)
                )
            return not (safe and right.value != 0)
        return tree.value in PARTIAL and tree.op in ("call", "base")


def values_of(pack: Pack, tree: Tree) -> frozenset[object] | None:
    """The known values that a tree can take when they are few and listed; None when they are not."""
    match tree.op:
        case "const":
            return frozenset({tree.value})
        case "name":
            name = str(tree.value)
            if name in pack.features:
                return values_of(pack, pack.features[name].expr.tree)
            listed = pack.records.fields[name].values if name in pack.records.fields else ()
            if listed:
                return frozenset(listed)
        case "if":
            return _union(pack, tree.args[1:])
        case "call" if tree.value == "coalesce":
            return _union(pack, tree.args)
    return frozenset({True, False}) if tree.kind == "bool" else None


def _union(pack: Pack, trees: tuple[Tree, ...]) -> frozenset[object] | None:
    found = [values_of(pack, tree) for tree in trees]
    known = [values for values in found if values is not None]
    return frozenset().union(*known) if len(known) == len(found) else None
