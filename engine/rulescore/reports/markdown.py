# SPDX-License-Identifier: Apache-2.0
"""A run -> Markdown: the page that is printed, without its pictures, for pasting and for comparing two runs line by line."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ..folder import Run
from . import html

SUFFIX = ".md"
BLOCKS = {
    "h1": ("# ", ""), "h2": ("## ", ""), "h3": ("### ", ""), "h4": ("#### ", ""), "li": ("- ", ""), "p": ("", ""), "div": ("", ""),
    "summary": ("**", "**"), "caption": ("**", "**"),
}  # fmt: skip
UNSEEN = frozenset({"svg", "style", "script", "nav", "title"})
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_LEADING = re.compile(r"^([-+=]|\d+[.)](?= ))")


def render(run: Run, language: str) -> bytes:
    """The bytes of the file."""
    writer = _Writer()
    writer.feed(html.page(run, language, paper=True))
    writer.close()
    return ("\n".join(writer.lines) + "\n").encode("utf-8")


class _Writer(HTMLParser):
    """Headings, paragraphs, lists and tables of the page as lines; everything else is only what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.text: list[str] = []
        self.table: list[list[str]] = []
        self.align: list[str] = []
        self.unseen = 0
        self.in_cell = False
        self.term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        elif tag in ("th", "td"):
            self.in_cell, self.text = True, []
            if len(self.table) == 1:
                classes = (dict(attrs).get("class") or "").split()
                self.align.append("---:" if "number" in classes else "---")
        elif tag == "tr":
            self.table.append([])
        elif tag == "table":
            self.table, self.align = [], []
        elif self.in_cell and tag in ("br", "li", "summary", "p"):
            self.text.append("; " if self.text else "")
        elif tag in ("code", "span", "b", "small", "bdi"):
            self.text.append(" ")
        elif tag in BLOCKS and not self.in_cell:
            self.block(self.taken())

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen -= 1
        elif tag in ("th", "td"):
            self.table[-1].append(self.taken())
            self.in_cell = False
        elif tag == "table":
            self.rows()
        elif self.in_cell:
            return
        elif tag == "dt":
            self.term = self.taken()
        elif tag == "dd":
            self.block(f"**{self.term}**: {self.taken()}", "- ")
        elif tag in BLOCKS:
            before, after = BLOCKS[tag]
            self.block(self.taken(), before, after)

    def handle_data(self, data: str) -> None:
        if not self.unseen and (data.strip() or self.text):
            self.text.append(data)

    def taken(self) -> str:
        """The text since the last time, as one line in which nothing is markup."""
        text = " ".join("".join(self.text).split())
        self.text = []
        return _SPECIAL.sub(r"\\\1", text)

    def block(self, text: str, before: str = "", after: str = "") -> None:
        """A block with an empty line before it, unless both it and the last are items of a list."""
        if not text:
            return
        if self.lines and not (before == "- " and self.lines[-1].startswith("- ")):
            self.lines.append("")
        self.lines.append(before + (text if before else _LEADING.sub(r"\\\1", text)) + after)

    def rows(self) -> None:
        """The table, without columns in which only pictures stand."""
        head, *body = self.table
        kept = [at for at in range(len(head)) if any(row[at] for row in body)]
        self.lines.append("")
        for row in (head, self.align, *body):
            self.lines.append("| " + " | ".join(row[at] for at in kept) + " |")
