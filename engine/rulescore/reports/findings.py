# SPDX-License-Identifier: Apache-2.0
"""What was found at the customers of a run: how many, with what amount, for how many it could not be tested; and the
waterfall from all revenue to what transfers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from ..folder import Run
from ..messages import word
from ..model import KEPT_OUT, Finding
from ..overrides import JSON as OVERRIDES

Node = dict[str, Any]


def tally(run: Run) -> list[tuple[Finding, Node]]:
    """Each finding of the pack with the number of customers where it holds and where that is unknown, and the amount."""
    asked = []
    for finding in run.pack.findings:
        holds = pl.col(finding.id)
        asked += [holds.sum().alias(f"{finding.id}|count"), holds.null_count().alias(f"{finding.id}|unknown")]
        if finding.amount is not None:
            amount = pl.col(finding.amount.id).filter(holds)
            asked.append(amount.round(2).sum().alias(f"{finding.id}|amount"))
    if not asked:
        return []
    row = run.inputs.select(asked).collect(engine=run.executor).row(0, named=True)
    return [
        (one, {part: row.get(f"{one.id}|{part}") for part in ("count", "unknown", "amount")})
        for one in run.pack.findings
    ]


def kept_out(run: Run) -> int:
    """How many customers are kept out of the valued base."""
    if KEPT_OUT not in run.pack.features:
        return 0
    return int(run.inputs.select(pl.col(KEPT_OUT).sum()).collect(engine=run.executor).item() or 0)


def waterfall(run: Run) -> list[Node]:
    """The steps of the waterfall of the base: name, title, amount, unit, and whether it is taken away. Empty without one."""
    whole = run.portfolio
    if whole is None or whole.pack.waterfall is None:
        return []
    steps = whole.pack.waterfall
    values = whole.inputs.collect(engine="in-memory").row(0, named=True)
    features = whole.pack.features
    return [
        {"name": name, "title": dict(features[name].title), "unit": features[name].unit, "amount": values[name], "less": name in steps.less}
        for name in (steps.start, *steps.less, steps.end)
    ]  # fmt: skip


def decided(run: Run, language: str) -> list[str]:
    """How much people decided, for the summary screen."""
    if not run.decided:
        return []
    tiers = sum(one["tier"] is not None for one in run.decided)
    facts = {"count": len(run.decided), "tiers": tiers, "fields": len(run.decided) - tiers}
    return [word("summary.decided", language, **facts, file=f"{run.folder}/{OVERRIDES}")]


def lines(run: Run, language: str) -> list[str]:
    """The findings and the waterfall for the summary screen."""

    def say(key: str, **facts: Any) -> str:
        return word(f"summary.{key}", language, **facts)

    told = []
    found = [*tally(run), *([] if run.portfolio is None else tally(run.portfolio))]
    held = sorted(
        (one for one in found if one[1]["count"]), key=lambda one: (-(one[1]["amount"] or 0), one[0].id)
    )
    untested = [one for one, facts in found if facts["unknown"] == run.manifest["customers"]]
    if held:
        told.append(say("found", kept_out=f"{kept_out(run):,}"))
    for finding, facts in held:
        amount = (
            ""
            if finding.amount is None
            else say("found-amount", amount=shown(facts["amount"]), unit=finding.amount.unit)
        )
        kept = say("found-kept") if finding.keeps_out else ""
        single = "found-single" if facts["count"] == 1 else "found-one"
        key = single if finding in run.pack.findings else "found-base"
        told.append(
            "· "
            + say(
                key,
                title=finding.title[language],
                count=f"{facts['count']:,}",
                amount=amount,
                kept=kept,
                id=finding.id,
            )
        )
    if untested:
        joiner = "、" if language == "zh" else ", "
        told.append(say("found-untested", titles=joiner.join(one.title[language] for one in untested)))
    steps = waterfall(run)
    if steps and all(step["amount"] is not None for step in steps):
        parts = [
            say(
                "step-less" if step["less"] else "step-to" if index else "step-from",
                title=step["title"][language],
                amount=shown(step["amount"]),
                unit=step["unit"],
            )
            for index, step in enumerate(steps)
        ]
        told.append("".join(parts))
    return told


def shown(amount: float | None) -> str:
    """An amount to two decimals, with thousands set apart."""
    return (
        "" if amount is None else f"{Decimal(repr(float(amount))).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    )
