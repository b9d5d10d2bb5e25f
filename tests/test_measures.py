# SPDX-License-Identifier: Apache-2.0
"""Measures and strategies: against SQL over the customers of a run, on both engines, in every form, and what is refused."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rulescore
import yaml
from commands import SAMPLE, called
from rulescore.bundled import folder as bundled
from rulescore.bundled import statutes
from rulescore.folder import Run
from rulescore.packs.loading import load, load_or_raise
from rulescore.reports import text
from rulescore.reports.content import content
from rulescore.schema import build
from rulescore.speech import Speech

PACKS = ("automation", "biotech", "general", "ventilation", "wedding_photography")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("plan") / "run")


@pytest.fixture(scope="module")
def report(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = content(run, "en")
    return found


def asked(run: Run, query: str) -> list[tuple[Any, ...]]:
    """Rows of an SQL query over the stored customers, as the tables `inputs` and `scores`."""
    inputs, scores = run.folder / "inputs.parquet", run.folder / "scores.csv"
    with duckdb.connect() as base:
        base.execute(f"create view inputs as select * from read_parquet('{inputs}')")
        base.execute(f"create view scores as select * from read_csv_auto('{scores}')")
        return base.execute(query).fetchall()


def test_a_measure_is_called_for_while_its_goal_is_missed(run: Run) -> None:
    """Guards figures, goals and amounts of the sample: worked out anew in SQL, with the targets of the YAML written out."""
    values = run.portfolio.inputs.collect().row(0, named=True)  # type: ignore[union-attr]
    (overdue, balance), = asked(run, "select sum(overdue_share * receivable_balance), sum(receivable_balance) from inputs")  # fmt: skip
    assert values["collect"] is (overdue / balance > 0.15)
    assert values["collect_amount"] == pytest.approx(overdue - 0.15 * balance)
    (spent, spend), = asked(run, "select sum(revenue_12m) filter (where category_spend > 0), sum(category_spend) from inputs")  # fmt: skip
    assert values["win_wallet"] is (spent / spend < 0.3)
    assert values["win_wallet_amount"] == pytest.approx(0.3 * spend - spent)
    (lost, before), = asked(run, "select sum(revenue_prev_12m) filter (where revenue_12m <= 0), sum(greatest(revenue_prev_12m, 0)) from inputs where revenue_prev_12m > 0")  # fmt: skip
    assert values["hold_churn"] is (lost / before > 0.08)
    assert values["tighten_prices"] is None  # the sample states no discounts


def test_customers_of_a_measure_are_those_with_the_largest_amounts(run: Run, report: dict[str, Any]) -> None:
    """Guards who is listed under a measure and in which order, against SQL."""
    measures = {one["id"]: one for group in report["plan"]["subjects"] for one in group["measures"]}
    listed = asked(run, "select customer_id from inputs where revenue_12m <= 0 and revenue_prev_12m > 0 and not coalesce(dispute_with_us, false) order by revenue_prev_12m desc, customer_id")  # fmt: skip
    found = measures["win_back"]
    assert found["count"] == len(listed)
    assert [one["id"] for one in found["customers"]] == [row[0] for row in listed[:20]]
    assert all(not one["customers"] for one in measures.values() if one["state"] != "wanted")


def test_a_row_takes_the_first_strategy_that_holds(run: Run) -> None:
    """Guards strategies by industry and by stage: SQL gives each row's figures, the decision is written out here."""
    tables = {
        one["id"]: one for one in json.loads((run.folder / "portfolio.json").read_bytes())["breakdowns"]
    }
    total = asked(run, "select sum(greatest(revenue_12m, 0)) from inputs")[0][0]
    expected: dict[Any, str] = {}
    query = """select industry, sum(greatest(revenue_12m, 0)), sum(greatest(revenue_prev_12m, 0)), avg(composite)
        from inputs join scores using (customer_id) group by industry"""
    for industry, sales, before, points in asked(run, query):
        change = sales / before - 1
        if industry is None:
            expected[industry] = "none"
        elif sales / total >= 0.03 and change < -0.1:
            expected[industry] = "place_defend"
        elif change >= 0.2 and points >= 55:
            expected[industry] = "place_invest"
        elif points < 45:
            expected[industry] = "place_screen"
        else:
            expected[industry] = "place_probe" if sales / total < 0.03 else "place_keep"
    assert {row["keys"][0]: row["values"][-1] for row in tables["by-industry"]["rows"]} == expected
    stages = {row["keys"][0]: row["values"][-1] for row in tables["by-life-stage"]["rows"]}
    assert stages["lapsed"] == "stage_return"
    assert stages["shrinking"] == "stage_rescue"


