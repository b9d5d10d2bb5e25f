# SPDX-License-Identifier: Apache-2.0
"""The workbook recomputes what the engine found: two calculators that know nothing of the engine agree with every stored value,
and after a change in a cell they give what a fresh run of the changed rules gives."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import workbooks
import world
from commands import called, process
from openpyxl.utils import get_column_letter
from rulescore import api
from rulescore.arithmetic import UNIT
from rulescore.folder import Run
from rulescore.messages import LANGUAGES, catalogue
from rulescore.reports import xlsx
from rulescore.reports.workbook.methods import FORMULAS
from rulescore.reports.workbook.sheets import SHEETS
from rulescore.valuation import METHODS
from workbooks import (
    HOSTILE,
    SOFFICE,
    Values,
    by_formulas,
    by_libreoffice,
    cell_of,
    disagreements,
    edited,
    formulas_of,
    stored,
)

ROOT = Path(__file__).resolve().parent.parent
Calculator = Callable[[Path, Path], Values]
CALCULATORS = [
    by_formulas,
    pytest.param(by_libreoffice, marks=pytest.mark.skipif(SOFFICE is None, reason="needs libreoffice-calc")),
]
QUICKEST: Calculator = by_formulas if SOFFICE is None else by_libreoffice
FUNCTIONS = {
    "ABS", "AND", "AVERAGE", "COUNT", "EXACT", "EXP", "FALSE", "GAMMALN", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISNUMBER", "LN", "MATCH", "MAX", "MEDIAN", "MIN", "NOT", "OR", "POWER", "ROUND", "ROWS", "SUM", "SUMPRODUCT", "TRUE", "VLOOKUP",
}  # fmt: skip
"""All of them in Excel 2007."""


def written(run: Run, language: str, folder: Path, name: str = "book") -> Path:
    path = folder / f"{name}.xlsx"
    path.write_bytes(xlsx.render(run, language))
    return path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The company whose pack has every combine, kind, policy, gate and form of condition, and every valuation method."""
    folder = workbooks.company(tmp_path_factory.mktemp("everything") / "company")
    return api.evaluate(folder, out=folder / "run", unmask=True)


