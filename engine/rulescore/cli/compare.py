# SPDX-License-Identifier: Apache-2.0
"""`rulescore compare`: which customers moved between two runs, and what moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..problems import Fact
from .shared import echo_json, json_option, lang_option

if TYPE_CHECKING:
    from ..comparison.attribution import Move, Share
    from ..comparison.changes import Change
    from ..comparison.runs import Comparison
    from ..model import Text

LISTED = 6
"""Changes of one customer and cause that are shown; JSON has all."""


@click.command("compare", short_help="What moved between two runs, and why. 比较两个批次。")
@click.argument("before", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("after", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="Customers in detail. 详列的客户数。",
)
@json_option
@lang_option
@click.pass_context
def command(ctx: click.Context, before: Path, after: Path, top: int, as_json: bool) -> None:
    """Compare two runs, the earlier first: tier migration, and for the customers that moved most whether data, parameters,
    rules or the engine moved them, in points that add up.

    比较两个批次（先前者在先）：等级迁移，以及变动最大的客户各由数据、参数、规则或引擎造成多少分。
    """
    from ..comparison.runs import compare
    from ..folder import Run

    comparison = compare(Run.read(before), Run.read(after), top)
    if as_json:
        echo_json(comparison.as_dict())
    else:
        click.echo("\n".join(_Page(str(ctx.obj), comparison.decimals).lines(comparison)))


class _Page:
    """A comparison as lines of text."""

    def __init__(self, language: str, decimals: int) -> None:
        self.language, self.decimals = language, decimals
        self.told: frozenset[Change] = frozenset()
        self.tiers: Mapping[str, Text] = {}
        self.joint = "；" if language == "zh" else "; "

    def word(self, key: str, **facts: Fact) -> str:
        from ..messages import word

        return word(f"compare.{key}", self.language, **facts)

    def lines(self, found: Comparison) -> Iterator[str]:
        self.tiers, self.told = found.tiers, frozenset(found.differences)
        ends = [
            f"{end['run_id'][:8]} ({end['as_of']} · {end['pack']} {end['version']}{' · ' + end['cycle'] if end['cycle'] else ''})"
            for end in (found.before, found.after)
        ]
        yield self.word("title", before=ends[0], after=ends[1])
        counts = {key: f"{getattr(found, key):,}" for key in ("appeared", "disappeared", "moved")}
        yield self.word("both", count=f"{found.both:,}", **counts)
        yield ""
        yield self.word("migration")
        yield self.matrix(found.migration)
        yield ""
        yield self.word("differs")
        yield from [f"  {self.change(change)}" for change in found.differences] or [
            f"  {self.word('nothing')}"
        ]
        if found.base:
            yield ""
            yield self.word("base")
            yield from (f"  {self.figure(one)}" for one in found.base)
        if found.value:
            yield ""
            yield self.word("value")
            for one in found.value:
                yield from self.worth(one)
        yield from self.goals(found.goals)
        yield from self.warned(found.early_warnings)
        if not found.moved:
            return
        yield ""
        yield self.word("causes")
        yield from (
            f"  {self.word(f'cause.{cause}')}  {count:,}" for cause, count in found.causes.items() if count
        )
        if found.moves:
            yield ""
            yield self.word("moves")
        for move in found.moves:
            yield from self.move(move)

    def figure(self, one: Mapping[str, Any]) -> str:
        """A figure of the base, before and after."""
        from ..lang.words import value_text

        title = (
            self.word(f"base-{one['id']}")
            if one["title"] is None
            else f"{one['title'][self.language]} [{one['id']}]"
        )
        ends = " → ".join(value_text(one[key], self.language) for key in ("before", "after"))
        return f"{title}  {ends}{' ' + one['unit'] if one['unit'] else ''}"

    def worth(self, one: Mapping[str, Any]) -> Iterator[str]:
        """A method's value before and after, and what each assumption moved."""
        from ..reports.worth import assumed, money

        ends = " → ".join(money(one[key]["base"]) for key in ("before", "after"))
        facts = {"title": one["title"][self.language], "ends": ends, "currency": one["currency"]}
        yield "  " + (
            self.word("value-none", **facts)
            if one["change"] is None
            else self.word("value-of", change=self.plus(money(one["change"])), **facts)
        )
        for step in one["steps"]:
            moved = " → ".join(assumed(step[key], self.language) for key in ("before", "after"))
            yield f"    {self.plus(money(step['change']))}  {step['title'][self.language]} {moved}"

    def goals(self, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """How far the goals are, and what was done about each; of those whose result did not change only the number."""
        from ..comparison.goal_changes import RESULTS

        shown = [one for one in found if one["done"] or one["result"] in RESULTS[:4]]
        if not shown:
            return
        yield ""
        yield self.word(
            "goals", **{result: sum(one["result"] == result for one in found) for result in RESULTS}
        )
        for one in sorted(shown, key=lambda one: (not one["done"], RESULTS.index(one["result"]))):
            ends = {key: self.amount(one[key], one["unit"]) for key in ("before", "after")}
            yield "  " + self.word(
                "goal", state=self.word(f"goal-state.{one['result']}"), title=one["title"][self.language],
                figure=one["figure"][self.language], target=f"{one['sign']} {self.amount(one['target'], one['unit'])}", id=one["id"], **ends,
            )  # fmt: skip
            for task in one["done"][:LISTED]:
                role, note = (
                    self.word(f"goal-{key}", **{key: task[key]}) if task[key] else ""
                    for key in ("role", "note")
                )
                whom = task["customer"] or self.words("taken-whole")
                yield "    " + self.word("goal-done", on=task["on"], whom=whom, role=role, note=note)
            if (more := len(one["done"]) - LISTED) > 0:
                yield "    " + self.word("goal-many", count=more)
            if one["open"]:
                yield "    " + self.word("goal-open", open=one["open"], overdue=one["overdue"])

    def warned(self, found: Mapping[str, Any] | None) -> Iterator[str]:
        """The early-warning list before and after, and the first of those that are new on it or off it."""
        from ..reports.findings import shown as money

        if found is None:
            return
        old, new = found["before"], found["after"]
        facts = {key: f"{found[key]:,}" for key in ("new", "off", "still", "raised")}
        yield ""
        yield self.word(
            "warned", before=f"{old['count']:,}", after=f"{new['count']:,}", value_before=money(old["value"]), value_after=money(new["value"]),
            unit=new["unit"], **facts,
        )  # fmt: skip
        joiner = "、" if self.language == "zh" else ", "
        for part, line, end in (("new", "warned-one", "after"), ("off", "warned-gone", "before")):
            listed = found[f"{part}_customers"]
            if not listed:
                continue
            yield "  " + self.word(f"warned-{part}")
            for one in listed:
                titles = [warning["title"][self.language] for warning in one["warnings"]]
                why = self.word("warned-absent") if one["absent"] else joiner.join(titles)
                facts = {"amount": money(one["value"]), "unit": found[end]["unit"]}
                amount = "" if one["value"] is None else self.words("found-amount", "summary", **facts)
                level = one["level_title"][self.language]
                yield "    " + self.word(line, customer=one["customer"], level=level, amount=amount, why=why)
            if (more := found[part] - len(listed)) > 0:
                yield "    " + self.word("warned-more", count=f"{more:,}")

    def words(self, key: str, topic: str = "page", **facts: Fact) -> str:
        from ..messages import word

        return word(f"{topic}.{key}", self.language, **facts)

    def amount(self, value: Any, unit: str) -> str:
        """A figure of the base: shares as percent, numbers short enough to be read at a glance."""
        if value is None:
            return self.word("none")
        if unit == "share":
            return f"{value:.1%}"
        text = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
        return f"{text} {unit}" if unit and unit not in ("points", "count") else text

    def matrix(self, migration: Sequence[tuple[str, str, int]]) -> str:
        from tabulate import tabulate

        words = {
            "(absent)": self.word("absent"), "(not assessed)": self.word("not-assessed"),
            **{tier: title[self.language] for tier, title in self.tiers.items()},
        }  # fmt: skip
        columns = list(dict.fromkeys(new for _, new, _ in migration))
        rows: dict[str, dict[str, int]] = {}
        for old, new, count in migration:
            rows.setdefault(old, {})[new] = count
        table = [
            [words.get(old, old), *(f"{counts[new]:,}" if new in counts else "" for new in columns)]
            for old, counts in rows.items()
        ]
        headers = ["", *(words.get(new, new) for new in columns)]
        text: str = tabulate(
            table,
            headers,
            tablefmt="simple",
            colalign=("left", *["right"] * len(columns)),
            disable_numparse=True,
        )
        return "\n".join(f"  {line}" for line in text.splitlines())

    def move(self, move: Move) -> Iterator[str]:
        tiers = self.arrow(*(self.tier(end[1]) for end in (move.before, move.after)))
        ends = [self.points(end[0]) for end in (move.before, move.after)]
        yield "  " + self.word(
            "customer",
            customer=move.customer,
            before=ends[0],
            after=ends[1],
            delta=self.signed(move.delta),
            tiers=tiers,
        )
        for share in move.shares:
            yield f"    {self.share(share)}"

    def tier(self, tier: str | None) -> str:
        if tier is None:
            return self.word("not-assessed")
        return self.tiers[tier][self.language] if tier in self.tiers else tier

    def share(self, share: Share) -> str:
        parts = [self.change(change, change in self.told) for change in share.changes[:LISTED]]
        if len(share.changes) > LISTED:
            parts.append(self.word("more", count=len(share.changes) - LISTED))
        head = self.word("share", cause=self.word(f"cause.{share.cause}"), points=self.signed(share.units))
        rules = ", ".join(self.rule(rule) for rule in share.rules)
        text = f"{head}  {self.joint.join(parts)}".rstrip()
        return f"{text}  [{rules}]" if rules else text

    def rule(self, change: Change) -> str:
        if change.kind == "gate":
            return f"{change.id} {self.word('acts' if change.after == 'true' else 'rests')}"
        return f"{change.id} {self.side(change.before)} → {self.side(change.after)}"

    def change(self, change: Change, told: bool = False) -> str:
        """A change; one that was told before is only named."""
        if change.kind == "cycle":
            return self.cycle(change)
        kind = self.word(f"kind.{change.kind}")
        name = kind if change.kind == "as_of" else f"{kind} {change.id}"
        if not change.part and change.kind in ("rule", "feature", "dimension", "index", "gate", "tier"):
            return f"{name} {self.word('new' if change.before is None else 'gone')}"
        name += f" · {change.part}" if change.part else ""
        if told:
            return name
        return f"{name} {self.side(change.before)} → {self.side(change.after)}"

    def cycle(self, change: Change) -> str:
        """Two cycles, of which what only one computes is not compared rule by rule."""
        from ..messages import word

        none = word("cycle.none", self.language)
        ends = {"before": change.before or none, "after": change.after or none}
        return word("cycle.changed", self.language, **ends)

    def side(self, value: str | None) -> str:
        return self.word("none") if value is None else value

    def arrow(self, before: str, after: str) -> str:
        return before if before == after else f"{before} → {after}"

    def points(self, units: int | None) -> str:
        from ..arithmetic import points_text

        return self.word("none") if units is None else points_text(units, self.decimals)

    def plus(self, text: str) -> str:
        return text if text.startswith("-") else f"+{text}"

    def signed(self, units: int | None) -> str:
        return f"+{self.points(units)}" if units is not None and units > 0 else self.points(units)
