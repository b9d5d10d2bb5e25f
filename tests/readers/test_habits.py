# SPDX-License-Identifier: Apache-2.0
"""The values that messy files give: units to the last digit, shares, headers of two rows, merged cells, ids that meet."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rulescore.readers.layout import notes_below
from rulescore.readers.sheetxml import faults_of, hidden_of
from rulescore.readers.spelled import amount
from rulescore.readers.units import split, unit_of

GALLERY = Path(__file__).parent / "gallery"


@pytest.mark.parametrize(
    ("header", "base", "power", "of"),
    [
        ("成交金额(万元)", "成交金额", 4, "CNY"),
        ("成交金额（万元）", "成交金额", 4, "CNY"),
        ("成交金额（单位：万元）", "成交金额", 4, "CNY"),
        ("成交金额_万元", "成交金额", 4, "CNY"),
        ("金额/万元", "金额", 4, "CNY"),
        ("金额万元", "金额", 4, "CNY"),
        ("金额\n（亿元）", "金额", 8, "CNY"),
        ("用户数（万）", "用户数", 4, ""),
        ("金额（元）", "金额", 0, "CNY"),
        ("Revenue (CNY million)", "Revenue", 6, "CNY"),
        ("Revenue (RMB'000)", "Revenue", 3, "CNY"),
        ("Amount ($)", "Amount", 0, "USD"),
        ("金额(万美元)", "金额", 4, "USD"),
        ("毛利率(%)", "毛利率", 0, "%"),
        ("账期（天）", "账期", 0, "days"),
        ("单元", "单元", None, None),
        ("客户编号(必填)", "客户编号(必填)", None, None),
        ("complaints/year", "complaints/year", None, None),
        ("due_days", "due_days", None, None),
        ("order_k", "order_k", None, None),
        ("2024-03", "2024-03", None, None),
    ],
)
def test_unit_of_a_header(header, base, power, of):
    """A unit at the end of a header is found in each of its forms; other words stay part of the name."""
    unit = split(header)[1]
    assert (split(header)[0], unit and unit.power, unit and unit.of) == (base, power, of)


def test_words_that_are_no_unit():
    """The list is closed."""
    assert [unit_of(word) for word in ("万块", "", "元万", "million yuan dollars", "k$k")] == [None] * 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=20))
def test_units_are_exact(desk, numbers):
    """万 in the header, in the cell, or a number of Excel under such a header: always the float nearest to the decimal product."""
    wanted = [float(number * 10_000) for number in numbers]
    texts = [format(number, "f") for number in numbers]
    rows = "".join(f"C{n},{text}\n" for n, text in enumerate(texts))
    assert desk.customers("customer_id,年收入（万元）\n" + rows).column("revenue") == wanted
    rows = "".join(f"C{n},{text}万\n" for n, text in enumerate(texts))
    assert desk.customers("customer_id,年收入\n" + rows).column("revenue") == wanted
    ids = [f"C{n}" for n in range(len(numbers))]
    floats = [float(text) for text in texts]
    frame = pl.DataFrame({"customer_id": ids, "年收入（万元）": floats})
    assert desk.frames(customers=frame).column("revenue") == [
        float(Decimal(repr(number)) * 10_000) for number in floats
    ]


def test_percentages_by_scale(desk):
    """`percent_scale: hundred` reads 85 as 85%, beside cells that have their sign; `one` reads 1.5 as 150%."""
    desk.write("c.csv", "customer_id,margin\nC1,85\nC2,12%\nC3,0.07\n")
    how = "{{file: c.csv, columns: {{margin: {{field: margin, percent_scale: {}}}}}}}"
    result = desk.read(customers=how.format("hundred"))
    assert (result.column("margin"), result.codes) == ([0.85, 0.12, 0.0007], [])
    desk.write("c.csv", "customer_id,margin\nC1,1.5\nC2,12%\n")
    assert desk.read(customers=how.format("one")).column("margin") == [1.5, 0.12]


def test_percentages_by_number_format(desk):
    """A cell of 0.85 that shows 85% is 85%, also among numbers in hundredths; one of 2.5 that shows 250% needs no sign."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        share = book.add_format({"num_format": "0.0%"})
        whole = book.add_format({"num_format": 9})
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["customer_id", "C1", "C2", "C3"])
        sheet.write_row(0, 1, ["毛利率"])
        sheet.write(1, 1, 2.5, share)
        sheet.write(2, 1, 0.85, whole)
        sheet.write(3, 1, "7.5%")
    result = desk.read(customers="a.xlsx")
    assert (result.column("margin"), result.codes) == ([2.5, 0.85, 0.075], [])
    how = "{file: a.xlsx, columns: {毛利率: {field: margin, percent_scale: hundred}}}"
    assert desk.read(customers=how).column("margin") == [2.5, 0.85, 0.075]


