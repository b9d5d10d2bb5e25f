# SPDX-License-Identifier: Apache-2.0
"""The gate of data quality on a base small enough to count by hand, its limits and grades, and what a run tells of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rulescore
import yaml
from harness import write_pack
from python_calamine import CalamineWorkbook
from rulescore import rejected
from rulescore.folder import Run
from rulescore.problems import DataError, RulesetError
from rulescore.readers import Rejected
from rulescore.reports.text import summary
from rulescore.verification import rereading
from rulescore.verification.recount import Counts
from rulescore.verification.seal import Findings

AS_OF = "2026-06-30"

# Ten customers. Cells with a value: customer_id 10, name 9, uscc 3, annual_revenue 8 and one refused, last_updated 7,
# crm_revenue 4, invoice_revenue 4: 45 of 70. C1 and C2 are one by name. Of three codes one fails. Updated within 180
# days, so from 2026-01-01 on: C1, C2, C3 and C4; C7 is dated after the day, and so is no record of it.
CUSTOMERS = """customer_id,name,uscc,annual_revenue,last_updated,crm_revenue,invoice_revenue
C1,甲科技有限公司,91350100M000100Y43,100,2026-06-30,100,80
C2,甲科技（有限公司）,,200,2026-03-01,50,60
C3,丙,91350100M000100Y44,300,2026-01-01,,30
C4,丁,91310000MA00003490,400,2026-02-02,40,
C5,戊,,500,2025-12-31,0,0
C6,己,,600,2024-01-01,,
C7,庚,,700,2026-07-01,,
C8,辛,,约八百,,,
C9,壬,,900,,,
C10,,,,,,
"""
# Eight rows, of which one is of a customer that nobody knows, one has no date, and one is a sum.
ORDERS = """order_id,customer_id,order_date,amount,status
O1,C1,2026-06-01,100,done
O2,C1,2026-05-01,50,done
O2,C2,2025-07-01,25,cancelled
O3,C2,2025-06-30,1000,done
O4,C9,2026-07-02,7000,done
O5,C99,2026-01-01,5,done
O6,C3,,5,done
合计,,,8185,
"""
INVOICES = """invoice_id,customer_id,invoice_date,amount,net_amount
I1,C1,2026-06-02,113,100
I2,C2,2026-06-03,22.6,20
"""
PAYMENTS = """payment_id,customer_id,paid_on,amount
P1,C1,2026-06-20,100
P2,C1,2026-06-25,13
P3,C2,2025-06-29,9999
"""
ASSESSMENT = """company: {zh: 甲, en: A}
as_of: 2026-06-30
tables:
  customers: {file: customers.csv, evidence: system_export}
  orders: {file: orders.csv, evidence: seller_statement}
  invoices: {file: invoices.csv, evidence: third_party_confirmed}
  payments: payments.csv
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    files = {
        "customers.csv": CUSTOMERS,
        "orders.csv": ORDERS,
        "invoices.csv": INVOICES,
        "payments.csv": PAYMENTS,
    }
    for name, text in {**files, "assessment.yaml": ASSESSMENT}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def pack_with(tmp_path: Path, quality: dict[str, Any], name: str = "pack", **settings: Any) -> Path:
    """A pack of one rule on the shipped dictionary, with a gate of data quality."""
    dimension = {"rules": [{"id": "any", "formula": "50", "source": "judgement"}]}
    return write_pack(tmp_path / name, {"one": dimension}, {"quality": quality, **settings})


def run_of(tmp_path: Path, source: Path, quality: dict[str, Any] | None = None) -> Run:
    return rulescore.evaluate(source, pack_with(tmp_path, quality or {}), out=tmp_path / "run")


def shares(part: dict[str, Any] | None) -> tuple[float, float] | None:
    return None if part is None else (part["numerator"], part["denominator"])


