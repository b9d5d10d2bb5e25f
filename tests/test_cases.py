# SPDX-License-Identifier: Apache-2.0
"""The cases of `cases/**.yaml`, each on every engine. README.md beside this file says how to write one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from harness import (
    AS_OF,
    ENGINES,
    EVENTS,
    KINDS,
    Outcome,
    Refused,
    base_tables,
    by_frame,
    by_row,
    day_of,
    evaluate,
    frame_of,
    iso_of,
    make_pack,
    plan_of,
    same,
    typed,
)  # fmt: skip
from rulescore.kinds import BY_NAME
from rulescore.lang.syntax import Tree, text_of
from rulescore.model import Pack
from rulescore.problems import Problems
from rulescore.scoring import STATES
from rulescore.source import read_yaml

FOLDER = Path(__file__).parent / "cases"
SUBJECTS = ("expression", "rule", "dimensions")
KEYS = {
    "name",
    "labels",
    "as_of",
    "note",
    *SUBJECTS,
    "settings",
    "features",
    "given",
    "want",
    "rows",
    "want_problem",
}
WANTS = {
    "points",
    "composite",
    "low",
    "high",
    "coverage",
    "tier",
    "tier_reason",
    "gates",
    "undecided",
    "reasons",
    "rules",
    "dimensions",
    "features",
}


@cache
def cases() -> dict[str, dict[str, Any]]:
    """Every case by its id, `folder/file::name`."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.rglob("*.yaml")):
        problems = Problems()
        document = read_yaml(path, problems, str(path))
        assert not list(problems), f"{path}: {[str(problem) for problem in problems]}"
        for case in document.data["cases"]:
            key = f"{path.relative_to(FOLDER).with_suffix('')}::{case['name']}"
            assert key not in found, f"two cases are named {key}"
            found[key] = case
    return found


