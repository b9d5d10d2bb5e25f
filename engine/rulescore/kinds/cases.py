# SPDX-License-Identifier: Apache-2.0
"""`cases`: ordered conditions, the first that holds gives its points: a decision table."""

from __future__ import annotations

from typing import Any

from ..model import Case, Expr
from .builder import BILINGUAL, EXPRESSION, Bad, RuleText

NAME = "cases"
TITLE = {"zh": "判定表", "en": "decision table"}
KEYS = ("cases",)
SCHEMA = {
    "required": ["cases"],
    "properties": {
        "cases": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "description": "按顺序判断，第一个成立者给分；最后一行可写 else。Tried in order, the first that holds gives its points; the last may be `else`.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": "^[a-z0-9][a-z0-9-]*$",
                        "description": "情形编号。The id of the case.",
                    },
                    "when": EXPRESSION,
                    "points": {
                        "type": ["number", "string"],
                        "description": "分值或表达式。Points or an expression for them.",
                    },
                    "else": {
                        "type": ["number", "string"],
                        "description": "以上都不成立时的分值。Points when none above holds.",
                    },
                    "reason": BILINGUAL,
                },
                "oneOf": [{"required": ["when", "points"]}, {"required": ["else"]}],
            },
        }
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    done: list[Case] = []
    bad = False
    items: list[dict[str, Any]] = rule.data["cases"]
    for index, item in enumerate(items):
        place = rule.place("cases", index)
        try:
            if "else" in item:
                if index < len(items) - 1 or "when" in item:
                    rule.problems.error("else-not-last", place)
                    raise Bad
                done.append(
                    Case(
                        item.get("id", "else"),
                        None,
                        _points(rule, item["else"], index, "else"),
                        item.get("reason"),
                        place,
                    )
                )
            else:
                when = rule.expr("cases", index, "when", want="bool")
                points = _points(rule, item["points"], index, "points")
                done.append(Case(item.get("id", str(index + 1)), when, points, item.get("reason"), place))
        except Bad:
            bad = True
    if bad:
        raise Bad
    return tuple(done)


def _points(rule: RuleText, value: Any, index: int, key: str) -> int | Expr:
    if isinstance(value, str):
        return rule.expr("cases", index, key, want="number")
    return rule.points(value, "cases", index, key)
