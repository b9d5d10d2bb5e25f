# SPDX-License-Identifier: Apache-2.0
"""Findings: what a pack declares, what a run says of it, and what of the base is left to be valued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rfc8785
import rulescore
from commands import SAMPLE, called, small_pack
from rulescore.audit import explain
from rulescore.folder import Run, hashes, run_id_of
from rulescore.packs.loading import load
from rulescore.reports.content import content
from rulescore.reports.findings import kept_out, tally, waterfall
from rulescore.reports.text import summary

DECLARED = """findings:
  idle:
    title: {zh: 无拜访, en: Never visited}
    why: {zh: 没有往来, en: No dealings}
    when: visits == 0
    amount: annual_revenue
    keeps_out: true
    source: judgement
    actions: [{title: {zh: 去拜访, en: Go and see}, owner: {zh: 销售, en: Sales}, due: 30d}]
  grand:
    title: {zh: 超大, en: Very large}
    when: annual_revenue > 10 * param.large
    source: judgement
rules:
"""
CUSTOMERS = [
    {"customer_id": "a", "annual_revenue": 120.0, "visits": 0.0},
    {"customer_id": "b", "annual_revenue": 1000.5, "visits": 0.0},
    {"customer_id": "c", "annual_revenue": 1001.0, "visits": 2.0},
    {"customer_id": "d", "annual_revenue": None, "visits": None},
]

BY_SQL = """
select
  count(*) filter (where not_in_business or ghost or unsupported or dormant or related) as kept_out_customers,
  sum(greatest(revenue_12m, 0)) filter (where not_in_business or ghost or unsupported or dormant or related) as kept_out_revenue,
  sum(greatest(revenue_12m, 0) * transfer_probability)
    filter (where not coalesce(not_in_business or ghost or unsupported or dormant or related, false)) as transferable_revenue
from customers
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("found") / "run")


def small_run(tmp_path: Path, engine: str = "frame") -> Run:
    pack = small_pack(tmp_path, [("rules:\n", DECLARED)])
    return rulescore.evaluate(
        pl.DataFrame(CUSTOMERS), pack, "2026-06-30", engine=engine, out=tmp_path / engine
    )


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_what_is_found_is_counted_with_its_amount(engine: str, tmp_path: Path) -> None:
    """Guards the tally: held twice with 1120.50, unknown once; a finding that doesn't keep out keeps nobody out."""
    run = small_run(tmp_path, engine)
    found = {finding.id: facts for finding, facts in tally(run)}
    assert found == {
        "idle": {"count": 2, "unknown": 1, "amount": 1120.5},
        "grand": {"count": 2, "unknown": 1, "amount": None},
    }
    assert kept_out(run) == 2
    assert run.inputs.select("kept_out").collect().to_series().to_list() == [True, True, False, False]
    assert rulescore.verify(run) == []


def test_a_finding_moves_no_score(tmp_path: Path) -> None:
    """Guards that scores are those of the pack without its findings."""
    with_findings = small_run(tmp_path)
    plain = rulescore.evaluate(pl.DataFrame(CUSTOMERS), small_pack(tmp_path / "plain"), "2026-06-30")
    assert with_findings.scores.drop("findings").equals(plain.scores)


SHOWN = DECLARED.replace(
    "findings:\n",
    """features:
  usage:
    title: {zh: 来往, en: Dealings}
    is: '"=often" if visits > 1 else "never"'
    values: {=often: {zh: 常来, en: often}, never: {zh: 没有, en: none}}
    source: judgement
  per_visit: {title: {zh: 每次收入, en: Per visit}, is: annual_revenue / visits, source: judgement}
findings:
""",
    1,
)


def shown_pack(folder: Path) -> Path:
    return small_pack(folder, [("rules:\n", SHOWN), ("\ntiers:", "\nshown: [per_visit, usage]\ntiers:")])


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_findings_and_shown_features_stand_beside_the_scores(engine: str, tmp_path: Path) -> None:
    """Guards the table of scores: findings that hold by id, numbers as numbers, text harmless in a spreadsheet and whole when read back."""
    pack = shown_pack(tmp_path)
    run = rulescore.evaluate(
        pl.DataFrame(CUSTOMERS), pack, "2026-06-30", engine=engine, out=tmp_path / engine
    )
    beside = run.table.select("customer_id", "findings", "per_visit", "usage").rows()
    assert beside == [
        ("a", "idle", None, "never"),
        ("b", "idle;grand", None, "never"),
        ("c", "grand", 500.5, "=often"),
        ("d", "", None, None),
    ]
    stored = (run.folder / "scores.csv").read_text(encoding="utf-8-sig")
    assert "'=often" in stored and rulescore.verify(run) == []


