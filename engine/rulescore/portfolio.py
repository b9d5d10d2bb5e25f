# SPDX-License-Identifier: Apache-2.0
"""Scored customers -> the base as a whole: one more record, whose events are the customers, scored by the same engines.

Its tables lie in the run folder under `portfolio/`, in the form that those of the customers have, beside the company's own
events, such as its answers; `portfolio.json` says the same for other programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import polars as pl
import rfc8785

from . import breakdowns
from .engines import frame as frame_engine
from .engines.literals import TYPES
from .engines.row import RowEngine, shown
from .engines.tables import rows_of, trace_of_results
from .folder import INPUTS, PORTFOLIO, TRACE, narrow, trace_columns
from .packs.measures import TAKEN
from .packs.portfolio_table import COMPANY, COMPANY_ID, OWNER, columns_read
from .plan import Plan
from .problems import Problems
from .readers.coerce import type_of
from .readers.table import ROW, SOURCE, Executor, TableData, held
from .scores import score_columns, score_frame

CUSTOMER = frame_engine.CUSTOMER
JSON = "portfolio.json"


def check_company(tables: Mapping[str, TableData], problems: Problems) -> None:
    """The company's table, when there is one, has one row."""
    if COMPANY in tables:
        rows = tables[COMPANY].frame.select(pl.len()).collect().item()
        if rows != 1:
            problems.error("company-rows", tables[COMPANY].place(0, 1), count=rows)


def write(
    customers: Plan, plan: Plan, tables: Mapping[str, TableData], by: Literal["row"] | Executor, folder: Path
) -> None:
    """Scores the base whose customers are in the run `folder`, with the company's own `tables`, and writes what came of it
    there: by the row engine, or the frame engine on one of Polars' own."""
    target = folder / PORTFOLIO
    target.mkdir()
    for name, frame in own_events(plan, tables).items():
        frame.collect(engine="in-memory").write_parquet(
            target / f"{name}.parquet", compression="zstd", statistics=False
        )
    events = events_of_run(customers, plan, folder)
    record = frame_engine.as_numbers(_record(plan, tables.get(COMPANY)), plan.fields, plan.kinds)
    if by == "row":
        rows = event_rows(plan, events)
        inputs, trace = by_row(plan, record.collect(), rows)
        broken_down = breakdowns.by_row(plan, inputs.row(0, named=True), rows)
    else:
        # Aggregates read the whole base; what is made of them is one record, which the row engine takes in a tenth of the time.
        inputs, trace = by_row(plan, frame_engine.with_aggregates(plan, record, events).collect(engine=by))
        broken_down = breakdowns.by_frame(plan, inputs.row(0, named=True), events, by)
    wanted = [CUSTOMER, SOURCE, ROW, *plan.fields, *(step.column for step in plan.steps)]
    kept = frame_engine.as_dates(
        inputs.select(list(dict.fromkeys(wanted))).lazy(), list(plan.kinds), plan.kinds
    )
    kept.collect(engine="in-memory").write_parquet(target / INPUTS, compression="zstd", statistics=False)
    trace.cast(narrow(plan)).write_parquet(target / TRACE, compression="zstd", statistics=False)  # type: ignore[arg-type]
    (folder / JSON).write_bytes(rfc8785.dumps(facts(plan, inputs.row(0, named=True), broken_down)))


def event_tables(plan: Plan) -> list[str]:
    """The company's own event tables that the plan and its breakdowns read, and what people noted of its measures."""
    kept = {TAKEN} & plan.pack.tables.keys()
    beside = {table for breakdown in plan.pack.breakdowns for table in breakdown.beside}
    return sorted({step.tree.table for step in plan.event_steps} - {"customers"} | kept | beside)


def own_events(plan: Plan, tables: Mapping[str, TableData]) -> dict[str, pl.LazyFrame]:
    """The company's own events that were handed in, as the run stores them: everything but what is free text about persons,
    with the place of each row."""
    found = {}
    for name in event_tables(plan):
        if name in tables:
            table, frame = plan.pack.tables[name], tables[name].frame
            have = frame.collect_schema().names()
            kept = [key for key in table.fields if key in have and not table.fields[key].private]
            owner = pl.lit(OWNER).alias(table.customer)
            found[name] = frame.select(
                *kept, owner, pl.col(SOURCE).cast(pl.Int32), pl.col(ROW).cast(pl.Int64)
            )
    return found


def events_of_run(customers: Plan, plan: Plan, folder: Path) -> dict[str, pl.LazyFrame]:
    """The events of the company in the run `folder`: its scored customers, and its own that were handed in."""
    stored = {name: folder / PORTFOLIO / f"{name}.parquet" for name in event_tables(plan)}
    own = {name: pl.scan_parquet(path) for name, path in stored.items() if path.is_file()}
    return {"customers": scored_base(customers, plan, folder), **own}


