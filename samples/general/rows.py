# SPDX-License-Identifier: Apache-2.0
"""A customer of the sample as the rows that a seller's systems would export, with their own headers and gaps."""

from __future__ import annotations

from datetime import date, timedelta

from common.draw import Draw, credit_code, iso, money, working_day
from world import (
    AS_OF,
    FIRST,
    PLACES,
    SECOND,
    SEED,
    SPEND,
    START,
    TOP,
    TRADES,
    Customer,
    Row,
    recent,
    revenue,
)


def customer_row(who: Customer, names: set[str]) -> Row:
    draw, name = who.draw, who.segment.name
    top, strong = name in TOP, name in (*TOP, "growing")
    kind = (
        "机构"
        if draw.chance(0.05)
        else "境外"
        if draw.chance(0.04)
        else "个人"
        if not strong and draw.chance(0.02)
        else "企业"
    )
    region, place = draw.one(PLACES)
    trade, suffix = draw.one(TRADES)
    while True:
        word = draw.one(FIRST) + draw.one(SECOND)
        title = {
            "企业": f"{place}{word}{suffix}", "机构": f"{place}{word}研究院",
            "境外": f"{word}海外贸易（样例）", "个人": f"{place}{word}五金店",
        }[kind]  # fmt: skip
        if title not in names:
            names.add(title)
            break
    size = (
        draw.pick(大型=0.5, 中型=0.4, 小型=0.1)
        if top
        else draw.pick(大型=0.1, 中型=0.35, 小型=0.42, 微型=0.13)
    )
    heads = round(draw.around({"大型": 1500, "中型": 320, "小型": 70, "微型": 9}[size], 0.4))
    turnover = round(heads * draw.around(700_000, 0.4), -4)
    bought = revenue(who)
    orders_12m = sum(1 for o in recent(who.orders) if o["status"] != "cancelled")
    hope = draw.between(0.15, 0.8) if name == "shrinking" else draw.around(0.5 + 0.52 * who.liking, 0.25)
    expected = orders_12m * hope if orders_12m else draw.whole(0, 4)
    if name in ("shrinking", "dormant") and draw.chance(0.15):
        expected = 0
    wallet = min(
        0.95,
        max(
            0.03,
            draw.normal({"key": 0.5, "call-off": 0.6, "growing": 0.32, "steady": 0.3}.get(name, 0.15), 0.18),
        ),
    )
    net = sum(i["net"] for i in recent(who.invoices))
    fault = draw.pick(none=0.72, small=0.14, middle=0.1, wide=0.04)
    slip = {"none": draw.between(0, 0.008), "small": draw.between(0.012, 0.028), "middle": draw.between(0.035, 0.09),
            "wide": draw.between(0.12, 0.4)}[fault]  # fmt: skip
    checked = not draw.chance(0.08)
    abnormal = draw.pick(无=0.9, 已移出=0.07, 列入=0.03)
    lawsuit = draw.pick(无=0.78, 小=0.1, 中=0.07, 大=0.03, 危=0.02)
    claim = (
        {"无": 0.0, "小": 0.004, "中": 0.03, "大": 0.11, "危": 0.35}[lawsuit]
        * turnover
        * draw.between(0.7, 1.3)
    )
    intent = draw.pick(
        已签=0.2 * who.liking**4,
        书面=0.4 * who.liking**2,
        口头=0.3,
        无=0.16,
        拒绝=0.16 * (1 - who.liking) ** 2,
        未询问=0.14,
    )
    deal = draw.pick(股权转让=0.1, 合并=0.04, **{"": 0.86})
    holds = (
        draw.pick(否=0.8, 是=0.2 + 0.8 * (deal == "合并"))
        if kind == "企业"
        else "是"
        if kind == "个人"
        else "否"
    )
    consent = draw.pick(已取得=0.45, 计划中=0.3, 无=0.25)
    founded = date(min(who.since.year, 2024) - draw.whole(0, 16), draw.whole(1, 12), draw.whole(1, 28))
    if name == "new" and draw.chance(0.25):
        founded = who.since - timedelta(days=draw.whole(10, 120))
    since = iso(who.since) if name != "prospect" else ""
    return {
        "客户编号": who.id,
        "客户名称": title,
        "英文名称": f"Sample {trade_name(trade)} {who.number}",
        "统一社会信用代码": "" if kind in ("境外", "个人") else draw.blank(0.03, credit_code(who.number, "12" if kind == "机构" else "91")),
        "境外注册号": f"XX-{who.number:06d}" if kind == "境外" else "",
        "工商核验": draw.blank(0.03 if strong else 0.1, "否" if draw.chance(0.03) else "是"),
        "经营状态": draw.pick(注销=0.06, 吊销=0.03, 清算=0.05, 停业=0.1, 存续=0.76) if name == "dormant"
        else draw.pick(清算=0.04, 停业=0.04, 存续=0.92) if name == "shrinking" else draw.blank(0.02, "存续"),
        "成立日期": draw.blank(0.06, iso(founded)),
        "客户类型": draw.blank(0.03, kind),
        "所属行业": draw.blank(0.03, trade),
        "区域": region,
        "城市": place,
        "企业规模": draw.blank(0.06, size),
        "员工人数": draw.blank(0.15, str(heads)),
        "年营业收入": draw.blank(0.18, money(turnover)),
        "客户来源": draw.pick(转介绍=0.25, 主动开发=0.3, 展会=0.2, 官网=0.15, 投标=0.1),
        "客户经理": f"销售{draw.one('一二三四')}部",
        "首次合作日期": draw.blank(0.08, since),
        "客户等级": draw.pick(A=0.6, B=0.4) if top else draw.pick(A=0.1, B=0.4, C=0.5),
        "需求匹配度": draw.blank(0.06, str(min(5, max(1, round(draw.normal(1.9 + 2.8 * who.liking, 0.6)))))),
        "预计订单数": draw.blank(0.12, str(round(expected))),
        "年采购预算": draw.blank(0.15, money(round(bought / wallet, -2)) if bought else money(round(draw.around(120_000, 0.6), -2))),
        "口碑": draw.blank(0.2, draw.pick(良好=0.9 * who.liking, 一般=0.35, 有争议=0.12 * (1.2 - who.liking), 差=0.07 * (1.2 - who.liking))),
        "关系归属": draw.blank(0.04, draw.pick(团队=0.75, 关键员工=0.2, 创始人=0.05) if strong else draw.pick(团队=0.5, 关键员工=0.33, 创始人=0.17)),
        "联系人数": draw.blank(0.12, str(draw.whole(2, 7) if strong else draw.whole(1, 4))),
        "框架协议": draw.blank(0.02, "是" if draw.chance(0.75 if top else 0.15) else "否"),
        "联合开发": draw.blank(0.02, "是" if draw.chance(0.4 if top else 0.05) else "否"),
        "续约意向": intent,
        "转让方式": deal,
        "查询日期": iso(AS_OF - timedelta(days=draw.whole(3, 28) if draw.chance(0.7) else draw.whole(32, 140))) if checked else "",
        "是否失信": ("是" if draw.chance(0.05 if name in ("dormant", "shrinking") else 0.015) else "否") if checked else "未查",
        "经营异常": abnormal if checked else "未查",
        "移出日期": iso(AS_OF - timedelta(days=draw.whole(60, 900))) if checked and abnormal == "已移出" else "",
        "严重违法": ("是" if draw.chance(0.03 if name == "dormant" else 0.012) else "否") if checked else "未查",
        "是否涉诉": ("是" if claim else "否") if checked else "未查",
        "涉诉金额": money(round(claim, -2)) if claim and checked else "",
        "与我方纠纷": draw.blank(0.03, "是" if draw.chance(0.1 * (1 - who.liking) + 0.005) else "无"),
        "是否含个人信息": draw.blank(0.04, holds),
        "是否匿名化": "是" if holds == "是" and draw.chance(0.15) else "",
        "已告知": ("是" if draw.chance(0.5) else "否") if holds == "是" else "",
        "单独同意": consent if holds == "是" else "",
        "信用评级": draw.pick(AA=0.5, A=0.3, BBB=0.2) if strong and draw.chance(0.7)
        else draw.pick(A=0.3, BBB=0.4, CCC=0.2, D=0.1) if draw.chance(0.3) else "",
        "流动比率": draw.blank(0.45, f"{max(0.3, draw.normal(1.2 + 0.9 * who.liking, 0.45)):.2f}"),
        "资产负债率": draw.blank(0.45, f"{min(0.97, max(0.1, draw.normal(0.66 - 0.25 * who.liking, 0.14))):.0%}"),
        "账期": str(who.terms),
        "CRM收入": money(bought) if bought else "",
        "开票收入": money(bought * (1 - slip * (0.5 if net else 0))) if bought else "",
        "银行回款": draw.blank(0.1, money(bought * (1 - slip))) if bought else "",
        "更新时间": iso(AS_OF - timedelta(days=draw.whole(2, 90) if draw.chance(0.85 if strong else 0.4) else draw.whole(91, 520))),
        "出让方关联方": "否",
        "期后退货金额": "0.00",
        "准入状态": vendor_status(who),
        "备用字段": "",
    }  # fmt: skip


