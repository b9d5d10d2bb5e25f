# SPDX-License-Identifier: Apache-2.0
"""Counts of customers by score -> how well the score puts those that did better above those that did worse.

The area under the ROC curve is the chance that of one customer of each kind the better one scored higher, an equal score counting
half; its standard error is that of DeLong, DeLong & Clarke-Pearson (1988), which also holds for two scores of the same customers.
Everything is whole numbers and fractions until the last square root, so that equal counts give equal figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

LEAST = 10
"""Customers of each kind, better and worse, without which no figure is given (judgement)."""
Z95 = 1.959963984540054
DECIMALS = 6

Counted = Sequence[tuple[Any, int, int]]
"""(score, customers with it that did better, customers that did worse)."""


class Ranking(Struct, frozen=True):
    """How a score ordered customers: the area from 0 (all wrong) over 0.5 (says nothing) to 1 (all right), with its 95 % interval,
    which is unknown (None) where all customers of one kind stand in the same place, so that nothing can be said of chance."""

    auc: float
    low: float | None
    high: float | None
    better: int
    worse: int

    @property
    def verdict(self) -> str:
        """`right`, `wrong_way`, or `silent` where the interval holds 0.5."""
        low, high = (
            (self.low, self.high)
            if self.low is not None and self.high is not None
            else (self.auc // 1, -(-self.auc // 1))
        )
        return "right" if low > 0.5 else "wrong_way" if high < 0.5 else "silent"

    def as_dict(self) -> dict[str, Any]:
        return {
            "auc": self.auc, "gini": round(2 * self.auc - 1, DECIMALS), "low": self.low, "high": self.high,
            "better": self.better, "worse": self.worse, "verdict": self.verdict,
        }  # fmt: skip


class Difference(Struct, frozen=True):
    """Two scores of the same customers: the area of each, and the second less the first with its 95 % interval."""

    first: Ranking
    second: Ranking
    difference: float
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "customers": self.first.better + self.first.worse, "champion": self.first.as_dict(), "challenger": self.second.as_dict(),
            "difference": self.difference, "low": self.low, "high": self.high,
        }  # fmt: skip


def ranking(counted: Counted) -> Ranking | None:
    """How a score ordered customers; None with fewer than LEAST of a kind."""
    better, worse = sum(one[1] for one in counted), sum(one[2] for one in counted)
    if min(better, worse) < LEAST:
        return None
    places = _places(counted)
    area = Fraction(sum(up * places[score][0] for score, up, _ in counted), 2 * better * worse)
    error = _error([(*places[score], up, down) for score, up, down in counted], better, worse)
    low, high = _interval(area, error, 0.0)
    return Ranking(_rounded(area), low, high, better, worse)


def difference(counted: Sequence[tuple[Any, Any, int, int]]) -> Difference | None:
    """Two scores of the same customers: counts are (first score, second score, better, worse)."""
    rankings = [ranking(_margin(counted, side)) for side in (0, 1)]
    if rankings[0] is None or rankings[1] is None:
        return None
    first, second = rankings[0], rankings[1]
    places = [_places(_margin(counted, side)) for side in (0, 1)]
    moved = [
        (places[1][b][0] - places[0][a][0], places[1][b][1] - places[0][a][1], up, down) for a, b, up, down in counted
    ]  # fmt: skip
    pairs = 2 * first.better * first.worse
    gained = Fraction(sum(up * above for above, _, up, _ in moved), pairs)
    low, high = _interval(gained, _error(moved, first.better, first.worse), -1.0)
    return Difference(first, second, _rounded(gained), low, high)


def _margin(counted: Sequence[tuple[Any, Any, int, int]], side: int) -> list[tuple[Any, int, int]]:
    """The counts of one of two scores."""
    found: dict[Any, list[int]] = {}
    for one in counted:
        sums = found.setdefault(one[side], [0, 0])
        sums[0] += one[2]
        sums[1] += one[3]
    return [(score, up, down) for score, (up, down) in found.items()]


def _places(counted: Counted) -> Mapping[Any, tuple[int, int]]:
    """For each score twice the worse customers below it plus those at it, and twice the better ones above plus those at it."""
    found: dict[Any, tuple[int, int]] = {}
    below, above = 0, sum(one[1] for one in counted)
    sums: dict[Any, list[int]] = {}
    for score, up, down in counted:
        both = sums.setdefault(score, [0, 0])
        both[0] += up
        both[1] += down
    for score in sorted(sums):
        up, down = sums[score]
        above -= up
        found[score] = (2 * below + down, 2 * above + up)
        below += down
    return found


def _error(parts: Iterable[tuple[int, int, int, int]], better: int, worse: int) -> float:
    """The standard error from (place among the worse, place among the better, better, worse) of each group; 0 where one kind
    does not vary."""
    parts = list(parts)
    ups = _variance([(place, up) for place, _, up, _ in parts], 2 * worse)
    downs = _variance([(place, down) for _, place, _, down in parts], 2 * better)
    return math.sqrt(ups / better + downs / worse) if ups and downs else 0.0


def _variance(counted: Sequence[tuple[int, int]], scale: int) -> Fraction:
    """The sample variance of place / scale, each place as often as counted."""
    count = sum(number for _, number in counted)
    total = sum(place * number for place, number in counted)
    squares = sum(place * place * number for place, number in counted)
    return Fraction(squares * count - total * total, count * (count - 1) * scale * scale)


def _interval(middle: Fraction, error: float, least: float) -> tuple[float | None, float | None]:
    if error == 0:
        return None, None
    low, high = float(middle) - Z95 * error, float(middle) + Z95 * error
    return round(max(low, least), DECIMALS), round(min(high, 1.0), DECIMALS)


def _rounded(value: Fraction) -> float:
    return round(float(value), DECIMALS)


def information_value(groups: Sequence[tuple[int, int]]) -> float | None:
    """How much groups of customers, each (better, worse), tell of which kind a customer is: the sum of (share of the better less share
    of the worse) times the logarithm of their ratio, half a customer added to each cell so that none is empty. None with fewer than LEAST of a kind."""
    groups = [one for one in groups if sum(one)]
    better, worse = sum(one[0] for one in groups), sum(one[1] for one in groups)
    if min(better, worse) < LEAST:
        return None
    room = len(groups) / 2
    shares = [((up + 0.5) / (better + room), (down + 0.5) / (worse + room)) for up, down in groups]
    return round(math.fsum((up - down) * math.log(up / down) for up, down in shares), DECIMALS)
