# SPDX-License-Identifier: Apache-2.0
"""How good the data of a run is: figures with numerator and denominator, limits of the pack, a grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model import Pack
from ..packs.portfolio_table import COMPANY, tables_of
from ..problems import Problems
from ..readers.table import Rejected, TableData
from .figures import Figures, measure
from .verdict import judge

__all__ = ["assess", "judge", "measure"]


def assess(
    tables: Mapping[str, TableData], rejected: Sequence[Rejected], pack: Pack, as_of: int, problems: Problems
) -> Figures:
    """The figures of an assessment's tables, held against the pack's limits; what passes them is a problem. The company's
    own events are left out: each of its answers has its evidence, and what is not answered shows in the coverage."""
    known = {*pack.tables, COMPANY}
    tables = {name: data for name, data in tables.items() if name in known}
    rejected = [rows for rows in rejected if rows.table in known]
    figures = measure(tables, rejected, tables_of(pack), as_of, pack.quality.updated_within)
    places = {name: data.place(0, 1) for name, data in tables.items()}
    return judge(figures, pack.quality, places, problems)
