# SPDX-License-Identifier: Apache-2.0
"""Models of how long customers stay and how much they buy, fitted by maximum likelihood.

sBG (shifted beta geometric): Fader & Hardie 2007, Journal of Interactive Marketing 21(1). BG/NBD: Fader, Hardie & Lee 2005,
Marketing Science 24(2). Gamma-Gamma of order values: Fader & Hardie 2013, brucehardie.com/notes/025.

A fit sees counts of equal customers in ascending order, so that neither the order of customers nor the engine matters. The sBG
needs the four operations alone; the others use logarithms, which may differ in the last bit from one machine to the next, and their
parameters keep six digits. Data that show no maximum give None, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import blake2b
from itertools import pairwise
from typing import Any

LEAST = 30
"""Customers that must have renewed or come back before a model is fitted; below it parameters are noise."""
ROUNDS = 200
FARTHEST = math.log(1e6)
"""How far, in logarithms, a parameter may run from its start: beyond it the data do not determine it."""


def _once(fit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A fit that remembers the last few data it saw: several figures ask for the same one."""
    known: dict[bytes, Any] = {}

    @wraps(fit)
    def remembered(groups: Any) -> Any:
        key = blake2b(groups.tobytes()).digest()
        if key not in known:
            while len(known) >= 4:
                known.pop(next(iter(known)))
            known[key] = fit(groups)
        return known[key]

    return remembered


# ---- sBG: whether a contract is renewed ------------------------------------------------------------------------


def sbg(pairs: Sequence[float]) -> tuple[float, float] | None:
    """(alpha, beta) from at risk and kept at the first, second, ... renewal; None with fewer than two renewals, fewer than
    LEAST customers at the first, nobody lost or kept, or no difference between customers to be seen."""
    risk, kept = list(pairs[::2]), list(pairs[1::2])
    lost = math.fsum(risk) - math.fsum(kept)
    used = sum(1 for at_risk in risk if at_risk > 0)
    sound = len(risk) == len(kept) and all(0 <= k <= r for r, k in zip(risk, kept, strict=False))
    if not sound or used < 2 or risk[0] < LEAST or lost <= 0 or sum(kept) <= 0:
        return None

    def alpha_of(total: float) -> float:
        """The best alpha while alpha + beta is `total`: the slope falls all the way."""
        low, high = 0.0, total
        while low < (middle := (low + high) / 2.0) < high:
            beta = total - middle
            slope = (
                lost / middle - math.fsum(k / (beta + i) for i, k in enumerate(kept)) if beta > 0 else -1.0
            )
            low, high = (middle, high) if slope > 0 else (low, middle)
        return middle

    def slope_of(total: float) -> float:
        """How the best likelihood rises with alpha + beta."""
        beta = total - alpha_of(total)
        return math.fsum(
            k / (beta + i) - r / (total + i) for i, (r, k) in enumerate(zip(risk, kept, strict=True))
        )

    steps = [2.0**power for power in range(-12, 14)]
    rising = next((low for low, high in pairwise(steps) if slope_of(low) > 0 >= slope_of(high)), None)  # fmt: skip
    if rising is None:
        return None
    low, high = rising, rising * 2.0
    while low < (total := (low + high) / 2.0) < high:
        low, high = (total, high) if slope_of(total) > 0 else (low, total)
    alpha = alpha_of(total)
    return kept_digits(alpha, 9), kept_digits(total - alpha, 9)


def sbg_survival(time: float, alpha: float, beta: float) -> float | None:
    """The share still there after `time` renewals; between two renewals in a straight line."""
    if not (0 <= time <= 1000 and alpha > 0 and beta > 0):
        return None
    share = 1.0
    for done in range(int(time)):
        share *= (beta + done) / (alpha + beta + done)
    after = share * (beta + int(time)) / (alpha + beta + int(time))
    return share + (after - share) * (time - int(time))


def sbg_lifetime(renewal: float, rate: float, alpha: float, beta: float) -> float | None:
    """Discounted expected residual lifetime just before the given renewal (1 the first), in periods."""
    if not (renewal >= 1 and rate > 0 and alpha > 0 and beta > 0):
        return None
    term, total = (beta + renewal - 1.0) / (alpha + beta + renewal - 1.0), 0.0
    for done in range(100_000):
        total += term
        term *= (beta + renewal + done) / (alpha + beta + renewal + done) / (1.0 + rate)
        if term < total * 1e-16:
            return total
    return None


# ---- BG/NBD: orders without contract ---------------------------------------------------------------------------

Groups = Any
"""A numpy array: a row for each distinct customer, ascending, its last column how many are like it."""

Orders = tuple[float, float, float, float]
"""r, alpha, a, b."""
Values = tuple[float, float, float]
"""p, q, gamma."""


