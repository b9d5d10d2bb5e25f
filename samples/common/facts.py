# SPDX-License-Identifier: Apache-2.0
"""The rows that any seller's systems export of a customer, under Chinese headers and with the gaps of real files."""

from __future__ import annotations

from datetime import date, timedelta

from .draw import credit_code, iso, money, working_day
from .files import Row
from .party import AS_OF, START, Party

PLACES = (
    ("华东", "云溪"), ("华东", "青岚"), ("华东", "江汀"), ("华南", "南渡"), ("华南", "榕浦"), ("华北", "北屿"),
    ("华北", "雁陵"), ("华中", "楚泽"), ("西南", "渝岭"), ("西北", "河塬"), ("东北", "松澜"),
)  # fmt: skip
FIRST, SECOND = "恒瑞鼎启宏锐嘉泰盛朗卓旭辰沐翊骏澄砚", "达远川峰新和信图立升越诚禾岳"


def invented_name(who: Party, place: str, suffix: str, taken: set[str]) -> str:
    """A place that does not exist, two syllables and the trade; （虚构） says that the company is fictitious."""
    while True:
        word = who.draw.one(FIRST) + who.draw.one(SECOND)
        name = f"{place}{word}{suffix}（虚构）"
        if name not in taken:
            taken.add(name)
            return name


def identity_cells(who: Party, institution: bool = False) -> Row:
    draw = who.draw
    founded = date((who.since or AS_OF).year - draw.whole(1, 16), draw.whole(1, 12), draw.whole(1, 28))
    status = draw.pick(注销=0.07, 吊销=0.04, 清算=0.05, 停业=0.1, 存续=0.74) if who.fading and not institution else draw.pick(停业=0.01, 清算=0.004, 存续=0.986)  # fmt: skip
    code = credit_code(who.number, "12" if institution else "91")
    return {
        "统一社会信用代码": draw.blank(0.02 if who.strong else 0.06, code),
        "工商核验": draw.blank(0.03 if who.strong else 0.1, "否" if draw.chance(0.03) else "是"),
        "经营状态": draw.blank(0.02, status),
        "成立日期": draw.blank(0.06, iso(founded)),
    }


def relation_cells(who: Party) -> Row:
    draw = who.draw
    holder = draw.pick(团队=0.78, 关键员工=0.18, 创始人=0.04) if who.strong else draw.pick(团队=0.54, 关键员工=0.32, 创始人=0.14)  # fmt: skip
    liking, deal = who.liking, draw.pick(股权转让=0.1, 合并=0.04, **{"": 0.86})
    return {
        "首次合作日期": draw.blank(0.08, iso(who.since)),
        "需求匹配度": draw.blank(0.06, str(min(5, max(1, round(draw.normal(1.9 + 2.9 * liking, 0.6)))))),
        "口碑": draw.blank(0.2, draw.pick(良好=0.9 * liking, 一般=0.35, 有争议=0.12 * (1.2 - liking), 差=0.07 * (1.2 - liking))),
        "关系归属": draw.blank(0.04, holder),
        "联系人数": draw.blank(0.12, str(draw.whole(2, 7) if who.strong else draw.whole(1, 4))),
        "框架协议": draw.blank(0.02, "是" if draw.chance(0.7 if who.strong else 0.18) else "否"),
        "联合开发": draw.blank(0.02, "是" if draw.chance(0.4 if who.strong else 0.07) else "否"),
        "续约意向": draw.pick(已签=0.25 * liking**4, 书面=0.45 * liking**2, 口头=0.3, 无=0.15, 拒绝=0.16 * (1 - liking) ** 2, 未询问=0.14),
        "转让方式": deal,
        "是否含个人信息": (holds := draw.blank(0.04, "是" if deal == "合并" or draw.chance(0.2) else "否")),
        "是否匿名化": "是" if holds == "是" and draw.chance(0.15) else "",
        "已告知": ("是" if draw.chance(0.5) else "否") if holds == "是" else "",
        "单独同意": draw.pick(已取得=0.45, 计划中=0.3, 无=0.25) if holds == "是" else "",
    }  # fmt: skip


