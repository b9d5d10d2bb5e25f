# SPDX-License-Identifier: Apache-2.0
"""Sources that look like an id of the shipped catalogue but are none."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator

from ..bundled import folder
from ..model import Pack
from ..problems import Problems, Span, close_names

CODES = ("unknown-catalogue-id",)

_ID = re.compile(r"([a-z]+):[\w.]+\Z")


@functools.cache
def ids() -> frozenset[str]:
    """Every id of rulesets/catalogue.csv."""
    with (folder("rulesets") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["id"] for row in csv.DictReader(file))


def check(pack: Pack, problems: Problems) -> None:
    origins = {name.split(":")[0] for name in ids()}
    for span, sources in _cited(pack):
        for source in sources:
            found = _ID.match(source)
            if found and found.group(1) in origins and source not in ids():
                problems.warning("unknown-catalogue-id", span, name=source, close=close_names(source, ids()))


def _cited(pack: Pack) -> Iterator[tuple[Span, tuple[str, ...]]]:
    yield pack.span, pack.dimension_source
    for part in (*pack.rules, *pack.features.values(), *pack.gates, *pack.tiers):
        yield part.span, part.source
    for parameter in pack.parameters.values():
        for _, _, sources in parameter.values:
            yield parameter.span, sources
