# SPDX-License-Identifier: Apache-2.0
"""A table written by hand as YAML, such as answers to a questionnaire: a list of records. The row of a record is the line on
which it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from ..problems import Cell, Problems
from ..source import read_yaml
from .bytes import digest, opened
from .columns import column
from .table import ROW, Format, Options, Raw


def read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    """Reads a list of records; None after telling why it can't be read. Sizes are bounded by the parser of rulesets."""
    if opened(path, file, (), problems) is None:
        return None
    found = Problems()
    document = read_yaml(path, found, file)
    problems.extend(found)
    if found.has_errors:
        return None
    records: Any = document.data if document.data is not None else []
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        problems.error("yaml-without-records", Cell(file))
        return None
    headers = tuple(dict.fromkeys(str(key) for record in records for key in record))
    columns = [
        column(str(index), [record.get(header) for record in records]) for index, header in enumerate(headers)
    ]
    rows = pl.Series(ROW, [document.at(index).line for index in range(len(records))], pl.Int64)
    frame = pl.DataFrame([*columns, rows]).lazy()
    return Raw(file, path, None, "utf-8", digest(path), headers, 0, frame)


FORMAT = Format("yaml", (".yaml", ".yml"), read)
