# SPDX-License-Identifier: Apache-2.0
"""A workbook that is the same for equal content: sheets by key, styles by name, cells that know whether they are inputs,
formulas with their value, or plain. Text never becomes a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import xlsxwriter
import xlsxwriter.worksheet
from msgspec import Struct
from wcwidth import wcswidth
from xlsxwriter.utility import xl_col_to_name

from ...messages import word
from ...rejected import SAFE

SHEETS = (
    "summary", "customers", "one", "results", "parameters", "points", "portfolio", "groups", "questionnaire", "portfolio-results",
    "early-warnings", "matters", "requests", "taken", "assumptions",
    "valuation", "quality", "problems", "provenance",
)  # fmt: skip
"""Every sheet, in the order in which they stand."""

NONE = "—"
"""Stands where there is no number: not assessed, does not count, missing."""

TEXT_AT_MOST = 32_000
ROW, LINE_HEIGHT = 18, 14
"""Heights in points: of a row, and of a line within one."""
WRAPPED = frozenset({"wrap", "label", "choice", "wrapped-note"})
FONTS = {"zh": "微软雅黑", "en": "Calibri"}
NAVY, BAND, LINE, INPUT, STORED, GOOD, BAD = (
    "#1F3864",
    "#DCE6F1",
    "#BFC9D9",
    "#FFF9E5",
    "#F3F3F3",
    "#1E7B34",
    "#C00000",
)

Style = dict[str, Any]
# a number that may be whole or not is General: "0.##" would leave the point of a whole one standing in Excel
STYLES: dict[str, Style] = {
    "title": {"bold": True, "font_size": 16, "font_color": NAVY},
    "note": {"italic": True, "font_color": "#595959"},
    "wrapped-note": {"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "vcenter"},
    "section": {"bold": True, "font_size": 12, "font_color": NAVY, "bottom": 2, "bottom_color": NAVY},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "border": 1, "border_color": LINE, "text_wrap": True, "align": "center", "valign": "vcenter"},
    "band": {"bold": True, "font_color": NAVY, "bg_color": BAND, "border": 1, "border_color": LINE, "align": "center", "valign": "vcenter", "text_wrap": True},
    "band-left": {"bold": True, "font_color": NAVY, "bg_color": BAND, "border": 1, "border_color": LINE, "align": "left", "indent": 1, "valign": "vcenter"},
    "text": {"indent": 1, "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "@"},
    "wrap": {"indent": 1, "border": 1, "border_color": LINE, "valign": "vcenter", "text_wrap": True, "num_format": "@"},
    "mono": {"indent": 1, "border": 1, "border_color": LINE, "valign": "vcenter", "font_name": "Consolas", "num_format": "@"},
    "label": {"indent": 1, "bold": True, "font_color": NAVY, "border": 1, "border_color": LINE, "bg_color": BAND, "valign": "vcenter", "text_wrap": True},
    "plain": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter"},
    "center": {"border": 1, "border_color": LINE, "valign": "vcenter", "align": "center"},
    "choice": {"border": 1, "border_color": LINE, "valign": "vcenter", "align": "center", "text_wrap": True},
    "count": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "#,##0"},
    "points": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "0.00##"},
    "score": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "0.00"},
    "percent": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "0.0%"},
    "share": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "0.00##%"},
    "factor": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "0.000000"},
    "number": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "General"},
    "money": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "#,##0.00;[Red]-#,##0.00"},
    "whole": {"border": 1, "border_color": LINE, "valign": "vcenter", "align": "center", "num_format": "0"},
    "date": {"indent": 1, "border": 1, "border_color": LINE, "valign": "vcenter", "align": "left"},
    "check": {"indent": 1, "align": "right", "border": 1, "border_color": LINE, "valign": "vcenter", "num_format": "General", "font_color": GOOD},
    "big": {"bold": True, "font_size": 20, "font_color": NAVY, "align": "left", "valign": "vcenter", "num_format": "0.00"},
    "big-money": {"bold": True, "font_size": 16, "font_color": NAVY, "align": "left", "valign": "vcenter", "num_format": "#,##0.00"},
}  # fmt: skip
INPUT_LOOK: Style = {"bg_color": INPUT, "font_color": "#1F4FBF", "locked": False}
STORED_LOOK: Style = {"bg_color": STORED, "font_color": "#595959"}
DATES = {"zh": 'yyyy"年"m"月"d"日"', "en": "d mmm yyyy"}


class Formula(Struct, frozen=True):
    """A formula with the value it has for the run."""

    text: str
    value: Any
    array: bool = False


class Ref(Struct, frozen=True):
    """A cell or a range of a sheet; rows and columns from 0."""

    sheet: str
    row: int
    column: int
    last_row: int = -1
    last_column: int = -1

    def __str__(self) -> str:
        """The address that any sheet may use, fixed."""
        return f"{quoted(self.sheet)}!{self.inside}"

    @property
    def inside(self) -> str:
        """The fixed address as its own sheet writes it."""
        first = f"{column_name(self.column)}${self.row + 1}"
        if self.last_row < 0:
            return first
        return f"{first}:{column_name(self.last_column)}${self.last_row + 1}"


def quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def across(row: int, first: int, last: int, fixed: bool = False) -> str:
    """The cells of a row from one column to another; with `fixed` the row stays when the formula is copied."""
    at = f"${row + 1}" if fixed else str(row + 1)
    return f"{column_name(first)}{at}:{column_name(last)}{at}"


class Book:
    """The workbook while it is made; `bytes()` closes it."""

    def __init__(self, language: str, keys: Sequence[str]) -> None:
        """`keys`: the sheets that it has, in their order."""
        self.language, self.keys = language, list(keys)
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {**SAFE, "default_date_format": DATES[language]})
        self._book.set_properties({"created": datetime(2000, 1, 1), "comments": word("workbook.properties", language)})  # fmt: skip
        self._book.set_calc_mode("auto")
        self._formats: dict[tuple[str, str, tuple[tuple[str, Any], ...]], Any] = {}
        self._sheets: dict[str, Sheet] = {}
        self._font = {"font_name": FONTS[language], "font_size": 10}
        self._book.formats[0].set_font_name(FONTS[language])
        self._book.formats[0].set_font_size(10)
        for key in keys:
            self._sheets[key] = Sheet(
                self, self._book.add_worksheet(self.title(key), _Worksheet), self.title(key)
            )

    def tell(self, key: str, **facts: Any) -> str:
        """A text of the workbook."""
        return word(f"workbook.{key}", self.language, **facts)

    def title(self, key: str) -> str:
        """The name of a sheet."""
        return self.tell(f"sheet.{key}")

    def sheet(self, key: str) -> Sheet:
        """The sheet of a key."""
        return self._sheets[key]

    def link(self, key: str) -> str | None:
        return f"internal:{quoted(self.title(key))}!A1" if key in self._sheets else None

    def style(self, name: str, look: str = "", **more: Any) -> Any:
        """A format by its name; `look`: "", "input" or "stored"."""
        key = (name, look, tuple(sorted(more.items())))
        if key not in self._formats:
            base = {
                **self._font,
                **STYLES[name],
                **({"num_format": DATES[self.language]} if name == "date" else {}),
            }
            if self.language == "zh":  # slanted Chinese is hard to read
                base.pop("italic", None)
            base |= {"input": INPUT_LOOK, "stored": STORED_LOOK}.get(look, {})
            self._formats[key] = self._book.add_format({**base, **more})
        return self._formats[key]

    def chart(self, kind: str, **options: Any) -> Any:
        return self._book.add_chart({"type": kind, **options})

    def bytes(self) -> bytes:
        for sheet in self._sheets.values():
            sheet.fit()
        self._book.close()
        return self._file.getvalue()


class _Worksheet(xlsxwriter.worksheet.Worksheet):  # type: ignore[misc]
    """A worksheet that does not look for functions newer than 2007 in every formula; that took most of the time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")


