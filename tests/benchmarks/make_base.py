# SPDX-License-Identifier: Apache-2.0
"""Write synthetic customers and ten times as many orders, as an assessment of `base_pack/`: `make_base.py CUSTOMERS FOLDER`.

Orders are drawn in chunks, each a stretch of five years and from its own seed, so that any number needs little memory. Who orders
and for how much is skewed as in real books: few customers make most of the revenue. One order in thirty is cancelled, one customer
in five has an owner that others share.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

SEED = 11
ORDERS_EACH = 10
CHUNKS = 50
DAYS = 5 * 365
AS_OF = 20634  # 2026-06-30 in days since 1970-01-01
REGIONS = ["north", "east", "south", "west", "central", "abroad"]
CHANNELS = ["direct", "dealer", "online", "tender", "referral"]
ORDERS = {"customer_id": pl.String, "order_date": pl.Date, "amount": pl.Float64, "status": pl.String}


def name(numbers: pl.Expr) -> pl.Expr:
    return pl.lit("C") + numbers.cast(pl.String).str.zfill(9)


def customers(count: int) -> pl.DataFrame:
    rng = np.random.default_rng([SEED, 0])
    owner = rng.integers(0, max(1, count // 20), count)
    shared = rng.random(count) < 0.2
    return pl.DataFrame(
        {
            "number": np.arange(count),
            "region": np.array(REGIONS)[rng.integers(0, len(REGIONS), count)],
            "channel": np.array(CHANNELS)[rng.integers(0, len(CHANNELS), count)],
            "owner": owner,
            "shared": shared,
        }
    ).select(
        name(pl.col("number")).alias("customer_id"),
        "region",
        "channel",
        pl.when("shared").then(pl.lit("G") + pl.col("owner").cast(pl.String)).alias("owner"),
    )


def orders(count: int) -> Iterator[pl.DataFrame]:
    """All orders in the order of their dates, chunk by chunk."""
    for number in range(CHUNKS):
        rng = np.random.default_rng([SEED, 1 + number])
        rows = count * ORDERS_EACH // CHUNKS
        who = (rng.random(rows) ** 1.6 * count).astype(np.int64)
        start = AS_OF - DAYS + 1 + number * DAYS // CHUNKS
        end = AS_OF + 1 - DAYS + (number + 1) * DAYS // CHUNKS
        size = rng.lognormal(6.5, 1.0, rows) * (1 + 200_000 / (who + 1000))
        yield pl.DataFrame(
            {
                "who": who,
                "order_date": np.sort(rng.integers(start, end, rows)).astype(np.int32),
                "amount": np.round(size, 2),
                "status": np.array(["done", "open", "cancelled"])[
                    np.searchsorted([0.9, 29 / 30], rng.random(rows), side="right")
                ],
            }
        ).select(
            name(pl.col("who")).alias("customer_id"), pl.col("order_date").cast(pl.Date), "amount", "status"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=int)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    customers(arguments.customers).write_parquet(folder / "customers.parquet")
    source = register_io_source(lambda *_: orders(arguments.customers), schema=pl.Schema(ORDERS))
    source.sink_parquet(folder / "orders.parquet", row_group_size=200_000)
    as_of = datetime.date(1970, 1, 1) + datetime.timedelta(AS_OF)
    pack = (Path(__file__).resolve().parent / "base_pack").as_posix()
    (folder / "assessment.yaml").write_text(
        "company: {zh: 性能测试, en: Benchmark}\npurpose: {zh: 性能测试, en: Benchmark}\n"
        f"as_of: {as_of}\npack: {pack}\ntables: {{customers: customers.parquet, orders: orders.parquet}}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
