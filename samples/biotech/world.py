# SPDX-License-Identifier: Apache-2.0
"""Who the customers of the biotech sample are and what they ordered. Every draw stands here with its range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from common.draw import Draw, working_day
from common.party import AS_OF, START, Party, draw_payer, invoice

SEED = "rulescore biotech sample 1"


@dataclass(frozen=True)
class Segment:
    """A customer class. Ranges are uniform from low to high; `fading` and `new` are shares of the class."""

    word: str  # as the sheet says it
    size: int
    orders: tuple[float, float]  # a year
    amount: tuple[float, float]  # CNY, median of a reagent order
    growth: tuple[float, float]  # a year's factor on the pace of ordering
    margin: tuple[float, float]  # of reagents; instruments earn half, services seven tenths of it
    liking: tuple[float, float]
    fading: float
    new: float
    mix: dict[str, float]  # what an order is for
    terms: dict[str, float]  # days


REAGENTS = {"试剂": 0.72, "耗材": 0.22, "仪器": 0.03, "技术服务": 0.03}
SEGMENTS = (
    Segment("大型药企", 18, (12, 22), (26_000, 70_000), (1.02, 1.3), (0.5, 0.72), (0.4, 0.9), 0.0, 0.0,
            {"试剂": 0.6, "耗材": 0.2, "仪器": 0.04, "技术服务": 0.16}, {"60": 0.6, "90": 0.4}),
    Segment("上市生物科技", 26, (6, 14), (16_000, 48_000), (0.95, 1.35), (0.48, 0.7), (0.38, 0.87), 0.04, 0.04,
            {"试剂": 0.6, "耗材": 0.2, "仪器": 0.05, "技术服务": 0.15}, {"30": 0.4, "60": 0.6}),
    Segment("未上市生物科技", 80, (3, 9), (7_000, 26_000), (0.7, 1.6), (0.42, 0.7), (0.22, 0.86), 0.2, 0.12, REAGENTS, {"30": 0.7, "60": 0.3}),
    Segment("CRO/CDMO", 38, (5, 12), (12_000, 36_000), (0.85, 1.35), (0.38, 0.64), (0.35, 0.88), 0.1, 0.05,
            {"试剂": 0.5, "耗材": 0.3, "仪器": 0.05, "技术服务": 0.15}, {"30": 0.4, "60": 0.6}),
    Segment("高校科研院所", 80, (2.5, 7), (4_000, 15_000), (0.9, 1.3), (0.5, 0.74), (0.3, 0.86), 0.12, 0.1, REAGENTS, {"60": 0.5, "90": 0.5}),
    Segment("医院", 38, (2.5, 7), (6_000, 22_000), (0.9, 1.3), (0.46, 0.72), (0.3, 0.86), 0.1, 0.08, REAGENTS, {"60": 0.4, "90": 0.6}),
    Segment("经销商", 36, (4, 10), (9_000, 34_000), (0.75, 1.25), (0.18, 0.42), (0.25, 0.85), 0.16, 0.05,
            {"试剂": 0.8, "耗材": 0.2}, {"30": 0.8, "45": 0.2}),
)  # fmt: skip
STRONG = ("大型药企", "上市生物科技")
PROSPECTS = 6  # of the private biotechs: no order yet
MARGIN = {"试剂": 1.0, "耗材": 0.8, "仪器": 0.5, "技术服务": 0.7}
SIZE = {"试剂": 1.0, "耗材": 0.5, "仪器": 8.0, "技术服务": 3.0}  # of an order, in reagent orders
# Orders of a month against the year's mean: laboratories stop for the Spring Festival and spend budgets at the year's end.
SEASON = (0.8, 0.5, 1.15, 1.1, 1.05, 1.0, 0.9, 0.85, 1.1, 1.05, 1.25, 1.25)


def make_customer(number: int, segment: Segment, prospect: bool) -> Party:
    draw = Draw(SEED, f"B{number:04d}")
    who = Party(number, "B", segment.word, draw, draw.between(*segment.liking), segment.word in STRONG, None)
    draw_payer(who, segment.terms)
    if prospect:
        return who
    if draw.chance(segment.new):
        who.since = AS_OF - timedelta(days=draw.whole(60, 330))
    else:
        who.since = date(draw.whole(2014, 2022), draw.whole(1, 12), draw.whole(1, 28))
    if draw.chance(segment.fading):
        who.stop = AS_OF - timedelta(days=draw.whole(150, 700))
    make_orders(who, segment)
    for order in who.orders:
        if order["status"] != "取消":
            invoice(who, order["day"] + timedelta(days=draw.whole(2, 14)), order["amount"])
    return who


def make_orders(who: Party, segment: Segment) -> None:
    """By its own rhythm: each gap is lognormal about the usual one, shorter in busy months and as the customer grows."""
    draw = who.draw
    a_year, usual = draw.between(*segment.orders), draw.around(draw.between(*segment.amount), 0.25)
    growth, margin = draw.between(*segment.growth), draw.between(*segment.margin)
    # one in fifteen costs more in samples, couriers and bench time than it brings
    service = draw.between(0.5, 0.7) if not who.strong and draw.chance(0.065) else draw.between(0.04, 0.12)
    evenness, costs_known = draw.between(0.2, 0.5), not draw.chance(0.05)
    day = max(START, who.since or START) + timedelta(days=draw.whole(0, int(365 / a_year)))
    while day <= who.stop and (when := working_day(day)) <= AS_OF:
        years = (when - date(2024, 12, 31)).days / 365
        kind = draw.pick(**segment.mix)
        amount = round(draw.around(usual * SIZE[kind] * (growth**0.4) ** years, 0.4), 2)
        late = (AS_OF - when).days < 20 and draw.chance(0.7)
        status = "取消" if draw.chance(0.025) else "待发货" if late else "已发货"
        cost = amount * (1 - min(0.85, max(0.03, draw.normal(margin, 0.03) * MARGIN[kind])))
        who.orders.append({
            "day": when, "kind": kind, "amount": amount, "cost": cost if costs_known else None, "selling": amount * draw.between(0.02, 0.06),
            "service": amount * service * draw.between(0.8, 1.2), "status": status,
        })  # fmt: skip
        pace = a_year * growth ** (0.6 * years) * SEASON[when.month - 1]
        day += timedelta(days=max(1, round(draw.around(365 / max(pace, 0.4), evenness))))
