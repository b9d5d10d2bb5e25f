# SPDX-License-Identifier: Apache-2.0
"""The benchmark pack written by hand for Polars, as well as we can: `hand_written.py IN.parquet OUTDIR`.

This is the limit that the engine is measured against, and, since it shares no code with it, an independent second
opinion on every number: it reads no YAML. When `pack/` changes, the rules below must be changed by hand.

A rule has two columns: `case`, the index of the case that held (-1 missing, -2 not applicable), and `earned`, its
points in units of 1/10000, 0 unless scored. Keeping `earned` free of nulls is most of the speed: Polars adds and
compares columns without nulls several times faster.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import polars as pl

AS_OF = date(2026, 6, 30)
UNIT = 10_000
FULL = 100 * UNIT
MISSING, NOT_APPLICABLE = -1, -2
TIERS = ["strategic", "important", "ordinary"]
PLACES = 128  # more than there are rules: the low digits of a key of loss


def small(value: int) -> pl.Expr:
    return pl.lit(value, pl.Int8)


def points(value: float) -> pl.Expr:
    return pl.lit(round(value * UNIT), pl.Int32)


# ---- numbers ---------------------------------------------------------------------------------------------------


def ratio(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """a / b, missing when b is zero."""
    return pl.when(b != 0.0).then(a) / b


def exact(x: pl.Expr, number: float) -> pl.Expr:
    """x / number, correctly rounded: Polars divides by a literal as a multiplication with its reciprocal."""
    return x / (x * 0.0 + number)


def held(x: pl.Expr, low: float, high: float) -> pl.Expr:
    return pl.when(x < low).then(low).when(x > high).then(high).otherwise(x)


def at_most(x: pl.Expr, high: float) -> pl.Expr:
    return pl.when(x > high).then(high).otherwise(x)


def greater(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a > b).then(a).when(a <= b).then(b)


def either(condition: pl.Expr, a: pl.Expr, b: float) -> pl.Expr:
    return pl.when(condition).then(a).when(~condition).then(b)


def days_between(day: pl.Expr, end: date) -> pl.Expr:
    return ((end - date(1970, 1, 1)).days - day.cast(pl.Int32)).cast(pl.Float64)


def years_between(day: pl.Expr, end: date) -> pl.Expr:
    """Whole years to `end`. From the day after 30 June to the new year it is always as many days: moved on by them, a
    date whose last year is incomplete has a year one later."""
    rest = (date(end.year, 12, 31) - end).days
    return (end.year - (day.cast(pl.Int32) + rest).cast(pl.Date).dt.year()).cast(pl.Float64)


# ---- which case holds ------------------------------------------------------------------------------------------


def first(*conditions: pl.Expr, sure: Sequence[int] = (), known: bool = False) -> pl.Expr:
    """The first condition that holds; those named `sure` (or all, `known`) can't be missing."""
    chain: Any = pl
    for index, condition in enumerate(conditions):
        chain = chain.when(condition).then(small(index))
        if not known and index not in sure:
            chain = chain.when(condition.is_null()).then(small(MISSING))
    return cast(pl.Expr, chain.otherwise(small(len(conditions))))


def up_to(x: pl.Expr, *cuts: float) -> pl.Expr:
    chain: Any = pl.when(x.is_null()).then(small(MISSING))
    for index, cut in enumerate(cuts):
        chain = chain.when(x <= cut).then(small(index))
    return cast(pl.Expr, chain.otherwise(small(len(cuts))))


def at_least(x: pl.Expr, *cuts: float) -> pl.Expr:
    chain: Any = pl.when(x.is_null()).then(small(MISSING))
    for index, cut in enumerate(cuts):
        chain = chain.when(x >= cut).then(small(index))
    return cast(pl.Expr, chain.otherwise(small(len(cuts))))


def which(x: pl.Expr, *values: str) -> pl.Expr:
    chain: Any = pl.when(x.is_null()).then(small(MISSING))
    for index, value in enumerate(values):
        chain = chain.when(x == value).then(small(index))
    return cast(pl.Expr, chain.otherwise(small(len(values))))


# ---- what it earns ---------------------------------------------------------------------------------------------


class Value:
    """Points that are computed. `raw` is made beside the case (they share their parts), `units` from the raw column."""

    def __init__(self, raw: pl.Expr, units: Callable[[pl.Expr], pl.Expr]) -> None:
        self.raw = raw
        self.units = units


def units(x: pl.Expr) -> pl.Expr:
    """Points that are never negative -> units, half up (a cast truncates)."""
    return (x.fill_null(0.0) * UNIT + 0.5).cast(pl.Int32, wrap_numerical=True)


def between(x: pl.Expr, *knots: tuple[float, float]) -> Value:
    """Points along a line from knot to knot. Where the line starts, how far and how high it goes are columns, so that
    the quotient is of two columns and exact without help."""

    def chosen(values: Sequence[float]) -> pl.Expr:
        chain: Any = pl
        for (end, _), value in zip(knots[1:-1], values, strict=False):
            chain = chain.when(x <= end).then(value)
        return cast(pl.Expr, chain.otherwise(values[-1]))

    pairs = list(pairwise(knots))
    x0, y0 = (chosen([float(start[axis]) for start, _ in pairs]) for axis in (0, 1))
    width, height = (chosen([float(end[axis] - start[axis]) for start, end in pairs]) for axis in (0, 1))
    line = y0 + (x - x0) / width * height
    (first_x, first_y), (last_x, last_y) = knots[0], knots[-1]
    ends = pl.when(x <= first_x).then(float(first_y)).when(x > last_x).then(float(last_y)).otherwise(line)
    return Value(ends, units)


