# SPDX-License-Identifier: Apache-2.0
"""The samples of the trades: each comes out of its script byte for byte, tells its known flaws as listed, and spreads."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from rulescore import api
from rulescore.folder import Run
from rulescore.lint.names import used

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


@pytest.fixture(scope="module", params=["ventilation", "wedding_photography"])
def sample(request: pytest.FixtureRequest) -> Path:
    return SAMPLES / str(request.param)


@pytest.fixture(scope="module")
def run(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(sample, out=tmp_path_factory.mktemp("sample") / "run")


def content(path: Path) -> object:
    """A file's bytes; of a workbook those of its parts, since how tightly they are packed hangs on the zlib at hand."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return [(item.filename, item.date_time, book.read(item)) for item in book.infolist()]


def test_the_script_makes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", sample / "make.py", tmp_path], check=True)
    made = {path.name: content(path) for path in tmp_path.iterdir()}
    assert made == {path.name: content(path) for kind in ("*.csv", "*.xlsx") for path in sample.glob(kind)}


def test_problems_are_those_of_the_list(sample: Path, run: Run) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    with (sample / "flaws.csv").open(encoding="utf-8", newline="") as file:
        for flaw in csv.DictReader(file):
            wanted.update((flaw["table"], code) for code in flaw["code"].split())
    told: Counter[tuple[str, str]] = Counter()
    for problem in run.problems:
        if problem["code"] != "encoding-found":
            told[problem["file"], problem["code"]] += problem["facts"].get("count", 1)
    assert told == wanted


def test_the_readme_counts_the_rows(sample: Path) -> None:
    told = dict(
        re.findall(r"^\| (\S+\.csv) \| .* \| ([0-9,]+) \|", (sample / "README.md").read_text("utf-8"), re.M)
    )
    for path in sample.glob("*.csv"):
        encoding = "gb18030" if path.name != "flaws.csv" and sample.name == "wedding_photography" else "utf-8"
        with path.open(encoding=encoding, newline="") as file:
            assert told[path.name] == f"{sum(1 for _ in csv.reader(file)) - 1:,}", path.name


def test_every_tier_and_gate_has_somebody(run: Run) -> None:
    tiers, total = Counter(run.table["tier"]), run.table.height
    assert total >= 300
    assert 0.03 <= tiers["strategic"] / total <= 0.10
    assert 0.20 <= tiers["important"] / total <= 0.35
    acted = {gate for gates in run.table["gates"] if gates for gate in gates.split(";")}
    assert acted == {gate.id for gate in run.pack.gates}


def test_every_dimension_spreads(run: Run) -> None:
    for dimension in run.pack.dimensions:
        scores = run.table[dimension.id].drop_nulls().sort()
        low, high = scores[len(scores) // 10], scores[len(scores) * 9 // 10]
        assert high - low >= 10, dimension.id


def test_every_rule_tells_customers_apart(run: Run) -> None:
    trace = run.trace.collect()
    for rule in run.pack.rules:
        scored = trace.filter(trace[f"{rule.id}.case"] >= 0)
        assert scored[f"{rule.id}.points"].n_unique() >= 2, rule.id


def test_no_couple_is_scored_on_gender_or_age() -> None:
    pack = api.load("wedding_photography")
    private = {
        field.id if table.id == "customers" else f"{table.id}.{field.id}"
        for table in pack.tables.values()
        for field in table.fields.values()
        if field.sensitive or field.id in ("gender", "birth_date")
    }
    assert {"gender", "birth_date"} <= private
    assert not private & used(pack)


def test_no_couple_could_be_anybody() -> None:
    """Names are numbered, and 120 begins no mobile number."""
    with (SAMPLES / "wedding_photography" / "客户.csv").open(encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            assert re.fullmatch("客户[0-9]{4}", row["客户姓名"])
            assert re.fullmatch("120[0-9]{8}", row["联系电话"])
