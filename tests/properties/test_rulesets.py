# SPDX-License-Identifier: Apache-2.0
"""Random rulesets on random bases: whole runs of both engines are alike, and the laws of scoring hold."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as selectors
import pytest
import rulescore
from harness import (
    AS_OF,
    Outcome,
    base_tables,
    both_engines,
    evaluate,
    frames_of,
    make_pack,
    plan_of,
    seeds,
    write_pack,
)
from properties import rulesets
from properties.rulesets import FIELDS, Rulesets
from rulescore import run as conductor

CUSTOMERS = 25


def run(
    folder: Path, dimensions: dict[str, Any], settings: dict[str, Any], rows: list[dict[str, Any]],
    events: dict[str, Any] | None = None, engine: str = "frame",
) -> Outcome:  # fmt: skip
    pack = make_pack(folder, dimensions, settings)
    return evaluate(plan_of(pack), base_tables(pack, rows, events), engine)


def numbers(outcome: Outcome) -> pl.DataFrame:
    """The trace without the top reasons, which compare rules with one another, all whole numbers of one width."""
    kept = [name for name in outcome.trace.columns if not name.startswith("reason.")]
    return outcome.trace.select(kept).with_columns(selectors.integer().cast(pl.Int64))


def assert_equal(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Alike in every column of the first; says where not."""
    for name in one.columns:
        unlike = one[name].ne_missing(other[name])
        assert not unlike.any(), (
            f"{name}: {one.filter(unlike)[name].to_list()[:3]} and {other.filter(unlike)[name].to_list()[:3]}"
        )


