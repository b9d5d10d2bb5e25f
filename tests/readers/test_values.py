# SPDX-License-Identifier: Apache-2.0
"""A cell and the type of its field -> its value, or the problem that says why it has none."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rulescore.model import Field
from rulescore.readers.coerce import Column, plain
from rulescore.readers.steps import CODES, full
from rulescore.values import MISSING_WORDS, day, iso

FITS = [
    ("revenue", "0", 0.0),
    ("revenue", " 12 ", 12.0),
    ("revenue", "1234.5", 1234.5),
    ("revenue", "1,234.50", 1234.5),
    ("revenue", "１，２３４．５０", 1234.5),
    ("revenue", "1，234", 1234.0),
    ("revenue", "¥1,234", 1234.0),
    ("revenue", "￥ 1,234", 1234.0),
    ("balance", "$5", 5.0),
    ("balance", "€5.00", 5.0),
    ("revenue", "1E+05", 100000.0),
    ("balance", "(1,234.50)", -1234.5),
    ("balance", "（５）", -5.0),
    ("balance", "$(5)", -5.0),
    ("balance", "(¥5)", -5.0),
    ("balance", "-¥5", -5.0),
    ("balance", "−5", -5.0),
    ("balance", "－５", -5.0),
    ("balance", "+5", 5.0),
    ("balance", "1,234.50-", -1234.5),
    ("balance", "５－", -5.0),
    ("revenue", "RMB 1,234", 1234.0),
    ("revenue", "人民币5", 5.0),
    ("revenue", "5元", 5.0),
    ("revenue", "3.5万", 35000.0),
    ("revenue", "3.5 万元", 35000.0),
    ("revenue", "１．２亿", 120_000_000.0),
    ("revenue", "¥1,200万", 12_000_000.0),
    ("revenue", "0.07万", 700.0),
    ("revenue", "1.1亿元", 110_000_000.0),
    ("revenue", "2千", 2000.0),
    ("revenue", "5百万元", 5_000_000.0),
    ("revenue", "\u200b12\ufeff", 12.0),
    ("revenue", "1\u00a0", 1.0),
    ("revenue", "伍佰万元整", 5_000_000.0),
    ("revenue", "人民币壹万贰仟叁佰肆拾伍元陆角柒分", 12345.67),
    ("revenue", "拾万圆整", 100_000.0),
    ("balance", "(3.5万)", -35000.0),
    ("staff", "1.2万", 12000.0),
    ("margin", "85%", 0.85),
    ("margin", "0.07%", 0.0007),
    ("margin", "8.5 %", 0.085),
    ("margin", "８５％", 0.85),
    ("margin", "0.85", 0.85),
    ("margin", "-12.5%", -0.125),
    ("margin", "250%", 2.5),
    ("staff", "12", 12.0),
    ("staff", "12.0", 12.0),
    ("staff", "1,200", 1200.0),
    *(
        ("honest", word, True)
        for word in (
            "是",
            "有",
            "对",
            "真",
            "√",
            "✓",
            "✔",
            "Y",
            "y",
            "yes",
            "YES",
            "true",
            "T",
            "1",
            " 是 ",
            "ＹＥＳ",
        )
    ),
    *(
        ("honest", word, False)
        for word in ("否", "无", "错", "假", "×", "✗", "✘", "N", "no", "No", "FALSE", "f", "0")
    ),
    *(
        ("since", form, date(2024, 3, 5))
        for form in (
            "2024-03-05",
            "2024-3-5",
            "2024/3/5",
            "2024/03/05",
            "2024.3.5",
            "2024年3月5日",
            "２０２４年３月５日",
            "20240305",
            "2024-03-05 00:00:00.000",
            "2024-03-05T23:59:59Z",
            "2024-03-05T23:59:59.123456+08:00",
            "2024/3/5 9:30",
            "2024年3月5日 9:30",
            "2024年3月5日9:30",
            "20240305 0930".replace("0930", "09:30"),
            "2024年3月5号",
            "2024年 3月 5日",
            "2024年3月5日 上午9:30",
            "2024年3月5日下午3:05:06",
            "2024/3/5 9:30 PM",
            "2024-03-05 星期二",
            "2024年3月5日 周二 下午 3:05",
            "20240305093000",
            "2024-03-05T08:00:00.000+0000",
            "45356",
            "45356.75",
            "1709568000000",
            "1709654399999",
            "1709568000",
            "\u200b2024-03-05",
        )
    ),
    ("status", "active", "active"),
    ("status", "Active ", "active"),
    ("status", "存续", "active"),
    ("name", " 甲 乙 ", "甲 乙"),
    ("name", "　甲　", "甲"),
    ("name", "Ａ公司", "Ａ公司"),
    ("lawsuits", "无", "无"),
    ("grade", "-999", None),
    ("grade", "未评", None),
    *(("name", word, None) for word in MISSING_WORDS),
    *(("revenue", word, None) for word in ("", " ", "-", "—", "N/A", "NULL", "无")),
]

FAULTS = [
    ("revenue", "abc", "unreadable-number"),
    ("revenue", "1,23", "unreadable-number"),
    ("revenue", "1,2345", "unreadable-number"),
    ("revenue", "12,34,567", "unreadable-number"),
    ("revenue", "1 234", "unreadable-number"),
    ("revenue", "1.234,5", "unreadable-number"),
    ("revenue", "3.5万万", "unreadable-number"),
    ("revenue", "万", "unreadable-number"),
    ("revenue", "约3万", "unreadable-number"),
    ("revenue", "3-5万", "unreadable-number"),
    ("revenue", "-5-", "unreadable-number"),
    ("revenue", "伍佰佰", "unreadable-number"),
    ("revenue", "壹贰", "unreadable-number"),
    ("revenue", "1e99999999999999999999万", "unreadable-number"),
    ("revenue", "9999万亿", "oversized-number"),
    ("margin", "5万", "unreadable-number"),
    ("since", "19999", "unreadable-date"),
    ("since", "73000", "unreadable-date"),
    ("since", "999999999999", "unreadable-date"),
    ("since", "20240305253000", "unreadable-date"),
    ("since", "2024年3月份", "month-without-day"),
    ("since", "2024/3", "month-without-day"),
    ("since", "24-13-05", "ambiguous-date"),
    ("revenue", "5%", "unreadable-number"),
    ("revenue", "0x10", "unreadable-number"),
    ("revenue", "1_000", "unreadable-number"),
    ("revenue", "⑴", "unreadable-number"),
    ("revenue", "(-5)", "unreadable-number"),
    ("revenue", "--5", "unreadable-number"),
    ("revenue", "是", "unreadable-number"),
    ("revenue", "-5", "number-out-of-range"),
    ("revenue", "(5)", "number-out-of-range"),
    ("revenue", "1e15", "oversized-number"),
    ("revenue", "911101081234567890", "oversized-number"),
    ("revenue", "nan", "infinite-numbers"),
    ("revenue", "inf", "infinite-numbers"),
    ("revenue", "1e400", "infinite-numbers"),
    ("margin", "85", "unclear-percent"),
    ("margin", "85%%", "unreadable-number"),
    ("staff", "1.5", "fractional-integer"),
    ("honest", "maybe", "unreadable-truth"),
    ("honest", "2", "unreadable-truth"),
    ("honest", "否定", "unreadable-truth"),
    ("since", "05/03/2024", "ambiguous-date"),
    ("since", "5-3-24", "ambiguous-date"),
    ("since", "2024-02-30", "unreadable-date"),
    ("since", "2024-13-01", "unreadable-date"),
    ("since", "2024/3-5", "unreadable-date"),
    ("since", "2024年3月", "month-without-day"),
    ("since", "2024-03", "month-without-day"),
    ("since", "0000-01-01", "unreadable-date"),
    ("since", "24-03-05 10:00", "ambiguous-date"),
    ("since", "24-03-05x", "unreadable-date"),
    ("since", "2024-03-05 99:99", "unreadable-date"),
    ("since", "March 5, 2024", "unreadable-date"),
    ("status", "actve", "unlisted-value"),
    ("name", "x" * 100_001, "oversized-text"),
    ("客户名称", "x" * 100_001, "oversized-text"),
]


@pytest.mark.parametrize(("field", "cell", "wanted"), FITS, ids=lambda value: str(value)[:30])
def test_cell_that_fits(desk, field, cell, wanted):
    """Every accepted form of a value gives exactly the value that a person reads."""
    result = desk.value(field, cell)
    assert result.column(field) == [wanted]
    assert result.codes == []


@pytest.mark.parametrize(("field", "cell", "code"), FAULTS, ids=lambda value: str(value)[:30])
def test_cell_that_does_not_fit(desk, field, cell, code):
    """What is no accepted form is never guessed: the value is missing, the row stays, the cell is told."""
    result = desk.value(field, cell)
    problem = result.only()
    assert problem.code == code
    assert (problem.place.file, problem.place.row, problem.place.column) == ("customers.csv", 2, field)
    assert problem.facts["read"] == cell[:80]
    assert problem.severity == "warning"
    assert [row["customer_id"] for row in result.rows()] == ["C1"]
    assert list(result.rows()[0].values())[1] is None


def test_close_value_is_suggested(desk):
    """A slip in a listed value names the one that was meant."""
    assert desk.value("status", "actve").only().facts["close"] == ["active"]


def test_missing_word_of_the_assessment(desk):
    """A mapping may add words for missing; they hold for that column only."""
    desk.write("c.csv", "id,rev,name\nC1,0000,0000\n")
    result = desk.read(
        customers="{file: c.csv, columns: {id: customer_id, rev: {field: revenue, missing: ['0000']}}}"
    )
    assert (result.column("revenue"), result.column("name")) == ([None], ["0000"])


def test_missing_number_in_a_typed_column(desk):
    """A number that means missing is missing as a number too."""
    frame = pl.DataFrame({"customer_id": ["C1", "C2"], "grade": [-999.0, 3.0]})
    assert desk.frames(customers=frame).column("grade") == [None, 3.0]


@pytest.mark.parametrize(
    ("form", "cell", "wanted"),
    [
        ("%d/%m/%Y", "05/03/2024", date(2024, 3, 5)),
        ("%m/%d/%Y", "05/03/2024", date(2024, 5, 3)),
        ("%d-%m-%Y", "20-10-2016", date(2016, 10, 20)),
        ("%m/%d/%Y", "1/2/2013", date(2013, 1, 2)),
        ("%d %b %Y", "05 Mar 2024", date(2024, 3, 5)),
        ("%d/%m/%y", "05/03/24", date(2024, 3, 5)),
        ("%d/%m/%Y %H:%M", "05/03/2024 09:30", date(2024, 3, 5)),
        ("%d/%m/%Y", "2024-03-05", date(2024, 3, 5)),
        ("%Y-%d-%m", "2024-05-03", date(2024, 3, 5)),
    ],
)
def test_declared_date_format(desk, form, cell, wanted):
    """A declared format decides which number is the day; dates that begin with the year still read beside it."""
    desk.write("c.csv", f"customer_id,day\nC1,{cell}\n")
    result = desk.read(
        customers=f'{{file: c.csv, columns: {{day: {{field: since, date_format: "{form}"}}}}}}'
    )
    assert result.column("since") == [wanted]
    assert result.codes == []


def test_declared_date_format_that_does_not_fit(desk):
    """With a declared format that begins with the year no other order of the year's parts is tried."""
    desk.write("c.csv", "customer_id,day\nC1,2024-05-13\n")
    result = desk.read(customers='{file: c.csv, columns: {day: {field: since, date_format: "%Y-%d-%m"}}}')
    assert result.column("since") == [None]
    assert result.codes == ["unreadable-date"]


