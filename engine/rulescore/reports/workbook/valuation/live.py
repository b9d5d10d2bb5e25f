# SPDX-License-Identifier: Apache-2.0
"""A method with formulas: its three values, the totals and tables of the base case, and a column for every scenario."""

from __future__ import annotations

from typing import Any

from ....messages import word
from ....valuation import BY_NAME
from ....worth import CASES
from ...content.words import Words
from ..methods.templates import YEARS_AT_MOST, Live
from ..sheets import NONE, Formula, Ref, Sheet
from .method import PLACES, Method, number, shown
from .places import BASE, Places
from .scenarios import Cached, Scenario, scenarios_of

STYLES = {
    **dict.fromkeys(("survivors", "factor", "kept", "tax_benefit_factor", "margin_multiple", "left", "multiple", "lift", "annuity", "below", "top", "spread", "half_life", "mean_life"), "factor"),
    **dict.fromkeys(("attrition", "transfer", "return", "part", "transfer_haircut", "wara", "gap", "implied_goodwill_return", "captured"), "share"),
    **dict.fromkeys(("od", "first", "second", "curved", "scale", "early", "since"), "number"),
}  # fmt: skip
"""Of columns, steps and totals; all others are money."""
DIGITS = {"money": 2, "share": 5, "factor": 5, "number": 5}
"""To which digit formula and engine must agree: the cent, and one less than what is stored."""


def style_of(name: str) -> str:
    return STYLES.get(name, "money")


