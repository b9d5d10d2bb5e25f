# SPDX-License-Identifier: Apache-2.0
"""Multi-period excess earnings as formulas: at constant attrition and along a Weibull curve. Survivors by any other curve stand as
the engine has them, and everything after them is live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import localcontext
from typing import Any

from msgspec.structs import replace

from ....valuation import curves
from ....valuation.parts import CONTEXT, UnusableError
from ..formulas import DASH
from .shared import ANNUITY, BELOW, BENEFIT, COUNTING, FACTOR, HALF_YEAR, LIFT, LIFTED
from .templates import YEARS_AT_MOST, Live, power

NAME = "excess_earnings"


def _left(point: str) -> str:
    """What is left of the customers at a point of a year: by the Weibull curve from their age on, else at constant attrition."""
    time = f"({{T}}-{{{point}}})"
    curve = f"{{curved}}*EXP(({{age}}/{{scale}})^{{weibull_shape}}-(({{age}}+{time})/{{scale}})^{{weibull_shape}})"
    return f"{curve}+(1-{{curved}})*{power('{kept}', time)}"


_RATIO = "((1+{growth})*{kept}/(1+{discount_rate}))"

LIVE = Live(
    scalars={
        "od": HALF_YEAR,
        **COUNTING,
        "curved": ("IF({weibull_scale}>0,1,0)", lambda of: 1.0 if of["weibull_scale"] > 0 else 0.0),
        "scale": ("IF({weibull_scale}>0,{weibull_scale},1)", lambda of: float(of["weibull_scale"]) or 1.0),
        "kept": ("1-{attrition}", lambda of: 1 - float(of["attrition"])),
        "annuity": ANNUITY,
        "below": BELOW,
    },
    columns={
        "year": "{T}",
        "survivors": f"({_left('first')}+{_left('second')})/2",
        "revenue": "{revenue}*{transfer}*(1+{growth})^{T}*{row.survivors}",
        "ebit": "{row.revenue}*{margin}",
        "tax": "{row.ebit}*{tax}",
        "after_tax": "{row.ebit}-{row.tax}",
        "charges": "{row.revenue}*{charges}",
        "excess": "{row.ebit}-{row.tax}-{row.charges}",
        "factor": FACTOR,
        "present": "{row.excess}*{row.factor}",
    },
    totals={"present": "{sum.present}", "tax_benefit_factor": LIFT, "tax_benefit": BENEFIT},
    base_totals={
        "half_life": "IF({curved}=1,{scale}*LN(2)^(1/{weibull_shape}),0-LN(2)/LN({kept}))",
        "mean_life": "IF({curved}=1,{scale}*EXP(GAMMALN(1+1/{weibull_shape})),0-1/LN({kept}))",
        # from the last year on each is the one before times the same ratio
        "perpetual": f"IF(AND({{curved}}=0,{_RATIO}<1),{{present}}+{{last.present}}*{_RATIO}/(1-{_RATIO}),{DASH})",
        "captured": "{present}/{total.perpetual}",
    },
    value=f"IF(AND({{weibull_scale}}>0,{{attrition}}>0),{DASH},{LIFTED})",
    rows="years",
)


def _survivors(of: dict[str, Any]) -> list[float | None]:
    """Survivors of as many years as the curve is known for."""
    found: list[float | None] = []
    with localcontext(CONTEXT):
        measured, steady_after = of["measured_survivors"], of["attrition"] > 0
        known = len(measured) - of["age"] if measured and not steady_after else YEARS_AT_MOST
        try:
            curve = curves.curve_of(of)
            for year in range(1, YEARS_AT_MOST + 1):
                found.append(float(curves.counted(curve, year, of["survivors"])) if year <= known else None)
        except UnusableError:
            return [None] * YEARS_AT_MOST
    return found


BY_ENGINE = replace(
    LIVE,
    scalars={name: LIVE.scalars[name] for name in ("od", "annuity", "below")},
    lists={"left": ("", _survivors)},
    columns={**LIVE.columns, "survivors": "{left}"},
    totals={**LIVE.totals, "present": f"IF(INT({{years}})>COUNT({{left}}),{DASH},{{sum.present}})"},
    base_totals={},
    value=LIFTED,
    note="survivors",
)


def chosen(stated: Collection[str], cases: Mapping[str, Any]) -> Live:
    """The formulas for what is stated: a curve beyond constant attrition and Weibull has its survivors from the engine."""
    weibull = any(of is not None and of["weibull_scale"] > 0 for of in cases.values())
    if set(stated) & {
        "sbg_alpha",
        "sbg_beta",
        "measured_survivors",
        "average_life",
        "curve_ages",
        "curve_left",
    }:
        return BY_ENGINE
    lives = ("half_life", "mean_life")
    return replace(LIVE, base_totals={name: LIVE.base_totals[name] for name in lives}) if weibull else LIVE
