# SPDX-License-Identifier: Apache-2.0
"""The base as a whole: tiers, the spread of scores, the portfolio's score and figures, and how concentrated revenue is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ...arithmetic import UNIT
from ...folder import Run
from ...model import Action
from ...scoring import STATES
from ...speech import period_word
from ..requests import measured_column
from ..text import counts_of, figures_of
from . import breakdowns, rules
from .columns import Origins
from .words import Words

Node = dict[str, Any]
CURVE = 100
BINS = 20
BANDS = (40, 60, 80)
CLASSES = {"A": 0.7, "B": 0.9, "C": 1.0}
"""Of customers in the order of their revenue: up to which share of it they are of a class."""


def tiers(words: Words) -> list[Node]:
    """Each tier with its count and share, and what is done for its customers; last those that could not be assessed."""
    counts = counts_of(words.run, "tier.index")
    total = max(1, words.run.manifest["customers"])
    found = []
    for index, tier in enumerate(words.pack.tiers):
        count = counts.get(index, 0)
        found.append({
            "id": tier.id, "title": words.text(tier.title), "count": count, "share": count / total, "why": words.text(tier.why),
            "words": words.words(tier.when.tree) if tier.when is not None else words.say("all-others"), "actions": measures(words, tier.actions),
        })  # fmt: skip
    none = counts.get(None, 0)
    if none:
        found.append({"id": None, "title": words.tell("not-assessed"), "count": none, "share": none / total, "why": "", "words": "", "actions": []})  # fmt: skip
    return found


def measures(words: Words, actions: Sequence[Action]) -> list[Node]:
    """What is to be done, by whom and by when."""
    return [
        {
            "title": words.text(action.title), "owner": words.text(action.owner),
            "due": period_word(action.due, words.language),
        }
        for action in actions
    ]  # fmt: skip


def spread(words: Words) -> Node:
    """Mean, extremes and percentiles of the composite, of each dimension and index, and how often composites lie where."""
    found = figures_of(words.run)
    frame = words.run.trace.select("composite.points").drop_nulls().collect(engine="streaming")
    width = 100 * UNIT // BINS
    counted = frame.select((pl.col("composite.points") // width).clip(0, BINS - 1).alias("bin"))[
        "bin"
    ].value_counts()
    bins = dict(counted.iter_rows())
    return {
        "composite": found["composite"], "bins": [bins.get(index, 0) for index in range(BINS)],
        "dimensions": {dimension.id: found[dimension.id] for dimension in words.pack.dimensions},
        "indices": {index.id: found[f"index.{index.id}"] for index in words.pack.indices},
    }  # fmt: skip


def portfolio(words: Words, facts: Node | None) -> Node | None:
    """The base's own score, dimensions, rules and figures; None when the pack has no rules for it."""
    run = words.run.portfolio
    if run is None or facts is None:
        return None
    own = words.of(run)
    trace = run.trace.collect().row(0, named=True)
    values = run.inputs.collect().row(0, named=True)
    tier = trace["tier.index"]
    dimensions = rules.dimensions(own)
    columns = Origins(own).columns(
        name for one in dimensions for rule in one["rules"] for name in rule["inputs"]
    )
    counted = sum(one["weight"] for one in dimensions if trace[f"{one['id']}.points"] is not None)
    for one in dimensions:
        one["points"] = _shown(trace[f"{one['id']}.points"])
        one["gives"] = None if one["points"] is None else round(one["points"] * one["weight"] / counted, 4)
        for rule in one["rules"]:
            case = trace[f"{rule['id']}.case"]
            rule["points"] = _shown(trace[f"{rule['id']}.points"])
            rule["case"] = rule["cases"][case] if case >= 0 else None
            rule["state"] = "scored" if case >= 0 else STATES[case]
            rule["values"] = [
                {"title": columns[name]["title"], "value": own.shown(values[name], _unit(run, name))}
                for name in rule["inputs"]
            ]
    return {
        "title": own.text(run.pack.title), "composite": _shown(trace["composite.points"]),
        "low": _shown(trace["composite.low"]), "high": _shown(trace["composite.high"]), "coverage": _shown(trace["composite.coverage"]),
        "tier": None if tier is None else own.text(run.pack.tiers[tier].title), "dimensions": dimensions,
        "left_out": rules.left_out(own), "gates": rules.gates(own),
        "figures": _groups(run, dimensions, [
            {
                "id": figure["id"], "title": figure["title"][words.language], "value": figure["value"], "unit": figure["unit"],
                "shown": own.shown(figure["value"], figure["unit"]),
                "how": own.words(run.pack.features[figure["id"]].expr.tree) + _lacking(words, own, figure["id"]),
            }
            for figure in facts["figures"]
        ]),
        "breakdowns": [breakdowns.breakdown(own, one) for one in facts["breakdowns"] if breakdowns.known(one)],
    }  # fmt: skip


