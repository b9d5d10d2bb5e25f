# SPDX-License-Identifier: Apache-2.0
"""The first sheet: what the run came to, live from the others, and whether all formulas agree with the engine."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from ...arithmetic import UNIT
from ...messages import word
from .customers import FIRST, Listing
from .formulas import DASH
from .results import Record, Results
from .scored import Scored, plain
from .sheets import NAVY, NONE, Book, Formula
from .valuation.method import number
from .valuation.sheet import Worth

Node = dict[str, Any]
LAST = 7
"""The last column of the sheet."""


class Summary:
    """Written last, when all addresses are known, though it stands first."""

    def __init__(
        self, book: Book, part: Scored, told: Node, results: Results, listing: Listing, trace: pl.DataFrame
    ) -> None:
        self.book, self.part, self.told, self.results, self.listing, self.trace = (
            book,
            part,
            told,
            results,
            listing,
            trace,
        )
        self.sheet, self.words = book.sheet("summary"), part.words

    def write(self, base: tuple[Results, Record] | None, worth: Worth | None) -> None:
        sheet, cover = self.sheet, self.told["cover"]
        sheet.widths(34, 18, 18, 18, 14, 14, 14, 64)
        sheet.landscape()
        title = (
            self.words.tell("title", company=cover["company"])
            if cover["company"]
            else self.words.tell("title-plain")
        )
        row = sheet.title(title, *([cover["purpose"]] if cover["purpose"] else []))
        row = self.cover(row) + 1
        row = self.checks(row, base, worth) + 1
        if base is not None:
            row = self.base(row, *base) + 1
        if worth is not None:
            row = self.worth(row, worth) + 1
        row = self.tiers(row) + 1
        row = self.dimensions(row) + 1
        row = self.reading(row) + 1
        self.contents(row)
        sheet.raw.activate()
        sheet.raw.set_first_sheet()

    def cover(self, row: int) -> int:
        words, cover, sheet = self.words, self.told["cover"], self.sheet
        scope = words.tell(
            "scope-text",
            customers=f"{cover['customers']:,}",
            rules=cover["rules"],
            dimensions=cover["dimensions"],
        )
        lines = [
            (words.tell("as-of"), date.fromisoformat(cover["as_of"])), (words.tell("scope"), scope),
            (words.tell("pack"), f"{cover['pack']} ({cover['pack_id']} {cover['pack_version']})"), (words.tell("run"), cover["run_id"]),
        ]  # fmt: skip
        for title, value in lines:
            sheet.put(row, 0, title, "label")
            style = "date" if isinstance(value, date) else "text"
            sheet.merged(row, 1, LAST, "", style)
            sheet.put(row, 1, value, style)
            row += 1
        for line in self.told["quality"]["lines"]:
            sheet.paragraph(row, line, LAST, 190)
            row += 1
        return row

    def checks(self, row: int, base: tuple[Results, Record] | None, worth: Worth | None) -> int:
        """Every kind of check with its total; all are 0 while nothing was changed."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, tell("summary.checks"), LAST + 1)
        sheet.paragraph(row + 1, tell("summary.checks-note"), LAST, 190)
        sheet.head(row + 2, 0, [tell("column.checked"), tell("column.check"), "", "", "", "", "", ""])
        first = row + 3
        parts = [(tell("summary.checks-customers"), f"SUM({self.results.range('check.all')})")]
        if base is not None:
            parts.append((tell("summary.checks-base"), f"SUM({base[0].range('check.all')})"))
        if worth is not None and worth.checks:
            parts.append(
                (tell("summary.checks-value"), "+".join(f"SUMPRODUCT(ABS({area}))" for area in worth.checks))
            )
        for offset, (title, text) in enumerate(parts):
            sheet.put(first + offset, 0, title, "label")
            sheet.put(first + offset, 1, Formula(text, 0), "check")
        last = first + len(parts)
        sheet.put(last, 0, tell("summary.checks-total"), "label")
        total = sheet.ref(first, 1, last - 1, 1).inside
        sheet.put(last, 1, Formula(f"SUM({total})", 0), "check", bold=True)
        sheet.watch(first, 1, last, 1)
        verdict = f'IF({sheet.ref(last, 1).inside}=0,"{tell("summary.agrees")}","{tell("summary.changed")}")'
        sheet.merged(last, 2, LAST, "", "text")
        sheet.put(last, 2, Formula(verdict, tell("summary.agrees")), "text", bold=True)
        return last + 1

    def base(self, row: int, results: Results, record: Record) -> int:
        """The base as a whole: composite, grade, interval, coverage."""
        tell, sheet, trace = self.book.tell, self.sheet, record.trace
        sheet.section(row, results.part.words.text(results.pack.title), LAST + 1)
        tier = trace["tier.index"]
        values = {
            "composite": (plain(trace["composite.points"]), "score"), "tier": (None if tier is None else results.part.words.text(results.pack.tiers[tier].title), "center"),
            "low": (plain(trace["composite.low"]), "score"), "high": (plain(trace["composite.high"]), "score"),
            "coverage": (plain(trace["composite.coverage"]), "percent"),
        }  # fmt: skip
        sheet.head(row + 1, 0, [tell("column.result"), *(tell(f"column.{name}") for name in values), "", ""])
        sheet.put(row + 2, 0, tell("column.result"), "label")
        for column, (name, (value, style)) in enumerate(values.items(), 1):
            sheet.put(row + 2, column, Formula(results.range(name).split(":")[0], value), style, bold=True)
        return row + 3

    def worth(self, row: int, worth: Worth) -> int:
        """The value of each method: low, base, high."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, f"{self.book.title('valuation')} · {worth.node['currency']}", LAST + 1)
        sheet.head(row + 1, 0, [tell("column.method"), *(tell(f"column.{case}-case") for case in ("low", "base", "high")), "", "", "", ""])  # fmt: skip
        row += 2
        for method in worth.node["methods"]:
            if method["check"]:  # what it ends in is no value of the base
                continue
            sheet.put(row, 0, method["title"][self.book.language], "label")
            for column, case in enumerate(("low", "base", "high"), 1):
                ref = worth.values[method["id"]][case]
                sheet.put(
                    row,
                    column,
                    Formula(str(ref), number(method["value"][case])),
                    "money",
                    bold=case == "base",
                )
            row += 1
        sheet.paragraph(row, word("worth.disclaimer", self.book.language), LAST, 190)
        return row + 1

    def tiers(self, row: int) -> int:
        """How many customers each tier has, by the formulas and by the run, and what it takes."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, self.words.tell("tiers"), LAST + 1)
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("tier", "count", "share", "engine-count", "check", "run-count", "run-share", "reached-when")])  # fmt: skip
        first, row = row + 2, row + 2
        counts = dict(self.trace["tier.index"].value_counts().iter_rows())
        cells = self.listing.sheet.ref(FIRST, 3, FIRST + max(self.results.count, 1) - 1, 3)
        index = {tier.id: place for place, tier in enumerate(self.part.run.pack.tiers)}
        for tier in self.told["conclusion"]["tiers"]:
            title = NONE if tier["id"] is None else tier["title"]
            count = counts.get(index.get(tier["id"]), 0)
            own = sheet.ref(row, 1).inside
            sheet.put(row, 0, tier["title"], "label")
            sheet.put(
                row, 1, Formula(f'SUMPRODUCT(({cells}="{_escaped(title)}")*1)', count), "count", bold=True
            )
            sheet.put(row, 2, Formula(f"{own}/ROWS({cells})", count / max(1, self.results.count)), "percent")
            sheet.put(row, 3, count, "count", "stored")
            sheet.put(row, 4, Formula(f"{own}-{sheet.ref(row, 3).inside}", 0), "check")
            sheet.put(row, 5, tier["count"], "count", "stored")
            sheet.put(row, 6, tier["share"], "percent", "stored")
            sheet.put(row, 7, tier["words"], "wrap")
            row += 1
        sheet.watch(first, 4, row - 1, 4)
        chart = self.book.chart("column")
        chart.add_series({"name": self.words.tell("tiers"), "categories": [sheet.name, first, 0, row - 1, 0], "values": [sheet.name, first, 1, row - 1, 1], "fill": {"color": NAVY}, "data_labels": {"value": True}, "gap": 60})  # fmt: skip
        self.place(chart, self.words.tell("tiers"), 2, {"num_format": "0"})
        return row

    def dimensions(self, row: int) -> int:
        """Each dimension's weight and the mean of the customers listed, live."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, tell("section.dimensions"), LAST + 1)
        sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("dimension", "weight", "mean", "least-found", "most-found", "assessed", "none", "why-dimension")])  # fmt: skip
        row += 2
        first = row
        for dimension in self.part.run.pack.dimensions:
            points = self.trace[f"{dimension.id}.points"].drop_nulls()
            cells = self.results.range(f"score.{dimension.id}")
            sheet.put(row, 0, self.words.text(dimension.title), "label")
            sheet.put(row, 1, Formula(self.part.at[f"dimension.{dimension.id}"], dimension.weight), "number")
            values = (("AVERAGE", points.mean()), ("MIN", points.min()), ("MAX", points.max()))
            for column, (name, value) in enumerate(values, 2):
                text = f"IF(COUNT({cells})>0,{name}({cells}),{DASH})"
                sheet.put(row, column, Formula(text, None if value is None else value / UNIT), "score")  # type: ignore[operator]
            sheet.put(row, 5, Formula(f"COUNT({cells})", points.len()), "count")
            sheet.put(row, 6, None, "text")
            left_out = dimension.id in self.part.run.pack.left_out
            sheet.put(row, 7, tell("left-out") if left_out else self.words.text(dimension.why), "wrap")
            row += 1
        chart = self.book.chart("bar")
        chart.add_series({"name": tell("column.mean"), "categories": [sheet.name, first, 0, row - 1, 0], "values": [sheet.name, first, 2, row - 1, 2], "fill": {"color": "#5B8DB8"}, "data_labels": {"value": True, "num_format": "0.0"}, "gap": 40})  # fmt: skip
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        self.place(chart, tell("summary.means"), 16, {"min": 0, "max": 100, "num_format": "0"})
        return row

    def place(self, chart: Any, title: str, row: int, axis: Node) -> None:
        """A chart to the right of its table."""
        chart.set_title({"name": title, "name_font": {"size": 11, "color": NAVY}})
        chart.set_legend({"none": True})
        horizontal = "max" in axis
        (chart.set_x_axis if horizontal else chart.set_y_axis)(
            {**axis, "major_gridlines": {"visible": True, "line": {"color": "#E3E8F0"}}}
        )
        chart.set_size({"width": 500, "height": 320})
        self.sheet.raw.insert_chart(row, LAST + 2, chart, {"description": title})

    def reading(self, row: int) -> int:
        """What may be changed, what is live and what is stored."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, tell("summary.reading"), LAST + 1)
        row += 1
        for look, key in (("input", "input"), ("", "formula"), ("stored", "stored")):
            sheet.put(row, 0, tell(f"summary.look-{key}"), "text", look)
            sheet.merged(row, 1, LAST, tell(f"summary.means-{key}"), "wrap")
            row += 1
        for number_ in range(1, 6):
            sheet.paragraph(row, tell(f"summary.reading-{number_}"), LAST, 190)
            row += 1
        return row

    def contents(self, row: int) -> None:
        """The sheets, each with what stands on it."""
        tell, sheet = self.book.tell, self.sheet
        sheet.section(row, tell("summary.contents"), LAST + 1)
        row += 1
        for key in self.book.keys[1:]:
            style = self.book.style("text", font_color="#1F4FBF", underline=1)
            sheet.raw.write_url(row, 0, self.book.link(key), style, self.book.title(key))
            sheet.merged(row, 1, LAST, tell(f"about.{key}"), "wrap")
            row += 1


def _escaped(text: str) -> str:
    return text.replace('"', '""')
