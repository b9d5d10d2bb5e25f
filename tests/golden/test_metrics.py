# SPDX-License-Identifier: Apache-2.0
"""Worked metrics of customers and of the base, reproduced by expressions, by the general pack and by its functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import base_tables, both_engines, plan_of, points
from rulescore.packs.loading import load_or_raise
from worked import base, case, figure, figures, make_pack, near

Z = "1.959963984540054"


def test_retention_metrics() -> None:
    """Guards logo and revenue retention, gross and net, of ten customers of whom three left and one came."""
    g = case("retention_metrics")
    before, now = g["inputs"]["revenue_prior"], g["inputs"]["revenue_current"]
    found = base([
        {"revenue_12m": now.get(name, 0), "revenue_prev_12m": before.get(name, 0), "revenue_2y_ago": 0, "newly_won": name not in before} for name in sorted({*before, *now})
    ])  # fmt: skip
    wanted = {
        "opening_customers": g["opening_customers"], "base_revenue_prev": g["opening_revenue"], "logo_retention": g["logo_retention"],
        "revenue_lost_share": g["revenue_attrition_lost_customers_only"], "gross_retention": g["GRR"], "net_retention": g["NRR"],
        "base_revenue": g["closing_revenue"], "new_customers": len(g["new_customers"]),
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == {name: near(value) for name, value in wanted.items()}
    assert 1 - found["logo_retention"] == near(g["logo_attrition"])
    assert found["gross_retention"] == near(g["GRR_alt_sum_of_min"])
    opening = found["base_revenue_prev"]
    assert found["revenue_lost_share"] * opening == near(g["churned_revenue"])
    assert opening * (1 - found["gross_retention"]) == near(g["churned_revenue"] + g["contraction"])
    assert opening * (found["net_retention"] - found["gross_retention"]) == near(g["expansion"])
    assert found["new_revenue_share"] * found["base_revenue"] == near(g["new_revenue"])


def test_attrition_of_several_years() -> None:
    """Guards that pooled, plain and geometric means differ, by the expressions that the pack has for two years and here for four."""
    g = case("multi_year_attrition")
    opening, lost = g["inputs"]["opening"], g["inputs"]["lost"]
    fields = {f"o{i}": o for i, o in enumerate(opening)} | {f"l{i}": x for i, x in enumerate(lost)}
    kept = " * ".join(f"(1 - l{i} / o{i})" for i in range(4))
    found = figures(
        {
            "pooled": "(l0 + l1 + l2 + l3) / (o0 + o1 + o2 + o3)", "mean_": "(l0 / o0 + l1 / o1 + l2 / o2 + l3 / o3) / 4",
            "geometric": f"1 - sqrt(sqrt({kept}))", **{f"y{i}": f"l{i} / o{i}" for i in range(4)},
        },
        [fields],
    )[0]  # fmt: skip
    assert [found[name] for name in ("pooled", "mean_", "geometric")] == [
        near(g[name]) for name in ("pooled", "simple_average", "geometric")
    ]
    assert [found[f"y{i}"] for i in range(4)] == [near(value) for value in g["annual"]]


def test_two_years_in_the_pack() -> None:
    """Guards the pack's own three means: 12 of 100 and 20 of 110 lost, so 32/210, (0.12 + 2/11) / 2 and 1 - sqrt(0.88 x 9/11)."""
    year = [{"revenue_2y_ago": 1, "revenue_prev_12m": 0}] * 12 + [
        {"revenue_2y_ago": 1, "revenue_prev_12m": 1, "revenue_12m": 1}
    ] * 88
    rows = [
        *year,
        *[{"revenue_2y_ago": 0, "revenue_prev_12m": 1, "revenue_12m": 1}] * 2,
        *[{"revenue_2y_ago": 0, "revenue_prev_12m": 1, "revenue_12m": 0}] * 20,
    ]
    found = base([{"revenue_12m": 0, **row} for row in rows])
    assert found["attrition_pooled"] == near(32 / 210)
    assert found["attrition_mean"] == near((0.12 + 20 / 110) / 2)
    assert found["attrition_geometric"] == near(1 - (0.88 * 90 / 110) ** 0.5)


