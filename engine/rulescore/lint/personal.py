# SPDX-License-Identifier: Apache-2.0
"""Personal data that scores rest on."""

from __future__ import annotations

from ..model import Pack
from ..problems import Problems
from .names import used

CODES = ("personal-fields",)


def check(pack: Pack, problems: Problems) -> None:
    names = used(pack)
    found = sorted(
        field.id if table.id == pack.subject else f"{table.id}.{field.id}"
        for table in pack.tables.values()
        for field in table.fields.values()
        if field.personal and (field.id if table.id == pack.subject else f"{table.id}.{field.id}") in names
    )
    if found:
        problems.note("personal-fields", pack.span, fields=found)
