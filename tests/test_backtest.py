# SPDX-License-Identifier: Apache-2.0
"""Backtests: outcomes lie after the scores, rates and areas are those of counting by hand, and where there is no honest figure there is none.

The world of these tests: forty customers whose one score is their revenue, `5 * (number % 20)`; all ordered in the year before
2025-06-30 but the last four, and in the year after it those whose number is in LATER.
"""

from __future__ import annotations

import html
import json
import math
import random
import statistics
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rulescore
from commands import called
from rulescore.backtesting import Backtest, backtest
from rulescore.backtesting.ranking import difference, information_value, ranking
from rulescore.backtesting.rates import bands, rate
from rulescore.folder import Run
from rulescore.problems import UsageError

ROOT = Path(__file__).resolve().parent.parent
EARLIER, LATER_DATE = "2025-06-30", "2026-06-30"
NUMBERS = range(40)
ACTIVE = set(range(36))
LATER = {3, 7, *range(9, 20), *range(24, 40)}
PACK = """
id: small
version: 1.0.0
title: {zh: 小, en: Small}
dimensions: {worth: 1}
dimension_source: judgement
tiers:
  - {id: upper, title: {zh: 上, en: Upper}, when: composite >= 60, source: judgement}
  - {id: middle, title: {zh: 中, en: Middle}, when: composite >= 30, source: judgement}
  - {id: lower, title: {zh: 下, en: Lower}}
outcomes:
  stopped:
    title: {zh: 没有下单, en: Bought nothing}
    why: {zh: 不下单就没有收入, en: No order means no revenue}
    among: orders_12m > 0
    when: orders_12m == 0
    good: false
    source: judgement
"""
WORTH = """
dimension: worth
title: {zh: 价值, en: Worth}
features:
  orders_12m: {title: {zh: 订单数, en: Orders}, is: 'count(orders, within="12m")'}
rules:
  - {id: size, title: {zh: 规模, en: Size}, of: annual_revenue, scale: [[0, 0], [100, 100]], source: judgement}
"""
STEPS = (
    WORTH
    + """
  - id: steps
    title: {zh: 档, en: Steps}
    of: annual_revenue
    bands: [{below: 20, points: 100}, {from: 20, below: 90, points: 50}, {from: 90, points: 0}]
    weight: 3
    source: judgement
"""
)


def pack(folder: Path, worth: str = WORTH, text: str = PACK) -> Path:
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    (folder / "worth.yaml").write_text(worth, encoding="utf-8")
    return folder


def frames(later: set[int] = LATER) -> dict[str, pl.DataFrame]:
    orders = [(number, "2025-01-15") for number in sorted(ACTIVE)] + [
        (number, "2026-02-01") for number in sorted(later)
    ]
    return {
        "customers": pl.DataFrame({
            "customer_id": [f"K{number:02}" for number in NUMBERS],
            "annual_revenue": [float(score(number)) for number in NUMBERS],
        }),
        "orders": pl.DataFrame({
            "customer_id": [f"K{number:02}" for number, _ in orders], "order_date": [day for _, day in orders],
            "amount": [100.0] * len(orders),
        }),
    }  # fmt: skip


def score(number: int) -> int:
    return 5 * (number % 20)


STAYED = [score(number) for number in NUMBERS if number in ACTIVE & LATER]
STOPPED = [score(number) for number in NUMBERS if number in ACTIVE - LATER]


class World:
    """Runs beside each other in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pack = pack(folder / "pack")

    def run(
        self, name: str, as_of: str, tables: Any = None, chosen: Path | None = None, **options: Any
    ) -> Run:
        out = self.folder / name
        rulescore.evaluate(tables or frames(), pack=chosen or self.pack, as_of=as_of, out=out, **options)
        return Run.read(out)

    def two(self, **options: Any) -> tuple[Run, Run]:
        return self.run("earlier", EARLIER, **options), self.run("later", LATER_DATE, **options)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def only(found: Backtest) -> dict[str, Any]:
    (one,) = found.outcomes
    return one


def codes(found: Backtest) -> list[str]:
    return [problem.code for problem in found.problems]


def refused(*args: Any, **options: Any) -> list[str]:
    with pytest.raises(UsageError) as caught:
        backtest(*args, **options)
    return [problem.code for problem in caught.value.problems if problem.severity == "error"]


# ---- the figures, by another way of counting ---------------------------------------------------------------


def area(better: list[Any], worse: list[Any]) -> float:
    """The share of pairs in the right order, every pair looked at."""
    won = [1.0 if up > down else 0.5 if up == down else 0.0 for up, down in product(better, worse)]
    return sum(won) / len(won)


def parts(better: list[Any], worse: list[Any]) -> tuple[list[float], list[float]]:
    """DeLong's structural components as written in the paper: of each customer its share of the pairs it is in."""
    return [area([up], worse) for up in better], [area(better, [down]) for down in worse]


