# SPDX-License-Identifier: Apache-2.0
"""Signed orders that are still to be delivered, apart from the relationships: the cash that the buyer will see. Where
customers have paid ahead it is usually negative, a deduction from the price."""

from __future__ import annotations

from decimal import Decimal

from .parts import ONE, Assumption, Given, UnusableError, Valued, total

NAME = "backlog"
TITLE = {"zh": "在手订单与预收款", "en": "Backlog and prepayments"}
ASSUMPTIONS = {
    "orders": Assumption({"zh": "各类订单数", "en": "Orders of each class"}, "count", kind="series", least=Decimal(0)),
    "price": Assumption({"zh": "单价", "en": "Price of one"}, "money", kind="series", least=Decimal(0)),
    "received": Assumption({"zh": "已收款", "en": "Cash received for one"}, "money", kind="series", least=Decimal(0)),
    "cost": Assumption({"zh": "履约成本", "en": "Cost to fulfil one"}, "money", kind="series", least=Decimal(0)),
    "refunds": Assumption({"zh": "退款概率", "en": "Chance of a refund"}, "share", kind="series", least=Decimal(0), most=ONE, carries="delivery", idle=Decimal(0)),
}  # fmt: skip
COLUMNS = {
    "class": {"zh": "类", "en": "Class"}, "net_cash": {"zh": "受让方净现金", "en": "Net cash to the buyer"},
    "liability": {"zh": "合同负债", "en": "Contract liability"},
}  # fmt: skip


def value(given: Given) -> Valued:
    """A refunded order gives back what was received and is not fulfilled. The sum may be negative and stays so."""
    if len({len(given[name]) for name in ASSUMPTIONS}) != 1:
        raise UnusableError("series-differ", names=", ".join(ASSUMPTIONS))
    rows = []
    for index in range(len(given["orders"])):
        orders, price, received, cost, refund = (given[name][index] for name in ASSUMPTIONS)
        net = orders * ((ONE - refund) * (price - received - cost) - refund * received)
        rows.append({"class": Decimal(index + 1), "net_cash": net, "liability": orders * received})
    liability = total(row["liability"] for row in rows)
    return Valued(tuple(rows), {"liability": liability}, total(row["net_cash"] for row in rows), COLUMNS)
