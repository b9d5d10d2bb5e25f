# SPDX-License-Identifier: Apache-2.0
"""A pack's own tests: run on both engines, compared with what they want, and measured by what they reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from click.testing import CliRunner, Result
from rulescore import messages, testing
from rulescore.cli import group
from rulescore.engines.row import RowEngine
from rulescore.loading import load_or_raise
from rulescore.messages import LANGUAGES, catalogue, lines
from rulescore.plan import make_plan
from rulescore.problems import Problems
from rulescore.source import read_yaml
from rulescore.testing import evaluation, output, wording
from rulescore.testing.missing import can_be_missing

WORDS = "{zh: 甲, en: A}"

TABLES = f"""
tables:
  customers:
    title: {WORDS}
    key: customer_id
    fields:
      customer_id: {{type: text, title: {WORDS}, required: true}}
      rating: {{type: integer, min: 1, max: 5, title: {WORDS}}}
      spend: {{type: number, title: {WORDS}}}
      region: {{type: text, values: [north, south], title: {WORDS}}}
      blocked: {{type: bool, title: {WORDS}}}
      joined: {{type: date, title: {WORDS}}}
  visits:
    title: {WORDS}
    customer: customer_id
    date: seen_on
    fields:
      customer_id: {{type: text, title: {WORDS}}}
      seen_on: {{type: date, title: {WORDS}}}
      minutes: {{type: number, min: 0, title: {WORDS}}}
"""

PACK = f"""
id: tiny
version: 1.0.0
title: {WORDS}
dimensions: {{demand: 2, files: 1}}
gates:
  - {{id: blocked-customer, title: {WORDS}, when: blocked, cap: {{composite: 10}}, reason: {WORDS}, source: judgement}}
tiers:
  - {{id: high, title: {WORDS}, when: composite >= 60, source: judgement}}
  - {{id: low, title: {WORDS}}}
"""

DEMAND = f"""
dimension: demand
title: {WORDS}
features:
  visits_12m: {{title: {WORDS}, is: 'count(visits, within="12m")'}}
  place: {{title: {WORDS}, is: percentile(spend)}}
  years: {{title: {WORDS}, is: 'years_between(joined, as_of)'}}
rules:
  - {{id: rating, title: {WORDS}, of: rating, bands: [{{below: 3, points: 20}}, {{from: 3, points: 80}}], source: judgement}}
  - {{id: region, title: {WORDS}, of: region, lookup: {{north: 100, south: 60}}, else: 0, source: judgement}}
  - {{id: visits, title: {WORDS}, when: visits_12m >= 2, points: 100, else: 10, applies: years >= 1, source: judgement}}
  - {{id: standing, title: {WORDS}, formula: place, on_missing: worst, source: judgement}}
"""

FILES = f"""
dimension: files
title: {WORDS}
rules:
  - id: known
    title: {WORDS}
    source: judgement
    checklist:
      - {{id: rating, title: {WORDS}, when: not is_missing(rating), points: 50}}
      - {{id: spend, title: {WORDS}, when: 'coalesce(spend, 0) > 0', points: 50}}