class Sheet:
    """One sheet. Rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Any, name: str) -> None:
        self.book, self.raw, self.name = book, sheet, name
        self._widths: dict[int, float] = {}
        self._lines: dict[int, int] = {}
        self._set: set[int] = set()
        self._merged: set[int] = set()
        sheet.set_default_row(ROW)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer(f"&L&8{name.replace('&', '&&')}&R&8&P / &N")

    def ref(self, row: int, column: int, last_row: int = -1, last_column: int = -1) -> Ref:
        return Ref(self.name, row, column, last_row, last_column)

    def put(
        self, row: int, column: int, value: Any, style: str = "text", look: str = "", **more: Any
    ) -> None:
        """A cell: text, number, truth, date, formula, or an empty one."""
        if style == "number" and look == "stored" and isinstance(value, int | float):
            more.setdefault("num_format", "#,##0" if value == int(value) else "#,##0.0#####")
        made = self.book.style(style, look, **more)
        if style in WRAPPED and column in self._widths and row not in self._merged:
            self.need(row, value.value if isinstance(value, Formula) else value, self._widths[column])
        if isinstance(value, Formula):
            shown = NONE if value.value is None else value.value
            if value.array:
                self.raw.write_array_formula(row, column, row, column, f"{{={value.text}}}", made, shown)
            else:
                self.raw.write_formula(row, column, "=" + value.text, made, shown)
        elif value is None or value == "":
            self.raw.write_blank(row, column, None, made)
        elif isinstance(value, bool):
            self.raw.write_boolean(row, column, value, made)
        elif isinstance(value, date):
            self.raw.write_datetime(row, column, datetime(value.year, value.month, value.day), made)
        elif isinstance(value, int | float):
            self.raw.write_number(row, column, value, made)
        else:
            self.raw.write_string(row, column, clean(str(value)), made)

    def line(
        self, row: int, column: int, values: Sequence[Any], styles: Sequence[str] | str, look: str = ""
    ) -> None:
        """Several cells side by side."""
        names = [styles] * len(values) if isinstance(styles, str) else styles
        for offset, (value, style) in enumerate(zip(values, names, strict=True)):
            self.put(row, column + offset, value, style, look)

    def head(self, row: int, column: int, titles: Sequence[str], height: float = 30) -> None:
        """The header of a table."""
        while titles and not titles[-1]:
            titles = titles[:-1]
        self.line(row, column, titles, "head")
        self.height(row, height)

    def title(self, text: str, *notes: str) -> int:
        """The head of the sheet; the row after it."""
        self.height(0, 30)
        self.put(0, 0, text, "title")
        for index, note in enumerate(notes, 1):
            self.put(index, 0, note, "note")
        return len(notes) + 2

    def section(self, row: int, text: str, width: int) -> None:
        """The head of a part of the sheet, with a line below."""
        for column in range(width):
            self.put(row, column, text if not column else None, "section")
        self.height(row, 24)

    def merged(self, row: int, column: int, last: int, text: str, style: str, last_row: int = -1) -> None:
        """A text over several columns."""
        bottom = row if last_row < 0 else last_row
        if last > column or bottom > row:
            self._merged.add(row)
            self.need(row, text, sum(self._widths.get(place, 9) for place in range(column, last + 1)))
            self.raw.merge_range(row, column, bottom, last, "", self.book.style(style))
        self.put(row, column, text, style)

    def paragraph(self, row: int, text: str, last: int, width: float, style: str = "wrapped-note") -> None:
        """A text over several columns together `width` characters wide, as high as it needs."""
        self.merged(row, 0, last, text, style)
        self.need(row, text, width)

    def widths(self, *widths: float) -> None:
        for column, width in enumerate(widths):
            self.raw.set_column(column, column, width)
            self._widths[column] = width

    def height(self, row: int, height: float) -> None:
        """The height of a row in points."""
        self.raw.set_row(row, height)
        self._set.add(row)

    def need(self, row: int, text: Any, width: float) -> None:
        """A row gets as high as a wrapped text needs."""
        if isinstance(text, str):
            lines = sum(-(-max(1, wide(part)) // max(1, int(width))) for part in text.split("\n"))
            self._lines[row] = max(self._lines.get(row, 1), lines)

    def fit(self) -> None:
        """Sets the heights that wrapped texts need."""
        for row, lines in self._lines.items():
            if lines > 1 and row not in self._set:
                self.raw.set_row(row, min(400, LINE_HEIGHT * lines + 5))

    def table(self, head: int, last_row: int, last_column: int, frozen_columns: int = 0) -> None:
        """Filter, frozen header and repeated header in print of the table whose header is in row `head`."""
        self.raw.autofilter(head, 0, max(last_row, head), last_column)
        self.raw.freeze_panes(head + 1, frozen_columns)
        self.raw.repeat_rows(head)

    def landscape(self) -> None:
        self.raw.set_landscape()

    def watch(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Checks that are not 0 turn red."""
        red = self.book.style("check", bg_color="#FFC7CE", font_color=BAD, bold=True)
        area = (row, column, max(last_row, row), last_column)
        self.raw.conditional_format(*area, {"type": "cell", "criteria": "!=", "value": 0, "format": red})


def clean(text: str) -> str:
    """What may stand in a cell: no control characters, at most what a cell holds."""
    kept = "".join(char for char in text[:TEXT_AT_MOST] if char >= " " or char in "\n\t")
    return kept.encode("utf-8", "replace").decode("utf-8")


def wide(text: str) -> int:
    """How many Latin characters wide a text is."""
    width = wcswidth(text)
    return width if width >= 0 else len(text)


@cache
def column_name(column: int) -> str:
    """The letters of a column, fixed."""
    return str(xl_col_to_name(column, True))
