# SPDX-License-Identifier: Apache-2.0
"""Functions of numbers. Rounding is half up; log, exp and powers are kept to nine significant digits."""

from __future__ import annotations

import math
from typing import Any

from ...arithmetic import finite, quantise
from .declare import Function, elementwise


def _round(x: float, digits: float = 0.0) -> float | None:
    scale = 10.0 ** int(digits)
    scaled = x * scale + 0.5
    return math.floor(scaled) / scale if math.isfinite(scaled) else None


def _round_frame(pl: Any, x: Any, digits: float = 0.0) -> Any:
    scale = 10.0 ** int(digits)
    # dividing a column by a literal is done by Polars as a multiplication: divide by a column instead
    scaled = (x * scale + 0.5).floor()
    return keep_finite(pl, scaled if scale == 1.0 else exact_divide(pl, scaled, scale))


def exact_divide(pl: Any, x: Any, divisor: Any) -> Any:
    """x / divisor, correctly rounded: Polars divides by a literal, or by one value for a whole column, as a
    multiplication with its reciprocal."""
    return x / (x * 0.0 + divisor)


def keep_finite(pl: Any, x: Any) -> Any:
    """x, or null where it is infinite or not a number."""
    return pl.when(x.is_finite()).then(x)


def quantise_frame(pl: Any, x: Any) -> Any:
    spread = x * 8388609.0
    return keep_finite(pl, spread - (spread - x))


def _exp(x: float) -> float | None:
    try:
        return finite(quantise(math.exp(x)))
    except OverflowError:
        return None


def power(x: float, y: float) -> float | None:
    """x ** y for any real exponent; missing where it is no finite real number."""
    try:
        result = x**y
    except (OverflowError, ZeroDivisionError):
        return None
    return None if isinstance(result, complex) else finite(quantise(result))


def _least(pl: Any, *values: Any) -> Any:
    if len(values) > 2:  # a chain would be written out three times for every further value
        return pl.when(~pl.any_horizontal([value.is_null() for value in values])).then(
            pl.min_horizontal(values)
        )
    one, other = values  # neither condition holds when one is missing
    return pl.when(other < one).then(other).when(one <= other).then(one)


def _greatest(pl: Any, *values: Any) -> Any:
    if len(values) > 2:
        return pl.when(~pl.any_horizontal([value.is_null() for value in values])).then(
            pl.max_horizontal(values)
        )
    one, other = values
    return pl.when(other > one).then(other).when(one >= other).then(one)


def _clip(pl: Any, x: Any, low: Any, high: Any) -> Any:
    return _least(pl, _greatest(pl, x, low), high)


Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


def _cagr(begin: float, end: float, years: float) -> float | None:
    if begin <= 0 or end < 0 or years <= 0:
        return None
    return finite(float(f"{(end / begin) ** (1.0 / years) - 1.0:.12g}"))


def _wilson(k: float, n: float, sign: float) -> float | None:
    """A bound of the Wilson score interval of 95 % for `k` of `n`; missing unless 0 <= k <= n and n >= 1."""
    if not 0 <= k <= n or n < 1:
        return None
    share, square = k / n, Z95 * Z95
    middle = share + square / (2.0 * n)
    spread = Z95 * math.sqrt(share * (1.0 - share) / n + square / (4.0 * n * n))
    return finite(min(max((middle + sign * spread) / (1.0 + square / n), 0.0), 1.0))


def _wilson_frame(pl: Any, k: Any, n: Any, sign: float) -> Any:
    share, square = exact_divide(pl, k, n), Z95 * Z95
    middle = share + square / (n * 2.0)
    spread = (exact_divide(pl, share * (1.0 - share), n) + square / (n * 4.0 * n)).sqrt() * Z95
    bound = exact_divide(pl, middle + spread * sign, square / n + 1.0)
    held = pl.when(bound < 0.0).then(0.0).when(bound > 1.0).then(1.0).otherwise(bound)
    return pl.when((k >= 0) & (k <= n) & (n >= 1)).then(keep_finite(pl, held))


def _countback(balance: float, *periods: float) -> float | None:
    days, sold, rest = 0.0, 0.0, balance
    for sales, length in zip(periods[::2], periods[1::2], strict=False):
        if sales < 0 or length <= 0:
            return None
        days += 0.0 if rest <= 0 else length if rest >= sales else rest / sales * length
        sold += sales
        rest = balance - sold
    return days if rest <= 0 <= balance and len(periods) % 2 == 0 else None