def list_cells(who: Party, turnover: float) -> Row:
    """Public lists and litigation, as looked up; one in thirteen was not looked up at all."""
    draw = who.draw
    checked = not draw.chance(0.08)
    abnormal = draw.pick(无=0.9, 已移出=0.07, 列入=0.03)
    claim = {"无": 0.0, "小": 0.004, "中": 0.03, "大": 0.11, "危": 0.35}[draw.pick(无=0.8, 小=0.09, 中=0.06, 大=0.03, 危=0.02)]  # fmt: skip
    claim *= turnover * draw.between(0.7, 1.3)
    age = draw.whole(3, 28) if draw.chance(0.7) else draw.whole(32, 140)
    return {
        "查询日期": iso(AS_OF - timedelta(days=age)) if checked else "",
        "是否失信": ("是" if draw.chance(0.05 if who.fading else 0.015) else "否") if checked else "未查",
        "经营异常": abnormal if checked else "未查",
        "移出日期": iso(AS_OF - timedelta(days=draw.whole(60, 900)))
        if checked and abnormal == "已移出"
        else "",
        "严重违法": ("是" if draw.chance(0.03 if who.fading else 0.01) else "否") if checked else "未查",
        "是否涉诉": ("是" if claim else "否") if checked else "未查",
        "涉诉金额": money(round(claim, -2)) if claim and checked else "",
        "与我方纠纷": draw.blank(0.03, "是" if draw.chance(0.1 * (1 - who.liking) + 0.005) else "无"),
    }


def credit_cells(who: Party) -> Row:
    draw = who.draw
    return {
        "信用评级": draw.pick(AA=0.5, A=0.3, BBB=0.2) if who.strong and draw.chance(0.7)
        else draw.pick(A=0.3, BBB=0.4, CCC=0.2, D=0.1) if draw.chance(0.3) else "",
        "流动比率": draw.blank(0.45, f"{max(0.3, draw.normal(1.2 + 0.9 * who.liking, 0.45)):.2f}"),
        "资产负债率": draw.blank(0.45, f"{min(0.97, max(0.1, draw.normal(0.66 - 0.25 * who.liking, 0.14))):.0%}"),
        "账期": str(who.terms),
    }  # fmt: skip


def book_cells(who: Party) -> Row:
    """The last twelve months by CRM, invoices and bank: mostly equal, sometimes a slip apart, seldom far."""
    draw, bought = who.draw, who.bought()
    fault = draw.pick(none=0.74, small=0.13, middle=0.09, wide=0.04)
    slip = {"none": draw.between(0, 0.008), "small": draw.between(0.012, 0.028), "middle": draw.between(0.035, 0.09),
            "wide": draw.between(0.12, 0.4)}[fault]  # fmt: skip
    fresh = draw.whole(2, 90) if draw.chance(0.85 if who.strong else 0.45) else draw.whole(91, 520)
    return {
        "CRM收入": money(bought) if bought else "",
        "开票收入": money(bought * (1 - slip / 2)) if bought else "",
        "银行回款": draw.blank(0.1, money(bought * (1 - slip))) if bought else "",
        "更新时间": iso(AS_OF - timedelta(days=fresh)),
    }


def contract_rows(who: Party, share: float, kinds: dict[str, float]) -> list[Row]:
    """Terms of one to three years, renewed or not by liking; each customer's contracts have the same clauses."""
    draw, rows = who.draw, []
    if who.since is None or not draw.chance(share):
        return []
    clause = draw.pick(可自由转让=0.14, 通知即可=0.2, 须经同意=0.26, 未约定=0.28, 禁止转让=0.07, 未审阅=0.05)
    control, kind = draw.pick(是=0.12, 否=0.76, 未审阅=0.12), draw.pick(**kinds)
    years = int(draw.pick(**{"1": 0.45, "2": 0.3, "3": 0.25}))
    amount = max(20_000, round(who.bought() * draw.between(0.7, 1.2), -3))
    lasting, number = draw.chance(0.06), 0
    start = max(START - timedelta(days=200), who.since) + timedelta(days=draw.whole(0, 200))
    while start <= min(AS_OF, who.stop):
        number += 1
        end = date(start.year + years, start.month, min(start.day, 28)) - timedelta(days=1)
        due = end <= AS_OF
        won = due and end < who.stop and draw.chance(0.45 + 0.55 * who.liking)
        rows.append({
            "合同编号": f"HT-{who.number:04d}-{number}", "客户编号": who.id, "签订日期": iso(working_day(start)),
            "合同到期日": "" if lasting else iso(end), "是否无固定期限": "是" if lasting else "否", "合同金额": money(amount * years),
            "合同类型": kind, "应续约日期": "" if lasting else iso(end),
            "续约情况": "" if lasting or not due else "已续约" if won else "未续约", "转让条款": clause, "控制权变更": control,
            "对方同意": "是" if draw.chance(0.3 * who.liking + (0.3 if who.strong else 0)) else "否",
        })  # fmt: skip
        if lasting or (due and not won):
            break
        start = end + timedelta(days=1)
    return rows


