# SPDX-License-Identifier: Apache-2.0
"""The data problems of a run, grouped by code, each with how often and where it first stands."""

from __future__ import annotations

from typing import Any

from ...messages import catalogue, lines
from ...problems import Cell, Problem
from .words import Words

Node = dict[str, Any]
PLACES_SHOWN = 5
SEVERITIES = ("error", "warning", "note")


def findings(words: Words) -> list[Node]:
    """Groups of problems, the worst and the most frequent first."""
    groups: dict[tuple[str, str], list[Node]] = {}
    for problem in words.run.problems:
        groups.setdefault((problem["severity"], problem["code"]), []).append(problem)
    found = [_group(words, severity, code, problems) for (severity, code), problems in groups.items()]
    return sorted(found, key=lambda one: (SEVERITIES.index(one["severity"]), -one["count"], one["code"]))


def _group(words: Words, severity: str, code: str, problems: list[Node]) -> Node:
    entry = catalogue(words.language)["problems"].get(code, {"title": code})
    told = [lines(Problem(code, problem["severity"], None, problem["facts"]), words.language)[0] for problem in problems[:PLACES_SHOWN]]  # fmt: skip
    return {
        "code": code, "severity": severity, "title": str(entry["title"]),
        "count": sum(_count(problem) for problem in problems), "severity_title": words.tell(f"severity.{severity}"),
        "first": [
            {"place": _place(problem), "text": text} for problem, text in zip(problems, told, strict=False)
        ],
        "more": max(0, len(problems) - PLACES_SHOWN),
    }  # fmt: skip


def _count(problem: Node) -> int:
    count = problem["facts"].get("count", 1)
    return count if isinstance(count, int) else 1


def _place(problem: Node) -> str:
    if "line" in problem:
        return f"{problem['file']}:{problem['line']}"
    return str(Cell(problem["file"], problem["sheet"], problem["row"], problem["column"])) if "file" in problem else ""  # fmt: skip
