# SPDX-License-Identifier: Apache-2.0
"""Personal data that scores rest on."""

from __future__ import annotations

from ..model import Pack
from ..privacy import content_reads, private_fields
from ..problems import Problems
from .names import used

CODES = ("personal-fields", "personal-content")


def check(pack: Pack, problems: Problems) -> None:
    names = used(pack)
    found = sorted(
        field.id if table.id == "customers" else f"{table.id}.{field.id}"
        for table in pack.tables.values()
        for field in table.fields.values()
        if field.private and (field.id if table.id == "customers" else f"{table.id}.{field.id}") in names
    )
    if found:
        problems.note("personal-fields", pack.span, fields=found)
    for name, place in content_reads(pack, private_fields(pack.tables)):
        problems.warning("personal-content", place, field=name)
