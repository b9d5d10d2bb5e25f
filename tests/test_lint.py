# SPDX-License-Identifier: Apache-2.0
"""The checks of `rulescore check`: what they find, what they leave alone, that they are right, and that they are quick."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulescore import lint
from rulescore.engines.evaluator import Evaluator
from rulescore.lang.check import Scope, check_text
from rulescore.lang.syntax import Tree
from rulescore.lint.extents import World
from rulescore.lint.solver import Space
from rulescore.lint.subjects import between
from rulescore.messages import catalogue
from rulescore.model import Pack
from rulescore.packs.loading import load
from rulescore.problems import Problem, Problems

HERE = Path(__file__).parent
PROBLEMS = HERE / "problems"
ONE_TIER = """id: tiny
version: 1.0.0
title: {zh: 小规则包, en: Tiny pack}
dimensions: {quality: 10}
tiers: [{id: ordinary, title: {zh: 普通, en: Ordinary}}]
"""
TAIL = "    source: judgement\n    why: {zh: 理由, en: Reason}\n"


def pack_of(folder: Path, files: dict[str, str]) -> Pack:
    """The tiny pack with some of its files replaced."""
    path = folder / "tiny"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(PROBLEMS / "tiny", path)
    shutil.copy(PROBLEMS / "tables.yaml", folder)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    pack, problems = load(path, folder / "tables.yaml", folder)
    assert pack is not None, [str(problem) for problem in problems]
    return pack


def rule(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    return "  - id: example\n    title: {zh: 例子, en: Example}\n" + lines + TAIL


def dimension(*rules: str, head: str = "") -> str:
    return f"dimension: quality\ntitle: {{zh: 质量, en: Quality}}\n{head}rules:\n" + "".join(rules)


def findings(folder: Path, body: str, head: str = "") -> list[Problem]:
    """What is found in a pack with one rule."""
    return run(folder, dimension(rule(body), head=head))


def run(folder: Path, text: str) -> list[Problem]:
    """What is found in a pack with one dimension and one tier."""
    return list(lint.run(pack_of(folder, {"pack.yaml": ONE_TIER, "quality.yaml": text})))


def codes(found: list[Problem]) -> list[str]:
    return [problem.code for problem in found]


# ---- the room ----------------------------------------------------------------------------------------------------


def test_every_check_is_in_the_tuple_and_every_code_has_words() -> None:
    folder = Path(lint.__file__).parent
    checks = {path.stem for path in folder.glob("*.py") if "\nCODES = " in path.read_text(encoding="utf-8")}
    assert checks == {module.__name__.split(".")[-1] for module in lint.CHECKS}
    named = [code for module in lint.CHECKS for code in module.CODES]
    assert len(named) == len(set(named))
    assert set(named) <= catalogue("zh")["problems"].keys()


def test_the_lint_of_a_hundred_rules_takes_less_than_half_a_second() -> None:
    pack, problems = load(HERE / "benchmarks" / "pack")
    assert pack is not None, list(problems)
    best = min(_seconds(pack) for _ in range(3))
    assert best < 0.5


def _seconds(pack: Pack) -> float:
    started = time.process_time()
    lint.run(pack)
    return time.process_time() - started


# ---- bands -------------------------------------------------------------------------------------------------------

BANDS: dict[str, tuple[str, str, list[str]]] = {
    "rising": ("annual_revenue", "{up_to: 1, points: 0}, {up_to: 2, points: 5}, {above: 2, points: 9}", []),
    "falling": ("annual_revenue", "{from: 9, points: 9}, {from: 5, points: 5}, {below: 5, points: 0}", []),
    "tiled": ("annual_revenue", "{below: 1, points: 0}, {from: 1, below: 2, points: 5}, {from: 2, points: 9}", []),
    "in any order": ("annual_revenue", "{from: 2, points: 9}, {below: 1, points: 0}, {from: 1, below: 2, points: 5}", []),
    "carved out": ("annual_revenue", "{from: 5, up_to: 6, points: 9}, {up_to: 10, points: 5}, {above: 10, points: 0}", []),
    "hole": ("annual_revenue", "{up_to: 1, points: 0}, {from: 2, points: 9}", ["1 < annual_revenue < 2"]),
    "hole of one point": ("annual_revenue", "{below: 1, points: 0}, {above: 1, points: 9}", ["annual_revenue = 1"]),
    "no hole below the least value": ("annual_revenue", "{from: 0, below: 5, points: 0}, {from: 5, points: 9}", []),
    "hole at the least value": ("annual_revenue", "{above: 0, points: 9}", ["annual_revenue = 0"]),
    "hole above": ("annual_revenue", "{up_to: 5, points: 9}", ["annual_revenue > 5"]),
    "percent up to its most": ("gross_margin", "{up_to: 0.5, points: 0}, {up_to: 1, points: 9}", []),
    "whole numbers": ("max(survey_answers.score)", "{up_to: 5, points: 0}, {from: 6, points: 9}", []),
    "whole numbers, hole": ("max(survey_answers.score)", "{up_to: 4, points: 0}, {from: 6, points: 9}",
                            ["4 < max(survey_answers.score) < 6"]),
    "mean of whole numbers": ("mean(survey_answers.score)", "{up_to: 5, points: 0}, {from: 6, points: 9}",
                              ["5 < mean(survey_answers.score) < 6"]),
    "count": ("count(orders)", "{up_to: 0, points: 0}, {from: 1, points: 9}", []),
    "days since an event": ("as_of - max(orders.order_date)", "{from: 0, up_to: 90, points: 9}, {above: 90, points: 0}", []),
    "days since a date: perhaps in the future": ("as_of - registered_on", "{from: 0, points: 9}", []),
    "share of itself: perhaps never above 1": (
        'sum(orders.amount, where=orders.status == "done") / sum(orders.amount)', "{up_to: 1, points: 9}", []),
    "flag": ("1 if listed else 0", "{up_to: 0, points: 0}, {from: 1, points: 9}", []),
    "percentile": ("percentile(annual_revenue)", "{from: 80, points: 9}, {below: 80, points: 0}", []),
    "quantile band": ("quantile_band(annual_revenue, 5)", "{from: 5, points: 9}, {from: 3, points: 5}, {from: 1, points: 0}", []),
}  # fmt: skip


@pytest.mark.parametrize("name", BANDS)
def test_gaps_between_bands(name: str, tmp_path: Path) -> None:
    of, bands, gaps = BANDS[name]
    found = findings(tmp_path, f"of: '{of}'\nbands: [{bands}]")
    assert ["band-gap"] * len(gaps) == codes(found)
    assert gaps == [problem.facts["gap"] for problem in found]


OVERLAPS = {
    "same bound twice": ("{up_to: 1, points: 0}, {from: 1, points: 9}", ["annual_revenue = 1"]),
    "bound inside": ("{up_to: 5, points: 0}, {from: 3, points: 9}", ["3 <= annual_revenue <= 5"]),
    "two bounds each": (
        "{from: 0, up_to: 5, points: 0}, {from: 3, up_to: 8, points: 5}, {above: 8, points: 9}", ["3 <= annual_revenue <= 5"]),
    "touching only": ("{up_to: 1, points: 0}, {above: 1, points: 9}", []),
    "rising bounds": ("{up_to: 1, points: 0}, {up_to: 5, points: 5}, {above: 5, points: 9}", []),
    "below what there is": ("{up_to: -5, points: 0}, {from: -9, points: 9}", []),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERLAPS)
def test_overlaps_of_bands(name: str, tmp_path: Path) -> None:
    bands, common = OVERLAPS[name]
    found = findings(tmp_path, f"of: annual_revenue\nbands: [{bands}]")
    assert ["band-overlap"] * len(common) == codes(found)
    assert common == [problem.facts["common"] for problem in found]


CUTS = [
    # (cut, line) by date: bands up to the cut, from the line on
    ([(2020, 10)], [(2020, 10)], []),
    ([(2020, 10)], [(2020, 12)], ["band-gap"]),
    ([(2020, 10), (2024, 20)], [(2020, 10), (2024, 20)], []),
    ([(2020, 10), (2024, 20)], [(2020, 10), (2025, 20)], ["band-overlap"]),
    ([(2020, 10), (2024, 20)], [(2020, 10), (2023, 20)], ["band-gap"]),
    ([(2020, 10), (2022, 30)], [(2024, 30)], []),  # before 2024 there is no line, and the pack can't be used
    ([(2020, 10), (2022, 11), (2023, 12)], [(2020, 13)], ["band-gap"]),  # told once
]


@pytest.mark.parametrize(("cut", "line", "wanted"), CUTS)
def test_bands_between_parameters_are_looked_at_on_every_date(
    tmp_path: Path, cut: list[tuple[int, int]], line: list[tuple[int, int]], wanted: list[str]
) -> None:
    def parameter(name: str, values: list[tuple[int, int]]) -> str:
        shown = ", ".join(
            f"{{from: {year}-01-01, value: {value}, source: judgement}}" for year, value in values
        )
        return f"  {name}: {{title: {{zh: 线, en: Line}}, values: [{shown}]}}\n"

    body = "of: annual_revenue\nbands:\n  - {below: param.cut, points: 0}\n  - {from: param.line, below: 100, points: 1}\n  - {from: 100, points: 2}"
    pack = ONE_TIER + "parameters:\n" + parameter("cut", cut) + parameter("line", line)
    found = lint.run(pack_of(tmp_path, {"pack.yaml": pack, "quality.yaml": dimension(rule(body))}))
    assert codes(list(found)) == wanted


def test_a_band_inside_an_earlier_one_is_shadowed(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        "of: annual_revenue\nbands: [{up_to: 5, points: 0}, {up_to: 3, points: 5}, {above: 5, points: 9}]",
    )
    assert codes(found) == ["shadowed-case"]


# ---- cases -------------------------------------------------------------------------------------------------------

CASES: dict[str, tuple[list[str], list[str]]] = {
    "else": (["listed: 1", "else: 0"], []),
    "a truth and its opposite": (["listed: 1", "not listed: 0"], []),
    "numbers that tile": (["annual_revenue > 5: 1", "annual_revenue <= 5: 0"], []),
    "numbers with a hole": (["annual_revenue > 5: 1", "annual_revenue < 5: 0"], ["case-gap"]),
    "all values of a field": (['region == "north": 1', 'region in ["south", "east"]: 0'], []),
    "a value left out": (['region == "north": 1', 'region == "south": 0'], ["case-gap"]),
    "any text": (['contact_phone == "1": 1', 'contact_phone != "1": 0'], ["personal-fields", *["personal-content"] * 2]),
    "a text left out": (['contact_phone == "1": 1'], ["personal-fields", "case-gap", "personal-content"]),
    "missing is a case": (["is_missing(annual_revenue): 0", "annual_revenue >= 0: 1"], []),
    "missing caught": (["coalesce(listed, false): 1", "not coalesce(listed, false): 0"], []),
    "two fields": (["listed and annual_revenue > 5: 2", "listed: 1", "not listed: 0"], []),
    "two fields with a hole": (["listed and annual_revenue > 5: 2", "not listed: 0"], ["case-gap"]),
    "fields that hang together are left alone": (["annual_revenue > 5: 1", "annual_revenue * 2 <= 10: 0"], []),
    "the same two compared": (["annual_revenue > gross_margin: 1", "annual_revenue <= gross_margin: 0"], []),
    "the same two, turned round": (["annual_revenue > gross_margin: 1", "gross_margin >= annual_revenue: 0"], []),
    "stricter later": (["annual_revenue > 5: 1", "annual_revenue > 9: 2", "else: 0"], ["shadowed-case"]),
    "stricter first": (["annual_revenue > 9: 2", "annual_revenue > 5: 1", "else: 0"], []),
    "the same twice": (["listed: 1", "annual_revenue > 5: 3", "listed: 2", "else: 0"], ["duplicate-case"]),
    "covered by two": (["annual_revenue > 5: 1", "listed: 2", "listed or annual_revenue > 7: 3", "else: 0"], ["shadowed-case"]),
    "covered but for missing": (["listed and gross_margin > 0.5: 2", "listed: 1", "else: 0"], []),
    "dates": (['registered_on < "2020-01-01": 1', 'registered_on >= "2020-01-01": 0'], []),
    "dates with a hole": (['registered_on < "2020-01-01": 1', 'registered_on > "2020-01-01": 0'], ["case-gap"]),
    "days leave no room": (['registered_on <= "2020-01-01": 1', 'registered_on >= "2020-01-02": 0'], []),
    "whole numbers leave no room": (["count(orders) > 3: 1", "count(orders) < 4: 0"], []),
    "never true": (["annual_revenue > 5 and annual_revenue < 3: 1", "else: 0"], ["always-false"]),
    "always true": (["annual_revenue > 3 or annual_revenue < 5: 1", "listed: 2", "else: 0"], ["always-true", "shadowed-case"]),
    "a last case for all": (["listed: 1", "annual_revenue >= 0 or annual_revenue < 0: 0"], []),
    "literally true": (["listed: 1", "true: 0"], []),
    "percent as a number": (["gross_margin > 30: 1", "else: 0"], ["outside-range"]),
    "chained": (["0 <= gross_margin < 0.3: 0", "0.3 <= gross_margin <= 1: 1"], []),
    "chained with a hole": (["0 <= gross_margin < 0.3: 0", "0.4 <= gross_margin <= 1: 1"], ["case-gap"]),
    "choice": (["listed if annual_revenue > 5 else false: 1", "else: 0"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_decision_tables(name: str, tmp_path: Path) -> None:
    items, expected = CASES[name]
    lines = []
    for item in items:
        condition, _, points = item.rpartition(": ")
        lines.append(
            f"  - {{else: {points}}}"
            if condition == "else"
            else f"  - {{when: '{condition}', points: {points}}}"
        )
    assert expected == codes(findings(tmp_path, "cases:\n" + "\n".join(lines)))


def test_the_witness_of_a_gap_is_said(tmp_path: Path) -> None:
    body = "cases:\n  - {when: listed and annual_revenue >= 100, points: 2}\n  - {when: annual_revenue < 100, points: 0}"
    (problem,) = findings(tmp_path, body)
    assert problem.facts["example"] == "listed = false, annual_revenue = 100"


def test_a_gap_that_does_not_apply_is_none(tmp_path: Path) -> None:
    body = "cases:\n  - {when: annual_revenue > 5, points: 2}\n  - {when: annual_revenue > 3, points: 0}\napplies: annual_revenue > 3"
    assert findings(tmp_path, body) == []


def test_features_that_are_conditions_are_looked_into(tmp_path: Path) -> None:
    head = "features:\n  large: {title: {zh: 大, en: Large}, is: annual_revenue > 5}\n"
    body = "cases:\n  - {when: large, points: 2}\n  - {when: annual_revenue > 9, points: 1}\n  - {else: 0}"
    assert codes(findings(tmp_path, body, head)) == ["shadowed-case"]


def test_lookups_may_name_every_value_and_have_an_else(tmp_path: Path) -> None:
    assert findings(tmp_path, "of: region\nlookup: {north: 1, south: 2, east: 3}\nelse: 0") == []
    assert codes(findings(tmp_path, 'of: annual_revenue\nlookup: {"1": 1, "1.0": 2}\nelse: 0')) == [
        "duplicate-case"
    ]


def test_too_many_situations_are_left_alone(tmp_path: Path) -> None:
    names = " and ".join(f"abs(annual_revenue - {number}) > 1" for number in range(30))
    assert (
        findings(tmp_path, f"cases:\n  - {{when: '{names}', points: 1}}\n  - {{when: listed, points: 0}}")
        == []
    )


def test_gates_and_applies_are_looked_at(tmp_path: Path) -> None:
    gate = (
        "gates:\n  - id: low\n    title: {zh: 低, en: Low}\n    when: score.quality > 100\n    cap: {tier: ordinary}\n"
        "    reason: {zh: 低, en: low}\n    source: judgement\ntiers:"
    )
    pack = (PROBLEMS / "tiny" / "pack.yaml").read_text(encoding="utf-8").replace("tiers:", gate)
    assert codes(list(lint.run(pack_of(tmp_path, {"pack.yaml": pack})))) == ["outside-range"]
    assert codes(
        findings(tmp_path, "when: listed\npoints: 1\napplies: region != 'north' or region != 'south'")
    ) == ["always-true"]


# ---- tiers -------------------------------------------------------------------------------------------------------

TIERS = {
    "falling": (["composite >= 75", "composite >= 55"], []),
    "rising": (["composite >= 55", "composite >= 75"], ["b"]),
    "more demands": (["composite >= 75 and score.quality >= 60", "composite >= 75", "composite >= 50"], []),
    "out of reach": (["composite > 100", "composite >= 50"], ["a"]),
    "out of reach of the rules": (["score.quality < 20", "composite >= 50"], ["a"]),
    "passed over when missing": (["composite >= 50 and score.quality >= 0", "composite >= 60"], []),
    "the same twice": (["composite >= 50", "composite >= 50"], ["b"]),
    "coverage": (["composite >= 75 and coverage >= 0.8", "composite >= 75"], []),
    "coverage as percent": (["coverage >= 80", "composite >= 75"], ["a"]),
    "rest unreachable": (["composite >= 0 or is_missing(composite)"], ["last"]),
}


@pytest.mark.parametrize("name", TIERS)
def test_unreachable_tiers(name: str, tmp_path: Path) -> None:
    conditions, expected = TIERS[name]
    head = (PROBLEMS / "tiny" / "pack.yaml").read_text(encoding="utf-8").split("tiers:")[0]
    tiers = [
        f"  - {{id: {letter}, title: {{zh: 级, en: Tier}}, when: {condition}, source: judgement}}\n"
        for letter, condition in zip("abc", conditions, strict=False)
    ]
    last = "  - {id: last, title: {zh: 末, en: Last}}\n"
    found = list(lint.run(pack_of(tmp_path, {"pack.yaml": head + "tiers:\n" + "".join(tiers) + last})))
    assert ["unreachable-tier"] * len(expected) == codes(found)
    assert expected == [problem.facts["tier"] for problem in found]


# ---- the rest ----------------------------------------------------------------------------------------------------


def test_weights(tmp_path: Path) -> None:
    assert codes(run(tmp_path, dimension().replace("rules:\n", ""))) == ["empty-dimension"]
    second = rule("when: listed\npoints: 1").replace("id: example", "id: other")
    found = run(tmp_path, dimension(rule("when: listed\npoints: 1\nweight: 9"), second))
    assert [(problem.code, problem.facts["share"]) for problem in found] == [("dominant-rule", 90)]


def test_points_of_a_mean_are_from_0_to_100(tmp_path: Path) -> None:
    assert codes(findings(tmp_path, "when: listed\npoints: 101")) == ["points-off-scale"]
    assert codes(findings(tmp_path, "formula: gross_margin * 100\nmin: -5")) == ["points-off-scale"]
    assert codes(findings(tmp_path, "when: listed\npoints: 1\non_missing: {points: -1}")) == [
        "points-off-scale"
    ]
    assert findings(tmp_path, "when: listed\npoints: -30", "combine: sum\ninitial: 50\n") == []


def test_what_nothing_uses(tmp_path: Path) -> None:
    head = "features:\n  n: {title: {zh: 数, en: Number}, is: count(orders)}\n  twice: {title: {zh: 倍, en: Twice}, is: n * 2}\n"
    assert [
        p.facts["name"]
        for p in findings(tmp_path, "when: n > 3\npoints: 1", head)
        if p.code == "unused-feature"
    ] == ["twice"]
    assert findings(tmp_path, "when: twice > 3\npoints: 1", head) == []


def test_features_of_an_extended_pack_may_be_unused(tmp_path: Path) -> None:
    head = "features:\n  n: {title: {zh: 数, en: Number}, is: count(orders)}\n"
    assert findings(tmp_path, "when: n > 3\npoints: 1", head) == []
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.yaml").write_text(
        "id: other\nversion: 1.0.0\ntitle: {zh: 另, en: Other}\nextends: tiny\n", encoding="utf-8"
    )
    (other / "quality.yaml").write_text(
        "dimension: quality\nrules:\n  - {id: example, when: listed, points: 1}\n", encoding="utf-8"
    )
    pack, problems = load(other, tmp_path / "tables.yaml", tmp_path)
    assert pack is not None, list(problems)
    assert list(lint.run(pack)) == []


def test_texts_in_both_languages(tmp_path: Path) -> None:
    def of(zh: str, en: str) -> list[str]:
        text = rule("when: listed\npoints: 1").replace(
            "{zh: 例子, en: Example}", f'{{zh: "{zh}", en: "{en}"}}'
        )
        return codes(run(tmp_path, dimension(text)))

    assert of("质量", "Quality") == []
    assert of("NPS", "NPS") == []
    assert of("Quality", "Quality") == ["missing-translation"]
    assert of("质量", "质量") == ["missing-translation"]
    assert of("质量", " ") == ["blank-text"]


def test_sources_and_reasons(tmp_path: Path) -> None:
    bare = rule("when: listed\npoints: 1").replace(TAIL, "")
    found = run(tmp_path, dimension(bare))
    assert [(problem.code, problem.severity) for problem in found] == [
        ("missing-source", "warning"),
        ("missing-why", "note"),
    ]


def test_personal_data_is_noted(tmp_path: Path) -> None:
    (problem,) = findings(tmp_path, "when: is_missing(contact_phone)\npoints: 1")
    assert (problem.code, problem.severity, problem.facts["fields"]) == (
        "personal-fields",
        "note",
        ["contact_phone"],
    )


# ---- the solver is right -------------------------------------------------------------------------------------------

SCOPE = Scope(
    {"annual_revenue": "number", "gross_margin": "number", "region": "text", "listed": "bool"},
    {"region": ("north", "south", "east")},
)
GRID: dict[str, list[float | str | bool | None]] = {
    "annual_revenue": [None, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0],
    "gross_margin": [None, 0.0, 0.2, 0.5, 0.7, 1.0],
    "region": [None, "north", "south", "east"],
    "listed": [None, True, False],
}
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
REVENUE = st.sampled_from(["1", "2", "3"])
ATOMS = st.one_of(
    st.builds("annual_revenue {} {}".format, SIGNS, REVENUE),
    st.builds("{} {} annual_revenue {} {}".format, REVENUE, SIGNS, SIGNS, REVENUE),
    st.builds("coalesce(annual_revenue, {}) {} {}".format, REVENUE, SIGNS, REVENUE),
    st.builds("(annual_revenue if listed else {}) {} {}".format, REVENUE, SIGNS, REVENUE),
    st.builds("annual_revenue in [{}, {}]".format, REVENUE, REVENUE),
    st.builds("gross_margin {} 0.5".format, SIGNS),
    st.sampled_from([
        "listed", "coalesce(listed, true)", "is_missing(listed)", "is_missing(annual_revenue)", 'region == "north"',
        'region != "south"', 'region in ["north", "east"]', "is_missing(region)", 'coalesce(region, "east") == "east"',
    ]),
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner), st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner), st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)  # fmt: skip


def typed(text: str) -> Tree:
    problems: list[str] = []
    tree = check_text(text, SCOPE, "bool", lambda code, *_, **__: problems.append(code))
    assert tree is not None, (text, problems)
    return tree


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(pack_of(tmp_path_factory.mktemp("world"), {}))


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(CONDITIONS, min_size=1, max_size=3))
def test_the_solver_agrees_with_trying_every_value(texts: list[str], world: World) -> None:
    """Which case holds first, in all values of a fine grid: exactly those that the solver calls reachable."""
    trees = [typed(text) for text in texts]
    used = sorted(set().union(*(tree.names() for tree in trees)))
    evaluator = Evaluator()
    reached: set[int] = set()
    for values in itertools.product(*(GRID[name] for name in used)):
        record = dict(zip(used, values, strict=True))
        for index, tree in enumerate(trees):
            value = evaluator.value(tree, record)
            if value is not False:
                reached.add(index if value else -2)
                break
        else:
            reached.add(-1)
    space = Space(trees, world)
    assert not space.too_large
    free, found = space.all, set()
    for index, tree in enumerate(trees):
        truth = space.truth(tree)
        assert not truth.yes & truth.no
        found |= {index} if truth.yes & free else set()
        free &= truth.no
    found |= {-1} if free else set()
    assert reached - {-2} == found


@settings(max_examples=100, deadline=None)
@given(
    low=st.sampled_from([-5.0, 0.0, 1.0, float("-inf")]), high=st.sampled_from([1.0, 2.5, 9.0, float("inf")]),
    below=st.sampled_from([float("-inf"), -7.0, 0.0, 0.5, 1.0, 3.0]), above=st.sampled_from([0.0, 0.7, 1.0, 2.0, 4.0, float("inf")]),
    whole=st.booleans(),
)  # fmt: skip
def test_a_number_between_is_between(
    low: float, high: float, below: float, above: float, whole: bool
) -> None:
    found = between(below, above, low, high, whole)
    grid = [step / 4 for step in range(-60, 80)]
    some = [x for x in grid if below < x < above and low <= x <= high and (not whole or x == int(x))]
    if found is None:
        assert some == []
    else:
        assert below < found < above
        assert low <= found <= high
        assert not whole or found == int(found)


def test_problems_are_collected_once(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, {})
    assert isinstance(lint.run(pack), Problems)
    assert list(lint.run(pack)) == []
