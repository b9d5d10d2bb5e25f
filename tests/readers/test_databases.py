# SPDX-License-Identifier: Apache-2.0
"""Tables that are queries on SQLite and DuckDB files: which rows in which order, that nothing is written, what is refused."""

from __future__ import annotations

import importlib
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rulescore.messages import LANGUAGES
from rulescore.messages.render import render_all
from rulescore.problems import Problems
from rulescore.readers import read_assessment
from rulescore.readers.address import Address, address
from rulescore.readers.databases import driver

from .conftest import Desk, Result

DAYS = ("2026-01-05", "2026-01-06", "2026-02-01")
ORDERS = [("O-3", "C2", DAYS[2], 7.5), ("O-1", "C1", DAYS[0], 100), ("O-2", "C1", DAYS[1], None)]


def sqlite(path: Path, rows: Sequence[Sequence[object]] = ORDERS) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table orders (order_id text collate nocase, customer_id, order_date, amount)")
    connection.executemany("insert into orders values (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def duck(path: Path, rows: Sequence[Sequence[object]] = ORDERS) -> None:
    connection = duckdb.connect(str(path))
    connection.execute(
        "create table orders (order_id text collate nocase, customer_id text, order_date date, amount decimal(9, 2))"
    )
    connection.executemany("insert into orders values (?, ?, ?, ?)", [list(row) for row in rows])
    connection.close()


MAKE = {"sqlite": sqlite, "duckdb": duck}
both = pytest.mark.parametrize("kind", MAKE)


def ask(desk: Desk, query: str, database: str = "erp.data", more: str = "") -> Result:
    desk.write("customers.csv", "customer_id\nC1\nC2\n")
    return desk.read(customers="customers.csv", orders=f"{{database: '{database}', query: '{query}'{more}}}")


@both
def test_a_query_is_a_table_in_the_order_of_its_columns(kind: str, desk: Desk) -> None:
    """Guards rows that are the same whatever the database gives first: sorted by every column, numbered from 1."""
    seen = set()
    for number, rows in enumerate((ORDERS, ORDERS[::-1])):
        MAKE[kind](desk.folder / f"{number}.data", rows)
        found = ask(desk, "select order_id, customer_id, order_date, amount from orders;", f"{number}.data")
        assert [(row["#row"], row["order_id"], row["customer_id"], str(row["order_date"]), row["amount"]) for row in found.rows("orders")] == [
            (1, "O-1", "C1", "2026-01-05", 100.0),
            (2, "O-2", "C1", "2026-01-06", None),
            (3, "O-3", "C2", "2026-02-01", 7.5),
        ]  # fmt: skip
        assert found.tables is not None
        (source,) = found.tables["orders"].sources
        assert (source.file, source.rows, source.sheet, source.encoding) == (f"{number}.data", 3, None, None)
        assert source.query == "select order_id, customer_id, order_date, amount from orders"
        seen.add(source.sha256)
    assert len(seen) == 1


@both
def test_the_hash_is_that_of_the_rows(kind: str, desk: Desk) -> None:
    """Guards the proof of what was read: one value more or less, or missing instead of empty, is another hash."""
    texts = {"a": ("O-1", ""), "b": ("O-1", None), "c": ("O-2", None), "d": ("", "O-1")}
    hashes = set()
    for name, (order, customer) in texts.items():
        MAKE[kind](desk.folder / name, [(order, customer, DAYS[0], 1)])
        found = ask(
            desk,
            'select order_id, coalesce(customer_id, "C1") customer_id, order_date, customer_id note from orders'.replace(
                '"', "''"
            ),
            name,
        )
        assert found.tables is not None, found.problems
        hashes.add(found.tables["orders"].sources[0].sha256)
    assert len(hashes) == len(texts)


@both
def test_columns_are_mapped_and_problems_have_their_row(kind: str, desk: Desk) -> None:
    MAKE[kind](desk.folder / "erp.data")
    found = ask(desk, "select order_id, customer_id as kunde, order_date, ''n/k'' || order_id as amount from orders",
                more=", columns: {kunde: customer_id}")  # fmt: skip
    assert found.tables is None
    problem = found.only()
    assert (problem.code, str(problem.place)) == ("unreadable-column", "erp.data:1[amount]")


@both
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("delete from orders", "query-not-select"),
        ("-- select\\ndelete from orders", "query-not-select"),
        ("attach ''other.db'' as other", "query-not-select"),
        ("pragma query_only = off", "query-not-select"),
        ("select 1; delete from orders", "query-failed"),
        ("select 1) select * from q; delete from orders; --", "query-failed"),
        ("with gone as (delete from orders returning *) select * from gone", "query-failed"),
        ("select nothing from orders", "query-failed"),
        ("select", "query-failed"),
    ],
)  # fmt: skip
def test_a_query_only_reads(kind: str, query: str, code: str, desk: Desk) -> None:
    """Guards the seller's database: whatever the query says, its file keeps every byte."""
    path = desk.folder / "erp.data"
    MAKE[kind](path)
    before = path.read_bytes()
    found = ask(desk, query) if "\\n" not in query else ask(desk, query.replace("\\n", "\n\n    "))
    assert found.codes == [code]
    assert found.tables is None
    assert path.read_bytes() == before
    assert sorted(one.name for one in desk.folder.iterdir()) == [
        "assessment.yaml",
        "customers.csv",
        "erp.data",
    ]


