# SPDX-License-Identifier: Apache-2.0
"""Expected purchases as formulas, from the cumulative sales that the fitted model gives; the fit itself is not repeated."""

from __future__ import annotations

from itertools import pairwise

from ..formulas import DASH
from .shared import ANNUITY, BELOW, BENEFIT, CASH, FACTOR, HALF_YEAR, LIFT, LIFTED
from .templates import Live

NAME = "expected_sales"

LIVE = Live(
    scalars={"od": HALF_YEAR, "annuity": ANNUITY, "below": BELOW},
    lists={
        "sold": (
            "{sales}-{previous.sales}",
            lambda of: [float(later - sooner) for sooner, later in pairwise((0, *of["sales"]))],
        )
    },
    columns={
        "year": "{T}",
        "revenue": "{sold}*{transfer}",
        "excess": f"{{row.revenue}}*{CASH}",
        "factor": FACTOR,
        "present": "{row.excess}*{row.factor}",
    },
    totals={"present": "{sum.present}", "tax_benefit_factor": LIFT, "tax_benefit": BENEFIT},
    value=f"IF(MIN({{sold}})<0,{DASH},{LIFTED})",
    note="fitted",
)
