# SPDX-License-Identifier: Apache-2.0
"""The pure-Python limit: one function, generated from the pack, run record by record.

`python_generated.py IN.parquet [ROWS] [--compare DIR]` prints records a second; with `--compare` it also compares every
case, point, dimension, composite and tier with the files that `hand_written.py` left in DIR.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from pack_reader import AS_OF, UNIT, condition_of_band, dimensions, features, kind_of, read, records

Line = str


def years_between(start: float, end: float) -> float:
    a, b = (date.fromordinal(int(day) + 719163) for day in (start, end))
    return float(b.year - a.year - ((b.month, b.day) < (a.month, a.day)))


class Writer:
    """Writes statements that leave each value, or None for missing, in a variable."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.count = 0
        self.depth = 1

    def put(self, line: Line) -> None:
        self.lines.append("    " * self.depth + line)

    def keep(self, text: str) -> str:
        self.count += 1
        self.put(f"t{self.count} = {text}")
        return f"t{self.count}"

    def known(self, parts: list[str], text: str) -> str:
        """`text`, or None when a part is missing."""
        unknown = " or ".join(
            f"{part} is None" for part in parts if part.isidentifier() and part not in ("True", "False")
        )
        return self.keep(f"None if {unknown} else {text}") if unknown else text

    def value(self, text: Any) -> str:
        return self.node(ast.parse(str(text), mode="eval").body)

    def node(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=value):
                return repr(float(value) if type(value) is int else value)
            case ast.Name(id="as_of"):
                return repr(float(AS_OF))
            case ast.Name(id=name):
                return name
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return repr(-float(number))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                part = self.node(operand)
                return self.known([part], f"not {part}")
            case ast.BoolOp(op=op, values=values):
                parts = [self.node(value) for value in values]
                stop, go = ("False", "True") if isinstance(op, ast.And) else ("True", "False")
                stops = " or ".join(f"{part} is {stop}" for part in parts)
                unknown = " or ".join(f"{part} is None" for part in parts)
                return self.keep(f"{stop} if {stops} else None if {unknown} else {go}")
            case ast.Compare(left=left, ops=ops, comparators=rights):
                parts = [self.node(left)]
                text = parts[0]
                for comparison, right in zip(ops, rights, strict=True):
                    if isinstance(right, ast.List):
                        text += f" in {ast.unparse(right)}"
                        continue
                    parts.append(self.node(right))
                    sign = ast.unparse(ast.Compare(ast.Name("a"), [comparison], [ast.Name("b")]))[2:-2]
                    text += f" {sign} {parts[-1]}"
                return self.known(parts, text)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.node(left), self.node(right)
                if isinstance(op, ast.Div):
                    zero = f" or {b} == 0.0" if b.isidentifier() else ""
                    unknown = " or ".join(f"{part} is None" for part in (a, b) if part.isidentifier())
                    return self.keep(f"None if {unknown}{zero} else {a} / {b}")
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}[type(op)]
                return self.known([a, b], f"({a} {sign} {b})")
            case ast.IfExp(test=test, body=body, orelse=other):
                held, a, b = self.node(test), self.node(body), self.node(other)
                return self.keep(f"None if {held} is None else {a} if {held} else {b}")
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
        raise NotImplementedError(ast.dump(node))

    def call(self, name: str, args: list[ast.expr]) -> str:
        if name == "date":
            day = date.fromisoformat(ast.literal_eval(args[0]))
            return repr(float((day - date(1970, 1, 1)).days))
        parts = [self.node(arg) for arg in args]
        if name == "is_missing":
            return self.keep(f"{parts[0]} is None")
        if name == "coalesce":
            return self.keep(f"{parts[1]} if {parts[0]} is None else {parts[0]}")
        forms = {
            "days_between": "{1} - {0}", "years_between": "years_between({0}, {1})", "abs": "abs({0})",
            "min": "min({0}, {1})", "max": "max({0}, {1})", "clip": "min(max({0}, {1}), {2})",
            "sqrt": "sqrt({0}) if {0} >= 0.0 else None", "round": "floor({0} * 10.0 + 0.5) / 10.0",
        }  # fmt: skip
        return self.known(parts, forms[name].format(*parts))

    # ---- rules --------------------------------------------------------------------------------------------

    def steps(self, steps: list[tuple[Any, str]], otherwise: str) -> None:
        """Ordered conditions -> case c and points p; the first missing condition makes the rule missing."""
        depth = self.depth
        for index, (condition, points) in enumerate(steps):
            held = self.value(condition)
            self.put(f"if {held} is None: c, p = -1, None")
            self.put(f"elif {held}: c, p = {index}, {points}")
            self.put("else:")
            self.depth += 1
        self.put(f"c, p = {len(steps)}, {otherwise}")
        self.depth = depth

    def ladder(self, name: str, conditions: list[str], points: list[str]) -> None:
        """One number against literals: nothing in between can be missing."""
        self.put(f"if {name} is None: c, p = -1, None")
        for index, condition in enumerate(conditions):
            self.put(f"elif {condition}: c, p = {index}, {points[index]}")
        self.put(f"else: c, p = {len(conditions)}, {points[-1]}")

    def computed(self, text: str, low: float, high: float) -> None:
        self.put(f"if {text} is None: c, p = -1, None")
        self.put(f"else: c, p = 0, floor(min(max({text}, {float(low)}), {float(high)}) * {UNIT} + 0.5)")

    def rule(self, rule: dict[str, Any]) -> tuple[float, float]:
        """Writes the rule; returns its least and most points."""
        name = str(rule.get("of", ""))
        match kind_of(rule):
            case "when":
                other = rule.get("else", 0)
                self.steps([(rule["when"], str(rule["points"] * UNIT))], str(other * UNIT))
                return min(rule["points"], other), max(rule["points"], other)
            case "bands":
                earned = [band["points"] for band in rule["bands"]]
                conditions = [condition_of_band(name, band) for band in rule["bands"][:-1]]
                self.ladder(name, conditions, [str(p * UNIT) for p in earned])
            case "lookup":
                earned = [*rule["lookup"].values(), rule["else"]]
                conditions = [f"{name} == {json.dumps(value)}" for value in rule["lookup"]]
                self.ladder(name, conditions, [str(p * UNIT) for p in earned])
            case "cases":
                *steps, last = rule["cases"]
                earned = [*(step["points"] for step in steps), last["else"]]
                self.steps(
                    [(step["when"], str(step["points"] * UNIT)) for step in steps], str(last["else"] * UNIT)
                )
            case "scale":
                knots = rule["scale"]
                earned = [points for _, points in knots]
                between = [
                    f"floor(({float(y0)} + ({name} - {float(x0)}) / {float(x1) - float(x0)} * {float(y1 - y0)}) * {UNIT} + 0.5)"
                    for (x0, y0), (x1, y1) in pairwise(knots)
                ]
                points = [str(earned[0] * UNIT), *between, str(earned[-1] * UNIT)]
                self.ladder(name, [f"{name} <= {float(x)}" for x, _ in knots], points)
            case "formula":
                low, high = rule.get("min", 0), rule.get("max", 100)
                self.computed(self.value(rule["formula"]), low, high)
                return low, high
            case _:
                low, high = rule.get("min", 0), rule.get("max", 100)
                items = [(self.value(item["when"]), item["points"]) for item in rule["checklist"]]
                summed = " + ".join(f"({points} if {held} else 0)" for held, points in items)
                total = self.known([held for held, _ in items], f"{rule.get('initial', 0)} + {summed}")
                self.computed(total, low, high)
                return low, high
        return min(earned), max(earned)


