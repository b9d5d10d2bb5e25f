# SPDX-License-Identifier: Apache-2.0
"""Kinds of value and the closed word lists that the readers and the engines share: missing, true, false, days."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

KINDS: tuple[str, ...] = ("text", "number", "bool", "date")
"""The kinds that expressions see."""

NUMBER_LIMIT = 1e15
"""Numbers of this size or larger are refused at the door: float64 no longer holds their cents."""

HIDDEN = "***"
"""What is shown of personal data that a problem or a row that does not count would show."""

MISSING_WORDS: tuple[str, ...] = (
    *("-", "--", "—", "——", "/", "N/A", "NA", "n/a", "null", "NULL", "None", "#N/A"),
    *("无", "暂无", "空"),
)
"""What stands in a cell for "nothing known", compared exactly after trimming."""

TOTAL_FORM = (
    r"^(?:.{0,20}(?:合[ 　]*计|总[ 　]*计|小[ 　]*计|共[ 　]*计|汇总)(?:[ 　]*[:：（(].*)?"
    r"|(?i:(?:grand[ -]?|sub[ -]?)?totals?) *:?)$"
)
"""What stands before a row of sums, as a pattern; no customer's id reads so."""

TRUE_WORDS: tuple[str, ...] = ("是", "有", "对", "真", "√", "✓", "✔", "y", "yes", "true", "t", "1")
FALSE_WORDS: tuple[str, ...] = ("否", "无", "错", "假", "×", "✗", "✘", "n", "no", "false", "f", "0")
"""Truth in a cell, compared NFKC-folded and without regard to case. Nothing else is true or false."""

_EPOCH = date(1970, 1, 1)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_JOINTS = re.compile(r"[\s_\-\u200b-\u200d\u2060\ufeff]+")


def fold(name: str) -> str:
    """A name as it is compared with others: NFKC, no case, no blanks (also of no width), underscores or hyphens."""
    return _JOINTS.sub("", unicodedata.normalize("NFKC", name).casefold())


def fold_word(word: str) -> str:
    """A word of a closed list as it is compared: trimmed, NFKC, lower case."""
    return unicodedata.normalize("NFKC", word.strip()).lower()


def day(text: str) -> int | None:
    """Days since 1970-01-01 of an ISO date (`2026-06-30`); None when it is not one."""
    if not _ISO_DAY.match(text):
        return None
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        return None


def iso(epoch_day: int) -> str:
    """The ISO date of a day count since 1970-01-01."""
    return (_EPOCH + timedelta(days=epoch_day)).isoformat()
