# SPDX-License-Identifier: Apache-2.0
"""The data dictionary, the parameters and the scope of names that they make, read from the YAML of a pack's layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..lang.check import EventTable, Scope
from ..lang.syntax import Kind, fold
from ..model import Field, Parameter, Table, Text
from ..problems import Problems, Span, close_names
from ..source import Document
from ..values import NUMBER_LIMIT, day
from .packfiles import Layer

BASE_NAMES: Mapping[str, Kind] = {"as_of": "date"}

PARENT = "parent_group"
ULTIMATE = Field(
    id="ultimate_group", type="text", made_of=PARENT,
    title={"zh": "最终控制方（按控制链归并）", "en": "Ultimate controller (chains resolved)"},
)  # fmt: skip
"""The field that readers make of the parents that customers name."""
SAME = Field(
    id="same_record", type="text", made_of="uscc",
    title={"zh": "同一主体的首条记录（按信用代码，或名称加电话、邮箱、地址）", "en": "First record of the same party (by credit code, or by name with telephone, e-mail or address)"},
)  # fmt: skip
"""The field that readers make of what surely is one customer; its own id where a record stands alone."""


def sources(value: Any) -> tuple[str, ...]:
    """`source` as a tuple; a text stands for a list of one."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def check_name(name: str, place: Span, problems: Problems) -> None:
    """Names are folded (NFKC) in expressions: one that is not in that form could never be met there."""
    if fold(name) != name:
        problems.error("name-not-folded", place, read=name, instead=fold(name))


def make_scope(tables: Mapping[str, Table], parameters: Mapping[str, Parameter], subject: str) -> Scope:
    """Fields of the table that is scored, parameters and as_of by name, and the event tables."""
    records = tables[subject]
    constants = {**BASE_NAMES, **{f"param.{key}": parameter.kind for key, parameter in parameters.items()}}
    names = {**constants, **{key: found.kind for key, found in records.fields.items()}}
    events = {
        table.id: EventTable(
            {key: found.kind for key, found in table.fields.items()},
            {key: found.values for key, found in table.fields.items() if found.values},
            table.date,
        )
        for table in tables.values()
        if table.id != subject
    }
    values = {key: found.values for key, found in records.fields.items() if found.values}
    return Scope(names, values, events, constants)


def is_number(text: str) -> bool:
    """Whether the words of a number field stand for a number."""
    try:
        return abs(float(text)) < NUMBER_LIMIT
    except ValueError:
        return False


