# SPDX-License-Identifier: Apache-2.0
"""A fictitious company's answers to the questionnaire of a pack: marks, evidence and assessors, drawn and planted.

Each question draws from its own stream. A company has a leaning for each dimension, the middle of its marks there; good marks
mostly come with something to show, middling ones less often. A second assessor mostly agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rulescore.answers import questions_of
from rulescore.api import load
from rulescore.messages import word
from rulescore.questionnaire import company

from .draw import Draw
from .files import Row

OPEN = 0.07
"""The share of questions that are left open."""

HEADERS = {
    "zh": ("题号", "评分", "凭据等级", "评估人", "填写日期", "说明与凭据编号"),
    "en": ("Question id", "Mark", "Level of evidence", "Assessor", "Answered on", "Note and reference of the evidence"),
}  # fmt: skip
_SHOWN = {
    4: {
        "contract_seen": 0.55,
        "third_party_confirmed": 0.25,
        "system_export": 0.15,
        "seller_statement": 0.05,
    },
    3: {"contract_seen": 0.55, "system_export": 0.3, "seller_statement": 0.15},
    2: {"seller_statement": 0.55, "system_export": 0.25, "contract_seen": 0.2},
    1: {"seller_statement": 1.0},
}
_NOTE = {"zh": "凭据 {}", "en": "File {}"}

Planted = Mapping[tuple[str, str], tuple[int, str]]
"""(assessor, question) -> mark and level of evidence."""


def answers(
    pack_id: str, seed: str, leaning: Mapping[str, float], assessors: Sequence[str], language: str, planted: Planted | None = None
) -> list[Row]:  # fmt: skip
    """One row an answer, under the headers and in the words of the language; assessor by assessor."""
    rules = questions_of(load(pack_id).portfolio)
    found: list[Row] = []
    for number, assessor in enumerate(assessors):
        for place, (name, rule) in enumerate(rules.items(), 1):
            draw = Draw(seed, f"answers/{name}")
            absent = draw.chance(OPEN)
            mark = round(draw.normal(leaning[rule.dimension], 0.7))
            own = Draw(seed, f"answers/{name}/{number}")
            if number:
                mark += int(own.pick(**{"0": 0.8, "1": 0.1, "-1": 0.1}))
            mark = min(4, max(1, mark))
            evidence = own.pick(**_SHOWN[mark])
            if planted and (assessor, name) in planted:
                absent, (mark, evidence) = False, planted[assessor, name]
            if absent:
                continue
            day = f"2026-07-{own.whole(6, 17):02}"
            note = "" if evidence == "seller_statement" else _NOTE[language].format(f"Q{place:02}")
            cells = (name, str(mark), word(f"shown.{evidence}", language), assessor, day, note)
            found.append(dict(zip(HEADERS[language], cells, strict=True)))
    return found


def write_form(path: Path, pack_id: str, rows: Sequence[Row], language: str) -> None:
    """The pack's own form with one assessor's answers in it."""
    pack = load(pack_id)
    fields = ("question", "mark", "evidence", "assessor", "answered_on", "note")
    filled = {}
    for row in rows:
        values = dict(zip(fields, row.values(), strict=True))
        filled[values.pop("question")] = {**values, "mark": int(values["mark"])}
    company.write(pack, company.questions(pack), path, (language,), filled)
