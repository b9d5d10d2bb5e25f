# SPDX-License-Identifier: Apache-2.0
"""Cases that never count, since earlier cases hold whenever they do."""

from __future__ import annotations

from ..model import Pack, Rule
from ..problems import Problems
from .extents import World
from .solver import Space

CODES = ("duplicate-case", "shadowed-case")

KINDS = ("cases", "bands", "lookup")


def check(pack: Pack, problems: Problems) -> None:
    world = World(pack)
    for rule in pack.rules:
        if rule.kind in KINDS:
            _check_rule(rule, world, problems)


def _check_rule(rule: Rule, world: World, problems: Problems) -> None:
    conditions = [None if case.when is None else world.expanded(case.when.tree) for case in rule.cases]
    space = Space([condition for condition in conditions if condition is not None], world, ranges=False)
    if space.too_large:
        return
    free = space.all
    for index, (case, condition) in enumerate(zip(rule.cases, conditions, strict=True)):
        if condition is None:
            continue
        truth = space.truth(condition)
        if truth.yes and not truth.yes & free:
            if condition in conditions[:index]:
                first = conditions.index(condition) + 1
                problems.warning("duplicate-case", case.span, rule=rule.id, case=index + 1, first=first)
            else:
                by = [
                    str(before + 1)
                    for before, earlier in enumerate(conditions[:index])
                    if earlier is not None and space.truth(earlier).yes & truth.yes
                ]
                problems.warning("shadowed-case", case.span, rule=rule.id, case=index + 1, by=by[:3])
        free &= truth.no
