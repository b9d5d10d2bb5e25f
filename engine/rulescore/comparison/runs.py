# SPDX-License-Identifier: Apache-2.0
"""Two runs -> which customers moved, how tiers migrated, and what moved each: data, parameters, rules or the engine.

The composite is followed from the earlier run to the later in steps that add up: the later data, then the later
parameters, then the later rules; what then remains is the engine's. The as-of date is part of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from msgspec import Struct

from ..engines.frame import CUSTOMER
from ..folder import Run
from ..model import Text
from ..problems import Fact, Problem, Span, UsageError
from ..readers.table import READ_ERRORS
from .attribution import Move, count_causes, engine_changes, moves_of, parameter_changes, points_of
from .changes import Change, plan_changes
from .goal_changes import goal_changes
from .replay import Replay, replay
from .value_changes import value_changes
from .warning_changes import warning_changes

ABSENT, NOT_ASSESSED = "(absent)", "(not assessed)"
TOP = 20


class Comparison(Struct, frozen=True):
    """`migration` counts every customer by (tier before, tier after); `causes` every moved customer under each of its
    causes, and under `several` when it has more than one; `moves` are those that moved most; composites have `decimals`."""

    before: dict[str, Any]
    after: dict[str, Any]
    both: int
    appeared: int
    disappeared: int
    moved: int
    migration: tuple[tuple[str, str, int], ...]
    decimals: int
    differences: tuple[Change, ...]
    causes: dict[str, int]
    moves: tuple[Move, ...]
    base: tuple[dict[str, Any], ...] = ()
    """Of the base as a whole: its composite and tier, then each figure that both runs have and that differs."""
    tiers: Mapping[str, Text] = {}
    """The titles of the tiers of both runs, by id."""
    value: tuple[dict[str, Any], ...] = ()
    """What the base is worth: each method whose value differs, with what each of its assumptions moved."""
    goals: tuple[dict[str, Any], ...] = ()
    """Each measure of both runs: how its figure moved, and what was done about it in between."""
    early_warnings: dict[str, Any] | None = None
    """Who is new on the early-warning list, off it, and still on it; nothing when one of the runs has none."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "before": self.before, "after": self.after,
            "customers": {"both": self.both, "appeared": self.appeared, "disappeared": self.disappeared, "moved": self.moved},
            "migration": [{"before": old, "after": new, "customers": count} for old, new, count in self.migration],
            "differences": [change.as_dict() for change in self.differences],
            "causes": self.causes, "moves": [move.as_dict() for move in self.moves], "base": list(self.base), "value": list(self.value),
            "goals": list(self.goals), "early_warnings": self.early_warnings, "tiers": {name: dict(title) for name, title in self.tiers.items()},
        }  # fmt: skip


def compare(before: Run, after: Run, top: int = TOP) -> Comparison:
    """What moved between two runs and why; the `top` customers in detail. Raises UsageError for a run that can't be read."""
    try:
        return _compare(before, after, top)
    except READ_ERRORS as error:
        facts: dict[str, Fact] = {"reason": str(error).split("\n")[0][:200]}
        place = Span(f"{before.folder}, {after.folder}")
        raise UsageError([Problem("run-file-unreadable", "error", place, facts)]) from error


def _compare(before: Run, after: Run, top: int) -> Comparison:
    standings = _standings(before).join(
        _standings(after), on=CUSTOMER, how="full", coalesce=True, suffix=" after"
    )
    there, here = pl.col("there").is_not_null(), pl.col("there after").is_not_null()
    both = standings.filter(there & here)
    moved = both.filter(
        pl.col("units").ne_missing(pl.col("units after")) | pl.col("tier").ne_missing(pl.col("tier after"))
    )
    played = replay(before, after)
    causes = count_causes(played, moved)
    by_size = (pl.col("units after") - pl.col("units")).abs().fill_null(0)
    most = moved.sort(by_size, CUSTOMER, descending=[True, False]).head(top)
    return Comparison(
        _about(before), _about(after), both.height,
        standings.filter(~there).height, standings.filter(~here).height, moved.height,
        _migration(before, after, standings),
        max(before.pack.composite_decimals, after.pack.composite_decimals), _differences(played), causes, moves_of(played, most), _base(before, after),
        {tier.id: tier.title for run in (before, after) for tier in run.pack.tiers}, value_changes(before, after),
        goal_changes(before, after), warning_changes(before, after, top),
    )  # fmt: skip


