# SPDX-License-Identifier: Apache-2.0
"""Indices: how a pack declares them, what a pack that extends it may change, where they may be named, and what they become."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from rulescore import api, lint
from rulescore.audit import explain
from rulescore.comparison.runs import compare
from rulescore.model import Pack
from rulescore.packs.loading import load

W = {"zh": "甲", "en": "A"}
FIELDS = ("one", "two", "three")


def write(folder: Path, name: str, **settings: Any) -> Path:
    """A pack of three dimensions, each scored by the field of its name, with its fields."""
    home = folder / name
    home.mkdir(exist_ok=True)
    data: dict[str, Any] = {"id": name, "version": "1.0.0", "title": W, **settings}
    if "extends" not in settings:
        data = {"dimensions": {"one": 3, "two": 2, "three": 1}, "tiers": [{"id": "last", "title": W}], **data}
        for field in FIELDS:
            rule = {"id": f"rule-{field}", "title": W, "formula": field, "source": "judgement"}
            text = {"dimension": field, "title": W, "rules": [rule]}
            (home / f"{field}.yaml").write_text(
                yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8"
            )
        fields = {field: {"type": "number", "title": W} for field in FIELDS}
        tables = {"tables": {"customers": {"fields": fields}}}
        (home / "tables.yaml").write_text(
            yaml.safe_dump(tables, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    (home / "pack.yaml").write_text(
        yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return home


def read(home: Path) -> Pack:
    pack, problems = load(home)
    assert pack is not None, [problem.code for problem in problems]
    return pack


def errors(home: Path) -> list[tuple[str, Mapping[str, Any]]]:
    _, problems = load(home)
    return [(problem.code, problem.facts) for problem in problems if problem.severity == "error"]


def index(*dimensions: str, **more: Any) -> dict[str, Any]:
    return {"title": W, "dimensions": list(dimensions), **more}


# ---- declared ---------------------------------------------------------------------------------------------


def test_a_list_weighs_dimensions_as_the_composite_does(tmp_path: Path) -> None:
    """Guards that weights need not be written twice: those of `dimensions` count, own ones where they are given."""
    own = {"title": W, "dimensions": {"two": 5, "three": 7}}
    first, second = read(
        write(tmp_path, "base", indices={"usual": index("one", "three"), "own": own})
    ).indices
    assert (dict(first.weights), first.own_weights) == ({"one": 3, "three": 1}, False)
    assert (dict(second.weights), second.own_weights) == ({"two": 5, "three": 7}, True)


def test_an_extending_pack_changes_keys_removes_and_reweighs(tmp_path: Path) -> None:
    """Guards inheritance: a key that is written wins, others stay; a list takes the weights of the pack that is run; what is
    removed is gone for conditions too."""
    indices = {
        "a": index("one", "two", on_missing="composite", source="judgement"),
        "b": index("two"),
        "c": index("three"),
    }
    write(tmp_path, "base", indices=indices)
    home = write(
        tmp_path, "trade", extends="../base", dimensions={"one": 8, "two": 1, "three": 1}, remove=["c"],
        indices={"b": {"dimensions": ["one", "three"], "title": {"zh": "乙", "en": "B"}}},
    )  # fmt: skip
    a, b = read(home).indices
    assert (a.id, dict(a.weights), a.on_missing, a.title["en"]) == (
        "a",
        {"one": 8, "two": 1},
        "composite",
        "A",
    )
    assert (b.id, dict(b.weights), b.on_missing, b.title["en"]) == (
        "b",
        {"one": 8, "three": 1},
        "leave_out",
        "B",
    )
    tiers = [{"id": "high", "title": W, "when": "index.c >= 50"}, {"id": "last", "title": W}]
    home = write(tmp_path, "gone", extends="../base", remove=["c"], tiers=tiers)
    assert [(code, facts["name"]) for code, facts in errors(home)] == [("unknown-name", "index.c")]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"a": index("one", "twoo")}, "unknown-dimension", "twoo"),
    ({"a": {"title": W, "dimensions": {"thre": 2, "one": 1}}}, "unknown-dimension", "thre"),
    ({"a": {"dimensions": ["one"]}}, "missing-key", ""),
    ({"a": {"title": W}}, "missing-key", ""),
]


@pytest.mark.parametrize(("indices", "code", "name"), WRONG)
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, indices: dict[str, Any], code: str, name: str
) -> None:
    """Guards against an index that silently means less than was written."""
    ((found, facts),) = errors(write(tmp_path, "base", indices=indices))
    assert (found, facts.get("name", "")) == (code, name)


@pytest.mark.parametrize("weight", [0, -1, 1.5])
def test_a_weight_is_a_positive_whole_number(tmp_path: Path, weight: float) -> None:
    """Guards against a dimension that is listed and counts nothing."""
    given = {"a": {"title": W, "dimensions": {"one": weight, "two": 1}}}
    assert errors(write(tmp_path, "base", indices=given))


def test_an_index_is_seen_by_tiers_and_by_gates_on_the_tier_only(tmp_path: Path) -> None:
    """Guards the order of computation: what acts before the composite can't name what may rest on it."""
    tiers = [{"id": "high", "title": W, "when": "index.a >= 50 and assessed.a"}, {"id": "last", "title": W}]
    for cap, sound in (({"tier": "last"}, True), ({"composite": 40}, False), ({"one": 40}, False)):
        gate = {"id": "low", "title": W, "when": "index.a < 20", "cap": cap, "reason": W}
        home = write(tmp_path, "base", indices={"a": index("one")}, gates=[gate], tiers=tiers)
        assert [code for code, _ in errors(home)] == ([] if sound else ["unknown-name"])
    (tmp_path / "base" / "one.yaml").write_text(
        yaml.safe_dump(
            {
                "dimension": "one",
                "title": W,
                "rules": [{"id": "r", "title": W, "when": "index.a > 1", "points": 1}],
            }
        )
    )
    assert errors(tmp_path / "base")


