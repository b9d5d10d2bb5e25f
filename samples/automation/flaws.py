# SPDX-License-Identifier: Apache-2.0
"""The flaws that the automation sample is known to hold: what is wrong in which cell, and what the engine must say about it."""

from __future__ import annotations

from common.flaws import Flaw

PLANTED = (
    Flaw("customers", 12, "年营业收入", "约两亿", "unreadable-number", "missing"),
    Flaw("customers", 23, "成立日期", "2019-02-30", "unreadable-date", "missing"),
    Flaw("customers", 34, "客户角色", "设计院", "unlisted-value", "missing"),
    Flaw("customers", 45, "控制平台", "西门子还是自研?", "unlisted-value", "missing"),
    Flaw("customers", 56, "依赖单一工程师", "可能", "unreadable-truth", "missing"),
    Flaw("customers", 67, "行业投资增速", "-150%", "number-out-of-range", "missing"),
    Flaw("customers", 78, "已批技改预算", "-800000", "number-out-of-range", "missing"),
    Flaw("customers", 89, "查询日期", "05/06/2026", "ambiguous-date", "missing"),
    Flaw("customers", 100, "资产负债率", "65", "unclear-percent", "missing"),
    Flaw("customers", 111, "联系人数", "2.5", "fractional-integer", "missing"),
    Flaw("customers", 15, "已批技改预算", "￥１，２００，０００", "", "1200000"),
    Flaw("customers", 26, "已批技改预算", "无", "", "0: no plan"),
    Flaw("customers", 37, "客户角色", " ＥＰＣ ", "", "general_contractor"),
    Flaw("customers", 48, "成立日期", "2015年3月7日", "", "2015-03-07"),
    Flaw("customers", 59, "统一社会信用代码", "9199OOOOFAKE0O01X1", "credit-code-form", "kept; malformed, so the rule on identity gives few points"),
    Flaw("orders", 101, "订单金额", "待定", "unreadable-number", "missing"),
    Flaw("orders", 303, "订单金额", "#REF!", "unreadable-number", "missing"),
    Flaw("orders", 505, "业务性质", "赠送", "unlisted-value", "missing: revenue, but not service"),
    Flaw("orders", 707, "下单日期", "2025-02-30", "unreadable-date event-without-date", "the order does not count"),
    Flaw("orders", 909, "客户编号", "", "event-without-customer", "the order does not count"),
    Flaw("orders", 1111, "客户编号", "A9999", "event-of-unknown-customer", "the order does not count"),
    Flaw("orders", "new", "下单日期", "2026-07-15", "event-after-as-of", "the order does not count: it lies after the assessment date"),
    Flaw("orders", 202, "订单金额", "(1,200.00)", "", "-1200, a return"),
    Flaw("projects", 41, "终验日期", "待验收", "unreadable-date", "missing, read as not accepted"),
    Flaw("projects", 62, "项目类型", "试验线", "unlisted-value", "missing"),
    Flaw("projects", 83, "工位数", "约8", "unreadable-number", "missing"),
    Flaw("projects", 104, "预算成本", "-1", "number-out-of-range", "missing: the project is left out of the slippage"),
    Flaw("milestones", 77, "应付日期", "", "event-without-date", "the milestone does not count"),
    Flaw("milestones", 99, "客户编号", "A8888", "event-of-unknown-customer", "the milestone does not count"),
    Flaw("milestones", "new", "应付日期", "2026-09-30", "event-after-as-of", "not yet due, the milestone does not count"),
    Flaw("service_tickets", 22, "是否达标", "基本", "unreadable-truth", "missing"),
    Flaw("complaints", 6, "响应时长", "-3", "number-out-of-range", "missing"),
    Flaw("survey_answers", 21, "满意度", "6", "number-out-of-range", "missing"),
)  # fmt: skip
UNMAPPED = (("customers", "销售备注"),)
