# SPDX-License-Identifier: Apache-2.0
"""Random events: every aggregate, window, lag and condition, on both engines, in any order and in any chunks."""

from __future__ import annotations

import calendar
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from harness import EVENTS, day_of, differences, examples, iso_of, plan_of, read_pack, seeds, write_pack
from properties.grammar import quoted, random_day
from rulescore.engines import frame as frame_engine
from rulescore.engines.row import RowEngine
from rulescore.folder import grouped_events
from rulescore.plan import Plan

AS_OFS = ("2026-06-30", "2024-02-29", "2025-02-28", "2026-03-31", "2024-12-31")
CUSTOMERS = [f"C{index:02d}" for index in range(40)]
WINDOWS = ("1d", "7d", "30d", "90d", "1w", "13w", "1m", "3m", "6m", "12m", "24m", "1y", "2y", "1000y")
STATES = ("done", "open", "cancelled", "")
SIZES = (
    0.0,
    -0.0,
    0.1,
    0.2,
    0.3,
    1.005,
    100.0,
    1e-7,
    4.9e-7,
    5e-7,
    -5e-7,
    1e14,
    -1e14,
    999999999999999.9,
    1e-300,
    33.333333,
)
COUNT = 45


# ---- random tables and aggregates -----------------------------------------------------------------------


def events_of(rng: random.Random, as_of: str) -> dict[str, pl.DataFrame]:
    """Tables in which days repeat, values and days are missing, windows are met at their edges and time goes past as_of."""
    edges = [iso_of(day_of(as_of) + shift) for shift in (-1, 0, 1, -30, -31, -90, -365, -366)]
    edges += [month_back(as_of, months) for months in (1, 3, 6, 12, 24)]
    rows: list[dict[str, Any]] = []
    for customer in CUSTOMERS:
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 5, 8, 13))):
            day = rng.choice(edges) if rng.random() < 0.4 else random_day(rng, "2022-01-01", "2026-12-31")
            if rng.random() < 0.2 and rows and rows[-1]["customer_id"] == customer:
                day = rows[-1]["order_date"] or day
            amount = (
                rng.choice(SIZES) if rng.random() < 0.4 else round(rng.uniform(-50, 5000), rng.randrange(5))
            )
            rows.append({
                "customer_id": None if rng.random() < 0.02 else customer, "order_date": None if rng.random() < 0.05 else day,
                "amount": None if rng.random() < 0.15 else amount, "quantity": None if rng.random() < 0.1 else float(rng.randrange(-1, 6)),
                "status": None if rng.random() < 0.1 else rng.choice(STATES), "paid": None if rng.random() < 0.2 else rng.random() < 0.5,
                "due": None if rng.random() < 0.3 else random_day(rng, "2022-01-01", "2027-06-30"),
            })  # fmt: skip
    notes = [
        {
            "customer_id": rng.choice(CUSTOMERS),
            "weight": rng.choice((None, *SIZES)),
            "about": rng.choice((None, "a", "上海", "b")),
        }
        for _ in range(80)
    ]
    return {"orders": frame("orders", rows), "notes": frame("notes", notes), "calls": frame("calls", [])}


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    types: dict[str, Any] = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Date}
    columns = {"customer_id": "text", **EVENTS[table][0]}
    made = {}
    for name, kind in columns.items():
        values = [row[name] for row in rows]
        if kind == "date":
            values = [None if value is None else date.fromisoformat(value) for value in values]
        made[name] = pl.Series(values, dtype=types[kind])
    return pl.DataFrame(made)


def month_back(text: str, months: int) -> str:
    """The same day some months earlier, or the month's last day: by the calendar module."""
    found = date.fromisoformat(text)
    index = found.year * 12 + found.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(found.day, calendar.monthrange(year, month + 1)[1])).isoformat()


