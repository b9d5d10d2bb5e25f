# SPDX-License-Identifier: Apache-2.0
"""Tiers that no customer can reach."""

from __future__ import annotations

from ..model import Pack
from ..problems import Problems
from .extents import World
from .scores import extents
from .solver import Space

CODES = ("unreachable-tier",)


def check(pack: Pack, problems: Problems) -> None:
    world = World(pack, extents(pack))
    conditions = [None if tier.when is None else world.expanded(tier.when.tree) for tier in pack.tiers]
    # a tier whose condition is missing is passed over, so each subject may also be missing here
    space = Space([condition for condition in conditions if condition is not None], world, missing=True)
    if space.too_large:
        return
    left = space.all
    for tier, condition in zip(pack.tiers, conditions, strict=True):
        held = space.all if condition is None else space.truth(condition).yes
        if not held & left and not any(
            gate.target == "tier" and gate.limit == tier.id for gate in pack.gates
        ):
            problems.warning("unreachable-tier", tier.span, tier=tier.id)
        left &= ~held
