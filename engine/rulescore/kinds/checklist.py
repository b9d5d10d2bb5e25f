# SPDX-License-Identifier: Apache-2.0
"""`checklist`: the points of the items that hold, added to `initial` (0) and held between `min` (0) and `max` (100)."""

from __future__ import annotations

from typing import Any

from ..arithmetic import UNIT
from ..lang.syntax import Tree, constant, text_of
from ..model import Case, Expr, Part
from .builder import BILINGUAL, EXPRESSION, POINTS, Bad, RuleText

NAME = "checklist"
TITLE = {"zh": "清单", "en": "checklist"}
KEYS = ("checklist", "initial", "min", "max")
SCHEMA = {
    "required": ["checklist"],
    "properties": {
        "checklist": {
            "type": "array",
            "minItems": 1,
            "maxItems": 40,
            "description": "成立的各项分值相加。The points of the items that hold are added.",
            "items": {
                "type": "object",
                "required": ["id", "when", "points"],
                "additionalProperties": False,
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": "^[a-z0-9][a-z0-9-]*$",
                        "description": "项目编号。The id of the item.",
                    },
                    "title": BILINGUAL,
                    "when": EXPRESSION,
                    "points": POINTS,
                },
            },
        },
        "initial": {
            **POINTS,
            "default": 0,
            "description": "起始分，默认 0。Points to start from (default 0).",
        },
        "min": {**POINTS, "default": 0, "description": "最低分，默认 0。Least points (default 0)."},
        "max": {**POINTS, "default": 100, "description": "最高分，默认 100。Most points (default 100)."},
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    parts: list[Part] = []
    bad = False
    items: list[dict[str, Any]] = rule.data["checklist"]
    seen: set[str] = set()
    for index, item in enumerate(items):
        try:
            if item["id"] in seen:
                rule.problems.error(
                    "duplicate-id", rule.place("checklist", index, "id"), id=item["id"], first=0
                )
                raise Bad
            seen.add(item["id"])
            when = rule.expr("checklist", index, "when", want="bool")
            points = rule.points(item["points"], "checklist", index, "points")
            title = item.get("title") or {"zh": item["id"], "en": item["id"]}
            parts.append(Part(item["id"], title, when, points))
        except Bad:
            bad = True
    if bad:
        raise Bad
    tree = constant(rule.points(rule.data["initial"], "initial") / UNIT if "initial" in rule.data else 0.0)
    for part in parts:
        item_points = Tree("if", (part.when.tree, constant(part.points / UNIT), constant(0.0)), kind="number")
        tree = Tree("arith", (tree, item_points), "+", "number")
    place = rule.place("checklist")
    return (Case("items", None, Expr(tree, text_of(tree), place), None, place, tuple(parts)),)