def test_measures_counted_by_hand(tmp_path: Path, source: Path) -> None:
    """Guards every figure's numerator and denominator against a count by hand, told beside the data above and here.

    Orders, eight rows: 8 ids, 7 customers, 6 dates, 8 amounts, 7 states = 36 of 40. Invoices 2 rows x 5 = 10 of 10. Payments
    3 x 4 = 12 of 12. All: 45 + 36 + 10 + 12 = 103 of 70 + 40 + 10 + 12 = 132. One value refused: 103 of 104 valid.
    Usable: customers 10 of 10; orders 5 of 7 (the sum is no row of data); invoices 2, payments 3: 20 of 22.
    """
    quality = run_of(tmp_path, source).quality
    assert quality is not None
    measures = quality["measures"]
    assert shares(measures["completeness"]) == (103, 132)
    assert measures["completeness"]["share"] == 0.780303  # 103 / 132 = 0.78030303
    assert shares(measures["validity"]) == (103, 104)
    assert shares(measures["usable_rows"]) == (20, 22)
    assert shares(measures["uniqueness"]) == (9, 10)
    assert shares(measures["credit_codes"]) == (2, 3)
    assert shares(measures["freshness"]) == (4, 10)
    # the three with an event that counts or not: C1, C2, C9; the unknown C99 and the order without date make nobody active
    assert shares(quality["customers"]["without_events"]) == (7, 10)


def test_figures_of_tables_and_fields(tmp_path: Path, source: Path) -> None:
    """Guards the finer figures: a field's cells, distinct ids of records, the newest event that is not after the day."""
    tables = run_of(tmp_path, source).quality["tables"]  # type: ignore[index]
    fields = tables["customers"]["fields"]
    assert shares(fields["uscc"]["completeness"]) == (3, 10)
    assert shares(fields["annual_revenue"]["validity"]) == (8, 9)
    assert "region" not in fields  # no column of it was handed over
    orders = tables["orders"]
    assert (orders["rows"], orders["set_aside"]) == (
        8,
        {"event-of-unknown-customer": 1, "event-without-date": 1, "total-row": 1},
    )
    assert (orders["newest"], orders["newest_days"]) == ("2026-06-01", 29)
    assert orders["record_ids"]["field"] == "order_id"
    assert shares(orders["record_ids"]["uniqueness"]) == (4, 5)  # O1, O2 twice, O3, O4
    assert shares(tables["invoices"]["completeness"]) == (10, 10)


def test_agreement_of_records(tmp_path: Path, source: Path) -> None:
    """Guards the gap between records. Customers with both revenues: C1 80 of 100, C2 50 of 60, C5 nothing of nothing:
    130 of 160. Twelve months to the day, (2025-06-30, 2026-06-30], not cancelled: orders 100 + 50 = 150, invoices net 120;
    invoices with VAT 135.6, payments 113. The worst of them, 120 of 150 = 0.8, stands for all."""
    quality = run_of(tmp_path, source).quality
    found = {(one["left"], one["right"]): shares(one) for one in quality["consistency"]}  # type: ignore[index]
    assert found == {
        ("customers.crm_revenue", "customers.invoice_revenue"): (130, 160),
        ("orders.amount", "invoices.net_amount"): (120, 150),
        ("invoices.amount", "payments.amount"): (113, 135.6),
    }
    assert shares(quality["measures"]["consistency"]) == (120, 150)  # type: ignore[index]


def test_evidence_of_sources(tmp_path: Path, source: Path) -> None:
    """Of 103 values 45 come from an export, 36 are the seller's word, 10 are confirmed; of 12 nothing is said. The manifest
    carries the level of each file."""
    run = run_of(tmp_path, source)
    levels = {level: shares(part) for level, part in run.quality["evidence"].items()}  # type: ignore[index]
    assert levels == {
        "system_export": (45, 103), "seller_statement": (36, 103), "third_party_confirmed": (10, 103), "not_stated": (12, 103),
    }  # fmt: skip
    assert [item["evidence"] for item in run.manifest["inputs"]] == [
        "system_export", "seller_statement", "third_party_confirmed", "",
    ]  # fmt: skip


