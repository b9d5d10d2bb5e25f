# SPDX-License-Identifier: Apache-2.0
"""Overrides: tiers and inputs that people decided, kept, shown beside the rules, verified and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rulescore
from commands import called, small_pack
from rulescore.audit import explain
from rulescore.comparison.runs import compare
from rulescore.folder import Run
from rulescore.problems import DataError
from rulescore.reports.content import content

# of the small pack: (size + 3 x visits x 10) / 4
CUSTOMERS = "customer_id,annual_revenue,visits,since\na,120,4,2020-01-01\nb,50,8,2021-01-01\nc,50,1,\n"  # 55 middle, 65 middle, 12.5 low
SIGNED = "reason: 已谈妥, role: 销售总监, date: 2026-06-20, second: {role: 总经理, date: 2026-06-21}"
TIER = f"  - {{customer: a, tier: high, {SIGNED}}}\n"
FIELDS = f"  - {{customer: b, field: annual_revenue, value: 200, {SIGNED}}}\n  - {{customer: c, field: since, value: '2022-03-01', {SIGNED}}}\n"


def assessed(tmp_path: Path, overrides: str, engine: str = "frame", name: str = "run") -> Run:
    folder = tmp_path / f"assessment-{name}"
    folder.mkdir()
    pack = tmp_path / "small"
    if not pack.exists():
        small_pack(tmp_path)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "overrides.yaml").write_text(
        f"overrides:\n{overrides}" if overrides else "overrides: []\n", encoding="utf-8"
    )
    (folder / "assessment.yaml").write_text(
        "company: X\nas_of: 2026-06-30\noverrides: overrides.yaml\ntables: {customers: customers.csv}\n",
        encoding="utf-8",
    )
    return rulescore.evaluate(folder, pack, engine=engine, out=tmp_path / name)


def refused(tmp_path: Path, overrides: str) -> list[Any]:
    with pytest.raises(DataError) as caught:
        assessed(tmp_path, overrides)
    return [problem for problem in caught.value.problems if problem.severity == "error"]


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_a_decided_tier_stands_beside_that_of_the_rules(engine: str, tmp_path: Path) -> None:
    """Guards that the tier is the one decided, its reason says so, the rules' stays, and no score moves."""
    run = assessed(tmp_path, TIER, engine)
    rows = {row["customer_id"]: row for row in run.scores.iter_rows(named=True)}
    assert [(rows[one]["tier"], rows[one]["tier_by_rules"], rows[one]["tier_reason"]) for one in "abc"] == [
        ("high", "middle", "override"), ("middle", "middle", "reached"), ("low", "low", "reached"),
    ]  # fmt: skip
    assert rows["a"]["composite"] == 55
    assert rulescore.verify(run) == []
    assert run.manifest["decided"] == 1


def test_a_decided_input_is_scored_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    """Guards inputs: (100 + 3 x 80) / 4 = 85 for b instead of 65; old and new value, reason and signatures are kept."""
    run = assessed(tmp_path, FIELDS)
    assert run.scores.filter(pl.col("customer_id") == "b")["composite"].item() == 85
    kept = json.loads((run.folder / "overrides.json").read_bytes())
    assert [(one["customer"], one["field"], one["was"], one["value"]) for one in kept] == [
        ("b", "annual_revenue", 50.0, 200.0), ("c", "since", None, "2022-03-01"),
    ]  # fmt: skip
    assert kept[0]["second"] == {"role": "总经理", "date": "2026-06-21"}
    written = (tmp_path / "assessment-run" / "overrides.yaml").read_text(encoding="utf-8")
    assert (run.folder / "overrides.yaml").read_text(encoding="utf-8") == written
    assert rulescore.verify(run) == [] and rulescore.verify(run, sources=tmp_path / "assessment-run") == []


def test_a_run_without_overrides_is_as_it_was(tmp_path: Path) -> None:
    """Guards that an empty file of overrides changes no column and no score."""
    run = assessed(tmp_path, "")
    assert "tier_by_rules" not in run.scores.columns
    assert not (run.folder / "overrides.json").exists()


def test_a_changed_decision_is_found(tmp_path: Path) -> None:
    """Guards that the run's decisions can't be changed under its seal."""
    run = assessed(tmp_path, TIER)
    path = run.folder / "overrides.json"
    path.write_bytes(path.read_bytes().replace(b'"high"', b'"low"'))
    assert {problem.facts.get("file") or str(problem.place) for problem in rulescore.verify(run.folder)} & {
        "overrides.json"
    }


def test_decisions_are_shown_beside_what_the_rules_said(tmp_path: Path) -> None:
    """Guards the words on the screen, in the explanation and in the report, in both languages."""
    run = assessed(tmp_path, TIER + FIELDS)
    for language, words in (
        (
            "en",
            (
                "decided by hand; the rules give Middle",
                "second signature: 总经理 2026-06-21",
                "overrides.yaml:2:",
            ),
        ),
        ("zh", ("由人工调整确定，规则得出的是中", "第二人签署：总经理 2026-06-21", "overrides.yaml:2:")),
    ):
        text = rulescore.explain(run, "a", language)
        assert all(word in text for word in words)
        shown = content(run, language)["overrides"]
        words = ("Middle", "High") if language == "en" else ("中", "高")
        assert (shown[0]["before"], shown[0]["after"]) == words
    assert "Annual revenue was 50, is 200" in rulescore.explain(run, "b", "en")
    assert explain(run, "a")["agrees_with_run"]
    again = called(
        "evaluate",
        str(tmp_path / "assessment-run"),
        "--pack",
        str(tmp_path / "small"),
        "--out",
        str(tmp_path / "other"),
        lang="en",
    )
    assert "3 overrides by hand (1 of tiers, 2 of inputs)" in again.out


def test_compare_names_an_override_as_what_moved_a_customer(tmp_path: Path) -> None:
    """Guards causes: a decided tier is `overrides`, a decided input is told as an override among the data."""
    before, after = assessed(tmp_path, "", name="before"), assessed(tmp_path, TIER + FIELDS, name="after")
    found = compare(before, after)
    assert (found.causes["overrides"], found.causes["data"]) == (1, 1)
    shares = {move.customer: move.shares for move in found.moves}
    assert [(one.cause, one.units, one.tiers) for one in shares["a"]] == [
        ("overrides", 0, ("middle", "high"))
    ]
    assert [(one.kind, one.id, one.before, one.after) for one in shares["b"][0].changes] == [
        ("override", "annual_revenue", "50", "200")
    ]


@pytest.mark.parametrize(("overrides", "code"), [
    (TIER.replace("high", "highest"), "unknown-tier"),
    (FIELDS.replace("annual_revenue", "revenue"), "unknown-field"),
    (FIELDS.replace("value: 200", "value: many"), "wrong-type"),
    (FIELDS.replace("'2022-03-01'", "soon"), "wrong-type"),
    (FIELDS.replace("value: 200, ", ""), "missing-key"),
    (TIER.replace("2026-06-20", "2026-06-31"), "date-unreadable"),
    (FIELDS.replace("customer: b", "customer: bb"), "override-unknown-customer"),
])  # fmt: skip
def test_a_decision_that_cannot_be_is_told_at_its_place(overrides: str, code: str, tmp_path: Path) -> None:
    """Guards slips in overrides; those that are only about signatures have their pages, which are tested."""
    problems = refused(tmp_path, overrides)
    assert [problem.code for problem in problems] == [code]
    assert str(problems[0].place).startswith("overrides.yaml:")
