# SPDX-License-Identifier: Apache-2.0
"""Untyped tree + the names in scope -> typed tree, or problems with their place in the expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ..problems import close_names
from ..values import day
from .functions import AGGREGATES, BASE, FUNCTIONS
from .functions.declare import Function
from .syntax import Kind, Report, Tree, Window, constant, parse

MAX_PATTERN = 200
MAX_POWER = 64


class EventTable(Struct, frozen=True, dict=True):
    """What expressions may read of an event table: the kinds of its columns and which one dates it."""

    columns: Mapping[str, Kind]
    values: Mapping[str, tuple[str, ...]] = {}
    date: str = ""

    def named(self, table: str) -> tuple[Mapping[str, Kind], Mapping[str, tuple[str, ...]]]:
        """Kinds and allowed values by the names that expressions use, `table.column`."""
        known: dict[str, tuple[Mapping[str, Kind], Mapping[str, tuple[str, ...]]]] = self.__dict__
        if table not in known:
            kinds = {f"{table}.{column}": kind for column, kind in self.columns.items()}
            values = {f"{table}.{column}": allowed for column, allowed in self.values.items()}
            known[table] = (kinds, values)
        return known[table]


class Scope(Struct, frozen=True):
    """Names valid at a place: their kinds, the values that enumerations allow, the event tables."""

    names: Mapping[str, Kind]
    values: Mapping[str, tuple[str, ...]] = {}
    tables: Mapping[str, EventTable] = {}
    constants: Mapping[str, Kind] = {}  # valid inside aggregates too
    base_allowed: bool = True
    outside: Mapping[str, Kind] = {}  # valid around the place, but not at it

    def has(self, name: str) -> bool:
        """Whether the name is that of a value here, or of a column of an event table."""
        table, _, column = name.partition(".")
        return name in self.names or (table in self.tables and column in self.tables[table].columns)

    def inside(self, table: str) -> Scope:
        """The scope of an aggregate's arguments: columns of its table, parameters and as_of."""
        kinds, values = self.tables[table].named(table)
        return Scope(
            {**self.constants, **kinds}, values, {}, self.constants, base_allowed=False, outside=self.names
        )


class _Failed(Exception):
    """Stops the check of one expression; the problem has been reported."""


def check_text(
    text: str | int | float | bool, scope: Scope, want: Kind | None, report: Report
) -> Tree | None:
    """Parses and types an expression; None when a problem was reported. `want` is the kind it must have."""
    tree = parse(text, report)
    return None if tree is None else check(tree, scope, want, report)


def check(tree: Tree, scope: Scope, want: Kind | None, report: Report) -> Tree | None:
    checker = _Checker(scope, report)
    try:
        typed = checker.visit(tree)
        if want is not None:
            typed = checker.convert(typed, want)
    except _Failed:
        return None
    return None if checker.failed else typed


