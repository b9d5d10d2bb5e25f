# SPDX-License-Identifier: Apache-2.0
"""What the tests of the workbook share: two independent calculators, and a company whose pack has everything that the
formulas must know.

`formulas` is a Python package that reads a workbook and computes it; LibreOffice is asked where it is installed (Debian:
`libreoffice-calc`). Neither knows anything of the engine.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

SOFFICE = shutil.which("soffice")
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""The setting of LibreOffice by which files are calculated when they are opened, whatever values they hold."""

Values = dict[str, dict[str, Any]]
"""Sheet -> cell -> value; an empty text and no value are the same."""


def by_formulas(path: Path, _: Path) -> Values:
    """The workbook as the package `formulas` computes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import formulas

        titles = {sheet.upper(): sheet for sheet in book(path).sheetnames}
        solved = formulas.ExcelModel().loads(str(path)).finish().calculate()
    found: Values = {}
    for key, value in solved.items():
        sheet, _, cell = str(key).rpartition("!")
        if ":" not in cell and hasattr(value, "value"):
            title = titles[sheet.strip("'").rpartition("]")[2].replace("''", "'").upper()]
            found.setdefault(title, {})[cell] = value.value[0, 0]
    return found


def by_libreoffice(path: Path, folder: Path) -> Values:
    """The workbook as LibreOffice computes it."""
    assert SOFFICE is not None
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    target = folder / "calculated"
    command = [
        SOFFICE, f"-env:UserInstallation=file://{folder / 'profile'}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
        "--outdir", str(target), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return stored(target / path.name)


def book(path: Path, values: bool = False) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl knows no data bars of 2010
        return openpyxl.load_workbook(path, data_only=values)


def stored(path: Path) -> Values:
    """The values that a file holds, those of formulas as they were stored."""
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for sheet in book(path, values=True)
    }  # fmt: skip


def formulas_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """(sheet, cell, formula)."""
    for sheet in book(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, getattr(cell.value, "text", cell.value)


def same(one: Any, other: Any) -> bool:
    """Equal texts; numbers that differ by less than the sixth decimal, which is what is stored of a valuation."""
    one, other = ("" if value is None else value for value in (one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-6)
    return bool(one == other)


def disagreements(path: Path, found: Values) -> list[tuple[str, str, Any, Any]]:
    """The formulas whose stored value is not what a calculator found."""
    held = stored(path)
    pairs = [
        (sheet, cell, held[sheet].get(cell), found.get(sheet, {}).get(cell))
        for sheet, cell, _ in formulas_of(path)
    ]
    assert pairs
    return [pair for pair in pairs if not same(*pair[2:])]


def edited(path: Path, target: Path, changes: Mapping[tuple[str, str], Any]) -> Path:
    """The workbook with other values in some cells, as somebody would type them."""
    made = book(path)
    for (sheet, cell), value in changes.items():
        assert made[sheet][cell].data_type != "f", "a formula, which nobody should type over"
        made[sheet][cell] = value
    made.save(target)
    return target


@cache
def _read(path: Path) -> Any:
    return book(path, values=True)


def assumption_of(path: Path, method: int, title: str) -> str:
    """The cell of the base case of an assumption, of a method counted from 0 in the order of the valuation."""
    page = _read(path)["Assumptions"]
    heads = [row for row in range(1, page.max_row + 1) if page[f"A{row}"].value == "Assumption"]
    rows = range(heads[method], heads[method + 1] if method + 1 < len(heads) else page.max_row + 1)
    (row,) = (row for row in rows if page[f"A{row}"].value == title)
    return f"D{row}"


def scenario_cell(cells: Mapping[str, Any], title: str, name: str) -> str:
    """The cell of a part of a method, by its name in column A, in the column of a scenario."""
    column, head = next(
        (cell.rstrip("0123456789"), int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
        for cell, value in cells.items()
        if value == title
    )
    row = next(row for row in range(head + 1, head + 500) if cells.get(f"A{row}") == name)
    return f"{column}{row}"


def cell_of(path: Path, sheet: str, column: str, **wanted: Any) -> str:
    """The cell of a column in the one row that holds all of `wanted`, by letters of columns."""
    page = _read(path)[sheet]
    rows = [
        row for row in range(1, page.max_row + 1)
        if all(page[f"{letter}{row}"].value == value for letter, value in wanted.items())
    ]  # fmt: skip
    assert len(rows) == 1, (wanted, rows)
    return f"{column}{rows[0]}"


PACK = {
    "pack.yaml": """