@pytest.mark.parametrize("form", ["%d/%m", "%d/%m/%Y/%d", "%s", "%Y-%m-%", "dd/mm/yyyy"])
def test_unknown_date_format(desk, form):
    """A date format that leaves out or repeats a part, or that no platform agrees on, is refused at its line."""
    desk.write("c.csv", "customer_id,day\nC1,2024-05-13\n")
    problem = desk.read(
        customers=f'{{file: c.csv, columns: {{day: {{field: since, date_format: "{form}"}}}}}}'
    ).only()
    assert (problem.code, problem.place.line) == ("unknown-date-format", 4)


@pytest.mark.parametrize(
    ("header", "cells", "code", "severity"),
    [
        ("revenue", ["a", "b", "c"], "unreadable-column", "error"),
        ("honest", ["a", "b", "c", "-"], "unreadable-column", "error"),
        ("since", ["01/02/2024", "02/02/2024", "12/02/2024"], "ambiguous-column", "error"),
        ("margin", ["85", "60.5", "7", "0.5"], "unclear-percents", "error"),
        ("status", ["x", "y", "z"], "unlisted-column", "warning"),
    ],
)
def test_column_of_the_wrong_type(desk, header, cells, code, severity):
    """A column of which nothing can be read is one problem with examples, not one a cell."""
    rows = "".join(f"C{number},{cell}\n" for number, cell in enumerate(cells))
    problem = desk.customers(f"customer_id,{header}\n{rows}").only()
    assert (problem.code, problem.severity) == (code, severity)
    assert problem.facts["count"] == 3
    assert problem.facts["examples"] == cells[:3]
    assert problem.place.column == header


