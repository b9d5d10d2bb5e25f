# SPDX-License-Identifier: Apache-2.0
"""A customer of the automation sample as the rows of the seller's systems, under their headers and with their gaps."""

from __future__ import annotations

from datetime import timedelta

from common import facts
from common.draw import iso, money, working_day
from common.files import Row
from common.party import AS_OF
from world import Client, invoiced_of, retention_of

TRADES = {  # growth of capital spending as the seller's file has it, invented
    "动力电池": ("电池科技有限公司", "-14%"), "汽车零部件": ("汽车零部件有限公司", "6%"), "消费电子": ("电子有限公司", "-4%"),
    "食品饮料": ("食品有限公司", "3%"), "医药包装": ("医药包装有限公司", "11%"), "家电": ("电器有限公司", "1%"), "轨道装备": ("轨道装备有限公司", "13%"),
}  # fmt: skip
ROLES = {"总包方": "工程总承包有限公司", "贸易商": "机电贸易有限公司"}


def customer_row(who: Client, taken: set[str]) -> Row:
    draw = who.draw
    region, place = draw.one(facts.PLACES)
    trade = draw.one(tuple(TRADES))
    suffix, outlook = TRADES[trade]
    size = draw.pick(大型=0.6, 中型=0.35, 小型=0.05) if who.strong else draw.pick(大型=0.12, 中型=0.4, 小型=0.38, 微型=0.1)  # fmt: skip
    turnover = round(draw.around({"大型": 1.5e9, "中型": 2e8, "小型": 3e7, "微型": 4e6}[size], 0.5), -4)
    yearly = sum(o["amount"] for o in who.orders if o["status"] != "取消") / 3
    plan = 0.0 if draw.chance(0.75 - 0.6 * who.liking + (0.3 if who.fading else 0)) else draw.around(0.35 + 0.9 * who.liking, 0.5) * max(yearly, 120_000)  # fmt: skip
    wallet = min(0.9, max(0.03, draw.normal(0.45 if who.strong else 0.25, 0.17)))
    ours = 0.75 if who.strong else 0.25 + 0.4 * who.liking
    platform = draw.pick(我方平台=ours, 第三方PLC=1 - ours) if who.projects else draw.pick(第三方PLC=0.5, 无=0.5)  # fmt: skip
    single = draw.chance(0.12 if who.strong else 0.35)
    return {
        "客户编号": who.id,
        "客户名称": facts.invented_name(who, place, ROLES.get(who.role, suffix), taken),
        **facts.identity_cells(who),
        "客户类型": draw.blank(0.03, "企业"),
        "客户角色": draw.blank(0.03, who.role),
        "所属行业": draw.blank(0.03, trade),
        "行业投资增速": draw.blank(0.05, outlook),
        "区域": region,
        "城市": place,
        "企业规模": draw.blank(0.06, size),
        "年营业收入": draw.blank(0.18, money(turnover)),
        **facts.relation_cells(who),
        "已批技改预算": draw.blank(0.12, money(round(plan, -3)) if plan else "无"),
        "年采购预算": draw.blank(0.15, money(round((yearly or draw.around(300_000, 0.6)) / wallet, -3))),
        "控制平台": draw.blank(0.05, platform),
        "源码在我方": draw.blank(0.1, "是" if draw.chance(0.55) else "否"),
        "程序与图纸归属": draw.blank(0.08, draw.pick(我方=0.45, 客户=0.28, 第三方=0.12, 未约定=0.15)) if who.projects else "",
        "回授许可": draw.blank(0.2, "是" if draw.chance(0.5) else "否"),
        "依赖单一工程师": draw.blank(0.05, "是" if single else "否"),
        "已签留任协议": ("是" if draw.chance(0.5) else "否") if single else "",
        "样板客户": draw.blank(0.1, "是" if draw.chance(0.5 * who.liking) else "否"),
        **facts.list_cells(who, turnover),
        **facts.credit_cells(who),
        **facts.book_cells(who),
        "销售备注": "",
    }  # fmt: skip


