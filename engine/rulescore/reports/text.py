# SPDX-License-Identifier: Apache-2.0
"""The terminal: the screen that `evaluate` ends with, and the counts that it shares with other reports."""

from __future__ import annotations

from typing import Any

import polars as pl
from tabulate import tabulate
from wcwidth import wcswidth

from ..audit import value_of
from ..folder import Run
from ..messages import word
from ..model import Pack
from ..quality.figures import NOT_STATED
from ..quality.verdict import percent
from ..readers.assessment import EVIDENCE
from ..schema import QUALITY_MEASURES
from . import cycles, early_warnings, findings, measured, requests, worth

Node = dict[str, Any]
BAR = 28
WIDE = 110
"""From this width on the dimensions have bars too."""
FINDINGS = 5
SAMPLED = 100_000


def summary(run: Run, language: str, width: int = 80) -> str:
    """The screen that `evaluate` ends with."""
    pack, manifest, trace = run.pack, run.manifest, run.trace

    def say(key: str, **facts: Any) -> str:
        return word(f"summary.{key}", language, **facts)

    company = manifest["company"].get(language, "")
    head = say(
        "head",
        as_of=run.as_of,
        pack=pack.title[language],
        id=pack.id,
        version=pack.version,
        rules=sum(len(one.rules) for one in pack.dimensions if one.id not in pack.left_out),
        dimensions=len(pack.dimensions) - len(pack.left_out),
    )
    lines = [company] if company else []
    lines += [head, *cycles.lines(pack, language), ""]
    figures = figures_of(run)
    composite = figures["composite"]
    lines.append(say("customers", count=f"{manifest['customers']:,}", assessed=f"{composite['known']:,}"))
    if composite["known"]:
        shown = {key: _number(composite[key]) for key in ("mean", "median", "least", "most")}
        lines.append(say("composite", **shown))
        coverage = trace.select(pl.col("composite.coverage").mean()).collect(engine=run.executor).item()
        lines.append(say("coverage", mean=f"{(coverage or 0) / 10_000:.1%}"))
    lines += quality_lines(run, language)
    lines += [
        "",
        _tiers(run, language, min(BAR, max(6, width - 42))),
        "",
        _dimensions(run, language, figures, width),
    ]
    if run.portfolio is not None:
        lines += ["", *_whole(run.portfolio, language)]
    if (run.folder / "valuation.json").exists():
        valued = value_of(run)
        lines += ["", *worth.lines(valued, language), *worth.charged_twice(valued, run.problems, language)]
    for told in (
        findings.decided(run, language),
        findings.lines(run, language),
        early_warnings.lines(run, language),
        measured.lines(run, language),
    ):
        lines += ["", *told] if told else []
    standing_out = _standing_out(run, language)
    if standing_out:
        lines += ["", say("stands-out"), *standing_out]
    wanted = requests.lines(run, language)
    if wanted:
        lines += ["", *wanted]
    if run.problems:
        worst = {
            severity: sum(1 for problem in run.problems if problem["severity"] == severity)
            for severity in ("error", "warning", "note")
        }
        lines += [
            "",
            say(
                "problems",
                warnings=worst["warning"],
                notes=worst["note"],
                file=f"{run.folder}/problems.jsonl",
            ),
        ]
    for key in ("masked", "unmasked"):
        if manifest[key]:
            joiner = "、" if language == "zh" else ", "
            lines += [
                "",
                say(key, fields=joiner.join(_field(run.pack, name, language) for name in manifest[key])),
            ]
    lines += ["", say("folder", folder=str(run.folder), run_id=run.run_id[:12])]
    return "\n".join(lines)


def _field(pack: Pack, name: str, language: str) -> str:
    """A field by the titles of its table and its own."""
    table, _, column = name.partition(".")
    tables = {**(pack.portfolio.tables if pack.portfolio else {}), **pack.tables}
    known = tables.get(table)
    if known is None or column not in known.fields:
        return name
    return word("page.field-of", language, table=known.title[language], field=known.fields[column].title[language])  # fmt: skip


def quality_lines(run: Run, language: str) -> list[str]:
    """The grade of the data with the measures it is made of, and how sure the sources are."""
    found = run.quality
    if not found:
        return []

    def say(key: str, **facts: Any) -> str:
        return word(f"summary.{key}", language, **facts)

    joiner = "，" if language == "zh" else ", "
    parts = joiner.join(
        say("quality-part", measure=word(f"kind.{name}", language), share=percent(part["share"]))
        for name in QUALITY_MEASURES
        if (part := found["measures"][name]) is not None
    )
    grade = found["grade"]
    levels = joiner.join(
        say("quality-part", measure=word(f"evidence.{level}", language), share=percent(part["share"]))
        for level in (*EVIDENCE, NOT_STATED)
        if (part := found["evidence"].get(level)) is not None
    )
    if grade is None:
        lines = [say("quality-ungraded", parts=parts)]
    else:
        lines = [say("quality", grade=grade["grade"], index=f"{grade['index']:.4f}", parts=parts)]
    return [*lines, say("evidence", levels=levels)]


