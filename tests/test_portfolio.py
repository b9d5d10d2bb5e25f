# SPDX-License-Identifier: Apache-2.0
"""The base as a whole: figures against SQL, both engines, places, verification, and packs that take it over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rfc8785
import rulescore
from commands import SAMPLE, called, small_pack
from rulescore.folder import Run, hashes, run_id_of
from rulescore.packs.loading import load

ROOT = Path(__file__).resolve().parent.parent

FIGURES = """
with base as (select *, greatest(revenue_12m, 0) as now, greatest(revenue_prev_12m, 0) as before from customers),
totals as (select sum(now) as now, sum(before) as before from base),
groups as (select sum(now) as now from base group by ultimate_group),
ranked as (select now, row_number() over (order by now) as place, count(*) over () as n from base)
select
  (select now from totals) as base_revenue,
  (select now from totals) / (select before from totals) - 1 as base_growth,
  (select max(now) from groups) / (select now from totals) as top1_share,
  (select sum(now) from base where revenue_rank <= 5) / (select now from totals) as top5_share,
  (select sum((now / (select now from totals)) ** 2) from groups) as revenue_hhi,
  (select sum((2 * place - n - 1) * now) / (max(n) * sum(now)) from ranked) as revenue_gini,
  sum(composite * now) / (select now from totals) as weighted_score,
  count(*) filter (where before > 0 and now > 0) / count(*) filter (where before > 0) as logo_retention,
  sum(least(now, before)) filter (where before > 0) / (select before from totals) as gross_retention,
  sum(now) filter (where before > 0) / (select before from totals) as net_retention,
  sum(before) filter (where now <= 0) / (select before from totals) as revenue_lost_share,
  100 * (count(*) filter (where nps_answer >= 9) - count(*) filter (where nps_answer <= 6)) / count(nps_answer) as base_nps,
  365 * sum(receivable_balance) / sum(invoiced_12m) as base_days,
  sum(now) filter (where tier in ('strategic', 'important')) / (select now from totals) as upper_tier_share,
  sum(now) filter (where continuation_intent in ('signed', 'written')) / (select now from totals) as willing_revenue_share
from base
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("whole") / "run")


def figures(run: Run) -> dict[str, Any]:
    written = json.loads((run.folder / "portfolio.json").read_bytes())
    return {figure["id"]: figure["value"] for figure in written["figures"]}


def test_figures_equal_sql(run: Run) -> None:
    """Guards every kind of figure of the base against SQL over the customers of the run."""
    inputs = pl.read_parquet(run.folder / "inputs.parquet")
    customers = inputs.join(run.table.select("customer_id", "composite", "tier"), on="customer_id")
    database = duckdb.connect()
    database.register("customers", customers.to_arrow())
    done = database.execute(FIGURES)
    values = done.fetchone()
    assert values is not None and done.description is not None
    by_sql = dict(zip((column[0] for column in done.description), values, strict=True))
    found = figures(run)
    assert {name: pytest.approx(value, rel=1e-9) for name, value in by_sql.items()} == {
        name: found[name] for name in by_sql
    }


def test_both_engines_write_the_same_base(run: Run, tmp_path: Path) -> None:
    """Guards equality of the engines to the last byte for the base as a whole."""
    other = rulescore.evaluate(SAMPLE, engine="row", out=tmp_path / "row")
    assert (other.folder / "portfolio.json").read_bytes() == (run.folder / "portfolio.json").read_bytes()
    assert other.portfolio is not None and run.portfolio is not None
    assert other.portfolio.trace.collect().equals(run.portfolio.trace.collect())


def test_the_order_of_customers_does_not_matter(run: Run, tmp_path: Path) -> None:
    """Guards that the same customers in another order make the same base."""
    shutil.copytree(SAMPLE, tmp_path / "sample")
    table = tmp_path / "sample" / "customers.csv"
    head, *rows = table.read_text(encoding="utf-8-sig").splitlines()
    table.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8-sig")
    turned = rulescore.evaluate(tmp_path / "sample", out=tmp_path / "run")
    assert figures(turned) == figures(run)


def test_a_base_is_explained_down_to_its_customers(run: Run) -> None:
    """Guards that the composite of the base leads to a rule, its line of YAML and the tables of the run, in both languages."""
    for language, words in (("en", "revenue_12m of every customer"), ("zh", "全部客户的 revenue_12m")):
        done = called("explain", str(run.folder), "portfolio", lang=language)
        assert done.code == 0
        assert "rulesets/general/portfolio/concentration.yaml:" in done.out
        assert words in done.out


