# SPDX-License-Identifier: Apache-2.0
"""A pack as an author wrote it, checked and frozen."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct

from ..lang.syntax import Tree
from ..problems import Span
from .asked import Quality, Survey
from .base import KEPT_OUT, VALUE_AT_RISK, Breakdown, Finding, Outcome, Strategy, Waterfall
from .data import Feature, Field, Parameter, Table, Text
from .rules import Cycle, Dimension, Gate, Index, Rule, Tier


class Pack(Struct, frozen=True, dict=True):
    """A whole ruleset, `extends` resolved. `files` are (shown name, text) of every YAML file read, in order. `subject` is
    the table whose rows are scored; `portfolio` the pack that scores the base as a whole, whose events are the customers;
    `shown` are features that stand beside the scores of a customer, `left_out` the dimensions that the `cycle` does not compute."""

    id: str
    version: str
    title: Text
    why: Text
    tables: Mapping[str, Table]
    parameters: Mapping[str, Parameter]
    features: Mapping[str, Feature]
    dimensions: tuple[Dimension, ...]
    gates: tuple[Gate, ...]
    tiers: tuple[Tier, ...]
    dimension_decimals: int
    composite_decimals: int
    minimum_coverage: float
    coverage_cap: str
    review: Text
    dimension_source: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    span: Span
    subject: str = "customers"
    portfolio: Pack | None = None
    quality: Quality = Quality()
    indices: tuple[Index, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    surveys: tuple[Survey, ...] = ()
    findings: tuple[Finding, ...] = ()
    early_warnings: tuple[Finding, ...] = ()
    measures: tuple[Finding, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    waterfall: Waterfall | None = None
    shown: tuple[str, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    cycle: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for dimension in self.dimensions for rule in dimension.rules)

    def trees(self) -> Iterator[Tree]:
        """Every expression of the rules, gates and tiers, and the names of findings and outcomes; features have theirs."""
        for rule in self.rules:
            yield from rule.trees
        for gate in self.gates:
            yield gate.when.tree
        for tier in self.tiers:
            if tier.when is not None:
                yield tier.when.tree
        for finding in self.noted:
            yield from finding.trees
        for outcome in self.outcomes:
            yield from (Tree("name", value=name) for name in (outcome.id, outcome.among) if name)
        for name in self.shown:
            yield Tree("name", value=name, kind=self.features[name].expr.tree.kind)
        for name in (KEPT_OUT, VALUE_AT_RISK):
            if name in self.features:
                yield Tree("name", value=name, kind=self.features[name].expr.tree.kind)

    @property
    def valued(self) -> bool:
        """Whether its cycle, if one was chosen, values the base."""
        return all(one.valuation for one in self.cycles if one.id == self.cycle)

    @property
    def noted(self) -> tuple[Finding, ...]:
        """Findings, early warnings and measures."""
        return (*self.findings, *self.early_warnings, *self.measures)

    def subject_of(self, measure: Finding) -> str:
        """What a measure is about: the dimension in whose file the figure of its goal stands."""
        assert measure.goal is not None
        figure = self.features[str(measure.goal.tree.args[0].value)]
        return PurePosixPath(figure.span.file).stem

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """Those of all breakdowns, each once."""
        return tuple({one.id: one for table in self.breakdowns for one in table.strategies}.values())

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)

    @property
    def records(self) -> Table:
        """The table whose rows are scored: the customers, or the one row of the company."""
        return self.tables[self.subject]

    @functools.cached_property
    def fields(self) -> Mapping[str, tuple[str, Field]]:
        """Every field by the name that expressions use, with the id of its table."""
        return {
            found.id if table.id == self.subject else f"{table.id}.{found.id}": (table.id, found)
            for table in self.tables.values()
            for found in table.fields.values()
        }

    def names_behind(self, trees: Iterable[Tree]) -> set[str]:
        """All names that the trees use, directly or through features: fields, `table.column`, features, `param.name`."""
        found: set[str] = set()
        waiting = list(trees)
        while waiting:
            for name in waiting.pop().names() - found:
                found.add(name)
                if name in self.features:
                    waiting.append(self.features[name].expr.tree)
        return found
