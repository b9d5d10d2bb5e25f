# SPDX-License-Identifier: Apache-2.0
"""Excess earnings class by class: strategic, important and ordinary customers leave, and survive the change of owner, at rates of
their own. Everything else is one for all; risk of the transfer is charged once, on opening revenue."""

from __future__ import annotations

from decimal import Decimal

from . import excess_earnings
from .parts import ONE, Assumption, Given, UnusableError, Valued, total

NAME = "tiered_excess_earnings"
TITLE = {"zh": "分等级多期超额收益法", "en": "Excess earnings by tier"}
CLASSES = {
    "revenue": Assumption({"zh": "各等级客户基年收入", "en": "Revenue of each tier, base year"}, "money", kind="series", least=Decimal(0)),
    "attrition": Assumption({"zh": "各等级年流失率", "en": "Attrition a year of each tier"}, "share", kind="series", least=Decimal(0), most=ONE, carries="attrition", idle=Decimal(0)),
    "transfer": Assumption({"zh": "各等级随转让留存的比例", "en": "Share of each tier that survives the change of owner"}, "share", kind="series", least=Decimal(0), most=ONE, carries="transfer", idle=ONE),
}  # fmt: skip
SHARED = (
    "growth",
    "survivors",
    "margin",
    "tax",
    "charges",
    "discount_rate",
    "discounting",
    "years",
    "tax_benefit_years",
)
ASSUMPTIONS = CLASSES | {name: excess_earnings.ASSUMPTIONS[name] for name in SHARED}
COLUMNS = {
    "class": {"zh": "等级", "en": "Tier"}, "revenue": {"zh": "收入", "en": "Revenue"}, "attrition": {"zh": "流失率", "en": "Attrition"},
    "transfer": {"zh": "转让留存", "en": "Survives transfer"}, "before": {"zh": "转让前价值", "en": "Value before transfer"},
    "after": {"zh": "转让后价值", "en": "Value after transfer"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """Each tier before and after the change of owner; the sum after it is the value."""
    if len({len(given[name]) for name in CLASSES}) != 1:
        raise UnusableError("series-differ", names=", ".join(CLASSES))
    unused = {name: _default(name) for name in excess_earnings.ASSUMPTIONS if name not in ASSUMPTIONS}
    rows = []
    for index, (revenue, attrition, transfer) in enumerate(
        zip(*(given[name] for name in CLASSES), strict=True), 1
    ):
        tier = {**given, **unused, "revenue": revenue, "attrition": attrition}
        before = excess_earnings.value({**tier, "transfer": ONE}).value
        after = excess_earnings.value({**tier, "transfer": transfer}).value
        rows.append({"class": Decimal(index), "revenue": revenue, "attrition": attrition, "transfer": transfer, "before": before, "after": after})  # fmt: skip
    before, after = total(row["before"] for row in rows), total(row["after"] for row in rows)
    totals = {"before_transfer": before, "transfer_loss": before - after}
    if before > 0:
        totals["transfer_haircut"] = ONE - after / before
    return Valued(tuple(rows), totals, after, COLUMNS)


def _default(name: str) -> object:
    """What an assumption is that tiers do not state."""
    assumption = excess_earnings.ASSUMPTIONS[name]
    return () if assumption.kind == "series" else Decimal(assumption.default or 0)