def test_header_of_two_rows(desk):
    """`header_rows: 2` joins both rows: groups are carried over their columns, in text as in merged cells."""
    text = "客户编号,客户名称,财务,,备注\n,,年收入(万元),毛利率,\nC1,甲,5,0.3,x\n"
    desk.write("c.csv", text)
    result = desk.read(customers="{file: c.csv, header_rows: 2}")
    assert result.rows() == [
        {"customer_id": "C1", "name": "甲", "revenue": 50_000.0, "margin": 0.3, "#row": 3, "#source": 0}
    ]
    assert str(result.tables["customers"].place(0, 3, "margin")) == "c.csv:3[财务 / 毛利率]"
    how = '{file: c.csv, header_rows: 2, columns: {"财务 / 毛利率": null, 备注: lawsuits}}'
    assert desk.read(customers=how).column("lawsuits") == ["x"]
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "清单")
        sheet.merge_range(1, 0, 2, 0, "客户编号")
        sheet.merge_range(1, 1, 1, 2, "财务")
        sheet.write_row(2, 1, ["年收入", "毛利率"])
        sheet.write_row(3, 0, ["C1", 5, 0.3])
    result = desk.read(customers="{file: a.xlsx, header_row: 2, header_rows: 2}")
    assert (result.column("revenue"), result.column("#row")) == ([5.0], [4])


@pytest.mark.parametrize(
    "rows",
    [
        ["基本信息,,财务,", "客户编号,客户名称,年收入,毛利率"],
        ["清单,,,", "基本信息,,财务,", "客户编号,客户名称,年收入,毛利率"],
        ["清单,,,", "客户编号,客户名称,年收入,毛利率", ",,元,"],
        ["清单,,,", "截至,2026-06-30,,", "客户编号,客户名称,财务,", ",,年收入,毛利率"],
    ],
)
def test_header_of_two_rows_is_found(desk, rows):
    """With `header_rows: 2` alone both rows are found, wherever the known names stand in them."""
    desk.write("c.csv", "\n".join([*rows, "C1,甲,5,0.3", ""]))
    result = desk.read(customers="{file: c.csv, header_rows: 2}")
    assert (result.column("revenue"), result.column("#row")) == ([5.0], [len(rows) + 1])


def test_two_groups_with_a_column_of_one_name(desk):
    """The same name under two groups is not taken for either."""
    desk.write("c.csv", "客户编号,2024年,2025年\n,年收入,年收入\nC1,5,6\n")
    assert desk.read(customers="{file: c.csv, header_rows: 2}").codes == ["field-twice"]


@pytest.mark.parametrize(
    "text",
    [
        "customer_id,\nC1,a\n",
        "customer_id,name,\n,b,x\nC2,c,y\n",
        "customer_id,name,revenue\n,甲,5\nC2,乙,6\n",
    ],
)
def test_data_below_a_header_with_gaps(desk, text):
    """A column without a name, or a row without an id, does not make a header of two rows."""
    assert "header-of-two-rows" not in desk.customers(text).codes


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("above", [[], ["清单"], ["清单", ""], ["清单", "截至,2026-06-30", ""]])
def test_header_below_titles(desk, suffix, above):
    """Titles above the header are skipped and told, and rows keep the numbers that a spreadsheet shows."""
    rows = [line.split(",") for line in [*above, "客户编号,客户名称,年收入（万元）", "C1,甲,5"]]
    if suffix == "csv":
        desk.write("a.csv", "".join(",".join([*row, "", ""][:3]) + "\n" for row in rows))
    else:
        with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    result = desk.read(customers=f"a.{suffix}")
    assert [(row["revenue"], row["#row"]) for row in result.rows()] == [(50_000.0, len(above) + 2)]
    assert ("header-below" in result.notes) == bool(above)


