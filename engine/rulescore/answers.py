# SPDX-License-Identifier: Apache-2.0
"""Answers of the company as read, and the questions of a pack -> the answers that count; the others are told and set aside.

A row without a mark is a question that was left open, and no problem: it shows in the coverage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from msgspec.structs import replace

from .kinds.question import TABLE, UNPROVEN, WORD_ALONE
from .lang.syntax import Tree
from .model import Pack, Rule
from .problems import Cell, Fact, Problems, close_names
from .readers.table import ROW, SOURCE, Rejected, TableData, rejected_rows

LISTED = 100
APART = 2
"""Levels between two marks from which on their assessors contradict each other."""

Row = Mapping[str, Any]
Node = dict[str, Any]


def questions_of(pack: Pack | None) -> dict[str, Rule]:
    """The rules of a portfolio that ask the company something, by id, in order."""
    return {} if pack is None else {rule.id: rule for rule in pack.rules if rule.question is not None}


def settle(
    tables: dict[str, TableData], rejected: list[Rejected], portfolio: Pack | None, problems: Problems
) -> tuple[dict[str, TableData], list[Rejected]]:
    """The tables with the answers that count. Told and set aside: answers to what nobody asked, marks outside the rubric,
    second answers of one assessor. Told: assessors who contradict each other."""
    questions = questions_of(portfolio)
    data = tables.get(TABLE)
    if data is None:
        return tables, rejected
    have = data.frame.collect_schema().names()
    absent = [name for name in ("question", "mark") if name not in have]
    if absent:
        return tables, rejected  # the reader has told that the column is missing
    rows = data.frame.filter(pl.col("mark").is_not_null()).collect()
    private = (
        {field.id for field in portfolio.tables[TABLE].fields.values() if field.private}
        if portfolio
        else set()
    )
    judged = _Judged(data, questions, problems, rows.rows(named=True))
    aside = [
        part for code, lost in judged.aside.items() for part in rejected_rows(data, rows[lost], code, private)
    ]
    kept = rows.with_row_index("#").filter(~pl.col("#").is_in(sorted(judged.gone))).drop("#")
    return {**tables, TABLE: replace(data, frame=kept.lazy())}, [*rejected, *aside]


def replies(
    answers: pl.DataFrame, sources: Sequence[Mapping[str, Any]], unproven: float
) -> dict[str, list[Node]]:
    """Question id -> its answers that count, in order: the mark given, the mark it counts as without evidence, the level of
    evidence, and its cell. `sources` are the files of the table as the manifest has them."""
    found: dict[str, list[Node]] = {}
    for row in answers.iter_rows(named=True):
        source = sources[row[SOURCE]]
        evidence = row.get("evidence") or WORD_ALONE
        found.setdefault(row["question"], []).append({
            "mark": row["mark"], "counted": min(row["mark"], unproven) if evidence == WORD_ALONE else row["mark"],
            "evidence": evidence, "file": source["file"], "sheet": source["sheet"], "rows": [row[ROW]],
            "columns": [source["columns"]["mark"]],
        })  # fmt: skip
    return found


def stored_replies(
    folder: Path, sources: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]
) -> dict[str, list[Node]]:
    """The same of the answers that a run stores in `folder`; nothing where it has none."""
    path = folder / f"{TABLE}.parquet"
    if not path.is_file():
        return {}
    return replies(pl.read_parquet(path), sources, float(parameters[UNPROVEN.removeprefix("param.")]))


def question_node(rule: Rule, mark: float | None, given: Sequence[Node]) -> Node:
    """A question with its levels, the mark that its answers earn and the answers, as plain data."""
    assert rule.question is not None
    asked = rule.question
    return {
        "words": dict(asked.words), "role": asked.role, "evidence": dict(asked.evidence), "marks": list(asked.marks),
        "levels": [dict(case.reason or {}) for case in rule.cases], "mark": mark, "replies": list(given),
    }  # fmt: skip


def cells_read(tree: Tree, sources: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The columns of the files with the company's own events that an aggregate reads."""
    prefix = f"{tree.table}."
    names = {
        name.removeprefix(prefix) for arg in tree.args for name in arg.names() if name.startswith(prefix)
    }
    return [
        {
            "file": source["file"], "sheet": source["sheet"], "evidence": source["evidence"], "rows": [],
            "columns": [source["columns"][name] for name in sorted(names) if name in source["columns"]],
        }
        for source in sources
    ]  # fmt: skip


class _Judged:
    """Each answer judged in the order of the files. `aside` are row numbers by problem code."""

    def __init__(
        self, data: TableData, questions: Mapping[str, Rule], problems: Problems, rows: list[dict[str, Any]]
    ) -> None:
        self.data, self.questions, self.problems = data, questions, problems
        self.aside: dict[str, list[int]] = {}
        self.told: dict[str, int] = {}
        first: dict[tuple[str, str], Row] = {}
        counted: dict[str, list[Row]] = {}
        for index, row in enumerate(rows):
            name = row["question"]
            rule = questions.get(name or "")
            if rule is None or rule.question is None:
                self.set_aside("unknown-question", index, row, "question", read=name or "", close=close_names(name or "", questions))  # fmt: skip
                continue
            if row["mark"] not in rule.question.marks:
                allowed = [str(mark) for mark in sorted(rule.question.marks)]
                self.set_aside("mark-outside-rubric", index, row, "mark", question=name, read=f"{row['mark']:g}", allowed=allowed)  # fmt: skip
                continue
            who = row.get("assessor") or f"#{row[SOURCE]}"  # a file without names is the word of one assessor
            if (before := first.setdefault((name, who), row)) is not row:
                self.set_aside("answered-twice", index, row, "question", question=name, first=str(self.place(before, "mark")))  # fmt: skip
                continue
            counted.setdefault(name, []).append(row)
        self.gone = {index for rows_ in self.aside.values() for index in rows_}
        for name, answers in counted.items():
            self.compare(questions[name], answers)

    def compare(self, rule: Rule, answers: list[Row]) -> None:
        assert rule.question is not None
        low = min(answers, key=lambda row: float(row["mark"]))
        high = max(answers, key=lambda row: float(row["mark"]))
        marks = rule.question.marks
        if marks.index(int(low["mark"])) - marks.index(int(high["mark"])) >= APART:
            facts: dict[str, Fact] = {
                "question": rule.id, "low": f"{low['mark']:g}", "high": f"{high['mark']:g}", "other": str(self.place(high, "mark")),
            }  # fmt: skip
            self.problems.warning("assessors-contradict", self.place(low, "mark"), **facts)

    def set_aside(self, code: str, index: int, row: Row, field: str, **facts: Fact) -> None:
        self.aside.setdefault(code, []).append(index)
        self.told[code] = self.told.get(code, 0) + 1
        if self.told[code] <= LISTED:
            self.problems.warning(code, self.place(row, field), **facts)

    def place(self, row: Row, field: str) -> Cell:
        return self.data.place(row[SOURCE], row[ROW], field)
