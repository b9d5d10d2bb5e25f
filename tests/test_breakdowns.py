# SPDX-License-Identifier: Apache-2.0
"""Breakdowns of the base: against SQL over the customers of a run, their order, their rest, verification, and words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import rfc8785
import rulescore
from commands import SAMPLE, called
from rulescore.folder import Run, hashes, run_id_of
from rulescore.packs.loading import load

OWN = """dimension: concentration
breakdowns:
  - id: by-region-and-size
    title: {zh: 按地区与规模, en: By region and size}
    by: [customers.region, customers.size_class]
    where: customers.revenue_12m > 0
    rows: 4
    figures:
      in_cell: {title: {zh: 户数, en: Customers}, unit: count, is: count(customers)}
      cell_sales: {title: {zh: 收入, en: Revenue}, unit: CNY, is: sum(customers.revenue_12m)}
      cell_share: {title: {zh: 占比, en: Share}, unit: share, is: cell_sales / base_revenue}
  - id: by-late
    title: {zh: 是否逾期, en: Overdue or not}
    by: customers.overdue_share > 0
    figures:
      late_customers: {title: {zh: 户数, en: Customers}, unit: count, is: count(customers)}
  - id: by-first-order
    title: {zh: 按首单日期, en: By first order}
    by: customers.first_ordered_on
    rows: 3
    figures:
      same_day: {title: {zh: 户数, en: Customers}, unit: count, is: count(customers)}
  - id: by-value-and-safety
    title: {zh: 按价值与安全, en: By value and safety}
    by: [customers.index_value >= 75, customers.index_safety >= 75]
    figures:
      in_square: {title: {zh: 户数, en: Customers}, unit: count, is: count(customers)}
      mean_value: {title: {zh: 平均价值, en: Mean value}, unit: points, is: mean(customers.index_value)}
