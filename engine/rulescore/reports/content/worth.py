# SPDX-License-Identifier: Apache-2.0
"""A stored valuation -> its values, assumptions with their ground, year tables and sensitivities in one language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ...messages import word
from ..worth import as_written, money, risks_of
from .words import Words, percent

Node = dict[str, Any]
CASES = ("low", "base", "high")


def worth(words: Words, node: Node | None) -> Node | None:
    """The valuation for people, amounts also as numbers for charts; None when the run has none."""
    if node is None:
        return None
    return {
        "standard": word(f"worth.{node['standard']}", words.language), "currency": node["currency"],
        "disclaimer": word("worth.disclaimer", words.language),
        "methods": [_method(words, method, node["currency"]) for method in node["methods"] if not method["check"]],
        "checks": [_method(words, method, node["currency"]) for method in node["methods"] if method["check"]],
    }  # fmt: skip


def _method(words: Words, method: Node, currency: str) -> Node:
    language = words.language
    names = {one["name"]: one["title"][language] for one in method["assumptions"]}
    stated = {one["name"]: one for one in method["assumptions"]}

    def amount(text: str | None) -> str:
        return words.money(text, currency)

    columns, title, value = method["columns"], method["title"][language], method["value"]
    shown = {case: amount(value[case]) for case in CASES}
    key = "none" if value["base"] is None else "single" if value["low"] == value["high"] else "range"
    return {
        "line": words.tell(f"value-line.{key}", title=title, **shown),
        "id": method["id"], "title": title, "method": method["method_title"][language],
        "shown": shown, "value": {case: _float(value[case]) for case in CASES},
        "assumptions": [_assumption(words, one) for one in method["assumptions"]],
        "scenarios": [
            {
                "title": word(f"worth.{key}", language),
                "rows": [
                    {"title": one["title"][language], "value": amount(one["value"]), "change": amount(one["change"]) if one["change"] is not None else ""}
                    for one in method[key]
                ],
            }
            for key in ("bridge", "stress")
            if method[key]
        ],
        "columns": [column["title"][language] for column in columns],
        "rows": [[_cell(row[column["name"]]) for column in columns] for row in method["rows"]],
        "steps": _steps(words, method, amount),
        "totals": [
            {"title": word(f"worth.total.{one['name']}", language), "shown": _cell(one["number"])}
            for one in method["totals"]
        ],
        "sensitivities": sorted(
            (
                {
                    "title": names[one["name"]], "low": _float(one["low"]), "high": _float(one["high"]),
                    "low_shown": amount(one["low"]), "high_shown": amount(one["high"]),
                    "from": _stated(words, stated[one["name"]]["low"], stated[one["name"]]["unit"]),
                    "to": _stated(words, stated[one["name"]]["high"], stated[one["name"]]["unit"]),
                }
                for one in method["sensitivities"]
            ),
            key=lambda one: (-abs((one["high"] or 0.0) - (one["low"] or 0.0)), one["title"]),
        ),
    }  # fmt: skip


def _steps(words: Words, method: Node, amount: Callable[[str | None], str]) -> Node | None:
    """How the value builds up: the present value of each year, what else is added, the value; None without years."""
    final = method["value"]["base"]
    if (
        final is None
        or not Decimal(final)
        or not all("present" in row for row in method["rows"])
        or not method["rows"]
    ):
        return None
    first = method["columns"][0]["name"]
    parts = [{"label": row[first], "amount": _float(row["present"]), "shown": amount(row["present"])} for row in method["rows"]]  # fmt: skip
    rest = Decimal(final) - sum(Decimal(row["present"]) for row in method["rows"])
    if abs(rest) >= Decimal("0.01"):
        label = word("worth.total.tax_benefit", words.language)
        parts.append({"label": label, "amount": float(rest), "shown": amount(str(rest))})
    titles = {column["name"]: column["title"][words.language] for column in method["columns"]}
    half = Decimal(final) / 2
    return {
        "parts": parts, "total": float(final), "shown": amount(final), "each": titles["present"], "across": titles[first],
        "ticks": [[float(tick), amount(str(tick))] for tick in (Decimal(0), half, Decimal(final))],
    }  # fmt: skip


def _assumption(words: Words, one: Node) -> Node:
    own = words if words.run.portfolio is None else words.of(words.run.portfolio)
    sources = [words.tell("source.default") if source == "default" else words.tell("source.portfolio") if source == "portfolio" else source for source in one["source"]]  # fmt: skip
    return {
        "title": one["title"][words.language], "basis": word(f"worth.basis.{one['basis']}", words.language), "place": one["place"] or "", "sources": words.sources(sources),
        "why": words.text(one["why"]), "carries": risks_of(one, words.language),
        "words": own.told(as_written(one)) if as_written(one) else "", "stated": as_written(one),
        **{case: _stated(words, one[case], one["unit"]) for case in CASES},
    }  # fmt: skip


def _stated(words: Words, value: Any, unit: str) -> str:
    """An assumption for people: shares as percent, series one after another."""
    if value is None:
        return "—"
    if isinstance(value, list):
        return ", ".join(_stated(words, one, unit) for one in value)
    try:
        number = Decimal(str(value))
    except ArithmeticError:  # one of the words that the method knows
        return words.tell(f"choice.{value}")
    return percent(float(number)) if unit == "share" else money(str(value))


def _cell(text: str) -> str:
    """A figure of a table: small ones to four digits, amounts without."""
    return money(text, 4 if abs(Decimal(text)) < 1000 else 0)


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)
