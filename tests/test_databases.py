# SPDX-License-Identifier: Apache-2.0
"""Assessments on real servers of PostgreSQL and MySQL (MariaDB): the same scores as from files, nothing written, no
password anywhere, and a run that is verified against its database again."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
import world
from commands import Done, called, files_of, process, sealed
from rulescore.folder import Run
from rulescore.messages import LANGUAGES
from servers import PASSWORD, READER, VARIABLE, Server

KINDS = {"postgresql": servers.postgresql, "mysql": servers.mysql}
QUERY = "select customer_id, order_date, amount from orders"


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with KINDS[request.param]() as running:
        yield running


@pytest.fixture
def orders(server: Server) -> Server:
    """The orders of the small world, in an order of no meaning."""
    rows = list(zip(*world.ORDERS.values(), strict=True))
    values = ", ".join(f"('{customer}', '{day}', {amount})" for customer, day, amount in rows[::-1])
    server.execute([
        "drop table if exists orders",
        "create table orders (customer_id varchar(20), order_date date, amount decimal(12, 2))",
        f"insert into orders values {values}",
    ])  # fmt: skip
    if server.kind == "postgresql":
        server.execute([f"grant all on orders to {READER}"])
    return server


@pytest.fixture
def folder(orders: Server, tmp_path: Path) -> Path:
    """The small world with its customers in a file and its orders in the database."""
    made = world.write_files(tmp_path / "world")
    (made / "orders.csv").rename(tmp_path / "orders.csv")
    use(made, orders.url, QUERY)
    return made


def use(folder: Path, url: str, query: str) -> None:
    """Has the orders come from a query."""
    path = folder / "assessment.yaml"
    kept = path.read_text(encoding="utf-8").split("  orders:")[0]
    path.write_text(
        f"{kept}  orders:\n    database: {url}\n    query: {json.dumps(query)}\n", encoding="utf-8"
    )


def evaluate(folder: Path, out: str = "run", lang: str = "en", **env: str) -> Done:
    return asked("evaluate", folder, "--out", folder.parent / out, lang=lang, **env)


def asked(*args: str | Path, lang: str = "en", **env: str) -> Done:
    """Calls the command where the password is known."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {VARIABLE: PASSWORD, **env}.items():
            patch.setenv(name, value)
        return called(*args, lang=lang)


def test_scores_are_those_of_the_same_rows_in_files(folder: Path, orders: Server) -> None:
    """Guards the whole way: A's composite is worked out in `world`; files and database give the same table."""
    done = evaluate(folder)
    assert done.code == 0, done.err
    run = Run.read(folder.parent / "run")
    assert dict(run.table.select("customer_id", "composite").iter_rows())["A"] == 90.75
    files = world.write_files(folder.parent / "files")
    assert called("evaluate", files, "--out", folder.parent / "other").code == 0
    assert (folder.parent / "other" / "scores.csv").read_bytes() == (run.folder / "scores.csv").read_bytes()
    source = next(one for one in run.manifest["inputs"] if one["table"] == "orders")
    assert source == {
        "table": "orders", "file": orders.shown, "sheet": None, "evidence": "", "encoding": None, "rows": 6, "query": QUERY, "sha256": source["sha256"],
        "columns": {"customer_id": "customer_id", "order_date": "order_date", "amount": "amount"}, "unused": [],
    }  # fmt: skip
    assert re.fullmatch("[0-9a-f]{64}", source["sha256"])


def test_the_same_rows_give_the_same_bytes(folder: Path, orders: Server) -> None:
    """Guards "same inputs, same bytes": the rows lie elsewhere in the table, and are the same rows."""
    assert evaluate(folder).code == 0
    orders.execute(
        [
            "update orders set amount = amount + 1",
            "update orders set amount = amount - 1 where customer_id = 'A'",
            "update orders set amount = amount - 1 where customer_id <> 'A'",
        ]
    )
    assert evaluate(folder, "again").code == 0
    assert sealed(folder.parent / "run") == sealed(folder.parent / "again")


