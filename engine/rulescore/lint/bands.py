# SPDX-License-Identifier: Apache-2.0
"""Bands that leave values out, or whose bounds contradict each other.

The first band that fits counts, so bounds of one direction may overlap (`up_to: 1`, `up_to: 2`). A bound that stands
inside an earlier band is a contradiction, and so are two bands with two bounds each that have values in common. Where
bounds are parameters, the bands are looked at with the values of every date from which one of them changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from msgspec import Struct

from ..lang.syntax import Tree, number_text
from ..model import Case, Pack, Rule
from ..problems import Cell, Problems, Span
from .extents import Extent, World
from .subjects import between
from .words import shown

CODES = ("band-gap", "band-overlap")


class Interval(Struct, frozen=True):
    """The numbers of a band, or a gap between bands."""

    low: float
    low_in: bool
    high: float
    high_in: bool

    def witness(self, extent: Extent) -> float | None:
        """A number of the interval that the extent allows."""
        if self.empty:
            return None
        if extent.values is not None:
            return next(
                (value for value in extent.values if isinstance(value, float) and self.holds(value)), None
            )
        for edge, inside in ((self.low, self.low_in), (self.high, self.high_in)):
            whole = not extent.whole or (math.isfinite(edge) and edge == int(edge))
            if inside and extent.low <= edge <= extent.high and whole and math.isfinite(edge):
                return edge
        return between(self.low, self.high, extent.low, extent.high, extent.whole)

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))

    def holds(self, value: float) -> bool:
        above = value > self.low or (self.low_in and value == self.low)
        return above and (value < self.high or (self.high_in and value == self.high))

    def meet(self, other: Interval) -> Interval:
        low, low_in = max((self.low, not self.low_in), (other.low, not other.low_in))
        high, high_in = min((self.high, self.high_in), (other.high, other.high_in))
        return Interval(low, not low_in, high, high_in)

    def text(self, subject: str) -> str:
        if self.low == self.high:
            return f"{subject} = {number_text(self.low)}"
        low = "" if math.isinf(self.low) else f"{number_text(self.low)} {'<=' if self.low_in else '<'} "
        high = "" if math.isinf(self.high) else f" {'<=' if self.high_in else '<'} {number_text(self.high)}"
        if not high:
            return f"{subject} {'>=' if self.low_in else '>'} {number_text(self.low)}"
        return f"{low}{subject}{high}"


def check(pack: Pack, problems: Problems) -> None:
    world = World(pack)
    for rule in pack.rules:
        if rule.kind == "bands" and rule.of is not None:
            extent = world.extent(world.expanded(rule.of.tree))
            told: set[tuple[str, Span | Cell | None]] = set()
            for values in moments(pack, rule):
                bands = [
                    (case, interval)
                    for case in rule.cases
                    if case.when and (interval := interval_of(case.when.tree, values))
                ]
                found = Problems()
                _gaps(rule, bands, extent, found)
                _overlaps(rule, bands, extent, found)
                for problem in found:
                    if (problem.code, problem.place) not in told:
                        told.add((problem.code, problem.place))
                        problems.extend([problem])


def moments(pack: Pack, rule: Rule) -> Iterator[Mapping[str, float]]:
    """The values of the parameters that bound the rule's bands, at each date from which one changes; once when none does."""
    names = {name for case in rule.cases if case.when for name in case.when.tree.names()}
    used = [pack.parameters[name[6:]] for name in sorted(names) if name.startswith("param.")]
    first = max((parameter.values[0][0] for parameter in used), default=0)
    starts = {start for parameter in used for start, _, _ in parameter.values if start >= first}
    for at in sorted(starts | {first}):
        yield {
            f"param.{parameter.id}": float([value for start, value, _ in parameter.values if start <= at][-1])
            for parameter in used
            if parameter.kind == "number"
        }


def interval_of(tree: Tree, values: Mapping[str, float]) -> Interval | None:
    """The interval of a band's condition: one or two comparisons of its number with constants or parameters."""
    found = Interval(-math.inf, False, math.inf, False)
    for part in tree.args if tree.op == "and" else (tree,):
        right = part.args[1] if part.op == "compare" and len(part.args) == 2 else None
        bound = None if right is None else values.get(str(right.value), right.value)
        if not isinstance(bound, float) or not isinstance(part.value, tuple):
            return None
        match part.value[0]:
            case "<" | "<=":
                found = found.meet(Interval(-math.inf, False, bound, part.value[0] == "<="))
            case ">" | ">=":
                found = found.meet(Interval(bound, part.value[0] == ">=", math.inf, False))
            case _:
                return None
    return found


def _gaps(rule: Rule, bands: list[tuple[Case, Interval]], extent: Extent, problems: Problems) -> None:
    assert rule.of is not None
    whole = Interval(extent.low, math.isfinite(extent.low), extent.high, math.isfinite(extent.high))
    reach, reach_in = -math.inf, True
    end = Interval(math.inf, True, math.inf, True)
    ordered = sorted((interval.low, not interval.low_in, index) for index, (_, interval) in enumerate(bands))
    for _, _, index in [*ordered, (0.0, False, -1)]:
        band = bands[index][1] if index >= 0 else end
        if reach < band.low or (reach == band.low and not reach_in and not band.low_in):
            gap = Interval(reach, not reach_in, band.low, not band.low_in).meet(whole)
            outer = reach == -math.inf or index < 0
            witness = None if outer and not extent.sure else gap.witness(extent)
            if witness is not None:
                place = bands[index][0].span if index >= 0 else bands[-1][0].span
                subject = shown(rule.of.tree)
                problems.warning(
                    "band-gap", place, rule=rule.id, gap=gap.text(subject), example=number_text(witness)
                )
        if index >= 0 and (band.high, band.high_in) > (reach, reach_in):
            reach, reach_in = band.high, band.high_in


def _overlaps(rule: Rule, bands: list[tuple[Case, Interval]], extent: Extent, problems: Problems) -> None:
    assert rule.of is not None
    for index, (case, band) in enumerate(bands):
        for before, (_, earlier) in enumerate(bands[:index]):
            common = band.meet(earlier)
            if common.empty or common == band or not _contradicts(band, earlier):
                continue
            witness = common.witness(extent)
            if witness is not None:
                problems.warning(
                    "band-overlap", case.span, rule=rule.id, band=index + 1, earlier=before + 1,
                    common=common.text(shown(rule.of.tree)), example=number_text(witness),
                )  # fmt: skip
                break


def _contradicts(band: Interval, earlier: Interval) -> bool:
    """Whether a bound of the band stands inside the earlier one, or both have two bounds."""
    two_sided = all(math.isfinite(edge) for edge in (band.low, band.high, earlier.low, earlier.high))
    low_inside = math.isfinite(band.low) and earlier.low < band.low and earlier.high >= band.low
    high_inside = math.isfinite(band.high) and earlier.high > band.high and earlier.low <= band.high
    return two_sided or low_inside or high_inside
