# SPDX-License-Identifier: Apache-2.0
"""A rule -> its section: what is measured, its cases as a table, and all that is said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self

from ..arithmetic import UNIT, points_text
from ..bundled import catalogue
from ..kinds.question import UNPROVEN
from ..labels import labels
from ..lang.syntax import Tree
from ..lang.words import grouped_number, sentence
from ..messages import word
from ..model import Breakdown, Case, Dimension, Expr, Field, Pack, Question, Rule, Text
from ..values import fold, iso
from .blocks import Block, Facts, Paragraph, Section, Table


class Writer:
    """Words for the parts of a pack in one language."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.pack, self.language = pack, language
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
        """What people call a name; a parameter with the value that it has last."""
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
        """The value that a parameter has last."""
        parameter = self.pack.parameters[name]
        return self.setting(name, parameter.values[-1][1])

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

    def spoken(self, tree: Tree) -> Tree:
        """The tree with its constants as people say them: values of a field by their word, shares as percent."""
        if tree.op not in ("compare", "in") and tree.value != "coalesce":
            return tree
        args = [self.said(tree.args[0], arg) if arg.op == "const" else arg for arg in tree.args]
        return replace(tree, args=tuple(args))

    def said(self, of: Tree, constant: Tree) -> Tree:
        value = constant.value
        if isinstance(value, str):
            return replace(constant, value=self.value_word(of, value))
        if isinstance(value, float) and constant.kind == "number" and unit_of(self.pack, of) == "share":
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
        return source if item is None else self.say("cited", text=item[self.language], id=source)

    def text(self, given: Any) -> str:
        return str(given.get(self.language, "")).strip() if given else ""

    def listed(self, items: Sequence[str]) -> str:
        return self.say("comma").join(items)

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


UNITS = ("CNY", "count", "days", "hours", "months", "percent", "points", "share", "times", "years")


def rule_section(writer: Writer, dimension: Dimension, rule: Rule, share: float) -> Section:
    """The section of a rule; `share` is the part of the composite that its dimension carries."""
    say = writer.say
    blocks: list[Block] = [Paragraph(writer.text(rule.why))] if writer.text(rule.why) else []
    if rule.applies is not None and (rule.question is None or "applies" in rule.places):
        blocks.append(Paragraph(say("applies", words=writer.words(rule.applies.tree))))
    blocks += _measured(writer, rule)
    blocks.append(
        Facts((
            (say("weight"), _weight(writer, dimension, rule, share)),
            (say("if-missing"), missing_words(writer, rule)),
            (say("source"), writer.sources(rule.source)),
            (say("fairness"), writer.text(rule.fairness)),
        ))
    )  # fmt: skip
    return Section(f"rule-{rule.id}", writer.text(rule.title), tuple(blocks), note=rule.id)


def _weight(writer: Writer, dimension: Dimension, rule: Rule, share: float) -> str:
    if dimension.combine != "mean":
        return writer.say("weight-plain", weight=rule.weight)
    inside = rule.weight / sum(other.weight for other in dimension.rules)
    shares = {"inside": f"{inside:.1%}", "whole": f"{inside * share:.1%}"}
    return writer.say("weight-shares", weight=rule.weight, **shares)


def missing_words(writer: Writer, rule: Rule) -> str:
    points = points_text(rule.missing_points) if rule.missing_points is not None else ""
    return writer.say(f"missing.{rule.on_missing}", points=points)


# ---- the cases --------------------------------------------------------------------------------------------


def _measured(writer: Writer, rule: Rule) -> list[Block]:
    """What is looked at, and the table of what it earns."""
    say = writer.say
    if rule.question is not None:
        return _question(writer, rule, rule.question)
    if rule.kind == "checklist":
        return _checklist(writer, rule)
    if rule.kind == "formula":
        return [Paragraph(say("formula", words=case_points(writer, rule.cases[0])) + _limits(writer, rule))]
    if rule.kind == "scale" and rule.of is not None:
        between = say("scale-log" if is_log(rule) else "scale-linear")
        rows = tuple((bound_text(writer, rule.of.tree, x), points_text(y)) for x, y in knots(rule))
        return [
            Paragraph(say("measured", words=subject(writer, rule.of))),
            Table((say("value"), say("points")), rows, (0, 1)),
            Paragraph(between, quiet=True),
        ]
    head = say("measured", words=subject(writer, rule.of)) if rule.of is not None else ""
    lines = tuple(
        (condition(writer, rule, case), case_points(writer, case), writer.text(case.reason))
        for case in rule.cases
    )
    column = say("value" if rule.of is not None else "case")
    return [*([Paragraph(head)] if head else []), Table((column, say("points"), say("reason")), lines, (1,))]


def subject(writer: Writer, of: Expr) -> str:
    words = writer.words(of.tree)
    unit = writer.unit(unit_of(writer.pack, of.tree))
    told = unit and words.endswith((f"（{unit}）", f"({unit})", f", {unit}"))
    return writer.say("in-unit", words=words, unit=unit) if unit and not told else words


