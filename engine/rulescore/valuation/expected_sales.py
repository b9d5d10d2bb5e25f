# SPDX-License-Identifier: Apache-2.0
"""Sales that a fitted model of purchases expects of the existing customers, year by year: the sum of their lifetime values where no
contract says when one has left (BG/NBD and Gamma-Gamma, or any other model that gives sales up to the end of each year)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from .parts import ONE, Assumption, Given, Row, UnusableError, Valued, concluded, discount

NAME = "expected_sales"
TITLE = {"zh": "预期购买法（生命周期价值合计）", "en": "Expected purchases (sum of lifetime values)"}
ASSUMPTIONS = {
    "sales": Assumption({"zh": "至各年末的累计预期销售额", "en": "Sales expected up to the end of each year"}, "money", kind="series", least=Decimal(0)),
    "transfer": Assumption({"zh": "随转让留存的比例", "en": "Share that survives the change of owner"}, "share", default="1", least=Decimal(0), most=ONE, carries="transfer", idle=ONE),
    "margin": Assumption({"zh": "息税前利润率（调整后）", "en": "EBIT margin, adjusted"}, "share", least=Decimal(-1), most=ONE),
    "tax": Assumption({"zh": "所得税率", "en": "Tax rate"}, "share", least=Decimal(0), most=Decimal("0.9")),
    "charges": Assumption({"zh": "贡献资产回报（占收入，税后）", "en": "Contributory asset charges, after tax, of revenue"}, "share", least=Decimal(0), most=ONE),
    "discount_rate": Assumption({"zh": "折现率", "en": "Discount rate"}, "share", least=Decimal(0), most=Decimal(5)),
    "discounting": Assumption({"zh": "折现口径", "en": "When cash flows arise"}, kind=("mid", "end"), default="mid"),
    "tax_benefit_years": Assumption({"zh": "税收摊销年限（0 为不计）", "en": "Tax amortisation, years (0 for none)"}, "years", default="0", least=Decimal(0), most=Decimal(60)),
}  # fmt: skip
COLUMNS = {
    "year": {"zh": "年", "en": "Year"}, "revenue": {"zh": "收入", "en": "Revenue"}, "excess": {"zh": "超额收益", "en": "Excess earnings"},
    "factor": {"zh": "折现系数", "en": "Discount factor"}, "present": {"zh": "现值", "en": "Present value"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """Years after the last that is given count for nothing. A sum that is not above zero is concluded as nil."""
    sales = (Decimal(0), *given["sales"])
    if any(later < earlier for earlier, later in pairwise(sales)):
        raise UnusableError("sales-fall")
    rows = tuple(_year(given, year, sales[year] - sales[year - 1]) for year in range(1, len(sales)))
    return concluded(given, rows, COLUMNS)


def _year(given: Given, year: int, sales: Decimal) -> Row:
    revenue = sales * given["transfer"]
    excess = revenue * (given["margin"] * (ONE - given["tax"]) - given["charges"])
    factor = discount(given["discount_rate"], year, given["discounting"] == "mid")
    return {
        "year": Decimal(year),
        "revenue": revenue,
        "excess": excess,
        "factor": factor,
        "present": excess * factor,
    }
