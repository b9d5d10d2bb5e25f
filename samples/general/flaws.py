# SPDX-License-Identifier: Apache-2.0
"""The flaws that the sample is known to hold: what is wrong in which cell, and what the engine must say about it."""

from __future__ import annotations

from common.flaws import Flaw

PLANTED = (
    Flaw("customers", 12, "年营业收入", "约三百万", "unreadable-number", "missing"),
    Flaw("customers", 23, "成立日期", "2019-02-30", "unreadable-date", "missing"),
    Flaw("customers", 34, "企业规模", "超大型", "unlisted-value", "missing"),
    Flaw("customers", 45, "是否失信", "可能", "unreadable-truth", "missing"),
    Flaw("customers", 56, "需求匹配度", "7", "number-out-of-range", "missing"),
    Flaw("customers", 67, "员工人数", "12.5", "fractional-integer", "missing"),
    Flaw("customers", 78, "资产负债率", "65", "unclear-percent", "missing"),
    Flaw("customers", 89, "查询日期", "05/06/2026", "ambiguous-date", "missing"),
    Flaw("customers", 14, "员工人数", "１２０", "", "120"),
    Flaw("customers", 25, "年营业收入", "¥12,000,000.00", "", "12000000"),
    Flaw("customers", 36, "资产负债率", "５５％", "", "0.55"),
    Flaw("customers", 47, "成立日期", "2015年3月7日", "", "2015-03-07"),
    Flaw("customers", 58, "成立日期", "2012/11/5", "", "2012-11-05"),
    Flaw("customers", 69, "成立日期", "20090421", "", "2009-04-21"),
    Flaw("customers", 80, "企业规模", " 中型 ", "", "medium"),
    Flaw("customers", 91, "是否失信", "ＮＯ", "", "false"),
    Flaw("customers", 102, "年采购预算", "暂无", "", "missing"),
    Flaw("customers", 113, "统一社会信用代码", "9199OOOOFAKE0O01X1", "credit-code-form", "kept; malformed, so the rule on identity gives few points"),
    Flaw("customers", 120, "统一社会信用代码", "91990000FAKE02844B", "credit-code-check", "kept; the last digit should be A, and the name is not checked either, so the rule on identity gives 40"),
    Flaw("orders", 101, "Net value", "待定", "unreadable-number", "missing"),
    Flaw("orders", 303, "Net value", "#REF!", "unreadable-number", "missing"),
    Flaw("orders", 505, "Net value", "9999999999999999", "oversized-number", "missing"),
    Flaw("orders", 707, "Order Status", "shipped?", "unlisted-value", "missing"),
    Flaw("orders", 909, "Order Date", "2025-02-30", "unreadable-date event-without-date", "the order does not count"),
    Flaw("orders", 1111, "Order Date", "", "event-without-date", "the order does not count"),
    Flaw("orders", 1313, "Account ID", "", "event-without-customer", "the order does not count"),
    Flaw("orders", 1515, "Account ID", "C9999", "event-of-unknown-customer", "the order does not count"),
    Flaw("orders", "new", "Order Date", "2026-07-15", "event-after-as-of", "the order does not count: it lies after the reference date"),
    Flaw("orders", 202, "Net value", '12,500.00', "", "12500"),
    Flaw("orders", 404, "Net value", "１２５００", "", "12500"),
    Flaw("orders", 606, "Net value", "￥8,600.00", "", "8600"),
    Flaw("orders", 808, "Net value", "(1,200.00)", "", "-1200, a return"),
    Flaw("orders", 1010, "Order Date", "2025/3/7", "", "2025-03-07"),
    Flaw("contracts", 31, "合同到期日", "长期", "unreadable-date", "missing"),
    Flaw("invoices", 222, "价税合计", "1,1,300.00", "unreadable-number", "missing"),
    Flaw("receivables", "new", "客户编号", "C8888", "event-of-unknown-customer", "the row does not count"),
    Flaw("complaints", 6, "响应时长", "-3", "number-out-of-range", "missing"),
    Flaw("complaints", 15, "", "", "row-too-short", "the last two cells are taken as blank"),
    Flaw("survey_answers", 21, "CSAT", "6", "number-out-of-range", "missing"),
    Flaw("survey_answers", 42, "CSAT", "4.5", "fractional-integer", "missing"),
    Flaw("survey_answers", 63, "NPS", "11", "number-out-of-range", "missing"),
    Flaw("referrals", 8, "Referral revenue", "-500", "number-out-of-range", "missing"),
    Flaw("contacts", 17, "是否在职", "调岗", "unreadable-truth", "missing"),
)  # fmt: skip
UNMAPPED = (("customers", "英文名称"), ("customers", "备用字段"), ("orders", "Plant"))
