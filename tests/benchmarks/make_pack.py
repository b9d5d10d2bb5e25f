# SPDX-License-Identifier: Apache-2.0
"""Write the synthetic pack that the benchmarks evaluate: `make_pack.py [--rules N] [--out DIR]`.

The same arguments always give the same bytes. The committed `pack/` is the default, 100 rules; `--rules 500` gives the
pack whose planning time is measured. The rules mean nothing: they only have the shapes and sizes of real ones.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

SEED = 20260630
# Of every hundred rules, so many of each kind.
MIX = {"when": 25, "bands": 30, "lookup": 12, "cases": 10, "scale": 8, "formula": 10, "checklist": 5}
DIMENSIONS = {
    "basic_info": 5,
    "needs": 10,
    "quality": 25,
    "stability": 25,
    "reputation": 15,
    "financial_risk": 20,
}

# Number fields: unit, whole numbers only, places to cut.
NUMBERS: dict[str, tuple[str, bool, list[float]]] = {
    "annual_revenue": ("CNY", False, [100000, 300000, 800000, 2000000, 5000000, 12000000, 40000000]),
    "revenue_last_year": ("CNY", False, [100000, 300000, 800000, 2000000, 5000000, 12000000]),
    "registered_capital": ("CNY", False, [500000, 1000000, 3000000, 5000000, 10000000, 50000000]),
    "open_amount": ("CNY", False, [20000, 60000, 150000, 400000, 900000, 2500000]),
    "overdue_amount": ("CNY", False, [5000, 20000, 50000, 120000, 300000, 800000]),
    "credit_limit": ("CNY", False, [100000, 250000, 500000, 1000000, 3000000]),
    "gross_margin": ("%", False, [0.05, 0.1, 0.15, 0.2, 0.28, 0.35, 0.45]),
    "discount_rate": ("%", False, [0.02, 0.05, 0.08, 0.12, 0.2, 0.3]),
    "payment_days": ("days", False, [7, 15, 30, 45, 60, 90, 120]),
    "satisfaction": ("", False, [3, 4.5, 6, 7, 8, 9]),
    "employees": ("count", True, [10, 30, 80, 200, 500, 1500]),
    "order_count": ("count", True, [1, 2, 5, 10, 20, 40]),
    "complaint_count": ("count", True, [0, 1, 2, 3, 5]),
    "visit_count": ("count", True, [0, 1, 3, 6, 10]),
    "project_count": ("count", True, [0, 1, 2, 4, 7]),
    "contact_count": ("count", True, [1, 2, 3, 5, 8]),
}
TEXTS = {
    "industry": [
        "biotech",
        "ventilation",
        "automation",
        "photography",
        "retail",
        "machinery",
        "food",
        "other",
    ],
    "region": ["north", "east", "south", "west", "central", "abroad"],
    "ownership": ["state", "private", "foreign", "joint", "listed"],
    "contact_level": ["owner", "director", "manager", "clerk"],
    "channel": ["direct", "dealer", "online", "tender", "referral"],
}
FLAGS = ["dishonest_debtor", "contract_signed", "exclusive_supply"]
DATES = {
    "registered_on": ["2005-01-01", "2012-06-30", "2018-01-01", "2022-07-01"],
    "last_order_on": ["2024-12-31", "2025-09-30", "2026-01-31", "2026-04-30"],
}
# Features: the dimension that holds it, unit, expression, places to cut.
FEATURES: dict[str, tuple[str, str, str, list[float]]] = {
    "age_years": ("basic_info", "times", "years_between(registered_on, as_of)", [1, 3, 5, 10, 20]),
    "revenue_per_head": (
        "basic_info",
        "CNY",
        "annual_revenue / employees",
        [3000, 10000, 30000, 90000, 300000],
    ),
    "revenue_growth": (
        "needs",
        "%",
        "(annual_revenue - revenue_last_year) / revenue_last_year",
        [-0.3, -0.1, 0, 0.1, 0.3, 0.8],
    ),
    "average_order": (
        "quality",
        "CNY",
        "annual_revenue / order_count",
        [20000, 60000, 150000, 500000, 2000000],
    ),
    "margin_amount": (
        "quality",
        "CNY",
        "annual_revenue * (gross_margin - discount_rate)",
        [0, 50000, 200000, 600000, 2000000],
    ),
    "days_since_last_order": (
        "stability",
        "days",
        "days_between(last_order_on, as_of)",
        [30, 60, 120, 240, 480],
    ),
    "complaint_rate": ("reputation", "%", "complaint_count / order_count", [0.02, 0.05, 0.1, 0.2, 0.5]),
    "overdue_share": ("financial_risk", "%", "overdue_amount / open_amount", [0.05, 0.15, 0.3, 0.5, 0.8]),
    "credit_use": ("financial_risk", "%", "open_amount / credit_limit", [0.1, 0.3, 0.6, 0.9, 1.2]),
}
CUTS = {name: cuts for name, (_, _, cuts) in NUMBERS.items()} | {name: f[3] for name, f in FEATURES.items()}
FORMULAS = [
    "100 * clip(revenue_growth + 0.2, 0, 0.6) / 0.6",
    "100 - min(abs(payment_days - {c}), 90) / 0.9",
    "40 + 6 * visit_count - 12.5 * complaint_count",
    "20 * sqrt(project_count) + contact_count * 5",
    "(gross_margin - discount_rate) / {m} * 100",
    "100 * (1 - overdue_amount / (open_amount + {k}))",
    "max(satisfaction * 10, 100 - {c} * complaint_rate)",
    "round(credit_limit / {k}, 1) + 3 * employees / 7",
    "100 - days_since_last_order / 7.3 if order_count >= 2 else 25",
    "satisfaction / 10 * satisfaction * 6 + clip(margin_amount, 0, 400000) / 10000",
]


def flow(value: Any) -> str:
    """One value in YAML's flow style, text quoted only where it must be."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str):
        plain = re.fullmatch(r"[\w.()<>=/+*-][\w .()<>=/+*-]*", value) and not re.match(r"[-+.\d>*]", value)
        return (
            value
            if plain and value not in {"true", "false", "null"}
            else json.dumps(value, ensure_ascii=False)
        )
    return json.dumps(value)


