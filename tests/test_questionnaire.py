# SPDX-License-Identifier: Apache-2.0
"""The company questionnaire and customer surveys: forms out, answers in, what is told of bad answers, and what a run, its
explanation, its verification and its report make of them.

`questionnaire/answers.csv` holds one of every mistake; `answers.zh.txt` and `answers.en.txt` are all that is said about it.
`RULESCORE_GOLDEN=1 pytest tests/test_questionnaire.py` writes them anew, to be read before they are kept.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import rfc8785
import rulescore
from commands import SAMPLE, called, small_pack
from rulescore import lint
from rulescore.answers import questions_of
from rulescore.folder import Run, hashes, run_id_of
from rulescore.messages import LANGUAGES
from rulescore.messages.render import render_all
from rulescore.packs.loading import load, load_or_raise
from rulescore.problems import DataError, Problem, Span
from rulescore.questionnaire import company
from rulescore.reports.content import content

HERE = Path(__file__).parent / "questionnaire"
GENERAL = load_or_raise("general")[0]
QUESTIONS = questions_of(GENERAL.portfolio)
DIMENSIONS = ("market", "promotion", "relations", "service_team", "data_protection", "management")
"""The dimensions that only the questionnaire scores."""

SHOWN = {
    "zh": "已看原件", "en": "Original seen", "both": "已看原件 Original seen",
}  # fmt: skip
"""What the drop-down says for a document that was seen."""

LANG = {"zh": ("--lang", "zh"), "en": ("--lang", "en"), "both": ("--bilingual",)}


def assessment(folder: Path, tables: Mapping[str, str]) -> Path:
    """A base of two customers, with more tables."""
    (folder / "customers.csv").write_text("customer_id,name\nC1,甲公司\nC2,乙公司\n", encoding="utf-8")
    lines = "".join(f"  {name}: {file}\n" for name, file in tables.items())
    (folder / "assessment.yaml").write_text(
        "company: {zh: 某公司, en: A company}\nas_of: 2026-06-30\npack: general\ntables:\n  customers: customers.csv\n" + lines,
        encoding="utf-8",
    )  # fmt: skip
    return folder


def form(path: Path, *more: str) -> Path:
    done = called("questionnaire", "general", "-o", str(path), *more)
    assert done.code == 0, done.err
    return path


def sheet_of(path: Path) -> tuple[Any, Any, int]:
    """Workbook, first sheet, and the row of its header."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    return (
        book,
        sheet,
        next(cell.row for cell in sheet["A"] if cell.value in ("industry-trend", "market-warning")) - 1,
    )


def fill(path: Path, marks: Mapping[str, int], evidence: str, assessor: str) -> None:
    """Fills in a form as a person would: mark, evidence and name, found by the order of the yellow columns."""
    book, sheet, head = sheet_of(path)
    for row in range(head + 1, sheet.max_row + 1):
        if (question := sheet.cell(row, 1).value) in marks:
            for offset, value in enumerate((marks[question], evidence, assessor)):
                sheet.cell(row, 7 + offset).value = value
    book.save(path)


def rules_of(run: Run) -> dict[str, Any]:
    written = json.loads((run.folder / "portfolio.json").read_bytes())
    return {rule["id"]: rule["points"] for rule in written["rules"] if rule["id"] in QUESTIONS}


# ---- the form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", SHOWN)
def test_a_filled_form_is_a_table(language: str, tmp_path: Path) -> None:
    """Guards the way there and back: what is written is read again by its headers, whatever the language."""
    path = form(tmp_path / "form.xlsx", *LANG[language])
    marks = {name: 1 + index % 4 for index, name in enumerate(QUESTIONS)}
    fill(path, marks, SHOWN[language], "张三")
    run = rulescore.evaluate(assessment(tmp_path, {"company_answers": "form.xlsx"}), out=tmp_path / "run")
    points = {4: 100, 3: 75, 2: 40, 1: 0}  # as in the rubrics of `general`
    assert rules_of(run) == {name: points[mark] for name, mark in marks.items()}
    own = [problem["code"] for problem in run.problems if problem["file"] == "form.xlsx"]
    assert own == ["header-below"]  # the instructions stand above the header


