# SPDX-License-Identifier: Apache-2.0
"""Problems -> the text a person reads: place, severity, words, code; the source line with a caret; one hint line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from wcwidth import wcwidth

from ..problems import SHOWN_AT_MOST, Problem, Span
from . import lines, location, word

SourceLines = Callable[[str], Sequence[str] | None]
"""file as shown -> its lines, or None when they can't be shown."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
TAB = 4
WIDEST = 160
LEAD = "  "


def no_source(file: str) -> Sequence[str] | None:
    """For problems whose files are not at hand: no source line is shown."""
    return None


def render(problem: Problem, language: str, source_lines: SourceLines = no_source) -> str:
    """One problem as lines of text, without a line break at the end."""
    text, hint = lines(problem, language)
    place = location(problem)
    shown = [f"{place}: " if place else ""]
    shown[0] += f"{word(f'severity.{problem.severity}', language)}: {_one_line(text)} [{problem.code}]"
    shown += _excerpt(problem, source_lines)
    if hint:
        shown.append(f"{LEAD}{word('severity.hint', language)}: {_one_line(hint)}")
    return "\n".join(shown)


def _one_line(text: str) -> str:
    """Words and facts on one line, without characters that could act on a terminal."""
    return _visible(" ".join(text.split()))


def render_all(problems: Iterable[Problem], language: str, source_lines: SourceLines = no_source) -> str:
    """All problems sorted by place, at most `SHOWN_AT_MOST`, then how many more there are."""
    ordered = sorted(problems, key=Problem.sort_key)
    shown = [render(problem, language, source_lines) for problem in ordered[:SHOWN_AT_MOST]]
    if len(ordered) > SHOWN_AT_MOST:
        count = len(ordered) - SHOWN_AT_MOST
        shown.append(word("severity.more", language, count=count, total=len(ordered)))
    return "\n".join(shown)


def _excerpt(problem: Problem, source_lines: SourceLines) -> list[str]:
    """The source line and the caret line below it; nothing when there is no such line."""
    place = problem.place
    if not isinstance(place, Span) or place.line < 1:
        return []
    found = source_lines(place.file)
    if found is None or place.line > len(found):
        return []
    line = _without_passwords(found[place.line - 1].rstrip("\r\n"))
    column = min(max(place.column, 1), len(line) + 1) - 1
    length = max(1, min(place.length, len(line) - column))
    start, end = _window(line, column)
    before, marked, after = line[start:column], line[column : column + length], line[column + length :]
    marked = marked[: max(1, end - column)]
    after = after[: max(0, end - column - length)]
    offset = display_width(_visible(before))
    carets = max(1, display_width(_visible(marked, offset)))
    head = "…" if start else ""
    tail = "…" if end < len(line) else ""
    shown = head + _visible(before + marked + after) + tail
    return [f"{LEAD}{shown}".rstrip(), LEAD + " " * (len(head) + offset) + "^" * carets]


_PASSWORD = re.compile(r"(?<=:)(?!//)[^\s'\"]+(?=@)|(?<=password=)[^\s'\"&]+", re.IGNORECASE)
"""What stands where the address of a database may hold its password."""


def _without_passwords(line: str) -> str:
    """The line with asterisks where a password may stand, as long as it was."""
    return _PASSWORD.sub(lambda found: "*" * len(found[0]), line)


def _window(line: str, column: int) -> tuple[int, int]:
    """The part of a long line that is shown, with the column well inside it."""
    if len(line) <= WIDEST:
        return 0, len(line)
    start = max(0, min(column - WIDEST // 3, len(line) - WIDEST))
    return start, start + WIDEST


def _visible(text: str, offset: int = 0) -> str:
    """Tabs as blanks up to the next stop, characters that don't print as a replacement."""
    done: list[str] = []
    width = offset
    for char in text:
        if char == "\t":
            blanks = TAB - width % TAB
            done.append(" " * blanks)
            width += blanks
            continue
        shown = "\ufffd" if unicodedata.category(char) in _INVISIBLE else char
        done.append(shown)
        width += wcwidth(shown)
    return "".join(done)


def display_width(text: str) -> int:
    """Columns that the text takes on a terminal: two for a Chinese character."""
    return sum(max(wcwidth(char), 0) for char in text)
