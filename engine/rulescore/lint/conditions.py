# SPDX-License-Identifier: Apache-2.0
"""Conditions that hold for every customer or for none."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..lang.syntax import Tree
from ..model import Expr, Pack
from ..problems import Problems
from .extents import World
from .scores import extents
from .solver import Space
from .words import shown, value_text

CODES = ("always-true", "always-false", "outside-range")


def check(pack: Pack, problems: Problems) -> None:
    world = World(pack, extents(pack))
    for condition, may_be_true in _conditions(pack):
        tree = world.expanded(condition.tree)
        if tree.op == "const":
            continue
        free = Space([tree], world, ranges=False)
        if free.too_large:
            continue
        truth = free.truth(tree)
        if not truth.yes:
            problems.warning("always-false", condition.span, condition=shown(condition.tree))
        elif not truth.no:
            if not may_be_true:
                problems.warning("always-true", condition.span, condition=shown(condition.tree))
        else:
            held = Space([tree], world)
            if not held.too_large and not held.truth(tree).yes:
                _outside(condition, held, world, problems)


def _conditions(pack: Pack) -> Iterator[tuple[Expr, bool]]:
    """Every condition that an author wrote, and whether it may well be one that always holds (the last of a list)."""
    for rule in pack.rules:
        if rule.applies is not None:
            yield rule.applies, False
        if rule.kind in ("when", "cases"):
            for index, case in enumerate(rule.cases):
                if case.when is not None:
                    yield case.when, rule.kind == "cases" and index == len(rule.cases) - 1
        for case in rule.cases:
            for part in case.parts:
                yield part.when, False
    for gate in pack.gates:
        yield gate.when, False
    for finding in pack.noted:
        yield finding.when, False


def _outside(condition: Expr, space: Space, world: World, problems: Problems) -> None:
    """Never true, only because of the range that a field or a function has."""
    (subject, *others) = space.subjects
    extent = world.extent(subject)
    if others or extent.values is not None:
        problems.warning("always-false", condition.span, condition=shown(condition.tree))
        return
    problems.warning(
        "outside-range", condition.span, condition=shown(condition.tree), subject=shown(subject),
        low=_edge(extent.low, subject), high=_edge(extent.high, subject),
    )  # fmt: skip


def _edge(value: float, subject: Tree) -> str:
    return "…" if math.isinf(value) else value_text(value, subject.kind)
