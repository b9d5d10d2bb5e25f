# SPDX-License-Identifier: Apache-2.0
"""Outcomes that look back without limit, so that no backtest can use them."""

from __future__ import annotations

from collections.abc import Iterator

from ..lang.syntax import Tree, text_of
from ..model import Pack
from ..problems import Problems

CODES = ("outcome-without-window",)


def check(pack: Pack, problems: Problems) -> None:
    for outcome in pack.outcomes:
        for tree in _behind(pack, outcome.id):
            window = tree.window
            if (
                pack.tables[tree.table].date
                and (window is None or window.within is None)
                and not _bounded(tree)
            ):
                problems.warning("outcome-without-window", outcome.span, name=outcome.id, what=text_of(tree))


def _behind(pack: Pack, name: str) -> Iterator[Tree]:
    """The aggregates that a feature rests on."""
    tree = pack.features[name].expr.tree
    for used in sorted(pack.names_behind([tree]) & pack.features.keys() | {name}):
        yield from (node for node in pack.features[used].expr.tree.walk() if node.op == "aggregate")


def _bounded(tree: Tree) -> bool:
    """Whether a condition of the aggregate compares dates, which may well bound it."""
    conditions = tree.args[tree.operands :]
    dates = (arg for one in conditions for node in one.walk() if node.op == "compare" for arg in node.args)
    return any(arg.kind == "date" for arg in dates)
