# SPDX-License-Identifier: Apache-2.0
"""Functions of dates. Inside the engines a date is a number: days since 1970-01-01."""

from __future__ import annotations

from typing import Any

from ...arithmetic import MAX_DAY, MIN_DAY, civil, days_in_month
from ...arithmetic import shift_months as _shift_months
from .declare import Function


def shift_months(start: float, months: float) -> float | None:
    """`start` moved by whole months; missing for a fraction of a month or outside years 1-9999."""
    if abs(months) > 120_000 or months != int(months) or not MIN_DAY <= start <= MAX_DAY:
        return None
    moved = _shift_months(int(start), int(months))
    return None if moved is None else float(moved)


def shift_days(start: float, days: float) -> float | None:
    """`start` moved by days (fractions dropped downwards); missing outside years 1-9999."""
    moved = float((start + days) // 1)
    return moved if MIN_DAY <= moved <= MAX_DAY else None


def months_between(start: float, end: float) -> float:
    """Whole months from start to end, negative when end comes first."""
    if end < start:
        return -months_between(end, start)
    year_a, month_a, day_a = civil(int(start))
    year_b, month_b, day_b = civil(int(end))
    months = (year_b - year_a) * 12 + month_b - month_a
    if day_b < min(day_a, days_in_month(year_b, month_b)):
        months -= 1
    return float(months)


def as_date(pl: Any, x: Any) -> Any:
    return x.cast(pl.Int32).cast(pl.Date)


def shift_months_frame(pl: Any, start: Any, months: Any) -> Any:
    # `start` is written just once: written often, a few shifts inside one another would grow without measure
    whole = pl.when((months == months.floor()) & (months.abs() <= 120_000)).then(months).cast(pl.Int32)
    moved = as_date(pl, start).dt.offset_by(pl.format("{}mo", whole)).cast(pl.Int32)
    return pl.when(moved.is_between(MIN_DAY, MAX_DAY)).then(moved).cast(pl.Float64)


def shift_days_frame(pl: Any, start: Any, days: Any) -> Any:
    moved = (start + days).floor()
    return pl.when((moved >= MIN_DAY) & (moved <= MAX_DAY)).then(moved)


def _whole_months(pl: Any, start: Any, end: Any) -> Any:
    """Months from an earlier date to a later one, as columns of dates."""
    months = (
        (end.dt.year() - start.dt.year()) * 12
        + end.dt.month().cast(pl.Int32)
        - start.dt.month().cast(pl.Int32)
    )
    short = (end.dt.day() < start.dt.day()) & (end.dt.day() < end.dt.month_end().dt.day())
    return months - short.cast(pl.Int32)


def _months_between_frame(pl: Any, start: Any, end: Any) -> Any:
    a, b = as_date(pl, start), as_date(pl, end)
    return (
        pl.when(start <= end)
        .then(_whole_months(pl, a, b))
        .when(start > end)
        .then(-_whole_months(pl, b, a))
        .cast(pl.Float64)
    )


def _years_between(start: float, end: float) -> float:
    months = months_between(start, end)
    return float(int(months / 12))


def _years_between_frame(pl: Any, start: Any, end: Any) -> Any:
    a, b = as_date(pl, start), as_date(pl, end)
    forward, back = _whole_months(pl, a, b) // 12, -(_whole_months(pl, b, a) // 12)
    return pl.when(start <= end).then(forward).when(start > end).then(back).cast(pl.Float64)


FUNCTIONS = (
    Function(
        "days_between", ("date", "date"), "number",
        {"zh": "从前一日期到后一日期的天数", "en": "days from the first date to the second"},
        {"zh": "{0}至{1}的天数", "en": "days from {0} to {1}"},
        lambda start, end: end - start, lambda pl, start, end: end - start,
        (('days_between(date("2026-01-01"), date("2026-03-01"))', 59), ('days_between(date("2024-03-01"), date("2024-02-28"))', -2)),
    ),
    Function(
        "months_between", ("date", "date"), "number",
        {"zh": "从前一日期到后一日期的整月数", "en": "whole months from the first date to the second"},
        {"zh": "{0}至{1}的整月数", "en": "whole months from {0} to {1}"},
        months_between, _months_between_frame,
        (('months_between(date("2026-01-31"), date("2026-02-28"))', 1), ('months_between(date("2026-01-15"), date("2026-03-14"))', 1),
         ('months_between(date("2026-03-15"), date("2026-01-15"))', -2)),
    ),
    Function(
        "years_between", ("date", "date"), "number",
        {"zh": "从前一日期到后一日期的整年数", "en": "whole years from the first date to the second"},
        {"zh": "{0}至{1}的整年数", "en": "whole years from {0} to {1}"},
        _years_between, _years_between_frame,
        (('years_between(date("2020-06-30"), date("2026-06-29"))', 5), ('years_between(date("2020-06-30"), date("2026-06-30"))', 6),
         ('years_between(date("2026-06-30"), date("2020-07-01"))', -5)),
    ),
    Function(
        "year", ("date",), "number",
        {"zh": "日期的年份", "en": "the year of a date"},
        {"zh": "{0}的年份", "en": "the year of {0}"},
        lambda x: float(civil(int(x))[0]), lambda pl, x: as_date(pl, x).dt.year().cast(pl.Float64),
        (('year(date("2026-06-30"))', 2026), ('year(date("1969-12-31"))', 1969)),
    ),
    Function(
        "month", ("date",), "number",
        {"zh": "日期的月份（1 至 12）", "en": "the month of a date, 1 to 12"},
        {"zh": "{0}的月份", "en": "the month of {0}"},
        lambda x: float(civil(int(x))[1]), lambda pl, x: as_date(pl, x).dt.month().cast(pl.Float64),
        (('month(date("2026-06-30"))', 6), ('month(as_of)', 6)),
    ),
    Function(
        "days", ("number",), "number",
        {"zh": "天数，用于日期加减", "en": "a number of days, to add to or take from a date"},
        {"zh": "{0}天", "en": "{0} days"},
        lambda x: x, lambda pl, x: x,
        (('date("2026-02-27") + days(3) == date("2026-03-02")', True),),
    ),
    Function(
        "months", ("number",), "period",
        {"zh": "月数，用于日期加减；月末日自动截齐", "en": "a number of months, to add to or take from a date; cut to the month's last day"},
        {"zh": "{0}个月", "en": "{0} months"},
        lambda x: x, lambda pl, x: x,
        (('date("2026-01-31") + months(1) == date("2026-02-28")', True), ('date("2026-03-31") - months(1) == date("2026-02-28")', True)),
    ),
    Function(
        "years", ("number",), "period",
        {"zh": "年数，用于日期加减", "en": "a number of years, to add to or take from a date"},
        {"zh": "{0}年", "en": "{0} years"},
        lambda x: x * 12, lambda pl, x: x * 12,
        (('date("2024-02-29") + years(1) == date("2025-02-28")', True),),
    ),
    Function(
        "shift_months", ("date", "period"), "date",
        {"zh": "日期加月数（由 `日期 + months(n)` 得来）", "en": "a date moved by months (what `date + months(n)` becomes)"},
        {"zh": "{0}加{1}", "en": "{0} plus {1}"},
        shift_months, shift_months_frame,
        (('shift_months(date("2026-01-31"), months(13)) == date("2027-02-28")', True),),
    ),
    Function(
        "shift_days", ("date", "number"), "date",
        {"zh": "日期加天数（由 `日期 + days(n)` 得来）", "en": "a date moved by days (what `date + days(n)` becomes)"},
        {"zh": "{0}加{1}天", "en": "{0} plus {1} days"},
        shift_days, shift_days_frame,
        (('shift_days(date("2026-12-31"), 1) == date("2027-01-01")', True),),
    ),
)  # fmt: skip
