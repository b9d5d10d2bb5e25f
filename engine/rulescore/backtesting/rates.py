# SPDX-License-Identifier: Apache-2.0
"""Counts of customers by tier or score -> how often the outcome came in each group, with Wilson's interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ..lang.functions import FUNCTIONS
from .ranking import DECIMALS

Met = Sequence[tuple[Any, int, int]]
"""(value, customers to whom the outcome came, customers)."""


def rate(came: int, customers: int) -> dict[str, Any]:
    """Customers, those to whom it came, their share with its 95 % bounds (None without customers)."""
    bounds = [FUNCTIONS[name].row(float(came), float(customers)) for name in ("wilson_low", "wilson_high")]
    low, high = (None if bound is None else round(bound, DECIMALS) for bound in bounds)
    share = round(came / customers, DECIMALS) if customers else None
    return {"customers": customers, "came": came, "rate": share, "low": low, "high": high}


def bands(met: Met, count: int) -> list[dict[str, Any]]:
    """The customers in `count` equal bands by value, the lowest first; equals share a band, so that there may be fewer."""
    total = sum(customers for _, _, customers in met)
    found: dict[int, list[Any]] = {}
    below = 0
    for value, came, customers in sorted(met):
        band = found.setdefault(below * count // total, [value, value, 0, 0])
        band[1] = value
        band[2] += came
        band[3] += customers
        below += customers
    return [
        {"from": low, "to": high, **rate(came, customers)} for low, high, came, customers in found.values()
    ]


def order(tiers: Iterable[Mapping[str, Any]], good: bool) -> list[dict[str, Any]]:
    """Neighbouring tiers, best first, between which the outcome comes in the wrong order; `certain` where the intervals are apart,
    so that chance alone does not explain it."""
    found = []
    for above, below in pairwise([tier for tier in tiers if tier["customers"]]):
        more, less = (below, above) if good else (above, below)
        if more["rate"] > less["rate"]:
            found.append(
                {"above": above["tier"], "below": below["tier"], "certain": more["low"] > less["high"]}
            )
    return found