@pytest.mark.parametrize(
    "query", ["select * from read_text(''secret.csv'')", "from ''secret.csv''", "select * from glob(''*'')"]
)
def test_duckdb_sees_no_other_file(query: str, desk: Desk) -> None:
    """Guards the analyst's disk against the query of an assessment that came from somebody else."""
    desk.write("secret.csv", "customer_id,order_date\nC1,2026-01-01\n")
    duck(desk.folder / "erp.data")
    found = ask(desk, query.replace("secret", str(desk.folder / "secret")))
    assert found.codes == ["query-failed"]


@both
def test_texts_are_ordered_by_their_characters(kind: str, desk: Desk) -> None:
    """Guards an order that does not hang on the collation of a column, under which `a` and `A` may change places."""
    rows = [
        ("b", "C1", DAYS[0], 1),
        ("a", "C1", DAYS[0], 2),
        ("A", "C1", DAYS[0], 3),
        ("客", "C1", DAYS[0], 4),
    ]
    for number, some in enumerate((rows, rows[::-1])):
        MAKE[kind](desk.folder / f"{number}.data", some)
        found = ask(desk, "select order_id, customer_id, order_date, amount from orders", f"{number}.data")
        assert found.column("order_id", "orders") == ["A", "a", "b", "客"]


def test_days_are_those_of_utc(desk: Desk) -> None:
    """Guards machines in other time zones: seven in the morning of 1 March in Shanghai is 28 February in UTC."""
    duck(desk.folder / "erp.data")
    found = ask(desk, "select ''C1'' as customer_id, timestamptz ''2026-03-01 07:00:00+08'' as order_date")
    assert [str(day) for day in found.column("order_date", "orders")] == ["2026-02-28"]


