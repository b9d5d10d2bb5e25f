# SPDX-License-Identifier: Apache-2.0
"""Worked valuations, reproduced to every printed digit by the methods of the product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rulescore.valuation import curves
from rulescore.valuation.parts import CONTEXT, UnusableError, Valued, exactly, tax_amortisation
from worked import case, near, run


def reference(**changed: Any) -> dict[str, Any]:
    """The assumptions of the reference case."""
    given = case("mpeem_A_base")["inputs"]
    return {
        "revenue": given["base_year_revenue_existing_customers"], "growth": given["growth_incl_inflation"], "attrition": given["annual_attrition"],
        "margin": given["adjusted_ebit_margin"], "tax": given["tax"], "charges": given["cac_pct_of_revenue"], "discount_rate": given["discount_rate"],
        "years": given["years"], "tax_benefit_years": given["tab_years"], **changed,
    }  # fmt: skip


def curve(**given: Any) -> curves.Curve:
    full: dict[str, Any] = {"years": Decimal(20)}
    for name, assumption in curves.ASSUMPTIONS.items():
        value = given.get(name, assumption.default)
        full[name] = tuple(Decimal(str(one)) for one in value or ()) if assumption.kind == "series" else value if isinstance(assumption.kind, tuple) else Decimal(str(value))  # fmt: skip
    return curves.curve_of(full)


def test_survivor_curves() -> None:
    """Guards every way of counting constant attrition, its lives, the Weibull curve with aged customers, and tabled curves."""
    g = case("survivor_curves")
    one = g["constant_attrition_12pct"]
    attrition = one["inputs"]["annual_attrition"]
    for when in ("end", "begin", "mid", "average"):
        with_context = [
            CONTEXT.plus(curves.counted(curve(attrition=attrition), year, when)) for year in one["t"]
        ]
        assert [float(share) for share in with_context] == [near(share) for share in one[when]]
    totals = run("excess_earnings", **reference()).totals
    lives = one["expected_life"]
    assert 1 / float(totals["mean_life"]) == near(one["hazard_lambda"])
    assert float(totals["half_life"]) == near(one["half_life_years"])
    assert float(totals["mean_life"]) == near(lives["continuous (1/lambda)"])
    unit = {"customers": 1, "margin": 1, "retention": 1 - attrition, "discount_rate": 0}
    assert float(run("lifetime_values", **unit).value) == near(lives["sum_end_t1_to_inf (a/b form (1-a)/a)"])
    assert float(run("lifetime_values", **unit, first_margin="certain").value) == near(
        lives["sum_begin_t1_to_inf (1/a)"]
    )
    two = g["weibull_eta6_beta1_5"]
    weibull = {"weibull_scale": two["inputs"]["eta_years"], "weibull_shape": two["inputs"]["beta"]}
    for when in ("end", "mid"):
        assert [float(curves.counted(curve(**weibull), year, when)) for year in two["t"]] == [
            near(share) for share in two[when]
        ]
    totals = run("excess_earnings", **reference(attrition=0, **weibull)).totals
    assert float(totals["mean_life"]) == near(two["mean_life"])
    assert float(totals["half_life"]) == near(two["median_life"])
    assert float(curve(**weibull, age=3)(Decimal(5))) == near(
        two["conditional_survival_5_more_years_given_age_3"]
    )
    three = g["weibull_beta1_equals_exponential"]
    exponential = curve(weibull_scale=three["inputs"]["eta_years"], weibull_shape=three["inputs"]["beta"])
    assert float(exponential(Decimal(5))) == near(three["S_5"]) == near(three["must_equal"])
    four = g["tabular_curve_iowa_style"]
    given = four["inputs"]
    tabled = curve(
        average_life=given["average_life_years"], curve_ages=[one / 100 for one in given["pct_of_average_life"]],
        curve_left=[one / 100 for one in given["pct_surviving"]],
    )  # fmt: skip
    assert [float(tabled(Decimal(year))) for year in four["t"]] == [near(share) for share in four["S"]]


NAMES = {
    "survivor": "survivors", "revenue": "revenue", "ebit": "ebit", "tax": "tax", "nopat": "after_tax", "cac": "charges",
    "excess_earnings": "excess", "df": "factor", "pv": "present",
}  # fmt: skip


def compare_rows(done: Valued, rows: list[dict[str, float]]) -> None:
    for row, wanted in zip(done.rows, rows, strict=False):
        assert {key: float(row[name]) for key, name in NAMES.items()} == {
            key: near(wanted[key]) for key in NAMES
        }


def test_the_reference_case() -> None:
    """Guards the whole year table, the closed form, the tax benefit and the value."""
    g = case("mpeem_A_base")
    done = run("excess_earnings", **reference())
    assert len(done.rows) == len(g["rows"])
    compare_rows(done, g["rows"])
    assert float(done.totals["present"]) == near(g["sum_pv"]) == near(g["closed_form_sum_pv"])
    assert float(done.totals["tax_benefit_factor"]) == near(g["tab_factor"])
    assert float(done.totals["tax_benefit"]) == near(g["tab"])
    assert float(done.value) == near(g["value"])


VARIANTS: dict[str, dict[str, Any]] = {
    "B_end_year_discounting": {"discounting": "end"}, "C_no_tab": {"tax_benefit_years": 0}, "D_end_of_period_survivors": {"survivors": "end"},
    "E_begin_of_period_survivors": {"survivors": "begin"}, "F_weibull_6_1_5": {"attrition": 0, "weibull_scale": 6, "weibull_shape": 1.5},
    "G_no_cac (wrong)": {"charges": 0}, "H_discount_plus_1pt": {"discount_rate": 0.15}, "I_attrition_plus_3pt": {"attrition": 0.15},
    "J_tab_15y_US_s197_life": {"tax_benefit_years": 15}, "K_negative_excess_earnings": {"margin": 0.03}, "L_zero_growth_closed": {"growth": 0},
}  # fmt: skip


def test_variants() -> None:
    """Guards each convention and its effect; a sum below zero is shown, never multiplied by the tax benefit, and concluded as nil."""
    all_of_them = case("mpeem_variants")
    assert all_of_them.keys() == VARIANTS.keys()
    whole = run("excess_earnings", **reference()).value
    for name, wanted in all_of_them.items():
        done = run("excess_earnings", **reference(**VARIANTS[name]))
        assert float(done.totals["present"]) == near(wanted["sum_pv"]), name
        if name.startswith("K"):
            assert (float(done.value), float(done.totals["tax_benefit"])) == (
                wanted["concluded_value"],
                wanted["tab"],
            )
            continue
        assert float(done.totals["tax_benefit_factor"]) == near(wanted["tab_factor"]), name
        assert float(done.totals["tax_benefit"]) == near(wanted["tab"]), name
        assert float(done.value) == near(wanted["value"]), name
        assert float(done.value / whole - 1) == near(wanted["pct_vs_A"]), name


def test_the_end_of_the_economic_life() -> None:
    """Guards the sum without an end, what share of it years hold, and when a twentieth of customers is left."""
    g = case("economic_life_cutoff")
    done = run("excess_earnings", **reference())
    assert float(done.totals["perpetual"]) == near(g["perpetual_sum_pv"]) == near(g["perpetual_closed_form"])
    assert float(done.totals["captured"]) == near(g["share_captured_at_N15"])
    for share, wanted in g["first_year_cumulative_pv_share_reaches"].items():
        captured = [
            run("excess_earnings", **reference(years=year)).totals["captured"]
            for year in (wanted["year"] - 1, wanted["year"])
        ]
        assert float(captured[0]) < float(share) <= float(captured[1])
        assert float(captured[1]) == near(wanted["share"])
    rows = run("excess_earnings", **reference(years=30, survivors="end")).rows
    assert (
        next(int(row["year"]) for row in rows if row["survivors"] < Decimal("0.05"))
        == g["first_year_survivor_end_below_5pct"]
    )


def test_the_distributor_method() -> None:
    """Guards that a distributor's margin, charges and rate give the distributor method."""
    g = case("distributor_method")
    given = g["inputs"]
    charges = sum(g["charges_pct_of_revenue"].values())
    assert charges == near(given["cac_pct_of_revenue"])
    done = run(
        "excess_earnings",
        **reference(
            margin=given["adjusted_ebit_margin"],
            charges=given["cac_pct_of_revenue"],
            discount_rate=given["discount_rate"],
        ),
    )
    compare_rows(done, g["rows_first3"])
    assert float(done.totals["present"]) == near(g["sum_pv"])
    assert float(done.totals["tax_benefit_factor"]) == near(g["tab_factor"])
    assert float(done.value) == near(g["value"])


