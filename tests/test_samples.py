# SPDX-License-Identifier: Apache-2.0
"""The samples: each comes out of its script, tells its known flaws as listed, is what its README says, and puts its whole
pack to use."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from rulescore import api
from rulescore.folder import Run
from rulescore.lint.names import used

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
# Where a sample's orders are, and the header of their date.
ORDERS = {
    "general": ("orders.csv", "Order Date"),
    "automation": ("orders.csv", "下单日期"),
    "biotech": ("biotech.xlsx", "下单日期"),
    "ventilation": ("orders.csv", "Order Date"),
    "wedding_photography": ("订单.csv", "签单日期"),
}
# The gate of a customer with a story; without one it is a customer whose name nobody checked, strategic but for that.
STORIES = {
    "general": {
        "C0005": "", "C0008": "dishonest-debtor-veto", "C0012": "transfer-refused", "C0032": "serious-violation-veto",
        "C0136": "not-in-business-veto",
    },
    "automation": {
        "A0003": "", "A0005": "dishonest-debtor-veto", "A0009": "engineer-not-retained", "A0014": "transfer-refused",
        "A0040": "serious-violation-veto", "A0111": "not-in-business-veto",
    },
    "biotech": {
        "B0006": "dishonest-debtor-veto", "B0008": "genetic-resources-veto", "B0011": "transfer-refused", "B0013": "",
        "B0020": "serious-violation-veto", "B0048": "runway-short", "B0130": "not-in-business-veto",
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=ORDERS)
def sample(request: pytest.FixtureRequest) -> Path:
    return SAMPLES / str(request.param)


@pytest.fixture(scope="module")
def run(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(sample, out=tmp_path_factory.mktemp("sample") / "run")


def content(path: Path) -> object:
    """A file's bytes; of a workbook those of its parts, since how tightly they are packed hangs on the zlib at hand."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return [(item.filename, item.date_time, book.read(item)) for item in book.infolist()]


