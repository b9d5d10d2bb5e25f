# SPDX-License-Identifier: Apache-2.0
"""Findings for machines: SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..messages import catalogue, lines
from ..problems import Problem, Span
from ..version import VERSION

LINE_FACTS = frozenset({"first"})
"""Facts that name a line of the file."""

LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def sarif(problems: Sequence[Problem], language: str) -> dict[str, Any]:
    """One SARIF run. The fingerprint is made of code, file and facts and of how many alike came before, not of the
    line, so that a finding is known again after edits."""
    codes = sorted({problem.code for problem in problems})
    entries = catalogue(language)["problems"]
    rules = [
        {
            "id": code,
            "name": code,
            "shortDescription": {"text": str(entries.get(code, {}).get("title", code))},
            "defaultConfiguration": {"level": "warning"},
        }
        for code in codes
    ]
    results = []
    seen: Counter[str] = Counter()
    for problem in problems:
        text, hint = lines(problem, language)
        fingerprint = _fingerprint(problem)
        seen[fingerprint] += 1
        result: dict[str, Any] = {
            "ruleId": problem.code, "ruleIndex": codes.index(problem.code), "level": LEVELS[problem.severity],
            "message": {"text": f"{text} {hint}".strip()},
            "partialFingerprints": {"rulescore/v1": f"{fingerprint}:{seen[fingerprint]}"},
        }  # fmt: skip
        place = problem.place
        if isinstance(place, Span) and place.file:
            where: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
            if place.line:
                column = max(1, place.column)
                where["region"] = {
                    "startLine": place.line, "startColumn": column, "endColumn": column + max(1, place.length),
                }  # fmt: skip
            result["locations"] = [{"physicalLocation": where}]
        results.append(result)
    driver = {"name": "rulescore", "version": VERSION, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }  # fmt: skip


def _uri(file: str) -> str:
    """A relative or absolute file name as a URI."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(problem: Problem) -> str:
    """Equal for a finding that only moved; facts that are line numbers don't enter it."""
    file = problem.place.file if problem.place else ""
    facts = {key: value for key, value in problem.facts.items() if key not in LINE_FACTS}
    return hashlib.sha256(repr((problem.code, file, sorted(facts.items(), key=str))).encode()).hexdigest()[
        :32
    ]


def github(problems: Sequence[Problem], language: str) -> Iterator[str]:
    """Workflow commands, one a finding."""
    for problem in problems:
        text, hint = lines(problem, language)
        kind = "notice" if problem.severity == "note" else problem.severity
        place = problem.place
        where = (
            f"file={_property(place.file)},line={max(1, place.line)},col={max(1, place.column)},"
            if isinstance(place, Span)
            else ""
        )
        yield f"::{kind} {where}title={_property(problem.code)}::{_data(f'{text} {hint}'.strip())}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
