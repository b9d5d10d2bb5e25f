# SPDX-License-Identifier: Apache-2.0
"""Where everything of a method with formulas stands on the sheet of the valuation, and templates filled with it."""

from __future__ import annotations

from ...content.words import Words
from ..methods.templates import CHOICE, YEARS_AT_MOST, Live, filled
from ..sheets import Sheet
from .method import Method

BASE = 3
"""The column of the base case among the scenarios."""


class Places:
    """From the row of the method's title down: low, base and high; totals of the base case (`first_total`); its table (`table`); its
    table by year (`years`); the scenarios, a column each (`matrix`), with the rows of their parts in `cells`."""

    def __init__(self, sheet: Sheet, words: Words, method: Method, live: Live, row: int) -> None:
        self.sheet, self.words, self.method, self.live = sheet, words, method, live
        self.assumed = [name for name in method.declared if name in live.names]
        self.series = [name for name in self.assumed if method.declared[name].kind == "series"]
        self.height = YEARS_AT_MOST if live.by_year else method.items(self.series[0]) if self.series else 0
        self.first_total = row + 7
        self.table = self.first_total + len(method.node["totals"]) + 3
        after = self.table + self.height + bool(live.last) + 1 if live.columns else self.table - 2
        self.years = after + 1
        self.matrix = (self.years + YEARS_AT_MOST + 1 if live.years else after) + 3
        self.cells: dict[str, int] = {}
        at = self.matrix
        for name, count in self.parts():
            self.cells[name] = at
            at += count

    def parts(self) -> list[tuple[str, int]]:
        """(part, how many rows it has among the scenarios)."""
        found = [(name, self.method.items(name)) for name in self.assumed]
        found += [(name, 1) for name in self.live.scalars]
        found += [(name, self.height) for name in self.live.lists]
        found += [(f"total.{name}", 1) for name in self.live.totals]
        return [*found, ("value", 1), ("engine", 1), ("check", 1)]

    def cell(self, name: str, column: int, item: int = -1, year: int = -1) -> str:
        """The address of a name: in a scenario's column, or of a row of the table or of the table by year."""
        sheet = self.sheet
        kind, _, rest = name.partition(".")
        if kind == "T":
            if item >= 0:
                return sheet.ref(self.table + item, 0).inside
            first, at = (self.table, 0) if self.live.by_year else (self.cells[self.series[0]], 1)
            return sheet.ref(first, at, first + self.height - 1, at).inside
        if kind == "Y":
            return sheet.ref(self.years + year, 0).inside if year >= 0 else sheet.ref(self.years, 0, self.years + YEARS_AT_MOST - 1, 0).inside  # fmt: skip
        if kind == "row":
            return sheet.ref(self.table + item, list(self.live.columns).index(rest)).inside
        if kind == "year":
            return sheet.ref(self.years + year, list(self.live.years).index(rest)).inside
        if kind == "previous":
            return self.cell(rest, column, item - 1) if item else "0"
        if name in self.series or name in self.live.lists:
            first, count = (
                self.cells[name],
                self.height if name in self.live.lists else self.method.items(name),
            )
            return sheet.ref(first + item, column).inside if item >= 0 else sheet.ref(first, column, first + count - 1, column).inside  # fmt: skip
        if rest in self.live.base_totals:
            place = [one["name"] for one in self.method.node["totals"]].index(rest)
            return sheet.ref(self.first_total + place, 1).inside
        return sheet.ref(self.cells[name if name in self.cells else f"total.{name}"], column).inside

    def text(self, template: str, column: int, item: int = -1, year: int = -1) -> str:
        """A template as a formula."""
        said = CHOICE.sub(lambda found: self.words.tell(f"choice.{found[1]}"), self.live.written(template))
        return filled(said, lambda name: self.cell(name, column, item, year))
