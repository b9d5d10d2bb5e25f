# SPDX-License-Identifier: Apache-2.0
"""Rules, parameters, gates and tiers that don't say what they rest on, or why they are there."""

from __future__ import annotations

from ..model import Finding, Outcome, Pack, Strategy
from ..problems import Problems

CODES = ("missing-source", "missing-why")


def check(pack: Pack, problems: Problems) -> None:
    for rule in pack.rules:
        if not rule.source:
            problems.warning("missing-source", rule.span, name=rule.id)
        if not any(text.strip() for text in rule.why.values()):
            problems.note("missing-why", rule.span, name=rule.id)
    for gate in pack.gates:
        if not gate.source:
            problems.warning("missing-source", gate.span, name=gate.id)
    noted: tuple[Finding | Strategy | Outcome, ...] = (*pack.noted, *pack.strategies, *pack.outcomes)
    for finding in noted:
        if not finding.source:
            problems.warning("missing-source", finding.span, name=finding.id)
        if not any(text.strip() for text in finding.why.values()):
            problems.note("missing-why", finding.span, name=finding.id)
    for tier in pack.tiers:
        if not tier.source and tier.when is not None:
            problems.warning("missing-source", tier.span, name=tier.id)
    for parameter in pack.parameters.values():
        if not all(sources for _, _, sources in parameter.values):
            problems.warning("missing-source", parameter.span, name=parameter.id)
