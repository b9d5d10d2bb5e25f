# SPDX-License-Identifier: Apache-2.0
"""Who the customers of the sample are and what they did: segments, orders, invoices. Every draw stands here with its range."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from common.draw import Draw, working_day

SEED = "rulescore general sample 1"
AS_OF = date(2026, 6, 30)
START = date(2023, 7, 1)
VAT = 0.13

Row = dict[str, str]


@dataclass
class Segment:
    """A kind of customer. Ranges are uniform from low to high; growth is a year's factor on the pace of ordering."""

    name: str
    size: int
    orders: tuple[float, float]  # a year, about the middle of the three years
    amount: tuple[float, float]  # CNY, median of an order
    growth: tuple[float, float]
    margin: tuple[float, float]
    liking: tuple[float, float]  # 0..1, how content it is; answers, complaints, referrals, intent hang on it
    visits: tuple[float, float]  # a year
    since: tuple[int, int]  # first year of cooperation


SEGMENTS = (
    Segment("key", 12, (14, 60), (30_000, 110_000), (1.02, 1.28), (0.27, 0.46), (0.62, 0.96), (4, 11), (2014, 2021)),
    Segment("call-off", 2, (106, 112), (5_000, 9_000), (1.05, 1.10), (0.28, 0.33), (0.86, 0.95), (4, 8), (2015, 2018)),
    Segment("growing", 44, (6, 13), (12_000, 42_000), (1.06, 1.45), (0.15, 0.31), (0.40, 0.82), (1, 5), (2020, 2023)),
    Segment("steady", 94, (4, 10), (8_000, 28_000), (0.93, 1.10), (0.18, 0.35), (0.42, 0.87), (1, 5), (2014, 2022)),
    Segment("shrinking", 38, (5, 11), (8_000, 30_000), (0.50, 0.82), (0.05, 0.28), (0.20, 0.65), (0, 3), (2014, 2021)),
    Segment("dormant", 34, (3, 7), (6_000, 20_000), (0.80, 1.00), (0.12, 0.32), (0.20, 0.60), (0, 1), (2015, 2022)),
    Segment("new", 24, (4, 10), (6_000, 25_000), (1.00, 1.30), (0.18, 0.36), (0.50, 0.90), (2, 6), (2025, 2026)),
    Segment("prospect", 6, (0, 0), (0, 0), (1.00, 1.00), (0.25, 0.30), (0.50, 0.70), (1, 3), (2026, 2026)),
)  # fmt: skip

# Customers of the branch, by segment; their numbers follow those of head office.
BRANCH = (3, 0, 11, 25, 10, 9, 6, 2)

TOP = ("key", "call-off")

# What was spent in a month to win customers, CNY, uniform: by channel and kind. Nobody came by the dealers that were courted, and the pay of the
# team belongs to no single channel.
SPEND = (
    ("展会", "展位费", (6_000, 10_500)), ("官网", "广告投放", (4_000, 6_500)), ("主动开发", "人员薪酬", (9_000, 12_000)), ("转介绍", "介绍费", (600, 2_400)),
    ("投标", "物料", (500, 1_500)), ("经销商", "活动", (800, 1_800)), ("", "人员薪酬", (5_500, 7_000)), ("", "物料", (400, 1_200)),
)  # fmt: skip

# Orders of a month against the year's mean: the Spring Festival empties February, autumn and the year's end are busy.
SEASON = (0.80, 0.50, 1.15, 1.10, 1.05, 1.05, 0.95, 0.90, 1.10, 1.05, 1.20, 1.15)

PLACES = (
    ("华东", "云溪"), ("华东", "青岚"), ("华东", "江汀"), ("华南", "南渡"), ("华南", "榕浦"), ("华北", "北屿"),
    ("华北", "雁陵"), ("华中", "楚泽"), ("西南", "渝岭"), ("西北", "河塬"), ("东北", "松澜"),
)  # fmt: skip
FIRST = (
    "恒",
    "瑞",
    "鼎",
    "启",
    "宏",
    "锐",
    "嘉",
    "泰",
    "盛",
    "朗",
    "卓",
    "旭",
    "辰",
    "沐",
    "翊",
    "骏",
    "澄",
    "砚",
)
SECOND = ("达", "远", "川", "峰", "新", "和", "信", "图", "立", "升", "越", "诚", "禾", "岳")
TRADES = (
    ("机械制造", "机械制造有限公司"), ("汽车零部件", "汽车零部件有限公司"), ("电子设备", "电子科技有限公司"),
    ("金属加工", "金属制品有限公司"), ("食品加工", "食品有限公司"), ("建材", "建材有限公司"),
    ("轨道交通", "轨道装备有限公司"), ("化工", "化工有限公司"),
)  # fmt: skip
LINES = {
    "Fasteners": 0.22,
    "Bearings": 0.2,
    "Cutting tools": 0.18,
    "Seals": 0.14,
    "Lubricants": 0.14,
    "Safety gear": 0.12,
}


def weighted(draw: Draw, weights: dict[str, float]) -> str:
    return draw.pick(**weights)


@dataclass
class Customer:
    """One customer with its events, before they become rows."""

    number: int
    segment: Segment
    draw: Draw
    liking: float = 0.0
    payer: str = "prompt"
    terms: int = 30
    since: date = AS_OF
    stop: date = AS_OF
    orders: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"C{self.number:04d}"


