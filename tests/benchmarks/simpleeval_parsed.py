# SPDX-License-Identifier: Apache-2.0
"""The same rules with plain simpleeval, every expression parsed once: `simpleeval_parsed.py IN.parquet [ROWS]`.

The best that simpleeval does by itself: two-valued, an operand that is missing raises and makes the rule missing.
Prints records a second; cases and points are made as Python objects, nothing is written.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from pack_reader import AS_OF, UNIT, condition_of_band, dimensions, features, kind_of, records
from python_generated import years_between
from simpleeval import SimpleEval

FUNCTIONS = {
    "date": lambda text: float((date.fromisoformat(text) - date(1970, 1, 1)).days),
    "is_missing": lambda x: x is None,
    "coalesce": lambda x, other: other if x is None else x,
    "days_between": lambda start, end: end - start,
    "years_between": years_between,
    "clip": lambda x, low, high: min(max(x, low), high),
    "round": lambda x, digits: math.floor(x * 10.0**digits + 0.5) / 10.0**digits,
    "min": min, "max": max, "abs": abs, "sqrt": math.sqrt,
}  # fmt: skip
FAILS = (TypeError, ZeroDivisionError, ValueError)

Step = tuple[ast.expr | None, float | ast.expr]


class ListsAsConstants(ast.NodeTransformer):
    """simpleeval knows no lists: a list of literals becomes one constant."""

    def visit_List(self, node: ast.List) -> ast.expr:
        return ast.copy_location(ast.Constant(ast.literal_eval(node)), node)


class Rules:
    """The pack's rules as lists of (condition, points), each expression parsed once."""

    def __init__(self) -> None:
        self.engine = SimpleEval(functions=FUNCTIONS)
        self.features = [(name, self.engine.parse(text)) for name, text in features().items()]
        self.rules = [
            (self.parsed(rule["applies"]) if "applies" in rule else None, self.steps(rule), self.items(rule))
            for file in dimensions().values() for rule in file["rules"]
        ]  # fmt: skip

    def parsed(self, text: Any) -> ast.expr:
        tree: ast.expr = ListsAsConstants().visit(self.engine.parse(str(text)))
        return tree

    def steps(self, rule: dict[str, Any]) -> list[Step]:
        name = str(rule.get("of", ""))
        match kind_of(rule):
            case "when":
                return [(self.parsed(rule["when"]), rule["points"]), (None, rule.get("else", 0))]
            case "bands":
                return [
                    (self.parsed(condition_of_band(name, band)), band["points"]) for band in rule["bands"]
                ]
            case "lookup":
                pairs = rule["lookup"].items()
                return [
                    *((self.parsed(f"{name} == {json.dumps(v)}"), p) for v, p in pairs),
                    (None, rule["else"]),
                ]
            case "cases":
                *steps, last = rule["cases"]
                return [
                    *((self.parsed(step["when"]), step["points"]) for step in steps),
                    (None, last["else"]),
                ]
            case "scale":
                knots = rule["scale"]
                between = [
                    (
                        self.parsed(f"{name} <= {x1}"),
                        self.parsed(f"{y0} + ({name} - {x0}) / {x1 - x0} * {y1 - y0}"),
                    )
                    for (x0, y0), (x1, y1) in pairwise(knots)
                ]
                return [
                    (self.parsed(f"{name} <= {knots[0][0]}"), knots[0][1]),
                    *between,
                    (None, knots[-1][1]),
                ]
            case "formula":
                return [
                    (
                        None,
                        self.parsed(f"clip({rule['formula']}, {rule.get('min', 0)}, {rule.get('max', 100)})"),
                    )
                ]
            case _:
                return []

    def items(self, rule: dict[str, Any]) -> tuple[float, float, list[tuple[ast.expr, float]]] | None:
        if kind_of(rule) != "checklist":
            return None
        items = [(self.parsed(item["when"]), item["points"]) for item in rule["checklist"]]
        return rule.get("initial", 0), rule.get("max", 100), items

    def score(self, record: dict[str, Any]) -> tuple[list[int], list[int | None]]:
        names = dict(record) | {"as_of": float(AS_OF)}
        engine = self.engine
        engine.names = names
        evaluate = engine.eval
        for name, tree in self.features:
            try:
                names[name] = evaluate("", previously_parsed=tree)
            except FAILS:
                names[name] = None
        cases: list[int] = []
        points: list[int | None] = []
        for applies, steps, items in self.rules:
            held, earned = -1, None
            try:
                if applies is not None and not evaluate("", previously_parsed=applies):
                    held = -2
                elif items is not None:
                    initial, most, listed = items
                    total = initial + sum(p for tree, p in listed if evaluate("", previously_parsed=tree))
                    held, earned = 0, int(min(total, most) * UNIT)
                else:
                    for index, (tree, value) in enumerate(steps):
                        if tree is None or evaluate("", previously_parsed=tree):
                            if isinstance(value, ast.AST):
                                value = evaluate("", previously_parsed=value)
                            held, earned = index, math.floor(value * UNIT + 0.5)
                            break
            except FAILS:
                held, earned = -1, None
            cases.append(held)
            points.append(earned)
        return cases, points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=2_000)
    arguments = parser.parse_args()
    rows = records(arguments.data, arguments.rows)
    rules = Rules()
    start = time.perf_counter()
    for record in rows:
        rules.score(record)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {"records": len(rows), "seconds": round(seconds, 4), "per_second": round(len(rows) / seconds)}
        )
    )


if __name__ == "__main__":
    main()