def test_answers_may_be_written_as_yaml(tmp_path: Path) -> None:
    """Guards answers without a spreadsheet: two assessors in one file, their median, and the line of a mark that is none."""
    (tmp_path / "answers.yaml").write_text(
        "# 市场 / market\n"
        "- {question: industry-trend, mark: 4, evidence: contract_seen, assessor: 甲}\n"
        "- {question: industry-trend, mark: 3, evidence: contract_seen, assessor: 乙}\n"
        "- question: competitors\n  mark: 9\n  evidence: contract_seen\n  assessor: 甲\n",
        encoding="utf-8",
    )
    run = rulescore.evaluate(assessment(tmp_path, {"company_answers": "answers.yaml"}), out=tmp_path / "run")
    assert (rules_of(run)["industry-trend"], rules_of(run)["competitors"]) == (75, None)
    told = [(one["code"], one["row"]) for one in run.problems if one["file"] == "answers.yaml"]
    assert told == [("mark-outside-rubric", 4)]


@pytest.mark.parametrize(
    ("text", "code"),
    [("question: industry-trend\n", "yaml-without-records"), ("- [1, 2]\n", "yaml-without-records"), ("- {question: a\n", "yaml-bracket"), ("", "file-empty"), ("[]\n", "no-columns")],
)  # fmt: skip
def test_yaml_that_is_no_table_is_told(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(text, encoding="utf-8")
    path = assessment(tmp_path, {"company_answers": "answers.yaml"})
    try:
        found = [one["code"] for one in rulescore.evaluate(path, out=tmp_path / "run").problems]
    except DataError as error:
        found = [problem.code for problem in error.problems]
    assert code in found


def test_an_empty_form_answers_nothing(tmp_path: Path) -> None:
    """Guards that a form sent back empty is as good as none."""
    form(tmp_path / "form.xlsx")
    run = rulescore.evaluate(assessment(tmp_path, {"company_answers": "form.xlsx"}), out=tmp_path / "run")
    assert set(rules_of(run).values()) == {None}
    assert run.portfolio is not None
    trace = run.portfolio.trace.collect().row(0, named=True)
    assert {trace[f"{name}.case"] for name in QUESTIONS} == {-2}  # not applicable


@pytest.mark.parametrize("more", [(), ("--bilingual",), ("--survey", "satisfaction"), ("--role", "finance")])
def test_a_form_is_the_same_bytes_every_time(more: Sequence[str], tmp_path: Path) -> None:
    first, second = (form(tmp_path / name, *more).read_bytes() for name in ("one.xlsx", "two.xlsx"))
    assert first == second


def test_the_form_offers_the_marks_of_each_question_and_locks_the_rest(tmp_path: Path) -> None:
    """Guards drop-downs, the rubric beside them, and that ids can't be changed by accident."""
    _, sheet, head = sheet_of(form(tmp_path / "form.xlsx", "--lang", "en"))
    offered = {
        str(cells).split(":")[0]: validation.formula1.strip('"').split(",")
        for validation in sheet.data_validations.dataValidation
        for cells in validation.sqref.ranges
    }
    assert sheet.max_row - head == len(QUESTIONS) == 43
    for row in range(head + 1, sheet.max_row + 1):
        rule = QUESTIONS[sheet.cell(row, 1).value]
        assert rule.question is not None
        assert offered[f"G{row}"] == [str(mark) for mark in rule.question.marks]
        for mark, case in zip(rule.question.marks, rule.cases, strict=True):
            assert case.reason is not None
            assert f"{mark}  {case.reason['en']}" in sheet.cell(row, 5).value
        assert rule.question.words["en"] in str(sheet.cell(row, 4).value)
        assert sheet.cell(row, 1).protection.locked
        assert not sheet.cell(row, 7).protection.locked
    assert sheet.protection.sheet
    assert max(len(choice) for choice in offered.values()) == 4


def test_roles_get_their_own_form(tmp_path: Path) -> None:
    """Guards that the forms of all roles together ask every question once."""
    asked: list[str] = []
    for role in ("management", "marketing", "service", "finance", "technical"):
        path = form(tmp_path / f"{role}.xlsx", "--role", role)
        own = [row[0].value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]
        names = [name for name in own if name in QUESTIONS]
        assert all(rule.question and rule.question.role == role for rule in map(QUESTIONS.get, names) if rule)
        asked += names
    assert sorted(asked) == sorted(QUESTIONS)


def test_text_of_a_pack_is_never_a_formula(tmp_path: Path) -> None:
    """Guards whoever opens the form: words that look like formulas or links stay words."""
    pack = tmp_path / "own" / "portfolio"
    pack.mkdir(parents=True)
    titles = "title: {zh: 自有, en: Own}"
    (tmp_path / "own" / "pack.yaml").write_text(
        f"id: own\nversion: 1.0.0\n{titles}\nextends: general\n", "utf-8"
    )
    (pack / "pack.yaml").write_text(f"id: portfolio\nversion: 1.0.0\n{titles}\nextends: general\n", "utf-8")
    evil = '=HYPERLINK("http://x";"y")'
    (pack / "market.yaml").write_text(
        f"dimension: market\nrules:\n  - id: market-share\n    evidence: {{zh: '{evil}', en: '{evil}'}}\n"
        f"    title: {{zh: '+1', en: '@SUM(A1)'}}\n    question: {{zh: '{evil}', en: 'http://x'}}\n",
        encoding="utf-8",
    )
    path = tmp_path / "form.xlsx"
    assert called("questionnaire", str(tmp_path / "own"), "-o", str(path)).code == 0
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert evil in {cell.value for cell in cells}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("general", "-o", "form.docx"), "form-suffix"),
        (("general", "-o", "form.xlsx", "--survey", "satisfactoin"), "unknown-survey"),
        (("small", "-o", "form.xlsx"), "no-questions"),
        (("general", "-o", "nowhere/form.xlsx"), "file-unwritten"),
        (("general", "-o", "form.xlsx", "--role", "chef"), "unknown-argument"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_written_is_a_problem(
    arguments: Sequence[str], code: str, tmp_path: Path
) -> None:
    small_pack(tmp_path)
    for language in LANGUAGES:
        done = called("questionnaire", *arguments, cwd=tmp_path, lang=language)
        assert done.code == 2
        assert f"[{code}]" in done.err


# ---- answers ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("mistakes")
    shutil.copy(HERE / "answers.csv", folder)
    return rulescore.evaluate(assessment(folder, {"company_answers": "answers.csv"}), out=folder / "run")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_told_of_bad_answers(mistakes: Run, language: str) -> None:
    """Guards the whole text: which answer is not used, in which cell, why, and what to do about it."""
    found = [
        problem for problem in _problems(mistakes) if problem.place and problem.place.file == "answers.csv"
    ]
    actual = render_all(found, language, lambda _: None) + "\n"
    expected = HERE / f"answers.{language}.txt"
    if os.environ.get("RULESCORE_GOLDEN"):
        expected.write_text(actual, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == actual


def _problems(run: Run) -> list[Problem]:
    from rulescore.problems import Cell

    return [
        Problem(one["code"], one["severity"], Cell(one["file"], one["sheet"], one["row"], one["column"]) if one.get("row") else Span(one["file"]), one["facts"])
        for one in run.problems if one.get("file")
    ]  # fmt: skip


def test_bad_answers_do_not_count(mistakes: Run) -> None:
    """Guards the points: by hand, of industry-trend 4 and 3 level 3; of competitors 1 and 3 the median 2; a mark whose
    evidence can't be read counts as said, at most 2; nothing else is answered."""
    known = {name: points for name, points in rules_of(mistakes).items() if points is not None}
    assert known == {"industry-trend": 75, "competitors": 40, "market-share": 40}


def test_rows_that_do_not_count_are_kept_for_whoever_asks(mistakes: Run) -> None:
    """Guards rejected.xlsx: each row with its reason, and no name in it."""
    book = openpyxl.load_workbook(mistakes.folder / "rejected.xlsx")
    rows = [[cell.value for cell in row] for sheet in book.worksheets for row in sheet.iter_rows(min_row=2)]
    codes = sorted(str(row[-1]).split("[")[1].rstrip("]") for row in rows)
    assert codes == ["answered-twice", "mark-outside-rubric", *["unknown-question"] * 3]
    assert not {"甲", "乙"} & {cell for row in rows for cell in row}


def test_assessors_are_not_named(mistakes: Run) -> None:
    """Guards people: their names and notes are personal data and stand nowhere in the run."""
    stored = pl.read_parquet(mistakes.folder / "portfolio" / "company_answers.parquet")
    assert set(stored.columns) == {"company_id", "question", "mark", "evidence", "#source", "#row"}
    assert {"company_answers.assessor", "company_answers.note"} <= set(mistakes.manifest["masked"])
    for name in ("problems.jsonl", "portfolio.json"):
        assert "又答一次" not in (mistakes.folder / name).read_text(encoding="utf-8")


def test_answers_may_come_as_frames() -> None:
    """Guards the Python door."""
    customers = pl.DataFrame({"customer_id": ["C1"], "name": ["甲"]})
    answers = pl.DataFrame({"question": ["crm-system"], "mark": [3], "evidence": ["contract_seen"]})
    run = rulescore.evaluate(customers, "general", "2026-06-30", tables={"company_answers": answers})
    assert {name: points for name, points in rules_of(run).items() if points is not None} == {
        "crm-system": 75
    }


# ---- a run --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("asked") / "run")


@pytest.fixture(scope="module")
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample without its questionnaire."""
    folder = tmp_path_factory.mktemp("unasked")
    shutil.copytree(SAMPLE, folder / "sample")
    file = folder / "sample" / "assessment.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "company_answers" not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return rulescore.evaluate(folder / "sample", out=folder / "run")


def test_without_a_questionnaire_nothing_changes(unasked: Run) -> None:
    """Guards bases that were scored before there was one: composite, interval and coverage rest on the other dimensions
    alone, worked out here from the weights of these."""
    written = json.loads((unasked.folder / "portfolio.json").read_bytes())
    points = {one["id"]: one["points"] for one in written["dimensions"]}
    assert [points[name] for name in DIMENSIONS] == [None] * 6
    others = [one for one in written["dimensions"] if one["id"] not in DIMENSIONS]
    mean = sum(one["weight"] * one["points"] for one in others) / sum(one["weight"] for one in others)
    assert written["composite"] == pytest.approx(mean, abs=0.005)
    assert (written["low"], written["high"], written["coverage"]) == (written["composite"],) * 2 + (1.0,)


def test_with_one_the_base_is_judged_by_it(run: Run, unasked: Run) -> None:
    """Guards that answers count, and that what was left open shows in coverage and interval."""
    written, before = (json.loads((one.folder / "portfolio.json").read_bytes()) for one in (run, unasked))
    assert all(one["points"] is not None for one in written["dimensions"])
    assert (
        written["composite"] < before["composite"]
    )  # the sample's company answers worse than its customers score
    assert written["coverage"] < 1
    assert written["low"] < written["composite"] < written["high"]


def test_an_answer_that_was_changed_is_found(run: Run, tmp_path: Path) -> None:
    """Guards verification: an answer changed under a fitting seal is found by the figures, and by the raw files."""
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    stored = folder / "portfolio" / "company_answers.parquet"
    first = pl.col("#row") == pl.col("#row").first()
    pl.read_parquet(stored).with_columns(mark=pl.when(first).then(1).otherwise(pl.col("mark"))).write_parquet(
        stored
    )
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"files": hashes(folder)}
    manifest["run_id"] = run_id_of(manifest)
    (folder / "manifest.json").write_bytes(rfc8785.dumps(manifest))
    assert rulescore.verify(run.folder, sources=SAMPLE) == []
    assert {problem.code for problem in rulescore.verify(folder)} == {"value-differs"}
    by_files = [
        problem for problem in rulescore.verify(folder, sources=SAMPLE) if problem.facts.get("what") == "mark"
    ]
    assert by_files


def test_both_engines_read_answers_alike(run: Run, tmp_path: Path) -> None:
    other = rulescore.evaluate(SAMPLE, engine="row", out=tmp_path / "row")
    for name in ("portfolio.json", "portfolio/company_answers.parquet"):
        assert (other.folder / name).read_bytes() == (run.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("问技术岗位：用什么系统记录客户", "评分 4，已看原件", "评分 2，系统记录", "questionnaire_2.xlsx!公司问卷", "评分 4，仅公司自述，按 2 计", "未作答；应提供的凭据")),
        ("en", ("asked of engineering: Which system keeps customers", "mark 4, Original seen", "mark 2, System record", "questionnaire_2.xlsx!公司问卷", "counts as 2", "not answered; evidence asked for")),
    ],
)  # fmt: skip
def test_an_explanation_tells_question_answers_and_level(
    run: Run, language: str, words: Sequence[str]
) -> None:
    """Guards that a figure leads to the words asked, each answer with its cell, and the level reached."""
    done = called("explain", str(run.folder), "portfolio", lang=language)
    assert done.code == 0
    for text in words:
        assert text in done.out
    assert "company_answers.mark" not in done.out  # the formula is for --json


def test_an_explanation_says_that_nobody_was_asked(unasked: Run) -> None:
    for language, words in (
        ("zh", "没有交来公司问卷的答复"),
        ("en", "no answers to the company questionnaire"),
    ):
        assert called("explain", str(unasked.folder), "portfolio", lang=language).out.count(words) == 6


def test_the_report_has_a_chapter_of_it(run: Run, unasked: Run) -> None:
    """Guards the chapter: what was asked, answered, on what evidence, and where assessors differ; and that it is left out
    where there is nothing to tell."""
    for language in LANGUAGES:
        told = content(run, language)["questionnaire"]
        assert (told["asked"], told["assessors"], told["apart"]) == (43, 2, 1)
        assert told["answered"] == sum(1 for points in rules_of(run).values() if points is not None)
        (crm,) = (
            question
            for dimension in told["dimensions"]
            for question in dimension["questions"]
            if question["id"] == "crm-system"
        )
        # 4 and 2, both proved: the median 3 reaches level 3
        assert (crm["points"], crm["level"], crm["agreement"], crm["low"], crm["high"]) == (
            75,
            3,
            "apart",
            "2",
            "4",
        )
        assert [level["mark"] for level in crm["levels"] if level["held"]] == [3]
        assert content(unasked, language)["questionnaire"] is None


def test_the_handbook_shows_the_questions(tmp_path: Path) -> None:
    for language, words in (
        ("zh", "问公司，由技术岗位回答：用什么系统"),
        ("en", "answered by engineering: Which system"),
    ):
        assert called("handbook", "general", "-o", str(tmp_path / "book.md"), "--lang", language).code == 0
        assert words in (tmp_path / "book.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("pack", ["general", "biotech", "ventilation", "automation", "wedding_photography"])
def test_every_pack_asks_well(pack: str) -> None:
    """Guards the shipped questions: four marks from 4 down with points from 100 to 0, every text a question or a sentence of
    its own in each language, a source, and for each trade questions of its own."""
    loaded = load_or_raise(pack)[0]
    asked = questions_of(loaded.portfolio)
    assert list(QUESTIONS) == [name for name in asked if name in QUESTIONS]
    assert pack == "general" or len(asked) >= len(QUESTIONS) + 3
    for rule in asked.values():
        assert rule.question is not None
        assert rule.question.marks == (4, 3, 2, 1)
        assert [case.points for case in rule.cases] == [1_000_000, 750_000, 400_000, 0]
        assert rule.source
        assert all(rule.question.words[language].rstrip().endswith(("?", "？")) for language in LANGUAGES), (
            rule.id
        )
        for language in LANGUAGES:
            assert len({(case.reason or {})[language] for case in rule.cases}) == 4, rule.id
    assert company.questions(loaded) != []


# ---- surveys ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "mode"), [("zh", "问卷"), ("en", "form"), ("both", "问卷")])
def test_a_filled_survey_is_a_table(language: str, mode: str, tmp_path: Path) -> None:
    """Guards the way there and back for customers: the answers of the form are features of the customer."""
    path = form(tmp_path / "survey.xlsx", "--survey", "satisfaction", *LANG[language])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headers = [str(cell.value) for cell in sheet[1]]
    words = {
        "满意度（1-5）": 2, "Satisfaction (1-5)": 2, "推荐意愿（0-10）": 6, "Willingness to recommend (0-10)": 6,
        "最影响评价的因素": "产品" if language != "en" else "product", "What weighed most": "product",
        "客户编号": "C1", "Customer id": "C1", "答复日期": "2026-05-01", "Answered on": "2026-05-01", "调查方式": mode, "How it was asked": mode,
    }  # fmt: skip
    for index, header in enumerate(headers, 1):
        found = [value for name, value in words.items() if header == name or header.startswith(f"{name} ")]
        if found:
            sheet.cell(2, index).value = found[0]
    book.save(path)
    run = rulescore.evaluate(assessment(tmp_path, {"survey_answers": "survey.xlsx"}), out=tmp_path / "run")
    customer = run.inputs.filter(pl.col("customer_id") == "C1").collect().row(0, named=True)
    assert (customer["csat_answers"], customer["nps_answer"], customer["discontent_reason"]) == (
        1,
        6,
        "product",
    )
    whole = {
        figure["id"]: figure["value"]
        for figure in json.loads((run.folder / "portfolio.json").read_bytes())["figures"]
    }
    assert (whole["replying_customers"], whole["reply_reach"], whole["discontent_over_product"]) == (
        1,
        0.5,
        1,
    )


def test_every_survey_asks_fields_that_exist() -> None:
    """Guards the shipped surveys: each item has its field, and all that is needed to print it in both languages."""
    assert [survey.id for survey in GENERAL.surveys] == ["satisfaction", "needs", "continuation"]
    fields = GENERAL.tables["survey_answers"].fields
    for survey in GENERAL.surveys:
        assert survey.title["zh"] and survey.title["en"] and survey.intro and survey.why
        assert all(item.field in fields and item.words["zh"] and item.words["en"] for item in survey.items)


@pytest.mark.parametrize(
    ("item", "code", "line"),
    [
        ("{field: csatt, ask: {zh: 问, en: Asked}}", "unknown-field", 5),
        ("{field: csat, ask: {zh: 问, en: Asked}, labels: {'6': {zh: 六, en: six}}}", "unknown-value", 5),
        ("{field: csat}", "missing-key", 5),
    ],
)  # fmt: skip
def test_a_survey_that_asks_what_is_not_there(item: str, code: str, line: int, tmp_path: Path) -> None:
    """Guards surveys.yaml: its mistakes are told with their place."""
    titles = "title: {zh: 自有, en: Own}"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(
        f"id: own\nversion: 1.0.0\n{titles}\nextends: general\n", "utf-8"
    )
    (tmp_path / "own" / "surveys.yaml").write_text(
        f"surveys:\n  visit:\n    {titles}\n    items:\n      - {item}\n", encoding="utf-8"
    )
    _, problems = load(tmp_path / "own")
    found = [(problem.code, problem.place.line) for problem in problems if isinstance(problem.place, Span)]
    assert (code, line) in found


def test_a_pack_adds_to_a_survey(tmp_path: Path) -> None:
    """Guards `extends` for surveys: an item of the same field replaces the base's, another is added."""
    titles = "title: {zh: 自有, en: Own}"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(
        f"id: own\nversion: 1.0.0\n{titles}\nextends: general\n", "utf-8"
    )
    (tmp_path / "own" / "surveys.yaml").write_text(
        f"surveys:\n  needs:\n    {titles}\n    items:\n"
        "      - {field: core_need_met, ask: {zh: 新问法, en: New words}}\n"
        "      - {field: surroundings_score, ask: {zh: 环境如何？, en: 'How are the surroundings?'}}\n",
        encoding="utf-8",
    )
    pack = load_or_raise(tmp_path / "own")[0]
    (needs,) = (survey for survey in pack.surveys if survey.id == "needs")
    base = next(survey for survey in GENERAL.surveys if survey.id == "needs")
    assert [item.field for item in needs.items] == [
        *(item.field for item in base.items),
        "surroundings_score",
    ]
    assert needs.items[0].words["en"] == "New words"
    assert [problem.code for problem in lint.run(pack)] == []
