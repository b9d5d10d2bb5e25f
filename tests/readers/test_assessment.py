# SPDX-License-Identifier: Apache-2.0
"""assessment.yaml, a folder, or bare files: what is assessed, as of when, from which files."""

from __future__ import annotations

import pytest
import xlsxwriter
from rulescore.problems import DataError, Problems
from rulescore.readers import assessment_of_files, read_assessment
from rulescore.values import day

GOOD = """company: {zh: 甲公司, en: A Inc.}
purpose: {zh: 转让, en: Transfer}
as_of: 2026-06-30
pack: general
tables:
  customers: {file: sub/客户.csv, columns: {编码: customer_id}}
  orders: [a.csv, b.csv]
  contacts:
    file: [c.xlsx, d.xlsx]
    sheet: 2024
"""


def _problems(desk, text):
    desk.write("assessment.yaml", text)
    problems = Problems()
    with pytest.raises(DataError):
        read_assessment(desk.folder, problems)
    return list(problems)


@pytest.mark.parametrize("which", ["folder", "file", "text"])
def test_read(desk, which):
    """The folder, the file and its name as text are the same assessment; files are found beside it."""
    path = desk.write("assessment.yaml", GOOD)
    problems = Problems()
    found = read_assessment({"folder": desk.folder, "file": path, "text": str(path)}[which], problems)
    assert found.company == {"zh": "甲公司", "en": "A Inc."}
    assert found.as_of == day("2026-06-30")
    assert (found.pack, found.text, found.folder, found.file) == (
        "general",
        GOOD,
        desk.folder,
        "assessment.yaml",
    )
    assert [use.id for use in found.tables] == ["customers", "orders", "contacts"]
    assert found.tables[0].files[0].path == desk.folder / "sub/客户.csv"
    assert found.tables[0].files[0].columns["编码"].field == "customer_id"
    assert [one.file for one in found.tables[1].files] == ["a.csv", "b.csv"]
    assert [(one.file, one.sheet) for one in found.tables[2].files] == [
        ("c.xlsx", "2024"),
        ("d.xlsx", "2024"),
    ]
    assert len(problems) == 0


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (("as_of: 2026-06-30\n", ""), "missing-key", 1),
        (("as_of: 2026-06-30", "as_of: 30.06.2026"), "date-unreadable", 3),
        (("as_of: 2026-06-30", "as_of: 2026-06-31"), "date-unreadable", 3),
        (("as_of: 2026-06-30", "as_of: [1]"), "date-unreadable", 3),
        (("purpose:", "purpos:"), "unknown-key", 2),
        (("{zh: 转让, en: Transfer}", "[转让]"), "wrong-type", 2),
        (("pack: general", "pack: {}"), "wrong-type", 4),
        (("columns:", "colums:"), "unknown-key", 6),
        (("{编码: customer_id}", "编码"), "wrong-type", 6),
        (("{编码: customer_id}", "{编码: [1]}"), "wrong-type", 6),
        (("{编码: customer_id}", "{编码: {feld: customer_id}}"), "unknown-key", 6),
        (("file: sub/客户.csv, ", ""), "missing-key", 6),
        (("[a.csv, b.csv]", "5"), "wrong-type", 7),
        (("[a.csv, b.csv]", "{file: {a: b}}"), "wrong-type", 7),
        (("[a.csv, b.csv]", "{file: a.csv, header_row: 0}"), "wrong-type", 7),
        (("[a.csv, b.csv]", '{file: a.csv, delimiter: "::"}'), "unknown-delimiter", 7),
        (("  customers:", "  customers: x.csv\n  customers:"), "duplicate-key", 7),
    ],
)
def test_mistakes(desk, change, code, line):
    """Each mistake is told with its line."""
    assert change[0] in GOOD
    found = _problems(desk, GOOD.replace(*change))
    assert (code, line) in [(problem.code, problem.place.line) for problem in found]


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "- a\n- b\n", "just words\n", "tables: {}\n", "a: [\n", "\x00"]
)
def test_no_assessment_at_all(desk, text):
    """A file that says nothing, or no mapping, is refused without a traceback."""
    assert _problems(desk, text)


def test_missing_folder(desk):
    """An assessment that is not there."""
    problems = Problems()
    with pytest.raises(DataError):
        read_assessment(desk.folder / "nowhere", problems)
    assert [problem.code for problem in problems] == ["file-not-found"]


def test_unknown_table(desk):
    """A table that the dictionary lacks is told with the one that was meant."""
    desk.write("c.csv", "customer_id\nC1\n")
    problem = desk.read(customers="c.csv", ordrs="c.csv").only()
    assert (problem.code, problem.facts["close"], problem.place.line) == ("unknown-table", ["orders"], 5)


def test_table_by_title(desk):
    """A table may be named by its title."""
    desk.write("c.csv", "customer_id\nC1\n")
    assert desk.read(客户="c.csv").column("customer_id") == ["C1"]


def test_bare_files(desk):
    """Files given bare are the tables that their names say, by id or title."""
    desk.write("客户.csv", "customer_id\nC1\n")
    desk.write("Orders.csv", "order_id,customer_id,order_date\n1,C1,2024-01-01\n")
    result = desk.files("客户.csv", "Orders.csv")
    assert (len(result.rows()), len(result.rows("orders"))) == (1, 1)


def test_one_bare_file_is_the_customers(desk):
    """A single file of any name holds the customers; of several, each must have a table's name."""
    desk.write("export 2026.csv", "customer_id\nC1\n")
    assert desk.files("export 2026.csv").column("customer_id") == ["C1"]
    desk.write("orders.csv", "order_id,customer_id,order_date\n1,C1,2024-01-01\n")
    assert "unknown-table" in desk.files("export 2026.csv", "orders.csv").codes


def test_bare_workbook_with_named_sheets(desk):
    """The sheets of one workbook are the tables that their names say."""
    with xlsxwriter.Workbook(str(desk.folder / "all.xlsx")) as book:
        book.add_worksheet("客户").write_column(0, 0, ["customer_id", "C1"])
        sheet = book.add_worksheet("订单")
        sheet.write_row(0, 0, ["order_id", "customer_id", "order_date"])
        sheet.write_row(1, 0, ["1", "C1", "2024-01-01"])
        book.add_worksheet("说明")
    result = desk.files("all.xlsx")
    assert (len(result.rows()), len(result.rows("orders"))) == (1, 1)


def test_bare_files_say_the_same_as_their_assessment(desk):
    """The YAML that stands for bare files reads back to the same tables."""
    paths = [desk.write(name, "customer_id\nC1\n") for name in ("客户.csv", "it's.csv")]
    problems = Problems()
    bare = assessment_of_files(paths, problems)
    desk.write("assessment.yaml", "company: {zh: 甲, en: A}\nas_of: 2026-06-30\n" + bare.text)
    again = read_assessment(desk.folder, problems)
    assert [(use.id, [one.path for one in use.files]) for use in again.tables] == [
        (use.id, [one.path for one in use.files]) for use in bare.tables
    ]
