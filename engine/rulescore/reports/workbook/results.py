# SPDX-License-Identifier: Apache-2.0
"""The sheet where scores are computed: a row a record, from the outcome of each rule to the tier, with the engine's values
and the differences at the end. A row refers to no other row, so that the sheet may be sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ...arithmetic import UNIT
from ...engines import frame as frame_engine
from ...engines.evaluator import Evaluator
from ...model import Dimension
from ...scoring import Outcome, Score, assessed, dimension_score, limited
from .conditions import filled
from .formulas import (
    DASH,
    Ranges,
    containing,
    differs,
    dimension_bound,
    dimension_coverage,
    dimension_points,
    gated,
    half_up,
    index_mean,
    or_dash,
    weighted_mean,
)
from .scored import Scored, computed, plain
from .sheets import NONE, Book, Formula, Sheet, across

BLOCKS, WEIGHTS, LOWS, HIGHS, HEAD = 3, 4, 5, 6, 7
FIRST = 8
"""Rows of the head, and the first row of records."""

KEYS = ("number", "id", "name")


class Record(Struct, frozen=True):
    """One record as the run has it: what stands in its row of the trace, its values, its scores before anything is shown."""

    number: int
    id: str
    name: str
    trace: Mapping[str, Any]
    values: Mapping[str, Any]
    dimensions: Mapping[str, Score]

    def outcome(self, rule: str) -> int:
        return int(self.trace[f"{rule}.case"])


def records(part: Scored, trace: pl.DataFrame, inputs: pl.DataFrame) -> Iterator[Record]:
    """The records of a run, in the order of `trace`; the bounds of dimensions by the definition of scores."""
    plan, pack = part.run.plan, part.run.pack
    gates = [gate for gate, _ in plan.gates if isinstance(gate.limit, int)]
    for number, (row, values) in enumerate(zip(trace.iter_rows(named=True), inputs.iter_rows(named=True), strict=True), 1):  # fmt: skip
        outcomes = {rule.id: Outcome(row[f"{rule.id}.case"], row[f"{rule.id}.points"]) for rule in pack.rules}
        scores: dict[str, Score] = {}
        for dimension in pack.dimensions:
            score = dimension_score(dimension, plan.rules_of(dimension), outcomes, pack.dimension_decimals)
            for gate in gates:
                if gate.target == dimension.id and row[f"gate.{gate.id}"]:
                    score = _limited(score, gate.action, int(gate.limit))
            scores[dimension.id] = score
        yield Record(number, row[frame_engine.CUSTOMER], values.get("name") or "", row, values, scores)


def _limited(score: Score, action: str, limit: int) -> Score:
    points, low, high = (limited(part, action, limit) for part in (score.points, score.low, score.high))
    return replace(score, points=points, low=low, high=high)


class Results:
    """The sheet of one run. `column` gives the place of each column; records stand from FIRST on."""

    def __init__(
        self, book: Book, sheet: Sheet, part: Scored, outcomes: Mapping[str, Formula] | None = None
    ) -> None:
        """`outcomes`: by rule, where another sheet says which case holds."""
        self.book, self.sheet, self.part, self.outcomes = book, sheet, part, outcomes or {}
        self.pack, self.count = part.run.pack, 0
        self.evaluator = Evaluator()
        self.column: dict[str, int] = {}
        rules = [planned.rule.id for _, planned, _ in part.rules]
        dimensions = [dimension.id for dimension in self.pack.dimensions]
        columns = [*KEYS]
        for block, names in (("outcome", rules), ("points", rules), ("score", dimensions), ("low", dimensions), ("high", dimensions), ("coverage", dimensions)):  # fmt: skip
            columns += [f"{block}.{name}" for name in names]
        columns += [f"leaf.{index}" for index in range(len(part.conditions.leaves))]
        columns += [f"gate.{gate.id}" for gate in self.pack.gates]
        indices = [index.id for index in self.pack.indices]
        columns += [f"{block}.{name}" for block in ("index", "assessed") for name in indices]
        columns += [
            "composite",
            "low",
            "high",
            "coverage",
            "natural",
            *(["decided"] if part.run.plan.decided else []),
            "tier",
        ]
        columns += [f"was.{name}" for name in dimensions]
        columns += [f"was-index.{name}" for name in indices]
        columns += [f"engine.{name}" for name in ("points", "composite", "low", "high", "coverage", "tier")]
        columns += [
            f"check.{name}"
            for name in ("points", "scores", "composite", "interval", "coverage", "tier", "all")
        ]
        self.column = {name: place for place, name in enumerate(columns)}

    # ---- addresses --------------------------------------------------------------------------------------

    def range(self, name: str) -> str:
        """The whole column, as other sheets write it."""
        at = self.column[name]
        return str(self.sheet.ref(FIRST, at, FIRST + max(self.count, 1) - 1, at))

    def block(self, kind: str, names: list[str], row: int, fixed: bool = False) -> str:
        """The cells of a row that hold something of several rules or dimensions."""
        places = [self.column[f"{kind}.{name}"] for name in names]
        return across(row, places[0], places[-1], fixed)

    def cell(self, name: str, row: int) -> str:
        place = self.column[name]
        return across(row, place, place).split(":")[0]

    # ---- head -------------------------------------------------------------------------------------------

    def head(self, total: int) -> None:
        """Titles, weights and possible points above the columns; `total`: how many records will follow."""
        tell, sheet, part = self.book.tell, self.sheet, self.part
        self.count = total
        sheet.title(f"{self.sheet.name} · {part.scope}", tell("results.note"), tell("results.note-2"))
        sheet.raw.set_column(0, len(self.column), 12)
        sheet.raw.set_column(1, 1, 15)
        sheet.raw.set_column(2, 2, 32)
        titles = {"number": tell("column.number"), "id": tell("column.id"), "name": tell("column.name")}
        titles |= {name: tell(f"column.{name}") for name in ("composite", "low", "high", "coverage", "natural", "decided", "tier")}  # fmt: skip
        for _, _, node in part.rules:
            titles |= {f"outcome.{node['id']}": node["title"], f"points.{node['id']}": node["title"]}
        for dimension in self.pack.dimensions:
            title = part.words.text(dimension.title)
            titles |= {
                f"{kind}.{dimension.id}": title for kind in ("score", "low", "high", "coverage", "was")
            }
        for index in self.pack.indices:
            title = part.words.text(index.title)
            titles |= {f"{kind}.{index.id}": title for kind in ("index", "assessed", "was-index")}
        for number, tree in enumerate(part.conditions.leaves):
            titles[f"leaf.{number}"] = part.words.words(tree)
        titles |= {f"gate.{gate.id}": part.words.text(gate.title) for gate in self.pack.gates}
        for name in self.column:
            kind, _, rest = name.partition(".")
            titles.setdefault(name, tell(f"column.{rest}") if kind == "engine" else tell(f"{kind}.{rest}") if kind == "check" else "")  # fmt: skip
        for name, place in self.column.items():
            sheet.put(HEAD, place, titles[name], "head")
        sheet.height(HEAD, 64)
        self.bands()
        self.above()

    def bands(self) -> None:
        """What each group of columns is, above them."""
        groups: dict[str, list[int]] = {}
        for name, place in self.column.items():
            kind, dot, _ = name.partition(".")
            group = kind if dot else "record" if name in KEYS else "result"
            if kind == "low" and dot:
                group = "lows"
            if kind == "high" and dot:
                group = "highs"
            groups.setdefault(group, []).append(place)
        for group, places in groups.items():
            self.sheet.merged(BLOCKS, places[0], places[-1], self.book.tell(f"block.{group}"), "band-left")

    def above(self) -> None:
        """Weights and the least and most points that an unknown rule could still have, from the sheet of parameters."""
        tell, at = self.book.tell, self.part.at
        for row, key in ((WEIGHTS, "weight"), (LOWS, "lowest"), (HIGHS, "highest")):
            self.sheet.put(row, 2, tell(f"above.{key}"), "label")
        scale: dict[str, list[str]] = {}
        for dimension, planned, _ in self.part.rules:
            scale.setdefault(dimension.id, []).append(planned.rule.id)
        for dimension, planned, _ in self.part.rules:
            rule, place = planned.rule, self.column[f"points.{planned.rule.id}"]
            self.sheet.put(WEIGHTS, place, Formula(at[f"weight.{rule.id}"], rule.weight), "number")
            low, high = at[f"low.{rule.id}"], at[f"high.{rule.id}"]
            if planned.applies is not None:  # left out, it could move the mean anywhere on the scale
                own = scale[dimension.id]
                low = f"MIN(0,{','.join(at[f'low.{one}'] for one in own)})"
                high = f"MAX(100,{','.join(at[f'high.{one}'] for one in own)})"
            self.sheet.put(LOWS, place, Formula(low, plain(planned.span[0])), "points")
            self.sheet.put(HIGHS, place, Formula(high, plain(planned.span[1])), "points")
        for dimension in self.pack.dimensions:
            for kind in ("score", "low", "high", "coverage"):
                place = self.column[f"{kind}.{dimension.id}"]
                self.sheet.put(
                    WEIGHTS, place, Formula(at[f"dimension.{dimension.id}"], dimension.weight), "number"
                )

    # ---- records ----------------------------------------------------------------------------------------

    def write(self, record: Record) -> None:
        """One record in its row."""
        row, sheet, part = FIRST + record.number - 1, self.sheet, self.part
        sheet.put(row, 0, record.number, "whole")
        sheet.put(row, 1, record.id, "text")
        sheet.put(row, 2, record.name, "text")
        for _, planned, _ in part.rules:
            self.rule(row, record, planned.rule)
        for dimension in self.pack.dimensions:
            self.dimension(row, record, dimension)
        names = self.names(record)
        for index, tree in enumerate(part.conditions.leaves):
            value = self.evaluator.value(tree, names)
            sheet.put(row, self.column[f"leaf.{index}"], NONE if value is None else value, "plain", "stored")
        self.gates(row, record)
        self.whole(row, record)
        self.engine(row, record)
        self.checks(row)

    def rule(self, row: int, record: Record, rule: Any) -> None:
        code = record.outcome(rule.id)
        decided = self.outcomes.get(rule.id)
        outcome, look = (self.part.label(code), "input") if decided is None else (decided, "")
        self.sheet.put(row, self.column[f"outcome.{rule.id}"], outcome, "center", look)
        points = plain(record.trace[f"{rule.id}.points"])
        place = self.column[f"points.{rule.id}"]
        if computed(rule, code):
            self.sheet.put(row, place, points, "points", "input")
        else:
            text = (
                f"VLOOKUP({self.cell(f'outcome.{rule.id}', row)},{self.part.at[f'cases.{rule.id}']},3,FALSE)"
            )
            self.sheet.put(row, place, Formula(text, points), "points")

    def dimension(self, row: int, record: Record, dimension: Dimension) -> None:
        part, key, score = self.part, dimension.id, record.dimensions[dimension.id]
        own = [rule.id for rule in dimension.rules]
        put = self.sheet.put
        if not own:
            for kind in ("score", "low", "high", "coverage"):
                put(row, self.column[f"{kind}.{key}"], NONE, "score")
            return
        ranges = Ranges(
            self.block("outcome", own, row), self.block("points", own, row), self.block("points", own, WEIGHTS, True),
            self.block("points", own, LOWS, True), self.block("points", own, HIGHS, True),
        )  # fmt: skip
        limits = tuple(
            part.at[f"{side}.{key}"] if limit is not None else ""
            for side, limit in (("min", dimension.min), ("max", dimension.max))
        )
        gates = self.gates_on(key, row)
        decimals, initial = self.pack.dimension_decimals, part.at[f"initial.{key}"]
        when, number = dimension_points(dimension, ranges, initial, (limits[0], limits[1]), decimals)
        put(
            row,
            self.column[f"score.{key}"],
            Formula(or_dash(when, gated(number, gates)), plain(score.points)),
            "points",
        )
        for side, value in (("low", score.low), ("high", score.high)):
            when, number = dimension_bound(
                dimension, ranges, part.states, side, initial, (limits[0], limits[1]), decimals
            )
            text = or_dash(when, containing(side, gated(number, gates), self.cell(f"score.{key}", row)))
            array = dimension.combine in ("min", "max")
            put(row, self.column[f"{side}.{key}"], Formula(text, plain(value), array), "points")
        covered = score.scored * 1_000_000 // score.applicable / 1_000_000 if score.applicable else None
        put(
            row,
            self.column[f"coverage.{key}"],
            Formula(dimension_coverage(ranges, part.states), covered),
            "percent",
        )

    def gates_on(self, target: str, row: int) -> list[tuple[str, str, str]]:
        return [
            (self.cell(f"gate.{gate.id}", row), gate.action, self.part.at[f"limit.{gate.id}"])
            for gate in self.pack.gates
            if gate.target == target
        ]

    def names(self, record: Record) -> dict[str, Any]:
        """What conditions may name, as the engine saw it."""
        found = dict(record.values)
        for dimension in self.pack.dimensions:
            found[f"score.{dimension.id}"] = plain(record.trace[f"{dimension.id}.points"])
        found["composite"] = plain(record.trace["composite.points"])
        found["coverage"] = plain(record.trace["composite.coverage"])
        for index in self.pack.indices:
            found[f"index.{index.id}"] = plain(record.trace[f"index.{index.id}.points"])
            found[f"assessed.{index.id}"] = assessed(index, record.dimensions)
        return found | {
            f"gate.{gate.id.replace('-', '_')}": record.trace[f"gate.{gate.id}"] for gate in self.pack.gates
        }

    def address(self, row: int, name: str) -> str:
        """Where a condition finds what it names."""
        if name in self.part.at:
            return self.part.at[name]
        if name.startswith("gate."):
            name = next(
                f"gate.{gate.id}" for gate in self.pack.gates if gate.id.replace("-", "_") == name[5:]
            )
        return self.cell(name, row)

    def indices(self, row: int, record: Record) -> None:
        """The points of each index, and whether all its dimensions have some."""
        for index in self.pack.indices:
            scores = [self.cell(f"score.{key}", row) for key in index.weights]
            weights = [self.part.at[f"weight-of.{index.id}.{key}"] for key in index.weights]
            composite = self.cell("composite", row) if index.on_missing == "composite" else ""
            when, mean = index_mean(scores, weights, composite, self.pack.dimension_decimals)
            points = plain(record.trace[f"index.{index.id}.points"])
            self.sheet.put(
                row, self.column[f"index.{index.id}"], Formula(or_dash(when, mean), points), "points"
            )
            whole = Formula(f"COUNT({','.join(scores)})={len(scores)}", assessed(index, record.dimensions))
            self.sheet.put(row, self.column[f"assessed.{index.id}"], whole, "center")

    def gates(self, row: int, record: Record) -> None:
        for gate in self.pack.gates:
            acted, place = record.trace[f"gate.{gate.id}"], self.column[f"gate.{gate.id}"]
            shown = NONE if acted is None else acted
            if gate.id not in self.part.gate_formulas:
                self.sheet.put(row, place, shown, "center", "input")
                continue
            holds, fails = (
                filled(text, lambda name: self.address(row, name))
                for text in self.part.gate_formulas[gate.id]
            )
            self.sheet.put(row, place, Formula(f"IF({holds},TRUE,IF({fails},FALSE,{DASH}))", shown), "center")

    def whole(self, row: int, record: Record) -> None:
        """Composite, interval, coverage, natural tier, tier."""
        part, pack, put, trace = self.part, self.pack, self.sheet.put, record.trace
        dimensions = [dimension.id for dimension in pack.dimensions]
        gates = self.gates_on("composite", row)
        for name, kind in (("composite", "score"), ("low", "low"), ("high", "high")):
            values, weights = self.block(kind, dimensions, row), self.block(kind, dimensions, WEIGHTS, True)
            when, number = weighted_mean(values, weights, pack.composite_decimals)
            number = gated(number, gates)
            if name != "composite":
                number = containing(name, number, self.cell("composite", row))
            value = trace["composite.points" if name == "composite" else f"composite.{name}"]
            put(row, self.column[name], Formula(or_dash(when, number), plain(value)), "score")
        when, number = weighted_mean(self.block("coverage", dimensions, row), self.block("coverage", dimensions, WEIGHTS, True), 4)  # fmt: skip
        put(
            row,
            self.column["coverage"],
            Formula(or_dash(when, number), plain(trace["composite.coverage"])),
            "percent",
        )
        self.indices(row, record)
        natural = str(len(pack.tiers))
        for place in range(len(part.tier_formulas), 0, -1):
            test = filled(part.tier_formulas[place - 1][0], lambda name: self.address(row, name))
            natural = f"IF({test},{place},{natural})"
        natural = or_dash(f"ISNUMBER({self.cell('composite', row)})", natural)
        found = trace["tier.natural"]
        put(row, self.column["natural"], Formula(natural, None if found is None else found + 1), "whole")
        if "decided" in self.column:
            decided = next(
                (tier for tier in pack.tiers if tier.id == part.run.plan.decided.get(record.id)), None
            )
            shown = NONE if decided is None else part.words.text(decided.title)
            put(row, self.column["decided"], shown, "center", "input")
        index = trace["tier.index"]
        title = None if index is None else part.words.text(pack.tiers[index].title)
        put(row, self.column["tier"], Formula(self.tier(row), title), "center")

    def tier(self, row: int) -> str:
        """The title of the tier that was decided by hand, else of the lowest of: the tier reached, the one that little coverage allows, those that gates allow."""
        natural, tiers = self.cell("natural", row), self.part.at["tiers"]
        places = [natural]
        if self.pack.coverage_cap:
            minimum = half_up(self.part.at["minimum"], 4)
            covered = self.cell("coverage", row)
            places.append(
                f"IF(IF(ISNUMBER({covered}),{covered},0)<{minimum},MATCH({self.part.at['cap']},{tiers},0),0)"
            )
        for acts, _, limit in self.gates_on("tier", row):
            places.append(f"IF({acts}=TRUE,MATCH({limit},{tiers},0),0)")
        place = f"MAX({','.join(places)})" if len(places) > 1 else natural
        text = or_dash(f"ISNUMBER({natural})", f"INDEX({tiers},{place})")
        if "decided" in self.column:  # what people decided stands, whatever the rules say
            decided = self.cell("decided", row)
            text = f"IF(ISNUMBER(MATCH({decided},{tiers},0)),{decided},{text})"
        return text

    def engine(self, row: int, record: Record) -> None:
        """What the run has, as plain values."""
        trace, pack = record.trace, self.pack
        counted = [trace[f"{rule.id}.points"] for rule in pack.rules]
        index = trace["tier.index"]
        values: dict[str, Any] = {"points": sum(one for one in counted if one is not None) / UNIT}
        for dimension in pack.dimensions:
            was = plain(trace[f"{dimension.id}.points"])
            self.sheet.put(
                row, self.column[f"was.{dimension.id}"], NONE if was is None else was, "points", "stored"
            )
        for one in pack.indices:
            was = plain(trace[f"index.{one.id}.points"])
            place = self.column[f"was-index.{one.id}"]
            self.sheet.put(row, place, NONE if was is None else was, "points", "stored")
        values |= {"composite": plain(trace["composite.points"]), "low": plain(trace["composite.low"]), "high": plain(trace["composite.high"])}  # fmt: skip
        values |= {"coverage": plain(trace["composite.coverage"])}
        values |= {"tier": None if index is None else self.part.words.text(pack.tiers[index].title)}
        for name, value in values.items():
            style = {"coverage": "percent", "tier": "center", "composite": "score", "low": "score", "high": "score"}.get(name, "points")  # fmt: skip
            self.sheet.put(
                row, self.column[f"engine.{name}"], NONE if value is None else value, style, "stored"
            )

    def checks(self, row: int) -> None:
        """Differences from the engine's values, each 0."""
        rules = [rule.id for rule in self.pack.rules]
        dimensions = [dimension.id for dimension in self.pack.dimensions]
        ours, engines = self.block("score", dimensions, row), self.block("was", dimensions, row)

        def less(name: str, engine: str = "") -> str:
            return differs(self.cell(name, row), self.cell(engine or f"engine.{name}", row))

        means = [less(f"index.{index.id}", f"was-index.{index.id}") for index in self.pack.indices]

        texts = {
            "points": f"ROUND(SUM({self.block('points', rules, row)})-{self.cell('engine.points', row)},4)",
            "scores": "+".join([f"SUMPRODUCT(({ours}<>{engines})*1)", *(f"ABS({mean})" for mean in means)]),
            "composite": less("composite"),
            "interval": f"ABS({less('low')})+ABS({less('high')})",
            "coverage": less("coverage"),
            "tier": less("tier"),
        }
        texts["all"] = "+".join(f"ABS({self.cell(f'check.{name}', row)})" for name in texts)
        for name, text in texts.items():
            self.sheet.put(row, self.column[f"check.{name}"], Formula(text, 0), "check")

    def finish(self) -> None:
        """What needs the number of records: filter, frozen header, checks that turn red."""
        last = FIRST + max(self.count, 1) - 1
        self.sheet.table(HEAD, last, len(self.column) - 1, 3)
        first_check = self.column["check.points"]
        self.sheet.watch(FIRST, first_check, last, self.column["check.all"])
        self.sheet.landscape()
        self.sheet.raw.set_print_scale(60)  # too wide for one page
        self.sheet.raw.repeat_columns(0, 2)


def record_of_base(part: Scored) -> Record:
    """The base as a whole as a record."""
    record = next(records(part, part.run.trace.collect(), part.run.inputs.collect()))
    return replace(record, id="", name=part.words.text(part.run.pack.title))