def scored_base(customers: Plan, plan: Plan, folder: Path) -> pl.LazyFrame:
    """The customers of a run with the columns that the portfolio reads, each row belonging to the company."""
    read = columns_read(plan.pack)
    inputs, trace = pl.scan_parquet(folder / INPUTS), pl.scan_parquet(folder / TRACE)
    scores = score_frame(customers, trace)
    made = [name for name in score_columns(customers, False) if name in read and name != CUSTOMER]
    fields = [name for name in inputs.collect_schema().names() if name in read and name not in made]
    texts = [pl.col(name).cast(pl.String) for name in made if name in ("tier", "tier_reason")]
    chosen = scores.select(made).with_columns(texts) if made else None
    parts = [
        inputs.select(CUSTOMER, *(name for name in fields if name != CUSTOMER)),
        *([chosen] if chosen is not None else []),
    ]
    base = pl.concat(parts, how="horizontal").with_columns(pl.lit(OWNER).alias(COMPANY_ID))
    rows = inputs.select(pl.len()).collect(engine="in-memory").item()
    return held(base, rows, len(fields) + len(made))


def facts(plan: Plan, values: Mapping[str, Any], tables: Sequence[breakdowns.Table]) -> dict[str, Any]:
    """The base as plain data: its score and grade, every dimension and rule, every figure with its expression, and its
    breakdowns, of which `tables` are the rows."""
    pack = plan.pack
    result = RowEngine(plan).score(dict(values))
    return {
        "pack": {"title": dict(pack.title), "version": pack.version},
        "composite": shown(result.composite.points), "low": shown(result.composite.low), "high": shown(result.composite.high),
        "coverage": shown(result.coverage), "tier": result.tier, "tier_reason": result.tier_reason,
        "gates": dict(result.gates),
        "dimensions": [
            {"id": one.id, "title": dict(one.title), "weight": one.weight, "points": shown(result.dimensions[one.id].points)}
            for one in pack.dimensions
        ],
        "rules": [
            {
                "id": rule.id, "title": dict(rule.title), "dimension": rule.dimension, "weight": rule.weight,
                "state": result.outcomes[rule.id].state, "points": shown(result.outcomes[rule.id].points),
            }
            for rule in pack.rules
        ],
        "figures": [
            {
                "id": feature.id, "title": dict(feature.title), "unit": feature.unit, "value": values.get(feature.id),
                "expression": feature.expr.text, "source": list(feature.source),
            }
            for feature in pack.features.values()
            if feature.id in plan.kinds
        ],
        "breakdowns": breakdowns.facts(plan, tables),
    }  # fmt: skip


def _record(plan: Plan, company: TableData | None) -> pl.LazyFrame:
    """The company as one record: its fields that the plan reads, and where they stand."""
    table = plan.pack.records
    have = set() if company is None else set(company.frame.collect_schema().names())
    frame = pl.LazyFrame({"": [0]}) if company is None else company.frame
    chosen = [
        pl.lit(OWNER).alias(CUSTOMER),
        (pl.col(SOURCE) if company is not None else pl.lit(None)).cast(pl.Int32).alias(SOURCE),
        (pl.col(ROW) if company is not None else pl.lit(None)).cast(pl.Int64).alias(ROW),
    ]
    for key in plan.fields:
        chosen.append(
            pl.col(key) if key in have else pl.lit(None, dtype=type_of(table.fields[key])).alias(key)
        )
    return frame.select(chosen)


def by_row(
    plan: Plan, record: pl.DataFrame, events: Mapping[str, list[dict[str, Any]]] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Inputs, dates as days, and trace of the one `record`, whose dates are days, by the row engine. Without `events` the
    record holds its aggregates."""
    result = RowEngine(plan).evaluate_base(rows_of(record), None if events is None else [dict(events)])[0]
    there = set(record.columns)
    made = {step.column: TYPES[step.tree.kind] for step in plan.steps if step.column not in there}
    trace = trace_of_results(plan, record[CUSTOMER].to_list(), [result]).select(trace_columns(plan))
    values = pl.from_dicts([{name: result.values[name] for name in made}], made) if made else pl.DataFrame()
    return record.hstack(values), trace


def event_rows(plan: Plan, events: Mapping[str, pl.LazyFrame]) -> dict[str, list[dict[str, Any]]]:
    """The events of the company as rows by table, dates as days."""
    found = {}
    for table, frame in events.items():
        fields = plan.pack.tables[table].fields
        names = [name for name in frame.collect_schema().names() if name in fields]
        kinds = {name: fields[name].kind for name in names}
        found[table] = rows_of(frame_engine.as_numbers(frame.select(names), names, kinds).collect())
    return found
