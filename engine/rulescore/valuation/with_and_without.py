# SPDX-License-Identifier: Apache-2.0
"""With and without: the business with its customers against the same business that has to win them anew, year by year."""

from __future__ import annotations

from decimal import Decimal

from .parts import ONE, Assumption, Given, Row, UnusableError, Valued, discount, tax_amortisation, total

NAME = "with_and_without"
TITLE = {"zh": "有无对比法", "en": "With and without"}
ASSUMPTIONS = {
    "revenue": Assumption({"zh": "有客户时的各年收入", "en": "Revenue with the customers, each year"}, "money", kind="series", least=Decimal(0)),
    "ramp": Assumption({"zh": "从零重建时的各年收入占比", "en": "Share of it when rebuilt, each year"}, "share", kind="series", least=Decimal(0), most=ONE),
    "acquisition": Assumption({"zh": "重建时的各年额外获客支出", "en": "Extra cost of winning customers, each year"}, "money", kind="series", least=Decimal(0)),
    "variable_margin": Assumption({"zh": "变动贡献率", "en": "Variable contribution margin"}, "share", least=Decimal(-1), most=ONE),
    "fixed_cost": Assumption({"zh": "年固定成本", "en": "Fixed cost a year"}, "money", least=Decimal(0)),
    "tax": Assumption({"zh": "所得税率", "en": "Tax rate"}, "share", least=Decimal(0), most=Decimal("0.9")),
    "discount_rate": Assumption({"zh": "折现率", "en": "Discount rate"}, "share", least=Decimal(0), most=Decimal(5)),
    "discounting": Assumption({"zh": "折现口径", "en": "When cash flows arise"}, kind=("mid", "end"), default="mid"),
    "tax_benefit_years": Assumption({"zh": "税收摊销年限（0 为不计）", "en": "Tax amortisation, years (0 for none)"}, "years", default="0", least=Decimal(0), most=Decimal(60)),
}  # fmt: skip
COLUMNS = {
    "year": {"zh": "年", "en": "Year"}, "with": {"zh": "有客户", "en": "With"}, "without": {"zh": "无客户", "en": "Without"},
    "difference": {"zh": "差额", "en": "Difference"}, "factor": {"zh": "折现系数", "en": "Discount factor"}, "present": {"zh": "现值", "en": "Present value"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """Losses of the case without customers are taken to be usable for tax."""
    if len({len(given[name]) for name in ("revenue", "ramp", "acquisition")}) != 1:
        raise UnusableError("series-differ", names="revenue, ramp, acquisition")
    rows = tuple(_year(given, year) for year in range(1, len(given["revenue"]) + 1))
    present = total(row["present"] for row in rows)
    mid = given["discounting"] == "mid"
    factor = tax_amortisation(given["tax"], given["tax_benefit_years"], given["discount_rate"], mid)
    worth = present * factor if present > 0 else Decimal(0)
    return Valued(rows, {"present": present, "tax_benefit_factor": factor}, worth, COLUMNS)


def _year(given: Given, year: int) -> Row:
    revenue, keep = given["revenue"][year - 1], ONE - given["tax"]
    usual = (revenue * given["variable_margin"] - given["fixed_cost"]) * keep
    rebuilt = (
        revenue * given["ramp"][year - 1] * given["variable_margin"]
        - given["fixed_cost"]
        - given["acquisition"][year - 1]
    )
    difference = usual - rebuilt * keep
    factor = discount(given["discount_rate"], year, given["discounting"] == "mid")
    return {
        "year": Decimal(year), "with": usual, "without": rebuilt * keep, "difference": difference, "factor": factor,
        "present": difference * factor,
    }  # fmt: skip
