# SPDX-License-Identifier: Apache-2.0
"""The early-warning list: who is on it and with what at risk, that it moves nothing, and that every form shows the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rulescore
from commands import ROOT, SAMPLE, called, small_pack
from rulescore.audit import explain
from rulescore.comparison.runs import compare
from rulescore.folder import Run
from rulescore.packs.loading import load
from rulescore.reports.content import content
from rulescore.reports.early_warnings import totals
from rulescore.reports.explanation import explanation
from rulescore.reports.text import summary
from workbooks import book

STAKE = "at_stake: {amount: 'max(annual_revenue, 0)', source: judgement}\n"
FINDING = """findings:
  idle:
    title: {zh: 无拜访, en: Never visited}
    when: visits == 0
    keeps_out: true
    source: judgement
"""
DECLARED = """early_warnings:
  large:
    title: {zh: 过大, en: Large}
    why: {zh: 太依赖一家, en: Too dependent on one}
    severity: watch
    when: annual_revenue > 500 or visits > 3
    amount: annual_revenue - 500
    source: judgement
    actions: [{title: {zh: 签长约, en: Sign for longer}, owner: {zh: 总监, en: Director}, due: 30d}]
  busy:
    title: {zh: 反复来访, en: Many visits}
    severity: act
    when: visits >= 2
    source: judgement
    actions: [{title: {zh: 问原因, en: Ask why}}]
"""
CUSTOMERS = [
    {"customer_id": "a", "annual_revenue": 120.0, "visits": 2.0},  # busy: act
    {"customer_id": "b", "annual_revenue": 1000.25, "visits": 1.0},  # large: watch
    {"customer_id": "c", "annual_revenue": 1001.0, "visits": 4.0},  # both: act, once
    {"customer_id": "d", "annual_revenue": 900.0, "visits": 0.0},  # large, yet kept out
    {"customer_id": "e", "annual_revenue": 10.0, "visits": 1.0},  # none
    {"customer_id": "f", "annual_revenue": None, "visits": None},  # unknown
]
SAMPLES = sorted(path.parent for path in (ROOT / "samples").glob("*/assessment.yaml"))


def small_run(folder: Path, engine: str = "frame", customers: list[dict[str, Any]] = CUSTOMERS) -> Run:
    pack = small_pack(
        folder, [("rules:\n", FINDING + DECLARED + "rules:\n"), ("\ntiers:", f"\n{STAKE}tiers:")]
    )
    return rulescore.evaluate(pl.DataFrame(customers), pack, "2026-06-30", engine=engine, out=folder / engine)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("warned") / "run")


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_the_worst_that_holds_is_the_level_and_money_counts_once(engine: str, tmp_path: Path) -> None:
    """Guards level, list and amount of each customer: kept out or unknown is not on it, two warnings count once."""
    run = small_run(tmp_path, engine)
    found = run.inputs.select("warning_level", "at_risk", "value_at_risk").collect().rows()
    assert found == [
        ("act", True, 120.0),
        ("watch", True, 1000.25),
        ("act", True, 1001.0),
        ("none", False, 0.0),
        ("none", False, 0.0),
        ("none", False, 0.0),
    ]
    assert run.table.select("early_warnings", "value_at_risk").rows() == [
        ("busy", 120.0), ("large", 1000.25), ("large;busy", 1001.0), ("", 0.0), ("", 0.0), ("", 0.0),
    ]  # fmt: skip
    assert rulescore.verify(run) == []


def test_what_is_at_risk_is_added_up_once_and_shared_by_the_valued(tmp_path: Path) -> None:
    """Guards the totals: 120 + 1000.25 + 1001 of these and 10; customer d is kept out of both and told apart."""
    told = totals(small_run(tmp_path))
    assert {key: told[key] for key in ("count", "act", "watch", "kept_out", "value")} == {
        "count": 3, "act": 2, "watch": 1, "kept_out": 1, "value": 2121.25,
    }  # fmt: skip
    assert told["share"] == pytest.approx(2121.25 / 2131.25)
    assert told["warnings"] == {
        "large": {"count": 2, "unknown": 1, "amount": 1001.25},
        "busy": {"count": 2, "unknown": 1, "amount": None},
    }


def test_the_list_moves_no_score(tmp_path: Path) -> None:
    """Guards that scores and findings are those of the pack without its early warnings."""
    warned = small_run(tmp_path)
    plain = small_pack(tmp_path / "plain", [("rules:\n", f"{FINDING}rules:\n")])
    without = rulescore.evaluate(pl.DataFrame(CUSTOMERS), plain, "2026-06-30")
    assert warned.scores.drop("early_warnings", "value_at_risk").equals(without.scores)


def test_a_reason_is_told_with_the_values_that_make_it(tmp_path: Path) -> None:
    """Guards the list for people: most at risk first, serious reasons first, of alternatives only those that hold."""
    told = content(small_run(tmp_path), "en")["early_warnings"]
    assert [one["id"] for one in told["customers"]] == ["c", "b", "a"]
    titles = [one["title"] for one in told["warnings"]]
    shown = {
        one["id"]: [(titles[why["warning"]], why["values"], why["amount"]) for why in one["reasons"]]
        for one in told["customers"]
    }
    assert shown == {
        "c": [("Many visits", "Visits: 4", ""), ("Large", "Annual revenue: 1,001; Visits: 4", "CNY 501.00")],
        "b": [("Large", "Annual revenue: 1,000", "CNY 500.25")],
        "a": [("Many visits", "Visits: 2", "")],
    }


def test_who_is_kept_out_has_warnings_on_its_page_and_not_on_the_list(tmp_path: Path) -> None:
    """Guards the customer's page: d is told to be apart, e has nothing."""
    listed = content(small_run(tmp_path), "en")["customers"]
    warned = dict(zip(listed["id"], listed["warned"], strict=True))
    assert warned["d"]["kept_out"] and warned["d"]["level"] == "none" and len(warned["d"]["reasons"]) == 1
    assert warned["e"] is None and warned["f"] is None
    assert warned["c"]["level"] == "act" and len(warned["c"]["reasons"]) == 2


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "On the early-warning list (Act), 1,001.00 CNY at risk"),
        ("zh", "列入预警名单（处置），涉及金额 1,001.00 CNY"),
    ],
)
def test_explain_tells_the_warnings_that_hold(language: str, expected: str, tmp_path: Path) -> None:
    """Guards the explanation: on the list with what is at risk, each warning with values, place and what to do."""
    node = explain(small_run(tmp_path), "c")
    lines = explanation(node, language)
    assert expected in lines and "(1001 > 500 or 4 > 3)" in lines and "[large]" in lines
    assert node["early_warnings"]["value"] == 1001.0
    held = [one["id"] for one in node["early_warnings"]["warnings"] if one["holds"]]
    assert held == ["large", "busy"]


