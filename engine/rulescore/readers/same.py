# SPDX-License-Identifier: Apache-2.0
"""Customers that may be one: found by code and name and proposed; merged only where the assessment says so.

Nothing is compared in pairs. Hashes of the codes and names are sorted, and only rows whose hash stands there twice are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ..model import Table
from ..problems import Problems, close_names
from ..values import HIDDEN
from .assessment import SameCustomer
from .identity import (  # fmt: skip
    CUSTOMER_TYPE,
    FORMER_NAME,
    NAME,
    PERSON,
    UNIFIED_CODE,
    code_key,
    former_keys,
    name_key,
)
from .table import ROW, SOURCE, TableData

LISTED = 50
IDS_LISTED = 20
REASONS = ("credit-code", "name", "former-name")
AT = "#at"


@dataclass(slots=True)
class Likely:
    """Rows that may be one customer: their ids and places in the order of the table, and why."""

    ids: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)


def merges(same: Iterable[SameCustomer], data: TableData, key: str, problems: Problems) -> dict[str, str]:
    """Merged id -> the id that is kept, as the assessment says; an id that nobody has, or has twice, is an error."""
    groups = list(same)
    wanted = list(dict.fromkeys(name for group in groups for name in group.ids))
    if not wanted:
        return {}
    ids = data.frame.select(pl.col(key)).filter(pl.col(key).is_in(wanted)).collect(engine="streaming")
    known = set(ids[key])
    merged: dict[str, str] = {}
    used: set[str] = set()
    for group in groups:
        for name in group.ids:
            if name not in known:
                some = data.frame.select(pl.col(key)).head(5_000).collect()[key].to_list()
                close = close_names(name, [str(one) for one in some if one is not None])
                problems.error("same-customer-unknown", group.span, id=name, close=close)
            elif name in used:
                problems.error("same-customer-twice", group.span, id=name)
            used.add(name)
        merged |= dict.fromkeys(group.ids[1:], group.ids[0])
    return {} if problems.has_errors else merged


def likely(data: TableData, key: str) -> list[Likely]:
    """The groups of rows that may be one customer, in the order of their first row."""
    keys = _keys(data)
    if not keys:
        return []
    numbered = data.frame.with_row_index(AT)
    suspects = _suspects(numbered, keys)
    if suspects.is_empty():
        return []
    rows = numbered.join(suspects.to_frame().lazy(), on=AT, how="semi")
    keyed = rows.select(pl.col(key).alias("id"), SOURCE, ROW, **keys).collect(engine="streaming")
    return _joined(keyed.sort(SOURCE, ROW))


def _keys(data: TableData) -> dict[str, pl.Expr]:
    """The expressions that customers are compared by, by reason. People are compared by code alone: many share a name."""
    have = data.frame.collect_schema().names()
    person = pl.col(CUSTOMER_TYPE) == PERSON if CUSTOMER_TYPE in have else pl.lit(False)
    company = ~person.fill_null(False)
    keys: dict[str, pl.Expr] = {}
    if UNIFIED_CODE in have:
        keys["credit-code"] = code_key(pl.col(UNIFIED_CODE))
    if NAME in have:
        keys["name"] = pl.when(company).then(name_key(pl.col(NAME)))
        if FORMER_NAME in have:
            keys["former-name"] = pl.when(company).then(former_keys(pl.col(FORMER_NAME)))
    return keys


def _suspects(numbered: pl.LazyFrame, keys: Mapping[str, pl.Expr]) -> pl.Series:
    """Positions of the rows with a key that another row may have; 8 bytes a key are kept in memory."""
    plain = {reason: expression for reason, expression in keys.items() if reason != "former-name"}
    hashed = [_hash(pl.col(reason)).alias(reason) for reason in plain]
    hashes = numbered.select(AT, **plain).select(AT, *hashed).collect(engine="streaming")
    found = [
        hashes.filter(pl.col(reason).is_in(_twice(hashes[reason].drop_nulls()).implode()))[AT]
        for reason in plain
    ]
    if "former-name" in keys:
        former = numbered.filter(pl.col(FORMER_NAME).is_not_null()).select(AT, key=keys["former-name"])
        again = (
            former.explode("key").select(AT, _hash(pl.col("key"))).drop_nulls().collect(engine="streaming")
        )
        met = again.filter(pl.col("key").is_in(hashes["name"].drop_nulls().unique().implode()))
        found += [met[AT], hashes.filter(pl.col("name").is_in(met["key"].unique().implode()))[AT]]
    return pl.concat(found).unique()


def _hash(expression: pl.Expr) -> pl.Expr:
    return pl.when(expression.is_not_null()).then(expression.hash()).alias("key")


def _twice(hashes: pl.Series) -> pl.Series:
    ordered = hashes.sort()
    return ordered.filter(ordered == ordered.shift(1)).unique()


def _joined(rows: pl.DataFrame) -> list[Likely]:
    """Rows with a key in common are one group; keys themselves are compared here, so that equal hashes deceive nobody."""
    records = list(rows.iter_rows(named=True))
    holders: dict[tuple[str, str], list[int]] = {}
    former: list[tuple[int, str]] = []
    for index, record in enumerate(records):
        for reason in ("credit-code", "name"):
            if record.get(reason) is not None:
                holders.setdefault((reason, record[reason]), []).append(index)
        former += [(index, name) for name in record.get("former-name") or ()]
    roots = list(range(len(records)))
    links: list[tuple[int, int, str]] = []
    for (reason, _), members in holders.items():
        links += [(members[0], other, reason) for other in members[1:]]
    for index, name in former:
        links += [(index, other, "former-name") for other in holders.get(("name", name), ())[:1]]
    for one, other, _ in links:
        _unite(roots, one, other)
    groups: dict[int, Likely] = {}
    linked = {index for one, other, _ in links if one != other for index in (one, other)}
    for index, record in enumerate(records):
        if index in linked:
            group = groups.setdefault(_root(roots, index), Likely())
            group.ids.append(record["id"])
            group.places.append((record[SOURCE], record[ROW]))
    for one, other, reason in links:
        if one != other:
            groups[_root(roots, one)].reasons.add(reason)
    return list(groups.values())


def _root(roots: list[int], index: int) -> int:
    while roots[index] != index:
        roots[index] = roots[roots[index]]
        index = roots[index]
    return index


def _unite(roots: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(roots, one), _root(roots, other)))
    roots[second] = first


def tell_likely(
    data: TableData,
    table: Table,
    groups: Sequence[Likely],
    events: Iterable[tuple[Table, pl.LazyFrame]],
    problems: Problems,
) -> None:
    """Proposes each group with its reason, its rows and how many events hang on it; the first are listed."""
    told = groups[:LISTED]
    counts = _counted({name for group in told for name in group.ids}, events)
    for group in told:
        shown = [HIDDEN] if table.fields[table.key].private else group.ids[:IDS_LISTED]
        rows = [str(data.place(source, row)) for source, row in group.places[:IDS_LISTED]]
        source, row = group.places[1]
        problems.warning(
            "likely-same-customer",
            data.place(source, row, _field(group)),
            ids=shown,
            count=len(group.ids),
            rows=rows,
            kind=[reason for reason in REASONS if reason in group.reasons],
            events=sum(counts.get(name, 0) for name in group.ids),
            entry=json.dumps(shown, ensure_ascii=False),
        )
    if len(groups) > LISTED:
        problems.warning(
            "rows-unlisted", data.place(0, 1, table.key), of="likely-same-customer", count=len(groups) - LISTED, total=len(groups)
        )  # fmt: skip


def _field(group: Likely) -> str:
    return UNIFIED_CODE if "credit-code" in group.reasons else NAME


def _counted(ids: set[str], events: Iterable[tuple[Table, pl.LazyFrame]]) -> dict[str, int]:
    """How many events each of a few customers has, over all tables."""
    counts: dict[str, int] = {}
    if ids:
        for table, frame in events:
            own = frame.filter(pl.col(table.customer).is_in(sorted(ids))).group_by(table.customer).len()
            for name, count in own.collect(engine="streaming").iter_rows():
                counts[name] = counts.get(name, 0) + count
    return counts


def tell_merged(
    data: TableData,
    key: str,
    merged: Mapping[str, str],
    events: Iterable[tuple[Table, pl.LazyFrame]],
    problems: Problems,
) -> None:
    """A note for each customer whose events count for another: which rows, and how many events."""
    if not merged:
        return
    counts = _counted(set(merged), events)
    rows = data.frame.select(pl.col(key), SOURCE, ROW).filter(pl.col(key).is_in(sorted(merged)))
    for name, source, row in rows.collect(engine="streaming").sort(SOURCE, ROW).iter_rows():
        problems.note(
            "customer-merged", data.place(source, row, key), id=name, kept=merged[name], events=counts.get(name, 0)
        )  # fmt: skip
