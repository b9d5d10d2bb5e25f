# SPDX-License-Identifier: Apache-2.0
"""What the formulas of a method of valuation are made of. A template names assumptions (`{tax}`), the year or item of the
table (`{T}`), other steps (`{od}`) and other columns (`{row.revenue}`).

The same template makes a cell of the table, where `{T}` is one year, and, under SUMPRODUCT, the sum over all years, so
that each scenario has its value in one cell. The definition is `valuation/`; the tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

TOKEN = re.compile(r"\{([\w.]+)\}")
CHOICE = re.compile(r"\[(\w+)\]")
YEARS_AT_MOST = 60
"""As many years as `years` may say."""

Scalar = tuple[str, Callable[[dict[str, Any]], float | None]]
"""A number as a template, and the same from the assumptions and the steps before, for the value that is stored with the formula;
None where there is none."""

Listed = tuple[str, Callable[[dict[str, Any]], list[float | None]]]
"""The same for one number an item or year of the table. Without template the numbers stand as the engine has them."""

Yearly = tuple[str, Callable[[dict[str, Any], int], float]]
"""The same for one number a year."""


class Live(Struct, frozen=True):
    """The formulas of a method. Each part is made of assumptions and the parts before it.

        `scalars`, then `lists` of one number a row of the table, then `totals`, then `value`, in every scenario. Of the base case also
        `columns`, the table; `last`, what its one row more than items holds instead; `years`, a table by year beside one of
        items; `base_totals`. `rows` names the assumption that says how many years count, or is empty where items do; `checked` the
    column of the table that is compared with the engine, else its last; `note` a text on what does not follow changes."""

    value: str
    scalars: Mapping[str, Scalar] = {}
    lists: Mapping[str, Listed] = {}
    totals: Mapping[str, str] = {}
    columns: Mapping[str, str] = {}
    last: Mapping[str, str] = {}
    years: Mapping[str, Yearly] = {}
    base_totals: Mapping[str, str] = {}
    rows: str = ""
    checked: str = ""
    note: str = ""

    @property
    def by_year(self) -> bool:
        """Whether the rows of the table are years, of which as many count as an assumption says."""
        return bool(self.rows) and not self.years

    @property
    def names(self) -> frozenset[str]:
        """Every name that the templates use; those of assumptions are among them."""
        templates = [template for template, _ in (*self.scalars.values(), *self.lists.values())]
        templates += [template for template, _ in self.years.values()]
        for part in (self.totals, self.columns, self.last, self.base_totals):
            templates += part.values()
        templates += [self.value, f"{{{self.rows}}}"]
        return frozenset(name for template in templates for name in TOKEN.findall(template))

    def expanded(self, column: str) -> str:
        """A column with the columns it is made of written out."""
        return TOKEN.sub(
            lambda found: f"({self.expanded(found[1][4:])})" if found[1].startswith("row.") else found[0],
            self.columns[column],
        )

    def written(self, template: str) -> str:
        """A template with sums over the rows that count (`{sum.present}`) and the last of them (`{last.present}`) written out."""

        def part(found: re.Match[str]) -> str:
            kind, _, column = found[1].partition(".")
            if kind == "sum":
                counted = f"({{T}}<=INT({{{self.rows}}}))*" if self.rows else ""
                return f"SUMPRODUCT({counted}({self.expanded(column)}))"
            if kind == "last":
                return f"({self.expanded(column).replace('{T}', f'INT({{{self.rows}}})')})"
            return found[0]

        return TOKEN.sub(part, template)


def filled(template: str, cell: Callable[[str], str]) -> str:
    """The template with addresses for names."""
    return TOKEN.sub(lambda found: cell(found[1]), template)


def power(base: str, time: str) -> str:
    """A power where nothing to the power of 0 is 1, as in the engine; in a spreadsheet it is an error, so that time 0 is apart."""
    return f"(({base})^({time}+({time}=0))*({time}<>0)+({time}=0))"
