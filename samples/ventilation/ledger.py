# SPDX-License-Identifier: Apache-2.0
"""A customer of the sample as the rows that the seller's systems export, with their own headers and gaps."""

from __future__ import annotations

from datetime import timedelta

from common.draw import credit_code, iso, money, working_day
from common.files import Row
from trade import Buyer
from world import AS_OF, FIRST, PLACES, SECOND, revenue

WORDS = {
    "factory_owner": "工厂业主", "public_body": "公共机构", "mep_contractor": "机电分包", "general_contractor": "总包", "dealer": "经销商",
    "developer": "房地产开发商", "household": "家庭",
}  # fmt: skip
NAMES = {
    "factory_owner": "制造有限公司", "public_body": "实验医院", "mep_contractor": "机电安装有限公司", "general_contractor": "建设工程有限公司",
    "dealer": "暖通设备商行", "developer": "置业有限公司", "household": "住户",
}  # fmt: skip


def customer_row(who: Buyer, names: set[str]) -> Row:
    draw, role, content = who.draw, who.segment.name, who.liking
    person, weak = role == "household", role in ("developer", "general_contractor")
    region, place = draw.one(PLACES)
    while True:
        title = f"{place}{draw.one(FIRST)}{draw.one(SECOND)}{NAMES[role]}"
        if title not in names:
            names.add(title)
            break
    size = (
        draw.pick(Large=0.28, Medium=0.36, Small=0.28, Micro=0.08)
        if role != "dealer"
        else draw.pick(Medium=0.1, Small=0.5, Micro=0.4)
    )
    turnover = round(
        draw.around({"Large": 9e8, "Medium": 1.2e8, "Small": 2.5e7, "Micro": 4e6}[size], 0.5), -4
    )
    checked = not draw.chance(0.07)
    abnormal = draw.pick(无=0.9, 已移出=0.06, 列入=0.04)
    lawsuit = (
        draw.pick(none=0.55, small=0.15, mid=0.15, big=0.1, huge=0.05)
        if weak
        else draw.pick(none=0.82, small=0.09, mid=0.06, big=0.02, huge=0.01)
    )
    claim = (
        {"none": 0.0, "small": 0.004, "mid": 0.03, "big": 0.11, "huge": 0.35}[lawsuit]
        * turnover
        * draw.between(0.7, 1.3)
    )
    status = (
        draw.pick(framework=0.35, shortlist=0.65)
        if who.frame
        else draw.pick(tender=0.45, none=0.35, shortlist=0.2)
    )
    bought = revenue(who)
    slip = {"none": draw.between(0, 0.008), "small": draw.between(0.012, 0.028), "mid": draw.between(0.035, 0.09),
            "wide": draw.between(0.12, 0.4)}[draw.pick(none=0.74, small=0.13, mid=0.09, wide=0.04)]  # fmt: skip
    ruled = role in ("factory_owner", "public_body")
    intent = draw.pick(
        signed=0.22 * content**4,
        written=0.4 * content**2,
        oral=0.3,
        none=0.17,
        refused=0.13 * (1 - content) ** 2,
        asked=0.13,
    )
    holds = draw.pick(否=0.82, 是=0.18) if not person else "是"
    return {
        "Account ID": who.id,
        "客户名称": title,
        "Search name": f"Sample {role.replace('_', ' ').title()} {who.number}",
        "统一社会信用代码": "" if person else draw.blank(0.03, credit_code(2000 + who.number, "12" if role == "public_body" else "91")),
        "Register match": draw.blank(0.05, "no" if draw.chance(0.02) else "yes"),
        "Company status": "" if person else draw.pick(清算=0.05, 停业=0.07, 注销=0.02, 存续=0.86) if role == "developer" else draw.pick(停业=0.015, 存续=0.985),
        "成立日期": "" if person else draw.blank(0.06, iso(who.since - timedelta(days=draw.whole(200, 6000)))),
        "客户类型": "个人" if person else "机构" if role == "public_body" else "企业",
        "Role in trade": draw.blank(0.02, WORDS[role]),
        "所属行业": draw.blank(0.05, {"factory_owner": "制造业", "public_body": "医疗教育", "dealer": "批发零售", "household": "居民"}.get(role, "建筑业")),
        "地区": region,
        "城市": place,
        "Company size": "" if person else draw.blank(0.05, size),
        "年营业收入": "" if person else draw.blank(0.2, money(turnover)),
        "Customer since": draw.blank(0.06, iso(who.since)),
        "Need fit": draw.blank(0.08, str(min(5, max(1, round(draw.normal(1.9 + 2.8 * content, 0.6)))))),
        "Category spend": draw.blank(0.25, money(round(bought / min(0.95, max(0.04, draw.normal(0.12 + 0.45 * content, 0.15))), -2))) if bought else money(round(draw.around(160_000, 0.5), -2)),
        "口碑": draw.blank(0.25, draw.pick(良好=0.8 * content, 一般=0.4, 有争议=0.15 * (1.2 - content), 差=0.1 * (1.2 - content))),
        "Supplier status": status if not draw.chance(0.06) else "unknown",
        "End users on file": ("yes" if draw.chance(0.3 + 0.4 * content) else "no") if not draw.chance(0.05) else "",
        "Regulation driven": ("yes" if draw.chance(0.4 if ruled else 0.15) else "no") if not draw.chance(0.12) else "not asked",
        "Relationship holder": draw.blank(0.05, draw.pick(team=0.35 + 0.4 * content, 核心员工=0.28, founder=0.14)),
        "联系人数": draw.blank(0.1, str(draw.whole(1, 6) if not person else 1)),
        "Framework": "是" if status == "framework" and draw.chance(0.8) else "否",
        "Co-development": "是" if who.frame and draw.chance(0.12) else "否",
        "续约意向": "未询问" if intent == "asked" else {"signed": "已签", "written": "书面", "oral": "口头", "none": "未表态", "refused": "拒绝"}[intent],
        "Deal type": draw.pick(**{"": 0.9, "股权转让": 0.07, "合并": 0.03}),
        "查询日期": iso(AS_OF - timedelta(days=draw.whole(3, 28) if draw.chance(0.7) else draw.whole(32, 140))) if checked else "",
        "失信被执行人": ("是" if draw.chance(0.1 if role == "developer" else 0.012) else "否") if checked else "未查",
        "经营异常": ("" if person else abnormal) if checked else "未查",
        "移出日期": iso(AS_OF - timedelta(days=draw.whole(60, 900))) if checked and abnormal == "已移出" and not person else "",
        "严重违法": ("是" if draw.chance(0.02 if weak else 0.006) else "否") if checked else "未查",
        "是否涉诉": ("是" if claim else "否") if checked else "未查",
        "涉诉金额": money(round(claim, -2)) if claim and checked else "",
        "Dispute": "yes" if draw.chance(0.13 * (1 - content) + 0.005) else "no",
        "含个人信息": draw.blank(0.05, holds),
        "Anonymized": "yes" if holds == "是" and draw.chance(0.15) else "",
        "Privacy notice sent": ("yes" if draw.chance(0.6) else "no") if holds == "是" else "",
        "单独同意": draw.pick(已取得=0.45, 计划中=0.3, 无=0.25) if holds == "是" else "",
        "Credit rating": draw.pick(AA=0.3, A=0.3, BBB=0.25, CCC=0.1, D=0.05) if draw.chance(0.35) else "",
        "Current ratio": "" if person else draw.blank(0.4, f"{max(0.3, draw.normal(1.1 + 0.9 * content, 0.4)):.2f}"),
        "资产负债率": "" if person else draw.blank(0.4, f"{min(0.97, max(0.12, draw.normal(0.82 if role == 'developer' else 0.58, 0.12))):.0%}"),
        "Payment terms": str(who.terms),
        "CRM revenue": money(bought) if bought else "",
        "Invoiced revenue": money(bought * (1 - slip * 0.5)) if bought else "",
        "Bank receipts": draw.blank(0.08, money(bought * (1 - slip))) if bought else "",
        "Last modified date": iso(AS_OF - timedelta(days=draw.whole(2, 90) if draw.chance(0.35 + 0.4 * content) else draw.whole(91, 520))),
    }  # fmt: skip


