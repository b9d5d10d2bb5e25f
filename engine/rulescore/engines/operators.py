# SPDX-License-Identifier: Apache-2.0
"""The operators on plain values, missing being None: the meaning that every engine reproduces."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from ..arithmetic import finite
from ..lang.functions.numbers import power

Number = float | None


def add(a: Number, b: Number) -> Number:
    return None if a is None or b is None else finite(a + b)


def subtract(a: Number, b: Number) -> Number:
    return None if a is None or b is None else finite(a - b)


def multiply(a: Number, b: Number) -> Number:
    return None if a is None or b is None else finite(a * b)


def divide(a: Number, b: Number) -> Number:
    """Missing when the divisor is zero or the result too large."""
    return None if a is None or b is None or b == 0 else finite(a / b)


def floor_divide(a: Number, b: Number) -> Number:
    quotient = divide(a, b)
    return None if quotient is None else float(math.floor(quotient))


def modulo(a: Number, b: Number) -> Number:
    """a - floor(a / b) * b: the sign of the divisor, as in Python, by operations that are alike everywhere."""
    whole = floor_divide(a, b)
    return None if whole is None or a is None or b is None else finite(a - whole * b)


def raised(a: Number, b: Number) -> Number:
    return None if a is None or b is None else power_by(a, b)


def power_by(a: float, b: float) -> Number:
    """a ** b; whole exponents up to 64 by repeated multiplication, a half by the square root, others to nine digits."""
    if b == int(b) and abs(b) <= 64:
        result = repeated(a, int(abs(b)), operator.mul)
        found = finite(1.0 if result is None else result)
        return found if b >= 0 or found is None else divide(1.0, found)
    if b == 0.5:
        return math.sqrt(a) if a >= 0 else None
    return power(a, b)


def repeated(base: Any, exponent: int, times: Callable[[Any, Any], Any]) -> Any:
    """base to a whole power by squaring; None for the power of zero. The order of products is the same everywhere."""
    result = None
    while exponent:
        if exponent & 1:
            result = base if result is None else times(result, base)
        exponent >>= 1
        if exponent:
            base = times(base, base)
    return result


def negative(a: Number) -> Number:
    return None if a is None else -a


def opposite(a: bool | None) -> bool | None:
    return None if a is None else not a


def compared(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda a, b: None if a is None or b is None else test(a, b)


def all_of(values: list[bool | None]) -> bool | None:
    """Kleene `and`: false when one is false, else missing when one is missing."""
    return False if False in values else None if None in values else True


def any_of(values: list[bool | None]) -> bool | None:
    """Kleene `or`: true when one is true, else missing when one is missing."""
    return True if True in values else None if None in values else False


ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "//": floor_divide, "%": modulo, "**": raised,
}  # fmt: skip

COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "==": compared(operator.eq), "!=": compared(operator.ne), "<": compared(operator.lt),
    "<=": compared(operator.le), ">": compared(operator.gt), ">=": compared(operator.ge),
}  # fmt: skip
