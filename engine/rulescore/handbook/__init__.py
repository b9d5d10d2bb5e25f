# SPDX-License-Identifier: Apache-2.0
"""A pack as a document for people who read no YAML, made from the loaded pack so that it can't drift from it."""

from __future__ import annotations

from pathlib import Path

from ..output import write_whole
from ..problems import Problems, UsageError, close_names
from . import html, markdown
from .blocks import Format, Handbook
from .content import handbook as handbook

FORMATS: tuple[Format, ...] = (html.FORMAT, markdown.FORMAT)
SUFFIXES = tuple(suffix for form in FORMATS for suffix in form.suffixes)


def render(book: Handbook, path: Path) -> str:
    """A document in the form that the file's suffix asks for."""
    suffix = path.suffix.lower()
    for form in FORMATS:
        if suffix in form.suffixes:
            return form.render(book)
    problems = Problems()
    close = close_names(suffix, SUFFIXES)
    problems.error("handbook-form", None, read=suffix or path.name, known=list(SUFFIXES), close=close)
    raise UsageError(problems)


def write(book: Handbook, path: Path) -> None:
    """Writes a document; UsageError where its form is none, or the file can't be written."""
    write_whole(path, render(book, path).encode())
