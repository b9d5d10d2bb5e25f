# SPDX-License-Identifier: Apache-2.0
"""What conditions speak of, and the values that stand for all its values: one for each region between the constants."""

from __future__ import annotations

import math
from itertools import pairwise

from msgspec import Struct

from ..lang.syntax import Tree
from .extents import Constant, World

OTHER = "\0"
"""A text other than every text compared with."""


class Subject(Struct):
    """A sub-tree (or two that are compared with each other: -1 less, 0 equal, 1 greater) and its representative values."""

    tree: Tree
    pair: bool = False
    cuts: set[Constant] = set()
    missing: bool = False
    values: list[Constant | None] = []
    outer: set[int] = set()
    masks: list[int] = []


def choose(subject: Subject, world: World, ranges: bool) -> None:
    """Gives the subject its representative values; `ranges`: only those inside its extent."""
    if subject.pair:
        subject.values = [-1.0, 0.0, 1.0]
        subject.outer = {0, 1, 2}
    elif subject.tree.kind == "bool":
        subject.values = [True, False]
    elif subject.tree.kind == "text":
        subject.values = _texts(subject, world)
    else:
        subject.values = _numbers(subject, world, ranges)
    if subject.missing:
        subject.values.append(None)


def _texts(subject: Subject, world: World) -> list[Constant | None]:
    named = sorted(cut for cut in subject.cuts if isinstance(cut, str))
    allowed = world.extent(subject.tree).values
    if allowed is None:
        return [*named, OTHER]
    others = [value for value in allowed if value not in subject.cuts]
    return [*(value for value in named if value in allowed), *others[:1]]


def _numbers(subject: Subject, world: World, ranges: bool) -> list[Constant | None]:
    extent = world.extent(subject.tree)
    if extent.values is not None and ranges:
        return [*sorted(value for value in extent.values if isinstance(value, float))]
    low, high = (extent.low, extent.high) if ranges else (-math.inf, math.inf)
    cuts = sorted(float(cut) for cut in subject.cuts if not isinstance(cut, str))
    edges = [-math.inf, *cuts, math.inf]
    found: list[Constant | None] = []
    for index, (below, above) in enumerate(pairwise(edges)):
        middle = between(below, above, low, high, extent.whole)
        if middle is not None:
            if cuts and index in (0, len(cuts)) and not extent.sure:
                subject.outer.add(len(found))
            found.append(middle)
        if index < len(cuts) and low <= above <= high and (not extent.whole or above == int(above)):
            found.append(above)
    return found


def steps(tree: Tree) -> list[tuple[Tree, Tree, str]]:
    assert isinstance(tree.value, tuple)
    return [(a, b, str(sign)) for a, b, sign in zip(tree.args, tree.args[1:], tree.value, strict=False)]


def is_pair(left: Tree, right: Tree, sign: str) -> bool:
    """Whether the two are only known by how they compare."""
    if "const" not in (left.op, right.op):
        return True
    return (
        "text" in (left.kind, right.kind)
        and sign not in ("==", "!=")
        and (left.op, right.op) != ("const", "const")
    )


def pair_key(left: Tree, right: Tree) -> Tree:
    """One key for a pair of sub-trees, whichever comes first."""
    first, second = sorted((left, right), key=lambda tree: repr(tree.key()))
    return Tree("compare", (first, second), ("pair",), "number")


def constant(tree: Tree) -> Constant:
    assert tree.op == "const" and isinstance(tree.value, float | str | bool)
    return tree.value


def between(below: float, above: float, low: float, high: float, whole: bool) -> float | None:
    """A number in the open interval (below, above) and in [low, high]; None when there is none."""
    start, open_start = (below, True) if below >= low else (low, False)
    end, open_end = (above, True) if above <= high else (high, False)
    if start > end or (start == end and (open_start or open_end or math.isinf(start))):
        return None
    if whole:
        if math.isinf(start):
            return 0.0 if math.isinf(end) else math.ceil(end) - 1.0 if open_end else math.floor(end)
        first = math.floor(start) + 1.0 if open_start else float(math.ceil(start))
        return first if first < end or (first == end and not open_end) else None
    if math.isinf(start):
        return 0.0 if math.isinf(end) else end - 1.0
    return start + 1.0 if math.isinf(end) else (start + end) / 2
