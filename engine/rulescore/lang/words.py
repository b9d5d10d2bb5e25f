# SPDX-License-Identifier: Apache-2.0
"""Typed tree -> a sentence in a language, made from the tree itself so that it can't drift from the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from ..values import iso
from .functions import AGGREGATES, BASE, FUNCTIONS
from .syntax import Tree, number_text

Label = Callable[[str], str]
"""A name -> what people call it."""

_COMPARE = {
    "zh": {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不低于"},
    "en": {
        "==": "is",
        "!=": "is not",
        "<": "is below",
        "<=": "is at most",
        ">": "is above",
        ">=": "is at least",
    },
}
_DATE_COMPARE = {
    "zh": {"==": "为", "!=": "不为", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"},
    "en": {
        "==": "is",
        "!=": "is not",
        "<": "is before",
        "<=": "is not after",
        ">": "is after",
        ">=": "is not before",
    },
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_DATED = {
    "min": {"zh": "{table}的最早{0}", "en": "earliest {0} in {table}"},
    "max": {"zh": "{table}的最晚{0}", "en": "latest {0} in {table}"},
}
"""The least and the greatest of dates."""
_AT_MOST = {
    "min": {"zh": "{0}（最高按{1}计）", "en": "{0} (at most {1})"},
    "max": {"zh": "{0}（最低按{1}计）", "en": "{0} (at least {1})"},
}
"""The least or the greatest of a value and a constant."""
_SHIFTED = {
    False: {"zh": "{0}的{1}后", "en": "the day {1} after {0}"},
    True: {"zh": "{0}的{1}前", "en": "the day {1} before {0}"},
}
_NOT_KNOWN = {
    True: {"zh": "{0}（缺失也算）", "en": "{0} (or missing)"},
    False: {"zh": "{0}（缺失不算）", "en": "{0} (and not missing)"},
}
"""Whether a condition that takes what is missing for true or false then holds."""
_ARITH = {"+": "+", "-": "−", "*": "×", "/": "÷", "//": "÷⌊⌋", "%": "mod", "**": "^"}
_UNITS = {
    "zh": {"d": "天", "w": "周", "m": "个月", "y": "年"},
    "en": {"d": "days", "w": "weeks", "m": "months", "y": "years"},
}
_JOIN: Mapping[str, Mapping[str, str]] = {
    "zh": {"and": "且", "or": "或", "true": "是", "false": "否", "in": "属于", "not in": "不属于", "or_list": "、"},
    "en": {"and": " and ", "or": " or ", "true": "yes", "false": "no", "in": " is one of ", "not in": " is none of ", "or_list": ", "},
}  # fmt: skip


def sentence(tree: Tree, language: str, label: Label) -> str:
    """The tree in words; `label` names fields, features, parameters, tables and dimensions."""
    return _Writer(language, label).write(tree, 0)


class _Writer:
    def __init__(self, language: str, label: Label) -> None:
        self.language, self.label, self.words = language, label, _JOIN[language]
        self.table = ""  # whose events are spoken of

    def write(self, tree: Tree, outer: int) -> str:
        args = tree.args
        match tree.op:
            case "const":
                return self.constant(tree)
            case "name":
                text = self.name(str(tree.value))
                whole = str(tree.value).startswith("assessed.")  # a sentence of its own
                return self.fact(text) if tree.kind == "bool" and outer and not whole else text
            case "and" | "or":
                own = 2 if tree.op == "and" else 1
                pause = "，" if self.language == "zh" and not outer else ""
                joined = f"{pause}{self.words[tree.op]}".join(self.write(arg, own) for arg in args)
                return self.grouped(joined, own, outer)
            case "not":
                return self.negated(args[0])
            case "neg":
                return f"−{self.write(args[0], 7)}"
            case "compare":
                return self.comparison(tree)
            case "in":
                return self.membership(tree, "in")
            case "arith":
                own = 5 if tree.value in ("+", "-") else 6
                sign = _ARITH[str(tree.value)]
                return self.grouped(
                    f"{self.operand(args[0], own)} {sign} {self.operand(args[1], own + 1)}", own, outer
                )
            case "if":
                test, then, other = (self.write(arg, 0) for arg in args)
                is_ = "" if args[2].op == "if" else "为"
                text = (
                    f"若{test}，则为{then}；否则{is_}{other}"
                    if self.language == "zh"
                    else f"{then} if {test}; otherwise {other}"
                )
                return self.grouped(text, 0, outer)
            case "aggregate":
                return self.aggregate(tree)
            case _:
                return self.call(tree)

    def name(self, name: str) -> str:
        """A name by its label; where the events of a table are spoken of, a column of it without that of the table."""
        label = self.label(name)
        if self.table and name.startswith(f"{self.table}."):
            return label.removeprefix(self.label(self.table)).removeprefix("的").strip()
        return label

    def fact(self, text: str) -> str:
        """A truth value among other conditions; what begins like 已签 or 有效 already says that it is so."""
        if self.language == "zh":
            return text if text[0] in "已有无未" else f"“{text}”为是"
        return f"“{text}” is yes"

    def operand(self, tree: Tree, outer: int) -> str:
        """A side of a calculation; a phrase about several values is held together."""
        text = self.write(tree, outer)
        several = tree.op == "call" and len(tree.args) > 1 and tree.value != "coalesce" and not _bound(tree)
        return self.grouped(text, 0, 1) if several else text

    def grouped(self, text: str, own: int, outer: int) -> str:
        if own >= outer or not outer:
            return text
        return f"（{text}）" if self.language == "zh" else f"({text})"

    def constant(self, tree: Tree) -> str:
        value = tree.value
        if tree.kind == "date" and isinstance(value, float):
            return iso(int(value))
        if isinstance(value, bool):
            return self.words["true" if value else "false"]
        if isinstance(value, float):
            return grouped_number(value)
        return f"“{value}”"

    def comparison(self, tree: Tree) -> str:
        assert isinstance(tree.value, tuple)
        dates = any(arg.kind == "date" for arg in tree.args)
        verbs = (_DATE_COMPARE if dates else _COMPARE)[self.language]
        space = "" if self.language == "zh" else " "
        text = self.write(tree.args[0], 5)
        for position, (sign, arg) in enumerate(zip(tree.value, tree.args[1:], strict=True)):
            if position:
                text += self.words["and"]
            text += f"{space}{verbs[str(sign)]}{space}{self.write(arg, 5)}"
        return text

    def membership(self, tree: Tree, word: str) -> str:
        items = self.words["or_list"].join(self.constant(item) for item in tree.args[1:])
        return f"{self.write(tree.args[0], 5)}{self.words[word]}{items}"

    def negated(self, tree: Tree) -> str:
        if tree.op == "in":
            return self.membership(tree, "not in")
        if tree.op == "compare" and isinstance(tree.value, tuple) and len(tree.value) == 1:
            return self.comparison(replace(tree, value=(_OPPOSITE[str(tree.value[0])],)))
        if tree.op == "call" and tree.value == "is_missing":
            return self.known(tree.args[0], True)
        if _or_constant(tree):
            return self.assumed(self.negated(tree.args[0]), not tree.args[1].value)
        text = self.write(tree, 0)
        if tree.op == "name":
            if self.language == "zh":
                return f"未{text[1:]}" if text.startswith("已") else f"“{text}”为否"
            return f"“{text}” is no"
        return f"（{text}）不成立" if self.language == "zh" else f"not ({text})"

    def known(self, tree: Tree, is_known: bool) -> str:
        text = self.name(str(tree.value)) if tree.op == "name" else self.write(tree, 5)
        if self.language == "en":
            return f"{text} is {'known' if is_known else 'missing'}"
        return f"{f'“{text}”' if tree.op == 'name' else text}{'有' if is_known else '无'}资料"

    def assumed(self, text: str, holds: bool) -> str:
        """A condition that holds, or does not, where the value is missing."""
        return _NOT_KNOWN[holds][self.language].format(text)

    def call(self, tree: Tree) -> str:
        name, args = str(tree.value), tree.args
        declared = FUNCTIONS.get(name) or BASE.get(name)
        if declared is None:
            return f"{name}({', '.join(self.write(arg, 0) for arg in args)})"
        if name == "is_missing":
            return self.known(args[0], False)
        if _or_constant(tree):
            return self.assumed(self.write(args[0], 5), bool(args[1].value))
        if name in ("shift_days", "shift_months"):
            return self.shifted(args[0], args[1], name == "shift_days")
        if bound := _bound(tree):
            parts = [self.write(arg, 7) for arg in bound]
            return _AT_MOST[name][self.language].format(*parts)
        parts = [self.write(arg, 7) for arg in args]
        joiner = "、" if self.language == "zh" else ", "
        return declared.words[self.language].format(*parts, *("",) * 3, all=joiner.join(parts))

    def shifted(self, date: Tree, by: Tree, in_days: bool) -> str:
        """A date some days, months or years before or after another."""
        back = by.op == "neg" or (isinstance(by.value, float) and by.value < 0)
        by = by.args[0] if by.op == "neg" else replace(by, value=-by.value) if back else by  # type: ignore[operator]
        if in_days and by.kind == "number" and by.value != "days":
            by = Tree("call", (by,), "days")
        return _SHIFTED[back][self.language].format(self.write(date, 5), self.write(by, 7))

    def aggregate(self, tree: Tree) -> str:
        """What is made of a table's events, and of which of them: those of a time, those that a condition holds for."""
        table, self.table = self.table, tree.table
        name, operands = str(tree.value), tree.args[: tree.operands]
        operand = operands[0] if operands else None
        text = (
            _DATED[name]
            if name in _DATED and operand is not None and operand.kind == "date"
            else AGGREGATES[name].words
        )[self.language].format(
            *([self.write(arg, 7) for arg in operands] or [""]), table=self.label(tree.table)
        )
        only = [self.known(operand, True)] if operand is not None and name == "count" else []
        if len(tree.args) > tree.operands:
            only.append(self.write(tree.args[-1], 0))
        self.table = table
        window = self.window(tree)
        if self.language == "zh":
            return f"{window}{text}（只计{'，且'.join(only)}的）" if only else f"{window}{text}"
        said = [*([window] if window else []), *([f"where {' and '.join(only)}"] if only else [])]
        return f"{text} ({', '.join(said)})" if said else text

    def window(self, tree: Tree) -> str:
        if tree.window is None:
            return ""
        units = _UNITS[self.language]
        within, lag = tree.window.within, tree.window.lag
        if self.language == "zh":
            text = f"截至{lag[0]}{units[lag[1]]}前的" if lag else "近" if within else ""
            return text + (f"{within[0]}{units[within[1]]}" if within else "")
        if lag:
            time = f"{within[0]} {units[within[1]]} that ended" if within else "until"
            return f"{time} {lag[0]} {units[lag[1]]} earlier"
        return f"last {within[0]} {units[within[1]]}" if within else ""


