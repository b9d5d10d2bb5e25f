# SPDX-License-Identifier: Apache-2.0
"""Measures taken: notes read, judged and kept; where tasks stand; the plan; and what two periods show."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rulescore
import xlsxwriter
from commands import SAMPLE, called
from msgspec.structs import replace
from python_calamine import CalamineWorkbook
from rulescore.comparison.goal_changes import _result
from rulescore.comparison.runs import compare
from rulescore.folder import Run
from rulescore.packs.loading import load_or_raise
from rulescore.packs.portfolio_table import tables_of
from rulescore.packs.privacy import marked
from rulescore.reports.content import content
from rulescore.taken import counts, tasks

HEAD = ["措施编号", "客户编号", "状态", "日期", "计划完成日期", "责任岗位", "说明"]
NOTES = [
    ["win_back", "C1", "未开始", "2026-03-02", "", "大客户经理", ""],
    ["hold_churn", "", "未开始", "2026-04-01", "", "总经理", "预警规则"],
    ["win_back", "C1", "已完成", "2026-05-01", "", "大客户经理", "已恢复下单"],
    ["collect", "C2", "in progress", "2026-06-01", "2026-07-15", "财务", ""],
    ["collect", "C3", "进行中", "2026-06-02", "2026-06-29", "财务", ""],
    ["wake_silent", "C3", "已完成", "2026-06-03", "", "", ""],
    ["wake_silent", "C3", "已取消", "2026-06-03", "", "", ""],  # of one day, the later counts
    ["hold_churn", "", "已完成", "2026-07-02", "", "总经理", ""],  # after the as-of date
]
BAD = [
    ["win_bakc", "C1", "已完成", "2026-05-01", "", "", ""],
    ["win_back", "C9", "已完成", "2026-05-01", "", "", ""],
    ["win_back", "C2", "差不多了", "2026-05-01", "", "", ""],
    ["win_back", "C2", "已完成", "", "", "", ""],
]
ENGLISH = dict(zip(HEAD, ["measure", "customer_id", "state", "noted_on", "due_on", "role", "note"], strict=True))  # fmt: skip


def assessed(folder: Path, rows: list[list[str]], form: str = "csv", **options: Any) -> Run:
    """A base of three customers with the notes in a file of a form."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "customers.csv").write_text("客户编号,客户名称\nC1,甲\nC2,乙\nC3,丙\n", encoding="utf-8")
    path = folder / f"measures.{form}"
    if form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEAD, *rows])
    elif form == "xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate([HEAD, *rows]):
                sheet.write_row(at, 0, row)
    else:
        records = [
            {ENGLISH[name]: cell for name, cell in zip(HEAD, row, strict=True) if cell} for row in rows
        ]
        path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    (folder / "assessment.yaml").write_text(
        f"company: X\nas_of: 2026-06-30\npack: general\ntables: {{customers: customers.csv, measures_taken: {path.name}}}\n",
        encoding="utf-8",
    )
    return rulescore.evaluate(folder, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("taken")
    return assessed(folder / "in", NOTES, out=folder / "run")


def test_the_last_note_counts_and_a_task_is_due_when_the_longest_period_is_over(run: Run) -> None:
    """Guards where tasks stand, by hand: hold_churn asks for things within 30, 30 and 60 days, so what was noted on 1 April was due on
    31 May; a stated date goes before; what is done or dropped is never overdue."""
    found = {(one.measure, one.customer): one for one in tasks(run) or ()}
    shown = {key: (one.state, one.on, one.since, one.due, one.overdue) for key, one in found.items()}
    assert shown == {
        ("hold_churn", ""): ("open", "2026-04-01", "2026-04-01", "2026-05-31", True),
        ("win_back", "C1"): ("done", "2026-05-01", "2026-03-02", "2026-05-31", False),
        ("wake_silent", "C3"): ("dropped", "2026-06-03", "2026-06-03", "2026-07-18", False),
        ("collect", "C2"): ("doing", "2026-06-01", "2026-06-01", "2026-07-15", False),
        ("collect", "C3"): ("doing", "2026-06-02", "2026-06-02", "2026-06-29", True),
    }  # fmt: skip
    assert counts(tasks(run) or ()) == {"done": 1, "open": 3, "overdue": 2, "dropped": 1}
    assert found["win_back", "C1"].note == "已恢复下单" and found["win_back", "C1"].place.startswith("measures.csv:4")  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "yaml"])
