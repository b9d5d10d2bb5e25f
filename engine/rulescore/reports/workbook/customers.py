# SPDX-License-Identifier: Apache-2.0
"""The list of customers, and one of them with every rule: both look up the sheet of results by the number of a customer."""

from __future__ import annotations

from typing import Any

from ...arithmetic import UNIT
from ...engines.row import OVERRIDE
from ...engines.verdicts import tier_reason_words
from ..content.words import percent
from .formulas import DASH
from .results import Record, Results
from .scored import Scored, plain
from .sheets import NONE, Book, Formula, Sheet

HEAD, FIRST = 4, 5


class Listing:
    """The sheet of customers: what people filter and sort."""

    def __init__(self, book: Book, part: Scored, results: Results) -> None:
        self.book, self.part, self.results = book, part, results
        self.sheet = book.sheet("customers")
        self.codes = tier_reason_words(part.run.plan)
        self.numbers = ["composite", "low", "high", "coverage"]
        self.dimensions = [dimension.id for dimension in part.run.pack.dimensions]

    def head(self, note: str) -> None:
        tell, part = self.book.tell, self.part
        self.sheet.title(self.sheet.name, note, tell("customers.note"))
        titles = [tell("column.number"), tell("column.id"), tell("column.name"), tell("column.tier")]
        titles += [tell(f"column.{name}") for name in self.numbers]
        titles += [part.words.text(dimension.title) for dimension in part.run.pack.dimensions]
        titles += [tell(f"column.{name}") for name in ("why", "costs", "gates-acted", "check")]
        self.sheet.head(HEAD, 0, titles, 44)
        self.sheet.widths(6, 16, 30, 11, 9, 9, 9, 9, *[10.5] * len(self.dimensions), 40, 44, 34, 7)
        self.sheet.landscape()

    def write(self, record: Record) -> None:
        row, sheet, trace = FIRST + record.number - 1, self.sheet, record.trace
        number = sheet.ref(row, 0).inside.replace("$A$", "$A")
        place = f"MATCH({number},{self.results.range('number')},0)"

        def looked_up(name: str, value: Any) -> Formula:
            return Formula(f"INDEX({self.results.range(name)},{place})", value)

        tier = trace["tier.index"]
        title = None if tier is None else self.part.words.text(self.part.run.pack.tiers[tier].title)
        sheet.line(row, 0, [record.number, record.id, record.name], ("whole", "text", "text"))
        sheet.put(row, 3, looked_up("tier", title), "center")
        keys = {name: f"composite.{name}" for name in self.numbers} | {"composite": "composite.points"}
        for offset, name in enumerate(self.numbers):
            style = "percent" if name == "coverage" else "score"
            sheet.put(row, 4 + offset, looked_up(name, plain(trace[keys[name]])), style)
        at = 8
        for key in self.dimensions:
            sheet.put(row, at, looked_up(f"score.{key}", plain(trace[f"{key}.points"])), "score")
            at += 1
        sheet.line(row, at, [self.why(record), self.costs(record), self.acted(record)], "wrap", "stored")
        sheet.put(row, at + 3, looked_up("check.all", 0), "check")

    def why(self, record: Record) -> str:
        words, pack = self.part.words, self.part.run.pack
        tier, code = record.trace["tier.index"], self.codes[record.trace["tier.reason"]]
        if tier is None:
            return words.tell("why.none")
        if code == OVERRIDE:
            return words.tell("why.override")
        if code == "coverage":
            return words.tell("why.coverage", minimum=percent(pack.minimum_coverage))
        if code.startswith("gate:"):
            gate = next(gate for gate in pack.gates if gate.id == code[5:])
            return words.tell("why.gate", gate=words.text(gate.title), reason=words.text(gate.reason))
        return self.book.tell("reached" if pack.tiers[tier].when is not None else "reached-last")

    def costs(self, record: Record) -> str:
        rules = self.part.run.pack.rules
        places = [record.trace[f"reason.{place}"] for place in range(3)]
        return self.part.words.listed([self.part.words.text(rules[place].title) for place in places if place is not None])  # fmt: skip

    def acted(self, record: Record) -> str:
        words = self.part.words
        return words.listed([words.text(gate.title) for gate in self.part.run.pack.gates if record.trace[f"gate.{gate.id}"]])  # fmt: skip

    def finish(self, count: int) -> None:
        last = FIRST + max(count, 1) - 1
        at = 8 + len(self.dimensions)
        self.sheet.table(HEAD, last, at + 3, 3)
        self.sheet.watch(FIRST, at + 3, last, at + 3)
        bar = {"type": "data_bar", "bar_color": "#9DC3E6", "bar_solid": True, "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 100}  # fmt: skip
        self.sheet.raw.conditional_format(FIRST, 4, last, 4, bar)
        scale = {"type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num", "mid_value": 50, "max_type": "num", "max_value": 100, "min_color": "#F8CBAD", "mid_color": "#FFF2CC", "max_color": "#C6E0B4"}  # fmt: skip
        if self.dimensions:
            self.sheet.raw.conditional_format(FIRST, 8, last, 7 + len(self.dimensions), scale)


class Card:
    """One record with its dimensions and rules: of the customer that is chosen, or of the base as a whole."""

    def __init__(self, book: Book, sheet: Sheet, part: Scored, results: Results, place: str) -> None:
        """`place`: the cell or number that says which record of the results is shown."""
        self.book, self.sheet, self.part, self.results, self.place = book, sheet, part, results, place
        self.sheet.widths(24, 34, 11, 54, 16, 12, 12, 12, 13)

    def looked_up(self, name: str, value: Any) -> Formula:
        return Formula(f"INDEX({self.results.range(name)},{self.place})", value)

    def whole(self, row: int, record: Record) -> int:
        """Composite, tier, interval and coverage as lines; the row after them."""
        tell, trace, pack = self.book.tell, record.trace, self.part.run.pack
        tier = trace["tier.index"]
        title = None if tier is None else self.part.words.text(pack.tiers[tier].title)
        lines = [
            ("composite", plain(trace["composite.points"]), "score"), ("tier", title, "text"), ("low", plain(trace["composite.low"]), "score"),
            ("high", plain(trace["composite.high"]), "score"), ("coverage", plain(trace["composite.coverage"]), "percent"),
        ]  # fmt: skip
        for name, value, style in lines:
            self.sheet.put(row, 0, tell(f"column.{name}"), "label")
            self.sheet.put(
                row, 1, self.looked_up(name, value), style, align="left", bold=name in ("composite", "tier")
            )
            row += 1
        return row

    def dimensions(self, row: int, record: Record) -> int:
        """Each dimension with its weight and what it gives to the composite."""
        tell, part, sheet = self.book.tell, self.part, self.sheet
        pack = part.run.pack
        sheet.section(row, tell("section.dimensions"), 9)
        titles = (
            "dimension",
            "combine",
            "weight",
            "why-dimension",
            "points",
            "low",
            "high",
            "coverage",
            "contribution",
        )
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in titles])
        first = row + 2
        last = first + len(pack.dimensions) - 1
        points, weights = sheet.ref(first, 4, last, 4).inside, sheet.ref(first, 2, last, 2).inside
        counted = sum(one.weight for one in pack.dimensions if record.dimensions[one.id].points is not None)
        for index, dimension in enumerate(pack.dimensions):
            at, score = first + index, record.dimensions[dimension.id]
            combine = tell(f"combine.{dimension.combine}", decimals=pack.dimension_decimals)
            sheet.line(at, 0, [part.words.text(dimension.title), combine], "wrap")
            sheet.put(at, 2, Formula(part.at[f"dimension.{dimension.id}"], dimension.weight), "number")
            left_out = dimension.id in pack.left_out
            sheet.put(at, 3, tell("left-out") if left_out else part.words.text(dimension.why), "wrap")
            for column, name, value in (
                (4, "score", score.points),
                (5, "low", score.low),
                (6, "high", score.high),
            ):
                sheet.put(at, column, self.looked_up(f"{name}.{dimension.id}", plain(value)), "points")
            covered = score.scored * 1_000_000 // score.applicable / 1_000_000 if score.applicable else None
            sheet.put(at, 7, self.looked_up(f"coverage.{dimension.id}", covered), "percent")
            mine, weight = sheet.ref(at, 4).inside, sheet.ref(at, 2).inside
            text = f"IF(ISNUMBER({mine}),{mine}*{weight}/SUMPRODUCT(ISNUMBER({points})*1,{weights}),{DASH})"
            given = None if score.points is None else score.points / UNIT * dimension.weight / counted
            sheet.put(at, 8, Formula(text, given), "points", num_format="0.00")
        return last + 2

    def rules(self, row: int, record: Record) -> int:
        """Each rule: the case that held, its points, and what it gives to its dimension."""
        tell, part, sheet = self.book.tell, self.part, self.sheet
        sheet.section(row, tell("section.rules"), 9)
        titles = (
            "dimension",
            "rule",
            "case",
            "condition",
            "points",
            "best",
            "weight",
            "share-inside",
            "contribution",
        )
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in titles])
        row += 2
        for dimension in part.run.pack.dimensions:
            row = self.rules_of(dimension, row, record)
        return row

    def rules_of(self, dimension: Any, row: int, record: Record) -> int:
        part, sheet = self.part, self.sheet
        own = [(planned.rule, node) for of, planned, node in part.rules if of.id == dimension.id]
        if not own:
            return row
        last = row + len(own) - 1
        points, weights = sheet.ref(row, 4, last, 4).inside, sheet.ref(row, 6, last, 6).inside
        counted = sum(rule.weight for rule, _ in own if record.trace[f"{rule.id}.points"] is not None)
        for rule, node in own:
            code, value = record.outcome(rule.id), plain(record.trace[f"{rule.id}.points"])
            outcome = sheet.ref(row, 2).inside
            sheet.line(row, 0, [part.words.text(dimension.title), node["title"]], "wrap")
            sheet.put(row, 2, self.looked_up(f"outcome.{rule.id}", part.label(code)), "center")
            words = Formula(
                f"VLOOKUP({outcome},{part.at[f'cases.{rule.id}']},2,FALSE)", part.told(rule.id, code)
            )
            sheet.put(row, 3, words, "wrap")
            sheet.put(row, 4, self.looked_up(f"points.{rule.id}", value), "points")
            sheet.put(row, 5, Formula(part.at[f"high.{rule.id}"], rule.high / UNIT), "points")
            sheet.put(row, 6, Formula(part.at[f"weight.{rule.id}"], rule.weight), "number")
            mine, weight = sheet.ref(row, 4).inside, sheet.ref(row, 6).inside
            if dimension.combine == "mean":
                share = f"{weight}/SUMPRODUCT(ISNUMBER({points})*1,{weights})"
                inside = None if value is None else rule.weight / counted
                sheet.put(row, 7, Formula(f"IF(ISNUMBER({mine}),{share},{DASH})", inside), "percent")
                given = None if value is None else value * rule.weight / counted
                sheet.put(row, 8, Formula(f"IF(ISNUMBER({mine}),{mine}*{sheet.ref(row, 7).inside},{DASH})", given), "points", num_format="0.00")  # fmt: skip
            else:
                sheet.line(row, 7, [NONE, NONE], "plain")
            row += 1
        return row


