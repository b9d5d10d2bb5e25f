# SPDX-License-Identifier: Apache-2.0
"""The worked numbers of `golden.json`, and the ways into the product by which they are reproduced: expressions on both engines,
the base as a whole, and valuation methods.

The numbers come from published examples and from two implementations that are not this one; each has twelve digits.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from harness import base_tables, both_engines, dictionary, make_pack, plan_of, read_pack, write_pack
from rulescore import breakdowns, portfolio
from rulescore.engines import frame as frame_engine
from rulescore.packs.loading import load_or_raise
from rulescore.packs.portfolio_table import COMPANY_ID, OWNER, columns_read
from rulescore.plan import Plan
from rulescore.valuation import BY_NAME, in_full
from rulescore.valuation.parts import Valued, exactly

__all__ = ["base", "case", "figure", "figures", "make_pack", "near", "run", "series"]

ALL: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "golden.json").read_text(encoding="utf-8")
)
ORDER_DATE = "2026-01-10"


def case(name: str) -> Any:
    """The numbers of one case."""
    return ALL[name]


def near(value: Any, rel: float = 1e-9) -> Any:
    """All printed digits: the numbers have twelve, of which the last may be rounded."""
    return pytest.approx(value, rel=rel, abs=1e-9)


def figures(
    features: Mapping[str, str], customers: Sequence[Mapping[str, Any]] = ({},), orders: Sequence[float] = ()
) -> list[dict[str, Any]]:
    """Expressions over customers and the orders of the first, on both engines, which must agree; a row a customer."""
    fields = {
        key: "text" if isinstance(value, str) else "number" for row in customers for key, value in row.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        pack = read_pack(
            write_pack(
                Path(folder) / "pack",
                {"one": {"features": dict(features), "rules": [{"id": "any", "formula": "0"}]}},
                tables=dictionary(fields),
            )
        )
    rows = [{"customer_id": f"C{index:04d}", **row} for index, row in enumerate(customers)]
    placed = [{"customer_id": "C0000", "order_date": ORDER_DATE, "amount": amount} for amount in orders]
    plan = plan_of(pack, every_feature=True)
    inputs = both_engines(plan, base_tables(pack, rows, {"orders": placed})).inputs
    return inputs.sort("customer_id").select(list(features)).to_dicts()


def figure(expression: str, orders: Sequence[float] = (), **fields: Any) -> Any:
    """One expression over the fields and orders of one customer."""
    return figures({"wanted": expression}, [fields], orders)[0]["wanted"]


@cache
def general() -> Plan:
    pack, _ = load_or_raise("general")
    assert pack.portfolio is not None
    return plan_of(pack.portfolio, every_feature=True)


def base(customers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The base as a whole by the general pack, from scored customers, on both engines, which must agree."""
    plan = general()
    table = plan.pack.tables["customers"]
    types = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Date}
    columns = {
        name: pl.Series([row.get(name) for row in customers], dtype=types[table.fields[name].kind])
        for name in sorted(columns_read(plan.pack))
    }
    scored = pl.LazyFrame(columns).with_columns(pl.lit(OWNER).alias(COMPANY_ID))
    record = portfolio._record(plan, None)
    numbers = frame_engine.as_numbers(record, plan.fields, plan.kinds)
    counted = frame_engine.with_aggregates(plan, numbers, {"customers": scored})
    values = frame_engine.with_features(plan, counted).collect().row(0, named=True)
    found = portfolio.facts(plan, values, breakdowns.by_frame(plan, values, {"customers": scored}))
    events = portfolio.event_rows(plan, {"customers": scored})
    again = portfolio.by_row(plan, numbers.collect(), events)[0].row(0, named=True)
    assert found == portfolio.facts(plan, again, breakdowns.by_row(plan, again, events))
    return {one["id"]: one["value"] for one in found["figures"]} | {
        one["id"]: [(row["keys"], row["values"]) for row in one["rows"]] for one in found["breakdowns"]
    }


def series(numbers: Sequence[Any]) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(number)) for number in numbers)


def run(method: str, **given: Any) -> Valued:
    """A valuation method on its assumptions; those not given have their default."""
    found = BY_NAME[method]
    full: dict[str, Any] = {}
    for name, assumption in found.ASSUMPTIONS.items():
        value = given.pop(name, assumption.default)
        if assumption.kind == "series":
            full[name] = series(value or ())
        else:
            full[name] = value if isinstance(assumption.kind, tuple) else Decimal(str(value))
    assert not given
    return exactly(partial(in_full, found), full)