@pytest.mark.parametrize(
    ("cells", "wanted", "order"),
    [
        (["01/02/2024", "13/02/2024"], [date(2024, 2, 1), date(2024, 2, 13)], "dmy"),
        (["1.2.2024 9:30", "2.13.2024 9:30 PM"], [date(2024, 1, 2), date(2024, 2, 13)], "mdy"),
        (
            ["01-02-2024", "2024-05-06", "31-01-2024"],
            [date(2024, 2, 1), date(2024, 5, 6), date(2024, 1, 31)],
            "dmy",
        ),
    ],
)
def test_order_of_dates_that_is_proven(desk, cells, wanted, order):
    """One date that can be read in one order only proves it for its column, and that is told with the date."""
    result = desk.customers("customer_id,since\n" + "".join(f"C{n},{cell}\n" for n, cell in enumerate(cells)))
    assert (result.column("since"), result.codes) == (wanted, [])
    note = next(problem for problem in result.problems if problem.code == "date-order-found")
    assert note.facts["order"] == order
    assert note.facts["read"] in cells and "13" in note.facts["read"] + "13" * (cells[-1][:2] == "31")


def test_two_orders_of_dates_in_a_column(desk):
    """Dates that contradict each other are refused: neither order may win."""
    result = desk.customers("customer_id,since\na,13/02/2024\nb,02/14/2024\nc,2024-01-01\n")
    problem = next(problem for problem in result.problems if problem.severity == "error")
    assert (problem.code, problem.facts["dmy"], problem.facts["mdy"]) == (
        "mixed-date-orders",
        "13/02/2024 (2)",
        "02/14/2024 (3)",
    )


