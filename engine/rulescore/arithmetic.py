# SPDX-License-Identifier: Apache-2.0
"""The arithmetic every engine shares: points as integers, the one rounding, calendar months, kept digits."""

from __future__ import annotations

import math
from datetime import date, timedelta

UNIT = 10_000
"""Points are integers in units of 1/UNIT."""

_EPOCH = date(1970, 1, 1)
MIN_DAY = (date(1, 1, 1) - _EPOCH).days
MAX_DAY = (date(9999, 12, 31) - _EPOCH).days


def civil(number: int) -> tuple[int, int, int]:
    """Days since 1970-01-01 -> (year, month, day)."""
    found = _EPOCH + timedelta(days=number)
    return found.year, found.month, found.day


def days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def shift_months(number: int, months: int) -> int | None:
    """The same day of the month `months` later, or the month's last day; None outside years 1-9999."""
    year, month, dom = civil(number)
    index = year * 12 + month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return (date(year, month, min(dom, days_in_month(year, month))) - _EPOCH).days


def shift(number: int, amount: int, unit: str) -> int | None:
    """`number` moved by an amount of days (d), weeks (w), months (m) or years (y); None outside years 1-9999."""
    if unit in "dw":
        moved = number + amount * (7 if unit == "w" else 1)
        return moved if MIN_DAY <= moved <= MAX_DAY else None
    return shift_months(number, amount * (12 if unit == "y" else 1))


def finite(number: float) -> float | None:
    """The number, or missing when it is not finite."""
    return number if math.isfinite(number) else None


def divide_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded half up (towards plus infinity); denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def round_units(numerator: int, denominator: int, decimals: int) -> int:
    """numerator / denominator, a quotient in units of 1/UNIT, rounded half up to `decimals`; in the same units."""
    step: int = 10 ** (4 - decimals)
    return divide_half_up(numerator, denominator * step) * step


def units(points: float) -> int:
    """Points -> units of 1/UNIT, half up."""
    return math.floor(points * UNIT + 0.5)


def points_text(number: int | None, decimals: int | None = None) -> str:
    """Units -> the digits that are shown: up to four decimals, or exactly `decimals`; nothing for None."""
    if number is None:
        return ""
    sign = "-" if number < 0 else ""
    whole, part = divmod(abs(number), UNIT)
    digits = f"{part:04d}"
    digits = digits.rstrip("0") if decimals is None else digits[:decimals]
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def quantise(number: float) -> float:
    """Rounds to 30 significant bits (nine digits) with plain IEEE operations (Veltkamp's split), so that results of
    log, exp and powers that differ in their last bits become equal on every engine."""
    spread = number * 8388609.0  # 2**23 + 1
    return spread - (spread - number)
