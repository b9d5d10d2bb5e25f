# SPDX-License-Identifier: Apache-2.0
"""Typed trees as Polars expressions with the meaning of the row engine.

Every cure for a difference between the two lives here or in a function's frame form: divisions stay divisions,
results that are not finite become null, chains of `and` and comparisons are Kleene's, powers are products.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl

from ..lang.functions import FUNCTIONS
from ..lang.functions.numbers import exact_divide, keep_finite, quantise_frame
from ..lang.syntax import MAX_NUMBER, Tree
from .literals import literal
from .operators import repeated

LARGEST = 307.0
"""Results whose size may pass 10**LARGEST are checked for overflow."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip

_FIELD_SIZE = math.log10(MAX_NUMBER)


def as_number(column: str, kind: str) -> pl.Expr:
    """A date as days since 1970-01-01 as float64, the form expressions see; any other column as it is."""
    return pl.col(column).cast(pl.Int32).cast(pl.Float64) if kind == "date" else pl.col(column)


def _joined(parts: Sequence[pl.Expr], join: Callable[[Any, Any], Any]) -> pl.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = join(result, part)
    return result


class Columns:
    """Compiles trees. `fields` are the names whose numbers passed the door, where their size was limited; `bound`
    holds expressions for names that are no columns."""

    def __init__(self, fields: Collection[str], bound: Mapping[str, pl.Expr] | None = None) -> None:
        self.fields = frozenset(fields)
        self.bound = bound or {}

    def expression(self, tree: Tree) -> pl.Expr:
        """The tree as an expression; columns are named as the tree's names, dates are numbers of days."""
        if tree.op not in ("arith", "neg"):
            return self.plain(tree)
        # A result that is not finite stays so through + - * and in a numerator: one check where a chain of them ends.
        return _finite(self.chain(tree)) if self.may_overflow(tree) else self.chain(tree)

    def all(self, trees: Sequence[Tree]) -> list[pl.Expr]:
        return [self.expression(tree) for tree in trees]

    def plain(self, tree: Tree) -> pl.Expr:
        match tree.op:
            case "const":
                return literal(tree.value)
            case "name":
                name = str(tree.value)
                return self.bound[name] if name in self.bound else pl.col(name)
            case "and":
                return _joined(self.all(tree.args), operator.and_)
            case "or":
                return _joined(self.all(tree.args), operator.or_)
            case "not":
                return ~self.expression(tree.args[0])
            case "compare":
                assert isinstance(tree.value, tuple)
                values = self.all(tree.args)
                tests = [
                    _COMPARE[str(sign)](a, b)
                    for sign, a, b in zip(tree.value, values, values[1:], strict=False)
                ]
                return _joined(tests, operator.and_)
            case "in":
                left = self.expression(tree.args[0])
                return _joined([left == literal(item.value) for item in tree.args[1:]], operator.or_)
            case "if":
                test, then, other = self.all(tree.args)
                return pl.when(test).then(then).when(~test).then(other)  # neither when the test is missing
            case "call":
                return self.call(tree)
        raise TypeError(f"{tree.op} must be lifted before it is evaluated")

    def call(self, tree: Tree) -> pl.Expr:
        function = FUNCTIONS[str(tree.value)]
        args: list[Any] = []
        for parameter, arg in zip(
            (*function.parameters, *("any",) * len(tree.args)), tree.args, strict=False
        ):
            # literal arguments are taken as plain values
            args.append(
                arg.value if parameter.rstrip("?") in ("literal", "pattern") else self.expression(arg)
            )
        result: pl.Expr = function.frame(pl, *args)
        return result

    def chain(self, tree: Tree) -> pl.Expr:
        """Arithmetic without the last check for overflow."""
        if tree.op == "neg":
            return -self.chain(tree.args[0])
        if tree.op != "arith":
            return self.plain(tree)
        left, right = tree.args
        a = self.chain(left)
        match str(tree.value):
            case "+":
                return a + self.chain(right)
            case "-":
                return a - self.chain(right)
            case "*":
                return a * self.chain(right)
            case "/":
                return self.quotient(a, right)
            case "//":
                return _finite(self.quotient(a, right)).floor()
            case "%":
                return self.expression(left) - _finite(self.quotient(a, right)).floor() * self.expression(
                    right
                )
            case _:
                return _power(self.expression(left), right)

    def quotient(self, a: pl.Expr, right: Tree) -> pl.Expr:
        """a / right; dividing by zero gives what is not finite, and so missing in the end."""
        if right.op == "const" and isinstance(right.value, float):
            return exact_divide(pl, a, right.value)  # type: ignore[no-any-return]
        divisor = self.expression(right)
        if right.op == "name" and str(right.value) in self.fields and str(right.value) not in self.bound:
            return a / divisor
        # what is no field may be one value for all customers, and that Polars divides by as it does by a literal
        return exact_divide(pl, a, divisor)  # type: ignore[no-any-return]

    def may_overflow(self, tree: Tree) -> bool:
        """Whether some link of the chain may not be finite; a later link that makes the size small does not heal it."""
        if tree.op not in ("arith", "neg"):
            return False
        if tree.op == "arith" and tree.value not in ("+", "-", "*"):
            if tree.value != "/" or tree.args[1].op != "const" or self.size(tree) > LARGEST:
                return True
            return self.may_overflow(tree.args[0])
        return self.size(tree) > LARGEST or any(self.may_overflow(arg) for arg in tree.args)

    def size(self, tree: Tree) -> float:
        """log10 of the largest absolute value the tree can have: tells which results need an overflow check."""
        match tree.op, tree.value:
            case "const", float() as value:
                return math.log10(abs(value)) if value else 0.0
            case "name", str() as name if name in self.fields:
                return _FIELD_SIZE
            case "neg", _:
                return self.size(tree.args[0])
            case "arith", "+" | "-":
                return max(self.size(arg) for arg in tree.args) + 0.5
            case "arith", "*":
                return sum(self.size(arg) for arg in tree.args)
            case "arith", "/" if tree.args[1].op == "const" and tree.args[1].value:  # by 0: never finite
                return self.size(tree.args[0]) - self.size(tree.args[1])
            case "if", _:
                return max(self.size(arg) for arg in tree.args[1:])
        return 308.5


def _finite(x: Any) -> pl.Expr:
    return keep_finite(pl, x)  # type: ignore[no-any-return]


def _power(base: pl.Expr, exponent: Tree) -> pl.Expr:
    value = exponent.value
    assert isinstance(value, float)
    if value == int(value):
        found = repeated(base, int(abs(value)), operator.mul)
        result = base * 0.0 + 1.0 if found is None else _finite(found)
        return result if value >= 0 else _finite(1.0 / result)
    if value == 0.5:
        return pl.when(base >= 0).then(base.sqrt())
    return quantise_frame(pl, base.pow(value))  # type: ignore[no-any-return]