def error(ups: list[float], downs: list[float]) -> float:
    return math.sqrt(statistics.variance(ups) / len(ups) + statistics.variance(downs) / len(downs))


def counted(better: list[Any], worse: list[Any]) -> list[tuple[Any, int, int]]:
    return [(value, better.count(value), worse.count(value)) for value in {*better, *worse}]


@pytest.mark.parametrize("seed", range(20))
def test_the_area_and_its_interval_are_those_of_looking_at_every_pair(seed: int) -> None:
    """Guards the counting by score: ties, unequal sizes and any order of the counts."""
    draw = random.Random(seed)
    better = [draw.randint(0, 8) for _ in range(draw.randint(10, 40))]
    worse = [draw.randint(0, 6) for _ in range(draw.randint(10, 40))]
    found = ranking(counted(better, worse))
    assert found is not None
    middle, spread = area(better, worse), 1.959963984540054 * error(*parts(better, worse))
    assert found.auc == pytest.approx(middle, abs=1e-6)
    assert found.low == pytest.approx(max(middle - spread, 0), abs=1e-6)
    assert found.high == pytest.approx(min(middle + spread, 1), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_the_difference_of_two_scores_knows_that_they_are_of_the_same_customers(seed: int) -> None:
    """Guards the covariance: two scores that agree differ little however wide each interval is."""
    draw = random.Random(seed)
    first = [[draw.randint(0, 8) for _ in range(25)] for _ in range(2)]
    second = [[value + draw.randint(-1, 1) for value in side] for side in first]
    rows = [(a, b, 1 - side, side) for side in (0, 1) for a, b in zip(first[side], second[side], strict=True)]
    found = difference(rows)
    assert found is not None
    ours, theirs = parts(*first), parts(*second)
    gained = [
        [b - a for a, b in zip(mine, other, strict=True)] for mine, other in zip(ours, theirs, strict=True)
    ]
    middle, spread = area(*second) - area(*first), 1.959963984540054 * error(*gained)
    assert found.difference == pytest.approx(middle, abs=1e-6)
    assert (found.low, found.high) == (
        pytest.approx(middle - spread, abs=1e-6),
        pytest.approx(middle + spread, abs=1e-6),
    )


def test_no_figure_comes_from_fewer_than_ten_of_a_kind() -> None:
    """Guards against an area made of a handful of customers."""
    assert ranking(counted([1] * 9, [0] * 500)) is None
    assert ranking(counted([1] * 500, [0] * 9)) is None
    assert information_value([(9, 0), (0, 500)]) is None
    assert ranking(counted([1] * 10, [0] * 10)) is not None


def test_an_interval_is_left_open_where_one_kind_does_not_vary() -> None:
    """Guards against intervals of width nothing: parted wholly, all the same, or one kind in a single place."""
    parted, same = ranking(counted([2] * 20, [1] * 20)), ranking(counted([1] * 20, [1] * 20))
    lopsided = ranking(counted([0] + [1] * 19, [1] * 20))
    assert parted is not None
    assert same is not None
    assert lopsided is not None
    assert (parted.auc, parted.low, parted.verdict) == (1.0, None, "right")
    assert (same.auc, same.low, same.verdict) == (0.5, None, "silent")
    assert (lopsided.auc, lopsided.high, lopsided.verdict) == (0.475, None, "silent")


def test_the_information_value_is_that_of_the_formula() -> None:
    """Two cases, 30 : 10 and 10 : 30, half a customer added to each cell: 2 · (30.5 - 10.5) / 41 · ln(30.5 / 10.5)."""
    assert information_value([(30, 10), (10, 30)]) == pytest.approx(
        2 * 20 / 41 * math.log(30.5 / 10.5), abs=1e-6
    )
    assert information_value([(20, 20), (20, 20), (0, 0)]) == 0


def test_rates_carry_wilsons_interval() -> None:
    """0 of 22: the upper bound is z² / (n + z²) = 3.8415 / 25.8415; without customers there is no rate."""
    assert rate(0, 22)["high"] == pytest.approx(3.841459 / 25.841459, abs=1e-6)
    assert rate(0, 0) == {"customers": 0, "came": 0, "rate": None, "low": None, "high": None}


def test_equal_scores_share_a_band() -> None:
    """Ten customers in five bands of two, but seven have the same score: they stay together, and bands get fewer."""
    found = bands([(1, 0, 1), (2, 3, 7), (3, 1, 2)], 5)
    assert [(band["from"], band["to"], band["came"], band["customers"]) for band in found] == [
        (1, 2, 3, 8),
        (3, 3, 1, 2),
    ]


# ---- two runs ----------------------------------------------------------------------------------------------


def test_a_backtest_counts_what_the_later_run_shows(world: World) -> None:
    """Guards the whole way from two runs to figures, counted again by hand from the lists above."""
    found = only(backtest(*world.two()))
    assert (found["customers"], found["came"], found["outside"], found["unknown"], found["gone"]) == (
        36,
        len(STOPPED),
        4,
        0,
        0,
    )
    assert found["ranking"]["auc"] == pytest.approx(area(STAYED, STOPPED), abs=1e-6)
    assert found["ranking"]["gini"] == pytest.approx(2 * area(STAYED, STOPPED) - 1, abs=2e-6)
    by_tier = {"upper": range(60, 100), "middle": range(30, 60), "lower": range(30)}
    assert [(row["tier"], row["customers"], row["came"]) for row in found["tiers"]] == [
        (tier, sum(one in held for one in STAYED + STOPPED), sum(one in held for one in STOPPED))
        for tier, held in by_tier.items()
    ]
    assert found["order"] == []
    assert sum(band["customers"] for band in found["bands"]) == 36
    (rule,) = found["rules"]
    assert rule["ranking"]["auc"] == found["ranking"]["auc"]


def test_the_order_of_tiers_is_told_where_it_is_broken(world: World) -> None:
    """Guards the sign: of a good outcome the upper tiers should have more, and who ordered again is the opposite of who stopped."""
    found = only(backtest(*world.two(), ["orders_12m == 0"], "orders_12m > 0", True))
    assert found["ranking"]["auc"] == pytest.approx(1 - area(STAYED, STOPPED), abs=1e-6)
    assert [(row["above"], row["below"]) for row in found["order"]] == [
        ("upper", "middle"),
        ("middle", "lower"),
    ]
    assert not found["order"][0]["certain"]


def test_customers_that_are_in_one_run_only_are_counted_and_told(world: World) -> None:
    """Guards against the quiet loss of those who left: K00 to K02 are gone, and K99 is new."""
    whole = frames()
    left = {
        "customers": pl.concat([
            whole["customers"].filter(pl.col("customer_id") > "K02"),
            pl.DataFrame({"customer_id": ["K99"], "annual_revenue": [5.0]}),
        ]),
        "orders": whole["orders"].filter(pl.col("customer_id") > "K02"),
    }  # fmt: skip
    found = backtest(world.run("earlier", EARLIER), world.run("later", LATER_DATE, left))
    assert found.customers == {"earlier": 40, "later": 38, "both": 37, "earlier_only": 3, "later_only": 1}
    assert "backtest-gone" in codes(found)
    assert (only(found)["gone"], only(found)["customers"]) == (3, 33)


def test_an_outcome_that_is_not_known_is_left_out_and_counted(world: World) -> None:
    """Guards against taking a missing answer for a no: without a list of orders nobody is known to have stopped."""
    earlier = world.run("earlier", EARLIER)
    later = world.run("later", LATER_DATE, {"customers": frames()["customers"]})
    found = backtest(earlier, later)
    assert (only(found)["customers"], only(found)["unknown"], only(found)["ranking"]) == (0, 36, None)
    assert "outcome-too-few" in codes(found)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('count(orders, within="12m") == 0', True),
        ('count(orders, within="13m") == 0', False),
        ("count(orders) == 0", False),
        ('count(orders, within="6m", lag="7m") == 0', False),
        ('count(orders, within="5m", lag="7m") == 0', True),
        ("count(orders, where=orders.order_date > as_of - months(12)) == 0", True),
        ("count(orders, where=orders.order_date >= as_of - months(12)) == 0", False),
        ("count(orders, where=orders.amount > 5 and as_of - months(12) < orders.order_date) == 0", True),
        ("count(orders, where=orders.amount > 5 or orders.order_date > as_of - months(12)) == 0", False),
        ("annual_revenue < 50", True),
    ],
)
def test_an_outcome_must_lie_after_the_earlier_date(world: World, text: str, fits: bool) -> None:
    """Guards the very point of a backtest: events that the score had seen can't be what it is judged by. The runs are a year apart."""
    chosen = pack(world.folder / "own", text=PACK.replace("orders_12m == 0", f"'{text}'"))
    runs = world.two(chosen=chosen)
    if fits:
        assert only(backtest(*runs, ["stopped"]))["customers"] == 36
    else:
        assert refused(*runs, ["stopped"]) == ["outcome-looks-back"]
        assert "no-outcome-fits" in refused(*runs)


