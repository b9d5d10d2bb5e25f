# SPDX-License-Identifier: Apache-2.0
"""`is_credit_code` against the worked example of GB 32100-2015, published failures and codes worked out by hand; and the
frame form against the row form on codes with one character changed."""

from __future__ import annotations

import random

import polars as pl
import pytest
from rulescore.lang.functions import FUNCTIONS

FUNCTION = FUNCTIONS["is_credit_code"]

# The first three: the standard's example (weighted sum 1640, 1640 mod 31 = 28, check value 31 - 28 = 3), and the same
# with a wrong and with an impossible last character. The next two: registered codes that are known to fail (R and J
# would be right). Then: a sum divisible by 31 (1178 = 38 x 31, so 0), and other kinds of entity.
VECTORS = {
    "91350100M000100Y43": True,
    "91350100M000100Y44": False,
    "91350100M000100Y4Z": False,
    "91350211M0000XUF46": False,
    "91350203M0001FUE2P": False,
    "91310000MA00003490": True,
    "91310000MA1FL0007C": True,
    "91310115MA1K00007Q": True,
    "52310000000000000W": True,
    "93310000MA1F00002U": True,
}


def frame_form(codes: list[str | None]) -> list[bool | None]:
    frame = pl.DataFrame({"code": codes}, schema={"code": pl.String})
    return frame.select(FUNCTION.frame(pl, pl.col("code"))).to_series().to_list()


@pytest.mark.parametrize("code", VECTORS)
def test_known_codes(code: str) -> None:
    """Guards both check digits against the wrong recipes that are about: index of the letter, remainder, 0 for 31."""
    assert FUNCTION.row(code) is VECTORS[code]
    assert frame_form([code]) == [VECTORS[code]]


def test_the_organisation_code_has_a_check_digit_of_its_own() -> None:
    """Guards the check inside the code, worked out by hand. M000100Y of the standard's example: M is 22, Y is 34, so
    22 x 3 + 1 x 5 + 34 x 2 = 139, 139 mod 11 = 7, 11 - 7 = 4. With 5 in its place the outer sum grows by the weight 28
    of that place: 1640 + 28 = 1668, 1668 mod 31 = 25, 31 - 25 = 6; so only the inner digit is wrong."""
    right_outside = "91350100M000100Y5"
    assert FUNCTION.row(right_outside + "6") is False
    assert frame_form([right_outside + "6"]) == [False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("91350100m000100y43", True),
        ("９１３５０１００Ｍ０００１００Ｙ４３", True),
        (" 9135 0100 M000 100Y 43\u3000", True),
        ("913501-00M000100Y4-3", True),
        ("91350100M000100Y4", False),
        ("91350100M000100Y430", False),
        ("350100000012345", False),  # a registration number of before 2015
        ("", False),
        ("统一社会信用代码", False),
    ],
)
def test_how_codes_are_written(text: str, value: bool) -> None:
    """Guards the forms found in sheets: case, width, blanks and hyphens don't matter, length does."""
    assert FUNCTION.row(text) is value
    assert frame_form([text]) == [value]


def test_both_forms_agree_on_codes_with_a_slip() -> None:
    """Guards the column arithmetic: a slip in any place, by any character, is judged alike."""
    rng = random.Random(7)
    codes = [code for code, sound in VECTORS.items() if sound]
    slips: list[str | None] = [None]
    for _ in range(3_000):
        code = rng.choice(codes)
        place = rng.randrange(18)
        slips.append(code[:place] + rng.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ上") + code[place + 1 :])
    assert frame_form(slips) == [None if code is None else FUNCTION.row(code) for code in slips]


def test_single_slips_are_found() -> None:
    """Guards what check digits are for: no single digit or letter may be changed unnoticed (31 is prime)."""
    code = "91350100M000100Y43"
    changed = [
        code[:place] + char + code[place + 1 :]
        for place in range(18)
        for char in "0123456789ABCDEFGHJKLMNPQRTUWXY"
        if char != code[place]
    ]
    assert not any(FUNCTION.row(slip) for slip in changed)
