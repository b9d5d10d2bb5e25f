# SPDX-License-Identifier: Apache-2.0
"""Special matters of a run: what was found at which customers with what amount, and the waterfall to what transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from ...folder import Run
from ...model import Finding
from ...speech import value_word
from ..findings import kept_out, tally, waterfall
from ..requests import Request, requests
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
        own = words.of(whole)
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


def overridden(words: Words) -> list[Node]:
    """What people decided, beside what rules and data say."""
    run = words.run
    if not run.decided:
        return []
    tiers = {tier.id: words.text(tier.title) for tier in run.pack.tiers}
    ids = [one["customer"] for one in run.decided]
    by_rules: dict[str, str | None] = {}
    if run.plan.decided:
        order = [tier.id for tier in run.pack.tiers]
        rows = (
            run.trace.filter(pl.col("customer_id").is_in(ids))
            .select("customer_id", "tier.by_rules")
            .collect()
        )
        by_rules = {customer: None if at is None else order[at] for customer, at in rows.iter_rows()}
    found = []
    for one in run.decided:
        field = run.pack.records.fields.get(one["field"] or "")
        if field is None:
            what, old, new = (
                words.tell("tier"),
                tiers.get(by_rules.get(one["customer"]) or "", words.tell("not-assessed")),
                tiers[one["tier"]],
            )
        else:
            shown = [
                value
                if value is None or not isinstance(value, str) or value not in field.values
                else value_word(field, value, words.language)
                for value in (one["was"], one["value"])
            ]
            what = words.text(field.title)
            old, new = (
                words.tell("none") if value is None else words.value(value, field.unit) for value in shown
            )
        signed = [f"{who['role']} {who['date']}" for who in (one, one["second"])]
        found.append(
            {
                "customer": one["customer"],
                "what": what,
                "before": old,
                "after": new,
                "reason": one["reason"],
                "signed": signed,
                "place": one["place"],
            }
        )
    return found


def wanted(words: Words) -> list[Node]:
    """What to ask the seller for, what matters most first, with what waits for it."""
    return [
        {
            "name": one.name, "title": one.title[words.language], "table": one.table, "customers": one.customers, "tiers": one.tiers,
            "points": one.points, "amount": None if one.amount is None else float(one.amount),
            "shown": "" if one.amount is None else words.money(one.amount, one.unit or "CNY"),
            "holder": words.text(one.holder), "of_base": one.of_base, "rules": _waiting(words, one),
            "methods": [words.text(method) for method in one.methods],
        }
        for one in requests(words.run)
    ]  # fmt: skip


def _waiting(words: Words, one: Request) -> list[str]:
    """The rules, gates, tiers and figures that wait for what is asked for."""
    pack = words.run.pack.portfolio if one.of_base else words.run.pack
    assert pack is not None
    gates = {gate.id: gate.title for gate in pack.gates}
    titles = [pack.rule(rule).title for rule in one.rules] + [gates[gate] for gate in one.gates]
    tiers = [words.text(tier.title) for tier in pack.tiers if tier.id in one.reached]
    return [
        *(words.text(title) for title in titles),
        *(words.tell("request-tier", tier=tier) for tier in tiers),
        *(words.text(pack.features[name].title) for name in one.figures),
    ]


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


def listed(words: Words, where: str, amount: str) -> Node:
    """How many customers there are of whom a column holds, and the first of them by another column."""
    run = words.run
    unit = run.pack.features[amount].unit if amount in run.pack.features else ""
    count = run.inputs.select(pl.col(where).sum()).collect(engine="streaming").item()
    return {"count": int(count or 0), "customers": _first(words, where, pl.col(amount), run, unit)}


def _customers(words: Words, finding: Finding, run: Run, unit: str) -> list[Node]:
    """The customers where it holds, those with the largest amounts first."""
    amount = pl.lit(None, dtype=pl.Float64) if finding.amount is None else pl.col(finding.amount.id)
    return _first(words, finding.id, amount, run, unit)


def _first(words: Words, where: str, amount: pl.Expr, run: Run, unit: str) -> list[Node]:
    have = ["name"] if "name" in run.inputs.collect_schema().names() else []
    frame = (
        run.inputs.filter(pl.col(where))
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
