# SPDX-License-Identifier: Apache-2.0
"""What methods share: assumptions and their kinds, results, the tax amortisation benefit, discount factors.

All arithmetic is decimal to 34 digits, rounded only where it is shown.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from typing import Any

from msgspec import Struct

CONTEXT = Context(prec=34)
ONE, HALF = Decimal(1), Decimal("0.5")

Given = Mapping[str, Any]
"""Assumptions of one case by name: Decimal, tuple of Decimal, or a word."""

Row = Mapping[str, Decimal]


RISKS: Mapping[str, Mapping[str, str]] = {
    "transfer": {"zh": "客户因公司易手而流失", "en": "customers lost because the business changes hands"},
    "attrition": {"zh": "客户逐年自然流失", "en": "customers lost over the years whoever owns the business"},
    "credit": {"zh": "客户不付款", "en": "customers that don't pay"},
    "concentration": {"zh": "依赖少数客户", "en": "dependence on few customers"},
    "delivery": {"zh": "订单取消、退款或成本超支", "en": "orders called off, refunds, cost overruns"},
}
"""The risks of customers that an assumption or a feature may be said to carry."""


class Assumption(Struct, frozen=True):
    """What a method asks for. `kind`: `number`, `series` (one number a year) or the words that are allowed. Without
    `default` it must be given. `least` and `most` bound numbers. A `quiet` one is told of only where it is stated. `carries`: the
    risk that it is there to charge, unless it is `idle` and charges nothing."""

    title: Mapping[str, str]
    unit: str = ""
    kind: str | tuple[str, ...] = "number"
    default: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    quiet: bool = False
    carries: str = ""
    idle: Decimal | None = None


class Valued(Struct, frozen=True):
    """What came of a method: the year table or the steps, the totals by name, and the value."""

    rows: tuple[Row, ...]
    totals: Row
    value: Decimal
    columns: Mapping[str, Mapping[str, str]] = {}


class UnusableError(Exception):
    """Assumptions that together make no value; `code` is a problem code."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def tax_amortisation(tax: Decimal, years: Decimal, rate: Decimal, mid: bool) -> Decimal:
    """The factor 1 / (1 - tax / years * annuity) that lifts a value to one with the benefit of amortising it for tax;
    1 when `years` is 0. Refused where it would not be a factor above 1."""
    if years == 0:
        return ONE
    annuity = years if rate == 0 else (ONE - (ONE + rate) ** -years) / rate
    if mid:
        annuity *= (ONE + rate) ** HALF
    below = ONE - tax / years * annuity
    if below <= 0:
        raise UnusableError("tax-benefit-unbounded", tax=str(tax), years=str(years))
    return ONE / below


@functools.lru_cache(maxsize=10_000)
def power(base: Decimal, exponent: Decimal) -> Decimal:
    """base ** exponent. The years of a method's many cases share most of theirs, and a power of part of a year is dear."""
    return CONTEXT.power(base, exponent)


def discount(rate: Decimal, year: int, mid: bool) -> Decimal:
    """The factor that brings a cash flow of year `year` to the valuation date."""
    return power(ONE + rate, -(Decimal(year) - (HALF if mid else 0)))


def concluded(given: Given, rows: tuple[Row, ...], columns: Mapping[str, Mapping[str, str]]) -> Valued:
    """A year table summed up: present values, the benefit of amortising their sum for tax, and the value; a sum that is not
    above zero is reported as it is and concluded as nil."""
    present = total(row["present"] for row in rows)
    mid = given["discounting"] == "mid"
    factor = tax_amortisation(given["tax"], given["tax_benefit_years"], given["discount_rate"], mid)
    worth = present * factor if present > 0 else Decimal(0)
    benefit = worth - present if present > 0 else Decimal(0)
    totals = {"present": present, "tax_benefit_factor": factor, "tax_benefit": benefit}
    return Valued(rows, totals, worth, columns)


def total(numbers: Any) -> Decimal:
    return sum(numbers, Decimal(0))


def exactly(function: Any, given: Given) -> Valued:
    """A method run in the one context."""
    with localcontext(CONTEXT):
        result: Valued = function(given)
        return result