class Dictionary:
    """Reads tables and parameters of the layers, base first."""

    def __init__(
        self, layers: list[Layer], shared: Document, problems: Problems, subject: str, customers: Table | None
    ) -> None:
        """`customers`: the table of scored customers, where the base as a whole is scored (`subject` is the company)."""
        self.layers, self.shared, self.problems = layers, shared, problems
        self.subject, self.customers = subject, customers

    def read_tables(self) -> dict[str, Table]:
        tables: dict[str, Table] = {} if self.customers is None else {self.customers.id: self.customers}
        documents = [self.shared] if self.customers is None else []
        documents += [layer.documents["tables"] for layer in self.layers if "tables" in layer.documents]
        for document in documents:
            for table_id, data in document.data["tables"].items():
                old = tables.get(table_id)
                fields: dict[str, Field] = dict(old.fields) if old else {}
                for key, item in data["fields"].items():
                    check_name(key, document.key("tables", table_id, "fields", key), self.problems)
                    fields[key] = self.read_field(document, table_id, key, item, tables)
                table = Table(
                    table_id, data.get("title") or (old.title if old else {"zh": table_id, "en": table_id}), fields,
                    data.get("key") or (old.key if old else ""), data.get("customer") or (old.customer if old else ""),
                    data.get("date") or (old.date if old else ""), document.key("tables", table_id),
                    data.get("holder") or (old.holder if old else None),
                )  # fmt: skip
                for role in ("key", "customer", "date"):
                    name = getattr(table, role)
                    if name and name not in fields:
                        self.problems.error(
                            "unknown-field",
                            document.at("tables", table_id, role),
                            name=name,
                            close=close_names(name, fields),
                        )
                if table_id == self.subject and not table.key:
                    self.problems.error("missing-key", table.span, key="key")
                if table_id != self.subject and not table.customer:
                    self.problems.error("missing-key", table.span, key="customer")
                tables[table_id] = table
        if self.customers is None and "customers" in tables:
            table = tables["customers"]
            made = {field.id: field for field in (ULTIMATE, SAME) if field.made_of in table.fields}
            for name in made.keys() & table.fields.keys():
                self.problems.error("duplicate-name", table.fields[name].span, name=name)
            tables["customers"] = replace(table, fields={**table.fields, **made})
        return tables

    def read_field(
        self, document: Document, table: str, key: str, item: dict[str, Any], known: Mapping[str, Table]
    ) -> Field:
        """A field; `known` are the tables so far, one of whose fields may give its values and words."""
        values: Any = item.get("values", ())
        words: Mapping[str, Any] = item.get("words", {})
        titles: Mapping[str, Text] = {}
        if isinstance(values, str):
            of = {f"{one.id}.{name}": field for one in known.values() for name, field in one.fields.items()}
            if values in of:
                values, words, titles = of[values].values, {**of[values].words, **words}, of[values].titles
            else:
                place = document.at("tables", table, "fields", key, "values")
                self.problems.error("unknown-field", place, name=values, close=close_names(values, of))
                values = ()
        values = tuple(values)
        words = {value: tuple(found) for value, found in words.items()}
        for value in words:
            if item["type"] in ("number", "integer", "percent") and not is_number(value):
                place = document.key("tables", table, "fields", key, "words", value)
                self.problems.error("number-wanted", place, read=value)
            if values and value not in values:
                place = document.key("tables", table, "fields", key, "words", value)
                self.problems.error(
                    "unknown-value",
                    place,
                    name=key,
                    read=value,
                    allowed=list(values),
                    close=close_names(value, values),
                )
        return Field(
            id=key, type=item["type"], title=item["title"], unit=item.get("unit", ""), min=item.get("min"), max=item.get("max"),
            values=values, words=words, missing=tuple(item.get("missing", ())), not_missing=tuple(item.get("not_missing", ())),
            aliases=tuple(item.get("aliases", ())), required=item.get("required", False), personal=item.get("personal", False),
            sensitive=item.get("sensitive", False), withheld=item.get("withheld", False), holder=item.get("holder"), titles=titles,
            span=document.key("tables", table, "fields", key),
        )  # fmt: skip

    def read_parameters(self) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for layer in self.layers:
            for key, item in (layer.pack.data.get("parameters") or {}).items():
                check_name(key, layer.pack.key("parameters", key), self.problems)
                values: list[tuple[int, Any, tuple[str, ...]]] = []
                for index, value in enumerate(item["values"]):
                    start = day(value["from"])
                    place = layer.pack.at("parameters", key, "values", index, "from")
                    if start is None:
                        self.problems.error("date-unreadable", place, read=value["from"])
                        continue
                    if values and start <= values[-1][0]:
                        self.problems.error("parameter-order", place, read=value["from"])
                    given = value["value"]
                    values.append(
                        (
                            start,
                            float(given) if isinstance(given, int) and not isinstance(given, bool) else given,
                            sources(value["source"]),
                        )
                    )
                kinds: set[Kind] = {
                    "text" if isinstance(v, str) else "bool" if isinstance(v, bool) else "number"
                    for _, v, _ in values
                }
                if len(kinds) > 1:
                    self.problems.error(
                        "kinds-differ",
                        layer.pack.key("parameters", key),
                        left=sorted(kinds)[0],
                        right=sorted(kinds)[1],
                    )
                kind: Kind = next(iter(kinds), "number")
                found[key] = Parameter(
                    key,
                    item["title"],
                    item.get("unit", ""),
                    tuple(values),
                    kind,
                    layer.pack.key("parameters", key),
                )
        return found
