# SPDX-License-Identifier: Apache-2.0
"""Replacement cost: what winning such a base would cost, less what has worn out. A floor, no measure of future benefit."""

from __future__ import annotations

from decimal import Decimal

from .parts import ONE, Assumption, Given, Valued, tax_amortisation

NAME = "cost"
TITLE = {"zh": "成本法", "en": "Replacement cost"}
ASSUMPTIONS = {
    "customers": Assumption({"zh": "客户数", "en": "Customers"}, "count", least=Decimal(0)),
    "acquisition_cost": Assumption({"zh": "每户直接获客成本（只计成功的投入）", "en": "Direct cost of winning one (successful effort only)"}, "money", least=Decimal(0)),
    "indirect": Assumption({"zh": "间接费用率", "en": "Indirect cost"}, "share", least=Decimal(0), most=Decimal(5)),
    "developer_profit": Assumption({"zh": "开发者利润率", "en": "Developer's profit"}, "share", least=Decimal(0), most=Decimal(5)),
    "discount_rate": Assumption({"zh": "资金机会成本率", "en": "Rate of the opportunity cost"}, "share", least=Decimal(0), most=Decimal(5)),
    "build_years": Assumption({"zh": "重建年数", "en": "Years to rebuild"}, "years", least=Decimal(0), most=Decimal(60)),
    "obsolescence": Assumption({"zh": "贬值率", "en": "Obsolescence"}, "share", least=Decimal(0), most=ONE),
    "tax": Assumption({"zh": "所得税率（0 为税前口径）", "en": "Tax rate (0 for the convention before tax)"}, "share", default="0", least=Decimal(0), most=Decimal("0.9")),
    "tax_benefit_years": Assumption({"zh": "税收摊销年限（0 为不计）", "en": "Tax amortisation, years (0 for none)"}, "years", default="0", least=Decimal(0), most=Decimal(60)),
}  # fmt: skip


def value(given: Given) -> Valued:
    """Before tax, or after tax with the benefit of amortising it; the outlay is taken to be spread evenly over the time of building."""
    direct = given["customers"] * given["acquisition_cost"]
    indirect = direct * given["indirect"]
    profit = (direct + indirect) * given["developer_profit"]
    opportunity = (direct + indirect) * given["discount_rate"] * given["build_years"] / 2
    new = direct + indirect + profit + opportunity
    worn = new * given["obsolescence"]
    totals = {
        "direct": direct, "indirect": indirect, "developer_profit": profit, "opportunity_cost": opportunity,
        "replacement_cost_new": new, "obsolescence": worn,
    }  # fmt: skip
    left = (new - worn) * (ONE - given["tax"])
    factor = tax_amortisation(given["tax"], given["tax_benefit_years"], given["discount_rate"], True)
    if given["tax"] > 0:
        totals |= {"after_tax": left, "tax_benefit_factor": factor}
    return Valued((), totals, left * factor)
