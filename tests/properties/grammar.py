# SPDX-License-Identifier: Apache-2.0
"""Random well-typed expressions as text, and random records full of edges, from a seeded generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from harness import day_of

# x, y, z passed the door (below 1e15); g and h stand for features, which may have any size.
KINDS: dict[str, Any] = {
    **dict.fromkeys("xyzgh", "number"), **dict.fromkeys("stu", "text"), **dict.fromkeys("pqr", "bool"), **dict.fromkeys("def", "date"),
}  # fmt: skip
FIELDS = tuple(name for name in KINDS if name not in "gh")

NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.2, 0.3, 1 / 3, 2 / 3, 1.005, 2.675, 7.0, 10.0, 12.0, 100.0, 365.0,
    1e-300, 5e-324, 2.2250738585072014e-308, 1e-9, 0.49999999999999994, 1e14, -1e14, 999999999999999.9, -999999999999999.9,
    4503599627.5, 123456.789, -3.0, 3.0, 60.0, 65536.0,
)  # fmt: skip
HUGE = (
    *NUMBERS,
    1e15,
    1e16,
    9007199254740993.0,
    4503599627370497.0,
    1e24,
    1e154,
    1e300,
    -1e300,
    1.7976931348623157e308,
    -1.7976931348623157e308,
)
TEXTS = (
    "", " ", "a", "A", "abc", "ABC", "aBc", "b", "ab", "上海", "上海某公司", "某某有限公司", "客户A", "é", "e\u0301", "ß", "SS", "ss", "İ", "i̇", "ı", "Σ", "ς",
    "ΑΣ", "ΑΣ Β", "😀", "😀a", "👩‍👩‍👧", "\u3000全角\u3000", "trail ", "\ttab\n", "a_b%", "%", "_", ".*", "a.b", "AB-123", "\ufeffx", "\u200bx",
    "\x00", "a\x00b", "\ue000", "\uffff", "𝒳", "ﬁ", "Ａ", "null", "0", "-1", "2026-06-30",
)  # fmt: skip
CREDIT_CODES = (
    "91350100M000100Y43",
    "91350100m000100y43",
    "９１３１００００ＭＡ００００３４９０",
    "91350100M000100Y44",
    "52310000000000000W",
)
DAYS = (
    "2026-06-30", "2024-02-29", "2023-02-28", "2024-02-28", "2000-02-29", "1900-02-28", "1900-03-01", "2025-12-31", "2026-01-01", "1970-01-01",
    "1969-12-31", "0001-01-01", "9999-12-31", "2026-01-31", "2026-03-31", "2026-04-30", "2025-06-30", "2025-07-01", "9999-01-31", "0001-03-01",
)  # fmt: skip
PATTERNS = (
    "^a",
    "a$",
    "^$",
    "[A-Z]{2}-[0-9]+",
    "上海|北京",
    "^.{3}$",
    "(a|b)+",
    "\\\\d+",
    "(?i)abc",
    "\\\\s",
    "a.b",
    "公司$",
    "\\\\w+",
    "[^a]",
)


def record(rng: random.Random) -> dict[str, Any]:
    """One customer: each value missing, an edge, or anything."""
    made: dict[str, Any] = {}
    for name, kind in KINDS.items():
        if rng.random() < 0.12:
            made[name] = None
        elif kind == "number":
            made[name] = _number(rng, HUGE if name in "gh" else NUMBERS, 300.0 if name in "gh" else 14.0)
        elif kind == "text":
            made[name] = rng.choice(TEXTS)
        elif kind == "bool":
            made[name] = rng.random() < 0.5
        else:
            made[name] = float(
                day_of(rng.choice(DAYS)) if rng.random() < 0.5 else rng.randrange(-20_000, 40_000)
            )
    return made


def _number(rng: random.Random, edges: Sequence[float], most: float) -> float:
    roll = rng.random()
    if roll < 0.4:
        return rng.choice(edges)
    if roll < 0.6:
        return float(rng.randrange(-20, 400))
    if roll < 0.9:
        return rng.uniform(-1000.0, 1000.0)
    return rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-most, most) * rng.uniform(0.1, 0.99)


def records(rng: random.Random, count: int) -> list[dict[str, Any]]:
    return [record(rng) for _ in range(count)]


class Grammar:
    """Makes expressions of a kind. `plain` keeps to arithmetic, comparison, logic and `if`, without functions."""

    def __init__(self, rng: random.Random, kinds: Mapping[str, str] = KINDS, plain: bool = False) -> None:
        self.rng, self.plain = rng, plain
        self.names: dict[str, list[str]] = {
            kind: [name for name, k in kinds.items() if k == kind]
            for kind in ("number", "text", "bool", "date")
        }

    def expression(self, kind: str, depth: int) -> str:
        made: Callable[[int], str] = getattr(self, kind)
        return made(depth)

    def any(self, depth: int) -> str:
        return self.expression(self.rng.choice(("number", "number", "bool", "text", "date")), depth)

    # ---- leaves ----

    def leaf(self, kind: str) -> str:
        if self.rng.random() < 0.65 and self.names[kind]:
            return self.rng.choice(self.names[kind])
        return self.constant(kind)

    def constant(self, kind: str) -> str:
        rng = self.rng
        match kind:
            case "number":
                value = (
                    rng.choice(NUMBERS)
                    if rng.random() < 0.6
                    else round(rng.uniform(-500, 500), rng.randrange(4))
                )
                return repr(value if rng.random() < 0.8 else abs(value))
            case "text":
                return quoted(rng.choice(TEXTS))
            case "bool":
                return rng.choice(("True", "False"))
            case _:
                return f'date("{rng.choice(DAYS)}")'

    # ---- kinds ----

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf("number")
        rng, n = self.rng, lambda: self.number(depth - 1)
        choices: list[Callable[[], str]] = [
            lambda: f"({n()} {rng.choice('+-*/')} {n()})", lambda: f"({n()} {rng.choice('+-*/')} {n()})", lambda: f"({n()} {rng.choice('+-*/')} {n()})",
            lambda: f"({n()} {rng.choice(('%', '//'))} {n()})", lambda: f"({n()} / {self.constant('number')})", lambda: f"-{n()}",
            lambda: f"({n()} if {self.bool(depth - 1)} else {n()})", lambda: self.leaf("number"),
            lambda: f"(({n()}) ** {rng.choice(('2', '3', '-1', '0', '-2', '5', '17', '64', '0.5'))})",
        ]  # fmt: skip
        if not self.plain:
            d = lambda: self.date(depth - 1)  # noqa: E731
            choices += [
                lambda: f"{rng.choice(('min', 'max'))}({n()}, {n()})", lambda: f"min({n()}, {n()}, {n()})", lambda: f"abs({n()})",
                lambda: f"round({n()}, {rng.randrange(10)})", lambda: f"round({n()})", lambda: f"{rng.choice(('floor', 'ceil'))}({n()})",
                lambda: f"clip({n()}, {n()}, {n()})", lambda: f"{rng.choice(('sqrt', 'log', 'exp'))}({n()})", lambda: f"coalesce({n()}, {n()})",
                lambda: f"(({n()}) ** {rng.choice(('0.3', '-0.5', '1.7', '-2.25', '33.3'))})", lambda: f"length({self.text(depth - 1)})",
                lambda: f"({d()} - {d()})", lambda: f"{rng.choice(('days_between', 'months_between', 'years_between'))}({d()}, {d()})",
                lambda: f"{rng.choice(('year', 'month'))}({d()})", lambda: f"days({n()})",
                lambda: f"{rng.choice(('wilson_low', 'wilson_high'))}(abs({n()}), abs({n()}))", lambda: f"wilson_low({rng.randrange(9)}, {n()})",
            ]  # fmt: skip
        return rng.choice(choices)()

    def bool(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf("bool")
        rng, b = self.rng, lambda: self.bool(depth - 1)
        n, order = lambda: self.number(depth - 1), ("<", "<=", ">", ">=", "==", "!=")
        choices: list[Callable[[], str]] = [
            lambda: f"({n()} {rng.choice(order)} {n()})", lambda: f"({n()} {rng.choice(order)} {n()})", lambda: f"({n()} {rng.choice(order)} {n()} {rng.choice(order)} {n()})",
            lambda: f"({b()} {rng.choice(('and', 'or'))} {b()})", lambda: f"({b()} {rng.choice(('and', 'or'))} {b()} {rng.choice(('and', 'or'))} {b()})",
            lambda: f"(not {b()})", lambda: f"({b()} if {b()} else {b()})", lambda: f"({b()} {rng.choice(('==', '!='))} {b()})",
            lambda: f"({n()} {rng.choice(('in', 'not in'))} [{', '.join(self.constant('number') for _ in range(rng.randrange(1, 4)))}])",
        ]  # fmt: skip
        if not self.plain:
            t, d = lambda: self.text(depth - 1), lambda: self.date(depth - 1)
            choices += [
                lambda: f"({t()} {rng.choice(order)} {t()})", lambda: f"({d()} {rng.choice(order)} {d()})", lambda: f'("{rng.choice(DAYS)}" <= {d()} < {d()})',
                lambda: f"({t()} {rng.choice(('in', 'not in'))} [{', '.join(self.constant('text') for _ in range(rng.randrange(1, 4)))}])",
                lambda: f'({d()} in ["{rng.choice(DAYS)}", "{rng.choice(DAYS)}"])', lambda: f"({b()} in [{rng.choice(('True', 'False'))}])",
                lambda: f"is_missing({self.any(depth - 1)})", lambda: f"coalesce({b()}, {b()})",
                lambda: f"{rng.choice(('contains', 'starts_with', 'ends_with'))}({t()}, {t()})",
                lambda: f"{rng.choice(('contains', 'starts_with', 'ends_with'))}({t()}, {self.constant('text')})",
                lambda: f'matches({t()}, "{rng.choice(PATTERNS)}")',
                lambda: f"is_credit_code({t()})", lambda: f"is_credit_code({quoted(rng.choice(CREDIT_CODES))} if {b()} else {t()})",
            ]  # fmt: skip
        return rng.choice(choices)()

    def text(self, depth: int) -> str:
        if depth <= 0 or self.plain:
            return self.leaf("text")
        rng, t = self.rng, lambda: self.text(depth - 1)
        return rng.choice((
            lambda: f"{rng.choice(('lower', 'upper', 'strip'))}({t()})", lambda: f"coalesce({t()}, {t()})", lambda: f"{rng.choice(('min', 'max'))}({t()}, {t()})",
            lambda: f"({t()} if {self.bool(depth - 1)} else {t()})", lambda: self.leaf("text"),
        ))()  # fmt: skip

    def date(self, depth: int) -> str:
        if depth <= 0 or self.plain:
            return self.leaf("date")
        rng, d, n = self.rng, lambda: self.date(depth - 1), lambda: self.number(depth - 1)
        small = lambda: str(rng.choice((-13, -12, -1, 0, 1, 2, 6, 11, 12, 13, 24, 120)))  # noqa: E731
        return rng.choice((
            lambda: f"({d()} {rng.choice('+-')} days({n()}))", lambda: f"({d()} {rng.choice('+-')} {n()})", lambda: f"({d()} {rng.choice('+-')} months({small()}))",
            lambda: f"({d()} {rng.choice('+-')} {rng.choice(('months', 'years'))}({n()}))", lambda: f"(months({small()}) + {d()})", lambda: f"coalesce({d()}, {d()})",
            lambda: f"({d()} if {self.bool(depth - 1)} else {d()})", lambda: f"{rng.choice(('min', 'max'))}({d()}, {d()})", lambda: self.leaf("date"),
        ))()  # fmt: skip


def quoted(text: str) -> str:
    """A text as the language writes it, every odd character escaped."""
    return (
        '"'
        + "".join(
            char if char.isprintable() and char not in '"\\' else f"\\u{ord(char):04x}" for char in text
        )
        + '"'
    )


def random_day(rng: random.Random, first: str, last: str) -> str:
    """A random ISO date, more often at a month's end or start than by chance."""
    start, span = date.fromisoformat(first), (date.fromisoformat(last) - date.fromisoformat(first)).days
    found = start + timedelta(days=rng.randrange(span + 1))
    if rng.random() < 0.3:
        found = min(
            max(found.replace(day=1) - timedelta(days=rng.randrange(2)), start), start + timedelta(days=span)
        )
    return found.isoformat()
