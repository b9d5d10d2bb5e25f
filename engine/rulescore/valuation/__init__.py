# SPDX-License-Identifier: Apache-2.0
"""What a customer base is worth in money, one file a method. Points are never turned into money."""

from __future__ import annotations

from types import ModuleType

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
has CHECK = True."""

BY_NAME = {method.NAME: method for method in METHODS}