def test_a_changed_finding_in_the_table_is_found(tmp_path: Path) -> None:
    """Guards that verification recomputes what stands beside the scores, even under a fitting seal."""
    run = rulescore.evaluate(
        pl.DataFrame(CUSTOMERS), shown_pack(tmp_path), "2026-06-30", out=tmp_path / "run"
    )
    scores = run.folder / "scores.csv"
    for old, new in ((",idle,", ",,"), (",500.5,", ",500.6,"), ("'=often", "'=often ")):
        text = scores.read_bytes()
        scores.write_bytes(text.replace(old.encode(), new.encode()))
        manifest = json.loads((run.folder / "manifest.json").read_bytes()) | {"files": hashes(run.folder)}
        manifest["run_id"] = run_id_of(manifest)
        (run.folder / "manifest.json").write_bytes(rfc8785.dumps(manifest))
        found = {one.code for one in rulescore.verify(run.folder)}
        assert found == {"value-differs"}, new
        scores.write_bytes(text)


def test_what_stands_beside_a_score_is_told_in_words(tmp_path: Path) -> None:
    """Guards that `explain` and the report name a shown feature's value by its words in the reader's language, and the finding of a customer."""
    run = rulescore.evaluate(
        pl.DataFrame(CUSTOMERS), shown_pack(tmp_path), "2026-06-30", out=tmp_path / "run"
    )
    assert "来往：常来" in rulescore.explain(run, "c", "zh")
    assert "Dealings: often" in rulescore.explain(run, "c", "en")
    customers = content(run, "zh")["customers"]
    assert customers["shown_inputs"] == ["per_visit", "usage"]
    assert customers["columns"]["usage"]["values"] == {"=often": "常来", "never": "没有"}
    held = {one: customers["found"][at] for at, one in enumerate(customers["id"])}
    assert held == {"a": [[0, "120.00 元"]], "b": [[0, "1,000.50 元"], [1, ""]], "c": [[1, ""]], "d": []}


def test_an_unknown_name_beside_the_scores(tmp_path: Path) -> None:
    """Guards that a slip in `shown` is told at its place."""
    pack = small_pack(tmp_path, [("rules:\n", SHOWN), ("\ntiers:", "\nshown: [usage, per_vist]\ntiers:")])
    _, problems = load(pack)
    assert [(problem.code, problem.facts["close"]) for problem in problems] == [
        ("unknown-name", ["per_visit"])
    ]


def test_a_customer_is_told_what_was_found(tmp_path: Path) -> None:
    """Guards that `explain` names the finding with its amount, effect, condition, place and measure, and what is untested."""
    run = small_run(tmp_path)
    node = {one["id"]: one for one in explain(run, "a")["findings"]}
    assert (node["idle"]["holds"], node["idle"]["amount"], node["idle"]["keeps_out"]) == (True, 120.0, True)
    assert node["grand"]["holds"] is False
    for language, words in (
        ("en", "Finding “Never visited” holds, 120.00 CNY; the customer is kept out"),
        ("zh", "“无拜访”成立，涉及 120.00 CNY"),
    ):
        text = rulescore.explain(run, "a", language)
        assert words in text
    assert "worth.yaml:5:3 [idle]" in text and "→ 去拜访 · 销售 · 30 天内" in text
    assert "Not tested for lack of data: Never visited, Very large" in rulescore.explain(run, "d", "en")


@pytest.mark.parametrize(("old", "new", "code"), [
    ("when: visits == 0\n", "when: visits\n", "wrong-kind"),
    ("amount: annual_revenue\n", "amount: visits == 0\n", "wrong-kind"),
    ("  idle:\n", "  since:\n", "duplicate-name"),
    ("  grand:\n", "  idle_amount:\n", "duplicate-name"),
    ("when: visits == 0\n", "when: vists == 0\n", "unknown-name"),
    ("when: visits == 0\n", "when: coalesce(grand, kept_out)\n", "circular-feature"),
])  # fmt: skip
def test_a_finding_that_cannot_be(old: str, new: str, code: str, tmp_path: Path) -> None:
    """Guards that slips in a finding are told at their place, as those of features are."""
    assert old in DECLARED
    _, problems = load(small_pack(tmp_path, [("rules:\n", DECLARED.replace(old, new))]))
    assert [problem.code for problem in problems] == [code]