@_once
def bg_nbd(groups: Groups) -> Orders | None:
    """(r, alpha, a, b) from (repeat orders, time of the last, time observed, customers); None where the data don't say."""
    import numpy as np

    if not len(groups):
        return None
    x, last, seen, n = groups.T
    if n[x > 0].sum() < LEAST or (x == 0).all() or x.max() > 1_000_000:
        return None
    unit = float((seen * n).sum() / n.sum())
    if unit <= 0:
        return None
    last, seen, repeat, whole = last / unit, seen / unit, x > 0, x.astype(np.int64)
    counted = np.bincount(whole, weights=n)
    steps = np.arange(len(counted))

    def parts(start: float) -> tuple[Any, Any]:
        """ln and slope of Gamma(start + x) / Gamma(start), for each x."""
        before = start + steps[:-1]
        return np.concatenate([[0.0], np.log(before).cumsum()]), np.concatenate(
            [[0.0], (1.0 / before).cumsum()]
        )

    def likelihood(logs: Any) -> tuple[float, Any]:
        r, alpha, a, b = np.exp(logs)
        (rise_r, slope_r), (rise_b, slope_b), (rise_ab, slope_ab) = parts(r), parts(b), parts(a + b)
        whole_time, last_time = np.log(alpha + seen), np.log(alpha + last)
        odds = np.where(
            repeat,
            math.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) + (r + x) * (whole_time - last_time),
            -np.inf,
        )
        gone = 1.0 / (1.0 + np.exp(np.minimum(-odds, 700.0)))
        gone = np.where(repeat, gone, 0.0)
        value = (counted * (rise_r + rise_b - rise_ab)).sum() + (
            n * (r * math.log(alpha) - (r + x) * whole_time + np.logaddexp(0.0, odds))
        ).sum()
        slopes = (
            (counted * slope_r).sum() + (n * (math.log(alpha) - (1.0 - gone) * whole_time - gone * last_time)).sum(),
            (n * (r / alpha - (r + x) * ((1.0 - gone) / (alpha + seen) + gone / (alpha + last)))).sum(),
            (n * gone).sum() / a - (counted * slope_ab).sum(),
            (counted * (slope_b - slope_ab)).sum() - (n * np.where(repeat, gone / (b + np.maximum(x, 1.0) - 1.0), 0.0)).sum(),
        )  # fmt: skip
        return float(value), np.array(slopes) * np.exp(logs)

    found = highest(likelihood, [0.0, 0.0, 0.0, 0.0], float(n.sum()))
    if found is None:
        return None
    r, alpha, a, b = (kept_digits(value, 6) for value in (found[0], found[1] * unit, found[2], found[3]))
    return r, alpha, a, b


def alive(x: float, last: float, seen: float, r: float, alpha: float, a: float, b: float) -> float | None:
    """The chance that a customer still orders; 1 where it never came back, which is how the model is made."""
    if not (0 <= last <= seen and x >= 0 and min(r, alpha, a, b) > 0):
        return None
    if x == 0:
        return 1.0
    return 1.0 / (1.0 + math.exp(min(_odds(x, last, seen, r, alpha, a, b), 700.0)))


def orders_to_come(
    x: float, last: float, seen: float, ahead: float, r: float, alpha: float, a: float, b: float
) -> float | None:
    """Orders that a customer is expected to place in the time ahead. Where a is 1 the formula divides by 0 and a is moved by 1e-6."""
    chance = alive(x, last, seen, r, alpha, a, b)
    if chance is None or ahead < 0:
        return None
    a = a if abs(a - 1.0) >= 1e-6 else 1.000001
    share = ahead / (alpha + seen + ahead)
    left: float = (1.0 - share) ** (a - 1.0) * _series(a + b - 1.0 - r, a - 1.0, a + b + x - 1.0, share)
    return (a + b + x - 1.0) / (a - 1.0) * (1.0 - left) * chance


def _odds(x: float, last: float, seen: float, r: float, alpha: float, a: float, b: float) -> float:
    """The logarithm of the odds of having left."""
    return math.log(a) - math.log(b + x - 1.0) + (r + x) * (math.log(alpha + seen) - math.log(alpha + last))


def _series(a: float, b: float, c: float, z: float) -> float:
    """Gauss's hypergeometric series."""
    term, total = 1.0, 1.0
    for n in range(200_000):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z
        total += term
        if abs(term) <= abs(total) * 1e-16:
            break
    return total


def all_to_come(groups: Groups, ahead: float) -> Any:
    """`orders_to_come` for each group, by the model fitted to them all, as an array; None without a model."""
    fitted = bg_nbd(groups)
    if fitted is None:
        return None
    import numpy as np

    x, last, seen, _ = groups.T
    r, alpha, a, b = fitted
    a = a if abs(a - 1.0) >= 1e-6 else 1.000001
    with np.errstate(divide="ignore"):
        odds = (
            math.log(a)
            - np.log(np.maximum(b + x - 1.0, 1e-300))
            + (r + x) * (np.log(alpha + seen) - np.log(alpha + last))
        )
    chance = np.where(x > 0, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)
    share = ahead / (alpha + seen + ahead)
    term, total, c = np.ones_like(x), np.ones_like(x), a + b + x - 1.0
    for n in range(200_000):
        term = term * ((a + b - 1.0 - r + n) * (a - 1.0 + n) / ((c + n) * (n + 1.0)) * share)
        total = total + term
        if (np.abs(term) <= np.abs(total) * 1e-16).all():
            break
    return c / (a - 1.0) * (1.0 - (1.0 - share) ** (a - 1.0) * total) * chance


