# SPDX-License-Identifier: Apache-2.0
"""The terminal: a run's summary screen, and the explanation of one customer as an indented tree."""

from __future__ import annotations

from typing import Any

import polars as pl
from tabulate import tabulate
from wcwidth import wcswidth

from ..audit import value_of
from ..folder import Run
from ..handbook.rules import unit_word
from ..lang.words import grouped_number, value_text
from ..messages import word
from ..model import Pack
from ..quality.figures import NOT_STATED
from ..quality.verdict import percent
from ..readers.assessment import EVIDENCE
from ..schema import QUALITY_MEASURES
from . import findings, requests, worth

Node = dict[str, Any]
BAR = 28
WIDE = 110
"""From this width on the dimensions have bars too."""
FINDINGS = 5
SAMPLED = 200_000


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
        rules=len(pack.rules),
        dimensions=len(pack.dimensions),
    )
    lines = [company] if company else []
    lines += [head, ""]
    figures = figures_of(run)
    composite = figures["composite"]
    lines.append(say("customers", count=f"{manifest['customers']:,}", assessed=f"{composite['known']:,}"))
    if composite["known"]:
        shown = {key: _number(composite[key]) for key in ("mean", "median", "least", "most")}
        lines.append(say("composite", **shown))
        coverage = trace.select(pl.col("composite.coverage").mean()).collect(engine="streaming").item()
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
        lines += ["", *worth.lines(value_of(run), language)]
    for told in (findings.decided(run, language), findings.lines(run, language)):
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
    known = pack.tables.get(table)
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
    """Mean, median, extremes and 10th and 90th percentiles of the composite and of each dimension."""
    targets = ["composite", *(dimension.id for dimension in run.pack.dimensions)]
    asked = []
    for target in targets:
        points = pl.col(f"{target}.points")
        asked += [
            points.mean().alias(f"{target}|mean"), points.median().alias(f"{target}|median"), points.min().alias(f"{target}|least"),
            points.max().alias(f"{target}|most"), points.quantile(0.1, "nearest").alias(f"{target}|low"),
            points.quantile(0.9, "nearest").alias(f"{target}|high"), points.count().alias(f"{target}|known"),
        ]  # fmt: skip
    # beyond SAMPLED customers the spread is that of every so many-th, which the eye can't tell apart
    every = max(1, int(run.manifest["customers"]) // SAMPLED)
    columns = (
        run.trace.select([f"{target}.points" for target in targets])
        .gather_every(every)
        .collect(engine="streaming")
    )
    row = columns.select(asked).row(0, named=True)
    found: dict[str, dict[str, Any]] = {target: {} for target in targets}
    for key, value in row.items():
        target, _, what = key.partition("|")
        found[target][what] = value if what == "known" or value is None else value / 10_000
    return found


def _whole(run: Run, language: str) -> list[str]:
    """The base as a whole: its score and grade, and each dimension."""
    row = run.trace.collect().row(0, named=True)
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
    frame = run.trace.group_by(column).agg(pl.len().alias("count")).collect(engine="streaming")
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
        run.trace.select(pl.col(f"gate.{gate.id}").sum() for gate in gates).collect(engine="streaming")
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


def explanation(node: Node, language: str) -> str:
    """The tree of one customer: composite, tier and why, gates, each dimension, each rule down to the source cells."""
    return "\n".join(_Tree(node, language).lines())


class _Tree:
    def __init__(self, node: Node, language: str) -> None:
        self.node, self.language = node, language

    def say(self, key: str, **facts: Any) -> str:
        return word(f"explain.{key}", self.language, **facts)

    def text(self, texts: dict[str, str] | None) -> str:
        return texts[self.language] if texts else ""

    def points(self, value: float | None, decimals: int | None = None) -> str:
        if value is None:
            return self.say("not-assessed")
        return f"{value:.{decimals}f}" if decimals is not None else grouped_number(value)

    def lines(self) -> list[str]:
        node, language = self.node, self.language
        lines = [
            f"{node['customer_id']}  {node['name'] or ''}".rstrip()
            if node["subject"] == "customers"
            else self.text(node["pack"]),
            self.say("as-of", as_of=node["as_of"], run=node["run_id"][:12]),
            "",
        ]
        decimals = node["decimals"]
        lines.append(self.say("composite-none") if node["low"] is None else self.say(
            "composite", points=self.points(node["composite"], decimals), low=self.points(node["low"], decimals),
            high=self.points(node["high"], decimals), coverage=_percent(node["coverage"]),
        ))  # fmt: skip
        lines += self.before_gates(node, decimals)
        lines += self.tier()
        lines += self.overrides()
        for gate in node["gates"]:
            lines += self.gate(gate)
        if node["reasons"]:
            joiner = "、" if language == "zh" else ", "
            lines.append(
                self.say(
                    "reasons",
                    rules=joiner.join(f"{self.text(r['title'])} [{r['rule']}]" for r in node["reasons"]),
                )
            )
        lines += self.findings()
        for dimension in node["dimensions"]:
            lines += ["", *self.dimension(dimension)]
        if node["figures"]:
            head = self.say("figures" if node["subject"] == "customers" else "waterfall")
            lines += ["", head, "─" * wcswidth(head)]
            lines += [line for item in node["figures"] for line in self.input(item, 2)]
        if not node["agrees_with_run"]:
            lines += ["", self.say("disagrees")]
        return lines

    def tier(self) -> list[str]:
        tier = self.node["tier"]
        if tier["id"] is None:
            return [self.say("no-tier")]
        lines = [self.say("tier", tier=self.text(tier["title"]))]
        reason = tier["reason"]
        if reason == "coverage":
            lines.append(
                "  "
                + self.say(
                    "tier-coverage",
                    coverage=_percent(self.node["coverage"]),
                    minimum=_percent(self.node["minimum_coverage"]),
                )
            )
        elif reason == "override":
            lines.append("  " + self.say("tier-override", by_rules=self.text(tier["by_rules"])))
        elif reason.startswith("gate:"):
            gate = next(g for g in self.node["gates"] if g["id"] == reason[5:])
            lines.append(
                "  " + self.say("tier-gate", gate=self.text(gate["title"]), reason=self.text(gate["reason"]))
            )
        elif tier["condition"]:
            lines.append("  " + self.say("tier-because", words=self.text(tier["condition"]["words"])))
        else:
            lines.append("  " + self.say("tier-last"))
        if (
            tier["next"] and tier["natural"] == tier["id"] and reason != "override"
        ):  # otherwise it was held down, as told above
            lines.append("  " + self.say("next", tier=self.text(tier["next"]["title"])))
            for part in tier["next"]["parts"]:
                mark = {True: "✓", False: "✗", None: "?"}[part["holds"]]
                lines.append(f"    {mark} {self.text(part['words'])}    ({part['with_values']})")
        return lines + self.actions(tier)

    def overrides(self) -> list[str]:
        """What people decided for this customer, beside what rules and data say."""
        lines = []
        for one in self.node["overrides"]:
            if one["tier"] is not None:
                lines.append(
                    self.say(
                        "decided-tier",
                        tier=self.text(one["tier_title"]),
                        by_rules=self.text(one["by_rules"]) or self.say("not-assessed"),
                    )
                )
            else:
                old, new = (value_text(one[key], self.language) for key in ("was", "value"))
                lines.append(
                    self.say("decided-field", field=self.text(one["field_title"]), was=old, value=new)
                )
            second = one["second"]
            facts = {"reason": one["reason"], "role": one["role"], "date": one["date"], "place": one["place"]}
            lines.append(
                "  " + self.say("decided-why", **facts, second=second["role"], second_date=second["date"])
            )
        return lines

    def actions(self, node: Node) -> list[str]:
        """The measures of a tier or a finding."""
        lines = []
        for action in node["actions"]:
            owner = f" · {self.text(action['owner'])}" if action["owner"] else ""
            due = f" · {action['due']}" if action["due"] else ""
            lines.append("  → " + self.text(action["title"]) + owner + due)
        return lines

    def findings(self) -> list[str]:
        """What was found, with what it rests on; last what could not be tested."""
        lines = []
        for one in (one for one in self.node["findings"] if one["holds"]):
            known = one["amount"] is not None
            amount = (
                self.say("finding-amount", amount=findings.shown(one["amount"]), unit=one["unit"])
                if known
                else ""
            )
            kept = self.say("finding-kept") if one["keeps_out"] else ""
            lines.append(
                self.say("finding", title=self.text(one["title"]), amount=amount, kept=kept)
                + f"    {one['place']} [{one['id']}]"
            )
            lines.append(f"  {self.text(one['condition']['words'])}    ({one['condition']['with_values']})")
            lines += [line for item in one["inputs"] for line in self.input(item, 4)] + self.actions(one)
        unknown = [self.text(one["title"]) for one in self.node["findings"] if one["holds"] is None]
        if unknown:
            joiner = "、" if self.language == "zh" else ", "
            lines.append(self.say("findings-unknown", titles=joiner.join(unknown)))
        return ["", *lines] if lines else []

    def gate(self, gate: Node) -> list[str]:
        if gate["acted"] is False:
            return []
        key = "gate-acted" if gate["acted"] else "gate-undecided"
        limit = self.text(gate["limit_title"]) or grouped_number(gate["limit"])
        effect = self.say(gate["action"], target=self.text(gate["target_title"]), limit=limit)
        lines = [self.say(key, gate=self.text(gate["title"]), effect=effect)]
        lines.append(f"  {self.text(gate['condition']['words'])}    ({gate['condition']['with_values']})")
        return lines

    def before_gates(self, node: Node, decimals: int | None = None) -> list[str]:
        """The points that its parts come to, where a gate changed them."""
        points = node["points"] if "points" in node else node["composite"]
        if node["before_gates"] == points:
            return []
        return ["  " + self.say("before-gates", points=self.points(node["before_gates"], decimals))]

    def dimension(self, node: Node) -> list[str]:
        head = self.say("dimension-none", title=self.text(node["title"])) if node["low"] is None else self.say(
            "dimension", title=self.text(node["title"]), points=self.points(node["points"]), share=f"{node['share']:.1f}%",
            contribution=self.points(node["contribution"]), coverage=_percent(node["coverage"]),
            low=self.points(node["low"]), high=self.points(node["high"]),
        )  # fmt: skip
        lines = [head, "─" * min(wcswidth(head), 100), *self.before_gates(node)]
        if node["rules"] and all(
            "question" in rule and rule["state"] == "not_applicable" for rule in node["rules"]
        ):
            return [*lines, "  " + self.say("no-questionnaire", count=len(node["rules"]))]
        for rule in node["rules"]:
            lines += self.rule(rule)
        return lines

    def rule(self, node: Node) -> list[str]:
        points = self.points(node["points"]) if node["points"] is not None else "—"
        best = grouped_number(node["best"])
        head = f"  {self.text(node['title'])}  {points}/{best}"
        facts = [self.say("weight", weight=node["weight"])]
        if node["contribution"] is not None:
            facts.append(self.say("contribution", points=grouped_number(node["contribution"])))
        if node["state"] != "scored":
            facts.insert(0, self.say(f"state.{node['state']}"))
        lines = [f"{head}  ({' · '.join(facts)})    {node['place']} [{node['id']}]"]
        case = node["case"]
        if "question" in node:
            return [*lines, *self.question(node)]
        if case:
            if case["condition"]:
                lines.append(f"    {self.text(case['condition']['words'])}")
                lines.append(f"      {case['condition']['text']}   →   {case['condition']['with_values']}")
            elif "parts" in case:
                for part in case["parts"]:
                    mark = {True: "✓", False: "✗", None: "?"}[part["value"]]
                    lines.append(
                        f"    {mark} {self.text(part['title'])}  {grouped_number(part['points'])}    ({part['with_values']})"
                    )
            elif "points" in case:
                lines.append(f"    {self.text(case['points']['words'])}")
                lines.append(f"      {case['points']['text']}   →   {case['points']['with_values']}")
            else:
                lines.append("    " + self.say("otherwise"))
            if case["reason"]:
                lines.append(f"    {self.text(case['reason'])}")
        elif node["state"] == "not_applicable":
            lines.append(
                "    "
                + self.say(
                    "applies",
                    words=self.text(node["applies"]["words"]),
                    values=node["applies"]["with_values"],
                )
            )
        for item in node["inputs"]:
            lines += self.input(item, 4)
        return lines

    def question(self, node: Node) -> list[str]:
        """What was asked, what was answered on what evidence, and the level that the answers reach."""
        asked = node["question"]
        role = word(f"role.{asked['role']}", self.language)
        lines = ["    " + self.say("asked", role=role, words=self.text(asked["words"]))]
        for reply in asked["replies"]:
            evidence = word(f"shown.{reply['evidence']}", self.language)
            key = "reply" if reply["mark"] == reply["counted"] else "reply-unproven"
            told = self.say(
                key, mark=f"{reply['mark']:g}", counted=f"{reply['counted']:g}", evidence=evidence
            )
            lines.append(f"    · {told}  ← {self.cell({**reply, 'evidence': ''})}")
        if node["case"]:
            level = asked["marks"][node["case"]["index"]]
            reached = self.text(node["case"]["reason"])
            lines.append("    " + self.say("level", mark=f"{asked['mark']:g}", level=level, words=reached))
        elif node["state"] == "missing":
            lines.append("    " + self.say("unanswered", evidence=self.text(asked["evidence"])))
        return lines

    def input(self, node: Node, indent: int) -> list[str]:
        unit = unit_word(node.get("unit") or "", self.language) if node["value"] is not None else ""
        unit = f" {unit}" if unit else ""
        title = self.text(node.get("title")) or node["name"]
        expression = f"  = {node['expression']}" if node.get("expression") else ""
        line = f"{' ' * indent}· {title} [{node['name']}]: {value_text(node['value'], self.language)}{unit}{expression}"
        if len(title) > 60 or title == node["name"]:
            line = f"{' ' * indent}· {title}: {value_text(node['value'], self.language)}{unit}{expression}"
        lines = [line]
        for cell in node.get("cells", ()):
            lines.append(f"{' ' * (indent + 2)}← {self.cell(cell)}")
        for part in node.get("inputs", ()):
            lines += self.input(part, indent + 2)
        return lines

    def cell(self, node: Node) -> str:
        where = node["file"] + (f"!{node['sheet']}" if node["sheet"] else "")
        if not node["rows"]:
            return self.say("cell-all", file=where, columns=", ".join(node["columns"]))
        rows = ", ".join(str(row) for row in node["rows"])
        if node.get("count", 0) > len(node["rows"]):
            rows += self.say("more", count=node["count"] - len(node["rows"]))
        key = "cell-of-query" if "query" in node else "cell"
        text = self.say(key, file=where, rows=rows, columns=", ".join(node["columns"]))
        if not node["evidence"]:
            return text
        return text + self.say("evidence", level=word(f"evidence.{node['evidence']}", self.language))


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