def test_header_in_the_first_row_is_kept(desk):
    """Data that happens to hold names of fields does not become the header."""
    result = desk.customers("customer_id,name\nC1,revenue\nname,balance\n")
    assert result.column("name") == ["revenue", "balance"]
    desk.write("c.csv", "Table,Field,Text\ncustomers,name,revenue\n")
    assert desk.read(customers="c.csv").only().facts["headers"] == ["Table", "Field", "Text"]


def test_merged_cells_hold_for_each_row(desk):
    """A merged text holds for all its rows; a merged number counts once."""
    with xlsxwriter.Workbook(str(desk.folder / "o.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["订单编号", "客户编号", "下单日期", "金额"])
        sheet.write_column(1, 0, ["1", "2", "3"])
        sheet.merge_range(1, 1, 2, 1, "C1")
        sheet.merge_range(1, 2, 3, 2, "2024-01-01")
        sheet.merge_range(1, 3, 2, 3, 100)
        sheet.write(3, 1, "C2")
        sheet.write(3, 3, 7)
    desk.write("c.csv", "customer_id\nC1\nC2\n")
    result = desk.read(customers="c.csv", orders="o.xlsx")
    assert result.frame("orders").select("customer_id", "order_date", "amount").rows() == [
        ("C1", date(2024, 1, 1), 100.0),
        ("C1", date(2024, 1, 1), None),
        ("C2", date(2024, 1, 1), 7.0),
    ]
    assert result.codes == ["merged-numbers"]


def test_ids_meet_across_tables(desk):
    """An id that one table spoils and another keeps is the same customer; leading zeros stay."""
    desk.write("c.csv", "customer_id\n17850\n0000611365\n0012\nC4\n")
    desk.write(
        "o.csv",
        "order_id,customer_id,order_date\n1,17850.0,2024-01-01\n2,0000611365,2024-01-01\n"
        "3,'0012,2024-01-01\n4,\u200bＣ４\u00a0,2024-01-01\n5,611365,2024-01-01\n",
    )
    result = desk.read(customers="c.csv", orders="o.csv")
    assert result.column("customer_id", "orders") == ["17850", "0000611365", "0012", "C4"]
    assert result.codes == ["event-of-unknown-customer"]


def test_ids_that_are_one_after_putting_right(desk):
    """Two ways of writing one id in the customers table are a duplicate, not two customers."""
    assert desk.customers("customer_id,name\n17850,a\n17850.0,b\n").codes == ["duplicate-customer"]


@pytest.mark.parametrize(
    "cell",
    [
        "合计",
        "总 计",
        "小计：",
        "合计（元）",
        "本页合计",
        "华东小计",
        "C1 汇总",
        "Total",
        "GRAND TOTAL",
        "Sub-total:",
    ],
)
def test_words_of_totals(desk, cell):
    """A row of sums is set aside whichever way it is called."""
    result = desk.customers(f"customer_id,name,revenue\nC1,a,5\n{cell},,5\n")
    assert (result.column("customer_id"), result.codes) == (["C1"], ["total-row"])


@pytest.mark.parametrize("cell", ["Total SA", "合计科技有限公司", "Totalis"])
def test_names_that_only_begin_like_totals(desk, cell):
    """A customer may be called so."""
    result = desk.customers(f"customer_id,name,revenue\n{cell},b,5\n")
    assert (result.column("customer_id"), result.codes) == ([cell], [])


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (["合计,,3", "制表人：张三,审核：李四,"], 1),
        (["C1,a,3", ",,", "Report,,", "Generated By: x,,", ",,"], 4),
        (["C1,a,3", "注：未审计,,", "口径见附件,,"], 2),
        (["C1,a,3", ",,", "C2,,"], 0),
        (["C1,a,3", "Note Corp,b,4"], 0),
        (["C1,a,3"], 0),
    ],
)
def test_notes_below(rows, count):
    """Notes say so in their words; a lone cell at the end does not make a row a note."""
    assert notes_below([row.split(",") for row in rows], 3)[0] == count