GRADES = {"A": 0.95, "B": 0.85, "C": 0.7}


@pytest.mark.parametrize(
    ("weights", "index", "grade"),
    [
        # (0.9 * 1 + 0.8 * 1) / 2
        ({"uniqueness": 1, "consistency": 1}, 0.85, "B"),
        # (0.9 * 3 + 0.4 * 1) / 4
        ({"uniqueness": 3, "freshness": 1}, 0.775, "C"),
        # (0.4 * 2 + 0.8 * 1) / 3 = 0.53333
        ({"freshness": 2, "consistency": 1}, 0.5333, "D"),
    ],
)
def test_grades(tmp_path: Path, source: Path, weights: dict[str, int], index: float, grade: str) -> None:
    """The weighted mean of the measures, rounded half up to four decimals, reaches the first grade at or below it."""
    found = run_of(tmp_path, source, {"weights": weights, "grades": GRADES}).quality["grade"]  # type: ignore[index]
    assert (found["index"], found["grade"]) == (index, grade)
    assert [(part["measure"], part["weight"]) for part in found["parts"]] == list(weights.items())


def test_a_measure_that_was_not_assessed_leaves_the_grade_alone(tmp_path: Path) -> None:
    """Without update dates freshness is unknown, not nought: the grade is made of the others, and says so."""
    (tmp_path / "customers.csv").write_text("customer_id,name\nC1,甲\nC2,乙\n", encoding="utf-8")
    pack = pack_with(tmp_path, {"weights": {"freshness": 1, "completeness": 1}, "grades": GRADES})
    found = rulescore.evaluate(tmp_path / "customers.csv", pack, AS_OF).quality["grade"]  # type: ignore[index]
    assert (found["index"], found["grade"], found["not_assessed"]) == (1, "A", ["freshness"])


def test_limits_warn_and_refuse_all_at_once(tmp_path: Path, source: Path) -> None:
    """What is below warn is told, what is below refuse stops the run with exit code 4, all of it at once; a limit that is
    exactly met is met."""
    limits = {
        "uniqueness": {"warn": 0.9, "source": "judgement"},
        "consistency": {"warn": 0.9, "refuse": 0.5, "source": "judgement"},
        "freshness": {"warn": 0.9, "refuse": 0.41, "source": "judgement"},
        "completeness.customers.uscc": {"refuse": 0.5, "source": "GB 32100-2015"},
        "newest_days.orders": {"warn": 28, "refuse": 29, "source": "judgement"},
        "newest_days.invoices": {"warn": 28, "source": "judgement"},
        "completeness.contacts": {"refuse": 1, "source": "judgement"},
    }
    with pytest.raises(DataError) as refused:
        run_of(tmp_path, source, {"limits": limits})
    found = [
        (p.severity, p.code, p.facts.get("kind"), p.facts.get("where") or p.facts.get("table"))
        for p in refused.value.problems
        if p.code in ("quality-below-limit", "newest-event-old")
    ]
    assert sorted(found) == sorted([
        ("error", "quality-below-limit", "freshness", None),
        ("error", "quality-below-limit", "completeness", " (customers.uscc)"),
        ("warning", "quality-below-limit", "consistency", None),
        ("warning", "newest-event-old", None, "orders"),
    ])  # fmt: skip
    assert not (tmp_path / "run").exists()
    for limit in ("freshness", "completeness.customers.uscc"):
        del limits[limit]
    states = {
        one["limit"]: one["state"] for one in run_of(tmp_path, source, {"limits": limits}).quality["limits"]
    }  # type: ignore[index]
    assert states == {
        "uniqueness": "met", "consistency": "warned", "newest_days.orders": "warned", "newest_days.invoices": "met",
        "completeness.contacts": "not_assessed",
    }  # fmt: skip


