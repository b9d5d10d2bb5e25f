# SPDX-License-Identifier: Apache-2.0
"""How a pack that extends another is laid over it: settings key by key, rules and gates by id, minus what it removes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ..arithmetic import units
from ..kinds import BY_NAME
from ..kinds.builder import RuleText
from ..model import Case
from ..problems import Problem, Problems
from ..schema import rule_schema
from ..source import Document, Path_
from .packfiles import NO_DIMENSION
from .violations import check_part

if TYPE_CHECKING:
    from .packfiles import Layer

WHOLE = (
    "title",
    "why",
    "decimals",
    "minimum_coverage",
    "review",
    "dimensions",
    "dimension_source",
    "tiers",
    "waterfall",
    "shown",
    "at_stake",
    "id",
    "version",
)


def settings(packs: list[Document]) -> tuple[dict[str, Any], dict[str, Document]]:
    """The pack.yaml keys that the nearest pack decides, and the document each came from."""
    merged: dict[str, Any] = {}
    places: dict[str, Document] = {}
    for document in packs:
        for key in WHOLE:
            if key in document.data:
                merged[key], places[key] = document.data[key], document
    return merged, places


def gates(packs: list[Document]) -> list[tuple[Document, Path_, dict[str, Any]]]:
    found: dict[str, tuple[Document, Path_, dict[str, Any]]] = {}
    for document in packs:
        for name in document.data.get("remove") or ():
            found.pop(name, None)
        for index, item in enumerate(document.data.get("gates") or ()):
            found[item["id"]] = (document, ("gates", index), item)
    return list(found.values())


def breakdowns(layers: list[Layer]) -> list[tuple[Document, Path_, dict[str, Any]]]:
    """Breakdowns by id: those of the base first, overridden in place, minus what is removed."""
    found: dict[str, tuple[Document, Path_, dict[str, Any]]] = {}
    for layer in layers:
        documents = [doc for stem, doc in layer.documents.items() if stem != "tables"]
        for document in documents:
            for name in document.data.get("remove") or ():
                found.pop(name, None)
        for document in documents:
            for index, item in enumerate(document.data.get("breakdowns") or ()):
                found[item["id"]] = (document, ("breakdowns", index), item)
    return list(found.values())


SETS = ("parameters", "features", "findings", "early_warnings", "measures", "strategies", "outcomes")
LISTS = ("gates", "breakdowns")


def repeated(layers: list[Layer], problems: Problems) -> None:
    """Tells what two files of one pack both define; only a pack that extends may replace."""
    for layer in layers:
        taken: dict[tuple[str, str], str] = {}
        for document in layer.documents.values():
            if "tables" in document.data:
                continue
            found: list[tuple[str, Path_, str]] = []
            for part in SETS:
                found += [(part, (part, key), key) for key in document.data.get(part) or ()]
            for part in LISTS:
                items = enumerate(document.data.get(part) or ())
                found += [(part, (part, index, "id"), item["id"]) for index, item in items]
            for part, path, key in found:
                place = document.at(*path) if part in LISTS else document.key(*path)
                first = taken.setdefault((part, key), str(place))
                if first != str(place):
                    problems.error("defined-twice", place, name=key, first=first)


def breakdown_ids(layers: list[Layer]) -> list[str]:
    """The ids of all breakdowns of all layers."""
    documents = [document for layer in layers for document in layer.documents.values()]
    return [item["id"] for document in documents for item in document.data.get("breakdowns") or ()]


Merged = dict[str, dict[str, tuple[Any, Document]]]


def dimensions(layers: list[Layer], problems: Problems) -> tuple[Merged, dict[str, list[RuleText]]]:
    """For each dimension its own keys with their documents, and its rules in order: the base's first, overridden in place."""
    merged: Merged = {}
    rules: dict[str, dict[str, RuleText]] = {}
    for layer in layers:
        documents = {stem: doc for stem, doc in layer.documents.items() if stem not in NO_DIMENSION}
        removed = [
            name
            for document in [layer.pack, *documents.values()]
            for name in document.data.get("remove") or ()
        ]
        for texts in rules.values():
            for name in removed:
                texts.pop(name, None)
        for stem, document in documents.items():
            key = document.data["dimension"]
            if key != stem:
                problems.error("name-differs-from-file", document.at("dimension"), name=key, file=stem)
            target = merged.setdefault(key, {})
            for name, value in document.data.items():
                if name not in ("features", "rules", "breakdowns", "remove"):
                    target[name] = (value, document)
            texts = rules.setdefault(key, {})
            own: dict[str, int] = {}
            for index, item in enumerate(document.data.get("rules") or ()):
                rule_id = item.get("id")
                if rule_id in own:
                    first = document.at("rules", own[rule_id]).line
                    problems.error("duplicate-id", document.at("rules", index, "id"), id=rule_id, first=first)
                    continue
                own[rule_id] = index
                texts[rule_id] = _overlaid(
                    texts.get(rule_id), rule_id, item, document, ("rules", index), problems
                )
    return merged, {key: list(texts.values()) for key, texts in rules.items()}