def block(entries: dict[str, Any], indent: str, first: str = "") -> list[str]:
    """The entries one a line; a list of mappings one item a line."""
    lines = []
    for key, value in entries.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:")
            lines += [f"{indent}  - {flow(item)}" for item in value]
        else:
            lines.append(f"{indent}{key}: {flow(value)}")
    if first:
        lines[0] = first + lines[0][len(first) :]
    return lines


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


class Writer:
    """Draws rules of every kind from the tables above."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def number(self) -> str:
        return self.rng.choice(sorted(CUTS))

    def text(self, name: str) -> str:
        return json.dumps(self.rng.choice(TEXTS[name]))

    def condition(self) -> str:
        rng = self.rng
        one, two = rng.sample(sorted(CUTS), 2)
        flag, name, day = rng.choice(FLAGS), rng.choice(sorted(TEXTS)), rng.choice(sorted(DATES))
        low, high = sorted(rng.sample(CUTS[one], 2))
        cut = rng.choice(CUTS[two])
        shapes = [
            f"{one} >= {low}",
            f"{one} >= {low} and {two} < {cut}",
            f"{flag} or {one} > {high}",
            f"not {flag} and {one} <= {high}",
            f"{name} in [{', '.join(json.dumps(v) for v in sorted(rng.sample(TEXTS[name], 2)))}]",
            f"{name} == {self.text(name)} and {one} < {high}",
            f"{name} != {self.text(name)} or {two} >= {cut}",
            f'{day} >= date("{rng.choice(DATES[day])}")',
            f"is_missing({day}) or {two} > {cut}",
            f"coalesce({one}, {low}) > {high}",
            f"{low} <= {one} < {high}",
            f"not ({one} < {low} or {two} >= {cut})",
        ]
        return rng.choice(shapes)

    def ladder(self, count: int) -> list[float]:
        """Descending points, the first 100, the last 0 or a little more."""
        inner = sorted(self.rng.sample(range(15, 95, 5), count - 2), reverse=True)
        return [100, *inner, self.rng.choice([0, 0, 0, 5, 10])]

    def when(self) -> dict[str, Any]:
        rule = {"when": self.condition(), "points": self.rng.choice([100, 100, 80, 60])}
        return rule | ({"else": self.rng.choice([10, 20, 30])} if self.rng.random() < 0.5 else {})

    def bands(self) -> dict[str, Any]:
        name = self.number()
        cuts = sorted(self.rng.sample(CUTS[name], self.rng.randint(3, min(5, len(CUTS[name])))))
        points = self.ladder(len(cuts) + 1)
        if self.rng.random() < 0.5:
            steps = [{"up_to": cut, "points": p} for cut, p in zip(cuts, points, strict=False)]
            return {"of": name, "bands": [*steps, {"above": cuts[-1], "points": points[-1]}]}
        steps = [{"from": cut, "points": p} for cut, p in zip(reversed(cuts), points, strict=False)]
        return {"of": name, "bands": [*steps, {"below": cuts[0], "points": points[-1]}]}

    def lookup(self) -> dict[str, Any]:
        name = self.rng.choice(sorted(TEXTS))
        values = self.rng.sample(TEXTS[name], len(TEXTS[name]) - 1)
        return {"of": name, "lookup": {v: self.rng.randrange(0, 101, 5) for v in values}, "else": 20}

    def cases(self) -> dict[str, Any]:
        count = self.rng.randint(3, 5)
        points = self.ladder(count + 1)
        steps: list[dict[str, Any]] = [{"when": self.condition(), "points": p} for p in points[:-1]]
        return {"cases": [*steps, {"else": points[-1]}]}

    def scale(self) -> dict[str, Any]:
        name = self.number()
        places = sorted(self.rng.sample(CUTS[name], self.rng.randint(3, 4)))
        points = self.ladder(len(places))
        if self.rng.random() < 0.5:
            points.reverse()
        return {"of": name, "scale": [list(pair) for pair in zip(places, points, strict=True)]}

    def formula(self, number: int) -> dict[str, Any]:
        text = FORMULAS[number % len(FORMULAS)].format(
            c=self.rng.choice([15, 30, 45, 60]),
            m=self.rng.choice([0.3, 0.35, 0.55]),
            k=self.rng.choice([30000, 70000, 110000]),
        )
        return {"formula": text} | ({"min": 5, "max": 95} if self.rng.random() < 0.3 else {})

    def checklist(self) -> dict[str, Any]:
        count = self.rng.randint(4, 6)
        items = [
            {
                "id": f"item-{i + 1}",
                "title": words(f"项目 {i + 1}", f"Item {i + 1}"),
                "when": self.condition(),
                "points": self.rng.choice([10, 15, 20, 25, 30]),
            }
            for i in range(count)
        ]
        return {"checklist": items} | ({"max": 90, "initial": 5} if self.rng.random() < 0.5 else {})

    def extras(self, kind: str) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        weight = self.rng.choice([1, 1, 1, 2, 2, 3, 4, 5])
        if weight > 1:
            extras["weight"] = weight
        if self.rng.random() < 0.15:
            extras["applies"] = self.rng.choice(
                ["order_count >= 2", "open_amount > 0", 'channel != "online"']
            )
        elif kind in {"when", "bands", "lookup"} and self.rng.random() < 0.1:
            extras["on_missing"] = self.rng.choice(["worst", {"points": 40}])
        return extras


def modeline(kind: str) -> str:
    return f"# yaml-language-server: $schema=../../../schemas/{kind}.schema.json"


def dimension_text(dimension: str, place: int, rules: list[list[str]]) -> str:
    lines = [
        modeline("dimension"),
        f"dimension: {dimension}",
        *block(
            {
                "title": words(f"维度 {place}", f"Dimension {place}"),
                "why": words("仅用于性能测试", "For measuring speed only"),
            },
            "",
        ),
    ]
    features = {name: f for name, f in FEATURES.items() if f[0] == dimension}
    if features:
        lines.append("features:")
    for number, (name, (_, unit, text, _)) in enumerate(features.items(), 1):
        lines += [
            f"  {name}:",
            *block(
                {
                    "title": words(f"特征 {place}.{number}", f"Feature {place}.{number}"),
                    "unit": unit,
                    "is": text,
                },
                "    ",
            ),
        ]
    lines.append("rules:")
    for rule in rules:
        lines += rule
    return "\n".join(lines) + "\n"


def pack_text(count: int) -> str:
    lines = [
        modeline("pack"),
        *block(
            {
                "id": "bench",
                "version": "1.0.0",
                "title": words(f"性能测试 {count}", f"Benchmark {count}"),
                "why": words("仅用于性能测试", "For measuring speed only"),
                "decimals": {"dimension": 4, "composite": 2},
                "minimum_coverage": {"share": 0.6, "cap": "important", "source": "judgement"},
                "review": words("每季度", "Every quarter"),
                "dimensions": DIMENSIONS,
                "dimension_source": "judgement",
            },
            "",
        ),
        "gates:",
    ]
    gates: list[dict[str, Any]] = [
        {
            "id": "dishonest-debtor",
            "title": words("失信", "Dishonest debtor"),
            "when": "dishonest_debtor",
            "cap": {"tier": "ordinary"},
        },
        {
            "id": "heavy-overdue",
            "title": words("严重逾期", "Heavy overdue"),
            "when": "overdue_share > 0.5 and overdue_amount > 300000",
            "cap": {"composite": 50},
        },
    ]
    for gate in gates:
        lines += block(
            gate | {"reason": words("仅用于性能测试", "For measuring speed only"), "source": "judgement"},
            "    ",
            "  - ",
        )
    lines.append("tiers:")
    tiers: list[dict[str, Any]] = [
        {
            "id": "strategic",
            "title": words("战略", "strategic"),
            "when": "composite >= 54 and score.stability >= 50",
        },
        {"id": "important", "title": words("重要", "important"), "when": "composite >= 47"},
        {"id": "ordinary", "title": words("普通", "ordinary")},
    ]
    for tier in tiers:
        lines += block(
            tier | {"why": words("仅用于性能测试", "For measuring speed only"), "source": "judgement"},
            "    ",
            "  - ",
        )
    return "\n".join(lines) + "\n"


def tables_text() -> str:
    lines = [
        modeline("tables"),
        "tables:",
        "  customers:",
        "    title: {zh: 客户, en: Customers}",
        "    key: customer_id",
        "    fields:",
    ]

    def field(name: str, entries: dict[str, Any]) -> None:
        number = sum(1 for line in lines if line.startswith("      "))
        lines.append(
            f"      {name}: " + flow(entries | {"title": words(f"字段 {number:02}", name.replace("_", " "))})
        )

    field("customer_id", {"type": "text", "required": True})
    for name, (unit, whole, _) in NUMBERS.items():
        kind = "integer" if whole else "number"
        field(name, {"type": kind} | ({"unit": unit} if unit else {}))
    for name, values in TEXTS.items():
        field(name, {"type": "text", "values": values})
    for name in FLAGS:
        field(name, {"type": "bool"})
    for name in DATES:
        field(name, {"type": "date"})
    return "\n".join(lines) + "\n"


def rules_text(count: int) -> dict[str, list[list[str]]]:
    """The rules of each dimension, each as its lines."""
    writer = Writer(SEED)
    kinds = [kind for kind, share in MIX.items() for _ in range(share * count // 100)]
    writer.rng.shuffle(kinds)
    names = list(DIMENSIONS)
    rules: dict[str, list[list[str]]] = {name: [] for name in names}
    formulas = 0
    for number, kind in enumerate(kinds, 1):
        if kind == "formula":
            body = writer.formula(formulas)
            formulas += 1
        else:
            body = getattr(writer, kind)()
        entries = {
            "id": f"rule-{number:03}",
            "title": words(f"规则 {number:03}", f"Rule {number:03}"),
            **body,
            **writer.extras(kind),
            "source": "judgement",
            "why": words("仅用于性能测试", "For measuring speed only"),
        }
        place = (number - 1) * len(names) // len(kinds)
        rules[names[place]].append(block(entries, "    ", "  - "))
    return rules


def write(out: Path, count: int) -> None:
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / "pack.yaml").write_text(pack_text(count), encoding="utf-8")
    (out / "tables.yaml").write_text(tables_text(), encoding="utf-8")
    for place, (dimension, rules) in enumerate(rules_text(count).items(), 1):
        text = dimension_text(dimension, place, rules)
        (out / f"{dimension}.yaml").write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=100, help="a multiple of 100")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pack")
    arguments = parser.parse_args()
    write(arguments.out, arguments.rules)


if __name__ == "__main__":
    main()
