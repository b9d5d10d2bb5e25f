# SPDX-License-Identifier: Apache-2.0
"""Expression text -> untyped `Tree`, by a whitelist over Python's own parser; and a tree back to text."""

from __future__ import annotations

import ast
import functools
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from .slips import one_literal, refused_characters, report_syntax

Kind = Literal["number", "text", "bool", "date", "period", "list", "unknown"]
Op = Literal[
    "const", "name", "and", "or", "not", "compare", "in", "arith", "neg", "if", "call", "aggregate", "base"
]
Value = float | str | bool | tuple[float | str | bool, ...] | None

MAX_TEXT = 2_000
MAX_DEPTH = 40
MAX_TREE = 500
MAX_NUMBER = 1e15

Report = Callable[..., None]
"""report(code, offset, length, **facts) notes a problem at characters of the expression."""


class Window(Struct, frozen=True):
    """Which events count: those in (as_of - lag - within, as_of - lag]; amounts with unit d, w, m or y."""

    within: tuple[int, str] | None = None
    lag: tuple[int, str] | None = None


class Tree(Struct, frozen=True, dict=True):
    """A node of an expression. `value` holds the constant, the name, the operators or the function's name.

    `aggregate`: args are its `operands` and then perhaps a condition; `table`, `window` say over what.
    Places do not count when trees are compared, so equal expressions are equal wherever they stand.
    """

    op: Op
    args: tuple[Tree, ...] = ()
    value: Value = None
    kind: Kind = "unknown"
    offset: int = 0
    length: int = 1
    table: str = ""
    window: Window | None = None
    operands: int = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[object, ...]:
        value = (type(self.value).__name__, self.value)
        return (
            self.op,
            value,
            self.table,
            self.window,
            self.operands,
            tuple(arg.key() for arg in self.args),
        )

    def walk(self) -> Iterator[Tree]:
        yield self
        for arg in self.args:
            yield from arg.walk()

    def names(self) -> frozenset[str]:
        known: dict[str, frozenset[str]] = self.__dict__
        if "_names" not in known:
            own = frozenset((str(self.value),)) if self.op == "name" else frozenset()
            known["_names"] = own.union(*(arg.names() for arg in self.args))
        return known["_names"]

    def typed(self, args: tuple[Tree, ...], kind: Kind) -> Tree:
        """The node with its arguments and itself typed."""
        return Tree(
            self.op, args, self.value, kind, self.offset, self.length, self.table, self.window, self.operands
        )

    def map(self, change: Callable[[Tree], Tree]) -> Tree:
        """The tree with `change` applied to every node, leaves first."""
        args = tuple(arg.map(change) for arg in self.args)
        same = all(one is other for one, other in zip(args, self.args, strict=True))
        return change(self if same else self.typed(args, self.kind))


def constant(value: float | str | bool, kind: Kind | None = None, offset: int = 0, length: int = 1) -> Tree:
    if kind is None:
        kind = "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    if kind in ("number", "date"):
        value = float(value)
    return Tree("const", (), value, kind, offset, length)


def name(text: str, kind: Kind) -> Tree:
    return Tree("name", value=text, kind=kind)


_ARITH: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip
_COMPARE: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


def fold(text: str) -> str:
    """NFKC, the folding that Python applies to identifiers; headers and ids are folded alike."""
    return unicodedata.normalize("NFKC", text)


def parse(text: str | int | float | bool, report: Report) -> Tree | None:
    """Text (or a YAML number or boolean) -> tree; None when it can't be read, with the problem reported."""
    if isinstance(text, bool | int | float):
        if not isinstance(text, bool) and abs(text) >= MAX_NUMBER:
            report("number-too-large", 0, 1, read=str(text))
            return None
        return constant(text)
    tree, told = _parsed(text)
    for code, offset, length, facts in told:
        report(code, offset, length, **facts)
    return tree


Told = tuple[str, int, int, dict[str, Any]]


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Tree | None, tuple[Told, ...]]:
    """The tree and what there is to report. A text says the same in every pack, and packs that extend one share most of
    theirs."""
    told: list[Told] = []
    tree = _parse(text, lambda code, offset, length, **facts: told.append((code, offset, length, facts)))
    return tree, tuple(told)