class Table:
    """One method on the sheet. `values` and `checks` are known once it is written."""

    def __init__(self, sheet: Sheet, words: Words, method: Method, live: Live, assumptions: str) -> None:
        """`assumptions`: the name of their sheet."""
        self.sheet, self.words, self.method, self.live, self.source = sheet, words, method, live, assumptions
        self.tell, self.node, self.language = sheet.book.tell, method.node, sheet.book.language
        self.scenarios, self.cached = scenarios_of(method, words, self.tell), Cached(method)
        self.values: dict[str, Ref] = {}
        self.checks: list[Ref] = []

    def write(self, row: int) -> int:
        """From the row of the title on; the row after it."""
        self.at = Places(self.sheet, self.words, self.method, self.live, row)
        self.headline(row + 1)
        self.totals(self.at.first_total)
        if self.live.columns:
            self.table()
        if self.live.years:
            self.years()
        return self.columns()

    def headline(self, row: int) -> None:
        """Low, base and high: formula, engine, difference; and what does not follow changes."""
        tell, sheet = self.tell, self.sheet
        sheet.head(row, 0, ["", *(tell(f"column.{case}-case") for case in CASES)])
        for offset, key in enumerate(("value", "engine", "check")):
            sheet.put(row + 1 + offset, 0, tell(f"valuation.{key}"), "label")
        for index, case in enumerate(CASES):
            value = number(self.node["value"][case])
            link = sheet.ref(self.at.cells["value"], 2 + index).inside
            check = sheet.ref(self.at.cells["check"], 2 + index).inside
            sheet.put(row + 1, 1 + index, Formula(link, value), "money", bold=True)
            sheet.put(row + 2, 1 + index, NONE if value is None else value, "money", "stored")
            sheet.put(row + 3, 1 + index, Formula(check, 0), "check")
            self.values[case] = sheet.ref(row + 1, 1 + index)
        sheet.watch(row + 3, 1, row + 3, 3)
        if self.live.note:
            sheet.put(row + 1, 5, tell(f"valuation.{self.live.note}"), "note")

    def totals(self, row: int) -> None:
        """The totals of the base case: formula, engine, difference."""
        if not self.node["totals"]:
            return
        tell, sheet, first = self.tell, self.sheet, row
        sheet.head(row - 1, 0, [tell(f"valuation.{key}") for key in ("totals", "value", "engine", "check")])
        for one in self.node["totals"]:
            name, found, style = one["name"], number(one["number"]), style_of(one["name"])
            sheet.put(row, 0, word(f"worth.total.{name}", self.language), "label")
            sheet.put(row, 2, found, style, "stored")
            if name in self.live.totals:
                text = sheet.ref(self.at.cells[f"total.{name}"], BASE).inside
            elif name in self.live.base_totals:
                text = self.at.text(self.live.base_totals[name], BASE)
            else:
                sheet.put(row, 1, None, style, "stored")
                sheet.put(row, 3, tell("valuation.as-stored"), "center", "stored")
                row += 1
                continue
            sheet.put(row, 1, Formula(f'IFERROR({text},"{NONE}")', found), style)
            self.check(row, 3, sheet.ref(row, 1), sheet.ref(row, 2), DIGITS[style])
            row += 1
        sheet.watch(first, 3, row - 1, 3)

    def check(self, row: int, column: int, ours: Ref, engines: Ref, digits: int) -> None:
        """The difference, rounded where numbers are printed; 1 when only one of them is a number."""
        one, other = ours.inside, engines.inside
        text = (
            f"IF(AND(ISNUMBER({one}),ISNUMBER({other})),ROUND({one}-{other},{digits}),IF({one}={other},0,1))"
        )
        self.sheet.put(row, column, Formula(text, 0), "check")
        self.checks.append(self.sheet.ref(row, column))

    # ---- tables of the base case ------------------------------------------------------------------------------

    def counted(self, cell: str, text: str) -> str:
        """A formula for the years that count; those beyond are empty."""
        years = self.at.cell(self.live.rows, BASE)
        return f'IF({cell}<=INT({years}),{text},"")'

    def fold(self, row: int) -> None:
        """A row that may come to count is folded away."""
        self.sheet.raw.set_row(row, None, None, {"level": 1, "hidden": True})

    def table(self) -> None:
        """The table of the base case, one column of it compared with the engine."""
        sheet, live, first = self.sheet, self.live, self.at.table
        names = list(live.columns)
        titles = [column["title"][self.language] for column in self.node["columns"]]
        sheet.head(first - 1, 0, [*titles, self.tell("valuation.engine"), self.tell("valuation.check")])
        stored = self.node["rows"]
        checked = live.checked or names[-1]
        for row in range(self.at.height + bool(live.last)):
            known = stored[row] if row < len(stored) else {}
            sheet.put(first + row, 0, row + 1, "whole")
            for column, name in enumerate(names[1:], 1):
                template = live.last[name] if row == self.at.height else live.columns[name]
                text = self.at.text(template, BASE, item=row)
                if live.by_year:
                    text = self.counted(self.at.cell("T", BASE, row), text)
                sheet.put(first + row, column, Formula(text, number(known[name]) if known else ""), style_of(name))  # fmt: skip
            ours, engines = sheet.ref(first + row, names.index(checked)), sheet.ref(first + row, len(names))
            sheet.put(first + row, len(names), number(known[checked]) if known else None, style_of(checked), "stored")  # fmt: skip
            if known:
                self.check(first + row, len(names) + 1, ours, engines, DIGITS[style_of(checked)])
            else:
                self.fold(first + row)
        if not stored:
            self.fold(first - 1)
        sheet.watch(first, len(names) + 1, first + max(len(stored), 1) - 1, len(names) + 1)

    def years(self) -> None:
        """The sum over all items year by year, for the reader; the engine stores no such table."""
        sheet, live, first = self.sheet, self.live, self.at.years
        titles = BY_NAME["excess_earnings"].COLUMNS
        sheet.head(first - 1, 0, [titles[name][self.language] for name in live.years])
        years = self.method.item(live.rows, "base", 0)
        for row in range(YEARS_AT_MOST):
            sheet.put(first + row, 0, row + 1, "whole")
            known = self.cached.year(self.scenarios[1], row + 1) if row < years else {}
            for column, (name, (template, _)) in enumerate(live.years.items()):
                if column:
                    text = self.counted(
                        sheet.ref(first + row, 0).inside, self.at.text(template, BASE, year=row)
                    )
                    sheet.put(first + row, column, Formula(text, known.get(name, "")), style_of(name))
            if not known:
                self.fold(first + row)

    # ---- scenarios ------------------------------------------------------------------------------------------------

    def columns(self) -> int:
        """A column for every scenario: its assumptions, what is worked out from them, its value; the row after it."""
        tell, sheet, cells, head = self.tell, self.sheet, self.at.cells, self.at.matrix - 1
        sheet.put(head - 1, 0, tell("valuation.scenarios"), "note")
        sheet.head(head, 0, [tell("column.assumption"), "", *(one.title for one in self.scenarios)], 62)
        for name in self.at.assumed:
            declared = self.method.declared[name]
            for index in range(self.method.items(name)):
                self.label(cells[name] + index, declared.title[self.language], index if name in self.at.series else -1)  # fmt: skip
                for column, scenario in enumerate(self.scenarios, 2):
                    self.assumed(cells[name] + index, column, name, scenario, index)
        for name, (template, _) in self.live.scalars.items():
            self.part(name, tell(f"helper.{name}"), template, style_of(name))
        for name, (template, _) in self.live.lists.items():
            self.listed(name, tell(f"helper.{name}"), template)
        for name, template in self.live.totals.items():
            self.part(f"total.{name}", word(f"worth.total.{name}", self.language), template, style_of(name))
        self.part("value", tell("valuation.value"), self.live.value, "money")
        self.label(cells["engine"], tell("valuation.engine"))
        self.label(cells["check"], tell("valuation.check"))
        for column, scenario in enumerate(self.scenarios, 2):
            value = number(scenario.value)
            sheet.put(cells["engine"], column, NONE if value is None else value, "money", "stored")
            ours, engines = sheet.ref(cells["value"], column), sheet.ref(cells["engine"], column)
            self.check(cells["check"], column, ours, engines, DIGITS["money"])
        sheet.watch(cells["check"], 2, cells["check"], 1 + len(self.scenarios))
        return cells["check"] + 1

    def label(self, row: int, title: str, index: int = -1) -> None:
        self.sheet.put(row, 0, f"{title} · {index + 1}" if index >= 0 else title, "label")
        self.sheet.put(row, 1, index + 1 if index >= 0 else None, "whole")

    def assumed(self, row: int, column: int, name: str, scenario: Scenario, index: int) -> None:
        case = scenario.case_of(name)
        value, style = shown(self.words, self.method.declared[name], self.method.item(name, case, index))
        if case not in PLACES:
            self.sheet.put(row, column, value, style, "input")
            return
        at = Ref(self.source, self.method.rows[name][index], PLACES[case])
        self.sheet.put(row, column, Formula(str(at), value), style)

    def part(self, key: str, title: str, template: str, style: str) -> None:
        row = self.at.cells[key]
        self.label(row, title)
        for column, scenario in enumerate(self.scenarios, 2):
            self.calculated(row, column, template, self.cached.value(key, scenario), style)

    def listed(self, key: str, title: str, template: str) -> None:
        """One number an item or year; without template as the engine has it."""
        base = len(self.node["rows"]) if self.live.by_year else self.at.height
        for index in range(self.at.height):
            row = self.at.cells[key] + index
            self.label(row, title, index)
            for column, scenario in enumerate(self.scenarios, 2):
                value = self.cached.value(key, scenario, index)
                if template:
                    self.calculated(row, column, template, value, style_of(key), index)
                else:
                    self.sheet.put(row, column, value, style_of(key), "stored")
            if index >= base:
                self.fold(row)

    def calculated(self, row: int, column: int, template: str, value: Any, style: str, item: int = -1) -> None:  # fmt: skip
        text = f'IFERROR({self.at.text(template, column, item)},"{NONE}")'
        self.sheet.put(row, column, Formula(text, value), style)
