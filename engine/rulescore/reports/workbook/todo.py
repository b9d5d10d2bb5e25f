# SPDX-License-Identifier: Apache-2.0
"""The sheets of what is to be done: data to ask for."""

from __future__ import annotations

from typing import Any

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