remove: [by-abc]
"""


def own_pack(folder: Path, text: str = OWN) -> Path:
    pack = folder / "own"
    (pack / "portfolio").mkdir(parents=True)
    head = "version: 1.0.0\ntitle: {zh: 自有, en: Own}\nextends: general\n"
    (pack / "pack.yaml").write_text(f"id: own\n{head}", encoding="utf-8")
    (pack / "portfolio" / "pack.yaml").write_text(f"id: portfolio\n{head}", encoding="utf-8")
    (pack / "portfolio" / "concentration.yaml").write_text(text, encoding="utf-8")
    return pack


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("tables")
    return rulescore.evaluate(SAMPLE, own_pack(folder), out=folder / "run")


def tables(run: Run) -> dict[str, list[tuple[Any, ...]]]:
    found = json.loads((run.folder / "portfolio.json").read_bytes())["breakdowns"]
    return {one["id"]: [(row["keys"], row["values"]) for row in one["rows"]] for one in found}


def asked(run: Run, query: str) -> list[Any]:
    inputs = pl.read_parquet(run.folder / "inputs.parquet")
    customers = inputs.join(
        run.table.select("customer_id", "composite", "tier", "index_value", "index_safety"), on="customer_id"
    )
    database = duckdb.connect()
    database.register("customers", customers.to_arrow())
    return database.execute(query).fetchall()


def near(value: Any) -> Any:
    return pytest.approx(value, rel=1e-12) if isinstance(value, float) else value


def test_indices_group_customers_as_sql_does(run: Run) -> None:
    """Guards the matrix of value and risk: customers by two indices against SQL over the table of scores."""
    rows = asked(
        run,
        "select index_value >= 75, index_safety >= 75, count(*), avg(index_value) from customers group by 1, 2 order by 1, 2",
    )
    found = tables(run)["by-value-and-safety"]
    assert len(found) == len(rows) == 4
    for (keys, values), (value, safety, count, mean) in zip(found, rows, strict=True):
        assert (keys, values) == ([value, safety], [count, near(mean)])


def test_one_key_equals_sql(run: Run) -> None:
    """Guards figures per region against SQL; texts stand by their number of customers, what is missing last."""
    rows = asked(
        run,
        """select region, count(*), sum(greatest(revenue_12m, 0)), sum(greatest(revenue_12m, 0)) / (select sum(greatest(revenue_12m, 0)) from customers),
        avg(composite) from customers group by region order by region is null, count(*) desc, region""",
    )
    found = tables(run)["by-region"]
    assert len(found) == len(rows) > 5
    for (keys, values), (region, count, revenue, share, points) in zip(found, rows, strict=True):
        assert (keys, values[0]) == ([region], count)
        assert [values[1], values[2], values[4]] == [near(float(one)) for one in (revenue, share, points)]


def test_two_keys_and_the_rest(run: Run) -> None:
    """Guards the largest four pairs in the order of their keys, all others as one row, and customers that `where` leaves out."""
    rows = asked(
        run,
        """select region, size_class, count(*) as n, sum(revenue_12m) as s from customers where revenue_12m > 0 group by all
        order by n desc""",
    )
    found = tables(run)["by-region-and-size"]
    assert len(found) == 5 and found[-1][0] is None
    known = {(region, size): (count, total) for region, size, count, total in rows}
    for keys, values in found[:-1]:
        count, total = known.pop(tuple(keys))
        assert values[:2] == [count, near(total)]
    assert min(values[0] for _, values in found[:-1]) >= max(count for count, _ in known.values())
    assert found[-1][1][:2] == [
        sum(count for count, _ in known.values()),
        near(sum(total for _, total in known.values())),
    ]
    assert sum(values[2] for _, values in found) == pytest.approx(1)


def test_answers_and_dates_are_keys(run: Run) -> None:
    """Guards keys that are no texts: an answer, missing included, and a date, which ascends and stands as ISO text."""
    rows = dict(asked(run, "select overdue_share > 0, count(*) from customers group by 1"))
    assert {keys[0]: values[0] for keys, values in tables(run)["by-late"]} == rows
    dates = [keys[0] for keys, _ in tables(run)["by-first-order"] if keys is not None]
    assert dates == sorted(dates) and all(len(one) == 10 for one in dates)


def test_cohorts_equal_sql(run: Run) -> None:
    """Guards the triangle: customers by the year of their first order, who of them ordered a year later, and blanks for years to come."""
    found = {keys[0]: values for keys, values in tables(run)["cohorts"] if keys is not None}
    assert found and all(
        values[1:][index] is None
        for year, values in found.items()
        for index in range(4)
        if year + index + 1 > 2026
    )
    inputs = pl.read_parquet(run.folder / "inputs.parquet")
    for year, values in found.items():
        own = inputs.filter(pl.col("first_order_year") == year)
        assert values[0] == own.height
        later = own.filter(pl.col("years_since_first") >= 1)
        if later.height:
            column = {1: "orders_12m", 2: "orders_prev_12m"}[int(own["years_since_first"][0])]
            assert values[1] == near(own.filter(pl.col(column) > 0).height / own.height)


def test_both_engines_and_any_order_give_the_same(run: Run, tmp_path: Path) -> None:
    """Guards equality to the last byte of both engines, and that the order of customers does not matter."""
    pack = own_pack(tmp_path)
    row = rulescore.evaluate(SAMPLE, pack, engine="row", out=tmp_path / "row")
    assert (row.folder / "portfolio.json").read_bytes() == (run.folder / "portfolio.json").read_bytes()
    shutil.copytree(SAMPLE, tmp_path / "sample")
    table = tmp_path / "sample" / "customers.csv"
    head, *rest = table.read_text(encoding="utf-8-sig").splitlines()
    table.write_text("\n".join([head, *reversed(rest)]) + "\n", encoding="utf-8-sig")
    turned = rulescore.evaluate(tmp_path / "sample", pack, out=tmp_path / "turned")
    assert tables(turned) == tables(run)


def test_a_changed_cell_is_found(run: Run, tmp_path: Path) -> None:
    """Guards that a cell which does not follow from the customers is found, even under a fitting seal."""
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    assert rulescore.verify(folder) == []
    facts = json.loads((folder / "portfolio.json").read_bytes())
    facts["breakdowns"][0]["rows"][0]["values"][0] += 1
    (folder / "portfolio.json").write_bytes(rfc8785.dumps(facts))
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"files": hashes(folder)}
    manifest["run_id"] = run_id_of(manifest)
    (folder / "manifest.json").write_bytes(rfc8785.dumps(manifest))
    assert [problem.facts["what"] for problem in rulescore.verify(folder)] == ["portfolio.json"]


def test_removed_and_added(run: Run) -> None:
    """Guards that a pack takes over, adds and removes breakdowns by id."""
    assert "by-abc" not in tables(run)
    assert {"by-tier", "cohorts", "by-late"} <= tables(run).keys()


def test_breakdowns_are_told_in_words(run: Run) -> None:
    """Guards words of values and the expressions behind columns in the explanation, in both languages."""
    for language, words in (
        ("zh", ("战略", "转介绍", "核心（近、频、额俱高）", "count(customers)")),
        ("en", ("referral", "Champions", "all others", "count(customers)")),
    ):
        done = called("explain", str(run.folder), "portfolio", lang=language)
        assert done.code == 0
        assert [word for word in words if word not in done.out] == []
    node = json.loads(called("explain", str(run.folder), "portfolio", "--json").out)
    assert "by-late" in {one["id"] for one in node["breakdowns"]}


def assert_told(bad: str, code: str | None, folder: Path, by: str = "customers.region") -> None:
    """A breakdown with the key `bad` is refused: each problem has its place, and one the code, where one is named."""
    figures = "figures: {in_one: {title: {zh: 一, en: one}, is: count(customers)}}"
    parts = {"by": f"by: {by}", "figures": figures} | {bad.split(":")[0]: bad}
    lines = "\n".join(f"    {part}" for part in parts.values())
    text = f"dimension: concentration\nbreakdowns:\n  - id: odd\n    title: {{zh: 题, en: Odd}}\n{lines}\n"
    loaded, problems = load(own_pack(folder, text))
    errors = [problem for problem in problems if problem.severity == "error"]
    assert loaded is None and errors
    assert code is None or code in {problem.code for problem in errors}
    assert all(getattr(problem.place, "line", 0) > 2 for problem in errors)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("by: customers.regionn", "unknown-name"), ("by: base_revenue", "name-outside-table"), ("by: []", None), ("rows: 0", None),
        ("figures: {customers: {title: {zh: 一, en: one}, is: count(customers)}}", "duplicate-name"),
        ("figures: {base_revenue: {title: {zh: 一, en: one}, is: count(customers)}}", "duplicate-name"),
        ("where: customers.revenue_12m", "wrong-kind"), ("by: [customers.region, customers.region, customers.region]", None),
    ],
)  # fmt: skip
def test_mistakes_are_told(bad: str, code: str | None, tmp_path: Path) -> None:
    """Guards keys and figures that are none: each is a problem with its place."""
    assert_told(bad, code, tmp_path)
