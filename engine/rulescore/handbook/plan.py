# SPDX-License-Identifier: Apache-2.0
"""Measures of improvement and strategies as sections of a handbook, and what is done as a table."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Action, Finding, Strategy
from ..speech import Speech, period_word
from .blocks import Block, Facts, Paragraph, Section, Table


def measures(writer: Speech) -> Section:
    """Each measure with its goal, what the goal rests on, and what is done while it is missed."""
    return _chapter(writer, "measures", tuple(_measure(writer, one) for one in writer.pack.measures))


def _measure(writer: Speech, measure: Finding) -> Section:
    say = writer.say
    assert measure.goal is not None
    facts = [(say("measure-goal"), writer.words(measure.goal.tree))]
    if measure.amount is not None:
        facts.append((say("measure-amount"), writer.words(measure.amount.expr.tree)))
    if measure.whom:
        facts.append((say("measure-customers"), writer.label(f"customers.{measure.whom}")))
    return _section(writer, f"measure-{measure.id}", measure, facts)


def strategies(writer: Speech) -> Section:
    """Each strategy with its condition and the breakdowns whose rows may take it, in order."""
    return _chapter(writer, "strategies", tuple(_strategy(writer, one) for one in writer.pack.strategies))


def _chapter(writer: Speech, key: str, sections: tuple[Section, ...]) -> Section:
    intro = (Paragraph(writer.say(f"{key}-intro")),) if sections else ()
    return Section(key, writer.say(key), intro, sections)


def _strategy(writer: Speech, strategy: Strategy) -> Section:
    say = writer.say
    # the same strategy may be typed otherwise in another breakdown; its words are those of where it is from
    home = next(one for one in writer.pack.breakdowns if strategy in one.strategies)
    tables = [one for one in writer.pack.breakdowns if any(own.id == strategy.id for own in one.strategies)]
    facts = [
        (say("strategy-when"), writer.within(home).words(strategy.when.tree)),
        (say("strategy-each"), writer.listed([writer.text(one.title) for one in tables])),
    ]
    return _section(writer, f"strategy-{strategy.id}", strategy, facts)


def _section(writer: Speech, anchor: str, one: Finding | Strategy, facts: list[tuple[str, str]]) -> Section:
    blocks: list[Block] = [Paragraph(writer.text(one.why))] if writer.text(one.why) else []
    told = Facts((*facts, (writer.say("source"), writer.sources(one.source))))
    blocks += [told, *actions_of(writer, one.actions)]
    return Section(anchor, writer.text(one.title), tuple(blocks), note=one.id)


def actions_of(writer: Speech, actions: tuple[Action, ...]) -> Iterator[Block]:
    """What is done, by whom and by when, if anything."""
    if actions:
        rows = tuple(
            (writer.text(action.title), writer.text(action.owner), period_word(action.due, writer.language))
            for action in actions
        )
        yield Table((writer.say("action"), writer.say("owner"), writer.say("due")), rows)
