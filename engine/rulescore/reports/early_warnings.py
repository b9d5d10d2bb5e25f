# SPDX-License-Identifier: Apache-2.0
"""The early-warning list of a run: who is on it with what at risk and why, worst first, and how much that is in all."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..engines import frame as frame_engine
from ..engines.evaluator import Evaluator
from ..folder import Run
from ..lang.syntax import Tree
from ..messages import word
from ..model import AT_RISK, AT_STAKE, KEPT_OUT, SEVERITIES, VALUE_AT_RISK, WARNING_LEVEL, Finding, Pack
from .findings import shown

Node = dict[str, Any]
NAMED = 5
CENTS = 100


def listed(run: Run) -> bool:
    """Whether the run has the list."""
    return bool(run.pack.early_warnings)


def unit(run: Run) -> str:
    return run.pack.features[VALUE_AT_RISK].unit


def totals(run: Run) -> Node:
    """How many customers are on the list and at which severity; what is at risk, to the cent, and its share of what all valued
    customers have at stake; of each warning on how many customers of the list it holds, with its own amount, and of how many it is
    unknown; and how many customers with a warning are kept out of the valued base."""
    warnings = run.pack.early_warnings
    keeps = KEPT_OUT in run.pack.features
    valued = ~pl.col(KEPT_OUT).fill_null(False) if keeps else pl.lit(True)
    asked = [
        pl.col(AT_RISK).sum().alias("count"), _cents(pl.col(VALUE_AT_RISK)).alias("value"),
        _cents(pl.col(AT_STAKE).filter(valued)).alias("whole"),
        (pl.any_horizontal(pl.col(one.id).fill_null(False) for one in warnings) & ~pl.col(AT_RISK)).sum().alias("kept_out"),
    ]  # fmt: skip
    asked += [(pl.col(WARNING_LEVEL) == level).sum().alias(level) for level in SEVERITIES]
    for one in warnings:
        holds = pl.col(one.id) & pl.col(AT_RISK)
        asked += [holds.sum().alias(f"{one.id}|count"), pl.col(one.id).null_count().alias(f"{one.id}|unknown")]  # fmt: skip
        if one.amount is not None:
            asked.append(_cents(pl.col(one.amount.id).filter(holds)).alias(f"{one.id}|amount"))
    row = run.inputs.select(asked).collect(engine=run.executor).row(0, named=True)
    value, whole = row["value"] / CENTS, row["whole"] / CENTS
    return {
        **{key: row[key] for key in ("count", "kept_out", *SEVERITIES)},
        "value": value,
        "share": row["value"] / row["whole"] if whole > 0 else None,
        "warnings": {
            one.id: {
                "count": row[f"{one.id}|count"], "unknown": row[f"{one.id}|unknown"],
                "amount": None if one.amount is None or not row[f"{one.id}|count"] else row[f"{one.id}|amount"] / CENTS,
            }
            for one in warnings
        },
    }  # fmt: skip


def _cents(amount: pl.Expr) -> pl.Expr:
    """A sum that is the same in any order."""
    return (amount * CENTS).round().cast(pl.Int64).sum()


def first(run: Run, count: int) -> pl.DataFrame:
    """The customers on the list, the largest amounts first, with the inputs that their warnings rest on; dates as days."""
    have = run.inputs.collect_schema().names()
    wanted = [name for name in columns(run) if name in have]
    frame = (
        run.inputs.filter(pl.col(AT_RISK))
        .select(wanted)
        .sort([VALUE_AT_RISK, frame_engine.CUSTOMER], descending=[True, False], nulls_last=True)
        .head(count)
    )
    return frame_engine.as_numbers(frame, wanted, run.plan.kinds).collect(engine=run.executor)


def columns(run: Run) -> list[str]:
    """The inputs that the list is shown by: who, how much, which warnings hold, and what they rest on."""
    found = [frame_engine.CUSTOMER, "name", WARNING_LEVEL, AT_RISK, VALUE_AT_RISK, KEPT_OUT]
    conditions = conditions_of(run)
    for one in run.pack.early_warnings:
        tree = conditions[one.id]
        found += [one.id, *([one.amount.id] if one.amount is not None else [])]
        found += [*sorted(tree.names()), *resting(run.pack, tree)]
    return list(dict.fromkeys(found))


def conditions_of(run: Run) -> dict[str, Tree]:
    """The conditions of the warnings as the plan runs them: parameters are constants."""
    ids = {one.id for one in run.pack.early_warnings}
    return {step.column: step.tree for step in run.plan.steps if step.column in ids}


class Reasons:
    """What makes the warnings of a run hold for a customer."""

    def __init__(self, run: Run) -> None:
        self.pack, self.evaluator = run.pack, Evaluator()
        self.parts = {
            name: [(part, resting(run.pack, part)) for part in (tree.args if tree.op == "or" else (tree,))]
            for name, tree in conditions_of(run).items()
        }

    def of(self, warning: Finding, row: Node) -> list[str]:
        """The fields and features that a warning that holds rests on; where one of several conditions is enough, those of the ones
        that hold."""
        parts = self.parts[warning.id]
        holding = [names for part, names in parts if len(parts) == 1 or self.evaluator.value(part, row) is True]  # fmt: skip
        return list(dict.fromkeys(name for names in holding for name in names if name in row))


def held(run: Run, row: Node) -> list[Finding]:
    """The warnings that hold for a customer, the serious ones first."""
    found = [one for one in run.pack.early_warnings if row[one.id]]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def level_word(pack: Pack, level: str, language: str) -> str:
    return str(pack.features[WARNING_LEVEL].values[level][language])


def resting(pack: Pack, tree: Tree) -> list[str]:
    """The fields and features that a condition rests on, as written; a feature that is a condition itself stands for what it rests on."""
    found: list[str] = []
    for node in tree.walk():
        name = str(node.value) if node.op == "name" else ""
        feature = pack.features.get(name)
        if feature is not None and feature.expr.tree.kind == "bool":
            found += resting(pack, feature.expr.tree) or [name]
        elif feature is not None or name in pack.records.fields:
            found.append(name)
    return list(dict.fromkeys(found))


def lines(run: Run, language: str) -> list[str]:
    """The list for the summary screen: how many, how much, and the first of them."""
    if not listed(run):
        return []

    def say(key: str, **facts: Any) -> str:
        return word(f"summary.{key}", language, **facts)

    told = totals(run)
    joiner = "、" if language == "zh" else ", "
    untested = [one for one in run.pack.early_warnings if told["warnings"][one.id]["unknown"] == run.manifest["customers"]]  # fmt: skip
    tail = (
        [say("warned-untested", titles=joiner.join(one.title[language] for one in untested))]
        if untested
        else []
    )
    if not told["count"]:
        return [say("warned-none"), *tail]
    share = "" if told["share"] is None else say("warned-share", share=f"{told['share']:.1%}")
    head = say(
        "warned", count=f"{told['count']:,}", value=shown(told["value"]), unit=unit(run), share=share,
        **{level: f"{told[level]:,}" for level in SEVERITIES},
    )  # fmt: skip
    found = [head]
    for row in first(run, NAMED).iter_rows(named=True):
        name = f" {row['name']}" if row.get("name") else ""
        amount = "" if row[VALUE_AT_RISK] is None else say("found-amount", amount=shown(row[VALUE_AT_RISK]), unit=unit(run))  # fmt: skip
        why = joiner.join(one.title[language] for one in held(run, row))
        found.append("· " + say("warned-one", customer=f"{row[frame_engine.CUSTOMER]}{name}", amount=amount, why=why, level=level_word(run.pack, row[WARNING_LEVEL], language)))  # fmt: skip
    if told["count"] > NAMED:
        found.append(say("warned-more", count=f"{told['count'] - NAMED:,}", folder=str(run.folder)))
    return [*found, *tail]
