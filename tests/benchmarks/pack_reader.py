# SPDX-License-Identifier: Apache-2.0
"""The benchmark pack and its customers as plain Python, for the engines that are measured against ours.

Reads only what `make_pack.py` writes: no checks, no inheritance. Dates are days since 1970-01-01.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml

PACK = Path(__file__).parent / "pack"
AS_OF = (date(2026, 6, 30) - date(1970, 1, 1)).days
KINDS = ("bands", "scale", "lookup", "cases", "formula", "checklist", "when")
UNIT = 10_000


def read(name: str) -> Any:
    return yaml.load((PACK / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def kind_of(rule: dict[str, Any]) -> str:
    return next(kind for kind in KINDS if kind in rule)


def dimensions() -> dict[str, dict[str, Any]]:
    """Dimension -> its file, with its `share` of the composite added."""
    return {name: read(name) | {"share": share} for name, share in read("pack")["dimensions"].items()}


def features() -> dict[str, str]:
    return {
        name: item["is"] for file in dimensions().values() for name, item in file.get("features", {}).items()
    }


def condition_of_band(name: str, band: dict[str, Any]) -> str:
    signs = {"up_to": "<=", "below": "<", "from": ">=", "above": ">"}
    return " and ".join(f"{name} {sign} {band[key]!r}" for key, sign in signs.items() if key in band)


def records(path: Path, rows: int) -> list[dict[str, Any]]:
    """The first customers of a file: numbers as floats, dates as days."""
    frame = pl.scan_parquet(path).head(rows).with_columns(
        pl.col(pl.Int64).cast(pl.Float64), pl.col(pl.Date).cast(pl.Int32).cast(pl.Float64)
    )  # fmt: skip
    return frame.collect().to_dicts()
