# SPDX-License-Identifier: Apache-2.0
"""What a base is worth, as text: a line for the summary screen, and the whole valuation with its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from tabulate import tabulate

from ..messages import word
from ..model import Pack
from ..speech import Speech
from ..valuation.parts import RISKS

Node = dict[str, Any]
TWICE = "risk-charged-twice"


def lines(node: Node, language: str) -> list[str]:
    """What the base is worth, a line a method."""
    told = []
    for method in node["methods"]:
        if method["check"]:
            totals = {one["name"]: one["number"] for one in method["totals"]}
            parts = [
                f"{word('worth.total.' + name, language)} {money(number, 4)}"
                for name, number in totals.items()
            ]
            told.append(
                word(
                    "summary.check",
                    language,
                    title=method["title"][language],
                    parts=(", " if language == "en" else "，").join(parts),
                )
            )
            continue
        low, base, high = (money(method["value"][case]) for case in ("low", "base", "high"))
        title = method["title"][language]
        key = (
            "summary.worth-none"
            if method["value"]["base"] is None
            else "summary.worth"
            if low == base == high
            else "summary.worth-range"
        )
        told.append(
            word(key, language, title=title, base=base, low=low, high=high, currency=node["currency"])
        )
    return told


def charged_twice(node: Node, problems: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """Each risk that a method carries in two assumptions, as a sentence."""
    methods = {one["id"]: one for one in node["methods"]}
    told = []
    for facts in (one["facts"] for one in problems if one["code"] == TWICE):
        method = methods[facts["method"]]
        titles = {one["name"]: one["title"][language] for one in method["assumptions"]}
        one, other = titles[facts["other"]], titles[facts["name"]]
        risk = RISKS[facts["risk"]][language]
        told.append(word("worth.charged-twice", language, method=method["title"][language], one=one, other=other, risk=risk))  # fmt: skip
    return told


def risks_of(one: Node, language: str) -> str:
    """The risks of customers that an assumption carries, in words."""
    return word("page.semicolon", language).join(RISKS[risk][language] for risk in one["carries"])


def explanation(node: Node, language: str, pack: Pack) -> str:
    """Every method: value, assumptions with their ground, the table, and what each assumption alone moves. `pack`: the rules
    of the base, whose figures the assumptions name."""
    speech = Speech(pack, language)

    def say(key: str, **facts: Any) -> str:
        return word(f"worth.{key}", language, **facts)

    told = [say("head", standard=say(node["standard"]), currency=node["currency"]), say("disclaimer")]
    for method in node["methods"]:
        told += ["", *lines({**node, "methods": [method]}, language)]
        rows = [
            [
                one["title"][language], *(assumed(one[case], language) for case in ("low", "base", "high")),
                speech.told(as_written(one)) if as_written(one) else "", as_written(one), say(f"basis.{one['basis']}"),
                speech.sources([source for source in one["source"] if source not in ("default", "portfolio")]), risks_of(one, language),
            ]
            for one in method["assumptions"]
        ]  # fmt: skip
        headers = [
            say(f"column.{key}")
            for key in ("assumption", "low", "base", "high", "words", "stated", "basis", "source", "carries")
        ]
        told += ["", tabulate(rows, headers, tablefmt="simple", disable_numparse=True)]
        if method["rows"]:
            titles = {column["name"]: column["title"][language] for column in method["columns"]}
            table = [[money(row[name], 4) for name in titles] for row in method["rows"]]
            align = ["right"] * len(titles)
            told += [
                "",
                tabulate(
                    table, list(titles.values()), tablefmt="simple", colalign=align, disable_numparse=True
                ),
            ]
        totals = {one["name"]: one["number"] for one in method["totals"]}
        told += [f"{say(f'total.{name}')}: {money(number, 4)}" for name, number in totals.items()]
        names = {one["name"]: one["title"][language] for one in method["assumptions"]}
        for one in method["sensitivities"]:
            told.append(
                say("alone", title=names[one["name"]], low=money(one["low"]), high=money(one["high"]))
            )
        told += _scenarios(method, language)
    if node["tornado"]:
        titles = {
            method["id"]: (
                method["title"][language],
                {one["name"]: one["title"][language] for one in method["assumptions"]},
            )
            for method in node["methods"]
        }
        rows = [
            [
                titles[one["method"]][1][one["name"]],
                titles[one["method"]][0],
                *(money(one[key]) for key in ("low", "high", "swing")),
            ]
            for one in node["tornado"]
        ]
        told += [
            "",
            say("tornado"),
            _table(
                rows, [say(f"column.{key}") for key in ("assumption", "method", "low", "high", "swing")], 2
            ),
        ]
    return "\n".join(told)


def _scenarios(method: Node, language: str) -> list[str]:
    """Stress scenarios with what they cost, and the steps from the whole base to what can be transferred."""
    told = []
    for key in ("bridge", "stress"):
        rows = [[one["title"][language], money(one["value"]), money(one["change"])] for one in method[key]]
        headers = [word(f"worth.column.{name}", language) for name in ("scenario", "value", "change")]
        told += ["", word(f"worth.{key}", language), _table(rows, headers, 1)] if rows else []
    return told


def _table(rows: list[list[str]], headers: list[str], texts: int) -> str:
    """A table whose first columns are text and the others numbers."""
    align = ["left"] * texts + ["right"] * (len(headers) - texts)
    return tabulate(rows, headers, tablefmt="simple", colalign=align, disable_numparse=True)


def as_written(one: Node) -> str:
    """The expression behind an assumption, where it is one and not the number itself."""
    base, stated = one["base"], one["stated"] or ""
    plain = [_plain(part) for part in (base if isinstance(base, list) else [base])]
    return "" if plain == [_plain(part) for part in stated.split(", ")] else stated


def _plain(text: Any) -> Any:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return text


def assumed(value: Any, language: str) -> str:
    """An assumption as people read it: numbers with their thousands apart, words as they are."""
    if isinstance(value, list):
        return ", ".join(assumed(one, language) for one in value)
    number = _plain(value)
    if not isinstance(number, Decimal):
        return "" if value is None else word(f"page.choice.{value}", language)
    return f"{number:,}" if abs(number) < 1000 else money(value)


def money(text: str | None, decimals: int = 2) -> str:
    """An exact decimal text for people: thousands apart, rounded half up to `decimals`, whole numbers as they are."""
    if text is None:
        return "—"
    number = Decimal(text)
    return (
        f"{number:,}"
        if number == number.to_integral_value()
        else f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"
    )
