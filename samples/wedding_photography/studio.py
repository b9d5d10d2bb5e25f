# SPDX-License-Identifier: Apache-2.0
"""Who the couples of the sample are and what they booked: groups, orders, payments. Every draw stands here with its range."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from common.draw import Draw
from common.party import AS_OF

SEED = "rulescore wedding sample 1"


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of household. Days are counted back from the assessment date to the first booking, uniform; liking, 0 to 1,
    says how content it is, and answers, referrals, complaints and consents hang on it."""

    name: str
    size: int
    ago: tuple[int, int]
    liking: tuple[float, float]


GROUPS = (
    Group("advocate", 40, (420, 1000), (0.78, 0.99)),
    Group("shot", 150, (200, 1000), (0.40, 0.95)),
    Group("displeased", 26, (150, 900), (0.05, 0.40)),
    Group("booked", 84, (5, 150), (0.50, 0.92)),
    Group("family", 24, (60, 900), (0.50, 0.95)),  # came with a child, long after the wedding
    Group("cancelled", 20, (60, 800), (0.10, 0.50)),
    Group("lead", 16, (5, 300), (0.40, 0.80)),
)

# Share of each source, and what one couple cost to win, CNY
SOURCES = {
    "转介绍": (0.24, 60, 320), "自然搜索": (0.12, 20, 120), "自然进店": (0.12, 20, 90), "酒店推荐": (0.10, 350, 800),
    "婚博会": (0.16, 500, 1150), "点评平台": (0.16, 600, 1300), "信息流": (0.10, 850, 1900),
}  # fmt: skip

# What a month cost beside that and belongs to no source, CNY
ELSEWHERE = (("人员薪酬", 5200, 6400), ("品牌物料", 800, 1600))

# Median package price, CNY
PACKAGES = {"婚纱照": 6800.0, "孕照": 1680.0, "宝宝照": 1980.0, "全家福": 1280.0, "周年照": 1480.0}


@dataclass(slots=True)
class Order:
    """One booking, before it becomes a row."""

    session: str
    booked: date
    package: float
    upsell: float
    acquisition: float
    shoot: date | None
    shot: date | None
    due: date | None
    delivered: date | None
    state: str  # 已完成, 进行中, 已取消
    paid: float
    rate: float  # cost of shooting, outfits and retouching over the package
    reschedules: int
    refund: bool

    @property
    def amount(self) -> float:
        return self.package + self.upsell


@dataclass(slots=True)
class Couple:
    """One household with its orders."""

    number: int
    group: Group
    draw: Draw
    liking: float
    source: str
    first: date
    wedding: date
    orders: list[Order] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"W{self.number:04d}"

    @property
    def delivered(self) -> list[Order]:
        return [order for order in self.orders if order.delivered]


def make_couple(number: int, group: Group) -> Couple:
    draw = Draw(SEED, f"W{number:04d}")
    first = AS_OF - timedelta(days=draw.whole(*group.ago))
    liking = draw.between(*group.liking)
    source = draw.pick(**{name: share for name, (share, _, _) in SOURCES.items()})
    if group.name == "advocate" and draw.chance(0.3):
        source = "转介绍"
    wedding = first + timedelta(days=draw.whole(60, 330))
    if group.name == "family":
        wedding = first - timedelta(days=draw.whole(800, 2600))
    couple = Couple(number, group, draw, liking, source, first, wedding)
    if group.name != "lead":
        make_orders(couple)
    return couple


def make_orders(couple: Couple) -> None:
    """The first order, then later sessions: a content couple comes back for the child with a chance that grows with liking."""
    draw, group = couple.draw, couple.group
    session = "婚纱照"
    if group.name == "family":
        session = draw.pick(宝宝照=0.6, 全家福=0.4)
    _, low, high = SOURCES[couple.source]
    couple.orders.append(make_order(couple, session, couple.first, draw.between(low, high)))
    again = {"advocate": 0.62, "shot": 0.34 * couple.liking, "family": 0.5}.get(group.name, 0.0)
    day = couple.first
    for session in ("孕照", "宝宝照", "周年照"):
        day += timedelta(days=draw.whole(200, 420))
        if day > AS_OF or not draw.chance(again):
            break
        couple.orders.append(make_order(couple, session, day, draw.between(0, 60)))


