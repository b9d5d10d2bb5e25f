# SPDX-License-Identifier: Apache-2.0
"""The same records in every format give the same table."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter
from rulescore import readers
from rulescore.readers import READERS

HEADER = ["客户编号", "客户名称", "年收入", "毛利率", "人数", "守信", "成立日期", "状态"]
ROWS: list[list[Any]] = [
    ["0017", "甲公司", 1234.5, 0.85, 12, True, date(2020, 3, 5), "active"],
    ["0018", '乙"公司", 上海', 0.1, None, 0, False, date(1999, 12, 31), "closed"],
    ["0019", None, None, 1.0, None, None, None, None],
]
FIELDS = ["customer_id", "name", "revenue", "margin", "staff", "honest", "since", "status"]
WANTED = [
    {**dict(zip(FIELDS, row, strict=True)), "staff": None if row[4] is None else float(row[4])}
    for row in ROWS
]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _delimited(separator: str = ",", quote_all: bool = False, end: str = "\r\n") -> str:
    def cell(value: Any) -> str:
        text = _text(value)
        needs = quote_all or any(mark in text for mark in (separator, '"'))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(separator.join(map(cell, row)) + end for row in [HEADER, *ROWS])


def _same(result: Any, rows: list[int] | None) -> None:
    frame = result.frame()
    got = frame.select(FIELDS).to_dicts()
    assert got == WANTED
    assert result.codes == []
    if rows is not None:
        assert frame["#row"].to_list() == rows
    assert frame["#source"].to_list() == [0, 0, 0]
    assert frame.schema["#row"] == pl.Int64
    assert frame.schema["#source"] == pl.Int32
    assert [frame.schema[name] for name in ("customer_id", "revenue", "staff", "honest", "since")] == [
        pl.String,
        pl.Float64,
        pl.Float64,
        pl.Boolean,
        pl.Date,
    ]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("quote_all", [False, True])
def test_delimited_text(desk, separator, encoding, quote_all):
    """Encoding, separator and quoting are found out, and do not change a value or a row number."""
    desk.write("customers.csv", _delimited(separator, quote_all), encoding)
    result = desk.read(customers="customers.csv")
    _same(result, [2, 3, 4])
    assert result.tables["customers"].sources[0].encoding == encoding
    assert ("encoding-found" in result.notes) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(desk, end):
    """Unix, Windows and old Mac line ends give the same table."""
    _same(desk.customers(_delimited(end=end)), [2, 3, 4])


def test_last_line_without_end(desk):
    """A file may end without a line end."""
    _same(desk.customers(_delimited().removesuffix("\r\n")), [2, 3, 4])


def test_blank_lines_around(desk):
    """Blank lines before the header and after the data change the row numbers only."""
    _same(desk.customers("\n\n" + _delimited(end="\n")), [4, 5, 6])
    _same(desk.customers(_delimited(end="\n") + "\n\n\n"), [2, 3, 4])


def _workbook(path: Any, first_row: int = 0, typed: bool = True) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        notes = book.add_worksheet("说明")
        notes.hide()
        sheet = book.add_worksheet("客户")
        sheet.activate()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(first_row, 0, HEADER)
        for number, row in enumerate(ROWS, first_row + 1):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if not typed:
                    sheet.write_string(number, column, _text(value))
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)
                else:
                    sheet.write(number, column, value)


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize("first_row", [0, 3])
def test_excel(desk, typed, first_row):
    """Typed cells and text cells, with the header on the first row that holds something; hidden sheets are not read."""
    _workbook(desk.folder / "客户.xlsx", first_row, typed)
    result = desk.read(customers="客户.xlsx")
    _same(result, [first_row + 2, first_row + 3, first_row + 4])
    assert result.tables["customers"].sources[0].sheet == "客户"
    assert (
        str(result.tables["customers"].place(0, first_row + 2, "name"))
        == f"客户.xlsx!客户:{first_row + 2}[客户名称]"
    )


def test_excel_numbers_that_are_ids(desk):
    """A number cell in a text field is the number as text, without `.0`, also among text cells."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["customer_id", 1001, "A-2", 17.5])
        sheet.write_column(0, 1, ["name", 7, 8, 9])
    result = desk.read(customers="a.xlsx")
    assert result.column("customer_id") == ["1001", "A-2", "17.5"]
    assert result.column("name") == ["7", "8", "9"]


def _frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=HEADER, orient="row")


def test_parquet(desk):
    """Parquet keeps its types; rows are numbered from 1."""
    _frame().write_parquet(desk.folder / "c.parquet")
    _same(desk.read(customers="c.parquet"), [1, 2, 3])


def test_parquet_of_text(desk):
    """A Parquet file that holds nothing but text reads like a CSV file."""
    text = [[_text(value) for value in row] for row in ROWS]
    pl.DataFrame(text, schema=HEADER, orient="row").write_parquet(desk.folder / "c.parquet")
    _same(desk.read(customers="c.parquet"), [1, 2, 3])


def test_json_lines(desk):
    """One object a line; a key that a line lacks is missing there; blank lines count as lines."""
    records = [
        {k: str(v) if isinstance(v, date) else v for k, v in zip(HEADER, row, strict=True)} for row in ROWS
    ]
    records = [{key: value for key, value in record.items() if value is not None} for record in records]
    desk.write("c.jsonl", "\n".join([json.dumps(records[0]), "", *map(json.dumps, records[1:])]))
    _same(desk.read(customers="c.jsonl"), [1, 3, 4])