def test_limits_are_laid_over_those_of_the_extended_pack(tmp_path: Path) -> None:
    """A pack that extends another changes single limits and keeps the rest; weights and grades are the nearest pack's."""
    base = {
        "updated_within": "90d",
        "limits": {"validity": {"warn": 0.9, "source": "a"}, "uniqueness": {"warn": 0.8, "source": "a"}},
        "weights": {"validity": 1},
        "grades": GRADES,
    }
    pack_with(tmp_path, base, "base")
    own = {"limits": {"validity": {"warn": 0.7, "source": "b"}}, "weights": {"uniqueness": 2}}
    folder = pack_with(tmp_path, own, "own", extends="../base")
    quality = rulescore.load(folder).quality
    assert {name: (limit.warn, limit.source) for name, limit in quality.limits.items()} == {
        "validity": (0.7, ("b",)),
        "uniqueness": (0.8, ("a",)),
    }
    assert (quality.updated_within, dict(quality.weights), dict(quality.grades)) == (
        90,
        {"uniqueness": 2},
        GRADES,
    )


@pytest.mark.parametrize(
    ("quality", "code"),
    [
        ({"limits": {"completness": {"warn": 0.5, "source": "j"}}}, "unknown-measure"),
        ({"limits": {"completeness.customers.nmae": {"warn": 0.5, "source": "j"}}}, "unknown-measure"),
        ({"limits": {"newest_days.customers": {"warn": 5, "source": "j"}}}, "unknown-measure"),
        ({"limits": {"validity": {"warn": 95, "source": "j"}}}, "limit-above-one"),
        ({"limits": {"validity": {"warn": 0.5, "refuse": 0.6, "source": "j"}}}, "limits-crossed"),
        ({"limits": {"newest_days.orders": {"warn": 90, "refuse": 30, "source": "j"}}}, "limits-crossed"),
        ({"limits": {"validity": {"source": "j"}}}, "key-choice"),
        ({"weights": {"beauty": 1}}, "unknown-key"),
    ],
)
def test_what_a_pack_may_not_ask(tmp_path: Path, quality: dict[str, Any], code: str) -> None:
    """Guards limits that could never work: unknown measures, shares above one, refusing before warning."""
    with pytest.raises(RulesetError) as refused:
        rulescore.load(pack_with(tmp_path, quality))
    assert [p.code for p in refused.value.problems if p.severity == "error"] == [code]


def test_the_figures_are_sealed_and_reread(tmp_path: Path, source: Path) -> None:
    """quality.json is canonical, hashed by the manifest, the same from the same inputs, and made again from the raw files."""
    run = run_of(tmp_path, source)
    text = (run.folder / "quality.json").read_bytes()
    assert "quality.json" in run.manifest["files"]
    again = rulescore.evaluate(source, pack_with(tmp_path, {}), out=tmp_path / "again")
    assert (again.folder / "quality.json").read_bytes() == text
    assert rulescore.verify(run, sources=source) == []
    data = json.loads(text)
    data["measures"]["uniqueness"]["numerator"] = 10
    (run.folder / "quality.json").write_text(json.dumps(data), encoding="utf-8")
    findings = Findings()
    rereading.reread(Run.read(run.folder), source, findings, Counts(), None)
    assert [(p.code, p.facts["what"]) for p in findings.problems()] == [("value-differs", "measures")]


@pytest.mark.parametrize(
    ("language", "quality", "evidence"),
    [
        ("zh", "数据质量：B 级（指数 0.8500）：完整性 78.03%", "来源可信程度（按数据个数）：卖方陈述 34.95%，系统导出 43.68%"),
        ("en", "Data quality: B (index 0.8500): completeness 78.03%", "(by number of values): seller's statement 34.95%, system export 43.68%"),
    ],
)  # fmt: skip
def test_the_screen(tmp_path: Path, source: Path, language: str, quality: str, evidence: str) -> None:
    """The grade with its measures, and how sure the sources are, in both languages: 36 / 103 = 34.95 %, 45 / 103 = 43.68 % (cut off)."""
    pack = pack_with(tmp_path, {"weights": {"uniqueness": 1, "consistency": 1}, "grades": GRADES})
    shown = summary(rulescore.evaluate(source, pack, out=tmp_path / "run"), language)
    assert quality in shown
    assert evidence in shown


