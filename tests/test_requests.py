# SPDX-License-Identifier: Apache-2.0
"""Data requests: what is missing, what it could change of tiers, scores and value, and who would have it."""

from __future__ import annotations

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
import rulescore
from commands import SAMPLE, called, small_pack
from python_calamine import CalamineWorkbook
from rulescore import reach
from rulescore.folder import Run
from rulescore.reports.content import content
from rulescore.reports.requests import requests

HOLDER = [
    ("annual_revenue: {type: number,", "annual_revenue: {type: number, holder: {zh: 财务, en: Finance},")
]


def small_run(tmp_path: Path, engine: str = "frame") -> Run:
    frame = pl.DataFrame({
        "customer_id": ["a", "b", "c", "d"], "annual_revenue": [120.0, None, 50.0, 50.0], "visits": [4.0, None, None, 1.0],
    })  # fmt: skip
    return rulescore.evaluate(frame, small_pack(tmp_path, HOLDER), "2026-06-30", engine=engine)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("requests") / "run")


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_what_could_move_most_comes_first(engine: str, tmp_path: Path) -> None:
    """Guards the figures by hand: visits, three quarters of the composite from 0 to 100, is missing for two of four: 37.5 points;
    c goes from 20 (low) to 5 or 80 (high), b gets a tier at all. Revenue, a quarter from 20 to 100, is missing for b alone: 5."""
    found = [
        (one.name, one.customers, one.tiers, one.points, one.rules)
        for one in requests(small_run(tmp_path, engine))
    ]
    assert found == [
        ("customers.visits", 2, 2, pytest.approx(37.5), ["visits"]), ("customers.annual_revenue", 1, 1, pytest.approx(5), ["size"]),
    ]  # fmt: skip


def test_a_tier_that_nothing_could_change_is_not_counted(tmp_path: Path) -> None:
    """Guards the two ends by hand: with 9 visits the missing revenue gives (20 + 270) / 4 = 72.5 or 92.5, so another tier than
    today's 90 at its worst; with 1 visit 12.5 or 32.5, low either way."""
    frame = pl.DataFrame({"customer_id": ["a", "b"], "annual_revenue": [None, None], "visits": [9.0, 1.0]})
    (one,) = requests(
        rulescore.evaluate(frame.cast({"annual_revenue": pl.Float64}), small_pack(tmp_path), "2026-06-30")
    )
    assert (one.name, one.customers, one.tiers) == ("customers.annual_revenue", 2, 1)


CONDITIONS = [
    ("      since: {type: date,", "      audited: {type: bool, title: {zh: 已审计, en: Audited}}\n      blocked: {type: bool, title: {zh: 已停供, en: Blocked}}\n      since: {type: date,"),
    ("when: composite >= 75, source", "when: composite >= 75 and cleared, source"),
    ("dimension: worth\n", "dimension: worth\nfeatures:\n  cleared: {title: {zh: 已核清, en: Cleared}, is: audited, source: judgement}\n"),
    ("parameters:\n", "gates:\n  - {id: stop, title: {zh: 停供, en: Stop}, when: blocked, cap: {composite: 40}, reason: {zh: 停供, en: Stop}, source: judgement}\nparameters:\n"),
]  # fmt: skip


