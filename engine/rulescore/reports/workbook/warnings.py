# SPDX-License-Identifier: Apache-2.0
"""The sheet of the early-warning list: a row a customer, most at risk first, with every reason and what is done."""

from __future__ import annotations

from typing import Any

from ..content.words import Words
from .sheets import NONE, Book

Node = dict[str, Any]
STYLES = ("text", "wrap", "center", "money", "wrap", "wrap", "wrap")


def warnings(book: Book, words: Words, told: Node) -> None:
    """Who is on the list; below it each warning with how often it holds. Several reasons stand on a line each."""
    tell, say, sheet, found = book.tell, words.tell, book.sheet("early-warnings"), told["early_warnings"]
    shown = len(found["customers"])
    note = tell("early-warnings.note") if shown == found["count"] else tell("early-warnings.cut", total=f"{found['count']:,}", shown=f"{shown:,}")  # fmt: skip
    sheet.widths(16, 30, 10, 18, 34, 64, 64)
    sheet.landscape()
    sheet.title(book.title("early-warnings"), note, say("warned-meaning", title=found["stake"]))
    sheet.head(4, 0, [tell(f"column.{key}") for key in ("id", "name", "warned-level", "warned-at-risk", "warned-signs", "warned-values", "warned-to-do")])  # fmt: skip
    row = 5
    for one in found["customers"]:
        held = [(found["warnings"][reason["warning"]], reason) for reason in one["reasons"]]
        cells = [
            one["id"], one["name"], one["level_title"], NONE if one["value"] is None else one["value"],
            "\n".join(_with(words, warning["title"], reason["amount"]) for warning, reason in held),
            "\n".join(reason["values"] for _, reason in held),
            "\n".join(_done(action) for warning, _ in held for action in warning["actions"]),
        ]  # fmt: skip
        sheet.line(row, 0, cells, STYLES)
        row += 1
    sheet.table(4, max(row - 1, 4), 6, 2)
    row += 1
    sheet.section(row, say("warned-kinds"), 7)
    titles = [say("warned-reasons"), "", say("warned-level"), say("warned-own"), say("warned-held"), say("warned-when"), say("source")]  # fmt: skip
    sheet.head(row + 1, 0, titles)
    row += 2
    for one in found["warnings"]:
        amount = NONE if one["amount"] is None else one["amount"]
        sheet.merged(row, 0, 1, one["title"], "wrap")
        sheet.line(row, 2, [one["severity_title"], amount, one["count"], one["words"], one["sources"]], ("center", "money", "count", "wrap", "wrap"))  # fmt: skip
        row += 1


def _with(words: Words, title: str, amount: str) -> str:
    return title + (words.tell("colon") + amount if amount else "")


def _done(action: Node) -> str:
    return " · ".join(part for part in (action["title"], action["owner"], action["due"]) if part)
