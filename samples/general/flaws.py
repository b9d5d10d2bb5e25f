# SPDX-License-Identifier: Apache-2.0
"""The flaws that the sample is known to hold: what is wrong in which cell, and what the engine must say about it."""

from __future__ import annotations

from world import Row

# (file, how the row is found, column, what is written, problem code or "" when it must be understood, what becomes of it)
# The row is the nth from the top (whole number) or a new last row ("new": the other cells come from the row above).
PLANTED: tuple[tuple[str, int | str, str, str, str, str], ...] = (
    ("customers", 12, "年营业收入", "约三百万", "unreadable-number", "missing"),
    ("customers", 23, "成立日期", "2019-02-30", "unreadable-date", "missing"),
    ("customers", 34, "企业规模", "超大型", "unlisted-value", "missing"),
    ("customers", 45, "是否失信", "可能", "unreadable-truth", "missing"),
    ("customers", 56, "需求匹配度", "7", "number-out-of-range", "missing"),
    ("customers", 67, "员工人数", "12.5", "fractional-integer", "missing"),
    ("customers", 78, "资产负债率", "65", "unclear-percent", "missing"),
    ("customers", 89, "查询日期", "05/06/2026", "ambiguous-date", "missing"),
    ("customers", 14, "员工人数", "１２０", "", "120"),
    ("customers", 25, "年营业收入", "¥12,000,000.00", "", "12000000"),
    ("customers", 36, "资产负债率", "５５％", "", "0.55"),
    ("customers", 47, "成立日期", "2015年3月7日", "", "2015-03-07"),
    ("customers", 58, "成立日期", "2012/11/5", "", "2012-11-05"),
    ("customers", 69, "成立日期", "20090421", "", "2009-04-21"),
    ("customers", 80, "企业规模", " 中型 ", "", "medium"),
    ("customers", 91, "是否失信", "ＮＯ", "", "false"),
    ("customers", 102, "年采购预算", "暂无", "", "missing"),
    ("customers", 113, "统一社会信用代码", "9199OOOOFAKE0O01X1", "credit-code-form", "kept; malformed, so the rule on identity gives few points"),
    ("orders", 101, "Net value", "待定", "unreadable-number", "missing"),
    ("orders", 303, "Net value", "#REF!", "unreadable-number", "missing"),
    ("orders", 505, "Net value", "9999999999999999", "oversized-number", "missing"),
    ("orders", 707, "Order Status", "shipped?", "unlisted-value", "missing"),
    ("orders", 909, "Order Date", "2025-02-30", "unreadable-date event-without-date", "the order does not count"),
    ("orders", 1111, "Order Date", "", "event-without-date", "the order does not count"),
    ("orders", 1313, "Account ID", "", "event-without-customer", "the order does not count"),
    ("orders", 1515, "Account ID", "C9999", "event-of-unknown-customer", "the order does not count"),
    ("orders", "new", "Order Date", "2026-07-15", "event-after-as-of", "the order does not count: it lies after the reference date"),
    ("orders", 202, "Net value", '12,500.00', "", "12500"),
    ("orders", 404, "Net value", "１２５００", "", "12500"),
    ("orders", 606, "Net value", "￥8,600.00", "", "8600"),
    ("orders", 808, "Net value", "(1,200.00)", "", "-1200, a return"),
    ("orders", 1010, "Order Date", "2025/3/7", "", "2025-03-07"),
    ("contracts", 31, "合同到期日", "长期", "unreadable-date", "missing"),
    ("invoices", 222, "价税合计", "1,1,300.00", "unreadable-number", "missing"),
    ("receivables", "new", "客户编号", "C8888", "event-of-unknown-customer", "the row does not count"),
    ("complaints", 6, "响应时长", "-3", "number-out-of-range", "missing"),
    ("complaints", 15, "", "", "row-too-short", "the last two cells are taken as blank"),
    ("survey_answers", 21, "CSAT", "6", "number-out-of-range", "missing"),
    ("survey_answers", 42, "CSAT", "4.5", "fractional-integer", "missing"),
    ("survey_answers", 63, "NPS", "11", "number-out-of-range", "missing"),
    ("referrals", 8, "Referral revenue", "-500", "number-out-of-range", "missing"),
    ("contacts", 17, "是否在职", "调岗", "unreadable-truth", "missing"),
)  # fmt: skip
UNMAPPED = (("customers", "英文名称"), ("customers", "备用字段"), ("orders", "Plant"))


def spoil(tables: dict[str, list[Row]]) -> list[Row]:
    """Plants the flaws in the rows, and lists them with the row as a spreadsheet counts it."""
    listed = []
    for file, at, column, value, code, outcome in PLANTED:
        rows = tables[file]
        if at == "new":
            rows.append(
                {**rows[-1], next(iter(rows[-1])): f"X-{len(rows)}"}
                if file != "receivables"
                else dict(rows[-1])
            )
        row = rows[-1] if isinstance(at, str) else rows[at - 2]
        if code == "row-too-short":
            for column in list(row)[-2:]:
                del row[column]
            column = ""
        else:
            row[column] = value
        listed.append(
            {
                "file": f"{file}.csv",
                "row": str(rows.index(row) + 2),
                "column": column,
                "raw": value,
                "code": code,
                "outcome": outcome,
            }
        )
    listed += [
        {
            "file": f"{file}.csv",
            "row": "1",
            "column": column,
            "raw": column,
            "code": "unused-columns",
            "outcome": "not read",
        }
        for file, column in UNMAPPED
    ]
    return listed
