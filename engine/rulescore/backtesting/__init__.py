# SPDX-License-Identifier: Apache-2.0
"""Two runs of one base -> how well the earlier scores told what the later run shows customers to have done.

Outcomes come from the later run's pack or the command line. Each is set against tiers, bands of the score, coverage, dimensions
and rules of the earlier run, and against a challenger: the same customers at the same date, scored by another pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from msgspec import Struct, field

from ..folder import Run
from ..lang.syntax import Tree
from ..model import Outcome, Text
from ..problems import Fact, Problem, Problems, Span, UsageError
from ..readers.table import READ_ERRORS
from ..values import day, iso
from .counting import Counts, sided
from .cut_points import cut_points
from .pairing import Followed, carried, check_challenger, check_pair, follow, heads, look_ahead, refuse
from .ranking import LEAST, difference, ranking
from .rates import bands, order, rate
from .rules import of_dimension, of_rule, worth_a_look
from .sensitivity import shown, without_each
from .stored import checked, lacking, reads

COMPOSITE, COVERAGE, TIER = "composite.points", "composite.coverage", "tier.index"
BANDS, COVERAGES = 5, 3
"""Bands of the score unless asked otherwise, and of coverage (judgement)."""


class Asked(Struct, frozen=True):
    """An outcome as it is asked for: its expression over the later run, and over the earlier of whom it is asked."""

    id: str
    title: Text
    when: Tree
    among: Tree | None
    good: bool
    texts: tuple[str, str]
    place: Span | None = None


class Backtest(Struct, frozen=True):
    """The runs, how many customers they share, what each outcome says of the earlier scores, the quantiles of the own book, and
    the problems that whoever reads it must know of."""

    earlier: Run
    later: Run
    challenger: Run | None
    customers: dict[str, int]
    look_ahead: dict[str, Any]
    outcomes: tuple[dict[str, Any], ...]
    cut_points: tuple[dict[str, Any], ...]
    asked: tuple[Asked, ...] = ()
    """The outcomes as they were asked for, in the order of `outcomes`."""
    problems: Problems = field(default_factory=Problems)

    def as_dict(self) -> dict[str, Any]:
        from ..folder import problem_facts

        return {
            "earlier": self.earlier.about(), "later": self.later.about(),
            "challenger": None if self.challenger is None else self.challenger.about(),
            "customers": self.customers, "look_ahead": self.look_ahead, "outcomes": list(self.outcomes),
            "cut_points": list(self.cut_points), "problems": [problem_facts(one) for one in self.problems],
        }  # fmt: skip


def backtest(
    earlier: Run,
    later: Run,
    outcomes: Sequence[str] = (),
    among: str | None = None,
    good: bool = False,
    challenger: Run | None = None,
    count: int = BANDS,
    leave_out: bool = False,
) -> Backtest:
    """The scores of `earlier` against what `later` shows.

    `outcomes`: ids of outcomes that the later run's pack declares, or expressions over its fields and features, of which `good`
    says whether they are good and `among` of whom of the earlier run they are asked; none for all that are declared. `count`:
    bands of the score; `leave_out`: also computes the composite again without each rule in turn. Raises UsageError where the runs or the outcomes don't allow a figure.
    """
    try:
        return _backtest(earlier, later, outcomes, among, good, challenger, count, leave_out)
    except READ_ERRORS as error:
        facts: dict[str, Fact] = {"reason": str(error).split("\n")[0][:200]}
        place = Span(", ".join(str(run.folder) for run in (earlier, later, challenger) if run is not None))
        raise UsageError([Problem("run-file-unreadable", "error", place, facts)]) from error


def _backtest(
    earlier: Run, later: Run, outcomes: Sequence[str], among: str | None, good: bool, challenger: Run | None, count: int,
    leave_out: bool,
) -> Backtest:  # fmt: skip
    problems = Problems()
    check_pair(earlier, later, problems)
    if challenger is not None:
        check_challenger(earlier, challenger, problems)
    refuse(problems)
    customers = heads(earlier, later)
    if not customers["both"]:
        problems.error("backtest-nobody", None)
    if customers["earlier_only"]:
        problems.warning("backtest-gone", None, count=customers["earlier_only"], total=customers["earlier"])
    ahead = look_ahead(earlier, later)
    if ahead["rules"]:
        problems.warning(
            "backtest-look-ahead", None, count=len(ahead["rules"]), total=len(earlier.pack.rules), what=ahead["what"]
        )  # fmt: skip
    asked = _usable(
        earlier, later, list(_asked(earlier, later, outcomes, among, good, problems)), not outcomes, problems
    )
    refuse(problems)
    found = [_judged(earlier, later, challenger, one, count, problems) for one in asked]
    if leave_out:
        rules = [rule for rule in earlier.pack.rules if rule.dimension not in earlier.pack.left_out]
        effects = without_each(
            earlier, rules, [followed.came for _, followed in found], [one.good for one in asked]
        )
        for (judged, _), effect in zip(found, effects, strict=True):
            for rule in judged["rules"]:
                rule["without"] = shown(effect[rule["id"]])
    return Backtest(
        earlier, later, challenger, customers, ahead, tuple(judged for judged, _ in found), tuple(cut_points(earlier)),
        tuple(asked), problems,
    )  # fmt: skip


def _asked(
    earlier: Run, later: Run, outcomes: Sequence[str], among: str | None, good: bool, problems: Problems
) -> Sequence[Asked]:
    """The outcomes that are asked for, their expressions checked."""
    declared = {one.id: one for one in later.pack.outcomes}
    if not outcomes and not declared:
        problems.error("no-outcomes", None, pack=later.pack.id)
    found = []
    for text in outcomes or declared:
        if text in declared:
            found.append(_declared(earlier, later, declared[text], among))
            continue
        limit = None if among is None else checked(earlier, among, "--among")
        found.append(
            Asked(text, {}, checked(later, text, "--outcome"), limit, good, (text, among or ""))
        )  # fmt: skip
    return found


def _declared(earlier: Run, later: Run, outcome: Outcome, among: str | None) -> Asked:
    """An outcome of the later run's pack; of whom it is asked is read in the names of the earlier run's."""
    when = later.pack.features[outcome.id].expr
    written = among or (later.pack.features[outcome.among].expr.text if outcome.among else "")
    limit = checked(earlier, written, "--among" if among else outcome.among) if written else None
    return Asked(
        outcome.id, outcome.title, when.tree, limit, outcome.good, (when.text, written), outcome.span
    )


def _usable(earlier: Run, later: Run, asked: Sequence[Asked], all_: bool, problems: Problems) -> list[Asked]:
    """The outcomes that lie after the earlier date and that the runs hold. Of `all_` declared ones, those that don't are left out
    and told; one that was asked for by name is an error."""
    start = day(earlier.as_of)
    assert start is not None
    tell = problems.warning if all_ else problems.error
    found = []
    for one in asked:
        back = [(text, first) for _, text, first in reads(later, one.when) if first is None or first < start]
        lost = [*lacking(later, one.when), *([] if one.among is None else lacking(earlier, one.among))]
        if back:
            text, first = back[0]
            began = "—" if first is None else iso(first + 1)
            tell("outcome-looks-back", one.place, name=one.id, what=text, began=began, earlier=earlier.as_of)
        elif lost:
            tell("outcome-not-stored", one.place, name=one.id, what=lost[0])
        else:
            found.append(one)
    if not found and all_ and asked:
        problems.error("no-outcome-fits", None, earlier=earlier.as_of, later=later.as_of)
    return found


def _judged(
    earlier: Run, later: Run, challenger: Run | None, one: Asked, count: int, problems: Problems
) -> tuple[dict[str, Any], Followed]:
    """What one outcome says of the earlier scores, and what became of each customer."""
    followed = follow(earlier, later, one.when, one.among)
    plan, pack = earlier.plan, earlier.pack
    keys: list[tuple[str, ...]] = [(COMPOSITE,), (COVERAGE,), (TIER,)]
    keys += [(f"{dimension.id}.points",) for dimension in pack.dimensions]
    rules = [planned for planned in plan.rules if planned.rule.dimension not in pack.left_out]
    keys += [(f"{planned.rule.id}.case", f"{planned.rule.id}.points") for planned in rules]
    counts = Counts(earlier, followed.came, keys)
    known = followed.came.drop_nulls()
    came, customers = int(known.sum()), len(known)
    if min(came, customers - came) < LEAST:
        problems.warning(
            "outcome-too-few", one.place, name=one.id, came=came, stayed=customers - came, least=LEAST
        )  # fmt: skip
    score = counts.by(COMPOSITE)
    ranked = ranking(sided(score, one.good))
    tiers = _tiers(earlier, counts)
    total = sum(dimension.weight for dimension in pack.dimensions)
    judged = [of_rule(planned, counts, one.good) for planned in rules]
    found = {
        "id": one.id, "title": dict(one.title) or None, "when": one.texts[0], "among": one.texts[1] or None, "good": one.good,
        "outside": followed.outside, "unknown": followed.unknown, "gone": followed.gone, **rate(came, customers),
        "tiers": tiers, "order": order(tiers, one.good),
        "bands": [_points(band) for band in reversed(bands(score, count))] if score else [],
        "coverage": _coverage(earlier, followed, counts, one.good),
        "ranking": None if ranked is None else ranked.as_dict(),
        "dimensions": [of_dimension(dimension, total, counts, one.good) for dimension in pack.dimensions if dimension.id not in pack.left_out],
        "rules": judged, "worth_a_look": worth_a_look(judged),
        "challenger": None if challenger is None else _duel(earlier, challenger, followed, one.good),
    }  # fmt: skip
    return found, followed


def _tiers(run: Run, counts: Counts) -> list[dict[str, Any]]:
    """The outcome by tier, best first; what has no tier last."""
    by = {index: (came, customers) for index, came, customers in counts.by(TIER)}
    found = [
        {"tier": tier.id, "title": dict(tier.title), **rate(*by.get(index, (0, 0)))}
        for index, (tier, _) in enumerate(run.plan.tiers)
    ]
    came, customers = counts.without(TIER)
    return [*found, {"tier": None, "title": None, **rate(came, customers)}] if customers else found


def _points(band: dict[str, Any]) -> dict[str, Any]:
    return {**band, "from": band["from"] / 10_000, "to": band["to"] / 10_000}


def _coverage(run: Run, followed: Followed, counts: Counts, good: bool) -> list[dict[str, Any]]:
    """Whether scores that rest on more data order customers better: bands of coverage, each with its own ranking."""
    known = counts.by(COVERAGE)
    if not known:
        return []
    found = bands(known, COVERAGES)
    edges = [
        pl.lit(0, dtype=pl.Int8),
        *((pl.col(COVERAGE) >= band["from"]).cast(pl.Int8) for band in found[1:]),
    ]
    place = pl.sum_horizontal(edges).alias("?band")
    rows = Counts(run, followed.came, [("?band", COMPOSITE)], [place]).pairs("?band", COMPOSITE)
    for index, band in enumerate(found):
        own = [
            (points, came, customers)
            for (at, points), came, customers in rows
            if at == index and points is not None
        ]
        ranked = ranking(sided(own, good))
        band["ranking"] = None if ranked is None else ranked.as_dict()
    return [_points(band) for band in reversed(found)]


def _duel(champion: Run, challenger: Run, followed: Followed, good: bool) -> dict[str, Any]:
    """Champion and challenger on the customers that both have scored."""
    came = carried(champion, followed.came, challenger)
    counts = Counts(challenger, came, [(TIER,)])
    tiers = _tiers(challenger, counts)
    own = champion.trace.select("customer_id", pl.col(COMPOSITE).alias("first"))
    other = challenger.trace.select("customer_id", pl.col(COMPOSITE).alias("second"))
    told = pl.concat([own, pl.LazyFrame({"came": followed.came})], how="horizontal")
    joined = told.join(other, on="customer_id", how="inner").drop_nulls()
    counted = (
        joined.group_by("first", "second")
        .agg(pl.col("came").cast(pl.Int64).sum(), pl.len())
        .sort("first", "second")
    )
    rows = [
        (first, second, *(ups if good else ups[::-1]))
        for first, second, came_, all_ in counted.collect(engine="streaming").rows()
        for ups in [(came_, all_ - came_)]
    ]
    found = difference(rows)
    return {
        "tiers": tiers, "order": order(tiers, good), "difference": None if found is None else found.as_dict(),
    }  # fmt: skip
