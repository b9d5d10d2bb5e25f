# SPDX-License-Identifier: Apache-2.0
"""valuation.yaml: from the figures of the base to money, told in both languages, verified, and refused with places."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import rulescore
from commands import SAMPLE, called
from rulescore.assumptions import read_valuation
from rulescore.folder import Run, hashes, run_id_of
from rulescore.packs.loading import load_or_raise
from rulescore.problems import Problems
from rulescore.source import parse_yaml


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rulescore.evaluate(SAMPLE, out=tmp_path_factory.mktemp("value") / "run")


def valued(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run.folder / "valuation.json").read_bytes())
    return found


def excess_earnings(case: dict[str, float]) -> float:
    """The value by the closed form of the geometric series, mid-year throughout."""
    q = (1 + case["growth"]) * (1 - case["attrition"]) / (1 + case["discount_rate"])
    a_year = case["revenue"] * case["transfer"] * (case["margin"] * (1 - case["tax"]) - case["charges"])
    first = a_year * (1 + case["growth"]) * ((1 - case["attrition"]) / (1 + case["discount_rate"])) ** 0.5
    present = first * (1 - q ** case["years"]) / (1 - q)
    annuity = (
        (1 - (1 + case["discount_rate"]) ** -10) / case["discount_rate"] * (1 + case["discount_rate"]) ** 0.5
    )
    return present / (1 - case["tax"] / 10 * annuity)


def test_the_sample_equals_the_closed_form(run: Run) -> None:
    """Guards the whole way from customers to money, in the low, base and high case, and each assumption alone."""
    figures = {
        one["id"]: one["value"] for one in json.loads((run.folder / "portfolio.json").read_bytes())["figures"]
    }
    base = {
        "revenue": figures["valued_revenue"] * (1 - figures["new_revenue_share"]), "transfer": figures["base_transfer"],
        "growth": 0.02, "attrition": 1 - figures["gross_retention"], "margin": figures["base_contribution_margin"], "tax": 0.25,
        "charges": 0.02664, "discount_rate": 0.14, "years": 15,
    }  # fmt: skip
    low = {"transfer": 0.5, "growth": 0, "attrition": 0.16, "discount_rate": 0.16}
    high = {"transfer": 0.8, "growth": 0.04, "attrition": 0.07, "discount_rate": 0.13}
    method = valued(run)["methods"][0]
    wanted = {
        case: excess_earnings({**base, **change})
        for case, change in (("low", low), ("base", {}), ("high", high))
    }
    assert {case: float(value) for case, value in method["value"].items()} == {
        case: pytest.approx(value, rel=1e-9) for case, value in wanted.items()
    }
    alone = {one["name"]: (float(one["low"]), float(one["high"])) for one in method["sensitivities"]}
    assert alone == {
        name: tuple(
            pytest.approx(excess_earnings({**base, name: change[name]}), rel=1e-9) for change in (low, high)
        )
        for name in low
    }


def test_the_value_is_explained_in_both_languages(run: Run) -> None:
    """Guards the words of the explanation: the disclaimer, the ground of an assumption, the table's order."""
    for language, words in (
        ("en", ("no appraisal report", "1 - gross_retention", "Year    Survivors")),
        ("zh", ("不是《资产评估法》所称的资产评估报告", "1 - gross_retention", "留存")),
    ):
        done = called("explain", str(run.folder), "value", lang=language)
        assert done.code == 0
        assert all(word in " ".join(done.out.split()) or word in done.out for word in words[:2])
    header = next(
        line
        for line in called("explain", str(run.folder), "value", lang="en").out.splitlines()
        if "Survivors" in line
    )
    assert header.split()[:3] == ["Year", "Survivors", "Revenue"]


def test_a_changed_value_is_found(run: Run, tmp_path: Path) -> None:
    """Guards that a value which does not follow from figures and assumptions is found, even under a fitting seal."""
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    assert rulescore.verify(folder) == []
    text = (folder / "valuation.json").read_text(encoding="utf-8")
    base = valued(run)["methods"][0]["value"]["base"]
    (folder / "valuation.json").write_text(text.replace(base, "99999999"), encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"files": hashes(folder)}
    manifest["run_id"] = run_id_of(manifest)
    (folder / "manifest.json").write_bytes(rfc8785.dumps(manifest))
    assert [problem.facts["what"] for problem in rulescore.verify(folder)] == ["valuation.json"]


BROKEN = """standard: fair_value
currency: CNY
methods:
  - id: one
    method: excess_earnings
    assumptions:
      revenue: {is: base_revenu, source: portfolio}
      growht: {is: 0.02, source: judgement}
      attrition: {is: 12, source: judgement}
      survivors: {is: middle, source: judgement}
      margin: {is: 0.1, source: judgement}
      tax: {is: 0.25, source: judgement}
      charges: {is: 0.02, source: judgement}
      discount_rate: {is: 0.1, low: ratee, source: judgement}
"""


def test_every_mistake_is_told_at_its_place() -> None:
    """Guards names, ranges, words and kinds of assumptions, and those that are missing."""
    problems = Problems()
    portfolio = load_or_raise("general")[0].portfolio
    read_valuation(parse_yaml(BROKEN, "valuation.yaml", problems), portfolio, problems)
    found = {(problem.code, getattr(problem.place, "line", 0)) for problem in problems}
    assert found == {
        ("unknown-name", 7), ("unknown-assumption", 8), ("assumption-range", 9), ("unknown-choice", 10), ("unknown-name", 14),
        ("missing-assumption", 4),
    }  # fmt: skip


def test_a_figure_that_is_missing_values_nothing(tmp_path: Path) -> None:
    """Guards that a base without orders has no value instead of a wrong one, and says why."""
    shutil.copytree(SAMPLE, tmp_path / "sample")
    assessment = tmp_path / "sample" / "assessment.yaml"
    text = assessment.read_text(encoding="utf-8")
    start = text.index("  orders:")
    end = text.index("  contracts:")
    assessment.write_text(text[:start] + text[end:], encoding="utf-8")
    run = rulescore.evaluate(tmp_path / "sample", out=tmp_path / "run")
    method = valued(run)["methods"][0]
    assert method["value"] == {"low": None, "base": None, "high": None}
    assert "assumption-unknown" in {problem["code"] for problem in run.problems}
    assert rulescore.verify(run.folder) == []