def vendor_status(who: Customer) -> str:
    """Our standing on the customer's list of suppliers; drawn apart, so that other facts of the customer stay as they were."""
    draw = Draw("vendor status", who.id)
    if who.segment.name in TOP:
        return draw.blank(0.1, draw.pick(框架供应商=0.5, 合格供方=0.35, 询价=0.15))
    return draw.blank(0.3, draw.pick(框架供应商=0.04, 合格供方=0.16, 询价=0.5, 未入围=0.3))


# Customers with a story, so that each veto takes a rank from somebody who would otherwise have it, and each finding holds
# for somebody; told in the README.
STORIES: dict[str, Row] = {
    "C0005": {"工商核验": ""},
    "C0008": {"是否失信": "是", "查询日期": "2026-06-12"},
    "C0012": {"续约意向": "拒绝"},
    "C0032": {"严重违法": "是", "查询日期": "2026-06-12"},
    "C0136": {"经营状态": "清算"},
    "C0139": {"关系归属": "创始人"},
    "C0149": {"出让方关联方": "是"},
    "C0151": {"期后退货金额": "18000.00"},
    "C0156": {"开票收入": "", "银行回款": ""},
}


def trade_name(trade: str) -> str:
    names = (
        "Machinery",
        "Auto Parts",
        "Electronics",
        "Metalworks",
        "Foods",
        "Building Materials",
        "Rail",
        "Chemicals",
    )
    return dict(zip((t for t, _ in TRADES), names, strict=True))[trade]


