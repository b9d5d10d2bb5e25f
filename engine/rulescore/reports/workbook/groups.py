# SPDX-License-Identifier: Apache-2.0
"""The base by group: each breakdown with its numbers, as the run has them."""

from __future__ import annotations

from typing import Any

from ..content.words import Words
from .portfolio import stored
from .sheets import Book

Node = dict[str, Any]
COLUMNS, WRITTEN, WIDTH = 14, 9, 17
"""Columns of the sheet, the last one that text runs to, and how wide they are."""


def groups(book: Book, words: Words, tables: list[Node]) -> None:
    """A table under the other; the unit of a column stands in its head. `tables` are what the report tells of them."""
    sheet = book.sheet("groups")
    sheet.widths(28, *[WIDTH] * (COLUMNS - 1))
    sheet.landscape()
    sheet.title(book.title("groups"), book.tell("groups.note"))
    row = 3
    for table in tables:
        last = len(table["keys"]) + len(table["columns"])
        sheet.section(row, table["title"], last)
        if table["why"]:
            row += 1
            sheet.paragraph(row, table["why"], WRITTEN, 28 + WIDTH * WRITTEN)
        units = [words.unit(unit) for unit in table["units"]]
        heads = [
            f"{title} ({unit})" if unit else title
            for title, unit in zip(table["columns"], units, strict=True)
        ]
        sheet.head(row + 1, 0, [*table["keys"], *heads], 45)
        row += 2
        for one in table["rows"]:
            cells = [
                stored(book, cell["value"], unit)
                for cell, unit in zip(one["cells"], table["units"], strict=True)
            ]
            looks = (
                "wrap" if isinstance(cell["value"], str) else style
                for cell, (_, style) in zip(one["cells"], cells, strict=True)
            )
            styles = [*["wrap"] * len(one["keys"]), *looks]
            sheet.line(row, 0, [*one["keys"], *(value for value, _ in cells)], styles, "stored")
            row += 1
        row += 1
