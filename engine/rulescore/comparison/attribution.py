# SPDX-License-Identifier: Apache-2.0
"""A replay and customers that moved -> what moved each: data, parameters, rules or the engine, in points that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import polars as pl
from msgspec import Struct

from ..arithmetic import UNIT
from ..engines.frame import CUSTOMER
from ..engines.row import Result, RowEngine
from ..folder import Run
from ..lang.syntax import number_text
from ..verification.lockstep import input_words
from .changes import Change, concerns, moved_rules, plan_changes, reads
from .replay import AFTER, CAUSES, Replay

SEVERAL = "several"
GROUP = 50_000

Standing = tuple[int | None, str | None]
"""(composite in units, tier); None when not assessed."""


class Share(Struct, frozen=True):
    """What one cause did to a customer: the composite's units it moved (None: to or from not assessed), the tier, what
    changed, and the rules that came to other points or gates that act or no longer do."""

    cause: str
    units: int | None
    tiers: tuple[str | None, str | None]
    changes: tuple[Change, ...] = ()
    rules: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "cause": self.cause, "points": points_of(self.units), "tier": {"before": self.tiers[0], "after": self.tiers[1]},
            "changes": [change.as_dict() for change in self.changes], "rules": [change.as_dict() for change in self.rules],
        }  # fmt: skip


class Move(Struct, frozen=True):
    """One customer that moved. The units of the shares add up to `delta`."""

    customer: str
    before: Standing
    after: Standing
    shares: tuple[Share, ...]

    @property
    def delta(self) -> int | None:
        return None if self.before[0] is None or self.after[0] is None else self.after[0] - self.before[0]

    def as_dict(self) -> dict[str, Any]:
        ends = [{"composite": points_of(units), "tier": tier} for units, tier in (self.before, self.after)]
        return {
            "customer_id": self.customer, "before": ends[0], "after": ends[1], "delta": points_of(self.delta),
            "shares": [share.as_dict() for share in self.shares],
        }  # fmt: skip


def _text_of(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else number_text(value)


def points_of(units: int | None) -> float | None:
    return None if units is None else units / UNIT


def parameter_changes(played: Replay) -> tuple[Change, ...]:
    old, new = played.stages[1].plan.parameters, played.stages[2].plan.parameters
    return tuple(
        Change("parameter", key, "", _text_of(old[key]), _text_of(new[key]))
        for key in old
        if old[key] != new[key]
    )


def engine_changes(before: Run, after: Run) -> tuple[Change, ...]:
    old, new = before.manifest["engine"], after.manifest["engine"]
    keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return tuple(Change("engine", key, "", str(old.get(key)), str(new.get(key))) for key in keys)


def _steps(standings: Sequence[Standing]) -> dict[str, tuple[int | None, tuple[str | None, str | None]]]:
    """(as stored before, stage 0 to 4, as stored after) -> for each cause that did something its units and tiers.

    Units count from the last composite that was known, so that they add up also across a stage without one.
    """
    found: dict[str, tuple[int | None, tuple[str | None, str | None]]] = {}
    known = standings[0][0]
    for cause, (old, new) in zip(("engine", *CAUSES), pairwise(standings), strict=True):
        if old == new:
            continue
        units = 0 if old[0] == new[0] else None if new[0] is None or known is None else new[0] - known
        known = known if new[0] is None else new[0]
        if cause in found:  # the engine's two ends
            other = found[cause][0]
            units = other if units is None else units + (other or 0)
        found[cause] = (units, (old[1], new[1]))
    return {cause: found[cause] for cause in CAUSES if cause in found}


def count_causes(played: Replay, moved: pl.DataFrame) -> dict[str, int]:
    """How many customers each cause moved."""
    counts: Counter[str] = Counter()
    for part in moved.iter_slices(GROUP):
        scored = played.scored(played.inputs(part[CUSTOMER])).join(part, on=CUSTOMER, how="inner")
        columns = [
            "units",
            "tier",
            *(f"{stage}.{what}" for stage in range(5) for what in ("composite", "tier")),
            "units after",
            "tier after",
        ]
        for row in scored.select(columns).iter_rows():
            causes = _steps([(row[at], row[at + 1]) for at in range(0, len(row), 2)])
            counts.update([*causes, *([SEVERAL] if len(causes) > 1 else [])])
    return {cause: counts[cause] for cause in (*CAUSES, SEVERAL)}


def moves_of(played: Replay, most: pl.DataFrame) -> tuple[Move, ...]:
    """The customers in detail, by the row engine."""
    joined = played.inputs(most[CUSTOMER])
    engines = [RowEngine(stage.plan) for stage in played.stages]
    rows = {row[CUSTOMER]: row for row in joined.iter_rows(named=True)}
    records = [
        {row[CUSTOMER]: row for row in played.records(stage, joined).iter_rows(named=True)}
        for stage in played.stages
    ]
    moves = []
    for customer, units, tier, _, units_after, tier_after, _ in most.iter_rows():
        results = [engine.evaluate(own[customer]) for engine, own in zip(engines, records, strict=True)]
        ends: tuple[Standing, Standing] = ((units, tier), (units_after, tier_after))
        between = [(result.composite.points, result.tier) for result in results]
        shares = []
        for cause, (points, tiers) in _steps([ends[0], *between, ends[1]]).items():
            changes, rules = _reasons(played, cause, results, rows[customer])
            shares.append(Share(cause, points, tiers, changes, rules))
        moves.append(Move(customer, *ends, tuple(shares)))
    return tuple(moves)


def _reasons(
    played: Replay, cause: str, results: Sequence[Result], row: dict[str, Any]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """(what changed, the rules that moved) for a cause that moved a customer."""
    if cause == "engine":
        return engine_changes(played.before, played.after), ()
    at = CAUSES.index(cause)
    old, new = results[at], results[at + 1]
    rules = moved_rules(old, new)
    if cause == "data":
        changes: Iterable[Change] = _data(played, row, {rule.id for rule in rules})
    elif cause == "parameters":
        changes = parameter_changes(played)
    elif cause == "overrides":
        customer = row[CUSTOMER]
        old_tier, new_tier = (run.plan.decided.get(customer) for run in (played.before, played.after))
        changes = [Change("override", "tier", "", old_tier, new_tier)]
    else:
        all_changes = plan_changes(played.stages[2].plan, played.stages[3].plan)
        changes = [change for change in all_changes if concerns(change, old, new)] or all_changes
    return tuple(changes), rules


def _data(played: Replay, row: dict[str, Any], moved: set[str]) -> Iterable[Change]:
    """Fields, aggregates and figures of the base that differ, those that `moved` rules read first; an aggregate goes by
    the feature that is just it."""
    first, second = played.stages[0], played.stages[1]
    if played.before.as_of != played.after.as_of:
        yield Change("as_of", "as_of", "", played.before.as_of, played.after.as_of)
    plan = second.plan
    features = {
        str(step.tree.value): step.column
        for step in plan.steps
        if step.scope == "record" and step.tree.op == "name"
    }
    kinds = {
        step.column: {"events": "aggregate", "base": "figure"}.get(step.scope, "") for step in plan.steps
    }
    show = input_words(plan)
    read = reads(plan, moved)
    by_hand = {
        (one["customer"], one["field"]) for run in (played.before, played.after) for one in run.decided
    }
    for name, (prefix, column) in sorted(second.sources.items(), key=lambda item: item[0] not in read):
        source = first.sources.get(second.called.get(name, name))
        old, new = None if source is None else row[source[0] + source[1]], row[prefix + column]
        if prefix == AFTER and old != new:
            yield Change(
                "override" if (row[CUSTOMER], name) in by_hand else kinds.get(name, "field"),
                features.get(name, name),
                "",
                show(name, old),
                show(name, new),
            )
