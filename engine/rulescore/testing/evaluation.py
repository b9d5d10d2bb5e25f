# SPDX-License-Identifier: Apache-2.0
"""Tests -> their results by the row engine, and every difference from what the frame engine makes of them.

All tests of one date run as one plan and one frame, though each has its own base and its own given features: figures over
the base are made test by test, given features replace what their step computed, and the aggregates of a table
that a test does not supply are missing for that test alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
from msgspec import Struct

from ..engines import frame as frame_engine
from ..engines.literals import TYPES
from ..engines.row import Record, Result, RowEngine
from ..engines.tables import trace_of_results
from ..model import Pack, Table
from ..plan import Plan, Step, make_plan
from ..problems import Problems, RulesetError
from .given import Customer
from .suite import PackTest

CUSTOMER = frame_engine.CUSTOMER
OWNER, POSITION, GIVEN_ID = "?test", "?position", "?id"


class Difference(Struct, frozen=True):
    """A column in which the two engines differ for the tested customer."""

    column: str
    row: object
    frame: object


class Evaluated(Struct, frozen=True):
    """A test with the result of the customer it tests; `differences` must be empty."""

    test: PackTest
    plan: Plan
    result: Result
    differences: tuple[Difference, ...]


def evaluate(pack: Pack, tests: Sequence[PackTest], problems: Problems) -> list[Evaluated]:
    """Every test on both engines, in the given order. A date at which a parameter has no value is a problem."""
    found: dict[int, Evaluated] = {}
    for as_of in dict.fromkeys(test.as_of for test in tests):
        numbers = [index for index, test in enumerate(tests) if test.as_of == as_of]
        group = [tests[index] for index in numbers]
        try:
            plan = make_plan(pack, as_of, every_feature=True)
        except RulesetError as error:
            for problem in error.problems:
                problems.error(problem.code, group[0].span, **problem.facts)
            continue
        with ThreadPoolExecutor(1) as beside:  # the frame engine mostly works outside of Python's lock
            frame = beside.submit(by_frame, plan, group)
            results = by_row(plan, group)
            different = differences(plan, results, frame.result())
        for index, result, unlike in zip(numbers, results, different, strict=True):
            found[index] = Evaluated(tests[index], plan, result, unlike)
    return [found[index] for index in sorted(found)]


# ---- row ------------------------------------------------------------------------------------------------


def by_row(plan: Plan, tests: Sequence[PackTest]) -> list[Result]:
    """The tested customers' results by the row engine."""
    engine = RowEngine(plan)
    records: list[Record] = []
    events: list[dict[str, Sequence[dict[str, Any]]]] = []
    bounds: list[tuple[int, int]] = []
    given: dict[str, list[tuple[Record, Any]]] = {}
    for number, test in enumerate(tests):
        bounds.append((len(records), len(records) + len(test.customers)))
        for position, customer in enumerate(test.customers):
            record: Record = {**dict.fromkeys(plan.fields), **customer.fields}
            for feature, value in customer.features.items():
                given.setdefault(feature, []).append((record, value))
            records.append(record)
            events.append(
                {
                    table: _rows(plan.pack.tables[table], customer, f"{number}.{position}")
                    for table in test.tables
                }
            )
    for step in plan.steps:
        if step.scope == "base":
            for start, end in bounds:
                engine.run_step(step, records[start:end], None)
        else:
            engine.run_step(step, records, events)
        for record, value in given.get(step.column, ()):
            record[step.column] = value
    return [engine.score(records[start]) for start, _ in bounds]


def _rows(table: Table, customer: Customer, own_id: str) -> list[dict[str, Any]]:
    return [{**row, table.customer: own_id} for row in customer.events.get(table.id, ())]


# ---- frame ----------------------------------------------------------------------------------------------