"""

AT = "as_of: 2026-06-30"
PASSING = f"""
tests:
  - {{name: rating of two, {AT}, labels: [rating], given: {{rating: 2}}, want: {{rules: {{rating: 20, known: 50}}, tier: low}}}}
  - {{name: rating of three, {AT}, given: {{rating: 3}}, want: {{rules: {{rating: {{points: 80, case: 2, state: scored}}}}, composite: 43.33}}}}
  - {{name: nothing known, {AT}, given: {{}}, want: {{rules: {{rating: missing, visits: missing, standing: {{points: 0, state: missing}}}}, gates: []}}}}
  - {{name: north, {AT}, given: {{region: north}}, want: {{rules: {{region: 100, known: {{case: items, points: 0}}}}, dimensions: {{demand: 50}}}}}}
  - name: two visits
    {AT}
    given: {{joined: 2020-06-30, spend: 5, visits: [{{seen_on: 2026-01-01}}, {{seen_on: 2026-06-30, minutes: 3}}, {{seen_on: 2025-06-30}}]}}
    want: {{rules: {{visits: 100, standing: 100, known: 50}}, features: {{visits_12m: 2, years: 6, place: 100}}, low: 53.33, high: 83.33, coverage: 0.6667}}
  - name: no visits, given as an empty list
    {AT}
    given: {{joined: 2020-06-30, visits: []}}
    want: {{rules: {{visits: 10}}, features: {{visits_12m: 0, place: missing}}}}
  - name: a new customer
    {AT}
    given: {{joined: 2026-01-01, region: south, blocked: true}}
    want: {{rules: {{visits: not_applicable, region: {{case: '2'}}}}, gates: [blocked-customer], composite: 10, tier: low}}
  - name: third of four
    {AT}
    given: {{spend: 20}}
    base: [{{spend: 40}}, {{spend: 30}}, {{spend: 10}}, {{region: north}}]
    want: {{rules: {{standing: 50}}}}
  - name: standing given
    {AT}
    given: {{place: 70, region: north, blocked: false, spend: 1, rating: 5}}
    want: {{rules: {{standing: 70, region: 100, known: 100}}, gates: [], tier: high, dimensions: {{demand: 83.3333}}}}
  - {{name: region unknown, {AT}, given: {{rating: 1}}, want: {{rules: {{region: missing}}}}}}
"""

Make = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Make:
    """Writes the tiny pack with the given tests; keywords replace or add files."""

    def make(tests: str = PASSING, **files: str) -> Path:
        folder = tmp_path / "tiny"
        folder.mkdir(exist_ok=True)
        for name, text in {
            "pack": PACK,
            "demand": DEMAND,
            "files": FILES,
            "tables": TABLES,
            "tests": tests,
            **files,
        }.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


def report_of(folder: Path) -> testing.PackReport:
    report, problems = testing.run(folder)
    assert [problem.code for problem in problems] == []
    assert report is not None
    return report


def only(**test: str) -> str:
    """A tests.yaml of one test, whose given and want are YAML text."""
    parts = {
        "name": "one",
        "as_of": "2026-06-30",
        "given": "{rating: 2}",
        "want": "{rules: {rating: 20}}",
        **test,
    }
    return "tests:\n  - {" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}\n"


# ---- passing and failing --------------------------------------------------------------------------------


def test_a_pack_whose_tests_hold_passes_and_is_wholly_tested(pack: Make) -> None:
    report = report_of(pack())
    assert [verdict.mismatches for verdict in report.failed] == []
    assert [(branch.kind, branch.owner, branch.name) for branch in report.coverage.gaps] == []
    assert (len(report.verdicts), report.coverage.percent) == (10, 100.0)


def test_a_test_alone_comes_to_the_same_as_among_others(pack: Make) -> None:
    """All tests of a date share one plan and one frame; the plan that takes the test's own given features is the meaning."""
    folder = pack()
    loaded, problems = load_or_raise(folder)
    tests = testing.read_suite(loaded, folder, problems).tests
    for item in testing.evaluate(loaded, tests, problems):
        customers = item.test.customers
        plan = make_plan(loaded, item.test.as_of, given=customers[0].features)
        records = [
            {**dict.fromkeys(plan.fields), **customer.fields, **customer.features} for customer in customers
        ]
        events = [
            {table: customer.events.get(table, ()) for table in item.test.tables} for customer in customers
        ]
        alone = RowEngine(plan).evaluate_base(records, events)[0]
        assert (alone.outcomes, alone.composite, alone.tier) == (
            item.result.outcomes,
            item.result.composite,
            item.result.tier,
        )
        assert item.differences == ()


