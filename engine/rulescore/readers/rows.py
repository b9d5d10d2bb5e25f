# SPDX-License-Identifier: Apache-2.0
"""A file as read -> the same without rows that are no records, with fields that hold for every row, one row a customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl
from msgspec.structs import replace

from ..model import Table
from ..problems import Fact, Problems, close_names
from ..values import fold, fold_word
from .coerce import Column, as_text, is_nested
from .headers import Fit, Mapped
from .mappings import Export, LeftOut
from .table import ROW, Raw, Rejected

LISTED = 20
_ID = "#id"
NOTES = ("notes-below", "lines-below")
"""Codes of rows below a table that the format has found already."""


def without(raw: Raw, export: Export, table: Table, rejected: list[Rejected], problems: Problems) -> Raw:
    """Sets aside the rows that the export holds beside its records; they are told and kept as rejected."""
    if export.ends_at_blank:
        raw = _without_notes(raw, table, rejected, problems)
    for rule in export.leave_out:
        index = next((i for i, name in enumerate(raw.headers) if fold(name) == fold(rule.column)), None)
        if index is None:
            continue
        hit = _holds(raw, index, rule)
        count: int = raw.frame.filter(hit).select(pl.len()).collect(engine=raw.executor).item()
        if count:
            facts: dict[str, Fact] = {"table": table.id, "values": list(rule.values), "count": count}
            problems.note("rows-left-out", raw.cell(None, raw.headers[index]), **facts)
            _keep(raw, raw.frame.filter(hit), "rows-left-out", count, table, rejected)
            raw = _changed(raw, partial(_others, index=index, rule=rule))
    return raw


def _others(raw: Raw, index: int, rule: LeftOut) -> pl.LazyFrame:
    return raw.frame.filter(~_holds(raw, index, rule))


def _holds(raw: Raw, index: int, rule: LeftOut) -> pl.Expr:
    """Whether a row holds one of the rule's values; a blank cell does not."""
    name = str(index)
    dtype = raw.frame.collect_schema()[name]
    if is_nested(dtype):
        return pl.lit(False)
    text = as_text(pl.col(name), dtype).str.strip_chars().str.normalize("NFKC").str.to_lowercase()
    return text.is_in([fold_word(value) for value in rule.values]).fill_null(False)


def _without_notes(raw: Raw, table: Table, rejected: list[Rejected], problems: Problems) -> Raw:
    """The rows above the first blank one: one without content, or whose number no row has."""
    names = [name for name in raw.frame.collect_schema().names() if name != ROW]
    blank = pl.all_horizontal(
        pl.col(name).cast(pl.String, strict=False).fill_null("").str.strip_chars() == "" for name in names
    )
    numbers = raw.frame.filter(~blank).select(ROW).collect(engine=raw.executor).to_series()
    present = {*numbers, *(broken.row for broken in raw.broken)}
    rows = range(raw.header_row + 1, max(present, default=0))
    end = next((row for row in rows if row not in present), None)
    if end is None:
        return raw
    notes = raw.frame.filter((pl.col(ROW) >= end) & ~blank)
    count: int = notes.select(pl.len()).collect(engine=raw.executor).item()
    # what the format took for lines below the table are notes of this export; they are told and kept as such
    below = tuple(replace(broken, code=NOTES[0]) for broken in raw.broken if broken.code in NOTES)
    if count or not below:
        problems.note("notes-left-out", raw.cell(end), table=table.id, count=count)
    if count:
        _keep(raw, notes, "notes-left-out", count, table, rejected)
    cut = _changed(raw, lambda one: one.frame.filter(pl.col(ROW) < end))
    above = tuple(broken for broken in raw.broken if broken.row < end and broken.code not in NOTES)
    return replace(cut, broken=(*above, *below))


def _changed(raw: Raw, change: Callable[[Raw], pl.LazyFrame]) -> Raw:
    """The file with another frame, also when it has to be read again more exactly."""
    exact = None if raw.exact is None else partial(_again, raw.exact, change)
    return replace(raw, frame=change(raw), exact=exact)


def _again(read: Callable[[], Raw | None], change: Callable[[Raw], pl.LazyFrame]) -> Raw | None:
    raw = read()
    return None if raw is None else _changed(raw, change)


def _keep(
    raw: Raw, frame: pl.LazyFrame, code: str, count: int, table: Table, rejected: list[Rejected]
) -> None:
    names = [
        name if name.strip() and raw.headers.count(name) == 1 else f"{name}#{index + 1}"
        for index, name in enumerate(raw.headers)
    ]
    kept = frame.select(ROW, *(pl.col(str(index)).alias(name) for index, name in enumerate(names)))
    rejected.append(Rejected(table.id, raw.file, raw.sheet, code, count, kept))


def with_constants(
    raw: Raw, fitted: Fit, table: Table, constants: Mapping[str, Mapped], problems: Problems
) -> tuple[Raw, Fit]:
    """Adds a column for each field that the assessment gives for the whole file; its header says so."""
    columns = list(fitted.columns)
    present = {column.field.id for column in columns}
    for number, (name, said) in enumerate(constants.items()):
        field = table.fields.get(name)
        if field is None:
            close = close_names(name, table.fields)
            problems.error("unknown-field", said.span, name=name, table=table.id, close=close)
            continue
        if name in present:
            headers = [column.header for column in columns if column.field.id == name]
            problems.error("field-twice", said.span, field=name, table=table.id, headers=[*headers, name])
            continue
        index = str(len(raw.headers) + number)
        is_id = name in (table.key, table.customer)
        columns.append(Column(index, f"constants.{name}", field, pl.String(), (), None, is_id))
        value = pl.lit(said.field, pl.String).alias(index)
        raw = _changed(raw, partial(_with, value=value))
    return raw, replace(fitted, columns=tuple(columns))


def _with(raw: Raw, value: pl.Expr) -> pl.LazyFrame:
    return raw.frame.with_columns(value)


def one_row_each(raw: Raw, fitted: Fit, table: Table, problems: Problems) -> Raw:
    """The first row of each customer, where a list of events must serve as the list of customers; rows without an id
    are not customers. Customers whose rows say different things are told."""
    key = next(
        (column for column in fitted.columns if column.field.id == (table.key or table.customer)), None
    )
    if key is None:
        return raw
    others = [column for column in fitted.columns if column is not key]
    if others:
        kinds = [pl.col(column.name).drop_nulls().n_unique().alias(column.name) for column in others]
        differing = _identified(raw, key).group_by(_ID).agg(kinds)
        for column in others:
            found = differing.filter(pl.col(column.name) > 1).select(_ID)
            ids = sorted(found.collect(engine=raw.executor).to_series().to_list())
            if ids:
                facts: dict[str, Fact] = {"field": column.field.id, "count": len(ids), "ids": ids[:LISTED]}
                problems.warning("differing-rows", raw.cell(None, column.header), **facts)
    return _changed(raw, partial(_first_rows, key=key))


def _identified(raw: Raw, key: Column) -> pl.LazyFrame:
    """The rows that name a customer, with its id as text."""
    text = as_text(pl.col(key.name), raw.frame.collect_schema()[key.name]).str.strip_chars()
    named = raw.frame.with_columns(text.alias(_ID))
    return named.filter((pl.col(_ID) != "") & ~pl.col(_ID).is_in(key.missing_words))


def _first_rows(raw: Raw, key: Column) -> pl.LazyFrame:
    return _identified(raw, key).unique(_ID, keep="first", maintain_order=True).drop(_ID)
