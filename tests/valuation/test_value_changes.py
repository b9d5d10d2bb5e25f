# SPDX-License-Identifier: Apache-2.0
"""What moved the value between two runs, in steps worked out by hand that add up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import rulescore
from commands import SAMPLE, called
from rulescore.comparison.runs import compare
from rulescore.folder import Run
from rulescore.problems import UsageError

VALUATION = """
standard: fair_value
currency: CNY
methods:
  - id: normal
    title: {{zh: 正常年, en: Normal year}}
    method: capitalised_earnings
    assumptions:
      earnings: {{is: {earnings}, source: judgement}}
      assets: {{is: 200, source: judgement}}
      asset_return: {{is: 0.1, source: judgement}}
      discount_rate: {{is: {rate}, source: judgement}}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """(100 - 20) / 0.2 = 400, and (120 - 20) / 0.4 = 250."""
    folder = tmp_path_factory.mktemp("worth")
    made = []
    for name, earnings, rate in (("before", 100, 0.2), ("after", 120, 0.4)):
        copy = folder / name
        shutil.copytree(SAMPLE, copy)
        text = VALUATION.format(earnings=earnings, rate=rate)
        (copy / "valuation.yaml").write_text(text, encoding="utf-8")
        made.append(rulescore.evaluate(copy, out=folder / f"run-{name}"))
    return made[0], made[1]


def test_each_assumption_moves_its_part_and_the_parts_add_up(runs: tuple[Run, Run]) -> None:
    """Guards the attribution: earnings alone make 100 / 0.2 = 500, 100 more; then the rate makes 250 of it, 250 less."""
    (found,) = compare(*runs).value
    assert (found["before"]["base"], found["after"]["base"], found["change"]) == ("400", "250", "-150")
    assert [(step["name"], step["before"], step["after"], step["change"]) for step in found["steps"]] == [
        ("earnings", "100", "120", "100"),
        ("discount_rate", "0.2", "0.4", "-250"),
    ]
    assert compare(runs[0], runs[0]).value == ()


def test_the_command_tells_it_in_both_languages(runs: tuple[Run, Run]) -> None:
    """Guards what a person reads of two periods: value before and after, and what each assumption did."""
    folders = [str(run.folder) for run in runs]
    english = called("--lang", "en", "compare", *folders).out
    assert (
        "  Normal year  400 → 250 CNY (-150)\n    +100  Normal earnings a year 100 → 120\n    -250  Discount rate 0.2 → 0.4\n"
        in english
    )
    chinese = called("--lang", "zh", "compare", *folders).out
    assert (
        "  正常年  400 → 250 CNY（-150）\n    +100  正常化年收益 100 → 120\n    -250  折现率 0.2 → 0.4\n"
        in chinese
    )


def test_a_damaged_valuation_is_told(runs: tuple[Run, Run], tmp_path: Path) -> None:
    """Guards against a traceback over a run that somebody changed."""
    shutil.copytree(runs[1].folder, tmp_path / "run")
    (tmp_path / "run" / "valuation.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        compare(runs[0], Run.read(tmp_path / "run"))
    assert [problem.code for problem in error.value.problems] == ["run-file-unreadable"]