def test_a_pack_that_extends_replaces_and_removes_findings(tmp_path: Path) -> None:
    """Guards layers: one of the same name is replaced whole, a removed one is gone, and no longer keeps out."""
    small_pack(tmp_path, [("rules:\n", DECLARED)])
    own = tmp_path / "own"
    own.mkdir()
    (own / "pack.yaml").write_text(
        "id: own\nversion: 1.0.0\ntitle: {zh: 自有, en: Own}\nextends: small\nremove: [idle]\nfindings:\n"
        "  grand: {title: {zh: 大, en: Large}, when: annual_revenue > 1, keeps_out: true, source: judgement}\n",
        encoding="utf-8",
    )
    pack = rulescore.load(own)
    assert [(finding.id, finding.keeps_out, finding.amount) for finding in pack.findings] == [
        ("grand", True, None)
    ]
    assert pack.features["kept_out"].expr.text == "coalesce(grand, false)"
    (own / "pack.yaml").write_text(
        (own / "pack.yaml").read_text(encoding="utf-8").replace("[idle]", "[idel]"), encoding="utf-8"
    )
    assert [problem.code for problem in load(own)[1]] == ["unknown-removal"]


def test_the_valued_base_equals_sql(run: Run) -> None:
    """Guards what is kept out and what transfers against SQL over the run's customers, and that the waterfall adds up."""
    database = duckdb.connect()
    database.register("customers", pl.read_parquet(run.folder / "inputs.parquet").to_arrow())
    done = database.execute(BY_SQL)
    values = done.fetchone()
    assert values is not None and done.description is not None
    figures = {
        one["id"]: one["value"] for one in json.loads((run.folder / "portfolio.json").read_bytes())["figures"]
    }
    for column, value in zip((column[0] for column in done.description), values, strict=True):
        assert figures[column] == pytest.approx(value, rel=1e-9), column
    start, *less, end = (step["amount"] for step in waterfall(run))
    assert start - sum(less) == pytest.approx(end, abs=0.01)


def test_a_customer_recorded_twice_leaves_the_valued_base_once(tmp_path: Path) -> None:
    """Guards that of two records of one credit code the smaller is out of the valued base with its revenue, and that the screen says so."""
    customers = pl.DataFrame(
        {"customer_id": ["K1", "K2", "K3"], "uscc": ["91350100M000100Y43", "91350100M000100Y43", None]}
    )
    orders = pl.DataFrame(
        {"customer_id": ["K1", "K2", "K3"], "order_date": ["2026-03-01"] * 3, "amount": [700.0, 300.0, 500.0]}
    )
    run = rulescore.evaluate(
        customers, "general", "2026-06-30", tables={"orders": orders}, out=tmp_path / "run"
    )
    held = dict(run.table.select("customer_id", "findings").iter_rows())
    assert ["duplicate_record" in one for one in held.values()] == [one == "K2" for one in held]
    figures = {
        one["id"]: one["value"] for one in json.loads((run.folder / "portfolio.json").read_bytes())["figures"]
    }
    assert (figures["kept_out_customers"], figures["kept_out_revenue"], figures["valued_revenue"]) == (
        1,
        300,
        1200,
    )
    assert "疑似重复建档：1 个客户，300.00 CNY，已剔除 [duplicate_record]" in summary(run, "zh")


def test_a_couple_recorded_twice_is_found_behind_its_pseudonyms(tmp_path: Path) -> None:
    """Two ids with one name and one mobile, written in two ways, and 8,000 and 2,000 of revenue: the smaller is found and out,
    namesakes are not, and neither name nor number stands anywhere in the run."""
    customers = pl.DataFrame(
        {
            "客户编号": ["W1", "W2", "W3"],
            "客户名称": ["赵一甲"] * 3,
            "联系电话": ["13812345678", "+86 138-1234-5678", "13900001111"],
            "客户类型": ["个人"] * 3,
        }
    )
    orders = pl.DataFrame(
        {
            "customer_id": ["W1", "W2", "W3"],
            "order_date": ["2026-01-05"] * 3,
            "shot_on": ["2026-03-01"] * 3,
            "amount": [8000.0, 2000.0, 5000.0],
        }
    )
    run = rulescore.evaluate(
        customers, "wedding_photography", "2026-06-30", tables={"orders": orders}, out=tmp_path / "run"
    )
    held = dict(run.table.select("customer_id", "findings").iter_rows())
    assert {one for one, findings in held.items() if "duplicate_record" in findings} == {"W2"}
    assert "疑似重复建档：1 个客户，2,000.00 CNY，已剔除 [duplicate_record]" in summary(run, "zh")
    assert run.inputs.select("same_record").collect()["same_record"].to_list() == ["W1", "W1", "W3"]
    stored = b"".join(path.read_bytes() for path in run.folder.iterdir() if path.suffix in (".json", ".csv"))
    assert "赵一甲".encode() not in stored and b"13812345678" not in stored


