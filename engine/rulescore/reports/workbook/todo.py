# SPDX-License-Identifier: Apache-2.0
"""The sheets of what is to be done: data to ask for, and what became of measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...taken import tasks
from ..content.words import Words
from .sheets import NONE, Book

Node = dict[str, Any]


def requests(book: Book, words: Words, told: Node) -> None:
    """What is still missing, a row each, what matters most first."""
    tell, say, sheet = book.tell, words.tell, book.sheet("requests")
    sheet.widths(40, 12, 14, 14, 20, 24, 60, 40)
    sheet.landscape()
    sheet.title(book.title("requests"), tell("requests.note"))
    sheet.paragraph(2, say("requests-note"), 7, 220)
    titles = ("request", "request-count", "request-tiers", "request-points", "request-amount", "request-holder", "request-rules")  # fmt: skip
    sheet.head(4, 0, [*(say(title) for title in titles), tell("column.code")])
    row = 5
    for one in told["requests"]:
        base = one["of_base"]
        methods = [say("request-method", method=method) for method in one["methods"]]
        cells = [
            one["title"], say("found-base") if base else one["customers"],
            (say("yes") if one["tiers"] else say("no")) if base else one["tiers"], NONE if methods else one["points"],
            NONE if one["amount"] is None else one["amount"], one["holder"] or NONE,
            words.listed([*methods, *one["rules"]]), one["name"],
        ]  # fmt: skip
        sheet.line(row, 0, cells, ("wrap", "count", "count", "score", "money", "wrap", "wrap", "mono"))
        row += 1
    sheet.table(4, row - 1, 7)


def taken(book: Book, words: Words, told: Node) -> None:
    """What became of the measures, a row a task."""
    tell, say, sheet = book.tell, words.tell, book.sheet("taken")
    sheet.widths(44, 16, 14, 14, 14, 24, 60, 30, 30)
    sheet.landscape()
    sheet.title(book.title("taken"), tell("taken.note"))
    sheet.paragraph(2, say("taken-intro", **told["plan"]["taken"]), 8, 220)
    titles = [say(key) for key in ("measure", "customer", "taken-state", "taken-on", "taken-due", "taken-role", "taken-note")]  # fmt: skip
    sheet.head(4, 0, [*titles, tell("column.file"), tell("column.code")])
    row = 5
    titled = {one["id"]: one["title"] for group in told["plan"]["subjects"] for one in group["measures"]}
    for task in tasks(words.run) or ():
        state = say(f"taken-state.{task.state}")
        late = f"{state} · {say('taken-overdue')}" if task.overdue else state
        dates = [date.fromisoformat(day) if day else NONE for day in (task.on, task.due)]
        cells = [titled[task.measure], task.customer or say("taken-whole"), late, *dates, task.role or NONE, task.note, task.place, task.measure]  # fmt: skip
        styles = ("wrap", "text", "wrap", *("date" if isinstance(day, date) else "text" for day in dates))
        sheet.line(row, 0, cells, (*styles, "wrap", "wrap", "wrap", "mono"))
        row += 1
    sheet.table(4, max(row - 1, 4), 8)