def make_order(couple: Couple, session: str, booked: date, acquisition: float) -> Order:
    draw, liking = couple.draw, couple.liking
    package = round(draw.around(PACKAGES[session], 0.30), -2) - 1
    wait = draw.whole(20, 120) if session == "婚纱照" else draw.whole(7, 40)
    if couple.group.name == "booked":
        wait += draw.whole(20, 240) if draw.chance(0.85) else draw.whole(240, 460)
    shoot: date | None = booked + timedelta(days=wait)
    assert shoot is not None
    shot = shoot if shoot <= AS_OF and not draw.chance(0.02 + 0.05 * (1 - liking)) else None
    if shot is None and draw.chance(0.14):
        shoot = None  # the date was given up or never fixed
    if couple.group.name == "cancelled" or (session != "婚纱照" and draw.chance(0.06)):
        paid = round(package * draw.one((0.0, 0.1, 0.2)), 2)
        return Order(
            session,
            booked,
            package,
            0.0,
            acquisition,
            shoot,
            None,
            None,
            None,
            "已取消",
            paid,
            0.0,
            draw.whole(0, 2),
            False,
        )
    upsell = 0.0
    due = delivered = None
    if shot:
        if not draw.chance(0.30):
            upsell = round(package * draw.around(0.12 + 0.16 * liking, 0.6), -1)
        due = shot + timedelta(days=draw.whole(35, 60))
        late = (
            round(draw.around(9 + 8 * (1 - liking), 0.7))
            if draw.chance(0.08 + 0.34 * (1 - liking))
            else -draw.whole(0, 12)
        )
        delivered = due + timedelta(days=late)
        if delivered > AS_OF:
            delivered = None
    amount = package + upsell
    if delivered:
        paid = (
            amount
            if not draw.chance(0.05 + 0.12 * (1 - liking))
            else round(amount * draw.between(0.75, 0.97), 2)
        )
    elif shot:
        paid = round(package * draw.one((0.5, 0.8, 1.0)), 2)
    else:
        paid = round(package * draw.one((0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.3, 0.3, 0.5, 0.7, 1.0, 1.0)), 2)
    refund = shot is None and draw.chance(0.06 + 0.3 * max(0, 0.4 - liking))
    moved = draw.count(0.12 + 0.35 * (1 - liking))
    state = "已完成" if delivered else "进行中"
    rate = draw.normal(0.43 if session == "婚纱照" else 0.50, 0.06)
    return Order(
        session,
        booked,
        package,
        upsell,
        acquisition,
        shoot,
        shot,
        due,
        delivered,
        state,
        paid,
        rate,
        moved,
        refund,
    )


BANDS = ((25, "25岁以下"), (30, "25-29岁"), (35, "30-34岁"), (40, "35-39岁"), (200, "40岁及以上"))
LEAST = 10
"""People of the smallest group whose number is written."""


def head_counts(customers: list[dict[str, str]]) -> list[dict[str, str]]:
    """The customers by gender and age on the assessment date, as a studio would count them; small groups without their number. Where that is
    one group alone a total would give it away: the smallest of the others goes without it too."""
    counts: dict[tuple[str, str], int] = {}
    names = [*(name for _, name in BANDS), "未知"]
    for row in customers:
        band = "未知"
        if row["出生日期"]:
            born = date.fromisoformat(row["出生日期"])
            age = AS_OF.year - born.year - ((AS_OF.month, AS_OF.day) < (born.month, born.day))
            band = next(name for most, name in BANDS if age < most)
        counts[row["性别"], band] = counts.get((row["性别"], band), 0) + 1
    small = {group for group, count in counts.items() if count < LEAST}
    if len(small) == 1:
        small.add(min(counts.keys() - small, key=lambda group: (counts[group], group)))
    return [
        {"性别": gender, "年龄段": band, "人数": "不列" if (gender, band) in small else str(count)}
        for (gender, band), count in sorted(
            counts.items(), key=lambda one: (one[0][0] == "男", names.index(one[0][1]))
        )
    ]