def aggregate(rng: random.Random) -> str:
    """A random aggregate over one of the tables."""
    if rng.random() < 0.15:
        return rng.choice((
            "sum(notes.weight)", "count(notes)", "max(notes.about)", "mean(notes.weight * 2)", "median(notes.weight)", "std(notes.weight)",
            'count_distinct(notes.about, where=notes.weight > 0)', "min(notes.weight)", 'sum(notes.weight, where=notes.about != "a")',
            "count(calls)", "sum(calls.minutes)", "last(calls.topic)", "gap(calls)", "trend(calls.minutes)", "mean(calls.minutes)",
        ))  # fmt: skip
    number = rng.choice((
        "orders.amount", "orders.amount", "orders.quantity", "orders.amount * orders.quantity", "orders.amount / orders.quantity", "as_of - orders.order_date",
        "orders.due - orders.order_date", "max(orders.amount, 0)", "1 if orders.paid else 0", "coalesce(orders.amount, 7)", "orders.amount / 7", "orders.amount * 1e14",
    ))  # fmt: skip
    other = rng.choice(("orders.status", "orders.order_date", "orders.due", "upper(orders.status)"))
    name = rng.choice(
        (
            "sum",
            "sum",
            "count",
            "count_distinct",
            "mean",
            "median",
            "min",
            "max",
            "first",
            "last",
            "std",
            "gap",
            "trend",
            "hhi",
            "gini",
        )
    )
    if name in ("gap",) or (name == "count" and rng.random() < 0.5):
        operand = "orders"
    elif name in ("count", "count_distinct", "first", "last"):
        operand = rng.choice((number, other, "orders.paid"))
    elif name in ("min", "max"):
        operand = rng.choice((number, other))
    else:
        operand = number
    words = [operand]
    if rng.random() < 0.6:
        words.append(f'within="{rng.choice(WINDOWS)}"')
    if rng.random() < 0.4:
        words.append(f'lag="{rng.choice(WINDOWS)}"')
    if rng.random() < 0.4:
        words.append("where=" + rng.choice((
            f"orders.status != {quoted(rng.choice(STATES))}", "orders.paid", "not orders.paid or orders.amount > 100", "orders.amount >= 0", "orders.due > as_of",
            'orders.order_date >= "2025-07-01"', "is_missing(orders.amount)", "orders.status in ['done', 'open'] and orders.quantity < 3", "month(orders.order_date) == 2",
        )))  # fmt: skip
    return f"{name}({', '.join(words)})"


def plan_for(texts: Sequence[str], as_of: str) -> Plan:
    features = {f"f{index}": text for index, text in enumerate(texts)}
    with TemporaryDirectory() as folder:
        pack = read_pack(
            write_pack(
                Path(folder) / "pack",
                {"one": {"features": features, "rules": [{"id": "any", "formula": "0"}]}},
            )
        )
    return plan_of(pack, as_of, every_feature=True)


def by_row(plan: Plan, events: Mapping[str, pl.LazyFrame]) -> list[dict[str, Any]]:
    results = RowEngine(plan).evaluate_base(
        [{"customer_id": customer} for customer in CUSTOMERS], grouped_events(plan, events, CUSTOMERS)
    )
    return [dict(result.values) for result in results]


def by_frame(plan: Plan, events: Mapping[str, pl.LazyFrame], streaming: bool = False) -> list[dict[str, Any]]:
    found = frame_engine.with_aggregates(plan, pl.DataFrame({"customer_id": CUSTOMERS}).lazy(), events)
    return (
        frame_engine.with_features(plan, found)
        .collect(engine="streaming" if streaming else "in-memory")
        .to_dicts()
    )


@cache
def world(seed: int) -> tuple[str, list[str], Plan, dict[str, pl.DataFrame]]:
    rng = random.Random(seed)
    as_of = AS_OFS[seed % len(AS_OFS)]
    texts = [aggregate(rng) for _ in range(COUNT)]
    return as_of, texts, plan_for(texts, as_of), events_of(rng, as_of)


def lazy(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.LazyFrame]:
    return {table: found.lazy() for table, found in tables.items()}


