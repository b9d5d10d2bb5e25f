# SPDX-License-Identifier: Apache-2.0
"""Notes of people on what became of measures -> those that count, and where each measure stands.

A note names a measure, perhaps a customer, a state and a date. Of one measure and customer the last note on or before the as-of
date counts; the first says since when it is a task. A task is due on the date that a note gives, else when the longest period
that the ruleset gives for what the measure asks for has passed since then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import asdict

from .arithmetic import shift
from .folder import Run
from .model import Finding, Pack, Table
from .packs.measures import TAKEN
from .problems import Cell, Fact, Problems, close_names
from .readers.table import ROW, SOURCE, Rejected, TableData, rejected_rows
from .schema.report import TASK_STATES as STATES
from .values import HIDDEN, day, iso

UNFINISHED = ("open", "doing")
LISTED = 100
CLOSE_TO = 5_000
"""Ids of customers among which one that is nearly the same is looked for."""


def settle(
    tables: dict[str, TableData],
    rejected: list[Rejected],
    portfolio: Pack | None,
    dictionary: Mapping[str, Table],
    problems: Problems,
) -> tuple[dict[str, TableData], list[Rejected]]:
    """The tables with the notes that count. Told and set aside: notes on a measure or a customer that there is not, and notes
    without a state that can be read. `dictionary`: the tables as they are read."""
    data = tables.get(TAKEN)
    if data is None or portfolio is None:
        return tables, rejected
    have = data.frame.collect_schema().names()
    if any(name not in have for name in ("measure", "state", "noted_on")):
        return tables, rejected  # the reader has told that the column is missing
    customers, key = tables["customers"].frame, dictionary["customers"].key
    hidden = dictionary[TAKEN].fields[key].private
    known = [one.id for one in portfolio.measures]
    rows = data.frame.collect()
    named = rows[key].drop_nulls().unique() if key in rows.columns else pl.Series([], dtype=pl.String)
    there = customers.filter(pl.col(key).is_in(named.implode())).select(key).collect().to_series()
    strange = set(named) - set(there)
    some = customers.select(key).head(CLOSE_TO).collect().to_series().to_list() if strange else []
    lost: dict[str, list[int]] = {}

    def aside(code: str, index: int, place: Cell, **facts: Fact) -> None:
        lost.setdefault(code, []).append(index)
        if len(lost[code]) <= LISTED:
            problems.warning(code, place, **facts)

    for index, row in enumerate(rows.iter_rows(named=True)):
        measure, customer = row["measure"] or "", row.get(key)
        place = {name: data.place(row[SOURCE], row[ROW], name) for name in ("measure", key, "state")}
        if measure not in known:
            close = close_names(str(measure), known)
            aside("note-of-unknown-measure", index, place["measure"], read=measure, close=close, known=known)
        elif customer in strange:
            close = [] if hidden else close_names(str(customer), some)
            read = HIDDEN if hidden else customer
            aside("note-of-unknown-customer", index, place[key], read=read, close=close, measure=measure)
        elif row["state"] is None:
            aside("note-without-state", index, place["state"], measure=measure, states=list(STATES))
    gone = {index for indexes in lost.values() for index in indexes}
    private = {name for name, field in dictionary[TAKEN].fields.items() if field.private}
    parts = [part for code in lost for part in rejected_rows(data, rows[lost[code]], code, private)]
    kept = rows.with_row_index("#").filter(~pl.col("#").is_in(sorted(gone))).drop("#")
    return {**tables, TAKEN: TableData(data.id, kept.lazy(), data.sources, data.counts)}, [*rejected, *parts]


class Task(Struct, frozen=True):
    """Where a measure stands for a customer, or ("") for the whole base: the last note, since when it is a task and until when
    it is due (ISO dates; due "" where nothing says), and whether that has passed."""

    measure: str
    customer: str
    state: str
    on: str
    since: str
    due: str
    overdue: bool
    role: str
    note: str
    place: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def tasks(run: Run) -> tuple[Task, ...] | None:
    """Every task of a run as it stands, in the order of the measures and then of the file; None where nobody noted any."""
    whole = run.portfolio
    path = None if whole is None else whole.folder / f"{TAKEN}.parquet"
    if whole is None or path is None or not path.is_file():
        return None
    as_of = day(run.as_of)
    assert as_of is not None
    rows = [row for row in pl.read_parquet(path).iter_rows(named=True) if _number(row["noted_on"]) <= as_of]
    sources = [source for source in run.manifest["inputs"] if source["table"] == TAKEN]
    key = run.pack.records.key
    noted: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        noted.setdefault((row["measure"], row.get(key) or ""), []).append(row)
    measures = {one.id: one for one in whole.pack.measures}
    order = {name: index for index, name in enumerate(measures)}
    found = [
        _task(measures[measure], customer, notes, as_of, sources)
        for (measure, customer), notes in noted.items()
    ]
    return tuple(sorted(found, key=lambda one: order[one.measure]))


def _task(
    measure: Finding,
    customer: str,
    notes: Sequence[Mapping[str, Any]],
    as_of: int,
    sources: Sequence[Mapping[str, Any]],
) -> Task:
    dated = sorted(
        notes, key=lambda row: _number(row["noted_on"])
    )  # of one day, the later in the file counts
    first, last = _number(dated[0]["noted_on"]), dated[-1]
    stated = [row["due_on"] for row in dated if row.get("due_on") is not None]
    due = _number(stated[-1]) if stated else max(_periods(measure, first), default=None)
    source = sources[last[SOURCE]]
    place = Cell(source["file"], source["sheet"], last[ROW], source["columns"].get("state"))
    return Task(
        measure.id, customer, last["state"], iso(_number(last["noted_on"])), iso(first),
        "" if due is None else iso(due), last["state"] in UNFINISHED and due is not None and due < as_of,
        last.get("role") or "", last.get("note") or "", str(place),
    )  # fmt: skip


def _periods(measure: Finding, since: int) -> Iterator[int]:
    """When each of the things that a measure asks for is due."""
    for action in measure.actions:
        moved = shift(since, int(action.due[:-1]), action.due[-1]) if action.due else None
        if moved is not None:
            yield moved


def _number(value: date) -> int:
    number = day(value.isoformat())
    assert number is not None
    return number


def counts(found: Sequence[Task]) -> dict[str, int]:
    """How many tasks are done, unfinished, of these overdue, and dropped."""
    return {
        "done": sum(one.state == "done" for one in found),
        "open": sum(one.state in UNFINISHED for one in found),
        "overdue": sum(one.overdue for one in found),
        "dropped": sum(one.state == "dropped" for one in found),
    }