def contract_rows(who: Customer) -> list[Row]:
    """Key accounts nearly all have contracts, others one in two; yearly ones were renewed or not, by liking."""
    draw, rows = who.draw, []
    chance = {
        "key": 0.95,
        "call-off": 1.0,
        "growing": 0.7,
        "steady": 0.55,
        "shrinking": 0.45,
        "dormant": 0.3,
        "new": 0.5,
    }.get(who.segment.name, 0)
    if not draw.chance(chance):
        return []
    clause = draw.pick(可自由转让=0.14, 通知即可=0.2, 须经同意=0.26, 未约定=0.28, 禁止转让=0.07, 未审阅=0.05)
    control = draw.pick(是=0.12, 否=0.76, 未审阅=0.12)
    years = int(draw.pick(**{"1": 0.5, "2": 0.25, "3": 0.25}))
    amount = max(20_000, round(revenue(who) * draw.between(0.7, 1.2), -3))
    lasting = draw.chance(0.06)
    start = max(START - timedelta(days=200), who.since) + timedelta(days=draw.whole(0, 200))
    number = 0
    while start <= min(AS_OF, who.stop):
        number += 1
        end = date(start.year + years, start.month, min(start.day, 28)) - timedelta(days=1)
        due = end if end <= AS_OF else None
        won = due and end < who.stop and draw.chance(0.45 + 0.55 * who.liking)
        rows.append({
            "合同编号": f"HT-{who.number:04d}-{number}", "客户编号": who.id, "签订日期": iso(working_day(start)), "生效日期": iso(start),
            "合同到期日": "" if lasting else iso(end), "是否无固定期限": "是" if lasting else "否", "合同金额": money(amount * years),
            "合同类型": "框架合同" if who.segment.name in TOP else draw.pick(年度框架=0.3, 购销合同=0.6, 维保合同=0.1),
            "应续约日期": "" if lasting else iso(end),
            "续约情况": "" if lasting or not due else "已续约" if won else "未续约",
            "转让条款": clause, "控制权变更": control,
            "对方同意": "是" if draw.chance(0.3 * who.liking + (0.3 if who.segment.name in TOP else 0)) else "否",
        })  # fmt: skip
        if lasting or (due and not won):
            break
        start = end + timedelta(days=1)
    return rows


