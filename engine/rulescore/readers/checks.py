# SPDX-License-Identifier: Apache-2.0
"""Typed files of a table -> the rows that count; the others are told, and set aside with their reason.

A customer that can't be told apart is an error. An event that can't be placed is set aside with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from msgspec import Struct

from ..model import Table
from ..problems import Fact, Problems
from ..values import HIDDEN, TOTAL_FORM
from .headers import Fit
from .judge import Judged
from .table import ROW, SOURCE, Raw, Rejected, TableData

CUSTOMERS_LISTED = 100
LISTED = 20


class Part(Struct, frozen=True):
    """One file of a table: as read, its fitted columns, its typed frame."""

    raw: Raw
    fit: Fit
    judged: Judged
    evidence: str = ""


def usable(
    part: Part, table: Table, rejected: list[Rejected], problems: Problems
) -> tuple[pl.LazyFrame, int]:
    """The rows of a file that are whole and have the id and the date that their table needs; how many hold anything."""
    _tell_broken(part, table, rejected, problems)
    frame, missing, rows = part.judged.frame, part.judged.missing, part.judged.rows
    if missing.get(_id(table)):
        absent = pl.col(_id(table)).is_null()
        blank = _tell_blank(part, frame.filter(absent), table, problems)
        lost = frame.filter(absent & ~_blank(part.raw)) if blank else frame.filter(absent)
        rows -= blank
        sums = _holds_total(part.raw)
        _set_aside(part, lost.filter(sums), "total-row", table, rejected, problems)
        code = "event-without-customer" if table.customer else "customer-without-id"
        _set_aside(part, lost.filter(~sums), code, table, rejected, problems)
        frame = frame.filter(~absent)
    if missing.get(table.date):
        absent = pl.col(table.date).is_null()
        _set_aside(part, frame.filter(absent), "event-without-date", table, rejected, problems)
        frame = frame.filter(~absent)
    return frame, rows


class Known(Struct, frozen=True):
    """The customers that there are: their ids (a frame of one column `#id`), and the hashes of the ids, sorted."""

    ids: pl.LazyFrame
    hashes: pl.Series


def known(data: TableData, key: str) -> Known:
    """The ids of the customers table; 8 bytes a customer are kept in memory."""
    ids = data.frame.select(pl.col(key).alias("#id")).filter(pl.col("#id").is_not_null())
    return Known(ids, ids.select(pl.col("#id").hash()).collect(engine=data.executor).to_series().sort())


def placed(
    part: Part,
    frame: pl.LazyFrame,
    table: Table,
    customers: Known,
    merged: Mapping[str, str],
    rejected: list[Rejected],
    problems: Problems,
) -> tuple[pl.LazyFrame, pl.Series]:
    """The rows whose customer is known, those of merged customers under the id that is kept; and the hashes of the ids
    that have events. Hashes tell whether there are unknown ones at all, and only then ids are compared."""
    name = table.customer
    if merged:
        frame = frame.with_columns(pl.col(name).replace(merged))
    hashed = frame.select(pl.col(name).hash().alias("#id")).unique()
    hashes = hashed.collect(engine=part.raw.executor).to_series()
    if hashes.is_in(customers.hashes.implode()).all():
        return frame, hashes
    lost = frame.join(customers.ids, left_on=name, right_on="#id", how="anti", maintain_order="left")
    _set_aside(part, lost, "event-of-unknown-customer", table, rejected, problems)
    found = frame.join(customers.ids, left_on=name, right_on="#id", how="semi", maintain_order="left")
    return found, hashes


def apart(
    part: Part, frame: pl.LazyFrame, table: Table, merged: Mapping[str, str], rejected: list[Rejected]
) -> pl.LazyFrame:
    """The customers that are kept; the rows of the merged ones are set aside (and told by `same.tell_merged`)."""
    if not merged:
        return frame
    gone = pl.col(table.key).is_in(sorted(merged))
    lost = frame.filter(gone)
    count: int = lost.select(pl.len()).collect(engine=part.raw.executor).item()
    if count:
        _keep(part, lost, "customer-merged", table, rejected, count)
    return frame.filter(~gone)


def tell_idle(data: TableData, table: Table, active: pl.Series, total: int, problems: Problems) -> int:
    """Tells the customers of whom no table holds any event; `active` are the hashes of the ids that have some, `total` is how many customers there are."""
    key = table.key
    hashed = data.frame.select(pl.col(key), SOURCE, ROW, pl.col(key).hash().alias("#id"))
    seen = pl.LazyFrame([active.unique().alias("#id")])
    idle = hashed.join(seen, on="#id", how="anti", maintain_order="left")
    count: int = idle.select(pl.len()).collect(engine=data.executor).item()
    if count:
        first = idle.select(pl.col(key), SOURCE, ROW).head(LISTED).collect(engine=data.executor).rows()
        place = data.place(first[0][1], first[0][2], key)
        ids = [HIDDEN] if table.fields[key].private else [str(read) for read, _, _ in first]
        problems.note("customers-without-events", place, count=count, total=total, ids=ids)
    return count


def tell_duplicates(data: TableData, table: Table, hashes: pl.Series, problems: Problems) -> None:
    """Tells every customer id that stands on more than one row; `hashes` of all of them, sorted."""
    key = table.key
    ids = pl.col(key)
    again = hashes.filter(hashes == hashes.shift(1))
    if again.is_empty():
        return
    some = again.unique(maintain_order=True).head(10 * CUSTOMERS_LISTED).implode()
    rows = data.frame.select(ids, ROW, SOURCE).filter(ids.hash().is_in(some)).collect(engine=data.executor)
    first: dict[str, str] = {}
    told = 0
    for name, row, source in rows.sort(SOURCE, ROW).iter_rows():
        place = data.place(source, row, key)
        if name not in first:
            first[name] = str(row) if len(data.sources) == 1 else str(place)
        elif told < CUSTOMERS_LISTED:
            told += 1
            problems.error(
                "duplicate-customer",
                place,
                read=HIDDEN if table.fields[key].private else name,
                first=first[name],
            )
    if told and len(again) > told:
        problems.error(
            "rows-unlisted",
            data.place(0, 1),
            of="duplicate-customer",
            count=len(again) - told,
            total=len(again),
        )


def _id(table: Table) -> str:
    return table.customer or table.key


def _set_aside(
    part: Part, lost: pl.LazyFrame, code: str, table: Table, rejected: list[Rejected], problems: Problems
) -> int:
    """Tells the `lost` rows and keeps them as rejected; how many there are."""
    count: int = lost.select(pl.len()).collect(engine=part.raw.executor).item()
    if not count:
        return 0
    name = table.date if code == "event-without-date" else _id(table)
    header = next((column.header for column in part.fit.columns if column.field.id == name), None)
    whose = pl.col(_id(table)) if _id(table) else pl.lit(None).alias("#id")  # the company's rows have none
    first = lost.select(ROW, whose).head(LISTED).collect(engine=part.raw.executor).rows()
    facts: dict[str, Fact] = {
        "table": table.id,
        "field": name,
        "count": count,
        "rows": [str(row) for row, _ in first],
    }
    if code == "event-of-unknown-customer":
        ids = [HIDDEN] if table.fields[name].private else [str(read) for _, read in first]
        facts["ids"] = list(dict.fromkeys(ids))
    tell = problems.error if code == "customer-without-id" else problems.warning
    tell(code, part.raw.cell(first[0][0], header), **facts)
    _keep(part, lost, code, table, rejected, count)
    return count


def _keep(
    part: Part, lost: pl.LazyFrame, code: str, table: Table, rejected: list[Rejected], count: int
) -> None:
    """Keeps rows that don't count, as they were read."""
    names = _names(part.raw)
    private = {int(column.name) for column in part.fit.columns if column.field.private}
    cells = [
        _hidden(pl.col(str(index))) if index in private else pl.col(str(index)) for index in range(len(names))
    ]
    kept = lost.select(ROW, *(cell.alias(name) for cell, name in zip(cells, names, strict=True)))
    rejected.append(Rejected(table.id, part.raw.file, part.raw.sheet, code, count, kept))


