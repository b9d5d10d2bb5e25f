# SPDX-License-Identifier: Apache-2.0
"""Backlog and prepayments as formulas, class by class."""

from __future__ import annotations

from .templates import Live

NAME = "backlog"

LIVE = Live(
    columns={
        "class": "{T}",
        "net_cash": "{orders}*((1-{refunds})*({price}-{received}-{cost})-{refunds}*{received})",
        "liability": "{orders}*{received}",
    },
    totals={"liability": "{sum.liability}"},
    value="{sum.net_cash}",
    checked="net_cash",
)
