# SPDX-License-Identifier: Apache-2.0
"""Special matters: what whoever relies on a run must know of it, each only where there is something to tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from ...engines.verdicts import tier_reason_words
from ...messages import word
from ...quality.figures import NOT_STATED
from .. import cycles
from ..text import counts_of
from ..worth import charged_twice
from .words import Words, percent

Node = dict[str, Any]
MOSTLY, SHOWN = 0.5, 5
"""From which share of customers on data count as mostly missing, and how many such rules are named."""


def special(words: Words, dimensions: list[Node], valuation: Node | None) -> list[str]:
    """The matters as sentences, in a fixed order."""
    return [*_cycle(words), *_assessed(words), *_rows(words), *_missing(words, dimensions), *_parameters(words), *_sources(words), *_assumptions(words, valuation), *_risks(words, valuation), *_personal(words)]  # fmt: skip


def _cycle(words: Words) -> Iterator[str]:
    told = cycles.lines(words.pack, words.language)
    if told:
        yield (
            words.tell(
                "special.cycle",
                cycle=told[0],
                parts=words.tell("semicolon").join(part.strip() for part in told[1:]),
            )
            if told[1:]
            else told[0]
        )


def _assessed(words: Words) -> Iterator[str]:
    run = words.run
    nothing = counts_of(run, "tier.index").get(None, 0)
    if nothing:
        yield words.tell("special.not-assessed", count=f"{nothing:,}")
    held = tier_reason_words(run.plan).index("coverage")
    count = counts_of(run, "tier.reason").get(held, 0)
    if count:
        yield words.tell("special.coverage", count=f"{count:,}", minimum=percent(words.pack.minimum_coverage))


def _rows(words: Words) -> Iterator[str]:
    quality = words.run.quality
    part = quality["measures"]["usable_rows"] if quality else None
    if part and part["numerator"] < part["denominator"]:
        yield words.tell("special.rows", count=f"{part['denominator'] - part['numerator']:,}", total=f"{part['denominator']:,}")  # fmt: skip
    for limit in quality["limits"] if quality else ():
        if limit["state"] in ("warned", "refused") and "." not in limit["limit"]:
            name = word(f"kind.{limit['limit']}", words.language)
            yield words.tell("special.limit", measure=name, value=percent(limit["value"]), limit=percent(limit["warn"] or limit["refuse"]))  # fmt: skip


def _missing(words: Words, dimensions: list[Node]) -> Iterator[str]:
    total = max(1, words.run.manifest["customers"])
    found = []
    for rule in (rule for one in dimensions for rule in one["rules"]):
        able = total - rule["states"]["not_applicable"]
        if able and rule["states"]["missing"] > MOSTLY * able:
            found.append((-rule["states"]["missing"] / able, rule["title"]))
    if found:
        titles = words.tell("comma").join(title for _, title in sorted(found)[:SHOWN])
        key = "special.missing" if len(found) <= SHOWN else "special.missing-more"
        yield words.tell(key, count=len(found), rules=titles)


def _parameters(words: Words) -> Iterator[str]:
    changed = [words.label(f"param.{name}") for name in words.run.plan.parameters if name in words.run.overrides]  # fmt: skip
    if changed:
        yield words.tell("special.parameters", parameters=words.tell("comma").join(changed))


def _sources(words: Words) -> Iterator[str]:
    quality = words.run.quality
    part = quality["evidence"].get(NOT_STATED) if quality else None
    if part and part["share"]:
        yield words.tell("special.sources", share=percent(part["share"]))


def _assumptions(words: Words, valuation: Node | None) -> Iterator[str]:
    used = [one for method in valuation["methods"] for one in method["assumptions"]] if valuation else []
    judged = sum("judgement" in one["source"] for one in used)
    default = sum("default" in one["source"] for one in used)
    if judged or default:
        yield words.tell("special.assumptions", count=len(used), judged=judged, default=default)


def _risks(words: Words, valuation: Node | None) -> list[str]:
    return charged_twice(valuation, words.run.problems, words.language) if valuation else []


def _personal(words: Words) -> Iterator[str]:
    shown = words.run.manifest["unmasked"]
    if shown:
        yield words.tell("special.personal", fields=words.tell("comma").join(map(words.field, shown)))
    have = words.run.inputs.collect_schema().names()
    if "name" not in have or words.run.inputs.select(pl.col("name").count()).collect().item() == 0:
        yield words.tell("special.names")