def figures_of(run: Run) -> dict[str, dict[str, Any]]:
    """Mean, median, extremes and 10th and 90th percentiles of the composite, of each dimension and of each index, and how many have
    one."""
    targets = ["composite", *(dimension.id for dimension in run.pack.dimensions)]
    targets += [f"index.{index.id}" for index in run.pack.indices]
    exact, spread = [], []
    for target in targets:
        points = pl.col(f"{target}.points")
        exact += [
            points.mean().alias(f"{target}|mean"), points.min().alias(f"{target}|least"),
            points.max().alias(f"{target}|most"), points.count().alias(f"{target}|known"),
        ]  # fmt: skip
        spread += [
            points.median().alias(f"{target}|median"), points.quantile(0.1, "nearest").alias(f"{target}|low"),
            points.quantile(0.9, "nearest").alias(f"{target}|high"),
        ]  # fmt: skip
    # beyond SAMPLED customers the spread is that of every so many-th, which the eye can't tell apart
    every = max(1, int(run.manifest["customers"]) // SAMPLED)
    trace = run.trace.select([f"{target}.points" for target in targets])
    told = pl.collect_all(
        [trace.select(exact), trace.gather_every(every).select(spread)], engine=run.executor
    )
    found: dict[str, dict[str, Any]] = {target: {} for target in targets}
    for row in told:
        for key, value in row.row(0, named=True).items():
            target, _, what = key.partition("|")
            found[target][what] = value if what == "known" or value is None else value / 10_000
    return found


def _whole(run: Run, language: str) -> list[str]:
    """The base as a whole: its score and grade, and each dimension."""
    row = run.trace.collect(engine="in-memory").row(0, named=True)
    title = run.pack.title[language]
    if row["composite.points"] is None:
        return [word("summary.whole-none", language, title=title)]
    points = {part: _number(row[f"composite.{part}"] / 10_000) for part in ("points", "low", "high")}
    tier = run.pack.tiers[row["tier.index"]].title[language]
    joiner = "；" if language == "zh" else "; "
    parts = joiner.join(
        f"{dimension.title[language]} {_number(row[f'{dimension.id}.points'] / 10_000)}"
        for dimension in run.pack.dimensions
        if row[f"{dimension.id}.points"] is not None
    )
    key = "summary.whole" if row["composite.low"] != row["composite.high"] else "summary.whole-sure"
    return [word(key, language, title=title, tier=tier, **points), "  " + parts]


def _number(value: Any) -> str:
    return "" if value is None else f"{float(value):.2f}"


def counts_of(run: Run, column: str) -> dict[Any, int]:
    frame = run.trace.group_by(column).agg(pl.len().alias("count")).collect(engine=run.executor)
    return dict(zip(frame[column].to_list(), frame["count"].to_list(), strict=True))


def _tiers(run: Run, language: str, bar: int) -> str:
    """The tiers with counts, shares and bars."""
    counts = counts_of(run, "tier.index")
    total = max(1, run.manifest["customers"])
    rows = []
    for index, tier in [*enumerate(run.pack.tiers), (None, None)]:
        count = counts.get(index, 0)
        if tier is None and not count:
            continue
        title = tier.title[language] if tier else word("summary.not-assessed", language)
        rows.append(
            [
                title,
                f"{count:,}",
                f"{count / total:.1%}",
                "█" * round(bar * count / total) or ("▏" if count else ""),
            ]
        )
    headers = [word(f"summary.column.{key}", language) for key in ("tier", "count", "share")] + [""]
    return tabulate(
        rows, headers, tablefmt="simple", colalign=("left", "right", "right", "left"), disable_numparse=True
    )


def _dimensions(run: Run, language: str, figures: dict[str, dict[str, Any]], width: int) -> str:
    """Weight, mean, spread and number assessed of each dimension; less of it where the screen is narrow, bars where wide."""
    rows = []
    total = sum(dimension.weight for dimension in run.pack.dimensions)
    for dimension in run.pack.dimensions:
        if dimension.id in run.pack.left_out:
            continue
        found = figures[dimension.id]
        spread = {key: _number(found[key]) for key in ("mean", "low", "high")}
        rows.append(
            {"dimension": dimension.title[language], "weight": f"{dimension.weight / total:.0%}", **spread, "assessed": f"{found['known']:,}"}
            | ({"": "█" * round(BAR * found["mean"] / 100)} if width >= WIDE and found["mean"] else {})
        )  # fmt: skip
    shown = ["dimension", "weight", "mean", "low", "high", "assessed"] + ([""] if width >= WIDE else [])
    for less in (("",), ("assessed",), ("low", "high"), ("weight",)):
        headers = [word(f"summary.column.{key}", language) if key else "" for key in shown]
        table = tabulate(
            [[row.get(key, "") for key in shown] for row in rows], headers, tablefmt="simple",
            colalign=["left" if key in ("dimension", "") else "right" for key in shown], disable_numparse=True,
        )  # fmt: skip
        if max(map(wcswidth, table.split("\n"))) <= width:
            break
        shown = [key for key in shown if key not in less]
    return table


def _standing_out(run: Run, language: str) -> list[str]:
    """The rules that most often cost customers most, and the gates that acted."""
    found = []
    rules = run.pack.rules
    first = sorted(
        (-count, index) for index, count in counts_of(run, "reason.0").items() if index is not None
    )
    for count, index in first[:3]:
        rule = rules[index]
        found.append(
            "· "
            + word("summary.reason", language, rule=rule.title[language], id=rule.id, count=f"{-count:,}")
        )
    gates = run.pack.gates
    acted = (
        run.trace.select(pl.col(f"gate.{gate.id}").sum() for gate in gates).collect(engine=run.executor)
        if gates
        else pl.DataFrame()
    )
    for count, gate in sorted(
        ((-acted[f"gate.{gate.id}"][0], gate) for gate in gates), key=lambda pair: (pair[0], pair[1].id)
    ):
        if count and len(found) < FINDINGS:
            found.append(
                "· "
                + word("summary.gate", language, gate=gate.title[language], id=gate.id, count=f"{-count:,}")
            )
    return found


# ---- one customer --------------------------------------------------------------------------------------------
