# SPDX-License-Identifier: Apache-2.0
"""Replacement cost as formulas, before tax or after it."""

from __future__ import annotations

from ..formulas import DASH
from .shared import ANNUITY, BELOW, LIFT
from .templates import Live

NAME = "cost"

_LEFT = "({replacement_cost_new}-{total.obsolescence})*(1-{tax})"

LIVE = Live(
    scalars={"od": ("0.5", lambda _: 0.5), "annuity": ANNUITY, "below": BELOW},
    totals={
        "direct": "{customers}*{acquisition_cost}",
        "indirect": "{direct}*{indirect}",
        "developer_profit": "({direct}+{total.indirect})*{developer_profit}",
        "opportunity_cost": "({direct}+{total.indirect})*{discount_rate}*{build_years}/2",
        "replacement_cost_new": "{direct}+{total.indirect}+{total.developer_profit}+{opportunity_cost}",
        "obsolescence": "{replacement_cost_new}*{obsolescence}",
        "after_tax": f"IF({{tax}}>0,{_LEFT},{DASH})",
        "tax_benefit_factor": f"IF({{tax}}>0,{LIFT},{DASH})",
    },
    value=f"IF({{below}}<=0,{DASH},{_LEFT}/{{below}})",
)
