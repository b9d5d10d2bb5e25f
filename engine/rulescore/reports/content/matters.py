# SPDX-License-Identifier: Apache-2.0
"""Special matters of a run: what was found at which customers with what amount, and the waterfall to what transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from ...folder import Run
from ...model import Finding
from ..findings import kept_out, tally, waterfall
from .base import measures
from .words import Words

Node = dict[str, Any]
LISTED = 20


def matters(words: Words) -> Node:
    """Findings of the customers and of the base, those with the largest amounts first; customers kept out; the waterfall."""
    run = words.run
    found = [_one(words, finding, facts, run) for finding, facts in tally(run)]
    found.sort(key=lambda one: (-(one["amount"] or 0), -one["count"], one["id"]))
    whole = run.portfolio
    if whole is not None:
        own = Words(whole, words.language, words.pack)
        found += [_one(own, finding, facts, None) for finding, facts in tally(whole)]
    return {
        "kept_out": kept_out(run), "findings": found,
        "waterfall": [
            {
                "name": step["name"], "title": step["title"][words.language], "less": step["less"], "amount": step["amount"],
                "shown": words.shown(step["amount"], step["unit"]),
            }
            for step in waterfall(run)
        ],
    }  # fmt: skip


def _one(words: Words, finding: Finding, facts: Node, run: Run | None) -> Node:
    unit = "" if finding.amount is None else finding.amount.unit
    amount = facts["amount"] if facts["count"] else None
    return {
        "id": finding.id, "title": words.text(finding.title), "why": words.text(finding.why), "keeps_out": finding.keeps_out,
        "words": words.words(finding.when.tree), "sources": words.sources(finding.source), "place": str(finding.span),
        "count": facts["count"], "unknown": facts["unknown"], "amount": amount, "shown": _amount(words, amount, unit),
        "of_base": run is None, "actions": measures(words, finding.actions),
        "customers": [] if run is None or not facts["count"] else _customers(words, finding, run, unit),
    }  # fmt: skip


def _customers(words: Words, finding: Finding, run: Run, unit: str) -> list[Node]:
    """The customers where it holds, those with the largest amounts first."""
    have = ["name"] if "name" in run.inputs.collect_schema().names() else []
    amount = pl.lit(None, dtype=pl.Float64) if finding.amount is None else pl.col(finding.amount.id)
    frame = (
        run.inputs.filter(pl.col(finding.id))
        .select("customer_id", *have, amount.alias("#amount"))
        .sort(["#amount", "customer_id"], descending=[True, False], nulls_last=True)
        .head(LISTED)
        .collect(engine="streaming")
    )
    return [
        {
            "id": row["customer_id"],
            "name": row.get("name") or "",
            "amount": _amount(words, row["#amount"], unit),
        }
        for row in frame.iter_rows(named=True)
    ]


def _amount(words: Words, amount: float | None, unit: str) -> str:
    return "" if amount is None else words.money(Decimal(repr(float(amount))), unit)
