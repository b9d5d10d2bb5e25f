# SPDX-License-Identifier: Apache-2.0
"""What makes a score: rules as ordered cases, dimensions, indices, gates and tiers, and the cycles that leave some out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ..lang.syntax import Tree
from ..problems import Span
from .data import NOWHERE, Expr, Text

Policy = Literal["leave_out", "worst", "neutral", "points", "fail"]
Combine = Literal["mean", "sum", "min", "max"]


class Part(Struct, frozen=True):
    """One item of a checklist, kept for explanation and coverage."""

    id: str
    title: Text
    when: Expr
    points: int


class Case(Struct, frozen=True):
    """One line of a rule: the first whose `when` holds gives its points (units of 1/UNIT, or an expression)."""

    id: str
    when: Expr | None
    points: int | Expr
    reason: Text | None = None
    span: Span = NOWHERE
    parts: tuple[Part, ...] = ()


class Question(Struct, frozen=True):
    """What a rule asks of the company: the words, who answers, the evidence asked for, and the mark of each case."""

    words: Text
    role: str
    evidence: Text
    marks: tuple[int, ...]


class Rule(Struct, frozen=True):
    """An ordered list of cases. `low` and `high` are the least and most points a case can give."""

    id: str
    dimension: str
    kind: str
    title: Text
    why: Text
    cases: tuple[Case, ...]
    of: Expr | None
    weight: int
    applies: Expr | None
    on_missing: Policy
    missing_points: int | None
    low: int
    high: int
    source: tuple[str, ...]
    span: Span
    places: Mapping[str, Span] = {}
    fairness: Text = {}
    question: Question | None = None

    @property
    def trees(self) -> tuple[Tree, ...]:
        """Every expression of the rule."""
        exprs = [self.of, self.applies]
        for case in self.cases:
            exprs += [part for part in (case.when, case.points) if isinstance(part, Expr)]
        return tuple(expr.tree for expr in exprs if expr is not None)


class Dimension(Struct, frozen=True):
    """A group of rules and how their points combine; `weight` is its share of the composite."""

    id: str
    title: Text
    why: Text
    weight: int
    combine: Combine
    initial: int
    min: int | None
    max: int | None
    rules: tuple[Rule, ...]
    span: Span


class Index(Struct, frozen=True):
    """A mean of dimensions by `weights`, those of the composite unless `own_weights`; what it takes for one without points says `on_missing`."""

    id: str
    title: Text
    why: Text
    weights: Mapping[str, int]
    own_weights: bool
    on_missing: Literal["leave_out", "composite"]
    source: tuple[str, ...]
    span: Span


class Gate(Struct, frozen=True):
    """Acts after the mean: limits one target (`tier`, `composite` or a dimension) while `when` holds."""

    id: str
    title: Text
    when: Expr
    action: Literal["cap", "floor"]
    target: str
    limit: int | str
    reason: Text
    source: tuple[str, ...]
    span: Span
    fairness: Text = {}


class Action(Struct, frozen=True):
    """What is done for customers of a tier, or about a finding."""

    title: Text
    owner: Text | None
    due: str


class Tier(Struct, frozen=True):
    """A grade of customers; the first whose condition is known to hold is reached."""

    id: str
    title: Text
    when: Expr | None
    why: Text
    actions: tuple[Action, ...]
    source: tuple[str, ...]
    span: Span


class Cycle(Struct, frozen=True):
    """What is computed on an occasion: the dimensions (None: all), and whether the base is valued."""

    id: str
    title: Text
    why: Text
    dimensions: tuple[str, ...] | None
    valuation: bool
    source: tuple[str, ...]
    span: Span
