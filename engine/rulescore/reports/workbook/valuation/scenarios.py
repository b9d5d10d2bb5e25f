# SPDX-License-Identifier: Apache-2.0
"""The scenarios of a method, a column each: low, base and high case, and each assumption changed alone, with the engine's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ....worth import CASES
from ...content.words import Words
from .method import Given, Method, number


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which case each assumption is taken from, and what the engine found."""

    title: str
    case: str
    only: str
    value: str | None

    def case_of(self, name: str) -> str:
        return self.case if not self.only or name == self.only else "base"


def scenarios_of(method: Method, words: Words, tell: Any) -> list[Scenario]:
    """The three cases first, in the order of their columns."""
    node, language = method.node, words.language
    titles = {one["name"]: one["title"][language] for one in node["assumptions"]}
    found = [Scenario(tell(f"column.{case}-case"), case, "", node["value"][case]) for case in CASES]
    for one in node["sensitivities"]:
        for case in ("low", "high"):
            name = tell(f"alone.{case}", title=titles[one["name"]])
            found.append(Scenario(name, case, one["name"], one[case]))
    return found


class Cached:
    """What the cells of a scenario hold for the run: the engine's values, or the method's own steps to them."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.parts = cache(self._parts)

    def given(self, scenario: Scenario) -> Given | None:
        base, case = self.method.given["base"], self.method.given[scenario.case]
        if base is None or case is None or not scenario.only:
            return case
        return {**base, scenario.only: case[scenario.only]}

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
