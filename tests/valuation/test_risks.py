# SPDX-License-Identifier: Apache-2.0
"""Each risk is charged once: what assumptions carry, by their method, by their author and by the features behind them."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
import rulescore
import yaml
from rulescore.assumptions import read_valuation
from rulescore.bundled import folder
from rulescore.handbook.content import handbook
from rulescore.handbook.markdown import render
from rulescore.model import Pack
from rulescore.packs.loading import load_or_raise
from rulescore.problems import Problem, Problems
from rulescore.reports import html, xlsx
from rulescore.reports.content import overview
from rulescore.reports.content.words import Words
from rulescore.reports.content.worth import worth
from rulescore.reports.text import summary
from rulescore.reports.worth import explanation
from rulescore.risks import check_risks
from rulescore.source import parse_yaml
from rulescore.valuation.parts import RISKS
from workbooks import book

SAMPLES = folder("rulesets").parent / "samples"

EXCESS = {
    "revenue": "valued_revenue", "growth": 0.02, "attrition": 0.1, "margin": 0.2, "tax": 0.25, "charges": 0.02,
    "discount_rate": 0.14, "years": 10, "transfer": 0.8,
}  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_or_raise("general")[0]


def found(
    pack: Pack, assumptions: dict[str, object], method: str = "excess_earnings", **more: object
) -> list[Problem]:
    """What is told of a valuation by one method; an assumption is a value, or a mapping with what it carries."""
    stated = {
        name: {"source": "judgement", **(one if isinstance(one, dict) else {"is": one})}
        for name, one in assumptions.items()
    }
    data = {
        "standard": "fair_value",
        "currency": "CNY",
        "methods": [{"id": "m", "method": method, "assumptions": stated, **more}],
    }
    problems = Problems()
    document = parse_yaml(yaml.safe_dump(data, sort_keys=False), "valuation.yaml", problems)
    valuation = read_valuation(document, pack.portfolio, problems)
    assert valuation is not None and not problems.has_errors, list(problems)
    check_risks(valuation, pack, problems)
    return [problem for problem in problems if problem.code == "risk-charged-twice"]


def told(problems: list[Problem]) -> list[tuple[object, object, object]]:
    return [(one.facts["risk"], one.facts["other"], one.facts["name"]) for one in problems]


TWICE: list[tuple[dict[str, object], list[tuple[str, str, str]]]] = [
    # nothing said: transfer and attrition are there to charge one risk each
    ({}, []),
    ({"transfer": "base_transfer", "attrition": "1 - gross_retention"}, []),
    # a premium in the discount rate
    ({"discount_rate": {"is": 0.18, "carries": ["transfer"]}}, [("transfer", "discount_rate", "transfer")]),
    ({"discount_rate": {"is": 0.18, "carries": ["transfer", "credit"]}, "charges": {"is": 0.03, "carries": ["credit"]}},
     [("transfer", "discount_rate", "transfer"), ("credit", "charges", "discount_rate")]),
    ({"discount_rate": {"is": 0.18, "carries": ["transfer"]}, "transfer": 1}, []),
    ({"discount_rate": {"is": 0.18, "carries": ["transfer"]}, "transfer": {"is": 1, "low": 0.9}},
     [("transfer", "discount_rate", "transfer")]),
    # customers that leave after the transfer within the attrition
    ({"attrition": {"is": 0.3, "carries": ["transfer"]}}, [("transfer", "attrition", "transfer")]),
    ({"growth": {"is": -0.1, "carries": ["attrition"]}}, [("attrition", "growth", "attrition")]),
    # features that carry a risk: revenue that is weighed by probabilities already, directly and through another figure
    ({"revenue": "transferable_revenue"}, [("transfer", "revenue", "transfer")]),
    ({"revenue": "valued_revenue - transfer_loss", "transfer": "base_transfer"}, [("transfer", "revenue", "transfer")]),
    ({"revenue": "transferable_revenue", "transfer": 1}, []),
    ({"revenue": "valued_revenue * gross_retention"}, [("attrition", "revenue", "attrition")]),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "wanted"), TWICE)
def test_a_risk_in_two_assumptions_is_told(
    pack: Pack, changed: dict[str, object], wanted: list[tuple[str, str, str]]
) -> None:
    """Guards "charged once": both places are named; what is declared nowhere, or charges nothing, is not suspected."""
    pairs = {(risk, frozenset((one, other))) for risk, one, other in told(found(pack, {**EXCESS, **changed}))}
    assert pairs == {(risk, frozenset((one, other))) for risk, one, other in wanted}


def test_two_methods_may_carry_the_same_risk(pack: Pack) -> None:
    """Guards against alarm: a cross-check by another method charges the risk in its own way."""
    lifetime = {
        "customers": 100,
        "margin": 5,
        "retention": 0.9,
        "discount_rate": 0.12,
        "transfer": "base_transfer",
    }
    assert not found(pack, lifetime, "lifetime_values")
    assert told(found(pack, {**lifetime, "customers": "100 * gross_retention"}, "lifetime_values")) == [
        ("attrition", "customers", "retention")
    ]


def test_a_scenario_is_held_to_it_too(pack: Pack) -> None:
    """Guards stress and bridge: a scenario that brings a risk in again is told once, one that takes it out is not."""

    def scenario(key: str, **assumptions: object) -> dict[str, object]:
        return {"id": key, "title": {"zh": "甲", "en": "A"}, "assumptions": assumptions}

    rate = {"is": 0.2, "source": "judgement", "carries": ["transfer"]}
    stress = [
        scenario("dear", discount_rate=rate),
        scenario("certain", discount_rate=rate, transfer={"is": 1, "source": "judgement"}),
    ]
    assert told(found(pack, EXCESS, stress=stress)) == [("transfer", "discount_rate", "transfer")]


def test_the_samples_charge_each_risk_once() -> None:
    """Guards what is shipped: every sample's valuation, read with its pack, holds to its own rule."""
    for home in sorted(SAMPLES.glob("*/valuation.yaml")):
        pack = load_or_raise(home.parent.name)[0]
        problems = Problems()
        valuation = read_valuation(
            parse_yaml(home.read_text(encoding="utf-8"), home.name, problems), pack.portfolio, problems
        )
        assert valuation is not None
        check_risks(valuation, pack, problems)
        assert not [problem for problem in problems if problem.code == "risk-charged-twice"], home