def test_with_and_without() -> None:
    """Guards the comparison year by year."""
    g = case("with_and_without")
    given = g["inputs"]
    done = run(
        "with_and_without", revenue=given["revenue_with"], ramp=given["ramp_share_without"], acquisition=given["extra_acquisition_cost"],
        variable_margin=given["variable_contribution_margin"], fixed_cost=given["fixed_cost"], tax=given["tax"], discount_rate=given["discount_rate"],
        tax_benefit_years=given["tab_years"],
    )  # fmt: skip
    names = {
        "with_nopat": "with",
        "without_nopat": "without",
        "difference": "difference",
        "df": "factor",
        "pv": "present",
    }
    for row, wanted in zip(done.rows, g["rows"], strict=True):
        assert {key: float(row[name]) for key, name in names.items()} == {
            key: near(wanted[key]) for key in names
        }
    assert float(done.totals["present"]) == near(g["sum_pv"])
    assert float(done.totals["tax_benefit_factor"]) == near(g["tab_factor"])
    assert float(done.value) == near(g["value"])


def test_cost() -> None:
    """Guards each step of the replacement cost, before tax and after it with the benefit of amortising."""
    g = case("cost_method")
    given = g["inputs"]
    stated = {
        "customers": given["customers"], "acquisition_cost": given["direct_acquisition_cost_per_won_customer"], "indirect": given["indirect_rate"],
        "developer_profit": given["developer_profit_rate"], "discount_rate": given["opportunity_rate"], "build_years": given["build_period_years"],
        "obsolescence": given["obsolescence"],
    }  # fmt: skip
    done = run("cost", **stated)
    wanted = {
        "direct": "direct", "indirect": "indirect", "developer_profit": "developer_profit", "opportunity_cost": "opportunity_cost",
        "replacement_cost_new": "replacement_cost_new", "obsolescence": "less_obsolescence",
    }  # fmt: skip
    assert {name: float(done.totals[name]) for name in wanted} == {
        name: near(g[key]) for name, key in wanted.items()
    }
    assert float(done.value) == near(g["value_pre_tax_convention"])
    taxed = run("cost", **stated, tax=given["tax"], tax_benefit_years=given["tab_years"])
    assert float(taxed.totals["after_tax"]) == near(g["after_tax"])
    assert float(taxed.totals["tax_benefit_factor"]) == near(g["tab_factor"])
    assert float(taxed.value) == near(g["value_after_tax_plus_tab"])


