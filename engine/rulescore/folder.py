# SPDX-License-Identifier: Apache-2.0
"""The run folder: what its files are, how they are written and read back, and the manifest that seals them."""

from __future__ import annotations

import hashlib
import json
import shutil
import weakref
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785
from msgspec.structs import replace

from .engines import frame as frame_engine
from .model import Pack
from .overrides import JSON as OVERRIDES
from .overrides import tiers_of
from .packs.cycles import in_cycle
from .packs.loading import load_or_raise
from .plan import Plan, make_plan, portfolio_plan
from .problems import Cell, Problem, Problems, Span, UsageError
from .readers.table import Executor, Rejected
from .values import day, iso

MANIFEST, LOG = "manifest.json", "log.json"
INPUTS, TRACE, CELLS = "inputs.parquet", "trace.parquet", "cells.parquet"
SCORES_CSV, SCORES_PARQUET = "scores.csv", "scores.parquet"
PORTFOLIO = "portfolio"
PROBLEMS, REJECTED = "problems.jsonl", "rejected.xlsx"
QUALITY = "quality.json"
UNHASHED = frozenset({MANIFEST, LOG})
FORMAT = 1
HELD_UP_TO = 20_000
"""Up to so many customers, what is asked of all of them is held in memory: writing it down, or streaming it, costs more."""

__all__ = ["CELLS", "INPUTS", "Run", "iso", "trace_columns", "write_manifest"]


def trace_columns(plan: Plan) -> list[str]:
    """The columns of the trace, in order; points are whole numbers of 1/10,000."""
    pack = plan.pack
    names = [frame_engine.CUSTOMER, *(f"{dimension.id}.points" for dimension in pack.dimensions)]
    names += [
        "composite.points",
        "composite.low",
        "composite.high",
        "composite.coverage",
        *(f"index.{index.id}.points" for index in pack.indices),
        *(f"gate.{gate.id}" for gate in pack.gates),
    ]
    names += ["tier.by_rules"] if plan.decided else []
    names += ["tier.natural", "tier.index", "tier.reason", "reason.0", "reason.1", "reason.2"]
    for rule in pack.rules:
        names += [f"{rule.id}.case", f"{rule.id}.points"]
    return names


def narrow(plan: Plan) -> dict[str, Any]:
    """The narrowest whole numbers that hold each column of the trace."""
    points = pl.Int32 if _reach(plan) < 2**31 else pl.Int64
    types: dict[str, Any] = {f"{dimension.id}.points": points for dimension in plan.pack.dimensions}
    types |= {f"composite.{part}": points for part in ("points", "low", "high")}
    types |= {f"index.{index.id}.points": points for index in plan.pack.indices}
    types |= {
        "composite.coverage": pl.Int16,
        "tier.natural": pl.Int8,
        "tier.index": pl.Int8,
        **({"tier.by_rules": pl.Int8} if plan.decided else {}),
        "tier.reason": pl.Int16,
    }
    place = pl.UInt8 if len(plan.rules) < 256 else pl.UInt16
    return types | {f"reason.{index}": place for index in range(3)}


def _reach(plan: Plan) -> int:
    """A size that no dimension's units can pass; only sums without limits, or gates, reach far."""
    most = [abs(gate.limit) for gate, _ in plan.gates if isinstance(gate.limit, int)]
    for dimension in plan.pack.dimensions:
        sizes = [
            max(abs(bound) for bound in (*planned.span, planned.rule.missing_points or 0))
            for planned in plan.rules_of(dimension)
        ]
        most.append(
            abs(dimension.initial) + sum(sizes) if dimension.combine == "sum" else max(sizes, default=0)
        )
        most += [abs(limit) for limit in (dimension.min, dimension.max) if limit is not None]
    return max(most, default=0)


