# SPDX-License-Identifier: Apache-2.0
"""Fitted models of retention and purchases against published fits, on the data that they were published with."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rulescore.lang import fits
from rulescore.lang.functions import AGGREGATES
from worked import case, figure, figures, near

CDNOW = Path(__file__).parent / "cdnow.csv"
"""Customers of an online shop for records, 1997: repeat orders, weeks to the last, weeks observed, mean value of a repeat order. As
in the package `lifetimes` (MIT), after brucehardie.com/datasets."""


@pytest.fixture(scope="module")
def customers() -> pl.DataFrame:
    return pl.read_csv(CDNOW).cast(pl.Float64)


def pairs(data: list[float]) -> str:
    """Due and kept at each renewal of one cohort."""
    return ", ".join(f"{due}, {kept}" for due, kept in pairwise(data))


def likelihood(data: list[float], alpha: float, beta: float) -> float:
    """The log-likelihood of a cohort, by the formula of the article."""
    chance, left, total = alpha / (alpha + beta), 1.0, 0.0
    for year, (before, after) in enumerate(pairwise(data), 1):
        if year > 1:
            chance *= (beta + year - 2) / (alpha + beta + year - 1)
        total += (before - after) * math.log(chance)
        left -= chance
    return total + data[-1] * math.log(left)


@pytest.mark.parametrize("name", ["high_end", "regular", "regular_first4_renewals"])
def test_sbg(name: str) -> None:
    """Guards the fit against the published parameters; the printed ones have an error of 1e-7, for their likelihood is lower."""
    g = case("sbg")[name]
    text = pairs(g["data"])
    found = figures({"alpha": f"sbg_alpha({text})", "beta": f"sbg_beta({text})"})[0]
    assert found == {"alpha": near(g["alpha"], 1e-7), "beta": near(g["beta"], 1e-7)}
    ours = likelihood(g["data"], found["alpha"], found["beta"])
    assert ours == pytest.approx(g["LL"], abs=1e-9)
    assert ours >= likelihood(g["data"], g["alpha"], g["beta"]) - 1e-11
    if "published_rounded" in g:
        assert [round(found["alpha"], 3), round(found["beta"], 3)] == g["published_rounded"]
        survival = [figure(f"sbg_survival({time}, {g['alpha']}, {g['beta']})") for time in range(13)]
        assert survival == [near(share) for share in g["S_0_12"]]
        assert [100 * share for share in survival] == [
            pytest.approx(share, abs=1.9) for share in g["actual_0_12_percent"]
        ]


def test_sbg_retention_and_lifetime() -> None:
    """Guards retention that rises with age and the discounted residual lifetime."""
    g = case("sbg")
    top = g["high_end"]
    shares = [figure(f"sbg_survival({time}, {top['alpha']}, {top['beta']})") for time in range(6)]
    rates = [later / earlier for earlier, later in pairwise(shares)]
    assert rates == [near(rate) for rate in g["retention_rates_high_end_t1_5"]]
    one = g["DERL"]
    for renewal in (1, 4):
        found = figure(f"sbg_lifetime({renewal}, {one['d']}, {one['alpha']}, {one['beta']})")
        assert found == near(one[f"n{renewal}"]) == near(one[f"brute_force_n{renewal}"])


def test_sbg_says_nothing_where_it_can_not() -> None:
    """Guards that one renewal, few customers, nobody lost, more kept than due, and constant attrition give no parameters."""
    for text in (
        "1000, 869",
        "20, 15, 15, 12",
        "1000, 1000, 1000, 1000",
        "1000, 1001, 1001, 900",
        "1000, 500, 500, 250, 250, 125",
    ):
        assert figure(f"sbg_alpha({text})") is None, text


def aggregate(name: str, frame: pl.DataFrame) -> Any:
    """A fitted aggregate in both forms, which must agree."""
    rows = [(0.0, values) for values in frame.rows()]
    by_row = AGGREGATES[name].row(rows)
    names = {column: str(index) for index, column in enumerate(frame.columns)}
    packed = (
        frame.rename(names)
        .lazy()
        .select(pl.struct(pl.all()).alias("x"), pl.lit(True).alias("in"), pl.lit(0).alias("g"))
    )
    by_frame = (
        packed.group_by("g")
        .agg(AGGREGATES[name].frame(pl, pl.col("x"), pl.col("in"), None).alias("y"))
        .collect()["y"][0]
    )
    assert by_row == by_frame
    return by_row


def test_bg_nbd_fit(customers: pl.DataFrame) -> None:
    """Guards the fit to the published data, in any order of customers, and its likelihood."""
    g = case("bg_nbd")
    chosen = customers.select("x", "t_x", "T")
    for name, letter in zip(("r", "alpha", "a", "b"), ("r", "alpha", "a", "b"), strict=True):
        found = aggregate(f"bg_nbd_{name}", chosen)
        assert found == pytest.approx(
            g["refit"][letter], abs=5e-6 if letter != "alpha" and letter != "b" else 5e-5
        )
        assert round(found, 3) == g["params"][("r", "alpha", "a", "b").index(letter)]
    assert AGGREGATES["bg_nbd_r"].row([(0.0, row) for row in reversed(chosen.rows())]) == aggregate(
        "bg_nbd_r", chosen
    )
    fitted = [aggregate(f"bg_nbd_{name}", chosen) for name in ("r", "alpha", "a", "b")]
    assert log_likelihood(chosen, *fitted) == pytest.approx(g["refit"]["LL"], abs=5e-5)


def log_likelihood(frame: pl.DataFrame, r: float, alpha: float, a: float, b: float) -> float:
    """The sum of log-likelihoods by the formula of the article, customer by customer."""
    lg, total = math.lgamma, 0.0
    for x, last, seen in frame.rows():
        first = lg(r + x) - lg(r) + r * math.log(alpha)
        second = lg(a + b) + lg(b + x) - lg(b) - lg(a + b + x)
        parts = (alpha + seen) ** -(r + x)
        if x > 0:
            parts += a / (b + x - 1) * (alpha + last) ** -(r + x)
        total += first + second + math.log(parts)
    return total


def test_bg_nbd_expectations() -> None:
    """Guards what one customer is expected to order and its chance of still being there, for the published parameters."""
    g = case("bg_nbd")
    given = ", ".join(map(str, g["params"]))
    assert figure(f"orders_to_come(2, 30.43, 38.86, 39, {given})") == near(g["CET_x2_tx30.43_T38.86_t39"])
    assert round(figure(f"orders_to_come(2, 30.43, 38.86, 39, {given})"), 3) == g["published_CET_rounded"]
    assert figure(f"orders_to_come(0, 0, 38.86, 39, {given})") == near(g["CET_x0_tx0_T38.86_t39"])
    assert figure(f"orders_to_come(7, 29.43, 38.86, 39, {given})") == near(g["CET_x7_tx29.43_T38.86_t39"])
    assert figure(f"orders_to_come(0, 0, 0, 39, {given})") == near(g["unconditional_E_X_39"])
    assert figure(f"alive(2, 30.43, 38.86, {given})") == near(g["palive_x2_tx30.43_T38.86"])
    assert figure(f"alive(7, 29.43, 38.86, {given})") == near(g["palive_x7_tx29.43"])
    assert figure(f"alive(0, 0, 38.86, {given})") == g["palive_x0"]
    # a of exactly 1 divides by zero in the formula; the neighbours on both sides agree with it
    around = [
        figure(f"orders_to_come(2, 30.43, 38.86, 39, 0.243, 4.414, {a}, 2.426)")
        for a in (0.99999, 1, 1.00001)
    ]
    assert around[0] > around[1] > around[2]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-5)


def test_all_customers_together(customers: pl.DataFrame) -> None:
    """Guards the sums over the base against the functions of single customers, added up here."""
    chosen = customers.select("x", "t_x", "T")
    fitted = [aggregate(f"bg_nbd_{name}", chosen) for name in ("r", "alpha", "a", "b")]
    orders = sum(fits.orders_to_come(x, last, seen, 39.0, *fitted) or 0 for x, last, seen in chosen.rows())
    ahead = chosen.with_columns(pl.lit(39.0).alias("ahead"))
    assert aggregate("expected_orders", ahead) == near(orders)
    alive = sum(fits.alive(x, last, seen, *fitted) or 0 for x, last, seen in chosen.rows())
    assert aggregate("customers_alive", chosen) == near(alive)
    values = [aggregate(f"gamma_gamma_{name}", customers.select("x", "zbar")) for name in ("p", "q", "gamma")]
    sales = sum(
        (fits.orders_to_come(x, last, seen, 39.0, *fitted) or 0) * (fits.order_value(x, mean, *values) or 0)
        for x, last, seen, mean in customers.select("x", "t_x", "T", "zbar").rows()
    )
    five = customers.select("x", "t_x", "T", "zbar").with_columns(pl.lit(39.0).alias("ahead"))
    assert aggregate("expected_sales", five) == near(sales)


def test_gamma_gamma(customers: pl.DataFrame) -> None:
    """Guards the fit of order values and the expected value of an order."""
    g = case("gamma_gamma")
    for name, digits in (("p", 5e-5), ("q", 5e-6), ("gamma", 5e-5)):
        assert aggregate(f"gamma_gamma_{name}", customers.select("x", "zbar")) == pytest.approx(
            g["refit"][name], abs=digits
        )
    given = ", ".join(map(str, g["params"]))
    asked = {
        "E_M_x2_m22.35": (2, 22.35),
        "E_M_x1_m11.77": (1, 11.77),
        "E_M_x7_m73.74": (7, 73.74),
        "E_M_x0": (0, 0),
    }
    for name, (x, mean) in asked.items():
        assert figure(f"order_value({x}, {mean}, {given})") == near(g[name])
    assert figure(f"order_value(0, 0, {given})") == near(g["population_mean"])


def test_few_customers_give_no_model() -> None:
    """Guards that 29 customers that came back, or nobody, give no parameters and no forecast."""
    few = pl.DataFrame({"x": [1.0] * 29 + [0.0] * 50, "t": [2.0] * 29 + [0.0] * 50, "T": [9.0] * 79})
    assert aggregate("bg_nbd_r", few) is None
    assert aggregate("expected_orders", few.with_columns(pl.lit(12.0).alias("ahead"))) is None
    assert aggregate("gamma_gamma_p", few.select("x", "t").filter(pl.col("x") > 0)) is None
    assert AGGREGATES["customers_alive"].row([]) is None
