# SPDX-License-Identifier: Apache-2.0
"""A customer of the biotech sample as the rows of the workbook, under the seller's own headers and with its gaps."""

from __future__ import annotations

from datetime import timedelta

from common import facts
from common.draw import iso, money, working_day
from common.files import Row
from common.party import AS_OF, YEAR_AGO, Party

SUFFIX = {
    "大型药企": "制药股份有限公司", "上市生物科技": "生物股份有限公司", "未上市生物科技": "生物科技有限公司", "CRO/CDMO": "医药研发服务有限公司",
    "高校科研院所": "生命科学研究院", "医院": "医院", "经销商": "生物试剂贸易有限公司",
}  # fmt: skip
INSTITUTIONS = ("高校科研院所", "医院")
FIRMS = ("大型药企", "上市生物科技", "未上市生物科技")
STAGES = {
    "大型药企": {"已上市": 0.8, "III期": 0.15, "II期": 0.05},
    "上市生物科技": {"已上市": 0.3, "III期": 0.3, "II期": 0.25, "I期": 0.1, "临床前": 0.05},
    "未上市生物科技": {"III期": 0.06, "II期": 0.16, "I期": 0.22, "临床前": 0.28, "早期研发": 0.22, "无": 0.06},
    "CRO/CDMO": {"已上市": 0.2, "III期": 0.25, "II期": 0.2, "I期": 0.15, "无": 0.2},
}  # fmt: skip


def customer_row(who: Party, taken: set[str]) -> Row:
    draw, kind = who.draw, who.kind
    public = kind in INSTITUTIONS
    region, place = draw.one(facts.PLACES)
    size = (
        "大型"
        if kind == "大型药企"
        else draw.pick(大型=0.3, 中型=0.6, 小型=0.1)
        if kind == "上市生物科技"
        else draw.pick(大型=0.05, 中型=0.3, 小型=0.5, 微型=0.15)
    )
    turnover = round(draw.around({"大型": 2e9, "中型": 2e8, "小型": 3e7, "微型": 3e6}[size], 0.5), -4)
    orders = who.orders_12m()
    hope = draw.around(0.45 + 0.6 * who.liking, 0.25) * (0.4 if who.fading else 1)
    bought = who.bought()
    wallet = min(0.95, max(0.03, draw.normal(0.42 if who.strong else 0.26, 0.17)))
    budget = draw.around(20 * max(bought, 30_000), 0.6)
    change = draw.normal(0.02 + 0.14 * (who.liking - 0.4), 0.13) - (0.15 if who.fading else 0)
    burn = draw.around({"中型": 9e6, "小型": 2.4e6, "微型": 5e5}.get(size, 2e7), 0.4)
    runway = draw.around(9 if who.fading else 19, 0.6)
    listed = kind in STAGES
    status = draw.pick(**(
        {"已写入申报资料": 0.45, "已验证": 0.4, "试用": 0.15} if who.strong
        else {"已写入申报资料": 0.1 + 0.2 * who.liking, "已验证": 0.35, "试用": 0.25, "无": 0.25} if listed
        else {"已验证": 0.3 * who.liking, "试用": 0.35, "无": 0.5}
    ))  # fmt: skip
    involved = draw.chance({"医院": 0.5, "CRO/CDMO": 0.3, "高校科研院所": 0.22}.get(kind, 0.1))
    approval = draw.blank(0.06, draw.pick(齐全=0.72, 办理中=0.2, 未办理=0.08))
    return {
        "客户编号": who.id,
        "客户名称": facts.invented_name(who, place, SUFFIX[kind], taken),
        **facts.identity_cells(who, public),
        "客户类型": draw.blank(0.03, "机构" if public else "企业"),
        "客户细分": draw.blank(0.02, kind),
        "区域": region,
        "城市": place,
        "企业规模": "" if public else draw.blank(0.06, size),
        "年营业收入": "" if public else draw.blank(0.18, money(turnover)),
        "研发阶段": draw.blank(0.06, draw.pick(**STAGES[kind])) if listed else "",
        **facts.relation_cells(who),
        "预计订单数": draw.blank(0.12, str(0 if who.fading and draw.chance(0.25) else round(orders * hope) if orders else draw.whole(0, 4))),
        "年采购预算": draw.blank(0.15, money(round(bought / wallet if bought else draw.around(90_000, 0.6), -2))),
        "本年研发预算": "" if kind == "经销商" else draw.blank(0.22, money(round(budget * (1 + change), -3))),
        "上年研发预算": "" if kind == "经销商" else draw.blank(0.1, money(round(budget, -3))),
        "供应商验证状态": "" if kind == "经销商" else draw.blank(0.05, status),
        "是否有第二供应商": draw.blank(0.3, "是" if draw.chance(0.3) else "否"),
        "终端披露率": draw.blank(0.2, f"{min(1, max(0, draw.normal(0.2 + 0.75 * who.liking, 0.22))):.0%}") if kind == "经销商" else "",
        "须持证采购": draw.blank(0.04, "是" if needs_licence(who) else "否"),
        "涉及人遗": draw.blank(0.05, "是" if involved else "否"),
        "人遗审批": approval if involved else "",
        "NDA可转让": draw.blank(0.2, "是" if draw.chance(0.5) else "否"),
        "知识产权归属": draw.blank(0.08, draw.pick(明确=0.62, 共有=0.22, 不明=0.16)) if any(o["kind"] == "技术服务" for o in who.orders) else "",
        "在手现金": draw.blank(0.25, money(round(burn * runway, -4))) if kind == "未上市生物科技" else "",
        "月均净支出": draw.blank(0.15, money(0 if draw.chance(0.12) else round(burn, -3))) if kind == "未上市生物科技" else "",
        **facts.list_cells(who, turnover),
        **facts.credit_cells(who),
        **facts.book_cells(who),
        "内部备注": "",
    }  # fmt: skip


