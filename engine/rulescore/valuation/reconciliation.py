# SPDX-License-Identifier: Apache-2.0
"""Whether the values fit together: what the price leaves for goodwill, and the weighted average return on assets (WARA) against the
weighted average cost of capital (WACC). A check and no value."""

from __future__ import annotations

from decimal import Decimal

from .parts import Assumption, Given, UnusableError, Valued, total

NAME = "reconciliation"
TITLE = {"zh": "回报率核对（WARA 与 WACC）", "en": "Reconciliation of returns (WARA against WACC)"}
CHECK = True
ASSUMPTIONS = {
    "price": Assumption({"zh": "收购价格（企业整体）", "en": "Price of the business"}, "money", least=Decimal(0)),
    "values": Assumption({"zh": "各项资产价值（不含商誉）", "en": "Values of the assets without goodwill"}, "money", kind="series", least=Decimal(0)),
    "returns": Assumption({"zh": "各项资产回报率", "en": "Returns that they ask for"}, "share", kind="series", least=Decimal(-1), most=Decimal(5)),
    "goodwill_return": Assumption({"zh": "商誉回报率", "en": "Return on goodwill"}, "share", least=Decimal(0), most=Decimal(5)),
    "wacc": Assumption({"zh": "加权平均资本成本", "en": "Weighted average cost of capital"}, "share", least=Decimal(0), most=Decimal(5)),
}  # fmt: skip
COLUMNS = {
    "class": {"zh": "资产", "en": "Asset"}, "worth": {"zh": "价值", "en": "Value"}, "return": {"zh": "回报率", "en": "Return"},
    "part": {"zh": "加权回报", "en": "Weighted return"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """The last row is goodwill, which may be negative: assets worth more than the price, which wants a look at both."""
    values, returns, price = given["values"], given["returns"], given["price"]
    if len(values) != len(returns):
        raise UnusableError("series-differ", names="values, returns")
    if price == 0:
        raise UnusableError("price-nil")
    known, goodwill = total(values), price - total(values)
    weighted = [(worth, rate, worth * rate / price) for worth, rate in zip((*values, goodwill), (*returns, given["goodwill_return"]), strict=True)]  # fmt: skip
    wara = total(part for *_, part in weighted)
    totals = {"goodwill": goodwill, "wara": wara, "gap": wara - given["wacc"]}
    if goodwill:
        asked = total(worth * rate for worth, rate in zip(values, returns, strict=True))
        totals["implied_goodwill_return"] = (given["wacc"] * price - asked) / goodwill
    rows = tuple(
        {"class": Decimal(index), "worth": worth, "return": rate, "part": part}
        for index, (worth, rate, part) in enumerate(weighted, 1)
    )
    return Valued(rows, totals, known, COLUMNS)
