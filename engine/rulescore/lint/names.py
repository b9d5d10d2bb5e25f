# SPDX-License-Identifier: Apache-2.0
"""Which names the rules of a pack use, directly or through features."""

from __future__ import annotations

from collections.abc import Iterator

from ..lang.syntax import Tree
from ..model import Pack


def trees(pack: Pack) -> Iterator[Tree]:
    """Every expression of the pack's rules, gates and tiers."""
    for rule in pack.rules:
        yield from rule.trees
    for gate in pack.gates:
        yield gate.when.tree
    for tier in pack.tiers:
        if tier.when is not None:
            yield tier.when.tree


def used(pack: Pack) -> set[str]:
    """All names: fields, `table.column`, features, `param.name`."""
    return pack.names_behind(trees(pack))
