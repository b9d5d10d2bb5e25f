# SPDX-License-Identifier: Apache-2.0
"""`lookup`: the value of a field gives points; `else` is required for every other value."""

from __future__ import annotations

import math
from typing import Any

from ..lang.syntax import Tree, constant
from ..model import Case
from .builder import BILINGUAL, EXPRESSION, POINTS, Bad, RuleText, case

NAME = "lookup"
TITLE = {"zh": "对照表", "en": "lookup"}
KEYS = ("of", "lookup", "else", "reason")
_TARGET = {
    "oneOf": [
        POINTS,
        {
            "type": "object",
            "required": ["points"],
            "additionalProperties": False,
            "properties": {"points": POINTS, "reason": BILINGUAL},
        },
    ]
}
SCHEMA = {
    "required": ["of", "lookup", "else"],
    "properties": {
        "of": {**EXPRESSION, "description": "查表的值。The value that is looked up."},
        "lookup": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 100,
            "description": "值 → 分值。Value -> points.",
            "additionalProperties": _TARGET,
        },
        "else": {**POINTS, "description": "其他值的分值。Points of every other value."},
        "reason": BILINGUAL,
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    of = rule.expr("of")
    kind = of.tree.kind
    done: list[Case] = []
    bad = False
    table: dict[str, Any] = rule.data["lookup"]
    for index, (key, target) in enumerate(table.items()):
        try:
            value = _key(rule, key, kind)
            condition = Tree("compare", (of.tree, value), ("==",), "bool")
            if kind == "text":  # the checker refuses values that the field can't have
                document, path = rule.origin["lookup"]
                quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
                if rule.compile(document, (*path, "lookup", key), f"({of.text}) == {quoted}", "bool") is None:
                    raise Bad
            if isinstance(target, dict):
                points = rule.points(target["points"], "lookup", key, "points")
                reason = target.get("reason")
            else:
                points, reason = rule.points(target, "lookup", key), None
            done.append(case(index, condition, points, rule.place("lookup", key), reason))
        except Bad:
            bad = True
    if bad:
        raise Bad
    other = rule.points(rule.data["else"], "else")
    # an explicit last case: a missing value is missing, not "other"
    done.append(Case("else", None, other, rule.data.get("reason"), rule.place("else")))
    return tuple(done)


def _key(rule: RuleText, key: str, kind: str) -> Tree:
    if kind == "text":
        return constant(key)
    if kind == "bool" and key in ("true", "false"):
        return constant(key == "true")
    if kind == "number":
        try:
            number = float(key)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return constant(number)
    rule.problems.error("lookup-key", rule.place("lookup", key), read=key, want=kind)
    raise Bad
