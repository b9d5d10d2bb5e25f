# SPDX-License-Identifier: Apache-2.0
"""Cost of channels: customers and the company's own table of spend in the rows of one key; worked by hand, and against the sample's files."""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rulescore
from commands import SAMPLE, called
from rulescore import api
from rulescore.folder import Run
from rulescore.packs.loading import load, load_or_raise
from rulescore.reports.requests import requests
from test_breakdowns import assert_told, own_pack

AS_OF = "2026-06-30"
# Won in the window: A and B by referral, C without a channel; D came by online long ago.
CUSTOMERS = {"customer_id": ["A", "B", "C", "D"], "source_channel": ["referral", "referral", None, "online"]}
ORDERS = {
    "customer_id": ["A", "B", "C", "D", "D"],
    "order_date": ["2025-07-01", "2026-06-30", "2026-01-10", "2023-07-10", "2026-01-10"],
    "amount": [1000.1, 500.2, 300, 100, 100],
    "cost": [600, 400, 100, 50, 50],
    "direct_selling": [50, 0, 0, 0, 0],
    "service_cost": [50, 0, 0, 0, 0],
}
SPEND = {
    "spent_on": [
        "2025-07-01",
        "2026-06-30",
        "2026-03-31",
        "2026-03-31",
        "2025-06-30",
        "2026-07-01",
        "2026-04-30",
    ],
    "channel": ["referral", "referral", "agent", None, "online", "tender", "online"],
    "kind": ["commission", "media", "event", "staff", "media", "media", "media"],
    "amount": [0.1, 0.2, 40, 60, 9000, 8000, 5],
}
# referral: 1000.10 - 600 - 100 + 500.20 - 400 = 400.30 of 1500.30; agent has spend alone; tender only after the as-of date
WORKED = {
    "referral": (2, 0.3, 0.15, 1500.3, 400.3, 0.3 / 400.3),
    "online": (0, 5, None, 0, 0, None),
    "agent": (0, 40, None, 0, 0, None),
    None: (1, 60, 60, 300, 200, 0.3),
}  # fmt: skip
COLUMNS = ("cost_won", "channel_spend", "channel_cost", "won_sales", "won_earned", "channel_ratio")


def tables(**own: Any) -> dict[str, pl.DataFrame]:
    found = {"customers": CUSTOMERS, "orders": ORDERS, "acquisition_spend": SPEND} | own
    return {name: pl.DataFrame(table, strict=False) for name, table in found.items() if table is not None}


def evaluated(folder: Path, engine: str = "frame", pack: str | Path = "general", **own: Any) -> Run:
    return api.evaluate(tables(**own), pack=pack, as_of=AS_OF, engine=engine, out=folder)


def broken_down(run: Run, name: str) -> dict[Any, dict[str, Any]]:
    """The rows of a breakdown by key (`others` for the rest), each by column."""
    found = json.loads((run.folder / "portfolio.json").read_bytes())["breakdowns"]
    table = next(one for one in found if one["id"] == name)
    ids = [column["id"] for column in table["columns"]]
    return {
        "others" if row["keys"] is None else row["keys"][0]: dict(zip(ids, row["values"], strict=True))
        for row in table["rows"]
    }


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_spend_meets_the_customers_of_its_channel(engine: str, tmp_path: Path) -> None:
    """Guards the table worked by hand: the window's two ends, a channel with spend alone, spend and customers without a channel, none
    that only spends after the as-of date, and no cost of a customer where nobody was won."""
    run = evaluated(tmp_path / "run", engine)
    found = broken_down(run, "channel-cost")
    assert {key: tuple(row[name] for name in COLUMNS) for key, row in found.items()} == {
        key: tuple(pytest.approx(value, rel=1e-12) if value else value for value in row)
        for key, row in WORKED.items()
    }
    assert list(found)[-1] is None
    assert found["referral"]["channel_spend_share"] == pytest.approx(0.3 / 105.3)
    assert rulescore.verify(run.folder) == []


def test_both_engines_and_any_order_give_the_same(tmp_path: Path) -> None:
    """Guards equality to the last byte: of engines, and whatever the order of spend and customers."""
    run = evaluated(tmp_path / "run")
    written = (run.folder / "portfolio.json").read_bytes()
    assert (evaluated(tmp_path / "row", "row").folder / "portfolio.json").read_bytes() == written
    turned = {"acquisition_spend": {key: values[::-1] for key, values in SPEND.items()}}
    again = evaluated(tmp_path / "turned", **turned)
    assert (again.folder / "portfolio.json").read_bytes() == written


