# SPDX-License-Identifier: Apache-2.0
"""The sheet of the valuation, method by method: with formulas, or as stored where a run has no value."""

from __future__ import annotations

from typing import Any

from ....messages import word
from ....worth import CASES
from ...content.words import Words
from ..sheets import Book, Ref, Sheet
from .live import Table
from .method import Method, number

Node = dict[str, Any]


class Worth:
    """The sheet. `values` says where low, base and high of each method stand, `checks` where the differences from the engine do."""

    def __init__(
        self, book: Book, words: Words, node: Node, methods: list[Method], assumptions: Sheet
    ) -> None:
        self.book, self.words, self.node, self.methods = book, words, node, methods
        self.sheet, self.assumptions = book.sheet("valuation"), assumptions
        self.checks: list[Ref] = []
        self.values: dict[str, dict[str, Ref]] = {}

    def write(self) -> None:
        tell, sheet = self.book.tell, self.sheet
        sheet.widths(38, *[16] * 40)
        sheet.landscape()
        sheet.raw.set_paper(8)  # A3, for as many scenarios as there are
        standard = word(f"worth.{self.node['standard']}", self.book.language)
        row = sheet.title(
            f"{self.book.title('valuation')} · {standard} · {self.node['currency']}",
            word("worth.disclaimer", self.book.language),
            tell("valuation.note"),
        )
        breaks = []
        for method in self.methods:
            breaks.append(row)
            sheet.section(row, method.title(self.book.language), 13)
            if method.live is None:
                row = self.stored(row, method) + 2
                continue
            table = Table(sheet, self.words, method, method.live, self.assumptions.name)
            row = table.write(row) + 2
            self.checks += table.checks
            self.values[method.node["id"]] = table.values
        sheet.raw.set_h_pagebreaks(breaks[1:])
        sheet.raw.freeze_panes(3, 1)

    def stored(self, row: int, method: Method) -> int:
        """A method without formulas: its values and tables as the run has them, and a line that says so."""
        tell, sheet, node, language = self.book.tell, self.sheet, method.node, self.book.language
        sheet.put(row + 1, 0, tell("valuation.stored"), "note")
        sheet.head(row + 2, 0, ["", *(tell(f"column.{case}-case") for case in CASES)])
        sheet.put(row + 3, 0, tell("value"), "label")
        for index, case in enumerate(CASES):
            sheet.put(row + 3, 1 + index, number(node["value"][case]), "money", "stored")
            self.values.setdefault(node["id"], {})[case] = sheet.ref(row + 3, 1 + index)
        row += 4
        for total in node["totals"]:
            sheet.put(row, 0, word(f"worth.total.{total['name']}", language), "label")
            sheet.put(row, 1, number(total["number"]), "money", "stored")
            row += 1
        if node["rows"]:
            sheet.head(row + 1, 0, [column["title"][language] for column in node["columns"]])
            row += 2
            for line in node["rows"]:
                for index, column in enumerate(node["columns"]):
                    sheet.put(row, index, number(line[column["name"]]), "number", "stored")
                row += 1
        return row
