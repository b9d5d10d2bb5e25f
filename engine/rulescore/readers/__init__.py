# SPDX-License-Identifier: Apache-2.0
"""Table files and frames -> typed tables with the place of every cell. One file an input format, listed in READERS."""

from __future__ import annotations

from .assessment import Assessment, assessment_of_files, read_assessment
from .formats import READERS
from .later import tell_later
from .table import ROW, SOURCE, Rejected, Source, TableData
from .tables import read_tables, tables_of_frames

__all__ = [
    "READERS",
    "ROW",
    "SOURCE",
    "Assessment",
    "Rejected",
    "Source",
    "TableData",
    "assessment_of_files",
    "read_assessment",
    "read_tables",
    "tables_of_frames",
    "tell_later",
]
