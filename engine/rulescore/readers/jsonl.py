# SPDX-License-Identifier: Apache-2.0
"""JSON lines -> `Raw`: one object a line; a key that a line lacks is missing there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from ..problems import Cell, Problems
from .bytes import digest, opened
from .columns import column
from .table import ROW, Format, Options, Raw

LISTED = 20


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads JSON lines in UTF-8; every line that is no JSON object is told. Rows are line numbers."""
    if opened(path, file, (), problems) is None:
        return None
    values: dict[str, list[Any]] = {}
    numbers: list[int] = []
    wrong = 0
    try:
        sha256 = digest(path)
        with path.open("r", encoding=options.encoding or "utf-8-sig") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                record, reason = _record(line)
                if record is None:
                    wrong += 1
                    if wrong <= LISTED:
                        problems.error(
                            "line-not-json", Cell(file, None, number), read=line.strip()[:80], reason=reason
                        )
                    continue
                for key in record.keys() - values.keys():
                    values[key] = [None] * len(numbers)
                for key, cells in values.items():
                    cells.append(record.get(key))
                numbers.append(number)
    except (UnicodeError, LookupError) as error:
        problems.error(
            "wrong-encoding", Cell(file), encoding=options.encoding or "utf-8", reason=str(error)[:80]
        )
        return None
    except OSError as error:
        problems.error("file-unreadable", Cell(file), reason=error.strerror or str(error))
        return None
    if wrong > LISTED:
        problems.error("rows-unlisted", Cell(file), of="line-not-json", count=wrong - LISTED, total=wrong)
    if wrong:
        return None
    headers = tuple(values)
    columns = [column(str(index), values[name]) for index, name in enumerate(headers)]
    frame = pl.DataFrame([*columns, pl.Series(ROW, numbers, pl.Int64)]).lazy()
    return Raw(file, path, None, options.encoding or "utf-8", sha256, headers, 0, frame)


def _record(line: str) -> tuple[dict[str, Any] | None, str]:
    """The object of a line, or None and why it is none."""
    try:
        record = json.loads(line)
    except RecursionError:
        return None, "nested too deep"
    except ValueError as error:
        return None, str(error)
    return (record, "") if isinstance(record, dict) else (None, type(record).__name__)


FORMAT = Format("jsonl", (".jsonl", ".ndjson"), read)
