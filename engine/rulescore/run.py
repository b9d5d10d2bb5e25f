# SPDX-License-Identifier: Apache-2.0
"""The conductor: tables + pack -> a run folder, whole or not at all.

Nothing that can change between two runs of the same inputs is written inside the hashes: no clock, no host, no order that
threads decide. The folder is built beside its place and renamed last.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785
from msgspec import Struct

from . import folder as run_folder
from . import overrides, portfolio, worth
from .assumptions import Valuation
from .engines import frame as frame_engine
from .engines.literals import TYPES
from .engines.row import RowEngine
from .engines.tables import rows_of, trace_of_results
from .masking import Masking
from .model import Pack, Text
from .plan import Plan
from .problems import Problem, Problems, UsageError, writable
from .readers.coerce import type_of
from .readers.table import ROW, SOURCE, Executor, Rejected, Source, TableData, executor
from .scores import scores_of_trace
from .version import VERSION

CUSTOMER = frame_engine.CUSTOMER
AT_ONCE = 1_000_000
"""Customers that are scored in one query."""
Progress = Callable[[str], None]
BUILDING, TEMPORARY = ".rulescore-building-", ".rulescore-"
"""How the names of folders begin: of a run that is being built, and of one that lives as long as its Run."""
ABANDONED = 24 * 3600.0
"""Seconds after which a folder that nothing was added to is no longer being built."""


class Request(Struct, frozen=True):
    """All that decides a run: what is assessed, by which pack, as of when, on which tables."""

    company: Text
    purpose: Text
    plan: Plan
    tables: Mapping[str, TableData]
    portfolio: Plan | None = None
    rejected: Sequence[Rejected] = ()
    assessment: str = ""
    engine: str = "frame"
    same: Sequence[Sequence[str]] = ()
    quality: Mapping[str, Any] = {}
    overrides: Mapping[str, float | str | bool] = {}
    valuation: Valuation | None = None
    decided: Sequence[Mapping[str, Any]] = ()
    decisions: str = ""
    masking: Masking = Masking()

    @property
    def pack(self) -> Pack:
        return self.plan.pack

    @property
    def rows(self) -> int:
        """How many rows of customers were read."""
        return sum(source.rows for source in self.tables["customers"].sources)

    @property
    def executor(self) -> Executor:
        """What answers questions about all of the tables together, and about what is made of them."""
        return (
            executor(sum(table.cells for table in self.tables.values()))
            if self.rows <= run_folder.HELD_UP_TO
            else "streaming"
        )


def evaluate(
    request: Request,
    problems: Problems,
    out: Path | None,
    progress: Progress = lambda _: None,
    default_out: bool = False,
) -> run_folder.Run:
    """Scores every customer and writes the run. `out` None: a temporary folder that lives as long as the Run, or with
    `default_out` a folder under `runs/`.

    Raises UsageError when the folder exists and is not the same run, or can't be written.
    """
    parent = (Path("runs") if default_out else Path(tempfile.gettempdir())) if out is None else out.parent
    temporary = out is None and not default_out
    building = parent / f"{TEMPORARY if temporary else BUILDING}{secrets.token_hex(8)}"
    with writable(out or parent):
        if out is not None:
            _refuse_strangers(out)
        made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        with contextlib.ExitStack() as undone:
            undone.callback(_clear_away, building, made)
            with writable(out or parent):
                parent.mkdir(parents=True, exist_ok=True)
                building.mkdir(mode=0o700 if temporary else 0o777)
            run = _build(request, problems, building, out, temporary, progress)
            undone.pop_all()
            return run
    except (
        KeyboardInterrupt
    ):  # one Ctrl-C may interrupt twice, by Polars and by Python: also what cleared away
        _clear_away(building, made)
        raise


def _build(
    request: Request,
    problems: Problems,
    building: Path,
    target: Path | None,
    temporary: bool,
    progress: Progress,
) -> run_folder.Run:
    started = time.time()
    if not temporary:
        _clear_leftovers(building.parent, started)
    _compute(request, building, progress)
    if request.valuation is not None:
        worth.write(request.valuation, request.pack, building, problems)
    progress("write")
    manifest = _describe(request, problems, building)
    _log(building, started)
    if temporary:
        return run_folder.Run(building, manifest, True, request.plan, request.portfolio)
    if target is None:
        target = default_folder(request, manifest["run_id"])
    with writable(target):
        _publish(building, target, manifest)
    return run_folder.Run(target, manifest, False, request.plan, request.portfolio)


def _clear_away(building: Path, made: Sequence[Path]) -> None:
    """Removes what was built and the parents that were made for it, unless somebody else uses them by now. Threads
    of Polars may still be writing: hence again."""
    for _ in range(20):
        shutil.rmtree(building, ignore_errors=True)
        if not building.exists():
            break
        time.sleep(0.1)
    for folder in made:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _clear_leftovers(parent: Path, now: float) -> None:
    """Removes what a killed process was building here, once nobody can be building it any more."""
    for folder in parent.glob(f"{BUILDING}*"):
        with contextlib.suppress(OSError):
            if now - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder)


def default_folder(request: Request, run_id: str) -> Path:
    """runs/<company>-<as_of>-<short run id>, in characters every file system takes."""
    name = request.company.get("en") or request.company.get("zh") or request.pack.id
    safe = "".join(char if char.isalnum() else "-" for char in name).strip("-").lower()[:40]
    return Path("runs") / f"{safe or 'run'}-{run_folder.iso(request.plan.as_of)}-{run_id[:8]}"


def _refuse_strangers(target: Path) -> None:
    """A folder with something else in it, or a file, is never written to; told before any work is done."""
    if target.exists() and not (
        target.is_dir() and (not any(target.iterdir()) or (target / run_folder.MANIFEST).is_file())
    ):
        raise UsageError([Problem("folder-taken", "error", None, {"folder": str(target)})])


def _publish(building: Path, target: Path, manifest: Mapping[str, Any]) -> None:
    """Moves the run to its place in one step. Who finds the same run there, perhaps made at the same moment, leaves it."""
    with contextlib.suppress(OSError):
        target.rmdir()  # only an empty folder goes
    try:
        building.rename(target)
    except OSError:
        if not target.exists():
            raise
        if not _same_run(target, manifest):
            raise UsageError([Problem("run-exists", "error", None, {"folder": str(target)})]) from None
        shutil.rmtree(building)


def _same_run(target: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the folder holds this very run, whole and unchanged."""
    try:
        found = json.loads((target / run_folder.MANIFEST).read_bytes())
        return bool(found == manifest and run_folder.hashes(target) == manifest["files"])
    except (OSError, ValueError):
        return False


