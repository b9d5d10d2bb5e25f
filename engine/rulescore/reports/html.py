# SPDX-License-Identifier: Apache-2.0
"""A run -> one HTML file that asks for nothing outside itself. All text is escaped; what is shown stands in `content`."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

from ..folder import Run
from ..messages import catalogue
from .page import charts

SUFFIX = ".html"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
PLAIN_UP_TO = 65_536

ON_PAPER = 200
"""How many customers a form without scripts lists."""

Node = dict[str, Any]


def render(run: Run, language: str) -> bytes:
    """The bytes of the file."""
    return page(run, language).encode("utf-8")


def page(run: Run, language: str, paper: bool = False) -> str:
    """The text of the page. `paper`: what can be read without clicking, all unfolded, the first customers as a table."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from .content import content

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    report = content(run, language)
    texts = {key.removeprefix("page."): text for key, text in catalogue(language)["words"].items() if key.startswith("page.")}  # fmt: skip
    kind, packed = ("", "") if paper else _packed(_customer_data(report, texts))

    def say(key: str, **facts: Any) -> str:
        return str(texts[key].format_map(facts)) if facts else str(texts[key])

    def points(value: float | None) -> str:
        return "—" if value is None else f"{value:.2f}"

    facts: Node = {
        "report": report, "lang": LANGUAGES[language], "say": say, "points": points, "charts": charts,
        "percent": lambda value: f"{value:.1%}", "count": lambda value: f"{value:,}", "kind": kind, "packed": packed, "paper": paper,
        "listed": _brief(report, ON_PAPER) if paper else [], "paper_rows": ON_PAPER if paper else None,
    }  # fmt: skip
    return environment.get_template("report.html").render(facts)


def _customer_data(report: Node, texts: Node) -> Node:
    """What the list of customers and their pages are drawn from: every text of a rule once, figures by column."""
    rules = [
        {
            "id": rule["id"], "title": rule["title"], "dimension": index, "weight": rule["weight"], "best": rule["best"],
            "place": rule["place"], "subject": rule["subject"], "applies": rule["applies"], "missing": rule["if_missing"],
            "cases": [[case["words"], case["points"], case["reason"], case["parts"], case["place"]] for case in rule["cases"]],
            "inputs": rule["inputs"],
        }
        for index, dimension in enumerate(report["dimensions"])
        for rule in dimension["rules"]
    ]  # fmt: skip
    return {
        "words": texts, "tiers": [tier["title"] for tier in report["conclusion"]["tiers"] if tier["id"] is not None],
        "dimensions": [[one["title"], one["weight"], one["combine"], one["left_out"]] for one in report["dimensions"]],
        "indices": [one["title"] for one in report["indices"]],
        "gates": [[one["title"], one["effect"], one["reason"], one["words"]] for one in report["gates"]],
        "warnings": [] if report["early_warnings"] is None else [[one["title"], one["severity"], one["severity_title"], one["actions"]] for one in report["early_warnings"]["warnings"]],
        "rules": rules, "customers": report["customers"],
    }  # fmt: skip


def _brief(report: Node, count: int) -> list[Node]:
    """A line for each of the first customers: id, name, tier, scores, and the rules that cost most."""
    listed = report["customers"]
    tiers = [tier["title"] for tier in report["conclusion"]["tiers"] if tier["id"] is not None]
    rules = [rule["title"] for dimension in report["dimensions"] for rule in dimension["rules"]]
    found = []
    for index, customer in enumerate(listed["id"][:count]):
        tier = listed["tier"][index]
        found.append({
            "id": customer, "name": listed["name"][index] if listed["name"] else "", "tier": None if tier is None else tiers[tier],
            **{key: listed[key][index] for key in ("composite", "low", "high", "coverage")},
            "loses": [rules[column[index]] for column in listed["reasons"] if column[index] is not None],
        })  # fmt: skip
    return found


def _packed(data: Node) -> tuple[str, str]:
    """The data as text for a script element: plain JSON while small, else compressed; neither can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if len(text) <= PLAIN_UP_TO:
        plain = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return "json", plain
    return "gzip", base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")
