# SPDX-License-Identifier: Apache-2.0
"""Customers that may be one: found by code, name and ways of contact, and proposed; merged only where the assessment says so.

Nothing is compared in pairs. Hashes of the keys are sorted, and only rows whose hash stands there twice are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ..model import Table
from ..packs.dictionary import SAME
from ..problems import Problems, close_names
from ..values import HIDDEN
from .assessment import SameCustomer
from .identity import (  # fmt: skip
    ADDRESS,
    COMPANY,
    CUSTOMER_TYPE,
    EMAIL,
    FORMER_NAME,
    NAME,
    PERSON,
    PHONE,
    UNIFIED_CODE,
    address_keys,
    code_key,
    email_keys,
    former_keys,
    name_key,
    phone_keys,
)
from .table import ROW, SOURCE, TableData

LISTED = 50
IDS_LISTED = 20
WAYS = {"name-phone": (PHONE, phone_keys), "name-email": (EMAIL, email_keys), "name-address": (ADDRESS, address_keys)}  # fmt: skip
"""What beside an equal name says that two rows are one customer: the field, and the keys of its cells."""
REASONS = ("credit-code", *WAYS, "name", "former-name", "name-contact")
SHARED = 4
"""Names at one telephone, mail address or address from which on it says nothing: a switchboard, an office block, a placeholder."""
CONTACTS = "contacts"
REACHED = {"mobile": phone_keys, "phone": phone_keys, "email": email_keys}
AT = "#at"


class Likely(Struct):
    """Rows that may be one customer: their ids and places in the order of the table, why, and for each row that surely is
    the same customer as others the first row of these."""

    ids: list[str] = []
    places: list[tuple[int, int]] = []
    reasons: set[str] = set()
    sure: dict[str, str] = {}


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


def likely(data: TableData, key: str, events: Iterable[tuple[Table, pl.LazyFrame]] = ()) -> list[Likely]:
    """The groups of rows that may be one customer, in the order of their first row."""
    keys = _keys(data)
    if not keys:
        return []
    numbered = data.frame.with_row_index(AT)
    have = data.frame.collect_schema().names()
    ways = {reason: way for reason, way in WAYS.items() if NAME in have and way[0] in have}
    suspects, shared = _suspects(numbered, keys, ways)
    if suspects.is_empty():
        return []
    rows = numbered.join(suspects.to_frame().lazy(), on=AT, how="semi")
    said = {}
    for reason, (name, keys_of) in ways.items():
        nothing = pl.element().hash().is_in(shared[reason].implode())
        said[reason] = keys_of(pl.col(name)).list.eval(pl.element().filter(~nothing))
    who = {"named": name_key(pl.col(NAME))} if NAME in have else {}
    kind = pl.col(CUSTOMER_TYPE) if CUSTOMER_TYPE in have else pl.lit(None, pl.String)
    keyed = rows.select(pl.col(key).alias("id"), SOURCE, ROW, kind.alias("kind"), **keys, **who, **said)
    records = keyed.collect(engine="streaming").sort(SOURCE, ROW)
    return _joined(list(records.iter_rows(named=True)), _reached({*records["id"]}, events))


def with_same(data: TableData, table: Table, groups: Iterable[Likely]) -> TableData:
    """Adds the first record of the same party: the id of another row where one surely is the same customer, else its own."""
    if SAME.id not in table.fields:
        return data
    first = {name: head for group in groups for name, head in group.sure.items()}
    found = pl.col(table.key).replace(first) if first else pl.col(table.key)
    return replace(data, frame=data.frame.with_columns(found.alias(SAME.id)))


def _keys(data: TableData) -> dict[str, pl.Expr]:
    """The expressions that customers are compared by, by reason. The name of a person alone says nothing: many share it."""
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


def _suspects(
    numbered: pl.LazyFrame, keys: Mapping[str, pl.Expr], ways: Mapping[str, Any]
) -> tuple[pl.Series, dict[str, pl.Series]]:
    """Positions of the rows with a key that another row may have, 8 bytes a key being kept in memory; and by way of
    contact the hashes of what so many names share that it says nothing."""
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
    shared = {}
    for reason, (name, keys_of) in ways.items():
        reached = numbered.filter(pl.col(name).is_not_null(), pl.col(NAME).is_not_null())
        pairs = reached.select(AT, name=name_key(pl.col(NAME)), way=keys_of(pl.col(name))).explode("way")
        both = pairs.drop_nulls().select(AT, pl.col("name", "way").hash()).collect(engine="streaming")
        again = both.filter(pl.struct("name", "way").is_duplicated())
        names = both.filter(pl.col("way").is_in(again["way"].unique().implode()))
        counted = names.group_by("way").agg(pl.col("name").n_unique())
        shared[reason] = counted.filter(pl.col("name") >= SHARED)["way"]
        found.append(again.filter(~pl.col("way").is_in(shared[reason].implode()))[AT])
    return pl.concat(found).unique(), shared


def _reached(ids: Collection[str], events: Iterable[tuple[Table, pl.LazyFrame]]) -> dict[str, set[str]]:
    """Telephone numbers and mail addresses of the contacts of a few customers, by customer."""
    found: dict[str, set[str]] = {}
    for table, frame in events:
        have = frame.collect_schema().names() if table.id == CONTACTS else []
        keys = [keys_of(pl.col(name)).alias(name) for name, keys_of in REACHED.items() if name in have]
        if keys:
            own = frame.filter(pl.col(table.customer).is_in(list(ids))).select(table.customer, *keys)
            for customer, *ways in own.collect(engine="streaming").iter_rows():
                found.setdefault(customer, set()).update(key for way in ways for key in way or ())
    return found


def _hash(expression: pl.Expr) -> pl.Expr:
    return pl.when(expression.is_not_null()).then(expression.hash()).alias("key")


def _twice(hashes: pl.Series) -> pl.Series:
    ordered = hashes.sort()
    return ordered.filter(ordered == ordered.shift(1)).unique()


def _joined(records: list[dict[str, Any]], reached: Mapping[str, set[str]]) -> list[Likely]:
    """Rows with a key in common are one group; keys themselves are compared here, so that equal hashes deceive nobody."""
    holders: dict[tuple[str, ...], list[int]] = {}
    former: list[tuple[int, str]] = []
    for index, record in enumerate(records):
        for reason in ("credit-code", "name"):
            if record.get(reason) is not None:
                holders.setdefault((reason, record[reason]), []).append(index)
        if (name := record.get("named")) is not None:
            for reason in WAYS:
                for way in record.get(reason) or ():
                    holders.setdefault((reason, name, way), []).append(index)
            for way in reached.get(record["id"], ()) if record.get("name") else ():
                holders.setdefault(("name-contact", name, way), []).append(index)
        former += [(index, name) for name in record.get("former-name") or ()]
    links = [
        (members[0], other, key[0]) for key, members in holders.items() for other in members[1:]
    ]  # each to the first of its key: as many links as rows
    for index, name in former:
        links += [(index, other, "former-name") for other in holders.get(("name", name), ())[:1]]
    links = [link for link in links if link[0] != link[1]]
    roots = _united(len(records), links)
    groups: dict[int, Likely] = {}
    linked = {index for one, other, _ in links for index in (one, other)}
    for index, record in enumerate(records):
        if index in linked:
            group = groups.setdefault(_root(roots, index), Likely())
            group.ids.append(record["id"])
            group.places.append((record[SOURCE], record[ROW]))
    for one, _, reason in links:
        groups[_root(roots, one)].reasons.add(reason)
    sure = _sure(records, links)
    for index in sorted(linked):
        if (head := _root(sure, index)) != index:
            groups[_root(roots, index)].sure[records[index]["id"]] = records[head]["id"]
    return list(groups.values())


def _sure(records: Sequence[Mapping[str, Any]], links: Sequence[tuple[int, int, str]]) -> list[int]:
    """What surely is one customer. Rows with different credit codes never are, whatever else they have in common; an address
    says it of companies alone, since a university or a family has many customers under one roof."""
    by_code = [link for link in links if link[2] == "credit-code"]
    by_way = [
        link for link in links
        if link[2] in ("name-phone", "name-email")
        or (link[2] == "name-address" and all(records[index]["kind"] in (None, COMPANY) for index in link[:2]))
    ]  # fmt: skip
    roots = _united(len(records), [*by_code, *by_way])
    codes: dict[int, set[str]] = {}
    for index, record in enumerate(records):
        if record.get("credit-code") is not None:
            codes.setdefault(_root(roots, index), set()).add(record["credit-code"])
    one = [link for link in by_way if len(codes.get(_root(roots, link[0]), ())) < 2]
    return _united(len(records), [*by_code, *one])


def _united(count: int, links: Iterable[tuple[int, int, str]]) -> list[int]:
    roots = list(range(count))
    for one, other, _ in links:
        _unite(roots, one, other)
    return roots


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
