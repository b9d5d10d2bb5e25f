# SPDX-License-Identifier: Apache-2.0
"""A rule -> its section: what is measured, its cases as a table, and all that is said about it."""

from __future__ import annotations

from typing import Any

from ..arithmetic import UNIT, points_text
from ..kinds.question import UNPROVEN
from ..lang.syntax import Tree
from ..lang.words import grouped_number
from ..messages import word
from ..model import Case, Dimension, Expr, Question, Rule
from ..speech import Speech, unit_of
from .blocks import Block, Facts, Paragraph, Section, Table


def rule_section(writer: Speech, dimension: Dimension, rule: Rule, share: float) -> Section:
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


def _weight(writer: Speech, dimension: Dimension, rule: Rule, share: float) -> str:
    if dimension.combine != "mean":
        return writer.say("weight-plain", weight=rule.weight)
    inside = rule.weight / sum(other.weight for other in dimension.rules)
    shares = {"inside": f"{inside:.1%}", "whole": f"{inside * share:.1%}"}
    return writer.say("weight-shares", weight=rule.weight, **shares)


def missing_words(writer: Speech, rule: Rule) -> str:
    points = points_text(rule.missing_points) if rule.missing_points is not None else ""
    return writer.say(f"missing.{rule.on_missing}", points=points)


# ---- the cases --------------------------------------------------------------------------------------------


def _measured(writer: Speech, rule: Rule) -> list[Block]:
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


def subject(writer: Speech, of: Expr) -> str:
    words = writer.words(of.tree)
    unit = writer.unit(unit_of(writer.pack, of.tree))
    told = unit and words.endswith((f"（{unit}）", f"({unit})", f", {unit}"))
    return writer.say("in-unit", words=words, unit=unit) if unit and not told else words


def bound_text(writer: Speech, of: Tree, value: float) -> str:
    """A bound as people write it; the unit stands above the table."""
    return writer.value(value, "share") if unit_of(writer.pack, of) == "share" else grouped_number(value)


def case_points(writer: Speech, case: Case) -> str:
    return points_text(case.points) if isinstance(case.points, int) else writer.words(case.points.tree)


def condition(writer: Speech, rule: Rule, case: Case) -> str:
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


def _bound(writer: Speech, of: Tree, sign: str, value: Any) -> str:
    if isinstance(value, bool):
        return writer.say("yes" if value else "no")
    if isinstance(value, str):
        return writer.value_word(of, value)
    shown = writer.label(str(value.value)) if isinstance(value, Tree) else bound_text(writer, of, value)
    return shown if sign == "==" else writer.say(f"bound.{_SIGNS[sign]}", value=shown)


_SIGNS = {"<": "below", "<=": "up-to", ">": "above", ">=": "from", "!=": "not"}


def _question(writer: Speech, rule: Rule, question: Question) -> list[Block]:
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


def _checklist(writer: Speech, rule: Rule) -> list[Block]:
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


def _limits(writer: Speech, rule: Rule) -> str:
    return writer.say("limits", low=points_text(rule.low), high=points_text(rule.high))
