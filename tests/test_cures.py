# SPDX-License-Identifier: Apache-2.0
"""Each known divergence between back-ends, cured, and pinned here by a test of its own.

Expected values come from the standard library (`fractions`, `decimal`, `calendar`, `math`) or were worked out by hand.
"""

from __future__ import annotations

import calendar
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from harness import (
    AS_OF,
    KINDS,
    Refused,
    base_tables,
    by_frame,
    by_row,
    day_of,
    dictionary,
    differences,
    evaluate,
    frame_of,
    iso_of,
    make_pack,
    plan_of,
    same,
    typed,
)  # fmt: skip
from rulescore.arithmetic import divide_half_up, round_units
from rulescore.lang.functions.aggregates import exact_sum

MANY = 100_000


def both(text: str, records: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The expression's values by the row engine, after the frame engine gave the same (as many, and one at a time)."""
    tree = typed(text)
    row = by_row(tree, records)
    frame = frame_of(records, KINDS)
    assert not differences(row, by_frame([tree], frame)[0]), text
    for index in range(min(len(records), 12)):
        assert not differences(row[index : index + 1], by_frame([tree], frame[index : index + 1])[0]), text
    return row


def value(text: str, **record: Any) -> Any:
    return both(text, [record])[0]


# ---- division -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def numbers() -> list[float]:
    rng = random.Random(1)
    return [
        rng.uniform(-1e6, 1e6) if index % 2 else float(rng.randrange(-100_000, 100_000))
        for index in range(MANY)
    ]


@pytest.mark.parametrize("divisor", [3.0, 7.0, 49.0, 100.0, 0.1, 365.0, 1e-7, -3.0])
def test_dividing_by_a_constant_is_division(numbers: list[float], divisor: float) -> None:
    """Guards x / 3 against Polars' multiplication by 1/3, which is off in the last bit for every third number; Python's
    division of 100,000 numbers is what must come out."""
    frame = pl.DataFrame({"x": numbers})
    found = by_frame([typed(f"x / {divisor!r}")], frame, ["x"])[0]
    assert found == [number / divisor for number in numbers]


def test_polars_still_needs_the_cure(numbers: list[float]) -> None:
    """Guards the cure itself: were this to fail, Polars would divide exactly, and the cure could go."""
    naive = pl.DataFrame({"x": numbers}).select(pl.col("x") / 3.0)["x"].to_list()
    assert any(a != b / 3.0 for a, b in zip(naive, numbers, strict=True))


@pytest.mark.parametrize(
    "divisor",
    [
        "(2 + 1)",
        "max(3, 1)",
        "abs(-3)",
        "(3 if True else 4)",
        "coalesce(3, x)",
        "min(n, 3)",
        "round(3.2)",
        "(0.1 + 0.2)",
    ],
)
def test_dividing_by_what_comes_out_constant_is_division(numbers: list[float], divisor: str) -> None:
    """Guards divisors that are the same for all customers though no plain number: Polars takes its short cut there too."""
    frame = pl.DataFrame({"x": numbers[:5_000]}).with_columns(n=pl.lit(9.0))
    found = by_frame([typed(f"x / {divisor}")], frame, ["x"])[0]
    by = 0.1 + 0.2 if "0.1" in divisor else 3.0
    assert found == [number / by for number in numbers[:5_000]]


def test_dividing_by_a_constant_column_is_division(tmp_path: Any) -> None:
    """Guards columns that hold one value for all: a field handed in as such, a feature that is a number, a parameter."""
    rng = random.Random(2)
    features = {
        "seven": "7",
        "by_feature": "x / seven",
        "by_field": "x / n",
        "by_parameter": "x / (param.months - 5)",
        "by_text": "x / length('abcdefg')",
    }
    settings = {
        "parameters": {"months": {"values": [{"from": "2000-01-01", "value": 12, "source": "judgement"}]}}
    }
    pack = make_pack(
        tmp_path, {"one": {"features": features, "rules": [{"id": "any", "formula": "0"}]}}, settings
    )
    rows = [{"customer_id": f"C{index}", "x": rng.uniform(0, 1000)} for index in range(2_000)]
    tables = base_tables(pack, [{**row, "n": 7.0} for row in rows])
    inputs = evaluate(plan_of(pack, every_feature=True), tables, "frame").inputs
    wanted = [row["x"] / 7.0 for row in rows]
    for name in features:
        if name != "seven":
            assert inputs[name].to_list() == wanted, name


def test_a_column_of_one_value_from_a_frame_is_a_column(tmp_path: Any) -> None:
    """Guards the door: a Polars frame may hold a column as one value, and dividing by it would be a multiplication."""
    from rulescore.problems import Problems
    from rulescore.readers import tables_of_frames

    pack = make_pack(
        tmp_path, {"one": {"features": {"share": "x / n"}, "rules": [{"id": "any", "formula": "0"}]}}
    )
    numbers = [index / 7 for index in range(1, 3_000)]
    frame = pl.DataFrame(
        {"customer_id": [f"C{index}" for index in range(len(numbers))], "x": numbers}
    ).with_columns(n=pl.lit(7.0))
    tables, _ = tables_of_frames({"customers": frame}, pack.tables, Problems())
    inputs = evaluate(plan_of(pack, every_feature=True), tables, "frame").inputs
    assert inputs["share"].to_list() == [number / 7.0 for number in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "x / y",
        "x / 0",
        "0 / 0",
        "x // y",
        "x // 0",
        "x % y",
        "x % 0",
        "1 / (x - x)",
        "x / -0.0",
        "x / (y * 5)",
    ],
)
def test_division_by_zero_is_missing(text: str) -> None:
    """Guards against infinity and NaN, which compare, sort and add up differently everywhere."""
    for x in (1.0, -1.0, 0.0):
        assert value(text, x=x, y=0.0) is None
        assert value(text, x=x, y=-0.0) is None


