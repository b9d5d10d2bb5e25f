# SPDX-License-Identifier: Apache-2.0
"""Files that are missing, broken or something else: each is a problem with its place, never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import time
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rulescore.readers import archive

GALLERY = Path(__file__).parent / "gallery"
GOOD = "customer_id,name,revenue\n" + "".join(f"C{n},客户{n},{n}.5\n" for n in range(50))


def _xlsx() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("客户")
        for number, line in enumerate(GOOD.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    pl.read_csv(io.BytesIO(GOOD.encode())).write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet", "a.jsonl", "a.doc"])
def test_missing_file(desk, name):
    """A file that is not there is told by its name."""
    assert desk.read(customers=name).only().code == "file-not-found"


def test_missing_bare_file(desk):
    """The same without an assessment."""
    assert desk.files("a.csv").only().code == "file-not-found"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet", "a.jsonl"])
@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_empty_file(desk, name, content):
    """An empty file, or one of nothing but blanks, says that it is empty."""
    desk.write(name, content)
    assert desk.read(customers=name).only().code == "file-empty"


def test_folder_instead_of_file(desk):
    """A folder where a file should be can't be read."""
    (desk.folder / "a.csv").mkdir()
    assert desk.read(customers="a.csv").only().code == "file-unreadable"


@pytest.mark.parametrize(
    ("name", "content", "seems"),
    [
        ("a.csv", _xlsx(), "zip or xlsx"),
        ("a.csv", _parquet(), "parquet"),
        ("a.csv", b"%PDF-1.7\n...", "pdf"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", "png"),
        ("a.csv", b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "html"),
        ("a.xls", b"<html><body><p>Please log in</p></body></html>", "html"),
        ("a.xls", b"<?xml version='1.0'?><feed/>", "xml"),
        ("a.xls", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>", "mht"),
        ("a.xlsx", b"\xef\xbb\xbf <table></table>", "html"),
        ("a.xlsx", GOOD.encode(), "text"),
        ("a.xlsx", b"%PDF-1.7\n...", "pdf"),
        ("a.parquet", GOOD.encode(), "text"),
        ("a.parquet", _xlsx(), "zip or xlsx"),
        ("a.jsonl", _parquet(), "parquet"),
    ],
)
def test_file_of_another_kind(desk, name, content, seems):
    """A file whose name and content disagree is told what it seems to be."""
    desk.write(name, content)
    problem = desk.read(customers=name).only()
    assert (problem.code, problem.facts["seems"]) == ("file-kind", seems)


def test_unknown_format(desk):
    """A suffix that no format claims lists those that are read."""
    desk.write("a.doc", b"x")
    problem = desk.read(customers="a.doc").only()
    assert problem.code == "unknown-format"
    assert ".xlsx" in problem.facts["known"]


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", _xlsx()), ("a.parquet", _parquet())])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_truncated_file(desk, name, content, share):
    """A transfer that was cut off is told as damage."""
    desk.write(name, content[: int(len(content) * share)])
    assert desk.read(customers=name).only().code == "file-damaged"


def test_zip_that_is_no_workbook(desk):
    """Any other archive under the name of a workbook."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello.txt", "hello")
    desk.write("a.xlsx", stream.getvalue())
    assert desk.read(customers="a.xlsx").only().code == "file-damaged"


def test_workbook_under_another_name(desk):
    """Exports named .xls that are .xlsx inside are read as what they are."""
    desk.write("a.xls", _xlsx())
    assert len(desk.read(customers="a.xls").rows()) == 50


def test_locked_workbook(desk):
    """A workbook with a password says so."""
    desk.write(
        "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    )
    assert desk.read(customers="a.xlsx").only().code == "file-locked"


def test_workbook_with_a_stray_far_cell(desk):
    """A forgotten cell in the last corner of a sheet must not fill the memory."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["customer_id", "C1"])
        sheet.write(1_048_575, 16_383, "x")
    assert desk.read(customers="a.xlsx").only().code == "sheet-too-large"


def test_archive_that_says_less_than_it_holds(desk, monkeypatch):
    """An entry that unpacks to more than the list of contents says is found out before it fills the memory."""
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(5_000_000))
    content = bytearray(stream.getvalue())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    desk.write("a.xlsx", bytes(content))
    assert desk.read(customers="a.xlsx").only().code == "oversized-file"
    desk.write("b.xlsx", _xlsx())
    monkeypatch.setattr(archive, "MOST_BYTES", 200_000)
    assert len(desk.read(customers="b.xlsx").rows()) == 50


def test_binary_content(desk):
    """Bytes that are no text in any encoding."""
    desk.write("a.csv", random.Random(1).randbytes(4000))
    assert desk.read(customers="a.csv").only().code in ("file-binary", "unclear-encoding")


def test_nul_bytes(desk):
    """NUL characters inside a text file are told with their row."""
    problem = desk.customers("customer_id,name\nC1,a\nC2,b\0\0\0\n").only()
    assert (problem.code, problem.place.row) == ("file-nul", 3)


def test_encoding_override(desk):
    """A named encoding is used; one that doesn't exist, or doesn't fit, is told."""
    desk.write("a.csv", "customer_id,name\nC1,Müller\n", "cp1252")
    assert desk.read(customers="a.csv", encoding="cp1252").column("name") == ["Müller"]
    assert desk.read(customers="{file: a.csv, encoding: cp1252}").column("name") == ["Müller"]
    assert desk.read(customers="a.csv", encoding="klingon").only().code == "unknown-encoding"
    for codec in ("base64", "idna", "undefined"):
        assert desk.read(customers="a.csv", encoding=codec).only().code in (
            "unknown-encoding",
            "wrong-encoding",
        )
    problem = desk.read(customers="a.csv", encoding="ascii").only()
    assert (problem.code, problem.facts["encoding"]) == ("wrong-encoding", "ascii")


def test_utf8_cut_inside_a_character(desk):
    """A UTF-8 file that ends inside a character was cut off; it is not taken for another encoding."""
    desk.write("a.csv", GOOD.encode()[:-7] + "客".encode()[:2])
    assert desk.read(customers="a.csv").only().code == "wrong-encoding"


def test_utf8_with_a_damaged_byte(desk):
    """One bad byte in a long UTF-8 text does not turn the rest into other characters."""
    desk.write("a.csv", GOOD.encode() + b"C99,\xff,1\n")
    assert desk.read(customers="a.csv").only().code == "wrong-encoding"


def test_gb18030_is_noted_with_a_sample(desk):
    """A guessed encoding is told with words by which a person can judge it."""
    desk.write("a.csv", GOOD, "gb18030")
    result = desk.read(customers="a.csv")
    assert result.column("name")[:2] == ["客户0", "客户1"]
    note = next(problem for problem in result.problems if problem.code == "encoding-found")
    assert note.facts["sample"].startswith("客户0")


def test_header_only(desk):
    """A table without data rows: refused for customers, a warning for events."""
    problem = desk.customers("customer_id,name\n").only()
    assert (problem.code, problem.severity) == ("no-rows", "error")
    desk.write("c.csv", "customer_id\nC1\n")
    desk.write("o.csv", "order_id,customer_id,order_date\n")
    result = desk.read(customers="c.csv", orders="o.csv")
    assert (result.only().code, result.only().severity) == ("no-rows", "warning")
    assert result.rows("orders") == []


def test_no_header(desk):
    """Data without a header: no column can be named, and the first row is shown as what stands there."""
    problem = desk.customers("C1,甲,5\nC2,乙,6\n").only()
    assert (problem.code, problem.facts["headers"]) == ("no-columns", ["C1", "甲", "5"])


def test_duplicate_header(desk):
    """The same header twice is refused where it would be used, whether found or named."""
    assert desk.customers("customer_id,name,name\nC1,a,b\n").only().code == "field-twice"
    desk.write("c.csv", "customer_id,x,x\nC1,a,b\n")
    assert desk.read(customers="{file: c.csv, columns: {x: name}}").only().code == "duplicate-header"
    assert desk.read(customers="c.csv").codes == []


def test_rows_longer_than_the_header(desk):
    """A row with more cells than the header can't be trusted: refused for customers, set aside for events."""
    result = desk.customers("customer_id,name\nC1,a\nC2,b,c\nC3,d,\n")
    assert (result.only().code, result.only().place.row) == ("row-too-long", 3)
    desk.write("c.csv", "customer_id\nC1\n")
    desk.write(
        "o.csv", "order_id,customer_id,order_date\n1,C1,2024-01-01\n2,C1,2024-01-02,7\n3,C1,2024-01-03\n"
    )
    result = desk.read(customers="c.csv", orders="o.csv")
    assert (result.only().code, result.only().severity) == ("row-too-long", "warning")
    assert result.column("order_id", "orders") == ["1", "3"]
    assert [(one.table, one.code, one.count) for one in result.rejected] == [("orders", "row-too-long", 1)]
    assert result.rejected[0].frame.collect().row(0) == (3, "2", "C1", "2024-01-02", "7")


def test_rows_longer_and_shorter_in_balance(desk):
    """A surplus cell in one row and a missing one in another do not cancel out."""
    result = desk.customers("customer_id,name,revenue\nC1,a,1,9\nC2,b\nC3,c,3\n")
    assert sorted(result.codes) == ["row-too-long", "row-too-short"]


def test_rows_shorter_than_the_header(desk):
    """Missing cells at the end of a row are missing values; the row is told."""
    result = desk.customers("customer_id,name,revenue\nC1,a\nC2,b,2\n")
    assert (result.only().code, result.only().place.row) == ("row-too-short", 2)
    assert result.column("revenue") == [None, 2.0]


def test_quotes_that_do_not_match(desk):
    """A stray inch mark inside a text is kept; a quote that is never closed is told."""
    result = desk.customers('customer_id,name\nC1,19" rack\nC2,5" disk\n')
    assert result.column("name") == ['19" rack', '5" disk']
    assert result.codes == []
    text = 'customer_id,name\nC1,"open\n' + "C2,xxxxxxxxxxxxxxxxxxxxxxx\n" * 9000
    assert desk.customers(text).only().code == "oversized-cell"


def test_line_breaks_inside_quotes(desk):
    """A quoted line break belongs to its cell, and the next row keeps the number that a spreadsheet shows."""
    result = desk.customers('customer_id,name\nC1,"a\nb"\nC2,"c,""d"""\n')
    assert result.column("name") == ["a\nb", 'c,"d"']
    assert result.column("#row") == [2, 3]


def test_blank_rows(desk):
    """Rows without any content, as spreadsheets leave them below a table, are no customers without an id."""
    result = desk.customers("customer_id,name\nC1,a\n,\n , \nC2,b\n,\n")
    assert result.column("customer_id") == ["C1", "C2"]
    assert result.column("#row") == [2, 5]
    assert (result.codes, result.notes) == ([], ["blank-rows"])


def test_formula_errors(desk):
    """Cells whose formula failed are told one by one and are missing."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, ["customer_id", "revenue", "unused"])
        sheet.write_row(1, 0, ["C1", 5])
        sheet.write(2, 0, "C2")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 2, "=A0", None, "#REF!")
    result = desk.read(customers="a.xlsx")
    assert result.column("revenue") == [5.0, None]
    problem = result.only()
    assert (problem.code, problem.facts["read"]) == ("formula-error", "#DIV/0!")
    assert str(problem.place) == "a.xlsx!客户:3[revenue]"


def test_time_in_a_number_column(desk):
    """A clock time in a cell is no number."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer_id", "revenue"])
        sheet.write_row(1, 0, ["C1", 5])
        sheet.write(2, 0, "C2")
        sheet.write_datetime(2, 1, time(9, 30), book.add_format({"num_format": "hh:mm"}))
    assert desk.read(customers="a.xlsx").only().code == "unreadable-number"


