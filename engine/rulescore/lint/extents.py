# SPDX-License-Identifier: Apache-2.0
"""A tree -> the values it can have at most, as far as the data dictionary and the functions say."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from ..lang.syntax import Tree
from ..model import Field, Pack

INFINITE = math.inf
MOST_VALUES = 40
Constant = float | str | bool


class Extent(Struct, frozen=True):
    """Numbers (dates as days) from `low` to `high`, `whole` ones only, or just `values`. `sure`: the ends are really
    reached; where inputs depend on one another the ends are only an outer limit."""

    low: float = -INFINITE
    high: float = INFINITE
    whole: bool = False
    values: tuple[Constant, ...] | None = None
    sure: bool = True


ANY = Extent()
DAYS = Extent(whole=True, sure=False)
COUNT = Extent(0.0, whole=True)


def one(value: Constant) -> Extent:
    if isinstance(value, float) and not isinstance(value, bool):
        return Extent(value, value, value == int(value), (value,))
    return Extent(values=(value,))


def hull(first: Extent, second: Extent) -> Extent:
    values = None
    if first.values is not None and second.values is not None:
        values = tuple(sorted({*first.values, *second.values}, key=str))
    whole, sure = first.whole and second.whole, first.sure and second.sure
    return Extent(min(first.low, second.low), max(first.high, second.high), whole, values, sure)


class World(Struct):
    """What is known about names: the pack's fields, features and parameters; `extra` for scores and the like."""

    pack: Pack
    extra: Mapping[str, Extent] = {}
    _known: dict[str, Extent] = {}
    _roots: dict[str, tuple[str, ...]] = {}
    _written_out: dict[str, Tree] = {}

    # ---- trees -----------------------------------------------------------------------------------------

    def expanded(self, tree: Tree) -> Tree:
        """Conditions that are features, and parameters that never change, written out."""
        parameters, features = self.pack.parameters, self.pack.features

        def change(node: Tree) -> Tree:
            if node.op != "name":
                return node
            text = str(node.value)
            feature = features.get(text)
            if feature is not None and (feature.expr.tree.kind == "bool" or feature.expr.tree.op == "name"):
                if feature.expr.tree.op == "name" and feature.expr.tree.value == text:
                    return node
                if text not in self._written_out:
                    self._written_out[text] = self.expanded(feature.expr.tree)
                return self._written_out[text]
            parameter = parameters.get(text.removeprefix("param.")) if text.startswith("param.") else None
            if parameter is not None and len(parameter.values) == 1:
                return Tree("const", value=parameter.values[0][1], kind=node.kind)
            return node

        return tree.map(change)

    def roots(self, tree: Tree) -> tuple[str, ...]:
        """The inputs behind a tree, each as often as it is used: fields of customers, event tables."""
        found: list[str] = []
        for node in [tree] if tree.op in ("name", "aggregate") else tree.args:
            if node.op == "aggregate":
                found.append(f"table {node.table}")
            elif node.op != "name":
                found += self.roots(node)
            elif str(node.value) in self.pack.features and str(node.value) not in self._roots:
                text = str(node.value)
                self._roots[text] = (text,)  # a feature may stand for the field of its own name
                self._roots[text] = self.roots(self.pack.features[text].expr.tree)
                found += self._roots[text]
            elif str(node.value) in self._roots:
                found += self._roots[str(node.value)]
            elif node.value != "as_of" and not str(node.value).startswith("param."):
                found.append(str(node.value))
        return tuple(found)

    # ---- extents ---------------------------------------------------------------------------------------

    def extent(self, tree: Tree) -> Extent:
        found = self._extent(tree)
        roots = self.roots(tree)
        return found if len(set(roots)) == len(roots) else replace(found, sure=False)

    def _extent(self, tree: Tree) -> Extent:
        args = tree.args
        match tree.op:
            case "const" if isinstance(tree.value, float | str | bool):
                return one(tree.value)
            case "name":
                return self._name(str(tree.value))
            case "neg":
                inner = self._extent(args[0])
                return Extent(-inner.high, -inner.low, inner.whole, None, inner.sure)
            case "if":
                return hull(self._extent(args[1]), self._extent(args[2]))
            case "arith":
                if "date" in (args[0].kind, args[1].kind):
                    return self._days(args[0], args[1])
                return _arithmetic(str(tree.value), self._extent(args[0]), self._extent(args[1]))
            case "call":
                return self._call(tree)
            case "aggregate":
                return self._aggregate(tree)
            case "base":
                return self._base(tree)
        return ANY

    def _name(self, text: str) -> Extent:
        if text in self.extra:
            return self.extra[text]
        if text not in self._known:
            feature = self.pack.features.get(text)
            self._known[text] = ANY
            if feature is not None and feature.expr.tree.op != "name":
                self._known[text] = self._extent(feature.expr.tree)
            elif text.startswith("param."):
                values = [one(value) for _, value, _ in self.pack.parameters[text[6:]].values]
                found = values[0]
                for other in values[1:]:
                    found = hull(found, other)
                self._known[text] = found
            elif text == "as_of":
                self._known[text] = DAYS
            else:
                table, _, column = text.rpartition(".")
                fields = self.pack.tables[table or self.pack.subject].fields
                if (column or text) in fields:
                    self._known[text] = of_field(fields[column or text])
        return self._known[text]

    def _days(self, first: Tree, second: Tree) -> Extent:
        """The difference of two dates; the day of an event is never after the as-of date."""
        for left, right, sign in ((first, second, 1), (second, first, -1)):
            if left.op == "name" and str(right.value) in self.pack.features:
                right = self.pack.features[str(right.value)].expr.tree
            if left.op == "name" and left.value == "as_of" and right.op == "aggregate" and right.operands:
                table, _, column = str(right.args[0].value).rpartition(".")
                if table == right.table and column == self.pack.tables[table].date:
                    return Extent(0.0, whole=True) if sign == 1 else Extent(high=0.0, whole=True)
        return DAYS

    def _call(self, tree: Tree) -> Extent:
        name = str(tree.value)
        if name in ("days_between", "months_between", "years_between"):
            return self._days(tree.args[1], tree.args[0])
        parts = [self._extent(arg) for arg in tree.args]
        first = parts[0]
        sure = all(part.sure for part in parts)
        match name:
            case "min":
                return Extent(
                    min(p.low for p in parts),
                    min(p.high for p in parts),
                    all(p.whole for p in parts),
                    None,
                    sure,
                )
            case "max":
                return Extent(
                    max(p.low for p in parts),
                    max(p.high for p in parts),
                    all(p.whole for p in parts),
                    None,
                    sure,
                )
            case "coalesce":
                found = first
                for part in parts[1:]:
                    found = hull(found, part)
                return found
            case "abs":
                low = 0.0 if first.low <= 0 <= first.high else min(abs(first.low), abs(first.high))
                return Extent(low, max(abs(first.low), abs(first.high)), first.whole, None, sure)
            case "clip":
                return Extent(
                    max(first.low, parts[1].low), min(first.high, parts[2].high), False, None, False
                )
            case "floor" | "ceil" | "round":
                if len(parts) > 1:
                    return Extent(first.low - 1, first.high + 1, False, None, False)
                return Extent(first.low - 1, first.high + 1, True, None, False)
            case "sqrt" | "exp":
                return Extent(0.0, sure=False)
            case "length":
                return COUNT
            case "month":
                return Extent(1.0, 12.0, True)
            case "year":
                return Extent(whole=True, sure=False)
            case "days":
                return first
        return DAYS if tree.kind == "date" else replace(ANY, sure=False)

    def _aggregate(self, tree: Tree) -> Extent:
        operand = self._extent(tree.args[0]) if tree.operands else ANY
        match str(tree.value):
            case "count" | "count_distinct":
                return COUNT
            case "sum":
                low = 0.0 if operand.low >= 0 else -INFINITE
                return Extent(low, 0.0 if operand.high <= 0 else INFINITE, sure=operand.sure)
            case "mean" | "median":
                return Extent(operand.low, operand.high, sure=operand.sure)
            case "min" | "max" | "first" | "last":
                return operand
            case "std":
                return Extent(0.0)
            case "gap":
                return Extent(1.0)
        return ANY

    def _base(self, tree: Tree) -> Extent:
        match str(tree.value):
            case "rank":
                return Extent(1.0, whole=True)
            case "percentile":
                return Extent(0.0, 100.0, sure=False)
            case "quantile_band":
                bands = tree.args[1].value
                assert isinstance(bands, float)
                return Extent(1.0, bands, whole=True)
            case "group_sum":
                return Extent(0.0 if self._extent(tree.args[0]).low >= 0 else -INFINITE, sure=False)
        return (
            Extent(0.0, 1.0, sure=False) if self._extent(tree.args[0]).low >= 0 else replace(ANY, sure=False)
        )