def test_an_explanation_names_query_and_row(folder: Path, orders: Server) -> None:
    """Guards the way back: A's orders are the first four rows by customer, date and amount."""
    assert evaluate(folder).code == 0
    for language, words in (
        ("en", "database query, row 1, 2, 3: amount"),
        ("zh", "数据库查询结果第 1, 2, 3 行：amount"),
    ):
        done = called("explain", folder.parent / "run", "A", "--lang", language)
        assert f"{orders.shown}{', ' if language == 'en' else ' '}{words}" in done.out
    node = json.loads(called("explain", folder.parent / "run", "A", "--json").out)
    assert QUERY in json.dumps(node)


def test_the_password_is_nowhere(folder: Path, orders: Server) -> None:
    """Guards the secret: in no file of a run, in no output, and in no traceback, whether or not all goes well."""

    def at_a_distance(*args: str | Path, **env: str) -> Done:
        return process(*args, **{VARIABLE: PASSWORD, "RULESCORE_TRACEBACK": "1", **env})

    done = at_a_distance("evaluate", folder, "--out", folder.parent / "run")
    said = [
        done,
        at_a_distance("evaluate", folder, "--out", folder.parent / "wrong", **{VARIABLE: PASSWORD + "x"}),
    ]
    said.append(at_a_distance("verify", folder.parent / "run", "--sources", folder))
    said.append(at_a_distance("explain", folder.parent / "run", "A", "--json"))
    use(folder, orders.url, f"select '{READER}' from nothing")
    said.append(at_a_distance("evaluate", folder, "--out", folder.parent / "failing"))
    assert [one.code for one in said] == [0, 4, 0, 0, 4]
    texts = [text.encode() for one in said for text in (one.out, one.err)]
    for part in (PASSWORD, PASSWORD.split("@")[0], PASSWORD.rsplit("/", 1)[1], "S3cret%2F"):
        assert [text for text in texts if part.encode() in text] == []
        assert [name for name, data in files_of(folder.parent / "run").items() if part.encode() in data] == []
    assert b"Traceback" not in b"".join(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_connection_names_the_variable(language: str, folder: Path, orders: Server) -> None:
    done = evaluate(folder, "refused", lang=language, **{VARIABLE: ""})
    assert done.code == 4
    assert "[database-unreachable]" in done.err
    assert VARIABLE in done.err
    assert not (folder.parent / "refused").exists()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("delete from orders", "query-not-select"),
        ("with gone as (delete from orders returning *) select * from gone", "query-failed"),
        ("select 1; delete from orders", "query-failed"),
        ("select 1) select 1; delete from orders; -- ", "query-failed"),
        ("select * from orders where amount > (select", "query-failed"),
    ],
)
def test_nothing_is_written(query: str, code: str, folder: Path, orders: Server) -> None:
    """Guards the seller's database, even with a user who may write."""
    use(folder, orders.url, query)
    done = evaluate(folder)
    assert (done.code, re.findall(r"error: .*\[([a-z-]+)\]", done.err)) == (4, [code])
    use(folder, orders.url, QUERY)
    assert evaluate(folder, "after").code == 0
    assert Run.read(folder.parent / "after").manifest["inputs"][1]["rows"] == 6


def test_what_the_query_calls_may_not_write_either(folder: Path, orders: Server) -> None:
    """Guards against a function that writes: the session is read-only, and the database says so."""
    if orders.kind == "postgresql":
        orders.execute([
            "create or replace function spoil() returns int language sql as 'delete from orders returning 1'", f"grant execute on function spoil to {READER}",
        ])  # fmt: skip
    else:
        orders.execute(
            [
                "create or replace function spoil() returns int modifies sql data begin delete from orders; return 1; end",
                f"grant execute on erp.* to {READER}",
            ]
        )
    use(folder, orders.url, "select spoil() as customer_id, null as order_date, 1 as amount")
    done = evaluate(folder)
    assert done.code == 4
    assert "[query-writes]" in done.err
    use(folder, orders.url, QUERY)
    assert evaluate(folder, "after").code == 0


