# SPDX-License-Identifier: Apache-2.0
"""Tables as read -> figures of their quality, each a share with its numerator and denominator, as plain data.

What cells hold was counted when they were read. One pass over each table of events finds its newest event, how many
distinct ids it has, and what its amounts come to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from ..arithmetic import shift
from ..lang.functions.aggregates import MILLIONTHS
from ..model import Table
from ..readers.table import Rejected, TableData, Values
from ..values import iso

Figures = dict[str, Any]

CUSTOMERS = "customers"
UPDATED = "last_updated"
NO_ROW_OF_DATA = ("total-row", "customer-merged")
"""Reasons of rows that are set aside though nothing is wrong with them."""
OUTSIDE_THE_FRAME = "row-too-long"
NOT_STATED = "not_stated"

REVENUES = ("crm_revenue", "invoice_revenue", "bank_receipts")
"""Fields of customers that say the same revenue three ways."""
AMOUNTS = {"orders": ("amount",), "invoices": ("net_amount", "amount"), "payments": ("amount",)}
"""Fields of events that amounts of twelve months are made of."""
SAME_AMOUNTS = (
    ("orders.amount", "invoices.net_amount"),  # both net of VAT
    ("invoices.amount", "payments.amount"),  # both with VAT
)
CANCELLED = ("status", "cancelled")


def share(numerator: Fraction | int, denominator: Fraction | int) -> Figures | None:
    """A share to six decimals with what it is made of; nothing where there is nothing to share."""
    if denominator == 0:
        return None
    exact = Fraction(numerator) / Fraction(denominator)
    return {
        "numerator": _number(numerator), "denominator": _number(denominator), "share": float(Fraction(round(exact * 10**6), 10**6)),
    }  # fmt: skip


def _number(value: Fraction | int) -> int | float:
    return int(value) if value == int(value) else float(value)


def measure(
    tables: Mapping[str, TableData],
    rejected: Sequence[Rejected],
    dictionary: Mapping[str, Table],
    as_of: int,
    updated_within: int,
) -> Figures:
    """Every figure of the tables of an assessment as of a day; records count as fresh for `updated_within` days."""
    amounts: dict[str, int] = {}
    parts = {name: _table(data, dictionary[name], rejected, as_of, amounts) for name, data in tables.items()}
    consistency = [*_revenues(tables[CUSTOMERS]), *_amounts(amounts)]
    customers = _customers(tables[CUSTOMERS], as_of, updated_within)
    measures = {
        "completeness": _sum(part["completeness"] for part in parts.values()),
        "validity": _sum(part["validity"] for part in parts.values()),
        "usable_rows": _sum(part["usable_rows"] for part in parts.values()),
        "uniqueness": customers["uniqueness"],
        "credit_codes": customers["credit_codes"],
        "freshness": customers["freshness"],
        "consistency": min(consistency, key=lambda found: found["share"], default=None),
    }
    return {
        "as_of": iso(as_of), "updated_within_days": updated_within, "measures": measures, "tables": parts,
        "customers": {"without_events": customers["without_events"]}, "consistency": consistency, "evidence": _evidence(tables),
    }  # fmt: skip


def _sum(parts: Any) -> Figures | None:
    known = [part for part in parts if part is not None]
    return share(sum(part["numerator"] for part in known), sum(part["denominator"] for part in known))


# ---- a table -------------------------------------------------------------------------------------------------------


def _table(
    data: TableData, table: Table, rejected: Sequence[Rejected], as_of: int, amounts: dict[str, int]
) -> Figures:
    lost: dict[str, int] = {}
    for rows in rejected:
        if rows.table == table.id:
            lost[rows.code] = lost.get(rows.code, 0) + rows.count
    read = sum(source.rows for source in data.sources) + lost.get(OUTSIDE_THE_FRAME, 0)
    apart = sum(lost.get(code, 0) for code in NO_ROW_OF_DATA)
    fields = {
        name: _field([source.values[name] for source in data.sources if name in source.values], data)
        for name in table.fields
        if any(name in source.values for source in data.sources)
    }
    part: Figures = {
        "rows": read,
        "set_aside": dict(sorted(lost.items())),
        "usable_rows": share(read - sum(lost.values()), read - apart),
        "completeness": _sum(field["completeness"] for field in fields.values()),
        "validity": _sum(field["validity"] for field in fields.values()),
        "fields": fields,
    }
    return part | _events(data, table, as_of, amounts)


def _field(found: Sequence[Values], data: TableData) -> Figures:
    """Of the rows of all files of the table that hold anything, also of those that lack the column."""
    rows = sum(source.rows for source in data.sources)
    accepted = sum(values.accepted for values in found)
    refused = sum(values.refused for values in found)
    return {"completeness": share(accepted, rows), "validity": share(accepted, accepted + refused)}


def _events(data: TableData, table: Table, as_of: int, amounts: dict[str, int]) -> Figures:
    """The newest event up to the day, the distinct ids of records, and into `amounts` those of twelve months."""
    have = set(data.frame.collect_schema().names())
    asked: dict[str, pl.Expr] = {}
    first = next(iter(table.fields))
    if first not in (table.key, table.customer) and first in have and table.fields[first].type == "text":
        asked |= {"values": pl.col(first).count(), "distinct": pl.col(first).drop_nulls().hash().n_unique()}
    day = pl.col(table.date).cast(pl.Int32) if table.date in have else None
    if day is not None:
        asked["newest"] = day.filter(day <= as_of).max()
        start = shift(as_of, -12, "m")
        inside = (day <= as_of) & (day > (as_of - 365 if start is None else start))
        status, cancelled = CANCELLED
        if table.id in AMOUNTS and status in have and table.fields[status].values:
            inside &= (pl.col(status) != cancelled).fill_null(True)
        for name in AMOUNTS.get(table.id, ()):
            if name in have:
                asked[f"{table.id}.{name}"] = _millionths(pl.col(name).filter(inside)).sum()
    if not asked:
        return {}
    found = data.frame.select(**asked).collect(engine=data.executor).row(0, named=True)
    part: Figures = {}
    if "values" in found:
        part["record_ids"] = {"field": first, "uniqueness": share(found["distinct"], found["values"])}
    if day is not None:
        newest = found["newest"]
        part["newest"] = None if newest is None else iso(newest)
        part["newest_days"] = None if newest is None else as_of - newest
    amounts |= {name: int(value or 0) for name, value in found.items() if "." in name}
    return part


def _millionths(value: pl.Expr) -> pl.Expr:
    """Amounts as whole millionths, whose sum is the same in any order."""
    return (value * MILLIONTHS + 0.5).floor().cast(pl.Int128)


# ---- customers -----------------------------------------------------------------------------------------------------


def _customers(data: TableData, as_of: int, updated_within: int) -> Figures:
    have = data.frame.collect_schema().names()
    asked = {"rows": pl.len()}
    if UPDATED in have:
        age = as_of - pl.col(UPDATED).cast(pl.Int32)
        asked["fresh"] = ((age >= 0) & (age <= updated_within)).sum()
    found = data.frame.select(**asked).collect(engine=data.executor).row(0, named=True)
    rows, counts = found["rows"], data.counts
    return {
        "uniqueness": share(rows - counts["repeated"], rows) if "repeated" in counts else None,
        "credit_codes": share(counts["sound_codes"], counts["codes"]) if "codes" in counts else None,
        "freshness": share(found["fresh"], rows) if UPDATED in have else None,
        "without_events": share(counts["idle"], rows) if "idle" in counts else None,
    }


# ---- agreement between records -------------------------------------------------------------------------------------


def _revenues(customers: TableData) -> list[Figures]:
    """How far the revenues that each customer's row states agree: the smaller of two over the larger, over all customers
    that have both, so that too much here does not hide too little there."""
    have = customers.frame.collect_schema().names()
    names = [name for name in REVENUES if name in have]
    pairs = [(one, other) for index, one in enumerate(names) for other in names[index + 1 :]]
    if not pairs:
        return []
    asked: dict[str, pl.Expr] = {}
    for number, (one, other) in enumerate(pairs):
        left, right = pl.col(one), pl.col(other)
        both = left.is_not_null() & right.is_not_null() & (left >= 0) & (right >= 0)
        asked[f"low{number}"] = _millionths(pl.min_horizontal(left, right).filter(both)).sum()
        asked[f"high{number}"] = _millionths(pl.max_horizontal(left, right).filter(both)).sum()
    found = customers.frame.select(**asked).collect(engine=customers.executor).row(0, named=True)
    made = [
        _agreement(
            f"{CUSTOMERS}.{one}", f"{CUSTOMERS}.{other}", found[f"low{n}"] or 0, found[f"high{n}"] or 0
        )
        for n, (one, other) in enumerate(pairs)
    ]
    return [one for one in made if one is not None]


def _amounts(amounts: Mapping[str, int]) -> list[Figures]:
    """How far the amounts of twelve months agree that two tables of events hold, on the same tax basis."""
    made = [
        _agreement(one, other, min(amounts[one], amounts[other]), max(amounts[one], amounts[other]))
        for one, other in SAME_AMOUNTS
        if one in amounts and other in amounts and min(amounts[one], amounts[other]) >= 0
    ]
    return [one for one in made if one is not None]


def _agreement(one: str, other: str, low: int, high: int) -> Figures | None:
    found = share(Fraction(int(low), int(MILLIONTHS)), Fraction(int(high), int(MILLIONTHS)))
    return None if found is None else {"left": one, "right": other, **found}


# ---- evidence ------------------------------------------------------------------------------------------------------


def _evidence(tables: Mapping[str, TableData]) -> Figures:
    """How many of all values stand on which level of evidence."""
    values: dict[str, int] = {}
    for data in tables.values():
        for source in data.sources:
            count = sum(found.accepted for found in source.values.values())
            level = source.evidence or NOT_STATED
            values[level] = values.get(level, 0) + count
    total = sum(values.values())
    return {level: share(count, total) for level, count in sorted(values.items())}
