# SPDX-License-Identifier: Apache-2.0
"""What a kind gets to lower a rule: its YAML with places, and a checker for the expressions inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from ..arithmetic import UNIT, units
from ..lang.syntax import Kind, Tree, Value, constant
from ..model import Case, Expr, Text
from ..problems import Problems, Span
from ..source import Document, Path_

Compile = Callable[[Document, Path_, Any, Kind | None], Expr | None]

MAX_POINTS = 100_000


class Bad(Exception):
    """The rule can't be lowered; its problems have been reported."""


class RuleText(Struct, frozen=True):
    """One rule as written: its mapping, and for each key the document and path it came from (an overriding pack
    may hold some keys, its base the others)."""

    id: str
    data: dict[str, Any]
    origin: dict[str, tuple[Document, Path_]]
    problems: Problems
    compile: Compile

    def place(self, key: str, *rest: str | int) -> Span:
        document, path = self.origin[key]
        return document.at(*path, key, *rest)

    def key(self, key: str) -> Span:
        """Where the key itself stands."""
        document, path = self.origin[key]
        return document.key(*path, key)

    def expr(self, key: str, *rest: str | int, want: Kind | None = None) -> Expr:
        """The checked expression at `key` and below."""
        document, path = self.origin[key]
        value: Any = self.data[key]
        for part in rest:
            value = value[part]
        found = self.compile(document, (*path, key, *rest), value, want)
        if found is None:
            raise Bad
        return found

    def points(self, value: Any, key: str, *rest: str | int) -> int:
        """A number of points as units; at most four decimals."""
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_POINTS:
            self.problems.error("points-unreadable", self.place(key, *rest), read=str(value)[:40])
            raise Bad
        if abs(value * UNIT - round(value * UNIT)) > 1e-6:
            self.problems.error("points-too-fine", self.place(key, *rest), read=str(value))
            raise Bad
        return units(value)

    def number(self, value: Any, key: str, *rest: str | int) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.error("number-wanted", self.place(key, *rest), read=str(value)[:40])
            raise Bad
        return float(value)


def compare(left: Tree, operator: str, right: Value, kind: Kind = "number") -> Tree:
    assert isinstance(right, float | int | str | bool)
    return Tree("compare", (left, constant(right, kind)), (operator,), "bool")


def both(first: Tree | None, second: Tree | None) -> Tree | None:
    if first is None or second is None:
        return first or second
    return Tree("and", (first, second), kind="bool")


def case(
    index: int,
    when: Tree | None,
    points: int | Expr,
    span: Span,
    reason: Text | None = None,
    case_id: str = "",
) -> Case:
    """A case whose condition was made by the engine from the rule's form."""
    from ..lang.syntax import text_of

    expr = None if when is None else Expr(when, text_of(when), span)
    return Case(case_id or str(index + 1), expr, points, reason, span)


BILINGUAL: dict[str, Any] = {
    "type": "object",
    "description": "中文与英文两种文字。The same words in Chinese and English.",
    "required": ["zh", "en"],
    "additionalProperties": False,
    "properties": {
        "zh": {"type": "string", "minLength": 1, "description": "中文。In Chinese."},
        "en": {"type": "string", "minLength": 1, "description": "英文。In English."},
    },
}

EXPRESSION: dict[str, Any] = {
    "type": ["string", "number", "boolean"],
    "description": "表达式：字段、指标、param.名称、as_of 与函数。An expression over fields, features, param.name, as_of and functions.",
}

POINTS: dict[str, Any] = {
    "type": "number",
    "description": "分值，最多四位小数。Points, at most four decimals.",
}
