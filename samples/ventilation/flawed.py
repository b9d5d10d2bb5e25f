# SPDX-License-Identifier: Apache-2.0
"""The flaws that the sample is known to hold."""

from __future__ import annotations

from common.flaws import Flaw

MISSING, LEFT_OUT = "missing", "the row does not count"
FLAWS = (
    Flaw("customers", 12, "Role in trade", "设计院", "unlisted-value", MISSING),
    Flaw("customers", 25, "Customer since", "2019-02-31", "unreadable-date", MISSING),
    Flaw("customers", 38, "Need fit", "9", "number-out-of-range", MISSING),
    Flaw("customers", 51, "End users on file", "partly", "unreadable-truth", MISSING),
    Flaw("customers", 64, "年营业收入", "约两亿", "unreadable-number", MISSING),
    Flaw("customers", 77, "资产负债率", "61", "unclear-percent", MISSING),
    Flaw("customers", 90, "查询日期", "06/05/2026", "ambiguous-date", MISSING),
    Flaw("customers", 103, "联系人数", "2.5", "fractional-integer", MISSING),
    Flaw("customers", 116, "资产负债率", "４８％", "", "0.48"),
    Flaw("customers", 129, "成立日期", "2009年8月1日", "", "2009-08-01"),
    Flaw(
        "customers",
        142,
        "统一社会信用代码",
        "9199OOOOFAKE2O01X1",
        "credit-code-form",
        "kept; malformed, so the rule on identity gives few points",
    ),
    Flaw("orders", 100, "Amount", "TBD", "unreadable-number", MISSING),
    Flaw("orders", 200, "Amount", "99999999999999999", "oversized-number", MISSING),
    Flaw("orders", 300, "Kind of business", "Rental", "unlisted-value", MISSING),
    Flaw("orders", 400, "Order Date", "", "event-without-date", LEFT_OUT),
    Flaw("orders", 500, "Account ID", "", "event-without-customer", LEFT_OUT),
    Flaw("orders", 600, "Account ID", "V9999", "event-of-unknown-customer", LEFT_OUT),
    Flaw("orders", 150, "Amount", "(3,500.00)", "", "-3500, a return"),
    Flaw("orders", 250, "Order Date", "2025/3/17", "", "2025-03-17"),
    Flaw(
        "orders",
        "new",
        "Order Date",
        "2026-07-09",
        "event-after-as-of",
        "does not count: it lies after the reference date",
    ),
    Flaw("contracts", 33, "到期日期", "质保期满", "unreadable-date", MISSING),
    Flaw("invoices", 222, "价税合计", "1,22,000.00", "unreadable-number", MISSING),
    Flaw("contracts", 44, "预付比例", "130%", "number-out-of-range", MISSING),
    Flaw("opportunities", 88, "Status", "Shelved", "unlisted-value", MISSING),
    Flaw("projects", 132, "质保金", "-50000", "number-out-of-range", MISSING),
    Flaw("milestones", 60, "Reached on", "pending", "unreadable-date", MISSING),
    Flaw("equipment", 50, "台数", "3.5", "fractional-integer", MISSING),
    Flaw("equipment", 75, "质保截止", "two years", "unreadable-date", MISSING),
    Flaw("service_tickets", 40, "First response hours", "-2", "number-out-of-range", MISSING),
    Flaw("service_tickets", 80, "Ticket type", "Upgrade", "unlisted-value", MISSING),
    Flaw("survey_answers", 30, "CSAT", "6", "number-out-of-range", MISSING),
    Flaw("payments", 55, "Payment method", "barter", "unlisted-value", MISSING),
)
UNMAPPED = (("customers", "Search name"), ("orders", "Warehouse"))