def test_a_run_tells_it_with_both_places(tmp_path: Path) -> None:
    """Guards the whole way: a premium for the transfer in the sample's discount rate is a warning of the run."""
    shutil.copytree(SAMPLES / "general", tmp_path / "sample")
    path = tmp_path / "sample" / "valuation.yaml"
    text = path.read_text(encoding="utf-8")
    old = "discount_rate: {is: 0.14, low: 0.16, high: 0.13, source: judgement}"
    path.write_text(text.replace(old, old[:-1] + ", carries: [transfer]}", 1), encoding="utf-8")
    run = rulescore.evaluate(tmp_path / "sample", out=tmp_path / "run")
    titles = {
        "zh": ("随转让留存的比例", "折现率"),
        "en": ("Share that survives the change of owner", "Discount rate"),
    }
    for language, pair in titles.items():
        matters = "\n".join(overview(Words(run, language))["special"])
        for shown in (summary(run, language), matters):
            (line,) = [line for line in shown.splitlines() if all(title in line for title in pair)]
            assert ("计了两次" if language == "zh" else "twice") in line
    (problem,) = [one for one in run.problems if one["code"] == "risk-charged-twice"]
    lines = path.read_text(encoding="utf-8").splitlines()
    first, second = (
        next(n for n, line in enumerate(lines, 1) if re.match(rf" +{name}: ", line))
        for name in ("transfer", "discount_rate")
    )
    assert (problem["line"], problem["facts"]["first"].split(":")[1]) == (second, str(first))


def test_each_table_of_assumptions_says_what_is_in_them(tmp_path: Path) -> None:
    """Guards decision 0046 for readers: JSON, explanation, report, workbook and handbook show the declared risk where it lies.
    The sample's transfer and attrition carry what their method says, its revenue and tax rate nothing; a premium that the author
    declares in the discount rate stands beside it."""
    shutil.copytree(SAMPLES / "general", tmp_path / "sample")
    path = tmp_path / "sample" / "valuation.yaml"
    text = path.read_text(encoding="utf-8")
    old = "discount_rate: {is: 0.14, low: 0.16, high: 0.13, source: judgement}"
    assert old in text
    path.write_text(text.replace(old, old[:-1] + ", carries: [credit]}", 1), encoding="utf-8")
    run = rulescore.evaluate(tmp_path / "sample", "general", out=tmp_path / "run")
    stored = json.loads((run.folder / "valuation.json").read_bytes())
    carried = {one["name"]: one["carries"] for one in stored["methods"][0]["assumptions"]}
    declared = {"transfer": ["transfer"], "attrition": ["attrition"], "discount_rate": ["credit"]}
    assert {name: risks for name, risks in carried.items() if risks} == declared
    for language in ("zh", "en"):
        words = [RISKS[risk][language] for risk in ("transfer", "attrition", "credit")]
        assumptions = worth(Words(run, language), stored)["methods"][0]["assumptions"]
        assert sorted(one["carries"] for one in assumptions if one["carries"]) == sorted(words)
        page = unescape(html.page(run, language))
        told = explanation(stored, language, run.pack)
        (tmp_path / "run.xlsx").write_bytes(xlsx.render(run, language))
        cells = {str(cell.value) for sheet in book(tmp_path / "run.xlsx") for row in sheet for cell in row}
        written = render(handbook(load_or_raise("general")[0], language))
        for one in words:
            assert one in page and one in told and one in cells
        assert words[0] in written  # the share of revenue that passes carries the transfer
