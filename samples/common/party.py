# SPDX-License-Identifier: Apache-2.0
"""A customer of any trade before it becomes rows: who it is, how it pays, what it ordered and was invoiced."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .draw import Draw, working_day

AS_OF = date(2026, 6, 30)
START = date(2023, 7, 1)
YEAR_AGO = date(2025, 6, 30)
VAT = 0.13
WRITTEN_OFF = date(2024, 12, 31)  # what nobody paid of older invoices has left the books


@dataclass
class Party:
    """`liking`, 0 to 1, is how content it is: answers, complaints, referrals, intent and paying hang on it."""

    number: int
    prefix: str
    kind: str  # the segment
    draw: Draw
    liking: float
    strong: bool  # among those the seller cares for most
    since: date | None  # nothing for a prospect
    stop: date = AS_OF
    payer: str = "prompt"
    terms: int = 30
    orders: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.number:04d}"

    @property
    def fading(self) -> bool:
        return self.stop < AS_OF

    def bought(self) -> float:
        """Of the last twelve months, cancelled orders left out."""
        return sum(o["amount"] for o in self.orders if o["day"] > YEAR_AGO and o["status"] != "取消")

    def orders_12m(self) -> int:
        return sum(1 for o in self.orders if o["day"] > YEAR_AGO and o["status"] != "取消")


def draw_payer(who: Party, terms: dict[str, float]) -> None:
    """Prompt, slow, late or bad; the less content, the later."""
    unhappy = 1 - who.liking
    who.payer = who.draw.pick(prompt=1.7 * who.liking + 0.2, slow=0.5, late=0.5 * unhappy, bad=0.14 * unhappy)
    who.terms = int(who.draw.pick(**terms))


def invoice(who: Party, day: date, net: float, terms: int | None = None) -> dict[str, Any] | None:
    """One invoice with VAT on top, paid by the customer's habit counted from the due date; None when dated after AS_OF."""
    draw = who.draw
    habit = {"prompt": (-3, 5), "slow": (14, 10), "late": (55, 30), "bad": (140, 70)}[who.payer]
    never = {"prompt": 0.0, "slow": 0.005, "late": 0.04, "bad": 0.25}[who.payer]
    billed = working_day(day)
    due = billed + timedelta(days=who.terms if terms is None else terms)
    paid_on = max(billed, due + timedelta(days=round(draw.normal(*habit))))
    lately = billed > WRITTEN_OFF
    unpaid = paid_on > AS_OF or (draw.chance(never) and lately)
    gross = round(net * (1 + VAT), 2)
    part = round(gross * draw.between(0.86, 0.98), 2) if draw.chance(0.012) and lately else gross
    if billed > AS_OF:
        return None
    made = {"day": billed, "due": due, "net": round(net, 2), "gross": gross, "paid_on": None if unpaid else paid_on, "paid": 0.0 if unpaid else part}  # fmt: skip
    who.invoices.append(made)
    return made
