# SPDX-License-Identifier: Apache-2.0
"""The input formats, one file each."""

from __future__ import annotations

from . import csv, excel, jsonl, parquet
from .table import Format

READERS: tuple[Format, ...] = (csv.FORMAT, excel.FORMAT, parquet.FORMAT, jsonl.FORMAT)
