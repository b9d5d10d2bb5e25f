# SPDX-License-Identifier: Apache-2.0
"""The facts of files -> text for the terminal, one table a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tabulate import tabulate
from wcwidth import wcswidth

from ..messages import word
from .columns import ColumnFacts
from .keys import Reference
from .profile import FileFacts

_WIDEST = 28
_HEADS = ("column", "type", "missing", "distinct", "range", "quantiles", "longest", "frequent", "odd")


def profile_text(facts: Sequence[FileFacts], links: Sequence[Reference], language: str) -> str:
    """Everything that was found, for people."""
    parts = [_file(one, language) for one in facts]
    if links:
        lines = [word("profile.references", language)]
        for link in links:
            lines.append(
                word(
                    "profile.reference", language, column=f"{_name(facts[link.part])}[{link.column}]",
                    target=f"{_name(facts[link.to])}[{link.key}]", share=f"{link.share:.0%}",
                )
            )  # fmt: skip
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _name(facts: FileFacts) -> str:
    return facts.raw.file + (f"!{facts.raw.sheet}" if facts.raw.sheet else "")


def _file(facts: FileFacts, language: str) -> str:
    def say(key: str, **more: Any) -> str:
        return word(f"profile.{key}", language, **more)

    head = say(
        "file", file=_name(facts), rows=f"{facts.rows:,}", columns=len(facts.columns), format=facts.opened.format,
        encoding=facts.raw.encoding or "—",
    )  # fmt: skip
    lines = [head]
    if facts.opened.titles:
        lines.append(say("header_row", row=facts.raw.header_row))
    if facts.raw.broken:
        lines.append(say("broken", count=len(facts.raw.broken)))
    if facts.keys:
        lines.append(say("keys", keys=facts.keys))
    if any(column.sampled for column in facts.columns):
        lines.append(say("sampled"))
    rows = [_row(column, language) for column in facts.columns]
    table = tabulate(rows, [say(f"head.{name}") for name in _HEADS], tablefmt="simple", disable_numparse=True)
    return "\n".join([*lines, table])


def _row(column: ColumnFacts, language: str) -> list[str]:
    kinds = column.kinds
    kind = word(f"profile.kind.{column.kind}", language)
    if column.kind == "mixed":
        kind += " " + "/".join(word(f"profile.kind.{name}", language) for name in kinds)
    spread = f"{column.least} … {column.most}" if column.least is not None else ""
    quantiles = " ".join(f"{value:.4g}" for value in column.quantiles)
    frequent = ", ".join(f"{_cut(value)} ({count})" for value, count in column.frequent[:3])
    odd = ", ".join(word(f"profile.odd.{name}", language, count=count) for name, count in column.odd.items())
    if column.personal:
        odd = ", ".join(filter(None, [word("profile.masked", language), odd]))
    distinct = f"{'≈ ' if column.sampled else ''}{column.distinct:,}"
    return [
        _cut(column.header), kind, f"{1 - column.filled:.1%}", distinct, spread, quantiles, str(column.longest), frequent, odd,
    ]  # fmt: skip


def _cut(text: str) -> str:
    """A text on one line, no wider than a column of the table may be."""
    text = " ".join(text.split())
    if wcswidth(text) <= _WIDEST:
        return text
    while text and wcswidth(text) >= _WIDEST:
        text = text[:-1]
    return text + "…"