def assert_same(
    texts: Sequence[str], one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> None:
    for index, text in enumerate(texts):
        found = differences(
            [values[f"f{index}"] for values in one], [values[f"f{index}"] for values in other]
        )
        assert not found, f"{text}: customer {CUSTOMERS[found[0][0]]} has {found[0][1]!r} and {found[0][2]!r}"


# ---- engine against engine ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", seeds(10))
def test_row_and_frame_agree(seed: int) -> None:
    """Guards every aggregate of the frame engine against the meaning, to the last bit (18,000 figures a run)."""
    _, texts, plan, tables = world(seed)
    assert_same(texts, by_row(plan, lazy(tables)), by_frame(plan, lazy(tables), streaming=seed % 2 == 0))


@pytest.mark.parametrize("seed", seeds(4))
def test_order_of_events_does_not_matter(seed: int) -> None:
    """Guards against sums, firsts and lasts that depend on which event the file lists first."""
    _, texts, plan, tables = world(seed)
    shuffled = {table: found.sample(fraction=1.0, shuffle=True, seed=seed) for table, found in tables.items()}
    assert_same(texts, by_frame(plan, lazy(tables)), by_frame(plan, lazy(shuffled)))
    assert_same(texts, by_frame(plan, lazy(tables)), by_row(plan, lazy(shuffled)))


@pytest.mark.parametrize("seed", seeds(4))
def test_chunks_do_not_matter(seed: int, tmp_path: Path) -> None:
    """Guards the same number for the same data: in memory in one piece, in many, and read from several files."""
    _, texts, plan, tables = world(seed)
    whole = by_frame(plan, lazy(tables))
    pieces = {
        table: pl.concat(
            [found[start : start + 7] for start in range(0, max(1, len(found)), 7)], rechunk=False
        )
        for table, found in tables.items()
    }
    assert_same(texts, whole, by_frame(plan, lazy(pieces)))
    assert_same(texts, whole, by_frame(plan, lazy(pieces), streaming=True))
    files = {}
    for table, found in tables.items():
        for number, start in enumerate(range(0, max(1, len(found)), 50)):
            found[start : start + 50].write_parquet(
                tmp_path / f"{table}-{number:03d}.parquet", row_group_size=11
            )
        files[table] = pl.scan_parquet(tmp_path / f"{table}-*.parquet")
    assert_same(texts, whole, by_frame(plan, files, streaming=True))


@pytest.mark.parametrize("seed", seeds(3))
def test_one_customer_is_as_good_as_many(seed: int) -> None:
    """Guards groups of one against the other paths that Polars takes for them."""
    _, texts, plan, tables = world(seed)
    whole = by_frame(plan, lazy(tables))
    for index in (0, 7, 19):
        own = {
            table: found.filter(pl.col("customer_id") == CUSTOMERS[index]) for table, found in tables.items()
        }
        alone = frame_engine.with_aggregates(
            plan, pl.DataFrame({"customer_id": CUSTOMERS[index : index + 1]}).lazy(), lazy(own)
        )
        assert_same(
            texts, whole[index : index + 1], frame_engine.with_features(plan, alone).collect().to_dicts()
        )


def test_a_table_that_was_not_supplied_is_missing() -> None:
    """Guards "not supplied" against being read as "no events": the figures are missing, not 0, on both engines."""
    texts = [
        "sum(orders.amount)",
        "count(orders)",
        "max(orders.status)",
        "count(notes)",
        "last(orders.order_date)",
        "max(orders.paid == True if orders.paid else 1)",
    ][:5]
    plan = plan_for(texts, "2026-06-30")
    notes = {"notes": frame("notes", [{"customer_id": "C00", "weight": 1.0, "about": "x"}])}
    for found in (by_row(plan, lazy(notes)), by_frame(plan, lazy(notes))):
        assert [found[0][f"f{index}"] for index in range(5)] == [None, None, None, 1.0, None]
        assert found[1]["f3"] == 0.0


# ---- against plain Python -------------------------------------------------------------------------------

Values = Sequence[float]
PLAIN: dict[str, Callable[[Values], float | None]] = {
    "count(orders.quantity{})": lambda values: float(len(values)),
    "count_distinct(orders.quantity{})": lambda values: float(len(set(values))),
    "sum(orders.quantity{})": lambda values: float(sum(values)),
    "mean(orders.quantity{})": lambda values: sum(values) / len(values) if values else None,
    "median(orders.quantity{})": lambda values: float(statistics.median(values)) if values else None,
    "min(orders.quantity{})": lambda values: min(values, default=None),
    "max(orders.quantity{})": lambda values: max(values, default=None),
}


@pytest.mark.parametrize("seed", seeds(4))
def test_windows_and_counts_are_those_of_plain_python(seed: int) -> None:
    """Guards the meaning itself: windows cut by the calendar module and figures by `statistics`, on whole numbers, where
    floats are exact; a window leaves out its first day, holds its last, and never sees past as_of."""
    rng = random.Random(seed)
    as_of, _, _, tables = world(seed)
    windows: list[tuple[str, str, str]] = []
    for months, lag in ((1, 0), (3, 3), (12, 0), (12, 12), (6, 1)):
        words = f', within="{months}m"' + (f', lag="{lag}m"' if lag else "")
        windows.append((words, month_back(as_of, months + lag), month_back(as_of, lag)))
    for days, lag in ((30, 0), (90, 30), (7, 7)):
        words = f', within="{days}d"' + (f', lag="{lag}d"' if lag else "")
        end = date.fromisoformat(as_of) - timedelta(days=lag)
        windows.append((words, (end - timedelta(days=days)).isoformat(), end.isoformat()))
    windows.append(("", "0001-01-01", as_of))
    chosen = [(text, plain, *window) for text, plain in PLAIN.items() for window in rng.sample(windows, 4)]
    plan = plan_for([text.format(words) for text, _, words, _, _ in chosen], as_of)
    rows = tables["orders"].to_dicts()
    found = by_frame(plan, lazy(tables))
    for position, customer in enumerate(CUSTOMERS):
        for index, (text, plain, words, start, end) in enumerate(chosen):
            inside = [
                row
                for row in rows
                if row["customer_id"] == customer
                and row["order_date"]
                and start < row["order_date"].isoformat() <= end
            ]
            values = [row["quantity"] for row in inside if row["quantity"] is not None]
            wanted = plain(values)
            if text.startswith("sum") and inside and not values:
                wanted = None  # events, but no value known
            assert found[position][f"f{index}"] == wanted, (customer, text.format(words), start, end)


def test_enough_is_tried() -> None:
    """Guards the amounts: fewer random figures than this would prove little."""
    assert examples(10) * COUNT * len(CUSTOMERS) >= 18_000 or examples(10) < 10