def test_contributory_charges() -> None:
    """Guards the charges in percent of revenue, each and together."""
    g = case("contributory_asset_charges")
    assets, tax = g["inputs"]["assets"], g["inputs"]["tax"]
    fields = {
        f"{name[:2]}_{key[:3]}": value for name, one in assets.items() for key, value in one.items()
    } | {"tax": tax}
    parts = {
        "working_capital": "wo_pct * wo_aft", "fixed_assets": "fi_pct * fi_aft", "trademark": "tr_pre * (1 - tax)",
    }  # fmt: skip
    fields |= {"staff": assets["workforce"]["pct_of_revenue"], "pay": assets["workforce"]["after_tax_return"]}
    fields |= {
        "wo_pct": assets["working_capital"]["pct_of_revenue"],
        "wo_aft": assets["working_capital"]["after_tax_return"],
    }
    parts["workforce"] = "staff * pay"
    found = figures({**parts, "total": " + ".join(parts.values())}, [fields])[0]
    assert {name: found[name] for name in parts} == {
        name: near(value) for name, value in g["charges_pct_of_revenue"].items()
    }
    assert found["total"] == near(g["total_pct"])


def test_net_promoter_score() -> None:
    """Guards score, variance and interval, and the adjusted interval of the pack where everybody recommends."""
    g = case("nps")
    for one in g["cases"]:
        promoters, passives, detractors = one["counts"]
        variance = "((x + z) / n - (x / n - z / n) * (x / n - z / n))"
        found = figures(
            {
                "score": "100 * (x - z) / n", "variance": variance, "error": f"100 * sqrt({variance} / n)",
                "low": f"100 * (x - z) / n - {Z} * 100 * sqrt({variance} / n)", "high": f"100 * (x - z) / n + {Z} * 100 * sqrt({variance} / n)",
            },
            [{"x": promoters, "y": passives, "z": detractors, "n": one["n"]}],
        )[0]  # fmt: skip
        assert [found[name] for name in ("score", "variance", "error")] == [
            near(one[name]) for name in ("nps", "variance", "se_points")
        ]
        assert [found["low"], found["high"]] == [near(value) for value in one["ci95_points"]]
        answers = [9.0] * promoters + [8.0] * passives + [3.0] * detractors
        assert base([{"nps_answer": answer} for answer in answers])["base_nps"] == near(one["nps"])
    for counts in ((4, 3, 3), (10, 0, 0)):
        wanted = g["adjusted_wald_" + "_".join(map(str, counts))]
        answers = [9.0] * counts[0] + [8.0] * counts[1] + [3.0] * counts[2]
        found = base([{"nps_answer": answer} for answer in answers])
        assert 100 * (found["nps_promoters"] - found["nps_detractors"]) == near(wanted["nps"])
        assert found["nps_half_width"] / 1.96 == near(wanted["se_points"])
    assert base([{}])["base_nps_low"] is None


def test_wilson_intervals() -> None:
    """Guards the bounds of published and computed shares, and that nobody asked gives none."""
    g = case("wilson")
    asked = {name: one["ci95"] for name, one in g["cases"].items()} | {
        name: value for name, value in g["more"].items() if "/" in name
    }
    for name, bounds in asked.items():
        k, n = (float(part) for part in name.split("/"))
        found = figures({"low": "wilson_low(k, n)", "high": "wilson_high(k, n)"}, [{"k": k, "n": n}])[0]
        assert [found["low"], found["high"]] == [near(value) for value in bounds]
    assert g["more"]["n=0"] is None
    assert figure("wilson_low(k, n)", k=0, n=0) is None


def test_shrinkage() -> None:
    """Guards shares and means that are drawn to a prior."""
    g = case("shrinkage")
    one, other = g["beta_binomial"], g["buhlmann_mean"]
    text = "(k + m * x) / (n + x)"
    prior = {"m": one["prior_mean"], "x": one["prior_strength"]}
    assert figure(text, k=one["k"], n=one["n"], **prior) == near(one["posterior_mean"])
    assert figure(text, k=one["k2"], n=one["n2"], **prior) == near(one["posterior_mean2"])
    fields = {"n": other["n"], "k": other["k_credibility"], "x": other["x_bar"], "m": other["grand_mean"]}
    assert figure("n / (n + k)", **fields) == near(other["Z"])
    assert figure("n / (n + k) * x + (1 - n / (n + k)) * m", **fields) == near(other["estimate"])


