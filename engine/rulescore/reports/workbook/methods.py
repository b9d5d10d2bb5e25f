# SPDX-License-Identifier: Apache-2.0
"""The valuation methods as formulas. A template names assumptions (`{tax}`), the year or class (`{T}`), other steps
(`{od}`) and other columns of the table (`{row.revenue}`).

The same template makes a cell of the year table, where `{T}` is one year, and, under SUMPRODUCT, the sum over all years, so
that each scenario has its value in one cell. The definition is `valuation/`; the tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .formulas import DASH

TOKEN = re.compile(r"\{([\w.]+)\}")
YEARS_AT_MOST = 60
"""As many years as `years` may say."""


def _annuity(rate: float, years: float, offset: float) -> float:
    return float((years if rate == 0 else (1 - (1 + rate) ** -years) / rate) * (1 + rate) ** offset)


@dataclass(frozen=True, slots=True)
class Live:
    """`helpers` and `totals` are scalars, in order, each made of assumptions and what stands before it; `columns` those of the
    table; `rows` names the assumption that says how many rows count, or is empty when series do; `value` the end."""

    helpers: Mapping[str, Helper]
    columns: Mapping[str, str]
    totals: Mapping[str, str]
    value: str
    rows: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every name that the templates use; those of assumptions are among them."""
        templates = [template for template, _ in self.helpers.values()]
        templates += [*self.columns.values(), *self.totals.values(), self.value, f"{{{self.rows}}}"]
        return frozenset(name for template in templates for name in TOKEN.findall(template))

    def expanded(self, column: str) -> str:
        """A column with the columns it is made of written out."""
        return TOKEN.sub(
            lambda found: f"({self.expanded(found[1][4:])})" if found[1].startswith("row.") else found[0],
            self.columns[column],
        )

    def sum_of(self, column: str) -> str:
        """The sum of a column over the rows that count."""
        counted = f"({{T}}<=INT({{{self.rows}}}))*" if self.rows else ""
        return f"SUMPRODUCT({counted}({self.expanded(column)}))"


def filled(template: str, cell: Callable[[str], str]) -> str:
    """The template with addresses for names."""
    return TOKEN.sub(lambda found: cell(found[1]), template)


Given = Mapping[str, Any]
Helper = tuple[str, Callable[[dict[str, Any]], float]]
"""A scalar as a template, and the same for the value that is stored with the formula."""

HALF_YEAR: Helper = ('IF({discounting}="[mid]",0.5,0)', lambda of: 0.5 if of["discounting"] == "mid" else 0.0)
FACTOR = "1/(1+{discount_rate})^({T}-{od})"
ANNUITY: Helper = (
    "IF({discount_rate}=0,{tax_benefit_years},(1-1/(1+{discount_rate})^{tax_benefit_years})/{discount_rate})*(1+{discount_rate})^{od}",
    lambda of: _annuity(float(of["discount_rate"]), float(of["tax_benefit_years"]), of["od"]),
)
BELOW: Helper = (
    "IF({tax_benefit_years}=0,1,1-{tax}/{tax_benefit_years}*{annuity})",
    lambda of: (
        1.0 - float(of["tax"]) / float(of["tax_benefit_years"]) * of["annuity"]
        if of["tax_benefit_years"]
        else 1.0
    ),
)
TAX_BENEFIT = f"IF({{below}}>0,1/{{below}},{DASH})"


def _left(point: str) -> str:
    """What is left of the customers so many years after the start: by the Weibull curve, else at constant attrition. A power of
    0 at no time at all is 1; in a spreadsheet it is an error, so that time 0 is written apart."""
    time = f"({{T}}-{{{point}}})"
    curve = f"{{curved}}*EXP(0-({time}/{{scale}})^{{weibull_shape}})"
    steady = f"(1-{{curved}})*({{kept}}^({time}+({time}=0))*({time}<>0)+({time}=0))"
    return f"{curve}+{steady}"


