# SPDX-License-Identifier: Apache-2.0
"""`formula`: an expression gives the points, held between `min` (0) and `max` (100)."""

from __future__ import annotations

from ..model import Case
from .builder import EXPRESSION, POINTS, RuleText

NAME = "formula"
TITLE = {"zh": "公式", "en": "formula"}
KEYS = ("formula", "min", "max")
SCHEMA = {
    "required": ["formula"],
    "properties": {
        "formula": {**EXPRESSION, "description": "得出分值的表达式。The expression that gives the points."},
        "min": {**POINTS, "default": 0, "description": "最低分，默认 0。Least points (default 0)."},
        "max": {**POINTS, "default": 100, "description": "最高分，默认 100。Most points (default 100)."},
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    points = rule.expr("formula", want="number")
    return (Case("formula", None, points, None, rule.place("formula")),)