class _Checker:
    def __init__(self, scope: Scope, report: Report) -> None:
        self.scope, self.report, self.failed = scope, report, False

    def fail(self, tree: Tree, code: str, **facts: str | int | list[str]) -> _Failed:
        self.failed = True
        self.report(code, tree.offset, tree.length, **facts)
        return _Failed()

    def visit(self, tree: Tree) -> Tree:
        typed: Tree = getattr(self, "visit_member" if tree.op == "in" else f"visit_{tree.op}")(tree)
        return typed

    def visit_all(self, trees: tuple[Tree, ...]) -> tuple[Tree, ...]:
        """Every argument is checked before the first failure stops the check, so that all are reported."""
        done: list[Tree] = []
        for tree in trees:
            try:
                done.append(self.visit(tree))
            except _Failed:
                continue
        if len(done) < len(trees):
            raise _Failed
        return tuple(done)

    def convert(self, tree: Tree, want: Kind) -> Tree:
        """The tree as `want`: the same kind, or a text constant read as a date."""
        if tree.kind in (want, "unknown"):
            return tree
        if want == "date" and tree.op == "const" and isinstance(tree.value, str):
            number = day(tree.value)
            if number is None:
                raise self.fail(tree, "date-unreadable", read=tree.value)
            return replace(constant(number, "date"), offset=tree.offset, length=tree.length)
        raise self.fail(tree, "wrong-kind", got=tree.kind, want=want)

    def visit_const(self, tree: Tree) -> Tree:
        return tree

    def visit_name(self, tree: Tree) -> Tree:
        text = str(tree.value)
        kind = self.scope.names.get(text)
        if kind is not None:
            return Tree("name", value=text, kind=kind, offset=tree.offset, length=tree.length)
        table = text.split(".")[0]
        if table in self.scope.tables:
            if "." in text:
                raise self.fail(tree, "event-outside-aggregate", name=text, table=table)
            raise self.fail(tree, "event-outside-aggregate", name=text, table=text)
        if text in FUNCTIONS or text in AGGREGATES or text in BASE:
            raise self.fail(tree, "function-without-call", name=text)
        if any(text in allowed for allowed in self.scope.values.values()):
            raise self.fail(tree, "unquoted-text", name=text)
        if text in self.scope.outside:
            raise self.fail(tree, "name-outside-table", name=text)
        near = close_names(text, self.scope.names)
        raise self.fail(tree, "unknown-name", name=text, close=near)

    def _logic(self, tree: Tree) -> Tree:
        args = tuple(self.convert(arg, "bool") for arg in self.visit_all(tree.args))
        return tree.typed(args, "bool")

    visit_and = visit_or = visit_not = _logic

    def visit_neg(self, tree: Tree) -> Tree:
        return tree.typed((self.convert(self.visit(tree.args[0]), "number"),), "number")

    def visit_if(self, tree: Tree) -> Tree:
        test, then, other = self.visit_all(tree.args)
        then, other = self.alike(tree, [then, other])
        return tree.typed(
            (self.convert(test, "bool"), then, other), then.kind if then.kind != "unknown" else other.kind
        )

    def alike(self, tree: Tree, args: list[Tree]) -> list[Tree]:
        """The arguments brought to one kind; text constants beside a date become dates."""
        kinds = {arg.kind for arg in args} - {"unknown"}
        if kinds == {"date", "text"}:
            args = [self.convert(arg, "date") if arg.kind == "text" else arg for arg in args]
            kinds = {"date"}
        if len(kinds) > 1:
            ordered = [arg.kind for arg in args]
            wrong = next(arg for arg in args if arg.kind != ordered[0])
            raise self.fail(wrong, "kinds-differ", left=ordered[0], right=wrong.kind)
        return args

    def visit_compare(self, tree: Tree) -> Tree:
        args = self.alike(tree, list(self.visit_all(tree.args)))
        assert isinstance(tree.value, tuple)
        kind = next((arg.kind for arg in args if arg.kind != "unknown"), "unknown")
        if kind in ("bool", "period") and any(operator not in ("==", "!=") for operator in tree.value):
            raise self.fail(tree, "no-order", kind=kind)
        for left, right in pairwise(args):
            self.allowed_value(left, right)
            self.allowed_value(right, left)
        return tree.typed(tuple(args), "bool")

    def allowed_value(self, name: Tree, other: Tree) -> None:
        """A text constant compared with an enumeration must be one of its values."""
        allowed = self.scope.values.get(str(name.value)) if name.op == "name" else None
        if allowed and other.op == "const" and other.kind == "text" and other.value not in allowed:
            close = close_names(str(other.value), allowed)
            raise self.fail(
                other,
                "unknown-value",
                name=str(name.value),
                read=str(other.value),
                allowed=list(allowed),
                close=close,
            )

    def visit_member(self, tree: Tree) -> Tree:
        left, *items = self.visit_all(tree.args)
        if left.kind == "date":
            items = [self.convert(item, "date") for item in items]
        for item in items:
            if left.kind not in (item.kind, "unknown"):
                raise self.fail(item, "kinds-differ", left=left.kind, right=item.kind)
            self.allowed_value(left, item)
        return tree.typed((left, *items), "bool")

    def visit_arith(self, tree: Tree) -> Tree:
        left, right = self.visit_all(tree.args)
        sign = str(tree.value)
        if sign == "-" and "date" in (left.kind, right.kind) and left.kind != right.kind:
            left, right = (self.convert(arg, "date") if arg.kind == "text" else arg for arg in (left, right))
        if left.kind == "date" or (right.kind == "date" and sign == "+"):
            return self.date_arith(tree, sign, left, right)
        left, right = self.convert(left, "number"), self.convert(right, "number")
        if sign == "**":
            if right.op != "const" or not isinstance(right.value, float):
                raise self.fail(right, "literal-wanted", want=f"-{MAX_POWER}..{MAX_POWER}")
            if abs(right.value) > MAX_POWER:
                raise self.fail(right, "power-too-large", limit=MAX_POWER)
        return tree.typed((left, right), "number")

    def date_arith(self, tree: Tree, sign: str, left: Tree, right: Tree) -> Tree:
        if sign == "-" and right.kind == "date":
            return tree.typed((left, right), "number")
        if sign == "+" and right.kind == "date":
            left, right = right, left
        if sign not in "+-":
            raise self.fail(tree, "date-arithmetic", read=sign)
        if right.kind not in ("number", "period", "unknown"):
            raise self.fail(right, "wrong-kind", got=right.kind, want="number")
        if sign == "-":
            right = replace(right, op="neg", args=(right,), value=None)
        name = "shift_months" if right.kind == "period" else "shift_days"
        return replace(tree, op="call", value=name, args=(left, right), kind="date")

    def visit_call(self, tree: Tree) -> Tree:
        name = str(tree.value)
        if name == "date":
            return self.date_literal(tree)
        windowed = tree.table.startswith("?")
        if name in AGGREGATES and (windowed or AGGREGATES[name].operands > 1 or self.is_aggregate(tree)):
            return self.aggregate(tree, name)
        if windowed:
            raise self.fail(tree, "unknown-keyword", name="within", function=name)
        if name in BASE:
            return self.base(tree, name)
        function = FUNCTIONS.get(name)
        if function is None:
            if name in AGGREGATES:
                raise self.fail(
                    tree, "aggregate-needs-table", function=name, tables=sorted(self.scope.tables)
                )
            close = close_names(name, [*FUNCTIONS, *AGGREGATES, *BASE])
            raise self.fail(tree, "unknown-function", name=name, close=close)
        return self.function(tree, function)

    def date_literal(self, tree: Tree) -> Tree:
        if len(tree.args) == 1 and tree.args[0].op == "const" and tree.args[0].kind == "text":
            return self.convert(tree.args[0], "date")
        raise self.fail(tree, "literal-wanted", want='"2026-06-30"')

    def function(self, tree: Tree, function: Function) -> Tree:
        args = list(self.visit_all(tree.args))
        parameters = list(function.parameters)
        if parameters[-1] == "...":
            parameters = parameters[:-1] + [parameters[-2]] * max(0, len(args) - len(parameters) + 1)
        least = sum(1 for parameter in parameters if not parameter.endswith("?"))
        if not least <= len(args) <= len(parameters):
            raise self.fail(
                tree,
                "wrong-arguments",
                function=function.name,
                got=len(args),
                want=_counts(least, len(parameters), function.parameters[-1]),
            )
        if "any" in parameters:
            args = self.alike(tree, args)
            if function.name in ("min", "max") and any(arg.kind in ("bool", "period") for arg in args):
                raise self.fail(
                    tree, "no-order", kind=next(arg.kind for arg in args if arg.kind in ("bool", "period"))
                )
        for index, (parameter, arg) in enumerate(zip(parameters, args, strict=False)):
            want = parameter.rstrip("?")
            if want == "literal":
                if (
                    arg.op != "const"
                    or not isinstance(arg.value, float)
                    or arg.value != int(arg.value)
                    or not 0 <= arg.value <= 9
                ):
                    raise self.fail(arg, "literal-wanted", want="0-9")
            elif want == "pattern":
                self.pattern(arg)
            elif want != "any":
                args[index] = self.convert(arg, want)  # type: ignore[arg-type]
        kind: Kind = function.result  # type: ignore[assignment]
        if function.result == "any":
            kind = next((arg.kind for arg in args if arg.kind != "unknown"), "unknown")
        return tree.typed(tuple(args), kind)

    def pattern(self, arg: Tree) -> None:
        """Patterns are literals in the part of the syntax that linear-time engines share."""
        if arg.op != "const" or not isinstance(arg.value, str):
            raise self.fail(arg, "literal-wanted", want='"..."')
        reason = refused_pattern(arg.value)
        if reason:
            raise self.fail(arg, "pattern-refused", read=arg.value[:60], reason=reason)

    def is_aggregate(self, tree: Tree) -> bool:
        """`min(orders.amount)` is an aggregate, `min(a, b)` is not: one operand that speaks of an event table."""
        if len(tree.args) != 1:
            return False
        tables = {name.split(".")[0] for name in tree.args[0].names()}
        return any(table in self.scope.tables for table in tables)

    def aggregate(self, tree: Tree, name: str) -> Tree:
        declared = AGGREGATES[name]
        where = tree.args[-1] if tree.table == "?where" else None
        operands = tree.args[:-1] if where is not None else tree.args
        if len(operands) != declared.operands:
            raise self.fail(
                tree, "wrong-arguments", function=name, got=len(operands), want=str(declared.operands)
            )
        operand = operands[0]
        used = sorted(
            {
                text.split(".")[0]
                for one in operands
                for text in one.names()
                if text.split(".")[0] in self.scope.tables
            }
        )
        if len(used) != 1:
            close = close_names(str(operand.value), self.scope.tables) if operand.op == "name" else []
            raise self.fail(
                operand, "aggregate-needs-table", function=name, tables=sorted(self.scope.tables), close=close
            )
        table = used[0]
        event = self.scope.tables[table]
        inner = _Checker(self.scope.inside(table), self.report)
        window = tree.window if tree.window and (tree.window.within or tree.window.lag) else None
        if (window or declared.needs_date) and not event.date:
            raise self.fail(tree, "table-without-date", table=table, function=name)
        kind: Kind = declared.result  # type: ignore[assignment]
        args: list[Tree] = []
        whole = operand.op == "name" and operand.value == table
        if whole and declared.operand not in ("", "any?"):
            raise self.fail(
                operand, "aggregate-needs-column", function=name, table=table, columns=sorted(event.columns)
            )
        if not whole and declared.operand == "":
            raise self.fail(operand, "aggregate-takes-table", function=name, table=table)
        try:
            for one in () if whole else operands:
                typed = inner.visit(one)
                if declared.operand == "number":
                    typed = inner.convert(typed, "number")
                if declared.operand == "ordered" and typed.kind == "bool":
                    raise inner.fail(typed, "no-order", kind="bool")
                kind = typed.kind if declared.result == "any" else kind
                args.append(typed)
            if where is not None:
                args.append(inner.convert(inner.visit(where), "bool"))
        except _Failed:
            self.failed = True
            raise
        return replace(
            tree, op="aggregate", args=tuple(args), kind=kind, table=table, operands=0 if whole else len(operands),
            window=Window(window.within, window.lag) if window else None,
        )  # fmt: skip

    def base(self, tree: Tree, name: str) -> Tree:
        declared = BASE[name]
        if not self.scope.base_allowed:
            raise self.fail(tree, "base-not-here", function=name)
        count = 1 + declared.literals + declared.grouped
        if len(tree.args) != count:
            raise self.fail(tree, "wrong-arguments", function=name, got=len(tree.args), want=str(count))
        value = self.convert(self.visit(tree.args[0]), "number")
        if declared.grouped:
            group = self.convert(self.visit(tree.args[1]), "text")
            return replace(tree, op="base", args=(value, group), kind="number")
        for literal in tree.args[1:]:
            number = literal.value
            if (
                literal.op != "const"
                or not isinstance(number, float)
                or number != int(number)
                or not 2 <= number <= 1000
            ):
                raise self.fail(literal, "literal-wanted", want="2-1000")
        return replace(tree, op="base", args=(value, *tree.args[1:]), kind="number")


