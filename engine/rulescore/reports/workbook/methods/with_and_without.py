# SPDX-License-Identifier: Apache-2.0
"""With and without as formulas."""

from __future__ import annotations

from .shared import ANNUITY, BELOW, FACTOR, HALF_YEAR, LIFT, LIFTED
from .templates import Live

NAME = "with_and_without"

LIVE = Live(
    scalars={"od": HALF_YEAR, "annuity": ANNUITY, "below": BELOW},
    columns={
        "year": "{T}",
        "with": "({revenue}*{variable_margin}-{fixed_cost})*(1-{tax})",
        "without": "({revenue}*{ramp}*{variable_margin}-{fixed_cost}-{acquisition})*(1-{tax})",
        "difference": "{row.with}-{row.without}",
        "factor": FACTOR,
        "present": "{row.difference}*{row.factor}",
    },
    totals={"present": "{sum.present}", "tax_benefit_factor": LIFT},
    value=LIFTED,
)