def _countback_frame(pl: Any, balance: Any, *periods: Any) -> Any:
    # what is left is told from what was sold so far: told from what was left before, each period would double the expression
    days, sold, rest, sound = balance * 0.0, pl.lit(0.0), balance, balance >= 0
    for sales, length in zip(periods[::2], periods[1::2], strict=False):
        sound = sound & (sales >= 0) & (length > 0)
        part = pl.when(rest >= sales).then(length).otherwise(exact_divide(pl, rest, sales) * length)
        days = days + pl.when(rest <= 0).then(0.0).otherwise(part)
        sold = sold + sales
        rest = balance - sold
    return pl.when(sound & (rest <= 0) & pl.lit(len(periods) % 2 == 0)).then(keep_finite(pl, days))


def _first_digit(x: float) -> float | None:
    """The first digit that is not 0 of the shortest way to write the number; missing for 0."""
    digits = repr(abs(x)).lstrip("0.")
    return float(digits[0]) if digits[:1].isdigit() else None


def _first_digit_frame(pl: Any, x: Any) -> Any:
    digits = x.abs().cast(pl.String).str.strip_chars_start("0.").str.slice(0, 1)
    return digits.cast(pl.Float64, strict=False)


FUNCTIONS = (
    Function(
        "min", ("any", "any", "..."), "any",
        {"zh": "各值中最小者；任一缺失则缺失", "en": "the least of the values; missing when one is missing"},
        {"zh": "{all}中的最小值", "en": "the least of {all}"},
        lambda *values: min(values), _least,
        (("min(3, 1, 2)", 1), ("min(3, nothing)", None)),
    ),
    Function(
        "max", ("any", "any", "..."), "any",
        {"zh": "各值中最大者；任一缺失则缺失", "en": "the greatest of the values; missing when one is missing"},
        {"zh": "{all}中的最大值", "en": "the greatest of {all}"},
        lambda *values: max(values), _greatest,
        (("max(3, 1, 2)", 3), ("max(nothing, 9)", None)),
    ),
    Function(
        "abs", ("number",), "number",
        {"zh": "绝对值", "en": "the absolute value"},
        {"zh": "{0}的绝对值", "en": "the absolute value of {0}"},
        abs, lambda pl, x: x.abs(),
        (("abs(-2.5)", 2.5), ("abs(0)", 0)),
    ),
    Function(
        "round", ("number", "literal?"), "number",
        {"zh": "四舍五入（逢五进一）到给定小数位，默认取整", "en": "rounded half up to the given decimals (default 0)"},
        {"zh": "{0}四舍五入", "en": "{0} rounded"},
        _round, _round_frame,
        (("round(2.5)", 3), ("round(-2.5)", -2), ("round(1.005, 2)", 1.0), ("round(3.14159, 2)", 3.14)),
    ),
    Function(
        "floor", ("number",), "number",
        {"zh": "向下取整", "en": "the greatest whole number not above the value"},
        {"zh": "{0}向下取整", "en": "{0} rounded down"},
        lambda x: float(math.floor(x)), lambda pl, x: x.floor(),
        (("floor(2.9)", 2), ("floor(-2.1)", -3)),
    ),
    Function(
        "ceil", ("number",), "number",
        {"zh": "向上取整", "en": "the least whole number not below the value"},
        {"zh": "{0}向上取整", "en": "{0} rounded up"},
        lambda x: float(math.ceil(x)), lambda pl, x: x.ceil(),
        (("ceil(2.1)", 3), ("ceil(-2.9)", -2)),
    ),
    Function(
        "clip", ("number", "number", "number"), "number",
        {"zh": "限制在下限与上限之间", "en": "held between a lower and an upper limit"},
        {"zh": "{0}（限制在{1}至{2}之间）", "en": "{0} held between {1} and {2}"},
        lambda x, low, high: min(max(x, low), high), _clip,
        (("clip(120, 0, 100)", 100), ("clip(-5, 0, 100)", 0), ("clip(50, 0, 100)", 50)),
    ),
    Function(
        "sqrt", ("number",), "number",
        {"zh": "平方根；负数缺失", "en": "the square root; missing for a negative number"},
        {"zh": "{0}的平方根", "en": "the square root of {0}"},
        lambda x: math.sqrt(x) if x >= 0 else None,
        lambda pl, x: pl.when(x >= 0).then(x.sqrt()),
        (("sqrt(9)", 3), ("sqrt(-1)", None)),
    ),
    Function(
        "first_digit", ("number",), "number",
        {"zh": "首位非零数字（1 至 9），用于数字检验；零缺失", "en": "the first digit that isn't 0 (1 to 9), for digit tests; missing for zero"},
        {"zh": "{0}的首位数字", "en": "the first digit of {0}"},
        _first_digit, _first_digit_frame,
        (("first_digit(1203.5)", 1), ("first_digit(-0.047)", 4), ("first_digit(0)", None), ("first_digit(987654321012345)", 9), ("first_digit(0.000000031)", 3)),
    ),
    Function(
        "wilson_low", ("number", "number"), "number",
        {"zh": "n 次中有 k 次时比例的 95% 下限（威尔逊区间）", "en": "the lower 95% bound of a share, k out of n (Wilson interval)"},
        {"zh": "{1}中{0}的比例下限", "en": "lower bound of the share of {0} in {1}"},
        lambda k, n: _wilson(k, n, -1.0), lambda pl, k, n: _wilson_frame(pl, k, n, -1.0),
        (("round(wilson_low(81, 263), 4)", 0.2553), ("wilson_low(0, 20)", 0), ("wilson_low(3, 0)", None), ("wilson_low(3, 2)", None)),
    ),
    Function(
        "wilson_high", ("number", "number"), "number",
        {"zh": "n 次中有 k 次时比例的 95% 上限（威尔逊区间）", "en": "the upper 95% bound of a share, k out of n (Wilson interval)"},
        {"zh": "{1}中{0}的比例上限", "en": "upper bound of the share of {0} in {1}"},
        lambda k, n: _wilson(k, n, 1.0), lambda pl, k, n: _wilson_frame(pl, k, n, 1.0),
        (("round(wilson_high(15, 148), 4)", 0.1605), ("round(wilson_high(0, 20), 4)", 0.1611), ("wilson_high(5, 5)", 1)),
    ),
    Function(
        "countback_days", ("number", "number", "number", "..."), "number",
        {"zh": "倒推法应收天数：余额依次抵最近各期的开票额，最后一期按比例；参数为余额，再依次为各期开票额与天数，最近的在前；各期抵不完则缺失", "en": "days outstanding by count-back: the balance is set against the sales of the latest period, the one before and so on, the last in proportion; the balance, then sales and days of each period, latest first; missing when the periods do not cover it"},
        {"zh": "{0}的倒推应收天数", "en": "count-back days of {0}"},
        _countback, _countback_frame,
        (("countback_days(3600, 1400, 31, 1100, 30, 900, 31, 1000, 30)", 98), ("countback_days(0, 100, 30)", 0), ("countback_days(200, 100, 30)", None), ("countback_days(-1, 100, 30)", None), ("countback_days(50, 0, 30, 100, 31)", 45.5), ("countback_days(150, 100, 30, 100, 31, 0, 30)", 45.5)),
    ),
    Function(
        "cagr", ("number", "number", "number"), "number",
        {"zh": "复合年增长率：期初值、期末值、间隔年数；期初不大于 0 或期末为负则缺失；保留十二位", "en": "compound growth a year: the value at the beginning, at the end, and the years between; missing unless it begins above 0 and ends at 0 or above; twelve digits are kept"},
        {"zh": "{0}至{1}经{2}年的复合增长率", "en": "compound growth from {0} to {1} over {2} years"},
        _cagr, elementwise(_cagr),
        (("round(cagr(800, 1250, 3), 9)", 0.160397208), ("cagr(0, 100, 3)", None), ("cagr(100, -1, 3)", None), ("cagr(100, 121, 2)", 0.1), ("cagr(100, 0, 2)", -1)),
    ),
    Function(
        "log", ("number",), "number",
        {"zh": "自然对数；非正数缺失", "en": "the natural logarithm; missing unless above zero"},
        {"zh": "{0}的自然对数", "en": "the natural logarithm of {0}"},
        lambda x: quantise(math.log(x)) if x > 0 else None,
        lambda pl, x: pl.when(x > 0).then(quantise_frame(pl, x.log())),
        (("log(1)", 0), ("log(0)", None), ("round(log(10), 6)", 2.302585)),
    ),
    Function(
        "exp", ("number",), "number",
        {"zh": "e 的幂；溢出则缺失", "en": "e to the power; missing when too large"},
        {"zh": "e 的{0}次方", "en": "e to the power of {0}"},
        _exp, lambda pl, x: quantise_frame(pl, x.exp()),
        (("exp(0)", 1), ("exp(1000)", None), ("round(exp(1), 6)", 2.718282)),
    ),
)  # fmt: skip