# ---- what is no finite number ---------------------------------------------------------------------------


def test_nan_and_infinity_are_missing_at_the_door(tmp_path: Any) -> None:
    """Guards the inside against NaN and infinity: at the door they become missing, and the problem is counted."""
    from rulescore.problems import Problems
    from rulescore.readers import tables_of_frames

    pack = make_pack(tmp_path, {"one": {"rules": [{"id": "any", "formula": "x"}]}})
    bad = [math.nan, math.inf, -math.inf, 1e15, -1e15, 1e300, 5.0]
    problems = Problems()
    frame = pl.DataFrame({"customer_id": [f"C{index}" for index in range(len(bad))], "x": bad})
    tables, _ = tables_of_frames({"customers": frame}, pack.tables, problems)
    for engine in ("row", "frame"):
        assert evaluate(plan_of(pack), tables, engine).inputs["x"].to_list() == [None] * 6 + [5.0]
    told = [problem for problem in problems if problem.severity == "warning"]
    assert sum(int(str(problem.facts.get("count", 1))) for problem in told) == 6


@pytest.mark.parametrize(
    "text",
    ["x * x * x", "x ** 3", "x ** 64", "x + x", "x - -x", "-x - x", "(x + x) / 1000", "(x * x) * 0.0000001", "(x + x) - (x + x)", "(x * x) * 0", "x / 0.0001",
     "0 - (x + x)", "1 / (1 / (x + x))", "exp(710)", "x // 0.001", "(x + x) % 7", "x % (1 / (x + x))", "(x ** 2) ** 0.5", "coalesce(x + x, x * x)", "min(x + x, 1)",
     "(x + x) * (0 / 5)", "(1 if x + x > 0 else 2)", "round(x, 9)"],
)  # fmt: skip
def test_overflow_is_missing(text: str) -> None:
    """Guards results beyond float64: missing on every engine, also when a later step would make them small again."""
    assert value(text, x=1.7e308) is None


def test_the_smallest_numbers_are_kept() -> None:
    """Guards numbers near zero against being flushed to zero by an engine."""
    assert value("x / 2", x=5e-324) == 0.0
    assert value("x * 1", x=5e-324) == 5e-324
    assert value("x + y", x=2.2250738585072014e-308, y=-5e-324) == 2.225073858507201e-308
    assert value("1 / x", x=5e-324) is None


