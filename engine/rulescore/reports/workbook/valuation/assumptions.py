# SPDX-License-Identifier: Apache-2.0
"""The sheet of assumptions: low, base and high case of each, its source and reason, to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...content.words import Words
from ...worth import risks_of
from ..sheets import NONE, Book, Formula, Ref
from .method import PLACES, Method, shown

Node = dict[str, Any]
LAST = 8
"""The last column."""


class Assumptions:
    """The sheet. The rows of all assumptions are known at once; they are written when the values of methods have their places,
    since one may be an assumption of another."""

    def __init__(self, book: Book, words: Words, methods: list[Method], currency: str) -> None:
        self.book, self.words, self.methods, self.currency = book, words, methods, currency
        self.sheet = book.sheet("assumptions")
        row = 4
        for method in methods:
            row += 2
            for one in method.assumptions:
                count = method.items(one["name"])
                method.rows[one["name"]] = list(range(row, row + count))
                row += count
            row += 1

    def write(self, values: Mapping[str, Mapping[str, Ref]]) -> None:
        """`values`: where the value of each method stands."""
        tell, sheet = self.book.tell, self.sheet
        sheet.widths(40, 12, 16, 16, 16, 36, 34, 50, 26)
        sheet.landscape()
        sheet.title(self.book.title("assumptions"), tell("assumptions.note"), tell("parameters.colours"))
        row = 4
        for method in self.methods:
            row = self.method(row, method, values) + 1
        sheet.raw.freeze_panes(3, 1)

    def method(self, row: int, method: Method, values: Mapping[str, Mapping[str, Ref]]) -> int:
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, method.title(self.book.language), LAST + 1)
        titles = ("assumption", "unit", "low-case", "base-case", "high-case", "stated", "source", "why-assumed", "carries")  # fmt: skip
        sheet.head(row + 1, 0, [tell(f"column.{title}") for title in titles])
        row += 2
        for one in method.assumptions:
            for index, at in enumerate(method.rows[one["name"]]):
                self.item(at, method, one, index)
                for case, column in PLACES.items():
                    self.value(at, column, method, one["name"], case, index, values)
            row += len(method.rows[one["name"]])
        return row

    def item(self, row: int, method: Method, one: Node, index: int) -> None:
        """Everything of an assumption but its values; of a series the ground stands beside its first item."""
        words, sheet = self.words, self.sheet
        title = one["title"][self.book.language]
        series = method.declared[one["name"]].kind == "series"
        sheet.line(
            row,
            0,
            [
                f"{title} · {index + 1}" if series else title,
                words.unit(self.currency if one["unit"] == "money" else one["unit"]),
            ],
            "wrap",
        )
        sources = [words.tell(f"source.{source}") if source in ("default", "portfolio") else source for source in one["source"]]  # fmt: skip
        said = method.said.get(one["name"], [])
        how = said[index] if index < len(said) else ""
        ground = (
            [how, "", "", ""]
            if index
            else [how, words.sources(sources), words.text(one["why"]), risks_of(one, self.book.language)]
        )
        sheet.line(row, 5, ground, "wrap")

    def value(
        self,
        row: int,
        column: int,
        method: Method,
        name: str,
        case: str,
        index: int,
        values: Mapping[str, Mapping[str, Ref]],
    ) -> None:
        """A stated value is an input; where a case says nothing of its own it is the base case's; the value of another method
        follows that method."""
        sheet, declared = self.sheet, method.declared[name]
        if method.given[case] is None:
            sheet.put(row, column, NONE, "plain", "stored")
            return
        value, style = shown(self.words, declared, method.item(name, case, index))
        if case != "base" and name not in method.own[case]:
            look = "" if method.follows(name) else "stored"
            sheet.put(row, column, Formula(sheet.ref(row, PLACES["base"]).inside, value), style, look)
        elif (name, case, index) in method.links and method.follows(name):
            sheet.put(
                row, column, Formula(str(values[method.links[name, case, index]]["base"]), value), style
            )
        else:
            sheet.put(row, column, NONE if value is None else value, style, "input" if method.follows(name) else "stored")  # fmt: skip
            if isinstance(declared.kind, tuple) and method.follows(name):
                words = [self.words.tell(f"choice.{choice}") for choice in declared.kind]
                sheet.raw.data_validation(row, column, row, column, {"validate": "list", "source": words})
