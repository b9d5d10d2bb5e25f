# SPDX-License-Identifier: Apache-2.0
"""Cycles of assessment: what of a pack is computed every month, quarter or year, or on an event.

A pack in a cycle is the same pack, in which the rules of the dimensions that the cycle leaves out never apply; so engines,
trace, explanation and verification need nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ..lang.syntax import constant
from ..model import MET, Cycle, Dimension, Expr, Pack, Rule
from ..problems import Problem, Problems, UsageError, close_names
from .dictionary import sources
from .packfiles import NO_DIMENSION, Layer

KEY = "cycles"


def read_cycles(
    layers: Sequence[Layer], settings: Mapping[str, Any], customers: Pack | None, problems: Problems
) -> tuple[Cycle, ...]:
    """The cycles of pack.yaml by id; a later layer replaces one of an earlier. Those of a portfolio say what of the base
    is computed in the cycles of its `customers`, and take their titles."""
    found: dict[str, Cycle] = {}
    dimensions: dict[str, None] = dict.fromkeys(settings.get("dimensions") or ())
    whose = None if customers is None else {cycle.id: cycle for cycle in customers.cycles}
    for layer in layers:
        document = layer.pack
        dimensions |= dict.fromkeys(document.data.get("dimensions") or ())
        dimensions |= dict.fromkeys(stem for stem in layer.documents if stem not in NO_DIMENSION)
        for name in document.data.get("remove") or ():
            found.pop(name, None)
        for key, item in (document.data.get(KEY) or {}).items():
            for index, name in enumerate(item.get("dimensions") or ()):
                if name not in dimensions:
                    close = close_names(name, dimensions)
                    place = document.at(KEY, key, "dimensions", index)
                    problems.error("unknown-name", place, name=name, close=close)
            own = None if whose is None else whose.get(key)
            if whose is not None and own is None:
                close = close_names(key, whose)
                problems.error("unknown-name", document.key(KEY, key), name=key, close=close)
            elif whose is None and "title" not in item:
                problems.error("missing-key", document.key(KEY, key), key="title")
            title = own.title if own else item.get("title", {"zh": key, "en": key})
            valuation = own.valuation if own else item.get("valuation", True)
            only = tuple(item["dimensions"]) if "dimensions" in item else None
            found[key] = Cycle(
                key, title, item.get("why", {}), only, valuation, sources(item.get("source")),
                document.key(KEY, key),
            )  # fmt: skip
    return tuple(found.values())


def in_cycle(pack: Pack, cycle_id: str) -> Pack:
    """The pack as the cycle computes it, with its portfolio; the pack itself for no cycle. UsageError for an unknown one."""
    if not cycle_id:
        return pack
    known = [cycle.id for cycle in pack.cycles]
    if cycle_id not in known:
        facts: dict[str, Any] = {"read": cycle_id, "known": known, "close": close_names(cycle_id, known)}
        raise UsageError([Problem("unknown-cycle", "error", None, facts)])
    portfolio = None if pack.portfolio is None else _limited(pack.portfolio, cycle_id)
    return replace(_limited(pack, cycle_id), portfolio=portfolio)


def _limited(pack: Pack, cycle_id: str) -> Pack:
    cycle = next((one for one in pack.cycles if one.id == cycle_id), None)
    only = None if cycle is None else cycle.dimensions
    kept = [one.id for one in pack.dimensions if only is None or one.id in only]
    left_out = tuple(one.id for one in pack.dimensions if one.id not in kept)
    dimensions = tuple(_idle(one) if one.id in left_out else one for one in pack.dimensions)
    # a goal rests with the dimension that it speaks of, and so do the features that it is
    resting = [one for one in pack.measures if pack.subject_of(one) in left_out]
    dropped = {name for one in resting for name in (one.id, f"{one.id}{MET}", one.amount and one.amount.id)}
    return replace(
        pack,
        dimensions=dimensions,
        measures=tuple(one for one in pack.measures if one not in resting),
        features={name: one for name, one in pack.features.items() if name not in dropped},
        cycle=cycle_id,
        left_out=left_out,
    )


def _idle(dimension: Dimension) -> Dimension:
    return replace(dimension, rules=tuple(_never(rule) for rule in dimension.rules))


def _never(rule: Rule) -> Rule:
    return replace(rule, applies=Expr(constant(False, "bool"), "false", rule.span))
