# SPDX-License-Identifier: Apache-2.0
"""The sample under samples/general: it comes out of its script byte for byte, and its known flaws are told as listed."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rulescore import api
from rulescore.folder import Run

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "general"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(SAMPLE, out=tmp_path_factory.mktemp("sample") / "run")


def test_the_script_makes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", SAMPLE / "make.py", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in SAMPLE.glob("*.csv")}


def test_problems_are_those_of_the_list(run: Run) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    with (SAMPLE / "flaws.csv").open(encoding="utf-8", newline="") as file:
        for flaw in csv.DictReader(file):
            wanted.update((flaw["file"], code) for code in flaw["code"].split())
    told: Counter[tuple[str, str]] = Counter()
    for problem in run.problems:
        if problem["code"] != "encoding-found":
            told[problem["file"], problem["code"]] += problem["facts"].get("count", 1)
    assert told == wanted


def test_every_tier_and_gate_has_somebody(run: Run) -> None:
    tiers = Counter(run.table["tier"])
    total = run.table.height
    assert 0.03 <= tiers["strategic"] / total <= 0.08
    assert 0.25 <= tiers["important"] / total <= 0.35
    acted = {gate for gates in run.table["gates"] if gates for gate in gates.split(";")}
    assert acted == {gate.id for gate in run.pack.gates}


def test_no_rule_gives_all_customers_the_same(run: Run) -> None:
    trace = run.trace.collect()
    same = [rule.id for rule in run.pack.rules if trace[f"{rule.id}.points"].n_unique() < 3]
    two_valued = {"dishonest-debtor", "dispute-with-us"}
    assert set(same) <= two_valued