def quote_rows(who: Buyer) -> list[Row]:
    return [
        {"Deal ID": f"Q{who.number:04d}-{n}", "Account ID": who.id, "Create Date": iso(p.quoted), "Status": {"Won": "赢单", "Lost": "丢单", "Open": "跟进中"}[p.outcome],
         "Amount": money(p.amount), "Closed Date": iso(p.awarded) if p.outcome == "Won" else ""}
        for n, p in enumerate(who.projects, 1)
    ]  # fmt: skip


def project_rows(who: Buyer) -> list[Row]:
    return [
        {
            "Project No": f"P{who.number:04d}-{n}", "Account ID": who.id, "中标日期": iso(p.awarded), "Contract amount": money(p.amount),
            "Project status": "closed" if p.returned else "已验收" if (AS_OF - p.awarded).days > 300 else "in progress",
            "质保金": money(p.retention) if p.retention else "", "质保到期日": iso(p.retention_due) if p.retention else "", "质保金退还日期": iso(p.returned),
        }
        for n, p in enumerate(who.projects, 1) if p.awarded
    ]  # fmt: skip


def milestone_rows(who: Buyer) -> list[Row]:
    return [
        {"Milestone id": f"M{who.number:04d}-{n}-{k}", "Account ID": who.id, "Project No": f"P{who.number:04d}-{n}", "Milestone": kind,
         "Due on": iso(planned), "Reached on": iso(accepted)}
        for n, p in enumerate(who.projects, 1) for k, (kind, planned, accepted) in enumerate(p.milestones, 1)
    ]  # fmt: skip