def invoice_rows(who: Customer) -> list[Row]:
    """The seller handed over two years of invoices, and older ones that are still open."""
    return [
        {
            "发票号码": f"{who.number:04d}{n:05d}", "客户编号": who.id, "开票日期": iso(i["day"]), "到期日": iso(i["due"]),
            "价税合计": money(i["gross"]), "不含税金额": money(i["net"]), "回款日期": iso(i["paid_on"]), "回款金额": money(i["paid"]),
        }
        for n, i in enumerate(who.invoices, 1)
        if i["day"] > date(2024, 6, 30) or i["paid"] < i["gross"]
    ]  # fmt: skip


def receivable_row(who: Customer, cut: date) -> Row | None:
    """What the invoices leave open on the cut-off date, by days past due; customers long without a balance are not listed."""
    open_items = []
    for item in who.invoices:
        paid = item["paid"] if item["paid_on"] and item["paid_on"] <= cut else 0.0
        if item["day"] <= cut and round(item["gross"] - paid, 2) > 0:
            open_items.append((item["due"], round(item["gross"] - paid, 2)))
    if not open_items and not (who.invoices and (cut - who.invoices[-1]["day"]).days < 300):
        return None
    ages = [0.0] * 6
    for due, amount in open_items:
        late = (cut - due).days
        ages[
            0
            if late <= 0
            else 1
            if late <= 30
            else 2
            if late <= 60
            else 3
            if late <= 90
            else 4
            if late <= 365
            else 5
        ] += amount
    balance = sum(ages)
    allowance = sum(a * rate for a, rate in zip(ages, (0.005, 0.02, 0.05, 0.1, 0.2, 0.6), strict=True))
    headers = ("未到期", "1-30天", "31-60天", "61-90天", "91-365天", "365天以上")
    return {
        "客户编号": who.id, "截止日期": iso(cut), "应收账款余额": money(balance), "逾期金额": money(balance - ages[0]),
        "最早到期日": iso(min((due for due, _ in open_items), default=None)),
        **{header: money(age) for header, age in zip(headers, ages, strict=True)}, "坏账准备": money(allowance),
    }  # fmt: skip


def complaint_rows(who: Customer) -> list[Row]:
    """Poisson; the less content the customer, the more complaints an order and the longer the first answer took."""
    draw, rows = who.draw, []
    last_two = [o for o in who.orders if o["day"] > date(2024, 6, 30)]
    for n in range(draw.count(len(last_two) * (0.008 + 0.28 * (1 - who.liking) ** 2.2))):
        opened = min(AS_OF, draw.one(last_two)["day"] + timedelta(days=draw.whole(2, 30)))
        hours = round(draw.around(4 + 40 * (1 - who.liking), 0.9), 1)
        still = (AS_OF - opened).days < 25
        rows.append({
            "工单编号": f"TS-{who.number:04d}-{n + 1}", "客户编号": who.id, "投诉时间": iso(opened),
            "严重程度": draw.pick(一般=0.6, 较重=0.3, 严重=0.1), "投诉原因": draw.pick(质量=0.4, 交期=0.35, 发错货=0.15, 服务=0.1),
            "响应时长": "" if still and draw.chance(0.5) else f"{hours}",
            "结案日期": "" if still else iso(min(AS_OF, opened + timedelta(days=draw.whole(1, 30)))),
            "处理状态": "处理中" if still else "已关闭",
        })  # fmt: skip
    return rows


