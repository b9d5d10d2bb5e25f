# SPDX-License-Identifier: Apache-2.0
"""Dimensions without rules, and rules that decide a dimension alone."""

from __future__ import annotations

from ..model import Pack
from ..problems import Problems

CODES = ("empty-dimension", "dominant-rule")

DOMINANT = 0.8


def check(pack: Pack, problems: Problems) -> None:
    for dimension in pack.dimensions:
        if not dimension.rules:
            problems.warning("empty-dimension", dimension.span, dimension=dimension.id)
        total = sum(rule.weight for rule in dimension.rules)
        if dimension.combine != "mean" or len(dimension.rules) < 2:
            continue
        for rule in dimension.rules:
            if rule.weight > DOMINANT * total:
                share = int(rule.weight * 100 / total)
                problems.note("dominant-rule", rule.span, rule=rule.id, dimension=dimension.id, share=share)
