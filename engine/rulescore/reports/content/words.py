# SPDX-License-Identifier: Apache-2.0
"""Words and numbers of a report: a run's names with the parameters it used, money and shares as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ...folder import Run
from ...handbook.rules import Writer
from ...lang.syntax import Tree
from ...messages import word
from ...model import Pack, Table

MONEY = frozenset({"CNY", "money", "USD", "EUR", "HKD", "JPY", "GBP"})


class Words(Writer):
    """Words for the parts of a run in one language."""

    def __init__(self, run: Run, language: str, customers: Pack | None = None) -> None:
        """`customers`: the pack of the customers, when `run` is that of the base as a whole."""
        super().__init__(run.pack, language)
        self.run, self.customers = run, customers

    def tell(self, key: str, **facts: Any) -> str:
        """A text of the report."""
        return word(f"page.{key}", self.language, **facts)

    def parameter(self, name: str) -> str:
        """The value that a parameter had in the run."""
        return self.setting(name, self.run.plan.parameters[name])

    def field(self, name: str) -> str:
        """A field of any table by its title and that of its table."""
        table, _, column = name.partition(".")
        found = self._table(table)
        if found is None or column not in found.fields:
            return name
        return self.tell(
            "field-of", table=self.text(found.title), field=self.text(found.fields[column].title)
        )

    def table(self, name: str) -> str:
        """A table by its title; the answers of the company are one of the base as a whole."""
        found = self._table(name)
        return name if found is None else self.text(found.title)

    def _table(self, name: str) -> Table | None:
        packs = (self.pack, self.pack.portfolio)
        return next((pack.tables[name] for pack in packs if pack is not None and name in pack.tables), None)

    def value_word(self, of: Tree, value: str) -> str:
        """A value as people say it; for the base as a whole also a tier of its customers."""
        if self.customers is not None and "customers.tier" in self.pack.names_behind([of]):
            return next((self.text(tier.title) for tier in self.customers.tiers if tier.id == value), value)
        return super().value_word(of, value)

    def shown(self, value: Any, unit: str) -> str:
        """A figure of the base with its unit, short enough to be read at a glance."""
        if value is None:
            return self.tell("none")
        if isinstance(value, bool | str):
            return self.value(value, unit)
        if unit in MONEY:
            return self.money(Decimal(repr(float(value))), "CNY" if unit == "money" else unit)
        if unit == "share":
            return percent(float(value))
        return self.value(float(f"{value:.4g}") if abs(value) < 1000 else float(round(value)), unit)

    def money(self, value: Decimal | str | None, currency: str) -> str:
        """Money to two decimals: in 万元 or 亿元, in thousands or millions, or as it is."""
        if value is None:
            return self.tell("none")
        number = Decimal(value)
        for step in ("large", "middle"):
            size = Decimal(self.tell(f"money.{step}-size"))
            if abs(number) >= size:
                return self._amount(f"{step}", number / size, currency)
        return self._amount("plain", number, currency)

    def _amount(self, step: str, number: Decimal, currency: str) -> str:
        shown = f"{number.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
        kind = "yuan" if currency == "CNY" else "other"
        return self.tell(f"money.{step}.{kind}", number=shown, currency=currency)


def percent(value: float) -> str:
    """A share as percent with one decimal."""
    return f"{value:.1%}"


def points(value: float | None, decimals: int = 2) -> str:
    """Points of a score; a dash when nothing was assessed."""
    return "—" if value is None else f"{value:.{decimals}f}"
