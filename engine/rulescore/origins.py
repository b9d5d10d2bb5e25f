# SPDX-License-Identifier: Apache-2.0
"""Where the inputs of one record stand: file, sheet, rows and columns of its fields and of its events."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import polars as pl

from .answers import cells_read
from .engines import frame as frame_engine
from .folder import CELLS, INPUTS, SCORES_CSV, SCORES_PARQUET, Run
from .lang.syntax import Tree
from .packs.portfolio_table import COMPANY

CELLS_AT_MOST = 20

Node = dict[str, Any]


class Origins:
    """The places of one record of a run; those of events are looked up once a table."""

    def __init__(self, run: Run, record: Mapping[str, Any]) -> None:
        self.run, self.record, self.pack = run, record, run.pack
        self.sources: dict[str, list[dict[str, Any]]] = {}
        for source in run.manifest["inputs"]:
            self.sources.setdefault(source["table"], []).append(source)
        self.events: dict[str, dict[int, list[int]]] = {}

    def of_customer(self, field: str) -> list[Node]:
        """The cell of a field of the record."""
        if self.record["#source"] is None:  # a company that no table speaks of
            return []
        source = self.sources[self.pack.subject][self.record["#source"]]
        field = self.pack.records.fields[field].made_of or field
        if field not in source["columns"]:
            return []
        return [
            {
                "file": source["file"],
                "sheet": source["sheet"],
                "evidence": source["evidence"],
                "rows": [self.record["#row"]],
                "columns": [source["columns"][field]],
                **({"query": source["query"]} if "query" in source else {}),
            }
        ]

    def of_events(self, tree: Tree) -> list[Node]:
        """Rows of the customer's events, by file; all of the customer's rows, since the window is told by the words.
        Events of the company are the customers of the run, which lie in its own tables."""
        if self.pack.subject == COMPANY:
            return (
                self._of_base(tree)
                if tree.table == "customers"
                else cells_read(tree, self.sources.get(tree.table, ()))
            )
        if tree.table not in self.events:
            rows = pl.scan_parquet(self.run.folder / CELLS).filter(
                (pl.col("table") == tree.table)
                & (pl.col(frame_engine.CUSTOMER) == self.record[frame_engine.CUSTOMER])
            )
            by_source: dict[int, list[int]] = {}
            for source, row in rows.select("#source", "#row").collect().iter_rows():
                by_source.setdefault(source, []).append(row)
            self.events[tree.table] = by_source
        fields = sorted(
            {
                name.split(".", 1)[1]
                for arg in tree.args
                for name in arg.names()
                if name.startswith(tree.table + ".")
            }
        )
        date = self.pack.tables[tree.table].date
        cells = []
        for index, rows_found in sorted(self.events[tree.table].items()):
            origin = self.sources[tree.table][index]
            columns = [
                origin["columns"][field]
                for field in dict.fromkeys([*fields, date])
                if field in origin["columns"]
            ]
            cells.append(
                {
                    "file": origin["file"],
                    "sheet": origin["sheet"],
                    "evidence": origin["evidence"],
                    "rows": rows_found[:CELLS_AT_MOST],
                    "count": len(rows_found),
                    "columns": columns,
                    **({"query": origin["query"]} if "query" in origin else {}),
                }
            )
        return cells

    def _of_base(self, tree: Tree) -> list[Node]:
        """The columns of the run's own tables that an aggregate over its customers reads."""
        read = {
            name.split(".", 1)[1]
            for arg in tree.args
            for name in arg.names()
            if name.startswith(f"{tree.table}.")
        }
        stored = self.customers.inputs.collect_schema().names()
        scored = SCORES_CSV if (self.run.folder.parent / SCORES_CSV).exists() else SCORES_PARQUET
        by_file = {INPUTS: sorted(read & set(stored)), scored: sorted(read - set(stored))}
        unknown = self.customers.unknown
        return [
            {
                "file": file, "sheet": None, "rows": [], "columns": columns, "of": "customers",
                "unknown": {name: unknown[name] for name in columns if unknown.get(name)},
            }
            for file, columns in by_file.items()
            if columns
        ]  # fmt: skip

    @cached_property
    def customers(self) -> Run:
        """The run of the customers whose base as a whole is the record."""
        return Run.read(self.run.folder.parent)