def test_verify_asks_again(folder: Path, orders: Server) -> None:
    """Guards the audit: sound while the rows are the same, and what differs is told when they no longer are."""
    assert evaluate(folder).code == 0
    run = folder.parent / "run"
    assert asked("verify", run, "--sources", folder).code == 0
    orders.execute(["update orders set amount = 61 where amount = 60"])
    done = asked("verify", run, "--sources", folder)
    assert done.code == 5
    assert "orders.sha256" in done.out
    assert "sum(orders.amount" in done.out
    done = called("verify", run, "--sources", folder)
    assert (done.code, "[database-unreachable]" in done.out) == (5, True), (
        "without the password it can't, and says so"
    )
    assert called("verify", run).code == 0, "the run alone needs no database"


TYPES = {
    "postgresql": "create table typed (id varchar(9), name text, amount numeric(12, 2), size double precision, day date, at timestamp, sure boolean, note json)",
    "mysql": "create table typed (id varchar(9), name text, amount decimal(12, 2), size double, day date, at datetime, sure boolean, note time)",
}


SHANGHAI = {
    "postgresql": "timestamptz '2026-03-01 07:00:00+08' as there",
    "mysql": "from_unixtime(1772319600) as there",  # 2026-02-28 23:00:00 in UTC
}
"""Seven in the morning of 1 March in Shanghai, which is 28 February in UTC."""


def test_types_come_as_they_are(orders: Server, tmp_path: Path) -> None:
    """Guards values: exact decimals, dates, truths, missing values, and text in any script, in the order of its bytes."""
    from rulescore.problems import Problems, Span
    from rulescore.readers import databases

    orders.execute([
        "drop table if exists typed", TYPES[orders.kind],
        "insert into typed values ('b', '客户甲', 12345.67, 0.1, '2026-02-28', '2026-02-28 23:59:59', true, null)",
        "insert into typed values ('B', '', -0.5, null, null, null, false, null)", "insert into typed values ('a', null, null, 1e300, '1900-01-01', '1900-01-01 00:00:00', null, null)",
    ])  # fmt: skip
    if orders.kind == "postgresql":
        orders.execute([f"grant select on typed to {READER}"])
    where = databases.address(orders.url, tmp_path)
    assert isinstance(where, databases.Address)
    problems = Problems()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, PASSWORD)
        raw = databases.read(
            where,
            f"select id, name, amount, size, day, at, sure, {SHANGHAI[orders.kind]} from typed",
            Span("x"),
            problems,
        )
    assert raw is not None, list(problems)
    rows = raw.frame.collect().rows()
    midnight = datetime.datetime(2026, 2, 28, 23, 59, 59)
    truths = [False, None, True] if orders.kind == "postgresql" else [0, None, 1]
    assert [(row[0], row[1] or None, row[3], row[6], row[8]) for row in rows] == [
        ("B", None, None, truths[0], 1), ("a", None, 1e300, truths[1], 2), ("b", "客户甲", 0.1, truths[2], 3),
    ]  # fmt: skip
    assert [row[2] and str(row[2]) for row in rows] == ["-0.50", None, "12345.67"]
    assert [row[4] for row in rows] == [None, datetime.date(1900, 1, 1), datetime.date(2026, 2, 28)]
    assert {str(row[7])[:10] for row in rows} == {"2026-02-28"}
    assert [row[5] for row in rows][2] in (midnight, midnight.date())


def test_a_server_that_is_gone(tmp_path: Path) -> None:
    """Guards an audit years later: nobody answers, and that is told with the place of the address."""
    folder = world.write_files(tmp_path / "world")
    use(folder, f"postgresql://{READER}@127.0.0.1:{servers.free_port()}/erp", QUERY)
    done = evaluate(folder)
    assert done.code == 4
    assert re.search(r"assessment\.yaml:\d+:\d+: error: .*\[database-unreachable\]", done.err)


def test_a_machine_without_servers_says_which_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the one allowed skip: it names what to install, and CI turns it into a failure."""
    monkeypatch.setattr(servers, "program", lambda name: None)
    for start, package in ((servers.postgresql, "postgresql"), (servers.mysql, "mariadb-server")):
        monkeypatch.delenv("RULESCORE_SERVERS", raising=False)
        with pytest.raises(pytest.skip.Exception, match=package), start():
            pass
        monkeypatch.setenv("RULESCORE_SERVERS", "required")
        with pytest.raises(pytest.fail.Exception, match=package), start():
            pass
