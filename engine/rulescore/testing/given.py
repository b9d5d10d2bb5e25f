# SPDX-License-Identifier: Apache-2.0
"""`given` (and each entry of `base`) -> a `Customer`: fields, features that stand in for their expression, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..model import Field, Pack, Table
from ..problems import Problems, Span, close_names
from ..source import Document, Path_
from ..values import NUMBER_LIMIT, day

Value = float | str | bool | None
"""A value as the engines see it: dates are days since 1970-01-01, None is missing."""

Row = Mapping[str, Value]


class Customer(Struct, frozen=True):
    """One customer of a test. `events` holds the rows of each table that is supplied, if only an empty list."""

    fields: Row
    features: Row
    events: Mapping[str, tuple[Row, ...]]


def read_customer(pack: Pack, document: Document, path: Path_, problems: Problems) -> Customer:
    """Each key is a field of the customers, a feature or an event table; anything else is a problem."""
    fields: dict[str, Value] = {}
    features: dict[str, Value] = {}
    events: dict[str, tuple[Row, ...]] = {}
    customers = pack.records
    for key, raw in _inside(document, path).items():
        place = document.at(*path, key)
        if key in customers.fields:
            fields[key] = _field_value(customers.fields[key], raw, place, problems)
        elif key in pack.features:
            features[key] = typed(pack.features[key].expr.tree.kind, raw, place, problems)
        elif key in pack.tables and key != customers.id:
            events[key] = _events(pack.tables[key], raw, document, (*path, key), problems)
        else:
            known = [
                *customers.fields,
                *pack.features,
                *(table for table in pack.tables if table != customers.id),
            ]
            problems.error("unknown-given", document.key(*path, key), name=key, close=close_names(key, known))
    return Customer(fields, features, events)


def _inside(document: Document, path: Path_) -> dict[str, Any]:
    found: Any = document.data
    for part in path:
        found = found[part]
    assert isinstance(found, dict)
    return found


def _events(table: Table, raw: Any, document: Document, path: Path_, problems: Problems) -> tuple[Row, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        problems.error("events-wanted", document.at(*path), table=table.id)
        return ()
    rows: list[Row] = []
    for index, item in enumerate(raw):
        row: dict[str, Value] = {}
        for column, value in item.items():
            place = document.at(*path, index, column)
            if column not in table.fields:
                problems.error(
                    "unknown-field",
                    document.key(*path, index, column),
                    name=column,
                    close=close_names(column, table.fields),
                )
            elif column == table.customer:
                problems.error(
                    "event-customer", document.key(*path, index, column), name=column, table=table.id
                )
            else:
                row[column] = _field_value(table.fields[column], value, place, problems)
        if table.date and row.get(table.date) is None and table.date not in item:
            problems.error("test-event-undated", document.at(*path, index), name=table.date, table=table.id)
        rows.append(row)
    return tuple(rows)


def _field_value(field: Field, raw: Any, place: Span, problems: Problems) -> Value:
    """The value of a field; one that a table of data could not hold is a problem."""
    value = typed(field.kind, raw, place, problems)
    if isinstance(value, float) and field.kind == "number":
        if field.type == "integer" and value != int(value):
            problems.error("wrong-type", place, read=str(raw), want="integer")
        low, high = field.min, field.max
        if (low is not None and value < low) or (high is not None and value > high):
            problems.error(
                "test-value-out-of-range",
                place,
                name=field.id,
                read=str(raw),
                least=_bound(low),
                most=_bound(high),
            )
    if isinstance(value, str) and field.values and value not in field.values:
        allowed = list(field.values)
        problems.error(
            "unknown-value",
            place,
            name=field.id,
            read=value,
            allowed=allowed,
            close=close_names(value, allowed),
        )
    return value


def _bound(number: float | None) -> str:
    return "—" if number is None else str(number)


def typed(kind: str, raw: Any, place: Span, problems: Problems) -> Value:
    """A YAML value as a value of `kind`; null is missing, and so is one that does not fit, with its problem."""
    match kind, raw:
        case _, None:
            return None
        case (("bool" | "unknown"), bool()):
            return raw
        case (("number" | "unknown"), int() | float()) if not isinstance(raw, bool):
            if abs(raw) < NUMBER_LIMIT:
                return float(raw)
            problems.error("number-too-large", place, read=str(raw))
            return None
        case (("text" | "unknown"), str()):
            return raw
        case "date", str():
            number = day(raw)
            if number is None:
                problems.error("date-unreadable", place, read=raw)
                return None
            return float(number)
    problems.error("wrong-type", place, read=str(raw), want=kind)
    return None
