# SPDX-License-Identifier: Apache-2.0
"""What an author wrote, checked and frozen: pack, tables, features, rules, gates, tiers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from .inquiries import Outcome as Outcome
from .inquiries import Survey as Survey
from .inquiries import SurveyItem as SurveyItem
from .inquiries import Text as Text
from .lang.syntax import Kind, Tree
from .problems import Span

NOWHERE = Span("")

FieldType = Literal["text", "number", "integer", "percent", "bool", "date"]
KINDS: Mapping[str, Kind] = {
    "text": "text", "bool": "bool", "date": "date", "number": "number", "integer": "number", "percent": "number",
}  # fmt: skip
"""The kind that expressions see, by field type."""

Policy = Literal["leave_out", "worst", "neutral", "points", "fail"]
Combine = Literal["mean", "sum", "min", "max"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table: its type, its words, and what may stand in it."""

    id: str
    type: FieldType
    title: Text
    unit: str = ""
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    not_missing: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    sensitive: bool = False
    span: Span = NOWHERE
    holder: Text | None = None
    titles: Mapping[str, Text] = field(default_factory=dict)
    """What people call its values, where a pack says so; else the first of their `words` does."""
    made_of: str = ""
    """The field that it is worked out from; no column of a file is it."""

    @property
    def kind(self) -> Kind:
        """The kind that expressions see."""
        return KINDS[self.type]

    @property
    def private(self) -> bool:
        """Whether what stands in it is masked wherever it would be shown."""
        return self.personal or self.sensitive


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the data dictionary. `customer` names the field that points to the customer, `date` the one
    that dates an event; the customers table has `key` instead."""

    id: str
    title: Text
    fields: Mapping[str, Field]
    key: str = ""
    customer: str = ""
    date: str = ""
    span: Span = NOWHERE
    holder: Text | None = None
    """Who would have the data, by role."""


@dataclass(frozen=True, slots=True)
class Expr:
    """A checked expression: its typed tree, as written, and where."""

    tree: Tree
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number that changes by date; `values` are (from epoch day, value, sources), oldest first."""

    id: str
    title: Text
    unit: str
    values: tuple[tuple[int, float | str | bool, tuple[str, ...]], ...]
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Feature:
    """A named expression over fields, events, other features or the whole base. `values`: what people call the texts
    that it gives; `carries`: the risks of customers that are in it."""

    id: str
    title: Text
    unit: str
    expr: Expr
    source: tuple[str, ...]
    span: Span
    values: Mapping[str, Text] = field(default_factory=dict)
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The base by one or two keys: a row for each value, a column for each figure. `by` are expressions of one customer, and so
    is `where`, which leaves out those of whom it does not hold; `figures` of the customers of a row, each of which may also use those before it and the features of the base. Beyond `rows` the smallest
    groups are one row; `heat` shades the cells; `words` say what people call a value of a key; `strategies` say what is done with
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

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """Every expression of it."""
        where = () if self.where is None else (self.where,)
        return (*self.by, *where, *(figure.expr for figure in self.figures.values()))


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a checklist, kept for explanation and coverage."""

    id: str
    title: Text
    when: Expr
    points: int


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a rule: the first whose `when` holds gives its points (units of 1/UNIT, or an expression)."""

    id: str
    when: Expr | None
    points: int | Expr
    reason: Text | None = None
    span: Span = NOWHERE
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule asks of the company: the words, who answers, the evidence asked for, and the mark of each case."""

    words: Text
    role: str
    evidence: Text
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
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
    places: Mapping[str, Span] = field(default_factory=dict)
    fairness: Text = field(default_factory=dict)
    question: Question | None = None

    @property
    def trees(self) -> tuple[Tree, ...]:
        """Every expression of the rule."""
        exprs = [self.of, self.applies]
        for case in self.cases:
            exprs += [part for part in (case.when, case.points) if isinstance(part, Expr)]
        return tuple(expr.tree for expr in exprs if expr is not None)


@dataclass(frozen=True, slots=True)
class Dimension:
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


@dataclass(frozen=True, slots=True)
class Index:
    """A mean of dimensions by `weights`, those of the composite unless `own_weights`; what it takes for one without points says `on_missing`."""

    id: str
    title: Text
    why: Text
    weights: Mapping[str, int]
    own_weights: bool
    on_missing: Literal["leave_out", "composite"]
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Cycle:
    """What is computed on an occasion: the dimensions (None: all), and whether the base is valued."""

    id: str
    title: Text
    why: Text
    dimensions: tuple[str, ...] | None
    valuation: bool
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Gate:
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
    fairness: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """What is done for customers of a tier, or about a finding."""

    title: Text
    owner: Text | None
    due: str


KEPT_OUT = "kept_out"  # the feature that says whether a customer is kept out of the base that is valued


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found at a customer that a buyer has to know: whether it holds (a feature of the same name), the amount
    behind it, and whether it keeps the customer out of the base that is valued.
    A measure is one too: it is called for while it holds. Its `goal` is a figure of the base compared with what it should be."""

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

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The names of the features that it is."""
        found = [Tree("name", value=self.id, kind="bool")]
        found += [] if self.amount is None else [Tree("name", value=self.amount.id, kind="number")]
        found += [] if self.goal is None else [Tree("name", value=f"{self.id}{MET}", kind="bool")]
        return tuple(found)


MET = "_met"  # what the name of a measure ends with in the feature that says whether its goal is met


@dataclass(frozen=True, slots=True)
class Strategy:
    """What is done with the rows of a breakdown for which its condition is the first that is known to hold."""

    id: str
    title: Text
    why: Text
    when: Expr
    actions: tuple[Action, ...]
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Tier:
    """A grade of customers; the first whose condition is known to hold is reached."""

    id: str
    title: Text
    when: Expr | None
    why: Text
    actions: tuple[Action, ...]
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure of data quality must not pass: beyond `warn` it is told, beyond `refuse` nothing is scored."""

    warn: float | None
    refuse: float | None
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Quality:
    """What the data must reach: limits by measure, and how the grade is made. Records are fresh for `updated_within` days;
    `grades` are (name, least index), best first."""

    limits: Mapping[str, Limit] = field(default_factory=dict)
    updated_within: int = 180
    weights: Mapping[str, int] = field(default_factory=dict)
    grades: tuple[tuple[str, float], ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Figures of the base that lead from one amount to another: `start` less each of `less` is `end`."""

    start: str
    less: tuple[str, ...]
    end: str


@dataclass(frozen=True)
class Pack:
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
    quality: Quality = field(default_factory=Quality)
    indices: tuple[Index, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    surveys: tuple[Survey, ...] = ()
    findings: tuple[Finding, ...] = ()
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
        if KEPT_OUT in self.features:
            yield Tree("name", value=KEPT_OUT, kind="bool")

    @property
    def valued(self) -> bool:
        """Whether its cycle, if one was chosen, values the base."""
        return all(one.valuation for one in self.cycles if one.id == self.cycle)

    @property
    def noted(self) -> tuple[Finding, ...]:
        """Findings and measures."""
        return (*self.findings, *self.measures)

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
