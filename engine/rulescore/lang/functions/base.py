# SPDX-License-Identifier: Apache-2.0
"""Functions over the whole base: where one customer stands among all. They are steps of their own in the plan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from .aggregates import MAX_SUMMAND, exact_sum, sound_frame, sum_frame
from .declare import BaseFunction

Column = Sequence[float | None]


def _sorted(values: Column) -> list[float]:
    return sorted(value for value in values if value is not None)


def _rank(values: Column) -> list[float | None]:
    known = _sorted(values)
    return [None if value is None else float(len(known) - bisect_right(known, value) + 1) for value in values]


def _percentile(values: Column) -> list[float | None]:
    known = _sorted(values)
    return [
        None if value is None else float(bisect_right(known, value)) * 100.0 / float(len(known))
        for value in values
    ]


def _quantile_band(values: Column, bands: float) -> list[float | None]:
    known = _sorted(values)
    return [
        None if value is None else float(int(bisect_left(known, value) * bands) // len(known)) + 1.0
        for value in values
    ]


def _share(values: Column) -> list[float | None]:
    sound = [None if value is None or abs(value) >= MAX_SUMMAND else value for value in values]
    total = exact_sum(_sorted(sound))
    return [None if value is None or total == 0 else value / total for value in sound]


def _plain(pl: Any, x: Any) -> Any:
    return pl.when(x == 0).then(0.0).otherwise(x)  # -0.0 ranks as 0


def _percentile_frame(pl: Any, x: Any) -> Any:
    at_most = _plain(pl, x).rank("max").cast(pl.Float64) * 100.0
    return at_most / (at_most * 0.0 + x.count().cast(pl.Float64))


def _quantile_band_frame(pl: Any, x: Any, bands: float) -> Any:
    below = _plain(pl, x).rank("min").cast(pl.Int64) - 1
    return ((below * int(bands)) // x.count().cast(pl.Int64) + 1).cast(pl.Float64)


def _share_frame(pl: Any, x: Any) -> Any:
    x = sound_frame(pl, x)
    total = sum_frame(pl, x)
    return pl.when(total != 0).then(x / (x * 0.0 + total))


# The examples speak of a base of four customers with sales 10, 40, 40 and missing; the first is asked.
FUNCTIONS = (
    BaseFunction(
        "rank", 0,
        {"zh": "在全部客户中的名次，最大者为 1，并列同名次", "en": "the place among all customers, 1 the greatest; equals share a place"},
        {"zh": "{0}的名次", "en": "rank of {0}"},
        _rank, lambda pl, x: _plain(pl, x).rank("min", descending=True).cast(pl.Float64),
        (("rank(sales)", 3),),
    ),
    BaseFunction(
        "percentile", 0,
        {"zh": "值不高于该客户的客户占比 × 100", "en": "100 × the share of customers whose value is not above this one's"},
        {"zh": "{0}的百分位", "en": "percentile of {0}"},
        _percentile, _percentile_frame,
        (("round(percentile(sales), 4)", 33.3333),),
    ),
    BaseFunction(
        "quantile_band", 1,
        {"zh": "按值分成 k 段的段号，1 最低，k 最高；同值同段", "en": "the band 1 (lowest) to k of k equal bands by value; equals share a band"},
        {"zh": "{0}的{1}分位段", "en": "band of {0} out of {1}"},
        _quantile_band, _quantile_band_frame,
        (("quantile_band(sales, 5)", 1),),
    ),
    BaseFunction(
        "share", 0,
        {"zh": "占全部客户合计的比例（0 至 1）", "en": "the share of the sum over all customers, 0 to 1"},
        {"zh": "{0}占全部客户的比例", "en": "share of {0}"},
        _share, _share_frame,
        (("round(share(sales), 4)", 0.1111),),
    ),
)  # fmt: skip
