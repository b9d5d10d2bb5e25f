# SPDX-License-Identifier: Apache-2.0
"""Valuation methods against worked numbers: year tables, totals and variants that two other implementations gave."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rulescore.valuation import BY_NAME
from rulescore.valuation.parts import UnusableError, Valued, exactly, survivors, tax_amortisation, weibull

CASE: dict[str, Any] = {
    "revenue": 10_000, "growth": 0.03, "attrition": 0.12, "margin": 0.16, "tax": 0.25, "charges": 0.02664, "discount_rate": 0.14,
    "years": 15, "tax_benefit_years": 10,
}  # fmt: skip
"""The reference case, in ten thousands of CNY."""


def run(method: str, **given: Any) -> Valued:
    found = BY_NAME[method]
    full: dict[str, Any] = {}
    for name, assumption in found.ASSUMPTIONS.items():
        value = given.pop(name, assumption.default)
        if assumption.kind == "series":
            full[name] = tuple(Decimal(str(one)) for one in value)
        else:
            full[name] = value if isinstance(assumption.kind, tuple) else Decimal(str(value))
    assert not given
    return exactly(found.value, full)


def near(value: float, digits: int = 9) -> Any:
    return pytest.approx(value, rel=10**-digits)


def test_the_reference_case_year_by_year() -> None:
    """Guards the year table: worked apart, and equal to the closed form of the geometric series."""
    done = run("excess_earnings", **CASE)
    first, last = done.rows[0], done.rows[-1]
    wanted = {
        "survivors": 0.938083151965, "revenue": 9662.25646524, "ebit": 1545.96103444, "tax": 386.490258609, "after_tax": 1159.47077583,
        "charges": 257.402512234, "excess": 902.068263594, "factor": 0.936585811582, "present": 844.864336761,
    }  # fmt: skip
    assert {name: float(first[name]) for name in wanted} == {
        name: near(value) for name, value in wanted.items()
    }
    assert float(last["present"]) == pytest.approx(34.09, abs=0.005)
    q = Decimal("1.03") * Decimal("0.88") / Decimal("1.14")
    closed = 10_000 * (Decimal("0.16") * Decimal("0.75") - Decimal("0.02664")) * Decimal("1.03")
    closed *= Decimal("0.88") ** Decimal("0.5") / Decimal("1.14") ** Decimal("0.5") * (1 - q**15) / (1 - q)
    assert float(done.totals["present"]) == near(float(closed), 12) == near(3990.78877816)
    assert float(done.totals["tax_benefit_factor"]) == near(1.16175347784)
    assert float(done.value) == near(4636.31274237)


@pytest.mark.parametrize(
    ("changed", "present", "value"),
    [
        ({"discounting": "end"}, 3737.71614664, 4298.21593084),
        ({"tax_benefit_years": 0}, 3990.78877816, 3990.78877816),
        ({"survivors": "end"}, 3743.69171584, 4349.24687085),
        ({"survivors": "begin"}, 4254.19513164, 4942.32598961),
        ({"attrition": 0, "weibull_scale": 6, "weibull_shape": 1.5}, 3594.48579636, 4175.90637498),
        ({"charges": 0}, 5129.54855804, 5959.27087708),
        ({"discount_rate": 0.15}, 3859.35343155, 4459.36),
        ({"attrition": 0.15}, 3510.54, 4078.38),
        ({"tax_benefit_years": 15}, 3990.78877816, 4480.51),
        ({"growth": 0}, 3522.46, 4092.23),
        ({"margin": 0.03}, -176.97, 0),  # excess earnings below zero: the sum is shown, the value is nil
    ],
)
def test_variants(changed: dict[str, Any], present: float, value: float) -> None:
    """Guards each convention and its effect on the reference case."""
    done = run("excess_earnings", **{**CASE, **changed})
    assert float(done.totals["present"]) == pytest.approx(present, abs=0.005)
    assert float(done.value) == pytest.approx(value, abs=0.005)


def test_the_distributor_method() -> None:
    """Guards that a distributor's margin, charges and rate give the distributor method."""
    done = run("excess_earnings", **{**CASE, "margin": 0.055, "charges": 0.01026, "discount_rate": 0.12})
    assert float(done.totals["present"]) == near(1421.50604848)
    assert float(done.value) == near(1671.35891275)


@pytest.mark.parametrize(
    ("revenue", "attrition", "transfer", "before", "after"),
    [(4200, 0.08, 0.92, 2341.4183666, 2154.10489727), (3300, 0.12, 0.85, 1529.98320498, 1300.48572423), (2500, 0.2, 0.7, 837.556934257, 586.28985398)],
)  # fmt: skip
def test_transfer_is_charged_once(
    revenue: float, attrition: float, transfer: float, before: float, after: float
) -> None:
    """Guards the one-off loss on the change of owner, tier by tier."""
    case = {**CASE, "revenue": revenue, "attrition": attrition}
    assert float(run("excess_earnings", **case).value) == near(before)
    assert float(run("excess_earnings", **case, transfer=transfer).value) == near(after)