def test_mixed_columns_become_text_whatever_the_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards ids: SQLite may hold numbers and texts in one column, and no batch sees all of them."""
    connection = sqlite3.connect(desk.folder / "erp.data")
    connection.execute("create table loose (order_id, customer_id, order_date, amount)")
    for order, amount in ((7, 1), (8, 2.5), ("007", 3), (None, None)):
        connection.execute("insert into loose values (?, 'C1', '2026-01-05', ?)", (order, amount))
    connection.commit()
    connection.close()
    found = []
    for size in (1, 2, 100):
        monkeypatch.setattr(driver, "ROWS", size)
        read = ask(desk, "select * from loose")
        assert read.tables is not None
        found.append([(row["order_id"], row["amount"]) for row in read.rows("orders")])
    assert found[0] == [(None, None), ("7", 1.0), ("8", 2.5), ("007", 3.0)]
    assert found[0] == found[1] == found[2]


@both
def test_a_query_without_rows_is_an_empty_table(kind: str, desk: Desk) -> None:
    MAKE[kind](desk.folder / "erp.data")
    found = ask(desk, "select * from orders where 1 = 0")
    assert (found.codes, found.rows("orders")) == (["no-rows"], [])


def test_a_table_may_have_files_and_queries(desk: Desk) -> None:
    sqlite(desk.folder / "old.db", ORDERS[:1])
    desk.write("new.csv", "customer_id,order_date,amount\nC1,2026-03-01,5\n")
    desk.write("customers.csv", "customer_id\nC1\nC2\n")
    found = desk.read(
        customers="customers.csv", orders="[{database: old.db, query: select * from orders}, new.csv]"
    )
    assert [(row["#source"], row["#row"], row["amount"]) for row in found.rows("orders")] == [
        (0, 1, 7.5),
        (1, 2, 5.0),
    ]


# ---- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://reader@db.example/erp", Address("postgresql://db.example/erp", "postgresql", None, "db.example", None, "reader", "erp")),
        ("postgres://db.example:5433/erp?sslmode=require", Address("postgresql://db.example:5433/erp", "postgresql", None, "db.example", 5433, "", "erp", "require")),
        ("mariadb://a%40b@[::1]:3307/e-r.p", Address("mysql://::1:3307/e-r.p", "mysql", None, "::1", 3307, "a@b", "e-r.p")),
        ("data/erp.db", Address("data/erp.db", path=Path("here/data/erp.db"))),
        ("postgresql://reader:secret@db.example/erp", "password-written"),
        ("postgresql://reader:@db.example/erp", "password-written"),
        ("mysql://db.example/erp?password=secret", "password-written"),
        ("reader:secret@db.example/erp", "unknown-database"),
        ("oracle://db.example/erp", "unknown-database"),
        ("postgresql://db.example", "unknown-database"),
        ("postgresql:///erp", "unknown-database"),
        ("postgresql://db.example:port/erp", "unknown-database"),
        ("postgresql://db.example/erp?options=-c%20x", "unknown-database"),
        ("postgresql://db.example/erp?sslmode=maybe", "unknown-database"),
        ("postgresql://db.example/erp/orders", "unknown-database"),
        (" ", "unknown-database"),
    ],
)  # fmt: skip
def test_addresses(text: str, expected: Address | str) -> None:
    assert address(text, Path("here")) == expected


def test_the_variable_is_named_after_the_database() -> None:
    for database, variable in (
        ("erp", "RULESCORE_DB_ERP_PASSWORD"),
        ("e-r.p 2", "RULESCORE_DB_E_R_P_2_PASSWORD"),
        ("客户", "RULESCORE_DB_PASSWORD"),
    ):
        assert Address("", database=database).variable == variable


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text", ["postgresql://reader:Hunter/2@x!@db.example/erp", "mysql://db.example/erp?password=Hunter/2@x!"]
)
def test_a_written_password_is_refused_and_not_shown(text: str, language: str, desk: Desk) -> None:
    """Guards screens and logs of CI: the line that holds the password is pointed at, with asterisks in its place."""
    found = ask(desk, "select 1", text, more=", sheet: 1")
    assert found.codes == ["password-written", "unknown-key"]
    lines = (desk.folder / "assessment.yaml").read_text(encoding="utf-8").split("\n")
    shown = render_all(found.problems, language, lambda _: lines)
    assert "RULESCORE_DB_<" in shown
    assert "*" * len("Hunter/2@x!") in shown
    assert "Hunter" not in shown


@pytest.mark.parametrize(
    ("use", "codes"),
    [
        ("{database: erp.data}", ["missing-key"]),
        ("{query: select 1}", ["missing-key"]),
        ("{database: erp.data, query: [select 1]}", ["wrong-type"]),
        ("{database: erp.data, query: select * from orders, header_row: 2}", ["unknown-key"]),
        ("{database: nothing.db, query: select 1}", ["file-not-found"]),
        ("{database: customers.csv, query: select 1}", ["unknown-database"]),
        ("{database: ., query: select 1}", ["file-unreadable"]),
    ],
)
def test_wrong_uses(use: str, codes: list[str], desk: Desk) -> None:
    desk.write("customers.csv", "customer_id\nC1\nC2\n")
    sqlite(desk.folder / "erp.data")
    assert desk.read(customers="customers.csv", orders=use).codes == codes


@pytest.mark.parametrize(
    ("database", "extra"),
    [
        ("erp.data", "duckdb"),
        ("postgresql://db.example/erp", "postgres"),
        ("mysql://db.example/erp", "mysql"),
    ],
)
def test_a_driver_that_is_not_installed_is_named(
    database: str, extra: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards plain installations: the extra is needed only where it is used, and then named."""

    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    duck(desk.folder / "erp.data")
    found = ask(desk, "select 1", database)
    assert (found.codes, found.only().facts["extra"]) == (["database-driver-missing"], extra)