def test_every_form_of_the_file_says_the_same(form: str, run: Run, tmp_path: Path) -> None:
    """Guards workbooks and YAML with ids for headers: the same tasks as from CSV with Chinese headers."""
    again = assessed(tmp_path, NOTES, form)
    assert [replace(one, place="") for one in tasks(again) or ()] == [
        replace(one, place="") for one in tasks(run) or ()
    ]


def test_bad_rows_are_told_with_their_cell_and_set_aside(tmp_path: Path) -> None:
    """Guards each thing that can be wrong with a note: code, row, what was read and what may be meant; none counts, all are kept
    in rejected.xlsx."""
    run = assessed(tmp_path / "in", [*NOTES, *BAD], out=tmp_path / "run")
    told = {one["code"]: one for one in run.problems if one.get("file") == "measures.csv"}
    assert {code: one["row"] for code, one in told.items()} == {
        "note-of-unknown-measure": 10, "note-of-unknown-customer": 11, "unlisted-value": 12, "note-without-state": 12, "event-without-date": 13,
        "event-after-as-of": 9,
    }  # fmt: skip
    assert told["note-of-unknown-measure"]["facts"]["close"] == ["win_back"]
    assert told["note-of-unknown-customer"]["facts"]["read"] == "C9"
    assert len(tasks(run) or ()) == 5
    book = CalamineWorkbook.from_path(run.folder / "rejected.xlsx")
    cells = [
        row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python(skip_empty_area=True)
    ]  # fmt: skip
    assert sum("win_bakc" in row or "C9" in row or "2026-05-01" in row for row in cells) >= 3
    shown = called("evaluate", str(tmp_path / "in"), "--out", str(tmp_path / "again"), lang="zh")
    assert shown.code == 0
    assert "措施落实：已完成 1 项，未完成 3 项（其中逾期 2 项），已取消 1 项" in shown.out


def test_the_notes_are_part_of_the_run_and_verified(tmp_path: Path) -> None:
    """Guards recomputation: both engines keep the same notes, verify finds nothing, and tells when the file or the kept notes change."""
    folder = tmp_path / "in"
    run = assessed(folder, NOTES, out=tmp_path / "run")
    row = assessed(folder, NOTES, out=tmp_path / "row", engine="row")
    name = "portfolio/measures_taken.parquet"
    assert (run.folder / name).read_bytes() == (row.folder / name).read_bytes()
    assert rulescore.verify(run, sources=folder) == []
    changed = (folder / "measures.csv").read_text(encoding="utf-8").replace("2026-05-01", "2026-05-02")
    (folder / "measures.csv").write_text(changed, encoding="utf-8")
    codes = {one.code for one in rulescore.verify(run, sources=folder)}
    assert codes == {"source-differs", "value-differs"}
    pl.read_parquet(run.folder / name).with_columns(state=pl.lit("done")).write_parquet(run.folder / name)
    assert rulescore.verify(run) != []


def test_the_explanation_of_the_base_shows_each_task_with_its_row(run: Run) -> None:
    """Guards tracing: under its measure a task stands with state, customer and the row of the file that says so."""
    shown = called("explain", str(run.folder), "portfolio", lang="en").out.splitlines()
    at = next(index for index, line in enumerate(shown) if "[collect]" in line)
    below = "\n".join(shown[at : at + 8])
    assert "under way (overdue) · 2026-06-02 · C3 · 财务    ← measures.csv:6[状态]" in below


def test_a_run_without_notes_says_nothing_of_them(tmp_path: Path) -> None:
    """Guards runs as they were: no tasks, no column, no sheet."""
    (tmp_path / "customers.csv").write_text("客户编号,客户名称\nC1,甲\n", encoding="utf-8")
    run = rulescore.evaluate(tmp_path / "customers.csv", "general", "2026-06-30")
    assert tasks(run) is None
    told = content(run, "en")
    assert told["plan"]["taken"] is None
    assert all(one["taken"] is None for group in told["plan"]["subjects"] for one in group["measures"])


def test_ids_of_customers_are_masked_here_too() -> None:
    """Guards pseudonyms: where ids of customers are personal data, those in notes are."""
    tables = tables_of(load_or_raise("general")[0])
    key = tables["customers"].fields["customer_id"]
    fields = {**tables["customers"].fields, "customer_id": replace(key, personal=True)}
    personal = {**tables, "customers": replace(tables["customers"], fields=fields)}
    assert marked(personal, unmask=False)["measures_taken"].fields["customer_id"].personal
    assert not marked(tables, unmask=False)["measures_taken"].fields["customer_id"].personal


