# SPDX-License-Identifier: Apache-2.0
"""The company's answers: each question with its levels, what was answered on what evidence, how far assessors agree."""

from __future__ import annotations

from typing import Any

import polars as pl

from ...answers import APART, questions_of, replies
from ...arithmetic import UNIT
from ...folder import Run
from ...kinds.question import ROLES, TABLE, UNPROVEN
from ...messages import word
from ...model import Rule
from .words import Words

Node = dict[str, Any]


def questionnaire(words: Words) -> Node | None:
    """The questionnaire of a run by dimension; None when the company answered nothing."""
    run = words.run.portfolio
    path = None if run is None else run.folder / f"{TABLE}.parquet"
    if run is None or path is None or not path.is_file():
        return None
    unproven = float(run.plan.parameters[UNPROVEN.removeprefix("param.")])
    sources = [source for source in run.manifest["inputs"] if source["table"] == TABLE]
    given = replies(pl.read_parquet(path), sources, unproven)
    if not given:
        return None
    own = words.of(run)
    trace = run.trace.collect().row(0, named=True)
    asked = [
        _question(own, run, rule, given.get(rule.id, []), trace)
        for rule in questions_of(run.pack).values()
        if rule.dimension not in run.pack.left_out
    ]
    if not asked:
        return None
    dimensions = []
    for dimension in run.pack.dimensions:
        inside = [one for one in asked if one["dimension"] == dimension.id]
        if inside:
            points = trace[f"{dimension.id}.points"]
            dimensions.append({
                "id": dimension.id, "title": own.text(dimension.title), "why": own.text(dimension.why),
                "points": None if points is None else points / UNIT, "questions": inside,
                "answered": sum(1 for one in inside if one["replies"]),
            })  # fmt: skip
    return {
        "asked": len(asked), "answered": sum(1 for one in asked if one["replies"]), "unproven": f"{unproven:g}",
        "assessors": max(len(one["replies"]) for one in asked), "apart": sum(1 for one in asked if one["agreement"] == "apart"),
        "word_alone": sum(1 for one in asked if any(reply["mark"] != reply["counted"] for reply in one["replies"])),
        "roles": [
            {
                "title": word(f"role.{role}", words.language), "asked": len(own_role),
                "answered": sum(1 for one in own_role if one["replies"]),
            }
            for role in ROLES
            if (own_role := [one for one in asked if one["role_id"] == role])
        ],
        "dimensions": dimensions,
    }  # fmt: skip


def _question(own: Words, run: Run, rule: Rule, given: list[Node], trace: Node) -> Node:
    assert rule.question is not None
    asked, case, points = rule.question, trace[f"{rule.id}.case"], trace[f"{rule.id}.points"]
    marks = [reply["mark"] for reply in given]
    low, high = min(marks, default=0), max(marks, default=0)
    levels = asked.marks.index(int(low)) - asked.marks.index(int(high)) if given else 0
    agreement = "" if len(given) < 2 else "apart" if levels >= APART else "near" if levels else "same"
    return {
        "id": rule.id, "dimension": rule.dimension, "title": own.text(rule.title), "words": own.text(asked.words),
        "role_id": asked.role, "role": word(f"role.{asked.role}", own.language), "evidence": own.text(asked.evidence),
        "weight": rule.weight, "place": str(rule.span), "points": None if points is None else points / UNIT,
        "level": asked.marks[case] if case >= 0 else None, "agreement": agreement, "low": f"{low:g}", "high": f"{high:g}",
        "levels": [
            {"mark": mark, "words": own.text(one.reason), "points": f"{one.points / UNIT:g}" if isinstance(one.points, int) else "", "held": index == case}
            for index, (mark, one) in enumerate(zip(asked.marks, rule.cases, strict=True))
        ],
        "replies": [
            {
                "mark": f"{reply['mark']:g}", "counted": f"{reply['counted']:g}", "evidence": word(f"shown.{reply['evidence']}", own.language),
                "cell": reply["file"] + (f"!{reply['sheet']}" if reply["sheet"] else "") + f":{reply['rows'][0]}",
            }
            for reply in given
        ],
    }  # fmt: skip
