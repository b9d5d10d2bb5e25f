# SPDX-License-Identifier: Apache-2.0
"""The sheets of what may be changed: weights, limits and thresholds on one, the points of every case on the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...arithmetic import UNIT
from ...model import Dimension
from .formulas import half_up
from .scored import Scored, computed, plain, spans, told
from .sheets import NONE, Book, Formula, Ref, Sheet

LAST = 9
"""The last column of the sheet of parameters."""


def parameters(book: Book, parts: Sequence[Scored]) -> None:
    """Both sheets, for the customers and for the base as a whole; fills in the addresses of `parts`."""
    rows = _case_rows(parts)
    sheet, cases = book.sheet("parameters"), book.sheet("points")
    for part in parts:
        for _, planned, _ in part.rules:
            first, last = rows[part.scope, planned.rule.id]
            part.at[f"cases.{planned.rule.id}"] = str(cases.ref(first, 4, last, 6))
            part.at[f"reasons.{planned.rule.id}"] = str(
                cases.ref(first, 8, first + len(planned.cases) - 1, 8)
            )
            part.at[f"points.{planned.rule.id}"] = str(cases.ref(first, 6, first + len(planned.cases) - 1, 6))
    sheet.widths(24, 44, 24, 14, 13, 13, 11, 11, 40, 40)
    sheet.landscape()
    row = sheet.title(book.title("parameters"), book.tell("parameters.note"), book.tell("parameters.colours"))
    for part in parts:
        row = _Weights(book, sheet, part).write(row) + 1
    sheet.raw.freeze_panes(3, 0)
    _points(book, cases, parts, rows)


class _Weights:
    """The weights, limits and thresholds of one pack, from a row downwards."""

    def __init__(self, book: Book, sheet: Sheet, part: Scored) -> None:
        self.book, self.sheet, self.part, self.pack = book, sheet, part, part.run.pack

    def write(self, row: int) -> int:
        self.sheet.merged(row, 0, LAST, self.part.scope, "band")
        self.sheet.height(row, 22)
        for step in (
            self.dimensions,
            self.indices,
            self.rules,
            self.tiers,
            self.thresholds,
            self.gates,
            self.others,
        ):
            row = step(row + 1)
        return row

    def head(self, row: int, section: str, titles: Sequence[str]) -> int:
        """A section with the header of its table; the row after it."""
        self.sheet.section(row, self.book.tell(f"section.{section}"), LAST + 1)
        self.sheet.head(row + 1, 0, [self.book.tell(f"column.{title}") if title else "" for title in titles])
        return row + 2

    def name(self, key: str, row: int, column: int = 3) -> Ref:
        ref = self.sheet.ref(row, column)
        self.part.at[key] = str(ref)
        return ref

    def dimensions(self, row: int) -> int:
        row = self.head(row, "dimensions", ("dimension", "why-dimension", "id", "weight", "start", "share", "least", "most", "combine", ""))  # fmt: skip
        pack, first = self.pack, row
        last = first + len(pack.dimensions) - 1
        total = sum(dimension.weight for dimension in pack.dimensions)
        column = self.sheet.ref(first, 3, last, 3).inside
        for dimension in pack.dimensions:
            share = Formula(f"{self.sheet.ref(row, 3).inside}/SUM({column})", dimension.weight / total)
            self.sheet.line(
                row,
                0,
                [self.part.words.text(dimension.title), self.part.words.text(dimension.why), dimension.id],
                ("wrap", "wrap", "mono"),
            )
            self.sheet.put(row, 3, dimension.weight, "number", "input")
            summed = dimension.combine == "sum"
            self.sheet.put(
                row, 4, plain(dimension.initial) if summed else NONE, "points", "input" if summed else ""
            )
            self.sheet.put(row, 5, share, "percent")
            for column_, limit in ((6, dimension.min), (7, dimension.max)):
                self.sheet.put(row, column_, plain(limit) if limit is not None else NONE, "points", "input" if limit is not None else "")  # fmt: skip
            self.sheet.put(row, 8, self.book.tell(f"combine.{dimension.combine}", decimals=self.pack.dimension_decimals), "wrap")  # fmt: skip
            for key, at in (("dimension", 3), ("initial", 4), ("dimension-share", 5), ("min", 6), ("max", 7)):
                self.name(f"{key}.{dimension.id}", row, at)
            row += 1
        return row

    def indices(self, row: int) -> int:
        if not self.pack.indices:
            return row - 1
        row = self.head(row, "indices", ("index", "dimension", "index-id", "weight", "", "", "", "", "if-missing", "source"))  # fmt: skip
        words, titles = self.part.words, {one.id: one.title for one in self.pack.dimensions}
        for index in self.pack.indices:
            for key, weight in index.weights.items():
                names = [words.text(index.title), words.text(titles[key]), f"{index.id} · {key}"]
                self.sheet.line(row, 0, names, ("wrap", "wrap", "mono"))
                if index.own_weights:
                    self.sheet.put(row, 3, weight, "number", "input")
                else:
                    usual = self.part.at[f"dimension.{key}"].split("!")[1]
                    self.sheet.put(row, 3, Formula(usual, weight), "number")
                self.sheet.line(row, 4, ["", "", "", ""], "text")
                if_missing = words.say(f"index.{index.on_missing}").lstrip("；; ")
                self.sheet.line(row, 8, [if_missing, words.sources(index.source)], "wrap")
                self.name(f"weight-of.{index.id}.{key}", row)
                row += 1
        return row

    def rules(self, row: int) -> int:
        titles = ("dimension", "rule", "id", "weight", "share-inside", "share-whole", "least", "most", "if-missing", "source")  # fmt: skip
        row = self.head(row, "rules", titles)
        for dimension in self.pack.dimensions:
            row = self.rules_of(dimension, row)
        return row

    def rules_of(self, dimension: Dimension, row: int) -> int:
        part, sheet = self.part, self.sheet
        own = [(planned, node) for of, planned, node in part.rules if of.id == dimension.id]
        if not own:
            return row
        column = sheet.ref(row, 3, row + len(own) - 1, 3).inside
        weights = sum(planned.rule.weight for planned, _ in own)
        whole = dimension.weight / sum(one.weight for one in self.pack.dimensions)
        for planned, node in own:
            rule = planned.rule
            self.sheet.line(
                row, 0, [part.words.text(dimension.title), node["title"], rule.id], ("wrap", "wrap", "mono")
            )
            sheet.put(row, 3, rule.weight, "number", "input")
            if dimension.combine == "mean":
                inside = rule.weight / weights
                sheet.put(row, 4, Formula(f"{sheet.ref(row, 3).inside}/SUM({column})", inside), "percent")
                share = (
                    f"{sheet.ref(row, 4).inside}*{part.at[f'dimension-share.{dimension.id}'].split('!')[1]}"
                )
                sheet.put(row, 5, Formula(share, inside * whole), "percent")
            else:
                sheet.line(row, 4, [NONE, NONE], "percent")
            for at, key, value, pick in ((6, "low", rule.low, "MIN"), (7, "high", rule.high, "MAX")):
                self.name(f"{key}.{rule.id}", row, at)
                if spans(rule):
                    cases = part.at[f"points.{rule.id}"]
                    sheet.put(row, at, Formula(f"{pick}({cases})", value / UNIT), "points")
                else:
                    sheet.put(row, at, value / UNIT, "points", "input")
            sheet.line(row, 8, [node["if_missing"], node["sources"]], "wrap")
            self.name(f"weight.{rule.id}", row)
            row += 1
        return row

    def tiers(self, row: int) -> int:
        row = self.head(row, "tiers", ("tier", "condition", "id", "order", "", "", "", "", "live", "source"))
        first, words = row, self.part.words
        formulas = iter(self.part.tier_formulas)
        for index, (tier, planned) in enumerate(self.part.run.plan.tiers, 1):
            live = (
                self.book.tell("live.yes")
                if planned is None or next(formulas)[1]
                else self.book.tell("live.no")
            )
            condition = words.words(tier.when.tree) if tier.when is not None else words.say("all-others")
            self.sheet.line(
                row, 0, [words.text(tier.title), condition, tier.id, index], ("wrap", "wrap", "mono", "whole")
            )
            self.sheet.line(row, 4, ["", "", "", ""], "text")
            self.sheet.line(row, 8, [live, words.sources(tier.source)], "wrap")
            row += 1
        self.part.at["tiers"] = str(self.sheet.ref(first, 0, row - 1, 0))
        return row

    def thresholds(self, row: int) -> int:
        found, words = self.part.conditions, self.part.words
        if not found.thresholds and not found.parameters and not self.pack.coverage_cap:
            return row - 1
        row = self.head(
            row, "thresholds", ("used-by", "condition", "id", "value", "", "", "", "", "note", "")
        )
        for index, one in enumerate(found.thresholds):
            self.sheet.line(row, 0, [one.owner, words.words(one.tree), ""], ("wrap", "wrap", "mono"))
            self.value(row, one.value)
            self.name(f"threshold.{index}", row)
            row += 1
        for name in found.parameters:
            number = float(self.part.run.plan.parameters[name[6:]])
            self.sheet.line(
                row, 0, [self.book.tell("parameter"), words.plain(name), name[6:]], ("wrap", "wrap", "mono")
            )
            self.value(row, number, words.unit(self.pack.parameters[name[6:]].unit))
            self.name(name, row)
            row += 1
        if self.pack.coverage_cap:
            tell, cap = (
                self.book.tell,
                next(tier for tier in self.pack.tiers if tier.id == self.pack.coverage_cap),
            )
            self.sheet.line(row, 0, [tell("minimum"), tell("minimum-words"), ""], ("wrap", "wrap", "mono"))
            self.sheet.put(row, 3, self.pack.minimum_coverage, "share", "input")
            self.rest(row)
            self.name("minimum", row)
            self.sheet.line(row + 1, 0, [tell("minimum"), tell("minimum-cap"), ""], ("wrap", "wrap", "mono"))
            self.tier_input(row + 1, words.text(cap.title))
            self.rest(row + 1)
            self.name("cap", row + 1)
            row += 2
        return row

    def value(self, row: int, number: float, note: str = "") -> None:
        self.sheet.put(row, 3, number, "number", "input")
        self.rest(row, note)

    def rest(self, row: int, note: str = "") -> None:
        self.sheet.line(row, 4, ["", "", "", "", note, ""], "wrap")

    def tier_input(self, row: int, title: str) -> None:
        self.sheet.put(row, 3, title, "text", "input")
        source = "=" + self.part.at["tiers"].split("!")[1]
        self.sheet.raw.data_validation(row, 3, row, 3, {"validate": "list", "source": source})

    def gates(self, row: int) -> int:
        if not self.pack.gates:
            return row - 1
        row = self.head(row, "gates", ("gate", "acts-when", "id", "limit", "", "", "acted", "undecided", "effect", "live"))  # fmt: skip
        for gate, node in zip(self.pack.gates, self.part.gates, strict=True):
            self.sheet.line(row, 0, [node["title"], node["words"], gate.id], ("wrap", "wrap", "mono"))
            if isinstance(gate.limit, str):
                limit = next(tier for tier in self.pack.tiers if tier.id == gate.limit)
                self.tier_input(row, self.part.words.text(limit.title))
            else:
                self.sheet.put(row, 3, gate.limit / UNIT, "points", "input")
            self.sheet.line(
                row, 4, ["", "", node["acted"], node["unknown"]], ("text", "text", "count", "count")
            )
            live = "partly" if gate.id in self.part.gate_formulas else "limit"
            self.sheet.line(row, 8, [node["effect"], self.book.tell(f"live.{live}")], "wrap")
            self.name(f"limit.{gate.id}", row)
            row += 1
        return row

    def others(self, row: int) -> int:
        """The parameters of the pack that the conditions of rules use, which are stored."""
        names = [
            name for name in self.pack.parameters if f"param.{name}" not in self.part.conditions.parameters
        ]
        if not names:
            return row - 1
        row = self.head(
            row, "stored-parameters", ("parameter", "", "id", "value", "", "", "", "", "note", "")
        )
        for name in names:
            self.sheet.line(
                row, 0, [self.part.words.plain(f"param.{name}"), "", name], ("wrap", "wrap", "mono")
            )
            self.sheet.put(row, 3, self.part.words.parameter(name), "text", "stored", align="right")
            self.rest(row, self.book.tell("stored"))
            row += 1
        return row


def _case_rows(parts: Sequence[Scored]) -> dict[tuple[str, str], tuple[int, int]]:
    """For each rule the first and last row of its outcomes on the sheet of points."""
    row, found = 5, {}
    for part in parts:
        for _, planned, node in part.rules:
            count = len(part.outcomes(planned.rule, node))
            found[part.scope, planned.rule.id] = (row, row + count - 1)
            row += count
    return found


def _points(
    book: Book, sheet: Sheet, parts: Sequence[Scored], rows: dict[tuple[str, str], tuple[int, int]]
) -> None:
    """One row an outcome: the case in words, its points, how often it held."""
    sheet.widths(18, 20, 30, 26, 11, 64, 13, 11, 44, 42)
    sheet.landscape()
    sheet.title(book.title("points"), book.tell("points.note"), book.tell("points.note-2"))
    titles = ("scope", "dimension", "rule", "id", "case", "condition", "points", "held", "reason", "place")
    sheet.head(4, 0, [book.tell(f"column.{title}") for title in titles])
    last = 4
    for part in parts:
        for dimension, planned, node in part.rules:
            rule = planned.rule
            row = rows[part.scope, rule.id][0]
            for code, text, reason, count in part.outcomes(rule, node):
                place = node["cases"][code]["place"] if code >= 0 else node["place"]
                sheet.line(row, 0, [part.scope, part.words.text(dimension.title), node["title"], rule.id], ("text", "wrap", "wrap", "mono"))  # fmt: skip
                sheet.put(row, 4, part.label(code), "center")
                sheet.put(row, 5, told(text, node, code), "wrap")
                _points_cell(book, sheet, row, part, rule, code)
                sheet.line(row, 7, [count, reason, place], ("count", "wrap", "mono"))
                last, row = max(last, row), row + 1
    sheet.table(4, last, 9)


def _points_cell(book: Book, sheet: Sheet, row: int, part: Scored, rule: Any, code: int) -> None:
    if computed(rule, code):
        sheet.put(row, 6, book.tell("by-formula"), "center", "stored")
    elif code >= 0:
        sheet.put(row, 6, rule.cases[code].points / UNIT, "points", "input")
    elif code == -1 and rule.on_missing == "worst":
        sheet.put(row, 6, Formula(part.at[f"low.{rule.id}"], plain(rule.missing_points)), "points")
    elif code == -1 and rule.on_missing == "neutral":
        middle = half_up(f"({part.at[f'low.{rule.id}']}+{part.at[f'high.{rule.id}']})/2", 4)
        sheet.put(row, 6, Formula(middle, plain(rule.missing_points)), "points")
    elif code == -1 and rule.missing_points is not None:
        sheet.put(row, 6, rule.missing_points / UNIT, "points", "input")
    else:
        sheet.put(row, 6, NONE, "points", "input" if code == -1 and rule.on_missing == "leave_out" else "")
