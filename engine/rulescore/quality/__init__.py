# SPDX-License-Identifier: Apache-2.0
"""How good the data of a run is: figures with numerator and denominator, limits of the pack, a grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model import Pack
from ..portfolio_table import tables_of
from ..problems import Problems
from ..readers.table import Rejected, TableData
from .figures import Figures, measure
from .verdict import judge

__all__ = ["assess", "judge", "measure"]


def assess(
    tables: Mapping[str, TableData], rejected: Sequence[Rejected], pack: Pack, as_of: int, problems: Problems
) -> Figures:
    """The figures of an assessment's tables, held against the pack's limits; what passes them is a problem."""
    figures = measure(tables, rejected, tables_of(pack), as_of, pack.quality.updated_within)
    places = {name: data.place(0, 1) for name, data in tables.items()}
    return judge(figures, pack.quality, places, problems)