def _or_constant(tree: Tree) -> bool:
    """Whether it is a truth value with what is taken where it is missing."""
    constant = (
        tree.args[-1] if tree.op == "call" and tree.value == "coalesce" and len(tree.args) == 2 else None
    )
    return constant is not None and constant.op == "const" and isinstance(constant.value, bool)


def _bound(tree: Tree) -> tuple[Tree, Tree] | None:
    """The value and the constant of which a call takes the greater or the less."""
    if tree.op != "call" or tree.value not in _AT_MOST or len(tree.args) != 2:
        return None
    first, second = tree.args
    if second.op == "const":
        return first, second
    return (second, first) if first.op == "const" else None


def grouped_number(value: float) -> str:
    """A number with thousands separators and no needless digits: 1,234.5."""
    text = number_text(value)
    if "e" in text or "n" in text:
        return text
    whole, point, part = text.partition(".")
    return f"{int(whole):,}{point}{part}" if whole not in ("-0",) else text


def value_text(value: Any, language: str) -> str:
    """A value as people read it."""
    if value is None:
        return "缺失" if language == "zh" else "missing"
    if isinstance(value, bool):
        return {"zh": "是", "en": "yes"}[language] if value else {"zh": "否", "en": "no"}[language]
    if isinstance(value, float):
        return grouped_number(float(f"{value:.6g}") if abs(value) < 1e6 else round(value, 2))
    return str(value)