def test_negative_zero_is_zero() -> None:
    """Guards -0.0 against being another number: equal, not less, not a divisor, one value among others, one rank."""
    for text in (
        "x == 0",
        "not x < 0",
        "not 0 > x",
        "x in [0]",
        "is_missing(1 / x)",
        "max(x, 0) == 0",
        "min(0, x) == 0",
        "sqrt(x) == 0",
        "round(x) == 0",
        "x == y",
    ):
        assert value(text, x=-0.0, y=0.0) is True, text
    assert value("log(x)", x=-0.0) is None
    assert value("x ** 0", x=-0.0) == 1.0


# ---- three-valued logic ---------------------------------------------------------------------------------

T, F, M = True, False, None
AND = {(T, T): T, (T, F): F, (T, M): M, (F, T): F, (F, F): F, (F, M): F, (M, T): M, (M, F): F, (M, M): M}
OR = {(T, T): T, (T, F): T, (T, M): T, (F, T): T, (F, F): F, (F, M): M, (M, T): T, (M, F): M, (M, M): M}
NOT = {T: F, F: T, M: M}


@pytest.mark.parametrize(("text", "table"), [("p and q", AND), ("p or q", OR)])
def test_kleene_tables(text: str, table: dict[tuple[bool | None, bool | None], bool | None]) -> None:
    """Guards `and` and `or` with missing, line by line of Kleene's tables."""
    for (p, q), wanted in table.items():
        assert value(text, p=p, q=q) is wanted, (text, p, q)


def test_not_and_longer_chains() -> None:
    """Guards `not`, and chains of three, where one false or one true decides though another is missing."""
    for p, wanted in NOT.items():
        assert value("not p", p=p) is wanted
    assert value("p and q and r", p=M, q=T, r=F) is False
    assert value("p or q or r", p=M, q=F, r=T) is True
    assert value("p and q and r", p=T, q=M, r=T) is None
    assert value("not (p and q)", p=M, q=F) is True


@pytest.mark.parametrize(
    "text",
    [
        "x + 1",
        "x - 1",
        "x * 0",
        "0 / x",
        "x ** 0",
        "-x",
        "x < 1",
        "x == x",
        "x != x",
        "x in [1, 2]",
        "not x == 1",
        "abs(x)",
        "x if x > 0 else 1",
    ],
)
def test_missing_makes_missing(text: str) -> None:
    """Guards the rule that nothing is known of what depends on the unknown, x == x and x * 0 included."""
    assert value(text, x=None) is None


def test_a_chain_may_be_decided_by_its_known_part() -> None:
    """Guards chained comparison: it is an `and` of its parts."""
    assert value("1 < x < y", x=0.0, y=None) is False
    assert value("1 < x < y", x=2.0, y=None) is None
    assert value("y < 1 < x", x=0.0, y=None) is False


def test_if_with_a_missing_condition_is_missing() -> None:
    """Guards `if` against taking the else branch of an unknown condition; the branch not taken may be missing."""
    assert value("1 if p else 2", p=None) is None
    assert value("x if p else 2", p=False, x=None) == 2.0
    assert value("1 if p else x", p=True, x=None) == 1.0


def test_min_and_max_do_not_skip_missing() -> None:
    """Guards min and max against the habit of every back-end to skip what is missing."""
    for name in ("min", "max"):
        assert value(f"{name}(x, 3)", x=None) is None
        assert value(f"{name}(3, x)", x=None) is None
        assert value(f"{name}(3, 4, x, 5)", x=None) is None
        assert value(f"{name}(s, 'b')", s=None) is None
    assert value("clip(x, 0, y)", x=5.0, y=None) is None
    assert value("max(x, y, 2, 3)", x=9.0, y=-1.0) == 9.0
    assert value("min(s, t)", s="上", t="b") == "b"


def test_missing_becomes_a_value_only_by_asking() -> None:
    """Guards `coalesce` and `is_missing`, the two doors from missing to a value; the empty text is no missing value."""
    assert value("coalesce(x, y, 7)", x=None, y=None) == 7.0
    assert value("coalesce(x, y, 7)", x=None, y=0.0) == 0.0
    assert value("is_missing(x / 0)", x=1.0) is True
    assert value("is_missing(s)", s="") is False


# ---- rounding -------------------------------------------------------------------------------------------

