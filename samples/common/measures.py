# SPDX-License-Identifier: Apache-2.0
"""Notes on what became of measures of improvement, drawn for a sample: each measure and customer from a stream of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from .files import Row

HEADERS = ("措施编号", "客户编号", "状态", "日期", "计划完成日期", "责任岗位", "说明")
STATES = {"已完成": 9, "进行中": 5, "未开始": 3, "已取消": 2}
BEFORE = 100
"""Days before the as-of date on which the first tasks were noted; the last ones forty days later."""


def measures_taken(
    seed: str, as_of: date, tasks: Mapping[str, tuple[str, Mapping[str, str], Sequence[str]]]
) -> list[Row]:
    """Rows of the file, by date. `tasks`: measure -> the role that answers for it, what its notes say by state, and the customers
    that it was taken for; none for the whole base."""
    rows = []
    for measure, (role, notes, customers) in tasks.items():
        for customer in customers or ("",):
            draw = Random(f"{seed}/measures/{measure}/{customer}")
            start = as_of - timedelta(days=BEFORE - draw.randrange(41))
            due = start + timedelta(days=draw.choice((30, 45, 60, 90))) if draw.random() < 0.7 else None
            (state,) = draw.choices(list(STATES), list(STATES.values()))
            path = [("未开始", start)]
            if state != "未开始":
                path.append(("进行中", start + timedelta(days=draw.randint(3, 15))))
            if state in ("已完成", "已取消"):
                path.append((state, path[-1][1] + timedelta(days=draw.randint(8, 40))))
            for step, day in path:
                cells = (measure, customer, step, day.isoformat(), due.isoformat() if due else "", role, notes.get(step, ""))  # fmt: skip
                rows.append(dict(zip(HEADERS, cells, strict=True)))
    return sorted(rows, key=lambda row: row["日期"])
