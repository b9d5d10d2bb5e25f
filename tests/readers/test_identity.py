# SPDX-License-Identifier: Apache-2.0
"""Who customers are: likely duplicates proposed and merged only when told, chains of control, credit codes, orphans."""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
import rulescore
from rulescore.model import Table
from rulescore.readers.identity import name_key


@functools.cache
def shipped() -> Mapping[str, Table]:
    """The data dictionary that is shipped."""
    return rulescore.load("general").tables


def read(desk: Any, customers: str, more: str = "", **events: str) -> Any:
    desk.write("customers.csv", customers)
    for table, content in events.items():
        desk.write(f"{table}.csv", content)
    files = {table: f"{table}.csv" for table in events}
    return desk.read(dictionary=shipped(), more=more, customers="customers.csv", **files)


def proposals(result: Any) -> list[tuple[list[str], list[str], int]]:
    """(ids, reasons, events) of each proposal."""
    return [
        (p.facts["ids"], p.facts["kind"], p.facts["events"])
        for p in result.problems
        if p.code == "likely-same-customer"
    ]


# ---- names ---------------------------------------------------------------------------------------------------------

SAME_NAMES = [
    ["华东（上海）生物科技有限公司", "华东(上海)生物科技有限公司", "华东 上海 生物科技有限责任公司", "华东（上海）生物科技股份有限公司"],
    ["Acme Widgets Co., Ltd.", "ACME WIDGETS CO.,LTD", "Acme  Widgets Limited", "Acme-Widgets Inc.", "Ａｃｍｅ Ｗｉｄｇｅｔｓ"],
    ["Smith & Sons Corporation", "smith and sons corp".replace("and ", ""), "SMITH  &  SONS LLC"],
    ["某某集团有限公司", "某某集团"],
]  # fmt: skip


@pytest.mark.parametrize("names", SAME_NAMES, ids=lambda names: names[0])
def test_names_that_differ_in_writing_only(names: list[str]) -> None:
    """Guards that legal form, brackets of either width, blanks, marks and case do not make two customers of one."""
    assert pl.Series(names).to_frame("name").select(name_key(pl.col("name"))).to_series().n_unique() == 1


def test_names_that_differ() -> None:
    """Guards against folding too much: another place, another word or a group is another customer; a bare form is no name."""
    names = [
        "华东上海科技有限公司",
        "华东北京科技有限公司",
        "华东上海集团",
        "上海",
        "Acme",
        "Acme Tools",
        "Cosmo Ltd",
        "Limited",
        "有限公司",
        "——",
    ]
    keys = pl.Series(names).to_frame("name").select(name_key(pl.col("name"))).to_series()
    assert keys.to_list()[-2:] == [None, None]
    assert keys.n_unique() == len(names) - 1


# ---- duplicates ----------------------------------------------------------------------------------------------------

TWINS = """customer_id,name,former_name,uscc,customer_type
C1,华东（上海）科技有限公司,,91350100M000100Y43,企业
C2,北方设备厂,,,企业
C3,另一个名字,,９１３５０１００ｍ０００１００ｙ４３,企业
C4,华东(上海)科技有限责任公司,,,企业
C5,南方仪器有限公司,北方设备厂；老名字,,企业
C6,张伟,,,个人
C7,张伟,,,个人
C8,独一无二有限公司,独一无二有限公司,,企业
"""
TWIN_ORDERS = """order_id,customer_id,order_date,amount
O1,C1,2026-01-01,100
O2,C3,2026-01-02,200
O3,C4,2026-01-03,300
O4,C5,2026-01-04,400
O5,C6,2026-01-05,500
O6,C2,2026-01-06,600
O7,C7,2026-01-07,700
O8,C8,2026-01-08,800
"""


def test_likely_duplicates_are_proposed(desk: Any) -> None:
    """C1, C3 share a code, C1, C4 a name: one group. C5 was once called as C2 is. People of one name, and a former name
    that is one's own, are no duplicates. Nothing is merged: eight customers stay, and each has its own order."""
    result = read(desk, TWINS, orders=TWIN_ORDERS)
    assert proposals(result) == [
        (["C1", "C3", "C4"], ["credit-code", "name"], 3),
        (["C2", "C5"], ["former-name"], 2),
    ]
    first = next(p for p in result.problems if p.code == "likely-same-customer")
    assert (first.severity, first.place.row, first.place.column) == ("warning", 4, "uscc")
    assert first.facts["rows"] == ["customers.csv:2", "customers.csv:4", "customers.csv:5"]
    assert first.facts["entry"] == '["C1", "C3", "C4"]'
    assert result.column("customer_id") == [f"C{n}" for n in range(1, 9)]
    assert result.column("customer_id", "orders") == ["C1", "C3", "C4", "C5", "C6", "C2", "C7", "C8"]
    assert result.tables["customers"].counts["repeated"] == 3  # C3, C4 and C5


