# SPDX-License-Identifier: Apache-2.0
"""Two runs -> the plans and inputs between them: first the data of the later run, then its parameters, then its
rules, then the tiers that people decided.

What a customer's composite does from one stage to the next is what that cause moved. A figure of the whole base can't
be made for one customer: it is taken from the later run as soon as it means the same there, until then from the earlier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ..engines import frame as frame_engine
from ..engines.frame import CUSTOMER
from ..folder import Run
from ..lang.syntax import text_of
from ..plan import Plan, lifted_columns, make_plan

CAUSES = ("data", "parameters", "rules", "overrides", "engine")
"""What may move a customer, in the order in which it is taken from one run to the other; engine is what remains."""

BEFORE, AFTER = "before ", "after "
"""Prefixes of the two runs' columns in the joined inputs."""

Source = tuple[str, str]
"""(prefix of the run, column there)."""


class Stage(Struct, frozen=True):
    """One plan between the runs, where each of its columns is taken from, and what it was called a stage before."""

    plan: Plan
    sources: Mapping[str, Source]
    called: Mapping[str, str] = {}


class Replay(Struct, frozen=True):
    """Five stages: the earlier run; its rules and parameters on the later data; its rules with the later
    parameters; the later run with the tiers that people had decided in the earlier; the later run."""

    before: Run
    after: Run
    stages: tuple[Stage, Stage, Stage, Stage, Stage]

    def inputs(self, customers: pl.Series) -> pl.DataFrame:
        """Both runs' inputs of some customers that both have, in the order of the earlier, dates as numbers."""
        parts = []
        for run, prefix in ((self.before, BEFORE), (self.after, AFTER)):
            numbers = frame_engine.as_numbers(run.inputs, list(run.plan.kinds), run.plan.kinds)
            names = {name: prefix + name for name in numbers.collect_schema().names() if name != CUSTOMER}
            parts.append(numbers.filter(pl.col(CUSTOMER).is_in(customers.implode())).rename(names))
        return (
            parts[0]
            .join(parts[1], on=CUSTOMER, how="inner", maintain_order="left")
            .collect(engine="streaming")
        )

    def records(self, stage: Stage, joined: pl.DataFrame) -> pl.DataFrame:
        """The inputs of a stage: fields, aggregates and figures of the base; features are made from them."""
        chosen = [
            pl.col(prefix + column).alias(name)
            for name, (prefix, column) in stage.sources.items()
            if name != CUSTOMER
        ]
        return joined.select(CUSTOMER, *chosen)

    def scored(self, joined: pl.DataFrame) -> pl.DataFrame:
        """Composite and tier at every stage (`0.composite`, `0.tier`, ...) by the frame engine, which is quick."""
        frames = [joined.select(CUSTOMER)]
        for index, stage in enumerate(self.stages):
            steps = [[step for step in own if step.scope == "record"] for own in stage.plan.stages]
            records = self.records(stage, joined).lazy()
            made = frame_engine.score(stage.plan, frame_engine.with_features(stage.plan, records, steps))
            tiers = pl.Series([tier.id for tier, _ in stage.plan.tiers], dtype=pl.String)
            frames.append(made.select(
                pl.col("composite.points").cast(pl.Int64).alias(f"{index}.composite"),
                pl.lit(tiers).gather(pl.col("tier.index")).alias(f"{index}.tier"),
            ).collect())  # fmt: skip
        return pl.concat(frames, how="horizontal")


def replay(before: Run, after: Run) -> Replay:
    """The stages from one run to the other."""
    first, last = before.plan, after.plan
    parameters = dict(first.parameters)
    with_data = replace(make_plan(before.pack, last.as_of, parameters), decided=first.decided)
    for key, value in last.parameters.items():
        if key in parameters and type(value) is type(parameters[key]):
            parameters[key] = value
    with_parameters = replace(make_plan(before.pack, last.as_of, parameters), decided=first.decided)
    with_rules = replace(last, decided=first.decided)
    found = _Sources(before, after)
    start = Stage(first, found.own(first, BEFORE))
    data = found.moved(with_data, start)
    own = found.own(last, AFTER)
    stages = (start, data, found.moved(with_parameters, data), Stage(with_rules, own), Stage(last, own))
    return Replay(before, after, stages)


class _Sources:
    """Looks up where the columns of a plan are."""

    def __init__(self, before: Run, after: Run) -> None:
        self.pack = before.pack
        self.later = meanings(after.plan)
        self.kinds = after.plan.kinds

    def own(self, plan: Plan, prefix: str) -> dict[str, Source]:
        """Every column from the run that the plan belongs to."""
        return {name: (prefix, name) for name in leaves(plan)}

    def moved(self, plan: Plan, previous: Stage) -> Stage:
        """A column from the later run if it means the same there; otherwise from where the previous stage has it."""
        mine = meanings(plan)
        was = lifted_columns(self.pack, previous.plan)
        called = {column: was[text] for text, column in lifted_columns(self.pack, plan).items()}
        taken: dict[str, Source] = {}
        for name in leaves(plan):
            if self.later.get(name) == mine[name] and self.kinds.get(name) == plan.kinds.get(name):
                taken[name] = (AFTER, name)
            else:
                taken[name] = previous.sources[called.get(name, name)]
        return Stage(plan, taken, called)


def leaves(plan: Plan) -> list[str]:
    """The columns that a record of the plan must hold: fields, aggregates, figures of the base."""
    return [*plan.fields, *(step.column for step in plan.steps if step.scope != "record")]


def meanings(plan: Plan) -> dict[str, str]:
    """For each field and column of a plan a text that is equal where it means the same."""
    steps = {step.column: step for step in plan.steps}
    known: dict[str, str] = {name: f"field {name}" for name in plan.fields if name not in steps}

    def meaning(name: str) -> str:
        if name not in known:
            step = steps.get(name)
            if step is None:
                return name
            own = [step.scope, step.tree.table, text_of(step.tree)]
            own += [f"{need}={meaning(need)}" for need in step.needs]
            known[name] = hashlib.sha256("\n".join(own).encode()).hexdigest()
        return known[name]

    for step in plan.steps:
        meaning(step.column)
    return known
