# SPDX-License-Identifier: Apache-2.0
"""`bands`: one number, the first band that fits; a band has one or two of `up_to` (<=), `below` (<), `from` (>=), `above` (>),
each a number or a parameter."""

from __future__ import annotations

from typing import Any

from ..lang.syntax import Tree, constant
from ..model import Case
from .builder import BILINGUAL, EXPRESSION, POINTS, Bad, RuleText, both, case

NAME = "bands"
TITLE = {"zh": "分段", "en": "bands"}
KEYS = ("of", "bands")
OPERATORS = {"above": ">", "from": ">=", "up_to": "<=", "below": "<"}
_BOUND = {"type": ["number", "string"]}
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
                    "up_to": {
                        **_BOUND,
                        "description": "至多（含）：数或 param.名称。At most, inclusive: a number or param.name.",
                    },
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
                    bound = _bound(rule, item[key], "bands", index, key)
                    condition = both(condition, Tree("compare", (of.tree, bound), (operator,), "bool"))
            points = rule.points(item["points"], "bands", index, "points")
            done.append(case(index, condition, points, rule.place("bands", index), item.get("reason")))
        except Bad:
            bad = True
    if bad:
        raise Bad
    return tuple(done)


def _bound(rule: RuleText, value: Any, *path: str | int) -> Tree:
    """A number, or a parameter; anything else could not be checked for gaps."""
    key, *rest = path
    if not isinstance(value, str):
        return constant(rule.number(value, str(key), *rest))
    tree = rule.expr(str(key), *rest, want="number").tree
    if tree.op != "name" or not str(tree.value).startswith("param."):
        rule.problems.error("bound-not-fixed", rule.place(str(key), *rest), read=value)
        raise Bad
    return tree
