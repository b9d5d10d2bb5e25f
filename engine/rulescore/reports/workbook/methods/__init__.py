# SPDX-License-Identifier: Apache-2.0
"""The valuation methods as formulas, one file a method, each beside its definition of the same name in `valuation/`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

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
from .templates import Live

FORMULAS: tuple[ModuleType, ...] = (
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
"""Each has NAME and LIVE; one whose formulas hang on what is stated has `chosen(stated, cases) -> Live`."""

BY_NAME = {module.NAME: module for module in FORMULAS}


def formulas_of(method: str, stated: Collection[str], cases: Mapping[str, Any]) -> Live:
    """The formulas of a method, for the names of the assumptions that are stated and their values in each case."""
    module = BY_NAME[method]
    live: Live = module.chosen(stated, cases) if hasattr(module, "chosen") else module.LIVE
    return live