def _hidden(cell: pl.Expr) -> pl.Expr:
    """What is shown of personal data in a row that does not count: that there is some."""
    return pl.when(cell.is_not_null()).then(pl.lit(HIDDEN))


def _tell_blank(part: Part, lost: pl.LazyFrame, table: Table, problems: Problems) -> int:
    """Tells how many rows there are in which nothing stands, as spreadsheets leave them under a table."""
    count: int = lost.filter(_blank(part.raw)).select(pl.len()).collect(engine=part.raw.executor).item()
    if count:
        problems.note("blank-rows", part.raw.cell(), table=table.id, count=count)
    return count


def _blank(raw: Raw) -> pl.Expr:
    return pl.all_horizontal(
        (pl.col(name).is_null() | (pl.col(name).str.strip_chars() == ""))
        if dtype == pl.String
        else pl.col(name).is_null()
        for name, dtype in raw.frame.collect_schema().items()
        if name != ROW
    )


def _holds_total(raw: Raw) -> pl.Expr:
    """Whether a row holds the word that stands before sums."""
    texts = [name for name, dtype in raw.frame.collect_schema().items() if dtype == pl.String]
    found = (pl.col(name).str.strip_chars().str.contains(TOTAL_FORM).fill_null(False) for name in texts)
    return pl.any_horizontal(found) if texts else pl.lit(False)


def _tell_broken(part: Part, table: Table, rejected: list[Rejected], problems: Problems) -> None:
    """Rows with more or fewer cells than the header has, and notes below the table."""
    raw = part.raw
    expected = len(raw.headers)
    for code, tell in (
        ("row-too-long", problems.warning if table.customer else problems.error),
        ("row-too-short", problems.warning),
        ("notes-below", problems.note),
        ("lines-below", problems.warning),
    ):
        found = [broken for broken in raw.broken if broken.code == code]
        if found:
            rows = [str(broken.row) for broken in found[:LISTED]]
            cells = len(found[0].cells)
            place = raw.cell(found[0].row)
            private = any(column.field.private for column in part.fit.columns)  # cells may be anywhere
            shown = next((cell.strip() for cell in found[0].cells if cell.strip()), "")[:80]
            read = HIDDEN if private else shown
            facts: dict[str, Fact] = {"rows": rows, "cells": cells, "expected": expected, "read": read}
            tell(code, place, table=table.id, count=len(found), **facts)
        if found and code != "row-too-short":
            width = max(expected, *(len(broken.cells) for broken in found))
            names = [*_names(raw), *(f"#{index + 1}" for index in range(expected, width))]
            content = [
                [
                    *([HIDDEN] * len(broken.cells) if private else broken.cells),
                    *[None] * (width - len(broken.cells)),
                ]
                for broken in found
            ]
            frame = pl.DataFrame(content, schema=dict.fromkeys(names, pl.String), orient="row")
            numbers = pl.Series(ROW, [broken.row for broken in found], pl.Int64)
            kept = frame.insert_column(0, numbers).lazy()
            rejected.append(Rejected(table.id, raw.file, raw.sheet, code, len(found), kept))


def _names(raw: Raw) -> list[str]:
    """The headers, made distinct by their position where they are empty or twice."""
    return [
        name if name.strip() and raw.headers.count(name) == 1 else f"{name}#{index + 1}"
        for index, name in enumerate(raw.headers)
    ]
