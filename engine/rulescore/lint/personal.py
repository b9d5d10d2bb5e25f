# SPDX-License-Identifier: Apache-2.0
"""Personal data that scores rest on, and what uses it."""

from __future__ import annotations

from ..model import Pack
from ..packs.privacy import content_reads, private_fields
from ..problems import Problems

CODES = ("personal-fields", "personal-content")


def check(pack: Pack, problems: Problems) -> None:
    personal = {name for name, (_, field) in pack.fields.items() if field.private}
    users: dict[str, list[str]] = {}
    owners = [(rule.id, rule.trees) for rule in pack.rules]
    owners += [(gate.id, (gate.when.tree,)) for gate in pack.gates]
    owners += [(tier.id, (tier.when.tree,)) for tier in pack.tiers if tier.when is not None]
    owners += [(finding.id, finding.trees) for finding in pack.noted]
    for owner, trees in owners:
        for name in pack.names_behind(trees) & personal:
            users.setdefault(name, []).append(owner)
    if users:
        uses = [f"{name} ({', '.join(users[name])})" for name in sorted(users)]
        problems.note("personal-fields", pack.span, fields=sorted(users), uses=uses)
    for name, place in content_reads(pack, private_fields(pack.tables)):
        problems.warning("personal-content", place, field=name)