def test_sheets(desk):
    """The named sheet is read; without a name the first, and the others are noted; a wrong name is corrected."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        for name in ("Customers A", "Customers B", "empty"):
            sheet = book.add_worksheet(name)
            if name != "empty":
                sheet.write_column(0, 0, ["customer_id", name[-1]])
    assert desk.read(customers="a.xlsx").column("customer_id") == ["A"]
    assert desk.read(customers="a.xlsx").notes == ["unread-sheets"]
    assert desk.read(customers="{file: a.xlsx, sheet: customers b}").column("customer_id") == ["B"]
    problem = desk.read(customers="{file: a.xlsx, sheet: Customers C}").only()
    assert (problem.code, problem.facts["close"]) == ("unknown-sheet", ["Customers B", "Customers A"])
    assert desk.read(customers="{file: a.xlsx, sheet: empty}").only().code == "file-empty"


def test_bad_json_lines(desk):
    """Every line that is no JSON object is told with its number, at most twenty."""
    desk.write("a.jsonl", '{"customer_id": "C1"}\n[1]\n{"a": \n' + "x\n" * 30)
    result = desk.read(customers="a.jsonl")
    assert result.codes.count("line-not-json") == 20
    assert [problem.place.row for problem in result.problems if problem.code == "line-not-json"][:2] == [2, 3]
    assert (
        next(problem for problem in result.problems if problem.code == "rows-unlisted").facts["total"] == 32
    )


def test_deep_json(desk):
    """Nesting without end is a bad line, not a crash."""
    desk.write("a.jsonl", '{"customer_id": ' + "[" * 100_000 + "\n")
    assert desk.read(customers="a.jsonl").only().code == "line-not-json"


def test_unknown_frame(desk):
    """Something that is no frame says what it is."""
    assert desk.frames(customers=3).only().code == "unknown-frame"
    assert desk.frames(customers=[1, 2]).only().code == "unreadable-frame"
    assert desk.frames(custmers=pl.DataFrame({"customer_id": ["a"]})).codes == [
        "missing-customers",
        "unknown-table",
    ]


_SOUND = {
    "a.csv": GOOD.encode(),
    "a.xlsx": _xlsx(),
    "a.parquet": _parquet(),
    "a.jsonl": b'{"customer_id": "C1"}\n',
    "page.xls": (GALLERY / "page-as-workbook.xls").read_bytes(),
    "sheet.xls": (GALLERY / "xml-spreadsheet.xls").read_bytes(),
    "messy.csv": (GALLERY / "title-total-and-notes.csv").read_bytes(),
}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(_SOUND)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), max_size=4),
    st.floats(0, 1),
)
def test_any_bytes(desk, name, changes, cut):
    """Whatever stands in a file, reading it ends with tables or with problems."""
    content = bytearray(_SOUND[name])
    for at, piece in changes:
        start = int(at * len(content))
        content[start : start + len(piece)] = piece
    desk.write(name, bytes(content[: int(len(content) * (0.5 + cut / 2)) + 1]))
    result = desk.read(customers=name)
    assert result.tables is not None or result.codes
    if result.tables is not None:
        result.frame()