class Run:
    """A finished run. Frames are polars unless a caller asked for its own kind (`scores`)."""

    def __init__(
        self, folder: Path, manifest: Mapping[str, Any], temporary: bool = False, plan: Plan | None = None,
        portfolio: Plan | None = None,
    ) -> None:  # fmt: skip
        """`plan`, `portfolio`: the plans just used, which save loading the pack again from the run's copy."""
        self.folder, self.manifest = folder, manifest
        if temporary:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._given, self._portfolio = plan is not None, portfolio
        self._as = ""
        self._index: Any = None
        if plan is not None:
            self.__dict__.update(plan=plan, pack=plan.pack)

    @classmethod
    def read(cls, folder: Path | str) -> Run:
        """Opens a run folder; UsageError when it is none."""
        folder = Path(folder)
        try:
            manifest = json.loads((folder / MANIFEST).read_bytes())
            if manifest["format"] != FORMAT:
                raise UsageError(
                    [
                        Problem(
                            "run-format",
                            "error",
                            None,
                            {"folder": str(folder), "format": str(manifest["format"])},
                        )
                    ]
                )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError([Problem("not-a-run", "error", None, {"folder": str(folder)})]) from error
        return cls(folder, manifest)

    @property
    def run_id(self) -> str:
        return str(self.manifest["run_id"])

    @property
    def as_of(self) -> str:
        return str(self.manifest["as_of"])

    def about(self) -> dict[str, Any]:
        """Which run it is, for those that tell of several."""
        pack = self.manifest["pack"]
        return {
            "run_id": self.run_id, "as_of": self.as_of, "pack": pack["id"], "version": pack["version"],
            "cycle": self.manifest.get("cycle", ""),
        }  # fmt: skip

    @cached_property
    def pack(self) -> Pack:
        """The ruleset as it was used, from the copy inside the run."""
        folder = self.folder / "rulesets"
        *bases, top = (folder / layer for layer in self.manifest["pack"]["layers"])
        pack, _ = load_or_raise(top, folder / "tables.yaml", self.folder, bases[::-1])
        return in_cycle(pack, self.manifest.get("cycle", ""))

    @cached_property
    def plan(self) -> Plan:
        number = day(self.as_of)
        assert number is not None
        return replace(make_plan(self.pack, number, self.overrides), decided=tiers_of(self.decided))

    @property
    def overrides(self) -> dict[str, float | str | bool]:
        """The parameters that were given another value."""
        return {
            key: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for key, value in self.manifest["overrides"].items()
        }

    @cached_property
    def decided(self) -> list[dict[str, Any]]:
        """The overrides of tiers and inputs, as plain data; none for most runs."""
        path = self.folder / OVERRIDES
        return list(json.loads(path.read_bytes())) if path.is_file() else []

    @cached_property
    def portfolio(self) -> Run | None:
        """The base as a whole, as a run of one record; None when the pack has no rules for it."""
        if not (self.folder / PORTFOLIO).is_dir():
            return None
        number = day(self.as_of)
        assert number is not None
        plan = self._portfolio or portfolio_plan(self.pack, number, self.overrides)
        if plan is None:
            return None
        found = Run(self.folder / PORTFOLIO, {**self.manifest, "customers": 1}, plan=plan)
        found._given = False  # it has no ruleset of its own beside the run's
        return found

    @cached_property
    def stored(self) -> Run:
        """This run with the ruleset of its folder, whose places are in the run's own copy."""
        return Run.read(self.folder) if self._given else self

    @cached_property
    def unknown(self) -> dict[str, int]:
        """How many customers have no value in each column of the inputs and scores."""
        large = self.folder / SCORES_PARQUET
        scores = pl.scan_parquet(large) if large.exists() else self.table.lazy()
        counted = [frame.select(pl.all().null_count()) for frame in (scores, self.inputs)]
        of_scores, of_inputs = (one.row(0, named=True) for one in pl.collect_all(counted, engine="streaming"))
        return {**of_scores, **of_inputs}

    @cached_property
    def table(self) -> pl.DataFrame:
        """The scores, one row a customer."""
        if (self.folder / SCORES_CSV).exists():
            return read_scores_csv(self.folder / SCORES_CSV, self.inputs.collect_schema())
        return pl.read_parquet(self.folder / SCORES_PARQUET)

    @property
    def scores(self) -> Any:
        """The scores as a frame of the caller's kind: pandas in, pandas out, under the caller's index, so that a column
        may be put beside the caller's own; the same with pyarrow; otherwise polars."""
        match self._as:
            case "pandas":
                frame = self.table.to_pandas()
                if self._index is not None:
                    rows = self.inputs.select("#row").collect().to_series() - 1
                    frame.index = self._index.take(rows.to_list())
                return frame
            case "pyarrow":
                return self.table.to_arrow()
        return self.table

    def answer_as(self, kind: str, index: Any = None) -> Run:
        """Says of what kind `scores` are; `index`: of the pandas frame of customers."""
        self._as, self._index = kind, index
        return self

    @property
    def executor(self) -> Executor:
        """What answers questions about all customers."""
        return "in-memory" if self.manifest["customers"] <= HELD_UP_TO else "streaming"

    @cached_property
    def inputs(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / INPUTS)

    @cached_property
    def trace(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / TRACE)

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """The data problems as written: one mapping each."""
        text = (self.folder / PROBLEMS).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @cached_property
    def quality(self) -> dict[str, Any] | None:
        """The figures of data quality with limits and grade; None for a run without them. ValueError when they can't be read."""
        path = self.folder / QUALITY
        return dict(json.loads(path.read_bytes())) if path.is_file() else None

    def __repr__(self) -> str:
        return f"<Run {self.run_id[:8]} of {self.manifest['pack']['id']} as of {self.as_of}: {self.manifest['customers']} customers>"