def test_ids_made_by_readers_are_masked_with_the_ids(tmp_path: Path) -> None:
    """Guards that where ids of customers are personal data, the first record of a party and the controller, which are ids too,
    are the same pseudonyms."""
    (tmp_path / "pack").mkdir()
    pack = tmp_path / "pack" / "pack.yaml"
    pack.write_text(
        "id: secret\nversion: 1.0.0\nextends: general\ntitle: {zh: 保密, en: Secret}\n", encoding="utf-8"
    )
    (tmp_path / "pack" / "tables.yaml").write_text(
        "tables:\n  customers:\n    fields:\n      customer_id:\n        {type: text, personal: true, required: true, title: {zh: 编号, en: Id}}\n",
        encoding="utf-8",
    )
    code = "91350100M000100Y43"
    customers = pl.DataFrame({"customer_id": ["13812345678", "13812345679"], "uscc": [code, code], "parent_group": [None, "13812345678"]})  # fmt: skip
    run = rulescore.evaluate(customers, pack.parent, "2026-06-30", out=tmp_path / "run")
    rows = run.inputs.select("customer_id", "same_record", "ultimate_group").collect()
    first = rows["customer_id"][0]
    assert first.startswith("masked-")
    assert rows["same_record"].to_list() == rows["ultimate_group"].to_list() == [first, first]


def test_each_finding_of_the_sample_has_its_customer(run: Run) -> None:
    """Guards the stories of the sample: each of these customers has its finding, and the finding is nowhere hidden."""
    stories = {
        "C0149": "related",
        "C0151": "returned_later",
        "C0156": "ghost",
        "C0093": "year_end_spike",
        "C0157": "round_amounts",
    }
    inputs = run.inputs.collect()
    for customer, finding in stories.items():
        assert inputs.filter(pl.col("customer_id") == customer)[finding].item() is True, customer
    title = {finding.id: finding.title["zh"] for finding in run.pack.findings}
    screen = called("evaluate", str(SAMPLE), "--out", str(run.folder), lang="zh").out
    for finding in stories.values():
        assert title[finding] in screen


def test_a_waterfall_of_unknown_figures_is_refused(tmp_path: Path) -> None:
    """Guards that a waterfall names figures that exist."""
    pack = small_pack(
        tmp_path,
        [
            (
                "dimension_source: judgement\n",
                "dimension_source: judgement\nwaterfall: {from: all, less: [some], to: rest}\n",
            )
        ],
    )
    assert [problem.code for problem in load(pack)[1]] == ["unknown-name"] * 3


def content_of(run: Run) -> dict[str, Any]:
    from rulescore.reports.content import content

    return content(run, "en")


def test_the_report_lists_findings_with_customers_amounts_and_measures(run: Run) -> None:
    """Guards the special matters of the report: amounts in order, the customers behind each, what is to be done."""
    matters = content_of(run)["matters"]
    held = [one for one in matters["findings"] if one["count"] and not one["of_base"]]
    assert [one["amount"] for one in held] == sorted((one["amount"] for one in held), reverse=True)
    ghost = next(one for one in held if one["id"] == "ghost")
    assert [one["id"] for one in ghost["customers"]] == ["C0156"]
    assert ghost["actions"][0]["owner"] == "Audit"
    assert matters["kept_out"] == kept_out(run)


@pytest.mark.parametrize(("amount", "en", "zh"), [
    ("999.5", "CNY 999.50", "999.50 元"), ("526140.99", "CNY 526.14 thousand", "52.61 万元"), ("1375172.5", "CNY 1.38 million", "137.52 万元"),
])  # fmt: skip
def test_amounts_are_told_with_their_unit(run: Run, amount: str, en: str, zh: str) -> None:
    """Guards amounts of every size in both languages: what is divided is told with what it was divided by."""
    from rulescore.reports.content.words import Words

    assert (Words(run, "en").money(amount, "CNY"), Words(run, "zh").money(amount, "CNY")) == (en, zh)
