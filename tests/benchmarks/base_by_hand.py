# SPDX-License-Identifier: Apache-2.0
"""The figures of `base_pack/` by hand-written Polars: `base_by_hand.py FOLDER OUT.json [--compare RUN]`.

Reads what `make_base.py` wrote and writes the figures and breakdowns of the base, nothing else. Money is added in whole cents, so
that sums are exact. `--compare` sets every figure against those of a run: equal to twelve digits, counts and sums of money exactly.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import polars as pl

AS_OF = pl.date(2026, 6, 30)
LIVE = pl.col("status") != "cancelled"
day = pl.col("order_date")
CENTS = (pl.col("amount") * 100).round().cast(pl.Int64)
EDGES = [pl.date(2026 - back, 6, 30) for back in range(5)]


def year(back: int) -> pl.Expr:
    """Whether an order lies in the twelve months that end so many years before the as-of date."""
    return (day > EDGES[back + 1]) & (day <= EDGES[back])


def of_orders(folder: Path) -> pl.LazyFrame:
    """One row a customer that ever ordered."""
    orders = pl.scan_parquet(folder / "orders.parquet").filter(day <= AS_OF)
    sales = [pl.when(LIVE & year(back)).then(CENTS).otherwise(0).alias(f"sales_{back}") for back in range(4)]
    made = orders.with_columns(
        *sales,
        pl.when(~LIVE & year(0)).then(CENTS).otherwise(0).alias("cancelled"),
        pl.when(LIVE).then("amount").alias("live"),
        pl.when(LIVE).then(day).alias("day"),
        (LIVE & year(0)).alias("counted"),
    )
    return made.group_by("customer_id").agg(
        pl.col("sales_0", "sales_1", "sales_2", "sales_3", "cancelled").sum(),
        pl.col("live").max().alias("largest"),
        pl.col("counted").sum().cast(pl.Int64).alias("orders_12m"),
        pl.col("day").drop_nulls().n_unique().cast(pl.Int64).alias("order_days"),
        pl.col("day").min().alias("first_on"),
        pl.col("day").max().alias("last_on"),
    )


def base(folder: Path) -> pl.DataFrame:
    """All customers with what the figures rest on. Points are whole numbers of 1/10000 where they are rounded."""
    everyone = pl.scan_parquet(folder / "customers.parquet").join(
        of_orders(folder), on="customer_id", how="left", maintain_order="left"
    )
    zero = ["sales_0", "sales_1", "sales_2", "sales_3", "cancelled", "orders_12m", "order_days"]
    sales = pl.col("sales_0")
    silent = pl.col("silent")
    months = (2026 - pl.col("first_on").dt.year()) * 12 + 6 - pl.col("first_on").dt.month()
    later = (pl.col("first_on").dt.day() > 30).cast(pl.Int32)
    value = (
        2 * pl.when(sales < 200_000).then(20).when(sales < 2_000_000).then(60).otherwise(100)
        + pl.when(sales >= pl.col("sales_1")).then(100).otherwise(30)
    ) / 3
    recent = pl.when(silent <= 90).then(100).when(silent <= 365).then(50).when(silent > 365).then(0)
    repeats = pl.when(pl.col("order_days") > 1).then(100).otherwise(20)
    activity = pl.when(silent.is_null()).then(repeats * 1.0).otherwise((recent + repeats) / 2)
    points = (
        ((value * 10_000 + 0.5).floor() * 6 + (activity * 10_000 + 0.5).floor() * 4) / 1000 + 0.5
    ).floor() / 100
    return (
        everyone.with_columns(pl.col(zero).fill_null(0))
        .with_columns(
            (AS_OF - pl.col("last_on")).dt.total_days().alias("silent"),
            ((months - later) // 12).alias("age"),
            sales.rank("min", descending=True).alias("place"),
            pl.max_horizontal(sales, 0).sum().over("region").alias("region_sales"),
            pl.when(pl.col("owner").is_null()).then(pl.max_horizontal(sales, 0))
            .otherwise(pl.max_horizontal(sales, 0).sum().over("owner")).alias("owner_sales"),
        )
        .with_columns(points.alias("composite"))
        .with_columns(
            pl.when(pl.col("composite") >= 75).then(pl.lit("strategic"))
            .when(pl.col("composite") >= 45).then(pl.lit("important")).otherwise(pl.lit("ordinary")).alias("tier"),
            pl.when(pl.col("orders_12m") >= 4).then(pl.lit("often"))
            .when(pl.col("orders_12m") >= 1).then(pl.lit("seldom")).otherwise(pl.lit("never")).alias("frequency"),
            pl.when(silent <= 90).then(pl.lit("fresh"))
            .when(silent <= 365).then(pl.lit("cooling")).when(silent > 365).then(pl.lit("cold")).alias("recency"),
        )
        .collect(engine="streaming")
    )  # fmt: skip


def gini(values: pl.Series) -> float:
    ordered = values.sort().to_numpy().astype(float)
    count = len(ordered)
    ranks = range(1, count + 1)
    total = math.fsum(ordered)
    return (2 * math.fsum(ordered * pl.Series(ranks).to_numpy()) / (count * total)) - (count + 1) / count


def wilson_low(hits: int, tries: int) -> float:
    z = 1.959963984540054
    share = hits / tries
    middle = share + z * z / (2 * tries)
    spread = z * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    return (middle - spread) / (1 + z * z / tries)


def figures(frame: pl.DataFrame) -> dict[str, float]:
    now, before = pl.col("sales_0"), pl.col("sales_1")
    plus = pl.max_horizontal(now, 0)
    had = before > 0
    place, silent, age = pl.col("place"), pl.col("silent"), pl.col("age")
    made = frame.lazy().select(
        pl.len().alias("customers_all"), (now > 0).sum().alias("buying"), had.sum().alias("opening"),
        (had & (now > 0)).sum().alias("kept"), (had & (now <= 0)).sum().alias("lost"), (age == 0).sum().alias("won"),
        plus.sum().alias("revenue"), pl.max_horizontal(before, 0).sum().alias("revenue_before"),
        pl.col("sales_2").clip(0).sum().alias("revenue_2y"), pl.col("sales_3").clip(0).sum().alias("revenue_3y"),
        pl.col("cancelled").sum().alias("revenue_cancelled"),
        pl.min_horizontal(now, before).clip(0).filter(had).sum().alias("gross"), plus.filter(had).sum().alias("net"),
        before.filter(had & (now <= 0)).sum().alias("lost_revenue"), now.filter(age == 0).sum().alias("from_new"),
        (now - before).clip(0).filter(had).sum().alias("expansion"),
        (before - now).clip(0).filter(had & (now > 0)).sum().alias("contraction"),
        now.max().alias("most"), *(plus.filter(place <= most).sum().alias(f"first{most}") for most in (5, 10, 20)),
        pl.col("owner_sales").max(), pl.col("region_sales").max(),
        (plus.cast(pl.Float64) * pl.col("owner_sales")).sum().alias("squares"), (plus.cast(pl.Float64) ** 2).sum().alias("own"),
        pl.col("largest").max().alias("largest_order"), pl.col("orders_12m").sum().alias("orders_all"),
        (pl.col("order_days") > 1).sum().alias("again"), (pl.col("order_days") > 0).sum().alias("ever"),
        (silent > 365).sum().alias("dormant"), plus.filter(silent > 180).sum().alias("at_risk"),
        silent.mean().alias("mean_silence"), silent.median().alias("median_silence"),
        pl.col("composite").mean().alias("mean_score"), (pl.col("composite") * plus).sum().alias("weighted"),
        (pl.col("tier") == "strategic").sum().alias("strategic_count"),
        plus.filter(pl.col("tier") == "strategic").sum().alias("strategic_revenue"),
        (age >= 1).sum().alias("due_1"), ((age >= 1) & (now > 0)).sum().alias("kept_1"),
    ).collect().row(0, named=True)  # fmt: skip
    revenue, start = made["revenue"], made["revenue_before"]
    named = (
        "customers_all", "buying", "opening", "kept", "lost", "won", "largest_order", "orders_all", "dormant", "mean_silence",
        "median_silence", "mean_score", "strategic_count", "due_1", "kept_1",
    )  # fmt: skip
    money = (
        "revenue", "revenue_before", "revenue_2y", "revenue_3y", "revenue_cancelled", "lost_revenue", "from_new", "expansion",
        "contraction", "at_risk", "strategic_revenue",
    )  # fmt: skip
    hhi = made["squares"] / revenue**2
    return {
        **{key: float(made[key]) for key in named}, **{key: made[key] / 100 for key in money},
        "growth": revenue / start - 1, "cagr": (revenue / made["revenue_3y"]) ** (1 / 3) - 1,
        "logo_retention": made["kept"] / made["opening"], "logo_low": wilson_low(made["kept"], made["opening"]),
        "gross_retention": made["gross"] / start, "net_retention": made["net"] / start,
        "top1": made["most"] / revenue, **{f"top{most}": made[f"first{most}"] / revenue for most in (5, 10, 20)},
        "top_owner": made["owner_sales"] / revenue, "top_region": made["region_sales"] / revenue,
        "hhi_owner": hhi, "hhi_plain": made["own"] / revenue**2, "effective": 1 / hhi, "inequality": gini(frame["sales_0"]),
        "orders_each": made["orders_all"] / made["buying"], "order_value": revenue / 100 / made["orders_all"],
        "repeat_rate": made["again"] / made["ever"], "weighted_score": made["weighted"] / revenue,
    }  # fmt: skip


def breakdowns(frame: pl.DataFrame) -> dict[str, list[list[Any]]]:
    """By each key or pair of keys: customers, revenue, mean score; rows in the order of the keys."""
    keys = {
        "by-region": ["region"], "by-channel-tier": ["channel", "tier"], "by-age": ["age"], "by-recency": ["recency", "frequency"],
    }  # fmt: skip
    made = [
        frame.lazy().group_by(by).agg(
            pl.len().cast(pl.Float64).alias("n"), (pl.max_horizontal("sales_0", 0).sum() / 100).alias("sales"),
            pl.col("composite").mean().alias("score"),
        ).sort(by) for by in keys.values()
    ]  # fmt: skip
    return {
        key: [list(row) for row in found.rows()]
        for key, found in zip(keys, pl.collect_all(made), strict=True)
    }


def compare(found: dict[str, Any], run: Path) -> tuple[int, list[str]]:
    """(figures compared, those that differ)."""
    told = json.loads((run / "portfolio.json").read_bytes())
    ours = {one["id"]: one["value"] for one in told["figures"]}
    pairs = [(key, value, ours[key]) for key, value in found["figures"].items()]
    for one in told["breakdowns"]:
        rows = {tuple(map(str, row["keys"])): row["values"] for row in one["rows"]}
        width = len(one["by"])
        for row in found["breakdowns"][one["id"]]:
            key = tuple(map(str, row[:width]))
            pairs += [(f"{one['id']} {key}", a, b) for a, b in zip(row[width:], rows[key], strict=True)]
    wrong = [
        f"{what}: {b} and {a} by hand"
        for what, a, b in pairs
        if not math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-9)
    ]
    return len(pairs), wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--compare", type=Path)
    arguments = parser.parse_args()
    frame = base(arguments.folder)
    found = {"figures": figures(frame), "breakdowns": breakdowns(frame)}
    arguments.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if arguments.compare:
        count, wrong = compare(found, arguments.compare)
        print(json.dumps({"compared": count, "different": wrong}))


if __name__ == "__main__":
    main()