def plant_rows(who: Buyer) -> list[Row]:
    """One row a batch; some of the oldest has been taken out."""
    return [
        {"Asset ID": f"A{who.number:04d}-{n}", "Account ID": who.id, "InstallDate": iso(day), "台数": str(units), "质保截止": iso(end),
         "停用日期": iso(day + timedelta(days=3800)) if (AS_OF - day).days > 4000 and who.draw.chance(0.4) else ""}
        for n, (day, units, end) in enumerate(who.plant, 1)
    ]  # fmt: skip


def order_rows(who: Buyer) -> list[Row]:
    known = not who.draw.chance(0.03)
    return [
        {
            "Order No": f"SO{who.number:04d}-{n:03d}", "Account ID": who.id, "Order Date": iso(o["day"]), "Amount": money(o["amount"]),
            "COGS": money(o["cost"]) if o["cost"] is not None else "", "Selling cost": money(o["selling"]), "Cost to serve": money(o["service"]),
            "Kind of business": o["kind"] if known else "", "Sales Channel": who.direct, "Status": o["status"], "Warehouse": f"W{1 + who.number % 2}",
        }
        for n, o in enumerate(who.orders, 1)
    ]  # fmt: skip


def contract_rows(who: Buyer) -> list[Row]:
    """One for each project in three of four, running eighteen months; maintenance by the year, renewed by liking."""
    draw, rows, role = who.draw, [], who.segment.name
    clause = draw.pick(可自由转让=0.12, 通知即可=0.2, 须经同意=0.3, 未约定=0.26, 禁止转让=0.06, 未审阅=0.06)
    back = {"general_contractor": 0.42, "mep_contractor": 0.3, "developer": 0.15}.get(role, 0.02)
    pays = draw.pick(是=back, 否=0.92 - back, 未审阅=0.08)
    control = draw.pick(是=0.06, 否=0.86, 未审阅=0.08)
    consent = "是" if draw.chance(0.15 + 0.45 * who.liking) else "否"

    def add(
        kind: str, signed: str, end: str, amount: float, due: str = "", outcome: str = "", advance: str = ""
    ) -> None:
        rows.append({
            "合同编号": f"HT{who.number:04d}-{len(rows) + 1}", "客户编号": who.id, "签订日期": signed, "到期日期": end, "合同金额": money(amount), "合同类型": kind,
            "应续约日期": due, "续约结果": outcome, "预付比例": advance, "转让条款": clause, "控制权变更": control, "背靠背": pays, "对方同意": consent,
        })  # fmt: skip

    for project in who.projects:
        if project.awarded and draw.chance(0.75):
            add("工程合同", iso(project.awarded), iso(project.awarded + timedelta(days=draw.one((365, 540, 720)))), project.amount,
                advance=draw.blank(0.05, f"{project.advance:.0%}"))  # fmt: skip
    if who.served and who.plant:
        start = AS_OF - timedelta(days=draw.whole(700, 1090))
        while start <= AS_OF:
            end = start + timedelta(days=draw.one((365, 365, 730)))
            won = draw.chance(0.45 + 0.52 * who.liking)
            ended = end <= AS_OF
            add(
                "维保合同",
                iso(start),
                iso(end),
                draw.around(30_000, 0.5),
                iso(end),
                ("已续约" if won else "未续约") if ended else "",
            )
            if ended and not won:
                break
            start = end + timedelta(days=1)
    return rows


def invoice_rows(who: Buyer) -> list[Row]:
    return [
        {
            "发票号码": f"{who.number:04d}{n:05d}", "客户编号": who.id, "开票日期": iso(i["day"]), "到期日": iso(i["due"]), "价税合计": money(i["gross"]),
            "回款日期": iso(i["paid_on"]), "回款金额": money(i["paid"]),
        }
        for n, i in enumerate(who.invoices, 1)
    ]  # fmt: skip