def test_the_sample_against_its_files(tmp_path: Path) -> None:
    """Guards spend by channel of the sample against its file added up in decimals, and what each row of the file that is flawed does."""
    run = rulescore.evaluate(SAMPLE, out=tmp_path / "run")
    words = {"展会": "exhibition", "官网": "online", "主动开发": "sales_visit", "转介绍": "referral", "投标": "tender", "经销商": "agent"}  # fmt: skip
    spent: dict[str | None, Decimal] = defaultdict(Decimal)
    with (SAMPLE / "acquisition_spend.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            amount = Decimal(row["不含税金额"])
            if "2025-06-30" < row["入账日期"] <= AS_OF and amount >= 0:
                spent[words.get(row["渠道"])] += amount
    found = broken_down(run, "channel-cost")
    assert {key: Decimal(str(row["channel_spend"])) for key, row in found.items()} == spent
    inputs = run.inputs.collect()
    new = inputs.filter(
        (pl.col("revenue_12m") > 0) & (pl.col("revenue_prev_12m") <= 0) & (pl.col("revenue_2y_ago") <= 0)
    )
    won = dict(new.group_by("source_channel").len().rows())
    assert {key: row["cost_won"] for key, row in found.items()} == {key: won.get(key, 0) for key in spent}
    assert spent["agent"] > 0 and found["agent"]["channel_cost"] is None
    told = {one["code"] for one in run.problems if one["file"] == "acquisition_spend.csv"}
    assert told == {"number-out-of-range", "unlisted-value", "event-after-as-of"}
    base = run.portfolio
    assert base is not None
    values = base.inputs.collect().row(0, named=True)
    assert values["listed_spend"] == pytest.approx(float(sum(spent.values())), rel=1e-12)
    assert values["spend_without_channel"] == pytest.approx(float(spent[None] / sum(spent.values())))


def test_the_table_goes_before_what_customers_note(tmp_path: Path) -> None:
    """Guards against counting twice: costs of leads count without the table and not beside it, and the gap between both is told."""
    leads = {"customer_id": ["A", "D"], "created_on": ["2025-08-01", "2025-08-01"], "cost": [30.0, 12.0]}
    without = evaluated(tmp_path / "without", leads=leads, acquisition_spend=None)
    found = broken_down(without, "channel-cost")
    assert {key: row["channel_spend"] for key, row in found.items()} == {
        "referral": 30,
        "online": 12,
        None: 0,
    }
    assert found["referral"]["channel_cost"] == 15
    both = evaluated(tmp_path / "both", leads=leads)
    assert broken_down(both, "channel-cost")["referral"]["channel_spend"] == pytest.approx(0.3)
    assert both.portfolio is not None
    values = both.portfolio.inputs.collect().row(0, named=True)
    # 42 noted; 0.3 + 40 + 5 on channels
    assert values["spend_gap"] == pytest.approx(3.3 / 45.3) and values["settle_spend"] is False


def test_leads_give_conversion_with_its_interval(tmp_path: Path) -> None:
    """Guards conversion by channel: two of three, and the interval of Wilson worked by its formula."""
    leads = {
        "customer_id": ["A", "A", "B", "D"],
        "created_on": ["2025-08-01"] * 4,
        "status": ["converted", "lost", "converted", "lost"],
    }
    found = broken_down(evaluated(tmp_path / "run", leads=leads), "channel-conversion")
    z, n, p = 1.959963984540054, 3, 2 / 3
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    assert [found["referral"][key] for key in ("channel_leads", "channel_leads_won")] == [3, 2]
    assert found["referral"]["channel_rate_low"] == pytest.approx((middle - half) / (1 + z * z / n))
    assert found["referral"]["channel_rate_high"] == pytest.approx((middle + half) / (1 + z * z / n))
    # 0.30 on three leads; 40 on the channel without a lead
    assert found["referral"]["lead_cost"] == pytest.approx(0.1) and found["agent"]["lead_cost"] is None
    assert found["online"]["channel_rate"] == 0 and found[None]["channel_rate"] is None


def test_the_table_is_asked_for(tmp_path: Path) -> None:
    """Guards the data request: where the table is missing, it is asked of the role that holds it; where it is there, no more."""
    run = evaluated(tmp_path / "run", acquisition_spend=None)
    assert broken_down(run, "channel-cost")["referral"]["channel_spend"] is None
    # nobody lists leads: none is not nought, not even where a channel has no customers
    assert all(
        value is None
        for row in broken_down(evaluated(tmp_path / "leads"), "channel-conversion").values()
        for value in row.values()
    )
    wanted = {one.table: one for one in requests(run) if one.of_base}
    assert wanted["acquisition_spend"].holder == {"zh": "财务", "en": "Finance"}
    assert wanted["acquisition_spend"].rules == ["acquisition-payback"]
    given = requests(evaluated(tmp_path / "given"))
    assert "acquisition_spend" not in {one.table for one in given}


def test_what_cannot_be_used_is_told_with_its_cell(tmp_path: Path) -> None:
    """Guards bad input: negative spend, a channel that nobody knows, spend after the as-of date, an amount that is none."""
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "客户.csv").write_text("客户编号,客户来源\nA,转介绍\n", encoding="utf-8")
    (folder / "支出.csv").write_text(
        "日期,渠道,类别,金额\n2026-05-31,展会,展位费,100\n2026-05-31,电梯,投放,7\n2026-05-31,展会,投放,-3\n2026-08-31,展会,投放,9\n2026-05-31,展会,投放,若干\n",
        encoding="utf-8",
    )
    (folder / "assessment.yaml").write_text(
        f"company: {{zh: 甲, en: A}}\npurpose: {{zh: 试, en: Test}}\nas_of: {AS_OF}\npack: general\ntables: {{customers: 客户.csv, acquisition_spend: 支出.csv}}\n",
        encoding="utf-8",
    )
    run = rulescore.evaluate(folder, out=tmp_path / "run")
    told = {one["code"]: one["row"] for one in run.problems if str(one["file"]).endswith("支出.csv")}
    assert told["unlisted-value"] == 3 and told["number-out-of-range"] == 4
    assert told["event-after-as-of"] == 5 and told["unreadable-number"] == 6
    found = broken_down(run, "channel-cost")
    assert {key: row["channel_spend"] for key, row in found.items()} == {
        "exhibition": 100,
        "referral": 0,
        None: 7,
    }


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_spend_without_channels(engine: str, tmp_path: Path) -> None:
    """Guards a table of amounts and dates alone: all of it stands without a channel, and no channel has a cost."""
    bare = {key: SPEND[key] for key in ("spent_on", "amount")}
    found = broken_down(evaluated(tmp_path / "run", engine, acquisition_spend=bare), "channel-cost")
    assert {key: row["channel_spend"] for key, row in found.items()} == {
        "referral": 0, "online": 0, None: pytest.approx(105.3),
    }  # fmt: skip