def test_windows_of_twelve_months_need_runs_a_year_apart(world: World) -> None:
    """Guards the check against the dates of the runs, not the words of the outcome."""
    earlier = world.run("earlier", "2025-07-01")
    assert refused(earlier, world.run("later", LATER_DATE), ["stopped"]) == ["outcome-looks-back"]


def test_what_the_run_did_not_store_is_told(world: World) -> None:
    """Guards against a guess: an aggregate that nothing asked for is in no run folder."""
    assert refused(*world.two(), ['sum(orders.amount, within="3m") == 0']) == ["outcome-not-stored"]


def test_a_condition_over_stored_features_may_be_new(world: World) -> None:
    """Guards expressions of the command line: whoever has more than one order, asked of the larger half."""
    found = only(backtest(*world.two(), ["orders_12m >= 1"], "annual_revenue >= 50"))
    assert found["customers"] == sum(score(number) >= 50 for number in NUMBERS)
    assert found["came"] == sum(score(number) >= 50 for number in LATER)


def test_runs_that_are_no_pair_are_refused(world: World) -> None:
    """Guards the order of the dates, the company and the customers; each has words of its own."""
    earlier, later = world.two()
    assert refused(later, earlier) == ["backtest-not-later"]
    assert refused(later, later) == ["backtest-not-later"]
    renamed = frames()
    others = {
        key: frame.with_columns(pl.format("X{}", "customer_id").alias("customer_id"))
        for key, frame in renamed.items()
    }
    assert "backtest-nobody" in refused(earlier, world.run("others", LATER_DATE, others))
    other = Run(later.folder, {**later.manifest, "company": {"zh": "乙", "en": "B"}})
    named = Run(earlier.folder, {**earlier.manifest, "company": {"zh": "甲", "en": "A"}})
    assert refused(named, other) == ["backtest-other-base"]


