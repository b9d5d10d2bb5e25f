# SPDX-License-Identifier: Apache-2.0
"""Findings for machines: SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from ..messages import catalogue, lines
from ..problems import Problem, Span
from ..version import VERSION

LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def sarif(problems: Sequence[Problem], language: str) -> dict[str, Any]:
    """One SARIF run. The fingerprint is made of code and facts, not of the line, so that a finding survives edits."""
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
    for problem in problems:
        text, hint = lines(problem, language)
        result: dict[str, Any] = {
            "ruleId": problem.code, "ruleIndex": codes.index(problem.code), "level": LEVELS[problem.severity],
            "message": {"text": f"{text} {hint}".strip()},
            "partialFingerprints": {"rulescore/v1": _fingerprint(problem)},
        }  # fmt: skip
        place = problem.place
        if isinstance(place, Span):
            region = {
                "startLine": max(1, place.line),
                "startColumn": max(1, place.column),
                "endColumn": max(1, place.column) + place.length,
            }
            result["locations"] = [
                {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
            ]
        results.append(result)
    driver = {"name": "rulescore", "version": VERSION, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }  # fmt: skip


def _fingerprint(problem: Problem) -> str:
    file = problem.place.file if problem.place else ""
    return hashlib.sha256(
        repr((problem.code, file, sorted(problem.facts.items(), key=str))).encode()
    ).hexdigest()[:32]


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
