# SPDX-License-Identifier: Apache-2.0
"""The questions of a pack -> a workbook that the company's roles fill in; as it is, it is the table `company_answers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ..kinds.question import ROLES, TABLE
from ..messages import word
from ..model import Pack, Rule, Table
from .sheet import PROTECTED, Form, height, workbook

COLUMNS = {
    "question": 13, "topic": 14, "role": 12, "asked": 38, "rubric": 58, "evidence_wanted": 26, "mark": 8, "evidence": 16,
    "assessor": 12, "answered_on": 12, "note": 30,
}  # fmt: skip
"""The fields that the form has, in order, and how many characters wide they are."""

FILLED_IN = ("mark", "evidence", "assessor", "answered_on", "note")
NOTES = ("mark", "evidence", "assessor", "ids", "hand-in")


def questions(pack: Pack, roles: Sequence[str] = ()) -> list[Rule]:
    """The questions that the roles (or all) answer, by role and then in the order of the pack."""
    found = (
        [] if pack.portfolio is None else [rule for rule in pack.portfolio.rules if rule.question is not None]
    )
    return [
        rule for role in ROLES if not roles or role in roles
        for rule in found if rule.question is not None and rule.question.role == role
    ]  # fmt: skip


Filled = Mapping[str, Mapping[str, str | int]]
"""Question id -> what stands in the cells to fill in, by field."""


def write(
    pack: Pack, asked: Sequence[Rule], path: Path, languages: Sequence[str], filled: Filled | None = None
) -> None:
    """One row a question, those of a role together, with its rubric beside it and drop-downs for mark and evidence;
    `filled` is what has been answered already."""
    assert pack.portfolio is not None
    table = pack.portfolio.tables[TABLE]
    with workbook(path, languages, " ".join(pack.title[language] for language in languages)) as form:
        sheet = form.sheet("company")
        for index, width in enumerate(COLUMNS.values()):
            sheet.set_column(index, index, width)
        top = _head(form, sheet, pack, asked)
        headers = [header(table, name, languages) for name in COLUMNS]
        for index, (name, text) in enumerate(zip(COLUMNS, headers, strict=True)):
            sheet.write_string(top, index, text, form.styles["head_input" if name in FILLED_IN else "head"])
        sheet.set_row(top, 34)
        levels = [
            " ".join(word(f"shown.{level}", language) for language in languages)
            for level in table.fields["evidence"].values
        ]
        dimensions = {dimension.id: dimension for dimension in pack.portfolio.dimensions}
        for row, rule in enumerate(asked, top + 1):
            _row(
                form,
                sheet,
                row,
                rule,
                form.text(dimensions[rule.dimension].title),
                banded=_turn(asked, row - top - 1),
                answer=(filled or {}).get(rule.id, {}),
            )
            assert rule.question is not None
            column = list(COLUMNS).index("mark")
            form.choose(sheet, (row, column, row, column), rule.question.marks, "mark")
        last = top + len(asked)
        column = list(COLUMNS).index("evidence")
        form.choose(sheet, (top + 1, column, last, column), levels, "evidence")
        sheet.autofilter(top, 0, last, len(COLUMNS) - 1)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.protect("", PROTECTED)


def header(table: Table, name: str, languages: Sequence[str]) -> str:
    """The header of a column, by which the filled-in form is read again."""
    return " ".join(table.fields[name].title[language] for language in languages)


def _head(form: Form, sheet, pack: Pack, asked: Sequence[Rule]) -> int:  # type: ignore[no-untyped-def]
    """Title and instructions; the row below them."""
    assert pack.portfolio is not None
    last = len(COLUMNS) - 1
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, form.say("company-title", " · "), form.styles["title"])
    title = form.text(pack.portfolio.title, " · ")
    sheet.write_string(1, 0, form.say("company-subtitle", " · ", pack=title, version=pack.portfolio.version, count=len(asked)), form.styles["subtitle"])  # fmt: skip
    unproven = next((f"{value:g}" for _, value, _ in pack.portfolio.parameters["unproven_mark"].values[-1:] if isinstance(value, float)), "")  # fmt: skip
    width = float(sum(COLUMNS.values()))
    for row, key in enumerate(NOTES, 2):
        text = form.say(f"company-{key}", unproven=unproven)
        sheet.merge_range(row, 0, row, last, text, form.styles["note"])
        sheet.set_row(row, height({text: width}))
    sheet.set_row(2 + len(NOTES), 6)
    return 3 + len(NOTES)


def _row(  # type: ignore[no-untyped-def]
    form: Form, sheet, row: int, rule: Rule, topic: str, banded: bool, answer: Mapping[str, str | int]
) -> None:
    asked = rule.question
    assert asked is not None
    rubric = "\n".join(
        f"{mark}  {form.text(case.reason or {}, ' / ')}"
        for mark, case in zip(asked.marks, rule.cases, strict=True)
    )
    role = "\n".join(word(f"role.{asked.role}", language) for language in form.languages)
    title, words = form.text(rule.title, " · "), form.text(asked.words)
    texts = {
        "question": rule.id, "topic": topic, "role": role, "asked": f"{title}\n{words}", "rubric": rubric,
        "evidence_wanted": form.text(asked.evidence),
    }  # fmt: skip
    band = "_band" if banded else ""
    for index, name in enumerate(COLUMNS):
        if name in texts:
            sheet.write_string(
                row, index, texts[name], form.styles[("id" if name == "question" else "cell") + band]
            )
        else:
            style = "date" if name == "answered_on" else "choice" if name in ("mark", "evidence") else "input"
            if isinstance(value := answer.get(name, ""), int):
                sheet.write_number(row, index, value, form.styles[style])
            elif value and name == "answered_on":
                sheet.write_datetime(row, index, datetime.fromisoformat(value), form.styles[style])
            elif value:
                sheet.write_string(row, index, value, form.styles[style])
            else:
                sheet.write_blank(row, index, None, form.styles[style])
    parts = (form.styles["bold"], title, form.styles["plain"], "\n" + words, form.styles["cell" + band])
    sheet.write_rich_string(row, list(COLUMNS).index("asked"), *parts)
    sheet.set_row(row, height({texts[name]: float(COLUMNS[name]) for name in texts}))


def _turn(asked: Sequence[Rule], index: int) -> bool:
    """Whether the row is shaded: the questions of every other group of role and dimension."""
    groups = list(
        dict.fromkeys((rule.question.role if rule.question else "", rule.dimension) for rule in asked)
    )
    rule = asked[index]
    return groups.index((rule.question.role if rule.question else "", rule.dimension)) % 2 == 1
