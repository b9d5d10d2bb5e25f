# SPDX-License-Identifier: Apache-2.0
"""A run -> everything a report shows, as plain data in one language. What a form of the report adds is only looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from ...arithmetic import UNIT
from ...folder import MANIFEST, Run
from ...messages import word
from ...packs.portfolio_table import tables_of
from ...problems import Problem, Span, UsageError
from ...quality.figures import NOT_STATED
from ...readers.assessment import EVIDENCE
from ...schema import QUALITY_MEASURES
from ...worth import JSON as VALUATION
from ..text import quality_lines
from . import base, rules
from .customers import listing
from .findings import findings
from .matters import matters, overridden, wanted
from .plan import plan
from .process import process
from .questionnaire import questionnaire
from .special import special
from .warnings import warnings
from .words import Words
from .worth import worth

FORMAT = 1
BEST = 3
PORTFOLIO = "portfolio.json"

Node = dict[str, Any]


def content(run: Run, language: str) -> Node:
    """The whole report; equal runs give equal data. UsageError for a run whose files can't be read."""
    try:
        return _content(run, language)
    except (pl.exceptions.PolarsError, OSError, json.JSONDecodeError) as error:
        reason = str(error).split("\n")[0][:200]
        place = Span(str(run.folder))
        raise UsageError([Problem("run-file-unreadable", "error", place, {"reason": reason})]) from error


def _content(run: Run, language: str) -> Node:
    words = Words(run, language)
    found = overview(words)
    rules_of_all = [rule for one in found["dimensions"] for rule in one["rules"]]
    names = list(dict.fromkeys(name for rule in rules_of_all for name in rule["inputs"]))
    return {**found, "customers": listing(words, names)}


def overview(words: Words) -> Node:
    """The report without the customers one by one."""
    run, language = words.run, words.language
    dimensions = rules.dimensions(words)
    spread = base.spread(words)
    for one in dimensions:
        one["spread"] = spread["dimensions"][one["id"]]
    indices = [{**one, "spread": spread["indices"][one["id"]]} for one in rules.indices(words)]
    stored = _stored(run.folder / PORTFOLIO)
    whole = base.portfolio(words, stored)
    found = findings(words)
    valued = _stored(run.folder / VALUATION)
    report = {
        "format": FORMAT, "language": language, "cover": _cover(words),
        "conclusion": {
            "composite": spread["composite"], "bins": spread["bins"], "tiers": base.tiers(words),
            **_extremes(whole, dimensions),
            "coverage": run.trace.select((pl.col("composite.coverage") / UNIT).mean()).collect().item(),
            "problems": {severity: sum(1 for one in run.problems if one["severity"] == severity) for severity in ("error", "warning", "note")},
        },
        "dimensions": dimensions, "left_out": rules.left_out(words), "indices": indices, "portfolio": whole, "concentration": base.concentration(words),
        "questionnaire": questionnaire(words),
        "segments": base.segments(words), "valuation": worth(words, valued), "gates": rules.gates(words),
        "matters": matters(words), "early_warnings": warnings(words), "overrides": overridden(words), "requests": wanted(words), "plan": plan(words, stored),
        "special": special(words, dimensions, valued),
        "quality": {"lines": quality_lines(run, language), **_quality(words)},
        "problems": found, "appendix": _appendix(words),
    }  # fmt: skip
    return {**report, "process": process(words, report)}


def _stored(path: Path) -> Node | None:
    if not path.exists():
        return None
    node: Node = json.loads(path.read_bytes())
    return node


def _quality(words: Words) -> Node:
    """How good the data are: grade and index, the measures they are made of, and how sure the sources are."""
    found = words.run.quality
    grade = found["grade"] if found else None
    language = words.language

    def part(topic: str, name: str, figure: Node | None) -> list[Node]:
        return [{"title": word(f"{topic}.{name}", language), "share": figure["share"]}] if figure is not None else []  # fmt: skip

    return {
        "grade": grade["grade"] if grade else None, "index": grade["index"] if grade else None,
        "measures": [one for name in QUALITY_MEASURES for one in part("kind", name, found["measures"][name])] if found else [],
        "evidence": [one for level in (*EVIDENCE, NOT_STATED) for one in part("evidence", level, found["evidence"].get(level))] if found else [],
    }  # fmt: skip


def _table(words: Words, name: str) -> str:
    """A table of the customers, or of the company, by its title."""
    found = tables_of(words.pack).get(name)
    return name if found is None else words.text(found.title)


def _cover(words: Words) -> Node:
    run, manifest, pack = words.run, words.run.manifest, words.pack
    return {
        "company": manifest["company"].get(words.language, ""), "purpose": manifest["purpose"].get(words.language, ""),
        "as_of": run.as_of, "pack": words.text(pack.title), "pack_id": pack.id, "pack_version": pack.version,
        "run_id": run.run_id, "customers": manifest["customers"], "rules": sum(len(one.rules) for one in pack.dimensions if one.id not in pack.left_out), "dimensions": len(pack.dimensions) - len(pack.left_out),
        "cycle": next((words.text(one.title) for one in pack.cycles if one.id == pack.cycle), ""),
    }  # fmt: skip


def _extremes(whole: Node | None, dimensions: list[Node]) -> Node:
    """The strongest and the weakest dimensions: of the base as a whole if it is scored, else of the customers' means."""
    scored = (
        [(one["title"], one["points"]) for one in whole["dimensions"]]
        if whole is not None
        else [(one["title"], one["spread"]["mean"]) for one in dimensions]
    )
    known = [(title, points) for title, points in scored if points is not None]
    ranked = sorted(known, key=lambda pair: -pair[1])
    count = min(BEST, len(ranked) // 2)
    shown = [{"title": title, "points": points} for title, points in ranked]
    return {"strongest": shown[:count], "weakest": shown[::-1][:count]}


def _appendix(words: Words) -> Node:
    run, manifest = words.run, words.run.manifest
    return {
        "inputs": [
            {"file": source["file"] + (f"!{source['sheet']}" if source["sheet"] else ""), "table": words.table(source["table"]), "rows": source["rows"], "encoding": source["encoding"] or "", "sha256": source["sha256"]}
            for source in manifest["inputs"]
        ],
        "files": [{"file": name, "sha256": digest} for name, digest in sorted(manifest["files"].items())],
        "versions": {"rulescore": manifest["engine"]["rulescore"], "engine": manifest["engine"]["name"], "polars": manifest["engine"]["polars"]},
        "parameters": [
            {"id": key, "title": words.plain(f"param.{key}"), "value": words.parameter(key), "changed": key in run.overrides}
            for key in run.plan.parameters
        ],
        "masked": [words.field(name) for name in manifest["masked"]], "unmasked": [words.field(name) for name in manifest["unmasked"]], "manifest": MANIFEST,
        "limits": [words.tell(f"limits.{number}") for number in range(1, 6)],
    }  # fmt: skip
