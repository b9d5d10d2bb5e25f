# SPDX-License-Identifier: Apache-2.0
"""Which risks the assumptions of a valuation carry, and where one method carries the same risk twice.

An assumption carries what its method says of it, what its author says of it, and what the features that it rests on are said
to carry: those of the base, and those of the customers behind them. Nothing is guessed from names or figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from .assumptions import Assumed, Method, Valuation
from .lang.syntax import Tree
from .model import Pack
from .problems import Problems
from .valuation import BY_NAME

CUSTOMERS = "customers."


def check_risks(valuation: Valuation, pack: Pack, problems: Problems) -> None:
    """Warns of every risk that two assumptions of a method carry, in the base case or in a scenario that states one of them."""
    for method in valuation.methods:
        told: set[tuple[str, str, str]] = set()
        scenarios = (*method.bridge, *method.stress)
        for stated in ({}, *(scenario.assumptions for scenario in scenarios)):
            for (name, one), (other, two) in combinations({**method.assumptions, **stated}.items(), 2):
                both = carried(method, name, one, pack) & carried(method, other, two, pack)
                for risk in sorted(both):
                    if stated.keys() & {name, other} or not stated:
                        _tell(method, risk, (name, one), (other, two), told, problems)


def _tell(
    method: Method, risk: str, first: tuple[str, Assumed], second: tuple[str, Assumed],
    told: set[tuple[str, str, str]], problems: Problems,
) -> None:  # fmt: skip
    """One warning for a risk and two places, however many scenarios they meet in."""
    (name, one), (other, two) = first, second
    key = (risk, str(one.span), str(two.span))
    if key not in told:
        told.add(key)
        facts = {"method": method.id, "risk": risk, "name": other, "other": name, "first": str(one.span)}
        problems.warning("risk-charged-twice", two.span, **facts)


def carried(method: Method, name: str, assumed: Assumed, pack: Pack) -> set[str]:
    """The risks that an assumption carries; one that leaves everything as it is carries none of its method's."""
    declared = BY_NAME[method.method].ASSUMPTIONS[name]
    parts = [part for case in (assumed.base, assumed.low, assumed.high) for part in _parts(case)]
    found = set(assumed.carries)
    if declared.carries and any(part != declared.idle for part in parts):
        found.add(declared.carries)
    return found | {risk for part in parts if isinstance(part, Tree) for risk in _behind(part, pack)}


def _parts(stated: object) -> tuple[object, ...]:
    return stated if isinstance(stated, tuple) else () if stated is None else (stated,)


def _behind(tree: Tree, pack: Pack) -> Iterator[str]:
    """What the features behind an expression over the base are said to carry."""
    if pack.portfolio is None:
        return
    names = pack.portfolio.names_behind([tree])
    yield from _said(names, pack.portfolio)
    own = [name.removeprefix(CUSTOMERS) for name in sorted(names) if name.startswith(CUSTOMERS)]
    yield from _said(pack.names_behind(Tree("name", value=name, kind="unknown") for name in own), pack)


def _said(names: set[str], pack: Pack) -> Iterator[str]:
    for name in sorted(names & pack.features.keys()):
        yield from pack.features[name].carries