def _parse(text: str, report: Report) -> Tree | None:
    if len(text) > MAX_TEXT:
        report("expression-too-long", 0, 1, limit=MAX_TEXT)
        return None
    if refused_characters(text, report):
        return None
    text = text.replace("\n", " ").replace("\t", " ")  # a folded line is still one expression
    if not text.strip():
        report("expression-empty", 0, 1)
        return None
    lead = len(text) - len(text.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        if "too many nested" in (error.msg or ""):
            report("expression-too-deep", lead, 1, limit=MAX_DEPTH)
            return None
        report_syntax(error, text, report)
        return None
    except (ValueError, MemoryError, RecursionError):
        report("expression-too-deep", 0, 1, limit=MAX_DEPTH)
        return None
    reader = _Reader(text, lead, report)
    tree = reader.read(body, 0)
    return tree if reader.ok else None


class _Reader:
    """Python's tree -> ours; anything outside the whitelist is reported."""

    def __init__(self, text: str, lead: int, report: Report) -> None:
        self.lead, self.report, self.ok, self.count = lead, report, True, 0
        self.text = text
        self.bytes = None if text.isascii() else text.strip().encode()

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Where the node stands in the text, which is one line; Python's columns are UTF-8 byte offsets."""

        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0) or 0
        if self.bytes is not None:
            start, end = (len(self.bytes[:column].decode(errors="replace")) for column in (start, end))
        return self.lead + start, max(1, end - start)

    def written(self, node: ast.AST) -> str:
        offset, length = self.place(node)
        return self.text[offset : offset + length]

    def refuse(self, node: ast.AST, code: str, **facts: str | int) -> Tree:
        self.ok = False
        self.report(code, *self.place(node), **facts)
        return Tree("const", value=0.0)

    def read(self, node: ast.AST, depth: int) -> Tree:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_TREE:
            if self.ok:
                return self.refuse(node, "expression-too-deep", limit=MAX_DEPTH)
            return Tree("const", value=0.0)
        offset, length = self.place(node)

        def tree(op: Op, args: tuple[Tree, ...] = (), value: Value = None) -> Tree:
            return Tree(op, args, value, "unknown", offset, length)

        def sub(child: ast.AST) -> Tree:
            return self.read(child, depth + 1)

        match node:
            case ast.Name(id="true" | "false" as text):
                return constant(text == "true", "bool", offset, length)
            case ast.Name(id=text):
                return tree("name", value=text)
            case ast.Constant(value=str()) if not one_literal(self.written(node)):
                return self.refuse(node, "expression-refused", what='"a" "b"')
            case ast.Constant(value=None):
                return self.refuse(node, "expression-word", read="None", instead="is_missing(...)")
            case ast.Constant(value=bool() | str() as value):
                return constant(value, None, offset, length)
            case ast.Constant(value=int() | float() as value):
                if abs(value) >= MAX_NUMBER:
                    return self.refuse(node, "number-too-large", read=self.written(node)[:40])
                return constant(value, None, offset, length)
            case ast.Attribute(value=ast.Name(id=left), attr=right):
                if right.startswith("_") or left.startswith("_"):
                    return self.refuse(node, "expression-refused", what=f"{left}.{right}")
                return tree("name", value=f"{left}.{right}")
            case ast.BoolOp(op=op, values=values):
                return tree("and" if isinstance(op, ast.And) else "or", tuple(sub(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return tree("not", (sub(operand),))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if (
                not isinstance(value, bool)
            ):
                if abs(value) >= MAX_NUMBER:
                    return self.refuse(node, "number-too-large", read=self.written(node)[:40])
                return constant(-value, None, offset, length)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return tree("neg", (sub(operand),))
            case ast.BinOp(left=left_node, op=operator, right=right_node) if type(operator) in _ARITH:
                return tree("arith", (sub(left_node), sub(right_node)), _ARITH[type(operator)])
            case ast.Compare(
                left=left_node,
                ops=[ast.In() | ast.NotIn() as operator],
                comparators=[ast.List() | ast.Tuple() as items],
            ):
                return self.membership(
                    node, tree, sub, left_node, isinstance(operator, ast.NotIn), items.elts
                )
            case ast.Compare(ops=[ast.In() | ast.NotIn()]):
                return self.refuse(node, "in-needs-list")
            case ast.Compare(
                ops=[ast.Is() | ast.IsNot() as operator], comparators=[ast.Constant(value=None)]
            ):
                read, instead = (
                    ("is None", "is_missing(...)")
                    if isinstance(operator, ast.Is)
                    else ("is not None", "not is_missing(...)")
                )
                return self.refuse(node, "expression-word", read=read, instead=instead)
            case ast.Compare(left=left_node, ops=ops, comparators=others) if all(
                type(op) in _COMPARE for op in ops
            ):
                operands = (sub(left_node), *(sub(other) for other in others))
                return tree("compare", operands, tuple(_COMPARE[type(op)] for op in ops))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return tree("if", (sub(test), sub(body), sub(orelse)))
            case ast.Call(func=ast.Name(id=function), args=args, keywords=keywords):
                return self.call(node, tree, sub, function, args, keywords)
        return self.refuse(node, "expression-refused", what=_described(node))

    def membership(
        self, node: ast.AST, tree: Callable[..., Tree], sub: Callable[[ast.AST], Tree],
        left: ast.AST, negated: bool, items: list[ast.expr],
    ) -> Tree:  # fmt: skip
        members = [sub(item) for item in items]
        if not members or any(member.op != "const" for member in members):
            return self.refuse(node, "in-needs-list")
        found = tree("in", (sub(left), *members))
        return tree("not", (found,)) if negated else found

    def call(
        self, node: ast.AST, tree: Callable[..., Tree], sub: Callable[[ast.AST], Tree],
        function: str, args: list[ast.expr], keywords: list[ast.keyword],
    ) -> Tree:  # fmt: skip
        if any(isinstance(arg, ast.Starred) for arg in args) or any(word.arg is None for word in keywords):
            return self.refuse(node, "expression-refused", what="*")
        operands = tuple(sub(arg) for arg in args)
        if not keywords:
            return tree("call", operands, function)
        window: dict[str, tuple[int, str]] = {}
        where: tuple[Tree, ...] = ()
        for word in keywords:
            if word.arg == "where":
                where = (sub(word.value),)
            elif word.arg in ("within", "lag"):
                period = parse_period(word.value.value) if isinstance(word.value, ast.Constant) else None
                if period is None:
                    return self.refuse(word.value, "period-unreadable", read=self.written(word.value)[:40])
                window[word.arg] = period
            else:
                return self.refuse(word, "unknown-keyword", name=str(word.arg), function=function)
        call = tree("call", operands + where, function)
        return replace(
            call, window=Window(**window), operands=len(operands), table="?where" if where else "?"
        )


def parse_period(text: object) -> tuple[int, str] | None:
    """`30d`, `4w`, `12m`, `2y` -> (amount, unit)."""
    if (
        isinstance(text, str)
        and len(text) <= 6
        and text[:-1].isascii()
        and text[:-1].isdigit()
        and text[-1:] in "dwmy"
    ):
        return (int(text[:-1]), text[-1])
    return None


_SIGNS: dict[type, str] = {
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Invert: "~", ast.UAdd: "+",
}  # fmt: skip


def _described(node: ast.AST) -> str:
    words = {
        ast.Attribute: "a.b", ast.Subscript: "a[b]", ast.Lambda: "lambda", ast.ListComp: "[... for ...]",
        ast.GeneratorExp: "(... for ...)", ast.JoinedStr: 'f"..."', ast.Dict: "{...}", ast.Set: "{...}", ast.NamedExpr: ":=",
        ast.List: "[...]", ast.Tuple: "(a, b)", ast.Call: "a.b(...)", ast.Await: "await", ast.Starred: "*", ast.Slice: "a[b:c]",
    }  # fmt: skip
    if isinstance(node, ast.Constant):
        return "..." if node.value is ... else str(node.value)[:20]
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        return _SIGNS[type(node.op)]
    if isinstance(node, ast.Compare):
        return "is / in"
    return words.get(type(node), type(node).__name__)


_STRENGTH = {
    "or": 1,
    "and": 2,
    "not": 3,
    "compare": 4,
    "in": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "//": 6,
    "%": 6,
    "neg": 7,
    "**": 8,
}


def number_text(value: float) -> str:
    """A number as an author would write it: no `.0`, no exponent for everyday sizes."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def text_of(tree: Tree) -> str:
    """The tree as canonical expression text; also the column name of lifted aggregates."""
    return _text(tree, 0)


def _const_text(tree: Tree) -> str:
    if tree.kind == "date" and isinstance(tree.value, float):
        from ..values import iso

        return f'date("{iso(int(tree.value))}")'
    if isinstance(tree.value, bool):
        return "true" if tree.value else "false"
    if isinstance(tree.value, float):
        return number_text(tree.value)
    return '"' + str(tree.value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(tree: Tree, outer: int) -> str:
    args = tree.args
    match tree.op:
        case "const":
            text = _const_text(tree)
            return f"({text})" if text.startswith("-") and outer > _STRENGTH["neg"] else text
        case "name":
            return str(tree.value)
        case "and" | "or":
            own = _STRENGTH[tree.op]
            text = f" {tree.op} ".join(_text(arg, own + 1) for arg in args)
        case "not":
            own = 3
            text = f"not {_text(args[0], 3)}"
        case "neg":
            own = 7
            text = f"-{_text(args[0], 7)}"
        case "arith":
            own = _STRENGTH[str(tree.value)]
            right = own + (0 if tree.value == "**" else 1)
            text = f"{_text(args[0], own + (1 if tree.value == '**' else 0))} {tree.value} {_text(args[1], right)}"
        case "compare":
            own = 4
            text = _text(args[0], 5)
            assert isinstance(tree.value, tuple)
            for operator, arg in zip(tree.value, args[1:], strict=True):
                text += f" {operator} {_text(arg, 5)}"
        case "in":
            own = 4
            text = f"{_text(args[0], 5)} in [{', '.join(_const_text(arg) for arg in args[1:])}]"
        case "if":
            own = 0
            text = f"{_text(args[1], 1)} if {_text(args[0], 1)} else {_text(args[2], 0)}"
            return f"({text})" if outer > 0 else text
        case "aggregate":
            words = [_text(arg, 0) for arg in args[: tree.operands]] or [tree.table]
            if tree.window:
                for word, period in (("within", tree.window.within), ("lag", tree.window.lag)):
                    if period:
                        words.append(f'{word}="{period[0]}{period[1]}"')
            if len(args) > tree.operands:
                words.append(f"where={_text(args[-1], 0)}")
            return f"{tree.value}({', '.join(words)})"
        case _:
            return f"{tree.value}({', '.join(_text(arg, 0) for arg in args)})"
    return f"({text})" if own < outer else text
