# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of `scoring` as formulas of a spreadsheet. They use only functions that Excel 2007 has.

A number that is not there is a dash, a text: sums, means and counts leave texts out as the engine leaves out what does
not count. Arithmetic on a dash is an error, which is how a missing value spreads; IFERROR ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ...model import Dimension
from .sheets import NONE

DASH = f'"{NONE}"'
BEYOND = "999999999999"
"""Farther than any points."""


def half_up(expression: str, decimals: int) -> str:
    """Rounded half up, towards plus infinity. What binary fractions add or lose (1e-12) is taken off by ROUND at the
    eighth place after the rounded one, where a true quotient of whole points and weights has room."""
    scale = 10**decimals
    return f"INT(ROUND(({expression})*{scale},8)+0.5)/{scale}"


def known(expression: str) -> str:
    return f"ISNUMBER({expression})"


def or_dash(condition: str, expression: str) -> str:
    """The expression where the condition holds, else a dash."""
    return f"IF({condition},{expression},{DASH})"


class Ranges(Struct, frozen=True):
    """Where the rules of a dimension stand in a row: outcomes, points; and above them weights and the least and most points
    that are possible. All are as long as the dimension has rules."""

    outcomes: str
    points: str
    weights: str
    lows: str
    highs: str


class States(Struct, frozen=True):
    """What stands for a state that is no case."""

    missing: str
    not_applicable: str
    error: str


def applicable(ranges: Ranges, states: States) -> str:
    """The weight of the rules that apply."""
    return f'SUMPRODUCT(({ranges.outcomes}<>"{states.not_applicable}")*1,{ranges.weights})'


def _open(ranges: Ranges, states: States) -> str:
    return f'({ranges.outcomes}="{states.missing}")+({ranges.outcomes}="{states.error}")'


def held(expression: str, least: str, most: str) -> str:
    """Held between two limits, each of which may be absent; the upper one is applied last."""
    if least:
        expression = f"MAX({expression},{least})"
    return f"MIN({expression},{most})" if most else expression


def dimension_points(
    dimension: Dimension, ranges: Ranges, initial: str, limits: tuple[str, str], decimals: int
) -> tuple[str, str]:
    """(when it is a number, the number): the points of a dimension before gates."""
    match dimension.combine:
        case "mean":
            raw = f"SUMPRODUCT({ranges.points},{ranges.weights})/SUMPRODUCT(ISNUMBER({ranges.points})*1,{ranges.weights})"
        case "sum":
            raw = f"{initial}+SUM({ranges.points})"
        case _:
            raw = f"{dimension.combine.upper()}({ranges.points})"
    return f"COUNT({ranges.points})>0", held(half_up(raw, decimals), *limits)


def dimension_bound(
    dimension: Dimension,
    ranges: Ranges,
    states: States,
    side: str,
    initial: str,
    limits: tuple[str, str],
    decimals: int,
) -> tuple[str, str]:
    """(when it is a number, the number): the least or most points that a dimension could still have, before gates. Of a
    `min` or `max` it is a formula over arrays."""
    ends = ranges.lows if side == "low" else ranges.highs
    scored, unknown = f"ISNUMBER({ranges.outcomes})*1", _open(ranges, states)
    weight = applicable(ranges, states)
    match dimension.combine:
        case "mean":
            sums = f"SUMPRODUCT({scored},{ranges.points},{ranges.weights})+SUMPRODUCT({unknown},{ends},{ranges.weights})"
            raw = f"({sums})/{weight}"
        case "sum":
            raw = f"{initial}+SUMPRODUCT({scored},{ranges.points})+SUMPRODUCT({unknown},{ends})"
        case _:
            none = f'IF({ranges.outcomes}="{states.not_applicable}","",{ends})'
            raw = f"{dimension.combine.upper()}(IF(ISNUMBER({ranges.outcomes}),{ranges.points},{none}))"
    return f"{weight}>0", held(half_up(raw, decimals), *limits)


def containing(side: str, bound: str, points: str) -> str:
    """A bound widened to contain the points of a cell, which may be a dash."""
    return f"{'MIN' if side == 'low' else 'MAX'}({bound},{points})"


def dimension_coverage(ranges: Ranges, states: States) -> str:
    """The share of applicable weight that is scored, in whole millionths; a dash when nothing applies."""
    weight = applicable(ranges, states)
    share = f"INT(SUMPRODUCT(ISNUMBER({ranges.outcomes})*1,{ranges.weights})*1000000/{weight})/1000000"
    return or_dash(f"{weight}>0", share)


def weighted_mean(values: str, weights: str, decimals: int) -> tuple[str, str]:
    """(when it is a number, the number): the mean of the values that are numbers, by their weights."""
    mean = f"SUMPRODUCT({values},{weights})/SUMPRODUCT(ISNUMBER({values})*1,{weights})"
    return f"COUNT({values})>0", half_up(mean, decimals)


def index_mean(
    scores: Sequence[str], weights: Sequence[str], composite: str, decimals: int
) -> tuple[str, str]:
    """(when it is a number, the number): the mean of an index's cells; `composite`, if any, stands for those without a number."""
    pairs = list(zip(scores, weights, strict=True))
    instead = composite or "0"
    parts = "+".join(f"IF(ISNUMBER({score}),{score},{instead})*{weight}" for score, weight in pairs)
    if composite:
        return f"ISNUMBER({composite})", half_up(f"({parts})/({'+'.join(weights)})", decimals)
    counted = "+".join(f"ISNUMBER({score})*{weight}" for score, weight in pairs)
    return f"COUNT({','.join(scores)})>0", half_up(f"({parts})/({counted})", decimals)


def gated(number: str, gates: Sequence[tuple[str, str, str]]) -> str:
    """(cell that says whether the gate acts, cap or floor, limit), one after another."""
    for acts, action, limit in gates:
        pick, far = ("MIN", BEYOND) if action == "cap" else ("MAX", f"-{BEYOND}")
        number = f"{pick}({number},IF({acts}=TRUE,{limit},{far}))"
    return number


def differs(one: str, other: str) -> str:
    """One less the other; 1 when only one of them is a number or their texts differ."""
    return f"IF(AND(ISNUMBER({one}),ISNUMBER({other})),{one}-{other},IF({one}={other},0,1))"
