# SPDX-License-Identifier: Apache-2.0
"""The data that rules see: tables and their fields, expressions, parameters and features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ..lang.syntax import Kind, Tree
from ..problems import Span

Text = Mapping[str, str]
"""The same words per language: {"zh": ..., "en": ...}."""

NOWHERE = Span("")

FieldType = Literal["text", "number", "integer", "percent", "bool", "date"]

KINDS: Mapping[str, Kind] = {
    "text": "text", "bool": "bool", "date": "date", "number": "number", "integer": "number", "percent": "number",
}  # fmt: skip
"""The kind that expressions see, by field type."""


class Field(Struct, frozen=True):
    """One column of a table: its type, its words, and what may stand in it."""

    id: str
    type: FieldType
    title: Text
    unit: str = ""
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = {}
    missing: tuple[str, ...] = ()
    not_missing: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    sensitive: bool = False
    withheld: bool = False
    """Whether it counts people of a group: none is to be told from the others and a total."""
    span: Span = NOWHERE
    holder: Text | None = None
    titles: Mapping[str, Text] = {}
    """What people call its values, where a pack says so; else the first of their `words` does."""
    made_of: str = ""
    """The field that it is worked out from; no column of a file is it."""

    @property
    def kind(self) -> Kind:
        """The kind that expressions see."""
        return KINDS[self.type]

    @property
    def unsaid(self) -> bool:
        """Whether no message may show what was read."""
        return self.private or self.withheld

    @property
    def private(self) -> bool:
        """Whether what stands in it is masked wherever it would be shown."""
        return self.personal or self.sensitive


class Table(Struct, frozen=True):
    """A table of the data dictionary. `customer` names the field that points to the customer, `date` the one
    that dates an event; the customers table has `key` instead."""

    id: str
    title: Text
    fields: Mapping[str, Field]
    key: str = ""
    customer: str = ""
    date: str = ""
    span: Span = NOWHERE
    holder: Text | None = None
    """Who would have the data, by role."""


class Expr(Struct, frozen=True):
    """A checked expression: its typed tree, as written, and where."""

    tree: Tree
    text: str
    span: Span


class Parameter(Struct, frozen=True):
    """A named number that changes by date; `values` are (from epoch day, value, sources), oldest first."""

    id: str
    title: Text
    unit: str
    values: tuple[tuple[int, float | str | bool, tuple[str, ...]], ...]
    kind: Kind
    span: Span


class Feature(Struct, frozen=True):
    """A named expression over fields, events, other features or the whole base. `values`: what people call the texts
    that it gives; `carries`: the risks of customers that are in it."""

    id: str
    title: Text
    unit: str
    expr: Expr
    source: tuple[str, ...]
    span: Span
    values: Mapping[str, Text] = {}
    carries: tuple[str, ...] = ()