id: everything
version: 1.0.0
title: {zh: 全部, en: Everything}
decimals: {dimension: 3, composite: 1}
minimum_coverage: {share: 0.6, cap: third, source: judgement}
dimensions: {average: 5, total: 3, least: 2, most: 1, rare: 1}
dimension_source: judgement
parameters:
  upper: {title: {zh: 上线, en: Upper line}, values: [{from: 2020-01-01, value: 55, source: judgement}]}
gates:
  - {id: cap-average, title: {zh: 甲, en: Gate A}, when: sued, cap: {average: 41.5}, reason: {zh: 甲, en: A}, source: judgement}
  - {id: floor-average, title: {zh: 乙, en: Gate B}, when: framework_agreement, floor: {average: 30}, reason: {zh: 乙, en: B}, source: judgement}
  - {id: cap-whole, title: {zh: 丙, en: Gate C}, when: score.least < 20 and not dishonest_debtor, cap: {composite: 44.4}, reason: {zh: 丙, en: C}, source: judgement}
  - {id: floor-whole, title: {zh: 丁, en: Gate D}, when: score.most >= 90 or score.total > 95, floor: {composite: 35}, reason: {zh: 丁, en: D}, source: judgement}
  - {id: veto, title: {zh: 戊, en: Gate E}, when: dishonest_debtor, cap: {tier: fourth}, reason: {zh: 戊, en: E}, source: judgement}
  - {id: doubt, title: {zh: 己, en: Gate F}, when: coverage < 0.7 and composite > 50, cap: {tier: second}, reason: {zh: 己, en: F}, source: judgement}
tiers:
  - {id: first, title: {zh: 一, en: First}, when: (3 * score.average + 2 * score.total) / 5 >= param.upper and composite >= 50 and not gate.doubt, source: judgement}
  - {id: second, title: {zh: 二, en: Second}, when: 'coalesce(score.rare, composite) > 45 and not is_missing(score.average) and employees > 3', source: judgement}
  - {id: third, title: {zh: 三, en: Third}, when: 'min(score.average, score.total) >= 20 or 30 <= composite < 80', source: judgement}
  - {id: fourth, title: {zh: 四, en: Fourth}}
""",
    "average.yaml": """
dimension: average
title: {zh: 平均, en: Average}
rules:
  - {id: size, title: {zh: 规模, en: Size}, of: annual_revenue, bands: [{below: 50, points: 0.0625}, {from: 50, below: 100, points: 33.3333}, {from: 100, points: 100}], weight: 3, source: judgement}
  - {id: staff, title: {zh: 人数, en: Staff}, of: employees, bands: [{below: 10, points: -12.5}, {from: 10, points: 87.4375}], on_missing: worst, weight: 2, source: judgement}
  - {id: liquidity, title: {zh: 流动, en: Liquidity}, when: current_ratio >= 1, points: 95.1, else: 10.0001, on_missing: neutral, weight: 7, source: judgement}
  - {id: debt, title: {zh: 负债, en: Debt}, when: debt_ratio <= 0.5, points: 80, on_missing: {points: 35.5}, source: judgement}
  - {id: settled, title: {zh: 结清, en: Settled}, when: current_ratio > debt_ratio, points: 70, on_missing: fail, source: judgement}
  - {id: fitting, title: {zh: 匹配, en: Fitting}, of: need_fit, applies: sued, scale: [[1, 5], [5, 88.8]], weight: 2, source: judgement}
  - {id: worked-out, title: {zh: 算得, en: Worked out}, formula: 'annual_revenue / 3', max: 60, source: judgement}
  - {id: listed, title: {zh: 清单, en: Listed}, checklist: [{id: one, when: employees > 5, points: 40}, {id: two, when: sued, points: 20.5}], source: judgement}