def formula(x: pl.Expr, low: float, high: float) -> tuple[pl.Expr, Value]:
    case = pl.when(x.is_null()).then(small(MISSING)).otherwise(small(0))
    return case, Value(held(x, float(low), float(high)), units)


def checklist(
    initial: float, low: float, high: float, *items: tuple[pl.Expr, float]
) -> tuple[pl.Expr, Value]:
    """The points of the items that hold; none is negative here, so that only `high` can act."""
    sum_ = points(initial)
    for condition, earned in items:
        sum_ = sum_ + pl.when(condition).then(points(earned)).otherwise(points(0))
    unknown = pl.any_horizontal([condition.is_null() for condition, _ in items])
    case = pl.when(unknown).then(small(MISSING)).otherwise(small(0))
    if initial + sum(earned for _, earned in items) > high:
        return case, Value(sum_, lambda x: pl.when(x > points(high)).then(points(high)).otherwise(x))
    return case, Value(sum_, lambda x: x)


class Rule:
    def __init__(
        self, name: str, case: pl.Expr, earns: Sequence[float] | Value, weight: int = 1, *,
        applies: pl.Expr | None = None, instead: float | str | None = None,
        low: float | None = None, high: float | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.weight = weight
        self.applies = applies
        self.low = min(earns) if isinstance(earns, Sequence) else low or 0
        self.high = max(earns) if isinstance(earns, Sequence) else high or 0
        self.instead = self.low if instead == "worst" else instead
        self.case = case
        if applies is not None:
            self.case = (
                pl.when(applies)
                .then(case)
                .when(applies.is_null())
                .then(small(MISSING))
                .otherwise(small(NOT_APPLICABLE))
            )
        self.earns = earns

    @property
    def held(self) -> pl.Expr:
        return pl.col(f"{self.name}.case")

    @property
    def earned(self) -> pl.Expr:
        return pl.col(f"{self.name}.earned")

    def earned_of_case(self) -> pl.Expr:
        """The points, 0 unless scored. A case worth 0 needs no step."""
        if isinstance(self.earns, Value):
            return (
                pl.when(self.held >= 0)
                .then(self.earns.units(pl.col(f"{self.name}.raw")))
                .otherwise(points(0))
            )
        chain: Any = pl
        for index, earned in enumerate(self.earns):
            if earned:
                chain = chain.when(self.held == index).then(points(earned))
        if self.instead:
            chain = chain.when(self.held == MISSING).then(points(float(self.instead)))
        return cast(pl.Expr, chain.otherwise(points(0)))

    @property
    def counts(self) -> pl.Expr:
        return self.held >= (0 if self.instead is None else MISSING)

    def points(self) -> pl.Expr:
        return pl.when(self.counts).then(self.earned).alias(f"{self.name}.points")

    def weight_when(self, state: int) -> pl.Expr:
        return pl.when(self.held == state).then(small(self.weight)).otherwise(small(0))


def total(terms: Iterable[pl.Expr]) -> pl.Expr:
    head, *tail = terms
    for term in tail:
        head = head + term
    return head


def weighted(rules: Sequence[Rule]) -> pl.Expr:
    """The sum of weight * earned, with one multiplication for all rules of a weight."""
    groups = [
        [rule for rule in rules if rule.weight == weight] for weight in sorted({r.weight for r in rules})
    ]
    return total(total(r.earned for r in group) * pl.lit(group[0].weight, pl.Int32) for group in groups)


def half_up(numerator: pl.Expr, denominator: pl.Expr, step: int = 1) -> pl.Expr:
    """numerator / denominator as a whole number of `step`s. Both are whole floats below 2**53, where this is exact."""
    return ((numerator * 2.0 + denominator * step) / (denominator * (2.0 * step))).floor() * step


class Dimension:
    def __init__(self, weight: int, rules: list[Rule]) -> None:
        self.weight = weight
        self.rules = rules
        self.name = ""

    def __getitem__(self, what: str) -> pl.Expr:
        return pl.col(f"{self.name}.{what}")

    def sums(self) -> list[pl.Expr]:
        """Weights: missing with nothing instead, missing at all, applicable. Weighted points: as they count, and what
        the missing rules may add to that at their lowest, or lack of 100 each at their highest."""
        unknown = total(rule.weight_when(MISSING) for rule in self.rules if rule.instead is None)
        replaced = [rule.weight_when(MISSING) for rule in self.rules if rule.instead is not None]
        applicable = pl.lit(sum(rule.weight for rule in self.rules), pl.Int8)
        for rule in self.rules:
            if rule.applies is not None:
                applicable = applicable - rule.weight_when(NOT_APPLICABLE)

        def when_missing(change: Callable[[Rule], float]) -> pl.Expr:
            changes = [(rule, rule.weight * change(rule)) for rule in self.rules if rule.applies is None]
            steps = [
                pl.when(r.held == MISSING).then(points(by)).otherwise(points(0)) for r, by in changes if by
            ]
            return total([points(0), *steps])

        sums = {
            "unknown": unknown,
            "missing": total([unknown, *replaced]),
            "applicable": applicable,
            "sum": weighted(self.rules),
            "least": when_missing(lambda rule: rule.low - float(rule.instead or 0)),
            "short": when_missing(lambda rule: 100 - rule.high + float(rule.instead or 0)),
        }
        return [value.cast(pl.Float64).alias(f"{self.name}.{name}") for name, value in sums.items()]

    def scores(self) -> list[pl.Expr]:
        """The score, its interval and its coverage (in millionths, cut off), as whole floats; 0 where there is none."""
        counted = self["applicable"] - self["unknown"]
        scored = self["applicable"] - self["missing"]
        most = self["sum"] + self["missing"] * FULL - self["short"]

        def over(numerator: pl.Expr, weight: pl.Expr) -> pl.Expr:
            return pl.when(weight > 0.0).then(half_up(numerator, weight)).otherwise(0.0)

        score = over(self["sum"], counted)
        low, high = over(self["sum"] + self["least"], self["applicable"]), over(most, self["applicable"])
        assessed = counted > 0.0
        return [
            score.alias(f"{self.name}.score"),
            pl.when(assessed & (low > score)).then(score).otherwise(low).alias(f"{self.name}.low"),
            pl.when(assessed & (high < score)).then(score).otherwise(high).alias(f"{self.name}.high"),
            pl.when(self["applicable"] > 0.0).then((scored * 1_000_000.0 / self["applicable"]).floor()).otherwise(0.0)
            .alias(f"{self.name}.coverage"),
            pl.when(assessed).then(float(self.weight)).otherwise(0.0).alias(f"{self.name}.assessed"),
            pl.when(self["applicable"] > 0.0).then(float(self.weight)).otherwise(0.0).alias(f"{self.name}.counts"),
        ]  # fmt: skip


# The fields. Whole numbers are read as floats, as the rules see them.
annual_revenue = pl.col("annual_revenue")
revenue_last_year = pl.col("revenue_last_year")
registered_capital = pl.col("registered_capital")
open_amount = pl.col("open_amount")
overdue_amount = pl.col("overdue_amount")
credit_limit = pl.col("credit_limit")
gross_margin = pl.col("gross_margin")
discount_rate = pl.col("discount_rate")
payment_days = pl.col("payment_days")
satisfaction = pl.col("satisfaction")
employees = pl.col("employees")
order_count = pl.col("order_count")
complaint_count = pl.col("complaint_count")
visit_count = pl.col("visit_count")
project_count = pl.col("project_count")
contact_count = pl.col("contact_count")
industry = pl.col("industry")
region = pl.col("region")
ownership = pl.col("ownership")
contact_level = pl.col("contact_level")
channel = pl.col("channel")
dishonest_debtor = pl.col("dishonest_debtor")
contract_signed = pl.col("contract_signed")
exclusive_supply = pl.col("exclusive_supply")
registered_on = pl.col("registered_on")
last_order_on = pl.col("last_order_on")
WHOLE = ["employees", "order_count", "complaint_count", "visit_count", "project_count", "contact_count"]

FEATURES = {
    "age_years": years_between(registered_on, AS_OF),
    "revenue_per_head": ratio(annual_revenue, employees),
    "revenue_growth": ratio(annual_revenue - revenue_last_year, revenue_last_year),
    "average_order": ratio(annual_revenue, order_count),
    "margin_amount": annual_revenue * (gross_margin - discount_rate),
    "days_since_last_order": days_between(last_order_on, AS_OF),
    "complaint_rate": ratio(complaint_count, order_count),
    "overdue_share": ratio(overdue_amount, open_amount),
    "credit_use": ratio(open_amount, credit_limit),
}
age_years = pl.col("age_years")
revenue_per_head = pl.col("revenue_per_head")
revenue_growth = pl.col("revenue_growth")
average_order = pl.col("average_order")
margin_amount = pl.col("margin_amount")
days_since_last_order = pl.col("days_since_last_order")
complaint_rate = pl.col("complaint_rate")
overdue_share = pl.col("overdue_share")
credit_use = pl.col("credit_use")

DIMENSIONS = {
    "basic_info": Dimension(
        5,
        [
            Rule("rule-001", first(registered_on >= date(2005, 1, 1)), [100, 0]),
            Rule(
                "rule-002",
                first(
                    exclusive_supply | (margin_amount > 2_000_000.0),
                    complaint_rate.fill_null(0.05) > 0.2,
                    ~((payment_days < 90.0) | (project_count >= 4.0)),
                    last_order_on >= date(2026, 1, 31),
                    sure=(1,),
                ),
                [100, 60, 35, 30, 0],
            ),
            Rule("rule-003", up_to(discount_rate, 0.05, 0.08, 0.12), [100, 80, 35, 5], weight=3),
            Rule(
                "rule-004",
                first(dishonest_debtor | (project_count > 2.0)),
                [80, 20],
                weight=2,
                instead="worst",
            ),
            Rule("rule-005", at_least(satisfaction, 9.0, 8.0, 7.0), [100, 65, 15, 0]),
            Rule(
                "rule-006",
                which(region, "west", "north", "central", "east", "abroad"),
                [55, 65, 45, 35, 25, 20],
                weight=2,
            ),
            Rule("rule-007", at_least(visit_count, 10.0, 6.0, 3.0, 0.0), [100, 75, 40, 20, 0]),
            Rule("rule-008", first((contact_level == "owner") & (days_since_last_order < 120.0)), [100, 0]),
            Rule(
                "rule-009",
                first(
                    last_order_on >= date(2025, 9, 30),
                    (ownership != "joint") | (order_count >= 10.0),
                    project_count >= 0.0,
                    payment_days.fill_null(60.0) > 90.0,
                    registered_on >= date(2012, 6, 30),
                    sure=(3,),
                ),
                [100, 85, 60, 40, 30, 10],
                weight=2,
            ),
            Rule(
                "rule-010",
                first((region == "central") & (satisfaction < 8.0)),
                [100, 20],
                weight=3,
                applies=channel != "online",
            ),
            Rule(
                "rule-011",
                at_least(age_years, 20.0, 10.0, 5.0, 3.0, 1.0),
                [100, 60, 40, 30, 25, 10],
                weight=3,
                applies=order_count >= 2.0,
            ),
            Rule("rule-012", first(~exclusive_supply & (average_order <= 2_000_000.0)), [60, 0]),
            Rule("rule-013", first(last_order_on.is_null() | (days_since_last_order > 240.0)), [100, 0]),
            Rule("rule-014", first((employees >= 500.0) & (employees < 1500.0)), [100, 10], weight=3),
            Rule(
                "rule-015",
                at_least(satisfaction, 9.0, 8.0, 7.0, 6.0, 4.5),
                [100, 70, 60, 55, 35, 0],
                weight=3,
            ),
            Rule(
                "rule-016",
                up_to(revenue_per_head, 30_000.0, 90_000.0, 300_000.0),
                between(revenue_per_head, (30000, 100), (90000, 45), (300000, 0)),
                low=0,
                high=100,
            ),
            Rule(
                "rule-017",
                *checklist(
                    5,
                    0,
                    90,
                    (registered_on >= date(2005, 1, 1), 15),
                    ((ownership == "state") & (margin_amount < 600_000.0), 10),
                    ((ownership == "private") & (margin_amount < 2_000_000.0), 30),
                    (visit_count >= 1.0, 10),
                    (contract_signed | (revenue_growth > -0.1), 25),
                    (exclusive_supply | (satisfaction > 9.0), 30),
                ),
                low=0,
                high=90,
            ),
        ],
    ),
    "needs": Dimension(
        10,
        [
            Rule(
                "rule-018",
                first((region == "north") & (visit_count < 6.0)),
                [80, 0],
                applies=channel != "online",
            ),
            Rule("rule-019", first(~((complaint_count < 2.0) | (project_count >= 4.0))), [100, 0], weight=2),
            Rule(
                "rule-020",
                at_least(employees, 1500.0, 200.0, 80.0),
                [100, 80, 60, 0],
                weight=2,
                applies=order_count >= 2.0,
            ),
            Rule(
                "rule-021",
                which(contact_level, "owner", "manager", "clerk"),
                [20, 15, 90, 20],
                weight=5,
                applies=channel != "online",
            ),
            Rule(
                "rule-022",
                at_least(contact_count, 8.0, 3.0, 2.0, 1.0),
                [100, 55, 45, 20, 0],
                weight=2,
                applies=order_count >= 2.0,
            ),
            Rule(
                "rule-023",
                at_least(margin_amount, 2_000_000.0, 600_000.0, 0.0),
                [100, 40, 35, 10],
                weight=4,
                instead="worst",
            ),
            Rule("rule-024", up_to(project_count, 0.0, 2.0, 7.0), [100, 85, 30, 0], weight=3),
            Rule(
                "rule-025",
                up_to(credit_use, 0.3, 0.6, 0.9, 1.2),
                between(credit_use, (0.3, 0), (0.6, 50), (0.9, 90), (1.2, 100)),
                applies=channel != "online",
                low=0,
                high=100,
            ),
            Rule(
                "rule-026",
                *checklist(
                    0,
                    0,
                    100,
                    ((annual_revenue >= 300_000.0) & (annual_revenue < 800_000.0), 25),
                    (contract_signed | (credit_limit > 1_000_000.0), 10),
                    ((channel != "dealer") | (margin_amount >= 50_000.0), 10),
                    (last_order_on.is_null() | (overdue_amount > 50_000.0), 20),
                    (exclusive_supply | (margin_amount > 2_000_000.0), 30),
                    (dishonest_debtor | (discount_rate > 0.2), 10),
                ),
                weight=5,
                low=0,
                high=100,
            ),
            Rule(
                "rule-027",
                first((contact_level == "director") | (contact_level == "manager")),
                [80, 0],
                instead="worst",
            ),
            Rule(
                "rule-028",
                *formula(exact(100.0 * held(revenue_growth + 0.2, 0.0, 0.6), 0.6), 5, 95),
                weight=2,
                low=5,
                high=95,
            ),
            Rule("rule-029", at_least(overdue_share, 0.5, 0.3, 0.05), [100, 55, 35, 5], instead=40),
            Rule(
                "rule-030",
                which(region, "south", "west", "abroad", "central", "north"),
                [65, 0, 0, 20, 25, 20],
                weight=2,
                instead="worst",
            ),
            Rule(
                "rule-031",
                *formula(100.0 - exact(at_most((payment_days - 45.0).abs(), 90.0), 0.9), 5, 95),
                low=5,
                high=95,
            ),
            Rule(
                "rule-032", up_to(order_count, 1.0, 5.0, 10.0, 20.0, 40.0), [100, 80, 55, 50, 40, 0], weight=2
            ),
            Rule(
                "rule-033",
                first((order_count >= 2.0) & (revenue_last_year < 2_000_000.0)),
                [80, 10],
                weight=2,
                applies=order_count >= 2.0,
            ),
            Rule(
                "rule-034",
                first(
                    last_order_on.is_null() | (revenue_per_head > 90_000.0),
                    ~((payment_days < 15.0) | (credit_use >= 0.6)),
                    ~dishonest_debtor & (average_order <= 500_000.0),
                    (satisfaction >= 3.0) & (revenue_last_year < 2_000_000.0),
                ),
                [100, 85, 60, 25, 10],
                weight=5,
            ),
        ],
    ),
    "quality": Dimension(
        25,
        [
            Rule(
                "rule-035",
                *formula(40.0 + 6.0 * visit_count - 12.5 * complaint_count, 0, 100),
                weight=3,
                applies=open_amount > 0.0,
                low=0,
                high=100,
            ),
            Rule(
                "rule-036",
                *checklist(
                    0,
                    0,
                    100,
                    (~((overdue_share < 0.05) | (average_order >= 500_000.0)), 30),
                    (days_since_last_order.fill_null(120.0) > 240.0, 30),
                    (registered_on.is_null() | (margin_amount > 0.0), 25),
                    ((annual_revenue >= 300_000.0) & (contact_count < 5.0), 10),
                    (age_years >= 1.0, 15),
                ),
                weight=2,
                low=0,
                high=100,
            ),
            Rule(
                "rule-037",
                first(
                    last_order_on >= date(2026, 4, 30),
                    ~exclusive_supply & (satisfaction <= 9.0),
                    discount_rate >= 0.05,
                    (industry != "ventilation") | (order_count >= 2.0),
                    (contact_level != "manager") | (order_count >= 1.0),
                ),
                [100, 85, 70, 55, 35, 0],
            ),
            Rule("rule-038", first(~dishonest_debtor & (discount_rate <= 0.3)), [80, 30], weight=4),
            Rule("rule-039", first((industry == "food") & (registered_capital < 5_000_000.0)), [100, 0]),
            Rule(
                "rule-040",
                which(
                    industry,
                    "other",
                    "ventilation",
                    "food",
                    "photography",
                    "machinery",
                    "automation",
                    "biotech",
                ),
                [40, 35, 55, 45, 75, 90, 10, 20],
                weight=4,
            ),
            Rule("rule-041", up_to(overdue_share, 0.15, 0.5, 0.8), [100, 30, 15, 0], weight=4),
            Rule(
                "rule-042",
                *formula(20.0 * project_count.sqrt() + contact_count * 5.0, 5, 95),
                weight=2,
                low=5,
                high=95,
            ),
            Rule(
                "rule-043",
                first(
                    ~dishonest_debtor & (complaint_count <= 1.0),
                    ~((complaint_rate < 0.2) | (visit_count >= 6.0)),
                    revenue_last_year.fill_null(2_000_000.0) > 5_000_000.0,
                    sure=(2,),
                ),
                [100, 30, 25, 10],
            ),
            Rule(
                "rule-044",
                at_least(open_amount, 2_500_000.0, 900_000.0, 400_000.0, 60_000.0, 20_000.0),
                [100, 65, 45, 25, 15, 5],
                weight=2,
            ),
            Rule("rule-045", up_to(discount_rate, 0.05, 0.08, 0.12, 0.2), [100, 90, 55, 45, 0]),
            Rule(
                "rule-046",
                first((age_years >= 1.0) & (age_years < 20.0)),
                [100, 0],
                weight=2,
                applies=order_count >= 2.0,
            ),
            Rule(
                "rule-047",
                at_least(employees, 500.0, 200.0, 10.0),
                [100, 60, 45, 0],
                weight=5,
                applies=channel != "online",
            ),
            Rule(
                "rule-048",
                first(
                    (days_since_last_order >= 60.0) & (employees < 10.0),
                    (region == "abroad") | (region == "south"),
                    (revenue_growth >= 0.0) & (discount_rate < 0.02),
                    (ownership == "listed") | (ownership == "private"),
                    registered_on.is_null() | (complaint_count > 1.0),
                ),
                [100, 65, 55, 45, 40, 0],
            ),
            Rule(
                "rule-049",
                up_to(open_amount, 60_000.0, 150_000.0, 900_000.0),
                between(open_amount, (60000, 0), (150000, 40), (900000, 100)),
                weight=4,
                low=0,
                high=100,
            ),
            Rule(
                "rule-050",
                first(
                    dishonest_debtor | (complaint_count > 3.0),
                    (contact_level == "director") | (contact_level == "owner"),
                    ~dishonest_debtor & (employees <= 30.0),
                    revenue_per_head.fill_null(90_000.0) > 300_000.0,
                    (age_years >= 10.0) & (age_years < 20.0),
                    sure=(3,),
                ),
                [100, 85, 70, 60, 45, 0],
                weight=3,
                applies=channel != "online",
            ),
        ],
    ),
    "stability": Dimension(
        25,
        [
            Rule(
                "rule-051",
                up_to(revenue_per_head, 3000.0, 30_000.0, 90_000.0),
                between(revenue_per_head, (3000, 100), (30000, 60), (90000, 0)),
                weight=2,
                low=0,
                high=100,
            ),
            Rule("rule-052", first(dishonest_debtor | (satisfaction > 9.0)), [100, 10], weight=3),
            Rule(
                "rule-053",
                *checklist(
                    5,
                    0,
                    90,
                    (last_order_on >= date(2024, 12, 31), 15),
                    (revenue_per_head >= 10_000.0, 25),
                    (~((complaint_rate < 0.1) | (revenue_per_head >= 300_000.0)), 25),
                    (dishonest_debtor | (annual_revenue > 40_000_000.0), 25),
                    ((channel == "online") & (gross_margin < 0.35), 20),
                    (annual_revenue >= 100_000.0, 15),
                ),
                weight=2,
                low=0,
                high=90,
            ),
            Rule("rule-054", up_to(visit_count, 0.0, 3.0, 6.0, 10.0), [100, 65, 60, 50, 10], weight=5),
            Rule(
                "rule-055",
                which(channel, "online", "direct", "referral", "dealer"),
                [70, 55, 95, 85, 20],
                weight=4,
            ),
            Rule(
                "rule-056",
                which(channel, "tender", "direct", "dealer", "referral"),
                [10, 55, 0, 80, 20],
                weight=4,
                instead="worst",
            ),
            Rule(
                "rule-057",
                which(
                    industry,
                    "biotech",
                    "ventilation",
                    "other",
                    "photography",
                    "machinery",
                    "food",
                    "automation",
                ),
                [0, 20, 50, 25, 60, 0, 65, 20],
                weight=3,
                instead=40,
            ),
            Rule(
                "rule-058", first((industry != "food") | (revenue_last_year >= 300_000.0)), [60, 20], weight=3
            ),
            Rule(
                "rule-059",
                *checklist(
                    0,
                    0,
                    100,
                    (contract_signed | (open_amount > 900_000.0), 20),
                    (registered_on >= date(2005, 1, 1), 25),
                    (~contract_signed & (contact_count <= 3.0), 25),
                    (last_order_on.is_null() | (employees > 10.0), 25),
                    (age_years >= 3.0, 20),
                ),
                weight=4,
                applies=channel != "online",
                low=0,
                high=100,
            ),
            Rule(
                "rule-060",
                first((project_count >= 1.0) & (overdue_share < 0.3)),
                [100, 0],
                weight=2,
                instead=40,
            ),
            Rule("rule-061", first((ownership == "foreign") | (ownership == "joint")), [60, 0], weight=3),
            Rule("rule-062", first(visit_count.fill_null(0.0) > 1.0, known=True), [60, 10], weight=4),
            Rule(
                "rule-063",
                *formula(exact(gross_margin - discount_rate, 0.3) * 100.0, 5, 95),
                weight=2,
                low=5,
                high=95,
            ),
            Rule(
                "rule-064",
                at_least(annual_revenue, 40_000_000.0, 5_000_000.0, 2_000_000.0, 300_000.0),
                [100, 80, 60, 35, 5],
            ),
            Rule(
                "rule-065",
                at_least(open_amount, 900_000.0, 400_000.0, 150_000.0, 20_000.0),
                [100, 65, 60, 45, 5],
                applies=channel != "online",
            ),
            Rule(
                "rule-066",
                first(
                    annual_revenue >= 5_000_000.0,
                    complaint_rate >= 0.05,
                    contact_count.fill_null(2.0) > 8.0,
                    age_years >= 3.0,
                    sure=(2,),
                ),
                [100, 80, 45, 40, 0],
            ),
            Rule(
                "rule-067",
                up_to(annual_revenue, 100_000.0, 800_000.0, 2_000_000.0, 12_000_000.0, 40_000_000.0),
                [100, 90, 80, 75, 40, 5],
            ),
        ],
    ),
    "reputation": Dimension(
        15,
        [
            Rule("rule-068", up_to(satisfaction, 6.0, 7.0, 8.0, 9.0), [100, 60, 55, 35, 0], weight=5),
            Rule(
                "rule-069",
                first(
                    registered_on.is_null() | (discount_rate > 0.08),
                    (contact_count >= 3.0) & (complaint_count < 5.0),
                    (complaint_rate >= 0.05) & (credit_use < 0.1),
                ),
                [100, 45, 25, 0],
                weight=2,
            ),
            Rule(
                "rule-070",
                first(
                    complaint_count.fill_null(2.0) > 5.0,
                    (industry != "machinery") | (complaint_count >= 0.0),
                    ~((revenue_growth < 0.0) | (credit_use >= 0.1)),
                    (ownership == "foreign") | (ownership == "state"),
                    registered_on >= date(2005, 1, 1),
                    sure=(0,),
                ),
                [100, 80, 55, 45, 25, 0],
            ),
            Rule(
                "rule-071",
                which(
                    industry, "retail", "photography", "biotech", "machinery", "other", "ventilation", "food"
                ),
                [25, 25, 50, 25, 90, 5, 15, 20],
                weight=3,
            ),
            Rule(
                "rule-072",
                first((channel != "direct") | (age_years >= 1.0)),
                [100, 0],
                weight=5,
                applies=channel != "online",
            ),
            Rule(
                "rule-073",
                up_to(registered_capital, 500_000.0, 3_000_000.0, 5_000_000.0, 50_000_000.0),
                between(registered_capital, (500000, 100), (3000000, 50), (5000000, 40), (50000000, 10)),
                low=10,
                high=100,
            ),
            Rule("rule-074", up_to(overdue_share, 0.05, 0.15, 0.3, 0.5), [100, 65, 40, 20, 0], weight=4),
            Rule(
                "rule-075",
                up_to(contact_count, 1.0, 2.0, 3.0, 5.0),
                between(contact_count, (1, 100), (2, 90), (3, 30), (5, 0)),
                weight=5,
                low=0,
                high=100,
            ),
            Rule(
                "rule-076",
                which(ownership, "foreign", "joint", "private", "listed"),
                [20, 85, 35, 90, 20],
                weight=2,
            ),
            Rule(
                "rule-077",
                which(region, "north", "south", "west", "abroad", "central"),
                [40, 35, 70, 90, 0, 20],
                weight=2,
            ),
            Rule(
                "rule-078",
                *formula(100.0 * (1.0 - ratio(overdue_amount, open_amount + 70_000.0)), 5, 95),
                low=5,
                high=95,
            ),
            Rule(
                "rule-079",
                up_to(contact_count, 2.0, 3.0, 5.0),
                between(contact_count, (2, 0), (3, 40), (5, 100)),
                low=0,
                high=100,
            ),
            Rule(
                "rule-080",
                up_to(complaint_rate, 0.02, 0.05, 0.1, 0.5),
                between(complaint_rate, (0.02, 0), (0.05, 15), (0.1, 90), (0.5, 100)),
                weight=2,
                applies=channel != "online",
                low=0,
                high=100,
            ),
            Rule("rule-081", up_to(contact_count, 2.0, 3.0, 5.0, 8.0), [100, 60, 30, 20, 0], weight=4),
            Rule(
                "rule-082",
                *formula(greater(satisfaction * 10.0, 100.0 - 15.0 * complaint_rate), 0, 100),
                weight=5,
                applies=open_amount > 0.0,
                low=0,
                high=100,
            ),
            Rule(
                "rule-083",
                which(ownership, "foreign", "joint", "state", "private"),
                [60, 55, 90, 90, 20],
                weight=3,
                applies=channel != "online",
            ),
            Rule(
                "rule-084",
                *formula(
                    exact((exact(credit_limit, 30_000.0) * 10.0 + 0.5).floor(), 10.0)
                    + exact(3.0 * employees, 7.0),
                    0,
                    100,
                ),
                weight=5,
                applies=order_count >= 2.0,
                low=0,
                high=100,
            ),
        ],
    ),
    "financial_risk": Dimension(
        20,
        [
            Rule(
                "rule-085",
                *formula(either(order_count >= 2.0, 100.0 - exact(days_since_last_order, 7.3), 25.0), 0, 100),
                weight=2,
                low=0,
                high=100,
            ),
            Rule("rule-086", first((revenue_growth >= -0.1) & (overdue_amount < 300_000.0)), [100, 10]),
            Rule(
                "rule-087",
                up_to(age_years, 1.0, 3.0, 5.0, 10.0, 20.0),
                [100, 85, 80, 55, 30, 0],
                weight=4,
                applies=order_count >= 2.0,
            ),
            Rule(
                "rule-088",
                *formula(
                    (exact(satisfaction, 10.0) * satisfaction) * 6.0
                    + exact(held(margin_amount, 0.0, 400_000.0), 10_000.0),
                    0,
                    100,
                ),
                applies=order_count >= 2.0,
                low=0,
                high=100,
            ),
            Rule(
                "rule-089",
                at_least(revenue_per_head, 300_000.0, 90_000.0, 10_000.0, 3000.0),
                [100, 85, 50, 15, 0],
            ),
            Rule(
                "rule-090",
                up_to(complaint_count, 0.0, 1.0, 2.0, 3.0, 5.0),
                [100, 90, 60, 40, 20, 0],
                weight=5,
            ),
            Rule(
                "rule-091",
                at_least(overdue_share, 0.8, 0.5, 0.3, 0.15, 0.05),
                [100, 80, 55, 45, 20, 0],
                weight=3,
            ),
            Rule("rule-092", first(~((age_years < 3.0) | (revenue_last_year >= 12_000_000.0))), [100, 0]),
            Rule(
                "rule-093",
                first((annual_revenue >= 2_000_000.0) & (annual_revenue < 5_000_000.0)),
                [100, 0],
                applies=open_amount > 0.0,
            ),
            Rule(
                "rule-094",
                first(~contract_signed & (employees <= 500.0)),
                [100, 30],
                weight=2,
                applies=open_amount > 0.0,
            ),
            Rule(
                "rule-095",
                at_least(margin_amount, 2_000_000.0, 600_000.0, 200_000.0, 50_000.0, 0.0),
                [100, 90, 55, 45, 20, 10],
                weight=2,
            ),
            Rule("rule-096", first((order_count >= 2.0) & (order_count < 20.0)), [60, 0], weight=2),
            Rule(
                "rule-097",
                at_least(open_amount, 2_500_000.0, 900_000.0, 400_000.0, 20_000.0),
                [100, 90, 40, 30, 0],
            ),
            Rule(
                "rule-098",
                up_to(margin_amount, 0.0, 50_000.0, 600_000.0),
                [100, 70, 40, 10],
                weight=2,
                applies=channel != "online",
            ),
            Rule(
                "rule-099", which(region, "abroad", "west", "east", "south", "north"), [45, 5, 25, 35, 55, 20]
            ),
            Rule("rule-100", up_to(visit_count, 1.0, 3.0, 6.0, 10.0), [100, 85, 45, 20, 0], weight=5),
        ],
    ),
}

RULES = [rule for dimension in DIMENSIONS.values() for rule in dimension.rules]
for name, dimension in DIMENSIONS.items():
    dimension.name = name
NAMES = pl.Series([rule.name for rule in RULES] + [None] * (PLACES - len(RULES)), dtype=pl.String)


def composite() -> list[pl.Expr]:
    """The composite, its interval and its coverage, from the rounded numbers of the dimensions."""
    parts = list(DIMENSIONS.values())

    def mean(what: str, by: str, step: int) -> pl.Expr:
        weight = total(d[by] for d in parts)
        return half_up(total(d[what] * float(d.weight) for d in parts), weight, step)

    return [
        pl.when(total(d["assessed"] for d in parts) > 0.0).then(mean("score", "assessed", 100)).alias("mean"),
        mean("low", "counts", 100).alias("mean.low"),
        mean("high", "counts", 100).alias("mean.high"),
        mean("coverage", "counts", 100).alias("coverage"),
    ]


def gated() -> list[pl.Expr]:
    """The second gate holds the composite, and so its interval, at 50 at most."""
    heavy = (overdue_share > 0.5) & (overdue_amount > 300_000.0)

    def capped(x: pl.Expr) -> pl.Expr:
        return pl.when(heavy & (x > 50.0 * UNIT)).then(50.0 * UNIT).otherwise(x)

    middle = pl.col("mean")
    low = pl.when(pl.col("mean.low") > middle).then(middle).otherwise(pl.col("mean.low"))
    high = pl.when(pl.col("mean.high") < middle).then(middle).otherwise(pl.col("mean.high"))
    return [capped(middle).alias("composite"), capped(low).alias("low"), capped(high).alias("high")]


def tier() -> pl.Expr:
    """By the composite, then held at `important` for thin coverage and at `ordinary` for a dishonest debtor."""
    reached = (
        pl.when(dishonest_debtor).then(small(2))
        .when((pl.col("composite") >= 54.0 * UNIT) & (pl.col("stability.score") >= 50.0 * UNIT)
              & (pl.col("stability.assessed") > 0.0)).then(small(0))
        .when(pl.col("composite") >= 47.0 * UNIT).then(small(1))
        .otherwise(small(2))
    )  # fmt: skip
    thin = pl.col("coverage") < 600_000.0
    return pl.when(thin & (reached == 0)).then(small(1)).otherwise(reached).alias("rank")


def losses() -> list[pl.Expr]:
    """One whole number a rule: what it lost below its best, weighted, then its place (the first rule the greatest)."""
    keys = []
    everything = sum(dimension.weight for dimension in DIMENSIONS.values())
    place = PLACES
    for dimension in DIMENSIONS.values():
        weights = sum(rule.weight for rule in dimension.rules)
        for rule in dimension.rules:
            place -= 1
            influence = max(1, int(rule.weight * dimension.weight / weights / everything * 10_000 + 0.5))
            lost = pl.when(rule.counts).then(points(rule.high) - rule.earned).otherwise(points(0))
            key = lost.cast(pl.UInt64, wrap_numerical=True) * pl.lit(influence * PLACES, pl.UInt64)
            keys.append((key + pl.lit(place, pl.UInt64)).alias(f"{rule.name}.key"))
    return keys


KEYS = [pl.col(f"{rule.name}.key") for rule in RULES]
ONE = pl.lit(1, pl.UInt64)


def next_greatest(limit: str) -> pl.Expr:
    """The greatest key below `limit`: whatever is not below it wraps round to a huge distance. In groups of eight, whose
    columns stay in the processor's cache."""
    below = pl.col(limit) - ONE
    nearest = [pl.min_horizontal([below - key for key in KEYS[at : at + 8]]) for at in range(0, len(KEYS), 8)]
    return below - pl.min_horizontal(nearest)


def reason(key: str) -> pl.Expr:
    place = PLACES - 1 - pl.col(key) % PLACES
    return pl.when(pl.col(key) >= PLACES).then(pl.lit(NAMES).gather(place))


def scored(path: Path) -> pl.LazyFrame:
    """All columns of both files, lazily."""
    parts = list(DIMENSIONS.values())
    return (
        pl.scan_parquet(path)
        .with_columns(pl.col(WHOLE).cast(pl.Float64))
        .with_columns(**FEATURES)
        .with_columns(
            *(rule.case.alias(f"{rule.name}.case") for rule in RULES),
            *(rule.earns.raw.alias(f"{rule.name}.raw") for rule in RULES if isinstance(rule.earns, Value)),
        )
        .with_columns(rule.earned_of_case().alias(f"{rule.name}.earned") for rule in RULES)
        .with_columns(expr for part in parts for expr in part.sums())
        .with_columns(expr for part in parts for expr in part.scores())
        .with_columns(composite())
        .with_columns(gated())
        .with_columns(tier(), *losses())
        .with_columns(pl.max_horizontal(KEYS).alias("key1"))
        .with_columns(next_greatest("key1").alias("key2"))
        .with_columns(next_greatest("key2").alias("key3"))
    )


def shared() -> list[pl.Expr]:
    """The columns of both files. Points are whole numbers of 1/10000."""
    rank = pl.col("rank")
    named = (
        pl.when(rank == 0)
        .then(pl.lit(TIERS[0]))
        .when(rank == 1)
        .then(pl.lit(TIERS[1]))
        .otherwise(pl.lit(TIERS[2]))
    )
    scores = [pl.when(d["assessed"] > 0.0).then(d["score"]).alias(d.name) for d in DIMENSIONS.values()]
    return [
        pl.col("customer_id"),
        *(score.cast(pl.Int32, wrap_numerical=True) for score in (*scores, pl.col("composite"))),
        named.alias("tier"),
    ]


def more() -> list[pl.Expr]:
    """The further columns of the scores."""
    reasons = [reason(f"key{place}") for place in (1, 2, 3)]
    return [
        *(pl.col(name).cast(pl.Int32, wrap_numerical=True) for name in ("low", "high")),
        (pl.col("coverage") / 100.0 + 0.5).cast(pl.Int32, wrap_numerical=True).alias("coverage"),
        pl.concat_str(reasons, separator=";", ignore_nulls=True).alias("reasons"),
    ]


def inputs(path: Path) -> pl.LazyFrame:
    """What the points rest on: each customer's row in the file, its fields and what is made of them."""
    rows = pl.scan_parquet(path, row_index_name="row")
    return rows.with_columns(pl.col(WHOLE).cast(pl.Float64)).with_columns(**FEATURES)


def write(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_parquet(path, compression="zstd", compression_level=1, statistics=False)


def main() -> None:
    """One streaming pass writes everything into the trace; the scores are copied out of it, which is faster and
    smaller in memory than two sinks behind one pass."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    # Polars reads as far ahead as it may, and keeps it: half a gigabyte more for every two million customers.
    os.environ.setdefault("POLARS_ROW_GROUP_PREFETCH_SIZE", "1")
    trace = [column for rule in RULES for column in (rule.held, rule.points())]
    write(scored(source).select(*shared(), *more(), *trace), out / "trace.parquet")
    kept = ["customer_id", *DIMENSIONS, "composite", "tier", "low", "high", "coverage", "reasons"]
    write(pl.scan_parquet(out / "trace.parquet").select(kept), out / "scores.parquet")
    if "--inputs" in sys.argv:
        inputs(source).sink_parquet(out / "inputs.parquet", compression="lz4", statistics=False)


if __name__ == "__main__":
    main()
