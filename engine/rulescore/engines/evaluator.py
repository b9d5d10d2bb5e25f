# SPDX-License-Identifier: Apache-2.0
"""Typed trees on plain values: a SimpleEval whose operators, connectives and functions are ours and three-valued."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from simpleeval import SimpleEval

from ..lang.functions import FUNCTIONS
from ..lang.functions.declare import Function
from ..lang.syntax import Tree, constant
from .operators import ARITHMETIC, COMPARISONS, all_of, any_of, negative, opposite

_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "**": ast.Pow,
}  # fmt: skip
_COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip

_OPERATORS: dict[type, Callable[..., Any]] = {
    **{kind: ARITHMETIC[sign] for sign, kind in _BINARY.items()},
    **{kind: COMPARISONS[sign] for sign, kind in _COMPARE.items()},
    ast.USub: negative,
    ast.Not: opposite,
}


def _skipping_missing(function: Function) -> Callable[..., Any]:
    if function.sees_missing:
        return function.row
    row = function.row
    return lambda *values: None if None in values else row(*values)


_CALLS = {name: _skipping_missing(function) for name, function in FUNCTIONS.items()}


class Evaluator(SimpleEval):  # type: ignore[misc]
    """Evaluates lowered trees over `names`."""

    def __init__(self) -> None:
        super().__init__(operators=_OPERATORS, functions=_CALLS, names={})
        self._lowered: dict[int, tuple[Tree, ast.expr]] = {}

    def value(self, tree: Tree, names: Mapping[str, Any]) -> Any:
        """The tree's value; None is missing."""
        self.names = names
        return self._eval(self._node(tree))

    def _node(self, tree: Tree) -> ast.expr:
        # keyed by identity; the tree is kept beside its node so that the identity stays taken
        found = self._lowered.get(id(tree))
        if found is None:
            found = self._lowered[id(tree)] = (tree, lower(tree))
        return found[1]

    def _eval(self, node: ast.AST) -> Any:
        # What SimpleEval guards against at every node, modules and functions as values, no lowered tree can hold.
        return self.nodes[type(node)](node)

    def _eval_boolop(self, node: Any) -> bool | None:
        values = [self._eval(value) for value in node.values]
        return all_of(values) if isinstance(node.op, ast.And) else any_of(values)

    def _eval_compare(self, node: Any) -> bool | None:
        if len(node.ops) == 1 and not isinstance(node.ops[0], ast.In):  # nearly always
            held: bool | None = self.operators[type(node.ops[0])](
                self._eval(node.left), self._eval(node.comparators[0])
            )
            return held
        values = [self._eval(value) for value in (node.left, *node.comparators)]
        if isinstance(node.ops[0], ast.In):
            return None if values[0] is None else values[0] in values[1:]
        return all_of(
            [self.operators[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)]
        )

    def _eval_ifexp(self, node: Any) -> Any:
        test = self._eval(node.test)
        return None if test is None else self._eval(node.body if test else node.orelse)


def folded(tree: Tree) -> Tree:
    """The tree with what rests on no name, such as a date a number of months back, worked out once."""

    def change(node: Tree) -> Tree:
        if node.op == "const" or node.kind not in ("number", "date", "bool", "text") or node.names():
            return node
        found = Evaluator().value(node, {})
        return node if found is None else constant(found, node.kind)

    return tree.map(change)


def lower(tree: Tree) -> ast.expr:
    """Our tree as nodes of Python's; names may hold any text, since they are only looked up."""
    args = [lower(arg) for arg in tree.args]
    match tree.op:
        case "const":
            return ast.Constant(tree.value)  # type: ignore[arg-type]
        case "name":
            return ast.Name(str(tree.value), ast.Load())
        case "and" | "or":
            return ast.BoolOp(ast.And() if tree.op == "and" else ast.Or(), args)
        case "not":
            return ast.UnaryOp(ast.Not(), args[0])
        case "neg":
            return ast.UnaryOp(ast.USub(), args[0])
        case "arith":
            return ast.BinOp(args[0], _BINARY[str(tree.value)](), args[1])
        case "compare":
            assert isinstance(tree.value, tuple)
            return ast.Compare(args[0], [_COMPARE[str(sign)]() for sign in tree.value], args[1:])
        case "in":
            return ast.Compare(args[0], [ast.In()], args[1:])
        case "if":
            return ast.IfExp(*args)
        case "call":
            return ast.Call(ast.Name(str(tree.value), ast.Load()), args, [])
        case _:
            raise TypeError(f"{tree.op} must be lifted before it is evaluated")
