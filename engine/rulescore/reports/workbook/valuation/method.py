# SPDX-License-Identifier: Apache-2.0
"""A stored method of a run with all that its formulas need: every assumption to all its digits, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct

from ....assumptions import Stated, value_name
from ....folder import Run
from ....lang.syntax import Tree
from ....valuation import BY_NAME
from ....valuation.parts import Assumption, UnusableError, exactly
from ....worth import stated
from ...content.words import Words
from ..methods import formulas_of
from ..methods.templates import Live

Node = dict[str, Any]
Given = Mapping[str, Any]

PLACES = {"low": 2, "base": 3, "high": 4}
"""Columns of the three cases on the sheet of assumptions."""


class Method(Struct, dict=True):
    """A method as stored. `given` has its assumptions in each case and, as `stress.<id>` and `bridge.<id>`, in each scenario; `own` which of them a case or scenario states itself, `links` the
    earlier method whose value an assumption is, `said` how one is worked out, in words. `rows` says in which rows of the sheet of assumptions each stands."""

    node: Node
    given: Mapping[str, Given | None]
    own: Mapping[str, frozenset[str]]
    links: Mapping[tuple[str, str, int], str] = {}
    said: Mapping[str, list[str]] = {}
    rows: dict[str, list[int]] = {}

    @property
    def declared(self) -> Mapping[str, Assumption]:
        found: Mapping[str, Assumption] = BY_NAME[self.node["method"]].ASSUMPTIONS
        return found

    @cached_property
    def live(self) -> Live | None:
        """Its formulas; None when there is no value, or series differ in length from case to case, so that it is shown as stored."""
        if self.node["value"]["base"] is None:
            return None
        found = formulas_of(
            self.node["method"], [one["name"] for one in self.node["assumptions"]], self.given
        )
        series = [name for name, one in self.declared.items() if one.kind == "series" and name in found.names]
        lengths = {len(given[name]) for given in self.given.values() if given is not None for name in series}
        return found if len(lengths) <= 1 else None

    def follows(self, name: str) -> bool:
        """Whether the value follows a change of an assumption."""
        return self.live is not None and name in self.live.names

    @property
    def assumptions(self) -> list[Node]:
        """As stored, and what the formulas use besides: assumptions that nobody stated stand at their defaults."""
        listed: list[Node] = list(self.node["assumptions"])
        have = {one["name"] for one in listed}
        for name, one in self.declared.items():
            if self.follows(name) and name not in have:
                listed.append({"name": name, "title": one.title, "unit": one.unit, "stated": None, "source": ["default"], "why": {}, "carries": []})  # fmt: skip
        return listed

    def title(self, language: str) -> str:
        """Its own title and that of the method, once where they are the same."""
        return " · ".join(dict.fromkeys((self.node["title"][language], self.node["method_title"][language])))

    def items(self, name: str) -> int:
        """How many rows an assumption takes: one, or one for each item of a series."""
        base = self.given["base"]
        value = None if base is None else base[name]
        return max(1, len(value)) if isinstance(value, tuple) else 1

    def item(self, name: str, case: str, index: int) -> Any:
        """An assumption of a case, of a series one item; None where it is not known."""
        given = self.given[case]
        value = None if given is None else given[name]
        if isinstance(value, tuple):
            return value[index] if value else None
        return value

    def totals(self, given: Given) -> Mapping[str, float]:
        """What the engine's method sums up under other assumptions; nothing where it refuses them."""
        try:
            done = exactly(BY_NAME[self.node["method"]].value, given)
        except UnusableError:
            return {}
        return {name: float(number) for name, number in done.totals.items()}


def methods_of(run: Run, valued: Node, words: Words) -> list[Method]:
    """The methods of a run's valuation; `words` are those of the base as a whole."""
    exact = {method.id: (method, given) for method, given in stated(run.folder, run.pack.portfolio)}
    names = {value_name(node["id"]): node["id"] for node in valued["methods"]}
    found = []
    for node in valued["methods"]:
        method, given = exact[node["id"]]
        own = {
            case: frozenset(name for name, one in method.assumptions.items() if getattr(one, case) is not None)
            for case in ("low", "high")
        } | {
            f"{kind}.{one.id}": frozenset(one.assumptions)
            for kind, ones in (("bridge", method.bridge), ("stress", method.stress)) for one in ones
        }  # fmt: skip
        links, told = {}, {}
        for name, assumed in method.assumptions.items():
            for case in PLACES:
                said = assumed.of(case)
                for index, one in enumerate(said if isinstance(said, tuple) else (said,)):
                    if isinstance(one, Tree) and one.op == "name" and one.value in names:
                        links[name, case, index] = names[str(one.value)]
            told[name] = _said(assumed.base, words, valued)
        found.append(Method(node, given, own, links, told))
    return found


def _said(stated: Stated, words: Words, valued: Node) -> list[str]:
    """Each item in words where it is an expression; nothing where it is a plain number, which stands beside it."""
    titles = {value_name(one["id"]): one["title"][words.language] for one in valued["methods"]}
    return [
        "" if not isinstance(part, Tree) else titles.get(str(part.value)) or words.words(part)
        for part in (stated if isinstance(stated, tuple) else (stated,))
    ]


def number(text: str | None) -> float | None:
    """A stored amount as a number."""
    return None if text is None else float(text)


def number_style(unit: str) -> str:
    return {"share": "share", "money": "money", "years": "number", "count": "number"}.get(unit, "number")


def shown(words: Words, declared: Assumption, value: Any) -> tuple[Any, str]:
    """(what a cell shows of the value of an assumption, its style)."""
    if isinstance(declared.kind, tuple):
        return (words.tell(f"choice.{value}") if value else None), "choice"
    return (float(value) if isinstance(value, Decimal) else None), number_style(declared.unit)