def test_explain_tells_who_is_apart_and_what_is_unknown(tmp_path: Path) -> None:
    """Guards that a kept-out customer is said not to be listed, and that what can't be tested is named."""
    run = small_run(tmp_path)
    assert "kept out of the valued base and not on the list" in explanation(explain(run, "d"), "en")
    unknown = explanation(explain(run, "f"), "en")
    assert "Early warnings not tested for lack of data: Large, Many visits" in unknown


def test_the_screen_names_the_first_of_the_list(tmp_path: Path) -> None:
    """Guards the summary: number, levels, amount and share, then customers with most at risk first."""
    lines = summary(small_run(tmp_path), "en").split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("Early-warning list"))
    assert lines[at] == (
        "Early-warning list: 3 customers (2 to act on, 1 to watch), 2,121.25 CNY at risk, 99.5% of that of all valued customers:"
    )
    assert lines[at + 1 : at + 4] == [
        "· c, 1,001.00 CNY (Act): Many visits, Large",
        "· b, 1,000.25 CNY (Watch): Large",
        "· a, 120.00 CNY (Act): Many visits",
    ]


def test_an_empty_list_is_told(tmp_path: Path) -> None:
    """Guards that nobody on the list is said as such, in summary and report."""
    run = small_run(tmp_path, customers=[{"customer_id": "e", "annual_revenue": 10.0, "visits": 1.0}])
    assert "Early-warning list: no customer is on it." in summary(run, "en")
    told = content(run, "en")["early_warnings"]
    assert told["count"] == 0 and told["customers"] == [] and told["value"] == 0.0


