# SPDX-License-Identifier: Apache-2.0
"""The reconciliation of returns as formulas; the last row of its table is goodwill."""

from __future__ import annotations

from ..formulas import DASH
from .templates import Live

NAME = "reconciliation"

_ASKED = "SUMPRODUCT({values}*{returns})"

LIVE = Live(
    columns={
        "class": "{T}",
        "worth": "{values}",
        "return": "{returns}",
        "part": "{row.worth}*{row.return}/{price}",
    },
    last={
        "class": "{T}",
        "worth": "{goodwill}",
        "return": "{goodwill_return}",
        "part": "{row.worth}*{row.return}/{price}",
    },
    totals={
        "goodwill": "{price}-SUM({values})",
        "wara": f"({_ASKED}+{{goodwill}}*{{goodwill_return}})/{{price}}",
        "gap": "{wara}-{wacc}",
        "implied_goodwill_return": f"IF({{goodwill}}=0,{DASH},({{wacc}}*{{price}}-{_ASKED})/{{goodwill}})",
    },
    value=f"IF({{price}}=0,{DASH},SUM({{values}}))",
)
