# SPDX-License-Identifier: Apache-2.0
"""The early-warning list for people: who is on it, with every reason and the values behind it, and what is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from ...engines.frame import CUSTOMER
from ...lang.syntax import Tree
from ...model import AT_STAKE, KEPT_OUT, SEVERITIES, VALUE_AT_RISK, WARNING_LEVEL, Finding
from ...speech import unit_of, value_word
from ...values import iso
from .. import early_warnings
from .base import measures
from .words import Words, percent

Node = dict[str, Any]
LISTED = 500
"""How many customers of the list are shown, those with most at risk first."""


def warnings(words: Words) -> Node | None:
    """The warnings with what they come to, and the customers on the list; nothing for a run without warnings."""
    run = words.run
    if not early_warnings.listed(run):
        return None
    told = early_warnings.totals(run)
    unit = early_warnings.unit(run)
    rows, reasons = early_warnings.first(run, LISTED), early_warnings.Reasons(run)
    places = {one.id: index for index, one in enumerate(run.pack.early_warnings)}
    return {
        **{key: told[key] for key in ("count", "kept_out", *SEVERITIES, "value", "share")},
        "shown": words.money(Decimal(repr(told["value"])), unit), "unit": unit,
        "share_shown": "" if told["share"] is None else percent(told["share"]),
        "stake": words.text(run.pack.features[AT_STAKE].title),
        "warnings": [_one(words, one, told["warnings"][one.id]) for one in run.pack.early_warnings],
        "customers": [
            {
                "id": row[CUSTOMER], "name": row.get("name") or "", "level": row[WARNING_LEVEL],
                "level_title": level(words, row[WARNING_LEVEL]), "value": row[VALUE_AT_RISK],
                "shown": _money(words, row[VALUE_AT_RISK], unit),
                "reasons": [{"warning": places[one.id], **_reason(words, reasons, one, row)} for one in early_warnings.held(run, row)],
            }
            for row in rows.iter_rows(named=True)
        ],
    }  # fmt: skip


def _one(words: Words, warning: Finding, told: Node) -> Node:
    unit = "" if warning.amount is None else warning.amount.unit
    return {
        "id": warning.id, "title": words.text(warning.title), "why": words.text(warning.why),
        "severity": warning.severity, "severity_title": level(words, warning.severity),
        "words": words.words(warning.when.tree), "sources": words.sources(warning.source), "place": str(warning.span),
        "count": told["count"], "unknown": told["unknown"], "amount": told["amount"], "shown": _money(words, told["amount"], unit),
        "actions": measures(words, warning.actions),
    }  # fmt: skip


def level(words: Words, name: str) -> str:
    return early_warnings.level_word(words.pack, name, words.language)


def _reason(words: Words, reasons: early_warnings.Reasons, warning: Finding, row: Node) -> Node:
    """Why a warning holds for a customer: the values that its condition rests on, and its own amount."""
    shown = [
        f"{words.plain(name)}{words.tell('colon')}{_value(words, name, row[name])}"
        for name in reasons.of(warning, row)
    ]
    amount = "" if warning.amount is None else _money(words, row[warning.amount.id], warning.amount.unit)
    return {"values": words.tell("semicolon").join(shown), "amount": amount}


def _value(words: Words, name: str, value: Any) -> str:
    pack = words.pack
    if value is None:
        return words.tell("missing")
    feature, field = pack.features.get(name), pack.records.fields.get(name)
    kind = feature.expr.tree.kind if feature is not None else "" if field is None else field.kind
    if kind == "date":
        return iso(int(value))
    if isinstance(value, str):
        if feature is not None and value in feature.values:
            return words.text(feature.values[value])
        return value_word(field, value, words.language) if field is not None else value
    return words.shown(value, unit_of(pack, Tree("name", value=name)))


def _money(words: Words, amount: float | None, unit: str) -> str:
    return "" if amount is None else words.money(Decimal(repr(float(amount))), unit)


def of_customers(words: Words, inputs: pl.DataFrame) -> list[Node | None]:
    """For each customer with warnings its level, what is at risk, whether it is kept out instead, and each warning that holds."""
    pack = words.pack
    if not early_warnings.listed(words.run):
        return []
    places = {one.id: index for index, one in enumerate(pack.early_warnings)}
    unit = early_warnings.unit(words.run)
    found: list[Node | None] = [None] * inputs.height
    reasons = early_warnings.Reasons(words.run)
    wanted = [name for name in early_warnings.columns(words.run) if name in inputs.columns]
    any_holds = pl.any_horizontal(pl.col(list(places)).fill_null(False))
    for row in inputs.select(wanted).with_row_index("#at").filter(any_holds).iter_rows(named=True):
        apart = bool(row.get(KEPT_OUT))
        facts = {"level": level(words, row[WARNING_LEVEL]), "value": _money(words, row[VALUE_AT_RISK], unit)}
        found[row["#at"]] = {
            "level": row[WARNING_LEVEL], "kept_out": apart,
            "head": words.tell("warned-apart") if apart else words.tell("warned-customer", **facts),
            "reasons": [{"warning": places[one.id], **_reason(words, reasons, one, row)} for one in early_warnings.held(words.run, row)],
        }  # fmt: skip
    return found
