# SPDX-License-Identifier: Apache-2.0
"""Customers that name who controls them -> each customer's ultimate controller, through chains, circles told.

A controller is a customer (by id, by name, or by a name it had) or a group that is no customer, known by its name alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ..model import Table
from ..packs.dictionary import PARENT, ULTIMATE
from ..problems import Problems
from .identity import FORMER_NAME, NAME, former_keys, name_key
from .table import ROW, SOURCE, TableData

LISTED = 20


def with_ultimate(
    data: TableData, table: Table, everyone: pl.LazyFrame, merged: Mapping[str, str], problems: Problems
) -> TableData:
    """Adds the ultimate controller: the id of the customer at the head of the chain, or the name of a group that is no
    customer. A customer that names none is its own. `everyone`: the customers before any were
    merged, by whose ids and names a controller may be called."""
    key = table.key
    have = data.frame.collect_schema().names()
    if ULTIMATE.id not in table.fields:
        return data
    if PARENT not in have:
        return TableData(data.id, data.frame.with_columns(pl.col(key).alias(ULTIMATE.id)), data.sources)
    edges = data.frame.select(pl.col(key).alias("id"), pl.col(PARENT).alias("parent"), SOURCE, ROW)
    edges = edges.filter(pl.col("parent").is_not_null()).collect(engine="streaming").lazy()
    called = _called(edges.select("parent").unique(), everyone, key, merged)
    edges = edges.join(called, on="parent", how="left", maintain_order="left")
    heads = edges.join(called.select("head").unique(), left_on="id", right_on="head", how="semi")
    up = dict(heads.filter(pl.col("id") != pl.col("head")).select("id", "head").collect().iter_rows())
    circles = _resolve(up)
    roots = called.with_columns(pl.col("head").replace(up).alias("root")).select("parent", "root").collect()
    _tell_circles(data, circles, edges, problems)
    _tell_groups(data, edges.join(roots.lazy(), on="parent", how="left").collect(), problems)
    frame = data.frame.join(
        roots.lazy(), left_on=PARENT, right_on="parent", how="left", maintain_order="left"
    )
    found = pl.coalesce("root", key).alias(ULTIMATE.id)
    return TableData(data.id, frame.with_columns(found).drop("root"), data.sources)


def _called(
    parents: pl.LazyFrame, everyone: pl.LazyFrame, key: str, merged: Mapping[str, str]
) -> pl.LazyFrame:
    """For each text that calls a controller, who that is: `parent`, `head`. Names are looked at for texts that are no id."""
    wanted = parents.with_columns(name_key(pl.col("parent")).alias("key"))
    ids = everyone.select(pl.col(key).alias("parent"), pl.col(key).alias("by_id"))
    found = wanted.join(ids.join(wanted, on="parent", how="semi"), on="parent", how="left")
    by_id = found.collect(engine="streaming")
    called = by_id.filter(pl.col("by_id").is_null()).lazy()
    have = everyone.collect_schema().names() if by_id["by_id"].null_count() else []
    for name, column in ((NAME, "by_name"), (FORMER_NAME, "by_former")):
        if name not in have:
            called = called.with_columns(pl.lit(None, pl.String).alias(column))
            continue
        keys = name_key(pl.col(name)) if name == NAME else former_keys(pl.col(name))
        names = everyone.filter(pl.col(name).is_not_null()).select(
            keys.alias("key"), pl.col(key).alias(column)
        )
        names = names if name == NAME else names.explode("key")
        names = names.join(called.select("key").unique(), on="key", how="semi", maintain_order="left")
        called = called.join(names.unique("key", keep="first", maintain_order=True), on="key", how="left")
    group = pl.col("parent").min().over(pl.coalesce("key", "parent"))  # one spelling for all of a group's
    named = called.select("parent", pl.coalesce("by_name", "by_former", group).alias("head"))
    known = by_id.lazy().filter(pl.col("by_id").is_not_null()).select("parent", pl.col("by_id").alias("head"))
    heads = pl.concat([known, named]).with_columns(pl.col("head").replace(merged))
    return heads.collect(engine="streaming").lazy()


def _resolve(up: dict[str, str]) -> list[list[str]]:
    """Points each controller to the head of its chain, in place; gives the circles, which have their least id as head."""
    circles: list[list[str]] = []
    done: dict[str, str] = {}
    for start in up:
        path: dict[str, None] = {}
        node = start
        while node in up and node not in done and node not in path:
            path[node] = None
            node = up[node]
        if node in path:
            circle = list(path)[list(path).index(node) :]
            circles.append(circle)
            root = min(circle)
        else:
            root = done.get(node, node)
        done.update(dict.fromkeys(path, root))
    up.update(done)
    return circles


def _tell_circles(data: TableData, circles: list[list[str]], edges: pl.LazyFrame, problems: Problems) -> None:
    """A warning for each circle, at the first of its cells."""
    for circle in sorted(circles, key=min)[:LISTED]:
        row = edges.filter(pl.col("id") == min(circle)).select(SOURCE, ROW).collect().row(0)
        at = circle.index(min(circle))
        ordered = [*circle[at:], *circle[:at], min(circle)]
        shown = ordered if len(ordered) <= LISTED else [*ordered[: LISTED - 1], "..."]
        place = data.place(row[0], row[1], PARENT)
        problems.warning("control-circle", place, circle=" → ".join(shown), head=min(circle))
    if len(circles) > LISTED:
        count = len(circles) - LISTED
        problems.warning(
            "rows-unlisted", data.place(0, 1, PARENT), of="control-circle", count=count, total=len(circles)
        )


def _tell_groups(data: TableData, edges: pl.DataFrame, problems: Problems) -> None:
    """A note of how many customers have a controller above them, and under how many."""
    under = edges.filter(pl.col("id") != pl.col("root"))
    if under.height:
        problems.note(
            "groups-found", data.place(0, 1, PARENT), count=under.height, groups=under["root"].n_unique()
        )
