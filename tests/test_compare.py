# SPDX-License-Identifier: Apache-2.0
"""Comparison: what moved a customer is said by cause, in points worked out by hand, and the points add up.

Customer A of the world: worth (2·100 + 100 + 80) / 4 = 95, ties 78, composite (3·95 + 78) / 4 = 90.75.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from rulescore.cli import group
from rulescore.comparison.attribution import Move, Share
from rulescore.comparison.changes import Change
from rulescore.comparison.runs import Comparison, compare
from rulescore.folder import Run
from rulescore.problems import UsageError
from world import CUSTOMERS, PACK, evaluate, pack, reseal, rewrite, tables

SMALLER = {
    "annual_revenue": [60, 80, None, 10, 50]
}  # A: size 100 -> 50, worth 95 -> 70, composite 90.75 -> 72
HEAVIER = (("weight: 2", "weight: 4"), ("points: 80", "points: 90"))


class World:
    """Runs beside each other in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.pack = pack(folder / "pack")

    def run(
        self, *changes: tuple[str, str], files: Mapping[str, str] = PACK, frames: Any = None, **options: Any
    ) -> Run:
        self.count += 1
        chosen = (
            pack(self.folder / f"pack{self.count}", *changes, files=files)
            if changes or files is not PACK
            else self.pack
        )
        return evaluate(self.folder / f"run{self.count}", chosen, frames, **options)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def moves(found: Comparison) -> dict[str, Move]:
    return {move.customer: move for move in found.moves}


def shares(move: Move) -> dict[str, float | None]:
    return {share.cause: None if share.units is None else share.units / 10_000 for share in move.shares}


def share(move: Move, cause: str) -> Share:
    return next(share for share in move.shares if share.cause == cause)


def assert_adds_up(found: Comparison) -> None:
    for move in found.moves:
        if move.delta is not None:
            assert move.delta == sum(share.units or 0 for share in move.shares), move


# ---- one cause --------------------------------------------------------------------------------------------


def test_a_run_does_not_differ_from_itself(world: World) -> None:
    run = world.run()
    found = compare(run, run)
    assert (found.both, found.appeared, found.disappeared, found.moved) == (5, 0, 0, 0)
    assert (found.moves, found.differences) == ((), ())
    assert found.migration == (
        ("strategic", "strategic", 1),
        ("important", "important", 1),
        ("ordinary", "ordinary", 3),
    )


def test_other_data_moves_by_data(world: World) -> None:
    found = compare(world.run(), world.run(frames=tables(SMALLER)))
    (move,) = found.moves
    assert (move.customer, move.before, move.after) == ("A", (907_500, "strategic"), (720_000, "important"))
    assert shares(move) == {"data": -18.75}
    assert (Change("field", "annual_revenue", "", "120", "60"),) == move.shares[0].changes
    assert (Change("rule", "size", "points", "100", "50"),) == move.shares[0].rules
    assert found.causes == {"data": 1, "parameters": 0, "rules": 0, "overrides": 0, "engine": 0, "several": 0}


def test_other_events_are_named_by_their_feature(world: World) -> None:
    # A's orders fall to 50.5: volume 20, place 3 of the base: worth (200 + 20 + 40) / 4 = 65, composite (195 + 78) / 4 = 68.25
    found = compare(world.run(), world.run(frames=tables(amount=[0, 50.5, 99.99, 100, 7, 1000])))
    move = moves(found)["A"]
    assert shares(move) == {"data": -22.5}
    assert {("aggregate", "sales", "110.5", "50.5"), ("figure", "sales_rank", "1", "3")} == {
        (change.kind, change.id, change.before, change.after) for change in move.shares[0].changes
    }


def test_a_figure_of_the_base_counts_as_data(world: World) -> None:
    # B orders more, E becomes third: standing 80 -> 40, worth 70 -> 60, composite (180 + 58.375) / 4 = 59.59
    found = compare(world.run(), world.run(frames=tables(amount=[60, 50.5, 500, 100, 7, 1000])))
    move = moves(found)["E"]
    assert (move.before[0], move.after[0]) == (670_900, 595_900)
    assert shares(move) == {"data": -7.5}
    assert (Change("figure", "sales_rank", "", "2", "3"),) == move.shares[0].changes


def test_a_what_if_moves_by_parameters(world: World) -> None:
    found = compare(world.run(), world.run(parameters={"large": 150}))
    move = moves(found)["A"]  # worth (200 + 20 + 80) / 4 = 75
    assert shares(move) == {"parameters": -15.0}
    assert (Change("parameter", "large", "", "100", "150"),) == move.shares[0].changes == found.differences
    assert (Change("rule", "order-volume", "points", "100", "20"),) == move.shares[0].rules