# Customers with a story, told in the README.
STORIES: dict[str, Row] = {
    "A0003": {"工商核验": ""},
    "A0005": {"是否失信": "是", "查询日期": "2026-06-12"},
    "A0009": {"依赖单一工程师": "是", "已签留任协议": "否"},
    "A0014": {"续约意向": "拒绝"},
    "A0040": {"严重违法": "是", "查询日期": "2026-06-12"},
    "A0111": {"经营状态": "清算"},
}


def order_rows(who: Client) -> list[Row]:
    return [
        {
            "订单编号": f"DD{o['day']:%y%m}-{who.number:04d}-{n:03d}", "客户编号": who.id, "下单日期": iso(o["day"]), "订单金额": money(o["amount"]),
            "成本": money(o["cost"]) if o["cost"] is not None else "", "销售费用": money(o["selling"]), "服务成本": money(o["service"]),
            "业务性质": o["kind"], "订单状态": o["status"],
        }
        for n, o in enumerate(who.orders, 1)
    ]  # fmt: skip


def project_rows(who: Client) -> list[Row]:
    draw = who.draw
    return [
        {
            "项目编号": f"XM-{who.number:04d}-{n}", "客户编号": who.id, "立项日期": iso(p["start"]), "项目类型": p["kind"], "合同额": money(p["price"]),
            "预算成本": draw.blank(0.04, money(p["budget"])), "实际成本": money(p["actual"]) if p["actual"] is not None else "",
            "计划完工日期": iso(p["planned"]), "终验日期": iso(p["accepted"]), "项目状态": "中止" if p["stopped"] else "已验收" if p["accepted"] else "执行中",
            "累计开票": money(invoiced_of(p)), "质保金": money(retention_of(p)), "工位数": str(p["stations"]),
        }
        for n, p in enumerate(who.projects, 1)
    ]  # fmt: skip


def milestone_rows(who: Client) -> list[Row]:
    """The schedule up to the assessment date; what falls due later is in the projects' price less what was invoiced."""
    return [
        {
            "节点编号": f"JD-{who.number:04d}-{n}-{m}", "项目编号": f"XM-{who.number:04d}-{n}", "客户编号": who.id, "节点类型": step["kind"],
            "应付日期": iso(step["due"]), "节点金额": money(step["gross"]), "收款日期": iso(step["paid_on"]), "已收金额": money(step["paid"]),
            "是否争议": "是" if step["disputed"] else "",
        }
        for n, p in enumerate(who.projects, 1)
        for m, step in enumerate(p["milestones"], 1)
        if step["due"] <= AS_OF
    ]  # fmt: skip


def ticket_rows(who: Client) -> list[Row]:
    draw, rows = who.draw, []
    if who.since is None or who.fading:
        return []
    for n in range(draw.count(0.9 * len(who.projects) + (1.5 if who.kind == "service" else 0.3))):
        rows.append({
            "工单编号": f"GD-{who.number:04d}-{n + 1}", "客户编号": who.id, "报修日期": iso(working_day(AS_OF - timedelta(days=draw.whole(6, 600)))),
            "工单类型": draw.pick(报修=0.6, 巡检=0.25, 培训=0.15), "是否达标": draw.blank(0.05, "是" if draw.chance(0.6 + 0.4 * who.liking) else "否"),
        })  # fmt: skip
    return rows


def activity_rows(who: Client) -> list[Row]:
    draw, rows = who.draw, []
    mean = (11 if who.strong else 5) * (0.2 if who.fading else 0.4 + 0.9 * who.liking)
    for n in range(draw.count(mean)):
        kind = draw.pick(拜访=0.46, 电话=0.2, 技术交流=0.1, 培训=0.08, 反馈=0.12, 节日问候=0.04)
        adopted = draw.blank(0.15, "是" if draw.chance(0.25 + 0.5 * who.liking) else "否")
        rows.append({
            "记录编号": f"HD-{who.number:04d}-{n + 1}", "客户编号": who.id, "跟进时间": iso(working_day(AS_OF - timedelta(days=draw.whole(4, 700)))),
            "跟进类型": kind, "是否采纳": adopted if kind == "反馈" else "",
        })  # fmt: skip
    return rows
