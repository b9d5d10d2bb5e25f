# SPDX-License-Identifier: Apache-2.0
"""Which names the rules of a pack use, directly or through features."""

from __future__ import annotations

from collections.abc import Iterator

from ..lang.syntax import Tree
from ..model import Expr, Pack


def trees(pack: Pack) -> Iterator[Tree]:
    """Every expression of the pack's rules, gates and tiers."""
    for rule in pack.rules:
        for expr in (rule.of, rule.applies):
            if expr is not None:
                yield expr.tree
        for case in rule.cases:
            for part in (case.when, case.points):
                if isinstance(part, Expr):
                    yield part.tree
    for gate in pack.gates:
        yield gate.when.tree
    for tier in pack.tiers:
        if tier.when is not None:
            yield tier.when.tree


def used(pack: Pack) -> set[str]:
    """All names: fields, `table.column`, features, `param.name`."""
    found: set[str] = set()
    waiting = list(trees(pack))
    while waiting:
        for name in waiting.pop().names() - found:
            found.add(name)
            if name in pack.features:
                waiting.append(pack.features[name].expr.tree)
    return found
