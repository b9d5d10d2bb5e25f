# SPDX-License-Identifier: Apache-2.0
"""What is said beside the score: findings, measures and strategies, outcomes, tables of the base, the waterfall."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..lang.syntax import Tree
from ..problems import Span
from .data import Expr, Feature, Text
from .rules import Action


class Breakdown(Struct, frozen=True):
    """The base by one or two keys: a row for each value, a column for each figure. `by` are expressions of one customer, and so
    is `where`, which leaves out those of whom it does not hold. `beside` are the company's own tables whose events have the same
    keys: they stand in the rows of their keys, also where a key has no customer. `figures` of the customers and events of a row
    may also use those before it and the features of the base. Beyond `rows` the smallest groups are one row; `heat` shades the cells; `words` say what people call a value of a key; `strategies` say what is done with
    a row, of which the figure `strategy` names the first that holds."""

    id: str
    title: Text
    why: Text
    by: tuple[Expr, ...]
    where: Expr | None
    figures: Mapping[str, Feature]
    rows: int
    heat: bool
    words: Mapping[str, Text]
    source: tuple[str, ...]
    span: Span
    strategies: tuple[Strategy, ...] = ()
    beside: Mapping[str, tuple[Expr, ...]] = {}

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """Every expression of it."""
        where = () if self.where is None else (self.where,)
        keys = (expr for exprs in self.beside.values() for expr in exprs)
        return (*self.by, *where, *keys, *(figure.expr for figure in self.figures.values()))


KEPT_OUT = "kept_out"  # the feature that says whether a customer is kept out of the base that is valued


class Finding(Struct, frozen=True):
    """Something found at a customer that a buyer has to know: whether it holds (a feature of the same name), the amount
    behind it, and whether it keeps the customer out of the base that is valued.
    A measure is one too: it is called for while it holds. Its `goal` is a figure of the base compared with what it should be.
    So is an early warning, which has a severity."""

    id: str
    title: Text
    why: Text
    when: Expr
    amount: Feature | None
    keeps_out: bool
    actions: tuple[Action, ...]
    source: tuple[str, ...]
    span: Span
    goal: Expr | None = None
    whom: str = ""
    whom_by: str = ""
    """Columns of the scored customers: which of them the measure is about, and the amount they are listed by."""
    severity: str = ""
    """Of an early warning: one of SEVERITIES."""

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The names of the features that it is."""
        found = [Tree("name", value=self.id, kind="bool")]
        found += [] if self.amount is None else [Tree("name", value=self.amount.id, kind="number")]
        found += [] if self.goal is None else [Tree("name", value=f"{self.id}{MET}", kind="bool")]
        return tuple(found)


SEVERITIES = ("act", "watch")
"""How serious an early warning is, the worst first."""
NO_WARNING = "none"
WARNING_LEVEL, AT_RISK, AT_STAKE, VALUE_AT_RISK = "warning_level", "at_risk", "at_stake", "value_at_risk"
"""The features of a customer that early warnings come to: the worst severity that holds, or NO_WARNING; whether it is on the list;
what would be lost with it; and that amount if it is on the list, else nothing."""

MET = "_met"  # what the name of a measure ends with in the feature that says whether its goal is met


class Strategy(Struct, frozen=True):
    """What is done with the rows of a breakdown for which its condition is the first that is known to hold."""

    id: str
    title: Text
    why: Text
    when: Expr
    actions: tuple[Action, ...]
    source: tuple[str, ...]
    span: Span


class Outcome(Struct, frozen=True):
    """What customers may do after they were scored: a feature of the same name says whether a later run shows it, the feature
    `among`, where there is one, of whom of an earlier run it is asked. What is `good` should come oftener with higher scores."""

    id: str
    title: Text
    why: Text
    among: str
    good: bool
    source: tuple[str, ...]
    span: Span


class Waterfall(Struct, frozen=True):
    """Figures of the base that lead from one amount to another: `start` less each of `less` is `end`."""

    start: str
    less: tuple[str, ...]
    end: str
