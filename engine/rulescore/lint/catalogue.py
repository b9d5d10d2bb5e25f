# SPDX-License-Identifier: Apache-2.0
"""Sources that look like an id of the shipped catalogue but are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..bundled import catalogue
from ..model import Pack
from ..problems import Problems, Span, close_names

CODES = ("unknown-catalogue-id",)

_ID = re.compile(r"([a-z]+):[\w.]+\Z")


def check(pack: Pack, problems: Problems) -> None:
    ids = catalogue()
    origins = {name.split(":")[0] for name in ids}
    for span, sources in _cited(pack):
        for source in sources:
            found = _ID.match(source)
            if found and found.group(1) in origins and source not in ids:
                problems.warning("unknown-catalogue-id", span, name=source, close=close_names(source, ids))


def _cited(pack: Pack) -> Iterator[tuple[Span, tuple[str, ...]]]:
    yield pack.span, pack.dimension_source
    yield from ((rule.span, rule.source) for rule in pack.rules)
    yield from ((feature.span, feature.source) for feature in pack.features.values())
    yield from ((gate.span, gate.source) for gate in pack.gates)
    yield from ((tier.span, tier.source) for tier in pack.tiers)
    for parameter in pack.parameters.values():
        for _, _, sources in parameter.values:
            yield parameter.span, sources
