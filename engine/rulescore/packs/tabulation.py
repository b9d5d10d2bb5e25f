# SPDX-License-Identifier: Apache-2.0
"""Breakdowns, read from the YAML of a portfolio: tables of the base by one or two keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from ..lang.check import Scope
from ..model import Breakdown, Expr, Feature
from ..problems import Problems, close_names
from ..source import Document, Path_
from .dictionary import check_name, sources
from .grading import EMPTY, Expression

CUSTOMERS = "customers"


class Tabulation:
    """Reads breakdowns in the scope of a pack's names; `expression` checks what stands in the YAML."""

    def __init__(self, scope: Scope, expression: Expression, problems: Problems) -> None:
        self.scope, self.expression, self.problems = scope, expression, problems

    def read(
        self, declared: Iterable[tuple[Document, Path_, dict[str, Any]]], of_base: bool
    ) -> tuple[Breakdown, ...]:
        """The breakdowns of a pack of the base; a problem each in another pack."""
        found = []
        for document, path, item in declared:
            if not of_base:
                self.problems.error("breakdown-not-here", document.at(*path, "id"), id=item["id"])
                continue
            only = None
            if "where" in item:
                only = self.of_row(document, (*path, "where"), item["where"], "bool")
            by = self.keys(document, (*path, "by"), item["by"])
            beside = self.beside(document, (*path, "beside"), item.get("beside", {}), by)
            read = frozenset([CUSTOMERS, *beside])
            found.append(Breakdown(
                item["id"], item["title"], item.get("why", EMPTY), by, only,
                self.figures(document, (*path, "figures"), item["figures"], read), item.get("rows", 30), item.get("heat", False),
                item.get("words", {}), sources(item.get("source")), document.at(*path, "id"), beside=beside,
            ))  # fmt: skip
        return tuple(found)

    def of_row(
        self, document: Document, path: Path_, text: Any, want: Any = None, table: str = CUSTOMERS
    ) -> Expr | None:
        """An expression over one scored customer, or one event of another table."""
        return self.expression(document, path, text, want, self.scope.inside(table))

    def keys(
        self, document: Document, path: Path_, by: Any, like: Sequence[Any] = (), table: str = CUSTOMERS
    ) -> tuple[Expr, ...]:
        """What the rows are told apart by: one expression, or a list of them; of the kinds of those that they are `like`."""
        listed = (
            [((*path, index), key) for index, key in enumerate(by)] if isinstance(by, list) else [(path, by)]
        )
        kinds = [*like, *[None] * len(listed)]
        found = [
            self.of_row(document, place, key, want, table)
            for (place, key), want in zip(listed, kinds, strict=False)
        ]
        return tuple(expr for expr in found if expr is not None)

    def beside(
        self, document: Document, path: Path_, items: dict[str, Any], by: tuple[Expr, ...]
    ) -> dict[str, tuple[Expr, ...]]:
        """The company's own tables that stand beside the customers, and their keys: as many as those of the customers and of
        the same kinds."""
        found: dict[str, tuple[Expr, ...]] = {}
        own = [name for name in self.scope.tables if name != CUSTOMERS]
        for table, keys in items.items():
            place = document.key(*path, table)
            wanted = len(by)
            if table not in own:
                self.problems.error(
                    "unknown-table", place, table=table, tables=own, close=close_names(table, own)
                )
            elif (given := len(keys) if isinstance(keys, list) else 1) != wanted:
                self.problems.error("breakdown-keys", place, table=table, read=given, wanted=wanted)
            else:
                kinds = [expr.tree.kind for expr in by]
                found[table] = self.keys(document, (*path, table), keys, kinds, table)
        return found

    def figures(
        self, document: Document, path: Path_, items: dict[str, Any], read: Collection[str]
    ) -> dict[str, Feature]:
        """The columns, each in the scope of the base, of the tables that it may `read`, and of the columns before it."""
        tables = {name: table for name, table in self.scope.tables.items() if name in read}
        names = dict(self.scope.names)
        figures: dict[str, Feature] = {}
        for key, item in items.items():
            check_name(key, document.key(*path, key), self.problems)
            if key in names or key in self.scope.tables:
                self.problems.error("duplicate-name", document.key(*path, key), name=key)
                continue
            scope = replace(self.scope, names=names, tables=tables, base_allowed=False)
            expr = self.expression(document, (*path, key, "is"), item["is"], None, scope)
            names[key] = "unknown" if expr is None else expr.tree.kind
            if expr is not None:
                figures[key] = Feature(key, item["title"], item.get("unit", ""), expr, sources(item.get("source")), document.key(*path, key))  # fmt: skip
        return figures
