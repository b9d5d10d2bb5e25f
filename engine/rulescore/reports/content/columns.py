# SPDX-License-Identifier: Apache-2.0
"""What rules read: each stored column with its title, unit and words, and in which files and columns it was found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...lang.syntax import Tree
from ...lang.syntax import name as named
from ...plan import Step
from ...speech import unit_of, value_word
from .words import Words

Node = dict[str, Any]


class Origins:
    """The files of a run, numbered, and where each stored column of it comes from. `places`: a table's own numbering
    of its files, as the run stores it -> the number among all."""

    def __init__(self, words: Words) -> None:
        self.words, self.run = words, words.run
        self.sources: list[Node] = []
        self.places: dict[str, list[int]] = {}
        for source in self.run.manifest["inputs"]:
            self.places.setdefault(source["table"], []).append(len(self.sources))
            sheet = f"!{source['sheet']}" if source["sheet"] else ""
            self.sources.append({"table": source["table"], "file": source["file"] + sheet})

    def columns(self, names: Iterable[str]) -> dict[str, Node]:
        """The columns of the given names and of all that they are made of."""
        steps = {step.column: step for step in self.run.plan.steps}
        found: dict[str, Node] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found[name] = self._column(name, steps.get(name))
                waiting += found[name]["of"]
        return found

    def _column(self, name: str, step: Step | None) -> Node:
        """`of`: the columns it is made of; `cells`: source -> headers of the columns it was read from."""
        words, pack = self.words, self.words.pack
        kind = self.run.plan.kinds[name]
        node: Node = {"title": words.label(name), "unit": self._unit(name), "kind": kind, "how": "", "of": [], "table": "", "cells": {}}  # fmt: skip
        if name in pack.features:
            node["how"] = words.words(pack.features[name].expr.tree)
        if step is None:
            node |= {"table": pack.subject, "cells": self._headers(pack.subject, [name])}
        elif step.scope == "events":
            table = pack.tables[step.tree.table]
            read = [text.split(".", 1)[1] for arg in step.tree.args for text in sorted(arg.names()) if text.startswith(f"{table.id}.")]  # fmt: skip
            node |= {"title": words.words(step.tree), "table": table.id, "cells": self._headers(table.id, [*dict.fromkeys(read), table.date])}  # fmt: skip
        else:
            node["of"] = [need for need in step.needs if need in self.run.plan.kinds]
            if name not in pack.features:
                node["title"] = words.words(step.tree)
        if kind == "text":
            node["values"] = self._value_words(named(name, "text"))
        return node

    def _unit(self, name: str) -> str:
        unit = unit_of(self.words.pack, named(name, "number"))
        return "share" if unit == "share" else self.words.unit(unit)

    def _headers(self, table: str, fields: Iterable[str]) -> dict[int, list[str]]:
        """By number of the source: the headers of the fields that it has."""
        found: dict[int, list[str]] = {}
        for position, source in enumerate(self.run.manifest["inputs"]):
            if source["table"] == table:
                headers = [
                    source["columns"][field] for field in dict.fromkeys(fields) if field in source["columns"]
                ]
                if headers:
                    found[position] = headers
        return found

    def _value_words(self, tree: Tree) -> dict[str, str]:
        """The values of a field, or of what rests on fields, as people say them."""
        found: dict[str, str] = {}
        pack = self.words.pack
        behind = sorted(pack.names_behind([tree]))
        for name in behind:
            if name in pack.features:
                found |= {value: self.words.text(text) for value, text in pack.features[name].values.items()}
        for name in behind:
            field = pack.fields.get(name)
            for value in field[1].values if field is not None else ():
                found.setdefault(value, value_word(field[1], value, self.words.language) if field else value)
        return found
