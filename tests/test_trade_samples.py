# SPDX-License-Identifier: Apache-2.0
"""The samples of the trades: each comes out of its script, tells its known flaws as listed, and puts its whole pack to use."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from rulescore import api
from rulescore.folder import Run

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
TRADES = ("automation", "biotech")
GATES_IN_STORIES = {
    "automation": {
        "A0003": "",
        "A0005": "dishonest-debtor-veto",
        "A0009": "engineer-not-retained",
        "A0014": "transfer-refused",
        "A0040": "serious-violation-veto",
        "A0111": "not-in-business-veto",
    },
    "biotech": {
        "B0006": "dishonest-debtor-veto",
        "B0008": "genetic-resources-veto",
        "B0011": "transfer-refused",
        "B0013": "",
        "B0020": "serious-violation-veto",
        "B0048": "runway-short",
        "B0130": "not-in-business-veto",
    },
}


@pytest.fixture(scope="module", params=TRADES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(SAMPLES / request.param, out=tmp_path_factory.mktemp(request.param) / "run")


def made(trade: str, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    subprocess.run([sys.executable, "-B", SAMPLES / trade / "make.py", folder], check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def contents(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Files as they are, workbooks by what is packed in them: how tightly zlib packs differs between its builds."""
    folder.mkdir()
    unpacked: dict[str, bytes] = {}
    for name, data in files.items():
        if not name.endswith(".xlsx"):
            unpacked[name] = data
            continue
        (folder / name).write_bytes(data)
        with zipfile.ZipFile(folder / name) as book:
            unpacked |= {f"{name}/{part}": book.read(part) for part in book.namelist()}
    return unpacked


@pytest.mark.parametrize("trade", TRADES)
def test_the_script_makes_the_same_bytes(trade: str, tmp_path: Path) -> None:
    first, second = made(trade, tmp_path / "first"), made(trade, tmp_path / "second")
    assert first == second
    kept = {path.name: path.read_bytes() for path in (SAMPLES / trade).iterdir() if path.name in first}
    assert contents(first, tmp_path / "a") == contents(kept, tmp_path / "b")


def test_problems_are_those_of_the_list(run: Run) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    with (SAMPLES / run.pack.id / "flaws.csv").open(encoding="utf-8", newline="") as file:
        for flaw in csv.DictReader(file):
            wanted.update((flaw["table"], code) for code in flaw["code"].split())
    told: Counter[tuple[str, str]] = Counter()
    for problem in run.problems:
        if problem["code"] != "encoding-found":
            told[problem["sheet"] or problem["file"], problem["code"]] += problem["facts"].get("count", 1)
    assert told == wanted


def test_every_tier_and_gate_has_somebody(run: Run) -> None:
    tiers, total = Counter(run.table["tier"]), run.table.height
    assert total >= 300
    assert 0.03 <= tiers["strategic"] / total <= 0.09
    assert 0.25 <= tiers["important"] / total <= 0.45
    acted = {gate for gates in run.table["gates"] if gates for gate in gates.split(";")}
    assert acted == {gate.id for gate in run.pack.gates}


def test_no_dimension_is_constant(run: Run) -> None:
    """Half of the customers, those in the middle, already lie ten points apart."""
    for dimension in run.pack.dimensions:
        scores = run.table[dimension.id].drop_nulls()
        low, high = scores.quantile(0.25), scores.quantile(0.75)
        assert low is not None
        assert high is not None
        assert high - low >= 10, dimension.id


def test_no_rule_never_fires(run: Run) -> None:
    """Each rule scores somebody, and gives different customers different points; each of its own gates and rules is in use."""
    trace = run.trace.collect()
    for rule in run.pack.rules:
        scored = trace.filter(pl.col(f"{rule.id}.case") >= 0)[f"{rule.id}.points"]
        assert scored.n_unique() >= 2, rule.id


def test_customers_with_a_story_come_out_as_told(run: Run) -> None:
    """A story without a gate is a customer whose name nobody checked: strategic but for that."""
    rows = {row["customer_id"]: row for row in run.table.iter_rows(named=True)}
    for customer, gate in GATES_IN_STORIES[run.pack.id].items():
        assert (rows[customer]["gates"] or "") == gate
        assert (rows[customer]["tier"] == "important") == (gate in ("", "engineer-not-retained"))


def test_the_readme_counts_its_rows_and_flaws(run: Run) -> None:
    """Guards the two tables of figures in the README against a script that has moved on."""
    folder = SAMPLES / run.pack.id
    cells = re.findall(
        r"^\| (\S+) \| (\d+) \|", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {name: int(count) for name, count in cells}
    with (folder / "flaws.csv").open(encoding="utf-8", newline="") as file:
        codes = Counter(code for flaw in csv.DictReader(file) for code in flaw["code"].split())
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    if "biotech.xlsx" in files:
        book = CalamineWorkbook.from_path(folder / "biotech.xlsx")
        rows = {name: len(book.get_sheet_by_name(name).to_python()) - 1 for name in book.sheet_names}
    else:
        rows = {
            name: data.count(b"\n") - 1
            for name, data in files.items()
            if name.endswith(".csv") and name != "flaws.csv"
        }
    assert {name: told[name] for name in rows} == rows
    assert {code: told[code] for code in codes} == codes


def test_all_names_are_marked_as_invented(run: Run) -> None:
    assert run.table["name"].str.ends_with("（虚构）").all()
