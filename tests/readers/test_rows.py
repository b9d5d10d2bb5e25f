# SPDX-License-Identifier: Apache-2.0
"""Which rows count: customers once each, events of known customers with their date; the others are set aside."""

from __future__ import annotations

import polars as pl

CUSTOMERS = "customer_id,name\nC1,a\nC2,b\n"


def test_customer_without_id(desk):
    """A customer without an id is refused; every such row is named."""
    result = desk.customers("customer_id,name\nC1,a\n,b\n-,c\n")
    problem = result.only()
    assert (problem.code, problem.severity) == ("customer-without-id", "error")
    assert (problem.facts["count"], problem.facts["rows"], problem.place.row) == (2, ["3", "4"], 3)


def test_duplicate_customer(desk):
    """An id on several rows is refused, each further row named with the first."""
    result = desk.customers("customer_id,name\nC1,a\nC2,b\n C1 ,c\nC2,d\nC2,e\n")
    assert result.codes == ["duplicate-customer"] * 3
    assert [(p.place.row, p.facts["read"], p.facts["first"]) for p in result.problems] == [
        (4, "C1", "2"),
        (5, "C2", "3"),
        (6, "C2", "3"),
    ]


def test_duplicate_customer_across_files(desk):
    """The first place is named with its file when there are several."""
    desk.write("a.csv", CUSTOMERS)
    desk.write("b.csv", "customer_id,name\nC2,x\n")
    problem = desk.read(customers="[a.csv, b.csv]").only()
    assert (problem.place.file, problem.place.row) == ("b.csv", 2)
    assert problem.facts["first"] == "a.csv:3[customer_id]"


def test_many_duplicates_are_counted(desk):
    """At most a hundred duplicates are listed; the rest is a number."""
    result = desk.customers("customer_id\n" + "C1\n" * 5 + "".join(f"D{n // 2}\n" for n in range(600)))
    assert result.codes.count("duplicate-customer") == 100
    last = next(problem for problem in result.problems if problem.code == "rows-unlisted")
    assert (last.facts["count"], last.facts["total"]) == (204, 304)


def test_ids_stay_text(desk):
    """Leading zeros, long numbers and case are kept: these are four customers."""
    result = desk.customers("customer_id\n007\n7\n911101081234567890\nab\nAB\n")
    assert result.column("customer_id") == ["007", "7", "911101081234567890", "ab", "AB"]


def test_events_that_do_not_count(desk):
    """Events without customer, without date or of unknown customers are told, counted and set aside as they stood."""
    desk.write("c.csv", CUSTOMERS)
    desk.write(
        "o.csv",
        "订单编号,客户编号,下单日期,金额,备注\n"
        "1,C1,2024-01-01,1,a\n2,,2024-01-01,2,b\n3,C9,2024-01-01,3,c\n4,C2,,4,d\n5,C2,05/03/2024,5,e\n"
        "6,C9,,6,f\n7,C2,2024-01-02,x,g\n",
    )
    result = desk.read(customers="c.csv", orders="o.csv")
    assert result.column("order_id", "orders") == ["1", "7"]
    assert result.column("#row", "orders") == [2, 8]
    told = {p.code: p.facts.get("rows") for p in result.problems if p.code.startswith("event-")}
    assert told == {
        "event-without-customer": ["3"],
        "event-without-date": ["5", "6", "7"],
        "event-of-unknown-customer": ["4"],
    }
    assert {p.severity for p in result.problems} == {"warning", "note"}
    aside = {one.code: one.frame.collect().rows() for one in result.rejected}
    assert aside == {
        "event-without-customer": [(3, "2", None, "2024-01-01", "2", "b")],
        "event-without-date": [
            (5, "4", "C2", None, "4", "d"),
            (6, "5", "C2", "05/03/2024", "5", "e"),
            (7, "6", "C9", None, "6", "f"),
        ],
        "event-of-unknown-customer": [(4, "3", "C9", "2024-01-01", "3", "c")],
    }
    assert result.rejected[0].frame.collect().columns == [
        "#row",
        "订单编号",
        "客户编号",
        "下单日期",
        "金额",
        "备注",
    ]
    total = sum(one.count for one in result.rejected) + len(result.rows("orders"))
    assert total == result.tables["orders"].sources[0].rows


def test_rows_of_totals(desk):
    """A row of sums under a table is no customer, whether the word stands in the id column or beside it."""
    desk.write("c.csv", "customer_id,name,revenue\nC1,a,1\nC2,b,2\n合计,,3\n,总计,3\n")
    result = desk.read(customers="c.csv")
    assert result.column("customer_id") == ["C1", "C2"]
    problem = result.only()
    assert (problem.code, problem.severity, problem.facts["rows"]) == ("total-row", "warning", ["4", "5"])
    assert result.rejected[0].frame.collect().rows() == [(4, "合计", None, "3"), (5, None, "总计", "3")]


def test_rows_that_hold_nothing_are_not_counted(desk):
    """The row count of a source is of rows in which something stands."""
    result = desk.customers("customer_id,name\nC1,a\n,\n,\n")
    assert result.tables["customers"].sources[0].rows == 1


def test_order_of_rows_is_kept(desk):
    """Rows come out in the order of the files, also after rows were set aside."""
    events = 30_000
    customers = pl.DataFrame({"customer_id": [f"C{n}" for n in range(500)]})
    orders = pl.DataFrame(
        {
            "order_id": [str(n) for n in range(events)],
            "customer_id": [None if n % 11 == 0 else f"C{n * 7919 % 510}" for n in range(events)],
            "order_date": ["2024-01-01" if n % 13 else "" for n in range(events)],
        }
    )
    customers.write_csv(desk.folder / "c.csv")
    orders.write_csv(desk.folder / "o.csv")
    desk.write("more.csv", "order_id,customer_id,order_date\nlast,C1,2024-01-01\n")
    result = desk.read(customers="c.csv", orders="[o.csv, more.csv]")
    frame = result.frame("orders")
    known = [n for n in range(events) if n % 11 and n % 13 and n * 7919 % 510 < 500]
    assert frame["order_id"].to_list() == [*map(str, known), "last"]
    assert frame["#row"].to_list() == [*(n + 2 for n in known), 2]
    assert frame["#source"].to_list() == [0] * len(known) + [1]


def test_no_customers_table(desk):
    """Nothing can be assessed without customers."""
    desk.write("o.csv", "order_id,customer_id,order_date\n1,C1,2024-01-01\n")
    assert desk.read(orders="o.csv").codes == ["missing-customers"]


def test_all_problems_at_once(desk):
    """A broken file does not hide what is wrong with the next one."""
    desk.write("c.csv", "customer_id,revenue\nC1,x\nC1,2\n")
    result = desk.read(customers="c.csv", orders="missing.csv")
    assert set(result.codes) == {"file-not-found", "unreadable-number", "duplicate-customer"}
