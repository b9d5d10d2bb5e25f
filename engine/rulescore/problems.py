# SPDX-License-Identifier: Apache-2.0
"""A problem is a code, a place and facts; its words are looked up at the edge (see `messages`)."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning", "note"]
Fact = str | int | float | bool | None | list[str]

SHOWN_AT_MOST = 100


class Span(Struct, frozen=True, order=True):
    """A place in a text file; line and column count from 1, column and length in characters."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Cell(Struct, frozen=True):
    """A place in a table file; `row` counts from 1 as the spreadsheet shows it, `column` is its header."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        text = self.file + (f"!{self.sheet}" if self.sheet else "")
        if self.row is not None:
            text += f":{self.row}"
        return f"{text}[{self.column}]" if self.column else text


class Problem(Struct, frozen=True):
    """One finding. `facts` fill the message of `code` in each language."""

    code: str
    severity: Severity
    place: Span | Cell | None = None
    facts: Mapping[str, Fact] = {}

    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        place = self.place
        if isinstance(place, Span):
            at = (place.file, place.line, place.column)
        elif isinstance(place, Cell):
            at = (place.file, place.row or 0, 0)
        else:
            at = ("", 0, 0)
        order = {"error": 0, "warning": 1, "note": 2}[self.severity]
        return (*at, order, self.code, repr(sorted(self.facts.items(), key=lambda kv: kv[0])))


class Problems:
    """The collector that every stage writes to, so that all problems are shown at once."""

    def __init__(self, found: Iterable[Problem] = ()) -> None:
        self._found: list[Problem] = list(found)
        self._seen: set[str] = set()

    def error(self, code: str, place: Span | Cell | None = None, **facts: Fact) -> None:
        self._add(Problem(code, "error", place, facts))

    def warning(self, code: str, place: Span | Cell | None = None, **facts: Fact) -> None:
        self._add(Problem(code, "warning", place, facts))

    def note(self, code: str, place: Span | Cell | None = None, **facts: Fact) -> None:
        self._add(Problem(code, "note", place, facts))

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._add(problem)

    def _add(self, problem: Problem) -> None:
        key = repr(problem)
        if key not in self._seen:
            self._seen.add(key)
            self._found.append(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found, key=Problem.sort_key))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self._found)


class ProblemError(Exception):
    """Raised at the edge of a stage that can't go on; holds every problem found so far."""

    exit_code = 70

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=Problem.sort_key)
        super().__init__(
            "; ".join(f"{p.code} at {p.place}" if p.place else p.code for p in self.problems[:5])
        )


class RulesetError(ProblemError):
    """The ruleset is invalid."""

    exit_code = 3


class DataError(ProblemError):
    """The input data is refused."""

    exit_code = 4


class UsageError(ProblemError):
    """What was asked for can't be done: a run that exists, a customer that doesn't."""

    exit_code = 2


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """What the system says against writing to a folder, as a problem of whoever chose the folder."""
    try:
        yield
    except OSError as error:
        facts: dict[str, Fact] = {"folder": str(folder), "reason": error.strerror or str(error)}
        raise UsageError([Problem("folder-unwritable", "error", None, facts)]) from error


def is_full(error: Exception) -> bool:
    """Whether something could not be written for want of space; Polars says so in its text alone."""
    return getattr(error, "errno", None) == errno.ENOSPC or f"(os error {errno.ENOSPC})" in str(error)


def close_names(wrong: str, valid: Iterable[str]) -> list[str]:
    """At most three of `valid` that `wrong` may have meant, closest first; nothing when none is near."""
    names = sorted(set(valid))
    folded = {name.casefold().replace("-", "_"): name for name in reversed(names)}
    matches = difflib.get_close_matches(wrong.casefold().replace("-", "_"), folded, n=3, cutoff=0.72)
    return [folded[match] for match in matches]