@pytest.mark.parametrize(
    ("order", "cell", "wanted"),
    [
        ("dmy", "05/03/2024", date(2024, 3, 5)),
        ("mdy", "05/03/2024", date(2024, 5, 3)),
        ("dmy", "5.3.24 09:30", date(2024, 3, 5)),
        ("mdy", "5-3-99", date(1999, 5, 3)),
        ("ymd", "24-03-05", date(2024, 3, 5)),
        ("dmy", "2024-03-05", date(2024, 3, 5)),
        ("ymd", "2024/3/5", date(2024, 3, 5)),
    ],
)
def test_order_of_dates_that_is_given(desk, order, cell, wanted):
    """A given order decides which number is the day, also with a year of two digits."""
    desk.write("c.csv", f"customer_id,day\nC1,{cell}\n")
    result = desk.read(customers=f"{{file: c.csv, columns: {{day: {{field: since, date_order: {order}}}}}}}")
    assert (result.column("since"), result.codes) == ([wanted], [])


def test_given_order_that_a_date_contradicts(desk):
    """A date that does not exist in the given order is told; the other order is not tried."""
    desk.write("c.csv", "customer_id,day\nC1,05/13/2024\nC2,05/03/2024\n")
    result = desk.read(customers="{file: c.csv, columns: {day: {field: since, date_order: dmy}}}")
    assert (result.column("since"), result.codes) == ([None, date(2024, 3, 5)], ["unreadable-date"])


