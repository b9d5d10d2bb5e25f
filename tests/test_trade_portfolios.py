# SPDX-License-Identifier: Apache-2.0
"""The base as a whole in the trades: figures against SQL, nothing left unscored, samples valued, dimensions left out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from rulescore import api
from rulescore.folder import Run
from rulescore.packs.loading import load
from rulescore.reports.requests import requests

SAMPLES = Path(__file__).resolve().parent.parent / "samples"

FIGURES = {
    "wedding_photography": """
select
  sum(cancelled_12m) / sum(orders_12m + cancelled_12m) as cancelled_share,
  12 * sum(backlog_price) / sum(greatest(revenue_12m, 0)) as backlog_months,
  (count(*) filter (where first_order_months < 12 and source_channel = 'referral') + 6)
    / (count(*) filter (where first_order_months < 12 and source_channel is not null) + 20) as referral_rate,
  count(*) filter (where first_order_months >= 24 and follow_on_orders > 0) / count(*) filter (where first_order_months >= 24) as follow_on_rate,
  (sum(backlog_price) - sum(backlog_paid)) / sum(backlog_cost) as prepayment_cover,
  sum(refund_chance * backlog_paid) / sum(backlog_paid) as refund_share,
  sum(backlog_net_cash) as backlog_net_cash,
  (select sum(amount) from acquisition_spend where spent_on > '2025-06-30' and spent_on <= '2026-06-30')
    / sum(before_acquisition_36m) filter (where revenue_12m > 0 and revenue_prev_12m <= 0 and revenue_2y_ago <= 0) as acquisition_ratio,
  greatest(sum(shoots_q1_12m), sum(shoots_q2_12m), sum(shoots_q3_12m), sum(shoots_q4_12m))
    / sum(shoots_q1_12m + shoots_q2_12m + shoots_q3_12m + shoots_q4_12m) as peak_share
from customers
""",
    "ventilation": """
select
  (select max(now) / sum(now) from (select region, sum(greatest(revenue_12m, 0)) as now from customers where region is not null group by region))
    as top_region_share,
  1 - sqrt(1 - sum(revenue_2y_ago) filter (where revenue_2y_ago > 0 and revenue_24m <= 0) / sum(greatest(revenue_2y_ago, 0))) as revenue_lost_share,
  sum(least(service_revenue_12m, service_revenue_prev_12m)) / sum(service_revenue_prev_12m) as service_retention,
  sum(service_revenue_24m) / sum(revenue_24m) as base_service_share,
  sum(units_installed) filter (where service_contracts > 0) / sum(units_installed) as maintained_share,
  sum(retention_overdue) / sum(retention_held) as retention_overdue_share,
  sum(pay_when_paid_contracts) / sum(live_contracts) as conditional_share,
  365 * sum(receivable_balance) / sum(invoiced_12m) as base_days
from customers
""",
    "automation": """
select
  (select sum((part / whole) ** 2) from (select sum(yearly_revenue) as part, sum(sum(yearly_revenue)) over () as whole
    from customers where downstream is not null group by downstream)) as industry_hhi,
  sum(signed_backlog) / sum(greatest(revenue_12m, 0)) as base_backlog_cover,
  sum(industry_capex_growth * yearly_revenue) / sum(yearly_revenue) filter (where industry_capex_growth is not null) as base_capex_growth,
  sum(service_revenue_36m) / sum(revenue_36m) as base_service_share,
  (sum(milestones_due) - sum(milestones_paid)) / sum(milestones_due_24m) as base_milestone_overdue,
  sum(yearly_revenue) filter (where key_engineer_single and not coalesce(key_engineer_retained, false))
    / sum(yearly_revenue) filter (where key_engineer_single is not null) as single_engineer_share
from customers
""",
    "biotech": """
select
  sum(greatest(recurring_12m, 0)) / sum(greatest(recurring_prev_12m, 0)) - 1 as recurring_growth,
  sum(least(recurring_12m, recurring_prev_12m)) filter (where recurring_prev_12m > 0) / sum(greatest(recurring_prev_12m, 0)) as gross_retention,
  sum(recurring_prev_12m) filter (where recurring_prev_12m > 0 and recurring_12m <= 0) / sum(greatest(recurring_prev_12m, 0)) as revenue_lost_share,
  sum(revenue_12m) filter (where supplier_status in ('in_filing', 'validated')) / sum(revenue_12m) filter (where supplier_status is not null)
    as locked_share,
  sum(revenue_12m * (1 - coalesce(end_users_disclosed, 0))) filter (where customer_class = 'distributor')
    / sum(revenue_12m) filter (where customer_class is not null) as blind_share