_EXCESS = Live(
    helpers={
        "od": HALF_YEAR,
        "first": (
            'IF({survivors}="[mid]",0.5,IF({survivors}="[end]",0,1))',
            lambda of: {"mid": 0.5, "end": 0.0}.get(of["survivors"], 1.0),
        ),
        "second": (
            'IF({survivors}="[mid]",0.5,IF({survivors}="[begin]",1,0))',
            lambda of: {"mid": 0.5, "begin": 1.0}.get(of["survivors"], 0.0),
        ),
        "curved": ("IF({weibull_scale}>0,1,0)", lambda of: 1.0 if of["weibull_scale"] > 0 else 0.0),
        "scale": ("IF({weibull_scale}>0,{weibull_scale},1)", lambda of: float(of["weibull_scale"]) or 1.0),
        "kept": ("1-{attrition}", lambda of: 1 - float(of["attrition"])),
        "annuity": ANNUITY,
        "below": BELOW,
    },
    columns={
        "year": "{T}",
        "survivors": f"({_left('first')}+{_left('second')})/2",
        "revenue": "{revenue}*{transfer}*(1+{growth})^{T}*{row.survivors}",
        "ebit": "{row.revenue}*{margin}",
        "tax": "{row.ebit}*{tax}",
        "after_tax": "{row.ebit}-{row.tax}",
        "charges": "{row.revenue}*{charges}",
        "excess": "{row.ebit}-{row.tax}-{row.charges}",
        "factor": FACTOR,
        "present": "{row.excess}*{row.factor}",
    },
    totals={
        "present": "=present",
        "tax_benefit_factor": TAX_BENEFIT,
        "tax_benefit": "IF({present}>0,{present}*{tax_benefit_factor}-{present},0)",
    },
    value=f"IF(AND({{weibull_scale}}>0,{{attrition}}>0),{DASH},IF({{below}}<=0,{DASH},IF({{present}}>0,{{present}}*{{tax_benefit_factor}},0)))",
    rows="years",
)

_WITH_AND_WITHOUT = Live(
    helpers={"od": HALF_YEAR, "annuity": ANNUITY, "below": BELOW},
    columns={
        "year": "{T}",
        "with": "({revenue}*{variable_margin}-{fixed_cost})*(1-{tax})",
        "without": "({revenue}*{ramp}*{variable_margin}-{fixed_cost}-{acquisition})*(1-{tax})",
        "difference": "{row.with}-{row.without}",
        "factor": FACTOR,
        "present": "{row.difference}*{row.factor}",
    },
    totals={"present": "=present", "tax_benefit_factor": TAX_BENEFIT},
    value=f"IF({{below}}<=0,{DASH},IF({{present}}>0,{{present}}*{{tax_benefit_factor}},0))",
)

_COST = Live(
    helpers={},
    columns={},
    totals={
        "direct": "{customers}*{acquisition_cost}",
        "indirect": "{direct}*{indirect}",
        "developer_profit": "({direct}+{total.indirect})*{developer_profit}",
        "opportunity_cost": "({direct}+{total.indirect})*{discount_rate}*{build_years}/2",
        "replacement_cost_new": "{direct}+{total.indirect}+{total.developer_profit}+{opportunity_cost}",
        "obsolescence": "{replacement_cost_new}*{obsolescence}",
    },
    value="{replacement_cost_new}-{total.obsolescence}",
)

_BACKLOG = Live(
    helpers={},
    columns={
        "class": "{T}",
        "net_cash": "{orders}*((1-{refunds})*({price}-{received}-{cost})-{refunds}*{received})",
        "liability": "{orders}*{received}",
    },
    totals={"liability": "=liability"},
    value="=net_cash",
)

LIVE: Mapping[str, Live] = {
    "excess_earnings": _EXCESS, "with_and_without": _WITH_AND_WITHOUT, "cost": _COST, "backlog": _BACKLOG,
}  # fmt: skip
"""By the name of the method. A method that is not here is shown with its stored values."""

STORED = (
    "tiered_excess_earnings",
    "lifetime_values",
    "expected_sales",
    "capitalised_earnings",
    "reconciliation",
)
"""The methods without formulas yet; their sheet says that the values are stored."""
