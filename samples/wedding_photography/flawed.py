# SPDX-License-Identifier: Apache-2.0
"""The flaws that the sample is known to hold."""

from __future__ import annotations

from common.flaws import Flaw

MISSING, LEFT_OUT = "缺失 missing", "该行不计 the row does not count"
FLAWS = (
    Flaw("customers", 11, "婚期", "待定中", "unreadable-date", MISSING),
    Flaw("customers", 24, "客户来源", "同学", "unlisted-value", MISSING),
    Flaw("customers", 37, "手机可接通", "打不通", "unreadable-truth", MISSING),
    Flaw("customers", 48, "出生日期", "九五后", "unreadable-date", MISSING),
    Flaw("customers", 59, "需求匹配度", "8", "number-out-of-range", MISSING),
    Flaw("customers", 66, "婚期", "03/04/2026", "ambiguous-date", MISSING),
    Flaw("customers", 73, "婚期", "2026年10月2日", "", "2026-10-02"),
    Flaw("customers", 85, "微信好友", " 是 ", "", "true"),
    Flaw("customers", 97, "更新时间", "2026/5/18", "", "2026-05-18"),
    Flaw("orders", 40, "订单总价", "面议", "unreadable-number", MISSING),
    Flaw("orders", 81, "已收款", "九千", "unreadable-number", MISSING),
    Flaw("orders", 122, "改档次数", "1.5", "fractional-integer", MISSING),
    Flaw("orders", 163, "状态", "拍完了", "unlisted-value", MISSING),
    Flaw("orders", 204, "客户编号", "", "event-without-customer", LEFT_OUT),
    Flaw("orders", 245, "客户编号", "W9999", "event-of-unknown-customer", LEFT_OUT),
    Flaw("orders", 286, "签单日期", "", "event-without-date", LEFT_OUT),
    Flaw("orders", 327, "取件日期", "2026-02-30", "unreadable-date", MISSING),
    Flaw("orders", 60, "套系价格", "￥6,999.00", "", "6999"),
    Flaw("orders", 101, "订单总价", "８８９９", "", "8899"),
    Flaw(
        "orders",
        "new",
        "签单日期",
        "2026-07-18",
        "event-after-as-of",
        "晚于基准日，不计 after the date, does not count",
    ),
    Flaw(
        "acquisition_spend",
        130,
        "获客渠道",
        "小红书达人",
        "unlisted-value",
        "缺失，支出列在未知渠道 missing, the spend stands without a channel",
    ),
    Flaw("acquisition_spend", 155, "金额", "-800.00", "number-out-of-range", MISSING),
    Flaw("payments", 150, "收款金额", "待对账", "unreadable-number", MISSING),
    Flaw("complaints", 20, "投诉原因", "天气", "unlisted-value", MISSING),
    Flaw("survey_answers", 31, "总体满意度", "6", "number-out-of-range", MISSING),
    Flaw("survey_answers", 52, "服务满意度", "满意", "unreadable-number", MISSING),
    Flaw("referrals", 14, "成交金额", "-300", "number-out-of-range", MISSING),
    Flaw("mentions", 17, "星级", "8", "number-out-of-range", MISSING),
    Flaw("consents", 88, "授权用途", "朋友圈集赞", "unlisted-value", MISSING),
    Flaw("consents", 199, "授权日期", "长期有效", "unreadable-date event-without-date", LEFT_OUT),
)
UNMAPPED = (("customers", "备注二"), ("orders", "摄影师"))
