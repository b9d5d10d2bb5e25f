# SPDX-License-Identifier: Apache-2.0
"""Who the customers of the automation sample are, their projects, milestones and service. Every draw stands here with its range."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from common.draw import Draw, working_day
from common.party import AS_OF, START, VAT, WRITTEN_OFF, Party, draw_payer, invoice

SEED = "rulescore automation sample 1"
TERMS = {"30": 0.6, "45": 0.2, "60": 0.2}
SPLIT = (("预付款", 0.3), ("发货款", 0.3), ("终验款", 0.3), ("质保金", 0.1))  # of the price, VAT included


@dataclass(frozen=True)
class Segment:
    """A kind of customer. Ranges are uniform from low to high; `fading` and `new` are shares."""

    name: str
    size: int
    roles: dict[str, float]
    projects: tuple[float, float]  # in the eight years to the assessment date
    price: tuple[float, float]  # CNY, median of a project, net of VAT
    margin: tuple[float, float]  # budgeted
    service: tuple[float, float]  # service and spare-part orders a year, after the first project
    liking: tuple[float, float]
    fading: float
    new: float


MIXED = {"终端工厂": 0.66, "设备制造商": 0.16, "总包方": 0.11, "贸易商": 0.07}
SEGMENTS = (
    Segment("key", 22, {"终端工厂": 1.0}, (6, 11), (1.6e6, 5e6), (0.27, 0.4), (5, 12), (0.6, 0.97), 0.0, 0.0),
    Segment("growing", 60, {"终端工厂": 0.8, "设备制造商": 0.2}, (3, 7), (5e5, 2e6), (0.24, 0.38), (2, 6), (0.42, 0.9), 0.0, 0.15),
    Segment("steady", 120, MIXED, (1.5, 5), (3e5, 1.4e6), (0.22, 0.36), (1, 4), (0.25, 0.85), 0.08, 0.05),
    Segment("once", 70, MIXED, (1, 1.6), (2e5, 1.2e6), (0.16, 0.34), (0, 1.5), (0.15, 0.75), 0.45, 0.1),
    Segment("service", 26, {"终端工厂": 0.8, "设备制造商": 0.2}, (0, 0), (3e5, 6e5), (0.3, 0.4), (2, 6), (0.4, 0.9), 0.15, 0.1),
    Segment("prospect", 6, {"终端工厂": 1.0}, (0, 0), (3e5, 6e5), (0.3, 0.4), (0, 0), (0.5, 0.8), 0.0, 0.0),
)  # fmt: skip


@dataclass
class Client(Party):
    """A customer with its role and its projects, each with the milestones of its contract."""

    role: str = ""
    projects: list[dict[str, Any]] = field(default_factory=list)


def make_customer(number: int, segment: Segment) -> Client:
    draw = Draw(SEED, f"A{number:04d}")
    liking = draw.between(*segment.liking)
    who = Client(number, "A", segment.name, draw, liking, segment.name == "key", None)
    who.role = draw.pick(**segment.roles)
    draw_payer(who, TERMS)
    if segment.name == "prospect":
        return who
    if draw.chance(segment.fading):
        who.stop = AS_OF - timedelta(days=draw.whole(500, 1500))
    who.since = AS_OF - timedelta(days=draw.whole(90, 340)) if not who.fading and draw.chance(segment.new) else date(draw.whole(2013, 2021), draw.whole(1, 12), draw.whole(1, 28))  # fmt: skip
    make_projects(who, segment)
    make_service(who, segment)
    who.orders.sort(key=lambda order: order["day"])
    who.invoices.sort(key=lambda made: made["day"])
    return who


def make_projects(who: Client, segment: Segment) -> None:
    """Spread evenly with jitter over eight years; a project not accepted is paid less far, and a quarrel keeps milestones open."""
    draw = who.draw
    number = draw.between(*segment.projects)
    count = int(number) + draw.chance(number % 1)
    first = max(who.since or AS_OF, AS_OF - timedelta(days=8 * 365))
    usual, margin = draw.around(draw.between(*segment.price), 0.3), draw.between(*segment.margin)
    skill = draw.normal(-0.035 + 0.05 * who.liking, 0.02)  # how far completion strays from budget
    span = max(60, (who.stop - first).days)
    for n in range(count):
        start = working_day(
            first + timedelta(days=int(span * min(0.99, max(0, (n + draw.between(0.1, 1.0)) / count))))
        )
        if start > min(who.stop, AS_OF - timedelta(days=10)):
            continue
        price = round(draw.around(usual, 0.45), -3)
        planned = start + timedelta(days=draw.whole(100, 260))
        accepted = planned + timedelta(days=round(draw.normal(75 - 85 * who.liking, 40)))
        stopped = accepted > AS_OF and draw.chance(0.05)
        cost = price * (1 - draw.normal(margin, 0.02))
        done = accepted <= AS_OF
        who.projects.append({
            "start": start, "kind": draw.pick(新建产线=0.3, 技改=0.35, 单机=0.2, 软件=0.1, 搬迁=0.05), "price": price, "budget": cost,
            "actual": cost - price * draw.normal(skill, 0.025) if done else None, "planned": planned, "accepted": accepted if done else None,
            "stations": max(1, round(price / draw.between(90_000, 220_000))), "stopped": stopped,
            "milestones": [], "retention": draw.pick(**{"0.1": 0.62, "0.05": 0.26, "0.15": 0.06, "0": 0.06}),
        })  # fmt: skip
        make_milestones(who, who.projects[-1], accepted)
        if start > START:
            final = who.projects[-1]["actual"]
            who.orders.append({
                "day": start, "kind": "项目", "amount": price, "cost": None if draw.chance(0.04) else cost if final is None else final,
                "selling": price * draw.between(0.01, 0.05), "service": price * (draw.between(0.1, 0.3) if draw.chance(0.06) else draw.between(0.02, 0.06)),
                "status": "已完成" if done else "执行中",
            })  # fmt: skip


def make_milestones(who: Client, project: dict[str, Any], accepted: date) -> None:
    """Due after signing, before delivery, after acceptance and a year after that; those due later are not yet in the books."""
    draw, kept = who.draw, float(project["retention"])
    days = (
        project["start"] + timedelta(days=15),
        max(project["start"] + timedelta(days=40), accepted - timedelta(days=50)),
        accepted + timedelta(days=20),
        accepted + timedelta(days=365),
    )
    quarrel = draw.chance(0.35 * (1 - who.liking) ** 2)
    for (name, share), due in zip(SPLIT, days, strict=True):
        share = kept if name == "质保金" else share + (0.1 - kept if name == "终验款" else 0)
        if not share or due > AS_OF or (project["stopped"] and name != "预付款"):
            continue
        made = invoice(who, due - timedelta(days=10), project["price"] * share, 10)
        if made is None:
            continue
        disputed = quarrel and name in ("终验款", "质保金")
        if disputed and draw.chance(0.85) and made["day"] > WRITTEN_OFF:
            made["paid_on"], made["paid"] = None, 0.0
        if name == "质保金" and draw.chance(0.35 * (1 - who.liking)) and made["day"] > WRITTEN_OFF:
            made["paid_on"], made["paid"] = None, 0.0
        project["milestones"].append({"kind": name, "due": made["due"], "gross": made["gross"], "paid_on": made["paid_on"], "paid": made["paid"],
                                      "disputed": disputed and not made["paid"]})  # fmt: skip


def make_service(who: Client, segment: Segment) -> None:
    """Service calls and spares by a rhythm of their own, from the first project on."""
    draw = who.draw
    a_year, usual = draw.between(*segment.service), draw.around(18_000 if who.strong else 9_000, 0.4)
    growth = draw.between(0.8, 1.35)
    day = max(START, who.projects[0]["start"] if who.projects else who.since or AS_OF)
    if a_year < 0.2:
        return
    while (
        day := day + timedelta(days=max(3, round(draw.around(365 / a_year, 0.5))))
    ) <= who.stop and day <= AS_OF:
        when = working_day(day)
        if when > AS_OF:
            break
        kind = draw.pick(维保=0.45, 备件=0.55)
        amount = round(draw.around(usual, 0.6) * growth ** ((when - date(2024, 12, 31)).days / 365), 2)
        status = "取消" if draw.chance(0.02) else "已完成"
        who.orders.append({
            "day": when, "kind": kind, "amount": amount, "cost": amount * draw.between(0.4, 0.7), "selling": amount * 0.01,
            "service": amount * draw.between(0.02, 0.1), "status": status,
        })  # fmt: skip
        if status == "已完成":
            invoice(who, when + timedelta(days=draw.whole(2, 14)), amount)


def invoiced_of(project: dict[str, Any]) -> float:
    return sum(milestone["gross"] for milestone in project["milestones"])


def retention_of(project: dict[str, Any]) -> float:
    return round(project["price"] * (1 + VAT) * float(project["retention"]), 2)
