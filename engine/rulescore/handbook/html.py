# SPDX-License-Identifier: Apache-2.0
"""A handbook as one HTML file that asks for nothing outside itself; `page.html` is its form, all text is escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .blocks import Block, Format, Handbook

LANGUAGES = {"zh": "zh-CN", "en": "en"}


def render(book: Handbook) -> str:
    """The text of the file."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    facts: dict[str, Any] = {"book": book, "lang": LANGUAGES[book.language], "kind": _kind}
    return environment.get_template("page.html").render(facts)


def _kind(block: Block) -> str:
    return type(block).__name__.lower()


FORMAT = Format("html", (".html", ".htm"), render)
