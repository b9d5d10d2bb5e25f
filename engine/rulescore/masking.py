# SPDX-License-Identifier: Apache-2.0
"""Typed tables -> the same tables with pseudonyms where personal data stands, and what was masked.

A pseudonym is a keyed hash: whoever does not have the key can't find the value by trying all phone numbers. The key is
a secret of the environment, or else comes from the raw data themselves, which whoever could work it out already has.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from .model import Pack, Table
from .packs.portfolio_table import own_tables, tables_of
from .packs.privacy import CUSTOMERS, NAME, PERSON, TYPE, content_reads, marked, private_fields
from .problems import Problems, UsageError
from .readers.bytes import CHUNK
from .readers.contents import rows_digest
from .readers.table import SOURCE, Source, TableData

VARIABLE = "RULESCORE_PSEUDONYM_KEY"
SHORTEST = 32
"""Characters of the shortest key that is taken; `openssl rand -hex 32` gives 64."""

PREFIX, DIGITS = "masked-", 20
"""A pseudonym: the prefix, and 80 bits in hexadecimal, so that among a hundred million no two are alike."""

_LABEL = b"rulescore pseudonyms 1\0"


class Masking(Struct, frozen=True):
    """What was masked, or shown although it is personal: (table, field). `key` says where the key came from
    (`environment`, `inputs`, or nowhere), and `fingerprint` tells keys apart without giving them away."""

    masked: tuple[tuple[str, str], ...] = ()
    unmasked: tuple[tuple[str, str], ...] = ()
    key: str = ""
    fingerprint: str = ""

    def facts(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "masked": [".".join(field) for field in self.masked],
            "unmasked": [".".join(field) for field in self.unmasked],
            "pseudonyms": {"key": self.key, "fingerprint": self.fingerprint},
        }


def mask(
    tables: Mapping[str, TableData], pack: Pack, unmask: bool = False
) -> tuple[dict[str, TableData], Masking]:
    """Masks what is personal in tables that were read by `pack`. Raises UsageError when the key is no secret, and when
    a rule reads what would be masked."""
    dictionary = marked(tables_of(pack), unmask=False)
    present = _present(tables, dictionary)
    if unmask or not present:
        return dict(tables), Masking(unmasked=tuple(present))
    problems = Problems()
    for part, known in ((pack, pack.tables), (pack.portfolio, own_tables(pack.portfolio))):
        fields = [field for field in present if field[0] in known]
        for name, place in content_reads(part, fields) if part is not None else ():
            problems.error("personal-content", place, field=name)
    secret = os.environ.get(VARIABLE, "")
    if secret and len(secret) < SHORTEST:
        problems.error("pseudonym-key-short", None, variable=VARIABLE, shortest=SHORTEST)
    if problems.has_errors:
        raise UsageError(problems)
    key = secret.encode() if secret else _key_of(tables)
    pseudonyms = _Pseudonyms(key)
    own = {name: {field for table, field in present if table == name} for name in tables}
    masked = {
        name: replace(data, frame=_masked(data.frame, dictionary[name], own[name], pseudonyms))
        if own[name]
        else data
        for name, data in tables.items()
    }
    origin = "environment" if secret else "inputs"
    return masked, Masking(tuple(present), (), origin, pseudonyms.fingerprint)


def _present(tables: Mapping[str, TableData], dictionary: Mapping[str, Table]) -> list[tuple[str, str]]:
    """The personal fields that the tables hold; customers' names among them when some customers are persons."""
    columns = {name: set(data.frame.collect_schema().names()) for name, data in tables.items()}
    found = [(table, field) for table, field in private_fields(dictionary) if field in columns.get(table, ())]
    if {NAME, TYPE} <= columns.get(CUSTOMERS, set()) and (CUSTOMERS, NAME) not in found:
        persons = tables[CUSTOMERS].frame.select((pl.col(TYPE) == PERSON).any())
        if persons.collect(engine="streaming").item():
            found.append((CUSTOMERS, NAME))
    return found


def _masked(
    frame: pl.LazyFrame, table: Table, fields: Collection[str], pseudonyms: _Pseudonyms
) -> pl.LazyFrame:
    """The frame with pseudonyms in its texts. What is no text reaches no run, since no rule may read it."""
    changed = []
    for name in sorted(fields):
        if table.fields[name].kind == "text":
            text = pl.col(name)
            hidden = text if table.fields[name].private else pl.when(pl.col(TYPE) == PERSON).then(text)
            changed.append(pseudonyms.of(hidden).fill_null(text).alias(name))
    return frame.with_columns(changed)


class _Pseudonyms:
    """Values to pseudonyms, with one key."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.fingerprint = hmac.digest(key, _LABEL + b"fingerprint", "sha256").hex()[:16]

    def of(self, text: pl.Expr) -> pl.Expr:
        return text.map_batches(self.column, return_dtype=pl.String, is_elementwise=True)

    def column(self, values: pl.Series) -> pl.Series:
        distinct = values.drop_nulls().unique()
        made = [self.name(value) for value in distinct]
        return values.replace_strict(distinct, made, default=None, return_dtype=pl.String)

    def name(self, value: str) -> str:
        return PREFIX + hmac.digest(self.key, value.encode(), "sha256").hex()[:DIGITS]


def _key_of(tables: Mapping[str, TableData]) -> bytes:
    """A key from all that was read: the same data give the same key, and no run holds what it is made of."""
    parts = [
        _content(data, index, source) for data in tables.values() for index, source in enumerate(data.sources)
    ]
    return hashlib.sha256(_LABEL + b"".join(parts)).digest()


def _content(data: TableData, index: int, source: Source) -> bytes:
    """A hash of a source that is not the one in the manifest."""
    if source.path is None or source.query:
        own = data.frame.filter(pl.col(SOURCE) == index) if len(data.sources) > 1 else data.frame
        return rows_digest(own, _LABEL)
    total = hashlib.sha256(_LABEL)
    with source.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            total.update(chunk)
    return total.digest()
