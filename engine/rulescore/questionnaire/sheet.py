# SPDX-License-Identifier: Apache-2.0
"""What the forms share: a workbook that is the same bytes every time, its formats, and how high text stands in a cell."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from wcwidth import wcswidth

from ..messages import word
from ..model import Text
from ..output import write_whole
from ..rejected import SAFE

LINE = 15.0
"""Points that a line of text takes."""

_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_EDGE = {"border": 1, "border_color": "#C9D1DB"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 18, "bold": True, "font_color": "#1F3A5F"},
    "subtitle": {"font_color": "#5B6B7F"},
    "note": {"text_wrap": True, "font_color": "#333F4D"},
    "head": {**_EDGE, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "text_wrap": True, "align": "center"},
    "head_input": {**_EDGE, "bold": True, "font_color": "#1F3A5F", "bg_color": "#FFE9B8", "text_wrap": True, "align": "center"},
    "id": {**_EDGE, "font_color": "#8A97A6", "font_size": 8, "text_wrap": True},
    "cell": {**_EDGE, "text_wrap": True},
    "strong": {**_EDGE, "text_wrap": True, "bold": True},
    "id_band": {**_EDGE, "font_color": "#8A97A6", "font_size": 8, "text_wrap": True, "bg_color": "#F3F6FA"},
    "cell_band": {**_EDGE, "text_wrap": True, "bg_color": "#F3F6FA"},
    "strong_band": {**_EDGE, "text_wrap": True, "bold": True, "bg_color": "#F3F6FA"},
    "input": {**_EDGE, "text_wrap": True, "bg_color": "#FFFBF0", "locked": False},
    "choice": {**_EDGE, "bg_color": "#FFFBF0", "align": "center", "text_wrap": True, "locked": False},
    "date": {**_EDGE, "bg_color": "#FFFBF0", "align": "center", "num_format": "yyyy-mm-dd", "locked": False},
    "bold": {"bold": True}, "plain": {},
    "scale": {**_EDGE, "align": "center", "text_wrap": True},
}  # fmt: skip

PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}


class Form:
    """A workbook with its formats, and words in the languages of the form."""

    def __init__(self, book: Any, languages: Sequence[str]) -> None:
        self.book, self.languages = book, languages
        self.styles = {name: book.add_format({**_FONT, **style}) for name, style in _STYLES.items()}

    def say(self, key: str, joiner: str = "\n", **facts: Any) -> str:
        """A text of the catalogue in each language of the form."""
        return joiner.join(word(f"form.{key}", language, **facts) for language in self.languages)

    def text(self, words: Text, joiner: str = "\n") -> str:
        """The pack's own words in each language of the form, said once where they are the same."""
        return joiner.join(dict.fromkeys(words[language] for language in self.languages))

    def sheet(self, key: str) -> Any:
        """A sheet to be printed on A4, landscape, as wide as the paper."""
        sheet = self.book.add_worksheet(self.say(key, " ")[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8&F&R&8&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def choose(
        self, sheet: Any, at: tuple[int, int, int, int], choices: Sequence[str | int], key: str
    ) -> None:
        """A drop-down over a range, which refuses anything else."""
        sheet.data_validation(*at, {
            "validate": "list", "source": list(choices), "error_title": self.say("choose", " ")[:32],
            "error_message": self.say(f"{key}-choice")[:255],
        })  # fmt: skip


@contextmanager
def workbook(path: Path, languages: Sequence[str], title: str) -> Iterator[Form]:
    """A form; text in it never becomes a formula, and the same form gives the same bytes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, SAFE) as book:
        book.set_properties({"title": title[:200], "created": datetime(2000, 1, 1)})
        yield Form(book, languages)
    write_whole(path, content.getvalue())


def height(cells: Mapping[str, float]) -> float:
    """How high a row must be for its texts, each in a column so many characters wide."""
    lines = 1
    for text, width in cells.items():
        lines = max(
            lines,
            sum(max(1, math.ceil(max(wcswidth(line), 0) / (width * 0.94))) for line in text.split("\n")),
        )
    return min(LINE * lines + 6, 400.0)