@pytest.mark.parametrize(("sampled", "tiers"), [(1, [0, 0]), (2, [2, 0])])
def test_of_a_large_base_what_few_lack_may_be_in_no_sample(
    sampled: int, tiers: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Guards items that nobody of the even sample lacks: of a, b, c and d the sample of one is a, which lacks nothing; that of two is
    a and c, of whom c lacks visits, whose tier could change, and stands for both that lack them."""
    monkeypatch.setattr(reach, "SAMPLED", sampled)
    found = {one.name: (one.customers, one.tiers) for one in requests(small_run(tmp_path))}
    assert found == {"customers.visits": (2, tiers[0]), "customers.annual_revenue": (1, tiers[1])}


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_what_only_a_tier_or_a_gate_reads_is_asked_for(engine: str, tmp_path: Path) -> None:
    """Guards conditions by hand: 92.5 points (a, c) reach high where the audit is known; a lacks it and would. b has 12.5 and is
    low whatever the audit says, so nothing waits there; d has 92.5 and no word on the block, which alone a gate reads, and
    would fall to 40 by it. Neither can move points: no rule reads them."""
    frame = pl.DataFrame({
        "customer_id": ["a", "b", "c", "d"], "annual_revenue": [120.0, 50.0, 120.0, 120.0], "visits": [9.0, 1.0, 9.0, 9.0],
        "audited": [None, None, True, True], "blocked": [False, False, False, None],
    })  # fmt: skip
    run = rulescore.evaluate(frame, small_pack(tmp_path, CONDITIONS), "2026-06-30", engine=engine)
    assert run.table["tier"].to_list() == ["middle", "low", "high", "high"]
    found = [
        (one.name, one.customers, one.tiers, one.points, one.rules, one.gates, one.reached)
        for one in requests(run)
    ]
    assert found == [
        ("customers.audited", 1, 1, 0, [], [], ["high"]),
        ("customers.blocked", 1, 1, 0, [], ["stop"], []),
    ]
    assert [one["rules"] for one in content(run, "en")["requests"]] == [["condition of “High”"], ["Stop"]]
    assert content(run, "zh")["requests"][0]["rules"] == ["“高”的条件"]


def test_of_very_many_a_share_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Guards large bases: the tier of every second of thirty customers could change; of the ten that are tried, every third, five
    could, and that half stands for all thirty."""
    monkeypatch.setattr(reach, "LOOKED_AT", 10)
    frame = pl.DataFrame(
        {
            "customer_id": [f"{at:02}" for at in range(30)],
            "visits": [9.0 if at % 2 else 1.0 for at in range(30)],
        }
    )
    (one,) = requests(rulescore.evaluate(frame, small_pack(tmp_path), "2026-06-30"))
    assert (one.customers, one.tiers) == (30, 15)


VALUES = {
    "customers.dishonest_debtor": ("是否失信", "是", "否"),
    "customers.market_reputation": ("口碑", "负面", "良好"),
}


@pytest.mark.parametrize("name", VALUES)
def test_supplying_the_data_changes_as_many_tiers_as_was_said(name: str, run: Run, tmp_path: Path) -> None:
    """Guards the count on the sample: the cells that are missing are filled at their worst and at their best, the whole
    base is assessed anew, and the customers whose tier is another are counted; a veto in doubt among them."""
    request = next(one for one in requests(run) if one.name == name)
    field = request.column
    states = run.trace.select(f"{request.rules[0]}.case").collect().to_series()
    ids = run.inputs.collect().filter((states == -1) & pl.col(field).is_null())["customer_id"].to_list()
    header, *ends = VALUES[name]
    before = dict(run.table.select("customer_id", "tier").iter_rows())
    moved = set()
    for index, value in enumerate(ends):
        folder = tmp_path / str(index)
        shutil.copytree(SAMPLE, folder)
        with (SAMPLE / "customers.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        at = next(place for place, cell in enumerate(head) if cell == header)
        for row in rows:
            if row[head.index("客户编号")] in ids:
                row[at] = value
        with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        after = dict(rulescore.evaluate(folder).table.select("customer_id", "tier").iter_rows())
        moved |= {customer for customer in ids if after[customer] != before[customer]}
    assert len(ids) == request.customers
    assert len(moved) == request.tiers > 0


def test_sales_are_those_of_the_valued_base(run: Run) -> None:
    """Guards the amount: SQL adds up what customers without the field bring who are not kept out, to the cent."""
    query = f"""select sum(round(greatest(revenue_12m, 0)::decimal(18, 4), 2)) from read_parquet('{run.folder}/inputs.parquet')
        where need_fit is null and not coalesce(kept_out, false)"""
    expected = duckdb.sql(query).fetchall()[0][0]
    found = next(one for one in requests(run) if one.name == "customers.need_fit")
    assert found.amount == Decimal(str(expected)) and found.unit == "CNY"


def test_the_order_is_the_one_that_is_told(run: Run) -> None:
    """Guards the rule of the order: assumptions, customers, the base; in each by tiers, points, sales."""
    found = [
        (not one.methods, one.of_base, -one.tiers, -one.points, -(one.amount or 0)) for one in requests(run)
    ]
    assert found == sorted(found)
    assert len({one.tiers for one in requests(run)}) > 5


def test_an_assumption_without_a_value_comes_first(tmp_path: Path) -> None:
    """Guards valuations: a rate that rests on a figure which the base does not have is asked for, with the method that it
    holds up and the figure, in JSON and on the screen."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    text = (folder / "valuation.yaml").read_text(encoding="utf-8")
    changed = text.replace("is: 1 - gross_retention", "is: 1 - gross_retention - base_price_cut * 0")
    assert changed != text
    (folder / "valuation.yaml").write_text(changed, encoding="utf-8")
    run = rulescore.evaluate(folder)
    first = requests(run)[0]
    assert (first.name, first.figures) == ("valuation.relationships.attrition", ["base_price_cut"])
    told = content(run, "en")
    assert told["requests"][0]["methods"] == ["Customer relationships (excess earnings)"]
    assert "State the assumption" in told["process"]["lessons"][0]
    shown = called("evaluate", str(folder), "--out", str(tmp_path / "run"), lang="zh").out
    assert "该假设没有取值" in shown.split("最值得补充的资料")[1].splitlines()[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_shows_the_same_figures(language: str, run: Run, tmp_path: Path) -> None:
    """Guards that screen, page, workbook and JSON agree on the first request."""
    first = requests(run)[0]
    told = json.loads(json.dumps(content(run, language)))["requests"][0]
    assert (told["customers"], told["tiers"], told["amount"]) == (first.customers, first.tiers, float(first.amount or 0))  # fmt: skip
    for form in ("html", "md", "xlsx"):
        args = ["report", str(run.folder), "--format", form, "-o", str(tmp_path / f"report.{form}")]
        assert called(*args, lang=language).code == 0
    for form in ("html", "md"):
        assert told["shown"] in (tmp_path / f"report.{form}").read_text(encoding="utf-8")
    book = CalamineWorkbook.from_path(tmp_path / "report.xlsx")
    rows = book.get_sheet_by_name("资料清单" if language == "zh" else "Data requests").to_python()
    rows = rows[next(at for at, row in enumerate(rows) if row[-1] == first.name) :]
    assert rows[0][1:3] == [first.customers, first.tiers]
    assert len(rows) == len(requests(run))


def test_the_holder_stands_in_the_dictionary(tmp_path: Path) -> None:
    """Guards that a field's own holder is named, else that of its table."""
    found = {one.name: one.holder for one in requests(small_run(tmp_path))}
    assert found == {
        "customers.visits": {"zh": "销售负责人", "en": "Head of sales"},
        "customers.annual_revenue": {"zh": "财务", "en": "Finance"},
    }


def test_nothing_is_asked_for_when_all_is_there(tmp_path: Path) -> None:
    """Guards that a complete base asks for nothing."""
    frame = pl.DataFrame({"customer_id": ["a"], "annual_revenue": [120.0], "visits": [4.0]})
    assert requests(rulescore.evaluate(frame, small_pack(tmp_path), "2026-06-30")) == []


def test_a_table_that_was_not_supplied_is_asked_for_whole(tmp_path: Path) -> None:
    """Guards that orders come first where there are none, by their table and with who has them, on the screen too."""
    done = called(
        "evaluate",
        str(SAMPLE / "customers.csv"),
        "--pack",
        "general",
        "--as-of",
        "2026-06-30",
        "--out",
        str(tmp_path / "run"),
        lang="en",
    )
    told = done.out.split("Data that would help most:")[1].strip().splitlines()
    assert told[0].startswith("· Orders: missing for 320 customers") and "Head of finance" in told[0]
    first = requests(Run.read(tmp_path / "run"))[0]
    assert (first.name, first.column) == ("orders", "")