@pytest.mark.parametrize("form", ["%Y-%m", "%Y年%m月"])
def test_months_by_a_declared_format(desk, form):
    """A format of year and month takes the first of the month, and says so; whole dates still read beside it."""
    cell = "2024-03" if "-" in form else "2024年3月"
    desk.write("c.csv", f"customer_id,day\nC1,{cell}\nC2,2024-03-05\n")
    result = desk.read(
        customers=f'{{file: c.csv, columns: {{day: {{field: since, date_format: "{form}"}}}}}}'
    )
    assert (result.column("since"), result.codes) == ([date(2024, 3, 1), date(2024, 3, 5)], [])
    assert "first-of-month" in result.notes


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("45356", "dates-as-serial"),
        ("1709568000000", "dates-as-milliseconds"),
        ("1709568000", "dates-as-seconds"),
    ],
)
def test_dates_that_were_numbers_are_told(desk, cell, note):
    """What was understood from a bare number is told with a count and the first cell."""
    result = desk.customers(f"customer_id,since\nC1,2020-01-01\nC2,{cell}\nC3,{cell}\n")
    told = next(problem for problem in result.problems if problem.code == note)
    assert (told.facts["count"], told.facts["read"], told.place.row, told.severity) == (2, cell, 3, "note")


def test_at_most_twenty_cells_are_listed(desk):
    """Of many bad cells the first twenty are listed and the others counted."""
    rows = "".join(f"C{number},{'x' if number % 2 else number}\n" for number in range(200))
    result = desk.customers("customer_id,revenue\n" + rows)
    assert result.codes.count("unreadable-number") == 20
    last = next(problem for problem in result.problems if problem.code == "cells-unlisted")
    assert (last.facts["count"], last.facts["total"]) == (80, 100)
    rows_told = [problem.place.row for problem in result.problems if problem.code == "unreadable-number"]
    assert rows_told == list(range(3, 43, 2))


def test_infinite_numbers_are_counted(desk):
    """NaN and infinity of a calculation are missing, told once a column with their count."""
    values = [float("nan"), 1.0, float("inf"), None]
    frame = pl.DataFrame({"customer_id": list("abcd"), "revenue": values})
    result = desk.frames(customers=frame)
    assert result.column("revenue") == [None, 1.0, None, None]
    assert (result.only().code, result.only().facts["count"]) == ("infinite-numbers", 2)


def test_range_in_a_typed_column(desk):
    """The range of a field holds for typed columns too."""
    frame = pl.DataFrame({"customer_id": ["a", "b"], "revenue": [1, -1], "staff": [1.5, 2.0]})
    result = desk.frames(customers=frame)
    assert sorted(result.codes) == ["fractional-integer", "number-out-of-range"]
    assert (result.column("revenue"), result.column("staff")) == ([1.0, None], [None, 2.0])


@pytest.mark.parametrize("cell", ["9.11E+17", "9.11101E+17"])
def test_id_that_became_a_number(desk, cell):
    """A long id that a spreadsheet has turned into a number is refused: its digits are lost."""
    assert desk.customers(f"customer_id,name\n{cell},a\nC2,b\n").codes == [
        "customer-without-id",
        "damaged-id",
    ]


def test_nested_values(desk):
    """A list or record in a cell is not a value."""
    frame = pl.DataFrame({"customer_id": ["a", "b"], "name": [["x"], None], "revenue": [{"a": 1}, None]})
    result = desk.frames(customers=frame)
    assert result.codes == ["nested-value", "nested-value"]
    assert result.column("name") == [None, None]


# --- against an independent reading in plain Python

