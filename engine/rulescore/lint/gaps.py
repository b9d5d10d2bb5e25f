# SPDX-License-Identifier: Apache-2.0
"""Decision tables without `else` where some customer fits no case."""

from __future__ import annotations

from ..model import Pack
from ..problems import Problems
from .extents import World
from .solver import Space
from .words import situation_text

CODES = ("case-gap",)


def check(pack: Pack, problems: Problems) -> None:
    world = World(pack)
    for rule in pack.rules:
        if rule.kind != "cases":
            continue
        conditions = [world.expanded(case.when.tree) for case in rule.cases if case.when is not None]
        if len(conditions) < len(rule.cases):
            continue
        applies = None if rule.applies is None else world.expanded(rule.applies.tree)
        space = Space(conditions + ([] if applies is None else [applies]), world)
        if space.too_large or not space.independent:
            continue
        left = space.certain if applies is None else space.certain & space.truth(applies).yes
        for condition in conditions:
            left &= space.truth(condition).no
        if left:
            example = situation_text(space.situation(left))
            problems.warning("case-gap", rule.cases[-1].span, rule=rule.id, example=example)