OTHERS = """dimension: concentration
breakdowns:
  - id: narrow
    title: {zh: 窄, en: Narrow}
    by: customers.source_channel
    beside: {acquisition_spend: acquisition_spend.channel}
    rows: 1
    figures:
      narrow_spend: {title: {zh: 支出, en: Spend}, unit: CNY, is: sum(acquisition_spend.amount)}
  - id: twofold
    title: {zh: 两键, en: Twofold}
    by: [customers.source_channel, customers.revenue_12m > 0]
    beside: {acquisition_spend: [acquisition_spend.channel, acquisition_spend.amount > 1]}
    figures:
      twofold_spend: {title: {zh: 支出, en: Spend}, unit: CNY, is: sum(acquisition_spend.amount)}
"""


@pytest.mark.parametrize("engine", ["frame", "row"])
def test_the_rest_and_two_keys(engine: str, tmp_path: Path) -> None:
    """Guards spend of channels that have no row of their own, which stands in the last, and tables that meet in two keys."""
    run = evaluated(tmp_path / "run", engine, own_pack(tmp_path, OTHERS))
    # all dates up to the as-of date: online 9000 + 5, agent 40, none 60
    found = broken_down(run, "narrow")
    assert {key: row["narrow_spend"] for key, row in found.items()} == {
        "referral": pytest.approx(0.3),
        "others": 9105,
    }
    rows = json.loads((run.folder / "portfolio.json").read_bytes())["breakdowns"]
    two = {
        tuple(row["keys"]): row["values"][0] for one in rows if one["id"] == "twofold" for row in one["rows"]
    }
    assert two == {
        ("referral", True): 0, ("referral", False): pytest.approx(0.3), ("online", True): 9005, ("agent", True): 40, (None, True): 60,
    }  # fmt: skip