def test_satisfaction_and_effort() -> None:
    """Guards the satisfied share with its interval and both ways of measuring effort."""
    g = case("csat_ces")
    one, other = g["csat_top2box"], g["ces_1_7"]
    count = "count(orders, where=orders.amount >= 4)"
    found = figures(
        {
            "share": f"{count} / count(orders)", "mean_": "mean(orders.amount)", "low": f"wilson_low({count}, count(orders))",
            "high": f"wilson_high({count}, count(orders))",
        },
        orders=one["scores_1_5"],
    )[0]  # fmt: skip
    assert [found["share"], found["mean_"]] == [near(one["csat"]), near(one["mean"])]
    assert [found["low"], found["high"]] == [near(value) for value in one["wilson"]]
    assert figure("mean(orders.amount)", other["scores"]) == near(other["mean"])
    assert figure("count(orders, where=orders.amount >= 5) / count(orders)", other["scores"]) == near(
        other["share_5_to_7"]
    )


def concentrated(revenue: list[float]) -> dict[str, Any]:
    return figures(
        {
            "place": "rank(sales)", "part": "share(sales)", "below": "percentile(sales)", "hhi_0_1": "hhi(orders.amount)",
            "gini_": "gini(orders.amount)", "n_": "count(orders)", "effective_customers": "1 / hhi_0_1",
            "hhi_normalised": "(hhi_0_1 - 1 / n_) / (1 - 1 / n_)", "gini_small_sample_corrected": "gini_ * n_ / (n_ - 1)",
        },
        [{"sales": one} for one in revenue], revenue,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["example_20_customers", "equal_10", "one_customer"])
def test_concentration(name: str) -> None:
    """Guards shares of the largest, HHI, effective number, Gini and the Lorenz curve, for many, equal and one customer."""
    g = case("concentration")[name]
    revenue = g.get("revenue") or [100.0] * g["n"]
    rows = concentrated(revenue)
    first = rows[0]
    for key in ("hhi_0_1", "hhi_normalised", "effective_customers", "gini_small_sample_corrected"):
        assert first[key] == (None if g[key] is None else near(g[key])), key
    assert first["gini_"] == near(g["gini"])
    assert first["hhi_0_1"] * 10_000 == near(g["hhi_10000"])
    shares = sorted((row["part"] for row in rows), reverse=True)
    for count in (1, 3, 5, 10):
        assert sum(shares[:count]) == near(g[f"top{count}"])
    for text, share in g.get("lorenz_bottom_share", {}).items():
        bottom = sum(row["part"] for row in rows if row["below"] <= float(text.rstrip("%")))
        assert bottom == near(share)
    found = base([
        {"revenue_12m": one, "group_revenue": one, "revenue_rank": place, "revenue_prev_12m": 0} for place, one in enumerate(sorted(revenue, reverse=True), 1)
    ])  # fmt: skip
    wanted = {"top1_share": "top1", "top5_share": "top5", "top10_share": "top10", "revenue_hhi": "hhi_0_1", "effective_customers": "effective_customers", "revenue_gini": "gini"}  # fmt: skip
    assert {key: found[key] for key in wanted} == {key: near(g[name]) for key, name in wanted.items()}


def test_published_concentrations() -> None:
    """Guards the index of shares as authorities print it."""
    for one in case("concentration")["published"]:
        assert figure("10000 * hhi(orders.amount)", one["shares"]) == near(one["hhi_10000"])


def test_days_outstanding() -> None:
    """Guards the ratio, what is due, the count-back, and the ratio net of VAT."""
    g = case("dso")
    for one in g["cases"]:
        fields = {"x": one["ar"], "y": one["credit_sales"], "n": one["days"]}
        assert figure("n * x / y", **fields) == near(one["dso"])
    second = g["cases"][1]
    fields = {"x": second["ar"], "y": second["credit_sales"], "n": second["days"], "z": 2100}
    assert figure("n * z / y", **fields) == near(second["best_possible_dso_current_ar_2100"])
    assert figure("n * x / y - n * z / y", **fields) == near(second["average_days_delinquent"])
    assert figure("n * (x / 1.13) / y", **fields) == near(g["vat_adjusted_13pct"])
    back = g["countback"]
    pairs = ", ".join(
        f"{sales}, {days}"
        for sales, days in zip(back["monthly_sales_latest_first"], back["days_latest_first"], strict=True)
    )
    assert figure(f"countback_days(x, {pairs})", x=back["ar"]) == near(back["dso"])
    assert base([{"receivable_balance": 3600.0, "invoiced_12m": 12000.0}])["base_days"] == near(second["dso"])
    # the months before 2026-06-30 have the 31, 30, 31 and 30 days of the case
    months = {f"invoiced_month_{k}": 0.0 for k in range(1, 13)}
    months |= {f"invoiced_month_{k}": float(x) for k, x in enumerate(back["monthly_sales_latest_first"], 1)}
    assert base([{"receivable_balance": 3600.0, **months}])["base_countback"] == near(back["dso"])


