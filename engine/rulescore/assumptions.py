# SPDX-License-Identifier: Apache-2.0
"""valuation.yaml + the rules of the base as a whole -> a checked `Valuation`, or every problem with its place.

An assumption is a number, or an expression over the figures of the base, so that what goes into the value comes from the
same customers as the scores. Each says where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from .lang.check import Scope, check_text
from .lang.syntax import Kind, Tree
from .model import Pack, Text
from .packs.violations import check_document
from .problems import Problems, Span, close_names
from .source import Document
from .valuation import BY_NAME
from .valuation.parts import Assumption

Stated = Decimal | tuple[Decimal | Tree, ...] | str | Tree
"""A number, one a year, a word, or an expression over the figures of the base; a series may hold expressions."""


class Assumed(Struct, frozen=True):
    """One assumption: what it is in the base case, and in the low and high cases where they differ; `carries`: the risks that its
    author says are in it."""

    base: Stated
    low: Stated | None
    high: Stated | None
    text: str
    source: tuple[str, ...]
    why: Text
    span: Span
    carries: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """Whether it is `measured` on the base, a `judgement`, or `stated` from another source."""
        if set(self.source) == {"judgement"}:
            return "judgement"
        parts = self.base if isinstance(self.base, tuple) else (self.base,)
        measured = any(isinstance(part, Tree) and part.names() for part in parts)
        return "measured" if measured else "stated"

    def of(self, case: str) -> Stated:
        """What it is in the `low`, `base` or `high` case."""
        stated = {"low": self.low, "high": self.high}.get(case)
        return self.base if stated is None else stated


class Scenario(Struct, frozen=True):
    """Assumptions of the base case that are other for once."""

    id: str
    title: Text
    assumptions: Mapping[str, Assumed]


class Method(Struct, frozen=True):
    """One valuation: a method and its assumptions by name; those not given have their default. `stress` are scenarios beside the
    base case, `bridge` those on the way to it: from the whole base to what passes to the buyer."""

    id: str
    title: Text
    method: str
    assumptions: Mapping[str, Assumed]
    stress: tuple[Scenario, ...]
    bridge: tuple[Scenario, ...]
    span: Span


class Valuation(Struct, frozen=True):
    """What is valued, to which standard, in which money, by which methods; `text` is the YAML as written."""

    standard: str
    currency: str
    methods: tuple[Method, ...]
    file: str
    text: str


def read_valuation(document: Document, portfolio: Pack | None, problems: Problems) -> Valuation | None:
    """Checks a valuation against its schema, its methods and the names of the figures of the base."""
    if document.data is None or not check_document(document, "valuation", problems):
        return None
    kinds = (
        {} if portfolio is None else {name: one.expr.tree.kind for name, one in portfolio.features.items()}
    )
    numbers = {name: kind for name, kind in kinds.items() if kind == "number"}
    reading = _Reading(document, numbers, problems)
    methods = tuple(reading.method(index, item) for index, item in enumerate(document.data["methods"]))
    data = document.data
    return Valuation(data["standard"], data["currency"], methods, document.file, document.text)


class _Reading:
    def __init__(self, document: Document, names: Mapping[str, Kind], problems: Problems) -> None:
        self.document, self.names, self.problems = document, dict(names), problems

    @property
    def scope(self) -> Scope:
        """The figures of the base, and the values of the methods before."""
        return Scope(self.names, base_allowed=False)

    def method(self, index: int, item: Mapping[str, Any]) -> Method:
        declared = BY_NAME[item["method"]]
        given = self.given(item["method"], item["assumptions"], ("methods", index, "assumptions"))
        for name, assumption in declared.ASSUMPTIONS.items():
            if assumption.default is None and name not in item["assumptions"]:
                place = self.document.at("methods", index)
                self.problems.error(
                    "missing-assumption",
                    place,
                    name=name,
                    title=assumption.title["en"],
                    method=item["method"],
                )
        title = item.get("title") or declared.TITLE
        stress, bridge = (self.scenarios(index, item, key) for key in ("stress", "bridge"))
        place = self.document.at("methods", index, "id")
        value = value_name(item["id"])
        if value in self.names:
            self.problems.error("duplicate-id", place, id=item["id"], first=0)
        self.names[value] = "number"
        return Method(item["id"], title, item["method"], given, stress, bridge, place)

    def scenarios(self, index: int, item: Mapping[str, Any], key: str) -> tuple[Scenario, ...]:
        """The scenarios of a method under `stress` or `bridge`."""
        return tuple(
            Scenario(
                one["id"], one["title"],
                self.given(item["method"], one["assumptions"], ("methods", index, key, place, "assumptions")),
            )
            for place, one in enumerate(item.get(key, ()))
        )  # fmt: skip

    def given(self, method: str, items: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Assumed]:
        """Assumptions as written, for a method or one of its scenarios."""
        known = BY_NAME[method].ASSUMPTIONS
        given: dict[str, Assumed] = {}
        for name, stated in items.items():
            if name not in known:
                place, close = self.document.key(*path, name), close_names(name, known)
                self.problems.error(
                    "unknown-assumption", place, name=name, method=method, known=list(known), close=close
                )
                continue
            given[name] = self.assumed(known[name], stated, (*path, name))
        return given

    def assumed(
        self, assumption: Assumption, stated: Mapping[str, Any], path: tuple[str | int, ...]
    ) -> Assumed:
        cases = {
            key: self.stated(assumption, stated[key], (*path, key))
            for key in ("is", "low", "high")
            if key in stated
        }
        sources = stated["source"]
        return Assumed(
            cases["is"], cases.get("low"), cases.get("high"), _text(stated["is"]),
            (sources,) if isinstance(sources, str) else tuple(sources), stated.get("why", {}), self.document.at(*path), tuple(stated.get("carries", ())),
        )  # fmt: skip

    def stated(self, assumption: Assumption, raw: Any, path: tuple[str | int, ...]) -> Stated:
        """A value as its kind wants it; what does not fit is told and stands as 0."""
        if isinstance(assumption.kind, tuple):
            if raw not in assumption.kind:
                close = close_names(str(raw), assumption.kind)
                place = self.document.at(*path)
                self.problems.error(
                    "unknown-choice", place, read=str(raw), allowed=list(assumption.kind), close=close
                )
            return str(raw)
        if assumption.kind == "series":
            items = raw if isinstance(raw, list) else [raw]
            return tuple(
                self.single(assumption, one, (*path, index) if isinstance(raw, list) else path)
                for index, one in enumerate(items)
            )
        return self.single(assumption, raw, path)

    def single(self, assumption: Assumption, raw: Any, path: tuple[str | int, ...]) -> Decimal | Tree:
        """A number, or an expression that gives one."""
        if not isinstance(raw, str):
            return self.number(assumption, raw, path)

        def report(code: str, offset: int, length: int, **facts: Any) -> None:
            self.problems.error(code, self.document.inside(path, offset, length), **facts)

        tree = check_text(raw, self.scope, "number", report)
        return Decimal(0) if tree is None else tree

    def number(self, assumption: Assumption, raw: Any, path: tuple[str | int, ...]) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.problems.error("wrong-type", self.document.at(*path), read=str(raw)[:80], want="number")
            return Decimal(0)
        value = Decimal(repr(raw))
        if not within(assumption, value):
            self.problems.error(
                "assumption-range", self.document.at(*path), read=str(raw), **bounds(assumption)
            )
        return value


def _text(stated: Any) -> str:
    """A value as written; the numbers and expressions of a series one after another."""
    return ", ".join(map(str, stated)) if isinstance(stated, list) else str(stated)


def value_name(method_id: str) -> str:
    """The name by which later methods may use the value of one."""
    return f"value.{method_id.replace('-', '_')}"


def within(assumption: Assumption, value: Decimal) -> bool:
    """Whether a number is one that the assumption accepts."""
    return (assumption.least is None or value >= assumption.least) and (
        assumption.most is None or value <= assumption.most
    )


def bounds(assumption: Assumption) -> dict[str, str]:
    return {
        "least": "—" if assumption.least is None else str(assumption.least),
        "most": "—" if assumption.most is None else str(assumption.most),
    }
