# SPDX-License-Identifier: Apache-2.0
"""The explanation of one customer, or of the base, as an indented tree of text."""

from __future__ import annotations

from typing import Any

from wcwidth import wcswidth

from ..lang.words import grouped_number, value_text
from ..messages import word
from ..speech import period_word, unit_word
from . import cycles, findings

Node = dict[str, Any]


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
            *self.cycle(),
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
        for index in node["indices"]:
            lines += self.index(index)
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
        for item in node["shown"]:
            lines.append(self.say("shown-line", title=self.text(item["title"]), value=self.value(item)))
        lines += self.findings() + self.warnings()
        for dimension in node["dimensions"]:
            lines += ["", *self.dimension(dimension)]
        for key, items in (
            ("shown", node["shown"]),
            ("figures" if node["subject"] == "customers" else "waterfall", node["figures"]),
        ):
            if items:
                head = self.say(key)
                lines += ["", head, "─" * wcswidth(head)]
                lines += [line for item in items for line in self.input(item, 2)]
        lines += self.measures()
        if not node["agrees_with_run"]:
            lines += ["", self.say("disagrees")]
        return lines

    def cycle(self) -> list[str]:
        """The cycle of the run, and the dimensions it left out."""
        if not self.node["cycle"]:
            return []
        kept, less = [one["title"] for one in self.node["dimensions"]], self.node["left_out"]
        title = word(
            "cycle.some" if less else "cycle.all", self.language, cycle=self.text(self.node["cycle"])
        )
        return [title, "  " + cycles.computed(kept, less, self.language)] if less else [title]

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

    def index(self, node: Node) -> list[str]:
        """An index and the sum that it is; what the composite stands for is marked."""
        composite = self.node["composite"] if node["on_missing"] == "composite" else None
        parts, weights = [], 0
        for part in node["parts"]:
            points = composite if part["points"] is None else part["points"]
            if points is not None:
                mark = self.say("index-filled") if part["points"] is None else ""
                parts.append(f"{self.text(part['title'])} {self.points(points)}{mark} × {part['weight']}")
                weights += part["weight"]
        made = f"    ({' + '.join(parts)}) ÷ {weights}" if parts else ""
        title = self.text(node["title"])
        line = self.say("index", title=title, points=self.points(node["points"]))
        return [f"{line}{made}    {node['place']} [index.{node['id']}]"]

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
            due = " · " + period_word(action["due"], self.language) if action["due"] else ""
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

    def warnings(self) -> list[str]:
        """Whether the customer is on the early-warning list, every warning that holds with what it rests on, what could not be tested."""
        found = self.node["early_warnings"]
        if found is None:
            return []
        levels = {key: self.text(title) for key, title in found["levels"].items()}
        lines = []
        held = [one for one in found["warnings"] if one["holds"]]
        if found["at_risk"]:
            lines.append(self.say("warned", level=levels[found["level"]], value=findings.shown(found["value"]), unit=found["unit"]))  # fmt: skip
            lines += self.input(found["at_stake"], 2)
        elif held and found["kept_out"]:
            lines.append(self.say("warned-out"))
        for one in held:
            amount = "" if one["amount"] is None else self.say("finding-amount", amount=findings.shown(one["amount"]), unit=one["unit"])  # fmt: skip
            head = self.say("warning", title=self.text(one["title"]), level=levels[one["severity"]], amount=amount)  # fmt: skip
            lines.append(f"  {head}    {one['place']} [{one['id']}]")
            lines.append(f"    {self.text(one['condition']['words'])}    ({one['condition']['with_values']})")
            lines += [line for item in one["inputs"] for line in self.input(item, 6)]
            lines += [f"  {line}" for line in self.actions(one)]
        unknown = [self.text(one["title"]) for one in found["warnings"] if one["holds"] is None]
        if unknown:
            lines.append(self.say("warnings-unknown", titles=("、" if self.language == "zh" else ", ").join(unknown)))  # fmt: skip
        return ["", *lines] if lines else []

    def measures(self) -> list[str]:
        """The goals of the base: those missed first, with what is done; those that are met or can't be judged by a line each."""
        measures = self.node["measures"]
        if not measures:
            return []
        head = self.say("plan")
        lines = ["", head, "─" * wcswidth(head)]
        for state, holds in (("wanted", True), ("unknown", None), ("met", False)):
            for one in (one for one in measures if one["holds"] is holds):
                title, goal = self.text(one["title"]), self.text(one["goal"]["words"])
                place = f"    {one['place']} [{one['id']}]"
                lines.append(
                    self.say(
                        f"measure.{state}", title=title, goal=f"{goal}    ({one['goal']['with_values']})"
                    )
                    + place
                )
                if holds and one["amount"] is not None:
                    lines.append(
                        self.say("measure-amount", amount=findings.shown(one["amount"]), unit=one["unit"])
                    )
                if holds:
                    lines += [line for item in one["inputs"] for line in self.input(item, 4)] + self.actions(
                        one
                    )
                lines += [self.task(task) for task in self.node.get("tasks", ()) if task["measure"] == one["id"]]  # fmt: skip
        return lines

    def task(self, task: Node) -> str:
        """What became of a measure for a customer or the whole base, and the row that says so."""

        def say(key: str) -> str:
            return word(f"page.taken-{key}", self.language)

        parts = [task["on"], task["customer"] or say("whole"), task["role"], task["note"]]
        late = f" ({say('overdue')})" if task["overdue"] else ""
        shown = " · ".join(part for part in parts if part)
        return f"  – {say('state.' + task['state'])}{late} · {shown}    ← {task['place']}"

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
        title = self.text(node.get("title")) or node["name"]
        name = "" if len(title) > 60 or title == node["name"] else f" [{node['name']}]"
        lines = [f"{' ' * indent}· {title}{name}: {self.value(node)}"]
        if node.get("expression"):
            lines.append(f"{' ' * (indent + 2)}= {self.text(node['words'])}    ({node['expression']})")
        for cell in node.get("cells", ()):
            lines.append(f"{' ' * (indent + 2)}← {self.cell(cell)}")
        for part in node.get("inputs", ()):
            lines += self.input(part, indent + 2)
        return lines

    def value(self, node: Node) -> str:
        """A value with its unit; a text that a feature gives by its words."""
        unit = unit_word(node.get("unit") or "", self.language) if node["value"] is not None else ""
        told = self.text(node.get("value_words")) or value_text(node["value"], self.language)
        return f"{told} {unit}" if unit else told

    def cell(self, node: Node) -> str:
        where = node["file"] + (f"!{node['sheet']}" if node["sheet"] else "")
        if not node["rows"]:
            key = "cell-all" if node.get("of") == "customers" else "cell-rows"
            text = self.say(key, file=where, columns=", ".join(node["columns"]))
            lacking = ", ".join(f"{name} {count:,}" for name, count in node.get("unknown", {}).items())
            return text + (self.say("cell-unknown", columns=lacking) if lacking else "")
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