def test_both_engines_and_verification_agree(run: Run, tmp_path: Path) -> None:
    """Guards that measures and strategies are recomputed: the row engine gives the same base, and verify compares it."""
    again = rulescore.evaluate(SAMPLE, engine="row", out=tmp_path / "row")
    assert (again.folder / "portfolio.json").read_bytes() == (run.folder / "portfolio.json").read_bytes()
    assert called("verify", str(run.folder)).code == 0


def test_moves_between_stages_add_up(run: Run) -> None:
    """Guards the table of moves: each customer is in one row, and rows add up to the stages of today."""
    tables = {
        one["id"]: one for one in json.loads((run.folder / "portfolio.json").read_bytes())["breakdowns"]
    }
    moves: dict[str, int] = {}
    for row in tables["stage-moves"]["rows"]:
        moves[row["keys"][1]] = moves.get(row["keys"][1], 0) + row["values"][0]
    today = {row["keys"][0]: row["values"][0] for row in tables["by-life-stage"]["rows"]}
    assert moves == today


@pytest.mark.parametrize("pack", PACKS)
def test_every_measure_says_what_is_done_by_whom_and_when(pack: str) -> None:
    """Guards the content of the shipped plans: actions with owner and period, a reason and sources, in both languages."""
    portfolio = load_or_raise(pack)[0].portfolio
    assert portfolio is not None and len(portfolio.measures) >= 15
    for one in (*portfolio.measures, *portfolio.strategies):
        assert one.actions and one.source and all(one.why[language] for language in ("zh", "en")), one.id
        assert all(action.owner and action.due for action in one.actions), one.id


def test_the_explanation_of_the_base_knows_the_measures(run: Run) -> None:
    """Guards that a goal can be followed from the explanation to its place, in both languages."""
    for language, words in (
        ("zh", ("改进目标", "列入计划", "[win_wallet]", "measures.yaml:", "60 天内", "做好前三单")),
        (
            "en",
            (
                "Goals of improvement",
                "is called for",
                "can't be judged",
                "within 60 days",
                "Win the first order",
            ),
        ),
    ):
        done = called("explain", str(run.folder), "portfolio", lang=language)
        assert done.code == 0
        assert [word for word in words if word not in done.out] == []


def test_the_screen_tells_the_plan_in_a_line(run: Run) -> None:
    """Guards the line of the summary: the counts of the stored base."""
    values = run.portfolio.inputs.collect().row(0, named=True)  # type: ignore[union-attr]
    states = [values[one.id] for one in run.portfolio.pack.measures]  # type: ignore[union-attr]
    line = f"of {len(states)} goals {states.count(True)} are missed, {states.count(False)} met, {states.count(None)} lack data"
    assert line in text.summary(run, "en")


def test_the_process_is_told_from_the_facts_of_the_run(run: Run, report: dict[str, Any]) -> None:
    """Guards the steps and lessons against manifest, requests and problems of the run."""
    steps = {one["title"]: one["text"] for one in report["process"]["steps"]}
    rows = sum(source["rows"] for source in run.manifest["inputs"])
    assert f"{len(run.manifest['inputs'])} sources, {rows:,} rows" in steps["Reading"]
    assert f"{len(run.pack.rules)} rules on {run.manifest['customers']} customers" in steps["Scoring"]
    lessons = " ".join(report["process"]["lessons"])
    assert report["requests"][0]["title"] in lessons
    assert report["problems"][0]["title"] in lessons


def test_what_stands_in_no_portfolio_is_refused(tmp_path: Path) -> None:
    """Guards place and words of the problems that authors of measures run into."""
    own = tmp_path / "own"
    (own / "portfolio").mkdir(parents=True)
    head = "version: 1.0.0\ntitle: {zh: 自有, en: Own}\nextends: general\n"
    (own / "pack.yaml").write_text(f"id: own\n{head}", encoding="utf-8")
    (own / "portfolio" / "pack.yaml").write_text(f"id: portfolio\n{head}", encoding="utf-8")
    action = "actions: [{title: {zh: 做, en: Do}}]"
    for goal, code in [
        ("logo_retention >= 0.9", None),
        ("logo_retention >= param.churn_target", None),
        ("logo_retension >= 0.9", "unknown-name"),
        ("logo_retention >= tomorrow", "unknown-name"),
        ("logo_retention >= 'high'", "kinds-differ"),
        ("1 - logo_retention <= 0.1", "goal-form"),
        ("logo_retention == 0.9", "goal-form"),
        ("logo_retention", "wrong-kind"),
    ]:
        written = f"dimension: plan\nmeasures:\n  keep:\n    title: {{zh: 留, en: Keep}}\n    goal: {goal}\n    {action}\n"
        (own / "portfolio" / "plan.yaml").write_text(written, encoding="utf-8")
        _, problems = load(own)
        errors = [one for one in problems if one.severity == "error"]
        assert {one.code for one in errors} == ({code} if code else set()), goal
        assert all(one.place is not None and one.place.line == 5 for one in errors), goal
    listed = "    customers: {where: revenue_12m, amount: revenue_12m}\n"
    (own / "portfolio" / "plan.yaml").write_text(
        f"dimension: plan\nmeasures:\n  keep:\n    title: {{zh: 留, en: Keep}}\n    goal: logo_retention >= 0.9\n{listed}    {action}\n",
        encoding="utf-8",
    )
    assert [one.code for one in load(own)[1]] == ["unknown-name"]


