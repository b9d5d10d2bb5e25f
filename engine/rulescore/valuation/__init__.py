# SPDX-License-Identifier: Apache-2.0
"""What a customer base is worth in money, one file a method. Points are never turned into money."""

from __future__ import annotations

from types import ModuleType

from msgspec.structs import replace

from . import (
    backlog,
    capitalised,
    cost,
    excess_earnings,
    expected_sales,
    lifetime_values,
    reconciliation,
    tiers,
    with_and_without,
)
from .parts import Given, Valued

METHODS: tuple[ModuleType, ...] = (
    excess_earnings,
    tiers,
    with_and_without,
    lifetime_values,
    expected_sales,
    capitalised,
    cost,
    backlog,
    reconciliation,
)
"""Each has NAME, TITLE, ASSUMPTIONS (name -> `Assumption`) and `value(given) -> Valued`; one that is a check and no value
has CHECK = True. `details(given, done) -> Row` are further totals that do not make the value: worked out where it is shown
in full, and not for each sensitivity and scenario."""

BY_NAME = {method.NAME: method for method in METHODS}


def in_full(method: ModuleType, given: Given) -> Valued:
    """The value of a method with all totals that can be shown of it."""
    done: Valued = method.value(given)
    details = getattr(method, "details", None)
    return replace(done, totals={**done.totals, **details(given, done)}) if details else done