def make_customer(number: int, segment: Segment) -> Customer:
    draw = Draw(SEED, f"C{number:04d}")
    who = Customer(number, segment, draw)
    who.liking = draw.between(*segment.liking)
    unhappy = 1 - who.liking
    who.payer = draw.pick(prompt=1.6 * who.liking + 0.2, slow=0.55, late=0.6 * unhappy, bad=0.16 * unhappy)
    who.terms = int(draw.pick(**{"30": 0.4, "45": 0.15, "60": 0.3, "90": 0.15}))
    if segment.name == "new":
        who.since = AS_OF - timedelta(days=draw.whole(50, 330))
    elif segment.name != "prospect":
        who.since = date(draw.whole(*segment.since), draw.whole(1, 12), draw.whole(1, 28))
    if segment.name == "dormant":
        who.stop = AS_OF - timedelta(days=draw.whole(200, 800))
    make_orders(who)
    stretch(who)
    if who.id != GHOST:
        make_invoices(who)
    return who


GHOST, SPIKE, ROUND = "C0156", "C0093", "C0157"
"""Customers for the findings: orders without an invoice, a year that happens in its last month, amounts in whole thousands."""


def stretch(who: Customer) -> None:
    """Bends the amounts of the two customers whose orders look made up."""
    for order in who.orders:
        if who.id == SPIKE and order["day"] > date(2026, 5, 30):
            order["amount"] = round(order["amount"] * 6, 2)
        if who.id == ROUND:
            order["amount"] = max(1000.0, round(order["amount"], -3))


def make_orders(who: Customer) -> None:
    """A customer orders by its own rhythm: each gap is lognormal about the usual one, shorter in busy months and as it grows."""
    draw, segment = who.draw, who.segment
    a_year = draw.between(*segment.orders)
    if not a_year:
        return
    usual = draw.around(draw.between(*segment.amount), 0.25)
    if segment.name == "key":  # who orders often orders little at a time
        usual *= (20 / a_year) ** 0.5
    growth, margin = draw.between(*segment.growth), draw.between(*segment.margin)
    # one in fourteen costs more to serve than it brings
    service = (
        draw.between(0.30, 0.42)
        if segment.name not in TOP and draw.chance(0.07)
        else draw.between(0.02, 0.07)
    )
    evenness = draw.between(0.25, 0.5)
    habits = {line: share * draw.around(1, 0.8) for line, share in LINES.items()}
    costs_known = not draw.chance(0.05)
    day = max(START, who.since)
    if day == START:
        day += timedelta(days=draw.whole(0, int(365 / a_year)))
    while day <= who.stop:
        when = working_day(day)
        if when > AS_OF:
            break
        years = (when - date(2024, 12, 31)).days / 365
        price = 1.03**years * (growth**0.4) ** years
        amount = round(draw.around(usual * price, 0.45), 2)
        status = (
            "cancelled"
            if draw.chance(0.025)
            else "open"
            if (AS_OF - when).days < 20 and draw.chance(0.7)
            else "done"
        )
        cost = amount * (1 - min(0.6, draw.normal(margin, 0.03)))
        who.orders.append({
            "day": when, "amount": amount, "cost": cost if costs_known else None, "selling": amount * draw.between(0.01, 0.04),
            "service": amount * service * draw.between(0.8, 1.2), "line": weighted(draw, habits), "status": status,
            "channel": draw.pick(Direct=0.8, Dealer=0.12, Online=0.08),
        })  # fmt: skip
        if status == "done" and draw.chance(0.015):  # part of it comes back
            back, share = working_day(when + timedelta(days=draw.whole(5, 20))), draw.between(0.2, 0.6)
            if back <= AS_OF:
                returned = {
                    key: -share * who.orders[-1][key]
                    for key in ("amount", "cost")
                    if who.orders[-1][key] is not None
                }
                who.orders.append(
                    {**who.orders[-1], "day": back, "cost": None, **returned, "selling": 0.0, "service": 0.0}
                )
        pace = a_year * growth ** (0.6 * years) * SEASON[when.month - 1]
        day += timedelta(days=max(1, round(draw.around(365 / max(pace, 0.4), evenness))))


def make_invoices(who: Customer) -> None:
    """One invoice an order, VAT on top, some days after; paid by the customer's habit counted from the due date."""
    draw = who.draw
    habit = {"prompt": (-3, 5), "slow": (14, 10), "late": (55, 30), "bad": (140, 70)}[who.payer]
    never = {"prompt": 0.0, "slow": 0.005, "late": 0.04, "bad": 0.25}[who.payer]
    for order in who.orders:
        if order["status"] == "cancelled":
            continue
        billed = working_day(order["day"] + timedelta(days=draw.whole(2, 14)))
        if billed > AS_OF:
            continue
        gross = round(order["amount"] * (1 + VAT), 2)
        due = billed + timedelta(days=who.terms)
        paid = due + timedelta(days=round(draw.normal(*habit)))
        paid = max(billed, paid)
        unpaid = gross > 0 and (paid > AS_OF or draw.chance(never))
        paid = paid if gross > 0 else billed  # a red-letter invoice is settled at once
        # some pay in part; now and then any customer deducts a little and the rest stays open
        part = (
            round(gross * draw.one((0.3, 0.5, 0.7)), 2)
            if who.payer in ("late", "bad") and draw.chance(0.08)
            else gross
        )
        part = round(gross * draw.between(0.88, 0.98), 2) if part > 0 and draw.chance(0.025) else part
        who.invoices.append({"day": billed, "due": due, "net": order["amount"], "gross": gross, "paid_on": None if unpaid else paid,
                             "paid": 0.0 if unpaid else part})  # fmt: skip


def revenue(who: Customer, key: str = "amount") -> float:
    """Of the last twelve months, cancelled orders left out."""
    return sum(o[key] or 0 for o in who.orders if o["day"] > date(2025, 6, 30) and o["status"] != "cancelled")


def recent(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["day"] > date(2025, 6, 30)]
