# SPDX-License-Identifier: Apache-2.0
"""Text that is no expression -> what its author most likely meant, as a problem at its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

WIDE = {
    "，": ",", "（": "(", "）": ")", "“": '"', "”": '"', "‘": "'", "’": "'", "≥": ">=", "≤": "<=", "≠": "!=",
    "＝": "==", "－": "-", "×": "*", "÷": "/", "、": ",", "。": ".", "【": "[", "】": "]", "\u3000": " ", "\xa0": " ",
}  # fmt: skip
"""Full-width punctuation whose ordinary form is not its NFKC form."""

WORDS = (
    ("&&", "and"), ("||", "or"), ("=>", ">="), ("=<", "<="), ("<>", "!="), ("并且", "and"), ("或者", "or"), ("且", "and"),
    ("或", "or"), ("非", "not"), ("?", "a if c else b"), ("!", "not"), ("=", "=="),
)  # fmt: skip
"""What other languages write -> what is written here; longer signs first."""

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"(?<!\w)(\d+(?:\.\d+)?)%(?!\s*(?!(?:and|or|if|else)\b)[\w(])"),
        lambda match: f"{float(match.group(1)) / 100:g}",
    ),
    (re.compile(r"(?<!\w)(\d+(?:\.\d+)?)万"), lambda match: f"{float(match.group(1)) * 1e4:.15g}"),
    (re.compile(r"(?<!\w)(\d+(?:\.\d+)?)亿"), lambda match: f"{float(match.group(1)) * 1e8:.15g}"),
    (re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])"), lambda match: f'date("{match.group()}")'),
)
"""Values as people write them -> as expressions do."""
_LITERAL = re.compile(r"""[rRuU]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)


def one_literal(text: str) -> bool:
    """Whether the text is one quoted literal; `"a" "b"` are two, most often with a comma forgotten between them."""
    return _LITERAL.fullmatch(text) is not None


def quoted(text: str) -> list[bool]:
    """For each character whether it stands inside quotes."""
    inside, quote, escaped = [], "", False
    for char in text:
        inside.append(bool(quote))
        if escaped:
            escaped = False
        elif quote:
            escaped = char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
    return inside


def refused_characters(text: str, report: Callable[..., None]) -> bool:
    """Reports characters that can't stand in an expression: control characters anywhere; full-width punctuation and
    digits (the commonest slip of a Chinese author) and comments outside quotes."""
    if text.isascii() and text.isprintable() and "#" not in text:
        return False
    found = False
    inside = quoted(text)
    for index, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n":
            report("control-character", index, 1, read=f"U+{ord(char):04X}")
        elif inside[index]:
            continue
        elif char == "#":
            report("expression-refused", index, 1, what="#")
        elif instead := _ordinary(char, text[index - 1 : index]):
            report("wide-punctuation", index, 1, read=char, instead=instead)
        else:
            continue
        found = True
    return found


def _ordinary(char: str, before: str) -> str:
    """The ordinary form of a full-width sign; nothing for a letter, or a digit that is part of a name."""
    if char in WIDE:
        return WIDE[char]
    if not "\uff01" <= char <= "\uff5e" or (
        char.isalnum() and (not char.isdigit() or before.isalnum() or before == "_")
    ):
        return ""
    return unicodedata.normalize("NFKC", char)


def report_syntax(error: SyntaxError, text: str, report: Callable[..., None]) -> None:
    """`text` is one line. The parser's offset counts from 1 and is 0 at the end of the text."""
    lead = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    at = lead + error.offset - 1 if error.offset else end - 1
    at = max(0, min(at, end - 1))
    inside = quoted(text)
    message = error.msg or ""
    if "unterminated" in message:
        return report("expression-quote", at, 1)
    for form, rewritten in _FORMS:
        for match in form.finditer(text):
            if not inside[match.start()]:
                return report(
                    "expression-word",
                    match.start(),
                    len(match.group()),
                    read=match.group(),
                    instead=rewritten(match),
                )
    for wrong, instead in WORDS:
        place = text.find(wrong, max(0, at - 1)) if wrong in ("=", "!", "?") else text.find(wrong)
        if place < 0 or inside[place]:
            continue
        if wrong in ("=", "!") and (text[place + 1 : place + 2] == "=" or place > at):
            continue
        if wrong == "=" and text[:place][-1:] in ("<", ">", "=", "!"):
            continue
        return report("expression-word", place, len(wrong), read=wrong, instead=instead)
    if "never closed" in message or "unmatched" in message or "does not match" in message:
        return report("expression-bracket", at, 1, read=text[at])
    if not error.offset:
        return report("expression-unfinished", at, 1, read=text[max(lead, end - 20) : end])
    return report("expression-syntax", at, 1, read=text[at : at + 12].rstrip())
