# SPDX-License-Identifier: Apache-2.0
"""Expressions in words: what a reader of the handbook and of an explanation sees, in both languages."""

from __future__ import annotations

import pytest
from rulescore.lang.check import EventTable, Scope, check_text
from rulescore.lang.words import sentence

NAMES = {
    "amount": ("number", "金额", "Amount"), "paid": ("number", "已付", "Paid"), "kind": ("text", "类型", "Kind"), "signed": ("bool", "已签约", "Signed"),
    "debtor": ("bool", "失信被执行人", "Debtor"), "assessed.value": ("bool", "价值的各维度均有得分", "all dimensions of value have points"), "since": ("date", "合作起始", "Customer since"), "as_of": ("date", "基准日", "the as-of date"),
    "orders": ("", "订单", "Orders"), "orders.amount": ("number", "订单的金额", "Orders Amount"), "orders.day": ("date", "订单的下单日", "Orders Day"),
    "orders.paid": ("bool", "订单的款已收齐", "Orders Paid in full"), "orders.status": ("text", "订单的状态", "Orders Status"),
}  # fmt: skip
COLUMNS = {name[7:]: kind for name, (kind, _, _) in NAMES.items() if name.startswith("orders.")}
SCOPE = Scope(
    {name: kind for name, (kind, _, _) in NAMES.items() if kind and not name.startswith("orders.")},
    {},
    {"orders": EventTable(COLUMNS, {}, "day")},
)
SAID = (
    # conditions
    ("amount >= 3 and kind == \"a\"", "金额不低于3，且类型等于“a”", "Amount is at least 3 and Kind is “a”"),
    ("amount > 3 and (signed or amount < 1)", "金额大于3，且（已签约或金额小于1）", "Amount is above 3 and (“Signed” is yes or Amount is below 1)"),
    ("debtor", "失信被执行人", "Debtor"),
    ("debtor and amount > 0", "“失信被执行人”为是，且金额大于0", "“Debtor” is yes and Amount is above 0"),
    ("assessed.value and amount > 0", "价值的各维度均有得分，且金额大于0", "all dimensions of value have points and Amount is above 0"),
    ("not debtor", "“失信被执行人”为否", "“Debtor” is no"),
    ("not signed", "未签约", "“Signed” is no"),
    ("not (amount < 3)", "金额不低于3", "Amount is at least 3"),
    ("not (amount < 3 or signed)", "（金额小于3，或已签约）不成立", "not (Amount is below 3 or “Signed” is yes)"),
    ("not coalesce(signed, false)", "未签约（缺失也算）", "“Signed” is no (or missing)"),
    ("not coalesce(signed, true)", "未签约（缺失不算）", "“Signed” is no (and not missing)"),
    ("coalesce(debtor, true)", "“失信被执行人”为是（缺失也算）", "“Debtor” is yes (or missing)"),
    ("is_missing(kind)", "“类型”无资料", "Kind is missing"),
    ("not is_missing(debtor) or signed", "“失信被执行人”有资料，或已签约", "Debtor is known or “Signed” is yes"),
    # values
    ("min(amount, 1) + max(0, amount)", "金额（最高按1计） + 金额（最低按0计）", "Amount (at most 1) + Amount (at least 0)"),
    ("(3 * amount + 2 * month(since)) / 5 > 1", "（3 × 金额 + 2 × 合作起始的月份） ÷ 5大于1", "(3 × Amount + 2 × the month of Customer since) ÷ 5 is above 1"),
    ("(3 * amount + 2 * paid) / 6 > 1", "（3 × 金额 + 2 × 已付） ÷ 6大于1", "(3 × Amount + 2 × Paid) ÷ 6 is above 1"),
    ("1 if amount > 2 else 2 if amount > 1 else 3", "若金额大于2，则为1；否则若金额大于1，则为2；否则为3", "1 if Amount is above 2; otherwise 2 if Amount is above 1; otherwise 3"),
    ("since > as_of - months(12)", "合作起始晚于基准日的12个月前", "Customer since is after the day 12 months before the as-of date"),
    ("since + days(30) < as_of", "合作起始的30天后早于基准日", "the day 30 days after Customer since is before the as-of date"),
    ("shift_days(since, 2) < as_of", "合作起始的2天后早于基准日", "the day 2 days after Customer since is before the as-of date"),
    # events
    ("count(orders)", "订单数", "number of Orders"),
    ("count(orders.amount)", "订单数（只计“金额”有资料的）", "number of Orders (where Amount is known)"),
    ("sum(orders.amount, within=\"12m\")", "近12个月订单的金额之和", "sum of Amount over Orders (last 12 months)"),
    ("count(orders, within=\"12m\", lag=\"12m\")", "截至12个月前的12个月订单数", "number of Orders (12 months that ended 12 months earlier)"),
    ("sum(orders.amount, where=orders.status != \"x\" and not orders.paid)", "订单的金额之和（只计状态不等于“x”，且“款已收齐”为否的）", "sum of Amount over Orders (where Status is not “x” and “Paid in full” is no)"),
    ("max(orders.day)", "订单的最晚下单日", "latest Day in Orders"),
    ("last(orders.status)", "最近一次订单的状态", "last Status in Orders"),
    ("gap(orders)", "相邻两次订单间隔天数的中位数", "median days between Orders"),
)  # fmt: skip


@pytest.mark.parametrize(("expression", "chinese", "english"), SAID, ids=[said[0] for said in SAID])
def test_an_expression_in_words(expression: str, chinese: str, english: str) -> None:
    """Guards the sentences against brackets without end, doubled table names, and words of one language in the other."""
    problems: list[str] = []
    tree = check_text(expression, SCOPE, None, lambda code, *_, **__: problems.append(code))
    assert tree is not None, problems
    assert sentence(tree, "zh", lambda name: NAMES[name][1]) == chinese
    assert sentence(tree, "en", lambda name: NAMES[name][2]) == english
