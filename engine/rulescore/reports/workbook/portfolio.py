# SPDX-License-Identifier: Apache-2.0
"""The base as a whole: its score with every rule, live; figures, gates and the largest customers as the run has them."""

from __future__ import annotations

from typing import Any

from ..content.words import MONEY
from .customers import Card
from .results import Record, Results
from .scored import Scored
from .sheets import NONE, Book

Node = dict[str, Any]


def portfolio(
    book: Book, part: Scored, results: Results, record: Record, told: Node, concentration: Node | None
) -> None:
    """The sheet of the base; `told` is what the report tells of it."""
    tell, sheet = book.tell, book.sheet("portfolio")
    card = Card(book, sheet, part, results, "1")
    sheet.title(told["title"], tell("portfolio.note"))
    row = card.whole(3, record) + 1
    row = card.dimensions(row, record)
    row = card.rules(row, record) + 1
    if told["gates"]:
        sheet.section(row, tell("section.gates"), 9)
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("gate", "effect", "acts", "acts-when")])
        row += 2
        for gate in told["gates"]:
            acts = tell("yes") if gate["acted"] else part.states.missing if gate["unknown"] else tell("no")
            sheet.line(
                row,
                0,
                [gate["title"], gate["effect"], acts, gate["words"]],
                ("wrap", "wrap", "center", "wrap"),
            )
            row += 1
        row += 1
    sheet.section(row, tell("section.figures"), 9)
    sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("figure", "id", "unit", "how", "value")])
    row += 2
    for figure in (figure for group in told["figures"] for figure in group["figures"]):
        unit = figure["unit"]
        value, style = stored(book, figure["value"], unit)
        sheet.line(
            row,
            0,
            [figure["title"], figure["id"], part.words.unit(unit), figure["how"]],
            ("wrap", "mono", "text", "wrap"),
        )
        sheet.put(row, 4, value, style, "stored")
        row += 1
    if concentration is not None:
        row = _largest(book, concentration, row + 1)
    sheet.landscape()


def stored(book: Book, value: Any, unit: str) -> tuple[Any, str]:
    """A value of the run as a cell, and its style."""
    if isinstance(value, bool):
        value = book.tell("yes" if value else "no")
    style = "share" if unit == "share" else "money" if unit in MONEY else "number" if isinstance(value, int | float) else "plain"  # fmt: skip
    return (NONE if value is None else value), style


def _largest(book: Book, found: Node, row: int) -> int:
    tell, sheet = book.tell, book.sheet("portfolio")
    sheet.section(row, tell("section.largest", column=found["column"]), 9)
    sheet.head(
        row + 1, 0, [tell(f"column.{key}") for key in ("id", "name", "none", "amount", "share", "running")]
    )
    row += 2
    for one in found["top"]:
        values = [one["id"], one["name"], "", one["amount"], one["share"], one["running"]]
        sheet.line(row, 0, values, ("text", "text", "text", "text", "percent", "percent"), "stored")
        row += 1
    return row
