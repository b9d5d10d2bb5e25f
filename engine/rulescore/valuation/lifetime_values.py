# SPDX-License-Identifier: Apache-2.0
"""The sum of customers' lifetime values: a margin a year, kept with a constant chance, discounted. Three conventions of when the first
margin comes differ by two fifths and are therefore named. Gupta & Lehmann 2003, Journal of Interactive Marketing 17(1)."""

from __future__ import annotations

from decimal import Decimal

from .parts import HALF, ONE, Assumption, Given, Row, UnusableError, Valued, total

NAME = "lifetime_values"
TITLE = {"zh": "客户生命周期价值合计", "en": "Sum of customer lifetime values"}
ASSUMPTIONS = {
    "customers": Assumption({"zh": "客户数", "en": "Customers"}, "count", least=Decimal(0)),
    "margin": Assumption({"zh": "每户年边际贡献", "en": "Margin a year of one customer"}, "money"),
    "retention": Assumption({"zh": "年留存率", "en": "Retention a year"}, "share", least=Decimal(0), most=ONE, carries="attrition", idle=ONE),
    "growth": Assumption({"zh": "留存客户贡献的年增长", "en": "Growth a year of the margin of those that stay"}, "share", default="0", least=Decimal(-1), most=ONE),
    "discount_rate": Assumption({"zh": "折现率", "en": "Discount rate"}, "share", least=Decimal(0), most=Decimal(5)),
    "first_margin": Assumption({"zh": "首笔贡献的时点", "en": "When the first margin comes"}, kind=("if_kept", "certain", "now"), default="if_kept"),
    "discounting": Assumption({"zh": "折现口径", "en": "When cash flows arise"}, kind=("end", "mid"), default="end"),
    "years": Assumption({"zh": "年数（0 为无限期）", "en": "Years (0 without end)"}, "years", default="0", least=Decimal(0), most=Decimal(60)),
    "acquisition_cost": Assumption({"zh": "每户获客成本", "en": "Cost of winning one customer"}, "money", default="0", least=Decimal(0)),
    "transfer": Assumption({"zh": "随转让留存的比例", "en": "Share that survives the change of owner"}, "share", default="1", least=Decimal(0), most=ONE, carries="transfer", idle=ONE),
}  # fmt: skip
COLUMNS = {
    "year": {"zh": "年", "en": "Year"}, "kept": {"zh": "留存概率", "en": "Chance of being kept"}, "margin": {"zh": "每户贡献", "en": "Margin of one"},
    "factor": {"zh": "折现系数", "en": "Discount factor"}, "present": {"zh": "现值", "en": "Present value"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """Without an end the sum is closed: margin x r / (1 + i - r (1 + g)), the first margin coming at the end of year one if the customer
    is kept until then; divided by r where it is certain, and times 1 + i more where it comes at once. Growth starts with the second margin
    there, so that it is refused for the other two conventions."""
    retention, growth, rate = given["retention"], given["growth"], given["discount_rate"]
    when, years = given["first_margin"], int(given["years"])
    if growth != 0 and when != "if_kept":
        raise UnusableError("growth-not-here", convention=str(when))
    if years == 0:
        below = ONE + rate - retention * (ONE + growth)
        if below <= 0:
            raise UnusableError("discount-below-growth", rate=str(rate), growth=str(growth))
        top = {"if_kept": retention, "certain": ONE, "now": ONE + rate}[when]
        half = {"if_kept": HALF, "certain": HALF, "now": -HALF}[when]
        multiple = top / below * ((ONE + rate) ** half if given["discounting"] == "mid" else ONE)
        rows: tuple[Row, ...] = ()
        one = given["margin"] * multiple
    else:
        rows = tuple(_year(given, year) for year in range(1, years + 1))
        one = total(row["present"] for row in rows)
        multiple = one / given["margin"] if given["margin"] else Decimal(0)
    one -= given["acquisition_cost"]
    worth = one * given["customers"] * given["transfer"]
    return Valued(rows, {"one_customer": one, "margin_multiple": multiple}, max(worth, Decimal(0)), COLUMNS)


def _year(given: Given, year: int) -> Row:
    ahead = year if given["first_margin"] == "if_kept" else year - 1
    kept = given["retention"] ** ahead if ahead else ONE
    early = HALF if given["discounting"] == "mid" else Decimal(given["first_margin"] == "now")
    time = Decimal(year) - early
    grown = (ONE + given["growth"]) ** (year - 1) if year > 1 else ONE  # 0 ** 0 is no number to decimal
    margin = given["margin"] * grown
    factor = (ONE + given["discount_rate"]) ** -time
    return {
        "year": Decimal(year),
        "kept": kept,
        "margin": margin,
        "factor": factor,
        "present": kept * margin * factor,
    }