def _compute(request: Request, building: Path, progress: Progress) -> None:
    plan = request.plan
    progress("features")
    customers = customer_frame(plan, request.tables["customers"])
    events = {table: request.tables[table].frame for table in _event_tables(plan) if table in request.tables}
    inputs = building / run_folder.INPUTS
    trace = building / run_folder.TRACE
    spare: list[Path] = []
    if request.engine == "row":
        featured, scored = _by_row(plan, customers, events)
    else:
        numbers = frame_engine.as_numbers(customers, plan.fields, plan.kinds)
        counted = frame_engine.with_aggregates(plan, numbers, events)
        featured = _featured(request, counted, building, spare)
        scored = frame_engine.score(plan, featured)
    progress("rules")
    shown = frame_engine.as_dates(
        featured.select(input_columns(plan, featured)), list(plan.kinds), plan.kinds
    )
    if request.rows <= AT_ONCE:
        sink_all([(shown, inputs), (_traced(plan, scored), trace)], request.executor)
    else:
        sink(shown, inputs)
        _trace_in_parts(plan, inputs, trace)
    for extra in spare:
        extra.unlink()
    progress("scores")
    scores_of_trace(plan, pl.scan_parquet(trace), pl.scan_parquet(inputs), building)
    write_cells(plan, request.tables, building / run_folder.CELLS, request.executor)
    if request.portfolio is not None:
        progress("portfolio")
        by = "row" if request.engine == "row" else request.executor
        portfolio.write(plan, request.portfolio, request.tables, by, building)


def _traced(plan: Plan, scored: pl.LazyFrame) -> pl.LazyFrame:
    return scored.select(run_folder.trace_columns(plan)).cast(run_folder.narrow(plan))  # type: ignore[arg-type]