def one(book: Book, part: Scored, results: Results, listing: Listing, record: Record) -> None:
    """The sheet that shows one customer, chosen by its id; first the one with the best score."""
    sheet, tell = book.sheet("one"), book.tell
    sheet.title(book.title("one"), tell("one.note"))
    ids = listing.sheet.ref(FIRST, 1, FIRST + results.count - 1, 1)
    numbers = listing.sheet.ref(FIRST, 0, FIRST + results.count - 1, 0)
    sheet.put(3, 0, tell("one.choose"), "label")
    sheet.put(3, 1, record.id, "text", "input", bold=True)
    sheet.raw.data_validation(3, 1, 3, 1, {"validate": "list", "source": f"={ids}", "error_type": "stop"})
    sheet.put(4, 0, tell("column.number"), "label")
    found = f"SUMPRODUCT(EXACT({ids},{sheet.ref(3, 1).inside})*{numbers})"  # MATCH would take * and ? for wildcards
    sheet.put(4, 1, Formula(found, record.number), "whole", align="left", indent=1)
    card = Card(book, sheet, part, results, f"MATCH({sheet.ref(4, 1).inside},{results.range('number')},0)")
    sheet.put(5, 0, tell("column.name"), "label")
    name = card.looked_up("name", record.name)
    sheet.put(5, 1, Formula(f'{name.text}&""', record.name), "text")
    row = card.whole(6, record) + 1
    row = card.dimensions(row, record)
    card.rules(row, record)
    sheet.landscape()