def test_the_tax_benefit() -> None:
    """Guards the factor, also without interest and without tax, that it closes its circle, and that no factor below one comes out."""
    g = case("tab_factor")

    def factor(one: dict[str, Any]) -> Decimal:
        given = (Decimal(str(one[name])) for name in ("T", "n", "k"))
        return exactly(lambda _: tax_amortisation(*given, one["convention"] == "mid"), {})  # type: ignore[arg-type, return-value]

    for one in g["cases"]:
        assert float(factor(one)) == near(one["factor"])
        if "pva" in one:  # 1 / (1 - T / n x annuity) turned round
            assert (1 - 1 / float(factor(one))) * one["n"] / one["T"] == near(one["pva"])
        if "published_rounded" in one:
            assert round(float(factor(one)), 2) == one["published_rounded"]
    circle = g["circularity_check"]
    value = float(factor(circle)) * circle["pre_tab_value"]
    assert value == near(circle["value"])
    # the benefit is the present value of tax saved on the value itself
    annuity = (1 - 1 / float(factor(circle))) * circle["n"] / circle["T"]
    assert (
        circle["T"] * value / circle["n"] * annuity
        == near(circle["tab_from_value"])
        == near(circle["must_equal_value_minus_1000"])
    )
    assert g["trap_value"] < 0
    with pytest.raises(UnusableError, match="tax-benefit-unbounded"):
        tax_amortisation(Decimal("0.25"), Decimal("0.5"), Decimal("0.12"), False) and tax_amortisation(
            Decimal("0.9"), Decimal("0.5"), Decimal(0), True
        )
        tax_amortisation(Decimal(1), Decimal(1), Decimal(0), False)


