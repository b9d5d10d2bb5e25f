# SPDX-License-Identifier: Apache-2.0
"""overrides.yaml -> the tiers and inputs of customers that people decided instead of the rules and the data.

A decision names customer, reason, role, date and a second signature; it is kept in the run word for word, and as plain
data with what stood there before. Another input goes into the customers' table; another tier into the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from msgspec.structs import replace

from .model import Field, Pack
from .packs.violations import check_document
from .problems import Problems, close_names
from .readers.coerce import type_of
from .readers.table import ROW, SOURCE, TableData
from .source import Document
from .values import day, iso

JSON, YAML = "overrides.json", "overrides.yaml"

Node = dict[str, Any]


def read_overrides(document: Document, pack: Pack, as_of: int, problems: Problems) -> list[Node]:
    """The decisions as plain data, checked against the pack; what is wrong with one is told at its place."""
    if document.data is None or not check_document(document, "overrides", problems):
        return []
    found: list[Node] = []
    seen: dict[tuple[str, str], int] = {}
    for index, item in enumerate(document.data["overrides"]):
        path = ("overrides", index)
        field = item.get("field")
        place = document.at(*path, "customer")
        target = (str(item["customer"]), field or "")
        if target in seen:
            problems.error(
                "override-twice", place, customer=target[0], what=field or "tier", first=seen[target]
            )
            continue
        seen[target] = place.line
        second = item.get("second")
        if second is None:
            problems.error("override-unsigned", place, customer=target[0])
        elif second["role"].strip() == item["role"].strip():
            problems.error(
                "override-same-signature", document.at(*path, "second", "role"), role=second["role"]
            )
        if _late(item, document, path, as_of, problems):
            continue
        if field is None:
            known = [tier.id for tier in pack.tiers]
            if item["tier"] not in known:
                close = close_names(item["tier"], known)
                problems.error(
                    "unknown-tier", document.at(*path, "tier"), name=item["tier"], known=known, close=close
                )
            value = None
        else:
            value = _value(pack, field, item.get("value"), document, path, problems)
        found.append({
            "customer": target[0], "tier": item.get("tier"), "field": field, "value": value, "was": None, "reason": item["reason"],
            "role": item["role"], "date": item["date"], "second": second, "place": str(place),
        })  # fmt: skip
    return found


def _late(
    item: Node, document: Document, path: tuple[str | int, ...], as_of: int, problems: Problems
) -> bool:
    """Whether it was signed after the as-of date and so is left out, which is told; a date that is none is told too."""
    late = False
    for given, where in ((item, path), (item.get("second") or {}, (*path, "second"))):
        stated = given.get("date")
        number = None if stated is None else day(stated)
        if stated is not None and number is None:
            problems.error("date-unreadable", document.at(*where, "date"), read=str(stated))
        elif number is not None and number > as_of:
            problems.warning("override-late", document.at(*where, "date"), read=str(stated), as_of=iso(as_of))
            late = True
    return late


def _value(
    pack: Pack, name: str, value: Any, document: Document, path: tuple[str | int, ...], problems: Problems
) -> Any:
    """The value as the field takes it."""
    table = pack.records
    known = [
        key
        for key, field in table.fields.items()
        if not field.private and key != table.key and not field.made_of
    ]
    field = table.fields.get(name)
    if field is None or name not in known:
        problems.error(
            "unknown-field", document.at(*path, "field"), name=name, close=close_names(name, known)
        )
        return None
    place = (
        document.at(*path, "value")
        if "value" in document.data[path[0]][path[1]]
        else document.at(*path, "field")
    )
    if value is None:
        return None
    if not _fits(field, value):
        problems.error("wrong-type", place, read=str(value)[:80], want=field.kind)
    elif field.values and value not in field.values:
        close = close_names(str(value), field.values)
        problems.error(
            "unknown-value", place, name=name, read=str(value), allowed=list(field.values), close=close
        )
    elif field.kind == "number" and not (
        (field.min is None or value >= field.min) and (field.max is None or value <= field.max)
    ):
        problems.error("wrong-type", place, read=str(value), want="number")
    return float(value) if field.kind == "number" and not isinstance(value, bool | str) else value


def _fits(field: Field, value: Any) -> bool:
    match field.kind:
        case "bool":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and day(value) is not None
    return isinstance(value, str)


def located(
    decided: Sequence[Node], customers: TableData, key: str, problems: Problems, document: Document
) -> list[Any]:
    """Where the customer of each decision stands in its table, (source, row); told when there is no such customer."""
    ids = [one["customer"] for one in decided]
    frame = (
        customers.frame.select(pl.col(key).cast(pl.String), SOURCE, ROW)
        .filter(pl.col(key).is_in(ids))
        .collect()
    )
    places = {row[key]: (row[SOURCE], row[ROW]) for row in frame.iter_rows(named=True)}
    items = [str(item["customer"]) for item in document.data["overrides"]] if decided else []
    for one in decided:
        if one["customer"] not in places:
            place = document.at("overrides", items.index(one["customer"]), "customer")
            some = (
                customers.frame.select(pl.col(key).cast(pl.String))
                .head(5_000)
                .collect()
                .to_series()
                .to_list()
            )
            problems.error(
                "override-unknown-customer",
                place,
                customer=one["customer"],
                close=close_names(one["customer"], some),
            )
    return [places.get(customer) for customer in ids]


def settled(decided: Sequence[Node], places: Sequence[Any], customers: TableData, key: str) -> list[Node]:
    """The decisions with the customer's id as the run has it, and with what stood in the field before."""
    frame = customers.frame
    have = frame.collect_schema().names()
    fields = [one["field"] for one in decided if one["field"] in have]
    rows = frame.filter(pl.col(ROW).is_in([row for _, row in places]))
    found = {
        (row[SOURCE], row[ROW]): row
        for row in rows.select(pl.col(key).cast(pl.String), SOURCE, ROW, *dict.fromkeys(fields))
        .collect()
        .iter_rows(named=True)
    }
    return [
        {**one, "customer": found[place][key], "was": _plain(found[place].get(one["field"]))}
        for one, place in zip(decided, places, strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def with_inputs(customers: TableData, decided: Sequence[Node], pack: Pack) -> TableData:
    """The customers' table with the inputs that were decided."""
    key, have = pack.records.key, set(customers.frame.collect_schema().names())
    changed: dict[str, pl.Expr] = {}
    for one in decided:
        name = one["field"]
        if name is None:
            continue
        dtype = type_of(pack.records.fields[name])
        old = changed.get(name, pl.col(name) if name in have else pl.lit(None, dtype=dtype))
        given = (
            pl.lit(one["value"], dtype=pl.String).str.to_date()
            if dtype == pl.Date
            else pl.lit(one["value"], dtype=dtype)
        )
        changed[name] = pl.when(pl.col(key) == one["customer"]).then(given).otherwise(old)
    return replace(customers, frame=customers.frame.with_columns(**changed)) if changed else customers


def tiers_of(decided: Sequence[Node]) -> dict[str, str]:
    """The tiers that were decided, by customer."""
    return {one["customer"]: one["tier"] for one in decided if one["tier"] is not None}
