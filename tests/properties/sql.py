# SPDX-License-Identifier: Apache-2.0
"""Expressions as DuckDB SQL, written from the description of the language and not from the engines: an independent
second reading of arithmetic, comparison, logic and `if`.

Every sub-expression becomes a column of its own, level by level, so that nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl
from rulescore.lang.syntax import Tree

SIGNS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def known(value: str) -> str:
    """What is not a finite number is missing."""
    return f"CASE WHEN isfinite({value}) THEN {value} END"


class Levels:
    """The columns to compute, by how deep their arguments lie: level n needs only levels below."""

    def __init__(self) -> None:
        self.levels: list[list[str]] = []
        self.names: dict[Tree, tuple[str, int]] = {}
        self.count = 0

    def column(self, expression: str, depth: int) -> tuple[str, int]:
        while len(self.levels) <= depth:
            self.levels.append([])
        self.count += 1
        self.levels[depth].append(f'{expression} AS "#{self.count}"')
        return f'"#{self.count}"', depth

    def of(self, tree: Tree) -> tuple[str, int]:
        if tree not in self.names:
            self.names[tree] = self.made(tree)
        return self.names[tree]

    def made(self, tree: Tree) -> tuple[str, int]:
        match tree.op, tree.value:
            case "const", bool() as value:
                return self.column("TRUE" if value else "FALSE", 0)
            case "const", float() as value:
                return self.column(f"CAST('{value!r}' AS DOUBLE)", 0)
            case "name", str() as name:
                return f'"{name}"', -1
            case "arith", "**":
                return self.power(tree.args[0], float(tree.args[1].value))  # type: ignore[arg-type]
        found = [self.of(arg) for arg in tree.args]
        args, depth = [name for name, _ in found], max(deep for _, deep in found) + 1
        if tree.op == "arith" and tree.value in ("/", "//", "%"):
            return self.division(str(tree.value), args[0], args[1], depth)
        return self.column(plain(tree, args), depth)

    def division(self, sign: str, a: str, b: str, depth: int) -> tuple[str, int]:
        raw, depth = self.column(f"CASE WHEN {b} <> 0::DOUBLE THEN {a} / {b} END", depth)
        quotient, depth = self.column(known(raw), depth + 1)
        if sign == "/":
            return quotient, depth
        whole, depth = self.column(f"floor({quotient})", depth + 1)
        if sign == "//":
            return whole, depth
        rest, depth = self.column(f"{a} - {whole} * {b}", depth + 1)
        return self.column(known(rest), depth + 1)

    def power(self, tree: Tree, exponent: float) -> tuple[str, int]:
        """A half is the square root; whole powers are products by squaring, from the lowest bit up, one over it if negative."""
        base, depth = self.of(tree)
        if exponent == 0.5:
            return self.column(f"CASE WHEN {base} >= 0 THEN sqrt({base}) END", depth + 1)
        left, product = int(abs(exponent)), ""
        if not left:
            return self.column(f"CASE WHEN {base} IS NOT NULL THEN 1::DOUBLE END", depth + 1)
        while left:
            if left & 1:
                product, depth = self.column(f"{product} * {base}" if product else base, depth + 1)
            left >>= 1
            if left:
                base, depth = self.column(f"{base} * {base}", depth + 1)
        product, depth = self.column(known(product), depth + 1)
        return (product, depth) if exponent > 0 else self.division("/", *self.one(product, depth))

    def one(self, divisor: str, depth: int) -> tuple[str, str, int]:
        return "1::DOUBLE", divisor, depth + 1


def plain(tree: Tree, args: Sequence[str]) -> str:
    match tree.op, tree.value:
        case ("and" | "or") as op, _:
            return f" {op.upper()} ".join(args)
        case "not", _:
            return f"NOT {args[0]}"
        case "neg", _:
            return f"-{args[0]}"
        case "if", _:
            return f"CASE WHEN {args[0]} IS NULL THEN NULL WHEN {args[0]} THEN {args[1]} ELSE {args[2]} END"
        case "in", _:
            return " OR ".join(f"{args[0]} = {item}" for item in args[1:])
        case "compare", tuple() as signs:
            return " AND ".join(
                f"{a} {SIGNS[str(sign)]} {b}" for a, sign, b in zip(args, signs, args[1:], strict=False)
            )
        case "arith", sign:
            return known(f"({args[0]} {sign} {args[1]})")
    raise TypeError(tree.op)


def by_sql(trees: Sequence[Tree], frame: pl.DataFrame) -> list[list[Any]]:
    """Each expression's values over the frame, by DuckDB."""
    levels = Levels()
    results = [levels.of(tree)[0] for tree in trees]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("records", frame.with_row_index("?row").to_arrow())
        source = "records"
        for number, columns in enumerate(levels.levels):
            connection.execute(f"CREATE TABLE level{number} AS SELECT *, {', '.join(columns)} FROM {source}")
            source = f"level{number}"
        found = connection.execute(f'SELECT {", ".join(results)} FROM {source} ORDER BY "?row"').fetchall()
    return [list(column) for column in zip(*found, strict=True)]