def test_a_parameter_changed_in_the_pack_moves_by_parameters(world: World) -> None:
    found = compare(world.run(), world.run(("value: 100", "value: 150")))
    assert shares(moves(found)["A"]) == {"parameters": -15.0}


def test_a_parameter_that_changes_by_date_moves_by_parameters(world: World) -> None:
    dated = (
        "value: 100, source: judgement}",
        "value: 100, source: judgement}, {from: 2026-07-01, value: 150, source: judgement}",
    )
    found = compare(world.run(dated), world.run(dated, as_of="2026-07-01"))
    # one more day since the last order: ties 78 -> 77.875, composite (3·95 + 77.875) / 4 = 90.72
    assert shares(moves(found)["A"]) == {"data": -0.03, "parameters": -15.0}


def test_a_parameter_inside_an_aggregate_moves_by_parameters(world: World) -> None:
    text = PACK["worth.yaml"].replace('within="12m"', 'within="12m", where=orders.amount >= param.least')
    settings = PACK["pack.yaml"].replace(
        "parameters:",
        "parameters:\n  least: {title: {zh: 下限, en: Least}, values: [{from: 2020-01-01, value: 1, source: judgement}]}",
    )
    files = {**PACK, "worth.yaml": text, "pack.yaml": settings}
    # with at least 55 A's orders are 60: volume 20, place 3: worth (200 + 20 + 40) / 4 = 65, composite 68.25
    found = compare(world.run(files=files), world.run(files=files, parameters={"least": 55}))
    assert shares(moves(found)["A"]) == {"parameters": -22.5}


def test_other_rules_move_by_rules(world: World) -> None:
    # worth (4·100 + 100 + 90) / 6 = 98.3333, composite (294.9999 + 78) / 4 = 93.25
    found = compare(world.run(), world.run(*HEAVIER))
    move = moves(found)["A"]
    assert shares(move) == {"rules": 2.5}
    assert {("size", "weight", "2", "4"), ("standing", "high", "80", "90")} <= {
        (change.id, change.part, change.before, change.after) for change in move.shares[0].changes
    }
    assert "standing" not in {
        change.id for change in moves(found)["D"].shares[0].changes
    }  # D stands below, as before


def test_a_changed_tier_line_moves_the_tier_by_rules(world: World) -> None:
    found = compare(world.run(), world.run(("composite >= 75", "composite >= 95")))
    (move,) = found.moves
    assert (move.customer, shares(move)) == ("A", {"rules": 0.0})
    assert move.shares[0].tiers == ("strategic", "important")
    assert (Change("tier", "strategic", "when", "composite >= 75", "composite >= 95"),) == move.shares[
        0
    ].changes


def test_a_gate_taken_away_moves_the_tier_by_rules(world: World) -> None:
    richer = tables({"annual_revenue": [120, 200, None, 10, 50]})  # B would be important
    settings = PACK["pack.yaml"]
    gates = settings[settings.index("gates:") : settings.index("tiers:")]
    found = compare(world.run(frames=richer), world.run((gates, ""), frames=richer))
    (move,) = found.moves
    assert (move.customer, move.shares[0].tiers) == ("B", ("ordinary", "important"))
    assert (Change("gate", "veto", "", "gate", None),) == move.shares[0].changes


def test_a_gate_that_acts_on_other_data_is_named(world: World) -> None:
    found = compare(
        world.run(), world.run(frames=tables({"dishonest_debtor": [True, True, None, False, False]}))
    )
    (move,) = found.moves
    assert (move.customer, shares(move), move.shares[0].tiers) == (
        "A",
        {"data": 0.0},
        ("strategic", "ordinary"),
    )
    assert move.shares[0].changes == (Change("field", "dishonest_debtor", "", "false", "true"),)
    assert move.shares[0].rules == (Change("gate", "veto", "acts", "false", "true"),)


def test_a_feature_redefined_moves_by_rules(world: World) -> None:
    # within six months A ordered for 60 and B for 99.99: A place 2, volume 20: worth (200 + 20 + 80) / 4 = 75
    found = compare(world.run(), world.run(('within="12m"', 'within="6m"')))
    assert shares(moves(found)["A"]) == {"rules": -15.0}


def test_what_remains_is_the_engine(world: World) -> None:
    before, after = world.run(), world.run()
    raised = (pl.col("composite.points") + 10_000).cast(pl.Int32).alias("composite.points")
    rewrite(after.folder / "trace.parquet", raised)
    reseal(after.folder, engine={**after.manifest["engine"], "rulescore": "9.9.9"})
    found = compare(before, Run.read(after.folder))
    assert {("engine", 1.0)} == {item for move in found.moves for item in shares(move).items()}
    assert "9.9.9" in {change.after for change in found.moves[0].shares[0].changes}
    assert found.causes["engine"] == 5


