# SPDX-License-Identifier: Apache-2.0
"""A run -> for each rule of bands or a scale, where the quantiles of the user's own book lie beside the cuts that are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from ..folder import Run
from ..lang.syntax import Tree
from ..plan import PlannedRule
from .stored import lacking, values

KINDS = ("bands", "scale")
SPREAD = (10, 25, 50, 75, 90)
"""Per cent of customers at which the quantiles beside a scale are taken (judgement)."""


def cut_points(run: Run) -> list[dict[str, Any]]:
    """Of each rule: the cuts as written, and the values below or at which the same parts of the own customers lie: equal parts, as
    many as there are bands; tenths, quarters and the half beside a scale. Customers to whom the rule does not apply are left out."""
    found = []
    for planned in run.plan.rules:
        rule = planned.rule
        if rule.kind not in KINDS or rule.of is None or lacking(run, rule.of.tree):
            continue
        written = _written(planned)
        parts = len(rule.cases)
        shares = (
            [100 * part / parts for part in range(1, parts)]
            if rule.kind == "bands"
            else [float(at) for at in SPREAD]
        )
        book = _book(run, planned, rule.of.tree)
        quantiles = (
            [{"share": round(share / 100, 6), "value": _at(book, share)} for share in shares]
            if len(book)
            else []
        )
        found.append({
            "rule": rule.id, "title": dict(rule.title), "of": rule.of.text, "kind": rule.kind, "customers": len(book),
            "written": written, "quantiles": quantiles,
        })  # fmt: skip
    return found


def _book(run: Run, planned: PlannedRule, of: Tree) -> pl.Series:
    """The known values of the customers to whom the rule applies, ascending."""
    case = run.trace.select(pl.col(f"{planned.rule.id}.case").alias("?case"))
    kept = pl.concat([values(run, of, "?of"), case], how="horizontal").filter(pl.col("?case") >= 0)
    return kept.select(pl.col("?of").drop_nulls().sort()).collect(engine="streaming").to_series()


def _at(book: pl.Series, share: float) -> float:
    """The least value at or below which at least the share of the customers lies."""
    place = -(-len(book) * share // 100)
    return float(book[max(int(place), 1) - 1])


def _written(planned: PlannedRule) -> list[float]:
    """The numbers that the conditions of the cases compare with, ascending."""
    return sorted(
        {number for case in planned.cases if case.when is not None for number in _numbers(case.when)}
    )


def _numbers(tree: Tree) -> Iterator[float]:
    if tree.op == "compare":
        yield from (
            float(arg.value) for arg in tree.args if arg.op == "const" and isinstance(arg.value, float)
        )
    elif tree.op == "and":
        for arg in tree.args:
            yield from _numbers(arg)
