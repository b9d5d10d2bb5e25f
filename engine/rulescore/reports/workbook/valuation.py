# SPDX-License-Identifier: Apache-2.0
"""The sheets of assumptions and of the valuation: what was assumed, and the value of every scenario live from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...messages import word
from ...valuation import BY_NAME
from ...valuation.parts import UnusableError, exactly
from ...worth import CASES
from ..content.words import Words
from .methods import LIVE, YEARS_AT_MOST, Live, filled
from .sheets import NONE, Book, Formula, Ref, Sheet

Node = dict[str, Any]
Given = Mapping[str, Any]

PLACES = {"low": 2, "base": 3, "high": 4}
"""Columns of the three cases on the sheet of assumptions."""
TO_THE_CENT = 2


@dataclass
class Valued:
    """A method of the run: as stored, every assumption of each case to all its digits, and which cases state their own.
    `rows` says in which rows of the sheet of assumptions each stands."""

    node: Node
    given: Mapping[str, Given | None]
    own: Mapping[str, frozenset[str]]
    rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def live(self) -> Live | None:
        """Its formulas; None when it is shown as stored."""
        found = LIVE.get(self.node["method"])
        if found is None or self.node["value"]["base"] is None:
            return None
        if not {one["name"] for one in self.node["assumptions"]} <= found.names:
            return None  # it states what the formulas do not know, such as a tabled curve
        series = [
            name
            for name, one in BY_NAME[self.node["method"]].ASSUMPTIONS.items()
            if one.kind == "series" and name in found.names
        ]
        lengths = {len(given[name]) for given in self.given.values() if given is not None for name in series}
        return found if len(lengths) <= 1 else None

    @property
    def assumptions(self) -> list[Node]:
        """As stored, and what the formulas use besides: assumptions that nobody stated stand at their defaults."""
        listed: list[Node] = list(self.node["assumptions"])
        have, live = {one["name"] for one in listed}, self.live
        for name, one in BY_NAME[self.node["method"]].ASSUMPTIONS.items():
            if live is not None and name in live.names and name not in have:
                listed.append({"name": name, "title": one.title, "unit": one.unit, "stated": None, "source": ["default"], "why": {}})  # fmt: skip
        return listed

    def items(self, name: str) -> int:
        """How many rows an assumption takes: one, or one for each item of a series."""
        base = self.given["base"]
        value = None if base is None else base[name]
        return max(1, len(value)) if isinstance(value, tuple) else 1


def number_style(unit: str) -> str:
    return {"share": "share", "money": "money", "years": "number", "count": "number"}.get(unit, "number")


class Assumptions:
    """The sheet of assumptions."""

    def __init__(self, book: Book, words: Words, methods: list[Valued]) -> None:
        self.book, self.words, self.methods = book, words, methods
        self.sheet = book.sheet("assumptions")

    def write(self) -> None:
        tell, sheet = self.book.tell, self.sheet
        sheet.widths(40, 12, 16, 16, 16, 36, 34, 50)
        sheet.landscape()
        row = sheet.title(
            self.book.title("assumptions"), tell("assumptions.note"), tell("parameters.colours")
        )
        for method in self.methods:
            row = self.method(row, method) + 1
        sheet.raw.freeze_panes(3, 1)

    def method(self, row: int, method: Valued) -> int:
        tell, sheet, language = self.book.tell, self.sheet, self.book.language
        sheet.section(row, f"{method.node['title'][language]} · {method.node['method_title'][language]}", 8)
        titles = (
            "assumption",
            "unit",
            "low-case",
            "base-case",
            "high-case",
            "stated",
            "source",
            "why-assumed",
        )
        sheet.head(row + 1, 0, [tell(f"column.{title}") for title in titles])
        row += 2
        for one in method.assumptions:
            row = self.assumption(row, method, one)
        return row

    def assumption(self, row: int, method: Valued, one: Node) -> int:
        words, sheet, name = self.words, self.sheet, one["name"]
        declared = BY_NAME[method.node["method"]].ASSUMPTIONS[name]
        count = method.items(name)
        method.rows[name] = list(range(row, row + count))
        sources = [self.source(source) for source in one["source"]]
        for index in range(count):
            title = one["title"][self.book.language]
            numbered = f"{title} · {index + 1}" if declared.kind == "series" else title
            sheet.line(row, 0, [numbered, words.unit(one["unit"])], "wrap")
            for case, column in PLACES.items():
                self.value(row, column, method, name, case, index)
            stated = one["stated"] if one["stated"] and not index else ""
            sheet.line(row, 5, [stated, words.sources(sources) if not index else "", words.text(one["why"]) if not index else ""], "wrap")  # fmt: skip
            row += 1
        return row

    def source(self, source: str) -> str:
        return self.words.tell(f"source.{source}") if source in ("default", "portfolio") else source

    def value(self, row: int, column: int, method: Valued, name: str, case: str, index: int) -> None:
        """A stated value is an input; where a case says nothing of its own it is the base case's."""
        sheet, given = self.sheet, method.given[case]
        declared = BY_NAME[method.node["method"]].ASSUMPTIONS[name]
        if given is None:
            sheet.put(row, column, NONE, "plain", "stored")
            return
        value = given[name]
        value = value[index] if isinstance(value, tuple) and value else value
        choices = declared.kind if isinstance(declared.kind, tuple) else ()
        shown = (
            self.words.tell(f"choice.{value}")
            if choices
            else float(value)
            if isinstance(value, Decimal)
            else NONE
        )
        style = "center" if choices else number_style(declared.unit)
        if case != "base" and name not in method.own[case]:
            sheet.put(row, column, Formula(sheet.ref(row, PLACES["base"]).inside, shown), style)
            return
        sheet.put(row, column, shown, style, "input" if method.live else "stored")
        if choices and method.live:
            words = [self.words.tell(f"choice.{choice}") for choice in choices]
            sheet.raw.data_validation(row, column, row, column, {"validate": "list", "source": words})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A column of the table of scenarios: which case each assumption is taken from, and what the engine found."""

    title: str
    case: str
    only: str
    value: str | None

    def case_of(self, name: str) -> str:
        return self.case if not self.only or name == self.only else "base"


class Worth:
    """The sheet of the valuation, method by method."""

    def __init__(
        self, book: Book, words: Words, node: Node, methods: list[Valued], assumptions: Sheet
    ) -> None:
        self.book, self.words, self.node, self.methods = book, words, node, methods
        self.sheet, self.assumptions = book.sheet("valuation"), assumptions
        self.checks: list[Ref] = []
        self.values: dict[str, dict[str, Ref]] = {}

    def write(self) -> None:
        tell, sheet = self.book.tell, self.sheet
        sheet.widths(38, *[16] * 22)
        sheet.landscape()
        standard = word(f"worth.{self.node['standard']}", self.book.language)
        row = sheet.title(
            f"{self.book.title('valuation')} · {standard} · {self.node['currency']}",
            word("worth.disclaimer", self.book.language),
            tell("valuation.note"),
        )
        for method in self.methods:
            live = method.live
            row = (_Live(self, method, live).write(row) if live is not None else self.stored(row, method)) + 2
        sheet.raw.freeze_panes(3, 1)

    def title(self, row: int, method: Valued) -> None:
        language = self.book.language
        self.sheet.section(
            row, f"{method.node['title'][language]} · {method.node['method_title'][language]}", 11
        )

    def stored(self, row: int, method: Valued) -> int:
        """A method without formulas: its values and tables as the run has them, and a line that says so."""
        tell, sheet, node, language = self.book.tell, self.sheet, method.node, self.book.language
        self.title(row, method)
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


class _Live:
    """One method with formulas."""

    def __init__(self, worth: Worth, method: Valued, live: Live) -> None:
        self.worth, self.method, self.live = worth, method, live
        self.book, self.sheet, self.words = worth.book, worth.sheet, worth.words
        self.language, self.node = worth.book.language, method.node
        declared = BY_NAME[self.node["method"]].ASSUMPTIONS
        self.declared = {name: one for name, one in declared.items() if name in live.names}
        tell = self.book.tell
        titles = {one["name"]: one["title"][self.language] for one in self.node["assumptions"]}
        self.scenarios = [
            Scenario(tell(f"column.{case}-case"), case, "", self.node["value"][case]) for case in CASES
        ]
        for one in self.node["sensitivities"]:
            for case in ("low", "high"):
                name = tell(f"alone.{case}", title=titles[one["name"]])
                self.scenarios.append(Scenario(name, case, one["name"], one[case]))
        self.series = [name for name, one in self.declared.items() if one.kind == "series"]
        self.height = YEARS_AT_MOST if live.rows else method.items(self.series[0]) if self.series else 0
        self.cells: dict[str, int] = {}
        """The row of each assumption, helper, total and the value in the table of scenarios."""
        self.table = self.matrix = 0

    # ---- places ---------------------------------------------------------------------------------------------

    def write(self, row: int) -> int:
        self.worth.title(row, self.method)
        first_total = row + 6
        totals = len(self.node["totals"])
        self.table = first_total + totals + 3
        after = self.table + self.height + 1 if self.live.columns else self.table - 2
        self.matrix = after + 3
        self.place_rows()
        self.headline(row + 1)
        self.totals(first_total)
        if self.live.columns:
            self.year_table()
        return self.scenario_table()

    def place_rows(self) -> None:
        at = self.matrix
        for name in self.declared:
            self.cells[name] = at
            at += self.method.items(name)
        for name in (
            *self.live.helpers,
            *(f"total.{name}" for name in self.live.totals),
            "value",
            "engine",
            "check",
        ):
            self.cells[name] = at
            at += 1

    def cell(self, name: str, column: int, row: int = -1) -> str:
        """Where a template finds a name: in a scenario's column, or with `row` in that row of the table."""
        if name == "T":
            if row >= 0:
                return self.sheet.ref(self.table + row, 0).inside
            if self.live.rows:
                return self.sheet.ref(self.table, 0, self.table + self.height - 1, 0).inside
            return self.sheet.ref(*self.span(self.series[0], 1)).inside
        if name.startswith("row."):
            return self.sheet.ref(self.table + row, list(self.live.columns).index(name[4:])).inside
        if name in self.series:
            first = self.cells[name]
            return self.sheet.ref(first + row, column).inside if row >= 0 else self.sheet.ref(*self.span(name, column)).inside  # fmt: skip
        key = name if name in self.cells else f"total.{name}"
        return self.sheet.ref(self.cells[key], column).inside

    def span(self, name: str, column: int) -> tuple[int, int, int, int]:
        first = self.cells[name]
        return first, column, first + self.method.items(name) - 1, column

    def said(self, template: str) -> str:
        """A template with the words of choices."""
        for choice in ("mid", "begin", "end", "average"):
            template = template.replace(f"[{choice}]", self.words.tell(f"choice.{choice}"))
        return template

    def text(self, template: str, column: int, row: int = -1) -> str:
        if template.startswith("="):
            template = self.live.sum_of(template[1:])
        return filled(self.said(template), lambda name: self.cell(name, column, row))

    # ---- parts --------------------------------------------------------------------------------------------------

    def headline(self, row: int) -> None:
        """Low, base and high: formula, engine, difference."""
        tell, sheet = self.book.tell, self.sheet
        sheet.head(row, 0, ["", *(tell(f"column.{case}-case") for case in CASES)])
        for offset, key in enumerate(("value", "engine", "check")):
            sheet.put(row + 1 + offset, 0, tell(f"valuation.{key}"), "label")
        for index, case in enumerate(CASES):
            value = number(self.node["value"][case])
            column = 2 + index
            link = sheet.ref(self.cells["value"], column).inside
            sheet.put(row + 1, 1 + index, Formula(link, value), "money", bold=True)
            sheet.put(row + 2, 1 + index, NONE if value is None else value, "money", "stored")
            sheet.put(row + 3, 1 + index, Formula(sheet.ref(self.cells["check"], column).inside, 0), "check")
            self.worth.values.setdefault(self.node["id"], {})[case] = sheet.ref(row + 1, 1 + index)
        sheet.watch(row + 3, 1, row + 3, 3)

    def totals(self, row: int) -> None:
        """The totals of the base case: formula, engine, difference."""
        if not self.node["totals"]:
            return
        tell, sheet = self.book.tell, self.sheet
        sheet.head(row - 1, 0, [tell("valuation.totals"), tell("valuation.value"), tell("valuation.engine"), tell("valuation.check")])  # fmt: skip
        found = {one["name"]: number(one["number"]) for one in self.node["totals"]}
        for name in self.live.totals:
            style = "factor" if name.endswith("factor") else "money"
            sheet.put(row, 0, word(f"worth.total.{name}", self.language), "label")
            sheet.put(row, 1, Formula(sheet.ref(self.cells[f"total.{name}"], 3).inside, found[name]), style)
            sheet.put(row, 2, found[name], style, "stored")
            digits = 6 if style == "factor" else TO_THE_CENT
            self.check(row, 3, sheet.ref(row, 1), sheet.ref(row, 2), digits)
            row += 1
        if self.live.totals:
            sheet.watch(row - len(self.live.totals), 3, row - 1, 3)
        for name in (one["name"] for one in self.node["totals"] if one["name"] not in self.live.totals):
            style = "money" if name == "perpetual" else "share" if name == "captured" else "number"
            sheet.put(row, 0, word(f"worth.total.{name}", self.language), "label")
            sheet.put(row, 2, found[name], style, "stored")
            row += 1

    def check(self, row: int, column: int, ours: Ref, engines: Ref, digits: int) -> None:
        """The difference, rounded where numbers are printed; 1 when only one of them is a number."""
        one, other = ours.inside, engines.inside
        text = (
            f"IF(AND(ISNUMBER({one}),ISNUMBER({other})),ROUND({one}-{other},{digits}),IF({one}={other},0,1))"
        )
        self.sheet.put(row, column, Formula(text, 0), "check")
        self.worth.checks.append(self.sheet.ref(row, column))

    def year_table(self) -> None:
        """The table of the base case; of years that may be set beyond those that count the rows are folded away."""
        sheet, names = self.sheet, list(self.live.columns)
        titles = [column["title"][self.language] for column in self.node["columns"]]
        sheet.head(
            self.table - 1,
            0,
            [*titles, self.book.tell("valuation.engine"), self.book.tell("valuation.check")],
        )
        stored = self.node["rows"]
        last = names[-1] if "present" in names else names[1]
        for row in range(self.height):
            known = stored[row] if row < len(stored) else {}
            counted = (
                f"{self.cell('T', 3, row)}<=INT({self.cell(self.live.rows, 3)})" if self.live.rows else ""
            )
            sheet.put(self.table + row, 0, row + 1, "whole")
            for column, name in enumerate(names[1:], 1):
                text = self.text(self.live.columns[name], 3, row)
                value: Any = number(known[name]) if known else ""
                style = "factor" if name in ("survivors", "factor") else "money"
                sheet.put(self.table + row, column, Formula(f'IF({counted},{text},"")' if counted else text, value), style)  # fmt: skip
            at = len(names)
            ours = sheet.ref(self.table + row, names.index(last))
            sheet.put(self.table + row, at, number(known[last]) if known else None, "money", "stored")
            if known:
                self.check(self.table + row, at + 1, ours, sheet.ref(self.table + row, at), TO_THE_CENT)
            else:
                sheet.raw.set_row(self.table + row, None, None, {"level": 1, "hidden": True})
        sheet.watch(self.table, len(names) + 1, self.table + len(stored) - 1, len(names) + 1)

    def scenario_table(self) -> int:
        """A column for every scenario: its assumptions, what is worked out from them, its value; the row after it."""
        tell, sheet, head = self.book.tell, self.sheet, self.matrix - 1
        sheet.put(head - 1, 0, tell("valuation.scenarios"), "note")
        sheet.head(head, 0, [tell("column.assumption"), "", *(one.title for one in self.scenarios)], 48)
        for name, declared in self.declared.items():
            for index in range(self.method.items(name)):
                row = self.cells[name] + index
                title = declared.title[self.language]
                sheet.put(row, 0, f"{title} · {index + 1}" if name in self.series else title, "label")
                sheet.put(row, 1, index + 1 if name in self.series else None, "whole")
                for column, scenario in enumerate(self.scenarios, 2):
                    self.assumed(row, column, name, scenario, index)
        for name, (template, _) in self.live.helpers.items():
            self.scalar(name, tell(f"helper.{name}"), template, "number")
        for name, template in self.live.totals.items():
            style = "factor" if name.endswith("factor") else "money"
            self.scalar(f"total.{name}", word(f"worth.total.{name}", self.language), template, style)
        self.scalar("value", tell("valuation.value"), self.live.value, "money")
        for key in ("engine", "check"):
            sheet.put(self.cells[key], 0, tell(f"valuation.{key}"), "label")
            sheet.put(self.cells[key], 1, None, "text")
        for column, scenario in enumerate(self.scenarios, 2):
            value = number(scenario.value)
            sheet.put(self.cells["engine"], column, NONE if value is None else value, "money", "stored")
            ours, engines = sheet.ref(self.cells["value"], column), sheet.ref(self.cells["engine"], column)
            self.check(self.cells["check"], column, ours, engines, TO_THE_CENT)
        sheet.watch(self.cells["check"], 2, self.cells["check"], 1 + len(self.scenarios))
        return self.cells["check"] + 1

    def assumed(self, row: int, column: int, name: str, scenario: Scenario, index: int) -> None:
        case = scenario.case_of(name)
        at = Ref(self.worth.assumptions.name, self.method.rows[name][index], PLACES[case])
        given = self.method.given[case]
        value = None if given is None else given[name]
        value = value[index] if isinstance(value, tuple) else value
        declared = self.declared[name]
        shown = self.words.tell(f"choice.{value}") if isinstance(declared.kind, tuple) and value else float(value) if isinstance(value, Decimal) else None  # fmt: skip
        style = "center" if isinstance(declared.kind, tuple) else number_style(declared.unit)
        self.sheet.put(row, column, Formula(str(at), shown), style)

    def scalar(self, key: str, title: str, template: str, style: str) -> None:
        row = self.cells[key]
        self.sheet.put(row, 0, title, "label")
        self.sheet.put(row, 1, None, "text")
        for column, scenario in enumerate(self.scenarios, 2):
            text = f"IFERROR({self.text(template, column)},{chr(34)}{NONE}{chr(34)})"
            value = self.cached(key, scenario)
            self.sheet.put(row, column, Formula(text, value), style)

    def cached(self, key: str, scenario: Scenario) -> Any:
        """What a cell of the scenarios is for the run: the engine's value, or the method's own steps to it."""
        if key == "value":
            return number(scenario.value)
        given = self.given_of(scenario)
        if given is None:
            return None
        if not key.startswith("total."):
            found: dict[str, Any] = dict(given)
            for name, (_, value) in self.live.helpers.items():
                found[name] = value(found)
            return found[key]
        try:
            done = exactly(BY_NAME[self.node["method"]].value, given)
        except UnusableError:
            return None
        return float(done.totals[key.removeprefix("total.")])

    def given_of(self, scenario: Scenario) -> Given | None:
        base, case = self.method.given["base"], self.method.given[scenario.case]
        if base is None or case is None or not scenario.only:
            return case
        return {**base, scenario.only: case[scenario.only]}


def number(text: str | None) -> float | None:
    """A stored amount as a number."""
    return None if text is None else float(text)