""",
    "total.yaml": """
dimension: total
title: {zh: 合计, en: Total}
combine: sum
initial: -1.0625
min: -30
max: 97.5
rules:
  - {id: bound, title: {zh: 协议, en: Bound}, when: framework_agreement, points: 55.00005, else: -0.0005, source: judgement}
  - {id: small, title: {zh: 小, en: Small}, of: employees, bands: [{below: 20, points: -22.0625}, {from: 20, points: 54.0001}], on_missing: worst, source: judgement}
  - {id: suited, title: {zh: 诉, en: Suited}, when: sued, points: -7.7777, else: 12, applies: annual_revenue > 60, source: judgement}
""".replace("55.00005", "55.0005"),
    "least.yaml": """
dimension: least
title: {zh: 最低, en: Least}
combine: min
rules:
  - {id: floor-one, title: {zh: 低一, en: Low one}, when: employees > 8, points: 66.6665, else: 15, source: judgement}
  - {id: floor-two, title: {zh: 低二, en: Low two}, when: current_ratio > 1.2, points: 90, else: 21.5, applies: not sued, source: judgement}
""",
    "most.yaml": """
dimension: most
title: {zh: 最高, en: Most}
combine: max
rules:
  - {id: top-one, title: {zh: 高一, en: High one}, when: annual_revenue > 90, points: 91.25, else: 8, on_missing: neutral, source: judgement}
  - {id: top-two, title: {zh: 高二, en: High two}, when: debt_ratio < 0.4, points: 77, else: 2, applies: framework_agreement, source: judgement}
""",
    "rare.yaml": """
dimension: rare
title: {zh: 罕见, en: Rare}
rules:
  - {id: rarely, title: {zh: 少, en: Rarely}, when: employees > 15, points: 100, else: 30, applies: dishonest_debtor, source: judgement}