def source() -> str:
    """The function `score(record) -> (dimensions, composite, tier, cases, points)` as text."""
    out = Writer()
    fields = [name for name in read("tables")["tables"]["customers"]["fields"] if name != "customer_id"]
    for name in fields:
        out.put(f"{name} = record[{name!r}]")
    for name, text in features().items():
        out.put(f"{name} = {out.value(text)}")
    out.put("cases = []; points = []; scores = []; composite = weights = covered = bounds = 0")
    for file in dimensions().values():
        out.put("total = weight = scored = applicable = 0")
        for rule in file["rules"]:
            weight = rule.get("weight", 1)
            depth = out.depth
            if "applies" in rule:
                applies = out.value(rule["applies"])
                out.put(f"if {applies} is None: c, p = -1, None")
                out.put(f"elif not {applies}: c, p = -2, None")
                out.put("else:")
                out.depth += 1
            low, _ = out.rule(rule)
            out.depth = depth
            policy = rule.get("on_missing")
            if policy:
                out.put(f"if c == -1: p = {(low if policy == 'worst' else policy['points']) * UNIT}")
            out.put("cases.append(c); points.append(p)")
            out.put(f"if p is not None: total += {weight} * p; weight += {weight}")
            out.put(f"if c != -2: applicable += {weight}")
            out.put(f"if c >= 0: scored += {weight}")
        share = file["share"]
        out.put("s = (2 * total + weight) // (2 * weight) if weight else None")
        out.put("scores.append(s)")
        out.put(f"if weight: composite += {share} * s; weights += {share}")
        out.put(f"if applicable: covered += {share} * (scored * 1000000 // applicable); bounds += {share}")
    out.put("if not weights: return scores, None, None, cases, points")
    out.put("composite = (2 * composite + weights * 100) // (2 * weights * 100) * 100")
    heavy, dishonest = (out.value(gate["when"]) for gate in reversed(read("pack")["gates"]))
    out.put(f"if {heavy}: composite = min(composite, 500000)")
    out.put("stable = scores[3]")
    out.put(
        "tier = 0 if composite >= 540000 and stable is not None and stable >= 500000 else 1 if composite >= 470000 else 2"
    )
    out.put("if (2 * covered + bounds * 100) // (2 * bounds * 100) < 6000: tier = max(tier, 1)")
    out.put(f"if {dishonest}: tier = 2")
    out.put("return scores, composite, ('strategic', 'important', 'ordinary')[tier], cases, points")
    return "def score(record):\n" + "\n".join(out.lines) + "\n"


