# SPDX-License-Identifier: Apache-2.0
"""The goals of the base in a line: how many are missed, met, or without data, and the measure that could bring most; and what
became of measures, where people noted it."""

from __future__ import annotations

from ..folder import Run
from ..messages import word
from ..taken import counts, tasks


def lines(run: Run, language: str) -> list[str]:
    """The line for the summary screen; none where the base has no goals."""
    whole = run.portfolio
    if whole is None or not whole.pack.measures:
        return []
    values = whole.inputs.collect(engine="in-memory").row(0, named=True)
    wanted = [one for one in whole.pack.measures if values[one.id]]
    unknown = sum(values[one.id] is None for one in whole.pack.measures)
    facts = {
        "total": len(whole.pack.measures),
        "unknown": unknown,
        "met": len(whole.pack.measures) - len(wanted) - unknown,
    }
    noted = tasks(run)
    taken = [] if noted is None else [word("summary.taken", language, **counts(noted))]
    if not wanted:
        return [word("summary.plan-none", language, **facts), *taken]
    amounts = {one.id: values[one.amount.id] or 0.0 if one.amount is not None else 0.0 for one in wanted}
    first = max(wanted, key=lambda one: amounts[one.id])
    return [word("summary.plan", language, **facts, wanted=len(wanted), first=first.title[language]), *taken]
