# SPDX-License-Identifier: Apache-2.0
"""Multi-period excess earnings: revenue of the existing customers as they leave, less cost, tax and the return that other
assets ask for, discounted, with the tax benefit of amortising the result. With the margin, charges and rate of a distributor
it is the distributor method."""

from __future__ import annotations

from decimal import Decimal

from . import curves
from .curves import Curve
from .parts import ONE, Assumption, Given, Row, Valued, concluded, discount, power

NAME = "excess_earnings"
TITLE = {"zh": "多期超额收益法", "en": "Multi-period excess earnings"}
ASSUMPTIONS = {
    "revenue": Assumption({"zh": "现有客户基年收入", "en": "Revenue of the existing customers, base year"}, "money", least=Decimal(0)),
    "transfer": Assumption({"zh": "随转让留存的比例", "en": "Share that survives the change of owner"}, "share", default="1", least=Decimal(0), most=ONE, carries="transfer", idle=ONE),
    "growth": Assumption({"zh": "留存客户的年增长", "en": "Growth a year of customers that stay"}, "share", least=Decimal(-1), most=ONE),
    **curves.ASSUMPTIONS,
    "margin": Assumption({"zh": "息税前利润率（调整后）", "en": "EBIT margin, adjusted"}, "share", least=Decimal(-1), most=ONE),
    "tax": Assumption({"zh": "所得税率", "en": "Tax rate"}, "share", least=Decimal(0), most=Decimal("0.9")),
    "charges": Assumption({"zh": "贡献资产回报（占收入，税后）", "en": "Contributory asset charges, after tax, of revenue"}, "share", least=Decimal(0), most=ONE),
    "discount_rate": Assumption({"zh": "折现率", "en": "Discount rate"}, "share", least=Decimal(0), most=Decimal(5)),
    "discounting": Assumption({"zh": "折现口径", "en": "When cash flows arise"}, kind=("mid", "end"), default="mid"),
    "years": Assumption({"zh": "预测年数", "en": "Years"}, "years", least=ONE, most=Decimal(60)),
    "tax_benefit_years": Assumption({"zh": "税收摊销年限（0 为不计）", "en": "Tax amortisation, years (0 for none)"}, "years", default="0", least=Decimal(0), most=Decimal(60)),
}  # fmt: skip
COLUMNS = {
    "year": {"zh": "年", "en": "Year"}, "survivors": {"zh": "留存", "en": "Survivors"}, "revenue": {"zh": "收入", "en": "Revenue"},
    "ebit": {"zh": "息税前利润", "en": "EBIT"}, "tax": {"zh": "所得税", "en": "Tax"}, "after_tax": {"zh": "税后利润", "en": "After tax"},
    "charges": {"zh": "贡献资产回报", "en": "Charges"}, "excess": {"zh": "超额收益", "en": "Excess earnings"},
    "factor": {"zh": "折现系数", "en": "Discount factor"}, "present": {"zh": "现值", "en": "Present value"},
}  # fmt: skip

ENDLESS, NOTHING = 600, Decimal("1e-16")
"""A sum without end is taken until a year adds less than this part of it; what rises, or has not come so far by then, has no bound."""


def value(given: Given) -> Valued:
    """The year table, the sum of present values, the tax benefit and the value. Single years are not floored; a sum that
    is not above zero is reported as it is and concluded as nil."""
    curve = curves.curve_of(given)
    rows = tuple(_year(given, curve, year) for year in range(1, int(given["years"]) + 1))
    return concluded(given, rows, COLUMNS)


def details(given: Given, done: Valued) -> Row:
    """How long customers stay, and how much of the value the years hold."""
    return {**curves.lives(given), **_captured(given, done.totals["present"])}


def _captured(given: Given, present: Decimal) -> dict[str, Decimal]:
    """What the cash flows would be worth without an end, and which share of it the years hold: a cut-off of the economic life.
    Nothing where there is no such sum, or where the curve is known for the years alone."""
    measured = given["measured_survivors"] and given["attrition"] == 0
    if present <= 0 or measured:
        return {}
    curve = curves.curve_of(given)
    # what a year adds is one number times survivors; only survivors are worked out anew each year
    kept = given["margin"] * (ONE - given["tax"]) - given["charges"]
    step = (ONE + given["growth"]) / (ONE + given["discount_rate"])
    years = int(given["years"])
    flow = given["revenue"] * given["transfer"] * kept * (ONE + given["growth"]) ** years
    flow *= discount(given["discount_rate"], years, given["discounting"] == "mid")
    rest, last = present, None
    for year in range(years + 1, ENDLESS):
        flow *= step
        more = flow * curves.counted(curve, year, given["survivors"])
        if last is not None and more >= last > 0:
            break
        rest, last = rest + more, more
        if more <= NOTHING * rest:
            return {"perpetual": rest, "captured": present / rest}
    return {}


def _year(given: Given, curve: Curve, year: int) -> Row:
    left = curves.counted(curve, year, given["survivors"])
    revenue = given["revenue"] * given["transfer"] * power(ONE + given["growth"], Decimal(year)) * left
    ebit = revenue * given["margin"]
    tax = ebit * given["tax"]
    charges = revenue * given["charges"]
    excess = ebit - tax - charges
    factor = discount(given["discount_rate"], year, given["discounting"] == "mid")
    return {
        "year": Decimal(year), "survivors": left, "revenue": revenue, "ebit": ebit, "tax": tax, "after_tax": ebit - tax,
        "charges": charges, "excess": excess, "factor": factor, "present": excess * factor,
    }  # fmt: skip
