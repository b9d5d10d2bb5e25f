# SPDX-License-Identifier: Apache-2.0
"""`scale`: points rise or fall between given points, linearly or by the logarithm of the value; clamped outside."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from ..arithmetic import UNIT
from ..lang.syntax import Tree, constant, number_text, text_of
from ..model import Case, Expr
from ..problems import Span
from .builder import EXPRESSION, Bad, RuleText, case, compare

NAME = "scale"
TITLE = {"zh": "标尺", "en": "scale"}
KEYS = ("of", "scale", "shape")
SCHEMA = {
    "required": ["of", "scale"],
    "properties": {
        "of": {**EXPRESSION, "description": "标尺上的数值。The number on the scale."},
        "scale": {
            "type": "array",
            "minItems": 2,
            "maxItems": 100,
            "description": "[数值, 分值] 各点，数值递增；两端之外取端点分值。Points [value, points], values ascending; beyond the ends the end's points.",
            "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
        },
        "shape": {
            "enum": ["linear", "log"],
            "default": "linear",
            "description": "点间按数值（linear）或其对数（log）变化。Between points, by the value (linear) or its logarithm (log).",
        },
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    of = rule.expr("of", want="number")
    knots = [
        (rule.number(x, "scale", i, 0), rule.points(y, "scale", i, 1))
        for i, (x, y) in enumerate(rule.data["scale"])
    ]
    log = rule.data.get("shape") == "log"
    for index, ((x, _), (after, _)) in enumerate(pairwise(knots)):
        if x >= after:
            rule.problems.error(
                "scale-order", rule.place("scale", index + 1), read=number_text(after), before=number_text(x)
            )
            raise Bad
    if log and knots[0][0] <= 0:
        rule.problems.error("scale-log", rule.place("scale", 0), read=number_text(knots[0][0]))
        raise Bad
    done = [case(0, compare(of.tree, "<=", knots[0][0]), knots[0][1], rule.place("scale", 0))]
    for index in range(1, len(knots)):
        place = rule.place("scale", index)
        points = _between(of.tree, knots[index - 1], knots[index], log, place)
        done.append(case(index, compare(of.tree, "<=", knots[index][0]), points, place))
    done.append(case(len(knots), None, knots[-1][1], rule.place("scale", len(knots) - 1)))
    # a last case without a condition would catch a missing value; the earlier conditions are missing then, so it can't
    return tuple(done)


def _between(of: Tree, low: tuple[float, int], high: tuple[float, int], log: bool, place: Span) -> Expr:
    """low points + (x - low) * slope, as an expression that the auditor can recompute."""
    (x0, y0), (x1, y1) = low, high

    def arith(sign: str, left: Tree, right: Tree) -> Tree:
        return Tree("arith", (left, right), sign, "number")

    def number(value: float) -> Tree:
        return constant(value)

    if log:
        position: Any = arith(
            "-", Tree("call", (of,), "log", "number"), Tree("call", (number(x0),), "log", "number")
        )
        width = math.log(x1) - math.log(x0)
    else:
        position, width = arith("-", of, number(x0)), x1 - x0
    share = arith("/", position, number(width))
    tree = arith("+", number(y0 / UNIT), arith("*", share, number((y1 - y0) / UNIT)))
    return Expr(tree, text_of(tree), place)
