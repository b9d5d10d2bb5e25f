# SPDX-License-Identifier: Apache-2.0
"""What a pack that extends another has to test itself: what it brings, and what it gave another meaning, however indirectly."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from rulescore import testing
from rulescore.cli import group

W = "{zh: 甲, en: A}"

BASE = {
    "pack": f"""
id: base
version: 1.0.0
title: {W}
dimensions: {{money: 2, habits: 1}}
parameters:
  least: {{title: {W}, values: [{{from: 2020-01-01, value: 10, source: judgement}}]}}
gates:
  - {{id: poor, title: {W}, when: spend < 0, cap: {{composite: 10}}, reason: {W}, source: judgement}}
  - {{id: thin, title: {W}, when: score.habits < 20, cap: {{composite: 50}}, reason: {W}, source: judgement}}
tiers:
  - {{id: high, title: {W}, when: composite >= 60, source: judgement}}
  - {{id: low, title: {W}}}
""",
    "money": f"""
dimension: money
title: {W}
features:
  spend: {{title: {W}, is: sum(buys.amount)}}
  rich: {{title: {W}, is: spend >= param.least}}
rules:
  - {{id: wealth, title: {W}, when: rich, points: 100, else: 20, source: judgement}}
  - {{id: stars, title: {W}, of: rating, bands: [{{below: 3, points: 20}}, {{from: 3, points: 80}}], source: judgement}}
""",
    "habits": f"""
dimension: habits
title: {W}
rules:
  - {{id: often, title: {W}, when: count(buys) >= 2, points: 100, source: judgement}}
""",
    "tables": f"""
tables:
  customers:
    title: {W}
    key: customer_id
    fields:
      customer_id: {{type: text, title: {W}, required: true}}
      rating: {{type: integer, min: 1, max: 5, title: {W}}}
  buys:
    title: {W}
    customer: customer_id
    date: bought_on
    fields:
      customer_id: {{type: text, title: {W}}}
      bought_on: {{type: date, title: {W}}}
      delivered_on: {{type: date, title: {W}}}
      amount: {{type: number, title: {W}}}
""",
}

TIERS = {"high", "low"}

CHANGES: list[tuple[str, dict[str, str], str, set[str]]] = [
    ("nothing", {}, "", set()),
    ("titles, why and sources", {"money": f"rules: [{{id: stars, title: {{zh: 星, en: Stars}}, why: {W}, source: study}}]"}, "", set()),
    ("a band", {"money": "rules: [{id: stars, bands: [{below: 4, points: 20}, {from: 4, points: 80}]}]"}, "", {"stars", *TIERS}),
    ("a weight", {"money": "rules: [{id: stars, weight: 4}]"}, "", TIERS),
    ("a policy", {"money": "rules: [{id: stars, on_missing: worst}]"}, "", {"stars", *TIERS}),
    ("a parameter behind two features", {}, f"parameters: {{least: {{title: {W}, values: [{{from: 2020-01-01, value: 11, source: judgement}}]}}}}", {"wealth", *TIERS}),
    ("a feature of a rule and a gate", {"money": f"features: {{spend: {{title: {W}, is: 'sum(buys.amount, within=\"12m\")'}}}}"}, "", {"wealth", "poor", *TIERS}),
    ("a field", {"tables": f"tables: {{customers: {{fields: {{rating: {{type: integer, min: 0, max: 10, title: {W}}}}}}}}}"}, "", {"stars", *TIERS}),
    ("the date of a table's events", {"tables": "tables: {buys: {date: delivered_on, fields: {}}}"}, "", {"wealth", "poor", "often", "thin", *TIERS}),
    ("a rule of a dimension that a gate looks at", {"habits": "rules: [{id: often, else: 10}]"}, "", {"often", "thin", *TIERS}),
    ("the weights of dimensions", {}, "dimensions: {money: 1, habits: 1}", TIERS),
    ("a rule of its own", {"habits": f"rules: [{{id: new, title: {W}, when: rating > 3, points: 100, source: judgement}}]"}, "", {"new", "thin", *TIERS}),
    ("a gate of its own", {}, f"gates: [{{id: strict, title: {W}, when: rating < 2, cap: {{composite: 5}}, reason: {W}, source: judgement}}]", {"strict", *TIERS}),
    ("one rule less", {}, "remove: [stars]", TIERS),
    ("another dimension", {"more": f"title: {W}\nrules: [{{id: new, title: {W}, when: rating > 3, points: 100, source: judgement}}]"}, "dimensions: {money: 2, habits: 1, more: 1}", {"new", *TIERS}),
]  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def child(tmp_path: Path, files: dict[str, str], keys: str = "") -> Path:
    write(tmp_path / "base", BASE)
    pack = f"id: child\nversion: 1.0.0\ntitle: {W}\nextends: base\n{keys}\n"
    heads = {
        name: text if name in ("tables", "tests") else f"dimension: {name}\n{text}\n"
        for name, text in files.items()
    }
    return write(tmp_path / "child", {"pack": pack, **heads})


@pytest.mark.parametrize(("files", "keys", "own"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])  # fmt: skip
def test_a_pack_tests_what_it_brings_and_what_it_gave_another_meaning(
    tmp_path: Path, files: dict[str, str], keys: str, own: set[str]
) -> None:
    report, problems = testing.run(child(tmp_path, files, keys))
    assert [problem.code for problem in problems] == []
    assert report is not None
    assert {branch.owner for branch in report.coverage.branches} == own
    base, _ = testing.run(tmp_path / "base")
    assert base is not None
    assert (base.coverage.inherited, base.coverage.base) == (0, "")
    whole = base.coverage.total
    assert (
        report.coverage.inherited
        == whole - sum(branch.owner in own for branch in base.coverage.branches)
        - (keys == "remove: [stars]") * 3
    )  # fmt: skip


def test_the_command_says_what_is_left_to_the_base(tmp_path: Path) -> None:
    tests = """
tests:
  - {name: three stars, as_of: 2026-06-30, given: {rating: 3}, want: {rules: {stars: 20}, tier: low}}
  - {name: four stars, as_of: 2026-06-30, given: {rating: 4}, want: {rules: {stars: 80}, tier: high}}
  - {name: no stars, as_of: 2026-06-30, given: {}, want: {rules: {stars: missing}}}
"""
    files = {"money": "rules: [{id: stars, bands: [{below: 4, points: 20}, {from: 4, points: 80}]}]"}
    folder = child(tmp_path, {**files, "tests": tests})
    result = CliRunner().invoke(group, ["--lang", "en", "test", str(folder), "--min-coverage", "100"])
    # of the base: wealth 2 cases and missing, often 2 cases and missing, two gates that act or not
    assert (result.exit_code, result.stdout) == (
        0,
        "child: 3 tests, 3 passed, 0 failed; 5 of 5 branches tested (100 %)\n"
        "child: 10 more branches are as in base, whose tests go through them\n",
    )
    result = CliRunner().invoke(group, ["--lang", "zh", "test", str(folder)])
    assert result.stdout.splitlines()[1] == "child：另有 10 个分支与 base 相同，由 base 的测试负责"


def test_a_test_that_names_what_the_pack_removed_says_so(tmp_path: Path) -> None:
    tests = "tests: [{name: one, as_of: 2026-06-30, given: {}, want: {rules: {stars: 20}, gates: [poor]}}]"
    _, problems = testing.run(child(tmp_path, {"tests": tests}, "remove: [stars, poor]"))
    assert [(problem.code, problem.facts["name"], problem.facts["pack"]) for problem in problems] == [
        ("removed-rule", "stars", "child"),
        ("removed-gate", "poor", "child"),
    ]