def test_pseudonyms_of_other_keys_match_nobody_and_are_refused(world: World) -> None:
    """Guards masked ids: with the key of the inputs two files give two pseudonyms of one customer."""
    table = """
tables:
  customers:
    fields:
      customer_id: {type: text, title: {zh: 编号, en: Id}, required: true, personal: true}
"""
    (world.pack / "tables.yaml").write_text(table, encoding="utf-8")
    earlier = world.run("earlier", EARLIER)
    assert refused(earlier, world.run("later", LATER_DATE, frames({1, 2}))) == ["backtest-pseudonyms"]
    assert only(backtest(earlier, world.run("same", LATER_DATE)))["customers"] == 36


def test_a_damaged_run_is_told(world: World) -> None:
    """Guards against a traceback where a file of a run was cut off."""
    earlier, later = world.two()
    trace = earlier.folder / "trace.parquet"
    trace.write_bytes(trace.read_bytes()[:100])
    assert refused(Run.read(earlier.folder), later) == ["run-file-unreadable"]


def test_files_without_dates_that_both_runs_read_are_told(world: World) -> None:
    """Guards the reader against look-ahead: revenue stands in the table of customers, as it was on the later day."""
    found = backtest(*world.two())
    assert "backtest-look-ahead" in codes(found)
    assert found.look_ahead == {
        "what": ["customers"],
        "rules": [{"id": "size", "reads": ["annual_revenue"]}],
    }
    fresh = frames()
    fresh["customers"] = fresh["customers"].with_columns(pl.col("annual_revenue") + 1)
    later = world.run("fresh", LATER_DATE, fresh)
    assert "backtest-look-ahead" not in codes(backtest(Run.read(world.folder / "earlier"), later))


