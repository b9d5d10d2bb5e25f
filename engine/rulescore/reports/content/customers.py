# SPDX-License-Identifier: Apache-2.0
"""The customers of a run, column by column: scores, tier and why, gates, rules, values, and the rows they came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from ...arithmetic import UNIT
from ...engines import frame as frame_engine
from ...engines.evaluator import Evaluator
from ...engines.verdicts import tier_reason_words
from ...folder import CELLS, Run
from ...values import iso
from .columns import Origins
from .warnings import of_customers
from .words import Words, percent

Node = dict[str, Any]
ALL_UP_TO, ELSE_TOP, ELSE_SAMPLE = 12_000, 2_000, 1_000
"""Up to how many customers all are shown; of more, how many of the best, and how many of the others, evenly spaced."""
ROWS_SHOWN = 8


def listing(words: Words, names: list[str]) -> Node:
    """Everything about each customer; of very many, the best composites and a sample of the others. `names`: what the rules read."""
    run = words.run
    trace = _chosen(run)
    origins = Origins(words)
    columns = origins.columns([*names, *run.pack.shown])
    inputs = _inputs(run, trace["#place"])
    pack = run.pack

    def points(column: str) -> list[float | None]:
        return [None if value is None else value / UNIT for value in trace[column].to_list()]

    whys, why = _why(words, trace)
    return {
        "total": run.manifest["customers"], "shown": trace.height, "best": min(ELSE_TOP, trace.height) if trace.height < run.manifest["customers"] else trace.height,
        "id": trace[frame_engine.CUSTOMER].to_list(), "name": inputs["name"].to_list() if "name" in inputs.columns else [],
        "composite": points("composite.points"), "low": points("composite.low"), "high": points("composite.high"),
        "coverage": points("composite.coverage"), "tier": trace["tier.index"].to_list(), "why": why, "whys": whys,
        "next": _next(words, trace, inputs), "parts": [_parts(words, index) for index in range(len(pack.tiers))],
        "items": _items(run, trace, inputs),
        "gates": [trace[f"gate.{gate.id}"].cast(pl.Int8).to_list() for gate in pack.gates],
        "dimensions": [points(f"{dimension.id}.points") for dimension in pack.dimensions],
        "indices": [points(f"index.{index.id}.points") for index in pack.indices],
        "cases": [trace[f"{rule.id}.case"].to_list() for rule in pack.rules],
        "points": [points(f"{rule.id}.points") for rule in pack.rules],
        "reasons": [trace[f"reason.{place}"].to_list() for place in range(3)],
        "shown_inputs": list(pack.shown), "findings": [{"title": words.text(one.title), "words": words.words(one.when.tree), "keeps_out": one.keeps_out} for one in pack.findings],
        "found": _found(words, inputs), "warned": of_customers(words, inputs), "columns": columns, "values": {name: _values(inputs[name], columns[name]["kind"]) for name in columns},
        "sources": origins.sources, "source": [None if source is None else origins.places[pack.subject][source] for source in inputs["#source"].to_list()], "row": inputs["#row"].to_list(),
        "events": _events(run, trace[frame_engine.CUSTOMER], origins),
    }  # fmt: skip


def _chosen(run: Run) -> pl.DataFrame:
    """The trace of the customers shown, best first, with their places in the run."""
    order = ["composite.points", frame_engine.CUSTOMER]
    numbered = run.trace.with_row_index("#place")
    if run.manifest["customers"] > ALL_UP_TO:
        ranked = (
            numbered.select("#place", *order)
            .sort(order, descending=[True, False], nulls_last=True)
            .collect(engine="streaming")["#place"]
        )
        rest = ranked.slice(ELSE_TOP)
        sample = rest.gather_every(max(1, -(-rest.len() // ELSE_SAMPLE)))
        chosen = pl.concat([ranked.head(ELSE_TOP), sample]).to_frame().lazy()
        numbered = numbered.join(chosen, on="#place", how="semi")
    return numbered.collect().sort(order, descending=[True, False], nulls_last=True)


def _inputs(run: Run, places: pl.Series) -> pl.DataFrame:
    """The stored inputs of the customers shown, in their order, dates as days."""
    have = run.inputs.collect_schema().names()
    frame = frame_engine.as_numbers(
        run.inputs, [name for name in run.plan.kinds if name in have], run.plan.kinds
    )
    wanted = frame.with_row_index("#place").join(places.to_frame().lazy(), on="#place", how="semi").collect()
    return places.to_frame().join(wanted, on="#place", how="left", maintain_order="left")


def _values(column: pl.Series, kind: str) -> list[Any]:
    """Values as they are shown: dates as text, numbers to six digits, money to the cent."""
    values = column.to_list()
    if kind == "date":
        return [None if value is None else iso(int(value)) for value in values]
    if kind == "number":
        return [None if value is None else _short(float(value)) for value in values]
    return values


def _short(value: float) -> float | int:
    value = float(f"{value:.6g}") if abs(value) < 1e6 else round(value, 2)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _found(words: Words, inputs: pl.DataFrame) -> list[list[list[Any]]]:
    """For each customer the findings that hold: [which, its amount in words]."""
    found: list[list[list[Any]]] = [[] for _ in range(inputs.height)]
    for index, one in enumerate(words.pack.findings):
        amounts = inputs[one.amount.id].to_list() if one.amount is not None else []
        unit = "" if one.amount is None else one.amount.unit
        for at in inputs[one.id].arg_true().to_list():
            amount = amounts[at] if amounts else None
            found[at].append([index, "" if amount is None else words.money(Decimal(repr(amount)), unit)])
    return found


def _why(words: Words, trace: pl.DataFrame) -> tuple[list[str], list[int]]:
    """The different reasons for a tier in words, and the place of each customer's."""
    run = words.run
    codes = tier_reason_words(run.plan)
    found: dict[tuple[int | None, int], int] = {}
    places = [
        found.setdefault(pair, len(found))
        for pair in zip(trace["tier.index"].to_list(), trace["tier.reason"].to_list(), strict=True)
    ]
    return [_reason(words, tier, codes[code]) for tier, code in found], places