def invoice_rows(who: Party) -> list[Row]:
    """Sixteen months of invoices, and older ones that are still open."""
    return [
        {
            "发票号码": f"{who.number:04d}{n:05d}", "客户编号": who.id, "开票日期": iso(i["day"]), "到期日": iso(i["due"]),
            "价税合计": money(i["gross"]), "回款日期": iso(i["paid_on"]), "回款金额": money(i["paid"]),
        }
        for n, i in enumerate(who.invoices, 1)
        if i["day"] > date(2025, 2, 28) or i["paid"] < i["gross"]
    ]  # fmt: skip


def receivable_rows(who: Party) -> list[Row]:
    """What the invoices leave open on the assessment date, by days past due; customers long without one are not listed."""
    open_items = [(i["due"], round(i["gross"] - i["paid"], 2)) for i in who.invoices if round(i["gross"] - i["paid"], 2) > 0]  # fmt: skip
    if not open_items and not (who.invoices and (AS_OF - who.invoices[-1]["day"]).days < 300):
        return []
    ages = [0.0] * 6
    for due, amount in open_items:
        late = (AS_OF - due).days
        ages[sum(late > limit for limit in (0, 30, 60, 90, 365))] += amount
    headers = ("未到期", "1-30天", "31-60天", "61-90天", "91-365天", "365天以上")
    return [{
        "客户编号": who.id, "截止日期": iso(AS_OF), "应收账款余额": money(sum(ages)), "逾期金额": money(sum(ages) - ages[0]),
        **{header: money(age) for header, age in zip(headers, ages, strict=True)},
    }]  # fmt: skip


def complaint_rows(who: Party, causes: dict[str, float]) -> list[Row]:
    """Poisson; the less content the customer, the more complaints an order and the longer the first answer took."""
    draw, rows = who.draw, []
    last_two = [o for o in who.orders if o["day"] > date(2024, 6, 30)]
    for n in range(draw.count(len(last_two) * (0.008 + 0.25 * (1 - who.liking) ** 2.2))):
        opened = min(AS_OF, draw.one(last_two)["day"] + timedelta(days=draw.whole(2, 30)))
        still = (AS_OF - opened).days < 25
        hours = f"{draw.around(4 + 40 * (1 - who.liking), 0.9):.1f}"
        rows.append({
            "工单编号": f"TS-{who.number:04d}-{n + 1}", "客户编号": who.id, "投诉时间": iso(opened),
            "严重程度": draw.pick(一般=0.6, 较重=0.3, 严重=0.1), "投诉原因": draw.pick(**causes),
            "响应时长": "" if still and draw.chance(0.5) else hours,
            "结案日期": "" if still else iso(min(AS_OF, opened + timedelta(days=round(draw.around(4 + 22 * (1 - who.liking), 0.7))))),
            "处理状态": "处理中" if still else "已关闭",
        })  # fmt: skip
    return rows


def survey_rows(who: Party, asks_needs: bool = False) -> list[Row]:
    """Two in three answer, the strong more often; marks follow liking with noise. Some also ask how far the core need is met."""
    draw, rows = who.draw, []
    if who.since is None or not draw.chance(0.88 if who.strong else 0.62):
        return []
    for n in range(draw.whole(3, 8) if who.strong else draw.whole(1, 4)):
        csat = min(5, max(1, round(draw.normal(1.7 + 3.4 * who.liking, 0.7))))
        nps = min(10, max(0, round(draw.normal(1.6 + 8.6 * who.liking, 1.3))))
        rows.append({
            "答卷编号": f"DJ-{who.number:04d}-{n + 1}", "客户编号": who.id,
            "答复日期": iso(AS_OF - timedelta(days=draw.whole(10, 800))), "满意度": str(csat), "推荐意愿": draw.blank(0.1, str(nps)),
        })  # fmt: skip
        if asks_needs:
            mark = min(5, max(1, round(draw.normal(2.0 + 2.8 * who.liking, 0.7))))
            rows[-1]["核心需求满足"] = draw.blank(0.15, str(mark))
    return rows


def referral_rows(who: Party) -> list[Row]:
    draw, rows = who.draw, []
    mean = 0 if who.since is None or who.fading else 1.5 * max(0, who.liking - 0.5) * (2 if who.strong else 1)
    for n in range(draw.count(mean)):
        rows.append({
            "推荐编号": f"TJ-{who.number:04d}-{n + 1}", "推荐方客户编号": who.id, "推荐日期": iso(AS_OF - timedelta(days=draw.whole(20, 800))),
            "推荐成交额": draw.blank(0.3, money(draw.around(25_000, 0.8))),
        })  # fmt: skip
    return rows
