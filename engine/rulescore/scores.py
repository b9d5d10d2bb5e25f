# SPDX-License-Identifier: Apache-2.0
"""Trace and inputs -> the table of scores that people read: CSV for up to 100,000 customers, Parquet beyond."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from .engines.frame import CUSTOMER
from .engines.row import REASONS
from .engines.verdicts import tier_reason_words
from .model import AT_RISK, VALUE_AT_RISK
from .packs.portfolio_table import index_column
from .plan import Plan

CSV_UP_TO = 100_000
WARNINGS = "early_warnings"


def score_columns(plan: Plan, with_name: bool) -> list[str]:
    """The columns of the scores, in order."""
    first = [CUSTOMER, "name"] if with_name else [CUSTOMER]
    dimensions = [dimension.id for dimension in plan.pack.dimensions]
    return [
        *first,
        *dimensions,
        "composite",
        "low",
        "high",
        "coverage",
        *(index_column(index) for index in plan.pack.indices),
        "tier",
        *(["tier_by_rules"] if plan.decided else []),
        "tier_reason",
        "gates",
        "reasons",
    ]


def columns_beside(plan: Plan) -> list[str]:
    """What stands after the scores: the findings that hold, the early warnings of who is on the list with what is at risk, and the
    features that the pack shows beside them."""
    warned = [WARNINGS, VALUE_AT_RISK] if plan.pack.early_warnings else []
    shown = [name for name in plan.pack.shown if name not in warned]
    return [*(["findings"] if plan.pack.findings else []), *warned, *shown]


def inputs_beside(plan: Plan, named: bool) -> list[str]:
    """The stored inputs that the table of scores shows."""
    pack = plan.pack
    warned = [*(one.id for one in pack.early_warnings), AT_RISK, VALUE_AT_RISK] if pack.early_warnings else []
    return list(dict.fromkeys([*(["name"] if named else []), *(one.id for one in pack.findings), *warned, *pack.shown]))  # fmt: skip


def score_table(plan: Plan, trace: pl.LazyFrame, inputs: pl.LazyFrame) -> pl.LazyFrame:
    """The whole table; numbers as numbers, findings by their ids joined by `;`, all else as text."""
    named = "name" in inputs.collect_schema().names()
    held = [pl.when(pl.col(one.id)).then(pl.lit(one.id)) for one in plan.pack.findings]
    beside = [pl.concat_str(held, separator=";", ignore_nulls=True).alias("findings")] if held else []
    warned = [
        pl.when(pl.col(one.id) & pl.col(AT_RISK)).then(pl.lit(one.id)) for one in plan.pack.early_warnings
    ]
    if warned:
        beside += [pl.concat_str(warned, separator=";", ignore_nulls=True).alias(WARNINGS), pl.col(VALUE_AT_RISK)]  # fmt: skip
    beside += [pl.col("name")] if named else []
    beside += [
        pl.col(name) if plan.kinds[name] == "number" else pl.col(name).cast(pl.String)
        for name in plan.pack.shown
        if not (warned and name == VALUE_AT_RISK)
    ]
    scores = score_frame(plan, trace)
    table = pl.concat([scores, inputs.select(beside)], how="horizontal") if beside else scores
    return table.select(*score_columns(plan, named), *columns_beside(plan))


def texts(plan: Plan, named: bool) -> list[str]:
    """The columns of the table that may hold text from outside."""
    shown = [name for name in plan.pack.shown if plan.kinds[name] != "number"]
    return [CUSTOMER, *(["name"] if named else []), *shown]


def score_frame(plan: Plan, trace: pl.LazyFrame) -> pl.LazyFrame:
    """The scores without names: points as numbers, tiers, gates and rules by their ids, several joined by `;`."""
    pack = plan.pack
    shown = [_points(f"{dimension.id}.points").alias(dimension.id) for dimension in pack.dimensions]
    shown += [
        _points(f"composite.{part}").alias(name)
        for part, name in (
            ("points", "composite"),
            ("low", "low"),
            ("high", "high"),
            ("coverage", "coverage"),
        )
    ]
    tier_ids = [tier.id for tier in pack.tiers]
    words = tier_reason_words(plan)
    tiers = pl.Series(tier_ids, dtype=pl.Enum(tier_ids))
    reasons = pl.Series(words, dtype=pl.Enum(words))
    gates = [pl.when(pl.col(f"gate.{gate.id}")).then(pl.lit(gate.id)) for gate in pack.gates]
    rules = pl.Series([rule.id for rule in pack.rules], dtype=pl.String)
    none = pl.lit("", dtype=pl.String)
    return trace.select(
        pl.col(CUSTOMER),
        *shown,
        *(_points(f"index.{index.id}.points").alias(index_column(index)) for index in pack.indices),
        pl.lit(tiers).gather(pl.col("tier.index")).alias("tier"),
        *([pl.lit(tiers).gather(pl.col("tier.by_rules")).alias("tier_by_rules")] if plan.decided else []),
        pl.lit(reasons).gather(pl.col("tier.reason")).alias("tier_reason"),
        (pl.concat_str(gates, separator=";", ignore_nulls=True) if gates else none).alias("gates"),
        pl.concat_str(
            [pl.lit(rules).gather(pl.col(f"reason.{place}")) for place in range(REASONS)],
            separator=";",
            ignore_nulls=True,
        ).alias("reasons"),
    )


def _points(column: str) -> pl.Expr:
    value = pl.col(column).cast(pl.Float64)
    return value / (value * 0.0 + 10_000.0)  # kept a division, correctly rounded


def scores_of_trace(plan: Plan, trace: pl.LazyFrame, inputs: pl.LazyFrame, folder: Path) -> None:
    """Writes `scores.csv` (UTF-8 with a byte order mark, for spreadsheets) or `scores.parquet`."""
    scores = score_table(plan, trace, inputs)
    if inputs.select(pl.len()).collect(engine="in-memory").item() > CSV_UP_TO:
        scores.sink_parquet(
            folder / "scores.parquet",
            compression="lz4",
            statistics=False,
            row_group_size=100_000,
            engine="streaming",
        )
        return
    named = "name" in inputs.collect_schema().names()
    scores.with_columns(harmless(text) for text in texts(plan, named)).collect(engine="in-memory").write_csv(
        folder / "scores.csv", include_bom=True
    )


def harmless(column: str) -> pl.Expr:
    """A leading apostrophe keeps a spreadsheet from running text as a formula; some take full-width signs too."""
    text = pl.col(column)
    return (
        pl.when(text.str.contains(r"^['=+\-@\t\r\n＝＋－＠]"))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .alias(column)
    )
