# SPDX-License-Identifier: Apache-2.0
"""The company's answers, a row a question: marks and evidence that may be changed, the mark that they earn, its level, points and
weight. The scores of the base follow the marks."""

from __future__ import annotations

from statistics import median
from typing import Any

from msgspec import Struct

from ...answers import APART, stored_replies
from ...kinds.question import TABLE, UNPROVEN, WORD_ALONE
from ...messages import word
from ...model import Rule
from ...readers.assessment import EVIDENCE
from .formulas import DASH
from .results import Record, Results
from .scored import Scored, plain
from .sheets import NONE, Book, Formula

Node = dict[str, Any]
Reply = dict[str, Any]

LEADING = 4
"""Columns before the answers: dimension, question, who answers, the evidence that is asked for."""


class Asked(Struct, frozen=True):
    """A question with its answers in columns; None where that assessor gave none."""

    rule: Rule
    node: Node
    dimension: str
    replies: list[Reply | None]
    code: int

    def earned(self) -> float | None:
        counted = [float(reply["counted"]) for reply in self.replies if reply is not None]
        return float(median(counted)) if counted else None


class Questionnaire:
    """The sheet. `outcomes` are known at once, so that the sheet of results takes them instead of what the run stored."""

    def __init__(self, book: Book, part: Scored, told: Node, record: Record) -> None:
        """`told`: the chapter of the report; `record`: the base as a whole."""
        self.book, self.part, self.sheet, self.record = book, part, book.sheet("questionnaire"), record
        run = part.run
        self.unproven = float(run.plan.parameters[UNPROVEN.removeprefix("param.")])
        sources = [source for source in run.manifest["inputs"] if source["table"] == TABLE]
        given = stored_replies(run.folder, sources, run.plan.parameters)
        self.columns = _columns(given)
        self.questions = [
            Asked(
                run.pack.rule(node["id"]), node, dimension["title"], _placed(given.get(node["id"], []), self.columns),
                record.outcome(node["id"]),
            )
            for dimension in told["dimensions"] for node in dimension["questions"]
        ]  # fmt: skip
        self.told = told
        self.head = 7
        self.outcomes = {
            asked.rule.id: Formula(str(self.sheet.ref(self.head + 1 + index, self.at("case"))), part.label(asked.code))
            for index, asked in enumerate(self.questions)
            if self.follows(asked)
        }  # fmt: skip

    def at(self, name: str, assessor: int = 0) -> int:
        """The column of a part."""
        if name in ("mark", "shown", "counted"):
            return LEADING + 3 * assessor + ("mark", "shown", "counted").index(name)
        after = ("earned", "case", "level", "agreement", "points", "weight", "cells")
        return LEADING + 3 * len(self.columns) + after.index(name)

    def follows(self, asked: Asked) -> bool:
        """Whether the answers alone decide the outcome, as they do unless the question did not apply."""
        earned = asked.earned()
        return asked.code == (_none(asked.rule) if earned is None else _case(asked, earned))

    # ---- the sheet ----------------------------------------------------------------------------------------------

    def write(self, results: Results) -> None:
        tell, sheet = self.book.tell, self.sheet
        sheet.widths(18, 44, 13, 26, *[9, 24, 9] * len(self.columns), 10, 9, 44, 22, 9, 9, 34)
        sheet.landscape()
        sheet.title(self.book.title("questionnaire"), tell("questionnaire.note"), tell("parameters.colours"))
        self.top(3, results)
        titles = [tell(f"column.{key}") for key in ("dimension", "question", "who-answers", "evidence-asked")]
        titles += [
            tell(f"column.{key}") for _ in self.columns for key in ("mark", "evidence-shown", "counts-as")
        ]
        titles += [tell(f"column.{key}") for key in ("earned", "case", "level", "agreement", "points", "weight", "cells")]  # fmt: skip
        for index, title in enumerate(self.columns):
            text = title or tell("questionnaire.answer", number=index + 1)
            sheet.merged(self.head - 1, self.at("mark", index), self.at("counted", index), text, "band")
        sheet.head(self.head, 0, titles)
        for row, asked in enumerate(self.questions, self.head + 1):
            self.question(row, asked, results)
        last = self.head + len(self.questions)
        sheet.table(self.head, last, self.at("cells"), 2)
        self.dimensions(last + 2, results)

    def top(self, row: int, results: Results) -> None:
        """Composite and tier of the base, live, and how much the company's word alone may earn."""
        tell, sheet, trace = self.book.tell, self.sheet, self.record.trace
        tier = trace["tier.index"]
        title = None if tier is None else self.part.words.text(results.pack.tiers[tier].title)
        for name, value, style in (
            ("composite", plain(trace["composite.points"]), "score"),
            ("tier", title, "text"),
        ):
            sheet.put(row, 0, tell(f"column.{name}"), "label")
            link = results.range(name).split(":")[0]
            sheet.put(row, 1, Formula(link, value), style, align="left", bold=True)
            row += 1
        sheet.put(row, 0, tell("questionnaire.unproven"), "label")
        sheet.put(row, 1, self.unproven, "number", "input", align="left")
        self.limit = sheet.ref(row, 1).inside

    def question(self, row: int, asked: Asked, results: Results) -> None:
        sheet, node, rule = self.sheet, asked.node, asked.rule
        text = node["title"] if node["words"] == node["title"] else f"{node['title']}\n{node['words']}"
        sheet.line(row, 0, [asked.dimension, text, node["role"], node["evidence"]], "wrap")
        for index, reply in enumerate(asked.replies):
            self.reply(row, index, asked, reply)
        counted = [sheet.ref(row, self.at("counted", index)).inside for index in range(len(self.columns))]
        marks = [sheet.ref(row, self.at("mark", index)).inside for index in range(len(self.columns))]
        earned = asked.earned()
        text = f"IF(COUNT({','.join(counted)})=0,{DASH},MEDIAN({','.join(counted)}))"
        sheet.put(row, self.at("earned"), Formula(text, earned), "number", align="center", indent=0)
        mine = sheet.ref(row, self.at("earned")).inside
        label = self.part.label(asked.code)
        if rule.id in self.outcomes:
            none = self.part.label(_none(rule))
            text = f'IF(ISNUMBER({mine}),{self.case_of(mine, asked)},"{none}")'
            sheet.put(row, self.at("case"), Formula(text, label), "center")
        else:
            sheet.put(row, self.at("case"), label, "center", "stored")
        case = sheet.ref(row, self.at("case")).inside
        level = f"IF(ISNUMBER({case}),INDEX({self.part.at[f'reasons.{rule.id}']},{case}),{DASH})"
        reached = node["levels"][asked.code]["words"] if asked.code >= 0 else NONE
        sheet.put(row, self.at("level"), Formula(level, reached), "wrap")
        self.agreement(row, asked, marks)
        points = results.range(f"points.{rule.id}").split(":")[0]
        value = self.record.trace[f"{rule.id}.points"]
        sheet.put(row, self.at("points"), Formula(points, plain(value)), "points")
        sheet.put(row, self.at("weight"), Formula(self.part.at[f"weight.{rule.id}"], rule.weight), "number")
        sheet.put(row, self.at("cells"), "\n".join(reply["cell"] for reply in node["replies"]), "wrap")

    def reply(self, row: int, index: int, asked: Asked, reply: Reply | None) -> None:
        """The mark and evidence of one assessor, to be chosen from a list, and what the mark counts as."""
        sheet, language = self.sheet, self.book.language
        levels = [word(f"shown.{level}", language) for level in EVIDENCE]
        mark, shown, counted = (self.at(name, index) for name in ("mark", "shown", "counted"))
        sheet.put(row, mark, reply["mark"] if reply else None, "number", "input", align="center", indent=0)
        sheet.put(
            row, shown, word(f"shown.{reply['evidence']}", language) if reply else None, "text", "input"
        )
        assert asked.rule.question is not None
        sheet.raw.data_validation(row, mark, row, mark, {"validate": "list", "source": list(asked.rule.question.marks)})  # fmt: skip
        sheet.raw.data_validation(row, shown, row, shown, {"validate": "list", "source": levels})
        given, on = sheet.ref(row, mark).inside, sheet.ref(row, shown).inside
        alone = f'OR({on}="",{on}="{word(f"shown.{WORD_ALONE}", language)}")'
        text = f'IF(ISNUMBER({given}),IF({alone},MIN({given},{self.limit}),{given}),"")'
        sheet.put(
            row, counted, Formula(text, reply["counted"] if reply else ""), "number", align="center", indent=0
        )

    def case_of(self, mark: str, asked: Asked) -> str:
        """The number of the case of a mark: the first level, best first, that it reaches."""
        assert asked.rule.question is not None
        marks = asked.rule.question.marks
        text = str(len(marks))
        for place in range(len(marks) - 1, 0, -1):
            text = f"IF({mark}>={marks[place - 1]},{place},{text})"
        return text

    def agreement(self, row: int, asked: Asked, marks: list[str]) -> None:
        """How many levels lie between the lowest and the highest mark given, in words."""
        tell, column = self.book.tell, self.at("agreement")
        words = {key: tell(f"questionnaire.{key}") for key in ("same", "near", "apart")}
        all_ = ",".join(marks)
        between = f"{self.case_of(f'MIN({all_})', asked)}-{self.case_of(f'MAX({all_})', asked)}"
        text = f'IF(COUNT({all_})<2,"",IF({between}>={APART},"{words["apart"]}",IF({between}>=1,"{words["near"]}","{words["same"]}")))'
        self.sheet.put(row, column, Formula(text, words.get(asked.node["agreement"], "")), "wrap")

    def dimensions(self, row: int, results: Results) -> None:
        """The dimensions that the questionnaire scores, live, with their weights."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, tell("section.dimensions"), 5)
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("dimension", "what-about", "answered", "points", "weight")])  # fmt: skip
        row += 2
        weights = {dimension.id: dimension.weight for dimension in results.pack.dimensions}
        for one in self.told["dimensions"]:
            link = results.range(f"score.{one['id']}").split(":")[0]
            points = self.record.dimensions[one["id"]].points
            answered = f"{one['answered']} / {len(one['questions'])}"
            sheet.line(row, 0, [one["title"], one["why"], answered], ("wrap", "wrap", "center"))
            sheet.put(row, 3, Formula(link, plain(points)), "score")
            sheet.put(row, 4, Formula(self.part.at[f"dimension.{one['id']}"], weights[one["id"]]), "number")
            row += 1


def _columns(given: dict[str, list[Reply]]) -> list[str]:
    """Titles of the columns of answers: the files, where each question is answered at most once in a file; else none, and answers
    stand in their order."""
    files = list(dict.fromkeys(_file(reply) for replies in given.values() for reply in replies))
    most = max((len(replies) for replies in given.values()), default=1)
    once = all(len({_file(one) for one in replies}) == len(replies) for replies in given.values())
    return files if once and len(files) <= 12 else [""] * most


def _file(reply: Reply) -> str:
    return f"{reply['file']}!{reply['sheet']}" if reply["sheet"] else str(reply["file"])


def _placed(replies: list[Reply], columns: list[str]) -> list[Reply | None]:
    if columns and columns[0]:
        by_file = {_file(reply): reply for reply in replies}
        return [by_file.get(title) for title in columns]
    return [*replies, *[None] * (len(columns) - len(replies))]


def _case(asked: Asked, earned: float) -> int:
    assert asked.rule.question is not None
    marks = asked.rule.question.marks
    return next((place for place, mark in enumerate(marks[:-1]) if earned >= mark), len(marks) - 1)


def _none(rule: Rule) -> int:
    """The outcome of a question without answers."""
    return -3 if rule.on_missing == "fail" else -1