def payment_rows(who: Buyer) -> list[Row]:
    draw = who.draw
    bills = {"developer": 0.5, "general_contractor": 0.3, "mep_contractor": 0.12}.get(who.segment.name, 0.02)
    bills = bills if draw.chance(0.6) else 0.0
    return [
        {
            "Receipt No": f"SK{who.number:04d}{n:04d}", "客户编号": who.id, "Payment Date": iso(i["paid_on"]), "Payment Amount": money(i["paid"]),
            "Payment method": draw.pick(**{"wire": 0.8 - bills * 0.8, "bank acceptance": 0.2 - bills * 0.2, "commercial acceptance": bills}),
        }
        for n, i in enumerate(who.invoices, 1) if i["paid_on"] and i["paid"] and i["paid_on"] <= AS_OF
    ]  # fmt: skip


def ticket_rows(who: Buyer) -> list[Row]:
    """Warranty calls by units in warranty, repairs by older ones; slower where the customer is less content."""
    draw, rows = who.draw, []
    lasting = sum(units for _, units, end in who.plant if end > AS_OF - timedelta(days=365))
    old = sum(units for _, units, end in who.plant if end <= AS_OF)
    calls = [("报修", True, draw.count(min(6, lasting * draw.one((0.0, 0.008, 0.02, 0.05, 0.09))))), ("Breakdown", False, draw.count(min(5, 0.03 * old))),
             ("Maintenance", False, 4 if who.served else 0), ("技术支持", False, draw.count(0.4))]  # fmt: skip
    for kind, warranty, count in calls:
        for _ in range(count):
            opened = working_day(AS_OF - timedelta(days=draw.whole(2, 360)))
            hours = draw.around(5 + 22 * (1 - who.liking), 0.8)
            still = (AS_OF - opened).days < 12
            rows.append({
                "Ticket id": f"T{who.number:04d}-{len(rows) + 1}", "Account ID": who.id, "Created Time": iso(opened), "Ticket type": kind, "保内": "是" if warranty else "否",
                "First response hours": "" if still and draw.chance(0.3) else f"{hours:.1f}", "Ticket status": "Working" if still else "Closed", "Closed on": "" if still else iso(opened + timedelta(days=draw.whole(1, 9))),
            })  # fmt: skip
    return rows


def complaint_rows(who: Buyer) -> list[Row]:
    draw, rows = who.draw, []
    for number in range(draw.count(0.15 * len(who.projects) * (1.1 - who.liking) ** 1.5)):
        opened = working_day(AS_OF - timedelta(days=draw.whole(2, 700)))
        closed = opened + timedelta(days=round(draw.around(6 + 16 * (1 - who.liking), 0.8)))
        still = closed > AS_OF or draw.chance(0.05)
        rows.append({
            "Case Number": f"C{who.number:04d}-{number + 1}", "Account ID": who.id, "CreatedDate": iso(opened), "Priority": draw.pick(Low=0.5, Medium=0.35, High=0.15),
            "Reason": draw.pick(noise=0.3, airflow=0.25, delay=0.25, quality=0.2), "First response hours": f"{draw.around(6 + 34 * (1 - who.liking), 1.0):.1f}",
            "ClosedDate": "" if still else iso(closed), "Case Status": "Working" if still else "Closed",
        })  # fmt: skip
    return rows


def survey_rows(who: Buyer) -> list[Row]:
    draw, rows = who.draw, []
    if not draw.chance(0.66):
        return []
    for number in range(draw.whole(1, 5)):
        rows.append({
            "Response ID": f"S{who.number:04d}-{number + 1}", "Account ID": who.id, "Response date": iso(AS_OF - timedelta(days=draw.whole(10, 800))),
            "CSAT": str(min(5, max(1, round(draw.normal(1.6 + 3.4 * who.liking, 0.7))))),
            "NPS": draw.blank(0.1, str(min(10, max(0, round(draw.normal(1.5 + 8.6 * who.liking, 1.3)))))),
        })  # fmt: skip
    return rows


def activity_rows(who: Buyer) -> list[Row]:
    draw, rows = who.draw, []
    for number in range(draw.count(1.5 * draw.between(*who.segment.visits))):
        rows.append({
            "Activity ID": f"H{who.number:04d}-{number + 1}", "Account ID": who.id, "Activity Date": iso(working_day(AS_OF - timedelta(days=draw.whole(4, 548)))),
            "Activity Type": draw.pick(拜访=0.5, Call=0.22, 技术交流=0.13, 培训=0.06, 建议=0.05, 节日问候=0.04),
        })  # fmt: skip
    return rows


def referral_rows(who: Buyer) -> list[Row]:
    draw = who.draw
    return [
        {"Referral ID": f"R{who.number:04d}-{n + 1}", "Referrer ID": who.id, "Referral date": iso(AS_OF - timedelta(days=draw.whole(20, 900))),
         "Referral revenue": draw.blank(0.3, money(draw.around(180_000, 0.7)))}
        for n in range(draw.count(1.5 * max(0.0, who.liking - 0.5)))
    ]  # fmt: skip
