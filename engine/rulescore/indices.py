# SPDX-License-Identifier: Apache-2.0
"""Indices, read from the YAML of a pack: named means of dimensions, and the names under which conditions know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .dictionary import check_name, sources
from .grading import EMPTY
from .lang.syntax import Kind
from .model import Dimension, Index
from .packfiles import Layer
from .problems import Problems, close_names
from .source import Document

KEY = "indices"
NEEDED = frozenset({"title", "dimensions"})

Item = dict[str, tuple[Any, Document]]
"""The keys of an index, each with the document that decides it."""


def read_indices(
    layers: list[Layer], dimensions: Collection[Dimension], problems: Problems
) -> tuple[Index, ...]:
    """The indices by id: those of the base first, overridden key by key, minus what a later pack removes."""
    found: dict[str, Item] = {}
    for layer in layers:
        document = layer.pack
        for name in document.data.get("remove") or ():
            found.pop(name, None)
        for key, item in (document.data.get(KEY) or {}).items():
            check_name(key, document.key(KEY, key), problems)
            found[key] = found.get(key, {}) | {name: (value, document) for name, value in item.items()}
            for name in NEEDED - found[key].keys():
                problems.error("missing-key", document.key(KEY, key), key=name)
    usual = {one.id: one.weight for one in dimensions}
    return tuple(_read(key, item, usual, problems) for key, item in found.items() if item.keys() >= NEEDED)


def _read(key: str, item: Item, usual: Mapping[str, int], problems: Problems) -> Index:
    given, document = item["dimensions"]
    own = isinstance(given, dict)
    for place, name in enumerate(given):
        if name not in usual:
            path = (KEY, key, "dimensions")
            span = document.key(*path, name) if own else document.at(*path, place)
            close = close_names(name, usual)
            problems.error("unknown-dimension", span, name=name, known=list(usual), close=close)
    weights = {name: given[name] if own else usual[name] for name in given if name in usual}
    data = {name: value for name, (value, _) in item.items()}
    return Index(
        key, data["title"], data.get("why", EMPTY), weights, own, data.get("on_missing", "leave_out"),
        sources(data.get("source")), document.key(KEY, key),
    )  # fmt: skip


def names_of(indices: Collection[Index]) -> dict[str, Kind]:
    """What conditions may name of indices: the points, and whether all dimensions have some."""
    found: dict[str, Kind] = {}
    for index in indices:
        found |= {f"index.{index.id}": "number", f"assessed.{index.id}": "bool"}
    return found