def test_notes_are_kept_as_rejected(desk):
    """What stands below a table counts for nothing, and is kept."""
    result = desk.customers("customer_id,name,revenue\nC1,a,5\n制表人：张三,审核：李四,\n")
    assert result.column("customer_id") == ["C1"]
    (aside,) = result.rejected
    assert (aside.code, aside.frame.collect().rows()) == (
        "notes-below",
        [(3, "制表人：张三", "审核：李四", "")],
    )


def test_a_large_file_with_notes(desk):
    """Notes are found at the end of a long regular file too, and nothing before them is lost."""
    rows = "".join(f"C{n},a,{n}\n" for n in range(5000))
    result = desk.customers("customer_id,name,revenue\n" + rows + "制表人：张三,,\n")
    assert result.column("revenue") == [float(n) for n in range(5000)]


def test_page_under_the_name_of_a_workbook(desk):
    """The largest table of a page is read: entities, spans and line breaks as a browser shows them."""
    desk.write("a.xls", (GALLERY / "page-as-workbook.xls").read_bytes())
    rows = desk.read(customers="a.xls").rows()
    assert [(row["customer_id"], row["name"], row["revenue"]) for row in rows] == [
        ("0017", "甲公司&子公司", 12_000_000.0),
        ("0018", "甲公司&子公司", 350_000.0),
    ]


def test_page_in_gbk(desk):
    """The encoding that a page declares is used, and when it declares none or a wrong one, the usual ones."""
    page = "<table><tr><th>客户编号<th>客户名称</tr><tr><td>C1<td>甲公司</tr></table>"
    for content in (
        f'<html><meta http-equiv="Content-Type" content="text/html; charset=gb2312">{page}'.encode("gbk"),
        f"<html>{page}".encode("gb18030"),
        f'<html><meta charset="utf-8">{page}'.encode("gb18030"),
        f"<html>{page}".encode("utf-8-sig"),
    ):
        desk.write("a.xls", content)
        result = desk.read(customers="a.xls")
        assert result.column("name") == ["甲公司"]
        assert result.tables["customers"].sources[0].encoding in ("gb2312", "gb18030", "utf-8-sig")


def test_xml_spreadsheet(desk):
    """XML Spreadsheet 2003 gives numbers, dates and texts; rows keep their numbers over gaps; errors are told."""
    desk.write("a.xls", (GALLERY / "xml-spreadsheet.xls").read_bytes())
    result = desk.read(customers="a.xls")
    assert [(row["customer_id"], row["revenue"], row["since"], row["#row"]) for row in result.rows()] == [
        ("0017", 1234.5, date(2024, 3, 5), 2),
        ("0018", None, None, 4),
    ]
    assert [(str(p.place), p.facts["read"]) for p in result.problems if p.code == "formula-error"] == [
        ("a.xls!客户:4[年收入]", "#DIV/0!")
    ]
    assert desk.read(customers="{file: a.xls, sheet: 说 明}").codes == ["no-columns"]
    assert desk.read(customers="{file: a.xls, sheet: 其他}").codes == ["unknown-sheet"]