def test_examples_of_others() -> None:
    """Guards printed and recomputed examples of three other sources: lifetime values, given cash flows, capitalised earnings."""
    g = case("third_party_cross_checks")
    for name in ("ch1_intermediate_q3", "wiki_customer_relationship"):
        given = g[name]["inputs"]
        margin = Decimal(str(given["revenue_per_customer"])) * Decimal(str(given["margin"]))
        done = run(
            "lifetime_values",
            customers=given["customers"],
            margin=margin,
            retention=given["retention"],
            discount_rate=given["discount"],
            years=given["years"],
        )
        assert float(done.value) == near(g[name]["value"])
    one = g["ch4_intermediate_q1_mpeem"]
    flows = one["inputs"]["cash_flows"]
    charged = [Decimal(50000) * Decimal("1.04") ** year / flow for year, flow in enumerate(flows)]
    done = run(
        "with_and_without", revenue=flows, ramp=charged, acquisition=[0] * 5, variable_margin=1, fixed_cost=0, tax=one["inputs"]["tax"],
        discount_rate=one["inputs"]["discount"], discounting="end", tax_benefit_years=one["inputs"]["tab_years"],
    )  # fmt: skip
    assert float(done.totals["present"]) == near(one["sum_pv"])
    assert float(done.totals["tax_benefit_factor"]) == near(one["tab_factor"])
    assert float(done.value) == near(one["value"])
    two = g["ch4_intermediate_q2_single_period"]
    given = two["inputs"]
    done = run(
        "capitalised_earnings",
        earnings=given["normalized_earnings"],
        assets=given["cac"],
        asset_return=1,
        discount_rate=given["cap_rate"],
    )
    assert float(done.value) == near(two["value"]) == near(two["recomputed"])
    three = g["cfa_style_capitalised_excess_earnings"]
    given = three["inputs"]
    done = run(
        "capitalised_earnings", earnings=given["normalized_earnings"], assets=given["tangible_fv"], asset_return=given["return_on_tangibles"],
        discount_rate=given["intangible_cap_rate"],
    )  # fmt: skip
    assert [float(done.totals["excess"]), float(done.value), float(done.totals["with_assets"])] == [
        near(value) for value in three["recomputed"]
    ]
    assert (three["excess"], three["intangible_value"], three["total_value"]) == tuple(three["recomputed"])


def test_returns_reconcile() -> None:
    """Guards goodwill as what is left, the weighted return against the cost of capital, and the return that would close the gap."""
    g = case("wara")
    given = g["inputs"]
    done = run(
        "reconciliation", price=given["purchase_price"], values=[one["value"] for one in given["assets"]], returns=[one["return"] for one in given["assets"]],
        goodwill_return=given["goodwill_return"], wacc=given["wacc"],
    )  # fmt: skip
    wanted = {
        "goodwill": g["goodwill"], "wara": g["wara"], "gap": g["gap_wara_minus_wacc"],
        "implied_goodwill_return": g["implied_goodwill_return_if_wara_equals_wacc"],
    }  # fmt: skip
    assert {name: float(done.totals[name]) for name in wanted} == {
        name: near(value) for name, value in wanted.items()
    }


