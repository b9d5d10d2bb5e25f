# SPDX-License-Identifier: Apache-2.0
"""A pack -> which of its fields are personal data, and which of its expressions read what stands in such fields.

A masked text keeps whether it is there and which others it equals, and nothing else: an expression may ask for that, but
not for what the text says. Numbers, dates and truths keep nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from ..lang.syntax import Tree
from ..model import Expr, Field, Pack, Table
from ..problems import Span

COUNTING = ("count", "count_distinct")
"""What may be asked of personal data of events: it reaches the run as a number of things."""

CUSTOMERS, NAME, TYPE, PERSON = "customers", "name", "customer_type", "person"
"""A customer's name is personal data when the customer is a person."""

SUBJECTS = (CUSTOMERS, "company")
"""Tables whose rows are scored; expressions call their fields by name alone."""


def marked(tables: Mapping[str, Table], unmask: bool) -> dict[str, Table]:
    """The tables as they are read: with nothing personal in them when nothing is to be masked; else with every id of a
    customer personal where one is, since tables are joined by them."""
    ids = {(table.id, table.customer or table.key) for table in tables.values()}
    if CUSTOMERS in tables:
        ids |= {(table.id, tables[CUSTOMERS].key) for table in tables.values()}
        ids |= {(CUSTOMERS, field.id) for field in tables[CUSTOMERS].fields.values() if field.made_of}
    spread = not unmask and any(field in ids for field in private_fields(tables))

    def mark(table: Table, field: Field) -> Field:
        if unmask:
            return replace(field, personal=False, sensitive=False)
        return replace(field, personal=True) if spread and (table.id, field.id) in ids else field

    return {
        key: replace(table, fields={name: mark(table, field) for name, field in table.fields.items()})
        for key, table in tables.items()
    }


def private_fields(tables: Mapping[str, Table]) -> list[tuple[str, str]]:
    """(table, field) of everything that is personal or sensitive, in the order of the dictionary."""
    return [
        (table.id, field.id) for table in tables.values() for field in table.fields.values() if field.private
    ]


def name_of(table: str, field: str) -> str:
    """How expressions call a field."""
    return field if table in SUBJECTS else f"{table}.{field}"


def content_reads(pack: Pack, fields: Collection[tuple[str, str]]) -> Iterator[tuple[str, Span]]:
    """(name, place) of each expression that asks for more of one of the `fields` than masking leaves."""
    private = {name_of(*field) for field in fields}
    texts = {name_of(*field) for field in fields if pack.tables[field[0]].fields[field[1]].kind == "text"}
    for feature in pack.features.values():  # those that only hand a field on are masked like it
        if passes(feature.expr.tree, texts):
            texts.add(feature.id)
    private |= texts
    for expr in _expressions(pack):
        if not (private.isdisjoint(expr.tree.names()) or passes(expr.tree, texts)):
            for name in sorted(set(_asked(expr.tree, private, texts))):
                yield name, expr.span


def _expressions(pack: Pack) -> Iterator[Expr]:
    yield from (feature.expr for feature in pack.features.values())
    for breakdown in pack.breakdowns:
        yield from breakdown.exprs
    for rule in pack.rules:
        parts = [rule.of, rule.applies]
        for case in rule.cases:
            parts += [case.when, case.points if isinstance(case.points, Expr) else None]
            parts += [part.when for part in case.parts]
        yield from (part for part in parts if part is not None)
    yield from (gate.when for gate in pack.gates)
    yield from (tier.when for tier in pack.tiers if tier.when is not None)


def passes(tree: Tree, texts: Collection[str]) -> bool:
    """Whether a tree only hands on masked texts."""
    if tree.op == "name":
        return str(tree.value) in texts
    return tree.op == "call" and tree.value == "coalesce" and all(passes(arg, texts) for arg in tree.args)


def _asked(tree: Tree, private: Collection[str], texts: Collection[str]) -> Iterator[str]:
    """The private names that a tree asks too much of."""
    if tree.op == "name":
        if str(tree.value) in private:
            yield str(tree.value)
        return
    masked = [passes(arg, texts) for arg in tree.args]
    if all(masked) and (tree.value == "is_missing" or (tree.op == "compare" and _equality(tree))):
        return
    counted = (
        tree.op == "aggregate" and tree.value in COUNTING and tree.operands == 1 and tree.args[0].op == "name"
    )
    # a pseudonym still says which customers belong together
    grouped = tree.op == "base" and len(tree.args) > 1 and masked[1]
    for arg in tree.args[1:] if counted else tree.args[:1] if grouped else tree.args:
        yield from _asked(arg, private, texts)


def _equality(tree: Tree) -> bool:
    return isinstance(tree.value, tuple) and set(tree.value) <= {"==", "!="}
