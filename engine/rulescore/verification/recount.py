# SPDX-License-Identifier: Apache-2.0
"""The stored tables of a run -> what the row engine makes of the same inputs, compared cell by cell.

Every value is recomputed from the stored values it was made of, so a difference is told where it arose and not again
wherever it led. Tables are read in batches; only a figure of the whole base takes a column of numbers at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785
from msgspec import Struct

from .. import breakdowns, worth
from ..assumptions import read_valuation
from ..engines.frame import CUSTOMER, as_numbers
from ..engines.literals import TYPES
from ..engines.row import Result, RowEngine, figure
from ..engines.tables import rows_of, trace_of_results
from ..folder import INPUTS, MANIFEST, SCORES_CSV, SCORES_PARQUET, TEXTS, TRACE, Run, trace_columns
from ..packs.portfolio_table import OWNER
from ..plan import Plan, Step
from ..portfolio import JSON, by_row, event_rows, events_of_run, facts
from ..problems import Problems
from ..readers.table import ROW, SOURCE
from ..scores import columns_beside, harmless, inputs_beside, score_columns, score_table, texts
from ..source import read_yaml
from .lockstep import (  # fmt: skip
    BATCH,
    NOTHING,
    UnreadableError,
    batches,
    check_columns,
    differences,
    input_words,
    schema_of,
    trace_words,
)
from .seal import Findings

Progress = Callable[[int, int], None]
"""(customers done, customers in all)."""

FAULTS = (ArithmeticError, ValueError, TypeError, LookupError, AssertionError, StopIteration)
"""What values that no reader would have let in may do to the arithmetic."""


class Counts(Struct):
    """What was checked. `figures`: whether the figures of the whole base were recomputed."""

    files: int = 0
    customers: int = 0
    total: int = 0
    values: int = 0
    sources: int = 0
    figures: bool = False


def spaced(total: int, sample: int | None) -> Sequence[int]:
    """Positions of the customers that are recomputed: all, or `sample` of them evenly from the first to the last."""
    if sample is None or sample >= total:
        return range(total)
    if sample == 1:
        return [0]
    return [index * (total - 1) // (sample - 1) for index in range(sample)]


def within(chosen: Sequence[int], start: int, height: int) -> list[int]:
    """Which rows of the batch that starts at `start` are chosen, counted inside the batch."""
    if isinstance(chosen, range):
        return list(range(height))
    return [
        chosen[at] - start for at in range(bisect_left(chosen, start), bisect_left(chosen, start + height))
    ]


def numbers_of(plan: Plan, inputs: pl.DataFrame) -> pl.DataFrame:
    """Stored inputs as the engines see them."""
    return as_numbers(inputs.lazy(), inputs.columns, plan.kinds).collect()


def picked(frame: pl.DataFrame, rows: Sequence[int]) -> pl.DataFrame:
    """Some rows of a frame, in their order."""
    if len(rows) == frame.height:
        return frame
    return frame.select(pl.all().gather(pl.Series(list(rows), dtype=pl.UInt32)))


class Recount:
    """The tables of one run against its plan."""

    def __init__(
        self, run: Run, findings: Findings, counts: Counts, sample: int | None, progress: Progress
    ) -> None:
        self.run, self.plan, self.findings, self.counts, self.progress = (
            run,
            run.plan,
            findings,
            counts,
            progress,
        )
        self.sample = sample
        self.engine = RowEngine(self.plan)
        self.inputs, self.trace = run.folder / INPUTS, run.folder / TRACE
        supplied = {
            key
            for item in run.manifest["inputs"]
            for key in item.get("columns", ())
            if item.get("table") == "customers"
        }
        self.named = "name" in supplied or "name" in self.plan.fields
        self.record_steps = [step for step in self.plan.steps if step.scope == "record"]

    def tables_fit(self) -> bool:
        """Whether inputs and trace have the columns of the plan and a row for each customer."""
        plan = self.plan
        wanted: dict[str, Any] = {CUSTOMER: "text", SOURCE: pl.Int32(), ROW: pl.Int64()}
        wanted |= {"name": "text"} if self.named else {}
        wanted |= {key: plan.kinds[key] for key in plan.fields if key not in wanted}
        wanted |= {step.column: step.tree.kind for step in plan.steps}
        sound = True
        model = trace_of_results(plan, [], []).select(trace_columns(plan)).schema
        traced = {name: "integer" if dtype.is_integer() else dtype for name, dtype in model.items()}
        for path, columns in ((self.inputs, wanted), (self.trace, traced)):
            if not path.is_file():  # already told as missing
                return False
            have, rows = schema_of(path)
            sound &= check_columns(self.findings, path.name, have, columns)
            self.tell_rows(path.name, rows)
            self.counts.total = max(self.counts.total, rows)
        return sound

    def tell_rows(self, file: str, rows: int) -> None:
        stored = self.run.manifest["customers"]
        if rows != stored:
            self.findings.add(
                "manifest-fact-differs",
                MANIFEST,
                what=f"customers ({file})",
                stored=str(stored),
                recomputed=str(rows),
            )

    def customers(self) -> None:
        """Record features and the whole trace of the chosen customers."""
        total = self.counts.total
        chosen = spaced(total, self.sample)
        start = 0
        hashes: list[pl.Series] = []
        for inputs, trace in zip(batches(self.inputs), batches(self.trace), strict=False):
            height = min(inputs.height, trace.height)
            inputs, trace = inputs.head(height), trace.head(height)
            hashes.append(inputs[CUSTOMER].hash())
            differences(
                self.findings,
                TRACE,
                inputs[CUSTOMER].to_list(),
                trace.select(CUSTOMER),
                inputs.select(CUSTOMER),
                trace_words(self.plan),
            )
            if rows := within(chosen, start, height):
                self.batch(picked(inputs, rows), picked(trace, rows))
            start += height
            self.progress(self.counts.customers, len(chosen))
        if hashes and (ids := pl.concat(hashes)).n_unique() < len(ids):
            self.findings.add("run-duplicate-customers", INPUTS, count=len(ids) - ids.n_unique())

    def batch(self, inputs: pl.DataFrame, trace: pl.DataFrame) -> None:
        plan = self.plan
        numbers = self.finite(numbers_of(plan, inputs))
        value = self.engine.evaluator.value
        features: dict[str, list[Any]] = {step.column: [] for step in self.record_steps}
        results: list[Result] = []
        kept: list[int] = []
        for index, record in enumerate(rows_of(numbers)):
            try:
                made = [value(step.tree, record) for step in self.record_steps]
                results.append(self.engine.score(record))
            except FAULTS as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                self.findings.add(
                    "recompute-failed", INPUTS, customer=str(record[CUSTOMER]), what="", reason=reason
                )
                continue
            kept.append(index)
            for column, found in zip(features.values(), made, strict=True):
                column.append(found)
        ids = inputs[CUSTOMER].gather(kept).to_list()
        kinds = {step.column: step.tree.kind for step in self.record_steps}
        recomputed = pl.DataFrame(
            [pl.Series(name, found, dtype=TYPES[kinds[name]]) for name, found in features.items()]
        )
        self.counts.values += differences(
            self.findings, INPUTS, ids, picked(numbers, kept), recomputed, input_words(plan)
        )
        again = trace_of_results(plan, ids, results).select(trace_columns(plan))
        self.counts.values += differences(
            self.findings, TRACE, ids, picked(trace, kept), again, trace_words(plan)
        )
        self.counts.customers += inputs.height

    def finite(self, numbers: pl.DataFrame) -> pl.DataFrame:
        """Tells numbers that are none (NaN, infinity), which every reader makes missing, and makes them so."""
        for name, dtype in numbers.schema.items():
            if dtype == pl.Float64 and not (sound := numbers[name].is_finite().fill_null(True)).all():
                for index in (~sound).arg_true():
                    customer = str(numbers[CUSTOMER][index])
                    read = str(numbers[name][index])
                    self.findings.add(
                        "value-differs", INPUTS, customer=customer, what=name, stored=read, recomputed=NOTHING
                    )
                numbers = numbers.with_columns(
                    pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)
                )
        return numbers

    # ---- figures of the whole base ---------------------------------------------------------------------

    def base_figures(self) -> None:
        """Ranks, shares and the like, which only all customers together can give."""
        for step in self.plan.steps:
            if step.scope == "base":
                self.figure(step)
        self.counts.figures = True

    def figure(self, step: Step) -> None:
        plan, tree = self.plan, step.tree
        columns = [CUSTOMER, *(name for name in step.needs if name != CUSTOMER)]
        operands: list[list[Any]] = []
        try:
            for inputs in batches(self.inputs, columns):
                found = self.engine.operands(tree, rows_of(numbers_of(plan, inputs)))
                operands = operands or [[] for _ in found]
                for values, more in zip(operands, found, strict=True):
                    values += more
            made = figure(tree, operands)
        except FAULTS as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            self.findings.add("recompute-failed", INPUTS, customer="", what=step.column, reason=reason)
            return
        recomputed = pl.Series(step.column, made, dtype=pl.Float64)
        start = 0
        for inputs in batches(self.inputs, [CUSTOMER, step.column]):
            part = recomputed.slice(start, inputs.height).to_frame()
            ids = inputs[CUSTOMER].to_list()
            self.counts.values += differences(self.findings, INPUTS, ids, inputs, part, input_words(plan))
            start += inputs.height

    # ---- the base as a whole ---------------------------------------------------------------------------

    def portfolio(self) -> None:
        """The record of the base, its figures made again from all customers of the run."""
        run = self.run.portfolio
        if run is None:
            return
        plan = run.plan
        folder = run.folder.name
        try:
            stored = as_numbers(run.inputs, list(plan.kinds), plan.kinds).collect()
            trace = run.trace.collect()
            fields = stored.select(CUSTOMER, SOURCE, ROW, *plan.fields)
            events = event_rows(plan, events_of_run(self.plan, plan, self.run.folder))
            inputs, again = by_row(plan, fields, events)
            written = (self.run.folder / JSON).read_bytes()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise UnreadableError(run.folder, error) from None
        steps = inputs.select(step.column for step in plan.steps)
        self.counts.values += differences(
            self.findings, f"{folder}/{INPUTS}", [OWNER], stored, steps, input_words(plan)
        )
        self.counts.values += differences(
            self.findings, f"{folder}/{TRACE}", [OWNER], trace, again, trace_words(plan)
        )
        values = inputs.row(0, named=True)
        if rfc8785.dumps(facts(plan, values, breakdowns.by_row(plan, values, events))) != written:
            self.findings.add("value-differs", JSON, customer=OWNER, what=JSON, stored="", recomputed="")

    def value(self) -> None:
        """The valuation, made again from the figures of the base and the run's copy of its assumptions."""
        folder = self.run.folder
        if not (folder / worth.YAML).exists():
            return
        unused = Problems()
        valuation = read_valuation(
            read_yaml(folder / worth.YAML, unused, worth.YAML), self.plan.pack.portfolio, unused
        )
        made = (
            None
            if valuation is None
            else rfc8785.dumps(worth.facts(valuation, self.plan.pack, worth.figures_of(folder), unused))
        )
        if not (folder / worth.JSON).exists() or made != (folder / worth.JSON).read_bytes():
            self.findings.add(
                "value-differs", worth.JSON, customer=OWNER, what=worth.JSON, stored="", recomputed=""
            )

    # ---- scores ----------------------------------------------------------------------------------------

    def scores(self) -> None:
        """The table that people read, of every customer, against the stored trace."""
        plan = self.plan
        found = [path for name in (SCORES_CSV, SCORES_PARQUET) if (path := self.run.folder / name).is_file()]
        if not found:
            if not {SCORES_CSV, SCORES_PARQUET} & self.run.manifest["files"].keys():  # else told already
                self.findings.add("run-file-missing", SCORES_CSV)
            return
        path = found[0]
        named = self.named
        columns, safe = [*score_columns(plan, named), *columns_beside(plan)], texts(plan, named)
        words = {*TEXTS, *safe}
        stored_batches, have, rows = (
            _csv(path, words) if path.name == SCORES_CSV else (batches(path), *schema_of(path))
        )
        wanted = {name: "text" if name in words else "number" for name in columns}
        if not check_columns(self.findings, path.name, have, wanted):
            return
        self.tell_rows(path.name, rows)
        names = batches(self.inputs, list(dict.fromkeys([CUSTOMER, *inputs_beside(plan, named)])))
        for trace, inputs, stored in zip(batches(self.trace), names, stored_batches, strict=False):
            height = min(trace.height, inputs.height, stored.height)
            try:
                made = score_table(plan, trace.head(height).lazy(), inputs.head(height).lazy()).collect()
            except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
                raise UnreadableError(self.trace, error) from None
            if path.name == SCORES_CSV:
                made = made.with_columns(harmless(text) for text in safe)
            blank = pl.col(*(name for name in columns if name in words)).cast(pl.String).fill_null("")
            ids = trace[CUSTOMER].head(height).to_list()
            old, new = stored.head(height).with_columns(blank), made.with_columns(blank)
            self.counts.values += differences(self.findings, path.name, ids, old, new, input_words(plan))


def _csv(path: Path, words: set[str]) -> tuple[Iterator[pl.DataFrame], dict[str, pl.DataType], int]:
    """scores.csv as written, its numbers as numbers."""
    try:
        frame = pl.read_csv(path, infer_schema_length=0, encoding="utf8")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise UnreadableError(path, error) from None
    frame = frame.with_columns(
        pl.col(name).cast(pl.Float64, strict=False) for name in frame.columns if name not in words
    )
    return frame.iter_slices(BATCH), dict(frame.schema), frame.height
