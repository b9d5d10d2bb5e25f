# SPDX-License-Identifier: Apache-2.0
"""Steps that several methods have: when cash flows arise, discount factors, the benefit of amortising a value for tax."""

from __future__ import annotations

from typing import Any

from ..formulas import DASH
from .templates import Scalar, power


def _annuity(of: dict[str, Any]) -> float:
    rate, years = float(of["discount_rate"]), float(of["tax_benefit_years"])
    return float((years if rate == 0 else (1 - (1 + rate) ** -years) / rate) * (1 + rate) ** of["od"])


def _below(of: dict[str, Any]) -> float:
    years = float(of["tax_benefit_years"])
    return 1.0 - float(of["tax"]) / years * of["annuity"] if years else 1.0


HALF_YEAR: Scalar = ('IF({discounting}="[mid]",0.5,0)', lambda of: 0.5 if of["discounting"] == "mid" else 0.0)
FACTOR = "1/(1+{discount_rate})^({T}-{od})"
ANNUITY: Scalar = (
    "IF({discount_rate}=0,{tax_benefit_years},(1-1/(1+{discount_rate})^{tax_benefit_years})/{discount_rate})*(1+{discount_rate})^{od}",
    _annuity,
)
BELOW: Scalar = ("IF({tax_benefit_years}=0,1,1-{tax}/{tax_benefit_years}*{annuity})", _below)
LIFT = f"IF({{below}}>0,1/{{below}},{DASH})"
"""The factor that lifts a value to one with the benefit of amortising it for tax."""
LIFTED = f"IF({{below}}<=0,{DASH},IF({{present}}>0,{{present}}*{{tax_benefit_factor}},0))"
"""A sum of present values as a value: with the benefit, and nil where it is not above zero."""
BENEFIT = "IF({present}>0,{present}*{tax_benefit_factor}-{present},0)"
CASH = "({margin}*(1-{tax})-{charges})"
"""What is left of revenue after cost, tax and the return that other assets ask for."""

COUNTING: dict[str, Scalar] = {
    "first": (
        'IF({survivors}="[mid]",0.5,IF({survivors}="[end]",0,1))',
        lambda of: {"mid": 0.5, "end": 0.0}.get(of["survivors"], 1.0),
    ),
    "second": (
        'IF({survivors}="[mid]",0.5,IF({survivors}="[begin]",1,0))',
        lambda of: {"mid": 0.5, "begin": 1.0}.get(of["survivors"], 0.0),
    ),
}
"""Two points of a year, counted back from its end, of whose survivors the mean is taken."""


def steady(kept: str, year: str) -> str:
    """Survivors of a year at a constant share kept."""
    return f"({power(kept, f'({year}-{{first}})')}+{power(kept, f'({year}-{{second}})')})/2"