HALVES = {
    0.5: 1, 1.5: 2, 2.5: 3, 3.5: 4, -0.5: 0, -1.5: -1, -2.5: -2, -3.5: -3, 0.49: 0, -0.51: -1, 2.4999: 2, -2.5001: -3, 1e14 + 0.5: 1e14 + 1, 0: 0,
}  # fmt: skip


def test_round_is_half_up() -> None:
    """Guards round against half-even (Polars, Python) and half-away-from-zero (DuckDB): halves go up, also below zero."""
    for x, wanted in HALVES.items():
        assert value("round(x)", x=float(x)) == wanted, x
    assert value("round(x, 2)", x=0.125) == 0.13
    assert value("round(x, 2)", x=-0.125) == -0.12
    assert value("round(x, 1)", x=0.25) == 0.3
    assert value("round(x, 1)", x=0.35) == 0.4  # 0.35 times 10 is 3.5
    assert value("round(x, 2)", x=1.005) == 1.0  # 1.005 is really 1.00499999999999989...
    assert value("round(x, 3)", x=1234.5678) == 1234.568


def test_points_are_rounded_half_up_once() -> None:
    """Guards the one rounding of means against `decimal`'s ROUND_HALF_UP on the exact fraction (above zero, where half up
    and half away agree) and against hand values below zero."""
    rng = random.Random(3)
    for _ in range(20_000):
        decimals, weight = rng.randrange(5), rng.randrange(1, 10_000)
        total = rng.randrange(0, 1_000_000 * weight)
        exact = Decimal(total) / Decimal(weight) / 10_000
        rounded = Decimal(round_units(total, weight, decimals)) / 10_000
        step = Decimal(1).scaleb(-decimals)
        half = Fraction(total, weight * 10_000) / Fraction(1, 10**decimals) % 1 == Fraction(1, 2)
        if half or Fraction(exact) == Fraction(total, weight * 10_000):
            assert rounded == exact.quantize(step, ROUND_HALF_UP)
        assert abs(Fraction(rounded) - Fraction(total, weight * 10_000)) <= Fraction(1, 2 * 10**decimals)
    for numerator, denominator, wanted in (
        (1, 2, 1),
        (-1, 2, 0),
        (-3, 2, -1),
        (3, 2, 2),
        (5, 3, 2),
        (-5, 3, -2),
        (7, 1, 7),
        (0, 9, 0),
    ):
        assert divide_half_up(numerator, denominator) == wanted


# ---- remainders and powers ------------------------------------------------------------------------------


def test_remainder_and_whole_division_have_the_signs_of_python() -> None:
    """Guards % and // against C's truncation (DuckDB, Spark): the remainder has the divisor's sign."""
    for x, y, whole, rest in (
        (7, 3, 2, 1),
        (-7, 3, -3, 2),
        (7, -3, -3, -2),
        (-7, -3, 2, -1),
        (6, 3, 2, 0),
        (-0.5, 1, -1, 0.5),
        (5.5, 2, 2, 1.5),
    ):
        assert value("x // y", x=float(x), y=float(y)) == whole
        assert value("x % y", x=float(x), y=float(y)) == rest
        assert (whole, rest) == (float(x) // float(y), float(x) % float(y))


def test_whole_powers_are_products() -> None:
    """Guards x ** n, where C's pow and repeated products differ in the last bit: exact where the product is."""
    for x in (2.0, -3.0, 1.5, 10.0, 0.5):
        for n in (0, 1, 2, 3, 5, 10):
            wanted = Fraction(x) ** n
            assert Fraction(value(f"x ** {n}", x=x)) == wanted
    assert value("x ** -2", x=4.0) == 0.0625
    assert value("x ** -1", x=0.0) is None
    assert value("x ** 2", x=0.1) == 0.1 * 0.1
    assert value("x ** 3", x=0.1) == 0.1 * (0.1 * 0.1)
    assert value("(-2) ** 2", x=1.0) == 4.0
    assert value("-2 ** 2", x=1.0) == -4.0
    assert value("x ** 0.5", x=2.0) == math.sqrt(2.0)
    assert value("x ** 0.5", x=-1.0) is None
    assert value("x ** 0.3", x=-8.0) is None
    assert value("x ** -0.5", x=0.0) is None


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("log(x)", math.log),
        ("exp(x)", math.exp),
        ("x ** 1.7", lambda x: x**1.7),
        ("x ** -0.3", lambda x: x**-0.3),
    ],
)
def test_log_exp_and_powers_keep_nine_digits(text: str, function: Callable[[float], float]) -> None:
    """Guards scores against the last bits of a C library: 30 significant bits are kept, so neighbours give one value and
    the kept value is right to nine digits."""
    rng = random.Random(4)
    numbers = [rng.uniform(0.001, 300.0) for _ in range(3_000)]
    found = both(text, [{"x": number} for number in numbers])
    for number, kept in zip(numbers, found, strict=True):
        assert kept == pytest.approx(function(number), rel=2e-9)
        mantissa, _ = math.frexp(kept)
        assert (mantissa * 2**30).is_integer(), "more than 30 significant bits were kept"