def test_accepted_duplicates_are_merged(desk: Any) -> None:
    """Events of C3 and C4 count for C1, their rows are set aside and told, and what was accepted is proposed no more."""
    result = read(desk, TWINS, "same_customer: [[C1, C3, C4]]", orders=TWIN_ORDERS)
    assert proposals(result) == [(["C2", "C5"], ["former-name"], 2)]
    assert result.column("customer_id") == ["C1", "C2", "C5", "C6", "C7", "C8"]
    assert result.column("name")[0] == "华东（上海）科技有限公司"
    assert result.column("customer_id", "orders")[:3] == ["C1", "C1", "C1"]
    assert result.column("#row", "orders")[:3] == [2, 3, 4]  # the cells stay where they are
    merged = [p for p in result.problems if p.code == "customer-merged"]
    assert [(p.facts["id"], p.facts["kept"], p.facts["events"], p.place.row) for p in merged] == [
        ("C3", "C1", 1, 4),
        ("C4", "C1", 1, 5),
    ]
    (apart,) = result.rejected
    assert (apart.code, apart.count) == ("customer-merged", 2)
    assert apart.frame.collect()["customer_id"].to_list() == ["C3", "C4"]


@pytest.mark.parametrize(
    ("more", "code", "line"),
    [
        ("same_customer:\n- [C1, C3]\n- [C1, X9]", "same-customer-unknown", 5),
        ("same_customer:\n- [C1, C3]\n- [C3, C4]", "same-customer-twice", 5),
        ("same_customer:\n- [C1]", "wrong-type", 4),
        ("same_customer: C1", "wrong-type", 3),
    ],
)
def test_what_can_not_be_merged(desk: Any, more: str, code: str, line: int) -> None:
    """Guards against a merge that says nothing, or two things: refused, at its line of the assessment."""
    result = read(desk, TWINS, more)
    assert result.tables is None
    found = [p for p in result.problems if p.severity == "error"]
    assert {p.code for p in found} <= {code, "same-customer-twice"} and code in {p.code for p in found}
    assert next(p for p in found if p.code == code).place.line == line


def test_many_duplicates_are_counted(desk: Any) -> None:
    """Fifty groups are told, the other ten counted."""
    names = "".join(f"A{n},Name {n} Ltd\nB{n},Name {n} Co. Ltd\n" for n in range(60))
    result = read(desk, "customer_id,name\n" + names)
    assert len(proposals(result)) == 50
    (more,) = [p for p in result.problems if p.code == "rows-unlisted"]
    assert (more.facts["of"], more.facts["count"], more.facts["total"]) == ("likely-same-customer", 10, 60)


def test_groups_are_those_of_a_plain_search(desk: Any) -> None:
    """Guards the hashing and joining against the obvious way: every pair compared, groups by repeated widening."""
    rng = random.Random(11)
    rows = [
        (
            f"C{n}",
            f"名{rng.randrange(60)}",
            f"名{rng.randrange(60, 120)}" if n % 9 else f"名{rng.randrange(60)}",
        )
        for n in range(90)
    ]
    result = read(desk, "customer_id,name,former_name\n" + "".join(f"{i},{n},{f}\n" for i, n, f in rows))
    groups = [{i} for i, _, _ in rows]

    def alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
        return one[1] == other[1] or one[2] == other[1] or one[1] == other[2]

    for one in rows:
        for other in rows:
            if one[0] != other[0] and alike(one, other):
                a, b = (next(g for g in groups if r[0] in g) for r in (one, other))
                if a is not b:
                    groups.remove(b)
                    a |= b
    wanted = {frozenset(group) for group in groups if len(group) > 1}
    assert result.tables["customers"].counts["repeated"] == sum(len(group) - 1 for group in wanted)
    assert {frozenset(ids) for ids, _, _ in proposals(result)} == {
        group for group in wanted if len(group) <= 20
    }


