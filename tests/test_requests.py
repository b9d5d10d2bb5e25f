# SPDX-License-Identifier: Apache-2.0
"""Data requests: what is missing, by how far it could move scores, and who would have it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import rulescore
from commands import SAMPLE, called, small_pack
from rulescore.folder import Run
from rulescore.reports.requests import requests

HOLDER = [
    ("annual_revenue: {type: number,", "annual_revenue: {type: number, holder: {zh: 财务, en: Finance},")
]


def small_run(tmp_path: Path, engine: str = "frame") -> Run:
    frame = pl.DataFrame({
        "customer_id": ["a", "b", "c", "d"], "annual_revenue": [120.0, None, 50.0, 50.0], "visits": [4.0, None, None, 1.0],
    })  # fmt: skip
    return rulescore.evaluate(frame, small_pack(tmp_path, HOLDER), "2026-06-30", engine=engine)


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_what_could_move_most_comes_first(engine: str, tmp_path: Path) -> None:
    """Guards the ranking by hand: visits, three quarters of the composite from 0 to 100, is missing for two of four: 37.5;
    revenue, a quarter from 20 to 100, for one of four: 5."""
    found = [
        (one.name, one.customers, one.points, one.rules) for one in requests(small_run(tmp_path, engine))
    ]
    assert found == [
        ("customers.visits", 2, pytest.approx(37.5), ["visits"]), ("customers.annual_revenue", 1, pytest.approx(5), ["size"]),
    ]  # fmt: skip


def test_the_holder_stands_in_the_dictionary(tmp_path: Path) -> None:
    """Guards that a field's own holder is named, else that of its table."""
    found = {one.name: one.holder for one in requests(small_run(tmp_path))}
    assert found == {
        "customers.visits": {"zh": "销售负责人", "en": "Head of sales"},
        "customers.annual_revenue": {"zh": "财务", "en": "Finance"},
    }


def test_nothing_is_asked_for_when_all_is_there(tmp_path: Path) -> None:
    """Guards that a complete base asks for nothing."""
    frame = pl.DataFrame({"customer_id": ["a"], "annual_revenue": [120.0], "visits": [4.0]})
    assert requests(rulescore.evaluate(frame, small_pack(tmp_path), "2026-06-30")) == []


def test_a_table_that_was_not_supplied_is_asked_for_whole(tmp_path: Path) -> None:
    """Guards that orders come first where there are none, by their table and with who has them, on the screen too."""
    done = called(
        "evaluate",
        str(SAMPLE / "customers.csv"),
        "--pack",
        "general",
        "--as-of",
        "2026-06-30",
        "--out",
        str(tmp_path / "run"),
        lang="en",
    )
    told = done.out.split("Data that would help most:")[1].strip().splitlines()
    assert told[0].startswith("· Orders: missing for 320 customers") and "Head of finance" in told[0]
    first = requests(Run.read(tmp_path / "run"))[0]
    assert (first.name, first.column) == ("orders", "")
