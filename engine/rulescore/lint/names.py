# SPDX-License-Identifier: Apache-2.0
"""Which names the rules of a pack use, directly or through features."""

from __future__ import annotations

from ..model import Pack
from ..portfolio_table import columns_read


def used(pack: Pack) -> set[str]:
    """All names: fields, `table.column`, features, `param.name`; those that the pack's portfolio reads too."""
    found: set[str] = set()
    waiting = list(pack.trees())
    if pack.portfolio is not None:
        read = columns_read(pack.portfolio)
        found |= read
        waiting += [pack.features[name].expr.tree for name in sorted(read) if name in pack.features]
    while waiting:
        for name in waiting.pop().names() - found:
            found.add(name)
            if name in pack.features:
                waiting.append(pack.features[name].expr.tree)
    return found