FAILING = [
    ("{rules: {rating: 80}}", "rules.rating", "80 points", "20 points, case 1", "rating = 2"),
    ("{rules: {rating: missing}}", "rules.rating", "missing", "20 points, case 1", "rating = 2"),
    ("{rules: {rating: {case: 2}}}", "rules.rating", "case 2", "20 points, case 1", "rating = 2"),
    ("{rules: {visits: 10}}", "rules.visits", "10 points", "missing", "years = missing, visits_12m = missing"),
    ("{dimensions: {demand: 99}}", "dimensions.demand", "99", "10", "rating = 20, region = missing, visits = missing, standing = 0"),
    ("{dimensions: {demand: not_assessed}}", "dimensions.demand", "not assessed", "10", "rating = 20, region = missing, visits = missing, standing = 0"),
    ("{composite: 1}", "composite", "1", "23.33", "demand = 10, files = 50"),
    ("{low: 1}", "low", "1", "20", "demand = 10, files = 50"),
    ("{high: 1}", "high", "1", "70", "demand = 10, files = 50"),
    ("{coverage: 1}", "coverage", "1", "0.5", "demand = 10, files = 50"),
    ("{tier: high}", "tier", "high", "low", "tier_reason = reached, composite = 23.33"),
    ("{gates: [blocked-customer]}", "gates", "blocked-customer", "none", "blocked = missing"),
    ("{features: {years: 3}}", "features.years", "3", "missing", "joined = missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("want", "key", "expected", "actual", "inputs"), FAILING, ids=[case[0] for case in FAILING]
)
def test_a_failure_says_what_was_expected_and_found_and_from_what(
    pack: Make, want: str, key: str, expected: str, actual: str, inputs: str
) -> None:
    report = report_of(pack(only(want=want)))
    (verdict,) = report.failed
    assert list(wording.failure_lines(report.pack, verdict, "en")) == [
        f"{key}: expected {expected}; found {actual}", f"  from {inputs}",
    ]  # fmt: skip
    assert verdict.mismatches[0].expectation.span.line == 2


def test_a_feature_is_equal_to_six_decimals_and_no_further(pack: Make) -> None:
    thirds = "{spend: 1}, base: [{spend: 2}, {spend: 3}]"
    assert report_of(pack(only(given=thirds, want="{features: {place: 33.333333}}"))).passed
    assert not report_of(pack(only(given=thirds, want="{features: {place: 33.33333}}"))).passed


def test_engines_that_differ_fail_the_test(pack: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = evaluation.by_frame

    def altered(*args: object) -> pl.DataFrame:
        return honest(*args).with_columns(pl.lit(1, dtype=pl.Int8).alias("rating.case"))  # type: ignore[arg-type]

    monkeypatch.setattr(evaluation, "by_frame", altered)
    report = report_of(pack(only()))
    (verdict,) = report.failed
    assert list(wording.failure_lines(report.pack, verdict, "en")) == [
        "the engines differ in rating.case: row 0, frame 1"
    ]


# ---- coverage -------------------------------------------------------------------------------------------


def gaps(report: testing.PackReport) -> set[tuple[str, str, str]]:
    return {(branch.kind, branch.owner, branch.name) for branch in report.coverage.gaps}


def test_what_no_test_goes_through_is_listed_with_its_place(pack: Make) -> None:
    report = report_of(pack(only(want="{rules: {rating: 20, known: 50}, tier: low, gates: []}")))
    assert gaps(report) == {
        ("case", "rating", "1"), ("missing", "rating", ""), ("case", "region", "0"), ("case", "region", "1"), ("missing", "region", ""),
        ("case", "visits", "0"), ("case", "visits", "1"), ("missing", "visits", ""), ("not-applicable", "visits", ""),
        ("case", "standing", "0"), ("missing", "standing", ""), ("part-not-held", "known", "rating"), ("part-held", "known", "spend"),
        ("gate-acted", "blocked-customer", ""), ("gate-idle", "blocked-customer", ""), ("tier", "high", ""),
    }  # fmt: skip
    assert (report.coverage.covered, report.coverage.total, report.coverage.percent) == (5, 21, 23.8)
    lines = [wording.gap_line(branch, report.pack, "en") for branch in report.coverage.gaps]
    assert lines[0].endswith("demand.yaml:9:85: not tested: rating, case 2")


def test_a_branch_taken_by_the_way_is_not_tested(pack: Make) -> None:
    report = report_of(pack(only(want="{rules: {known: 50}}")))
    assert ("case", "rating", "0") in gaps(report)
    report = report_of(pack(only(want="{dimensions: {demand: 10}}")))
    assert ("case", "rating", "0") not in gaps(report)


NEVER = [
    ("{formula: 'coalesce(spend, 0)'}", False),
    ("{formula: spend}", True),
    ("{formula: '10 / coalesce(spend, 1)'}", True),
    ("{formula: spend / 4, applies: not is_missing(spend)}", False),
    ("{cases: [{when: is_missing(rating), points: 1}, {when: rating > 3, points: 2}, {else: 3}]}", False),
    ("{cases: [{when: is_missing(rating) and is_missing(spend), points: 1}, {when: rating > 3, points: 2}, {else: 3}]}", True),
    ("{when: is_missing(rating) or rating > 3, points: 1}", False),
    ("{when: 'visits_12m > 3', points: 1}", True),
    ("{when: 'coalesce(visits_12m, 0) > 3 and coalesce(blocked, false)', points: 1}", False),
    ("{when: '(spend if coalesce(blocked, false) else 1) > 3', points: 1}", True),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "missing"), NEVER, ids=[case[0] for case in NEVER])
def test_only_rules_that_can_be_missing_have_a_missing_branch(pack: Make, rule: str, missing: bool) -> None:
    extra = f"dimension: files\ntitle: {WORDS}\nrules:\n  - {{id: tried, title: {WORDS}, {rule[1:-1].replace('false', 'False')}}}\n"
    loaded, _ = load_or_raise(pack(files=extra))
    assert can_be_missing(loaded, loaded.rule("tried")) == missing


def test_a_rule_that_fails_on_missing_inputs_is_tested_by_its_error(pack: Make) -> None:
    demand = DEMAND.replace("on_missing: worst", "on_missing: fail")
    report = report_of(pack(only(want="{rules: {standing: error}}"), demand=demand))
    assert report.passed
    assert ("missing", "standing", "") not in gaps(report)


# ---- mistakes in tests.yaml -----------------------------------------------------------------------------

MISTAKES: list[tuple[dict[str, str], str, list[str] | None]] = [
    ({"want": "{rules: {ratings: 20}}"}, "unknown-rule", ["rating"]),
    ({"want": "{dimensions: {demnad: 20}}"}, "unknown-dimension", ["demand"]),
    ({"want": "{indices: {valeu: 20}}"}, "unknown-index", None),
    ({"want": "{tier: hihg}"}, "unknown-tier", ["high"]),
    ({"want": "{gates: [blocked-custommer]}"}, "unknown-gate", ["blocked-customer"]),
    ({"want": "{features: {visits_12: 1}}"}, "unknown-feature", ["visits_12m"]),
    ({"want": "{rules: {rating: {case: 3}}}"}, "unknown-case", []),
    ({"want": "{rules: {visits: {case: esle}}}"}, "unknown-case", ["else"]),
    ({"want": "{rules: {rating: misssing}}"}, "unknown-choice", ["missing"]),
    ({"want": "{rules: {rating: 20.00001}}"}, "points-too-fine", None),
    ({"want": "{rule: {rating: 20}}"}, "unknown-key", ["rules"]),
    ({"want": "{features: {years: old}}"}, "wrong-type", None),
    ({"want": "{}"}, "nothing-wanted", None),
    ({"want": "{rules: {rating: {}}}"}, "nothing-wanted", None),
    ({"given": "{years: 2}", "want": "{features: {years: 2}}"}, "wanted-as-given", None),
    ({"given": "{raiting: 2}"}, "unknown-given", ["rating"]),
    ({"given": "{visit: []}"}, "unknown-given", ["visits"]),
    ({"given": "{customers: []}"}, "unknown-given", None),
    ({"given": "{rating: two}"}, "wrong-type", None),
    ({"given": "{rating: 2.5}"}, "wrong-type", None),
    ({"given": "{rating: true}"}, "wrong-type", None),
    ({"given": "{rating: 6}"}, "test-value-out-of-range", None),
    ({"given": "{spend: 1e16}"}, "number-too-large", None),
    ({"given": "{region: nrth}"}, "unknown-value", ["north"]),
    ({"given": "{region: 5}"}, "wrong-type", None),
    ({"given": "{blocked: 1}"}, "wrong-type", None),
    ({"given": "{joined: 2026-02-30}"}, "date-unreadable", None),
    ({"given": "{joined: 20260230}"}, "wrong-type", None),
    ({"given": "{years: old}"}, "wrong-type", None),
    ({"given": "{visits: {seen_on: 2026-01-01}}"}, "events-wanted", None),
    ({"given": "{visits: 3}"}, "events-wanted", None),
    ({"given": "{visits: [{seen: 2026-01-01, seen_on: 2026-01-01}]}"}, "unknown-field", ["seen_on"]),
    ({"given": "{visits: [{seen_on: 2026-01-01, minuts: 1}]}"}, "unknown-field", ["minutes"]),
    ({"given": "{visits: [{seen_on: 2026-13-01}]}"}, "date-unreadable", None),
    ({"given": "{visits: [{minutes: 1}]}"}, "test-event-undated", None),
    ({"given": "{visits: [{seen_on: 2026-01-01, customer_id: C1}]}"}, "event-customer", None),
    ({"given": "{}", "base": "[{raiting: 2}]"}, "unknown-given", ["rating"]),
    ({"as_of": "2026-06-31"}, "date-unreadable", None),
    ({"as_of": "soon"}, "wrong-form", None),
    ({"giving": "{}"}, "unknown-key", ["given"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "code", "close"), MISTAKES, ids=[f"{code}: {test}" for test, code, _ in MISTAKES]
)
def test_a_mistake_is_a_problem_with_its_place(
    pack: Make, test: dict[str, str], code: str, close: list[str] | None
) -> None:
    report, problems = testing.run(pack(only(**test)))
    assert report is None
    (problem,) = problems
    assert (problem.code, problem.severity) == (code, "error")
    assert str(problem.place).rsplit(":", 2)[0].endswith("tests.yaml")
    assert str(problem.place).split(":")[-2] == "2"
    if close is not None:
        assert problem.facts["close"] == close
    for language in LANGUAGES:
        text, hint = lines(problem, language)
        assert text not in ("", code)
        assert "?" not in text
        assert hint


def test_all_mistakes_are_told_at_once(pack: Make) -> None:
    text = only(given="{raiting: 2, region: nrth}") + only(want="{rules: {ratings: 20}}").split("\n", 1)[1]
    _, problems = testing.run(pack(text))
    assert [problem.code for problem in problems] == [
        "unknown-given",
        "unknown-value",
        "duplicate-test",
        "unknown-rule",
    ]
    assert next(problem for problem in problems if problem.code == "duplicate-test").facts["first"] == 2


def test_a_date_before_a_parameter_has_a_value_is_a_problem(pack: Make) -> None:
    parameters = f"parameters:\n  least: {{title: {WORDS}, values: [{{from: 2026-01-01, value: 1, source: judgement}}]}}\n"
    _, problems = testing.run(pack(only(as_of="2025-12-31"), pack=PACK + parameters))
    assert [(problem.code, str(problem.place).split(":")[-2]) for problem in problems] == [
        ("parameter-without-value", "2")
    ]


def test_an_extending_pack_runs_its_own_tests_and_knows_what_it_removed(pack: Make, tmp_path: Path) -> None:
    base = pack()
    child = tmp_path / "child"
    child.mkdir()
    (child / "pack.yaml").write_text(
        f"id: child\nversion: 1.0.0\ntitle: {WORDS}\nextends: {base.name}\nremove: [visits]\n",
        encoding="utf-8",
    )
    report = report_of(child)
    coverage = report.coverage
    # without `visits` the dimension and so the composite and both tiers differ; the other rules and the gate do not
    assert (report.verdicts, coverage.covered, coverage.total, coverage.inherited) == ((), 0, 2, 15)
    (child / "tests.yaml").write_text(only(), encoding="utf-8")
    assert report_of(child).passed
    (child / "tests.yaml").write_text(only(want="{rules: {visits: 10}}"), encoding="utf-8")
    _, problems = testing.run(child)
    assert [(problem.code, problem.facts["pack"]) for problem in problems] == [("removed-rule", "child")]


def test_every_word_of_the_report_is_there_in_both_languages() -> None:
    keys = [
        {key for key in catalogue(language)["words"] if key.startswith("testing.")} for language in LANGUAGES
    ]
    assert keys[0] == keys[1]
    assert {f"testing.branch.{kind}" for kind in testing.coverage.KINDS} <= keys[0]


# ---- the command ----------------------------------------------------------------------------------------


def command(*args: str | Path) -> Result:
    return CliRunner().invoke(group, ["--lang", "en", "test", *map(str, args)])


def test_the_command_passes(pack: Make) -> None:
    result = command(pack(), "--min-coverage", "100")
    assert (result.exit_code, result.stdout) == (
        0,
        "tiny: 10 tests, 10 passed, 0 failed; 21 of 21 branches tested (100 %)\n",
    )


def test_the_command_fails_on_a_failed_test(pack: Make) -> None:
    result = command(pack(only(want="{tier: high}")))
    assert result.exit_code == 1
    assert "failed: one\n  tier: expected high; found low\n" in result.stdout


def test_the_command_fails_below_the_minimum(pack: Make) -> None:
    folder = pack(only())
    assert command(folder).exit_code == 0
    result = command(folder, "--min-coverage", "50")
    assert result.exit_code == 1
    assert result.stdout.endswith("tiny: 4.7 % of the branches are tested; 50 % are asked for\n")


def test_the_command_refuses_an_invalid_pack_and_invalid_tests(pack: Make, tmp_path: Path) -> None:
    assert command(tmp_path / "nowhere").exit_code == 3
    result = command(pack(only(want="{}")))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "[nothing-wanted]" in result.stderr


def test_json_holds_all_there_is(pack: Make) -> None:
    data = json.loads(
        command(
            pack(only(want="{features: {years: 3}, rules: {rating: {points: 20, case: 2}}}")),
            "--format",
            "json",
        ).stdout
    )
    assert (data["ok"], data["problems"]) == (False, [])
    (found,) = data["packs"]
    assert (found["pack"], found["tests"], found["passed"]) == ("tiny", 1, 0)
    (failure,) = found["failures"]
    wants = {
        mismatch["want"]: (mismatch["expected"], mismatch["actual"], mismatch["inputs"])
        for mismatch in failure["mismatches"]
    }
    assert wants == {
        "features.years": (3, None, {"joined": None}),
        "rules.rating": ({"points": 20.0, "case": 1}, {"points": 20.0, "state": "scored", "case": 0}, {"rating": 2}),
    }  # fmt: skip
    assert found["coverage"]["kinds"]["case"] == {"covered": 1, "total": 8}
    assert len(found["coverage"]["gaps"]) == found["coverage"]["total"] - found["coverage"]["covered"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_junit_is_well_formed_whatever_a_test_is_called(pack: Make, language: str) -> None:
    tests = only(name="'<a> & \"b\" 客户'", labels="['<l>']") + only(want="{tier: high}").split("\n", 1)[1]
    root = ElementTree.fromstring(output.as_junit([report_of(pack(tests))], 50.0, language))
    (suite,) = root
    assert (root.get("tests"), root.get("failures"), suite.get("name")) == ("3", "2", "tiny")
    cases = suite.findall("testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("<l>", '<a> & "b" 客户'),
        ("tiny", "one"),
        ("tiny", "coverage"),
    ]
    assert [len(case.findall("failure")) for case in cases] == [0, 1, 1]


def test_every_problem_of_tests_is_made_by_a_mistake_above() -> None:
    """Beside those of the table: two tests of one name, and a rule or gate that an extending pack removed."""
    path = Path(messages.__file__).parent / "testing.en.yaml"
    codes = read_yaml(path, Problems()).data["problems"]
    assert set(codes) - {code for _, code, _ in MISTAKES} == {
        "duplicate-test",
        "removed-rule",
        "removed-gate",
    }