HOSTILE = {
    "tags that never end": "<table><td " * 60_000,
    "comments that never end": "<table>" + "<!--" * 200_000,
    "scripts that never end": "<table><tr><td>" + "<script>" * 100_000,
    "tables in tables": "<table><tr><td>" * 60_000,
    "spans": "<table>" + "<tr>" + "<td colspan=99999999 rowspan=99999999>x" * 20_000,
    "one wide row": "<table><tr>" + "<td>x" * 5_000 + "<tr><td>" * 2_000,
    "a codec that never ends": "<meta charset=punycode><table><tr><td>" + "a-b" * 300_000,
    "entities": "<table><td>" + "&#" * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(desk, name):
    """A page made to hang a reader ends with a problem, soon."""
    desk.write("a.xls", f"<html>{HOSTILE[name]}")
    assert desk.read(customers="a.xls").codes


@settings(max_examples=150, deadline=None)
@given(st.integers(100, 99_999_999_999), st.booleans())
def test_amounts_in_words(cents, old):
    """An amount in words is the number that was written, by an independent writer of such amounts."""
    assert amount(_in_words(cents, old)) == cents / 100


@pytest.mark.parametrize(
    "text", ["壹贰", "伍佰佰", "元整", "二〇二四", "伍佰万元整（含税）", "拾", "", "亿亿", "万贰佰〇亿拾叁"]
)
def test_words_that_are_no_amount(text):
    """What does not read back to the same words is not guessed."""
    assert amount(text) in (None, 10.0 if text == "拾" else None)


def _in_words(cents: int, old: bool) -> str:
    """Writes an amount as a bookkeeper does: 100000 -> 壹仟元整."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]
    yuan, rest = divmod(cents, 100)
    words, zero = "", False
    text = str(yuan)
    for index, digit in enumerate(text):
        place = len(text) - 1 - index
        if digit == "0":
            zero = True
        else:
            words += ("零" if zero and words else "") + digits[int(digit)] + units[place % 4]
            zero = False
        if place % 4 == 0 and place and text[max(0, index - 3) : index + 1].strip("0"):
            words += ["", "万", "亿"][place // 4]
    words += ("圆" if old else "元") if yuan else ""
    jiao, fen = divmod(rest, 10)
    words += digits[jiao] + "角" if jiao else ("零" if fen and yuan else "")
    return words + (digits[fen] + "分" if fen else "整")


def test_formulas_without_a_value(desk):
    """A formula that no program ever calculated has no value; it is told with the formula."""
    with xlsxwriter.Workbook(str(desk.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, ["customer_id", "revenue"])
        sheet.write_row(1, 0, ["C1", 5])
        sheet.write(2, 0, "C2")
        sheet.write_formula(2, 1, '=IF(A1<"x",1,2)', None, "")
    problem = desk.read(customers="a.xlsx").only()
    assert (problem.code, problem.facts["read"]) == ("formula-without-value", '=IF(A1<"x",1,2)')


@pytest.mark.parametrize(
    ("header", "cell", "wanted"),
    [
        ("年收入", "5", 5.0),
        ("年收入（万元）", "5", 5.0),
        ("年收入（元）", "57", 0.0057),
        ("年收入（亿元）", "1.2", 12_000.0),
        ("年收入", "3.5万", 3.5),
        ("年收入", "700元", 0.07),
    ],
)
def test_field_that_is_itself_in_a_multiple(desk, dictionary, header, cell, wanted):
    """What is written is brought to the unit of the field, which need not be yuan."""
    customers = dictionary["customers"]
    fields = {**customers.fields, "revenue": replace(customers.fields["revenue"], unit="万元")}
    desk.write("c.csv", f"customer_id,{header}\nC1,{cell}\n")
    changed = {**dictionary, "customers": replace(customers, fields=fields)}
    result = desk.read(dictionary=changed, customers="c.csv")
    assert (result.column("revenue"), result.codes) == ([wanted], [])


def test_hostile_sheet():
    """The XML of a sheet that was made to hang a reader is passed over in time that grows with its length."""
    for piece in (b"<c ", b"<row ", b"<c ><f", b"<col ", b"<c a><f>"):
        content = b'<f hidden="1"' + piece * 100_000
        began = time.process_time()
        assert (faults_of(content), hidden_of(content)) == ((), ([], set()))
        assert time.process_time() - began < 1


def test_currency_of_the_field(desk):
    """Amounts in another currency are never taken in silence; `unit` in the assessment settles it."""
    desk.write("c.csv", "customer_id,Revenue (USD)\nC1,5\n")
    assert desk.read(customers="c.csv").codes == ["other-unit"]
    result = desk.read(customers='{file: c.csv, columns: {"Revenue (USD)": {field: revenue, unit: 万元}}}')
    assert (result.column("revenue"), result.codes) == ([50_000.0], [])
