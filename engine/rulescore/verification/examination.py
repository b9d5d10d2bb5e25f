# SPDX-License-Identifier: Apache-2.0
"""A run folder -> every difference between what it holds and what its seal, its ruleset and the row engine say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from ..folder import MANIFEST, Run, problem_facts
from ..problems import Problem, RulesetError, UsageError
from ..run import plain
from .lockstep import UnreadableError
from .recount import Counts, Progress, Recount
from .seal import Findings, check_seal


class Verified(Struct, frozen=True):
    """What was checked and what is wrong: the first problems, and their `count` in all. `customers` of `total` were recomputed and `values` compared; `sources` raw
    files were read again; `figures` says whether the figures of the whole base were recomputed."""

    run_id: str
    problems: tuple[Problem, ...]
    count: int
    files: int
    customers: int
    total: int
    values: int
    sources: int
    figures: bool

    @property
    def sound(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id, "sound": self.sound, "count": self.count, "files": self.files, "customers": self.customers, "total": self.total,
            "values": self.values, "sources": self.sources, "figures": self.figures,
            "problems": [problem_facts(problem) for problem in self.problems],
        }  # fmt: skip


def verify(folder: Path, sample: int | None = None, sources: Path | None = None) -> list[Problem]:
    """Every difference, at most a hundred and then a count; empty when the run is sound. `sample` recomputes so
    many customers, evenly spaced, instead of all; `sources` is the folder of the raw files, or its assessment."""
    return list(examine(folder, sample, sources).problems)


def examine(
    folder: Path,
    sample: int | None = None,
    sources: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Verified:
    """`verify`, with what was checked. Raises UsageError when there is no such folder."""
    if not folder.is_dir():
        raise UsageError([Problem("not-a-run", "error", None, {"folder": str(folder)})])
    if sources is not None and not sources.exists():
        raise UsageError([Problem("file-not-found", "error", None, {"file": str(sources)})])
    findings, counts = Findings(), Counts()
    manifest, counts.files = check_seal(folder, findings)
    if manifest is not None:
        run = Run(folder, manifest)
        if _ruleset_fits(run, findings):
            _recompute(run, findings, counts, sample, sources, progress)
    run_id = "" if manifest is None else str(manifest["run_id"])
    return Verified(
        run_id, tuple(findings.problems()), findings.count, counts.files, counts.customers, counts.total, counts.values, counts.sources,
        counts.figures,
    )  # fmt: skip


def _recompute(
    run: Run, findings: Findings, counts: Counts, sample: int | None, sources: Path | None, progress: Progress
) -> None:
    """Each part by itself: a table that can't be read does not keep the others from being checked."""
    recount = Recount(run, findings, counts, sample, progress)
    parts = [recount.customers, recount.scores]
    if sample is None:
        parts += [recount.base_figures, recount.portfolio, recount.value]
    if sources is not None:
        from .rereading import reread

        parts.append(lambda: reread(run, sources, findings, counts, sample))
    try:
        if not recount.tables_fit():
            return
    except UnreadableError as error:
        findings.add("run-file-unreadable", error.file, reason=error.reason)
        return
    for part in parts:
        try:
            part()
        except UnreadableError as error:
            findings.add("run-file-unreadable", error.file, reason=error.reason)


def _ruleset_fits(run: Run, findings: Findings) -> bool:
    """Whether the run's copy of its ruleset loads; tells where it is not what the manifest says."""
    try:
        plan = run.plan
    except RulesetError as error:
        findings.add("run-ruleset-unusable", "rulesets", count=len(error.problems))
        for problem in error.problems:
            findings.take(problem)
        return False
    manifest, pack = run.manifest, run.manifest["pack"]
    facts: list[tuple[str, object, object]] = [
        ("pack.id", pack["id"], plan.pack.id),
        ("pack.version", pack["version"], plan.pack.version),
        ("pack.fingerprint", pack["fingerprint"], plan.fingerprint()),
    ]
    parameters = {key: plain(value) for key, value in plan.parameters.items()}
    for key in sorted({*manifest["parameters"], *parameters}):
        facts.append((f"parameters.{key}", manifest["parameters"].get(key), parameters.get(key)))
    facts += [
        (f"overrides.{key}", value, None)
        for key, value in manifest["overrides"].items()
        if key not in parameters
    ]
    for what, stored, made in facts:
        if type(stored) is not type(made) or stored != made:
            findings.add(
                "manifest-fact-differs", MANIFEST, what=what, stored=str(stored), recomputed=str(made)
            )
    folder = run.folder / "rulesets"
    present = {path.relative_to(run.folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    used = {f"rulesets/{name}" for name, _ in plan.pack.files}
    for name in sorted(used ^ present):
        if (name in manifest["files"]) == (name in present):  # otherwise the seal has told it already
            findings.add("run-file-extra" if name in present else "run-file-missing", name)
    return True
