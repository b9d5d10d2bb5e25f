# SPDX-License-Identifier: Apache-2.0
"""Capitalised excess earnings as formulas."""

from __future__ import annotations

from ..formulas import DASH
from .templates import Live

NAME = "capitalised_earnings"

_WORTH = "MAX(0,{total.excess}/({discount_rate}-{growth}))"

LIVE = Live(
    totals={
        "asset_charges": "{assets}*{asset_return}",
        "excess": "{earnings}-{asset_charges}",
        "with_assets": f"IF({{discount_rate}}<={{growth}},{DASH},{_WORTH}+{{assets}})",
    },
    value=f"IF({{discount_rate}}<={{growth}},{DASH},{_WORTH})",
)
