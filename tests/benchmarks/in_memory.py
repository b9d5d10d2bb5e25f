# SPDX-License-Identifier: Apache-2.0
"""The frame engine alone: customers in memory to cases, points, scores and tiers in memory, as the programs in pure Python are timed.

`in_memory.py DATA [ROWS]` prints customers a second. Nothing is read, checked, hashed or written while the clock runs.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rulescore.engines import frame
from rulescore.folder import narrow, trace_columns
from rulescore.packs.loading import load_or_raise
from rulescore.plan import make_plan

PACK = Path(__file__).resolve().parent / "pack"
AS_OF = (date(2026, 6, 30) - date(1970, 1, 1)).days


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    arguments = parser.parse_args()
    pack, _ = load_or_raise(PACK)
    plan = make_plan(pack, AS_OF)
    customers = pl.read_parquet(arguments.data, n_rows=arguments.rows)
    types: dict[str, Any] = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Date}
    typed = customers.with_columns(pl.col(name).cast(types[plan.kinds[name]]) for name in plan.fields)
    start = time.perf_counter()
    numbers = frame.as_numbers(typed.lazy(), plan.fields, plan.kinds)
    scored = frame.score(plan, frame.with_features(plan, numbers))
    rows = scored.select(trace_columns(plan)).cast(narrow(plan)).collect(engine="streaming").height  # type: ignore[arg-type]
    seconds = time.perf_counter() - start
    print(json.dumps({"records": rows, "seconds": round(seconds, 4), "per_second": round(rows / seconds)}))


if __name__ == "__main__":
    main()