def by_frame(plan: Plan, tests: Sequence[PackTest]) -> pl.DataFrame:
    """One row a test: every step and every column of the trace, by the frame engine."""
    people = [
        (f"{n}.{p}", n, p, customer)
        for n, test in enumerate(tests)
        for p, customer in enumerate(test.customers)
    ]
    used = {step.tree.table for step in plan.event_steps}
    tables = sorted(used & {table for test in tests for table in test.tables})
    frame = frame_engine.as_numbers(_customers(plan, people), plan.fields, plan.kinds)
    supplied = [
        pl.Series(f"?{table}", [table in tests[n].tables for _, n, _, _ in people], dtype=pl.Boolean)
        for table in tables
    ]
    frame = frame.with_columns(supplied)
    frame = frame_engine.with_aggregates(
        plan, frame, {table: _events(plan.pack.tables[table], people) for table in tables}
    )
    absent = [
        pl.when(pl.col(f"?{step.tree.table}")).then(pl.col(step.column)).alias(step.column)
        for step in plan.event_steps if step.tree.table in tables
    ]  # fmt: skip
    frame = frame.with_columns(absent, **({CUSTOMER: pl.col(GIVEN_ID)} if CUSTOMER in plan.fields else {}))
    for stage in plan.stages:
        if stage[0].scope == "base":
            frame = _base_stage(plan, frame, stage)
        else:
            frame = frame_engine.with_features(plan, frame, [stage])
            frame = frame.with_columns(_given_columns(plan, stage, people))
    tested = frame.filter(pl.col(POSITION) == 0)
    return frame_engine.score(plan, tested).collect()


People = Sequence[tuple[str, int, int, Customer]]


def _customers(plan: Plan, people: People) -> pl.LazyFrame:
    columns: dict[str, Any] = {
        CUSTOMER: [own_id for own_id, _, _, _ in people],
        OWNER: [number for _, number, _, _ in people],
        POSITION: [position for _, _, position, _ in people],
        GIVEN_ID: pl.Series([customer.fields.get(CUSTOMER) for *_, customer in people], dtype=pl.String),
    }
    for field in plan.fields:
        if field != CUSTOMER:
            columns[field] = _column(
                plan.kinds[field], [customer.fields.get(field) for *_, customer in people]
            )
    return pl.DataFrame(columns).lazy()


def _column(kind: str, values: Sequence[Any]) -> pl.Series:
    """A column as a reader hands it over: dates are dates."""
    series = pl.Series(values, dtype=TYPES.get(kind, pl.Float64))
    return series.cast(pl.Int32).cast(pl.Date) if kind == "date" else series


def _events(table: Table, people: People) -> pl.LazyFrame:
    rows = [row for own_id, _, _, customer in people for row in _rows(table, customer, own_id)]
    return pl.DataFrame(
        {key: _column(field.kind, [row.get(key) for row in rows]) for key, field in table.fields.items()}
    ).lazy()


def _given_columns(plan: Plan, stage: Sequence[Step], people: People) -> list[pl.Expr]:
    """For each step that some test gives: the given value where there is one, else what was computed."""
    columns: list[pl.Expr] = []
    for step in stage:
        have = [step.column in customer.features for *_, customer in people]
        if any(have):
            values = [customer.features.get(step.column) for *_, customer in people]
            given = pl.lit(pl.Series(values, dtype=TYPES.get(plan.kinds[step.column], pl.Float64)))
            columns.append(
                pl.when(pl.lit(pl.Series(have))).then(given).otherwise(pl.col(step.column)).alias(step.column)
            )
    return columns


def _base_stage(plan: Plan, frame: pl.LazyFrame, stage: Sequence[Step]) -> pl.LazyFrame:
    """Figures over the base, each test's base on its own; bases that are alike are computed once."""
    before = frame.collect()
    needed = sorted({name for step in stage for name in step.tree.names()})
    columns = [step.column for step in stage]
    known: dict[tuple[Any, ...], pl.DataFrame] = {}
    parts: list[pl.DataFrame] = []
    for base in before.select(OWNER, *needed).partition_by(OWNER, maintain_order=True, include_key=False):
        alike = tuple(base.rows())
        if alike not in known:
            known[alike] = frame_engine.with_features(plan, base.lazy(), [stage]).select(columns).collect()
        parts.append(known[alike])
    return before.hstack(pl.concat(parts)).lazy()


# ---- both -----------------------------------------------------------------------------------------------


def differences(plan: Plan, results: Sequence[Result], frame: pl.DataFrame) -> list[tuple[Difference, ...]]:
    """For each test the columns in which the engines differ."""
    trace = trace_of_results(plan, [""] * len(results), results).drop(CUSTOMER)
    types = frame.schema  # each asking makes it anew
    steps = {
        step.column: pl.Series([r.values[step.column] for r in results], dtype=types[step.column])
        for step in plan.steps
    }
    found: list[list[Difference]] = [[] for _ in results]
    for column, expected in {**trace.to_dict(), **steps}.items():
        unlike = expected.ne_missing(frame[column])
        for index in unlike.arg_true() if unlike.any() else ():
            found[index].append(Difference(column, expected[index], frame[column][index]))
    return [tuple(unlike) for unlike in found]