def test_collection_rate() -> None:
    """Guards both bases of the collection rate."""
    g = case("collection_rate")
    x = g["inputs"]
    fields = {"x": x["opening_ar"], "y": x["invoiced_incl_vat"], "z": x["cash"]}
    assert figure("z / (x + y)", **fields) == near(g["stock_basis"])
    assert figure("z / y", **fields) == near(g["cash_to_sales"])
    assert figure("x + y - z", **fields) == near(g["closing_ar"])
    found = base([{"collected_of_due": x["collected_of_due"], "due_12m": x["due_in_period"]}])
    assert found["base_collection_rate"] == near(g["due_basis"])


BUCKETS = ("not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_91_365", "overdue_over_365")
RATES = ("loss_not_due", "loss_1_30", "loss_31_60", "loss_61_90", "loss_91_365", "loss_over_365")


def expected_loss(balances: list[float], rates: list[float]) -> float:
    """The general pack's loss of one customer with these balances by bucket, its rates being parameters."""
    pack, _ = load_or_raise("general")
    overrides = dict(zip(RATES, [*rates, 0.0, 0.0], strict=False))
    row = dict(zip(BUCKETS, [*balances, 0.0, 0.0], strict=False))
    plan = plan_of(pack, overrides=overrides, every_feature=True)
    tables = base_tables(
        pack,
        [{"customer_id": "C1"}],
        {"receivables": [{"customer_id": "C1", "snapshot_date": "2026-06-30", **row}]},
    )
    loss: float = both_engines(plan, tables).inputs["expected_loss"][0]
    return loss


def test_expected_credit_loss() -> None:
    """Guards the provision matrix by days overdue and by years of age, bucket by bucket and in sum; and loss rates from a flow of payments."""
    g = case("ecl_provision_matrix")
    for one in g["cases"][:2]:
        assert expected_loss(one["balances"], one["loss_rates"]) == near(one["total"])
        for balance, rate, loss in zip(one["balances"], one["loss_rates"], one["ecl"], strict=True):
            assert expected_loss([balance], [rate]) == near(loss)
    flow = g["cases"][0]["flow"]
    names = ("sales", "paid_on_time", "paid_1_30", "paid_31_60", "paid_61_90")
    fields = dict(zip("abckm", (flow[name] for name in names), strict=True)) | {"x": flow["not_paid"]}
    left = ["a", "(a - b)", "(a - b - c)", "(a - b - c - k)"]
    assert [figure(f"x / {one}", **fields) for one in left] == [
        near(rate) for rate in g["cases"][0]["loss_rates"][:4]
    ]
    assert round(g["cases"][0]["total"]) == g["cases"][0]["published_rounded"]
    rates = g["cases"][2]["loss_rates"]
    assert expected_loss([100.0] * 4, rates) == near(100 * sum(rates))
    by_year = g["china_ageing_practice"]
    assert expected_loss(by_year["balances"], list(by_year["rates"].values())) == near(by_year["ecl"])


def test_interest_on_late_payment() -> None:
    """Guards the statutory interest of the general pack: 45 days late on a million."""
    g = case("late_payment_interest_sme")
    pack, _ = load_or_raise("general")
    row = {
        "invoice_id": "I1",
        "customer_id": "C1",
        "invoice_date": "2026-04-01",
        "due_date": "2026-05-16",
        "amount": g["inputs"]["amount"],
    }
    tables = base_tables(pack, [{"customer_id": "C1"}], {"invoices": [row]})
    inputs = both_engines(plan_of(pack, every_feature=True), tables).inputs
    assert inputs["late_payment_interest"][0] == near(g["interest"])
    assert figure(
        "365 * x / (y * n)", x=g["interest"], y=g["inputs"]["amount"], n=g["inputs"]["days_late"]
    ) == near(g["annualised_simple"])


def test_deposits() -> None:
    """Guards that earnest money counts up to a fifth of the price, the rest being a prepayment."""
    g = case("deposit_rule")
    fields = {"x": g["inputs"]["contract_price"], "y": g["inputs"]["earnest_money_dingjin"]}
    assert figure("min(y, 0.2 * x)", **fields) == near(g["effective_dingjin_cap"])
    assert figure("y - min(y, 0.2 * x)", **fields) == near(g["excess_treated_as_prepayment"])
    assert figure("2 * min(y, 0.2 * x) + y - min(y, 0.2 * x)", **fields) == near(
        g["payable_if_receiver_defaults"]
    )


