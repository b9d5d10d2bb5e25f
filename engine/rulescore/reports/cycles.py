# SPDX-License-Identifier: Apache-2.0
"""In which cycle a run was made and what of the pack it computed, as text."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import word
from ..model import Pack, Text


def lines(pack: Pack, language: str) -> list[str]:
    """The cycle, then what was computed of the customers, of the base and of its value; nothing where no cycle was chosen."""
    cycle = next((one for one in pack.cycles if one.id == pack.cycle), None)
    if cycle is None:
        return []
    told = []
    for what, part in (("customers", pack), ("base", pack.portfolio)):
        if part is not None and part.left_out:
            kept = [one.title for one in part.dimensions if one.id not in part.left_out]
            less = [one.title for one in part.dimensions if one.id in part.left_out]
            told.append(word(f"cycle.{what}", language, computed=computed(kept, less, language)))
    told += [] if cycle.valuation else [word("cycle.no-value", language)]
    return [word("cycle.some" if told else "cycle.all", language, cycle=cycle.title[language]), *told]


def computed(kept: Sequence[Text], less: Sequence[Text], language: str) -> str:
    """Which dimensions were computed, or which were not, whichever is shorter."""
    key, titles = ("cycle.only", kept) if len(kept) <= len(less) else ("cycle.without", less)
    joiner = "，" if language == "zh" else "; "
    return word(key, language, titles=joiner.join(one[language] for one in titles))
