# SPDX-License-Identifier: Apache-2.0
"""A pack as a document for people who read no YAML, made from the loaded pack so that it can't drift from it."""

from __future__ import annotations

from pathlib import Path

from ..model import Pack
from ..problems import Problems, UsageError, close_names
from . import html, markdown
from .blocks import Format
from .content import handbook

FORMATS: tuple[Format, ...] = (html.FORMAT, markdown.FORMAT)
SUFFIXES = tuple(suffix for form in FORMATS for suffix in form.suffixes)


def render(pack: Pack, language: str, path: Path) -> str:
    """The handbook in the form that the file's suffix asks for."""
    suffix = path.suffix.lower()
    for form in FORMATS:
        if suffix in form.suffixes:
            return form.render(handbook(pack, language))
    problems = Problems()
    close = close_names(suffix, SUFFIXES)
    problems.error("handbook-form", None, read=suffix or path.name, known=list(SUFFIXES), close=close)
    raise UsageError(problems)