_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Unicode's white space; Python's own `strip` also takes the separators \x1c to \x1f."""


_MULTIPLES = {"": 0, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}


def _number_by_hand(cell: str, percent: bool = False) -> float | str | None:
    """What a person would make of a number's text: the value, a problem code, or None for missing."""
    text = cell.strip(_BLANKS)
    if text == "" or text in MISSING_WORDS:
        return None
    text = unicodedata.normalize("NFKC", text.replace("−", "-"))
    marked = percent and text.endswith("%")
    if marked:
        text = text[:-1].rstrip(" ")
    sign, power = 1.0, -2 if marked else 0
    if match := re.fullmatch(r"([¥$€£]?|RMB) *\(([^()+-]*)\)", text):
        text, sign = match[1] + match[2], -1.0
    if match := re.fullmatch(r"([+-]?) *(?:[¥$€£]|RMB) *(.*)", text, re.DOTALL):
        text = match[1] + match[2]
    if sign < 0 and text[:1] in ("+", "-"):
        return "unreadable-number"
    if match := re.fullmatch(r"([0-9][0-9,.]*) *-", text):
        if sign < 0:
            return "unreadable-number"
        text = "-" + match[1]
    if not percent and (
        match := re.fullmatch(r"(.*[0-9.]) *(千|万|亿|百万|千万|十万|万亿)?(元整?)?", text, re.DOTALL)
    ):
        text, power = match[1] if match[2] or match[3] else text, _MULTIPLES[match[2] or ""]
    if "," in text and re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", text):
        text = text.replace(",", "")
    if re.fullmatch(r"[+-]?(?:inf|infinity|nan)", text, re.IGNORECASE):
        return "infinite-numbers"
    if not (match := re.fullmatch(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]+))?", text)):
        return "unreadable-number"
    value = sign * float(f"{match[1]}e{int(match[2] or 0) + power}")
    if math.isinf(value):
        return "infinite-numbers"
    if abs(value) >= 1e15:
        return "oversized-number"
    if percent and not marked and abs(value) > 1:
        return "unclear-percent"
    return value


def _read(cells: list[str], kind: str) -> list[tuple[object, str]]:
    """The cells by the full way: (value, code); and the plain way agrees wherever it claims to know."""
    return _read_as(cells, Field("f", kind, {"zh": "f", "en": "f"}))  # type: ignore[arg-type]


def _read_as(cells: list[str], field: Field) -> list[tuple[object, str]]:
    column = Column("0", "h", field, pl.String())
    frame = pl.LazyFrame({"0": cells}, schema={"0": pl.String})
    read = full(frame, [column], {}).select("f", column.code).collect().rows()
    for held in (False, True):
        way = plain(column, held)
        assert way is not None
        quick = frame.select(way[0].alias("value"), way[1].alias("odd")).collect().rows()
        for (value, odd), (wanted, code) in zip(quick, read, strict=True):
            if not odd:
                assert (value, code) == (wanted, 0)
    return [(value, CODES[code]) for value, code in read]


_PIECES = st.sampled_from(list("0123456789") * 3 + list("亿千元£,，.．-−－+()（）¥￥$€% ％eE万０５９"))
_NUMBERS = st.one_of(
    st.floats(-1e16, 1e16).map(lambda value: f"{value:,.2f}"),
    st.floats(-1e16, 1e16).map(repr),
    st.integers(-(10**16), 10**16).map(lambda value: f"¥{value:,}"),
    st.integers(0, 10**7).map(lambda value: f"({value:,})"),
    st.builds(
        lambda value, unit: f"{value}{unit}",
        st.decimals(0, 10**6, places=4),
        st.sampled_from([*_MULTIPLES, "万元"]),
    ),
    st.text(_PIECES, max_size=12),
    st.text(max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_NUMBERS, min_size=1, max_size=40), st.booleans())
@example(["INF", "-Infinity", "nAn", "+inf", "infin"], False)
@example(["1.", ".5", "5e", "(5", "¥", "$-5", "-$-5", "(5)%", "¥(1,000.)"], False)
def test_numbers_as_read_by_hand(cells, percent):
    """Any text gives the number that an independent reading gives, or the same problem."""
    for cell, (value, code) in zip(cells, _read(cells, "percent" if percent else "number"), strict=True):
        wanted = _number_by_hand(cell, percent)
        if wanted is None or isinstance(wanted, str):
            assert (value, code) == (None, wanted or ""), cell
        else:
            assert (value, code) == (wanted, ""), cell


_LISTED = Field("f", "text", {}, values=("state_owned", "private"), words={"state_owned": ("国有", "State-Owned"), "private": ("民营", "无")})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["state_owned", "private", "国有", "State-Owned", "民营", "无", " 国有", "STATE-OWNED", "ｓtate_owned", "", "外资"]), min_size=1, max_size=12))  # fmt: skip
def test_listed_words_as_read_by_hand(cells):
    """A listed value in any of its words, in any case and width, is the value; a word for missing is missing though it is listed as a
    word for a value; and the plain way agrees wherever it claims to know."""
    words = {"state_owned": "state_owned", "国有": "state_owned", "state-owned": "state_owned", "private": "private", "民营": "private"}  # fmt: skip
    for cell, found in zip(cells, _read_as(cells, _LISTED), strict=True):
        text = unicodedata.normalize("NFKC", cell.strip()).lower()
        if text in ("", "无"):
            assert found == (None, ""), cell
        else:
            assert found == ((words[text], "") if text in words else (None, "unlisted-value")), cell