def test_two_runs_tell_who_is_new_and_who_is_off(tmp_path: Path) -> None:
    """Guards the comparison: a leaves the list, e joins it, b goes from watch to act, c stays, and g is gone from the run."""
    gone = {"customer_id": "g", "annual_revenue": 700.0, "visits": 1.0}
    before = small_run(tmp_path / "before", customers=[*CUSTOMERS, gone])
    later = [dict(one) for one in CUSTOMERS]
    later[0]["visits"], later[1]["visits"], later[4]["visits"] = 1.0, 2.0, 3.0
    after = small_run(tmp_path / "after", customers=later)
    found = compare(before, after).early_warnings
    assert found is not None
    assert {key: found[key] for key in ("new", "off", "still", "raised")} == {"new": 1, "off": 2, "still": 2, "raised": 1}  # fmt: skip
    assert found["before"]["value"] == 2821.25 and found["after"]["value"] == 2011.25
    assert [one["customer"] for one in found["new_customers"]] == ["e"]
    assert [(one["customer"], one["absent"]) for one in found["off_customers"]] == [("g", True), ("a", False)]
    said = called("compare", before.folder, after.folder).out
    assert "Early-warning list: 4 → 3 customers, at risk 2,821.25 → 2,011.25 CNY; 1 new, 2 off it, 2 still on it (1 of these from watch to act)" in said  # fmt: skip
    assert "g (was: Watch), 700.00 CNY: no longer in the run" in said


def test_a_pack_without_warnings_has_no_list(tmp_path: Path) -> None:
    """Guards that nothing is shown or compared where a pack declares no early warnings."""
    plain = rulescore.evaluate(pl.DataFrame(CUSTOMERS), small_pack(tmp_path), "2026-06-30", out=tmp_path / "p")  # fmt: skip
    told = content(plain, "en")
    assert told["early_warnings"] is None and told["customers"]["warned"] == []
    assert "arly-warning" not in summary(plain, "en") and "early_warnings" not in plain.table.columns
    assert compare(plain, plain).early_warnings is None
    assert explain(plain, "a")["early_warnings"] is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([(STAKE, "")], "missing-key"),
        ([("max(annual_revenue, 0)", "max(anual_revenue, 0)")], "unknown-name"),
        ([("max(annual_revenue, 0)", "visits > 1")], "wrong-kind"),
        ([("severity: act", "severity: panic")], "unknown-choice"),
        ([("    severity: act\n", "")], "missing-key"),
        ([("when: visits >= 2", "when: visitz >= 2")], "unknown-name"),
        ([("when: visits >= 2", "when: visits")], "wrong-kind"),
        ([("  busy:", "  visits:")], "duplicate-name"),
        ([("    actions: [{title: {zh: 问原因, en: Ask why}}]\n", "")], "missing-key"),
        ([("    severity: act\n", "    severity: act\n    keeps_out: true\n")], "unknown-key"),
    ],
)
def test_a_warning_that_is_written_wrong_is_told(
    changes: list[tuple[str, str]], code: str, tmp_path: Path
) -> None:
    """Guards that what is missing, unknown or of the wrong kind is a problem with its place, never a traceback."""
    declared, stake = FINDING + DECLARED, STAKE
    for old, new in changes:
        assert old in declared + stake
        declared, stake = declared.replace(old, new), stake.replace(old, new)
    pack = small_pack(tmp_path, [("rules:\n", f"{declared}rules:\n"), ("\ntiers:", f"\n{stake}tiers:")])
    done = called("check", pack)
    assert done.code == 3 and f"[{code}]" in done.out + done.err, done.out + done.err


def test_lint_looks_at_early_warnings(tmp_path: Path) -> None:
    """Guards that check tells a warning without why, with the same text in both languages, and one that always holds."""
    declared = DECLARED.replace("visits >= 2", "visits >= 2 or visits < 2").replace("en: Large}", "en: 过大}")
    pack = small_pack(tmp_path, [("rules:\n", f"{declared}rules:\n"), ("\ntiers:", f"\n{STAKE}tiers:")])
    found = {
        (problem.code, problem.place.line) for problem in rulescore.check(pack) if problem.place is not None
    }
    assert {("missing-translation", 5), ("always-true", 16), ("missing-why", 13)} <= found, found