def test_both_engines_give_one_backtest(tmp_path: Path) -> None:
    """Guards that the figures rest on the stored scores and not on who computed them."""
    found = []
    for engine in ("row", "frame"):
        world = World(tmp_path / engine)
        facts = backtest(*world.two(engine=engine)).as_dict()
        found.append({key: facts[key] for key in ("customers", "outcomes", "cut_points")})
    assert found[0] == found[1]


# ---- rules, cuts, challengers ------------------------------------------------------------------------------


def test_a_rule_that_orders_customers_the_wrong_way_is_shown_with_its_cases(world: World) -> None:
    """Guards the look at single rules: `steps` gives the small ones most; its area and its cases are counted by hand."""
    found = only(backtest(*world.two(chosen=pack(world.folder / "own", STEPS))))
    rule = next(one for one in found["rules"] if one["id"] == "steps")

    def points(value: int) -> int:
        return 100 if value < 20 else 50 if value < 90 else 0

    ups, downs = [points(value) for value in STAYED], [points(value) for value in STOPPED]
    assert rule["ranking"]["auc"] == pytest.approx(area(ups, downs), abs=1e-6)
    assert [(case["points"], case["customers"], case["came"]) for case in rule["groups"]] == [
        (value, (ups + downs).count(value), downs.count(value)) for value in (100, 50, 0)
    ]
    assert {"rule": "steps", "why": "wrong_way"} in found["worth_a_look"]


def test_leaving_a_rule_out_leaves_the_others(world: World) -> None:
    """Guards the sensitivity: without `steps` the composite is `size` alone, without `size` it is `steps`."""
    found = only(backtest(*world.two(chosen=pack(world.folder / "own", STEPS)), leave_out=True))
    size, steps = found["rules"]
    assert steps["without"]["auc"] == size["ranking"]["auc"]
    assert size["without"]["auc"] == steps["ranking"]["auc"]
    assert steps["without"]["change"] == pytest.approx(
        size["ranking"]["auc"] - found["ranking"]["auc"], abs=2e-6
    )


def test_a_challenger_is_judged_on_the_same_customers(world: World) -> None:
    """Guards the duel: a challenger that turns the scale round is right where the champion is wrong."""
    earlier, later = world.two()
    turned = pack(world.folder / "turned", WORTH.replace("[[0, 0], [100, 100]]", "[[0, 100], [100, 0]]"))
    other = world.run("other", EARLIER, chosen=turned)
    duel = only(backtest(earlier, later, challenger=other))["challenger"]
    assert duel["difference"]["difference"] == pytest.approx(1 - 2 * area(STAYED, STOPPED), abs=2e-6)
    assert duel["difference"]["customers"] == 36
    assert sum(row["came"] for row in duel["tiers"]) == len(STOPPED)
    assert duel["order"] != []
    assert refused(earlier, later, challenger=later) == ["challenger-other-date"]
    fresh = world.run("fresh", EARLIER, frames({5}), turned)
    assert "challenger-other-data" in codes(backtest(earlier, later, challenger=fresh))


def test_cut_points_are_values_of_the_own_book(world: World) -> None:
    """Guards the quantiles: of forty revenues, two of each 0, 5, ... 95, a third lies at or below the fourteenth, which is 30."""
    found = {
        one["rule"]: one for one in backtest(*world.two(chosen=pack(world.folder / "own", STEPS))).cut_points
    }
    assert found["steps"]["written"] == [20, 90]
    assert [one["value"] for one in found["steps"]["quantiles"]] == [30, 65]
    assert [one["value"] for one in found["size"]["quantiles"]] == [5, 20, 45, 70, 85]


