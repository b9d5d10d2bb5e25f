# SPDX-License-Identifier: Apache-2.0
"""`rulescore init`: what it writes checks, tests and runs at once."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from commands import called
from rulescore import api, schema
from rulescore.problems import Problems
from rulescore.readers import read_assessment
from rulescore.testing import run as run_tests


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack just written, seen from the folder above it."""
    monkeypatch.chdir(tmp_path)
    done = called("init", "trial", "--lang", "en")
    assert done.code == 0, done.err
    return tmp_path / "trial"


def test_a_new_pack_has_no_findings(fresh: Path) -> None:
    """Guards the first impression: not even a note."""
    assert api.check(fresh) == []


def test_a_new_pack_passes_its_tests_and_leaves_nothing_untested(fresh: Path) -> None:
    report, problems = run_tests(fresh)
    assert list(problems) == []
    assert report is not None and report.passed
    assert report.verdicts
    assert report.coverage.percent == 100


def test_a_new_pack_evaluates_its_own_data(fresh: Path) -> None:
    done = called("evaluate", "trial", "--out", "run", "--lang", "en")
    assert done.code == 0, done.err
    with Path("run/scores.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["customer_id"]: row for row in csv.DictReader(file)}
    # C1 has four orders in the last twelve months, the last one 29 days old, and rating A: all full
    assert (rows["C1"]["composite"], rows["C1"]["tier"]) == ("100.0", "strategic")
    # C3 is a dishonest debtor
    assert (rows["C3"]["tier"], rows["C3"]["gates"]) == ("ordinary", "debtor-veto")
    assert called("verify", "run").code == 0


def test_the_steps_that_are_printed_work(fresh: Path) -> None:
    """Guards the three lines at the end: they are commands, and each of them succeeds."""
    done = called("init", "again", "--lang", "en")
    steps = [line.strip() for line in done.out.splitlines() if line.strip().startswith("rulescore ")]
    assert len(steps) == 3
    for step in steps:
        assert called(*step.split()[1:]).code == 0, step


def test_a_new_pack_brings_what_editors_need(fresh: Path) -> None:
    for name, composed in schema.build().items():
        assert json.loads((fresh / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")) == composed
    for path in fresh.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match and (path.parent / match.group(1)).is_file(), first
    settings = json.loads((fresh / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert settings


def test_the_assessment_of_a_new_pack_names_the_pack_beside_it(fresh: Path) -> None:
    problems = Problems()
    assert read_assessment(fresh, problems).pack == "."
    assert list(problems) == []


def test_nothing_of_the_template_is_left(fresh: Path) -> None:
    for path in fresh.rglob("*"):
        if path.is_file() and path.suffix in (".yaml", ".csv"):
            text = path.read_text(encoding="utf-8")
            assert "{id}" not in text and "{extends}" not in text, path


@pytest.mark.parametrize(
    ("folder", "wanted"), [("my-pack", "my_pack"), ("2026", "pack_2026"), ("客户", "客户"), ("A B", "a_b")]
)
def test_the_id_is_made_from_the_name_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, wanted: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert called("init", folder).code == 0
    assert api.load_or_raise(tmp_path / folder)[0].id == wanted


def test_a_pack_that_extends_general_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = called("init", "own", "--extends", "general", "--lang", "en")
    assert done.code == 0, done.err
    assert api.check(tmp_path / "own") == []
    own, general = (api.load_or_raise(pack)[0] for pack in (tmp_path / "own", "general"))
    assert own.id == "own"
    assert [rule.id for rule in own.rules] == [rule.id for rule in general.rules]
    steps = [line.strip() for line in done.out.splitlines() if line.strip().startswith("rulescore ")]
    assert steps == ["rulescore check own"]


def test_extending_an_unknown_pack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = called("init", "own", "--extends", "generol", "--lang", "en")
    assert done.code == 2
    assert "pack-not-found" in done.err and "general" in done.err
    assert not (tmp_path / "own").exists(), "nothing is written when something is wrong"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the author's work: `init` never writes over it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "pack.yaml").write_text("mine", encoding="utf-8")
    done = called("init", "taken", "--lang", "en")
    assert done.code == 2
    assert "folder-taken" in done.err
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["pack.yaml"]
    assert (tmp_path / "taken" / "pack.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", [("init",), ("schema", "--write")])
@pytest.mark.parametrize("place", ["file/pack", "n" * 300])
def test_a_place_where_nothing_can_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], place: str
) -> None:
    """Guards a slip in the folder: a path that leads through a file, a name too long for the file system."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = called(*command, place, "--lang", "en")
    assert (done.code, "[folder-unwritable]" in done.err, "hint: " in done.err) == (2, True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_empty_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert called("init", "empty").code == 0
    assert api.check(tmp_path / "empty") == []