# Customers with a story, told in the README.
STORIES: dict[str, Row] = {
    "B0013": {"工商核验": ""},
    "B0006": {"是否失信": "是", "查询日期": "2026-06-12"},
    "B0008": {"涉及人遗": "是", "人遗审批": "未办理"},
    "B0011": {"续约意向": "拒绝"},
    "B0020": {"严重违法": "是", "查询日期": "2026-06-12"},
    "B0048": {"在手现金": "9000000", "月均净支出": "3000000"},
    "B0130": {"经营状态": "清算"},
}


def needs_licence(who: Party) -> bool:
    """Every third by its number, so that the licence sheet and the customer sheet agree."""
    return who.number % 3 == 0


def order_rows(who: Party) -> list[Row]:
    return [
        {
            "订单编号": f"DD{o['day']:%y%m}-{who.number:04d}-{n:03d}", "客户编号": who.id, "下单日期": iso(o["day"]), "订单金额": money(o["amount"]),
            "成本": money(o["cost"]) if o["cost"] is not None else "", "销售费用": money(o["selling"]), "服务成本": money(o["service"]),
            "货品类别": o["kind"], "订单状态": o["status"],
        }
        for n, o in enumerate(who.orders, 1)
    ]  # fmt: skip


def delivery_rows(who: Party) -> list[Row]:
    """Twelve months of reagents delivered; seven in ten travel cold, of these one to eight in a hundred get warm, by liking."""
    draw, rows = who.draw, []
    for n, order in enumerate(who.orders, 1):
        arrived = order["day"] + timedelta(days=draw.whole(1, 6))
        cold, warm = draw.chance(0.7), draw.chance(0.004 + 0.09 * (1 - who.liking) ** 2)
        if order["kind"] == "试剂" and order["status"] == "已发货" and YEAR_AGO < arrived <= AS_OF:
            rows.append({
                "发货单号": f"FH-{who.number:04d}-{n:03d}", "客户编号": who.id, "到货日期": iso(arrived), "是否冷链": "是" if cold else "否",
                "是否超温": ("是" if warm else "否") if cold else "",
            })  # fmt: skip
    return rows


