# SPDX-License-Identifier: Apache-2.0
"""How low and how high the scores of a pack can be."""

from __future__ import annotations

from ..arithmetic import UNIT
from ..model import Dimension, Pack
from .extents import Extent


def extents(pack: Pack) -> dict[str, Extent]:
    """The extents of `composite`, `coverage`, `score.<dimension>`, `index.<index>` and `assessed.<index>`, gates included."""
    found = {
        f"score.{dimension.id}": _with_gates(pack, dimension.id, _dimension(dimension))
        for dimension in pack.dimensions
    }
    scores = list(found.values())
    if scores:
        low, high = min(extent.low for extent in scores), max(extent.high for extent in scores)
        found["composite"] = _with_gates(pack, "composite", Extent(low, high, sure=False))
    for index in pack.indices:
        parts = [found[f"score.{dimension}"] for dimension in index.weights]
        parts += [found["composite"]] if index.on_missing == "composite" else []
        low, high = min(part.low for part in parts), max(part.high for part in parts)
        found[f"index.{index.id}"] = Extent(low, high, sure=False)
        found[f"assessed.{index.id}"] = Extent(sure=False)
    found["coverage"] = Extent(0.0, 1.0, sure=False)
    return found


def _dimension(dimension: Dimension) -> Extent:
    policies = [rule.missing_points for rule in dimension.rules if rule.missing_points is not None]
    low = min([rule.low for rule in dimension.rules] + policies, default=0)
    high = max([rule.high for rule in dimension.rules] + policies, default=0)
    if dimension.combine == "sum":
        low = dimension.initial + sum(min(rule.low, rule.missing_points or 0, 0) for rule in dimension.rules)
        high = dimension.initial + sum(
            max(rule.high, rule.missing_points or 0, 0) for rule in dimension.rules
        )
    if dimension.min is not None:
        low, high = max(low, dimension.min), max(high, dimension.min)
    if dimension.max is not None:
        low, high = min(low, dimension.max), min(high, dimension.max)
    return Extent(low / UNIT, high / UNIT, sure=False)


def _with_gates(pack: Pack, target: str, extent: Extent) -> Extent:
    limits = [
        gate.limit / UNIT for gate in pack.gates if gate.target == target and isinstance(gate.limit, int)
    ]
    return Extent(min([extent.low, *limits]), max([extent.high, *limits]), sure=False)