def test_kept_digits_do_not_tell_neighbours_apart() -> None:
    """Guards against libraries that differ in the last bit of a logarithm: one such bit does not show."""
    numbers = [2.0, 10.0, 123.456, 0.7]
    near = [math.nextafter(number, math.inf) for number in numbers]
    for text in ("log(x)", "exp(x / 100)", "x ** 0.3"):
        assert both(text, [{"x": number} for number in numbers]) == both(
            text, [{"x": number} for number in near]
        )


# ---- sums -----------------------------------------------------------------------------------------------


def sums_by_engine(amounts: Sequence[float | None], folder: Any) -> set[float | None]:
    pack = make_pack(
        folder,
        {"one": {"features": {"total": "sum(orders.amount)"}, "rules": [{"id": "any", "formula": "0"}]}},
    )
    orders = [{"customer_id": "C", "order_date": "2026-01-01", "amount": amount} for amount in amounts]
    tables = base_tables(pack, [{"customer_id": "C"}], {"orders": orders})
    return {
        evaluate(plan_of(pack, every_feature=True), tables, engine).inputs["total"][0]
        for engine in ("row", "frame")
    }


def test_sums_are_those_of_exact_decimals(tmp_path: Any) -> None:
    """Guards sums of money: the sum of amounts with cents is the decimal sum, in any order, on every engine; adding
    floats one by one is not."""
    rng = random.Random(5)
    cents = [rng.randrange(-10_000_000, 900_000_000) for _ in range(5_000)]
    amounts = [cent / 100 for cent in cents]
    wanted = float(sum(Decimal(cent) for cent in cents) / 100)
    naive = 0.0
    for amount in amounts:
        naive += amount
    assert naive != wanted, "a sum that is exact anyway proves nothing"
    for _ in range(3):
        rng.shuffle(amounts)
        assert exact_sum(amounts) == wanted
        assert sums_by_engine(amounts, tmp_path) == {wanted}


def test_sums_are_to_the_millionth(tmp_path: Any) -> None:
    """Guards the stated limit of sums: each value counts rounded half up to a millionth."""
    assert sums_by_engine([0.1] * 10, tmp_path) == {1.0}
    assert sums_by_engine([0.0000004, 0.0000004], tmp_path) == {0.0}
    assert sums_by_engine([0.0000005, 0.0000015], tmp_path) == {0.000003}
    assert sums_by_engine([-0.0000005], tmp_path) == {0.0}
    assert sums_by_engine([1e14, 0.01, -1e14], tmp_path) == {0.01}
    assert sums_by_engine([None, 2.5], tmp_path) == {2.5}
    assert sums_by_engine([None, None], tmp_path) == {None}


# ---- texts ----------------------------------------------------------------------------------------------


def test_patterns_are_literal_in_contains() -> None:
    """Guards contains, starts_with and ends_with against signs of regular expressions and of SQL's LIKE."""
    for text, part, wanted in (
        ("a_b%", "_b%", T),
        ("axb", "a.b", F),
        ("a.b", "a.b", T),
        ("abc", "", T),
        ("", "", T),
        ("a\\b", "\\", T),
        ("(x", "(", T),
        ("100", "1%", F),
    ):
        assert value("contains(s, t)", s=text, t=part) is wanted, (text, part)
    assert value("starts_with(s, '.')", s="abc") is False
    assert value("ends_with(s, '$')", s="abc") is False
    assert value("starts_with(s, '')", s="") is True
    assert value("contains('a.b', t)", t=".") is True


