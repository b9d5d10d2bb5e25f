# SPDX-License-Identifier: Apache-2.0
"""Cycles of assessment: what is computed, what is left out, and that a run says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rulescore
from commands import SAMPLE, called, small_pack
from rulescore.folder import Run
from rulescore.packs.loading import load
from rulescore.problems import UsageError
from rulescore.reports import markdown, xlsx
from rulescore.reports.content import content
from rulescore.reports.text import summary
from workbooks import book

MONTHLY = {"quality", "stability", "reputation"}
OF_BASE = {"growth", "retention", "satisfaction"}


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, cycle="monthly", out=tmp_path_factory.mktemp("cycle") / "run")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("whole") / "run")


def base_of(run: Run) -> dict[str, dict[str, object]]:
    written = json.loads((run.folder / "portfolio.json").read_bytes())
    return {
        key: {one["id"]: one.get("points", one.get("value")) for one in written[key]}
        for key in ("dimensions", "figures")
    }


def test_dimensions_of_the_cycle_are_as_in_a_whole_assessment(monthly: Run, whole: Run) -> None:
    """Guards that a cycle computes its dimensions with the same points, and nothing of the others, and that the composite is their weighted mean."""
    assert {one.id for one in monthly.pack.dimensions} - set(monthly.pack.left_out) == MONTHLY
    for dimension in monthly.pack.dimensions:
        known = monthly.table[dimension.id]
        assert (
            known.null_count() == known.len()
            if dimension.id not in MONTHLY
            else known.equals(whole.table[dimension.id])
        )
    # C0140: (22 x 80.3333 + 18 x 51.875 + 10 x 66.25) / 50, weights of general/pack.yaml, no gate acts
    row = monthly.table.filter(customer_id="C0140").row(0, named=True)
    by_hand = (22 * row["quality"] + 18 * row["stability"] + 10 * row["reputation"]) / 50
    assert row["composite"] == pytest.approx(by_hand, abs=0.005)
    assert row["coverage"] == 1


def test_figures_of_what_is_left_out_are_not_computed(monthly: Run, whole: Run) -> None:
    """Guards that figures of the base that only left-out dimensions use are absent, and all others as in a whole assessment."""
    month, everything = base_of(monthly), base_of(whole)
    assert {name for name, points in month["dimensions"].items() if points is not None} == OF_BASE
    assert month["figures"].keys() < everything["figures"].keys()
    assert "base_countback" not in month["figures"]
    assert month["figures"] == {name: everything["figures"][name] for name in month["figures"]}
    assert not (monthly.folder / "valuation.json").exists() and (whole.folder / "valuation.json").exists()


def test_a_run_of_a_cycle_is_reopened_and_verified(monthly: Run) -> None:
    """Guards that the cycle is recorded, and that both engines and the raw files agree with such a run."""
    opened = Run.read(monthly.folder)
    assert opened.manifest["cycle"] == "monthly" and opened.pack.cycle == "monthly"
    assert rulescore.verify(monthly.folder, sources=SAMPLE) == []
    by_row = rulescore.evaluate(SAMPLE, cycle="monthly", engine="row")
    assert by_row.table.equals(monthly.table)


def test_the_cycle_is_told(monthly: Run) -> None:
    """Guards that screen, explanation and report name the cycle and what it computes, in both languages."""
    for language, title, part in (
        ("zh", "月度评估", "只计算客户质量，客户稳定性，口碑与满意度"),
        ("en", "Monthly assessment", "only Quality; Stability; Reputation and satisfaction"),
    ):
        screen = summary(monthly, language)
        assert title in screen and part in screen
        told = rulescore.explain(monthly, "C0140", language)
        assert title in told and part in told
        report = content(monthly, language)
        assert report["cover"]["cycle"] == title and part in report["special"][0]
        rules = {rule["id"]: rule for one in report["dimensions"] for rule in one["rules"]}
        assert rules["credit-loss"]["states"]["not_applicable"] == 320


def test_a_cycle_of_the_assessment_and_of_the_command(tmp_path: Path) -> None:
    """Guards `cycle:` in the assessment, that `--cycle` wins over it, and that an unknown one is told with those there are."""
    for file in SAMPLE.iterdir():
        if file.is_file():
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "assessment.yaml").unlink()
    text = (SAMPLE / "assessment.yaml").read_text(encoding="utf-8")
    (tmp_path / "assessment.yaml").write_text(text + "cycle: quarterly\n", encoding="utf-8")
    run = rulescore.evaluate(tmp_path)
    assert run.manifest["cycle"] == "quarterly" and run.portfolio is not None
    assert set(run.portfolio.pack.left_out) == {
        "market",
        "promotion",
        "relations",
        "service_team",
        "data_protection",
        "management",
    }
    done = called("evaluate", tmp_path, "--cycle", "event", "--out", tmp_path / "run", lang="zh")
    assert "特殊事件评估，全部计算。" in done.out
    with pytest.raises(UsageError) as error:
        rulescore.evaluate(tmp_path, cycle="montly")
    assert [(one.code, one.facts["known"]) for one in error.value.problems] == [
        ("unknown-cycle", ["monthly", "quarterly", "yearly", "event"])
    ]


def test_two_cycles_are_compared_by_name(monthly: Run, whole: Run) -> None:
    """Guards that comparing runs of different cycles tells the cycles and not each rule that one of them leaves out."""
    found = rulescore.compare(whole, monthly)
    assert [(one.kind, one.before, one.after) for one in found.differences] == [("cycle", "", "monthly")]
    assert {one["id"] for one in found.base} == {"composite"}


CYCLES = """cycles:
  brief:
    title: {zh: 简评, en: Brief}
    dimensions: [worth]
    source: judgement
