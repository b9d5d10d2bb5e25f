# SPDX-License-Identifier: Apache-2.0
"""Checks over a loaded pack: what can be read but is probably not what was meant. One file a check, with its CODES and
`check(pack, problems)`; a check that is in doubt stays silent. To add one, write its file and name it in CHECKS."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import ModuleType

from ..model import Pack
from ..problems import Problems
from . import (
    bands,
    catalogue,
    conditions,
    gaps,
    outcomes,
    personal,
    points,
    reasons,
    shadowed,
    tiers,
    translations,
    unused,
    weights,
)

CHECKS: tuple[ModuleType, ...] = (
    bands,
    gaps,
    shadowed,
    conditions,
    tiers,
    weights,
    points,
    unused,
    reasons,
    outcomes,
    catalogue,
    translations,
    personal,
)


def run(pack: Pack) -> Problems:
    """Everything that the checks find."""
    problems = Problems()
    for module in CHECKS:
        module.check(pack, problems)
    folder = PurePosixPath(pack.span.file).parent
    if pack.portfolio is not None and PurePosixPath(pack.portfolio.span.file).is_relative_to(folder):
        problems.extend(run(pack.portfolio))
    return problems