# ---- several causes ---------------------------------------------------------------------------------------


def test_several_causes_are_told_apart_and_add_up(world: World) -> None:
    """In this order: data 90.75 -> 72 (worth 70), parameters -> 57 (worth 50), rules -> 58.25 (worth 51.6667)."""
    before = world.run()
    after = world.run(*HEAVIER, frames=tables(SMALLER), parameters={"large": 150})
    found = compare(before, after)
    move = moves(found)["A"]
    assert list(shares(move).items()) == [("data", -18.75), ("parameters", -15.0), ("rules", 1.25)]
    assert move.delta == -325_000
    assert_adds_up(found)
    assert found.causes == {"data": 1, "parameters": 2, "rules": 4, "overrides": 0, "engine": 0, "several": 2}


def test_the_way_back_adds_up_as_well(world: World) -> None:
    before = world.run(*HEAVIER, frames=tables(SMALLER), parameters={"large": 150})
    found = compare(before, world.run())
    assert moves(found)["A"].delta == 325_000
    assert_adds_up(found)


def test_a_later_date_is_part_of_the_data(world: World) -> None:
    # 31 days more since the last order: recency 56 -> 48.25, ties 74.125, composite (285 + 74.125) / 4 = 89.78
    found = compare(world.run(), world.run(as_of="2026-07-31"))
    move = moves(found)["A"]
    assert shares(move) == {"data": -0.97}
    assert (
        Change("as_of", "as_of", "", "2026-06-30", "2026-07-31")
        == move.shares[0].changes[0]
        == found.differences[0]
    )


def test_packs_of_other_dimensions_and_tiers_compare(world: World) -> None:
    files = {
        "pack.yaml": """
id: other
version: 2.0.0
title: {zh: 另, en: Other}
dimensions: {worth: 1, news: 1}
dimension_source: judgement
decimals: {composite: 1}
tiers:
  - {id: gold, title: {zh: 金, en: Gold}, when: composite >= 70, source: judgement}
  - {id: ordinary, title: {zh: 普通, en: Ordinary}}
""",
        "worth.yaml": """
dimension: worth
title: {zh: 价值, en: Worth}
rules:
  - {id: size, title: {zh: 规模, en: Size}, formula: annual_revenue, source: judgement}
""",
        "news.yaml": """
dimension: news
title: {zh: 新, en: News}
rules:
  - {id: calls, title: {zh: 电话, en: Orders}, when: count(orders) > 0, points: 60, source: judgement}
""",
    }
    found = compare(world.run(), world.run(files=files, frames=tables(SMALLER)))
    move = moves(found)["A"]  # data -18.75 as before; then (60 + 60) / 2 = 60
    assert shares(move) == {"data": -18.75, "rules": -12.0}
    assert (move.before[1], move.after[1]) == ("strategic", "ordinary")
    assert_adds_up(found)
    whole = {
        (change.kind, change.id, change.before is None) for change in found.differences if not change.part
    }
    assert {
        ("rule", "calls", True),
        ("rule", "age", False),
        ("tier", "gold", True),
        ("dimension", "ties", False),
    } <= whole
    assert {"gold", "ordinary"} >= {after for _, after, _ in found.migration}


def test_a_field_that_only_one_pack_reads_is_no_change_of_data(world: World) -> None:
    # the later pack no longer reads annual_revenue: whether it changed can't be known, so it moved by rules
    text = PACK["worth.yaml"].replace("of: annual_revenue", "of: days_between(registered_on, as_of)")
    found = compare(world.run(), world.run(files={**PACK, "worth.yaml": text}, frames=tables(SMALLER)))
    assert all(set(shares(move)) == {"rules"} for move in found.moves)
    assert_adds_up(found)


# ---- customers that come, go, or can't be assessed --------------------------------------------------------


def test_customers_that_come_and_go_are_in_the_matrix_only(world: World) -> None:
    later = {
        key: [*values[:3], *values[4:], *new]
        for (key, values), new in zip(
            CUSTOMERS.items(), (["F"], ["己"], [500], [False], ["2000-01-01"]), strict=True
        )
    }
    found = compare(world.run(), world.run(frames=tables(later)))
    assert (found.both, found.appeared, found.disappeared) == (4, 1, 1)
    assert ("ordinary", "(absent)", 1) in found.migration
    # F without orders: worth (200 + 20 + 40) / 4 = 65, ties 100, composite 73.75
    assert ("(absent)", "important", 1) in found.migration
    assert not {"D", "F"} & moves(found).keys()


