# SPDX-License-Identifier: Apache-2.0
"""Functions over the whole base: where one customer stands among all. They are steps of their own in the plan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from .aggregates import MAX_SUMMAND, MILLIONTHS, exact_sum, in_millionths, sound_frame, sum_frame
from .declare import BaseFunction
from .numbers import exact_divide

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


def _sound(values: Column) -> list[float | None]:
    return [None if value is None or abs(value) >= MAX_SUMMAND else value for value in values]


def _group_sum(values: Column, groups: Sequence[str | None]) -> list[float | None]:
    members: dict[str | None, list[float]] = {}
    for value, group in zip(_sound(values), groups, strict=True):
        if value is not None and group is not None:
            members.setdefault(group, []).append(value)
    sums = {group: exact_sum(known) for group, known in members.items()}
    return [sums.get(group) for group in groups]


def _group_share(values: Column, groups: Sequence[str | None]) -> list[float | None]:
    total = exact_sum(_sorted(_sound(values)))
    sums = _group_sum(values, groups)
    return [None if found is None or total == 0 else found / total for found in sums]


def _share(values: Column) -> list[float | None]:
    sound = _sound(values)
    total = exact_sum(_sorted(sound))
    return [None if value is None or total == 0 else value / total for value in sound]


def _share_above(values: Column) -> list[float | None]:
    sound = _sound(values)
    ordered = _sorted(sound)
    total = exact_sum(ordered)
    running = [
        0.0,
        *(part / MILLIONTHS for part in accumulate(in_millionths(value) for value in reversed(ordered))),
    ]
    return [
        None if value is None or total == 0 else running[len(ordered) - bisect_right(ordered, value)] / total
        for value in sound
    ]


def _share_above_frame(pl: Any, x: Any) -> Any:
    x = sound_frame(pl, _plain(pl, x))
    total = sum_frame(pl, x)
    falling = (x * MILLIONTHS + 0.5).floor().cast(pl.Int128).sort(descending=True, nulls_last=True)
    running = exact_divide(pl, (falling.cum_sum() - falling).cast(pl.Float64), MILLIONTHS)
    found = running.gather(x.rank("min", descending=True).cast(pl.Int64) - 1)
    return pl.when(total != 0).then(found / (found * 0.0 + total))


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


def _group_sum_frame(pl: Any, x: Any, group: Any) -> Any:
    x = sound_frame(pl, x)
    known = (x.count().over(group) > 0) & group.is_not_null()
    return pl.when(known).then(sum_frame(pl, x).over(group))


def _group_share_frame(pl: Any, x: Any, group: Any) -> Any:
    total = sum_frame(pl, sound_frame(pl, x))
    found = _group_sum_frame(pl, x, group)
    return pl.when(total != 0).then(found / (found * 0.0 + total))


# The examples speak of a base of four customers with sales 10, 40, 40 and missing, the first two of group East, the others
# of group West; the first is asked.
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
    BaseFunction(
        "share_above", 0,
        {"zh": "值大于该客户的全部客户合计所占的比例（0 至 1），用来分 ABC 类：按从大到小排，轮到该客户之前已累计的占比", "en": "the share that all customers with a greater value have in the sum, 0 to 1, for ABC classes: what has been reached before this one, greatest first"},
        {"zh": "排在前面的客户的{0}累计占比", "en": "share of {0} of all customers above"},
        _share_above, _share_above_frame,
        (("round(share_above(sales), 4)", 0.8889),),
    ),
    BaseFunction(
        "group_sum", 0,
        {"zh": "与该客户同组的全部客户的合计；组由第二个参数给出，如 ultimate_group", "en": "the sum over all customers of this one's group; the second argument says which group, such as ultimate_group"},
        {"zh": "同属一个“{1}”的客户的{0}合计", "en": "sum of {0} over customers of one {1}"},
        _group_sum, _group_sum_frame,
        (("group_sum(sales, grouping)", 50),), grouped=True,
    ),
    BaseFunction(
        "group_share", 0,
        {"zh": "该客户所在组占全部客户合计的比例（0 至 1），用来看按最终控制方计算的集中度", "en": "the share of this customer's group in the sum over all customers, 0 to 1: concentration per ultimate controller"},
        {"zh": "同属一个“{1}”的客户的{0}占全部客户的比例", "en": "share of {0} of customers of one {1}"},
        _group_share, _group_share_frame,
        (("round(group_share(sales, grouping), 4)", 0.5556),), grouped=True,
    ),
)  # fmt: skip