def test_a_changed_figure_is_found(run: Run, tmp_path: Path) -> None:
    """Guards that a figure of the base that doesn't follow from the customers is found, even under a fitting seal."""
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    assert rulescore.verify(folder) == []
    stored = folder / "portfolio" / "inputs.parquet"
    pl.read_parquet(stored).with_columns(top1_share=0.3).write_parquet(stored)
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"files": hashes(folder)}
    manifest["run_id"] = run_id_of(manifest)
    (folder / "manifest.json").write_bytes(rfc8785.dumps(manifest))
    found = {(one.code, one.facts["what"], one.facts["stored"]) for one in rulescore.verify(folder)}
    assert ("value-differs", "top1_share", "0.3") in found


def own_pack(folder: Path, portfolio: bool) -> Path:
    pack = folder / "own"
    pack.mkdir()
    titles = "title: {zh: 自有, en: Own}"
    (pack / "pack.yaml").write_text(
        f"id: own\nversion: 1.0.0\n{titles}\nextends: general\n", encoding="utf-8"
    )
    if portfolio:
        (pack / "portfolio").mkdir()
        (pack / "portfolio" / "pack.yaml").write_text(
            f"id: portfolio\nversion: 1.0.0\n{titles}\nextends: general\n", encoding="utf-8"
        )
        (pack / "portfolio" / "concentration.yaml").write_text(
            "dimension: concentration\nrules:\n  - id: largest-customer\n    bands: [{below: 1, points: 7}, {from: 1, points: 0}]\n",
            encoding="utf-8",
        )
    return pack


@pytest.mark.parametrize("own", [False, True])
def test_a_pack_takes_over_or_changes_the_rules_of_the_base(own: bool, tmp_path: Path) -> None:
    """Guards `extends` for the base as a whole, and that the run's own copy of it reopens."""
    run = rulescore.evaluate(SAMPLE, own_pack(tmp_path, own), out=tmp_path / "run")
    opened = Run.read(run.folder)
    assert opened.portfolio is not None
    written = json.loads((run.folder / "portfolio.json").read_bytes())
    points = {rule["id"]: rule["points"] for rule in written["rules"]}
    assert points["largest-customer"] == (7 if own else 100)
    assert rulescore.verify(run.folder) == []
    copied = run.folder / "rulesets" / "own" / "portfolio" / "concentration.yaml"
    assert copied.exists() == own


def test_a_pack_without_rules_for_the_base(tmp_path: Path) -> None:
    """Guards packs of customers alone: no portfolio, and a clear answer to who asks for it."""
    pack = small_pack(tmp_path)
    table = tmp_path / "customers.csv"
    table.write_text("customer_id,annual_revenue,visits\na,120,4\n", encoding="utf-8")
    run = called(
        "evaluate", str(table), "--pack", str(pack), "--as-of", "2026-06-30", "--out", str(tmp_path / "run")
    )
    assert run.code == 0, run.err
    assert not (tmp_path / "run" / "portfolio").exists()
    done = called("explain", str(tmp_path / "run"), "portfolio", lang="en")
    assert (done.code, "no-portfolio" in done.err) == (2, True)


def test_two_companies_are_refused(tmp_path: Path) -> None:
    """Guards that the base belongs to one company."""
    shutil.copytree(SAMPLE, tmp_path / "sample")
    (tmp_path / "sample" / "company.csv").write_text("company_id\na\nb\n", encoding="utf-8")
    assessment = tmp_path / "sample" / "assessment.yaml"
    text = assessment.read_text(encoding="utf-8").rstrip() + "\n  company: company.csv\n"
    assessment.write_text(text, encoding="utf-8")
    done = called("evaluate", str(tmp_path / "sample"), "--out", str(tmp_path / "run"), lang="en")
    assert (done.code, "company-rows" in done.err) == (4, True), done.err


def test_a_name_that_a_score_has_too_is_told(tmp_path: Path) -> None:
    """Guards that a column of the scored customers means one thing."""
    pack = own_pack(tmp_path, True)
    (pack / "tables.yaml").write_text(
        "tables:\n  customers:\n    fields:\n      quality: {type: number, title: {zh: 质量, en: Quality}}\n",
        encoding="utf-8",
    )
    _, problems = load(pack)
    assert "duplicate-name" in {problem.code for problem in problems}
