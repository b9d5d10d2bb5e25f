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


# ---- duplicates without a credit code ------------------------------------------------------------------------------

COUPLES = """customer_id,name,registered_phone,registered_email,address,customer_type
P1,张伟,138-1234-5678,,,个人
P2,张伟,+86 13812345678,,,个人
P3,张伟,13900001111,,,个人
P4,张强,13812345678,,,个人
P5,李雷,,Lei@Example.com,和平路 12 号,个人
P6,李雷,,lei@example.com,,个人
P7,王芳,13700001234,,和平路12号,个人
P8,王芳,,,和平路１２号,个人
P9,王刚,13700001234,,和平路12号,个人
"""


def same(result: Any) -> dict[str, str]:
    """The customers that surely are the same as an earlier one."""
    rows = zip(result.column("customer_id"), result.column("same_record"), strict=True)
    return {one: first for one, first in rows if one != first}


def test_persons_by_name_and_contact(desk: Any) -> None:
    """P1 and P2 have name and mobile in common, P5 and P6 name and e-mail: surely one. P7 and P8, a name at one address, are
    proposed only: a family lives there. No others: a namesake with another number (P3), someone else on the same telephone
    (P4), brother and sister under one roof (P7, P9)."""
    result = read(desk, COUPLES)
    assert proposals(result) == [
        (["P1", "P2"], ["name-phone"], 0),
        (["P5", "P6"], ["name-email"], 0),
        (["P7", "P8"], ["name-address"], 0),
    ]
    assert same(result) == {"P2": "P1", "P6": "P5"}
    assert result.tables["customers"].counts["repeated"] == 3


FIRMS = """customer_id,name,uscc,registered_phone,address,customer_type
F1,华东（上海）仪器有限公司,,021-12345678转801,,企业
F2,华东(上海)仪器 Co.，Ltd.,,02112345678,,企业
F3,华东上海仪器有限责任公司,,,中山路1号,企业
F4,华东上海仪器集团有限公司,,02112345678,中山路1号,企业
F5,北方阀门有限公司,91350100M000100Y43,0451-7654321,,企业
F6,北方阀门有限公司,,(0451) 7654321 / 0451-7654322,,企业
F7,南方阀门有限公司,91350100M000100Y43,020-7654321,,企业
F8,西部轴承有限公司,91350100M000100Y43,0991-1111112,,企业
F9,西部轴承有限公司,91310000MA00003490,0991-1111112,,企业
G1,春城大学,,,学府路 5 号,机构
G2,春城大学,,,学府路5号,机构
G3,远洋贸易有限公司,,,海滨路9号,企业
G4,远洋贸易有限公司,,,海滨路 9号,企业
G5,远山贸易有限公司,,,某市,企业
G6,远山贸易有限公司,,,某市,企业
"""


def test_companies_by_name_and_contact(desk: Any) -> None:
    """F1 and F2 are one by name and switchboard, F3 may be a third record of it; the parent group at the same telephone and
    address (F4) is another company. F6 has no code and joins F5, which has; F7 has its code. Two codes are two companies,
    whatever they share (F8, F9). A university may have many customers at one address (G1, G2); a company has not (G3, G4); a town is no address (G5, G6)."""
    rows = FIRMS.replace("F8,西部轴承有限公司,91350100M000100Y43", "F8,西部轴承有限公司,91370200MA00000015")
    result = read(desk, rows)
    assert proposals(result) == [
        (["F1", "F2", "F3"], ["name-phone", "name"], 0),
        (["F5", "F6", "F7"], ["credit-code", "name-phone", "name"], 0),
        (["F8", "F9"], ["name-phone", "name"], 0),
        (["G1", "G2"], ["name-address", "name"], 0),
        (["G3", "G4"], ["name-address", "name"], 0),
        (["G5", "G6"], ["name"], 0),
    ]
    assert same(result) == {"F2": "F1", "F6": "F5", "F7": "F5", "G4": "G3"}


def test_a_chain_between_two_codes_is_not_sure(desk: Any) -> None:
    """C has no code and shares its telephone with A and its e-mail with B, which have different codes: whose it is nobody
    can say, so all three are proposed and none is sure. A's second record under A's own code stays sure."""
    rows = """customer_id,name,uscc,registered_phone,registered_email
A,华东仪器,91350100M000100Y43,021-12345678,
B,华东仪器,91310000MA00003490,,a@x.cn
C,华东仪器,,02112345678,A@X.CN
D,华东仪器厂,91350100M000100Y43,,
"""
    result = read(desk, rows)
    assert proposals(result) == [
        (["A", "B", "C", "D"], ["credit-code", "name-phone", "name-email", "name"], 0)
    ]
    assert same(result) == {"D": "A"}


def test_what_many_share_says_nothing(desk: Any) -> None:
    """A number at four names is a switchboard or a placeholder: the two of one name on it are not proposed; at three names
    they are. Numbers of one digit, and too short ones, are no numbers."""
    rows = "customer_id,name,registered_phone,customer_type\n"
    rows += "".join(f"A{n},甲{min(n, 3)},13800138000,个人\n" for n in range(5))  # 甲0 甲1 甲2 甲3 甲3
    rows += "".join(f"B{n},乙{min(n, 2)},13700137001,个人\n" for n in range(4))  # 乙0 乙1 乙2 乙2
    rows += "".join(f"C{n},丙,{'0000000' if n < 2 else '12345'},个人\n" for n in range(4))
    result = read(desk, rows)
    assert proposals(result) == [(["B2", "B3"], ["name-phone"], 0)]
    assert same(result) == {"B3": "B2"}


def test_contacts_speak_for_an_equal_name(desk: Any) -> None:
    """Two companies of one name whose contacts have the same mobile are told so, and still only proposed; a contact of two
    companies of different names, a consultant, links nothing."""
    rows = "customer_id,name\nA,甲仪器有限公司\nB,甲仪器\nC,乙仪器\n"
    people = "customer_id,full_name,mobile,email\nA,张三,138 1234 5678,\nB,张先生,13812345678,\nC,张三,13812345678,\n"
    result = read(desk, rows, contacts=people)
    assert proposals(result) == [(["A", "B"], ["name", "name-contact"], 2)]
    assert same(result) == {}


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