tiers:"""


@pytest.mark.parametrize(("old", "new", "code"), [
    ("[worth]", "[wroth]", "unknown-name"),
    ("    title: {zh: 简评, en: Brief}\n", "", "missing-key"),
])  # fmt: skip
def test_a_cycle_that_cannot_be(old: str, new: str, code: str, tmp_path: Path) -> None:
    """Guards that slips in a cycle are told."""
    assert load(small_pack(tmp_path / "sound", [("tiers:", CYCLES)]))[1].has_errors is False
    _, problems = load(small_pack(tmp_path, [("tiers:", CYCLES.replace(old, new))]))
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_cycle_leaves_out_is_told_apart(
    language: str, monthly: Run, whole: Run, tmp_path: Path
) -> None:
    """Guards that nobody reads a dimension that the cycle leaves out as a lack of data: it stands in no table of scores of page and
    Markdown but in a sentence of its own with the cycle and its reason, is marked in JSON, and in the workbook beside its weight; a
    whole assessment says nothing of the kind."""
    said = {
        "zh": ("本周期（月度评估；每月看满意度、盈利和流失，其余维度和估值不做）不计算以下维度", "未评估", "本周期不计算，并非缺少资料", "财务风险", "品牌、渠道与推广"),
        "en": ("Left out by this cycle (Monthly assessment; Satisfaction, profit and churn every month", "not assessed", "left out by this cycle, which is no lack of data", "Financial risk", "Brand, channels and promotion"),
    }  # fmt: skip
    sentence, nothing, cell, ours, of_base = said[language]
    report = content(monthly, language)
    assert {one["id"] for one in report["dimensions"] if not one["left_out"]} == MONTHLY
    assert {one["id"] for one in report["portfolio"]["dimensions"] if not one["left_out"]} == OF_BASE
    assert sentence in report["left_out"] and ours in report["left_out"]
    assert of_base in report["portfolio"]["left_out"] and ours not in report["portfolio"]["left_out"]
    text = markdown.render(monthly, language).decode()
    assert sentence in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert not [line for line in rows if nothing in line]
    assert not [line for line in rows if line.startswith((f"| {ours} |", f"| {of_base} |"))]
    (tmp_path / "run.xlsx").write_bytes(xlsx.render(monthly, language))
    cells = [cell.value for sheet in book(tmp_path / "run.xlsx") for row in sheet for cell in row]
    # of seven dimensions of customers on the summary and on the sheet of one customer, and of eleven of the base on its sheet
    assert cells.count(cell) == 2 * 7 + (len(monthly.portfolio.pack.dimensions) - len(OF_BASE) if monthly.portfolio else 0)  # fmt: skip
    full = content(whole, language)
    assert (full["left_out"], full["portfolio"]["left_out"]) == ("", "")
    assert not any(one["left_out"] for one in full["dimensions"])
