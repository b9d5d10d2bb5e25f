# SPDX-License-Identifier: Apache-2.0
"""Breakdowns of the base for people: keys by their words, figures with their units; for pages and for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tabulate import tabulate

from ...folder import Run
from ...lang.syntax import Tree
from ...model import Feature
from ...packs.measures import FIGURE
from .words import Words

Node = dict[str, Any]


def tables(run: Run, nodes: Sequence[Node], language: str) -> Iterator[str]:
    """Each breakdown of a run as text: title, table, and the expression of each key and column."""
    if run.portfolio is None:
        return
    words = Words(run.portfolio, language)
    for node in nodes:
        if not known(node):
            continue
        shown = breakdown(words, node)
        rows = [[*row["keys"], *(cell["shown"] for cell in row["cells"])] for row in shown["rows"]]
        align = ["left"] * len(shown["keys"]) + ["right"] * len(shown["columns"])
        headers = [*shown["keys"], *shown["columns"]]
        grid = tabulate(rows, headers, tablefmt="simple", colalign=align, disable_numparse=True)
        given = next(one for one in words.pack.breakdowns if one.id == node["id"])
        how = [
            f"  {column['title'][language]}: {column['expression']}"
            for column in node["columns"]
            if not (given.strategies and column["id"] == FIGURE)
        ]
        inner = words.within(given)
        how += [
            f"  → {words.text(one.title)}: {inner.words(one.when.tree)}    {one.span} [{one.id}]"
            for one in given.strategies
        ]
        keys = [*node["by"], *(key for found in node["beside"].values() for key in found)]
        yield "\n".join([f"{shown['title']} ({', '.join(keys)})", grid, *how])


def known(node: Node) -> bool:
    """Whether a breakdown has anything to show: a row with a figure that is known."""
    shown = [at for at, column in enumerate(node["columns"]) if column["id"] != FIGURE]
    return any(row["values"][at] is not None for row in node["rows"] for at in shown)


def breakdown(words: Words, node: Node) -> Node:
    """A breakdown of the base for people; `heat` of a cell is how deep it is shaded, in percent of the greatest of all shares."""
    given = next(one for one in words.pack.breakdowns if one.id == node["id"])
    units = [column["unit"] for column in node["columns"]]
    shares = [
        value
        for row in node["rows"]
        for value, unit in zip(row["values"], units, strict=True)
        if unit == "share" and value is not None
    ]
    most = max(shares, default=0.0)
    rows = []
    for row in node["rows"]:
        keys = (
            [words.tell("others")] + [""] * (len(given.by) - 1)
            if row["keys"] is None
            else [
                _key(words, node, expr.tree, value) for expr, value in zip(given.by, row["keys"], strict=True)
            ]
        )
        cells = [
            {
                "shown": (shown := _cell(words, figure, value)),
                "value": shown if isinstance(value, str) else value,
                "heat": max(0, round(60 * value / most))
                if node["heat"] and unit == "share" and value is not None and most > 0
                else None,
            }
            for value, unit, figure in zip(row["values"], units, given.figures.values(), strict=True)
        ]
        rows.append({"keys": keys, "cells": cells})
    return {
        "id": node["id"], "title": node["title"][words.language], "why": words.text(node["why"]), "heat": node["heat"],
        "keys": [words.label(str(expr.tree.value)).removeprefix(words.label("customers")).strip("的 ") if expr.tree.op == "name" else "" for expr in given.by],
        "columns": [column["title"][words.language] for column in node["columns"]], "units": units, "rows": rows,
    }  # fmt: skip


def _cell(words: Words, figure: Feature, value: Any) -> str:
    """A figure of a row; a text by what people call it."""
    if value is None:
        return ""
    if isinstance(value, str):
        named = figure.values.get(value)
        return words.text(named) if named else words.value_word(figure.expr.tree, value)
    return words.shown(value, figure.unit)


def _key(words: Words, node: Node, tree: Tree, value: Any) -> str:
    """A value of a key as people say it."""
    if value is None:
        return words.tell("unknown-key")
    if isinstance(value, str):
        named = node["words"].get(value)
        return named[words.language] if named else words.value_word(tree, value)
    return (
        f"{value:.12g}"
        if isinstance(value, float | int) and not isinstance(value, bool)
        else words.value(value, "")
    )