def test_text_is_compared_by_code_point() -> None:
    """Guards order and equality of text against locales: code points decide, nothing is folded."""
    ordered = ["", " ", "-", "0", "A", "Z", "a", "é", "ß", "一", "上海", "北", "ﬁ", "Ａ", "😀", "𝒳"]
    assert sorted(ordered) != ordered, "the list is not in order, so that sorting it tells something"
    for one in ordered:
        for other in ordered:
            codes = [ord(char) for char in one] < [ord(char) for char in other]
            assert value("s < t", s=one, t=other) is codes
            assert value("s == t", s=one, t=other) is (one == other)
    assert value("s == t", s="e\u0301", t="é") is False


def test_case_mapping_is_full_unicode() -> None:
    """Guards lower and upper against ASCII-only or simple mappings: İ, ß and the final sigma."""
    for text, low, up in (
        ("İ", "i̇", "İ"),
        ("ß", "ß", "SS"),
        ("ΑΣ", "ας", "ΑΣ"),
        ("ﬁ", "ﬁ", "FI"),
        ("ǅ", "ǆ", "Ǆ"),
        ("上海VIP", "上海vip", "上海VIP"),
        ("ı", "ı", "I"),
    ):
        assert value("lower(s)", s=text) == low
        assert value("upper(s)", s=text) == up


def test_case_mapping_of_every_character_is_one_engines() -> None:
    """Guards against a Python whose Unicode tables are older or newer than Polars': every code point maps alike."""
    texts = [chr(code) for code in range(0x20, 0x2FA20) if not 0xD800 <= code < 0xE000]
    records = [{"s": "".join(texts[start : start + 64])} for start in range(0, len(texts), 64)]
    both("lower(s)", records)
    both("upper(s)", records)


def test_strip_and_length() -> None:
    """Guards strip against each library's own idea of a blank, and length against bytes and UTF-16 units."""
    assert value("strip(s)", s="\u3000\t 全角 a\u00a0\ufeff\n") == "全角 a"
    assert value("strip(s)", s="\u200bx") == "\u200bx"  # a zero-width space is no blank
    for text, wanted in (("", 0), ("上海", 2), ("😀", 1), ("e\u0301", 2), ("a\x00b", 3)):
        assert value("length(s)", s=text) == wanted


def test_patterns_run_in_linear_time() -> None:
    """Guards against patterns that take a backtracking engine for ever: (a+)+$ on 50,000 characters in under a second."""
    text = "a" * 50_000 + "b"
    started = time.perf_counter()
    assert by_row(typed('matches(s, "(a+)+$")'), [{"s": text}]) == [False]
    assert by_frame([typed('matches(s, "(a+)+$")')], frame_of([{"s": text}] * 3, KINDS)) == [[False] * 3]
    assert time.perf_counter() - started < 1.0


# ---- dates ----------------------------------------------------------------------------------------------

MONTHS = [
    ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-03-31", -1, "2026-02-28"), ("2026-03-30", -1, "2026-02-28"),
    ("2024-02-29", 12, "2025-02-28"), ("2024-02-29", -12, "2023-02-28"), ("2024-02-29", 48, "2028-02-29"), ("1999-12-31", 2, "2000-02-29"),
    ("1900-01-31", 1, "1900-02-28"), ("2026-12-31", 1, "2027-01-31"), ("2026-01-01", -1, "2025-12-01"), ("2026-05-31", 6, "2026-11-30"),
    ("2026-06-30", 0, "2026-06-30"), ("0001-01-31", 1, "0001-02-28"), ("9999-12-01", 0, "9999-12-01"), ("1970-01-01", -1, "1969-12-01"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "months", "wanted"), MONTHS)
def test_months_are_added_with_the_day_cut_to_the_month(start: str, months: int, wanted: str) -> None:
    """Guards month arithmetic at month ends and leap days against days carried over, by a table made by hand."""
    assert iso_of(value("d + months(n)", d=float(day_of(start)), n=float(months))) == wanted
    assert iso_of(value("d - months(n)", d=float(day_of(start)), n=float(-months))) == wanted


