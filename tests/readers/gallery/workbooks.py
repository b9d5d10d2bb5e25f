# SPDX-License-Identifier: Apache-2.0
"""Workbooks of the gallery, written anew each time: a committed workbook could not be read in a review."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

HEADER = ["客户编号", "客户名称", "年收入"]
ROWS: list[list[Any]] = [["C1", "甲公司", 5], ["C2", "乙公司", 6]]


def _book(path: Path, fill: Callable[[Any, Any], None]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        fill(book, book.add_worksheet("客户"))


def _rows(sheet: Any, rows: list[list[Any]], first: int = 0) -> None:
    for number, row in enumerate(rows, first):
        sheet.write_row(number, 0, row)


def _title_total_and_notes(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 0, 2, "客户明细表")
    sheet.merge_range(1, 0, 1, 2, "单位：万元")
    _rows(sheet, [["客户编号", "客户\n名称", "年收入\n（万元）"], *ROWS, ["合计", "", 11]], 2)
    sheet.merge_range(6, 0, 6, 2, "注：本表未经审计")


def _two_header_rows(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 1, 0, "客户编号")
    sheet.merge_range(0, 1, 1, 1, "客户名称")
    sheet.merge_range(0, 2, 0, 3, "财务")
    _rows(sheet, [["", "", "年收入", "毛利率"], ["C1", "甲公司", 5, 0.3]], 1)


def _merged_body(book: Any, sheet: Any) -> None:
    _rows(sheet, [["客户编号", "状态", "年收入"], ["C1", "", ""], ["C2", "存续", 6]])
    sheet.merge_range(1, 1, 2, 1, "存续")
    sheet.merge_range(1, 2, 2, 2, 11)


def _hidden(book: Any, sheet: Any) -> None:
    _rows(sheet, [HEADER, *ROWS])
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(2, 2, None, None, {"hidden": True})
    book.add_worksheet("底稿").hide()


def _formulas(book: Any, sheet: Any) -> None:
    _rows(sheet, [HEADER, *ROWS])
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(2, 2, "=SUM(A1:A9)", None, "")


def _percent_formats(book: Any, sheet: Any) -> None:
    share = book.add_format({"num_format": "0.0%"})
    _rows(sheet, [["客户编号", "毛利率(%)"], ["C1", 85], ["C2", ""], ["C3", "7.5%"]])
    sheet.write(2, 1, 0.85, share)


def _unit_formats(book: Any, sheet: Any) -> None:
    _rows(sheet, [["客户编号", "年收入(万元)"], ["C1", ""]])
    sheet.write(1, 1, 12345, book.add_format({"num_format": '0!.0,"万"'}))


def _long_ids(book: Any, sheet: Any) -> None:
    _rows(sheet, [HEADER, [911101081234567890, "甲公司", 5], [911101085555555555, "乙公司", 6]])


def _numbers_as_text(book: Any, sheet: Any) -> None:
    _rows(
        sheet, [HEADER, ["0017", "甲公司", "1,234.50"], ["0018", "乙公司", "（500）"], ["0019", "丙公司", 7]]
    )
    sheet.write(3, 2, 7, book.add_format({"num_format": "¥#,##0.00"}))


def _far_cell(book: Any, sheet: Any) -> None:
    _rows(sheet, [HEADER, *ROWS])
    sheet.write(1_048_575, 16_383, "x")


def _sound(book: Any, sheet: Any) -> None:
    _rows(sheet, [HEADER, *ROWS])


def _truncated(path: Path) -> None:
    _book(path, _sound)
    path.write_bytes(path.read_bytes()[:3000])


def _locked(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    )


def _bomb(path: Path) -> None:
    """An archive whose list of contents says that it unpacks to four gigabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    content = bytearray(stream.getvalue())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(bytes(content))


def _repeated(path: Path) -> None:
    """A sheet of a few hundred bytes that stands for ten thousand million cells."""
    _open_document(path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    row, cell = b"<table:table-row", b"<table:table-cell"
    times = b' table:number-%s-repeated="100000"'
    content = files["content.xml"].replace(row, row + times % b"rows", 1)
    files["content.xml"] = content.replace(cell, cell + times % b"columns", 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def _open_document(path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    rows = [HEADER, *ROWS, ["C3", "丙公司", "3.5万"]]
    body = "".join(
        f"<table:table-row>{''.join((number if isinstance(one, int) else cell).format(one) for one in row)}"
        "</table:table-row>"
        for row in rows
    )
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(f'xmlns:{short}="{name}{short}:1.0"' for short in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{name}manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="客户">{body}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )


def _unclosed_quote(path: Path) -> None:
    path.write_text('客户编号,客户名称,年收入\nC1,"甲公司,5\n' + "C2,乙公司,6\n" * 15_000, encoding="utf-8")


BOOKS: dict[str, Callable[[Any, Any], None]] = {
    "title-total-and-notes.xlsx": _title_total_and_notes,
    "two-header-rows.xlsx": _two_header_rows,
    "merged-body.xlsx": _merged_body,
    "hidden.xlsx": _hidden,
    "formulas.xlsx": _formulas,
    "percent-formats.xlsx": _percent_formats,
    "unit-formats.xlsx": _unit_formats,
    "long-ids.xlsx": _long_ids,
    "numbers-as-text.xlsx": _numbers_as_text,
    "far-cell.xlsx": _far_cell,
}
"""Workbooks that Excel could have written: name -> what fills them."""

FILES: dict[str, Callable[[Path], None]] = {
    "truncated.xlsx": _truncated,
    "locked.xlsx": _locked,
    "bomb.xlsx": _bomb,
    "repeated-cells.ods": _repeated,
    "open-document.ods": _open_document,
    "unclosed-quote.csv": _unclosed_quote,
}
"""Other files that would be unreadable or large if they were kept: name -> what writes them."""


def write(name: str, folder: Path) -> None:
    """Writes the file of that name into a folder."""
    if name in BOOKS:
        _book(folder / name, BOOKS[name])
    else:
        FILES[name](folder / name)
