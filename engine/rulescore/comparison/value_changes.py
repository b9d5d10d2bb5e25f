# SPDX-License-Identifier: Apache-2.0
"""Two runs -> how the value of each method moved, and how much of that each assumption of the base case moved.

The assumptions are changed one after the other, in the order in which the method declares them: each step keeps what was
changed before it, so that the steps add up to the whole.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ..assumptions import Method
from ..folder import Run
from ..problems import Problem, Span, UsageError
from ..valuation import BY_NAME
from ..valuation.parts import Assumption, Given, UnusableError, exactly
from ..worth import JSON, YAML, shown, stated

Node = dict[str, Any]


def value_changes(before: Run, after: Run) -> tuple[Node, ...]:
    """Each method that both runs have and whose value differs: its values, and `steps` where both are of one kind and the
    base case of both has a value. Money is decimal text."""
    runs = before, after
    if not all((run.folder / YAML).exists() for run in runs):
        return ()
    documents = [_document(run) for run in runs]
    old, new = ({one["id"]: one for one in document["methods"]} for document in documents)
    given = [
        {method.id: (method, cases["base"]) for method, cases in stated(run.folder, run.pack.portfolio)}
        for run in runs
    ]
    found = []
    for name, one in new.items():
        if name not in old or one["check"] or one["value"] == old[name]["value"]:
            continue
        found.append({
            "id": name, "title": one["title"], "currency": documents[1]["currency"],
            "before": old[name]["value"], "after": one["value"],
            "change": _difference(old[name]["value"]["base"], one["value"]["base"]),
            "steps": _steps(*(part[name] for part in given)) if all(name in part for part in given) else [],
        })  # fmt: skip
    return tuple(found)


def _document(run: Run) -> Node:
    path = run.folder / JSON
    try:
        document: Node = json.loads(path.read_bytes())
    except ValueError as error:
        problem = Problem("run-file-unreadable", "error", Span(str(path)), {"reason": str(error)})
        raise UsageError([problem]) from error
    return document


def _difference(old: str | None, new: str | None) -> str | None:
    return None if old is None or new is None else shown(Decimal(new) - Decimal(old))


def _steps(old: tuple[Method, Given | None], new: tuple[Method, Given | None]) -> list[Node]:
    """What each assumption that differs moves, those before it already changed; none where a step has no value."""
    (first, start), (last, end) = old, new
    if first.method != last.method or start is None or end is None:
        return []
    declared = BY_NAME[last.method]
    now = dict(start)
    steps: list[Node] = []
    try:
        value = exactly(declared.value, now).value
        for name, assumption in declared.ASSUMPTIONS.items():
            if start[name] == end[name]:
                continue
            now[name] = end[name]
            moved = exactly(declared.value, now).value
            steps.append(_step(name, assumption, start[name], end[name], moved - value))
            value = moved
    except UnusableError:
        return []
    return steps


def _step(name: str, assumption: Assumption, before: Any, after: Any, change: Decimal) -> Node:
    return {
        "name": name, "title": dict(assumption.title), "unit": assumption.unit,
        "before": _plain(before), "after": _plain(after), "change": shown(change),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return shown(value) if isinstance(value, Decimal) else value