def test_months_agree_with_the_calendar() -> None:
    """Guards month arithmetic over many days and months, forth and back, against the calendar module."""
    rng = random.Random(6)
    records, wanted = [], []
    for _ in range(3_000):
        start, months = date.fromordinal(rng.randrange(600_000, 800_000)), rng.randrange(-400, 401)
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        records.append({"d": float(day_of(start.isoformat())), "n": float(months)})
        wanted.append(
            float(
                day_of(
                    date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1])).isoformat()
                )
            )
        )
    assert both("d + months(n)", records) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "d + years(9000)",
        "d - years(3000)",
        "d + days(5000000)",
        "d - days(800000)",
        "d + months(0.5)",
        "d + months(x)",
        "d + years(x)",
        "d + days(x)",
    ],
)
def test_dates_outside_the_calendar_are_missing(text: str) -> None:
    """Guards dates outside the years 1 to 9999, parts of months, and amounts too large for any date."""
    assert value(text, d=float(day_of("2026-06-30")), x=1.7e308) is None


BETWEEN = [
    ("2026-01-31", "2026-02-28", 1, 0), ("2026-01-31", "2026-02-27", 0, 0), ("2025-06-30", "2026-06-29", 11, 0), ("2025-06-30", "2026-06-30", 12, 1),
    ("2024-02-29", "2025-02-28", 12, 1), ("2024-02-29", "2025-02-27", 11, 0), ("2024-02-29", "2028-02-28", 47, 3), ("2024-02-29", "2028-02-29", 48, 4),
    ("2026-06-30", "2025-07-01", -11, 0), ("2026-06-30", "2025-06-30", -12, -1), ("2026-01-01", "2026-01-01", 0, 0), ("2026-01-15", "2026-03-14", 1, 0),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "months", "years"), BETWEEN)
def test_whole_months_and_years_between(start: str, end: str, months: int, years: int) -> None:
    """Guards ages and terms at month ends and leap days, by a table made by hand: the last day of a short month
    completes a month begun on a later day."""
    record = {"d": float(day_of(start)), "e": float(day_of(end))}
    assert value("months_between(d, e)", **record) == months
    assert value("years_between(d, e)", **record) == years
    assert value("e - d", **record) == (date.fromisoformat(end) - date.fromisoformat(start)).days


def test_the_end_of_every_month_in_a_leap_cycle() -> None:
    """Guards year() and month() against the calendar, every day of four centuries' odd years."""
    days = [
        date(year, month, day)
        for year in (1899, 1900, 1970, 2000, 2023, 2024, 2100)
        for month in range(1, 13)
        for day in (1, 28, calendar.monthrange(year, month)[1])
    ]
    records = [{"d": float(day_of(found.isoformat()))} for found in days]
    assert both("year(d) * 100 + month(d)", records) == [
        float(found.year * 100 + found.month) for found in days
    ]


# ---- expressions that grow ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["d + months(1) + months(2) + months(3) + months(4) + months(5)", f"min({', '.join(['x', 'y', 'z'] * 8)})", "x / y / z / x / y / z / x / y / z / x",
     "clip(clip(clip(clip(x, 0, 9), 1, 8), 2, 7), 3, 6)", "round(round(round(round(x, 4), 3), 2), 1)"],
)  # fmt: skip
def test_nested_functions_are_planned_quickly(text: str) -> None:
    """Guards against frame forms that write their argument out many times: nested, they would grow without measure."""
    frame = frame_of([{"x": 5.0, "y": 2.0, "z": 3.0, "d": float(day_of(AS_OF))}] * 2, KINDS)
    started = time.process_time()
    found = by_frame([typed(text)], frame)[0]
    assert time.process_time() - started < 3.0
    assert same(found[0], by_row(typed(text), frame.to_dicts())[0])


def test_constants_are_refused_where_they_would_not_hold() -> None:
    """Guards exponents and patterns, which must be constants, so that every engine knows them beforehand."""
    for text in (
        "x ** y",
        "matches(s, t)",
        "round(x, n)",
        "quantile_band(x, y)",
        "x ** 65",
        "matches(s, '(?<=a)b')",
        "matches(s, '(a)\\\\1')",
    ):
        with pytest.raises(Refused):
            typed(text)
    assert set(dictionary()["tables"]) == {"customers", "orders", "calls", "notes", "company_answers"}