def survey_rows(who: Customer) -> list[Row]:
    """Half to three quarters answer; marks follow liking with noise."""
    draw, effort, rows = who.draw, Draw("effort", who.id), []
    if who.segment.name == "prospect" or not draw.chance(0.85 if who.segment.name in TOP else 0.62):
        return []
    for n in range(draw.whole(3, 9) if who.segment.name in TOP else draw.whole(1, 4)):
        day = AS_OF - timedelta(days=draw.whole(10, 900))
        csat = min(5, max(1, round(draw.normal(1.6 + 3.4 * who.liking, 0.7))))
        nps = min(10, max(0, round(draw.normal(1.5 + 8.6 * who.liking, 1.3))))
        ease = min(7, max(1, round(effort.normal(1.6 + 5.2 * who.liking, 1.0))))
        rows.append({
            "Response ID": f"S-{who.number:04d}-{n + 1}", "Account ID": who.id, "Response date": iso(day), "CSAT": str(csat),
            "NPS": draw.blank(0.1, str(nps)), "CES": effort.blank(0.2, str(ease)), "Comment": draw.pick(**{"": 0.9, "交货及时，服务好": 0.05, "希望缩短交期": 0.05}),
        })  # fmt: skip
    return rows


def activity_rows(who: Customer) -> list[Row]:
    """Poisson a year and a half back, by what the segment is worth to the sales team."""
    draw, rows = who.draw, []
    for n in range(draw.count(1.5 * draw.between(*who.segment.visits) * 1.35)):
        rows.append({
            "记录编号": f"HD-{who.number:04d}-{n + 1}", "客户编号": who.id,
            "跟进时间": iso(working_day(AS_OF - timedelta(days=draw.whole(4, 548)))),
            "跟进类型": draw.pick(拜访=0.45, 电话=0.24, 技术交流=0.12, 培训=0.07, 反馈=0.07, 节日问候=0.05),
            "我方人员": f"销售{draw.one('一二三四')}部", "高层会面": "是" if who.segment.name in TOP and draw.chance(0.25) else "否",
        })  # fmt: skip
    return rows


def referral_rows(who: Customer) -> list[Row]:
    draw, rows = who.draw, []
    mean = (
        0
        if who.segment.name in ("prospect", "dormant")
        else 1.5 * max(0, who.liking - 0.55) * (2.2 if who.segment.name in TOP else 1)
    )
    for n in range(draw.count(mean)):
        rows.append({
            "Referral ID": f"R-{who.number:04d}-{n + 1}", "Referrer ID": who.id, "Referral date": iso(AS_OF - timedelta(days=draw.whole(20, 900))),
            "Referee": f"潜在客户{draw.whole(1, 999):03d}", "Referral revenue": draw.blank(0.3, money(draw.around(25_000, 0.8))),
        })  # fmt: skip
    return rows


def contact_rows(who: Customer) -> list[Row]:
    """Only offices and roles, no names: one to five posts for one customer in two."""
    draw = who.draw
    if not draw.chance(0.5):
        return []
    posts = (
        ("采购经理", "决策人"),
        ("设备主管", "影响者"),
        ("仓库", "经办人"),
        ("财务", "财务"),
        ("生产厂长", "决策人"),
    )
    return [
        {
            "联系人编号": f"LX-{who.number:04d}-{n + 1}",
            "客户编号": who.id,
            "职务": post,
            "角色": role,
            "是否在职": "否" if draw.chance(0.08) else "是",
        }
        for n, (post, role) in enumerate(posts[: draw.whole(1, 5)])
    ]


def spend_rows() -> list[Row]:
    """What two years cost to win customers, a row a month, channel and kind, booked on the last day of the month."""
    rows = []
    for months in range(24):
        year, month = divmod(AS_OF.year * 12 + AS_OF.month - 1 - months, 12)
        last = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
        for channel, kind, span in SPEND:
            amount = Draw(SEED, f"spend/{last:%Y-%m}/{channel}/{kind}").between(*span)
            rows.append(
                {"入账日期": iso(last), "渠道": channel, "费用类别": kind, "不含税金额": money(amount)}
            )
    return rows


def order_rows(who: Customer) -> list[Row]:
    return [
        {
            "Order No": f"SO{o['day']:%y%m}-{who.number:04d}-{n:03d}", "Account ID": who.id, "Order Date": iso(o["day"]), "Net value": money(o["amount"]),
            "COGS": money(o["cost"]) if o["cost"] is not None else "", "Selling cost": money(o["selling"]), "Cost to serve": money(o["service"]),
            "Product": o["line"], "Sales Channel": o["channel"], "Order Status": o["status"], "Plant": f"P{1 + who.number % 3}",
        }
        for n, o in enumerate(who.orders, 1)
    ]  # fmt: skip
