# SPDX-License-Identifier: Apache-2.0
"""A run folder -> every difference between what it holds and what its seal, its ruleset and the row engine say.

Values are recomputed from the stored values they were made of, so a difference is told where it arose and not again
wherever it led. The stored tables are read in batches; only a figure of the whole base needs a column at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from .engines.evaluator import Evaluator
from .engines.frame import CUSTOMER, as_numbers
from .engines.row import Record, RowEngine
from .engines.tables import rows_of, trace_of_results
from .folder import INPUTS, SCORES_CSV, SCORES_PARQUET, TRACE, Run, trace_columns
from .lang.functions import BASE
from .lockstep import (
    NOTHING, UnreadableError, batches, check_columns, differences, input_words, schema_of, trace_words,
)  # fmt: skip
from .plan import Plan, Step
from .problems import Problem, RulesetError, UsageError
from .readers.table import ROW, SOURCE
from .run import _plain as plain
from .scores import TEXTS, harmless, score_columns, score_frame
from .seal import Findings, check_seal

Progress = Callable[[int, int], None]
"""(customers done, customers in all)."""

_FAULTS = (ArithmeticError, ValueError, TypeError, KeyError, IndexError, AssertionError, StopIteration)
_TYPES: dict[str, Any] = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Float64}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what is wrong. `customers` of `total` were recomputed, `values` compared; `sources` is how
    many raw files were read again; `figures` says whether the figures of the whole base were recomputed."""

    run_id: str
    problems: tuple[Problem, ...]
    files: int = 0
    customers: int = 0
    total: int = 0
    values: int = 0
    sources: int = 0
    figures: bool = False

    @property
    def sound(self) -> bool:
        return not self.problems


def verify(folder: Path, sample: int | None = None, sources: Path | None = None) -> list[Problem]:
    """Every difference, at most a hundred and then a count; empty when the run is sound. `sample` recomputes so
    many customers, evenly spaced, instead of all; `sources` is the folder of the raw files, or its assessment."""
    return list(examine(folder, sample, sources).problems)


def examine(
    folder: Path, sample: int | None = None, sources: Path | None = None, progress: Progress = lambda done, total: None
) -> Verified:
    """`verify`, with what was checked. Raises UsageError when there is no such folder."""
    if not folder.is_dir():
        raise UsageError([Problem("not-a-run", "error", None, {"folder": str(folder)})])
    findings = Findings()
    manifest, files = check_seal(folder, findings)
    if manifest is None:
        return Verified("", tuple(findings.problems()))
    run = Run(folder, manifest)
    work = _Verification(run, findings, sample, progress)
    if check_ruleset(run, findings):
        try:
            work.recompute(sources)
        except UnreadableError as error:
            findings.add("run-file-unreadable", error.file, reason=error.reason)
    return Verified(
        run.run_id, tuple(findings.problems()), files, work.customers, work.total, work.values, work.sources, work.figures
    )


def check_ruleset(run: Run, findings: Findings) -> bool:
    """Whether the run's copy of its ruleset loads; tells where it is not what the manifest says."""
    try:
        plan = run.plan
    except RulesetError as error:
        findings.add("run-ruleset-unusable", "rulesets", count=len(error.problems))
        for problem in error.problems:
            findings.take(problem)
        return False
    stored = run.manifest
    facts: list[tuple[str, object, object]] = [
        ("pack.id", stored["pack"]["id"], plan.pack.id),
        ("pack.version", stored["pack"]["version"], plan.pack.version),
        ("pack.fingerprint", stored["pack"]["fingerprint"], plan.fingerprint()),
    ]
    parameters = {key: plain(value) for key, value in plan.parameters.items()}
    for key in sorted({*stored["parameters"], *parameters}):
        facts.append((f"parameters.{key}", stored["parameters"].get(key), parameters.get(key)))
    facts += [(f"overrides.{key}", stored["overrides"][key], None) for key in stored["overrides"] if key not in parameters]
    names = {name for name, _ in plan.pack.files}
    present = {path.relative_to(run.folder / "rulesets").as_posix() for path in (run.folder / "rulesets").rglob("*.*")}
    facts += [(f"rulesets/{name}", NOTHING, "read") for name in sorted(names - present)]
    facts += [(f"rulesets/{name}", "present", "not read") for name in sorted(present - names)]
    for what, old, new in facts:
        if type(old) is not type(new) or old != new:
            findings.add("manifest-fact-differs", "manifest.json", what=what, stored=str(old), recomputed=str(new))
    return True


def spaced(total: int, sample: int | None) -> Sequence[int]:
    """Positions of the customers that are recomputed: all, or `sample` of them from the first to the last."""
    if sample is None or sample >= total:
        return range(total)
    if sample == 1:
        return [0]
    return [index * (total - 1) // (sample - 1) for index in range(sample)]


class _Verification:
    """One pass over the stored tables, counting what it compares."""

    def __init__(self, run: Run, findings: Findings, sample: int | None, progress: Progress) -> None:
        self.run, self.plan, self.findings, self.sample, self.progress = run, None, findings, sample, progress
        self.customers = self.total = self.values = self.sources = 0
        self.figures = False

    def recompute(self, sources: Path | None) -> None:
        pass
