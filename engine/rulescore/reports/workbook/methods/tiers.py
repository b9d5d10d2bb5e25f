# SPDX-License-Identifier: Apache-2.0
"""Excess earnings by tier as formulas: the value of one unit of revenue of each tier, over the years, times its revenue."""

from __future__ import annotations

from typing import Any

from ..formulas import DASH
from .shared import ANNUITY, BELOW, CASH, COUNTING, HALF_YEAR, LIFT, steady
from .templates import Live

NAME = "tiered_excess_earnings"

_LEFT = steady("1-{attrition}", "{Y}")


def _left(of: dict[str, Any], attrition: Any, year: int) -> float:
    kept = 1 - float(attrition)
    return float(kept ** (year - of["first"]) + kept ** (year - of["second"])) / 2


def _cash(of: dict[str, Any]) -> float:
    return float(of["margin"]) * (1 - float(of["tax"])) - float(of["charges"])


def _multiples(of: dict[str, Any]) -> list[float | None]:
    step, years = (1 + float(of["growth"])) / (1 + float(of["discount_rate"])), range(1, int(of["years"]) + 1)
    early = (1 + float(of["discount_rate"])) ** of["od"]
    return [
        sum(step**year * _left(of, attrition, year) * early for year in years)
        for attrition in of["attrition"]
    ]


def _revenue(of: dict[str, Any], year: int) -> float:
    tiers = zip(of["revenue"], of["transfer"], of["attrition"], strict=True)
    left = sum(
        float(revenue * transfer) * _left(of, attrition, year) for revenue, transfer, attrition in tiers
    )
    return float(left * (1 + float(of["growth"])) ** year)


def _worth(of: dict[str, Any], shares: Any) -> list[float | None]:
    if of["lift"] is None:
        return [None] * len(of["revenue"])
    parts = zip(of["revenue"], shares, of["multiple"], strict=True)
    return [max(0.0, float(revenue * share) * multiple * _cash(of)) * of["lift"] for revenue, share, multiple in parts]  # fmt: skip


def _lift(of: dict[str, Any]) -> float | None:
    return 1 / of["below"] if of["below"] > 0 else None


LIVE = Live(
    scalars={"od": HALF_YEAR, **COUNTING, "annuity": ANNUITY, "below": BELOW, "lift": (LIFT, _lift)},
    lists={
        "multiple": (
            f"SUMPRODUCT(({{Y}}<=INT({{years}}))*(1+{{growth}})^{{Y}}*({_LEFT})/(1+{{discount_rate}})^({{Y}}-{{od}}))",
            _multiples,
        ),
        "before": (
            f"MAX(0,{{revenue}}*{{multiple}}*{CASH})*{{lift}}",
            lambda of: _worth(of, [1] * len(of["revenue"])),
        ),
        "after": (
            f"MAX(0,{{revenue}}*{{transfer}}*{{multiple}}*{CASH})*{{lift}}",
            lambda of: _worth(of, of["transfer"]),
        ),
    },
    columns={
        "class": "{T}",
        "revenue": "{revenue}",
        "attrition": "{attrition}",
        "transfer": "{transfer}",
        "before": "{before}",
        "after": "{after}",
    },
    years={
        "year": ("{Y}", lambda _, year: float(year)),
        "revenue": (f"SUMPRODUCT({{revenue}}*{{transfer}}*({_LEFT}))*(1+{{growth}})^{{Y}}", _revenue),
        "excess": (f"{{year.revenue}}*{CASH}", lambda of, _: of["year.revenue"] * _cash(of)),
        "factor": (
            "1/(1+{discount_rate})^({Y}-{od})",
            lambda of, year: (1 + float(of["discount_rate"])) ** (of["od"] - year),
        ),
        "present": ("{year.excess}*{year.factor}", lambda of, _: of["year.excess"] * of["year.factor"]),
    },
    totals={
        "before_transfer": "SUM({before})",
        "transfer_loss": "{before_transfer}-SUM({after})",
        "transfer_haircut": f"IF({{before_transfer}}>0,1-SUM({{after}})/{{before_transfer}},{DASH})",
    },
    value=f"IF(COUNT({{after}})=ROWS({{after}}),SUM({{after}}),{DASH})",
    rows="years",
)
