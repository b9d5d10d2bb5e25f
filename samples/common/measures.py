# SPDX-License-Identifier: Apache-2.0
"""Notes on what became of measures of improvement, drawn for a sample: each measure and customer from a stream of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from .files import Row

HEADERS = {
    "zh": ("措施编号", "客户编号", "状态", "日期", "计划完成日期", "责任岗位", "说明"),
    "en": ("Measure", "Customer", "Status", "Noted on", "Due date", "Owner", "Note"),
}
STATES = {"zh": ("未开始", "进行中", "已完成", "已取消"), "en": ("Not started", "In progress", "Done", "Cancelled")}  # fmt: skip
WEIGHTS = (3, 5, 9, 2)
BEFORE = 100
"""Days before the as-of date on which the first tasks were noted; the last ones forty days later."""


def measures_taken(
    seed: str,
    as_of: date,
    tasks: Mapping[str, tuple[str, Mapping[str, str], Sequence[str]]],
    language: str = "zh",
) -> list[Row]:
    """Rows of the file, by date. `tasks`: measure -> the role that answers for it, what its notes say by state, and the customers
    that it was taken for; none for the whole base."""
    rows = []
    opened, going, *ended = STATES[language]
    for measure, (role, notes, customers) in tasks.items():
        for customer in customers or ("",):
            draw = Random(f"{seed}/measures/{measure}/{customer}")
            start = as_of - timedelta(days=BEFORE - draw.randrange(41))
            due = start + timedelta(days=draw.choice((30, 45, 60, 90))) if draw.random() < 0.7 else None
            (state,) = draw.choices(STATES[language], WEIGHTS)
            path = [(opened, start)]
            if state != opened:
                path.append((going, start + timedelta(days=draw.randint(3, 15))))
            if state in ended:
                path.append((state, path[-1][1] + timedelta(days=draw.randint(8, 40))))
            for step, day in path:
                cells = (measure, customer, step, day.isoformat(), due.isoformat() if due else "", role, notes.get(step, ""))  # fmt: skip
                rows.append(dict(zip(HEADERS[language], cells, strict=True)))
    date_of = HEADERS[language][3]
    return sorted(rows, key=lambda row: row[date_of])