def test_a_pack_may_leave_out_or_replace_what_is_done(tmp_path: Path) -> None:
    """Guards `remove` and replacing by id for measures and strategies."""
    own = tmp_path / "own"
    (own / "portfolio").mkdir(parents=True)
    head = "version: 1.0.0\ntitle: {zh: 自有, en: Own}\nextends: general\n"
    (own / "pack.yaml").write_text(f"id: own\n{head}", encoding="utf-8")
    (own / "portfolio" / "pack.yaml").write_text(f"id: portfolio\n{head}", encoding="utf-8")
    (own / "portfolio" / "plan.yaml").write_text(
        "dimension: plan\nremove: [convert, tier_ordinary]\nmeasures:\n  collect:\n    title: {zh: 收款, en: Collect}\n"
        "    goal: base_overdue_share <= 0.3\n    actions: [{title: {zh: 催款, en: Chase}}]\n",
        encoding="utf-8",
    )
    pack, problems = load(own)
    assert pack is not None and pack.portfolio is not None, list(problems)
    measures = {one.id: one for one in pack.portfolio.measures}
    assert "convert" not in measures
    assert (
        measures["collect"].goal is not None and measures["collect"].goal.text == "base_overdue_share <= 0.3"
    )
    assert "tier_ordinary" not in {one.id for one in pack.portfolio.strategies}


def test_chinese_sources_have_an_english_name() -> None:
    """Guards that no report in English cites a statute in Chinese: every Chinese source of the shipped packs has a name."""
    cited: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("source", "dimension_source"):
                    cited.update(
                        str(one)
                        for one in (value if isinstance(value, list) else [value])
                        if not isinstance(one, dict)
                    )
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    for path in [*bundled("rulesets").rglob("*.yaml"), *bundled("samples").rglob("valuation.yaml")]:
        if path.parent.name != "mappings":
            walk(yaml.safe_load(path.read_text(encoding="utf-8")))
    speech = Speech(load_or_raise("general")[0], "en")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    files = re.compile(r"\.(csv|xlsx)$")
    left = [one for one in sorted(cited) if chinese.search(speech.statute(one)) and not files.search(one)]
    assert left == []
    assert speech.statute("民法典545") == "Civil Code, art. 545"
    assert all(chinese.search(name) for name in statutes())


def test_every_value_has_a_chinese_word() -> None:
    """Guards that no Chinese page shows a code such as `cancelled`: each value that a field or feature lists has a word."""
    from rulescore.speech import value_word

    raw = []
    for pack in PACKS:
        loaded = load_or_raise(pack)[0]
        for part in (loaded, loaded.portfolio):
            assert part is not None
            for table in part.tables.values():
                raw += [f"{table.id}.{field.id}={value}" for field in table.fields.values() for value in field.values if value_word(field, value, "zh").isascii() and not re.fullmatch(r"[A-D]{1,3}", value)]  # fmt: skip
    assert sorted(set(raw)) == []


def test_the_published_form_holds_the_plan(run: Run, report: dict[str, Any]) -> None:
    """Guards that plan and process are in the published schema of the report, and valid in both languages."""
    import jsonschema

    schema = build()["report"]
    assert {"plan", "process"} <= set(schema["required"])
    jsonschema.validate(json.loads(json.dumps(report)), schema)
    jsonschema.validate(json.loads(json.dumps(content(run, "zh"))), schema)


def test_the_catalogue_cites_what_the_packs_do() -> None:
    """Guards the sources of measures: each id of the catalogue that a measure cites is one of the catalogue."""
    with (bundled("rulesets") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    portfolio = load_or_raise("general")[0].portfolio
    assert portfolio is not None
    cited = {
        source
        for one in (*portfolio.measures, *portfolio.strategies)
        for source in one.source
        if re.match(r"[a-z]+:", source)
    }
    assert len(cited) >= 30
    assert cited <= known
    assert pl.Series(sorted(cited)).n_unique() == len(cited)