def test_with_and_without() -> None:
    """Guards the comparison year by year."""
    done = run(
        "with_and_without", revenue=[10000, 10500, 11000, 11400, 11700], ramp=[0.35, 0.65, 0.85, 0.95, 1], acquisition=[600, 400, 200, 50, 0],
        variable_margin=0.28, fixed_cost=1200, tax=0.25, discount_rate=0.13, tax_benefit_years=10,
    )  # fmt: skip
    assert [float(row["without"]) for row in done.rows] == [-615.0, 233.25, 913.5, 1336.8, 1557.0]
    assert float(done.totals["present"]) == near(3067.90819119)
    assert float(done.value) == near(3584.86090077)


def test_cost() -> None:
    """Guards each step of the replacement cost."""
    done = run(
        "cost", customers=120, acquisition_cost=3.5, indirect=0.25, developer_profit=0.1, discount_rate=0.14, build_years=1.5, obsolescence=0.2
    )  # fmt: skip
    assert [float(done.totals[name]) for name in ("direct", "indirect", "developer_profit")] == [
        420,
        105,
        52.5,
    ]
    assert float(done.totals["replacement_cost_new"]) == 632.625
    assert float(done.value) == 506.1


def test_a_prepaid_backlog_is_a_deduction() -> None:
    """Guards that cash which the seller keeps does not count for the buyer."""
    done = run(
        "backlog", orders=[120, 80, 6], price=[6800, 7200, 6500], received=[6800, 1440, 6500], cost=[3100, 3300, 3000], refunds=[0.03, 0.05, 0.5]
    )  # fmt: skip
    assert [float(row["net_cash"]) for row in done.rows] == [-385_320, 181_200, -28_500]
    assert (float(done.value), float(done.totals["liability"])) == (-232_620, 970_200)


@pytest.mark.parametrize(
    ("tax", "years", "rate", "mid", "factor"),
    [
        (0.25, 15, 0.12, False, 1.12804991892), (0.25, 15, 0.12, True, 1.1365345785), (0.25, 10, 0.14, False, 1.1499578251),
        (0.15, 10, 0.14, True, 1.09115427811), (0.21, 15, 0.12, True, 1.11223716529), (0.25, 10, 0, False, 4 / 3), (0, 10, 0.14, True, 1),
    ],
)  # fmt: skip
def test_the_tax_benefit(tax: float, years: int, rate: float, mid: bool, factor: float) -> None:
    """Guards the factor, also without interest and without tax."""
    found = tax_amortisation(Decimal(str(tax)), Decimal(years), Decimal(str(rate)), mid)
    assert float(found) == near(factor)


def test_survivor_curves() -> None:
    """Guards the four ways of counting survivors and the Weibull curve."""
    a = Decimal("0.12")
    assert [float(survivors(a, 2, when)) for when in ("begin", "mid", "end", "average")] == [
        near(value) for value in (0.88, 0.825513173729, 0.7744, 0.8272)
    ]
    eta, beta = Decimal(6), Decimal("1.5")
    assert [float(weibull(eta, beta, 2, when)) for when in ("mid", "end")] == [
        near(0.882496902585),
        near(0.824935489929),
    ]
    assert [survivors(Decimal(1), 1, when) for when in ("begin", "mid", "end")] == [1, 0, 0]


def test_what_makes_no_value_is_refused() -> None:
    """Guards two curves at once, series of different lengths, and a tax benefit without bound."""
    with pytest.raises(UnusableError, match="attrition-twice"):
        run("excess_earnings", **CASE, weibull_scale=6)
    with pytest.raises(UnusableError, match="series-differ"):
        run("backlog", orders=[1], price=[1, 2], received=[0], cost=[0], refunds=[0])
    with pytest.raises(UnusableError, match="tax-benefit-unbounded"):
        tax_amortisation(Decimal("0.9"), Decimal(1), Decimal(0), True) and tax_amortisation(
            Decimal(2), Decimal(2), Decimal(0), False
        )


@pytest.mark.parametrize(("revenue", "attrition", "transfer", "before", "after"), [
    (4200, 0.08, 0.92, 2341.4183666, 2154.10489727),
    (3300, 0.12, 0.85, 1529.98320498, 1300.48572423),
    (2500, 0.20, 0.70, 837.556934257, 586.28985398),
])  # fmt: skip
def test_what_transfers_of_each_tier(
    revenue: int, attrition: float, transfer: float, before: float, after: float
) -> None:
    """Guards tiered transfer-adjusted value (`tiered_transfer_adjusted_value` of the golden cases): the probability acts once,
    on opening revenue, so that the value after the transfer is just that share of the value before."""
    case = {**CASE, "revenue": revenue, "attrition": attrition}
    whole, left = (
        run("excess_earnings", **case).value,
        run("excess_earnings", **case, transfer=transfer).value,
    )
    assert (float(whole), float(left)) == (near(before), near(after))
    assert float(left / whole) == near(transfer)
