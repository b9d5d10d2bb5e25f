# SPDX-License-Identifier: Apache-2.0
"""Capitalised excess earnings: one normal year less what the other assets ask for, without an end. The plainest income method, for a
cross-check; a base that leaves year by year is better valued year by year."""

from __future__ import annotations

from decimal import Decimal

from .parts import ONE, Assumption, Given, UnusableError, Valued

NAME = "capitalised_earnings"
TITLE = {"zh": "超额收益资本化法", "en": "Capitalised excess earnings"}
ASSUMPTIONS = {
    "earnings": Assumption({"zh": "正常化年收益", "en": "Normal earnings a year"}, "money"),
    "assets": Assumption({"zh": "其他资产公允价值", "en": "Fair value of the other assets"}, "money", least=Decimal(0)),
    "asset_return": Assumption({"zh": "其他资产要求回报率", "en": "Return that they ask for"}, "share", least=Decimal(0), most=ONE),
    "discount_rate": Assumption({"zh": "折现率", "en": "Discount rate"}, "share", least=Decimal(0), most=Decimal(5)),
    "growth": Assumption({"zh": "永续增长率（流失为负）", "en": "Growth without end (attrition is negative)"}, "share", default="0", least=Decimal(-1), most=ONE),
}  # fmt: skip


def value(given: Given) -> Valued:
    """(earnings - assets x return) / (rate - growth); nil when the excess is not above zero."""
    below = given["discount_rate"] - given["growth"]
    if below <= 0:
        raise UnusableError(
            "discount-below-growth", rate=str(given["discount_rate"]), growth=str(given["growth"])
        )
    charges = given["assets"] * given["asset_return"]
    excess = given["earnings"] - charges
    worth = max(excess / below, Decimal(0))
    return Valued(
        (), {"asset_charges": charges, "excess": excess, "with_assets": worth + given["assets"]}, worth
    )