def _records() -> list[dict[str, Any]]:
    """The rows as an interface would give them: dates as text, no key without a value."""
    rows = (zip(HEADER, row, strict=True) for row in ROWS)
    return [
        {key: str(value) if isinstance(value, date) else value for key, value in row if value is not None}
        for row in rows
    ]


@pytest.mark.parametrize(
    "wrap", [lambda rows: rows, lambda rows: {"data": {"dataList": rows}}], ids=["list", "object"]
)
def test_json_page(desk, wrap):
    """A list of records or an object around it; records are numbered from 1."""
    desk.write("c.json", json.dumps(wrap(_records())))
    _same(desk.read(customers="c.json"), [1, 2, 3])


def test_json_pages_of_a_folder(desk):
    """The pages are one table, also where a page lacks keys that others have; each record knows its page."""
    (desk.folder / "pages").mkdir()
    for number, record in enumerate(_records()):
        desk.write(f"pages/{number}.json", json.dumps([record]))
    result = desk.read(customers="pages")
    assert result.frame().select(FIELDS).to_dicts() == WANTED
    assert result.frame().select("#row", "#source").rows() == [(1, 0), (1, 1), (1, 2)]
    assert str(result.tables["customers"].place(2, 1, "name")) == "pages!2.json:1[客户名称]"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_archive(desk, encoding):
    """A table in an archive reads like the table itself, in any encoding, quoted or not."""
    with zipfile.ZipFile(desk.folder / "c.zip", "w") as archive:
        archive.writestr("内/客户.csv", _delimited().encode(encoding))
        archive.writestr("__MACOSX/._客户.csv", b"\0")
        archive.writestr("readme.md", "x")
    result = desk.read(customers="c.zip")
    _same(result, [2, 3, 4])
    assert "unread-files" in result.notes
    assert str(result.tables["customers"].place(0, 2)) == "c.zip!内/客户.csv:2"


def test_archive_of_an_older_windows(desk):
    """Names that don't say they are UTF-8 are GB18030 more often than anything else."""
    with zipfile.ZipFile(desk.folder / "c.zip", "w") as archive:
        archive.writestr("XX.csv", _delimited().encode())
    path = desk.folder / "c.zip"
    path.write_bytes(path.read_bytes().replace(b"XX.csv", "户.csv".encode("gb18030")))
    assert desk.read(customers="c.zip").tables["customers"].sources[0].sheet == "户.csv"


@pytest.mark.parametrize(
    "make",
    [
        lambda frame: frame,
        lambda frame: frame.lazy(),
        lambda frame: frame.to_arrow(),
        lambda frame: frame.to_pandas(),
        lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
        lambda frame: frame.to_pandas().astype(object).set_index("客户编号"),
        lambda frame: frame.to_dicts(),
    ],
    ids=["polars", "lazy", "pyarrow", "pandas", "pandas-arrow", "pandas-object-index", "records"],
)
def test_frames(desk, make):
    """Frames of every kind give the same table; their hash does not depend on the run."""
    result = desk.frames(customers=make(_frame()))
    _same(result, [1, 2, 3])
    again = desk.frames(customers=make(_frame()))
    assert result.tables["customers"].sources[0].sha256 == again.tables["customers"].sources[0].sha256


def test_pandas_with_two_columns_of_one_name(desk):
    """pandas lets two columns have one name: told, not guessed."""
    frame = pd.DataFrame([["C1", "a", "b"]], columns=["customer_id", "name", "name"])
    assert desk.frames(customers=frame).codes == ["field-twice"]


def test_arrow_with_odd_types(desk):
    """Dictionary-encoded text, decimals, timestamps and 32-bit numbers are taken as what they mean."""
    table = pa.table(
        {
            "customer_id": pa.array([1, 2], pa.int32()),
            "name": pa.array(["a", "a"]).dictionary_encode(),
            "revenue": pa.array([1.5, None], pa.float32()),
            "since": pa.array([datetime(2020, 1, 2, 23, 59), None], pa.timestamp("us", "Asia/Shanghai")),
        }
    )
    frame = desk.frames(customers=table).frame()
    assert frame["customer_id"].to_list() == ["1", "2"]
    assert frame["name"].to_list() == ["a", "a"]
    assert frame["revenue"].to_list() == [1.5, None]
    assert frame["since"].to_list() == [date(2020, 1, 3), None]


def test_several_files_make_one_table(desk):
    """The files of a table follow each other; a field that one of them lacks is missing there."""
    desk.write("a.csv", "customer_id,name\nC1,甲\n")
    desk.write("b.csv", "客户编号,年收入\nC2,5\n")
    frame = desk.read(customers="[a.csv, b.csv]").frame()
    assert frame.rows() == [("C1", "甲", None, 2, 0), ("C2", None, 5.0, 2, 1)]


def test_suffixes_are_claimed_once():
    """Each suffix belongs to one format, so that the order of READERS decides nothing."""
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_every_format_is_listed():
    """A file of this folder that holds a format is in READERS."""
    modules = [
        importlib.import_module(f"rulescore.readers.{one.name}")
        for one in pkgutil.iter_modules(readers.__path__)
    ]
    assert {module.FORMAT.name for module in modules if hasattr(module, "FORMAT")} == {
        one.name for one in READERS
    }


def test_source_says_what_was_read(desk):
    """The manifest's facts: hash of the bytes, rows, columns by field, headers that nobody used."""
    path = desk.write("c.csv", "客户编号,备注,年收入\nC1,x,5\nC2,y,6\n")
    source = desk.read(customers="c.csv").tables["customers"].sources[0]
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.file, source.path, source.rows) == ("c.csv", path, 2)
    assert source.columns == {"customer_id": "客户编号", "revenue": "年收入"}
    assert source.unused == ("备注",)
