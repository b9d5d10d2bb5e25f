# SPDX-License-Identifier: Apache-2.0
"""The sum of customers' lifetime values as formulas: closed where there is no end, else year by year."""

from __future__ import annotations

from typing import Any

from ..formulas import DASH
from .templates import Live, Scalar, power

NAME = "lifetime_values"


def _top(of: dict[str, Any]) -> float:
    rate = float(of["discount_rate"])
    top = {"if_kept": float(of["retention"]), "certain": 1.0, "now": 1 + rate}[of["first_margin"]]
    half = -0.5 if of["first_margin"] == "now" else 0.5
    return float(top * (1 + rate) ** half) if of["discounting"] == "mid" else top


_EARLY: Scalar = (
    'IF({discounting}="[mid]",0.5,IF({first_margin}="[now]",1,0))',
    lambda of: 0.5 if of["discounting"] == "mid" else float(of["first_margin"] == "now"),
)
_SINCE: Scalar = (
    'IF({first_margin}="[if_kept]",0,1)',
    lambda of: float(of["first_margin"] != "if_kept"),
)
_TOP: Scalar = (
    'IF({first_margin}="[if_kept]",{retention},IF({first_margin}="[certain]",1,1+{discount_rate}))'
    '*IF({discounting}="[mid]",(1+{discount_rate})^IF({first_margin}="[now]",-0.5,0.5),1)',
    _top,
)
_SPREAD: Scalar = (
    "1+{discount_rate}-{retention}*(1+{growth})",
    lambda of: 1 + float(of["discount_rate"]) - float(of["retention"]) * (1 + float(of["growth"])),
)
_REFUSED = 'OR(AND({growth}<>0,{first_margin}<>"[if_kept]"),AND(INT({years})=0,{spread}<=0))'

LIVE = Live(
    scalars={"early": _EARLY, "since": _SINCE, "top": _TOP, "spread": _SPREAD},
    columns={
        "year": "{T}",
        "kept": power("{retention}", "({T}-{since})"),
        "margin": f"{{margin}}*{power('1+{growth}', '({T}-1)')}",
        "factor": "1/(1+{discount_rate})^({T}-{early})",
        "present": "{row.kept}*{row.margin}*{row.factor}",
    },
    totals={
        "one_customer": "IF(INT({years})=0,{total.margin_multiple}*{margin},{sum.present})-{acquisition_cost}",
        "margin_multiple": "IF(INT({years})=0,{top}/{spread},IF({margin}=0,0,{sum.present}/{margin}))",
    },
    value=f"IF({_REFUSED},{DASH},MAX(0,{{one_customer}}*{{customers}}*{{transfer}}))",
    rows="years",
)