def test_an_index_that_nothing_names_is_told(tmp_path: Path) -> None:
    """Guards `rulescore check`: an index without use is a warning, also when its dimensions are used."""
    tiers = [{"id": "high", "title": W, "when": "index.a >= 50 and assessed.b"}, {"id": "last", "title": W}]
    pack = read(write(tmp_path, "base", indices={key: index("one") for key in "abc"}, tiers=tiers))
    assert [p.facts["name"] for p in lint.run(pack) if p.code == "unused-index"] == ["c"]


def test_a_tier_beyond_what_an_index_can_be_is_unreachable(tmp_path: Path) -> None:
    """Guards that checks know how far an index reaches: that of its dimensions."""
    tiers = [{"id": "high", "title": W, "when": "index.a > 100"}, {"id": "last", "title": W}]
    pack = read(write(tmp_path, "base", indices={"a": index("one")}, tiers=tiers))
    assert [p.facts["tier"] for p in lint.run(pack) if p.code == "unreachable-tier"] == ["high"]


# ---- computed ---------------------------------------------------------------------------------------------

CUSTOMERS = {
    "customer_id": ["A", "B", "C"],
    "one": [10.0, None, None],
    "two": [50.0, 50.0, None],
    "three": [99.0, 2.0, None],
}
# composites with weights 3, 2, 1: (30 + 100 + 99) / 6 = 38.17, (100 + 2) / 3 = 34
VALUES: dict[str, list[float | None]] = {
    "left_out": [26.0, 50.0, None],  # one 3, two 2: (30 + 100) / 5; two alone
    "filled": [26.0, 40.4, None],  # (3 x 34 + 2 x 50) / 5
    "own": [86.75, 14.0, None],  # three 3, two 1: (297 + 50) / 4; (6 + 50) / 4
}


@pytest.mark.parametrize("engine", ["row", "frame"])
def test_what_stands_for_a_dimension_without_points(tmp_path: Path, engine: str) -> None:
    """Guards the two meanings of a missing dimension by hand-made means, in the scores, the explanation and a comparison."""
    indices = {
        "left_out": index("one", "two"), "filled": index("one", "two", on_missing="composite"),
        "own": {"title": {"zh": "自有", "en": "Own"}, "dimensions": {"three": 3, "two": 1}},
    }  # fmt: skip
    tiers = [
        {"id": "high", "title": W, "when": "assessed.left_out and index.own >= 80"},
        {"id": "middle", "title": W, "when": "index.filled >= 40 and index.own >= 0"},
        {"id": "last", "title": W},
    ]
    home = write(tmp_path, "base", indices=indices, tiers=tiers)
    run = api.evaluate(pl.DataFrame(CUSTOMERS), home, "2026-06-30", out=tmp_path / engine, engine=engine)
    for key, values in VALUES.items():
        assert run.scores[f"index_{key}"].to_list() == values
        told = [node for name in "ABC" for node in explain(run, name)["indices"] if node["id"] == key]
        assert [node["points"] for node in told] == values
    assert run.scores["tier"].to_list() == ["high", "middle", None]
    assert api.verify(run) == []


def test_a_comparison_names_the_index_that_changed(tmp_path: Path) -> None:
    """Guards `compare`: who moved to another tier because an index weighs otherwise is told so."""
    runs = []
    for place, weights in enumerate(({"one": 1, "two": 1}, {"one": 9, "two": 1})):
        tiers = [{"id": "high", "title": W, "when": "index.a >= 30"}, {"id": "last", "title": W}]
        (tmp_path / str(place)).mkdir()
        home = write(
            tmp_path / str(place), "base", indices={"a": {"title": W, "dimensions": weights}}, tiers=tiers
        )
        runs.append(api.evaluate(pl.DataFrame(CUSTOMERS), home, "2026-06-30", out=tmp_path / f"run{place}"))
    assert [run.scores["tier"][0] for run in runs] == ["high", "last"]  # 30; (90 + 50) / 10 = 14
    found = compare(*runs).as_dict()["differences"]
    assert [(one["kind"], one["id"], one["part"], one["before"], one["after"]) for one in found] == [
        ("index", "a", "weights", "one 1, two 1", "one 9, two 1")
    ]
