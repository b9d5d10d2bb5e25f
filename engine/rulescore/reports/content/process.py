# SPDX-License-Identifier: Apache-2.0
"""How the assessment went, and what to do better next time: sentences made from the run's own facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..text import counts_of
from .words import Words, percent

Node = dict[str, Any]
FIRST = 3
"""How many requests, kinds of problems and the like are named."""


def process(words: Words, report: Node) -> Node:
    """The steps of the assessment, the problems met in them, and the lessons. `report`: what the report has of the run."""
    return {
        "steps": [{"title": words.tell(f"process.{key}"), "text": text} for key, text in _steps(words, report)],
        "problems": [
            {"title": one["title"], "severity": one["severity_title"], "count": one["count"]} for one in report["problems"][:FIRST]
        ],
        "lessons": list(_lessons(words, report)),
    }  # fmt: skip


def _steps(words: Words, report: Node) -> Iterator[tuple[str, str]]:
    run, manifest = words.run, words.run.manifest
    part = run.quality["measures"]["usable_rows"] if run.quality else None
    rows = sum(source["rows"] for source in manifest["inputs"])
    aside = part["denominator"] - part["numerator"] if part else 0
    yield (
        "read",
        words.tell("process.read-text", files=len(manifest["inputs"]), rows=f"{rows:,}", aside=f"{aside:,}"),
    )
    masked = report["appendix"]["masked"]
    yield (
        "mask",
        words.tell("process.mask-text", count=len(masked)) if masked else words.tell("process.mask-none"),
    )
    quality = report["quality"]
    if quality["grade"]:
        yield (
            "quality",
            words.tell("process.quality-text", grade=quality["grade"], index=f"{quality['index']:.4f}"),
        )
    states: dict[str, int] = {}
    for rule in (rule for one in report["dimensions"] for rule in one["rules"]):
        for state, count in rule["states"].items():
            states[state] = states.get(state, 0) + count
        states["scored"] = states.get("scored", 0) + sum(case["count"] for case in rule["cases"])
    total = max(1, sum(states.values()))
    shares = {
        state: percent(states.get(state, 0) / total) for state in ("scored", "missing", "not_applicable")
    }
    yield (
        "score",
        words.tell(
            "process.score-text", rules=len(run.pack.rules), customers=f"{manifest['customers']:,}", **shares
        ),
    )
    acted = sum(1 for gate in report["gates"] if gate["acted"])
    told = words.tell("comma").join(
        f"{tier['title']} {tier['count']:,}" for tier in report["conclusion"]["tiers"]
    )
    yield (
        "grade",
        words.tell(
            "process.grade-text",
            acted=acted,
            gates=len(report["gates"]),
            tiers=told,
            decided=len(report["overrides"]),
        ),
    )
    asked = report["questionnaire"]
    if asked is not None:
        yield "ask", words.tell("process.ask-text", answered=asked["answered"], asked=asked["asked"])
    whole, planned = report["portfolio"], report["plan"]
    if whole is not None and whole["composite"] is not None:
        yield (
            "base",
            words.tell(
                "process.base-text",
                points=f"{whole['composite']:.2f}",
                tier=whole["tier"] or words.tell("not-assessed"),
            ),
        )
    if planned is not None:
        yield "plan", words.tell("process.plan-text", **planned["counts"])
    valued = report["valuation"]
    if valued is not None:
        told = words.tell("comma").join(
            f"{one['title']} {one['shown']['base']}" for one in valued["methods"] if one["shown"]["base"]
        )
        yield "value", words.tell("process.value-text", count=len(valued["methods"]), values=told)


def _lessons(words: Words, report: Node) -> Iterator[str]:
    run = words.run
    join = words.tell("comma").join
    for one in report["requests"][:FIRST]:
        holder = words.tell("process.from-holder", holder=one["holder"]) if one["holder"] else ""
        facts = {
            "title": one["title"],
            "holder": holder,
            "points": f"{one['points']:.2f}",
            "methods": join(one["methods"]),
        }
        key = (
            "assumption"
            if one["methods"]
            else "base"
            if one["of_base"]
            else "tiers"
            if one["tiers"]
            else "request"
        )
        yield words.tell(f"process.lesson-{key}", tiers=f"{one['tiers']:,}", **facts)
    planned = report["plan"]
    if planned is not None and planned["counts"]["unknown"]:
        figures = [
            one["figure"]
            for group in planned["subjects"]
            for one in group["measures"]
            if one["state"] == "unknown"
        ]
        yield words.tell(
            "process.lesson-unknown", count=planned["counts"]["unknown"], figures=join(dict.fromkeys(figures))
        )
    if report["problems"]:
        worst = report["problems"][0]
        yield words.tell("process.lesson-problem", title=worst["title"], count=f"{worst['count']:,}")
    nothing = counts_of(run, "tier.index").get(None, 0)
    if nothing:
        yield words.tell("process.lesson-not-assessed", count=f"{nothing:,}")
    asked = report["questionnaire"]
    if asked is not None and asked["asked"] > asked["answered"]:
        yield words.tell("process.lesson-unanswered", count=asked["asked"] - asked["answered"])
    if asked is not None and asked["word_alone"]:
        yield words.tell("process.lesson-unproven", count=asked["word_alone"])
    elif (
        asked is None
        and run.portfolio is not None
        and any(rule.question for rule in run.portfolio.pack.rules)
    ):
        yield words.tell("process.lesson-ask")
    if report["overrides"]:
        yield words.tell("process.lesson-decided", count=len(report["overrides"]))
    never = [
        rule["title"]
        for one in report["dimensions"]
        for rule in one["rules"]
        if not sum(case["count"] for case in rule["cases"])
    ]
    if never:
        yield words.tell("process.lesson-never", count=len(never), rules=join(never[:FIRST]))