# ---- Gamma-Gamma: the value of an order ------------------------------------------------------------------------


@_once
def gamma_gamma(groups: Groups) -> Values | None:
    """(p, q, gamma) from (repeat orders, mean value of one, customers); customers without repeat orders do not count."""
    import numpy as np

    x, mean, n = groups[(groups[:, 0] > 0) & (groups[:, 1] > 0)].T
    if n.sum() < LEAST:
        return None
    unit = float((mean * n).sum() / n.sum())
    mean = mean / unit
    different, place = np.unique(x, return_inverse=True)
    log_mean, log_x = np.log(mean), np.log(x)

    def likelihood(logs: Any) -> tuple[float, Any]:
        p, q, gamma = np.exp(logs)
        (both, both_slope), (own, own_slope) = gammas(p * different + q), gammas(p * different)
        (rest,), (rest_slope,) = gammas(np.array([q]))
        spent = np.log(gamma + x * mean)
        value = (
            n
            * (
                (both - own)[place]
                - rest
                + q * math.log(gamma)
                + (p * x - 1.0) * log_mean
                + p * x * log_x
                - (p * x + q) * spent
            )
        ).sum()
        slopes = (
            (n * x * ((both_slope - own_slope)[place] + log_mean + log_x - spent)).sum(),
            (n * (both_slope[place] - rest_slope + math.log(gamma) - spent)).sum(),
            (n * (q / gamma - (p * x + q) / (gamma + x * mean))).sum(),
        )  # fmt: skip
        return float(value), np.array(slopes) * np.exp(logs)

    found = highest(likelihood, [1.0, 1.0, 0.0], float(n.sum()))
    if found is None or found[1] <= 1.0:  # without q > 1 the mean has no value
        return None
    p, q, gamma = (kept_digits(value, 6) for value in (found[0], found[1], found[2] * unit))
    return p, q, gamma


def order_values(x: Any, mean: Any, p: float, q: float, gamma: float) -> Any:
    """`order_value` of many customers, as arrays."""
    import numpy as np

    return p * (gamma + np.where(x > 0, x * mean, 0.0)) / (p * x + q - 1.0)


def order_value(x: float, mean: float, p: float, q: float, gamma: float) -> float | None:
    """What an order of a customer is worth on average: its own mean drawn to that of all; that of all where x is 0."""
    if not (x >= 0 and min(p, gamma) > 0 and q > 1) or (x > 0 and mean <= 0):
        return None
    return p * (gamma + (x * mean if x > 0 else 0.0)) / (p * x + q - 1.0)


def gammas(z: Any) -> tuple[Any, Any]:
    """ln Gamma and its slope, by Stirling's series ten steps up and the recurrence back."""
    import numpy as np

    shift, slope, up = np.zeros_like(z), np.zeros_like(z), z
    for _ in range(10):
        shift, slope, up = shift + np.log(up), slope + 1.0 / up, up + 1.0
    square = 1.0 / (up * up)
    value = (up - 0.5) * np.log(up) - up + 0.5 * math.log(2.0 * math.pi)
    value = value + (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / up
    rising = (
        np.log(up)
        - 0.5 / up
        - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square / 240.0)))
    )
    return value - shift, rising - slope


# ---- what fits share -------------------------------------------------------------------------------------------


def highest(
    function: Callable[[Any], tuple[float, Any]], start: Sequence[float], scale: float
) -> list[float] | None:
    """Where a smooth function of logarithms is highest: Newton's steps, held back until they climb; the exponentials of the
    place, or None when it does not settle. `function` gives value and slopes, `scale` the weight of the data."""
    import numpy as np

    place = np.array(start, dtype=np.float64)
    value, slope = function(place)
    damping, size = 1e-3, len(place)
    for _ in range(ROUNDS):
        bend = np.empty((size, size))
        for index in range(size):
            step = np.zeros(size)
            step[index] = 1e-6
            bend[index] = (function(place + step)[1] - slope) / 1e-6
        bend = (bend + bend.T) / 2.0
        while True:
            curve = -bend + damping * scale * np.eye(size)
            if np.linalg.eigvalsh(curve)[0] > 0:
                move = np.linalg.solve(curve, slope)
                move = move / max(1.0, float(np.abs(move).max()) / 2.0)
                there, its_slope = function(place + move)
                if math.isfinite(there) and there >= value - 1e-12 * abs(value):
                    break
            damping = max(damping, 1e-12) * 10.0
            if damping > 1e8:
                return None
        place, value, slope, damping = (
            place + move,
            there,
            its_slope,
            damping / 10.0 if damping > 1e-12 else 0.0,
        )
        if np.abs(place).max() > FARTHEST:
            return None
        if np.abs(move).max() < 1e-9:
            return [math.exp(one) for one in place]
    return None


def kept_digits(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