def unit_of(pack: Pack, tree: Tree) -> str:
    """The unit of a name; shares and percent fields are shown as percent anyway."""
    name = str(tree.value) if tree.op == "name" else ""
    if name in pack.features:
        return pack.features[name].unit
    found = pack.fields.get(name)
    if found is None:
        return ""
    return "share" if found[1].type == "percent" else found[1].unit


def bound_text(writer: Writer, of: Tree, value: float) -> str:
    """A bound as people write it; the unit stands above the table."""
    return writer.value(value, "share") if unit_of(writer.pack, of) == "share" else grouped_number(value)


def case_points(writer: Writer, case: Case) -> str:
    return points_text(case.points) if isinstance(case.points, int) else writer.words(case.points.tree)


def condition(writer: Writer, rule: Rule, case: Case) -> str:
    """The condition of a case; of a band or a looked-up value only what differs from the other cases."""
    if rule.question is not None:
        return writer.say("mark", mark=rule.question.marks[rule.cases.index(case)])
    if case.when is None:
        return writer.say("otherwise")
    tree = case.when.tree
    if rule.of is not None:
        bounds = _bounds(tree, rule.of.tree)
        if bounds:
            return writer.say("and").join(_bound(writer, rule.of.tree, sign, value) for sign, value in bounds)
    return writer.words(tree)


def _bounds(tree: Tree, of: Tree) -> list[tuple[str, Any]]:
    """(sign, value) of comparisons of `of` with constants or parameters, all of which must hold; empty for anything else."""
    parts = tree.args if tree.op == "and" else (tree,)
    found = []
    for part in parts:
        simple = part.op == "compare" and len(part.args) == 2 and part.args[0] == of
        if not simple or not isinstance(part.value, tuple):
            return []
        right = part.args[1]
        if right.op != "const" and not str(right.value).startswith("param."):
            return []
        found.append((str(part.value[0]), right if right.op == "name" else right.value))
    return found


def _bound(writer: Writer, of: Tree, sign: str, value: Any) -> str:
    if isinstance(value, bool):
        return writer.say("yes" if value else "no")
    if isinstance(value, str):
        return writer.value_word(of, value)
    shown = writer.label(str(value.value)) if isinstance(value, Tree) else bound_text(writer, of, value)
    return shown if sign == "==" else writer.say(f"bound.{_SIGNS[sign]}", value=shown)


_SIGNS = {"<": "below", "<=": "up-to", ">": "above", ">=": "from", "!=": "not"}


def value_word(field: Field, value: str, language: str) -> str:
    words = [text for text in field.words.get(value, ()) if fold(text)]
    if language == "zh":
        return next((text for text in words if not text.isascii()), value)
    return value.replace("_", " ")


def _question(writer: Writer, rule: Rule, question: Question) -> list[Block]:
    """Who is asked what, what earns which mark, and how answers count."""
    say = writer.say
    role = word(f"role.{question.role}", writer.language)
    lines = tuple(
        (str(mark), case_points(writer, case), writer.text(case.reason))
        for mark, case in zip(question.marks, rule.cases, strict=True)
    )
    unproven = writer.pack.parameters[UNPROVEN.removeprefix("param.")].values[-1][1]
    return [
        Paragraph(
            f"{say('asked', role=role)}{'' if writer.language == 'zh' else ' '}{writer.text(question.words)}"
        ),
        Table((say("mark-column"), say("points"), say("earned")), lines, (0, 1)),
        Facts(((say("evidence"), writer.text(question.evidence)),)),
        Paragraph(say("question-note", unproven=grouped_number(float(unproven))), quiet=True),
    ]


# ---- scales and checklists --------------------------------------------------------------------------------


def knots(rule: Rule) -> list[tuple[float, int]]:
    """The points between which a scale runs, out of its cases: each case ends at a knot and starts at the one before."""
    found: list[tuple[float, int]] = []
    for index, case in enumerate(rule.cases[:-1]):
        assert case.when is not None
        x = float(case.when.tree.args[1].value)  # type: ignore[arg-type]
        after = rule.cases[index + 1].points
        start = after if isinstance(after, int) else round(float(after.tree.args[0].value) * UNIT)  # type: ignore[arg-type]
        found.append((x, case.points if isinstance(case.points, int) else start))
    return found


def is_log(rule: Rule) -> bool:
    trees = [case.points.tree for case in rule.cases if isinstance(case.points, Expr)]
    return any(node.op == "call" and node.value == "log" for tree in trees for node in tree.walk())


def _checklist(writer: Writer, rule: Rule) -> list[Block]:
    say = writer.say
    (case,) = rule.cases
    rows = [
        (writer.text(part.title), writer.words(part.when.tree), points_text(part.points))
        for part in case.parts
    ]
    assert isinstance(case.points, Expr)
    start = case.points.tree
    for _ in case.parts:
        start = start.args[0]
    intro = say("checklist", start=grouped_number(float(start.value)))  # type: ignore[arg-type]
    head = (say("item"), say("holds-when"), say("points"))
    return [Paragraph(intro + _limits(writer, rule)), Table(head, tuple(rows), (2,))]


def _limits(writer: Writer, rule: Rule) -> str:
    return writer.say("limits", low=points_text(rule.low), high=points_text(rule.high))