def rows_of(case: Mapping[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """(given, want) of each customer of the case."""
    if "rows" in case:
        return [
            ({key: value for key, value in row.items() if key != "want"}, row.get("want"))
            for row in case["rows"]
        ]
    return [(dict(case.get("given", {})), case.get("want"))]


@pytest.mark.parametrize("key", list(cases()))
def test_case_is_well_formed(key: str) -> None:
    """Guards the cases themselves: a key that nobody reads, or a case that wants nothing, would test nothing."""
    case = cases()[key]
    assert set(case) <= KEYS, f"unknown keys {set(case) - KEYS}"
    assert sum(subject in case for subject in SUBJECTS) == 1
    assert case.get("labels"), "labels say what the case is about"
    if "want_problem" in case:
        return
    wants = [want for _, want in rows_of(case)]
    assert any(want is not None for want in wants)
    if "dimensions" in case:
        assert all(set(want) <= WANTS for want in wants if want is not None)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", [key for key, case in cases().items() if "want_problem" not in case])
def test_case(key: str, engine: str) -> None:
    """Guards what the case says, on this engine."""
    case = cases()[key]
    if "expression" in case and not needs_a_run(case):
        check_expression(case, engine)
    elif "expression" in case:
        check_feature(case, engine)
    elif "rule" in case:
        check_rule(case, engine)
    else:
        check_pack(case, engine)


@pytest.mark.parametrize("key", [key for key, case in cases().items() if "want_problem" in case])
def test_problem(key: str) -> None:
    """Guards what is refused: by the code, and for an expression by the words it points at."""
    case = cases()[key]
    wanted = case["want_problem"]
    with pytest.raises(Refused) as refused:
        if "expression" in case:
            typed(case["expression"])
        else:
            pack_of(case)
    if isinstance(wanted, str):
        assert [code for code, _ in refused.value.found] == [wanted]
    else:
        assert refused.value.found == [(wanted["code"], wanted["at"])]


# ---- expressions ----------------------------------------------------------------------------------------


@cache
def tree_of(text: str | float | bool) -> Tree:
    return typed(text)


def needs_a_run(case: Mapping[str, Any]) -> bool:
    """Whether the expression speaks of events, of the whole base or of the date: then only a run computes it."""
    tree = tree_of(case["expression"])
    return any(node.op in ("aggregate", "base") or node.value == "as_of" for node in tree.walk())


def plain(name: str, value: Any) -> Any:
    """A value of the case as expressions see it."""
    match KINDS.get(name, "text"), value:
        case _, None:
            return None
        case "number", _:
            return float(value)
        case "date", _:
            return float(day_of(value))
    return value


def shown(kind: str, value: Any) -> Any:
    return iso_of(value) if kind == "date" and value is not None else value


def wanted_value(want: Any) -> Any:
    if want == "missing":
        return None
    return float(want) if isinstance(want, int) and not isinstance(want, bool) else want


def check_expression(case: Mapping[str, Any], engine: str) -> None:
    tree = tree_of(case["expression"])
    rows = rows_of(case)
    records = [
        {**dict.fromkeys(KINDS), "level": None, **{key: plain(key, value) for key, value in given.items()}}
        for given, _ in rows
    ]
    if engine == "row":
        found = by_row(tree, records)
    else:
        found = by_frame([tree], frame_of(records, {**KINDS, "level": "text"}))[0]
    for (given, want), value in zip(rows, found, strict=True):
        assert same(shown(tree.kind, value), wanted_value(want)), (
            f"{text_of(tree)} of {given} is {value!r}, not {want!r}"
        )


def check_feature(case: Mapping[str, Any], engine: str) -> None:
    tree = tree_of(case["expression"])
    inputs = outcome_of(case, engine).inputs
    for index, (given, want) in enumerate(rows_of(case)):
        value = inputs["answer"][index]
        value = value.isoformat() if tree.kind == "date" and value is not None else value
        assert want is None or same(value, wanted_value(want)), (
            f"{text_of(tree)} of {given} is {value!r}, not {want!r}"
        )


# ---- rules and packs ------------------------------------------------------------------------------------


def pack_of(case: Mapping[str, Any]) -> Pack:
    features = dict(case.get("features", {}))
    if "dimensions" in case:
        dimensions = case["dimensions"]
    elif "rule" in case:
        dimensions = {"one": {"rules": [{"id": "rule", **case["rule"]}], "features": features}}
    else:
        rules = [{"id": "rule", "formula": "0"}]
        dimensions = {"one": {"rules": rules, "features": {"answer": case["expression"], **features}}}
    with TemporaryDirectory() as folder:
        return make_pack(Path(folder), dimensions, case.get("settings"))


def outcome_of(case: Mapping[str, Any], engine: str) -> Outcome:
    """The run of the case's customers, in their order."""
    pack = pack_of(case)
    customers: list[dict[str, Any]] = []
    events: dict[str, list[dict[str, Any]]] = {}
    for index, (given, _) in enumerate(rows_of(case)):
        own_id = str(given.get("customer_id", f"C{index + 1:03d}"))
        customers.append(
            {"customer_id": own_id, **{key: value for key, value in given.items() if key not in EVENTS}}
        )
        for table in EVENTS.keys() & given.keys():
            events.setdefault(table, []).extend({"customer_id": own_id, **row} for row in given[table])
    plan = plan_of(pack, case.get("as_of", AS_OF), every_feature=True)
    return evaluate(plan, base_tables(pack, customers, events), engine)


def check_rule(case: Mapping[str, Any], engine: str) -> None:
    outcome = outcome_of(case, engine)
    pack = outcome.run.pack
    for index, (given, want) in enumerate(rows_of(case)):
        found = outcome_facts(outcome, pack, "rule", index)
        assert_outcome(found, want, f"{given}")


def outcome_facts(outcome: Outcome, pack: Pack, rule_id: str, index: int) -> dict[str, Any]:
    number, units = outcome.trace[f"{rule_id}.case"][index], outcome.trace[f"{rule_id}.points"][index]
    state = STATES.get(number, "scored")
    name = pack.rule(rule_id).cases[number].id if number >= 0 else ""
    counts = state == "scored" or (state == "missing" and pack.rule(rule_id).missing_points is not None)
    return {
        "state": state,
        "case": name,
        "position": number + 1,
        "points": units / 10_000 if counts else None,
    }


def assert_outcome(found: Mapping[str, Any], want: Any, about: str) -> None:
    """A wanted outcome is points, a state, or a mapping of points, case (its id, or its position from 1) and state."""
    match want:
        case None:
            return
        case "missing" | "not_applicable" | "error":
            assert (found["state"], found["points"]) == (want, None), f"{about}: {found}"
        case int() | float():
            assert (found["state"], found["points"]) == ("scored", want), f"{about}: {found}"
        case _:
            key = {str: "case", int: "position"}.get(type(want.get("case")))
            if key:
                assert found[key] == want["case"], f"{about}: {found}"
            for what in ("points", "state"):
                assert what not in want or found[what] == want[what], f"{about}: {found}"


def check_pack(case: Mapping[str, Any], engine: str) -> None:
    outcome = outcome_of(case, engine)
    pack = outcome.run.pack
    rows = outcome.scores.to_dicts()
    for index, (given, want) in enumerate(rows_of(case)):
        row, about = rows[index], f"{given}"
        for rule_id, wanted in (want or {}).get("rules", {}).items():
            assert_outcome(outcome_facts(outcome, pack, rule_id, index), wanted, f"{about}: {rule_id}")
        for name, wanted in (want or {}).get("features", {}).items():
            assert same(outcome.inputs[name][index], wanted_value(wanted)), (
                f"{about}: {name} is {outcome.inputs[name][index]!r}"
            )
        for dimension, points in (want or {}).get("dimensions", {}).items():
            assert row[dimension] == (None if points == "not_assessed" else points), (
                f"{about}: {dimension} is {row[dimension]}"
            )
        acts = {gate.id: outcome.trace[f"gate.{gate.id}"][index] for gate in pack.gates}
        found = {
            **{key: row[key] for key in ("composite", "low", "high", "coverage", "tier", "tier_reason")}, "reasons": [word for word in row["reasons"].split(";") if word],
            "gates": [gate for gate, acted in acts.items() if acted], "undecided": [gate for gate, acted in acts.items() if acted is None],
        }  # fmt: skip
        for key in found.keys() & (want or {}).keys():
            wanted = None if want[key] in ("not_assessed", "none") else want[key]
            assert found[key] == wanted, f"{about}: {key} is {found[key]}, not {want[key]}"


# ---- the cases as a whole -------------------------------------------------------------------------------


def test_every_kind_has_its_file() -> None:
    """Guards new kinds: each has a file of cases with its boundaries."""
    assert {path.stem for path in (FOLDER / "kinds").glob("*.yaml")} >= set(BY_NAME)


def test_numbers_are_many_enough() -> None:
    """Guards against cases that are not found, were the folder moved."""
    assert len(cases()) > 100
