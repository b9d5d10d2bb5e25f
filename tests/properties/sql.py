# SPDX-License-Identifier: Apache-2.0
"""Expressions as DuckDB SQL, written from the description of the language and not from the engines: an independent
second reading of arithmetic, comparison, logic and `if`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl

from rulescore.lang.syntax import Tree

# Each step as a macro: a missing operand gives missing; so does what is not a finite number.
MACROS = """
CREATE MACRO known(v) AS CASE WHEN isfinite(v) THEN v END;
CREATE MACRO quotient(a, b) AS CASE WHEN b <> 0::DOUBLE THEN known(a / b) END;
CREATE MACRO whole(a, b) AS floor(quotient(a, b));
CREATE MACRO remainder(a, b) AS known(a - whole(a, b) * b);
CREATE MACRO choose(c, a, b) AS CASE WHEN c IS NULL THEN NULL WHEN c THEN a ELSE b END;
"""
SIGNS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def sql(tree: Tree) -> str:
    args = [sql(arg) for arg in tree.args]
    match tree.op, tree.value:
        case "const", bool() as value:
            return "TRUE" if value else "FALSE"
        case "const", float() as value:
            return f"CAST('{value!r}' AS DOUBLE)"
        case "name", str() as name:
            return f'"{name}"'
        case ("and" | "or") as op, _:
            return "(" + f" {op.upper()} ".join(args) + ")"
        case "not", _:
            return f"(NOT {args[0]})"
        case "neg", _:
            return f"(-{args[0]})"
        case "if", _:
            return f"choose({args[0]}, {args[1]}, {args[2]})"
        case "in", _:
            return "(" + " OR ".join(f"{args[0]} = {item}" for item in args[1:]) + ")"
        case "compare", tuple() as signs:
            pairs = zip(args, signs, args[1:], strict=False)
            return "(" + " AND ".join(f"{a} {SIGNS[str(sign)]} {b}" for a, sign, b in pairs) + ")"
        case "arith", "/":
            return f"quotient({args[0]}, {args[1]})"
        case "arith", "//":
            return f"whole({args[0]}, {args[1]})"
        case "arith", "%":
            return f"remainder({args[0]}, {args[1]})"
        case "arith", "**":
            return _power(args[0], float(tree.args[1].value))  # type: ignore[arg-type]
        case "arith", sign:
            return f"known({args[0]} {sign} {args[1]})"
    raise TypeError(tree.op)


def _power(base: str, exponent: float) -> str:
    """A half is the square root; whole powers are products by squaring, from the lowest bit up, one over it if negative."""
    if exponent == 0.5:
        return f"(SELECT CASE WHEN v >= 0 THEN sqrt(v) END FROM (SELECT {base} AS v))"
    left, product, square = int(abs(exponent)), "", "v"
    if not left:
        return f"CASE WHEN ({base}) IS NOT NULL THEN 1::DOUBLE END"
    steps: list[str] = []
    squares = ["v0"]
    for bit in range(1, left.bit_length()):
        steps.append(f"v{bit - 1} * v{bit - 1} AS v{bit}")
        squares.append(f"v{bit}")
    for bit in range(left.bit_length()):
        if left >> bit & 1:
            product = f"({product} * {squares[bit]})" if product else squares[bit]
    inner = f"(SELECT {base} AS v0)"
    for step in steps:
        inner = f"(SELECT *, {step} FROM {inner})"
    result = f"known({product})" if exponent > 0 else f"quotient(1::DOUBLE, known({product}))"
    del square
    return f"(SELECT {result} FROM {inner})"


def by_sql(trees: Sequence[Tree], frame: pl.DataFrame) -> list[list[Any]]:
    """Each expression's values over the frame, by DuckDB."""
    with duckdb.connect() as connection:
        connection.execute("SET threads TO 1")
        connection.execute(MACROS)
        connection.register("records", frame.with_row_index("?row").to_arrow())
        chosen = ", ".join(f'{sql(tree)} AS "?{index}"' for index, tree in enumerate(trees))
        found = connection.execute(f'SELECT {chosen} FROM records ORDER BY "?row"').fetchall()
    return [list(column) for column in zip(*found, strict=True)]