@pytest.mark.parametrize("language", ["zh", "en"])
def test_plan_workbook_and_page_show_the_tasks(language: str, run: Run, tmp_path: Path) -> None:
    """Guards every form: counts beside the measure, tasks in the table, a row each in the workbook."""
    plan = content(run, language)["plan"]
    assert plan["taken"] == {"done": 1, "open": 3, "overdue": 2, "dropped": 1}
    own = {one["id"]: one["taken"] for group in plan["subjects"] for one in group["measures"]}
    assert [task["customer"] for task in own["collect"]["tasks"]] == ["C3", "C2"]  # overdue first
    for form in ("html", "md", "xlsx"):
        path = tmp_path / f"report.{form}"
        assert called("report", str(run.folder), "--format", form, "-o", str(path), lang=language).code == 0
        if form != "xlsx":
            assert "已恢复下单" in path.read_text(encoding="utf-8")
    sheet = CalamineWorkbook.from_path(tmp_path / "report.xlsx").get_sheet_by_name(
        "措施落实" if language == "zh" else "Measures taken"
    )
    rows = [row for row in sheet.to_python() if row[-1] in own]
    assert [row[-1] for row in rows] == ["hold_churn", "win_back", "wake_silent", "collect", "collect"]


MISSED, MET = False, True


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ((0.3, 0.2, MISSED), (0.2, 0.2, MET), "reached"), ((0.3, 0.2, MISSED), (0.25, 0.2, MISSED), "nearer"),
        ((0.3, 0.2, MISSED), (0.4, 0.2, MISSED), "farther"), ((0.1, 0.2, MET), (0.3, 0.2, MISSED), "lost"),
        ((0.3, 0.2, MISSED), (0.3, 0.2, MISSED), "same"), ((0.1, 0.2, MET), (0.15, 0.2, MET), "kept"),
        ((None, 0.2, None), (0.3, 0.2, MISSED), "unknown"), ((0.3, 0.2, MISSED), (0.3, 0.1, MISSED), "farther"),
    ],
)  # fmt: skip
def test_a_goal_is_nearer_when_less_is_left_to_its_target(before: Any, after: Any, result: str) -> None:
    """Guards the seven results, one of them by a target that was moved away."""
    assert _result(before, after) == result


def test_two_periods_show_what_was_done_and_how_goals_moved(tmp_path: Path) -> None:
    """Guards the comparison of the sample at the end of March and of June: what was done is what the file says between the two dates;
    figures are those of the two runs; the screen shows both in both languages."""
    before = rulescore.evaluate(SAMPLE, as_of="2026-03-31", out=tmp_path / "before")
    after = rulescore.evaluate(SAMPLE, out=tmp_path / "after")
    goals = {one["id"]: one for one in compare(before, after).as_dict()["goals"]}
    with (SAMPLE / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    done: dict[str, set[str]] = {}
    for row in rows:
        if row["状态"] == "已完成" and "2026-03-31" < row["日期"] <= "2026-06-30":
            done.setdefault(row["措施编号"], set()).add(row["客户编号"])
    assert {name: {task["customer"] for task in one["done"]} for name, one in goals.items() if one["done"]} == done  # fmt: skip
    values = [run.portfolio.inputs.collect().row(0, named=True) for run in (before, after)]  # type: ignore[union-attr]
    overdue = [one["base_overdue_share"] for one in values]
    assert (goals["collect"]["before"], goals["collect"]["after"]) == tuple(overdue)
    assert goals["collect"]["result"] == ("nearer" if 0.15 < overdue[1] < overdue[0] else "farther")
    assert goals["collect"]["target"] == 0.15
    for language, words in (("en", "nearer: Collect sooner"), ("zh", "接近：加快回款")):
        shown = called("compare", str(before.folder), str(after.folder), lang=language).out
        assert words in shown
        assert all(task["on"] in shown for task in goals["collect"]["done"][:6])
    assert all(not one["done"] for one in compare(after, after).as_dict()["goals"])


def test_the_file_of_the_sample_names_measures_that_there_are(tmp_path: Path) -> None:
    """Guards the shipped notes: every measure and customer is known, so that no problem is told of them."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    run = rulescore.evaluate(folder)
    assert [one for one in run.problems if one.get("file") == "measures.csv"] == []
    assert len({one.measure for one in tasks(run) or ()}) > 5
