# SPDX-License-Identifier: Apache-2.0
"""Figures of data quality + a pack's limits -> each limit's state, a grade with its reasons, and problems."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..lang.syntax import number_text
from ..model import Limit, Quality
from ..packs.limits import DAYS
from ..problems import Cell, Problems
from .figures import Figures

WORST = "D"
STATES = ("met", "warned", "refused", "not_assessed")


def judge(figures: Figures, quality: Quality, places: dict[str, Cell], problems: Problems) -> Figures:
    """The figures with the state of every limit and the grade. A figure below what is refused is an error; `places` say
    where the tables are."""
    judged = [_limit(name, limit, figures, places, problems) for name, limit in quality.limits.items()]
    return {**figures, "limits": judged, "grade": _grade(figures["measures"], quality)}


def _figure(name: str, figures: Figures) -> Figures | None:
    """The figure that a limit is about; nothing when it was not assessed."""
    measure, *where = name.split(".")
    if not where:
        found: Figures | None = figures["measures"][measure]
        return found
    part: Any = figures["tables"].get(where[0])
    for key in ("fields", where[1]) if len(where) > 1 else ():
        part = None if part is None else part.get(key)
    if part is None or part.get(measure) is None:
        return None
    return {"share": part[measure]} if measure == DAYS else part[measure]


def _limit(name: str, limit: Limit, figures: Figures, places: dict[str, Cell], problems: Problems) -> Figures:
    found = _figure(name, figures)
    measure, _, where = name.partition(".")
    days = measure == DAYS
    result = {"limit": name, "warn": limit.warn, "refuse": limit.refuse, "source": list(limit.source)}
    if found is None:
        return {**result, "value": None, "state": "not_assessed"}
    value = found["share"]

    def crossed(bound: float | None) -> bool:
        return bound is not None and (value > bound if days else value < bound)

    state = "refused" if crossed(limit.refuse) else "warned" if crossed(limit.warn) else "met"
    bound = limit.refuse if state == "refused" else limit.warn
    if state != "met" and bound is not None:
        tell = problems.error if state == "refused" else problems.warning
        place = places.get(where.partition(".")[0])
        basis = ", ".join(limit.source)
        if days:
            tell("newest-event-old", place, table=where, count=value, limit=number_text(bound), basis=basis)
        else:
            tell(
                "quality-below-limit", place, kind=measure, where=f" ({where})" if where else "", share=percent(value), limit=percent(bound),
                part=number_text(found["numerator"]), whole=number_text(found["denominator"]), basis=basis,
            )  # fmt: skip
    return {**result, "value": value, "state": state}


def _grade(measures: Figures, quality: Quality) -> Figures | None:
    """The weighted mean of the measures that were assessed, and the first grade that it reaches."""
    parts = [
        {"measure": name, "weight": weight, "share": measures[name]["share"]}
        for name, weight in quality.weights.items()
        if measures[name] is not None
    ]
    total = sum(part["weight"] for part in parts)
    if not quality.grades or not total:
        return None
    mean = sum(Fraction(str(part["share"])) * part["weight"] for part in parts) / total
    index = Fraction(int(mean * 10_000 + Fraction(1, 2)), 10_000)
    grade = next((name for name, least in quality.grades if index >= Fraction(str(least))), WORST)
    return {
        "grade": grade, "index": float(index), "parts": parts,
        "not_assessed": [name for name in quality.weights if measures[name] is None],
        "from": dict(quality.grades), "source": list(quality.source),
    }  # fmt: skip


def percent(value: float) -> str:
    """A share as people read it, cut off so that what is below a limit never looks as if it met it."""
    return f"{float(int(Fraction(str(value)) * 10_000)) / 100:g}%"
