# SPDX-License-Identifier: Apache-2.0
"""The Python door: frames of every kind in and out, problems as exceptions, and nothing heavy at import."""

from __future__ import annotations

import importlib.resources
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import rulescore
from commands import AS_OF, called, small_pack
from pandas.testing import assert_frame_equal
from rulescore.problems import Cell, ProblemError

# by the small pack: size (100 from 100 on, else 20) once, visits (ten points each) three times
ROWS = {
    "customer_id": ["C", "A", "B"],
    "name": ["丙", "甲", "乙"],
    "annual_revenue": [100.0, 120.0, 50.0],
    "visits": [0.0, 4.0, 10.0],
}
SCORES = [25.0, 55.0, 80.0]  # (100 + 3·0) / 4, (100 + 3·40) / 4, (20 + 3·100) / 4
TIERS = ["low", "middle", "high"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return small_pack(tmp_path)


@pytest.fixture
def with_orders(tmp_path: Path) -> Path:
    """The small pack, its second rule about orders: a point for each unit of their amount in the last twelve months."""
    orders = """
  orders:
    title: {zh: 订单, en: Orders}
    customer: customer_id
    date: order_date
    fields:
      customer_id: {type: text, title: {zh: 客户编号, en: Customer id}}
      order_date: {type: date, title: {zh: 下单日期, en: Order date}}
      amount: {type: number, title: {zh: 金额, en: Amount}}
"""
    return small_pack(tmp_path, [
        ("en: Customer since}}\n", "en: Customer since}}" + orders), ("formula: visits * 10", "formula: 'sum(orders.amount, within=\"12m\")'"),
    ])  # fmt: skip


def codes(error: ProblemError) -> list[str]:
    return [problem.code for problem in error.problems]


# ---- what there is ------------------------------------------------------------------------------------------


def test_the_public_names_are_there() -> None:
    """Guards the names that programs import; what is added or taken away is a decision, so it is written here too."""
    assert sorted(rulescore.__all__) == [
        "Cell", "DataError", "Pack", "Problem", "RulesetError", "Run", "Span", "UsageError",
        "backtest", "check", "compare", "evaluate", "explain", "load", "profile", "propose", "verify",
    ]  # fmt: skip
    for name in rulescore.__all__:
        assert getattr(rulescore, name).__doc__, name
    with pytest.raises(AttributeError, match="evaluat"):
        rulescore.evaluat  # noqa: B018
    assert rulescore.__version__.count(".") == 2


def test_types_are_shipped() -> None:
    """Guards type checkers of callers, which look for this file."""
    assert (importlib.resources.files("rulescore") / "py.typed").is_file()


HEAVY = (
    "polars",
    "pandas",
    "pyarrow",
    "numpy",
    "xlsxwriter",
    "python_calamine",
    "jsonschema",
    "simpleeval",
    "pyspark",
)


@pytest.mark.parametrize(
    "what, allowed",
    [
        ("import rulescore", ()),
        (
            "import rulescore, sys; sys.argv = ['rulescore', '--help']\nfrom rulescore.cli import main\ntry: main()\nexcept SystemExit: pass",
            (),
        ),
        (
            "import rulescore, sys; sys.argv = ['rulescore', 'check']\nfrom rulescore.cli import main\ntry: main()\nexcept SystemExit: pass",
            ("jsonschema", "simpleeval"),
        ),
    ],
    ids=["import", "help", "check"],
)
def test_what_is_light_loads_nothing_heavy(what: str, allowed: tuple[str, ...]) -> None:
    """Guards the time until help is shown, and that packs can be checked without any frame library."""
    code = f"{what}\nimport sys\nprint('loaded:', *sorted(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    loaded = done.stdout.splitlines()[-1].split()[1:]
    assert set(loaded) <= set(allowed)


def test_nothing_of_a_temporary_run_is_left(pack: Path) -> None:
    """Guards the folder of a run that was given no place: it is there while the run is, and gone when the run or the process is,
    also where the process ends before Python takes the run apart."""
    code = (
        "import sys, rulescore\n"
        f"found = [rulescore.evaluate([{{'customer_id': 'C1'}}], {str(pack)!r}, {AS_OF!r}) for _ in range(2)]\n"
        "folders = [one.folder for one in found]\n"
        "del found[0]\n"
        "print(*folders, [one.exists() for one in folders])\n"
        "from rulescore.cli import process\n"
        "sys.argv = ['rulescore', 'problem', 'nothing-like-it']\n"
        "process()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8")
    first, second, *there = done.stdout.split()[:4]
    assert (there, done.returncode) == (["[False,", "True]"], 2), done.stderr
    assert not Path(first).exists()
    assert not Path(second).exists()


# ---- frames in, frames out ----------------------------------------------------------------------------------


def test_polars_in_polars_out(pack: Path) -> None:
    """Guards the kind of frame and the order of its rows, eager or lazy, and that the caller's frame stays as it was."""
    frame = pl.DataFrame(ROWS)
    scores = rulescore.evaluate(frame, pack, AS_OF).scores
    assert isinstance(scores, pl.DataFrame)
    assert scores["customer_id"].to_list() == ROWS["customer_id"]
    assert (scores["composite"].to_list(), scores["tier"].to_list()) == (SCORES, TIERS)
    assert rulescore.evaluate(frame.lazy(), pack, AS_OF).scores.equals(scores)
    assert frame.equals(pl.DataFrame(ROWS))


def test_pandas_in_pandas_out(pack: Path) -> None:
    """Guards the same for pandas."""
    frame = pd.DataFrame(ROWS)
    scores = rulescore.evaluate(frame, pack, AS_OF).scores
    assert isinstance(scores, pd.DataFrame)
    assert scores["customer_id"].tolist() == ROWS["customer_id"]
    assert (scores["composite"].tolist(), scores["tier"].tolist()) == (SCORES, TIERS)
    assert_frame_equal(frame, pd.DataFrame(ROWS))


@pytest.mark.parametrize(
    "index",
    [[7, 3, 5], ["x", "y", "z"], [0, 0, 1], pd.to_datetime(["2026-01-01", "2025-01-01", "2024-01-01"])],
)
def test_scores_lie_beside_the_rows_of_any_index(pack: Path, index: Any) -> None:
    """Guards `frame["score"] = run.scores["composite"]` after a filter or sort: pandas aligns by index, in silence."""
    frame = pd.DataFrame(ROWS, index=index)
    scores = rulescore.evaluate(frame, pack, AS_OF).scores
    assert scores.index.equals(frame.index)
    if frame.index.is_unique:
        frame["score"] = scores["composite"]
        assert frame["score"].tolist() == SCORES
    assert rulescore.evaluate(frame.sort_values("customer_id"), pack, AS_OF).scores["composite"].tolist() == [
        55.0,
        80.0,
        25.0,
    ]


def test_an_index_with_a_name_is_a_column(pack: Path) -> None:
    """Guards frames that have the customer as their index, and rows that are blank altogether."""
    frame = pd.DataFrame(ROWS).set_index("customer_id")
    scores = rulescore.evaluate(frame, pack, AS_OF).scores
    assert scores["customer_id"].tolist() == ROWS["customer_id"] == scores.index.tolist()
    assert scores.index.name is None
    blank = pd.concat([pd.DataFrame({name: [None] for name in ROWS}), pd.DataFrame(ROWS)], keys=["a", "b"])
    assert rulescore.evaluate(blank.reset_index(drop=True), pack, AS_OF).scores.index.tolist() == [1, 2, 3]


def test_arrow_in_arrow_out(pack: Path) -> None:
    """Guards pyarrow tables, of one chunk or several."""
    table = pa.table(ROWS)
    scores = rulescore.evaluate(pa.concat_tables([table.slice(0, 1), table.slice(1)]), pack, AS_OF).scores
    assert isinstance(scores, pa.Table)
    assert scores["composite"].to_pylist() == SCORES


def test_records_are_taken(pack: Path) -> None:
    """Guards a plain list of mappings, for those who have no frame."""
    records = [dict(zip(ROWS, values, strict=True)) for values in zip(*ROWS.values(), strict=True)]
    assert rulescore.evaluate(records, pack, AS_OF).scores["composite"].to_list() == SCORES


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_events_come_as_frames_beside_the_customers(with_orders: Path, make: Any) -> None:
    """Guards both ways of giving events: a mapping of frames, and `tables`. C: (100 + 3·0) / 4, A: (100 + 3·40) / 4,
    B: (20 + 3·100) / 4; orders out of the window, of the future or of nobody don't count."""
    customers = {key: ROWS[key] for key in ("customer_id", "annual_revenue")}
    orders = {
        "customer_id": ["A", "B", "A", "A", "X", "B"],
        "order_date": [
            date(2026, 6, 30),
            date(2025, 7, 1),
            date(2025, 6, 30),
            date(2026, 7, 1),
            date(2026, 1, 1),
            date(2026, 1, 1),
        ],
        "amount": [40.0, 90.0, 60.0, 60.0, 60.0, 10.0],
    }
    together = rulescore.evaluate({"customers": make(customers), "orders": make(orders)}, with_orders, AS_OF)
    apart = rulescore.evaluate(make(customers), with_orders, AS_OF, tables={"orders": make(orders)})
    mixed = rulescore.evaluate(
        {"customers": make(customers)}, with_orders, AS_OF, tables={"orders": make(orders)}
    )
    for run in (together, apart, mixed):
        assert type(run.scores) is type(make(customers))
        assert list(run.table["composite"]) == SCORES
        assert {p["code"] for p in run.problems} >= {"event-of-unknown-customer"}
    assert together.run_id == apart.run_id == mixed.run_id


def test_without_events_their_rule_is_missing_and_not_zero(with_orders: Path) -> None:
    """Guards a table that nobody gave: unknown is not none."""
    scores = rulescore.evaluate(pl.DataFrame(ROWS), with_orders, AS_OF).scores
    assert scores["composite"].to_list() == [100.0, 100.0, 20.0]
    assert scores["coverage"].to_list() == [0.25] * 3


# ---- values -------------------------------------------------------------------------------------------------


def test_chinese_headers_and_aliases_are_found(pack: Path) -> None:
    """Guards exports as they come: titles and aliases of the dictionary, in any case and width."""
    names = {
        "customer_id": "客户编码",
        "name": "客户名称",
        "annual_revenue": "年收入",
        "visits": "ＶＩＳＩＴＳ",
    }
    frame = pd.DataFrame(ROWS).rename(columns=names)
    assert rulescore.evaluate(frame, pack, AS_OF).scores["composite"].tolist() == SCORES


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_numbers_that_are_none_are_missing_and_told(pack: Path, make: Any) -> None:
    """Guards NaN, infinities and numbers beyond the exact: they count as missing, never as a score."""
    values = np.array([np.nan, np.inf, -np.inf, 1e15, 4.0])
    frame = make({"customer_id": list("VWXYZ"), "annual_revenue": [120.0] * 5, "visits": values})
    run = rulescore.evaluate(frame, pack, AS_OF)
    assert list(run.table["composite"]) == [100.0, 100.0, 100.0, 100.0, 55.0]
    assert list(run.table["coverage"]) == [0.25, 0.25, 0.25, 0.25, 1.0]
    told = {
        problem["code"]: problem["facts"].get("count", 1)
        for problem in run.problems
        if problem["column"] == "visits"
    }
    assert told["oversized-number"] == 1
    assert told["infinite-numbers"] in (2, 3)  # NaN is how pandas writes missing


@pytest.mark.parametrize(
    "columns",
    [
        {"customer_id": [3, 1, 2]},
        {
            "visits": pd.array([0, 4, 10], dtype="Int64"),
            "annual_revenue": pd.array([100, 120, 50], dtype="Float32"),
        },
        {
            "name": pd.Categorical(["丙", "甲", "乙"]),
            "since": pd.to_datetime(["2020-01-01", None, "2021-06-30"]),
        },
        {"since": [datetime(2020, 1, 1, 12), None, date(2021, 6, 30)], "visits": ["0", " 4 ", "10"]},
        {"annual_revenue": ["100", " 120 ", "50.0"]},
    ],
    ids=["numbers as ids", "nullable", "categorical and datetime", "objects", "numbers as text"],
)
def test_columns_of_many_kinds_are_taken(pack: Path, columns: Mapping[str, Any]) -> None:
    """Guards dtypes that pandas users really have; each is the same three customers."""
    run = rulescore.evaluate(pd.DataFrame({**ROWS, **columns}), pack, AS_OF)
    assert run.scores["composite"].tolist() == SCORES
    if "customer_id" in columns:
        assert run.scores["customer_id"].tolist() == ["3", "1", "2"]


def test_parameters_change_the_scores(pack: Path) -> None:
    """Guards the what-if: with `large` at 50, B counts as large too, (100 + 3·100) / 4 = 100; the run says so."""
    frame = pl.DataFrame(ROWS)
    run = rulescore.evaluate(frame, pack, AS_OF, parameters={"large": 50})
    assert run.scores["composite"].to_list() == [25.0, 55.0, 100.0]
    assert (run.manifest["parameters"], run.manifest["overrides"]) == ({"large": 50}, {"large": 50})
    assert rulescore.evaluate(frame, pack, AS_OF, parameters={"large": 121}).scores[
        "composite"
    ].to_list() == [5.0, 35.0, 80.0]
    assert rulescore.verify(run) == []


def test_a_date_may_be_a_date(pack: Path) -> None:
    """Guards callers who have a `date` in hand."""
    frame = pl.DataFrame(ROWS)
    assert (
        rulescore.evaluate(frame, pack, date(2026, 6, 30)).run_id
        == rulescore.evaluate(frame, pack, AS_OF).run_id
    )


def test_both_engines_by_the_api(pack: Path) -> None:
    """Guards the choice of engine."""
    frame = pl.DataFrame(ROWS)
    row = rulescore.evaluate(frame, pack, AS_OF, engine="row")
    assert row.manifest["engine"]["name"] == "row"
    assert row.scores.equals(rulescore.evaluate(frame, pack, AS_OF).scores)


def test_a_run_can_be_kept_read_explained_verified_and_compared(pack: Path, tmp_path: Path) -> None:
    """Guards the path of a run through the other doors, by object and by folder."""
    frame = pl.DataFrame(ROWS)
    run = rulescore.evaluate(frame, pack, AS_OF, out=tmp_path / "run")
    read = rulescore.Run.read(tmp_path / "run")
    assert read.table.equals(run.table)
    assert "small as of 2026-06-30: 3 customers" in repr(read)
    for which in (run, tmp_path / "run", str(tmp_path / "run")):
        assert "55" in rulescore.explain(which, "A")
        assert rulescore.verify(which) == []
        assert rulescore.compare(which, which).as_dict()
    assert called("verify", tmp_path / "run").code == 0


def test_a_pack_can_be_loaded_and_checked(pack: Path) -> None:
    """Guards `load` and `check`, by id and by folder."""
    assert rulescore.load("general").id == "general"
    assert [rule.id for rule in rulescore.load(pack).rules] == ["size", "visits"]
    assert {problem.severity for problem in rulescore.check(pack)} <= {"note"}
    (pack / "worth.yaml").write_text("dimension: [worth\n", encoding="utf-8")
    assert any(problem.severity == "error" for problem in rulescore.check(pack))
    with pytest.raises(rulescore.RulesetError) as error:
        rulescore.load(pack)
    assert error.value.problems


# ---- refusals -----------------------------------------------------------------------------------------------


def test_an_empty_frame_is_refused(pack: Path) -> None:
    """Guards against a run of nobody."""
    for frame in (pl.DataFrame(ROWS).clear(), pd.DataFrame(ROWS).iloc[:0], []):
        with pytest.raises(rulescore.DataError) as error:
            rulescore.evaluate(frame, pack, AS_OF)
        assert codes(error.value)


def test_duplicate_ids_are_refused_with_their_rows(pack: Path) -> None:
    """Guards against counting a customer twice: each later row is told, as a problem with its place."""
    frame = pd.DataFrame({"customer_id": ["A", "B", "A", "A"], "visits": [1, 2, 3, 4]})
    with pytest.raises(rulescore.DataError) as error:
        rulescore.evaluate(frame, pack, AS_OF)
    places = [problem.place for problem in error.value.problems if problem.code == "duplicate-customer"]
    assert all(isinstance(place, Cell) for place in places)
    assert [(place.row, place.column) for place in places if isinstance(place, Cell)] == [
        (3, "customer_id"),
        (4, "customer_id"),
    ]
    assert error.value.exit_code == 4


def test_missing_ids_are_refused(pack: Path) -> None:
    """Guards against rows that nobody can be told about."""
    with pytest.raises(rulescore.DataError) as error:
        rulescore.evaluate(pl.DataFrame({"customer_id": ["A", None, " "], "visits": [1, 2, 3]}), pack, AS_OF)
    assert set(codes(error.value)) >= {"customer-without-id"}


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, {"pack-wanted", "as-of-wanted"}),
        ({"pack": "general"}, {"as-of-wanted"}),
        (
            {"pack": "general", "as_of": "yesterday", "engine": "fram"},
            {"date-unreadable", "unknown-argument"},
        ),
        ({"pack": "general", "as_of": AS_OF, "parameters": {"value_hihg": 3}}, {"unknown-parameter"}),
        (
            {"pack": "general", "as_of": AS_OF, "parameters": {"value_high": None, "deal_type": 3}},
            {"parameter-value"},
        ),
        ({"pack": "general", "as_of": AS_OF, "parameters": {"value_high": True}}, {"parameter-value"}),
    ],
)
def test_what_is_asked_for_wrongly_is_told_at_once(options: dict[str, Any], expected: set[str]) -> None:
    """Guards callers against learning of their mistakes one by one, and against exceptions of other kinds."""
    with pytest.raises(rulescore.UsageError) as error:
        rulescore.evaluate(pl.DataFrame(ROWS), **options)
    assert set(codes(error.value)) == expected
    assert error.value.exit_code == 2
    assert all(code in str(error.value) for code in expected)


@pytest.mark.parametrize("frame", [3, "nowhere.csv", {"kunden": pl.DataFrame(ROWS)}, object(), [1, 2]])
def test_what_is_no_table_is_refused(pack: Path, frame: Any) -> None:
    """Guards against whatever else may be handed in: a problem, and never an exception from within."""
    with pytest.raises(rulescore.DataError) as error:
        rulescore.evaluate(frame, pack, AS_OF)
    assert error.value.problems


def test_a_pack_nobody_has_is_refused() -> None:
    with pytest.raises(rulescore.RulesetError) as error:
        rulescore.evaluate(pl.DataFrame(ROWS), "genral", AS_OF)
    (problem,) = error.value.problems
    assert problem.facts["close"] == ["general"]
