# SPDX-License-Identifier: Apache-2.0
"""Between frames and the row engine: records out of a frame, and the row engine's results as the trace's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from ..plan import Plan
from .frame import CUSTOMER
from .row import REASONS, Record, Result
from .verdicts import tier_reason_words


def rows_of(frame: pl.DataFrame) -> list[Record]:
    """One dict a row; null is None."""
    return frame.to_dicts()


def trace_of_results(plan: Plan, ids: Sequence[str], results: Sequence[Result]) -> pl.DataFrame:
    """The row engine's results with the names and types of the frame engine's trace."""
    pack = plan.pack
    columns: dict[str, pl.Series] = {CUSTOMER: pl.Series(ids, dtype=pl.String)}

    def add(name: str, values: list[Any], dtype: Any) -> None:
        columns[name] = pl.Series(name, values, dtype=dtype)

    for dimension in pack.dimensions:
        for part in ("points", "low", "high"):
            add(
                f"{dimension.id}.{part}",
                [getattr(result.dimensions[dimension.id], part) for result in results],
                pl.Int64,
            )
        for part in ("scored", "applicable"):
            add(
                f"{dimension.id}.{part}",
                [getattr(result.dimensions[dimension.id], part) for result in results],
                pl.Int64,
            )
    for part in ("points", "low", "high"):
        add(f"composite.{part}", [getattr(result.composite, part) for result in results], pl.Int64)
    add("composite.coverage", [result.coverage for result in results], pl.Int64)
    for index in pack.indices:
        add(f"index.{index.id}.points", [result.indices[index.id] for result in results], pl.Int64)
    for gate in pack.gates:
        add(f"gate.{gate.id}", [result.gates[gate.id] for result in results], pl.Boolean)
    tiers = {tier.id: index for index, tier in enumerate(pack.tiers)}
    add("tier.natural", [None if r.natural_tier is None else tiers[r.natural_tier] for r in results], pl.Int8)
    add("tier.index", [None if r.tier is None else tiers[r.tier] for r in results], pl.Int8)
    if plan.decided:
        add(
            "tier.by_rules",
            [None if r.tier_by_rules is None else tiers[r.tier_by_rules] for r in results],
            pl.Int8,
        )
    words = {word: index for index, word in enumerate(tier_reason_words(plan))}
    add("tier.reason", [words[result.tier_reason] for result in results], pl.Int16)
    rules = {rule.id: index for index, rule in enumerate(pack.rules)}
    for place in range(REASONS):
        add(
            f"reason.{place}",
            [rules[r.reasons[place]] if place < len(r.reasons) else None for r in results],
            pl.UInt32,
        )
    for rule in pack.rules:
        add(f"{rule.id}.case", [result.outcomes[rule.id].case for result in results], pl.Int8)
        add(f"{rule.id}.points", [result.outcomes[rule.id].points for result in results], pl.Int32)
    return pl.DataFrame(columns)