def compiled() -> Callable[[dict[str, Any]], Any]:
    scope: dict[str, Any] = {"floor": math.floor, "sqrt": math.sqrt, "years_between": years_between}
    exec(compile(source(), "<generated>", "exec"), scope)
    score: Callable[[dict[str, Any]], Any] = scope["score"]
    return score


def compare(results: list[Any], directory: Path) -> int:
    """How many cells differ from the hand-written run."""
    trace = pl.read_parquet(directory / "trace.parquet").head(len(results))
    names = [rule["id"] for file in dimensions().values() for rule in file["rules"]]
    columns: dict[str, list[Any]] = {name: [r[0][i] for r in results] for i, name in enumerate(dimensions())}
    columns |= {"composite": [r[1] for r in results], "tier": [r[2] for r in results]}
    columns |= {f"{name}.case": [r[3][i] for r in results] for i, name in enumerate(names)}
    columns |= {f"{name}.points": [r[4][i] for r in results] for i, name in enumerate(names)}
    wrong = 0
    for name, values in columns.items():
        own = pl.Series(name, values, dtype=trace[name].dtype)
        count = int((own.ne_missing(trace[name])).sum())
        if count:
            print(f"{name}: {count} differ")
        wrong += count
    print(f"{wrong} of {len(columns) * len(results)} cells differ from the hand-written run")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    parser.add_argument("--compare", type=Path)
    arguments = parser.parse_args()
    rows = records(arguments.data, arguments.rows)
    score = compiled()
    start = time.perf_counter()
    results = [score(record) for record in rows]
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {"records": len(rows), "seconds": round(seconds, 4), "per_second": round(len(rows) / seconds)}
        )
    )
    if arguments.compare and compare(results, arguments.compare):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