def _trace_in_parts(plan: Plan, inputs: Path, trace: Path) -> None:
    """The trace of a large base, a folder of files of AT_ONCE customers each: what one query of Polars holds in memory
    while it writes many columns grows with its rows."""
    trace.mkdir()
    stored = pl.scan_parquet(inputs)
    rows = stored.select(pl.len()).collect(engine="in-memory").item()
    numbers = frame_engine.as_numbers(stored, list(plan.kinds), plan.kinds)
    for number, start in enumerate(range(0, rows, AT_ONCE)):
        part = frame_engine.score(plan, numbers.slice(start, AT_ONCE))
        sink(_traced(plan, part), trace / f"{number:05}.parquet")


def _event_tables(plan: Plan) -> list[str]:
    return sorted({step.tree.table for step in plan.event_steps})


def customer_frame(plan: Plan, customers: TableData) -> pl.LazyFrame:
    """Customers with their id, their place, their name and the fields the plan reads; what was not supplied is missing."""
    table = plan.pack.records
    have = set(customers.frame.collect_schema().names())
    chosen = [pl.col(table.key).alias(CUSTOMER), pl.col(SOURCE).cast(pl.Int32), pl.col(ROW).cast(pl.Int64)]
    for key in dict.fromkeys((*(("name",) if "name" in have else ()), *plan.fields)):
        if key == CUSTOMER:
            continue
        chosen.append(
            pl.col(key) if key in have else pl.lit(None, dtype=type_of(table.fields[key])).alias(key)
        )
    return customers.frame.select(chosen)


def sink(frame: pl.LazyFrame, path: Path, by: Executor = "streaming") -> None:
    sink_all([(frame, path)], by)


def sink_all(parts: Sequence[tuple[pl.LazyFrame, Path]], by: Executor = "streaming") -> None:
    """Writes frames to Parquet in one pass over what they share, with fixed settings, so that equal frames are equal
    bytes. lz4 packs the inputs' numbers a fifth worse than zstd in half the time; the trace packs well."""
    sinks = []
    for frame, path in parts:
        packed = run_folder.TRACE in (path.name, path.parent.name)
        sinks.append(frame.sink_parquet(
            path, compression="zstd" if packed else "lz4", compression_level=1 if packed else None,
            statistics=False, row_group_size=100_000, lazy=True, engine=by,
        ))  # fmt: skip
    pl.collect_all(sinks, engine=by)


def _featured(request: Request, frame: pl.LazyFrame, building: Path, spare: list[Path]) -> pl.LazyFrame:
    """Adds the features stage by stage. A stage over the whole base reads just the columns it needs, from what came
    before, which is held in memory or, of a large base, set down in a `spare` file."""
    plan = request.plan
    for stage in plan.stages:
        if stage[0].scope != "base":
            frame = frame_engine.with_features(plan, frame, [stage])
            continue
        if request.rows <= run_folder.HELD_UP_TO:
            before = frame.collect(engine=request.executor).lazy()
        else:
            spare.append(building / f".stage{len(spare)}.parquet")
            sink(frame, spare[-1])
            before = pl.scan_parquet(spare[-1])
        columns = [step.column for step in stage]
        needed = sorted({name for step in stage for name in step.tree.names()})
        figures = (
            frame_engine.with_features(plan, before.select(needed or [CUSTOMER]), [stage])
            .select(columns)
            .collect(engine=request.executor)
        )
        frame = pl.concat([before, figures.lazy()], how="horizontal")
    return frame


def input_columns(plan: Plan, frame: pl.LazyFrame) -> list[str]:
    """id, place, name, fields, then every step in the order it is computed."""
    have = frame.collect_schema().names()
    first = [name for name in (CUSTOMER, SOURCE, ROW, "name") if name in have]
    return list(dict.fromkeys([*first, *plan.fields, *(step.column for step in plan.steps)]))


