# SPDX-License-Identifier: Apache-2.0
"""Which column of a file is which field."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rulescore.problems import Span


@pytest.mark.parametrize(
    "header",
    ["revenue", "Revenue", " REVENUE ", "年收入", "年 收入", "ｒｅｖｅｎｕｅ", "年　收入", '"Re\nvenue"'],
)
def test_header_by_id_or_title(desk, header):
    """A header meets its field by id or title in either language, whatever its case, width or blanks."""
    assert desk.customers(f"customer_id,{header}\nC1,5\n").column("revenue") == [5.0]


@pytest.mark.parametrize("header", ["Account No", "account_no", "ACCOUNT-NO", "accountno"])
def test_header_by_alias(desk, header):
    """Aliases hold the headers of common exports; underscores and hyphens count as blanks."""
    assert desk.customers(f"{header},name\nC1,a\n").column("customer_id") == ["C1"]


def test_id_comes_before_alias(desk, dictionary):
    """A header that is one field's id and another's alias is the former."""
    customers = dictionary["customers"]
    fields = {**customers.fields, "balance": replace(customers.fields["balance"], aliases=("revenue",))}
    desk.write("c.csv", "customer_id,revenue\nC1,5\n")
    changed = {**dictionary, "customers": replace(customers, fields=fields)}
    assert desk.read(dictionary=changed, customers="c.csv").column("revenue") == [5.0]


def test_given_columns_win(desk):
    """A mapping decides against what a header would be by itself; the column named null is left out."""
    desk.write("c.csv", "customer_id,name,other,revenue\nC1,a,b,5\n")
    result = desk.read(customers="{file: c.csv, columns: {other: name, name: null, revenue: null}}")
    assert result.rows() == [{"customer_id": "C1", "name": "b", "#row": 2, "#source": 0}]
    assert (result.codes, result.notes) == ([], [])


def test_given_header_is_folded(desk):
    """A mapped header is found as written, else without regard to case, width and blanks."""
    desk.write("c.csv", "customer_id,Turnover (net),turnover（NET）\nC1,5,6\n")
    assert desk.read(customers='{file: c.csv, columns: {"Turnover (net)": revenue}}').column("revenue") == [
        5.0
    ]
    problem = desk.read(customers='{file: c.csv, columns: {"TURNOVER(NET)": revenue}}').only()
    assert problem.code == "duplicate-header"


def test_unknown_header(desk):
    """A mapped header that the file lacks is told at its line, with the one that was meant."""
    desk.write("c.csv", "customer_id,Turnover\nC1,5\n")
    problem = desk.read(customers="{file: c.csv, columns: {Turnovr: revenue}}").only()
    assert (problem.code, problem.facts["close"]) == ("unknown-header", ["Turnover"])
    assert isinstance(problem.place, Span)
    assert (problem.place.file, problem.place.line) == ("assessment.yaml", 4)


def test_unknown_field(desk):
    """A mapped field that the table lacks is told at its line, with the one that was meant."""
    desk.write("c.csv", "customer_id,x\nC1,5\n")
    problem = desk.read(customers="{file: c.csv, columns: {x: revenu}}").only()
    assert (problem.code, problem.facts["close"]) == ("unknown-field", ["revenue"])
    assert problem.place.line == 4


def test_two_columns_for_one_field(desk):
    """Two headers that both answer to a field are refused: neither may win by chance."""
    problem = desk.customers("customer_id,revenue,年收入\nC1,5,6\n").only()
    assert (problem.code, problem.facts["headers"]) == ("field-twice", ["revenue", "年收入"])


def test_one_header_for_two_fields(desk, dictionary):
    """A header that two fields answer to by alias is refused until the mapping says which."""
    customers = dictionary["customers"]
    fields = {name: replace(field, aliases=("value",)) for name, field in customers.fields.items()}
    dictionary = {**dictionary, "customers": replace(customers, fields=fields)}
    desk.write("c.csv", "customer_id,value\nC1,5\n")
    assert desk.read(dictionary=dictionary, customers="c.csv").only().code == "ambiguous-header"
    result = desk.read(dictionary=dictionary, customers="{file: c.csv, columns: {value: revenue}}")
    assert result.column("revenue") == [5.0]


def test_missing_required_column(desk):
    """A table without its id column, or events without their date, say which headers are still free."""
    problem = desk.customers("customer_nr,name\nC1,a\n").only()
    assert (problem.code, problem.facts["field"]) == ("missing-column", "customer_id")
    assert (problem.facts["headers"], problem.facts["close"]) == (["customer_nr"], ["customer_nr"])
    desk.write("c.csv", "customer_id\nC1\n")
    desk.write("o.csv", "order_id,customer_id\n1,C1\n")
    problem = desk.read(customers="c.csv", orders="o.csv").only()
    assert (problem.code, problem.facts["field"]) == ("missing-column", "order_date")


def test_unused_columns_are_noted_once(desk):
    """Columns that nobody mapped are one note a table."""
    result = desk.customers("customer_id,a,b,c\nC1,1,2,3\n")
    note = next(problem for problem in result.problems if problem.code == "unused-columns")
    assert (note.facts["headers"], note.severity) == (["a", "b", "c"], "note")


def test_header_row(desk):
    """Where titles stand above the header, its row is named; in text as in workbooks."""
    desk.write("c.csv", "账龄分析表\n截至,2026-06-30\ncustomer_id,name\nC1,a\n")
    result = desk.read(customers="{file: c.csv, header_row: 3}")
    assert result.rows() == [{"customer_id": "C1", "name": "a", "#row": 4, "#source": 0}]
    assert desk.read(customers="{file: c.csv, header_row: 9}").only().code == "missing-header"