# ---- control -------------------------------------------------------------------------------------------------------

CHAINS = """customer_id,name,parent_group
A,甲有限公司,B
B,乙有限公司,丙（集团）有限公司
C,丙(集团)有限公司,
D,丁有限公司,东方集团
E,戊有限公司,东方集团有限公司
F,己有限公司,F
G,庚有限公司,H
H,辛有限公司,I
I,壬有限公司,G
J,癸有限公司,H
"""


def test_ultimate_controllers(desk: Any) -> None:
    """A is under B (an id) under C (a name in other brackets): C for all three. D and E are under a group that is no
    customer, spelt two ways. F names itself. G, H, I go round in a circle, which is told, and J hangs on it."""
    result = read(desk, CHAINS)
    found = dict(zip(result.column("customer_id"), result.column("ultimate_group"), strict=True))
    assert found == {
        "A": "C", "B": "C", "C": "C", "D": "东方集团", "E": "东方集团", "F": "F", "G": "G", "H": "G", "I": "G", "J": "G",
    }  # fmt: skip
    (circle,) = [p for p in result.problems if p.code == "control-circle"]
    assert (circle.facts["circle"], circle.place.row) == ("G → H → I → G", 8)
    (groups,) = [p for p in result.problems if p.code == "groups-found"]
    assert (groups.facts["count"], groups.facts["groups"]) == (7, 3)  # A B, D E, H I J; F and G are their own


def test_controllers_without_parents(desk: Any) -> None:
    """Where no parents are handed over, each customer is its own group."""
    result = read(desk, "customer_id,name\nA,甲\nB,乙\n")
    assert result.column("ultimate_group") == ["A", "B"]


def test_a_parent_that_was_merged(desk: Any) -> None:
    """C2 is part of C1 and named as a parent, by id and by the name that only its own row has: C1 controls."""
    rows = "customer_id,name,parent_group\nC1,甲厂,\nC2,甲厂旧档,\nC3,乙厂,C2\nC4,丙厂,甲厂旧档有限公司\n"
    result = read(desk, rows, "same_customer: [[C1, C2]]")
    assert result.column("ultimate_group") == ["C1", "C1", "C1"]


def test_a_long_chain(desk: Any) -> None:
    """Two thousand customers one under the other end at the last, without recursion."""
    rows = "".join(f"K{n},K{n + 1}\n" for n in range(2_000))
    result = read(desk, "customer_id,parent_group\n" + rows + "K2000,\n")
    assert set(result.column("ultimate_group")) == {"K2000"}


# ---- codes and orphans ---------------------------------------------------------------------------------------------


def test_credit_codes_are_checked(desk: Any) -> None:
    """A code of the wrong form and one with a wrong check digit are told with their cells; a number abroad is not; rows stay."""
    result = read(
        desk,
        "customer_id,uscc,customer_type\nC1,91350100M000100Y43,企业\nC2,91350100M000100Y44,企业\nC3,350100012345,\nC4,DE123456,境外\n",
    )
    assert [(p.code, p.place.row, p.facts["read"]) for p in result.problems if p.severity == "warning"] == [
        ("credit-code-check", 3, "91350100M000100Y44"),
        ("credit-code-form", 4, "350100012345"),
    ]
    assert len(result.rows()) == 4
    counts = result.tables["customers"].counts
    assert (counts["codes"], counts["sound_codes"]) == (3, 1)


def test_customers_without_events(desk: Any) -> None:
    """C2 has an order, C3 a payment, C1 and C4 nothing; an event of nobody makes no customer active."""
    result = read(
        desk,
        "customer_id\nC1\nC2\nC3\nC4\n",
        orders="customer_id,order_date\nC2,2026-01-01\nC9,2026-01-01\n",
        payments="customer_id,paid_on,amount\nC3,2026-01-01,5\nC3,2026-02-01,5\n",
    )
    (idle,) = [p for p in result.problems if p.code == "customers-without-events"]
    assert (idle.severity, idle.facts["count"], idle.facts["total"], idle.facts["ids"]) == (
        "note",
        2,
        4,
        ["C1", "C4"],
    )
    assert result.codes == ["event-of-unknown-customer"]
    assert result.tables["customers"].counts["idle"] == 2