def _date_by_hand(cell: str) -> date | str | None:
    text = cell.strip(_BLANKS)
    if text == "" or text in MISSING_WORDS:
        return None
    text = unicodedata.normalize("NFKC", text)
    time = r"(T| *)([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d([.,]\d+)?)? *([AP]M)? *(Z|[+-]\d\d:?\d\d)?"
    if text.isascii() and text.isdigit():
        if len(text) == 5 and 20_000 <= int(text) < 73_000:
            return date(1899, 12, 30) + timedelta(days=int(text))
        if len(text) == 13 and text[0] in "123":
            return (datetime(1970, 1, 1, 8) + timedelta(milliseconds=int(text))).date()
        if len(text) == 10 and text[0] == "1":
            return (datetime(1970, 1, 1, 8) + timedelta(seconds=int(text))).date()
        if len(text) == 14:
            try:
                return datetime.strptime(text, "%Y%m%d%H%M%S").date() if text[0] != "0" else "unreadable-date"
            except ValueError:
                return "unreadable-date"
    if re.fullmatch(r"[2-6]\d{4}\.\d+|7[0-2]\d{3}\.\d+", text, re.ASCII):
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    if re.fullmatch(r"[1-9]\d{3}([-/.]\d\d?|年\d\d?月)", text, re.ASCII):
        return "month-without-day"
    shapes = (
        r"(\d{4})-(\d\d?)-(\d\d?)",
        r"(\d{4})/(\d\d?)/(\d\d?)",
        r"(\d{4})\.(\d\d?)\.(\d\d?)",
        r"(\d{4})(\d\d)(\d\d)",
        r"(\d{4})年(\d\d?)月(\d\d?)日",
    )
    for shape in shapes:
        blank = "" if shape.endswith("日") else "(?=[T ])"
        if match := re.fullmatch(rf"{shape}(?:{blank}{time})?", text, re.ASCII):
            year, month, number = int(match[1]), int(match[2]), int(match[3])
            try:
                return date(year, month, number) if year >= 1000 else "unreadable-date"
            except ValueError:
                return "unreadable-date"
    if re.fullmatch(r"\d\d?[-/.]\d\d?[-/.](\d{4}|\d\d)([ T].*)?", text, re.ASCII):
        return "ambiguous-date"
    return "unreadable-date"


_DATES = st.one_of(
    st.builds(
        lambda value, form, tail: f"{value.year:04}{value:{form}}".replace("%", "") + tail,
        st.dates(),
        st.sampled_from(["-%m-%d", "/%m/%d", ".%m.%d", "%m%d", "年%m月%d日", "-%d-%m"]),
        st.sampled_from(["", " 09:30", "T00:00:00.000Z", " 9:3", "x", " 25:00", "12:00"]),
    ),
    st.dates().map(lambda value: f"{value:%d/%m/%Y}"),
    st.dates().map(lambda value: f"{value.year}/{value.month}/{value.day}"),
    st.text(st.sampled_from(list("0123456789") * 2 + list("-/.年月日 T:Z")), max_size=14),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_DATES, min_size=1, max_size=40))
@example(["2024-2-30", "2024.1.1 1:00", "1-1-1", "20241301", "2024年1月1日1:00", "202401012:00"])
def test_dates_as_read_by_hand(cells):
    """Any text gives the date that an independent reading gives, or the same problem."""
    for cell, (value, code) in zip(cells, _read(cells, "date"), strict=True):
        wanted = _date_by_hand(cell)
        if wanted is None or isinstance(wanted, str):
            assert (value, code) == (None, wanted or ""), cell
        else:
            assert (value, code) == (wanted, ""), cell


@given(st.dates())
def test_epoch_days_round_trip(value):
    """A date and its epoch day turn into each other; anything but an ISO date is none."""
    assert iso(day(value.isoformat())) == value.isoformat()
    assert day(value.isoformat()) == (value - date(1970, 1, 1)).days
    assert day(value.strftime("%d/%m/%Y")) is None