def test_growth() -> None:
    """Guards compound growth, and that it is nothing without a beginning above zero."""
    g = case("growth")
    one = g["cagr"]
    assert figure("cagr(x, y, n)", x=one["begin"], y=one["end"], n=one["years"]) == near(one["value"])
    assert (g["cagr_begin_zero"], g["cagr_sign_change"]) == (None, None)
    assert figure("cagr(x, y, n)", x=0, y=5, n=3) is None
    assert figure("cagr(x, y, n)", x=-5, y=5, n=3) is figure("cagr(x, y, n)", x=5, y=-5, n=3) is None
    assert [figure("y / x - 1", x=100, y=100 * (1 + change)) for change in g["yoy"]] == [
        near(change) for change in g["yoy"]
    ]


def test_cohorts() -> None:
    """Guards the triangle of cohorts, right-censored, and the chained survivors against pooled shares."""
    g = case("cohort_retention")
    customers = []
    for years, active in zip((3, 2, 1), g["active_by_period"].values(), strict=True):
        for place in range(active[0]):
            row: dict[str, Any] = {
                "years_since_first": years,
                "first_order_year": 2025 - years,
                "revenue_12m": 0,
                "revenue_prev_12m": 0,
            }
            row |= {f"bought_year_{age}": place < count for age, count in enumerate(active) if age}
            customers.append(row)
    found = base(customers)
    assert [(keys, values[0]) for keys, values in found["cohorts"]] == [
        ([year], size) for year, size in ((2022.0, 50), (2023.0, 64), (2024.0, 58))
    ]
    for (_, values), wanted in zip(found["cohorts"], g["triangle"].values(), strict=True):
        assert values[1:] == [*(near(share) for share in wanted[1:]), *[None] * (5 - len(wanted))]
    assert found["survivors_1"] == near(g["pooled_age1"])
    assert found["survivors_2"] == near(g["kaplan_meier_like_age2"])
    assert found["cohort_kept_2"] / (50 + 64) == near(g["pooled_age2"])


def test_margins() -> None:
    """Guards gross and contribution margin after the cost of credit."""
    g = case("gross_and_contribution_margin")
    x = g["inputs"]
    fields = {
        "x": x["revenue"],
        "c": x["cogs"],
        "a": x["direct_selling"],
        "b": x["service_and_warranty"],
        "k": x["logistics"],
    }
    credit = "x * 0.0435 * 90 / 365"
    assert figure(credit, **fields) == near(x["credit_cost_DSO_90_at_4.35pct"])
    assert figure("(x - c) / x", **fields) == near(g["gross_margin"])
    assert figure(f"x - c - a - b - k - {credit}", **fields) == near(g["contribution"])
    assert figure(f"(x - c - a - b - k - {credit}) / x", **fields) == near(g["contribution_margin"])


def test_recency_frequency_money() -> None:
    """Guards the five bands, ties that share the lower, and equal values that tell nothing."""
    g = case("rfm")
    rows = [{"x": one["recency_days"], "y": one["frequency"], "z": one["monetary"]} for one in g["customers"]]
    found = figures(
        {"r_": "quantile_band(-x, 5)", "f_": "quantile_band(y, 5)", "m_": "quantile_band(z, 5)"}, rows
    )
    assert ["{:.0f}{:.0f}{:.0f}".format(*row.values()) for row in found] == [
        one["code"] for one in g["customers"]
    ]
    for values, scores in (
        (g["ties"]["frequency"], g["ties"]["scores"]),
        (g["all_equal"]["values"], g["all_equal"]["scores"]),
    ):
        assert [
            row["band"] for row in figures({"band": "quantile_band(y, 5)"}, [{"y": one} for one in values])
        ] == scores


def test_abc_classes() -> None:
    """Guards that the customer that crosses a line belongs to the higher class."""
    g = case("abc")
    text = '"A" if share_above(x) < 0.7 else "B" if share_above(x) < 0.9 else "C"'
    assert [row["class_"] for row in figures({"class_": text}, [{"x": one} for one in g["revenue"]])] == g[
        "labels"
    ]


def test_credit_codes() -> None:
    """Guards the check digit of the codes of the standard and of real ones that fail."""
    for one in case("uscc_gb32100")["vectors"]:
        whole = figure("is_credit_code(code)", code=one["code"])
        assert whole == (one["valid_check"] and one["org_code_check_ok"]), one["code"]