def _base(before: Run, after: Run) -> tuple[dict[str, Any], ...]:
    """What differs of the base as a whole; nothing when one of the runs has no rules for it."""
    wholes = before.portfolio, after.portfolio
    if wholes[0] is None or wholes[1] is None:
        return ()
    values = [whole.inputs.collect().row(0, named=True) for whole in wholes if whole is not None]
    traces = [whole.trace.collect().row(0, named=True) for whole in wholes if whole is not None]
    tiers = [[tier.id for tier in whole.pack.tiers] for whole in wholes if whole is not None]
    composite = [points_of(trace["composite.points"]) for trace in traces]
    tier = [
        None if (at := trace["tier.index"]) is None else ids[at]
        for trace, ids in zip(traces, tiers, strict=True)
    ]
    found = [
        {"id": name, "title": None, "unit": unit, "before": old, "after": new}
        for name, unit, (old, new) in (("composite", "points", composite), ("tier", "", tier))
    ]
    features = wholes[1].pack.features
    found += [
        {
            "id": name,
            "title": dict(feature.title),
            "unit": feature.unit,
            "before": values[0][name],
            "after": values[1][name],
        }
        for name, feature in features.items()
        if name in values[0] and name in values[1]
    ]
    return tuple(one for one in found if one["before"] != one["after"])


def _about(run: Run) -> dict[str, Any]:
    return {**run.about(), "customers": run.manifest["customers"]}


def _standings(run: Run) -> pl.DataFrame:
    """Composite and tier of every customer."""
    tiers = pl.Series([tier.id for tier, _ in run.plan.tiers], dtype=pl.String)
    columns: list[str | pl.Expr] = [
        CUSTOMER,
        pl.col("composite.points").cast(pl.Int64).alias("units"),
        pl.lit(tiers).gather(pl.col("tier.index")).alias("tier"),
    ]
    return run.trace.select(*columns, pl.lit(True).alias("there")).collect(engine="streaming")


def _migration(before: Run, after: Run, standings: pl.DataFrame) -> tuple[tuple[str, str, int], ...]:
    """Counts by tier before and after, best tiers first."""

    def shown(there: str, tier: str) -> pl.Expr:
        known = pl.col(tier).fill_null(NOT_ASSESSED)
        return pl.when(pl.col(there).is_null()).then(pl.lit(ABSENT)).otherwise(known)

    pairs = standings.select(
        shown("there", "tier").alias("old"), shown("there after", "tier after").alias("new")
    )
    counted = {(old, new): count for old, new, count in pairs.group_by("old", "new").len().iter_rows()}
    orders = [[*(tier.id for tier, _ in run.plan.tiers), NOT_ASSESSED, ABSENT] for run in (before, after)]
    return tuple(
        (old, new, counted[old, new]) for old in orders[0] for new in orders[1] if (old, new) in counted
    )


def _differences(played: Replay) -> tuple[Change, ...]:
    """What differs between the runs as a whole: the date, parameters, rules, the engine."""
    first, last = played.before, played.after
    changes = [Change("as_of", "as_of", "", first.as_of, last.as_of)] if first.as_of != last.as_of else []
    old, new = (run.manifest.get("cycle", "") for run in (first, last))
    changes += [Change("cycle", "cycle", "", old, new)] if old != new else []
    left_out = {*first.pack.left_out, *last.pack.left_out} if old != new else set()
    idle = {rule.id for run in (first, last) for rule in run.pack.rules if rule.dimension in left_out}
    rules = plan_changes(played.stages[2].plan, played.stages[3].plan)
    return (
        *changes,
        *parameter_changes(played),
        *(
            one
            for one in rules
            if one.id not in idle and not (left_out and one.kind == "feature" and not one.part)
        ),
        *engine_changes(first, last),
    )
