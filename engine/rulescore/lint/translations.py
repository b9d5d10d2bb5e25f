# SPDX-License-Identifier: Apache-2.0
"""Texts that are blank, or the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Finding, Pack, Strategy, Text
from ..problems import Problems, Span

CODES = ("missing-translation", "blank-text")

_LETTERS = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
SHORT = 3


def check(pack: Pack, problems: Problems) -> None:
    for span, name, text in _texts(pack):
        zh, en = text.get("zh", ""), text.get("en", "")
        if any(words and not words.strip() for words in (zh, en)):
            problems.warning("blank-text", span, name=name)
        elif zh == en and (_CHINESE.search(zh) or len(_LETTERS.findall(zh)) > SHORT):
            problems.warning("missing-translation", span, name=name, read=zh[:60])


def _texts(pack: Pack) -> Iterator[tuple[Span, str, Text]]:
    yield pack.span, pack.id, pack.title
    yield pack.span, pack.id, pack.why
    yield pack.span, pack.id, pack.review
    for table in pack.tables.values():
        if table.title.get("zh") != table.id:  # a table without a title is shown by its id
            yield table.span, table.id, table.title
        for found in table.fields.values():
            yield found.span, found.id, found.title
    for parameter in pack.parameters.values():
        yield parameter.span, parameter.id, parameter.title
    for feature in pack.features.values():
        yield feature.span, feature.id, feature.title
        for value, text in feature.values.items():
            yield feature.span, f"{feature.id}: {value}", text
    for dimension in pack.dimensions:
        if dimension.title.get("zh") != dimension.id:
            yield dimension.span, dimension.id, dimension.title
        yield dimension.span, dimension.id, dimension.why
    for rule in pack.rules:
        yield rule.span, rule.id, rule.title
        yield rule.span, rule.id, rule.why
        for case in rule.cases:
            if case.reason is not None:
                yield case.span, rule.id, case.reason
            for part in case.parts:
                if part.title.get("zh") != part.id:
                    yield part.when.span, part.id, part.title
    for gate in pack.gates:
        yield gate.span, gate.id, gate.title
        yield gate.span, gate.id, gate.reason
    for tier in pack.tiers:
        yield tier.span, tier.id, tier.title
        yield tier.span, tier.id, tier.why
        for action in tier.actions:
            yield tier.span, tier.id, action.title
            if action.owner is not None:
                yield tier.span, tier.id, action.owner
    for outcome in pack.outcomes:
        yield outcome.span, outcome.id, outcome.why
    noted: tuple[Finding | Strategy, ...] = (*pack.noted, *pack.strategies)
    for finding in noted:
        yield finding.span, finding.id, finding.why
        for action in finding.actions:
            yield finding.span, finding.id, action.title
            if action.owner is not None:
                yield finding.span, finding.id, action.owner
