# SPDX-License-Identifier: Apache-2.0
"""Valuation methods at their edges: what is odd is a defined result or a refusal with a code, never a wrong number. The worked cases stand
in `tests/golden`."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rulescore.assumptions import read_valuation
from rulescore.messages import catalogue
from rulescore.problems import Problems
from rulescore.source import parse_yaml
from rulescore.valuation import METHODS
from rulescore.valuation.parts import UnusableError, tax_amortisation
from worked import base, run

CASE: dict[str, Any] = {
    "revenue": 10_000, "growth": 0.03, "attrition": 0.12, "margin": 0.16, "tax": 0.25, "charges": 0.02664, "discount_rate": 0.14,
    "years": 15, "tax_benefit_years": 10,
}  # fmt: skip
LIFETIME: dict[str, Any] = {"customers": 100, "margin": 10, "retention": 0.8, "discount_rate": 0.12}


def test_attrition_of_nothing_and_of_everything() -> None:
    """Guards that nobody leaving keeps survivors at one, and that everybody leaving leaves what the convention still counts."""
    stays = run("excess_earnings", **{**CASE, "attrition": 0})
    assert {row["survivors"] for row in stays.rows} == {Decimal(1)}
    # one year of growth each, discounted mid-year: the closed form of the series
    q = 1.03 / 1.14
    assert float(stays.totals["present"]) == pytest.approx(
        10_000 * (0.12 - 0.02664) * 1.03 / 1.14**0.5 * (1 - q**15) / (1 - q)
    )
    gone = {
        when: run("excess_earnings", **{**CASE, "attrition": 1, "survivors": when})
        for when in ("begin", "mid", "end", "average")
    }
    assert [[float(row["survivors"]) for row in done.rows[:2]] for done in gone.values()] == [
        [1, 0],
        [0, 0],
        [0, 0],
        [0.5, 0],
    ]
    assert float(gone["mid"].value) == 0
    assert "perpetual" not in gone["mid"].totals


def test_margins_below_nothing() -> None:
    """Guards that a loss is shown as it is and concluded as nil, without a tax benefit, by every method that earns."""
    loss = run("excess_earnings", **{**CASE, "margin": -0.05})
    assert float(loss.totals["present"]) < 0
    assert (float(loss.value), float(loss.totals["tax_benefit"])) == (0, 0)
    assert float(run("lifetime_values", **{**LIFETIME, "margin": -10}).value) == 0
    # all growth lost: the first year's margin alone, with an end and without
    gone_at_once = {**LIFETIME, "growth": -1}
    assert (
        run("lifetime_values", **gone_at_once, years=3).value == run("lifetime_values", **gone_at_once).value
    )
    assert (
        float(
            run("capitalised_earnings", earnings=50, assets=1000, asset_return=0.1, discount_rate=0.2).value
        )
        == 0
    )
    lost = run("expected_sales", sales=[100, 200], margin=-0.1, tax=0.25, charges=0, discount_rate=0.1)
    assert float(lost.totals["present"]) < 0 == float(lost.value)
    tiers = run(
        "tiered_excess_earnings", revenue=[100, 0], attrition=[0.1, 1], transfer=[1, 0], growth=0, margin=-1, tax=0, charges=0, discount_rate=0.1, years=2,
    )  # fmt: skip
    assert (float(tiers.value), "transfer_haircut" in tiers.totals) == (0, False)


def test_a_discount_rate_below_growth() -> None:
    """Guards that a sum without an end is refused or left out where it has no bound; years in number have one."""
    grows = run("excess_earnings", **{**CASE, "growth": 0.2, "attrition": 0, "discount_rate": 0.1})
    assert "perpetual" not in grows.totals and float(grows.value) > 0
    for changed in ({"retention": 1, "growth": 0.2}, {"retention": 1, "growth": 0.12}):
        with pytest.raises(UnusableError, match="discount-below-growth"):
            run("lifetime_values", **{**LIFETIME, **changed})
    with pytest.raises(UnusableError, match="discount-below-growth"):
        run("capitalised_earnings", earnings=50, assets=0, asset_return=0, discount_rate=0.1, growth=0.1)
    assert float(
        run("lifetime_values", **{**LIFETIME, "retention": 1, "growth": 0.12, "years": 5}).value
    ) == pytest.approx(5 * 1000 / 1.12)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"weibull_scale": 6}, "attrition-twice"),
        ({"sbg_alpha": 1, "sbg_beta": 2}, "attrition-twice"),
        ({"attrition": 0, "sbg_alpha": 1}, "sbg-half"),
        ({"attrition": 0, "measured_survivors": [0.9, 0.8]}, "survivors-end"),
        ({"measured_survivors": [0.9, 0.95]}, "survivors-rise"),
        ({"attrition": 0, "average_life": 8, "curve_ages": [0, 1], "curve_left": [1]}, "series-differ"),
        (
            {"attrition": 0, "average_life": 8, "curve_ages": [0, 1, 1], "curve_left": [1, 0.5, 0]},
            "curve-ages",
        ),
        ({"attrition": 0, "curve_ages": [0, 1], "curve_left": [1, 0]}, "curve-ages"),
        (
            {"attrition": 0, "average_life": 8, "curve_ages": [0, 1, 2], "curve_left": [1, 0.5, 0.6]},
            "survivors-rise",
        ),
        (
            {"attrition": 0, "average_life": 2, "curve_ages": [0, 1], "curve_left": [1, 0], "age": 3},
            "nobody-left",
        ),
        ({"attrition": 1, "age": 1}, "nobody-left"),
    ],
)
def test_curves_that_are_none(given: dict[str, Any], code: str) -> None:
    """Guards several curves at once, halves of a curve, points that rise, and customers older than the curve."""
    with pytest.raises(UnusableError, match=code):
        run("excess_earnings", **{**CASE, **given})


def test_curves_given_at_points() -> None:
    """Guards measured survivors with attrition after them, an sBG curve, and aged customers, by hand."""
    measured = run(
        "excess_earnings",
        **{**CASE, "measured_survivors": [0.9, 0.7], "attrition": 0.5, "survivors": "end", "years": 4},
    )
    assert [float(row["survivors"]) for row in measured.rows] == [0.9, 0.7, 0.35, 0.175]
    middle = run("excess_earnings", **{**CASE, "measured_survivors": [0.9, 0.7], "years": 2, "attrition": 0})
    assert [float(row["survivors"]) for row in middle.rows] == [0.95, 0.8]
    fitted = run(
        "excess_earnings",
        **{**CASE, "attrition": 0, "sbg_alpha": 1, "sbg_beta": 1, "survivors": "end", "years": 3},
    )
    assert [float(row["survivors"]) for row in fitted.rows] == [
        pytest.approx(share) for share in (1 / 2, 1 / 3, 1 / 4)
    ]
    aged = run(
        "excess_earnings",
        **{**CASE, "attrition": 0, "sbg_alpha": 1, "sbg_beta": 1, "survivors": "end", "years": 2, "age": 2},
    )
    assert [float(row["survivors"]) for row in aged.rows] == [
        pytest.approx(share) for share in (3 / 4, 3 / 5)
    ]


def test_other_refusals() -> None:
    """Guards series of different lengths, sales that fall, growth out of place, a price of nothing and a benefit without bound."""
    with pytest.raises(UnusableError, match="series-differ"):
        run("backlog", orders=[1], price=[1, 2], received=[0], cost=[0], refunds=[0])
    with pytest.raises(UnusableError, match="series-differ"):
        run(
            "tiered_excess_earnings",
            revenue=[1],
            attrition=[0.1, 0.1],
            transfer=[1],
            growth=0,
            margin=0.1,
            tax=0,
            charges=0,
            discount_rate=0.1,
            years=1,
        )
    with pytest.raises(UnusableError, match="series-differ"):
        run("reconciliation", price=1, values=[1], returns=[], goodwill_return=0.1, wacc=0.1)
    with pytest.raises(UnusableError, match="price-nil"):
        run("reconciliation", price=0, values=[], returns=[], goodwill_return=0.1, wacc=0.1)
    with pytest.raises(UnusableError, match="sales-fall"):
        run("expected_sales", sales=[100, 90], margin=0.1, tax=0, charges=0, discount_rate=0.1)
    with pytest.raises(UnusableError, match="growth-not-here"):
        run("lifetime_values", **{**LIFETIME, "growth": 0.1, "first_margin": "now"})
    with pytest.raises(UnusableError, match="tax-benefit-unbounded"):
        tax_amortisation(Decimal(2), Decimal(2), Decimal(0), False)


def test_every_refusal_has_words() -> None:
    """Guards that each code a method can raise is said in both languages."""
    folder = Path(METHODS[0].__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    codes = set(re.findall(r'UnusableError\(\s*"([a-z-]+)"', text))
    assert len(codes) >= 12
    for language in ("zh", "en"):
        assert codes <= catalogue(language)["problems"].keys()


def test_an_unbounded_table_is_refused_at_its_place() -> None:
    """Guards that a horizon of 0 and an attrition above 1 are told with their line before anything is computed."""
    text = (
        "standard: fair_value\ncurrency: CNY\nmethods:\n  - id: one\n    method: excess_earnings\n    assumptions:\n"
        "      revenue: {is: 1, source: judgement}\n      growth: {is: 0, source: judgement}\n      attrition: {is: 1.01, source: judgement}\n"
        "      margin: {is: 0.1, source: judgement}\n      tax: {is: 0, source: judgement}\n      charges: {is: 0, source: judgement}\n"
        "      discount_rate: {is: -0.1, source: judgement}\n      years: {is: 0, source: judgement}\n"
    )
    problems = Problems()
    read_valuation(parse_yaml(text, "valuation.yaml", problems), None, problems)
    assert {(problem.code, getattr(problem.place, "line", 0)) for problem in problems} == {
        ("assumption-range", line) for line in (9, 13, 14)
    }


def test_bases_that_are_hardly_any() -> None:
    """Guards figures of no customer, of one, of one that brings everything, of nothing known, and of returns above sales."""
    nobody = base([])
    assert (nobody["customer_count"], nobody["base_revenue"]) == (0, 0)
    for name in (
        "top1_share",
        "revenue_hhi",
        "gross_retention",
        "base_growth",
        "base_days",
        "cohort_alpha",
        "still_buying",
        "expected_sales_5y",
        "base_nps_low",
    ):
        assert nobody[name] is None, name
    assert nobody["by-tier"] == nobody["cohorts"] == []
    one = {
        "revenue_12m": 100.0,
        "group_revenue": 100.0,
        "revenue_rank": 1.0,
        "revenue_prev_12m": 50.0,
        "revenue_2y_ago": 0.0,
        "tier": "strategic",
    }
    alone = base([one])
    assert [
        alone[name]
        for name in (
            "top1_share",
            "revenue_hhi",
            "effective_customers",
            "revenue_gini",
            "net_retention",
            "gross_retention",
        )
    ] == [1, 1, 1, 0, 2, 1]
    assert alone["cohort_alpha"] is None
    empty = {
        "revenue_12m": 0.0,
        "group_revenue": 0.0,
        "revenue_rank": 2.0,
        "revenue_prev_12m": 0.0,
        "revenue_2y_ago": 0.0,
    }
    everything = base([one, *[empty] * 9])
    assert [
        everything[name] for name in ("top1_share", "top5_share", "revenue_hhi", "effective_customers")
    ] == [1, 1, 1, 1]
    unknown = base([{}] * 5)
    assert unknown["customer_count"] == 5
    assert [
        unknown[name] for name in ("base_revenue", "top1_share", "gross_retention", "attrition_pooled")
    ] == [None] * 4
    assert unknown["by-tier"][0][0] == [None]
    returned = base([{**one, "revenue_12m": -40.0, "group_revenue": 0.0}, {**one, "tier": "ordinary"}])
    assert (returned["base_revenue"], returned["top1_share"], returned["revenue_lost_share"]) == (100, 1, 0.5)
    assert [values[1] for _, values in returned["by-tier"]] == [0, 100]
    minus = base([{**one, "revenue_12m": -40.0, "group_revenue": 0.0}])
    assert (minus["base_revenue"], minus["top1_share"], minus["revenue_gini"]) == (0, None, None)