def licence_rows(who: Party) -> list[Row]:
    """Whoever needs a licence holds one or two; some have lapsed, some are unchecked, a few are not on file."""
    draw, rows = who.draw, []
    if not needs_licence(who) or draw.chance(0.05):
        return []
    for n in range(draw.whole(1, 2)):
        left = draw.pick(lapsed=0.07, soon=0.16, later=0.77)
        days = {"lapsed": -draw.whole(5, 400), "soon": draw.whole(10, 170), "later": draw.whole(200, 1500)}[
            left
        ]
        ends = AS_OF + timedelta(days=days)
        rows.append({
            "许可证号": f"虚构证字{who.number:04d}-{n + 1}", "客户编号": who.id, "证书类别": draw.pick(危险化学品=0.4, 医疗器械=0.2, 药品=0.15, 实验动物=0.15, 生物安全=0.1),
            "发证日期": iso(ends - timedelta(days=1825)), "有效期至": iso(ends), "是否核验": draw.blank(0.06, "是" if draw.chance(0.78) else "否"),
        })  # fmt: skip
    return rows


def ticket_rows(who: Party) -> list[Row]:
    draw, rows = who.draw, []
    if who.since is None:
        return []
    for n in range(draw.count(0.25 * who.orders_12m() + 0.6)):
        rows.append({
            "工单编号": f"GD-{who.number:04d}-{n + 1}", "客户编号": who.id, "受理时间": iso(working_day(AS_OF - timedelta(days=draw.whole(6, 600)))),
            "工单类型": draw.pick(技术支持=0.7, 培训=0.15, 维修=0.15), "是否达标": draw.blank(0.05, "是" if draw.chance(0.62 + 0.4 * who.liking) else "否"),
        })  # fmt: skip
    return rows


def citation_rows(who: Party) -> list[Row]:
    draw = who.draw
    mean = {"高校科研院所": 2.4, "医院": 1.0, "大型药企": 1.4, "上市生物科技": 1.2, "经销商": 0.0}.get(
        who.kind, 0.5
    )
    return [
        {
            "文献编号": f"WX-{who.number:04d}-{n + 1}",
            "客户编号": who.id,
            "见刊日期": iso(AS_OF - timedelta(days=draw.whole(10, 900))),
        }
        for n in range(draw.count(mean * who.liking))
    ]


def account_rows(who: Party) -> list[Row]:
    """Listed biotechs publish; most spend more than they take in."""
    if who.kind != "上市生物科技":
        return []
    draw = who.draw
    spent = draw.around(1.2e8, 0.5) * (1 if draw.chance(0.8) else -0.4)
    return [
        {
            "客户编号": who.id,
            "会计年度截止日": f"{year}-12-31",
            "货币资金": money(round(abs(spent) * draw.around(2.2, 0.6), -4)),
            "经营活动现金流量净额": money(round(-spent * draw.between(0.85, 1.15), -4)),
        }
        for year in (2024, 2025)
    ]


def activity_rows(who: Party) -> list[Row]:
    draw, rows = who.draw, []
    mean = (9 if who.strong else 4.2) * (0.2 if who.fading else 0.5 + who.liking)
    for n in range(draw.count(mean)):
        rows.append({
            "记录编号": f"HD-{who.number:04d}-{n + 1}", "客户编号": who.id, "跟进时间": iso(working_day(AS_OF - timedelta(days=draw.whole(4, 700)))),
            "跟进类型": draw.pick(拜访=0.42, 电话=0.2, 技术交流=0.18, 培训=0.1, 反馈=0.06, 节日问候=0.04),
        })  # fmt: skip
    return rows