# ---- the manual -----------------------------------------------------------------------------------------------


def test_the_example_of_the_manual_is_an_assessment(desk: Desk) -> None:
    """Guards the page of inputs: its example is read without a problem, and both languages show the same."""
    folder = Path(__file__).resolve().parents[2] / "rulesets"
    examples = set()
    for name, heading in (("inputs.md", "## Databases"), ("inputs.zh.md", "## 数据库")):
        section = (folder / name).read_text(encoding="utf-8").split(heading + "\n")[1].split("\n## ")[0]
        examples.add(section.split("```yaml\n")[1].split("```")[0])
    (example,) = examples
    desk.write("assessment.yaml", "company: A\nas_of: 2026-06-30\n" + example)
    problems = Problems()
    uses = read_assessment(desk.folder, problems).tables
    assert list(problems) == []
    addresses = {use.id: use.files[0].database for use in uses}
    assert addresses["orders"] is not None
    assert addresses["orders"].variable == "RULESCORE_DB_ERP_PASSWORD"


# ---- larger than memory ---------------------------------------------------------------------------------------

READ = """
import resource, sys
from pathlib import Path
from rulescore.problems import Problems, Span
from rulescore.readers.databases import address, read
raw = read(address("big.db", Path(sys.argv[1])), "select * from big", Span(""), Problems())
print(raw.frame.select("#row").tail(1).collect(engine="streaming").item(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_rows_are_set_down_batch_by_batch(desk: Desk) -> None:
    """Guards tables larger than memory: 400,000 rows more, 60 MB of text, cost less than a third of that."""
    connection = sqlite3.connect(desk.folder / "big.db")
    connection.execute("create table big (number, text)")
    peaks = []
    seed = random.Random(1)
    for count in (100_000, 400_000):
        rows = ((number, seed.randbytes(75).hex()) for number in range(count))
        connection.executemany("insert into big values (?, ?)", rows)
        connection.commit()
        done = subprocess.run(
            [sys.executable, "-c", READ, desk.folder], capture_output=True, text=True, check=True
        )
        rows_read, peak = map(int, done.stdout.split())
        peaks.append((rows_read, peak / 1024))
    connection.close()
    assert [rows_read for rows_read, _ in peaks] == [100_000, 500_000]
    assert peaks[1][1] - peaks[0][1] < 20


def test_the_copy_goes_with_its_table(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards disks: the rows that were set down live as long as somebody reads them, and no longer."""
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    sqlite(desk.folder / "erp.data")
    found = ask(desk, "select * from orders")
    assert len(list(spare.iterdir())) == 1
    assert len(found.rows("orders")) == 3
    found.tables = None
    found.rejected.clear()
    del found
    assert list(spare.iterdir()) == []
    assert ask(desk, "select nothing").tables is None
    assert list(spare.iterdir()) == []
