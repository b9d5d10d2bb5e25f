# SPDX-License-Identifier: Apache-2.0
"""The stored tables of a run side by side in batches of the same customers, and the differences between frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ..arithmetic import points_text
from ..engines.row import REASONS
from ..engines.verdicts import tier_reason_words
from ..lang.syntax import number_text
from ..plan import Plan
from ..scoring import STATES
from ..values import iso
from .seal import Findings

BATCH = 1_000
NOTHING = "—"
Show = Callable[[str, object], str]
"""(column, value) -> the value as people read it."""

_ERRORS = (
    pa.ArrowException, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, MemoryError, OverflowError,
)  # fmt: skip


class UnreadableError(Exception):
    """A stored table that can't be read."""

    def __init__(self, path: Path, error: BaseException) -> None:
        super().__init__(path.name)
        self.file = path.name
        self.reason = str(error).split("\n")[0][:200]


def schema_of(path: Path) -> tuple[dict[str, pl.DataType], int]:
    """Columns with their types, and the number of rows."""
    rows = 0
    columns: dict[str, pl.DataType] = {}
    try:
        for one in files_of(path):
            with pq.ParquetFile(one) as file:
                columns = columns or dict(pl.DataFrame(file.schema_arrow.empty_table()).schema)
                rows += int(file.metadata.num_rows)
        return columns, rows
    except _ERRORS as error:
        raise UnreadableError(path, error) from None


def files_of(path: Path) -> list[Path]:
    """The files behind a table of the run: itself, or the parts of a large one in order."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def batches(path: Path, columns: Sequence[str] | None = None, size: int = BATCH) -> Iterator[pl.DataFrame]:
    """The table in order, `size` rows at a time, the last batch with what is left."""
    waiting: pl.DataFrame | None = None
    try:
        for one in files_of(path):
            with pq.ParquetFile(one) as file:
                for part in file.iter_batches(size, columns=None if columns is None else list(columns)):
                    part.validate(full=True)
                    frame = pl.DataFrame(part)
                    waiting = frame if waiting is None else pl.concat([waiting, frame])
                    while waiting.height >= size:
                        yield waiting.head(size)
                        waiting = waiting.slice(size)
    except _ERRORS as error:
        raise UnreadableError(path, error) from None
    if waiting is not None and waiting.height:
        yield waiting


def differences(
    findings: Findings,
    file: str,
    ids: Sequence[str],
    stored: pl.DataFrame,
    recomputed: pl.DataFrame,
    show: Show,
) -> int:
    """Tells every cell that differs; how many cells were compared. Both hold the same customers in the same order."""
    for name in recomputed.columns:
        old, new = stored[name], recomputed[name]
        if old.dtype == new.dtype and old.equals(new):
            continue
        if old.dtype != new.dtype:
            old = old.cast(new.dtype, strict=False)
        for index in old.ne_missing(new).arg_true():
            what = {"stored": show(name, old[index]), "recomputed": show(name, new[index])}
            findings.add("value-differs", file, customer=str(ids[index]), what=name, **what)
    return recomputed.height * recomputed.width


def fits(kind: str, dtype: pl.DataType) -> bool:
    """Whether a column of `dtype` can hold values of `kind`; a column without any value fits every kind."""
    if dtype == pl.Null:
        return True
    return {
        "text": dtype in (pl.String, pl.Enum, pl.Categorical), "bool": dtype == pl.Boolean, "date": dtype == pl.Date, "integer": dtype.is_integer(),
    }.get(kind, dtype.is_numeric())  # fmt: skip


def check_columns(
    findings: Findings, file: str, have: Mapping[str, pl.DataType], want: Mapping[str, str | pl.DataType]
) -> bool:
    """Whether a table has the wanted columns in their order, each of its kind or type."""
    wrong = [name for name in want if name not in have]
    wrong += [name for name in have if name not in want]
    if not wrong:
        for name, kind in want.items():
            if not (fits(kind, have[name]) if isinstance(kind, str) else kind == have[name]):
                wrong.append(name)
    if not wrong and list(have) != list(want):
        wrong = [name for name, other in zip(have, want, strict=True) if name != other]
    if wrong:
        findings.add("run-columns", file, columns=wrong[:10], count=len(wrong))
    return not wrong


def input_words(plan: Plan) -> Show:
    """Values of the inputs: dates as dates, numbers with all their digits."""

    def show(column: str, value: object) -> str:
        if value is None:
            return NOTHING
        if isinstance(value, float):
            if plan.kinds.get(column) == "date" and value == value and abs(value) < 700_000:
                return iso(int(value))
            return number_text(value) if abs(value) < 1e300 else str(value)
        return str(value).lower() if isinstance(value, bool) else str(value)

    return show


def trace_words(plan: Plan) -> Show:
    """Values of the trace: points as points, tiers, rules and cases by their ids."""
    rules = {rule.id: rule for rule in plan.pack.rules}
    tiers = [tier.id for tier, _ in plan.tiers]
    lists = {
        "tier.natural": tiers,
        "tier.index": tiers,
        "tier.by_rules": tiers,
        "tier.reason": tier_reason_words(plan),
    }
    lists |= {f"reason.{place}": list(rules) for place in range(REASONS)}

    def show(column: str, value: object) -> str:
        if value is None:
            return NOTHING
        if isinstance(value, bool) or not isinstance(value, int):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if column in lists:
            words = lists[column]
        elif column.endswith(".case"):
            if value in STATES:
                return STATES[value]
            words = [case.id for case in rules[column.removesuffix(".case")].cases]
        else:
            return points_text(value)
        return words[value] if 0 <= value < len(words) else str(value)

    return show
