# SPDX-License-Identifier: Apache-2.0
"""Which names the rules of a pack use, directly or through features."""

from __future__ import annotations

from ..model import Pack
from ..packs.portfolio_table import columns_read


def used(pack: Pack) -> set[str]:
    """All names: fields, `table.column`, features, `param.name`; those that the pack's portfolio reads too."""
    found = pack.names_behind(pack.trees())
    if pack.portfolio is not None:
        read = columns_read(pack.portfolio)
        found |= read | pack.names_behind(
            pack.features[name].expr.tree for name in read if name in pack.features
        )
    return found
