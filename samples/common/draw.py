# SPDX-License-Identifier: Apache-2.0
"""Random values of one customer, from a seed and a name, and the small forms in which a sheet shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any


class Draw:
    """Only `random()` of the generator is used: its values never change with Python."""

    def __init__(self, seed: str, name: str) -> None:
        self._next = Random(f"{seed}/{name}").random

    def chance(self, share: float) -> bool:
        return self._next() < share

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._next()

    def whole(self, low: int, high: int) -> int:
        return low + int(self._next() * (high - low + 1))

    def normal(self, mean: float, spread: float) -> float:
        return mean + spread * math.sqrt(-2 * math.log(1 - self._next())) * math.cos(
            2 * math.pi * self._next()
        )

    def around(self, middle: float, spread: float) -> float:
        """Lognormal with the given median."""
        return middle * math.exp(self.normal(0, spread))

    def pick(self, **weights: float) -> str:
        """One of the words, by weight."""
        at = self._next() * sum(weights.values())
        for word, weight in weights.items():
            at -= weight
            if at < 0:
                return word
        return next(iter(weights))

    def one(self, values: Sequence[Any]) -> Any:
        return values[int(self._next() * len(values))]

    def count(self, mean: float) -> int:
        """Poisson."""
        found, product = 0, self._next()
        while product > math.exp(-mean):
            found, product = found + 1, product * self._next()
        return found

    def blank(self, share: float, value: str) -> str:
        """The value, or nothing for a given share: facts nobody wrote down."""
        return "" if self.chance(share) else value


def money(value: float) -> str:
    return f"{value:.2f}"


def working_day(day: date) -> date:
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# GB 32100-2015: thirty-one characters, powers of three; the organisation code inside has a check digit of its own.
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int, kind: str = "91") -> str:
    """An invented code: the division 990000 does not exist and every body begins with FAKE; the check digits are right."""
    body = f"FAKE{number:04d}"
    total = sum(
        (int(c) if c.isdigit() else ord(c) - 55) * w
        for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    own = "0X987654321"[total % 11]
    code = f"{kind}990000{body}{own}"
    total = sum(LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + LETTERS[(31 - total % 31) % 31]
