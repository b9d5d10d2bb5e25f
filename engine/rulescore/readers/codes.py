# SPDX-License-Identifier: Apache-2.0
"""Customers' credit codes -> a warning for each that can't be one or fails its check digits; a finding, not a refusal."""

from __future__ import annotations

import polars as pl

from ..lang.functions import FUNCTIONS
from ..problems import Problems
from .identity import ABROAD, CUSTOMER_TYPE, UNIFIED_CODE, code_key
from .table import ROW, SOURCE, TableData

LISTED = 20


def tell_codes(data: TableData, problems: Problems) -> dict[str, int]:
    """Tells the codes that fail, the first cell by cell; how many there are (`codes`) and how many are right
    (`sound_codes`). Customers abroad have no such code, whatever stands in its column."""
    have = data.frame.collect_schema().names()
    if UNIFIED_CODE not in have:
        return {}
    code = pl.col(UNIFIED_CODE)
    present = code.is_not_null()
    if CUSTOMER_TYPE in have:
        present &= (pl.col(CUSTOMER_TYPE) != ABROAD).fill_null(True)
    sound = FUNCTIONS["is_credit_code"].frame(pl, code)
    given = data.frame.filter(present).select(
        SOURCE, ROW, code, sound.alias("sound"), code_key(code).is_not_null().alias("shaped")
    )
    sound, shaped = pl.col("sound"), pl.col("shaped")
    total, right, formed = (
        given.select(pl.len().alias("total"), sound.sum().alias("right"), shaped.sum().alias("formed"))
        .collect(engine=data.executor)
        .row(0)
    )
    for wrong, why, count in (
        ("credit-code-form", ~shaped, total - formed),
        ("credit-code-check", shaped & ~sound, formed - right),
    ):
        if not count:
            continue
        cells = given.filter(why).select(SOURCE, ROW, UNIFIED_CODE).head(LISTED).collect(engine=data.executor)
        for source, row, read in cells.iter_rows():
            problems.warning(wrong, data.place(source, row, UNIFIED_CODE), read=read)
        if count > LISTED:
            place = data.place(0, 1, UNIFIED_CODE)
            problems.warning("rows-unlisted", place, of=wrong, count=count - LISTED, total=count)
    return {"codes": total, "sound_codes": right}
