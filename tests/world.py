# SPDX-License-Identifier: Apache-2.0
"""A company of five customers whose scores can be worked out by hand, for the tests of finished runs.

A: size 100, order-volume 100, standing 80 -> worth (2·100 + 100 + 80) / 4 = 95; ties (56 + 100) / 2 = 78;
composite (3·95 + 78) / 4 = 90.75, strategic. E: worth 70, ties 58.375, composite 67.09, important.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import rulescore
from rulescore.folder import Run, write_manifest

AS_OF = "2026-06-30"

PACK = {
    "pack.yaml": """
id: small
version: 1.0.0
title: {zh: 小, en: Small}
dimensions: {worth: 3, ties: 1}
dimension_source: judgement
parameters:
  large:
    title: {zh: 大客户线, en: Large from}
    values: [{from: 2020-01-01, value: 100, source: judgement}]
gates:
  - id: veto
    title: {zh: 失信, en: Dishonest}
    when: dishonest_debtor
    cap: {tier: ordinary}
    reason: {zh: 失信, en: Dishonest}
    source: judgement
tiers:
  - {id: strategic, title: {zh: 战略, en: Strategic}, when: composite >= 75, source: judgement}
  - {id: important, title: {zh: 重要, en: Important}, when: composite >= 50, source: judgement}
  - {id: ordinary, title: {zh: 普通, en: Ordinary}}
""",
    "worth.yaml": """
dimension: worth
title: {zh: 价值, en: Worth}
features:
  sales: {title: {zh: 销售, en: Sales}, is: 'sum(orders.amount, within="12m")'}
  sales_rank: {title: {zh: 名次, en: Rank}, is: rank(sales)}
  last_order: {title: {zh: 末单, en: Last order}, is: max(orders.order_date)}
rules:
  - id: size
    title: {zh: 规模, en: Size}
    of: annual_revenue
    bands: [{below: 50, points: 0}, {from: 50, below: 100, points: 50}, {from: 100, points: 100}]
    weight: 2
    source: judgement
  - {id: order-volume, title: {zh: 订单, en: Orders}, when: sales >= param.large, points: 100, else: 20, source: judgement}
  - {id: standing, title: {zh: 名次, en: Standing}, when: sales_rank <= 2, points: 80, else: 40, source: judgement}
""",
    "ties.yaml": """
dimension: ties
title: {zh: 关系, en: Ties}
rules:
  - {id: recency, title: {zh: 近期, en: Recency}, of: as_of - last_order, scale: [[0, 100], [400, 0]], source: judgement}
  - {id: age, title: {zh: 年限, en: Age}, formula: 'min(100, years_between(registered_on, as_of) * 10)', source: judgement}
""",
}

CUSTOMERS: dict[str, list[Any]] = {
    "customer_id": ["A", "B", "C", "D", "E"],
    "name": ["甲", "=cmd", "丙", None, "戊"],
    "annual_revenue": [120, 80, None, 10, 50],
    "dishonest_debtor": [False, True, None, False, False],
    "registered_on": ["2010-01-01", "2020-05-05", None, "2024-02-29", "2000-06-30"],
}

ORDERS: dict[str, list[Any]] = {
    "customer_id": ["A", "A", "B", "E", "C", "A"],
    "order_date": ["2026-01-05", "2025-12-01", "2026-06-29", "2025-08-01", "2024-01-01", "2027-01-01"],
    "amount": [60, 50.5, 99.99, 100, 7, 1000],
}


def pack(folder: Path, *changes: tuple[str, str], files: Mapping[str, str] = PACK) -> Path:
    """The pack, written to `folder`; each (old, new) is replaced wherever it stands, and must stand somewhere."""
    folder.mkdir(parents=True)
    for old, _ in changes:
        assert any(old in text for text in files.values()), old
    for name, text in files.items():
        for old, new in changes:
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def tables(customers: Mapping[str, list[Any]] | None = None, **orders: list[Any]) -> dict[str, pl.DataFrame]:
    """The two tables as frames; columns given replace those of the world."""
    return {
        "customers": pl.DataFrame({**CUSTOMERS, **(customers or {})}, strict=False),
        "orders": pl.DataFrame({**ORDERS, **orders}, strict=False),
    }


def evaluate(
    out: Path, pack: Path, frames: Mapping[str, Any] | None = None, as_of: str = AS_OF, **options: Any
) -> Run:
    """A run of the world at its place, opened again as anyone would."""
    rulescore.evaluate(frames or tables(), pack=pack, as_of=as_of, out=out, **options)
    return Run.read(out)


def write_files(folder: Path) -> Path:
    """The world as an assessment of CSV files, for runs whose raw files can be read again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables().items():
        frame.write_csv(folder / f"{name}.csv")
    (folder / "assessment.yaml").write_text(
        "company: {zh: 小公司, en: Small Co.}\npurpose: {zh: 试, en: Trial}\nas_of: 2026-06-30\npack: pack\n"
        "tables:\n  customers: customers.csv\n  orders: orders.csv\n",
        encoding="utf-8",
    )
    if not (folder / "pack").exists():
        pack(folder / "pack")
    return folder


def reseal(run: Path, **facts: Any) -> None:
    """What somebody who knows how runs are sealed does after a change: every hash and the run id anew."""
    import json

    manifest = json.loads((run / "manifest.json").read_bytes())
    kept = {key: value for key, value in manifest.items() if key not in ("files", "run_id")}
    write_manifest(run, {**kept, **facts})


def rewrite(path: Path, *columns: pl.Expr) -> None:
    """A stored table with some columns made otherwise."""
    pl.read_parquet(path).with_columns(*columns).write_parquet(path)
