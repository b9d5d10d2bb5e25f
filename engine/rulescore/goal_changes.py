# SPDX-License-Identifier: Apache-2.0
"""Two runs -> what was done about the goals of the base between them, and whether their figures came nearer.

A goal that both periods miss is nearer when its figure lies less far from its target than before, each target being that of
its own period.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .folder import Run
from .model import Finding
from .taken import Task, counts, tasks

Node = dict[str, Any]
RESULTS = ("reached", "nearer", "farther", "lost", "same", "kept", "unknown")
"""Newly met; missed twice and less, more or as far from the target; no longer met; met twice; one of the two can't be judged."""


def goal_changes(before: Run, after: Run) -> tuple[Node, ...]:
    """Each measure that both runs have: figure and target of its goal before and after, the result, the tasks done after the
    earlier run's as-of date, and how many are unfinished and overdue now."""
    first, last = before.portfolio, after.portfolio
    if first is None or last is None:
        return ()
    values = [whole.inputs.collect().row(0, named=True) for whole in (first, last)]
    old = {one.id: one for one in first.pack.measures}
    found = tasks(after) or ()
    changed = []
    for one in last.pack.measures:
        if one.id in old:
            own = [task for task in found if task.measure == one.id]
            ends = _end(first, old[one.id], values[0]), _end(last, one, values[1])
            changed.append(_change(last, one, ends, own, before.as_of))
    return tuple(changed)


End = tuple[Any, Any, bool | None]
"""Figure, target, and whether the goal is met."""


def _end(run: Run, measure: Finding, values: Mapping[str, Any]) -> End:
    assert measure.goal is not None
    figure, target = measure.goal.tree.args
    name, missed = str(target.value), values[measure.id]
    if target.op == "const":
        limit = target.value
    else:
        limit = run.plan.parameters[name[6:]] if name.startswith("param.") else values[name]
    return values[str(figure.value)], limit, None if missed is None else not missed


def _change(run: Run, measure: Finding, ends: tuple[End, End], own: list[Task], since: str) -> Node:
    assert measure.goal is not None
    figure = run.pack.features[str(measure.goal.tree.args[0].value)]
    (old, old_target, _), (new, new_target, _) = ends
    signs = measure.goal.tree.value
    assert isinstance(signs, tuple)
    state = counts(own)
    return {
        "id": measure.id, "title": dict(measure.title), "figure": dict(figure.title), "unit": figure.unit, "sign": str(signs[0]),
        "before": old, "after": new, "target_before": old_target, "target": new_target, "result": _result(*ends),
        "done": [task.as_dict() for task in sorted(own, key=lambda one: (one.on, one.customer)) if task.state == "done" and task.on > since],
        "open": state["open"], "overdue": state["overdue"],
    }  # fmt: skip


def _result(before: End, after: End) -> str:
    if before[2] is None or after[2] is None:
        return "unknown"
    if before[2] or after[2]:
        return "kept" if before[2] and after[2] else "reached" if after[2] else "lost"
    far, now = (abs(figure - target) for figure, target, _ in (before, after))
    return "same" if now == far else "nearer" if now < far else "farther"
