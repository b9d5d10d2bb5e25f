# SPDX-License-Identifier: Apache-2.0
"""Write synthetic customers for the benchmark pack: `make_data.py ROWS OUT.parquet [--csv OUT.csv]`.

Rows are drawn in chunks, each from its own seed, so that any number of rows needs little memory and the first N rows
are the same whatever the number asked for. About 8 in 100 values are missing, in every column but the id.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from make_pack import TEXTS
from polars.io.plugins import register_io_source

SEED = 7
CHUNK = 50_000
MISSING = 0.08
AS_OF = 20634  # 2026-06-30 in days since 1970-01-01


def chunk(number: int, rows: int) -> pl.DataFrame:
    """Rows number*CHUNK onwards. All CHUNK rows are drawn, so that a shorter last chunk is a part of the whole one."""
    rng = np.random.default_rng([SEED, number])

    def money(middle: float, spread: float = 1.1) -> np.ndarray:
        return np.round(rng.lognormal(np.log(middle), spread, CHUNK), 2)

    revenue = money(1_500_000)
    open_amount = np.round(revenue * rng.uniform(0.0, 0.6, CHUNK), 2)
    open_amount[rng.random(CHUNK) < 0.05] = 0.0
    numbers = {
        "annual_revenue": revenue,
        "revenue_last_year": np.round(revenue * rng.lognormal(-0.05, 0.35, CHUNK), 2),
        "registered_capital": np.round(money(3_000_000), -4),
        "open_amount": open_amount,
        "overdue_amount": np.round(open_amount * rng.beta(0.6, 1.8, CHUNK), 2),
        "credit_limit": np.round(money(600_000, 0.9), -3),
        "gross_margin": np.round(rng.normal(0.26, 0.12, CHUNK), 4),
        "discount_rate": np.round(rng.beta(1.2, 9.0, CHUNK), 4),
        "payment_days": np.round(rng.gamma(2.2, 22.0, CHUNK), 1),
        "satisfaction": np.round(10 * rng.beta(5.0, 2.2, CHUNK), 1),
    }
    counts = {
        "employees": np.round(rng.lognormal(4.2, 1.3, CHUNK)),
        "order_count": rng.negative_binomial(1.2, 0.09, CHUNK),
        "complaint_count": rng.poisson(1.1, CHUNK),
        "visit_count": rng.negative_binomial(1.5, 0.25, CHUNK),
        "project_count": rng.poisson(1.8, CHUNK),
        "contact_count": 1 + rng.poisson(1.7, CHUNK),
    }
    texts = {name: pl.Series(values)[rng.integers(0, len(values), CHUNK)] for name, values in TEXTS.items()}
    flags = {
        "dishonest_debtor": rng.random(CHUNK) < 0.03,
        "contract_signed": rng.random(CHUNK) < 0.7,
        "exclusive_supply": rng.random(CHUNK) < 0.2,
    }
    dates = {
        "registered_on": AS_OF - rng.integers(60, 11_000, CHUNK),
        "last_order_on": AS_OF - rng.gamma(1.1, 130.0, CHUNK).astype(np.int64),
    }
    columns = [
        pl.int_range(number * CHUNK + 1, number * CHUNK + CHUNK + 1, eager=True)
        .cast(pl.String)
        .str.zfill(9)
        .alias("number")
    ]
    drawn: list[tuple[str, object, pl.DataType | type[pl.DataType]]] = [
        *((name, values, pl.Float64) for name, values in numbers.items()),
        *((name, values.astype(np.int64), pl.Int64) for name, values in counts.items()),
        *((name, values, pl.String) for name, values in texts.items()),
        *((name, values, pl.Boolean) for name, values in flags.items()),
        *((name, values.astype(np.int32), pl.Date) for name, values in dates.items()),
    ]
    frame = pl.DataFrame(columns).select(("C" + pl.col("number")).alias("customer_id"))
    for name, values, kind in drawn:
        known = pl.Series(rng.random(CHUNK) >= MISSING)
        column = pl.Series(name, values).cast(kind)  # type: ignore[arg-type]
        frame = frame.with_columns(pl.when(known).then(column).alias(name))
    return frame.head(rows)


def rows_source(rows: int) -> pl.LazyFrame:
    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        for number in range(-(-rows // CHUNK)):
            yield chunk(number, min(CHUNK, rows - number * CHUNK))

    return register_io_source(source, schema=chunk(0, 1).schema)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--csv", type=Path, help="write the same rows as CSV too")
    arguments = parser.parse_args()
    rows_source(arguments.rows).sink_parquet(arguments.out, row_group_size=100_000)
    if arguments.csv:
        pl.scan_parquet(arguments.out).sink_csv(arguments.csv)


if __name__ == "__main__":
    main()
