# SPDX-License-Identifier: Apache-2.0
"""Words for codes, in each language. A catalogue file is `<topic>.<language>.yaml`; all topics of a language are one
catalogue with two parts: `problems` (code -> title, text, hint, close) and `words` (key -> text)."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..problems import Fact, Problem, Span

LANGUAGES = ("zh", "en")

_FOLDER = Path(__file__).resolve().parent
_LINE = re.compile(r"^(?:(?P<part>\w+)|  (?P<key>[^\s#].*?)):(?=\s)", re.MULTILINE)
"""A line that begins a part of a catalogue, or an entry of one."""


class _Entries(Mapping[str, Any]):
    """One part of a catalogue. Its keys are known from a glance at the files; a file is read when an entry of it is asked for,
    since a command needs a few of them."""

    def __init__(self, part: str, topics: Mapping[str, Path]) -> None:
        """`topics`: the file of each key."""
        self.part, self.topics = part, topics

    def __getitem__(self, key: str) -> Any:
        return _read(self.topics[key])[self.part][key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.topics)

    def __len__(self) -> int:
        return len(self.topics)


@functools.cache
def catalogue(language: str) -> Mapping[str, Mapping[str, Any]]:
    """{"problems": {...}, "words": {...}} of a language."""
    topics: dict[str, dict[str, Path]] = {"problems": {}, "words": {}}
    for path in sorted(_FOLDER.glob(f"*.{language}.yaml")):
        part = ""
        for found in _LINE.finditer(path.read_text(encoding="utf-8")):
            part = found["part"] or part
            if found["key"]:
                topics[part][found["key"]] = path
    return {part: _Entries(part, keys) for part, keys in topics.items()}


@functools.cache
def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: Mapping[str, Mapping[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return read


@functools.cache
def pages() -> Mapping[str, Mapping[str, str]]:
    """Examples of problem codes, the same in every language: code -> {file, bad, good}."""
    return {code: page for path in sorted(_FOLDER.glob("*pages.yaml")) for code, page in _read(path).items()}


def default_language() -> str:
    """zh or en, from RULESCORE_LANG or the locale; en when neither says."""
    for variable in ("RULESCORE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def word(key: str, language: str, **facts: Fact) -> str:
    """The text of a word; KeyError for a key that is in no catalogue."""
    text: str = catalogue(language)["words"][key]
    return text.format_map(_Shown(facts, language)) if facts else text


KIND_FACTS = frozenset({"got", "want", "kind", "left", "right", "rule", "type"})
"""Facts that speak of kinds; every other fact is the author's own word and stays as it is."""


class _Shown(dict[str, str]):
    """Facts as text; a kind that has a word is shown by it."""

    def __init__(self, facts: Mapping[str, Fact], language: str) -> None:
        super().__init__({key: _fact(key, value, language) for key, value in facts.items()})

    def __missing__(self, key: str) -> str:
        return "?"


def _fact(key: str, value: Fact, language: str) -> str:
    words = catalogue(language)["words"] if key in KIND_FACTS else {}
    if isinstance(value, list):
        return _between(key, language).join(str(words.get(f"kind.{item}", item)) for item in value)
    return str(words.get(f"kind.{value}", value))


def _between(key: str, language: str) -> str:
    """What stands between the items of a list: of things wanted, one is enough."""
    if key == "want":
        return "或" if language == "zh" else " or "
    return "、" if language == "zh" else ", "


def lines(problem: Problem, language: str) -> tuple[str, str]:
    """(text, hint) of a problem; the hint is empty when there is none."""
    entry = catalogue(language)["problems"].get(problem.code)
    if entry is None:
        return problem.code, ""
    facts = _Shown(problem.facts, language)
    text = str(entry["text"]).format_map(facts)
    close = problem.facts.get("close")
    hint = str(entry["close"] if close and "close" in entry else entry.get("hint", "")).format_map(facts)
    return text, hint


class _AsWritten(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def plain(template: str) -> str:
    """A text of the catalogue without facts, as a page shows it: `{name}` stays, doubled braces become single ones."""
    return template.format_map(_AsWritten())


def location(problem: Problem) -> str:
    place = problem.place
    if isinstance(place, Span) and not place.line:
        return place.file
    return "" if place is None else str(place)