""",
}  # fmt: skip

VALUATION = """
standard: fair_value
currency: CNY
methods:
  - id: curve
    method: excess_earnings
    assumptions:
      revenue: {is: 100000000, low: 90000000, source: judgement}
      transfer: {is: 0.93, source: judgement}
      growth: {is: 0.03, low: 0, high: 0.05, source: judgement}
      weibull_scale: {is: 6, low: 4.5, source: judgement}
      weibull_shape: {is: 1.5, high: 0.8, source: judgement}
      margin: {is: 0.16, low: 0.03, source: judgement}
      tax: {is: 0.25, source: judgement}
      charges: {is: 0.02664, source: judgement}
      discount_rate: {is: 0.14, low: 0.16, high: 0.13, source: judgement}
      years: {is: 15, high: 17.5, source: judgement}
      tax_benefit_years: {is: 10, high: 0, source: judgement}
  - id: counted
    method: excess_earnings
    assumptions:
      revenue: {is: 12345678.9, source: judgement}
      growth: {is: -0.02, source: judgement}
      attrition: {is: 0.12, low: 1, high: 0, source: judgement}
      survivors: {is: average, low: begin, high: end, source: judgement}
      discounting: {is: end, high: mid, source: judgement}
      margin: {is: 0.4, source: judgement}
      tax: {is: 0.15, source: judgement}
      charges: {is: 0, source: judgement}
      discount_rate: {is: 0.1, high: 0, source: judgement}
      years: {is: 6, source: judgement}
    bridge:
      - {id: at-ease, title: {zh: 无流失, en: Nobody leaves}, assumptions: {attrition: {is: 0, source: judgement}, growth: {is: 0, source: judgement}}}
    stress:
      - {id: flight, title: {zh: 大量流失, en: Flight}, assumptions: {attrition: {is: 0.35, source: judgement}}}
  - id: compared
    method: with_and_without
    assumptions:
      revenue: {is: [1000000, 1100000, 1200000.5], low: [900000, 900000, 900000], source: judgement}
      ramp: {is: [0.2, 0.6, 1], source: judgement}
      acquisition: {is: [300000, 200000, 0], source: judgement}
      variable_margin: {is: 0.45, source: judgement}
      fixed_cost: {is: 100000, source: judgement}
      tax: {is: 0.25, source: judgement}
      discount_rate: {is: 0.12, low: 0.15, high: 0.1, source: judgement}
      tax_benefit_years: {is: 10, source: judgement}
  - id: rebuilt
    method: cost
    assumptions:
      customers: {is: 212, low: 200, source: judgement}
      acquisition_cost: {is: 18000.37, source: judgement}
      indirect: {is: 0.25, source: judgement}
      developer_profit: {is: 0.1, source: judgement}
      discount_rate: {is: 0.14, high: 0.2, source: judgement}
      build_years: {is: 1.5, source: judgement}
      obsolescence: {is: 0.2, low: 0.3, source: judgement}
  - id: signed
    method: backlog
    assumptions:
      orders: {is: [12, 30], source: judgement}
      price: {is: [6800, 7200], source: judgement}
      received: {is: [6800, 1440], source: judgement}
      cost: {is: [3100, 3300], high: [3000, 3000], source: judgement}
      refunds: {is: [0.03, 0.05], low: [0.1, 0.1], source: judgement}
  - id: taxed
    method: cost
    assumptions:
      customers: {is: 90, source: judgement}
      acquisition_cost: {is: 21000, source: judgement}
      indirect: {is: 0.2, source: judgement}
      developer_profit: {is: 0.15, source: judgement}
      discount_rate: {is: 0.13, low: 0, source: judgement}
      build_years: {is: 2, source: judgement}
      obsolescence: {is: 0.1, source: judgement}
      tax: {is: 0.25, high: 0.15, source: judgement}
      tax_benefit_years: {is: 8, source: judgement}
  - id: tiered
    method: tiered_excess_earnings
    assumptions:
      revenue: {is: [40000000, 25000000.5, 9000000], low: [38000000, 20000000, 5000000], source: judgement}
      attrition: {is: [0.05, 0.11, 0.3], low: [0.08, 0.2, 1], high: [0, 0.07, 0.2], source: judgement}
      transfer: {is: [0.95, 0.8, 0.5], source: judgement}
      growth: {is: 0.02, low: -0.03, source: judgement}
      survivors: {is: mid, low: begin, high: average, source: judgement}
      margin: {is: 0.18, low: 0.03, source: judgement}
      tax: {is: 0.25, source: judgement}
      charges: {is: 0.03, source: judgement}
      discount_rate: {is: 0.145, low: 0.17, high: 0.12, source: judgement}
      discounting: {is: mid, low: end, source: judgement}
      years: {is: 12, high: 14, source: judgement}
      tax_benefit_years: {is: 10, low: 0, source: judgement}
    stress:
      - {id: best-leave, title: {zh: 最好的离开, en: The best leave}, assumptions: {attrition: {is: [0.4, 0.11, 0.3], source: judgement}}}
  - id: endless
    method: lifetime_values
    assumptions:
      customers: {is: 320, source: judgement}
      margin: {is: 5200.5, low: 4000, source: judgement}
      retention: {is: 0.84, low: 0.7, high: 0.9, source: judgement}
      growth: {is: 0.02, high: 0.05, source: judgement}
      discount_rate: {is: 0.15, source: judgement}
      discounting: {is: mid, low: end, source: judgement}
      acquisition_cost: {is: 900, source: judgement}
      transfer: {is: 0.8, source: judgement}
  - id: eight-years
    method: lifetime_values
    assumptions:
      customers: {is: 150, source: judgement}
      margin: {is: 3000, low: -10, source: judgement}
      retention: {is: 0.8, low: 0, high: 1, source: judgement}
      discount_rate: {is: 0.12, high: 0, source: judgement}
      first_margin: {is: certain, low: if_kept, high: now, source: judgement}
      years: {is: 8, high: 0, source: judgement}
  - id: fitted
    method: expected_sales
    assumptions:
      sales: {is: [1200000, 2000000.75, 2500000, 2500000], low: [900000, 1500000, 1800000, 1900000], source: judgement}
      transfer: {is: 0.9, source: judgement}
      margin: {is: 0.22, high: 0.3, source: judgement}
      tax: {is: 0.25, source: judgement}
      charges: {is: 0.02, source: judgement}
      discount_rate: {is: 0.135, low: 0.18, high: 0, source: judgement}
      tax_benefit_years: {is: 10, high: 0, source: judgement}
  - id: capitalised
    method: capitalised_earnings
    assumptions:
      earnings: {is: 2500000, low: 300000, source: judgement}
      assets: {is: 9000000, source: judgement}
      asset_return: {is: 0.06, source: judgement}
      discount_rate: {is: 0.16, high: 0.14, source: judgement}
      growth: {is: -0.1, high: 0.02, source: judgement}
  - id: measured
    method: excess_earnings
    assumptions:
      revenue: {is: 8000000, source: judgement}
      growth: {is: 0, source: judgement}
      measured_survivors: {is: [0.9, 0.85, 0.7, 0.66, 0.5, 0.49, 0.3], low: [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], source: judgement}
      survivors: {is: average, source: judgement}
      margin: {is: 0.2, source: judgement}
      tax: {is: 0.25, source: judgement}
      charges: {is: 0.01, source: judgement}
      discount_rate: {is: 0.155, high: 0.11, source: judgement}
      years: {is: 5, source: judgement}
  - id: checked
    method: reconciliation
    assumptions:
      price: {is: 90000000, low: 60000000, source: judgement}
      values: {is: [21000000.25, 9000000, value.tiered], source: judgement}
      returns: {is: [0.04, 0.07, 0.15], high: [0.03, 0.05, 0.14], source: judgement}
      goodwill_return: {is: 0.21, source: judgement}
      wacc: {is: 0.125, low: 0.15, source: judgement}
