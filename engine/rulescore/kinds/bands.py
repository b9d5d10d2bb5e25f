# SPDX-License-Identifier: Apache-2.0
"""`bands`: one number, the first band that fits; a band has one or two of `up_to` (<=), `below` (<), `from` (>=), `above` (>)."""

from __future__ import annotations

from typing import Any

from ..lang.syntax import Tree
from ..model import Case
from .builder import BILINGUAL, EXPRESSION, POINTS, Bad, RuleText, both, case, compare

NAME = "bands"
TITLE = {"zh": "分段", "en": "bands"}
KEYS = ("of", "bands")
OPERATORS = {"above": ">", "from": ">=", "up_to": "<=", "below": "<"}
_BOUND = {"type": "number"}
SCHEMA = {
    "required": ["of", "bands"],
    "properties": {
        "of": {**EXPRESSION, "description": "被分段的数值。The number that the bands divide."},
        "bands": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "description": "按顺序取第一个符合的分段；各段应铺满数轴。The first band that fits; together they must cover the line.",
            "items": {
                "type": "object",
                "required": ["points"],
                "additionalProperties": False,
                "minProperties": 2,
                "properties": {
                    "up_to": {**_BOUND, "description": "至多（含）。At most, inclusive."},
                    "below": {**_BOUND, "description": "小于（不含）。Less than."},
                    "from": {**_BOUND, "description": "至少（含）。At least, inclusive."},
                    "above": {**_BOUND, "description": "大于（不含）。More than."},
                    "points": POINTS,
                    "reason": BILINGUAL,
                },
                "not": {"anyOf": [{"required": ["up_to", "below"]}, {"required": ["from", "above"]}]},
            },
        },
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    of = rule.expr("of", want="number")
    done: list[Case] = []
    bad = False
    items: list[dict[str, Any]] = rule.data["bands"]
    for index, item in enumerate(items):
        try:
            condition: Tree | None = None
            for key, operator in OPERATORS.items():
                if key in item:
                    bound = rule.number(item[key], "bands", index, key)
                    condition = both(condition, compare(of.tree, operator, bound))
            points = rule.points(item["points"], "bands", index, "points")
            done.append(case(index, condition, points, rule.place("bands", index), item.get("reason")))
        except Bad:
            bad = True
    if bad:
        raise Bad
    return tuple(done)
