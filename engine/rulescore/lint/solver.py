# SPDX-License-Identifier: Apache-2.0
"""Conditions -> in which situations each is true and false, when there are few enough situations to try them all.

A condition speaks of *subjects* (a field, a feature, an aggregate, any sub-tree) by comparing them with constants. As
many values of a subject as the constants tell apart stand for all its values; a *situation* gives each subject one of
them. A set of situations is an integer, one bit each, so that a whole condition costs a few operations.

Subjects are taken to be independent of each other, which allows more situations than there may be: what holds in none
holds never; that something holds in one is certain only when `independent`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import reduce

from msgspec import Struct

from ..lang.syntax import Tree
from .extents import Constant, World
from .subjects import Subject, choose, constant, is_pair, pair_key, steps

MOST_SITUATIONS = 20_000

_TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Truth(Struct, frozen=True):
    """The situations where a condition is true and where it is false; in the others it is missing."""

    yes: int
    no: int


class Space:
    """The situations that some conditions tell apart. `ranges`: only values inside the extents; `missing`: every
    subject may be missing as well (otherwise only those that `is_missing` or `coalesce` ask about)."""

    def __init__(
        self, trees: Iterable[Tree], world: World, ranges: bool = True, missing: bool = False
    ) -> None:
        self.world, self.ranges, self.missing = world, ranges, missing
        self.subjects: dict[Tree, Subject] = {}
        for tree in trees:
            self._visit(tree, missing)
        for subject in self.subjects.values():
            choose(subject, world, ranges)
        self.count = math.prod(len(subject.values) for subject in self.subjects.values())
        self.too_large = not 0 < self.count <= MOST_SITUATIONS
        self.all = 0 if self.too_large else (1 << self.count) - 1
        if not self.too_large:
            self._lay_out()

    # ---- which subjects there are ------------------------------------------------------------------------

    def _visit(self, tree: Tree, missing: bool) -> None:
        """Notes the subjects of a condition."""
        match tree.op:
            case "const":
                return
            case "and" | "or" | "not" | "if":
                for arg in tree.args:
                    self._visit(arg, missing)
            case "compare":
                for left, right, sign in steps(tree):
                    self._visit_step(left, right, sign, missing)
            case "in":
                self._visit_value(tree.args[0], [constant(arg) for arg in tree.args[1:]], missing)
            case "call" if tree.value == "coalesce":
                for arg in tree.args:
                    self._visit(arg, True)
            case "call" if tree.value == "is_missing":
                (arg,) = tree.args
                if arg.kind == "bool":
                    self._visit(arg, True)
                else:
                    self._visit_value(arg, [], True)
            case _:
                self._subject(tree, missing)

    def _visit_step(self, left: Tree, right: Tree, sign: str, missing: bool) -> None:
        if is_pair(left, right, sign):
            self._subject(pair_key(left, right), missing).pair = True
        elif right.op == "const":
            self._visit_value(left, [constant(right)], missing)
        else:
            self._visit_value(right, [constant(left)], missing)

    def _visit_value(self, tree: Tree, cuts: list[Constant], missing: bool) -> None:
        if tree.op == "const":
            return
        if tree.op == "call" and tree.value == "coalesce":
            for arg in tree.args:
                self._visit_value(arg, cuts, True)
        elif tree.op == "if":
            self._visit(tree.args[0], missing)
            self._visit_value(tree.args[1], cuts, missing)
            self._visit_value(tree.args[2], cuts, missing)
        else:
            self._subject(tree, missing).cuts.update(cuts)

    def _subject(self, tree: Tree, missing: bool) -> Subject:
        subject = self.subjects.setdefault(tree, Subject(tree))
        subject.missing = subject.missing or missing
        return subject

    def _lay_out(self) -> None:
        stride = 1
        for subject in self.subjects.values():
            size = len(subject.values)
            period = stride * size
            repeated = ((1 << self.count) - 1) // ((1 << period) - 1)
            block = (1 << stride) - 1
            subject.masks = [(block << (index * stride)) * repeated for index in range(size)]
            stride = period

    # ---- truth ------------------------------------------------------------------------------------------------

    def truth(self, tree: Tree) -> Truth:
        match tree.op:
            case "const":
                return Truth(self.all, 0) if tree.value else Truth(0, self.all)
            case "and" | "or":
                parts = [self.truth(arg) for arg in tree.args]
                every, some = (
                    (operator.and_, operator.or_) if tree.op == "and" else (operator.or_, operator.and_)
                )
                return Truth(
                    reduce(every, (part.yes for part in parts)), reduce(some, (part.no for part in parts))
                )
            case "not":
                inner = self.truth(tree.args[0])
                return Truth(inner.no, inner.yes)
            case "if":
                test, then, other = (self.truth(arg) for arg in tree.args)
                return Truth(
                    test.yes & then.yes | test.no & other.yes, test.yes & then.no | test.no & other.no
                )
            case "compare":
                parts = [self._step(*step) for step in steps(tree)]
                return Truth(
                    reduce(operator.and_, (part.yes for part in parts)),
                    reduce(operator.or_, (part.no for part in parts)),
                )
            case "in":
                allowed = {constant(arg) for arg in tree.args[1:]}
                return self._where(self.value(tree.args[0]), lambda value: value in allowed)
            case "call" if tree.value == "coalesce":
                yes = no = 0
                left = self.all
                for part in (self.truth(arg) for arg in tree.args):
                    yes, no = yes | part.yes & left, no | part.no & left
                    left &= ~(part.yes | part.no)
                return Truth(yes, no)
            case "call" if tree.value == "is_missing":
                (arg,) = tree.args
                if arg.kind == "bool":
                    known = self.truth(arg)
                    return Truth(self.all & ~(known.yes | known.no), known.yes | known.no)
                missing = self.value(arg).get(None, 0)
                return Truth(missing, self.all & ~missing)
        return self._where(self.value(tree), bool)

    def _step(self, left: Tree, right: Tree, sign: str) -> Truth:
        test = _TESTS[sign]
        if is_pair(left, right, sign):
            key = pair_key(left, right)
            turned = key.args[0] is not left
            return self._where(self.value(key), lambda value: test(-value if turned else value, 0.0))  # type: ignore[operator,arg-type]
        if right.op == "const":
            bound = constant(right)
            return self._where(self.value(left), lambda value: test(value, bound))  # type: ignore[arg-type]
        bound = constant(left)
        return self._where(self.value(right), lambda value: test(bound, value))  # type: ignore[arg-type]

    def _where(self, values: Mapping[Constant | None, int], test: Callable[[Constant], bool]) -> Truth:
        yes = no = 0
        for value, mask in values.items():
            if value is not None:
                yes, no = (yes | mask, no) if test(value) else (yes, no | mask)
        return Truth(yes, no)

    def value(self, tree: Tree) -> dict[Constant | None, int]:
        """Each value the tree has, with the situations where it has it."""
        if tree.op == "const":
            return {constant(tree): self.all}
        found: dict[Constant | None, int] = {}
        if tree.op == "call" and tree.value == "coalesce" and tree not in self.subjects:
            left = self.all
            for part in (self.value(arg) for arg in tree.args):
                for value, mask in part.items():
                    if value is not None:
                        found[value] = found.get(value, 0) | mask & left
                left &= part.get(None, 0)
            found[None] = left
        elif tree.op == "if" and tree not in self.subjects:
            test = self.truth(tree.args[0])
            for where, arg in ((test.yes, tree.args[1]), (test.no, tree.args[2])):
                for value, mask in self.value(arg).items():
                    found[value] = found.get(value, 0) | mask & where
            found[None] = found.get(None, 0) | self.all & ~(test.yes | test.no)
        else:
            subject = self.subjects[tree]
            found = dict(zip(subject.values, subject.masks, strict=True))
        return found

    # ---- answers -----------------------------------------------------------------------------------------------

    @property
    def independent(self) -> bool:
        """Whether no two subjects rest on the same input, so that every situation can come about."""
        seen: set[str] = set()
        for subject in self.subjects.values():
            roots = set(self.world.roots(subject.tree))
            if roots & seen or (subject.pair and len(roots) < len(self.world.roots(subject.tree))):
                return False
            seen |= roots
        return True

    @property
    def certain(self) -> int:
        """The situations with no value missing and none that only might come about."""
        found = self.all
        for subject in self.subjects.values():
            for index, (value, mask) in enumerate(zip(subject.values, subject.masks, strict=True)):
                if value is None or (index in subject.outer and not subject.pair):
                    found &= ~mask
        return found

    def situation(self, mask: int) -> list[tuple[Tree, Constant | None]]:
        """The first situation of a set."""
        first = mask & -mask
        return [
            (subject.tree, next(v for v, m in zip(subject.values, subject.masks, strict=True) if m & first))
            for subject in self.subjects.values()
        ]
