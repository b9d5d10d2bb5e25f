# SPDX-License-Identifier: Apache-2.0
"""Constants as expressions. A pack repeats few numbers thousands of times, so each is made once."""

from __future__ import annotations

import functools
import math
from typing import Any

import polars as pl

TYPES: dict[str, Any] = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Float64}
"""The types in which expressions see values, by kind; a date is a number of days."""


@functools.lru_cache(maxsize=4096)
def whole(value: int, dtype: type[pl.DataType]) -> pl.Expr:
    """A whole number of a type of that many bits."""
    return pl.lit(value, dtype=dtype)


def literal(value: Any) -> pl.Expr:
    """A value of an expression: a number, text or truth."""
    # 0.0 and -0.0 are equal and yet two numbers
    return _literal(value, math.copysign(1.0, value) if isinstance(value, float) else 1.0)


@functools.lru_cache(maxsize=4096, typed=True)
def _literal(value: Any, sign: float) -> pl.Expr:
    return pl.lit(value, dtype=pl.Float64) if isinstance(value, float) else pl.lit(value)


def absent(kind: str) -> pl.Expr:
    """A column of that kind without a value."""
    return pl.lit(None, dtype=TYPES.get(kind, pl.Float64))
