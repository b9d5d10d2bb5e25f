# SPDX-License-Identifier: Apache-2.0
"""Rows in, files out: CSV in an encoding, or a workbook of sheets; the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import xlsxwriter

Row = dict[str, str]


def write_csv(path: Path, table: list[Row], encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table[0])
    writer.writerows(row.values() for row in table)  # a row that lacks its last cells stays short
    path.write_bytes(text.getvalue().encode(encoding))


def write_workbook(path: Path, sheets: Mapping[str, list[Row]]) -> None:
    """Every cell is text, as it comes out of a system that exports all columns as text."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as book:
        book.set_properties({"created": datetime(2026, 7, 1)})
        for title, table in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, list(table[0]))
            sheet.freeze_panes(1, 1)
            for number, row in enumerate(table, 1):
                for column, value in enumerate(row.values()):
                    if value:
                        sheet.write_string(number, column, value)