def grids(folder: Path) -> dict[str, list[list[str]]]:
    """The rows of every file and sheet, header first, as text."""
    found = {}
    for path in folder.iterdir():
        if path.suffix == ".csv":
            raw = path.read_bytes()
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("gb18030")
            found[path.name] = list(csv.reader(text.splitlines()))
        elif path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                found[name] = [
                    [str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()
                ]
    return found


def flaws(folder: Path) -> list[dict[str, str]]:
    with (folder / "flaws.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_script_makes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    """Guards a sample that was changed by hand, or a script that hangs on the clock."""
    subprocess.run([sys.executable, "-B", sample / "make.py", tmp_path], check=True)
    made = {path.name: content(path) for path in tmp_path.iterdir()}
    assert made == {path.name: content(path) for kind in ("*.csv", "*.xlsx") for path in sample.glob(kind)}


def test_problems_are_those_of_the_list(sample: Path, run: Run) -> None:
    """Each known flaw gives its problem in its file or sheet, and nothing else is told."""
    wanted = Counter((flaw["table"], code) for flaw in flaws(sample) for code in flaw["code"].split())
    told: Counter[tuple[str, str]] = Counter()
    for problem in run.problems:
        if problem["code"] != "encoding-found":
            told[problem["sheet"] or problem["file"], problem["code"]] += problem["facts"].get("count", 1)
    assert told == wanted


def test_the_readme_counts_rows_and_flaws(sample: Path) -> None:
    """Guards the tables of figures against a script that has moved on."""
    told = {}
    for line in (sample / "README.md").read_text(encoding="utf-8").splitlines():
        name, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and (
            count := next((cell for cell in cells if re.fullmatch("[0-9,]+", cell)), "")
        ):
            told[name.split(" · ")[-1]] = int(count.replace(",", ""))
    rows = {name: len(grid) - 1 for name, grid in grids(sample).items()}
    rows = {name: count for name, count in rows.items() if name != "flaws.csv" or name in told}
    codes = Counter(
        code for flaw in flaws(sample) for code in flaw["code"].split() or ["（读懂 understood）"]
    )
    assert {name: told.get(name) for name in rows} == rows
    assert {code: told.get(code) for code in codes} == codes


def test_it_is_large_enough(sample: Path, run: Run) -> None:
    """Three hundred customers at least, and two to three years of orders up to the as-of date."""
    assert run.table.height >= 300
    name, header = ORDERS[sample.name]
    grid = grids(sample)["订单" if name.endswith(".xlsx") else name]
    column = grid[0].index(header)
    days = sorted(row[column] for row in grid[1:] if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", row[column]))
    last = max(day for day in days if day <= run.manifest["as_of"])
    years = (date.fromisoformat(last) - date.fromisoformat(days[0])).days / 365.25
    assert 2 <= years <= 3
    assert last >= "2026-06-15"


def test_every_tier_and_gate_has_somebody(run: Run) -> None:
    """The best tier is small but not empty, the middle one is a good part, and each gate acts on somebody."""
    tiers, total = Counter(run.table["tier"]), run.table.height
    assert 0.03 <= tiers["strategic"] / total <= 0.09
    assert 0.25 <= tiers["important"] / total <= 0.45
    assert tiers["ordinary"] / total >= 0.4
    acted = {gate for gates in run.table["gates"] if gates for gate in gates.split(";")}
    assert acted == {gate.id for gate in run.pack.gates}


def test_every_dimension_spreads(run: Run) -> None:
    """Ten and more points lie between the lowest and the highest tenth, and five within the middle half."""
    for dimension in run.pack.dimensions:
        scores = run.table[dimension.id].drop_nulls().sort()
        tenth, quarter = len(scores) // 10, len(scores) // 4
        assert scores[-1 - tenth] - scores[tenth] >= 10, dimension.id
        assert scores[-1 - quarter] - scores[quarter] >= 5, dimension.id


def test_no_rule_never_fires(sample: Path, run: Run) -> None:
    """Each rule scores somebody and tells customers apart; in the general sample every case of every rule is somebody's."""
    trace = run.trace.collect()
    for rule in run.pack.rules:
        scored = trace.filter(pl.col(f"{rule.id}.case") >= 0)
        assert scored[f"{rule.id}.points"].n_unique() >= 2, rule.id
        if sample.name == "general":
            assert set(scored[f"{rule.id}.case"]) == set(range(len(rule.cases))), rule.id


def test_customers_with_a_story_come_out_as_told(sample: Path, run: Run) -> None:
    """Guards what the README tells of single customers."""
    rows = {row["customer_id"]: row for row in run.table.iter_rows(named=True)}
    for customer, gate in STORIES.get(sample.name, {}).items():
        assert (rows[customer]["gates"] or "") == gate
        assert (rows[customer]["tier"] == "important") == (gate in ("", "engineer-not-retained"))


def test_nobody_is_real(sample: Path) -> None:
    """Names are told as invented, or numbered; credit codes hold FAKE; 120 begins no mobile number."""
    for grid in grids(sample).values():
        header = grid[0]
        for row in grid[1:]:
            cells = dict(zip(header, row, strict=False))
            if sample.name in ("automation", "biotech") and "客户名称" in cells:
                assert cells["客户名称"].endswith("（虚构）")
            if sample.name == "wedding_photography" and "客户姓名" in cells:
                assert re.fullmatch("客户[0-9]{4}", cells["客户姓名"])
                assert re.fullmatch("120[0-9]{8}", cells["联系电话"])
            if code := cells.get("统一社会信用代码"):
                assert "FAKE" in code


def test_no_couple_is_scored_on_gender_or_age() -> None:
    """The sample holds both, and no rule reads either."""
    pack = api.load("wedding_photography")
    private = {
        field.id if table.id == "customers" else f"{table.id}.{field.id}"
        for table in pack.tables.values()
        for field in table.fields.values()
        if field.sensitive or field.id in ("gender", "birth_date")
    }
    assert {"gender", "birth_date"} <= private
    assert not private & used(pack)


def aged(born: str) -> str:
    """The band that somebody born then is in on 2026-06-30."""
    if not born:
        return "unknown"
    years = 2026 - int(born[:4]) - (born[5:] > "06-30")
    bands = {25: "under_25", 30: "25_to_29", 35: "30_to_34", 40: "35_to_39"}
    return next((band for most, band in bands.items() if years < most), "40_and_over")


def test_age_and_gender_are_head_counts_of_ten_or_more(tmp_path: Path) -> None:
    """Guards persons: the base tells its mix as counted here from the list of customers, and the run holds neither gender nor
    birthday of anybody, nor a group of fewer than ten."""
    folder = SAMPLES / "wedding_photography"
    flaws = {"九五后"}
    with (folder / "客户.csv").open(encoding="gb18030") as file:
        rows = [row for row in csv.DictReader(file) if row["出生日期"] not in flaws]
    counts = Counter((row["性别"], aged(row["出生日期"])) for row in rows)
    found = api.evaluate(folder, out=tmp_path / "run")
    held = pl.read_parquet(found.folder / "portfolio" / "age_gender.parquet")
    listed = {(row["gender"], row["age_band"]): row["customers"] for row in held.iter_rows(named=True)}
    gender = {"女": "female", "男": "male"}
    # one group alone is below ten, and the smallest of the others goes with it
    small = sorted(counts, key=lambda group: counts[group])[:2]
    assert [counts[group] < 10 for group in sorted(counts, key=lambda group: counts[group])[:3]] == [
        True,
        False,
        False,
    ]
    for (person, band), count in counts.items():
        shown = listed[gender[person], band]
        assert (shown is None) == ((person, band) in small)
        assert shown is None or 0 <= shown - count <= len(flaws)
    assert held["customers"].min() >= 10
    assert None in listed.values()
    base = found.portfolio
    assert base is not None
    values = base.inputs.collect().row(0, named=True)
    known = {key: count for key, count in listed.items() if count is not None}
    women = sum(count for (person, _), count in known.items() if person == "female")
    assert values["women_share"] == pytest.approx(women / sum(known.values()))
    dated = {key: count for key, count in known.items() if key[1] != "unknown"}
    thirties = sum(count for (_, band), count in dated.items() if band == "30_to_34")
    assert values["from_30_share"] == pytest.approx(thirties / sum(dated.values()))
    assert values["groups_withheld"] == 2
    assert not {"gender", "birth_date"} & set(found.inputs.collect_schema().names())


def head_counts(folder: Path, *customers: int | None) -> tuple[list[int | None], Run]:
    """The numbers of people that a run keeps of groups of women by age, and the run."""
    bands = ["under_25", "25_to_29", "30_to_34", "35_to_39", "40_and_over"][: len(customers)]
    tables = {
        "customers": pl.DataFrame({"customer_id": ["W1"]}),
        "age_gender": pl.DataFrame({"gender": ["female"] * len(bands), "age_band": bands, "customers": customers}),
    }  # fmt: skip
    found = api.evaluate(tables, pack="wedding_photography", as_of="2026-06-30", out=folder)
    held = pl.read_parquet(found.folder / "portfolio" / "age_gender.parquet")
    return held["customers"].to_list(), found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((40, 9, 25, 12), [40, None, 25, None]),  # one below ten: the smallest of the others goes too
        ((40, None, 25, 12), [40, None, 25, None]),  # the same where the studio left the number out
        ((12, 40, 12, 3), [None, 40, 12, None]),  # of equals the first
        ((40, 9, 25, 3), [40, None, 25, None]),  # two are no single one
        ((40, 12, 25), [40, 12, 25]),
        ((9, 40), [None, None]),
        ((9,), [None]),
    ],
)
def test_no_group_can_be_told_from_the_total(
    given: tuple[int | None, ...], kept: list[int | None], tmp_path: Path
) -> None:
    """Guards against the subtraction of what is listed from the known number of customers; by hand. What was read of a small
    group, and which group went with it, stands nowhere in the run."""
    held, found = head_counts(tmp_path / "run", *given)
    assert held == kept
    told = [one for one in found.problems if one["code"] == "group-withheld-too"]
    assert len(told) == (held.count(None) > sum(one is None or one < 10 for one in given))
    assert all(one["row"] == 1 for one in told)
    shown = [str(one["facts"].get("read")) for one in found.problems if one["code"] == "number-out-of-range"]
    assert not {"3", "9"} & set(shown)


def test_a_group_of_nine_is_not_taken(tmp_path: Path) -> None:
    """Guards small groups against a studio that writes their number: it is told with its cell, without what stood there, and
    counts as left out; so does the only other group."""
    tables = {
        "customers": pl.DataFrame({"customer_id": ["W1"]}),
        "age_gender": pl.DataFrame(
            {"gender": ["female", "male"], "age_band": ["30_to_34", "30_to_34"], "customers": [10, 9]}
        ),
    }
    found = api.evaluate(tables, pack="wedding_photography", as_of="2026-06-30", out=tmp_path / "run")
    held = pl.read_parquet(found.folder / "portfolio" / "age_gender.parquet")
    assert held["customers"].to_list() == [None, None]
    assert "number-out-of-range" in {problem["code"] for problem in found.problems}