def test_explanations_name_the_evidence(tmp_path: Path, source: Path) -> None:
    """Beside each source cell stands how sure it is, where that was said."""
    dimension = {
        "rules": [
            {"id": "any", "formula": "clip(sum(orders.amount) + count(payments) + annual_revenue, 0, 100)"}
        ]
    }
    pack = write_pack(tmp_path / "pack", {"one": dimension})
    run = rulescore.evaluate(source, pack, out=tmp_path / "run")
    text = rulescore.explain(run, "C1", "en")
    assert "orders.csv, row 2, 3: amount, order_date (seller's statement)" in text.replace("rows", "row")
    assert "(system export)" in text
    assert "（系统导出）" in rulescore.explain(run, "C1", "zh")


def test_fan_out_multiplies_nothing(tmp_path: Path) -> None:
    """Three order lines, two payments and two invoices of one customer: each table is summed on its own, so that a join of
    payments with lines can't count 2 x 3 times. By hand: 60, 150, 7; the other customer 5, 0, nothing."""
    tables = {
        "customers.csv": "customer_id\nC1\nC2\n",
        "orders.csv": "customer_id,order_date,amount\nC1,2026-01-01,10\nC1,2026-01-01,20\nC1,2026-01-01,30\nC2,2026-02-01,5\n",
        "payments.csv": "customer_id,paid_on,amount\nC1,2026-02-01,100\nC1,2026-02-01,50\n",
        "invoices.csv": "customer_id,invoice_date,amount\nC1,2026-01-02,3\nC1,2026-01-03,4\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    features = {
        "o": "sum(orders.amount)",
        "p": "sum(payments.amount)",
        "i": "sum(invoices.amount)",
        "n": "count(orders) * count(payments)",
    }
    pack = write_pack(
        tmp_path / "pack",
        {"one": {"features": features, "rules": [{"id": "any", "formula": "o + p + i + n"}]}},
    )
    for engine in ("frame", "row"):
        run = rulescore.evaluate([tmp_path / name for name in tables], pack, AS_OF, engine=engine)
        rows = run.inputs.select("customer_id", "o", "p", "i", "n").collect().rows()
        assert rows == [("C1", 60.0, 150.0, 7.0, 6.0), ("C2", 5.0, 0.0, 0.0, 0.0)]


def test_concentration_per_ultimate_controller(tmp_path: Path) -> None:
    """A holds 10, B under A 40, C alone 50: A's group is half of the base though A is a tenth, on both engines, and the
    explanation leads to the cell that names the parent."""
    text = "customer_id,annual_revenue,parent_group\nA,10,\nB,40,A\nC,50,\n"
    (tmp_path / "customers.csv").write_text(text, encoding="utf-8")
    features = {
        "part": "group_share(annual_revenue, ultimate_group)",
        "whole": "group_sum(annual_revenue, ultimate_group)",
    }
    pack = write_pack(
        tmp_path / "pack",
        {"one": {"features": features, "rules": [{"id": "any", "formula": "part * 100 + 0 * whole"}]}},
    )
    for engine in ("frame", "row"):
        run = rulescore.evaluate(
            tmp_path / "customers.csv", pack, AS_OF, engine=engine, out=tmp_path / engine
        )
        assert run.inputs.select("part", "whole").collect().rows() == [(0.5, 50.0), (0.5, 50.0), (0.5, 50.0)]
        assert rulescore.verify(run, sources=tmp_path) == []
    assert "parent_group" in rulescore.explain(run, "B", "en")


