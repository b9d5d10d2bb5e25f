# SPDX-License-Identifier: Apache-2.0
"""A couple of the sample as the rows that a studio's systems export, with Chinese headers and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from common.draw import Draw, iso, money
from common.files import Row
from common.party import AS_OF
from studio import ELSEWHERE, SEED, SOURCES, Couple


def customer_row(who: Couple) -> Row:
    draw, group = who.draw, who.group.name
    content = who.liking
    backlog = any(order.state == "进行中" and not order.shot for order in who.orders)
    child = group == "family" or any(order.session == "宝宝照" for order in who.orders)
    intent = draw.pick(
        已签协议=0.18 * content,
        书面确认=0.34 * content,
        口头承诺=0.3,
        未表态=0.2,
        拒绝=0.22 * (1 - content),
        未询问=0.14,
    )
    return {
        "客户编号": who.id,
        "客户姓名": f"客户{who.number:04d}",
        "联系电话": f"120{who.number:08d}",  # 120 starts no mobile number
        "性别": draw.pick(女=0.72, 男=0.28),
        "出生日期": draw.blank(0.2, f"{draw.whole(1990, 2003)}-{draw.whole(1, 12):02d}-{draw.whole(1, 28):02d}"),
        "客户类型": "个人",
        "客户来源": draw.blank(0.03, who.source),
        "居住地": draw.blank(0.03, draw.pick(本市=0.68, 周边城市=0.2, 外地=0.12)),
        "婚期": draw.blank(0.05, iso(who.wedding)),
        "手机可接通": draw.blank(0.03, "是" if draw.chance(0.93) else "否"),
        "微信好友": draw.blank(0.03, "是" if draw.chance(0.6 + 0.35 * content) else "否"),
        "后续意向": "未问" if draw.chance(0.14) else "是" if draw.chance(0.15 + 0.55 * content) else "否",
        "会员": draw.pick(活跃会员=0.1 + 0.3 * content, 沉睡会员=0.2, 无=0.4),
        "需求匹配度": draw.blank(0.15, str(min(5, max(1, round(draw.normal(2.2 + 2.6 * content, 0.7)))))),
        "关系归属": draw.blank(0.04, draw.pick(团队=0.68, 核心员工=0.24, 创始人=0.08)),
        "合作意愿": intent if backlog else "",
        "转让方式": draw.pick(**{"": 0.93, "股权转让": 0.04, "合并": 0.03}),
        "与我方纠纷": "是" if draw.chance(0.18 * (1 - content) ** 2) else "无",
        "已告知": "是" if draw.chance(0.5) else "否",
        "匿名化": "是" if group == "lead" and draw.chance(0.2) else "",
        "含儿童影像": "是" if child else "无",
        "人脸模板": draw.blank(0.04, "是" if draw.chance(0.05) else "否"),
        "影响评估": "是" if draw.chance(0.6) else "否",
        "更新时间": iso(AS_OF - timedelta(days=draw.whole(2, 90) if draw.chance(0.55) else draw.whole(91, 520))),
        "备注二": "",
    }  # fmt: skip


def order_rows(who: Couple) -> list[Row]:
    draw, rows = who.draw, []
    old_form = draw.chance(0.25)  # the old contract form with its void clauses
    for number, order in enumerate(who.orders, 1):
        cost, service = order.package * order.rate, order.amount * draw.between(0.05, 0.09)
        known = not draw.chance(0.04)
        waiting = order.state == "进行中" and not order.shot
        rows.append({
            "订单号": f"DD{who.number:04d}-{number}", "客户编号": who.id, "签单日期": iso(order.booked), "套系类别": order.session,
            "套系价格": money(order.package), "二消": money(order.upsell) if order.shot else "", "订单总价": money(order.amount),
            "成本": money(cost) if known else "", "佣金": money(order.amount * draw.between(0.04, 0.08)), "服务成本": money(service),
            "获客费用": money(order.acquisition), "剩余履约成本": money(cost + service) if waiting else "",
            "首款类型": draw.pick(定金=0.45, 订金=0.55), "已收款": money(order.paid), "档期": iso(order.shoot), "已拍日期": iso(order.shot),
            "应交付日期": iso(order.due), "取件日期": iso(order.delivered), "改档次数": str(order.reschedules),
            "退单申请": "是" if order.refund else "否", "概不退款条款": "是" if old_form else "否",
            "强制二消条款": "是" if old_form and draw.chance(0.4) else "未审阅" if draw.chance(0.03) else "否",
            "状态": order.state, "摄影师": f"{draw.one('甲乙丙丁')}组",
        })  # fmt: skip
    return rows


def spend_rows(couples: Sequence[Couple]) -> list[Row]:
    """The last two years month by month: what orders note by source, give or take what never became an order, and what belongs to
    no source."""
    rows = []
    for months in range(24):
        year, month = divmod(AS_OF.year * 12 + AS_OF.month - 1 - months, 12)
        name = f"{year}-{month + 1:02d}"
        last = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
        for source in SOURCES:
            draw = Draw(SEED, f"spend/{name}/{source}")
            noted = sum(
                order.acquisition
                for who in couples
                if who.source == source
                for order in who.orders
                if f"{order.booked:%Y-%m}" == name
            )
            if noted:
                kind = "推荐奖励" if source == "转介绍" else "展位费" if source == "婚博会" else "投放"
                amount = money(noted * draw.between(0.94, 1.16))
                rows.append({"入账日期": iso(last), "获客渠道": source, "费用科目": kind, "金额": amount})
        for kind, low, high in ELSEWHERE:
            amount = Draw(SEED, f"spend/{name}/{kind}").between(low, high)
            rows.append({"入账日期": iso(last), "获客渠道": "", "费用科目": kind, "金额": money(amount)})
    return rows


def lead_rows(who: Couple) -> list[Row]:
    """The first enquiry, on file for three in four; most of those who book do so within a month and a half."""
    draw = who.draw
    if not draw.chance(0.75):
        return []
    wait = round(draw.around(14, 0.9))
    booked = bool(who.orders)
    asked = who.first - timedelta(days=wait) if booked else who.first
    return [{
        "线索编号": f"XS{who.number:04d}", "客户编号": who.id, "创建时间": iso(asked), "线索状态": "成交" if booked else "跟进中",
        "转化日期": iso(who.first) if booked else "",
    }]  # fmt: skip


def payment_rows(who: Couple) -> list[Row]:
    """A first payment at booking, the rest on the day of the shoot or of delivery; some books leave a payment out or note less."""
    draw, rows = who.draw, []
    forgets, slip = draw.chance(0.06), draw.pick(none=0.88, small=0.07, middle=0.05)
    off = {"none": 0.0, "small": draw.between(0.012, 0.028), "middle": draw.between(0.04, 0.09)}[slip]
    for number, order in enumerate(who.orders, 1):
        whole = order.paid
        first = min(whole, round(order.package * 0.2, 2)) if order.shot else whole
        parts = [(order.booked, first)]
        if whole - first > 0.005:
            parts.append((order.delivered or order.shot or order.booked, round(whole - first, 2)))
        for part, (day, amount) in enumerate(parts, 1):
            if amount == 0 or (forgets and part == len(parts) and draw.chance(0.6)):
                continue
            rows.append({
                "收款单号": f"SK{who.number:04d}-{number}-{part}", "客户编号": who.id, "收款日期": iso(day), "收款金额": money(amount * (1 - off)),
                "收款方式": draw.pick(微信=0.5, 支付宝=0.2, 银行转账=0.2, 现金=0.1),
            })  # fmt: skip
    return rows


def activity_rows(who: Couple) -> list[Row]:
    draw, rows = who.draw, []
    for number in range(draw.count(1.1 + 3.2 * who.liking)):
        span = min(900, (AS_OF - who.first).days)
        day = AS_OF - timedelta(days=draw.whole(0, span))
        rows.append({
            "记录编号": f"WL{who.number:04d}-{number + 1}", "客户编号": who.id, "跟进时间": iso(day),
            "跟进类型": draw.pick(拜访=0.32, 电话=0.34, 客户活动=0.08, 客户建议=0.08, 节日问候=0.18), "跟进人": f"门市{draw.one('一二三')}组",
        })  # fmt: skip
    return rows


def complaint_rows(who: Couple) -> list[Row]:
    """Poisson by displeasure; late albums and pressed sales are complained of most."""
    draw, rows = who.draw, []
    if not who.orders:
        return []
    for number in range(draw.count(1.5 * (1 - who.liking) ** 2.2)):
        opened = min(AS_OF, who.first + timedelta(days=draw.whole(10, 320)))
        wait = round(draw.around(5 + 8 * (1 - who.liking), 0.8))
        closed = opened + timedelta(days=wait)
        still = closed > AS_OF or draw.chance(0.08)
        rows.append({
            "工单编号": f"TS{who.number:04d}-{number + 1}", "客户编号": who.id, "投诉时间": iso(opened), "严重程度": draw.pick(一般=0.55, 较重=0.3, 严重=0.15),
            "投诉原因": draw.pick(交付延误=0.3, 修图=0.25, 服务态度=0.15, 强制二消=0.14, 退款纠纷=0.1, 擅自使用照片=0.03, 其他=0.03),
            "响应时长": f"{draw.around(4 + 36 * (1 - who.liking), 1.1):.1f}", "结案日期": "" if still else iso(closed),
            "处理状态": "处理中" if still else "已解决",
        })  # fmt: skip
    return rows


def mark(who: Couple, noise: float = 0.6) -> int:
    return min(5, max(1, round(who.draw.normal(1.7 + 3.3 * who.liking, noise))))


def survey_rows(who: Couple) -> list[Row]:
    draw, rows = who.draw, []
    for number, order in enumerate(who.delivered, 1):
        assert order.delivered
        day = order.delivered + timedelta(days=draw.whole(1, 20))
        if day > AS_OF or not draw.chance(0.62):
            continue
        nps = min(10, max(0, round(draw.normal(1.8 + 8.2 * who.liking, 1.2))))
        rows.append({
            "问卷编号": f"WJ{who.number:04d}-{number}", "客户编号": who.id, "填写时间": iso(day), "总体满意度": str(mark(who)), "产品满意度": str(mark(who)),
            "服务满意度": str(mark(who)), "环境满意度": draw.blank(0.1, str(mark(who))), "推荐意愿": draw.blank(0.08, str(nps)),
        })  # fmt: skip
    return rows


def referral_rows(who: Couple) -> list[Row]:
    """Only after delivery. Advocates bring one to four; others few; three in five book."""
    draw, rows = who.draw, []
    if not who.delivered:
        return []
    start = who.delivered[0].delivered
    assert start
    few = 1 + draw.count(1.1) if who.group.name == "advocate" else draw.count(0.4 * who.liking**2)
    for number in range(few):
        day = start + timedelta(days=draw.whole(5, 600))
        if day > AS_OF:
            continue
        booked = draw.chance(0.85 if number == 0 and who.group.name == "advocate" else 0.6)
        price = draw.around(6800, 0.3)
        rows.append({
            "转介绍编号": f"ZJ{who.number:04d}-{number + 1}", "推荐客户编号": who.id, "推荐时间": iso(day), "被推荐客户": f"新客{draw.whole(1, 999):03d}",
            "成交金额": money(price) if booked else "0", "奖励金额": money(draw.one((200, 300, 500, 600, 800, 1500))) if booked else "0",
        })  # fmt: skip
    return rows


def mention_rows(who: Couple) -> list[Row]:
    draw, rows = who.draw, []
    for number, order in enumerate(who.delivered, 1):
        assert order.delivered
        day = order.delivered + timedelta(days=draw.whole(1, 40))
        if day <= AS_OF and draw.chance(0.25 + 0.25 * who.liking):
            rows.append({
                "评价编号": f"PJ{who.number:04d}-{number}", "客户编号": who.id, "发布时间": iso(day), "评价对象": "商家", "星级": str(mark(who)),
                "平台": draw.pick(平台甲=0.5, 平台乙=0.3, 平台丙=0.2),
            })  # fmt: skip
    return rows


def consent_rows(who: Couple) -> list[Row]:
    """Asked at booking; the transfer was put to the couples in June 2026. The more content, the more is given."""
    draw, rows = who.draw, []

    def add(
        days: int,
        purpose: str,
        status: str,
        separate: bool = False,
        sensitive: bool = False,
        guardian: bool = False,
    ) -> None:
        day = min(AS_OF, who.first + timedelta(days=days))
        rows.append({
            "授权编号": f"SQ{who.number:04d}-{len(rows) + 1}", "客户编号": who.id, "授权日期": iso(day), "授权用途": purpose, "同意状态": status,
            "是否单独同意": "是" if separate else "否", "是否含敏感信息": "是" if sensitive else "否", "监护人同意": "是" if guardian else "否",
        })  # fmt: skip

    if draw.chance(0.9):
        add(0, "营销", "同意" if draw.chance(0.93) else "拒绝")
        if draw.chance(0.03 + 0.1 * (1 - who.liking)):
            add(draw.whole(60, 500), "营销", "撤回")
    if draw.chance(0.5):
        add(0, "样片展示", "同意" if draw.chance(0.35 + 0.4 * who.liking) else "拒绝", separate=True)
    answer = draw.pick(同意=0.14 + 0.54 * who.liking, 已告知=0.18, 拒绝=0.16 * (1 - who.liking), 未问=0.14)
    if answer != "未问":
        since = (AS_OF - who.first).days
        add(
            since - draw.whole(0, min(20, since)),
            "转让",
            answer,
            separate=answer == "同意" and not draw.chance(0.1),
        )
    if any(order.session == "宝宝照" for order in who.orders) and draw.chance(0.7):
        add(0, "其他", "同意", separate=True, sensitive=True, guardian=True)
    if draw.chance(0.06):
        add(0, "其他", "同意", separate=True, sensitive=True)
    return rows
