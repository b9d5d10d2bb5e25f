# SPDX-License-Identifier: Apache-2.0
"""`want` -> expectations, one a wanted thing, each with the place where it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct

from ..arithmetic import UNIT, units
from ..model import Pack, Rule
from ..problems import Problems, Span, close_names
from ..source import Document, Path_, parse_yaml
from .given import Customer, Value, typed

MISSING, NOT_ASSESSED = "missing", "not_assessed"
NUMBERS = ("composite", "low", "high", "coverage")


class RuleWant(Struct, frozen=True):
    """What is wanted of a rule's outcome; None is not compared. `points` are units, `case` counts from 0."""

    points: int | None = None
    state: str | None = None
    case: int | None = None


class Expectation(Struct, frozen=True):
    """One wanted thing. `about` says what `name` is: a rule (`wanted` is a RuleWant), a dimension, an index or one of NUMBERS
    (units, or None for not assessed), a feature (its value), the tier (its id, or None) or the gates (those that act)."""

    about: str
    name: str
    wanted: RuleWant | Value | int | tuple[str, ...]
    span: Span

    @property
    def key(self) -> str:
        """How it is written in the YAML: `rules.gross-margin`, `composite`."""
        part = {"index": "indices"}.get(self.about, f"{self.about}s")
        return f"{part}.{self.name}" if self.name else self.about


def read_want(
    pack: Pack, document: Document, path: Path_, given: Customer, problems: Problems
) -> tuple[Expectation, ...]:
    """The expectations of a test; wanting nothing, or what was given, is a problem, since such a test can't fail."""
    reader = _Reader(pack, document, path, problems)
    expectations = tuple(reader.read(given))
    if not reader.wants:
        problems.error("nothing-wanted", document.key(*path))
    return expectations


class _Reader:
    def __init__(self, pack: Pack, document: Document, path: Path_, problems: Problems) -> None:
        self.pack, self.document, self.path, self.problems = pack, document, path, problems
        self.data: Any = document.data
        for part in path:
            self.data = self.data[part]
        self.wants = 0

    def at(self, *path: str | int) -> Span:
        return self.document.at(*self.path, *path)

    def known(self, part: str, name: str, valid: Collection[str], code: str) -> bool:
        self.wants += 1
        if name in valid:
            return True
        place = self.document.key(*self.path, part, name)
        self.problems.error(code, place, name=name, known=list(valid), close=close_names(name, valid))
        return False

    def read(self, given: Customer) -> Iterator[Expectation]:
        pack, data = self.pack, self.data
        for name, value in (data.get("features") or {}).items():
            if self.known("features", name, pack.features, "unknown-feature"):
                place = self.at("features", name)
                if name in given.features:
                    self.problems.error("wanted-as-given", place, name=name)
                value = (
                    None
                    if value == MISSING
                    else typed(pack.features[name].expr.tree.kind, value, place, self.problems)
                )
                yield Expectation("feature", name, value, place)
        rules = {rule.id: rule for rule in pack.rules}
        for name, value in (data.get("rules") or {}).items():
            gone = removed_by(pack, name) if name not in rules else ""
            if gone:
                self.wants += 1
                self.problems.error(
                    "removed-rule", self.document.key(*self.path, "rules", name), name=name, pack=gone
                )
            elif self.known("rules", name, rules, "unknown-rule"):
                yield Expectation("rule", name, self.rule(rules[name], value), self.at("rules", name))
        for about, part, parts in (
            ("dimension", "dimensions", pack.dimensions),
            ("index", "indices", pack.indices),
        ):
            known = [one.id for one in parts]
            for name, value in (data.get(part) or {}).items():
                if self.known(part, name, known, f"unknown-{about}"):
                    yield Expectation(about, name, self.units(value, part, name), self.at(part, name))
        for name in NUMBERS:
            if name in data:
                self.wants += 1
                yield Expectation(name, "", self.units(data[name], name), self.at(name))
        yield from self.tier_and_gates()

    def tier_and_gates(self) -> Iterator[Expectation]:
        if "tier" in self.data:
            self.wants += 1
            tier, place = self.data["tier"], self.at("tier")
            tiers = [tier.id for tier in self.pack.tiers]
            if tier not in (*tiers, NOT_ASSESSED):
                self.problems.error(
                    "unknown-tier", place, name=tier, known=tiers, close=close_names(tier, tiers)
                )
            yield Expectation("tier", "", None if tier == NOT_ASSESSED else tier, place)
        if "gates" in self.data:
            self.wants += 1
            gates = [gate.id for gate in self.pack.gates]
            for index, name in enumerate(self.data["gates"]):
                place = self.at("gates", index)
                gone = removed_by(self.pack, name) if name not in gates else ""
                if gone:
                    self.problems.error("removed-gate", place, name=name, pack=gone)
                elif name not in gates:
                    self.problems.error(
                        "unknown-gate", place, name=name, known=gates, close=close_names(name, gates)
                    )
            yield Expectation("gates", "", tuple(self.data["gates"]), self.at("gates"))

    def units(self, value: Any, *path: str) -> int | None:
        """A wanted number as units; None for not assessed."""
        if value == NOT_ASSESSED:
            return None
        if abs(value * UNIT - round(value * UNIT)) > 1e-6:
            self.problems.error("points-too-fine", self.at(*path), read=str(value))
        return units(value)

    def rule(self, rule: Rule, value: Any) -> RuleWant:
        if isinstance(value, str):
            return RuleWant(state=value)
        if not isinstance(value, dict):
            return RuleWant(self.units(value, "rules", rule.id))
        if not value:
            self.wants -= 1
        points = self.units(value["points"], "rules", rule.id, "points") if "points" in value else None
        return RuleWant(
            points, value.get("state"), self.case(rule, value["case"]) if "case" in value else None
        )

    def case(self, rule: Rule, value: int | str) -> int:
        """The position of a case given by its number, the first being 1, or its id."""
        ids = [case.id for case in rule.cases]
        if isinstance(value, int) and 1 <= value <= len(ids):
            return value - 1
        if value in ids:
            return ids.index(str(value))
        known = [f"1-{len(ids)}", *ids]
        place = self.at("rules", rule.id, "case")
        close = close_names(value, ids) if isinstance(value, str) else []
        self.problems.error("unknown-case", place, name=str(value), owner=rule.id, known=known, close=close)
        return 0


def removed_by(pack: Pack, name: str) -> str:
    """The pack of the extended ones that leaves out rule or gate `name`; nothing when none does."""
    for file, text in pack.files:
        if name in text and "remove" in text:
            data = parse_yaml(text, file, Problems()).data
            if isinstance(data, dict) and name in (data.get("remove") or ()):
                return file.split("/")[0]
    return ""
