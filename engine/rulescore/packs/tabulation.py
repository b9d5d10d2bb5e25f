# SPDX-License-Identifier: Apache-2.0
"""Breakdowns, read from the YAML of a portfolio: tables of the base by one or two keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..lang.check import Scope
from ..model import Breakdown, Expr, Feature
from ..problems import Problems
from ..source import Document, Path_
from .dictionary import check_name, sources
from .grading import EMPTY, Expression


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
            found.append(Breakdown(
                item["id"], item["title"], item.get("why", EMPTY), self.keys(document, (*path, "by"), item["by"]), only,
                self.figures(document, (*path, "figures"), item["figures"]), item.get("rows", 30), item.get("heat", False),
                item.get("words", {}), sources(item.get("source")), document.at(*path, "id"),
            ))  # fmt: skip
        return tuple(found)

    def of_row(self, document: Document, path: Path_, text: Any, want: Any = None) -> Expr | None:
        """An expression over one scored customer."""
        return self.expression(document, path, text, want, self.scope.inside("customers"))

    def keys(self, document: Document, path: Path_, by: Any) -> tuple[Expr, ...]:
        """What the rows are told apart by: one expression, or a list of them."""
        if isinstance(by, list):
            found = [self.of_row(document, (*path, index), key) for index, key in enumerate(by)]
        else:
            found = [self.of_row(document, path, by)]
        return tuple(expr for expr in found if expr is not None)

    def figures(self, document: Document, path: Path_, items: dict[str, Any]) -> dict[str, Feature]:
        """The columns, each in the scope of the base and of the columns before it."""
        names = dict(self.scope.names)
        figures: dict[str, Feature] = {}
        for key, item in items.items():
            check_name(key, document.key(*path, key), self.problems)
            if key in names or key in self.scope.tables:
                self.problems.error("duplicate-name", document.key(*path, key), name=key)
                continue
            scope = replace(self.scope, names=names, base_allowed=False)
            expr = self.expression(document, (*path, key, "is"), item["is"], None, scope)
            names[key] = "unknown" if expr is None else expr.tree.kind
            if expr is not None:
                figures[key] = Feature(key, item["title"], item.get("unit", ""), expr, sources(item.get("source")), document.key(*path, key))  # fmt: skip
        return figures
