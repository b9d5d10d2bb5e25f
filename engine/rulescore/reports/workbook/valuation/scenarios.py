# SPDX-License-Identifier: Apache-2.0
"""The scenarios of a method, a column each: low, base and high case, each assumption changed alone, the way from the whole base to
what transfers, and stress, with the engine's values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from ....worth import CASES
from ...content.words import Words
from .method import Given, Method, number


class Scenario(Struct, frozen=True):
    """Which case each assumption is taken from, and what the engine found. `only` names the assumption that alone is changed; a
    scenario of the valuation (`stress.<id>`, `bridge.<id>`) changes what it states."""

    title: str
    case: str
    only: frozenset[str] | None
    value: str | None

    def case_of(self, name: str) -> str:
        return self.case if self.only is None or name in self.only else "base"


def scenarios_of(method: Method, words: Words, tell: Any) -> list[Scenario]:
    """The three cases first, in the order of their columns, then each assumption alone, the way to the base case, and stress."""
    node, language = method.node, words.language
    titles = {one["name"]: one["title"][language] for one in node["assumptions"]}
    found = [Scenario(tell(f"column.{case}-case"), case, None, node["value"][case]) for case in CASES]
    for one in node["sensitivities"]:
        for case in ("low", "high"):
            name = tell(f"alone.{case}", title=titles[one["name"]])
            found.append(Scenario(name, case, frozenset({one["name"]}), one[case]))
    for kind in ("bridge", "stress"):
        for one in node[kind]:
            case = f"{kind}.{one['id']}"
            if method.given.get(case) is not None:  # the way ends in the base case, which has its column
                title = tell(f"scenario.{kind}", title=one["title"][language])
                found.append(Scenario(title, case, method.own[case], one["value"]))
    return found


class Cached:
    """What the cells of a scenario hold for the run: the engine's values, or the method's own steps to them."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.parts = cache(self._parts)

    def given(self, scenario: Scenario) -> Given | None:
        base, case = self.method.given["base"], self.method.given[scenario.case]
        if base is None or case is None or scenario.only is None:
            return case
        return {**base, **{name: case[name] for name in scenario.only}}

    def value(self, key: str, scenario: Scenario, index: int = 0) -> Any:
        """Of a part, as `Places` names them."""
        if key == "value":
            return number(scenario.value)
        found = self.parts(scenario).get(key)
        return found[index] if isinstance(found, list) else found

    def year(self, scenario: Scenario, year: int) -> Mapping[str, float]:
        """A row of the table by year."""
        found, row = dict(self.parts(scenario)), {}
        assert self.method.live is not None
        for name, (_, step) in self.method.live.years.items():
            row[name] = found[f"year.{name}"] = step(found, year)
        return row

    def _parts(self, scenario: Scenario) -> Mapping[str, Any]:
        given, live = self.given(scenario), self.method.live
        if given is None or live is None:
            return {}
        found: dict[str, Any] = dict(given)
        for name, (_, step) in live.scalars.items():
            found[name] = step(found)
        for name, (_, steps) in live.lists.items():
            found[name] = steps(found)
        totals = self.method.totals(given)
        return found | {f"total.{name}": totals.get(name) for name in live.totals}
