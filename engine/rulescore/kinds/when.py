# SPDX-License-Identifier: Apache-2.0
"""`when`: a condition gives `points`, otherwise `else` (0 when not given)."""

from __future__ import annotations

from ..model import Case
from .builder import BILINGUAL, EXPRESSION, POINTS, RuleText

NAME = "when"
TITLE = {"zh": "条件", "en": "condition"}
KEYS = ("when", "points", "else", "reason")
SCHEMA = {
    "required": ["when", "points"],
    "properties": {
        "when": {**EXPRESSION, "description": "成立时给分的条件。The condition that earns the points."},
        "points": POINTS,
        "else": {
            **POINTS,
            "description": "条件不成立时的分值，默认 0。Points when the condition does not hold (default 0).",
        },
        "reason": BILINGUAL,
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    condition = rule.expr("when", want="bool")
    points = rule.points(rule.data["points"], "points")
    other = rule.points(rule.data["else"], "else") if "else" in rule.data else 0
    place = rule.place("else") if "else" in rule.data else rule.place("when")
    return (
        Case("holds", condition, points, rule.data.get("reason"), rule.place("when")),
        Case("else", None, other, None, place),
    )
