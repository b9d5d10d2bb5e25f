# SPDX-License-Identifier: Apache-2.0
"""A run and what became of its customers -> how the composite would order them if one rule were left out, rule by rule.

The whole score is computed again without the rule, gates included, from the stored inputs; nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from msgspec.structs import replace

from ..engines import frame as frame_engine
from ..folder import Run
from ..model import Rule
from .ranking import Difference, difference

WITH, WITHOUT = "?with", "?without"


def without_each(
    run: Run, rules: Sequence[Rule], came: Sequence[pl.Series], good: Sequence[bool]
) -> list[dict[str, Difference | None]]:
    """For each outcome, given as `came` in the order of the trace, by rule: the composite as it is, and without the rule."""
    found: list[dict[str, Difference | None]] = [{} for _ in came]
    told = pl.LazyFrame({f"?{index}": series for index, series in enumerate(came)})
    own = run.trace.select(pl.col("composite.points").alias(WITH))
    for rule in rules:
        frame = pl.concat([own, _without(run, rule), told], how="horizontal").drop_nulls([WITH, WITHOUT])
        sums = [
            part
            for index in range(len(came))
            for part in (
                pl.col(f"?{index}").cast(pl.Int64).sum().alias(f"came{index}"),
                pl.col(f"?{index}").count().alias(f"all{index}"),
            )
        ]
        counted = frame.group_by(WITH, WITHOUT).agg(sums).sort(WITH, WITHOUT).collect(engine="streaming")
        for index, side in enumerate(good):
            rows = counted.select(WITH, WITHOUT, f"came{index}", f"all{index}").rows()
            found[index][rule.id] = difference(
                [(first, second, *_sides(yes, all_, side)) for first, second, yes, all_ in rows]
            )
    return found


def _without(run: Run, rule: Rule) -> pl.LazyFrame:
    """The composite of every customer when the rule is left out."""
    plan = run.plan
    dimensions = tuple(
        replace(one, rules=tuple(other for other in one.rules if other.id != rule.id))
        for one in plan.pack.dimensions
    )
    rules = tuple(planned for planned in plan.rules if planned.rule.id != rule.id)
    bare = replace(plan, pack=replace(plan.pack, dimensions=dimensions), rules=rules)
    numbers = frame_engine.as_numbers(run.inputs, list(plan.kinds), plan.kinds)
    return frame_engine.score(bare, numbers).select(pl.col("composite.points").alias(WITHOUT))


def _sides(came: int, customers: int, good: bool) -> tuple[int, int]:
    """(better, worse)."""
    return (came, customers - came) if good else (customers - came, came)


def shown(found: Difference | None) -> dict[str, Any] | None:
    """The area without the rule, and how much more it is than with it."""
    if found is None:
        return None
    return {"auc": found.second.auc, "change": found.difference, "low": found.low, "high": found.high}
