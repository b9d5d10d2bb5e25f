# SPDX-License-Identifier: Apache-2.0
"""Who the customers of the sample are and what they bought: roles, projects, plant, orders. Every draw stands here with its range."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from common.draw import Draw, working_day
from world import AS_OF, SEED, Customer, Segment, make_invoices

FIRST_QUOTE = date(2022, 10, 1)
START = date(2023, 7, 1)  # orders are listed from here

# name, households or firms, quotes in 45 months, median project CNY, growth (unused), margin, liking, visits a year, first year
ROLES = (
    Segment("factory_owner", 76, (2, 6), (180_000, 520_000), (1, 1), (0.24, 0.40), (0.35, 0.97), (1, 6), (2011, 2024)),
    Segment("public_body", 36, (2, 5), (220_000, 600_000), (1, 1), (0.20, 0.34), (0.40, 0.92), (1, 4), (2013, 2024)),
    Segment("mep_contractor", 82, (4, 12), (150_000, 480_000), (1, 1), (0.14, 0.29), (0.30, 0.90), (1, 6), (2013, 2024)),
    Segment("general_contractor", 44, (3, 9), (300_000, 900_000), (1, 1), (0.10, 0.25), (0.25, 0.80), (0, 4), (2014, 2024)),
    Segment("dealer", 40, (4, 10), (60_000, 180_000), (1, 1), (0.13, 0.25), (0.35, 0.88), (1, 5), (2013, 2024)),
    Segment("developer", 34, (2, 6), (250_000, 700_000), (1, 1), (0.10, 0.24), (0.10, 0.70), (0, 3), (2015, 2022)),
    Segment("household", 18, (1, 1.4), (20_000, 60_000), (1, 1), (0.28, 0.42), (0.40, 0.92), (0, 1), (2023, 2025)),
)  # fmt: skip

# How far a role is behind a customer's habit of paying: weights of prompt, slow, late, bad
PAYERS = {
    "factory_owner": (0.60, 0.26, 0.11, 0.03), "public_body": (0.42, 0.40, 0.16, 0.02), "mep_contractor": (0.34, 0.36, 0.23, 0.07),
    "general_contractor": (0.20, 0.36, 0.32, 0.12), "dealer": (0.55, 0.30, 0.12, 0.03), "developer": (0.08, 0.24, 0.36, 0.32),
    "household": (0.90, 0.08, 0.02, 0.0),
}  # fmt: skip


@dataclass(slots=True)
class Project:
    """A quote and, where it was won, how it went."""

    quoted: date
    amount: float
    outcome: str
    awarded: date | None = None
    advance: float = 0.0
    retention: float = 0.0
    retention_due: date | None = None
    returned: date | None = None
    milestones: list[tuple[str, date, date | None]] = field(default_factory=list)


@dataclass
class Buyer(Customer):
    """One customer of the trade."""

    frame: bool = False  # on a framework or shortlist, quoting more and winning more
    served: bool = False  # under a maintenance contract
    direct: str = "Direct"
    projects: list[Project] = field(default_factory=list)
    plant: list[tuple[date, int, date]] = field(default_factory=list)  # installed, units, warranty end

    @property
    def id(self) -> str:
        return f"V{self.number:04d}"


def make_buyer(number: int, role: Segment) -> Buyer:
    draw = Draw(SEED, f"ventilation/{number:04d}")
    who = Buyer(number, role, draw)
    who.liking = draw.between(*role.liking)
    who.payer = draw.pick(**dict(zip(("prompt", "slow", "late", "bad"), PAYERS[role.name], strict=True)))
    who.terms = int(draw.pick(**{"30": 0.25, "60": 0.45, "90": 0.3}))
    who.since = date(draw.whole(*role.since), draw.whole(1, 12), draw.whole(1, 28))
    who.frame = role.name != "household" and draw.chance(0.9 * who.liking**3)
    who.served = role.name in ("factory_owner", "public_body", "mep_contractor") and draw.chance(
        0.15 + 0.6 * who.liking**2
    )
    who.direct = "Dealer" if role.name == "dealer" else draw.pick(Direct=0.78, Agent=0.12, Dealer=0.1)
    make_projects(who)
    make_plant(who)
    make_orders(who)
    make_invoices(who)
    for item in who.invoices:  # contractors argue over deductions; those who pay on time settle in full
        if who.payer in ("prompt", "slow") and 0 < item["paid"] < item["gross"]:
            item["paid"] = item["gross"]
    return who


def make_projects(who: Buyer) -> None:
    """Quotes grow a little over the years; of those decided a customer awards 15 to 65 in a hundred, by liking; one in eight stopped asking."""
    draw, role = who.draw, who.segment
    usual = draw.between(*role.amount)
    stop = AS_OF - timedelta(days=draw.whole(500, 1100)) if draw.chance(0.16 - 0.1 * who.liking) else AS_OF
    for _ in range(max(1, round(draw.between(*role.orders) * (1.5 if who.frame else 1.0)))):
        quoted = working_day(
            max(FIRST_QUOTE, who.since) + timedelta(days=round(1360 * draw.between(0, 1) ** 0.8))
        )
        if quoted > stop or quoted > AS_OF:
            continue
        amount = round(draw.around(usual, 0.55), -2)
        project = Project(quoted, amount, "Lost")
        awarded = working_day(quoted + timedelta(days=draw.whole(15, 80)))
        if awarded > AS_OF or ((AS_OF - quoted).days < 150 and draw.chance(0.4)):
            project.outcome = "Open"
        elif draw.chance(0.9 if role.name == "household" else 0.15 + 0.5 * who.liking):
            win(who, project, awarded)
        who.projects.append(project)
    who.projects.sort(key=lambda project: project.quoted)


def win(who: Buyer, project: Project, awarded: date) -> None:
    draw = who.draw
    project.outcome, project.awarded = "Won", awarded
    project.advance = draw.one(
        (0, 0, 0.05, 0.1, 0.1, 0.2, 0.3)
        if who.segment.name in ("general_contractor", "developer")
        else (0, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4)
    )
    behind = {"prompt": 4, "slow": 14, "late": 38, "bad": 95}[who.payer]
    for kind, after in (("到货", 45), ("进度款", 110), ("验收", 150), ("终验款", 300)):
        planned = working_day(awarded + timedelta(days=after))
        if (who.segment.name == "dealer" and kind != "到货") or planned > AS_OF:
            continue
        accepted = planned + timedelta(
            days=round(draw.around(behind * (2 if kind == "终验款" else 1), 0.7)) - 3
        )
        project.milestones.append((kind, planned, accepted if accepted <= AS_OF else None))
    if who.segment.name not in ("dealer", "household"):
        share = draw.one(
            (0.0, 0.03, 0.03, 0.03, 0.03, 0.03, 0.05, 0.05, 0.1)
            if who.segment.name != "public_body"
            else (0.03, 0.03, 0.03, 0.02)
        )
        project.retention = round(project.amount * share, 2)
        project.retention_due = awarded + timedelta(days=300 + draw.one((365, 730)))
        late = {"prompt": 10, "slow": 45, "late": 160, "bad": 900}[who.payer]
        back = project.retention_due + timedelta(days=round(draw.around(late, 0.6)))
        project.returned = back if share and back <= AS_OF else None


def make_plant(who: Buyer) -> None:
    """A unit for every 22,000 CNY of project, and what stood there before; a dealer's plant stands at its users'."""
    draw = who.draw
    if who.segment.name == "dealer":
        return
    if who.since < FIRST_QUOTE and draw.chance(0.75):
        installed = who.since + timedelta(days=draw.whole(60, 700))
        if installed < START:
            who.plant.append((installed, draw.whole(1, 18), installed + timedelta(days=730)))
    for project in who.projects:
        if project.awarded:
            installed = working_day(project.awarded + timedelta(days=115))
            if installed <= AS_OF:
                who.plant.append(
                    (installed, max(1, round(project.amount / 22_000)), installed + timedelta(days=730))
                )


def make_orders(who: Buyer) -> None:
    """Projects are ordered as equipment and installation; upkeep by the quarter under contract, else a repair or filters now and then."""
    draw = who.draw
    margin = draw.between(*who.segment.margin)
    heavy = draw.chance(0.06)  # after-sales eats the margin
    known = not draw.chance(0.04)

    def add(day: date, amount: float, kind: str, gain: float) -> None:
        when = working_day(day)
        if not START <= when <= AS_OF or amount < 100:
            return
        service = draw.between(0.2, 0.32) if heavy else draw.between(0.02, 0.06)
        who.orders.append({
            "day": when, "amount": round(amount, 2), "cost": amount * (1 - gain) if known else None, "selling": amount * draw.between(0.02, 0.06),
            "service": amount * service, "kind": kind, "status": "cancelled" if draw.chance(0.012) else "done",
        })  # fmt: skip

    for project in who.projects:
        if project.awarded:
            works = 0.0 if who.segment.name == "dealer" else draw.between(0.2, 0.35)
            gain = min(0.55, draw.normal(margin, 0.03))
            lots = draw.whole(1, 3)
            for lot in range(lots):
                after = draw.whole(25, 60) + 40 * lot
                add(
                    project.awarded + timedelta(days=after),
                    project.amount * (1 - works) / lots,
                    "Goods",
                    gain,
                )
            add(
                project.awarded + timedelta(days=draw.whole(100, 140)),
                project.amount * works,
                "Project",
                gain - 0.03,
            )
    units = sum(count for _, count, _ in who.plant)
    if who.served and units:
        fee = units * draw.between(350, 900)
        fade = draw.between(0.75, 1.15)
        for quarter in range(12):
            add(START + timedelta(days=91 * quarter + draw.whole(5, 70)), fee * fade ** (quarter / 4) * draw.around(1, 0.25),
                draw.pick(Service=0.7, Parts=0.3), draw.between(0.4, 0.55))  # fmt: skip
    elif units or who.segment.name == "dealer":
        for _ in range(draw.count(0.5 + 2.2 * who.liking)):
            add(START + timedelta(days=draw.whole(0, 1090)), draw.around(4_000 + 300 * units, 0.6), draw.pick(Service=0.4, Parts=0.6),
                draw.between(0.35, 0.5))  # fmt: skip
    who.orders.sort(key=lambda order: order["day"])
