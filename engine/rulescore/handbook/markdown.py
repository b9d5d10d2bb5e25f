# SPDX-License-Identifier: Apache-2.0
"""A handbook as Markdown with tables, for wikis and version control."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .blocks import Block, Facts, Format, Handbook, Items, Paragraph, Section

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def render(book: Handbook) -> str:
    """The text of the file."""
    lines = [f"# {_text(book.title)}", "", _text(book.subtitle), "", f"**{_text(book.contents)}**", ""]
    for section in book.sections:
        lines.append(f"- [{_text(section.title)}](#{section.id})")
        lines += [f"  - [{_text(inner.title)}](#{inner.id})" for inner in section.sections]
    for section in book.sections:
        lines += _section(section, 2)
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """Plain text: nothing in it is markup, and it is one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _section(section: Section, level: int) -> Iterator[str]:
    note = f" `{section.note}`" if section.note else ""
    yield from ("", f'<a id="{section.id}"></a>', "", f"{'#' * level} {_text(section.title)}{note}")
    for block in section.blocks:
        yield ""
        yield from _block(block)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _text(block.text)
    elif isinstance(block, Facts):
        for name, text in block.items:
            if text:
                yield f"- **{_text(name)}**: {_text(text)}"
    elif isinstance(block, Items):
        for text in block.texts:
            yield f"- {_text(text)}"
    else:
        yield _row(block.head)
        yield _row(["---:" if index in block.numbers else "---" for index in range(len(block.head))], False)
        for row in block.rows:
            yield _row(row)


def _row(cells: tuple[str, ...] | list[str], escaped: bool = True) -> str:
    return "| " + " | ".join(_text(cell) if escaped else cell for cell in cells) + " |"


FORMAT = Format("markdown", (".md", ".markdown"), render)
