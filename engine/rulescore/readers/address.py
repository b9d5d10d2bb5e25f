# SPDX-License-Identifier: Apache-2.0
"""What an assessment calls a database -> its `Address`, or the code of the problem with it. No password is ever kept."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
"""What may stand before `://`, and the kind of server it means."""

_SECRET = re.compile(r"://[^@]*:[^@]*@|[?&]password=", re.IGNORECASE)
"""What a URL with a password looks like, even one that is written wrongly."""

SSL_MODES = ("disable", "require", "verify-full")
SSL_MODE = "sslmode"


class Address(Struct, frozen=True):
    """Where a database is. `shown` is what people and runs see of it: no user, no options.

    `kind` is that of a server; a file's is found in its first bytes (`path`).
    """

    shown: str
    kind: str = ""
    path: Path | None = None
    host: str = ""
    port: int | None = None
    user: str = ""
    database: str = ""
    sslmode: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that holds the password."""
        name = re.sub(r"[^A-Z0-9]+", "_", self.database.upper()).strip("_")
        return f"RULESCORE_DB_{name}_PASSWORD" if name else "RULESCORE_DB_PASSWORD"


def address(text: str, folder: Path) -> Address | str:
    """A URL of a server, or the path of a SQLite or DuckDB file seen from `folder`; else a problem code."""
    if "://" not in text:
        return "unknown-database" if "@" in text or not text.strip() else Address(text, path=folder / text)
    if _SECRET.search(text):
        return "password-written"
    try:
        parts = urlsplit(text)
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        port = parts.port
    except ValueError:
        return "unknown-database"
    kind = SCHEMES.get(parts.scheme.lower())
    database = unquote(parts.path.removeprefix("/"))
    if kind is None or not parts.hostname or not database or "/" in database or parts.fragment:
        return "unknown-database"
    if any(name != SSL_MODE or value not in SSL_MODES for name, value in options):
        return "unknown-database"
    place = parts.hostname if port is None else f"{parts.hostname}:{port}"
    return Address(
        f"{kind}://{place}/{database}",
        kind,
        None,
        parts.hostname,
        port,
        unquote(parts.username or ""),
        database,
        dict(options).get(SSL_MODE, ""),
    )
