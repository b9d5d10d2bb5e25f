# SPDX-License-Identifier: Apache-2.0
"""An assessment as an analyst has edited it, and a proposal -> the same text with what is new; no line of it is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..problems import Problems
from ..readers.tables import CUSTOMERS
from ..source import Document, parse_yaml
from .propose import Proposal, Use
from .writing import column_lines, file_of, left_lines, scalar, use_lines


def with_added(existing: str, proposal: Proposal, base: Path, language: str) -> str | None:
    """The existing text with the files and columns that it does not name; every line of it stays. None when it can't be
    added to without changing what it says."""
    before = parse_yaml(existing, "assessment.yaml", Problems())
    if not isinstance(before.data, dict):
        return None
    text = existing if existing.endswith("\n") else existing + "\n"
    has_customers = bool((before.data.get("tables") or {}).get(CUSTOMERS))
    for use in proposal.uses:
        if not use.table or (use.why == "of_events" and has_customers):
            continue
        document = parse_yaml(text, "assessment.yaml", Problems())
        if not isinstance(document.data, dict) or "tables" not in document.data:
            return None
        places = _places(document.data, file_of(use, base), use.sheet)
        own = next((at for at, distinct in places if (at[1], distinct) == (use.table, use.distinct)), None)
        if own is not None:
            text = _with_columns(text, document, own, use, language)
        elif all(distinct for _, distinct in places) and not _mentioned(text, use, base):
            text = _with_use(text, document, use, proposal, base, language)
    unknown = [
        use for use in proposal.uses if not use.table and f"# - {scalar(file_of(use, base))}" not in text
    ]
    text = "\n".join([text.rstrip("\n"), *left_lines(unknown, base, language)]) + "\n"
    after = parse_yaml(text, "assessment.yaml", Problems())
    return text if _holds_all(before.data, after.data) else None


def _mentioned(text: str, use: Use, base: Path) -> bool:
    """Whether a commented item names the file, and its sheet, already."""
    name, sheet = scalar(file_of(use, base)), scalar(use.sheet) if use.sheet else ""
    items = re.split(r"^\s*#[\s#]*- file: ", text, flags=re.MULTILINE)[1:]
    return any(
        item.split("\n", 1)[0].strip() == name and (not sheet or f"sheet: {sheet}\n" in item)
        for item in items
    )


Place = tuple[str | int, ...]


def _places(data: Any, file: str, sheet: str | None) -> list[tuple[Place, bool]]:
    """Where the tables name the file, and whether it only lists customers there (`distinct`)."""
    found: list[tuple[Place, bool]] = []

    def walk(value: Any, at: Place) -> None:
        if isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, (*at, index))
        elif isinstance(value, dict):
            files = value.get("file")
            same_sheet = sheet is None or str(value.get("sheet")) == sheet
            if same_sheet and file in (files if isinstance(files, list) else [files]):
                found.append((at, value.get("distinct") is True))
        elif value == file and sheet is None:
            found.append((at, False))

    for name, value in (data.get("tables") or {}).items():
        walk(value, ("tables", name))
    return found


def _with_columns(text: str, document: Document, place: Place, use: Use, language: str) -> str:
    """Adds lines for the columns that the item does not name, at the end of its `columns`."""
    item: Any = document.data
    for step in place:
        item = item[step]
    columns = item.get("columns") if isinstance(item, dict) else None
    if not isinstance(columns, dict) or not columns:
        return text
    lines = text.split("\n")
    keys = [document.key(*place, "columns", name) for name in columns]
    indent = {key.column for key in keys}
    if len(indent) != 1 or len({key.line for key in keys}) != len(keys):
        return text  # written in one line: the analyst's own form
    start = document.key(*place, "columns").line
    end = max(document.at(*place, "columns", name).line for name in columns)
    end = max(end, *(key.line for key in keys))
    block = "\n".join(lines[start - 1 : _block_end(lines, start)])
    added = (
        [
            " " * (indent.pop() - 1) + line
            for one in use.matches
            if scalar(one.header) not in block and one.header not in columns
            for line in column_lines(one, language)[:1]
        ]
        if len(indent) == 1
        else []
    )
    return "\n".join([*lines[:end], *added, *lines[end:]])


def _block_end(lines: Sequence[str], start: int) -> int:
    """The line after which something begins that stands no deeper than the line `start`."""
    depth = len(lines[start - 1]) - len(lines[start - 1].lstrip())
    for number in range(start, len(lines)):
        line = lines[number]
        inside = len(line) - len(line.lstrip()) >= depth or not line.strip()
        if not inside or re.match(rf"\s{{0,{depth}}}- ", line):
            return number
    return len(lines)


def _with_use(text: str, document: Document, use: Use, proposal: Proposal, base: Path, language: str) -> str:
    """Adds a file: to its table, which becomes a list if it is none, or as a table of its own."""
    lines = text.rstrip("\n").split("\n")
    tables = document.data.get("tables")
    added = use_lines(use, proposal, base, language)
    if not isinstance(tables, dict) or use.table not in tables or not use.active:
        head = f"  {use.table}:" if use.active else f"  # {use.table}:"
        end = _section_end(lines, document)
        return "\n".join([*lines[:end], "", head, *added, *lines[end:]]) + "\n"
    key = document.key("tables", use.table)
    end = _value_end(lines, key.line, key.column - 1)
    value = tables[use.table]
    body = lines[key.line : end]
    if isinstance(value, list) and body:
        dash = next((line for line in body if line.lstrip().startswith("- ")), "    - ")
        shift = len(dash) - len(dash.lstrip())
        added = [" " * shift + line[4:] for line in added]
    elif isinstance(value, str):
        lines[key.line - 1] = lines[key.line - 1].split(":", 1)[0] + ":"
        written = text.split("\n")[key.line - 1].split(":", 1)[1].strip()
        lines[key.line : key.line] = [f"    - {written}"]
        end += 1
    elif isinstance(value, dict) and body:
        shift = len(body[0]) - len(body[0].lstrip())
        first = next(
            index for index, line in enumerate(body) if line.strip() and not line.lstrip().startswith("#")
        )
        moved = [
            ("    - " if index == first else "      ") + line[shift:] if line.strip() else line
            for index, line in enumerate(body)
        ]
        lines[key.line : end] = moved
    else:
        return text
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _section_end(lines: Sequence[str], document: Document) -> int:
    """The line after the last of `tables`."""
    return _value_end(lines, document.key("tables").line, 0)


def _value_end(lines: Sequence[str], line: int, depth: int) -> int:
    """The number of the last line of the value whose key stands on `line`, `depth` columns in, its comments included."""
    end = line
    for number in range(line, len(lines)):
        text = lines[number]
        if text.strip():
            inner = len(text) - len(text.lstrip())
            if inner < depth or (inner == depth and not text.lstrip().startswith("- ")):
                break
            end = number + 1
    return end


def _holds_all(before: Any, after: Any) -> bool:
    """Whether everything that was said is still said."""
    if isinstance(before, dict):
        if isinstance(after, list):
            return any(_holds_all(before, item) for item in after)
        return isinstance(after, dict) and all(
            key in after and _holds_all(value, after[key]) for key, value in before.items()
        )
    if isinstance(before, list):
        return isinstance(after, list) and all(
            any(_holds_all(item, other) for other in after) for item in before
        )
    return bool(before == after or before is None or (isinstance(after, list) and before in after))