def _overlaid(
    old: RuleText | None,
    rule_id: str,
    item: dict[str, Any],
    document: Document,
    path: Path_,
    problems: Problems,
) -> RuleText:
    """A rule laid over the base's rule of the same id: its keys win; a new kind drops the old kind's keys."""
    data = dict(old.data) if old else {}
    origin = dict(old.origin) if old else {}
    if old and any(name in item and name not in old.data for name in BY_NAME):
        for kind in BY_NAME.values():
            for key in kind.KEYS:
                data.pop(key, None)
    data.update(item)
    origin.update(dict.fromkeys(item, (document, path)))
    return RuleText(rule_id, data, origin, problems, lambda *_: None)


def check_rule(text: RuleText) -> tuple[str | None, bool]:
    """The rule's kind and whether the rule, as merged, fits the schema of that kind."""
    kinds = [name for name in BY_NAME if name in text.data]
    if len(kinds) != 1:
        if kinds:
            text.problems.error("two-kinds", text.place("id"), id=text.id, kinds=kinds)
        return None, False
    (name,) = kinds
    document, path = text.origin["id"]
    if any(origin != (document, path) for origin in text.origin.values()):
        return name, _fits(_Merged(document.file, "", rule=text), path, text.data, name, text.problems)
    usable, found = _unchanged(document, path, name)
    text.problems.extend(found)
    return name, usable


def _fits(document: Document, path: Path_, data: Any, kind: str, problems: Problems) -> bool:
    return check_part(document, path, data, f"rule:{kind}", rule_schema(BY_NAME[kind]), problems)


@functools.lru_cache(maxsize=4096)
def _unchanged(document: Document, path: Path_, kind: str) -> tuple[bool, tuple[Problem, ...]]:
    """A rule over which nothing is laid: as sound in each pack that takes it over as in the one that wrote it."""
    found = Problems()
    data = functools.reduce(lambda part, key: part[key], path, document.data)
    return _fits(document, path, data, kind, found), tuple(found)


class _Merged(Document, kw_only=True):
    """Looks up places of a merged rule: each key in the file it came from."""

    rule: RuleText

    def at(self, *path: str | int) -> Any:
        document, path = self._origin(path)
        return document.at(*path)

    def key(self, *path: str | int) -> Any:
        document, path = self._origin(path)
        return document.key(*path)

    def _origin(self, path: Path_) -> tuple[Document, Path_]:
        origin = self.rule.origin
        rest = path[len(origin["id"][1]) :]
        document, base = origin.get(str(rest[0]), origin["id"]) if rest else origin["id"]
        return document, (*base, *rest)


def bounds(kind: str, text: RuleText, cases: tuple[Case, ...]) -> tuple[int, int]:
    """The least and most points the rule can give, in units."""
    if kind in ("formula", "checklist"):
        return units(text.data.get("min", 0)), units(text.data.get("max", 100))
    if kind == "scale":
        fixed = [units(points) for _, points in text.data["scale"]]
    else:
        fixed = [case.points for case in cases if isinstance(case.points, int)]
        fixed += [0, units(100)] if len(fixed) < len(cases) else []
    return min(fixed), max(fixed)