"""

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "<b>\u202eمرحبا</b>",
    "长" * 200,
    "https://example.com/?a=1",
    "{=1+1}",
    "🏭🤝",
]
"""Names of the first customers."""


def company(folder: Path, *changes: tuple[str, str]) -> Path:
    """The files of an assessment of 21 customers whose values and gaps fall in every way; each (old, new) is replaced in
    pack and valuation, and must stand in one of them."""
    texts = {**{f"pack/{name}": text for name, text in PACK.items()}, "valuation.yaml": VALUATION}
    for old, new in changes:
        assert sum(old in text for text in texts.values()) == 1, old
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    (folder / "pack").mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "customers.csv").write_text(_customers(), encoding="utf-8")
    (folder / "assessment.yaml").write_text(
        "company: {zh: 试验公司, en: Trial Co.}\npurpose: {zh: 试验, en: Trial}\nas_of: 2026-06-30\npack: pack\nvaluation: valuation.yaml\n"
        "tables:\n  customers: customers.csv\n",
        encoding="utf-8",
    )
    return folder


def _customers() -> str:
    columns = {
        "name": [*HOSTILE], "annual_revenue": ["120", "", "55", "10", "90.5"], "employees": ["4", "12", "", "30", "9", "18", "2"],
        "current_ratio": ["1.5", "0.8", ""], "debt_ratio": ["0.3", "", "0.7", "0.5"], "need_fit": ["1", "5", "3", "", "2"],
        "sued": ["true", "false", "", "false", "true", "false"], "framework_agreement": ["false", "true", "", "false"],
        "dishonest_debtor": ["false", "false", "true", "", "false", "false", "false"],
    }  # fmt: skip
    lines = [",".join(["customer_id", *columns])]
    for index in range(20):
        cells = [f"K{index:02d}"]
        for name, values in columns.items():
            value = (
                values[index % len(values)]
                if name != "name"
                else values[index]
                if index < len(values)
                else f"N{index}"
            )
            cells.append('"' + value.replace('"', '""') + '"' if value else "")
        lines.append(",".join(cells))
    lines.append("K98,last," + "," * (len(columns) - 2))
    return "\n".join(lines) + "\n"