def _groups(run: Run, dimensions: list[Node], figures: list[Node]) -> list[Node]:
    """The figures under the dimension in whose file they stand, each with the length of its bar from 0 to 1: shares of
    the whole, others of the largest of the same unit beside them; None where there is nothing to compare with."""
    titles = {one["id"]: one["title"] for one in dimensions}
    found: dict[str, list[Node]] = {}
    for figure in figures:
        found.setdefault(Path(run.pack.features[figure["id"]].span.file).stem, []).append(figure)
    for group in found.values():
        for figure in group:
            like = [abs(one["value"]) for one in group if one["unit"] == figure["unit"] and isinstance(one["value"], int | float)]  # fmt: skip
            whole = {"share": 1.0, "points": 100.0}.get(figure["unit"], 0.0)
            most = max([whole, *like])
            alone = not whole and (len(like) < 2 or not figure["unit"])
            number = figure["value"] if isinstance(figure["value"], int | float) else None
            figure["bar"] = None if number is None or number < 0 or alone or not most else number / most
    order = [*titles, *(stem for stem in found if stem not in titles)]
    return [{"title": titles.get(stem, ""), "figures": found[stem]} for stem in order if stem in found]


def _lacking(words: Words, own: Words, figure: str) -> str:
    """What a figure reads of the customers, where some have no value, with how many they are."""
    fields = own.pack.tables["customers"].fields
    read = sorted(
        name.removeprefix("customers.")
        for name in own.pack.features[figure].expr.tree.names()
        if name.startswith("customers.")
    )
    lacking = [
        words.tell("figure-lacking-one", title=own.text(fields[name].title), count=f"{count:,}")
        for name in read
        if name in fields and (count := words.run.unknown.get(name))
    ]
    return words.tell("figure-lacking", fields=words.tell("comma").join(lacking)) if lacking else ""


def _unit(run: Run, name: str) -> str:
    return run.pack.features[name].unit if name in run.pack.features else ""


def concentration(words: Words) -> Node | None:
    """The curve of revenue over customers, and the ten that bring most; None when the base measures no concentration.

    The column is the one whose concentration (`gini`, `hhi`) the rules for the base measure."""
    run = words.run
    column = measured_column(run)
    if column is None:
        return None
    have = ["name"] if "name" in run.inputs.collect_schema().names() else []
    frame = (
        run.inputs.select("customer_id", *have, pl.col(column).alias("#amount"))
        .filter(pl.col("#amount") > 0)
        .sort(["#amount", "customer_id"], descending=[True, False])
        .collect()
    )
    total = frame["#amount"].sum()
    if not frame.height or not total:
        return None
    running = (frame["#amount"].cum_sum() / total).to_list()
    places = sorted({round(step * frame.height / CURVE) for step in range(1, CURVE + 1)} - {0})
    unit = run.pack.features[column].unit if column in run.pack.features else ""
    top = frame.head(10)
    return {
        "column": words.label(column), "customers": frame.height,
        "tenth": _of_first(running, 0.1), "fifth": _of_first(running, 0.2),
        "curve": [[0.0, 0.0], *([place / frame.height, running[place - 1]] for place in places)],
        "top": [
            {
                "id": row["customer_id"], "name": row.get("name") or "", "amount": words.shown(row["#amount"], unit),
                "share": row["#amount"] / total, "running": running[index],
            }
            for index, row in enumerate(top.iter_rows(named=True))
        ],
    }  # fmt: skip


def segments(words: Words) -> Node | None:
    """How many customers, and how much of the revenue, lie in which class of revenue and which stretch of composites."""
    run, column = words.run, measured_column(words.run)
    if column is None:
        return None
    scored = run.trace.select("composite.points").with_row_index("#place").collect()
    money = (
        run.inputs.select(pl.col(column).alias("#amount"), "customer_id").with_row_index("#place").collect()
    )
    frame = scored.join(money, on="#place").sort(["#amount", "customer_id"], descending=[True, False], nulls_last=True)  # fmt: skip
    gains = frame["#amount"].fill_null(0.0).clip(0.0)
    total = gains.sum()
    if not total:
        return None
    before = (gains.cum_sum() - gains) / total
    cells: Node = {name: [[0, 0.0] for _ in range(len(BANDS) + 2)] for name in (*CLASSES, "none")}
    for points, amount, share in zip(frame["composite.points"], gains, before, strict=True):
        name = next(one for one, end in CLASSES.items() if share < end or one == "C") if amount else "none"
        at = len(BANDS) + 1 if points is None else sum(points >= bound * UNIT for bound in BANDS)
        cells[name][at][0] += 1
        cells[name][at][1] += amount / total
    last = len(BANDS) + 2 if any(row[-1][0] for row in cells.values()) else len(BANDS) + 1
    return {
        "column": words.label(column), "bands": list(BANDS), "assessed": last == len(BANDS) + 1,
        "rows": [
            {"id": name, "title": words.tell(f"segment.{name}"), "cells": [{"count": count, "share": share} for count, share in row[:last]]}
            for name, row in cells.items() if any(count for count, _ in row)
        ],
    }  # fmt: skip


def _of_first(running: list[float], share: float) -> float:
    """The share of revenue that the first part of the customers brings, at least the first of them."""
    return running[max(1, round(len(running) * share)) - 1]


def _shown(number: int | None) -> float | None:
    return None if number is None else number / UNIT