def test_a_merge_is_in_the_manifest(tmp_path: Path, source: Path) -> None:
    """What the analyst accepted stands in the manifest, and verification with the raw files holds."""
    path = source / "assessment.yaml"
    path.write_text("same_customer: [[C1, C2]]\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    run = run_of(tmp_path, source)
    assert run.manifest["same_customer"] == [["C1", "C2"]]
    assert run.manifest["customers"] == 9
    assert shares(run.quality["measures"]["uniqueness"]) == (9, 9)  # type: ignore[index]
    assert rulescore.verify(run, sources=source) == []


def test_the_shipped_pack_has_a_gate() -> None:
    """Guards that `general` warns, refuses and grades, each with its reason."""
    quality = rulescore.load("general").quality
    assert all(limit.source for limit in quality.limits.values())
    assert any(limit.refuse is not None for limit in quality.limits.values())
    assert dict(quality.grades) == GRADES


def test_rejected_rows_beyond_a_sheet_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards "nothing is lost": where the workbook can't hold all rows that were set aside, it says how many more there are."""
    monkeypatch.setattr(rejected, "ROWS_AT_MOST", 2)
    frame = pl.LazyFrame({"#row": [2, 3, 4, 5, 6], "id": ["a", "b", "c", "d", "e"]})
    part = Rejected("orders", "orders.csv", None, "event-of-unknown-customer", 5, frame)
    rejected.write([part], tmp_path / "rejected.xlsx")
    with CalamineWorkbook.from_path(tmp_path / "rejected.xlsx") as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["id", "a", "b", "另有 3 行未列出 · 3 more rows are not listed"]
    assert rows[0][-1] == "错误原因 reason"


@pytest.mark.parametrize("page", ["inputs.md", "inputs.zh.md"])
def test_the_manual_shows_what_is_taken(tmp_path: Path, source: Path, page: str) -> None:
    """Guards the examples of the manual: limits that load, merges and evidence that are read, a feature that is one."""
    text = (Path(__file__).parent.parent / "rulesets" / page).read_text(encoding="utf-8")
    blocks = [
        yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]
    (quality,) = (block["quality"] for block in blocks if "quality" in block)
    (features,) = (block["features"] for block in blocks if "features" in block)
    (same,) = (block["same_customer"] for block in blocks if "same_customer" in block)
    (tables,) = (
        block["tables"]
        for block in blocks
        if any("evidence" in str(use) for use in block.get("tables", {}).values())
    )
    rules = [{"id": "any", "formula": "50 + group_part", "source": "judgement"}]
    folder = write_pack(
        tmp_path / "pack", {"one": {"features": features, "rules": rules}}, {"quality": quality}
    )
    assert set(rulescore.load(folder).quality.limits) == set(quality["limits"])
    assert [use["evidence"] for use in tables.values()] == [
        "system_export",
        "contract_seen",
        "third_party_confirmed",
        "seller_statement",
    ]
    ids = [name for group in same for name in group]
    (tmp_path / "customers.csv").write_text(
        "customer_id\n" + "".join(f"{name}\n" for name in ids), encoding="utf-8"
    )
    told = {
        "company": {"zh": "甲", "en": "A"},
        "as_of": AS_OF,
        "same_customer": same,
        "tables": {"customers": {"file": "customers.csv", "evidence": "contract_seen"}},
    }
    (tmp_path / "assessment.yaml").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    run = rulescore.evaluate(
        tmp_path, write_pack(tmp_path / "plain", {"one": {"rules": [{"id": "any", "formula": "50"}]}})
    )
    assert run.table["customer_id"].to_list() == [group[0] for group in same]


def test_a_spoilt_quality_file_is_told(tmp_path: Path, source: Path) -> None:
    """Guards `verify` against a quality.json that is no JSON: a finding, not an exception."""
    run = run_of(tmp_path, source)
    (run.folder / "quality.json").write_text("{", encoding="utf-8")
    codes = {problem.code for problem in rulescore.verify(run, sources=source)}
    assert {"run-file-changed", "run-file-unreadable"} <= codes