def _by_row(
    plan: Plan, customers: pl.LazyFrame, events: Mapping[str, pl.LazyFrame]
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The same two frames from the row engine."""
    kept = frame_engine.as_numbers(customers, plan.fields, plan.kinds).collect()
    records = rows_of(kept)
    ids = [record[CUSTOMER] for record in records]
    results = RowEngine(plan).evaluate_base(records, run_folder.grouped_events(plan, events, ids))
    columns = {
        step.column: pl.Series(
            [result.values[step.column] for result in results], dtype=TYPES[step.tree.kind]
        )
        for step in plan.steps
    }
    return (kept.with_columns(**columns) if columns else kept).lazy(), trace_of_results(
        plan, ids, results
    ).lazy()


def write_cells(plan: Plan, tables: Mapping[str, TableData], path: Path, by: Executor = "streaming") -> None:
    """Which row of which file each event came from; customers' own rows stand in the inputs."""
    parts = []
    for table in _event_tables(plan):
        if table in tables:
            customer = plan.pack.tables[table].customer
            parts.append(tables[table].frame.select(
                pl.lit(table).alias("table"), pl.col(customer).alias(CUSTOMER), pl.col(SOURCE).cast(pl.Int32), pl.col(ROW).cast(pl.Int64),
            ))  # fmt: skip
    schema: dict[str, Any] = {"table": pl.String, CUSTOMER: pl.String, SOURCE: pl.Int32, ROW: pl.Int64}
    sink(pl.concat(parts) if parts else pl.LazyFrame(schema=schema), path, by)


def _describe(request: Request, problems: Problems, building: Path) -> dict[str, Any]:
    """Writes rulesets, problems, rejected rows and, last, the manifest."""
    files = {building / "rulesets" / name: text for name, text in request.pack.files}
    for place in {path.parent for path in files}:
        place.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_bytes(text.encode())
    if request.assessment:
        (building / "assessment.yaml").write_text(request.assessment, encoding="utf-8", newline="\n")
    run_folder.write_problems(problems, building / run_folder.PROBLEMS)
    run_folder.write_rejected(request.rejected, building / run_folder.REJECTED)
    if request.decided:
        (building / overrides.JSON).write_bytes(rfc8785.dumps([dict(one) for one in request.decided]))
    if request.decisions:
        (building / overrides.YAML).write_text(request.decisions, encoding="utf-8", newline="\n")
    if request.quality:
        run_folder.write_quality(request.quality, building / run_folder.QUALITY)
    return run_folder.write_manifest(building, _facts(request, building))


def _facts(request: Request, building: Path) -> dict[str, Any]:
    inputs = [source_facts(table.id, source) for table in request.tables.values() for source in table.sources]
    plan, pack = request.plan, request.pack
    customers = (
        pl.scan_parquet(building / run_folder.TRACE).select(pl.len()).collect(engine="in-memory").item()
    )
    return {
        "format": 1,
        "engine": {"name": request.engine, "rulescore": VERSION, "polars": pl.__version__},
        "pack": {
            "id": pack.id, "version": pack.version, "fingerprint": plan.fingerprint(),
            "layers": list(dict.fromkeys(name.split("/")[0] for name, _ in pack.files if "/" in name)),
        },
        "company": dict(request.company), "purpose": dict(request.purpose), "as_of": run_folder.iso(plan.as_of),
        "parameters": {key: plain(value) for key, value in sorted(plan.parameters.items())},
        "overrides": {key: plain(value) for key, value in sorted(request.overrides.items())},
        "customers": customers, "inputs": inputs, "same_customer": [list(ids) for ids in request.same],
        **request.masking.facts(), **({"decided": len(request.decided)} if request.decided else {}),
        **({"cycle": pack.cycle} if pack.cycle else {}),
    }  # fmt: skip


def source_facts(table: str, source: Source) -> dict[str, Any]:
    """What the manifest says of a file."""
    return {
        "table": table, "file": source.file, "sheet": source.sheet, "encoding": source.encoding, "sha256": source.sha256,
        "rows": source.rows, "columns": dict(source.columns), "unused": list(source.unused), "evidence": source.evidence,
        **({"query": source.query} if source.query else {}),
    }  # fmt: skip


def plain(value: float | str | bool) -> float | int | str | bool:
    """Whole numbers without a fraction, as canonical JSON writes them."""
    return int(value) if isinstance(value, float) and value == int(value) else value


def _log(building: Path, started: float) -> None:
    """What differs from run to run, outside the hashes."""
    facts = {
        "started_at": started,
        "seconds": round(time.time() - started, 3),
        "host": os.uname().nodename if hasattr(os, "uname") else "",
    }
    (building / run_folder.LOG).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
