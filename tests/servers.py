# SPDX-License-Identifier: Apache-2.0
"""Real database servers, started by the tests that need them, each in a folder and on a port of its own.

Servers refuse to run as root: then they run as the system user that their Debian package made. Where a server is not
installed its tests are reported as not run; with RULESCORE_SERVERS=required, as in CI, that is a failure.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

READER, PASSWORD = "reader", "S3cret/pass@word:9"
"""Who may read, and a password with every character that an address would have to escape."""

VARIABLE = "RULESCORE_DB_ERP_PASSWORD"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with a database `erp`; `execute` runs statements as its owner."""

    kind: str
    port: int
    execute: Callable[[Sequence[str]], None]
    stop: Callable[[], None]

    @property
    def url(self) -> str:
        return f"{self.kind}://{READER}@127.0.0.1:{self.port}/erp"

    @property
    def shown(self) -> str:
        return f"{self.kind}://127.0.0.1:{self.port}/erp"


def not_here(package: str) -> None:
    """Ends the test: there is no such server on this machine."""
    reason = f"the Debian package {package} is not installed"
    if os.environ.get("RULESCORE_SERVERS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str | None:
    """Where a program of a server is; Debian keeps PostgreSQL's out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, folders)])
    return shutil.which(name, path=path)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextlib.contextmanager
def home(user: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder for a server's data, and how to call programs so that they own it."""
    with tempfile.TemporaryDirectory(prefix="rulescore-server-") as made:
        folder = Path(made)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": made, "TZ": "UTC"}
        how: dict[str, Any] = {"cwd": made, "env": environment, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            how |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        yield folder, how


@contextlib.contextmanager
def running(
    command: Sequence[str], how: dict[str, Any], connect: Callable[[], Any]
) -> Iterator[tuple[Any, Callable[[], None]]]:
    """Starts a server, waits until it answers, and stops it in the end."""
    with subprocess.Popen(command, **how, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:

        def stop() -> None:
            process.terminate()
            process.wait(30)

        try:
            yield _answered(process, connect), stop
        finally:
            stop()


def _answered(process: subprocess.Popen[bytes], connect: Callable[[], Any]) -> Any:
    until = time.monotonic() + 60
    while True:
        try:
            return connect()
        except Exception:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    initdb, postgres = program("initdb"), program("postgres")
    if initdb is None or postgres is None:
        not_here("postgresql")
    from adbc_driver_postgresql import dbapi

    with home("postgres") as (folder, how):
        port = free_port()
        secret = folder / "secret"
        secret.write_text("owner's password")
        secret.chmod(0o644)
        data = str(folder / "data")
        subprocess.run(
            [str(initdb), "-D", data, "-U", "owner", "--pwfile", str(secret), "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            **how, check=True, capture_output=True,
        )  # fmt: skip
        command = [
            str(postgres),
            "-D",
            data,
            "-p",
            str(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=off",
        ]
        address = f"postgresql://owner:owner%27s%20password@127.0.0.1:{port}"

        def execute(statements: Sequence[str], database: str = "erp") -> None:
            with (
                dbapi.connect(f"{address}/{database}", autocommit=True) as connection,
                connection.cursor() as cursor,
            ):
                for statement in statements:
                    cursor.execute(statement)

        with running(command, how, lambda: execute(["create database erp"], "postgres")) as (_, stop):
            execute(
                [
                    f"create user {READER} password '{PASSWORD}'",
                    f"grant create on schema public to {READER}",
                    f"alter default privileges grant all on tables to {READER}",
                ]
            )
            yield Server("postgresql", port, execute, stop)


@contextlib.contextmanager
def mysql() -> Iterator[Server]:
    install, daemon = program("mariadb-install-db"), program("mariadbd")
    if install is None or daemon is None:
        not_here("mariadb-server")
    import pymysql

    with home("mysql") as (folder, how):
        port = free_port()
        data = str(folder / "data")
        subprocess.run(
            [str(install), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
            **how, check=True, capture_output=True,
        )  # fmt: skip
        command = [
            str(daemon), "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket",
            f"--pid-file={folder}/pid", "--innodb-buffer-pool-size=16M",
        ]  # fmt: skip

        def execute(statements: Sequence[str], database: str | None = "erp") -> None:
            with pymysql.connect(
                host="127.0.0.1", port=port, user="root", database=database, autocommit=True
            ) as connection:
                for statement in statements:
                    connection.cursor().execute(statement)

        with running(command, how, lambda: execute(["create database erp character set utf8mb4"], None)) as (
            _,
            stop,
        ):
            execute([f"create user {READER} identified by '{PASSWORD}'", f"grant all on erp.* to {READER}"])
            yield Server("mysql", port, execute, stop)
