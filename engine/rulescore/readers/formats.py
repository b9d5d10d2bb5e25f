# SPDX-License-Identifier: Apache-2.0
"""The input formats, one file each; a path -> its format, and its content part by part."""

from __future__ import annotations

from pathlib import Path

from ..problems import Problems
from . import csv, excel, json, jsonl, parquet, yaml, zip
from .table import Format, Options, Raw

READERS: tuple[Format, ...] = (
    csv.FORMAT,
    excel.FORMAT,
    parquet.FORMAT,
    jsonl.FORMAT,
    json.FORMAT,
    yaml.FORMAT,
    zip.FORMAT,
)


def format_of(path: Path) -> Format | None:
    """The format that the ending of a name says; a folder without such an ending is one of JSON pages."""
    suffix = path.suffix.lower()
    found = next((format_ for format_ in READERS if suffix in format_.suffixes), None)
    return json.FORMAT if found is None and path.is_dir() else found


def read_parts(format_: Format, path: Path, file: str, options: Options, problems: Problems) -> list[Raw]:
    """What a file holds: one part, or as many as it is made of; none after telling why it can't be read."""
    if format_.parts is not None:
        return format_.parts(path, file, options, problems)
    raw = format_.read(path, file, options, problems)
    return [] if raw is None else [raw]
