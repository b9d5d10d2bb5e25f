# SPDX-License-Identifier: Apache-2.0
"""What a format told of a file before its columns were known -> the same without cells that may be personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ..model import Table
from ..problems import Problem
from ..values import HIDDEN

QUOTED = ("sample", "read")
"""Facts that quote a file."""

_BETWEEN = re.compile(r"[,;\t|\r\n]")


def discreet(found: Iterable[Problem], table: Table, headers: Sequence[str]) -> Iterator[Problem]:
    """Hides what was quoted of a file of a table with personal data, unless it is a header."""
    private = any(field.private for field in table.fields.values())
    for problem in found:
        quotes = [key for key in QUOTED if key in problem.facts]
        if private and quotes and not all(_in(headers, str(problem.facts[key])) for key in quotes):
            problem = replace(problem, facts={**problem.facts, **dict.fromkeys(quotes, HIDDEN)})
        yield problem


def _in(headers: Sequence[str], quoted: str) -> bool:
    first = _BETWEEN.split(quoted, maxsplit=1)[0]
    return any(first in header for header in headers)