def of_field(found: Field) -> Extent:
    if found.type == "text":
        return Extent(values=found.values if found.values and len(found.values) <= MOST_VALUES else None)
    low = -INFINITE if found.min is None else float(found.min)
    high = INFINITE if found.max is None else float(found.max)
    return Extent(low, high, found.type in ("integer", "date"))


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _arithmetic(sign: str, a: Extent, b: Extent) -> Extent:
    whole, sure = a.whole and b.whole, a.sure and b.sure
    match sign:
        case "+":
            return Extent(a.low + b.low, a.high + b.high, whole, None, sure)
        case "-":
            return Extent(a.low - b.high, a.high - b.low, whole, None, sure)
        case "*":
            corners = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
            return Extent(min(corners), max(corners), whole, None, sure)
        case "/" if b.low == b.high and b.low != 0:
            corners = [x / b.low for x in (a.low, a.high)]
            return Extent(min(corners), max(corners), False, None, sure)
        case "/" if b.low >= 0:
            return Extent(
                0.0 if a.low >= 0 else -INFINITE, 0.0 if a.high <= 0 else INFINITE, False, None, sure
            )
        case "%" if b.low == b.high and b.low > 0:
            return Extent(0.0, b.low, whole, None, False)
        case "//":
            return Extent(whole=True, sure=False)
    return replace(ANY, sure=False)
