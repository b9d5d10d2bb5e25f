# SPDX-License-Identifier: Apache-2.0
"""rejected.xlsx: the rows that were not used, as they were read, one sheet a file and reason, with 错误原因 last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from .messages import catalogue
from .readers.table import Rejected

ROWS_AT_MOST = 100_000
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(rejected: Sequence[Rejected], path: Path) -> None:
    """Text never becomes a formula; the same rows give the same bytes."""
    with xlsxwriter.Workbook(str(path), SAFE) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        bold = book.add_format({"bold": True})
        for number, part in enumerate(rejected, 1):
            sheet = book.add_worksheet(f"{number} {part.table}"[:31])
            rows = part.frame.head(ROWS_AT_MOST).collect()
            headers = [*(name for name in rows.columns if name != "#row"), "行号 row", "错误原因 reason"]
            sheet.write_row(0, 0, headers, bold)
            sheet.freeze_panes(1, 0)
            reason = " · ".join(
                catalogue(language)["problems"].get(part.code, {}).get("title", part.code)
                for language in ("zh", "en")
            )
            for index, row in enumerate(rows.iter_rows(named=True), 1):
                cells = [row[name] for name in rows.columns if name != "#row"]
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write_string(index, column, str(cell)[:32_000])
                sheet.write_number(index, len(cells), row.get("#row") or 0)
                sheet.write_string(index, len(cells) + 1, f"{reason} [{part.code}]")
            if part.count > len(rows):
                more = part.count - len(rows)
                sheet.write_string(
                    len(rows) + 1, 0, f"另有 {more} 行未列出 · {more} more rows are not listed", bold
                )
            sheet.autofit()
