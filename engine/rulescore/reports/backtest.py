# SPDX-License-Identifier: Apache-2.0
"""A backtest as a document: sections of text and tables, which a handbook's forms and the terminal can write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..backtesting import Asked, Backtest
from ..handbook.blocks import Block, Handbook, Items, Paragraph, Section, Table
from ..handbook.rules import condition
from ..messages import word
from ..speech import Speech, unit_of

LISTED = 12
"""Rules worth a look that a brief document lists."""

RATES = (1, 2, 3, 4)


def document(found: Backtest, language: str, brief: bool = False) -> Handbook:
    """The whole backtest in one language; a `brief` one leaves out what is long: rules one by one and the cut points."""
    return _Document(found, language, brief).whole()


class _Document:
    def __init__(self, found: Backtest, language: str, brief: bool) -> None:
        self.found, self.language, self.brief = found, language, brief
        self.facts = found.as_dict()
        self.pack = found.earlier.pack
        self.writer = Speech(self.pack, language, found.earlier.plan.parameters)
        self.later = Speech(found.later.pack, language, found.later.plan.parameters)

    def say(self, key: str, **facts: Any) -> str:
        return word(f"backtest.{key}", self.language, **facts)

    def whole(self) -> Handbook:
        earlier, later = self.facts["earlier"], self.facts["later"]
        heads = self.facts["customers"]
        title = self.say(
            "title",
            pack=self.writer.text(self.pack.title),
            version=earlier["version"],
            as_of=earlier["as_of"],
        )
        subtitle = self.say(
            "subtitle", earlier=earlier["as_of"], later=later["as_of"], earlier_id=earlier["run_id"][:8],
            later_id=later["run_id"][:8], customers=f"{heads['both']:,}",
        )  # fmt: skip
        outcomes = self.facts["outcomes"]
        sections = [self.overview(outcomes)] if len(outcomes) > 1 else []
        several = len(outcomes) > 1
        sections += [
            self.outcome(one, asked, several) for one, asked in zip(outcomes, self.found.asked, strict=True)
        ]
        if not self.brief:
            sections += [self.cuts(), self.ahead()]
        kept = tuple(one for one in sections if one.blocks or one.sections)
        return Handbook(self.language, title, subtitle, self.say("contents"), kept)

    def overview(self, outcomes: Sequence[Mapping[str, Any]]) -> Section:
        """All outcomes, a row each."""
        keys = ("outcome", "customers", "came", "rate", "auc", "interval", "reads", "tier-order")
        rows = []
        for one in outcomes:
            broken = [row["certain"] for row in one["order"]]
            order = "order.kept" if not broken else "order.broken" if any(broken) else "order.doubtful"
            cells = self.cells(one)[:3]
            ranked = one["ranking"]
            area = (self.number(ranked, "auc"), self.interval(ranked), self.verdict(ranked))
            rows.append((self.title(one), *cells, *area, self.say(order)))
        blocks: list[Block] = [Table(tuple(map(self.say, keys)), tuple(rows), (1, 2, 3, 4, 5))]
        blocks += [Paragraph(self.say("one-at-a-time"), quiet=True)] if self.brief else []
        return Section("overview", self.say("overview"), tuple(blocks))

    def title(self, one: Mapping[str, Any]) -> str:
        return (
            str(one["title"][self.language]) if one["title"] else self.say("outcome-by-hand", text=one["id"])
        )

    def outcome(self, one: Mapping[str, Any], asked: Asked, among_others: bool) -> Section:
        """One outcome: what was asked, how the score did, and the tables."""
        title = self.title(one)
        own = re.sub(r"\W+", "-", one["id"])
        sections = [self.tiers(own, one)]
        if not (self.brief and among_others):
            sections += [self.bands(own, one), self.coverage(own, one), self.dimensions(own, one)]
        sections += [self.duel(own, one)] if one["challenger"] is not None else []
        sections.append(self.looks(own, one))
        if not self.brief:
            sections.append(self.rules(own, one))
        return Section(
            f"outcome-{own}", title, tuple(self.intro(one, asked)), tuple(part for part in sections if part.blocks), note=one["id"] if one["title"] else ""
        )  # fmt: skip

    def intro(self, one: Mapping[str, Any], asked: Asked) -> Iterable[Block]:
        lines = [
            self.say("asked", customers=f"{one['customers']:,}", came=f"{one['came']:,}", **self.shares(one))
        ]
        lines.append(self.say("good" if one["good"] else "bad"))
        yield Paragraph(self.joined(lines))
        ranked = one["ranking"]
        yield Paragraph(
            self.say("overall.none")
            if ranked is None
            else self.say(f"overall.{ranked['verdict']}", **self.area(ranked))
        )
        if asked.among is not None:
            text = self.writer.words(asked.among)
            yield Paragraph(self.say("among", text=text, outside=f"{one['outside']:,}"), quiet=True)
        yield Paragraph(self.say("when", text=self.later.words(asked.when)), quiet=True)
        if one["unknown"] or one["gone"]:
            yield Paragraph(
                self.say("unknown", unknown=f"{one['unknown']:,}", gone=f"{one['gone']:,}"), quiet=True
            )
        if not self.brief:
            yield Paragraph(self.say("auc-means"), quiet=True)

    def tiers(self, own: str, one: Mapping[str, Any]) -> Section:
        blocks = [self.tier_table(one["tiers"]), *self.order(one)]
        return Section(f"{own}-tiers", self.say("tiers"), tuple(blocks))

    def tier_table(self, tiers: Sequence[Mapping[str, Any]]) -> Table:
        return self.rates("tier", [(self.tier(row), row) for row in tiers])

    def order(self, one: Mapping[str, Any]) -> Iterable[Block]:
        titles = {row["tier"]: self.tier(row) for row in one["tiers"]}
        for broken in one["order"]:
            key = "order-broken" if broken["certain"] else "order-doubtful"
            yield Paragraph(self.say(key, above=titles[broken["above"]], below=titles[broken["below"]]))
        if not one["order"] and sum(1 for row in one["tiers"] if row["customers"]) > 1:
            yield Paragraph(self.say("order-kept"))

    def tier(self, row: Mapping[str, Any]) -> str:
        return self.say("not-assessed") if row["title"] is None else str(row["title"][self.language])

    def bands(self, own: str, one: Mapping[str, Any]) -> Section:
        form = f"{{:.{self.found.earlier.pack.composite_decimals}f}}"
        rows = [(self.between(band, form), band) for band in one["bands"]]
        return Section(f"{own}-bands", self.say("bands"), (self.rates("score", rows),) if rows else ())

    def coverage(self, own: str, one: Mapping[str, Any]) -> Section:
        rows = one["coverage"]
        table = self.rates("covered", [(self.between(band, "{:.1%}"), band) for band in rows])
        areas = [(self.number(band["ranking"], "auc"), self.interval(band["ranking"])) for band in rows]
        head = (*table.head, self.say("auc"), self.say("interval"))
        cells = tuple((*row, *area) for row, area in zip(table.rows, areas, strict=True))
        blocks = (Table(head, cells, (*RATES, 5, 6)), Paragraph(self.say("coverage-means"), quiet=True))
        return Section(f"{own}-coverage", self.say("coverage"), blocks if rows else ())

    def dimensions(self, own: str, one: Mapping[str, Any]) -> Section:
        head = tuple(self.say(key) for key in ("dimension", "weight", "auc", "interval", "reads"))
        rows = tuple(
            (
                row["title"][self.language],
                f"{row['weight']:.1%}",
                self.number(row["ranking"], "auc"),
                self.interval(row["ranking"]),
                self.verdict(row["ranking"]),
            )
            for row in one["dimensions"]
        )
        return Section(f"{own}-dimensions", self.say("dimensions"), (Table(head, rows, (1, 2, 3)),))

    def looks(self, own: str, one: Mapping[str, Any]) -> Section:
        rules = {rule["id"]: rule for rule in one["rules"]}
        listed = one["worth_a_look"][:LISTED] if self.brief else one["worth_a_look"]
        texts = []
        for look in listed:
            rule = rules[look["rule"]]
            facts = {"auc": self.number(rule["ranking"], "auc"), "weight": f"{rule['influence']:.1%}"}
            texts.append(
                f"{self.say('look.' + look['why'], rule=rule['title'][self.language], **facts)} [{rule['id']}]"
            )
        rest = len(one["worth_a_look"]) - len(listed)
        texts += [self.say("look-more", count=rest)] if rest else []
        block: Block = Items(tuple(texts)) if texts else Paragraph(self.say("look-none"))
        return Section(f"{own}-looks", self.say("look"), (block,) if one["ranking"] is not None else ())

    def rules(self, own: str, one: Mapping[str, Any]) -> Section:
        """Every rule in one table, then its cases."""
        left_out = any("without" in rule for rule in one["rules"])
        keys = [
            "rule",
            "weight",
            "scored",
            "auc",
            "interval",
            "iv",
            *(["without"] if left_out else []),
            "reads",
        ]
        head = tuple(self.say(key) for key in keys)
        rows = []
        for rule in one["rules"]:
            value = rule["information_value"]
            cells = [
                rule["title"][self.language], f"{rule['influence']:.1%}", f"{rule['scored']:,}", self.number(rule["ranking"], "auc"),
                self.interval(rule["ranking"]), self.say("no-figure") if value is None else f"{value:.3f}",
            ]  # fmt: skip
            cells += [self.without(rule["without"])] if left_out else []
            rows.append((*cells, self.verdict(rule["ranking"])))
        table = Table(head, tuple(rows), tuple(range(1, len(keys) - 1)))
        inner = tuple(self.rule(own, rule) for rule in one["rules"] if rule["groups"])
        return Section(
            f"{own}-rules", self.say("rules"), (table, Paragraph(self.say("iv-means"), quiet=True)), inner
        )

    def rule(self, own: str, rule: Mapping[str, Any]) -> Section:
        """The outcome in each case of one rule."""
        model = self.pack.rule(rule["id"])
        rows = []
        for group in rule["groups"]:
            if "state" in group:
                name, points = self.say(f"state.{group['state']}"), ""
            elif "case" in group:
                name, points = (
                    condition(self.writer, model, model.cases[group["case"] - 1]),
                    f"{group['points']:g}",
                )
            else:
                name, points = "", self.between(group, "{:g}")
            rows.append((name, points, *self.cells(group)))
        head = tuple(self.say(key) for key in ("case", "points", "customers", "came", "rate", "interval"))
        table = Table(head, tuple(rows), (1, 2, 3, 4, 5))
        return Section(f"{own}-rule-{rule['id']}", rule["title"][self.language], (table,), note=rule["id"])

    def duel(self, own: str, one: Mapping[str, Any]) -> Section:
        """Champion and challenger side by side."""
        duel, other = one["challenger"], self.found.challenger
        assert other is not None
        facts, found = other.about(), duel["difference"]
        counted = sum(row["customers"] for row in duel["tiers"])
        customers = counted if found is None else found["customers"]
        intro = self.say(
            "challenger-is", pack=self.writer.text(other.pack.title), version=facts["version"], id=facts["run_id"][:8],
            customers=f"{customers:,}",
        )  # fmt: skip
        blocks: list[Block] = [Paragraph(intro)]
        if found is not None:
            head = ("", self.say("auc"), self.say("interval"))
            rows = tuple(
                (self.say(f"{side}-column"), self.number(found[side], "auc"), self.interval(found[side]))
                for side in ("champion", "challenger")
            )
            blocks.append(Table(head, rows, (1, 2)))
            better = (
                "same"
                if found["low"] is None or found["low"] <= 0 <= found["high"]
                else "better"
                if found["difference"] > 0
                else "worse"
            )
            bounds = {key: self.signed(found[key]) for key in ("difference", "low", "high")}
            blocks.append(
                Paragraph(self.joined([self.say("difference", **bounds), self.say(f"difference.{better}")]))
            )
        else:
            blocks.append(Paragraph(self.say("overall.none")))
        blocks += [self.tier_table(duel["tiers"]), *self.order(duel)]
        return Section(f"{own}-challenger", self.say("challenger"), tuple(blocks))

    def cuts(self) -> Section:
        head = tuple(self.say(key) for key in ("rule", "measure", "customers", "written", "quantiles"))
        rows = []
        for cut in self.facts["cut_points"]:
            of = self.pack.rule(cut["rule"]).of
            assert of is not None
            unit = unit_of(self.pack, of.tree)
            quantiles = [
                self.say("quantile", share=f"{one['share']:.0%}", value=self.figure(one["value"], unit))
                for one in cut["quantiles"]
            ]
            written = [self.figure(value, unit) for value in cut["written"]]
            rows.append((
                cut["title"][self.language], self.writer.words(of.tree), f"{cut['customers']:,}", " · ".join(written), " · ".join(quantiles),
            ))  # fmt: skip
        blocks = (Paragraph(self.say("cuts-intro")), Table(head, tuple(rows), (2,))) if rows else ()
        return Section("cuts", self.say("cuts"), blocks)

    def ahead(self) -> Section:
        rules = {rule.id: self.writer.text(rule.title) for rule in self.pack.rules}
        comma = self.writer.say("comma")
        texts = tuple(
            f"{rules[one['id']]} [{one['id']}]: {comma.join(map(self.called, one['reads']))}"
            for one in self.facts["look_ahead"]["rules"]
        )
        return Section(
            "look-ahead",
            self.say("look-ahead"),
            (Paragraph(self.say("look-ahead-text")), Items(texts)) if texts else (),
        )

    def called(self, name: str) -> str:
        """A field or a whole table by its title."""
        table = self.pack.tables.get(name)
        return self.writer.label(name) if table is None else self.writer.text(table.title)

    # ---- cells ------------------------------------------------------------------------------------------

    def rates(self, first: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
        head = tuple(self.say(key) for key in (first, "customers", "came", "rate", "interval"))
        return Table(head, tuple((name, *self.cells(row)) for name, row in rows), RATES)

    def cells(self, row: Mapping[str, Any]) -> tuple[str, str, str, str]:
        shares = self.shares(row)
        held = (
            self.say("range", low=shares["low"], high=shares["high"])
            if row["customers"]
            else self.say("no-figure")
        )
        return f"{row['customers']:,}", f"{row['came']:,}", shares["rate"], held

    def shares(self, row: Mapping[str, Any]) -> dict[str, str]:
        return {
            key: self.say("no-figure") if row[key] is None else f"{row[key]:.1%}"
            for key in ("rate", "low", "high")
        }

    def area(self, ranked: Mapping[str, Any]) -> dict[str, str]:
        return {key: self.number(ranked, key) for key in ("auc", "low", "high", "gini")}

    def number(self, ranked: Mapping[str, Any] | None, key: str) -> str:
        return self.say("no-figure") if ranked is None or ranked[key] is None else f"{ranked[key]:.3f}"

    def interval(self, ranked: Mapping[str, Any] | None) -> str:
        if ranked is None or ranked["low"] is None:
            return self.say("no-figure")
        return self.say("range", low=f"{ranked['low']:.3f}", high=f"{ranked['high']:.3f}")

    def verdict(self, ranked: Mapping[str, Any] | None) -> str:
        return self.say("verdict.none" if ranked is None else f"verdict.{ranked['verdict']}")

    def without(self, found: Mapping[str, Any] | None) -> str:
        if found is None:
            return self.say("no-figure")
        return self.say("without-cell", auc=f"{found['auc']:.3f}", change=self.signed(found["change"]))

    def signed(self, value: float | None) -> str:
        return self.say("no-figure") if value is None else f"{value:+.3f}"

    def between(self, row: Mapping[str, Any], form: str) -> str:
        low, high = form.format(row["from"]), form.format(row["to"])
        return low if low == high else self.say("range", low=low, high=high)

    def figure(self, value: float, unit: str) -> str:
        return self.writer.value(float(f"{value:.4g}"), "share" if unit == "share" else "")

    def joined(self, parts: Sequence[str]) -> str:
        return ("" if self.language == "zh" else " ").join(parts)
