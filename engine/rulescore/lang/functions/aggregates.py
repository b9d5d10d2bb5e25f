# SPDX-License-Identifier: Apache-2.0
"""Functions of one customer's events.

Missing values are skipped. Results never depend on the order of events: sums are exact integers in millionths,
and where floats must be added they are added in ascending order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ...arithmetic import finite
from .declare import Aggregate, Events
from .numbers import exact_divide, keep_finite

MILLIONTHS = 1e6
MAX_SUMMAND = 1e24


def in_millionths(value: float) -> int:
    return math.floor(value * MILLIONTHS + 0.5)


def exact_sum(values: Sequence[float]) -> float:
    """The sum of values each rounded to millionths; the same in any order."""
    return float(sum(in_millionths(value) for value in values)) / MILLIONTHS


def _known(events: Events) -> list[Any]:
    return [
        value
        for _, value in events
        if value is not None and not (isinstance(value, float) and abs(value) >= MAX_SUMMAND)
    ]


def _sum(events: Events) -> float | None:
    known = _known(events)
    return exact_sum(known) if known or not events else None


def _mean(events: Events) -> float | None:
    known = _known(events)
    return exact_sum(known) / len(known) if known else None


def middle(ordered: Sequence[float]) -> float | None:
    """The median of ascending values."""
    count = len(ordered)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) * 0.5 if count else None


def _ordered_sum(values: Sequence[float]) -> float:
    total = 0.0
    for value in sorted(values):
        total += value
    return total


def _std(events: Events) -> float | None:
    known = _known(events)
    if len(known) < 2:
        return None
    mean = exact_sum(known) / len(known)
    return finite(
        math.sqrt(_ordered_sum([(value - mean) * (value - mean) for value in known]) / (len(known) - 1))
    )


def _gap(events: Events) -> float | None:
    days = sorted({day for day, _ in events if day is not None})
    return middle(sorted(later - earlier for earlier, later in pairwise(days)))


def _trend(events: Events) -> float | None:
    known = [
        (day, value)
        for day, value in events
        if value is not None and day is not None and abs(value) < MAX_SUMMAND
    ]
    if len({day for day, _ in known}) < 2:
        return None
    mean_day = exact_sum([day for day, _ in known]) / len(known)
    mean = exact_sum([value for _, value in known]) / len(known)
    above = _ordered_sum([(day - mean_day) * (value - mean) for day, value in known])
    below = _ordered_sum([(day - mean_day) * (day - mean_day) for day, _ in known])
    return finite(above / below * 365.0)


def _hhi(events: Events) -> float | None:
    amounts = [value for value in _known(events) if value > 0]
    total = exact_sum(amounts)
    return _ordered_sum([(value / total) * (value / total) for value in amounts]) if total > 0 else None


def _gini(events: Events) -> float | None:
    amounts = sorted(max(value, 0.0) for value in _known(events))
    count, total = float(len(amounts)), exact_sum(amounts)
    if total <= 0:
        return None
    weighted = [(2.0 * place - count - 1.0) * value for place, value in enumerate(amounts, 1)]
    return finite(_ordered_sum(weighted) / (count * total))


def _ends(events: Events, last: bool) -> Any:
    known = [(day, value) for day, value in events if value is not None and day is not None]
    return (max(known) if last else min(known))[1] if known else None


# ---- frame forms: pl, operand (null outside the window), inside (bool), day ----------------------------------


def sound_frame(pl: Any, x: Any) -> Any:
    return pl.when(x.abs() < MAX_SUMMAND).then(x)


def _total(pl: Any, x: Any) -> Any:
    """The sum in millionths."""
    return (x * MILLIONTHS + 0.5).floor().cast(pl.Int128).sum()


def _from_millionths(pl: Any, total: Any) -> Any:
    return exact_divide(pl, total.cast(pl.Float64), MILLIONTHS)


def sum_frame(pl: Any, x: Any) -> Any:
    return _from_millionths(pl, _total(pl, x))


def _sum_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    return _total(pl, x), x.count()


def _sum_of(pl: Any, total: Any, known: Any, inside: Any) -> Any:
    return pl.when((known > 0) | ~inside).then(_from_millionths(pl, total))


def _mean_of(pl: Any, total: Any, known: Any) -> Any:
    return pl.when(known > 0).then(_from_millionths(pl, total) / known.cast(pl.Float64))


def _middle_frame(x: Any) -> Any:
    return x.quantile(0.5, "lower"), x.quantile(0.5, "higher")


def _middle_of(pl: Any, low: Any, high: Any) -> Any:
    return (low + high) * 0.5


def _ordered_sum_frame(pl: Any, x: Any) -> Any:
    # cum_sum adds one by one from the first, as Python's loop does; sum() does not
    return x.sort().cum_sum().last()


def _std_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    known = x.drop_nulls()
    count = known.count()
    off = known - _mean_of(pl, _total(pl, known), count)
    result = (_ordered_sum_frame(pl, off * off) / (count.cast(pl.Float64) - 1.0)).sqrt()
    return pl.when(count >= 2).then(keep_finite(pl, result))


def _gap_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    return _middle_frame(day.filter(inside).drop_nulls().unique().sort().diff())


def _trend_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    use = x.is_not_null() & day.is_not_null()
    known, days = x.filter(use), day.filter(use)
    off = days - _mean_of(pl, _total(pl, days), days.count())
    above = _ordered_sum_frame(pl, off * (known - _mean_of(pl, _total(pl, known), known.count())))
    below = _ordered_sum_frame(pl, off * off)
    return pl.when(days.n_unique() >= 2).then(keep_finite(pl, above / below * 365.0))


def _hhi_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    amounts = x.filter(x > 0)
    total = sum_frame(pl, amounts)
    shares = amounts / (amounts * 0.0 + total)
    return pl.when(total > 0).then(_ordered_sum_frame(pl, shares * shares))


def _gini_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    known = x.drop_nulls()
    amounts = pl.when(known > 0).then(known).otherwise(0.0).sort()
    count, total = amounts.count().cast(pl.Float64), sum_frame(pl, amounts)
    place = amounts.cum_count().cast(pl.Float64)
    weighted = (place * 2.0 - count - 1.0) * amounts
    return pl.when(total > 0).then(keep_finite(pl, _ordered_sum_frame(pl, weighted) / (count * total)))


def _first_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    use = x.is_not_null() & day.is_not_null()
    return x.filter(use).sort_by(day.filter(use), x.filter(use)).first()


def _last_frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
    use = x.is_not_null() & day.is_not_null()
    return x.filter(use).sort_by(day.filter(use), x.filter(use)).last()


# The examples speak of one customer's orders: 100 on 2025-09-01, 300 on 2026-01-10, missing on 2026-03-01,
# 200 on 2026-06-01 and 700 on 2026-07-15 (after the as-of date 2026-06-30); status done, done, open, cancelled, done.
AGGREGATES = (
    Aggregate(
        "sum", "number", "number",
        {"zh": "合计；无事件为 0，有事件而值全部缺失则缺失", "en": "the sum; 0 without events, missing when no event's value is known"},
        {"zh": "{table}的{0}之和", "en": "sum of {0} over {table}"},
        _sum, _sum_frame, 0.0,
        (("sum(orders.amount)", 600), ('sum(orders.amount, within="6m")', 500), ('sum(orders.amount, within="3m", lag="3m")', 300),
         ('sum(orders.amount, where=orders.status == "open")', None), ("sum(calls.minutes)", 0)),
        finish=_sum_of, sees_inside=True,
    ),
    Aggregate(
        "count", "any?", "number",
        {"zh": "事件数；给出字段时为该字段有值的事件数", "en": "the number of events, or of events where the field is known"},
        {"zh": "{table}数", "en": "number of {table}"},
        lambda events: float(sum(1 for _, value in events if value is not None)),
        lambda pl, x, inside, day: x.count().cast(pl.Float64), 0.0,
        (("count(orders)", 4), ("count(orders.amount)", 3), ('count(orders, where=orders.status != "cancelled")', 3), ("count(calls)", 0)),
    ),
    Aggregate(
        "count_distinct", "any", "number",
        {"zh": "不同值的个数", "en": "the number of different values"},
        {"zh": "{table}中不同{0}的个数", "en": "number of different {0} in {table}"},
        lambda events: float(len({value for _, value in events if value is not None})),
        lambda pl, x, inside, day: x.drop_nulls().n_unique().cast(pl.Float64), 0.0,
        (("count_distinct(orders.status)", 3), ("count_distinct(calls.minutes)", 0)),
    ),
    Aggregate(
        "mean", "number", "number",
        {"zh": "平均值", "en": "the mean of the known values"},
        {"zh": "{table}的{0}平均值", "en": "mean of {0} over {table}"},
        _mean, _sum_frame, None,
        (("mean(orders.amount)", 200), ("mean(calls.minutes)", None)),
        finish=_mean_of,
    ),
    Aggregate(
        "median", "number", "number",
        {"zh": "中位数；偶数个取中间两数的平均", "en": "the middle value, or the mean of the two in the middle"},
        {"zh": "{table}的{0}中位数", "en": "median of {0} over {table}"},
        lambda events: middle(sorted(_known(events))), lambda pl, x, inside, day: _middle_frame(x), None,
        (("median(orders.amount)", 200), ('median(orders.amount, where=orders.status == "done")', 200), ("median(calls.minutes)", None)),
        finish=_middle_of,
    ),
    Aggregate(
        "min", "ordered", "any",
        {"zh": "最小值（最早日期）", "en": "the least value (the earliest date)"},
        {"zh": "{table}的最小{0}", "en": "least {0} in {table}"},
        lambda events: min((value for _, value in events if value is not None), default=None),
        lambda pl, x, inside, day: x.min(), None,
        (("min(orders.amount)", 100), ('min(orders.order_date) == date("2025-09-01")', True), ("min(calls.minutes)", None)),
    ),
    Aggregate(
        "max", "ordered", "any",
        {"zh": "最大值（最晚日期）", "en": "the greatest value (the latest date)"},
        {"zh": "{table}的最大{0}", "en": "greatest {0} in {table}"},
        lambda events: max((value for _, value in events if value is not None), default=None),
        lambda pl, x, inside, day: x.max(), None,
        (("max(orders.amount)", 300), ("as_of - max(orders.order_date)", 29), ("max(calls.minutes)", None)),
    ),
    Aggregate(
        "first", "any", "any",
        {"zh": "最早一次的值；同日取较小者", "en": "the value of the earliest event; of one day, the least"},
        {"zh": "最早一次{table}的{0}", "en": "first {0} in {table}"},
        lambda events: _ends(events, last=False), _first_frame, None,
        (("first(orders.amount)", 100), ("first(calls.minutes)", None)),
        needs_date=True,
    ),
    Aggregate(
        "last", "any", "any",
        {"zh": "最近一次的值；同日取较大者", "en": "the value of the latest event; of one day, the greatest"},
        {"zh": "最近一次{table}的{0}", "en": "last {0} in {table}"},
        lambda events: _ends(events, last=True), _last_frame, None,
        (("last(orders.status)", "cancelled"), ("last(orders.amount)", 200), ("last(calls.minutes)", None)),
        needs_date=True,
    ),
    Aggregate(
        "std", "number", "number",
        {"zh": "样本标准差；少于两个值则缺失", "en": "the sample standard deviation; missing for fewer than two values"},
        {"zh": "{table}的{0}标准差", "en": "standard deviation of {0} over {table}"},
        _std, _std_frame, None,
        (("std(orders.amount)", 100), ('std(orders.amount, within="1m")', None)),
    ),
    Aggregate(
        "gap", "", "number",
        {"zh": "相邻两次事件（不同日期）间隔天数的中位数", "en": "the median number of days between one event day and the next"},
        {"zh": "相邻两次{table}间隔天数的中位数", "en": "median days between {table}"},
        _gap, _gap_frame, None,
        (("gap(orders)", 92), ("gap(calls)", None)),
        needs_date=True,
        finish=_middle_of,
    ),
    Aggregate(
        "hhi", "number", "number",
        {"zh": "集中度（赫芬达尔指数，0 至 1）：各正值占比的平方和；没有正值则缺失", "en": "concentration (Herfindahl index, 0 to 1): the squared shares of the values above zero, added; missing when there are none"},
        {"zh": "{table}的{0}集中度", "en": "concentration of {0} over {table}"},
        _hhi, _hhi_frame, None,
        (("round(hhi(orders.amount), 6)", 0.388889), ('hhi(orders.amount, where=orders.status == "open")', None), ("hhi(calls.minutes)", None)),
    ),
    Aggregate(
        "gini", "number", "number",
        {"zh": "基尼系数：0 为完全均等；负值按 0 计，合计为 0 则缺失", "en": "Gini coefficient: 0 when all are equal; values below zero count as 0, missing when the sum is 0"},
        {"zh": "{table}的{0}基尼系数", "en": "Gini coefficient of {0} over {table}"},
        _gini, _gini_frame, None,
        (("round(gini(orders.amount), 6)", 0.222222), ("gini(calls.minutes)", None)),
    ),
    Aggregate(
        "trend", "number", "number",
        {"zh": "随日期变化的最小二乘斜率，每年（365 天）", "en": "the least-squares slope over the event dates, per year of 365 days"},
        {"zh": "{table}的{0}年变化趋势", "en": "yearly trend of {0} over {table}"},
        _trend, _trend_frame, None,
        (('round(trend(orders.amount, where=orders.amount != 200), 4)', 557.2519), ("trend(calls.minutes)", None)),
        needs_date=True,
    ),
)  # fmt: skip
