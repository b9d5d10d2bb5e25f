# SPDX-License-Identifier: Apache-2.0
"""What people call the parts of a pack: names, values, units, sources, and trees as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Self

from msgspec.structs import replace

from .bundled import catalogue, statutes
from .lang.syntax import Tree, parse
from .lang.words import grouped_number, sentence
from .messages import word
from .model import Breakdown, Field, Index, Pack, Text
from .packs.labels import labels
from .values import fold, iso


class Speech:
    """Words for the parts of a pack in one language."""

    def __init__(
        self, pack: Pack, language: str, used: Mapping[str, float | str | bool] | None = None
    ) -> None:
        """`used`: the values that parameters have in a run."""
        self.pack, self.language, self.used = pack, language, used or {}
        self.plain = labels(pack, language)
        self.group: Breakdown | None = None

    def within(self, group: Breakdown) -> Self:
        """The same words where the rows of a breakdown are spoken of: its columns and keys have their names there."""
        found = copy(self)
        found.group = group
        return found

    def say(self, key: str, **facts: Any) -> str:
        return word(f"handbook.{key}", self.language, **facts)

    def label(self, name: str) -> str:
        """What people call a name; a parameter with its value."""
        if self.group is not None:
            if name in self.group.figures:
                return self.text(self.group.figures[name].title)
            if any(expr.tree.op == "name" and expr.tree.value == name for expr in self.group.by):
                return self.text(self.pack.fields[name][1].title)
        text = self.plain(name)
        if name.startswith("param."):
            text = self.say("named-value", name=text, value=self.parameter(name[6:]))
        return text

    def parameter(self, name: str) -> str:
        """The value of a parameter: that of a run, else the one that it has last."""
        last = self.pack.parameters[name].values[-1][1]
        return self.setting(name, self.used.get(name, last))

    def setting(self, name: str, value: float | str | bool) -> str:
        """A value of a parameter; a word that a field of the same name knows as people say it."""
        parameter, field = self.pack.parameters[name], self.pack.records.fields.get(name)
        if parameter.kind == "date" and isinstance(value, float):
            return iso(int(value))
        if field is not None and isinstance(value, str) and value in field.values:
            return value_word(field, value, self.language)
        return self.value(value, parameter.unit)

    def words(self, tree: Tree) -> str:
        return sentence(tree.map(self.spoken), self.language, self.label)

    def weighed(self, index: Index) -> str:
        """How an index is made of dimensions."""
        titles = {one.id: self.text(one.title) for one in self.pack.dimensions}
        parts = [
            self.say("index-part", title=titles[key], weight=weight) for key, weight in index.weights.items()
        ]
        return self.say("index-mean", parts=self.say("index-comma").join(parts)) + self.say(
            f"index.{index.on_missing}"
        )

    def told(self, text: str) -> str:
        """An expression as written, in words; several apart by commas each; blank where there are no names to be told."""
        tree = parse(f"coalesce({text})", _nothing)
        return "" if tree is None or not tree.names() else self.listed([self.words(arg) for arg in tree.args])

    def spoken(self, tree: Tree) -> Tree:
        """The tree with its constants as people say them: values of a field by their word, shares as percent."""
        if tree.op not in ("compare", "in") and tree.value != "coalesce":
            return tree
        if (
            tree.op == "in" and self.group is not None
        ):  # what a pack does not know, a strategy shared by packs may
            known = [
                arg for arg in tree.args[1:] if self.value_word(tree.args[0], str(arg.value)) != arg.value
            ]
            tree = replace(tree, args=(tree.args[0], *known)) if known else tree
        args = [self.said(tree.args[0], arg) if arg.op == "const" else arg for arg in tree.args]
        return replace(tree, args=tuple(args))

    def said(self, of: Tree, constant: Tree) -> Tree:
        value = constant.value
        if isinstance(value, str):
            return replace(constant, value=self.value_word(of, value))
        if isinstance(value, float) and constant.kind == "number" and self.unit_of(of) == "share":
            return Tree("name", value=self.value(value, "share"), kind="number")
        return constant

    def value_word(self, of: Tree, value: str) -> str:
        """A value by its first word in the language, if a field that `of` rests on has it; else the value itself."""
        if self.group is not None and value in self.group.words:
            return self.text(self.group.words[value])
        names = sorted(self.pack.names_behind([of]))
        for name in names:
            if name in self.pack.features and value in self.pack.features[name].values:
                return self.text(self.pack.features[name].values[value])
        for name in names:
            found = self.pack.fields.get(name)
            if found is not None and value in found[1].values:
                return value_word(found[1], value, self.language)
        return value

    def named(self, tree: Tree, values: Mapping[str, Text]) -> Tree:
        """The tree of a feature with the texts that it gives as people call them."""
        if tree.op == "const" and tree.value in values:
            return replace(tree, value=self.text(values[str(tree.value)]))
        if tree.op == "if":
            given = (self.named(arg, values) for arg in tree.args[1:])
            return replace(tree, args=(tree.args[0], *given))
        if tree.op == "call" and tree.value == "coalesce":
            return replace(tree, args=tuple(self.named(arg, values) for arg in tree.args))
        return tree

    def sources(self, given: Sequence[str]) -> str:
        """Sources as people read them: what an id of the catalogue asks for, `judgement` as a word."""
        return self.listed([self.source(source) for source in given])

    def source(self, source: str) -> str:
        if source == "judgement":
            return self.say("judgement")
        item = catalogue().get(source)
        return (
            self.statute(source) if item is None else self.say("cited", text=item[self.language], id=source)
        )

    def statute(self, source: str) -> str:
        """A statute by its name, with the article that stands behind it; another source as it is."""
        for name, words in statutes().items():
            if source.startswith(name):
                article = source.removeprefix(name)
                numbered = article[:1].isdigit()
                return words[self.language] + (self.say("article", number=article) if numbered else article)
        return source

    def text(self, given: Any) -> str:
        return str(given.get(self.language, "")).strip() if given else ""

    def listed(self, items: Sequence[str]) -> str:
        return self.say("comma").join(items)

    def unit_of(self, of: Tree) -> str:
        """The unit of a name, among the rows of a breakdown also of its columns."""
        if self.group is not None and of.op == "name" and of.value in self.group.figures:
            return self.group.figures[str(of.value)].unit
        return unit_of(self.pack, of)

    def unit(self, unit: str) -> str:
        return unit_word(unit, self.language)

    def value(self, value: float | str | bool, unit: str) -> str:
        """A figure with its unit; shares as percent."""
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, str):
            return value
        if unit == "share":
            return f"{grouped_number(round(value * 100, 9))}%"
        shown = self.unit(unit)
        return (
            self.say("with-unit", value=grouped_number(value), unit=shown) if shown else grouped_number(value)
        )


def unit_word(unit: str, language: str) -> str:
    """A unit as people say it; nothing for counts and shares."""
    key = {"%": "percent"}.get(unit, unit)
    return word(f"handbook.unit.{key}", language) if key in UNITS else unit


def period_word(period: str, language: str) -> str:
    """A period within which something is done, such as 30d, as people say it."""
    return word(f"handbook.within.{period[-1]}", language, count=period[:-1]) if period else ""


UNITS = ("CNY", "count", "days", "hours", "months", "percent", "points", "share", "times", "years")


def _nothing(code: str, offset: int, length: int, **facts: Any) -> None:
    """What stands in a run was checked when it was made."""


def unit_of(pack: Pack, tree: Tree) -> str:
    """The unit of a name; shares and percent fields are shown as percent anyway."""
    name = str(tree.value) if tree.op == "name" else ""
    if name in pack.features:
        return pack.features[name].unit
    found = pack.fields.get(name)
    if found is None:
        return ""
    return "share" if found[1].type == "percent" else found[1].unit


def value_word(field: Field, value: str, language: str) -> str:
    if value in field.titles:
        return field.titles[value][language]
    words = [text for text in field.words.get(value, ()) if fold(text)]
    if language == "zh":
        return next((text for text in words if not text.isascii()), value)
    return value.replace("_", " ")
