# SPDX-License-Identifier: Apache-2.0
"""A proposal -> the text of an assessment.yaml with its reasons as comments, and a short table for the terminal.

No comment holds a value of the files: only headers, types and shares.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from ..messages import word
from ..readers.tables import CUSTOMERS
from .columns import Match
from .propose import Proposal, Use

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff](?:[\w \-./]*[\w.])?\Z")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def text_of(proposal: Proposal, base: Path, language: str) -> str:
    """The whole file; `base` is the folder in which it will stand."""

    def say(key: str, **facts: Any) -> str:
        return word(f"map.{key}", language, **facts)

    company = proposal.company["zh"]
    lines = [f"# {line}" for line in say("head").split("\n")]
    note = "" if proposal.company_given else f"  # {say('company_assumed')}"
    lines.append(f"company: {{zh: {scalar(company)}, en: {scalar(company)}}}{note}")
    if proposal.as_of:
        lines.append(f"as_of: {proposal.as_of}")
    else:
        latest = say("as_of_latest", date=proposal.latest) if proposal.latest else ""
        lines.append(f"as_of:  # {say('as_of_wanted')}{latest}")
    note = "" if proposal.pack_given else f"  # {say('pack_assumed')}"
    lines += [f"pack: {scalar(proposal.pack)}{note}", "", "tables:"]
    for table in _order(proposal):
        lines += [
            "",
            *_table_lines(
                table, [one for one in proposal.uses if one.table == table], proposal, base, language
            ),
        ]
    lines += left_lines([use for use in proposal.uses if not use.table], base, language)
    return "\n".join(lines) + "\n"


def _order(proposal: Proposal) -> list[str]:
    used = {use.table for use in proposal.uses}
    return [
        table for table in (CUSTOMERS, *(one for one in proposal.tables if one != CUSTOMERS)) if table in used
    ]


def _table_lines(
    table: str, uses: Sequence[Use], proposal: Proposal, base: Path, language: str
) -> Iterator[str]:
    """The key of a table and its files; commented out when none of them counts."""
    title = proposal.tables[table].title[language]
    counts = any(use.active for use in uses)
    yield f"  {table}:  # {title}" if counts else f"  # {table}:  # {title}"
    for use in uses:
        yield from use_lines(use, proposal, base, language)


def left_lines(uses: Sequence[Use], base: Path, language: str) -> list[str]:
    """The files of which the table could not be told, as comments."""
    if not uses:
        return []
    lines = ["", f"# {word('map.unplaced_files', language)}"]
    for use in uses:
        sheet = f" ({scalar(use.sheet)})" if use.sheet else ""
        columns = ", ".join(scalar(one.header) for one in use.facts.columns[:20])
        lines.append(f"# - {scalar(file_of(use, base))}{sheet}: {columns}")
    return lines


def file_of(use: Use, base: Path) -> str:
    """The file as the assessment names it: relative to its folder, with forward slashes."""
    path = use.facts.opened.path.resolve()
    try:
        return Path(os.path.relpath(path, base.resolve())).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def use_lines(use: Use, proposal: Proposal, base: Path, language: str) -> list[str]:
    """One file of a table as an item of a list; commented out when it is unsure which table it is."""

    def say(key: str, **facts: Any) -> str:
        return word(f"map.{key}", language, **facts)

    facts = use.facts
    lines = [f"- file: {scalar(file_of(use, base))}"]
    reason = say(
        f"table.{use.why}",
        mapping="" if use.known is None else use.known.title[language],
        others=", ".join(use.others),
    )
    told = sure(use.level, use.confidence, reason, language)
    lines.append(f"  # {say('rows', rows=f'{use.rows:,}', columns=len(facts.columns), sure=told)}")
    lines += [f"  # {note}" for note in _notes(use, proposal, language)]
    if use.sheet:
        lines.append(f"  sheet: {scalar(use.sheet)}")
    if facts.opened.titles:
        lines.append(f"  header_row: {facts.raw.header_row}  # {say('titles', count=facts.opened.titles)}")
    if use.known is not None:
        lines.append(f"  mapping: {use.known.id}")
    if use.distinct:
        lines.append(f"  distinct: true  # {say('distinct')}")
    if use.constants:
        lines.append(f"  constants:  # {say('constants')}")
        lines += [f"    {name}:" for name in use.constants]
    hinted = {(header, name) for name, found in use.hints.items() for header in found}
    shown = [one for one in use.matches if (one.header, one.field) not in hinted or one.hides]
    columns = [line for one in shown for line in column_lines(one, language)]
    if columns or use.hints:
        lines.append("  columns:")
        lines += [
            f"    # {scalar(header)}: {name}  # {say('hint')}"
            for name, found in use.hints.items()
            for header in found
        ]
        lines += [f"    {line}" for line in columns]
    if not use.distinct:
        lines += [f"  # {line}" for line in _unplaced(use, language)]
    return [f"    {line}" if use.active else f"    # {line}" for line in lines]


def _notes(use: Use, proposal: Proposal, language: str) -> Iterator[str]:
    """What the use lacks, and what the mapping does without a line of its own."""
    table = proposal.tables[use.table]
    for name in use.lacking:
        if name not in use.constants:
            yield word("map.lacking", language, field=name, title=table.fields[name].title[language])
    known = [one for one in use.matches if one.known and one.active]
    if known:
        placed = ", ".join(f"{scalar(one.header)} → {one.field}" for one in known)
        yield word("map.by_mapping", language, columns=placed)
    left = [scalar(one.header) for one in use.matches if one.known and not one.field]
    if left:
        yield word("map.left_by_mapping", language, columns=", ".join(left))


def column_lines(one: Match, language: str) -> list[str]:
    """The lines of one column: what it is, or commented out what it may be. None where the mapping speaks, or nothing fits."""
    if not one.field or (one.known and one.active):
        return []
    settings = "".join(f", {key}: {scalar(value)}" for key, value in one.settings.items())
    said = f"{{field: {one.field}{settings}}}" if settings else one.field
    reason = word(f"map.why.{one.why}", language, **one.facts)
    if one.doubt:
        reason = word(f"map.doubt.{one.doubt}", language, **one.facts)
    line = f"{scalar(one.header)}: {said}  # {sure(one.level, one.confidence, reason, language)}"
    if one.active:
        return [line]
    hidden = [f"{scalar(one.header)}:  # {word('map.undecided', language)}"] if one.hides else []
    return [f"# {line}", *hidden]


def _unplaced(use: Use, language: str) -> Iterator[str]:
    """The columns for which there is no field, by type and share of filled cells."""
    left = [one for one in use.matches if not one.field and not one.known]
    if left:
        yield word("map.unplaced", language)
    for one in left:
        column = use.facts.column(one.header)
        what = word(f"profile.kind.{column.kind}", language)
        line = word(
            "map.left_column", language, header=scalar(one.header), what=what, share=f"{column.filled:.0%}"
        )
        yield f"  {line}" + (f"; {word('map.why.unnamed', language)}" if one.why == "unnamed" else "")


def sure(level: str, confidence: float, reason: str, language: str) -> str:
    """How sure something is, in words and as a number, and why."""
    shown = word(f"map.level.{level}", language)
    return word("map.sure", language, level=shown, confidence=f"{confidence:.2f}", reason=reason)


def scalar(text: str) -> str:
    """A text as YAML: plain where that is safe, else in double quotes."""
    if _PLAIN.match(text) and text.lower() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def summary(proposal: Proposal, language: str) -> str:
    """One line a file: its table, how sure, how many columns are placed, unsure, left."""
    heads = ("file", "table", "sure", "placed", "unsure", "left", "lacking")
    rows = []
    for use in proposal.uses:
        active = sum(1 for one in use.matches if one.active)
        unsure = sum(1 for one in use.matches if one.field and not one.active)
        left = len(use.facts.columns) - active - unsure
        name = use.facts.raw.file + (f"!{use.sheet}" if use.sheet else "")
        level = f"{word(f'map.level.{use.level}', language)} {use.confidence:.2f}"
        rows.append([name, use.table or "—", level, active, unsure, left, ", ".join(use.lacking)])
    return tabulate(rows, [word(f"map.summary.{name}", language) for name in heads], tablefmt="simple")
