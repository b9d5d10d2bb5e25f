# SPDX-License-Identifier: Apache-2.0
"""Tables of a sample + the flaws it shall hold -> the tables with the flaws in place, a list of them, and files on disk."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What stands in a cell, the problem code it must give ("" when it must be understood), and what becomes of it.
    `row` is counted as a spreadsheet counts; 0 stands for a new last row that otherwise repeats the one above."""

    table: str
    row: int
    column: str
    value: str
    code: str
    outcome: str


def plant(tables: Mapping[str, list[Row]], flaws: Sequence[Flaw], files: Mapping[str, str], key: str) -> list[Row]:
    """Writes each flaw into its cell; gives the list for `flaws.csv`. `key` starts the id of a new row."""
    listed = []
    for flaw in flaws:
        rows = tables[flaw.table]
        if flaw.row == 0:
            rows.append({**rows[-1], next(iter(rows[-1])): f"{key}-{len(rows)}"})
        row = rows[flaw.row - 2 if flaw.row else -1] if flaw.row != 1 else {}
        column = flaw.column
        if flaw.code == "row-too-short":
            for name in list(row)[-2:]:
                del row[name]
        elif flaw.row != 1:
            row[column] = flaw.value
        listed.append({
            "file": files[flaw.table], "row": str(flaw.row or len(rows) + 1), "column": column, "raw": flaw.value,
            "code": flaw.code, "outcome": flaw.outcome,
        })  # fmt: skip
    return listed


def write_csv(path: Path, table: Sequence[Row], encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table[0])
    writer.writerows(row.values() for row in table)  # a row that lacks its last cells stays short
    path.write_bytes(text.getvalue().encode(encoding))


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[Row]], made: date) -> None:
    """Numbers and ISO dates become cells of their kind, all else text; the same bytes come out each time."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(made.year, made.month, made.day)})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(table[0]))
            for number, row in enumerate(table, 1):
                for place, text in enumerate(row.values()):
                    if len(text) == 10 and text[4] + text[7] == "--" and _is_date(text):
                        sheet.write_datetime(number, place, datetime.fromisoformat(text), day)
                    elif text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
                        sheet.write_number(number, place, float(text))
                    elif text:
                        sheet.write_string(number, place, text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