TEXTS = (
    "customer_id",
    "name",
    "tier",
    "tier_by_rules",
    "tier_reason",
    "gates",
    "reasons",
    "findings",
    "early_warnings",
)


def read_scores_csv(path: Path, inputs: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """scores.csv as it was before it was made harmless for spreadsheets. `inputs`: the types of the run's inputs, of which
    some stand beside the scores."""
    frame = pl.read_csv(path, infer_schema_length=0, encoding="utf8")
    beside = frame.columns[frame.columns.index("reasons") + 1 :] if "reasons" in frame.columns else []
    shown = [name for name in beside if name in inputs and not inputs[name].is_numeric()]
    texts = {*TEXTS, *shown}
    changed = [pl.col(name).cast(pl.Float64) for name in frame.columns if name not in texts]
    changed += [
        pl.col(name).fill_null("")
        for name in ("gates", "reasons", "findings", "early_warnings")
        if name in frame.columns
    ]
    for name in ("customer_id", "name", *shown):
        if name in frame.columns:
            text = pl.col(name)
            changed.append(
                pl.when(text.str.starts_with("'")).then(text.str.slice(1)).otherwise(text).alias(name)
            )
    return frame.with_columns(changed)


def grouped_events(
    plan: Plan, events: Mapping[str, pl.LazyFrame], customers: Sequence[str]
) -> list[dict[str, list[dict[str, Any]]]]:
    """For each customer its event rows by table, dates as days; every supplied table is there, if only empty."""
    result: list[dict[str, list[dict[str, Any]]]] = [{table: [] for table in events} for _ in customers]
    position = {customer: index for index, customer in enumerate(customers)}
    for table, frame in events.items():
        spec = plan.pack.tables[table]
        kinds = {key: field.kind for key, field in spec.fields.items()}
        names = [name for name in frame.collect_schema().names() if name in spec.fields]
        for row in frame_engine.as_numbers(frame.select(names), names, kinds).collect().iter_rows(named=True):
            index = position.get(row[spec.customer])
            if index is not None:
                result[index][table].append(row)
    return result


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file of the run but the manifest and the log, by name."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    names = sorted(paths.keys() - set(UNHASHED))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(sha256_of, [paths[name] for name in names]))
    return dict(zip(names, found, strict=True))


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Seals the folder: canonical JSON with the hash of every file, and the run id, the hash of all that."""
    manifest = {**facts, "files": hashes(folder)}
    manifest["run_id"] = run_id_of(manifest)
    (folder / MANIFEST).write_bytes(rfc8785.dumps(manifest))
    return manifest


def run_id_of(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        rfc8785.dumps({key: value for key, value in manifest.items() if key != "run_id"})
    ).hexdigest()


def problem_facts(problem: Problem) -> dict[str, Any]:
    """A problem as plain data, for JSON."""
    place: dict[str, Any] = {}
    if isinstance(problem.place, Cell):
        place = {
            "file": problem.place.file,
            "sheet": problem.place.sheet,
            "row": problem.place.row,
            "column": problem.place.column,
        }
    elif isinstance(problem.place, Span):
        place = {"file": problem.place.file, "line": problem.place.line, "column": problem.place.column}
    return {"code": problem.code, "severity": problem.severity, **place, "facts": dict(problem.facts)}


def write_problems(problems: Problems | Iterable[Problem], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for problem in problems:
            file.write(
                json.dumps(problem_facts(problem), ensure_ascii=False, sort_keys=True, default=str) + "\n"
            )


def write_quality(quality: Mapping[str, Any], path: Path) -> None:
    """Canonical JSON, so that equal figures are equal bytes."""
    path.write_bytes(rfc8785.dumps(dict(quality)))


def write_rejected(rejected: Sequence[Rejected], path: Path) -> None:
    """The rows that were not used, as they were read, a sheet a file, the reason in the last column (错误原因)."""
    if not rejected:
        return
    from .rejected import write

    write(rejected, path)