def test_the_list_of_the_sample_is_that_of_sql(run: Run) -> None:
    """Guards list, amounts, share and figures of the base against SQL over the stored warnings."""
    assert run.portfolio is not None
    inputs = run.inputs.collect()
    ids = [one.id for one in run.pack.early_warnings]
    acting = " or ".join(f"coalesce({one.id}, false)" for one in run.pack.early_warnings if one.severity == "act")  # fmt: skip
    any_of = " or ".join(f"coalesce({one}, false)" for one in ids)
    with duckdb.connect() as sql:
        sql.register("customers", inputs)
        row = (
            sql.sql(f"""
            select count(*) filter (where listed) as n, count(*) filter (where listed and ({acting})) as act,
                sum(cast(greatest(revenue_12m, 0) as decimal(18, 2))) filter (where listed) as value,
                sum(cast(greatest(revenue_12m, 0) as decimal(18, 2))) filter (where not out) as whole,
                count(*) filter (where ({any_of}) and out) as apart
            from (select *, coalesce(kept_out, false) as out, ({any_of}) and not coalesce(kept_out, false) as listed from customers)
        """)
            .pl()
            .row(0, named=True)
        )
    told = totals(run)
    assert (told["count"], told["act"], told["kept_out"]) == (row["n"], row["act"], row["apart"])
    assert told["value"] == float(row["value"])
    assert told["share"] == pytest.approx(float(row["value"] / row["whole"]), rel=1e-12)
    base = run.portfolio.inputs.collect().row(0, named=True)
    assert (base["at_risk_customers"], base["to_act_customers"]) == (row["n"], row["act"])
    assert base["value_at_risk_total"] == float(row["value"])
    assert base["value_at_risk_share"] == pytest.approx(float(row["value"] / row["whole"]), rel=1e-9)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_list_names_some_and_not_most(sample: Path, tmp_path: Path) -> None:
    """Guards the cuts: on each sample somebody is on the list, at most a third, and at most a fifth to act on."""
    run = rulescore.evaluate(sample, out=tmp_path / "run")
    told, customers = totals(run), run.manifest["customers"]
    assert 0.03 <= told["count"] / customers <= 0.34
    assert 0.03 <= told["act"] / customers <= 0.2
    assert 0 < told["share"] < 0.5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_shows_the_same_list(language: str, run: Run, tmp_path: Path) -> None:
    """Guards that page, Markdown, JSON and workbook hold the customers of the list in its order."""
    told = content(run, language)["early_warnings"]
    ids = [one["id"] for one in told["customers"]]
    assert len(ids) == told["count"]
    for suffix in ("html", "md", "json", "xlsx"):
        path = tmp_path / f"report.{suffix}"
        done = called("report", run.folder, "--format", suffix, "-o", path, lang=language)
        assert done.code == 0, done.err
    stored = json.loads((tmp_path / "report.json").read_bytes())
    assert [one["id"] for one in stored["early_warnings"]["customers"]] == ids
    sheet = book(tmp_path / "report.xlsx")["Early warnings" if language == "en" else "预警名单"]
    assert [sheet.cell(row, 1).value for row in range(6, 6 + len(ids))] == ids
    assert [sheet.cell(row, 4).value for row in (6, 7)] == [one["value"] for one in told["customers"][:2]]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    chapter = page[page.index('id="early-warnings"') : page.index('id="measures"')]
    assert [chapter.index(f"#c={one}") for one in ids] == sorted(chapter.index(f"#c={one}") for one in ids)
    lines = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert told["customers"][0]["id"] in lines


def test_what_the_lapsed_gate_says_the_warning_says(run: Run) -> None:
    """Guards that gate and warning read one condition: they act for the same customers."""
    gate = run.trace.select("gate.lapsed").collect().to_series().to_list()
    assert run.inputs.select("lapsing").collect().to_series().to_list() == gate


@pytest.mark.parametrize("pack", ["general", "biotech", "ventilation", "automation", "wedding_photography"])
def test_each_pack_says_what_is_done(pack: str) -> None:
    """Guards that every shipped warning has why, source, and actions with owner and due in both languages."""
    loaded = load(pack)[0]
    assert len(loaded.early_warnings) >= 6
    for one in loaded.early_warnings:
        assert one.source and all(one.why[language] for language in ("zh", "en"))
        for action in one.actions:
            assert action.due and action.owner and all(action.owner[key] for key in ("zh", "en")), one.id
