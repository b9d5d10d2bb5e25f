# SPDX-License-Identifier: Apache-2.0
"""Two runs of one base -> for each customer of the earlier whether the outcome came, or why that can't be said."""

from __future__ import annotations

from typing import Any

import polars as pl
from msgspec import Struct

from ..engines.frame import CUSTOMER
from ..folder import Run
from ..lang.syntax import Tree
from ..problems import Problems, UsageError
from .stored import filled_in_later, values

CAME = "?came"


def check_pair(earlier: Run, later: Run, problems: Problems) -> None:
    """Tells of runs that can't be one base at two dates."""
    same_base(earlier, later, problems)
    if later.as_of <= earlier.as_of:
        problems.error("backtest-not-later", None, earlier=earlier.as_of, later=later.as_of)


def check_challenger(champion: Run, challenger: Run, problems: Problems) -> None:
    """Tells of a challenger that was not scored on what the champion was scored on."""
    same_base(champion, challenger, problems)
    if challenger.as_of != champion.as_of:
        problems.error("challenger-other-date", None, champion=champion.as_of, challenger=challenger.as_of)
    if _hashes(champion) != _hashes(challenger):
        problems.warning("challenger-other-data", None)


def same_base(one: Run, other: Run, problems: Problems) -> None:
    """Tells of runs of different companies, and of ids under pseudonyms that don't match."""
    names = [dict(run.manifest.get("company") or {}) for run in (one, other)]
    if names[0] and names[1] and names[0] != names[1]:
        shown = [name.get("zh") or name.get("en") or "" for name in names]
        problems.error("backtest-other-base", None, one=shown[0], other=shown[1])
    key = f"{one.pack.subject}.{one.pack.records.key}"
    masked = [key in run.manifest.get("masked", ()) for run in (one, other)]
    prints = [run.manifest.get("pseudonyms", {}).get("fingerprint") for run in (one, other)]
    if any(masked) and (masked[0] != masked[1] or prints[0] != prints[1]):
        problems.error("backtest-pseudonyms", None)


def _hashes(run: Run) -> set[tuple[str, str]]:
    return {(source["table"], source["sha256"]) for source in run.manifest["inputs"]}


def look_ahead(earlier: Run, later: Run) -> dict[str, Any]:
    """Which rules of the earlier run rest on what may have been filled in later, in files that the later run read too: the
    earlier scores may have known what they are judged by. `what` names tables without dates, and dates of events."""
    shared = {table for table, _ in _hashes(earlier) & _hashes(later)}
    tables = earlier.pack.tables
    rules, what = [], set()
    for rule in earlier.pack.rules:
        read = {
            table: names
            for table, names in filled_in_later(earlier, list(rule.trees)).items()
            if table in shared
        }
        for table, names in read.items():
            what |= names if tables[table].date else {table}
        if read:
            rules.append({"id": rule.id, "reads": sorted(name for names in read.values() for name in names)})
    return {"what": sorted(what), "rules": rules}


class Followed(Struct, frozen=True):
    """What became of the customers of a run: `came` in the order of its trace, 1, 0, or null of whom it is not asked or not known.
    `outside` are those of whom it is not asked, `unknown` those whose outcome is not known, `gone` those the later run has not."""

    came: pl.Series
    outside: int
    unknown: int
    gone: int


def follow(earlier: Run, later: Run, when: Tree, among: Tree | None) -> Followed:
    """What the later run says of the customers of the earlier one, of whom `among` holds."""
    frame = earlier.trace.select(CUSTOMER)
    if among is None:
        frame = frame.with_columns(pl.lit(True).alias("?among"))
    else:
        frame = frame.join(values(earlier, among, "?among"), on=CUSTOMER, how="left", maintain_order="left")
    told = values(later, when, CAME).with_columns(pl.lit(True).alias("?there"))
    joined = (
        frame.join(told, on=CUSTOMER, how="left", maintain_order="left")
        .drop(CUSTOMER)
        .collect(engine="streaming")
    )
    asked, there = joined["?among"].fill_null(False), joined["?there"].is_not_null()
    came = joined.select(pl.when(asked & there).then(pl.col(CAME)).cast(pl.Int8).alias(CAME)).to_series()
    return Followed(
        came, int((~asked).sum()), int((asked & there & came.is_null()).sum()), int((asked & ~there).sum())
    )  # fmt: skip


def carried(champion: Run, came: pl.Series, challenger: Run) -> pl.Series:
    """The same outcomes in the order of the challenger's trace; null for customers the champion has not."""
    known = champion.trace.select(CUSTOMER).collect().with_columns(came.alias(CAME))
    frame = challenger.trace.select(CUSTOMER).join(
        known.lazy(), on=CUSTOMER, how="left", maintain_order="left"
    )
    return frame.select(CAME).collect().to_series()


def heads(earlier: Run, later: Run) -> dict[str, int]:
    """How many customers each run has, and how many both have."""
    ids = [run.trace.select(CUSTOMER) for run in (earlier, later)]
    both = ids[0].join(ids[1], on=CUSTOMER, how="semi").select(pl.len())
    counts = pl.collect_all([*(one.select(pl.len()) for one in ids), both])
    first, second, shared = (int(one.item()) for one in counts)
    return {
        "earlier": first, "later": second, "both": shared, "earlier_only": first - shared, "later_only": second - shared,
    }  # fmt: skip


def refuse(problems: Problems) -> None:
    if problems.has_errors:
        raise UsageError(problems)