def test_a_changed_spend_is_found(tmp_path: Path) -> None:
    """Guards that the stored spend and the figures of channels are recomputed: a changed amount is found as what differs."""
    run = evaluated(tmp_path / "run")
    folder = shutil.copytree(run.folder, tmp_path / "changed")
    path = folder / "portfolio" / "acquisition_spend.parquet"
    pl.read_parquet(path).with_columns(amount=pl.col("amount") + 1).write_parquet(path)
    assert "portfolio.json" in {problem.facts.get("what") for problem in rulescore.verify(folder)}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("beside: {spend: spend.channel}", "unknown-table"),
        ("beside: {customers: customers.region}", "unknown-table"),
        ("beside: {acquisition_spend: [acquisition_spend.channel, acquisition_spend.kind]}", "breakdown-keys"),
        ("beside: {acquisition_spend: acquisition_spend.amount}", "wrong-kind"),
        ("beside: {acquisition_spend: acquisition_spend.chanel}", "unknown-name"),
        ("beside: {acquisition_spend: customers.source_channel}", "unknown-name"),
        ("figures: {in_one: {title: {zh: 一, en: one}, is: sum(acquisition_spend.amount)}}", None),
        ("beside: {}", None),
    ],
)  # fmt: skip
def test_mistakes_are_told(bad: str, code: str | None, tmp_path: Path) -> None:
    """Guards keys of other tables that are none, and figures of a table that does not stand in the rows: each a problem with its place."""
    assert_told(bad, code, tmp_path, by="customers.source_channel")


@pytest.mark.parametrize("pack", ["general", "wedding_photography", "biotech", "automation", "ventilation"])
def test_channels_of_spend_are_those_of_customers(pack: str) -> None:
    """Guards one list of channels in every trade: the values of spend are those of customers, words included."""
    loaded, _ = load_or_raise(pack)
    assert loaded.portfolio is not None
    spend = loaded.portfolio.tables["acquisition_spend"].fields["channel"]
    source = loaded.records.fields["source_channel"]
    assert spend.values == source.values and spend.words == source.words


def test_values_of_a_field_that_is_none(tmp_path: Path) -> None:
    """Guards a slip in the field whose values another takes: told at its place with the name that is close."""
    pack = own_pack(tmp_path, "dimension: concentration\nremove: [by-abc]\n")
    (pack / "portfolio" / "tables.yaml").write_text(
        "tables:\n  acquisition_spend:\n    fields:\n      channel: {type: text, values: customers.source_chanel, title: {zh: 渠道, en: Channel}}\n",
        encoding="utf-8",
    )
    loaded, problems = load(pack)
    (problem,) = [one for one in problems if one.severity == "error"]
    assert loaded is None and problem.code == "unknown-field"
    assert "customers.source_channel" in problem.facts["close"]


@pytest.mark.parametrize(("language", "words"), [("zh", ("各渠道获客成本", "查实后停投", "单客成本")), ("en", ("Acquisition cost by channel", "Verify, then stop", "Cost of a customer"))])  # fmt: skip
def test_people_can_read_it(language: str, words: tuple[str, ...], tmp_path: Path) -> None:
    """Guards the words of the table in the explanation, the report and the handbook, in both languages."""
    folder = str(evaluated(tmp_path / "run").folder)
    for output in (
        called("explain", folder, "portfolio", lang=language).out,
        called("report", folder, "--format", "md", "-o", str(tmp_path / "r.md"), lang=language).out
        + (tmp_path / "r.md").read_text(encoding="utf-8"),
    ):
        assert [word for word in words if word not in output] == []
    called("handbook", "general", "-o", str(tmp_path / "h.md"), lang=language)
    book = (tmp_path / "h.md").read_text(encoding="utf-8")
    assert [word for word in words if word not in book] == []
