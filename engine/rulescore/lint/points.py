# SPDX-License-Identifier: Apache-2.0
"""Points outside 0 to 100 in a dimension that takes the mean of its rules."""

from __future__ import annotations

from ..arithmetic import UNIT, points_text
from ..model import Pack
from ..problems import Problems

CODES = ("points-off-scale",)


def check(pack: Pack, problems: Problems) -> None:
    for dimension in pack.dimensions:
        if dimension.combine != "mean":
            continue
        for rule in dimension.rules:
            for case in rule.cases:
                if isinstance(case.points, int) and not 0 <= case.points <= 100 * UNIT:
                    problems.warning(
                        "points-off-scale", case.span, rule=rule.id, points=points_text(case.points)
                    )
            fixed = [case.points for case in rule.cases if isinstance(case.points, int)]
            for points in {rule.low, rule.high} - set(fixed):
                if not 0 <= points <= 100 * UNIT:
                    problems.warning("points-off-scale", rule.span, rule=rule.id, points=points_text(points))
            given = rule.missing_points if rule.on_missing == "points" else None
            if given is not None and not 0 <= given <= 100 * UNIT:
                place = rule.places.get("on_missing", rule.span)
                problems.warning("points-off-scale", place, rule=rule.id, points=points_text(given))