from customers
""",
}


@pytest.fixture(scope="module", params=sorted(FIGURES))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(SAMPLES / str(request.param), out=tmp_path_factory.mktemp("trade") / "run")


def written(run: Run, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run.folder / name).read_bytes())
    return found


def test_figures_equal_sql(run: Run) -> None:
    """Guards the figures that the trades bring, those by region and class among them, against SQL with groups."""
    database = duckdb.connect()
    database.register("customers", pl.read_parquet(run.folder / "inputs.parquet").to_arrow())
    if (spend := run.folder / "portfolio" / "acquisition_spend.parquet").exists():
        database.register("acquisition_spend", pl.read_parquet(spend).to_arrow())
    done = database.execute(FIGURES[run.pack.id])
    values = done.fetchone()
    assert values is not None and done.description is not None
    names = [column[0] for column in done.description]
    found = {figure["id"]: figure["value"] for figure in written(run, "portfolio.json")["figures"]}
    by_sql = {name: float(value) for name, value in zip(names, values, strict=True)}
    assert {name: found[name] for name in names} == {
        name: pytest.approx(value, rel=1e-9) for name, value in by_sql.items()
    }


def test_every_rule_of_the_trade_finds_its_data(run: Run) -> None:
    """Guards against a rule that no data of the trade can answer: the sample leaves none missing but the one for which no table of
    spend was handed in, and that is asked for."""
    base = written(run, "portfolio.json")
    questions = {rule.id for rule in run.portfolio.pack.rules if rule.question is not None}
    missing = {rule["id"] for rule in base["rules"] if rule["state"] not in ("scored", "not_applicable")}
    assert missing - {"acquisition-payback"} <= questions  # the sample's company leaves some questions open
    asked = {one.table for one in requests(run) if one.of_base}
    assert ("acquisition-payback" in missing) == ("acquisition_spend" in asked)
    assert 50 < base["composite"] < 90
    assert len({dimension["points"] for dimension in base["dimensions"]}) > 4


def test_the_sample_is_valued_between_its_cases(run: Run) -> None:
    methods = written(run, "valuation.json")["methods"]
    assert methods
    for method in methods:
        low, base, high = (Decimal(method["value"][case]) for case in ("low", "base", "high"))
        assert low < base < high, method["id"]


def test_bookings_are_valued_as_the_base_counts_them(tmp_path: Path) -> None:
    """The classes stated in the valuation of the studio add up to the net cash that its own rules found, to the yuan."""
    run = api.evaluate(SAMPLES / "wedding_photography", out=tmp_path / "run")
    (bookings,) = (
        method for method in written(run, "valuation.json")["methods"] if method["id"] == "bookings"
    )
    figures = {figure["id"]: figure["value"] for figure in written(run, "portfolio.json")["figures"]}
    assert abs(float(bookings["value"]["base"]) - figures["backlog_net_cash"]) < 1


KEPT = (
    "customers: 40\n  growth: 10\n  retention: 15\n  satisfaction: 6\n  receivables: 8\n  handover: 8\n  authenticity: 6\n"
    "  market: 5\n  promotion: 4\n  relations: 6\n  service_team: 5\n  data_protection: 4\n  management: 4"
)
RULES = "largest-customer, five-largest, revenue-spread"


@pytest.mark.parametrize(
    ("removed", "codes"), [(RULES, set()), ("largest-customer", {"dimension-without-weight"})]
)
def test_a_dimension_of_the_base_is_left_out_with_its_rules(
    tmp_path: Path, removed: str, codes: set[str]
) -> None:
    """Guards that a trade may do without a dimension of `general`, but not by forgetting its weight."""
    words = "title: {zh: 自有, en: Own}"
    for folder, name, more in (
        (tmp_path / "own", "own", ""),
        (tmp_path / "own" / "portfolio", "portfolio", f"dimensions:\n  {KEPT}\nremove: [{removed}]\n"),
    ):
        folder.mkdir()
        text = f"id: {name}\nversion: 1.0.0\n{words}\nextends: general\n{more}"
        (folder / "pack.yaml").write_text(text, encoding="utf-8")
    pack, problems = load(str(tmp_path / "own"))
    assert {problem.code for problem in problems if problem.severity == "error"} == codes
    if not codes:
        assert pack is not None and pack.portfolio is not None
        assert "concentration" not in {dimension.id for dimension in pack.portfolio.dimensions}
        assert "top1_share" in pack.portfolio.features  # the gate of `general` reads it
