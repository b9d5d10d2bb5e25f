# SPDX-License-Identifier: Apache-2.0
"""The flaws that the biotech sample is known to hold: what is wrong in which cell, and what the engine must say about it."""

from __future__ import annotations

from common.flaws import Flaw

PLANTED = (
    Flaw("customers", 12, "年营业收入", "约三亿", "unreadable-number", "missing"),
    Flaw("customers", 23, "成立日期", "2019-02-30", "unreadable-date", "missing"),
    Flaw("customers", 34, "客户细分", "投资机构", "unlisted-value", "missing"),
    Flaw("customers", 45, "研发阶段", "IV期", "unlisted-value", "missing"),
    Flaw("customers", 56, "涉及人遗", "可能", "unreadable-truth", "missing"),
    Flaw("customers", 67, "终端披露率", "130%", "number-out-of-range", "missing"),
    Flaw("customers", 78, "在手现金", "-5000000", "number-out-of-range", "missing"),
    Flaw("customers", 89, "查询日期", "05/06/2026", "ambiguous-date", "missing"),
    Flaw("customers", 100, "资产负债率", "65", "unclear-percent", "missing"),
    Flaw("customers", 111, "需求匹配度", "4.5", "fractional-integer", "missing"),
    Flaw("customers", 15, "月均净支出", "￥３，０００，０００", "", "3000000"),
    Flaw("customers", 26, "研发阶段", "Ⅱ期", "", "ph2"),
    Flaw("customers", 37, "客户细分", " cro ", "", "cro_cdmo"),
    Flaw("customers", 48, "成立日期", "2015年3月7日", "", "2015-03-07"),
    Flaw("customers", 59, "统一社会信用代码", "9199OOOOFAKE0O01X1", "credit-code-form", "kept; malformed, so the rule on identity gives few points"),
    Flaw("orders", 101, "订单金额", "待定", "unreadable-number", "missing"),
    Flaw("orders", 303, "订单金额", "#REF!", "unreadable-number", "missing"),
    Flaw("orders", 505, "货品类别", "赠品", "unlisted-value", "missing, read as reagents"),
    Flaw("orders", 707, "下单日期", "2025-02-30", "unreadable-date event-without-date", "the order does not count"),
    Flaw("orders", 909, "客户编号", "", "event-without-customer", "the order does not count"),
    Flaw("orders", 1111, "客户编号", "B9999", "event-of-unknown-customer", "the order does not count"),
    Flaw("orders", "new", "下单日期", "2026-07-15", "event-after-as-of", "the order does not count: it lies after the assessment date"),
    Flaw("orders", 202, "订单金额", "(1,200.00)", "", "-1200, a return"),
    Flaw("deliveries", 41, "是否超温", "略高", "unreadable-truth", "missing"),
    Flaw("licences", 17, "有效期至", "长期", "unreadable-date", "missing, not counted as in force"),
    Flaw("service_tickets", 22, "客户编号", "B8888", "event-of-unknown-customer", "the ticket does not count"),
    Flaw("citations", 9, "见刊日期", "", "event-without-date", "the citation does not count"),
    Flaw("complaints", 6, "响应时长", "-3", "number-out-of-range", "missing"),
    Flaw("survey_answers", 21, "满意度", "6", "number-out-of-range", "missing"),
)  # fmt: skip
UNMAPPED = (("customers", "内部备注"),)