def _counts(least: int, most: int, last: str) -> str:
    """How many arguments there may be, as text: 2, 1-2, 2+."""
    return f"{least}+" if last == "..." else str(least) if least == most else f"{least}-{most}"


_REFUSED_GROUP = re.compile(r"\(\?(?!:|i\)|i:)")
_REFUSED_ESCAPE = re.compile(r"\\(?:[1-9]|k|g|Z|A|z|G|K|p|P|u|U|x|N|C|X|R|h|H|V|0)")
_REPEAT = re.compile(r"\{(\d*)(?:,(\d*))?\}")


def refused_pattern(pattern: str) -> str:
    """Why a regular expression is refused, or nothing. Allowed is what linear-time engines have in common."""
    if len(pattern) > MAX_PATTERN:
        return f"> {MAX_PATTERN}"
    plain = pattern.replace("\\\\", "")
    if match := _REFUSED_GROUP.search(plain):
        return match.group() + "..."
    if match := _REFUSED_ESCAPE.search(plain):
        return match.group()
    if re.search(r"[*+?}]\+", plain):
        return "*+"
    if "[[" in plain or "&&" in plain or "--" in plain or "~~" in plain:
        return "[[ && -- ~~"
    for match in _REPEAT.finditer(plain):
        if any(bound and int(bound) > 1000 for bound in match.groups()):
            return match.group()
    if sum(1 for _ in _REPEAT.finditer(plain)) > 4:
        return "{n,m} > 4"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return ""
