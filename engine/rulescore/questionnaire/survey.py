# SPDX-License-Identifier: Apache-2.0
"""A survey of a pack -> a workbook: the sheet to record answers in, which is the table `survey_answers`, and the
questionnaire to be printed, read out or sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..model import Field, Pack, Survey, SurveyItem
from ..packs.surveys import TABLE, choices
from .sheet import Form, height, workbook

ROWS = 500
"""Rows of the sheet for answers that have drop-downs."""

BEFORE, AFTER = ("customer_id", "answered_on", "mode", "wave", "respondent"), ("comment",)
"""Fields of every survey, before and after what is asked."""

WIDTHS = {"customer_id": 16, "answered_on": 13, "mode": 12, "wave": 14, "respondent": 14, "comment": 50}
LABEL, ASKED, WHOLE = 16, 46, 120.0


def write(pack: Pack, survey: Survey, path: Path, languages: Sequence[str]) -> None:
    """Answers first, since the first sheet is what is read back."""
    with workbook(path, languages, " ".join(survey.title[language] for language in languages)) as form:
        _answers(form, pack, survey)
        _questionnaire(form, pack, survey)


def _answers(form: Form, pack: Pack, survey: Survey) -> None:
    sheet = form.sheet("answers")
    fields = pack.tables[TABLE].fields
    asked = [item.field for item in survey.items]
    names = list(dict.fromkeys(name for name in (*BEFORE, *asked, *AFTER) if name in fields))
    sheet.set_row(0, 46)
    for index, name in enumerate(names):
        field = fields[name]
        sheet.set_column(index, index, WIDTHS.get(name, 17))
        title = " ".join(field.title[language] for language in form.languages)
        sheet.write_string(0, index, title, form.styles["head_input" if name in asked else "head"])
        allowed = choices(field)
        if allowed:
            words = (
                [_word(field, value, form) for value in allowed]
                if field.values
                else [int(value) for value in allowed]
            )
            form.choose(sheet, (1, index, ROWS, index), words, "answer")
        style = "date" if field.kind == "date" else "choice" if allowed else "input"
        for row in range(1, ROWS + 1):
            sheet.write_blank(row, index, None, form.styles[style])
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def _word(field: Field, value: str, form: Form) -> str:
    """What a value is called in the form: a word that the reader knows for it."""
    known = field.words.get(value, ())
    return known[0] if known and "zh" in form.languages else value


def _questionnaire(form: Form, pack: Pack, survey: Survey) -> None:
    sheet = form.sheet("survey")
    fields = pack.tables[TABLE].fields
    most = max((len(choices(fields[item.field])) for item in survey.items), default=1)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, ASKED)
    sheet.set_column(2, 1 + max(most, 5), 11)
    last = 1 + max(most, 5)
    sheet.merge_range(0, 0, 0, last, form.text(survey.title, " · "), form.styles["title"])
    sheet.set_row(0, 32)
    row = 1
    for text in (form.text(survey.intro) if survey.intro else "", form.say("survey-how")):
        if text:
            sheet.merge_range(row, 0, row, last, text, form.styles["note"])
            sheet.set_row(row, height({text: WHOLE}))
            row += 1
    row += 1
    for number, item in enumerate(survey.items, 1):
        row = _item(form, sheet, row, number, item, fields[item.field], last)
    sheet.merge_range(row + 1, 0, row + 1, last, form.say("survey-thanks"), form.styles["note"])
    sheet.set_row(row + 1, height({form.say("survey-thanks"): WHOLE}))


def _item(form: Form, sheet, row: int, number: int, item: SurveyItem, field: Field, last: int) -> int:  # type: ignore[no-untyped-def]
    """One question with its scale, a cell for each answer, or a line to write on; the row below."""
    asked = form.text(item.words)
    sheet.write_number(row, 0, number, form.styles["scale"])
    sheet.write_string(row, 1, asked, form.styles["strong"])
    allowed = choices(field)
    texts = {asked: float(ASKED)}
    if allowed:
        for index, value in enumerate(allowed):
            label = item.labels.get(value)
            words = form.text(label) if label else ""
            shown = words if field.values else f"{value}\n{words}".strip()
            text = f"□ {shown}"
            sheet.write_string(row, 2 + index, text, form.styles["scale"])
            texts[text] = 11.0
    else:
        sheet.merge_range(row, 2, row, last, "", form.styles["input"])
    sheet.set_row(row, max(height(texts), 34.0))
    return row + 1