@pytest.mark.parametrize("seed", seeds(200))
def test_row_and_frame_agree(seed: int, tmp_path: Path) -> None:
    """Guards the whole of scoring: kinds, policies, applicability, sums, gates, tiers, coverage, reasons, base figures; the
    trace, the inputs and the scores of both engines are the same."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng).pack()
    pack = make_pack(tmp_path, dimensions, settings)
    rows = rulesets.customers(rng, CUSTOMERS)
    tables = base_tables(pack, rows, rulesets.events(rng, [row["customer_id"] for row in rows]))
    outcome = both_engines(plan_of(pack, every_feature=seed % 2 == 0), tables)
    assert_bounds(outcome, settings)
    assert_indices(outcome, settings)


def assert_indices(outcome: Outcome, settings: dict[str, Any]) -> None:
    """Each index is the mean of the points beside it in the trace, in fractions, rounded half up once."""
    unit = 10 ** settings["decimals"]["dimension"]
    for row in outcome.trace.iter_rows(named=True):
        for key, written in settings["indices"].items():
            given = written["dimensions"]
            weights = (
                given if isinstance(given, dict) else {name: settings["weights"][name] for name in given}
            )
            filled = row["composite.points"] if written["on_missing"] == "composite" else None
            parts = [(weight, row[f"{name}.points"]) for name, weight in weights.items()]
            parts = [(weight, filled if points is None else points) for weight, points in parts]
            parts = [(weight, points) for weight, points in parts if points is not None]
            if not parts:
                assert row[f"index.{key}.points"] is None
                continue
            whole, total = (
                sum(weight * points for weight, points in parts),
                sum(weight for weight, _ in parts),
            )
            mean = Fraction(whole, total * 10_000)
            assert Fraction(row[f"index.{key}.points"], 10_000) == Fraction((2 * mean * unit + 1) // 2, unit)


def assert_bounds(outcome: Outcome, settings: dict[str, Any]) -> None:
    """low <= composite <= high, and coverage from 0 to 1, whatever the pack: gates limit all three alike."""
    trace = outcome.trace.filter(pl.col("composite.points").is_not_null())
    assert (trace["composite.low"] <= trace["composite.points"]).all()
    assert (trace["composite.points"] <= trace["composite.high"]).all()
    coverage = outcome.trace["composite.coverage"].drop_nulls()
    assert ((coverage >= 0) & (coverage <= 10_000)).all()
    step = 10 ** (4 - settings["decimals"]["composite"])
    gated = {gate for gate in outcome.trace.columns if gate.startswith("gate.")}
    if not gated:  # a gate's limit need not be rounded
        assert (trace["composite.points"] % step == 0).all()


@pytest.mark.parametrize("seed", seeds(8))
def test_the_api_is_the_same_run(seed: int, tmp_path: Path) -> None:
    """Guards the public door: `rulescore.evaluate` on frames gives what the conductor gives, on both engines."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng).pack()
    pack = make_pack(tmp_path, dimensions, settings)
    rows = rulesets.customers(rng, CUSTOMERS)
    events = rulesets.events(rng, [row["customer_id"] for row in rows])
    wanted = evaluate(plan_of(pack), base_tables(pack, rows, events), "frame")
    # the shipped dictionary, with this pack's own tables laid over it
    (tmp_path / "pack" / "tables.yaml").write_text(
        (tmp_path / "dictionary.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    frames = frames_of(pack, rows, events)
    for engine in ("row", "frame"):
        found = rulescore.evaluate(frames, pack=tmp_path / "pack", as_of=AS_OF, engine=engine)
        assert_equal(pl.read_parquet(found.folder / "trace.parquet"), wanted.trace)


# ---- laws -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", seeds(10))
def test_order_of_customers_does_not_matter(seed: int, tmp_path: Path) -> None:
    """Guards each customer's score against its neighbours in the file, figures over the base included."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng).pack()
    rows = rulesets.customers(rng, CUSTOMERS)
    events = rulesets.events(rng, [row["customer_id"] for row in rows])
    one = run(tmp_path, dimensions, settings, rows, events)
    rng.shuffle(rows)
    other = run(tmp_path, dimensions, settings, rows, events)
    assert_equal(one.trace.sort("customer_id"), other.trace.sort("customer_id"))


@pytest.mark.parametrize("seed", seeds(10))
def test_parts_of_a_base_score_as_the_whole(seed: int, tmp_path: Path) -> None:
    """Guards what a cluster relies on: without figures over the base, scoring part by part changes nothing, down to
    a part of one customer."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng, whole_base=False).pack()
    rows = rulesets.customers(rng, CUSTOMERS)
    events = rulesets.events(rng, [row["customer_id"] for row in rows])
    pack = make_pack(tmp_path, dimensions, settings)
    plan = plan_of(pack)
    whole = evaluate(plan, base_tables(pack, rows, events), "frame").trace
    parts = []
    for part in (rows[:1], rows[1:9], rows[9:]):
        ids = {row["customer_id"] for row in part}
        own = {table: [row for row in found if row["customer_id"] in ids] for table, found in events.items()}
        parts.append(evaluate(plan, base_tables(pack, part, own), "frame").trace)
    assert_equal(whole, pl.concat(parts))


@pytest.mark.parametrize("seed", seeds(6))
def test_a_large_base_scores_as_a_small_one(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards bases that are too large to be traced at once (here from eight customers on): same trace, same scores."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng).pack()
    rows = rulesets.customers(rng, CUSTOMERS)
    pack = make_pack(tmp_path, dimensions, settings)
    tables = base_tables(pack, rows, rulesets.events(rng, [row["customer_id"] for row in rows]))
    whole = evaluate(plan_of(pack), tables, "frame")
    monkeypatch.setattr(conductor, "AT_ONCE", 8)
    parts = evaluate(plan_of(pack), tables, "frame")
    assert_equal(whole.trace, parts.trace)
    assert_equal(whole.scores, parts.scores)


@pytest.mark.parametrize("seed", seeds(10))
def test_an_inapplicable_rule_changes_nothing(seed: int, tmp_path: Path) -> None:
    """Guards "not applicable leaves no trace in the mean": neither points nor interval nor coverage nor tier move."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng).pack()
    rows = rulesets.customers(rng, CUSTOMERS)
    events = rulesets.events(rng, [row["customer_id"] for row in rows])
    one = run(tmp_path, dimensions, settings, rows, events)
    more = copy.deepcopy(dimensions)
    extra = {
        "id": "extra",
        "formula": "a",
        "weight": 50,
        "applies": rng.choice((False, "a > 1e14 and a < -1e14 and False")),
        "on_missing": "worst",
    }
    for index, dimension in enumerate(more.values()):
        dimension["rules"].insert(
            rng.randrange(len(dimension["rules"]) + 1), {**extra, "id": f"extra-{index}"}
        )
    other = numbers(run(tmp_path, more, settings, rows, events))
    assert_equal(numbers(one), other)


@pytest.mark.parametrize("seed", seeds(12))
def test_more_points_never_lower_the_composite(seed: int, tmp_path: Path) -> None:
    """Guards the direction of every mean: raising the points of one band, case or item raises or keeps each composite
    (and its low and high)."""
    rng = random.Random(seed)
    places: list[tuple[dict[str, Any], str]] = []
    while not places:
        dimensions, settings = Rulesets(rng, honest=True, combines=("mean",)).pack()
        places = [place for rule in rulesets.rules_of(dimensions) for place in raisable(rule)]
    rows = rulesets.customers(rng, CUSTOMERS)
    one = run(tmp_path, dimensions, settings, rows).trace
    holder, key = rng.choice(places)
    holder[key] = round(holder[key] + rng.choice((0.0001, 1, 30, 200)), 4)
    other = run(tmp_path, dimensions, settings, rows).trace
    for part in ("points", "low", "high"):
        before, after = one[f"composite.{part}"], other[f"composite.{part}"]
        assert before.is_null().equals(after.is_null())
        assert (before.drop_nulls() <= after.drop_nulls()).all(), f"composite.{part} fell"


def raisable(rule: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Places in a rule that hold fixed points."""
    found = [
        (item, "points")
        for item in (*rule.get("bands", ()), *rule.get("cases", ()), *rule.get("checklist", ()), rule)
    ]
    found += [
        (rule["lookup"], key)
        for key, target in rule.get("lookup", {}).items()
        if not isinstance(target, dict)
    ]
    found += [(rule, "else")]
    return [(holder, key) for holder, key in found if isinstance(holder.get(key), int | float)]


@pytest.mark.parametrize("seed", seeds(15))
def test_the_interval_is_honest(seed: int, tmp_path: Path) -> None:
    """Guards low and high: whatever the missing inputs turn out to be, the composite lies between them. Of packs whose
    rules every input decides, on a scale from 0 to 100, without gates and without asking `is_missing`."""
    rng = random.Random(seed)
    dimensions, settings = Rulesets(rng, honest=True).pack()
    rows = rulesets.customers(rng, CUSTOMERS, missing=0.35)
    pack = make_pack(tmp_path, dimensions, settings)
    plan = plan_of(pack)
    before = evaluate(plan, base_tables(pack, rows), "frame").trace
    for _ in range(3):
        filled = [fill(rng, row) for row in rows]
        after = evaluate(plan, base_tables(pack, filled), "frame").trace
        for column in ("composite", *(f"dim{index}" for index in range(len(dimensions)))):
            if f"{column}.low" in before.columns:
                assert_inside(before, after, column)


def fill(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: found if found is not None else rulesets.value(rng, FIELDS.get(key, "text"), key) for key, found in row.items()
    }  # fmt: skip


def assert_inside(before: pl.DataFrame, after: pl.DataFrame, column: str) -> None:
    both = before.select("customer_id", low=f"{column}.low", high=f"{column}.high").hstack(
        after.select(points=f"{column}.points")
    )
    known = both.filter(pl.col("points").is_not_null())
    outside = known.filter(
        ~pl.col("points").is_between(pl.col("low"), pl.col("high")) | pl.col("low").is_null()
    )
    assert outside.is_empty(), f"{column}: {outside.to_dicts()[:3]}"


def test_a_run_knows_no_place_time_or_language(tmp_path: Path) -> None:
    """Guards reproducible runs: other languages, time zones and hash seeds of the process give the same run id, which is
    the hash of every number; so do a pack's words in another language (but for the words themselves)."""
    rng = random.Random(1)
    dimensions, settings = Rulesets(rng).pack()
    write_pack(tmp_path / "pack", dimensions, settings)
    (tmp_path / "pack" / "tables.yaml").write_text(
        (tmp_path / "dictionary.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "rows.json").write_text(json.dumps(rulesets.customers(rng, CUSTOMERS)), encoding="utf-8")
    code = (
        "import json, sys, polars as pl, rulescore\n"
        "rows = pl.DataFrame(json.load(open(sys.argv[1] + '/rows.json', encoding='utf-8')), infer_schema_length=None)\n"
        f"print(rulescore.evaluate(rows, pack=sys.argv[1] + '/pack', as_of='{AS_OF}').run_id)\n"
    )
    engine = str(Path(__file__).resolve().parents[2] / "engine")
    found = set()
    for language, zone, seed in (("zh_CN.UTF-8", "Asia/Shanghai", "1"), ("C", "America/Los_Angeles", "2")):
        changed = {
            **os.environ,
            "LANG": language,
            "LC_ALL": language,
            "TZ": zone,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": engine,
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env=changed,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_words_do_not_change_numbers(tmp_path: Path) -> None:
    """Guards scores against titles: a pack whose words are all others scores the same."""
    rng = random.Random(5)
    dimensions, settings = Rulesets(rng).pack()
    rows = rulesets.customers(rng, CUSTOMERS)
    one = run(tmp_path, dimensions, settings, rows).trace
    for rule in rulesets.rules_of(dimensions):
        rule |= {
            "title": {"zh": "另一名称" + rule["id"], "en": "other " + rule["id"]},
            "why": {"zh": "缘由", "en": "reason"},
        }
    assert_equal(one, run(tmp_path, dimensions, settings, rows).trace)