def test_a_customer_that_can_no_longer_be_assessed_moves_without_points(world: World) -> None:
    alone = {**PACK, "pack.yaml": PACK["pack.yaml"].replace("worth: 3, ties: 1", "ties: 1")}
    alone["ties.yaml"] = (
        alone["ties.yaml"]
        .replace("as_of - last_order", "annual_revenue")
        .replace("years_between(registered_on, as_of)", "annual_revenue")
    )
    del alone["worth.yaml"]
    before = world.run(files=alone)
    after = world.run(files=alone, frames=tables({"annual_revenue": [None, 80, None, 10, 50]}))
    found = compare(before, after)
    (move,) = found.moves
    assert (move.delta, shares(move)) == (None, {"data": None})
    assert "(not assessed)" in {new for _, new, _ in found.migration}


# ---- how much is told -------------------------------------------------------------------------------------


def test_those_that_moved_most_come_first(world: World) -> None:
    found = compare(world.run(), world.run(*HEAVIER, frames=tables(SMALLER), parameters={"large": 150}))
    sizes = [abs(move.delta or 0) for move in found.moves]
    assert sorted(sizes, reverse=True) == sizes
    shorter = compare(
        world.run(), world.run(*HEAVIER, frames=tables(SMALLER), parameters={"large": 150}), top=1
    )
    assert (found.moves[:1], found.causes, found.moved) == (shorter.moves, shorter.causes, shorter.moved)


def test_the_counts_of_causes_agree_with_the_customers_in_detail(world: World) -> None:
    """The counts come from the frame engine, the details from the row engine."""
    found = compare(
        world.run(),
        world.run(
            *HEAVIER,
            frames=tables(SMALLER, amount=[60, 50.5, 500, 100, 7, 1000]),
            as_of="2026-07-31",
            parameters={"large": 101},
        ),
    )
    assert found.moved == len(found.moves)
    for cause in ("data", "parameters", "rules", "engine"):
        assert sum(cause in shares(move) for move in found.moves) == found.causes[cause]
    assert sum(len(move.shares) > 1 for move in found.moves) == found.causes["several"]
    assert_adds_up(found)


def test_the_command_tells_it_in_both_languages(world: World) -> None:
    before, after = world.run(), world.run(frames=tables(SMALLER))
    args = ["compare", str(before.folder), str(after.folder)]
    english = CliRunner().invoke(group, ["--lang", "en", *args])
    assert english.exit_code == 0
    assert (
        "  A  90.75 → 72.00  (-18.75)  Strategic → Important\n    data -18.75  field annual_revenue 120 → 60  [size 100 → 50]"
        in english.stdout
    )
    chinese = CliRunner().invoke(group, ["--lang", "zh", *args])
    assert (
        "（-18.75）  战略 → 重要\n    数据 -18.75  字段 annual_revenue 120 → 60  [size 100 → 50]"
        in chinese.stdout
    )


def test_the_command_speaks_json(world: World) -> None:
    before, after = world.run(), world.run(*HEAVIER)
    result = CliRunner().invoke(
        group, ["compare", str(before.folder), str(after.folder), "--json", "--top", "1"]
    )
    found = json.loads(result.stdout)
    assert found == json.loads(json.dumps(compare(before, after, 1).as_dict()))
    assert [(move["customer_id"], move["delta"]) for move in found["moves"]] == [("D", -3.75)]


@pytest.mark.parametrize("name", ["inputs.parquet", "trace.parquet"])
def test_a_damaged_run_is_told_without_a_crash(world: World, name: str) -> None:
    before, after = world.run(), world.run(frames=tables(SMALLER))
    content = (after.folder / name).read_bytes()
    (after.folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UsageError) as error:
        compare(before, after)
    assert [problem.code for problem in error.value.problems] == ["run-file-unreadable"]


def test_figures_of_the_base_stand_before_and_after(tmp_path: Path) -> None:
    """Guards that two periods show what became of the base: each figure that differs, with both values, and no other."""
    import rulescore
    from commands import SAMPLE

    earlier = rulescore.evaluate(SAMPLE, as_of="2026-03-31", out=tmp_path / "earlier")
    later = rulescore.evaluate(SAMPLE, out=tmp_path / "later")
    found = {one["id"]: (one["before"], one["after"]) for one in compare(earlier, later).base}
    for name in ("base_revenue", "kept_out_customers", "transferable_revenue"):
        ends = tuple(
            pl.read_parquet(run.folder / "portfolio" / "inputs.parquet")[name].item()
            for run in (earlier, later)
        )
        assert found[name] == ends and ends[0] != ends[1]
    assert "customer_count" not in found  # the same customers in both
    assert compare(later, later).base == ()
