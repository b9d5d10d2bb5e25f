# SPDX-License-Identifier: Apache-2.0
"""The plan of improvement: goals of the base with what is done while they are missed, and strategies for its groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...lang.syntax import Tree
from ...measures import FIGURE, NONE
from ...model import Breakdown, Finding, Pack
from ...schema.report import TASK_STATES
from ...taken import Task, counts, tasks
from .base import measures
from .matters import LISTED, listed
from .words import Words

Node = dict[str, Any]
STATES = {True: "wanted", False: "met", None: "unknown"}
"""By whether a measure is called for."""


def plan(words: Words, stored: Node | None) -> Node | None:
    """Measures by subject, those that could bring most first, and strategies group by group; None when the pack has neither.

    `stored`: the base as the run stores it."""
    run = words.run.portfolio
    if run is None or stored is None:
        return None
    own = words.of(run)
    values = run.inputs.collect().row(0, named=True)
    noted = tasks(words.run)
    found = [
        {**_measure(own, words, one, values), "taken": _taken(words, [task for task in noted or () if task.measure == one.id])}
        for one in run.pack.measures
    ]  # fmt: skip
    strategies = [
        _strategies(own, one, next(node for node in stored["breakdowns"] if node["id"] == one.id))
        for one in run.pack.breakdowns
        if one.strategies
    ]
    strategies = [one for one in strategies if one["rows"]]
    if not found and not strategies:
        return None
    found.sort(key=lambda one: (one["amount"] is None, -(one["amount"] or 0.0)))
    subjects: dict[str, list[Node]] = {}
    for one in found:
        subjects.setdefault(one["subject"], []).append(one)
    return {
        "counts": {state: sum(one["state"] == state for one in found) for state in STATES.values()},
        "taken": None if noted is None else counts(noted),
        "subjects": [{"title": title, "measures": group} for title, group in subjects.items()],
        "strategies": strategies,
    }  # fmt: skip


def subject(pack: Pack, measure: Finding, language: str) -> str:
    """The title of the dimension that a measure is about."""
    titles = {one.id: one.title[language] for one in pack.dimensions}
    return str(titles.get(pack.subject_of(measure), pack.title[language]))


def _measure(own: Words, words: Words, one: Finding, values: Mapping[str, Any]) -> Node:
    assert one.goal is not None
    figure, target = one.goal.tree.args
    feature = own.pack.features[str(figure.value)]
    state = STATES[values[one.id]]
    amount = values[one.amount.id] if one.amount is not None and state == "wanted" else None
    whom = listed(words, one.whom, one.whom_by) if one.whom and state == "wanted" else None
    return {
        "id": one.id, "title": own.text(one.title), "why": own.text(one.why), "subject": subject(own.pack, one, own.language),
        "state": state, "figure": own.text(feature.title), "how": own.words(feature.expr.tree),
        "now": own.shown(values[feature.id], feature.unit), "goal": own.words(one.goal.tree),
        "target": _target(own, target, feature.unit, values), "amount": amount,
        "shown": "" if amount is None or one.amount is None else own.shown(amount, one.amount.unit),
        "actions": measures(own, one.actions), "sources": own.sources(one.source), "place": str(one.span),
        "count": 0 if whom is None else whom["count"], "customers": [] if whom is None else whom["customers"],
    }  # fmt: skip


def _taken(words: Words, found: list[Task]) -> Node | None:
    """What became of a measure: counts, and the first tasks, overdue ones before others, those unfinished before those done."""
    if not found:
        return None
    ranked = sorted(
        found, key=lambda one: (not one.overdue, TASK_STATES.index(one.state), one.on, one.customer)
    )
    return {**counts(found), "tasks": [one.as_dict() for one in ranked[:LISTED]], "total": len(found)}


def _target(own: Words, target: Tree, unit: str, values: Mapping[str, Any]) -> str:
    """What a figure should be: a number as it is, of a parameter or another figure its value."""
    if target.op == "const":
        return own.value(float(target.value), unit) if isinstance(target.value, float) else str(target.value)
    name = str(target.value)
    return own.parameter(name[6:]) if name.startswith("param.") else own.shown(values[name], unit)


def _strategies(own: Words, breakdown: Breakdown, node: Node) -> Node:
    """The rows of a breakdown by the strategy that they take, in the order of the pack."""
    from .breakdowns import breakdown as told

    shown, inner = told(own, node), own.within(breakdown)
    place = [column["id"] for column in node["columns"]].index(FIGURE)
    rows: dict[str, list[Node]] = {}
    for row, raw in zip(shown["rows"], node["rows"], strict=True):
        cells = [cell["shown"] for index, cell in enumerate(row["cells"]) if index != place]
        rows.setdefault(raw["values"][place], []).append({"keys": row["keys"], "cells": cells})
    return {
        "id": breakdown.id, "title": own.text(breakdown.title), "keys": shown["keys"],
        "columns": [title for index, title in enumerate(shown["columns"]) if index != place],
        "rows": [
            {
                "id": one.id, "title": own.text(one.title), "why": own.text(one.why), "words": inner.words(one.when.tree),
                "actions": measures(own, one.actions), "sources": own.sources(one.source), "place": str(one.span), "groups": rows[one.id],
            }
            for one in breakdown.strategies
            if one.id in rows
        ],
        "others": [row["keys"][0] for row in rows.get(NONE, [])],
    }  # fmt: skip