def test_tiers() -> None:
    """Guards the value tier by tier, before and after the change of owner."""
    g = case("tiered_transfer_adjusted_value")
    given, rows = g["inputs"], g["rows"]
    done = run(
        "tiered_excess_earnings", revenue=[row["revenue"] for row in rows], attrition=[row["attrition"] for row in rows],
        transfer=[row["transfer_probability"] for row in rows], growth=given["growth"], margin=given["margin"], tax=given["tax"], charges=given["cac"],
        discount_rate=given["discount"], years=given["years"], tax_benefit_years=given["tab_years"],
    )  # fmt: skip
    for row, wanted in zip(done.rows, rows, strict=True):
        assert float(row["before"]) == near(wanted["value_before_transfer"])
        assert float(row["after"]) == near(wanted["value_after_transfer"])
    assert float(done.totals["before_transfer"]) == near(g["total_before"])
    assert float(done.value) == near(g["total_after"])
    assert float(done.totals["transfer_haircut"]) == near(g["transfer_haircut"])


def test_a_prepaid_backlog_is_a_deduction() -> None:
    """Guards that cash which the seller keeps does not count for the buyer."""
    g = case("prepaid_backlog_wedding")
    names = {
        "orders": "orders",
        "price": "price",
        "received": "cash_received",
        "cost": "cost_to_fulfil",
        "refunds": "p_refund",
    }
    done = run("backlog", **{name: [row[key] for row in g["rows"]] for name, key in names.items()})
    assert [float(row["net_cash"]) for row in done.rows] == [
        near(row["net_cash_to_buyer"]) for row in g["rows"]
    ]
    assert float(done.value) == near(g["net_cash_to_buyer_total"])
    assert float(done.totals["liability"]) == near(g["contract_liability"])


def test_margin_multiples() -> None:
    """Guards the printed table of multiples."""
    g = case("clv_margin_multiple")
    for retention, wanted, printed in zip(g["retention"], g["multiple"], g["published_rounded"], strict=True):
        for rate, multiple, rounded in zip(g["discount"], wanted, printed, strict=True):
            done = run("lifetime_values", customers=1, margin=1, retention=retention, discount_rate=rate)
            assert float(done.totals["margin_multiple"]) == near(multiple)
            assert float(done.value) == pytest.approx(rounded, abs=0.005 + 1e-9)


def test_conventions_of_lifetime_value() -> None:
    """Guards the conventions, which differ by two fifths: each is named."""
    g = case("clv_conventions")
    given = g["inputs"]
    stated = {
        "customers": 1,
        "margin": given["annual_margin"],
        "retention": given["retention"],
        "discount_rate": given["discount"],
    }
    wanted: dict[str, dict[str, Any]] = {
        "gupta_lehmann_first_margin_end_of_year1_if_retained": {}, "immediate_margin_at_t0": {"first_margin": "now"},
        "first_margin_end_of_year1_certain": {"first_margin": "certain"}, "with_growth g: m*r/(1+i-r(1+g))": {"growth": given["growth"]},
        "finite_5y_end_year sum m r^t/(1+i)^t": {"years": given["horizon"]}, "finite_5y_mid_year": {"years": given["horizon"], "discounting": "mid"},
        "net_of_acquisition": {"first_margin": "now", "acquisition_cost": given["acquisition_cost"]},
        "simple_undiscounted m/(1-r)": {"first_margin": "now", "discount_rate": 0},
    }  # fmt: skip
    for name, changed in wanted.items():
        assert float(run("lifetime_values", **{**stated, **changed}).value) == near(g[name]), name
    simple = g["simple_value_x_frequency_x_lifespan"]
    margin = simple["avg_order"] * simple["orders_per_year"] * simple["gross_margin"]
    done = run(
        "lifetime_values", customers=1, margin=margin, retention=1, discount_rate=0, years=simple["years"]
    )
    assert float(done.value) == near(simple["value"])


def test_the_context_is_one() -> None:
    """Guards that nothing is rounded before it is shown: the closed form in 34 digits equals the sum of the years."""
    done = run("excess_earnings", **reference())
    q = Decimal("1.03") * Decimal("0.88") / Decimal("1.14")
    a_year = 10_000 * (Decimal("0.16") * Decimal("0.75") - Decimal("0.02664")) * Decimal("1.03")
    closed = a_year * (Decimal("0.88") / Decimal("1.14")) ** Decimal("0.5") * (1 - q**15) / (1 - q)
    assert float(done.totals["present"] / closed - 1) == pytest.approx(0, abs=1e-25)
