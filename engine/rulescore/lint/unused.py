# SPDX-License-Identifier: Apache-2.0
"""Features, parameters and indices of the pack's own files that nothing uses."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..model import Pack
from ..portfolio_table import index_column
from ..problems import Problems, Span
from .names import used

CODES = ("unused-feature", "unused-parameter", "unused-index")


def check(pack: Pack, problems: Problems) -> None:
    names = used(pack)
    figures = pack.portfolio is None and pack.subject != "customers"  # of the base: shown for their own sake
    for feature in () if figures else pack.features.values():
        if feature.id not in names and _own(feature.span, pack):
            problems.warning("unused-feature", feature.span, name=feature.id)
    needed = {name for feature in pack.features.values() for name in feature.expr.tree.names()} | names
    for parameter in pack.parameters.values():
        if f"param.{parameter.id}" not in needed and _own(parameter.span, pack):
            problems.warning("unused-parameter", parameter.span, name=parameter.id)
    for index in pack.indices:
        own = {f"index.{index.id}", f"assessed.{index.id}", index_column(index)}
        if not own & names and _own(index.span, pack):
            problems.warning("unused-index", index.span, name=index.id)


def _own(span: Span, pack: Pack) -> bool:
    """Whether the place is in this pack, not in one that it extends: there it may be used, and is checked."""
    return PurePosixPath(span.file).parent == PurePosixPath(pack.span.file).parent