def _reason(words: Words, tier: int | None, code: str) -> str:
    pack = words.pack
    if tier is None:
        return words.tell("why.none")
    if code == "coverage":
        return words.tell("why.coverage", minimum=percent(pack.minimum_coverage))
    if code.startswith("gate:"):
        gate = next(gate for gate in pack.gates if gate.id == code[5:])
        return words.tell("why.gate", gate=words.text(gate.title), reason=words.text(gate.reason))
    when = pack.tiers[tier].when
    return words.tell("why.last") if when is None else words.tell("why.reached", words=words.words(when.tree))


def _parts(words: Words, index: int) -> list[str]:
    """What a tier asks for, part by part, in words."""
    when = words.pack.tiers[index].when
    if when is None:
        return []
    return [words.words(part) for part in (when.tree.args if when.tree.op == "and" else (when.tree,))]


def _next(words: Words, trace: pl.DataFrame, inputs: pl.DataFrame) -> list[str]:
    """For each customer below the top whether each part of the next tier's condition holds: y, n or ? a part."""
    run, evaluator = words.run, Evaluator()
    trees = [tree for _, tree in run.plan.tiers]
    scores = {f"score.{dimension.id}": f"{dimension.id}.points" for dimension in run.pack.dimensions}
    scores |= {"composite": "composite.points", "coverage": "composite.coverage"}
    scores |= {f"index.{index.id}": f"index.{index.id}.points" for index in run.pack.indices}
    gates = {f"gate.{gate.id.replace('-', '_')}": f"gate.{gate.id}" for gate in run.pack.gates}
    found = []
    rows = zip(trace.iter_rows(named=True), inputs.iter_rows(named=True), strict=True)
    for scored, record in rows:
        tier = scored["tier.index"]
        above = trees[tier - 1] if tier and scored["tier.natural"] == tier else None  # else it was held down
        if above is None:
            found.append("")
            continue
        names = {**record}
        names |= {name: None if scored[at] is None else scored[at] / UNIT for name, at in scores.items()}
        names |= {name: scored[at] for name, at in gates.items()}
        names |= {
            f"assessed.{index.id}": all(scored[f"{one}.points"] is not None for one in index.weights)
            for index in run.pack.indices
        }
        parts = above.args if above.op == "and" else (above,)
        found.append("".join(_holds(evaluator.value(part, names)) for part in parts))
    return found


def _holds(value: Any) -> str:
    return {True: "y", False: "n"}.get(value, "?")


def _items(run: Run, trace: pl.DataFrame, inputs: pl.DataFrame) -> dict[str, list[str]]:
    """For each checklist and customer that it scores whether each item holds: y, n or ? an item."""
    evaluator, records = Evaluator(), inputs.to_dicts()
    found: dict[str, list[str]] = {}
    for planned in run.plan.rules:
        rule, (case, *_) = planned.rule, planned.cases
        if not rule.cases[0].parts or isinstance(case.points, int):
            continue
        trees, sum_so_far = [], case.points
        for _ in rule.cases[0].parts:  # the points are (start + item) + item, each item an `if`
            trees.append(sum_so_far.args[1].args[0])
            sum_so_far = sum_so_far.args[0]
        states = zip(trace[f"{rule.id}.case"].to_list(), records, strict=True)
        found[rule.id] = [
            "".join(_holds(evaluator.value(tree, record)) for tree in reversed(trees)) if state >= 0 else ""
            for state, record in states
        ]
    return found


def _events(run: Run, ids: pl.Series, origins: Origins) -> dict[str, list[list[list[int]]]]:
    """For each table and customer its rows by source: [source, how many, the first rows...]."""
    rows = (
        pl.scan_parquet(run.folder / CELLS)
        .join(ids.to_frame().lazy(), on=frame_engine.CUSTOMER, how="semi")
        .group_by("table", frame_engine.CUSTOMER, "#source")
        .agg(pl.len().alias("count"), pl.col("#row").sort().head(ROWS_SHOWN))
        .sort("table", frame_engine.CUSTOMER, "#source")
        .collect()
    )
    position = {customer: index for index, customer in enumerate(ids.to_list())}
    found: dict[str, list[list[list[int]]]] = {}
    for table, customer, source, count, places in rows.iter_rows():
        if table not in found:
            found[table] = [[] for _ in position]
        found[table][position[customer]].append([origins.places[table][source], count, *places])
    return found