def test_data_quality() -> None:
    """Guards shares of the data as a whole: completeness as a mean, accuracy with an interval, freshness, uniqueness."""
    g = case("data_quality")
    assert figure("mean(orders.amount)", g["completeness_per_record"]) == near(g["completeness_dataset"])
    one = g["accuracy"]
    found = figures(
        {"share": "k / n", "low": "wilson_low(k, n)", "high": "wilson_high(k, n)"},
        [{"k": one["correct"], "n": one["checked"]}],
    )[0]
    assert [found["share"], found["low"], found["high"]] == [
        near(one["value"]),
        *(near(value) for value in one["wilson"]),
    ]
    timely, single = g["timeliness"], g["duplicates"]
    assert figure("k / n", k=timely["records_updated_within_180d"], n=timely["records"]) == near(
        timely["value"]
    )
    assert figure("k / n", k=single["distinct"], n=single["records"]) == near(single["uniqueness"])
    assert sum(g["composite_weights"].values()) == near(1)


@pytest.mark.parametrize(
    ("name", "policy"),
    [("missing_exclude", "leave_out"), ("missing_zero", "worst"), ("missing_neutral_50", "neutral"), ("missing_penalty_40", {"points": 40})],
)  # fmt: skip
def test_the_small_scorecard(name: str, policy: Any, tmp_path: Path) -> None:
    """Guards one customer under four policies for what is missing; points are shown to four decimals, which are compared."""
    g = case("mini_scorecard")
    dimensions: dict[str, Any] = {}
    for index, rule in enumerate(g["rules"]):
        text = "x" if rule["points"] is None else str(rule["points"])
        rules = dimensions.setdefault(rule["dimension"], {"rules": []})["rules"]
        rules.append({"id": f"rule-{index}", "formula": text, "weight": rule["w"], "on_missing": policy})
    pack = make_pack(
        tmp_path, dimensions, {"weights": g["weights"], "decimals": {"dimension": 4, "composite": 4}}
    )
    trace = both_engines(plan_of(pack), base_tables(pack, [{"customer_id": "C1"}])).trace.row(0, named=True)
    wanted = g[name]
    for dimension, score in wanted["dimension_scores"].items():
        assert points(trace[f"{dimension}.points"]) == round(score, 4)
    assert points(trace["composite.points"]) == pytest.approx(wanted["composite"], abs=5e-5)
    if name == "missing_exclude":
        scores = wanted["dimension_scores"]
        value = [
            key
            for key in ("needs", "quality", "stability", "satisfaction", "loyalty", "cooperation")
            if key in scores
        ]
        assert sum(g["weights"][key] for key in value) > 0
        assert trace["satisfaction.points"] is None


def test_the_matrix_of_tiers() -> None:
    """Guards both axes at their lines, the flags and the veto, as a pack would write them."""
    g = case("tier_matrix")
    high = '"H" if v >= 75 else "M" if v >= 55 else "L"'
    risk = '"L" if k <= 25 else "M" if k <= 50 else "H"'
    cells = {"value_": high, "risk_": risk}
    cells["tier_"] = (
        '"ordinary" if veto > 0 else "strategic" if v >= 75 and k <= 25 '
        'else "important" if v >= 75 or (v >= 55 and k <= 25) else "ordinary"'
    )
    cells["flag_"] = (
        '"" if veto > 0 else "upgrade_candidate" if v >= 75 and k > 25 and k <= 50 else "watch" if v >= 75 and k > 50 '
        'else "exit_review" if v < 55 and k > 50 else ""'
    )
    rows = [{"v": one["value"], "k": one["risk"], "veto": float(one["veto"])} for one in g["cases"]]
    for one, found in zip(g["cases"], figures(cells, rows), strict=True):
        assert (found["value_"] + found["risk_"], found["tier_"], found["flag_"]) == (
            one["cell"],
            one["tier"],
            one["flag"],
        )
    score = case("mini_scorecard")
    (found,) = figures(cells, [{"v": score["value_axis"], "k": score["risk_axis"], "veto": 0.0}])
    assert [found["tier_"], found["value_"] + found["risk_"], found["flag_"]] == score["tier_by_matrix"]


def test_every_case_has_a_test() -> None:
    """Guards that no case of the file stands without a test that asks for it."""
    folder = Path(__file__).parent
    texts = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_*.py"))
    names = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
    assert [name for name in names if f'case("{name}")' not in texts] == []