@pytest.fixture(scope="module")
def general(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(ROOT / "samples" / "general", out=tmp_path_factory.mktemp("general") / "run")


@pytest.fixture(scope="module")
def books(everything: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("books")
    return {language: written(everything, language, folder, language) for language in LANGUAGES}


# ---- the numbers ------------------------------------------------------------------------------------------


def test_every_formula_gives_the_engines_value(books: dict[str, Path], tmp_path: Path) -> None:
    """Guards the arithmetic of scores and values against the engine, cell by cell, in a calculator that knows neither."""
    found = QUICKEST(books["zh"], tmp_path)
    assert disagreements(books["zh"], found) == []
    assert _total(found) == 0


def test_the_company_has_all_that_must_be_recomputed(everything: Run) -> None:
    """Guards the test before it: a pack or base without one of these would prove nothing about it."""
    pack, trace = everything.pack, everything.trace.collect()
    assert {dimension.combine for dimension in pack.dimensions} == {"mean", "sum", "min", "max"}
    assert {(gate.action, gate.target == "tier", gate.target == "composite") for gate in pack.gates} >= {
        ("cap", False, False), ("floor", False, False), ("cap", False, True), ("floor", False, True), ("cap", True, False),
    }  # fmt: skip
    assert {rule.on_missing for rule in pack.rules} == {"leave_out", "worst", "neutral", "points", "fail"}
    cases = {case for rule in pack.rules for case in trace[f"{rule.id}.case"].unique()}
    assert {-1, -2, -3} <= cases
    assert all(trace[f"gate.{gate.id}"].sum() for gate in pack.gates)
    assert any(trace[f"gate.{gate.id}"].null_count() for gate in pack.gates)
    assert set(trace["tier.index"].drop_nulls()) == {0, 1, 2, 3}
    assert {0, 2} <= set(trace["tier.reason"])  # reached, and held down for want of coverage
    assert trace["composite.points"].null_count() == 0 and trace["rare.points"].null_count() > 0
    assert {
        method["method"]
        for method in json.loads((everything.folder / "valuation.json").read_bytes())["methods"]
    } == {module.NAME for module in FORMULAS}


@pytest.mark.parametrize("sample", ["general", "wedding_photography"])
def test_the_samples_recompute(sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards real packs of real size: the base as a whole, axes of tiers, expressions over figures in the valuation."""
    monkeypatch.setattr(xlsx, "CUSTOMERS_AT_MOST", 30 if QUICKEST is by_libreoffice else 1)
    run = api.evaluate(ROOT / "samples" / sample, out=tmp_path / "run")
    path = written(run, "en", tmp_path)
    found = QUICKEST(path, tmp_path)
    assert disagreements(path, found) == []
    assert _total(found) == 0


def _total(found: Values) -> float:
    """The total of checks on the first sheet."""
    for titles in ("校验合计", "Total of checks"):
        for sheet in ("汇总", "Summary"):
            for cell, value in found.get(sheet, {}).items():
                if value == titles:
                    return float(found[sheet][f"B{cell[1:]}"])
    raise AssertionError("no total of checks")


@pytest.mark.parametrize("calculate", CALCULATORS)
def test_a_change_in_a_cell_gives_what_the_engine_gives(
    calculate: Calculator, books: dict[str, Path], everything: Run, tmp_path: Path
) -> None:
    """Guards that it is live: weights of a rule and a dimension, points of a band, of a missing value and a least case,
    a threshold, a gate's limit, a limit of a dimension, the minimum coverage, and assumptions of every method of valuation; each as
    a cell of the workbook, and in the YAML of a fresh run."""
    pack = [
        ("points: 100}], weight: 3,", "points: 100}], weight: 5,"),  # size
        ("dimensions: {average: 5, total: 3,", "dimensions: {average: 4, total: 3,"),
        ("below: 100, points: 33.3333}", "below: 100, points: 61.2345}"),
        ("on_missing: {points: 35.5}", "on_missing: {points: 12.25}"),
        ("{below: 10, points: -12.5}", "{below: 10, points: -3.0625}"),  # also what `worst` gives
        ("points: 95.1, else: 10.0001", "points: 95.1, else: 20"),  # also what `neutral` gives
        ("value: 55, source", "value: 42.5, source"),
        ("composite >= 50 and not", "composite >= 40 and not"),
        ("cap: {average: 41.5}", "cap: {average: 38}"),
        ("cap: {tier: fourth}", "cap: {tier: third}"),
        ("initial: -1.0625", "initial: 4"),
        ("max: 97.5", "max: 61"),
        ("share: 0.6, cap: third", "share: 0.7, cap: fourth"),
        (
            "discount_rate: {is: 0.14, low: 0.16, high: 0.13,",
            "discount_rate: {is: 0.125, low: 0.16, high: 0.13,",
        ),
        ("survivors: {is: average, low: begin, high: end,", "survivors: {is: mid, low: begin, high: end,"),
        ("years: {is: 6,", "years: {is: 9,"),
        (
            "discount_rate: {is: 0.12, low: 0.15, high: 0.1,",
            "discount_rate: {is: 0.11, low: 0.15, high: 0.1,",
        ),
        ("price: {is: [6800, 7200]", "price: {is: [6800, 7500]"),
        ("discount_rate: {is: 0.13, low: 0,", "discount_rate: {is: 0.18, low: 0,"),  # taxed
        ("attrition: {is: [0.05, 0.11, 0.3],", "attrition: {is: [0.05, 0.16, 0.3],"),
        ("attrition: {is: 0.35, source", "attrition: {is: 0.6, source"),  # stress of counted
        ("discount_rate: {is: 0.145,", "discount_rate: {is: 0.16,"),
        ("transfer: {is: [0.95, 0.8, 0.5]", "transfer: {is: [0.9, 0.8, 0.5]"),
        ("years: {is: 12, high: 14", "years: {is: 20, high: 14"),
        ("survivors: {is: mid, low: begin, high: average", "survivors: {is: end, low: begin, high: average"),
        ("retention: {is: 0.84, low: 0.7,", "retention: {is: 0.81, low: 0.7,"),
        (
            "discounting: {is: mid, low: end, source: judgement}\n      acquisition_cost: {is: 900,",
            "discounting: {is: end, low: end, source: judgement}\n      acquisition_cost: {is: 1000,",
        ),
        ("first_margin: {is: certain, low: if_kept,", "first_margin: {is: now, low: if_kept,"),
        ("years: {is: 8, high: 0", "years: {is: 11, high: 0"),
        ("sales: {is: [1200000, 2000000.75,", "sales: {is: [1200000, 2100000,"),
        ("discount_rate: {is: 0.135, low: 0.18,", "discount_rate: {is: 0.11, low: 0.18,"),
        ("growth: {is: -0.1, high: 0.02", "growth: {is: -0.05, high: 0.02"),
        ("discount_rate: {is: 0.155, high: 0.11,", "discount_rate: {is: 0.2, high: 0.11,"),
        ("years: {is: 5, source: judgement}", "years: {is: 7, source: judgement}"),
        ("price: {is: 90000000, low", "price: {is: 95000000, low"),
        ("wacc: {is: 0.125, low", "wacc: {is: 0.14, low"),
    ]
    book = books["en"]

    def parameter(column: str, **wanted: Any) -> tuple[str, str]:
        return "Parameters", cell_of(book, "Parameters", column, **wanted)

    def points(rule: str, case: int | str) -> tuple[str, str]:
        return "Points", cell_of(book, "Points", "G", D=rule, E=case)

    def assumption(method: str, title: str) -> tuple[str, str]:
        return "Assumptions", workbooks.assumption_of(book, methods.index(method), title)

    def stressed(title: str, name: str) -> tuple[str, str]:
        return "Valuation", workbooks.scenario_cell(stored(book)["Valuation"], f"Stress: {title}", name)

    methods = [
        one["id"] for one in json.loads((everything.folder / "valuation.json").read_bytes())["methods"]
    ]
    changed = edited(book, tmp_path / "changed.xlsx", {
        parameter("D", C="size"): 5, parameter("D", C="average"): 4, points("size", 2): 61.2345, points("debt", "missing"): 12.25,
        points("staff", 1): -3.0625, points("liquidity", 2): 20, parameter("D", C="upper"): 42.5, parameter("D", A="First", D=50): 40,
        parameter("D", C="cap-average"): 38, parameter("D", C="veto"): "Third", parameter("E", C="total"): 4, parameter("H", C="total"): 61,
        parameter("D", B="the tier is limited where coverage is below"): 0.7, parameter("D", B="the highest tier when coverage is below"): "Fourth",
        assumption("curve", "Discount rate"): 0.125, assumption("counted", "When survivors are counted"): "middle of the year",
        assumption("counted", "Years"): 9, assumption("compared", "Discount rate"): 0.11, assumption("signed", "Price of one · 2"): 7500,
        assumption("taxed", "Rate of the opportunity cost"): 0.18, assumption("tiered", "Attrition a year of each tier · 2"): 0.16,
        assumption("tiered", "Discount rate"): 0.16, assumption("tiered", "Share of each tier that survives the change of owner · 1"): 0.9,
        assumption("tiered", "Years"): 20, assumption("tiered", "When survivors are counted"): "end of the year",
        assumption("endless", "Retention a year"): 0.81, assumption("endless", "When cash flows arise"): "end of the year",
        assumption("endless", "Cost of winning one customer"): 1000,
        assumption("eight-years", "When the first margin comes"): "at once", assumption("eight-years", "Years (0 without end)"): 11,
        assumption("fitted", "Sales expected up to the end of each year · 2"): 2100000, assumption("fitted", "Discount rate"): 0.11,
        assumption("capitalised", "Growth without end (attrition is negative)"): -0.05,
        stressed("Flight", "Attrition a year"): 0.6, assumption("measured", "Discount rate"): 0.2, assumption("measured", "Years"): 7,
        assumption("checked", "Price of the business"): 95000000, assumption("checked", "Weighted average cost of capital"): 0.14,
    })  # fmt: skip
    fresh_folder = workbooks.company(tmp_path / "fresh", *pack)
    fresh = api.evaluate(fresh_folder, out=fresh_folder / "run", unmask=True)
    assert (
        fresh.scores.select("customer_id", "tier").rows()
        != everything.scores.select("customer_id", "tier").rows()
    )
    found = calculate(changed, tmp_path)
    wanted = {row["customer_id"]: row for row in fresh.scores.iter_rows(named=True)}
    assert _scores(found) == {
        key: {
            name: row[name]
            for name in ("composite", "low", "high", "coverage", "average", "total", "least", "most", "rare")
        }
        | {"tier": row["tier"].capitalize()}
        for key, row in wanted.items()
    }
    values = json.loads((fresh.folder / "valuation.json").read_bytes())["methods"]
    before = json.loads((everything.folder / "valuation.json").read_bytes())["methods"]
    assert [one["value"] for one in values] != [one["value"] for one in before]
    assert _worth(found) == [
        [
            "—" if number is None else pytest.approx(float(number), abs=0.005)
            for number in (one["value"][case] for case in ("low", "base", "high"))
        ]
        for one in values
        if not one["check"]
    ]
    totals = {
        one["name"]: float(one["number"]) for one in values[-1]["totals"]
    }  # of the reconciliation, which takes the value of another
    cells = found["Valuation"]
    assert {
        name: next(
            cells[f"B{cell[1:]}"] for cell, value in cells.items() if cell[0] == "A" and value == title
        )
        for name, title in (("goodwill", "Goodwill"), ("wara", "WARA"), ("gap", "WARA less WACC"))
    } == pytest.approx({name: totals[name] for name in ("goodwill", "wara", "gap")}, abs=1e-5)
    assert _total(found) != 0


def _scores(found: Values) -> dict[str, dict[str, Any]]:
    """What the sheet of results says of each customer."""
    sheet = found["Rule results"]
    columns = {}
    for place in range(1, 200):
        letter = get_column_letter(place)
        title, group = sheet.get(f"{letter}8"), _group(sheet, place)
        columns[(group, title)] = letter
    names = {"Composite": "composite", "Could be as low as": "low", "Could be as high as": "high", "Coverage": "coverage", "Tier": "tier"}  # fmt: skip
    taken = {name: columns["Result", title] for title, name in names.items()}
    taken |= {name.lower(): columns["Points of dimensions", name] for name in ("Average", "Total", "Least", "Most", "Rare")}  # fmt: skip
    scores = {}
    row = 9
    while sheet.get(f"B{row}"):
        values = {name: sheet.get(f"{letter}{row}") for name, letter in taken.items()}
        scores[sheet[f"B{row}"]] = {name: None if value == "—" else value for name, value in values.items()}
        row += 1
    return scores


def _group(sheet: dict[str, Any], place: int) -> str | None:
    """The title that stands over a column: the last one to its left."""
    for before in range(place, 0, -1):
        if title := sheet.get(f"{get_column_letter(before)}4"):
            return str(title)
    return None


def _worth(found: Values) -> list[list[Any]]:
    """Low, base and high of each method on the first sheet."""
    sheet = found["Summary"]
    row = next(int(cell[1:]) for cell, value in sheet.items() if value == "Method")
    values = []
    while isinstance(sheet.get(f"C{row + 1}"), int | float):
        row += 1
        values.append([sheet[f"{column}{row}"] for column in "BCD"])
    return values


# ---- what it is made of -----------------------------------------------------------------------------------


def test_only_old_functions_are_used(
    books: dict[str, Path], general: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards WPS and older versions of Excel against a function they do not know."""
    monkeypatch.setattr(xlsx, "CUSTOMERS_AT_MOST", 3)
    seen: set[str] = set()
    for path in (books["zh"], written(general, "zh", tmp_path)):
        for _, _, formula in formulas_of(path):
            text = re.sub(r"\"[^\"]*\"|'[^']*'", "", formula)
            seen |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", text))
            assert "_xl" not in text
            assert len(formula) < 8_192
    assert seen <= FUNCTIONS


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_read_stays_text(everything: Run, books: dict[str, Path], language: str) -> None:
    """Guards against names that a spreadsheet would run, follow or cut."""
    names = {"zh": ("客户", "=客户"), "en": ("Customers", "")}[language][0]
    sheet = workbooks.book(books[language])[names]
    cells = [sheet[f"C{row}"] for row in range(6, 6 + everything.manifest["customers"])]
    read = {cell.value for cell in cells}
    assert set(HOSTILE) <= read
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)
    inside = zipfile.ZipFile(books[language])
    assert not any("external" in name.lower() for name in inside.namelist())
    assert b'TargetMode="External"' not in b"".join(inside.read(name) for name in inside.namelist())


def test_equal_runs_give_equal_bytes(everything: Run, books: dict[str, Path], tmp_path: Path) -> None:
    """Guards against clocks, folders, and orders of sets, in a process with another seed of hashes."""
    folder = workbooks.company(tmp_path / "again")
    again = api.evaluate(folder, out=folder / "elsewhere", unmask=True)
    file = tmp_path / "again.xlsx"
    done = process("report", again.folder, "--format", "xlsx", "--lang", "zh", "-o", file, PYTHONHASHSEED="7")
    assert (done.code, done.err) == (0, "")
    assert file.read_bytes() == books["zh"].read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_in_one_language(
    general: Run, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against words of the other language: an English workbook holds no Chinese but what was read, and each sheet,
    header and state of a Chinese one is Chinese."""
    monkeypatch.setattr(xlsx, "CUSTOMERS_AT_MOST", 3)
    values = stored(written(general, language, tmp_path))
    words = catalogue(language)["words"]
    assert list(values) == [words[f"workbook.sheet.{key}"] for key in SHEETS]
    chinese = re.compile("[\u4e00-\u9fff]")
    if language == "en":
        for one in general.manifest["inputs"]:  # files and sheets are named as they are
            for cells in values.values():
                for cell, value in cells.items():
                    cells[cell] = value.replace(f"{one['file']}!{one['sheet']}", "") if isinstance(value, str) else value  # fmt: skip
        kept = (
            "By group",  # industries and regions
            "Special matters",
            "Measures taken",
            "Data problems",
            "Provenance",
            "Data quality",
        )  # texts of cells, headers and statutes as they were read
        for sheet, cells in values.items():
            if sheet in kept:
                continue
            odd = {
                cell: value
                for cell, value in cells.items()
                if isinstance(value, str) and chinese.search(value)
            }
            assert all(cell[0] in "BCDGIJF" for cell in odd), odd  # names, sources
    else:
        for sheet, cells in values.items():
            assert chinese.search(str(cells["A1"])), sheet
        for key in ("assumptions", "valuation", "questionnaire"):
            for cell, value in values[words[f"workbook.sheet.{key}"]].items():
                left = (
                    isinstance(value, str) and re.search("[A-Za-z]{3}", value) and not chinese.search(value)
                )
                assert not left or value == "WARA", (key, cell, value)


def test_every_method_has_its_formulas() -> None:
    """Guards a new method of valuation that nobody thought of here."""
    assert [module.NAME for module in FORMULAS] == [method.NAME for method in METHODS]


def test_every_value_of_a_method_is_a_formula(books: dict[str, Path], everything: Run) -> None:
    """Guards a method that silently falls back to stored values: each value on the first sheet comes, by one link, from a cell of the
    scenarios that is worked out, and only what is said to be stored is."""
    formulas = {(sheet, cell): formula for sheet, cell, formula in formulas_of(books["en"])}
    values = stored(books["en"])
    methods = json.loads((everything.folder / "valuation.json").read_bytes())["methods"]
    said = [
        cell for cell, value in values["Valuation"].items() if value == "Value (formula)" and cell[0] == "A"
    ]
    assert len(said) == 2 * len(methods)  # the three values, and the row of all scenarios
    assert all(("Valuation", f"{column}{cell[1:]}") in formulas for cell in said for column in "CD")
    kept = [
        values["Valuation"][f"A{cell[1:]}"]
        for cell, value in values["Valuation"].items()
        if value == "as stored"
    ]
    assert kept == ["Present value without an end", "Share of it within the years"]  # of the Weibull curve


def test_tiers_decided_by_hand_stand(tmp_path: Path) -> None:
    """Guards decisions of people: K03 is decided to be fourth, and stays so in two calculations of the workbook."""
    folder = workbooks.company(tmp_path / "company")
    (folder / "overrides.yaml").write_text(
        "overrides:\n  - {customer: K03, tier: fourth, reason: known, role: partner, date: 2026-06-01, "
        "second: {role: manager, date: 2026-06-02}}\n",
        encoding="utf-8",
    )
    with (folder / "assessment.yaml").open("a", encoding="utf-8") as file:
        file.write("overrides: overrides.yaml\n")
    run = api.evaluate(folder, out=folder / "run", unmask=True)
    path = written(run, "en", tmp_path)
    found = QUICKEST(path, tmp_path)
    assert disagreements(path, found) == []
    assert _scores(found)["K03"]["tier"] == "Fourth"


@pytest.mark.parametrize("limit", ["CUSTOMERS_AT_MOST", "CELLS_AT_MOST"])
def test_of_very_many_customers_the_best_and_a_sample_are_held(
    limit: str, everything: Run, books: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards size, by customers and by cells: of 21 customers 5 are held, the 4 best and the next one of the others; the sheet says
    how many there are, and nothing disagrees for want of the others."""
    columns = workbooks.book(books["en"])["Rule results"].max_column
    monkeypatch.setattr(xlsx, limit, 5 if limit == "CUSTOMERS_AT_MOST" else 5 * columns + 1)
    path = written(everything, "en", tmp_path)
    cells = stored(path)["Customers"]
    ranked = everything.scores.sort(["composite", "customer_id"], descending=[True, False], nulls_last=True)
    assert [cells[f"B{row}"] for row in range(6, 11)] == ranked["customer_id"].to_list()[:5]
    assert "E11" not in cells
    assert cells["A2"] == "The run has 21 customers; the 4 with the highest composite and 1 spaced evenly over the others stand here, all of them in the run's scores file."  # fmt: skip
    assert disagreements(path, QUICKEST(path, tmp_path)) == []


def test_a_run_without_portfolio_and_valuation(tmp_path: Path) -> None:
    """Guards the parts that a run does not have: their sheets are left out, and one customer is enough."""
    frames = {name: frame.filter(frame["customer_id"] == "A") for name, frame in world.tables().items()}
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"), frames)
    path = written(run, "en", tmp_path)
    assert not {"Portfolio", "Portfolio results", "Assumptions", "Valuation"} & stored(path).keys()
    assert disagreements(path, QUICKEST(path, tmp_path)) == []


def test_the_command_writes_it(everything: Run, books: dict[str, Path], tmp_path: Path) -> None:
    done = called("report", everything.folder, "--format", "xlsx", "-o", tmp_path / "book.xlsx", lang="en")
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "book.xlsx"))
    assert (tmp_path / "book.xlsx").read_bytes() == books["en"].read_bytes()


# ---- the questionnaire ------------------------------------------------------------------------------------

ANSWERS = (
    "question,mark,evidence,assessor\n"
    "industry-trend,4,contract_seen,甲\nindustry-trend,3,system_export,乙\nindustry-trend,2,contract_seen,丙\n"
    "market-research,4,seller_statement,甲\ncompetitors,1,contract_seen,甲\ncompetitors,4,contract_seen,乙\n"
    "market-share,3,,甲\ncrm-system,4,third_party_confirmed,甲\n"
)
"""Two answers or three to a question, one contradiction, the company's word alone with and without its name."""


def _questioned(folder: Path, answers: str) -> Run:
    folder.mkdir()
    (folder / "customers.csv").write_text("customer_id,name\nC1,甲公司\nC2,乙公司\n", encoding="utf-8")
    (folder / "answers.csv").write_text(answers, encoding="utf-8")
    (folder / "assessment.yaml").write_text(
        "company: {zh: 某公司, en: A company}\nas_of: 2026-06-30\npack: general\n"
        "tables:\n  customers: customers.csv\n  company_answers: answers.csv\n",
        encoding="utf-8",
    )
    return api.evaluate(folder, out=folder / "run")


@pytest.mark.parametrize("language", LANGUAGES)
def test_changed_answers_give_what_the_engine_gives(language: str, tmp_path: Path) -> None:
    """Guards the questionnaire as formulas: median, the bound on the company's word alone, levels, agreement, and the way up to the
    composite of the base; a fresh run of changed answers must say the same as the sheet after the same changes."""
    run = _questioned(tmp_path / "before", ANSWERS)
    path = written(run, language, tmp_path)
    assert disagreements(path, QUICKEST(path, tmp_path)) == []
    shown = catalogue(language)["words"]
    sheet = shown["workbook.sheet.questionnaire"]
    rows = {rule.id: row for row, rule in enumerate((r for r in run.portfolio.pack.rules if r.question), 9)}
    assert stored(path)[sheet]["B9"].startswith(run.portfolio.pack.rule("industry-trend").title[language])
    changed = edited(path, tmp_path / "changed.xlsx", {
        (sheet, f"H{rows['industry-trend']}"): 1,  # the second answer
        (sheet, f"F{rows['market-research']}"): shown["shown.system_export"],
        (sheet, f"H{rows['competitors']}"): 2, (sheet, f"E{rows['crm-system']}"): None, (sheet, f"F{rows['crm-system']}"): None,
        (sheet, f"E{rows['market-warning']}"): 3, (sheet, f"F{rows['market-warning']}"): shown["shown.contract_seen"],
    })  # fmt: skip
    fresh = _questioned(
        tmp_path / "after",
        "question,mark,evidence,assessor\n"
        "industry-trend,4,contract_seen,甲\nindustry-trend,1,system_export,乙\nindustry-trend,2,contract_seen,丙\n"
        "market-research,4,system_export,甲\ncompetitors,1,contract_seen,甲\ncompetitors,2,contract_seen,乙\n"
        "market-share,3,,甲\nmarket-warning,3,contract_seen,甲\n",
    )
    assert run.portfolio is not None and fresh.portfolio is not None
    wanted, before = (one.trace.collect().row(0, named=True) for one in (fresh.portfolio, run.portfolio))
    assert wanted["market.points"] != before["market.points"]
    assert wanted["composite.points"] != before["composite.points"]
    found = QUICKEST(changed, tmp_path)
    cells = found[sheet]
    column = next(cell[:-1] for cell, value in stored(path)[sheet].items() if value == shown["workbook.column.points"] and cell[-1:] == "8" and cell[-2:-1].isalpha())  # fmt: skip
    points = {rule: cells.get(f"{column}{row}") for rule, row in rows.items()}
    assert points == {
        rule: "—" if wanted[f"{rule}.points"] is None else wanted[f"{rule}.points"] / UNIT for rule in rows
    }
    assert cells["B4"] == wanted["composite.points"] / UNIT
    agreement = next(cell[:-1] for cell, value in stored(path)[sheet].items() if value == shown["workbook.column.agreement"])  # fmt: skip
    assert cells[f"{agreement}{rows['industry-trend']}"] == shown["workbook.questionnaire.apart"]
    assert cells[f"{agreement}{rows['competitors']}"] == shown["workbook.questionnaire.near"]
