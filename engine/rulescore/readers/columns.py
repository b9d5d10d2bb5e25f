# SPDX-License-Identifier: Apache-2.0
"""Python values of one column -> a typed Polars column when they are of one kind, else their text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl

_EXACT = 2**53


def column(name: str, values: Sequence[object]) -> pl.Series:
    """One column; None and the empty text are missing. Mixed kinds become text, whole floats without `.0`."""
    values = [None if value == "" else value for value in values]
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pl.Series(name, [None] * len(values), pl.String)
    if kinds == {str}:
        return pl.Series(name, values, pl.String)
    if kinds == {float}:
        return pl.Series(name, values, pl.Float64)
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):  # type: ignore[arg-type]
        return pl.Series(name, values, pl.Int64)
    if kinds == {int, float} and all(type(value) is not int or abs(value) <= _EXACT for value in values):
        return pl.Series(name, [None if value is None else float(value) for value in values], pl.Float64)  # type: ignore[arg-type]
    if kinds <= {date, datetime}:
        days = [value.date() if isinstance(value, datetime) else value for value in values]
        return pl.Series(name, days, pl.Date)
    return pl.Series(name, [text_of(value) for value in values], pl.String)


def text_of(value: object) -> str | None:
    """A single value as the text that a cell would show: ISO dates, true/false, whole numbers without `.0`."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