# ---- the sample, by SQL ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    for as_of in (EARLIER, LATER_DATE):
        rulescore.evaluate(str(ROOT / "samples" / "general"), as_of=as_of, out=folder / as_of)
    return folder


def test_the_sample_is_counted_as_sql_counts_it(sample: Path) -> None:
    """Guards the joins of a real pack: DuckDB counts who stopped buying by tier from the run folders, and the pairs in the right order."""
    found = only(rulescore.backtest(sample / EARLIER, sample / LATER_DATE, ["stopped_buying"]))
    paths = {name: f"'{sample / date / file}.parquet'" for name, date, file in (
        ("trace", EARLIER, "trace"), ("before", EARLIER, "inputs"), ("after", LATER_DATE, "inputs"),
    )}  # fmt: skip
    followed = (
        'select t."tier.index" as tier, t."composite.points" as points, a.orders_12m = 0 as stopped '
        f"from {paths['trace']} t join {paths['before']} b using (customer_id) join {paths['after']} a using (customer_id) "
        "where b.orders_12m > 0"
    )
    tiers = duckdb.sql(
        f"select tier, count(*), sum(stopped::int) from ({followed}) group by tier order by tier"
    ).fetchall()
    assert [(row["customers"], row["came"]) for row in found["tiers"]] == [
        (all_, came) for _, all_, came in tiers
    ]
    pairs = duckdb.sql(
        f"with f as ({followed}) select avg(case when g.points > b.points then 1 when g.points = b.points then 0.5 else 0 end) "
        "from f g, f b where not g.stopped and b.stopped"
    ).fetchall()
    assert found["ranking"]["auc"] == pytest.approx(pairs[0][0], abs=1e-6)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_and_the_page_show_what_the_json_says(
    sample: Path, tmp_path: Path, language: str
) -> None:
    """Guards the three forms: every outcome, tier and area of the JSON stands on the screen and in the file."""
    runs = (sample / EARLIER, sample / LATER_DATE)
    facts = json.loads(called("backtest", *runs, "--json").out)
    page = tmp_path / "b.html"
    screen = called("backtest", *runs, lang=language)
    written = called("backtest", *runs, "-o", page, lang=language)
    assert (screen.code, written.code) == (0, 0)
    text = html.unescape(page.read_text(encoding="utf-8"))
    for one in facts["outcomes"]:
        for shown in (
            one["title"][language],
            f"{one['ranking']['auc']:.3f}",
            *(row["title"][language] for row in one["tiers"]),
        ):
            assert shown in screen.out
            assert shown in text
    assert "backtest-look-ahead" in screen.err
    assert all(rule["title"][language] in text for rule in facts["outcomes"][0]["rules"])


def test_the_command_says_what_it_can_not_do(sample: Path) -> None:
    """Guards the ways in which the command line is wrong: a name that is none, a stray --among, a file of no known form."""
    runs = (sample / EARLIER, sample / LATER_DATE)
    unknown = called("backtest", *runs, "--outcome", "order_12m == 0")
    assert (unknown.code, "unknown-name" in unknown.err, "orders_12m" in unknown.err) == (2, True, True)
    assert "among-without-outcome" in called("backtest", *runs, "--among", "orders_12m > 0").err
    assert "handbook-form" in called("backtest", *runs, "-o", "b.docx").err
    assert "not-a-run" in called("backtest", sample, runs[1]).err


def test_equal_runs_give_equal_bytes(sample: Path) -> None:
    """Guards against an order that threads decide."""
    runs = (sample / EARLIER, sample / LATER_DATE)
    assert called("backtest", *runs, "--json").out == called("backtest", *runs, "--json").out


def test_dates_that_may_be_filled_in_later_are_named(sample: Path) -> None:
    """Guards against look-ahead inside dated tables: an invoice of before the earlier date may say that it was paid after it."""
    ahead = rulescore.backtest(sample / EARLIER, sample / LATER_DATE, ["paid_late"]).look_ahead
    reads = {one["id"]: one["reads"] for one in ahead["rules"]}
    assert "invoices.paid_on" in reads["collection-rate"]
    assert "purchase-rhythm" not in reads
    assert {"contacts", "customers", "invoices.paid_on"} <= set(ahead["what"])
