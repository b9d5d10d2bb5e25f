# SPDX-License-Identifier: Apache-2.0
"""Typed tree -> a sentence in a language, made from the tree itself so that it can't drift from the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
_ARITH = {"+": "+", "-": "−", "*": "×", "/": "÷", "//": "÷⌊⌋", "%": "mod", "**": "^"}
_UNITS = {
    "zh": {"d": "天", "w": "周", "m": "个月", "y": "年"},
    "en": {"d": "days", "w": "weeks", "m": "months", "y": "years"},
}
_JOIN: Mapping[str, Mapping[str, str]] = {
    "zh": {"and": "且", "or": "或", "true": "是", "false": "否", "where": "其中", "in": "属于", "not in": "不属于", "or_list": "、"},
    "en": {"and": " and ", "or": " or ", "true": "yes", "false": "no", "where": " where ", "in": " is one of ", "not in": " is none of ", "or_list": ", "},
}  # fmt: skip


def sentence(tree: Tree, language: str, label: Label) -> str:
    """The tree in words; `label` names fields, features, parameters, tables and dimensions."""
    return _Writer(language, label).write(tree, 0)


class _Writer:
    def __init__(self, language: str, label: Label) -> None:
        self.language, self.label, self.words = language, label, _JOIN[language]

    def write(self, tree: Tree, outer: int) -> str:
        args = tree.args
        match tree.op:
            case "const":
                return self.constant(tree)
            case "name":
                return self.label(str(tree.value))
            case "and" | "or":
                own = 2 if tree.op == "and" else 1
                return self.grouped(
                    self.words[tree.op].join(self.write(arg, own) for arg in args), own, outer
                )
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
                text = (
                    f"若{test}则为{then}，否则为{other}"
                    if self.language == "zh"
                    else f"{then} if {test}, otherwise {other}"
                )
                return self.grouped(text, 0, outer)
            case "aggregate":
                return self.aggregate(tree)
            case _:
                return self.call(tree)

    def operand(self, tree: Tree, outer: int) -> str:
        """A side of a calculation; a phrase about several values is held together."""
        text = self.write(tree, outer)
        several = tree.op == "call" and len(tree.args) > 1 and tree.value != "coalesce"
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
        if tree.op == "call" and tree.value == "is_missing":
            text = self.write(tree.args[0], 5)
            return f"{text}已知" if self.language == "zh" else f"{text} is known"
        inner = self.write(tree, 0)
        return f"并非（{inner}）" if self.language == "zh" else f"not ({inner})"

    def call(self, tree: Tree) -> str:
        declared = FUNCTIONS.get(str(tree.value)) or BASE.get(str(tree.value))
        if declared is None:
            return f"{tree.value}({', '.join(self.write(arg, 0) for arg in tree.args)})"
        parts = [self.write(arg, 7) for arg in tree.args]
        joiner = "、" if self.language == "zh" else ", "
        return declared.words[self.language].format(*parts, *("",) * 3, all=joiner.join(parts))

    def aggregate(self, tree: Tree) -> str:
        operands = [self.write(arg, 7) for arg in tree.args[: tree.operands]] or [self.label(tree.table)]
        text = AGGREGATES[str(tree.value)].words[self.language].format(*operands)
        window = self.window(tree)
        if len(tree.args) > tree.operands:
            condition = self.write(tree.args[-1], 0)
            text += (
                f"（{self.words['where']}{condition}）"
                if self.language == "zh"
                else f"{self.words['where']}{condition}"
            )
        return f"{window}{text}" if self.language == "zh" else f"{text}{window}"

    def window(self, tree: Tree) -> str:
        if tree.window is None:
            return ""
        units = _UNITS[self.language]
        within, lag = tree.window.within, tree.window.lag
        if self.language == "zh":
            text = f"截至{lag[0]}{units[lag[1]]}前的" if lag else "近" if within else ""
            return text + (f"{within[0]}{units[within[1]]}" if within else "")
        text = f" over {within[0]} {units[within[1]]}" if within else ""
        return text + (f" up to {lag[0]} {units[lag[1]]} earlier" if lag else "")


def grouped_number(value: float) -> str:
    """A number with thousands separators and no needless digits: 1,234.5."""
    text = number_text(value)
    if "e" in text or "n" in text:
        return text
    whole, point, part = text.partition(".")
    return f"{int(whole):,}{point}{part}" if whole not in ("-0",) else text
