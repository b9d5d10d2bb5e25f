# SPDX-License-Identifier: Apache-2.0
"""What only a terminal gets: lines that fit it, colour, and the progress of long work. Piped output stays as it is."""

from __future__ import annotations

import os
import re
import shutil
import sys

import click

from ..messages import word

STEPS = ("read", "features", "rules", "scores", "portfolio", "write")
BAR = 12
PIPED = 100
"""The width that piped output is laid out for."""


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size((PIPED, 24)).columns


def show(text: str) -> None:
    """A screen of text on stdout: on a terminal wrapped with a hanging indent, titles bold and bars coloured."""
    if not sys.stdout.isatty():
        click.echo(text)
        return
    plain = "NO_COLOR" in os.environ
    lines = text.split("\n")
    for at, line in enumerate(lines):
        parts = _wrapped(line, width())
        title = at == 0 or (len(parts) == 1 and line.endswith((":", "：")))
        shown = "\n".join(parts) if plain else _painted(parts, title)
        click.echo(shown, color=False if plain else None)


def folded(text: str, hang: str = "") -> list[str]:
    """A paragraph in lines that fit the terminal, the later ones indented by `hang`."""
    from wcwidth import wrap

    return wrap(text, width(), subsequent_indent=hang, break_on_hyphens=False) or [text]


def _wrapped(line: str, columns: int) -> list[str]:
    from wcwidth import wcswidth, wrap

    if wcswidth(line) <= columns:
        return [line]
    inside = line[: len(line) - len(line.lstrip())]
    return wrap(
        line.strip(), columns, initial_indent=inside, subsequent_indent=inside + "  ", break_on_hyphens=False
    ) or [line]


def _painted(lines: list[str], title: bool) -> str:
    text = "\n".join(click.style(line, bold=True) if title else line for line in lines)
    return re.sub(r"[█▏]+", lambda bar: click.style(bar[0], fg="cyan"), text)


class Progress:
    """Which step the work is at, on stderr where that is a terminal; nothing is left of it in the end."""

    def __init__(self, language: str) -> None:
        self.language, self.seen = language, sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        if self.seen:
            done = STEPS.index(step) + 1 if step in STEPS else len(STEPS)
            full = BAR * done // len(STEPS)
            bar = "█" * full + "░" * (BAR - full)
            self.line(f"{bar} {done}/{len(STEPS)} {word(f'progress.{step}', self.language)}")  # fmt: skip

    def done(self) -> None:
        if self.seen:
            self.line("")

    def line(self, text: str) -> None:
        """In place of what stood on the line; written past click, which would take the wiping for colour."""
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
