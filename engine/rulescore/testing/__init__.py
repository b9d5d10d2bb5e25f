# SPDX-License-Identifier: Apache-2.0
"""A pack -> what its own `tests.yaml` says of it: every test on both engines, and how much of the pack they reach."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct

from ..model import Pack
from ..packs.loading import load
from ..packs.packfiles import PORTFOLIO, find, read_layers
from ..problems import Problems
from .comparison import Mismatch, Verdict, judge
from .coverage import Branch, Coverage, measure
from .evaluation import Difference, Evaluated, evaluate
from .inherited import Inherited, inherited
from .suite import PackTest, Suite, read_suite

__all__ = [
    "Branch", "Coverage", "Difference", "Evaluated", "Mismatch", "PackReport", "PackTest", "Suite", "Verdict", "evaluate", "judge",
    "measure", "read_suite", "run", "run_all",
]  # fmt: skip


class PackReport(Struct, frozen=True):
    """What came of a pack's tests: a verdict each, and the branches that they went through."""

    pack: Pack
    file: str
    verdicts: tuple[Verdict, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    @property
    def passed(self) -> bool:
        return not self.failed


Ran = tuple[PackReport | None, Problems]
"""None beside the problems when pack or tests can't be used."""


def run_all(packs: Sequence[str | Path]) -> Iterator[Ran]:
    """Runs the tests of packs, and of what each has for the base as a whole; several packs beside each other, a process for
    each processor."""
    workers = min(len(packs), os.cpu_count() or 1)
    asked = [part for pack in packs for part in _parts(pack)]
    if workers < 2:
        yield from map(run, asked)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin) as pool:
        yield from pool.map(run, asked)


def _begin() -> None:
    """One thread of Polars for each process; that it should stop, the parent tells it."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)


def _parts(pack: str | Path) -> list[str | Path]:
    """The pack, and its own rules of the base as a whole when it has some: each has tests of its own."""
    folder = find(pack, Problems())
    own = [] if folder is None else [folder / PORTFOLIO]
    return [pack, *(part for part in own if (part / "pack.yaml").is_file())]


def run(pack: str | Path) -> Ran:
    """Runs the tests of a pack given by id or folder."""
    problems = Problems()
    folder = find(pack, problems)
    if folder is None:
        return None, problems
    loaded, problems = load(folder)
    if loaded is None:
        return None, problems
    suite = read_suite(loaded, folder, problems)
    if problems.has_errors:
        return None, problems
    evaluated = evaluate(loaded, suite.tests, problems)
    if problems.has_errors:
        return None, problems
    verdicts = tuple(judge(item) for item in evaluated)
    coverage = measure(loaded, evaluated, _inherited(loaded, folder))
    return PackReport(loaded, suite.file, verdicts, coverage), problems


def _inherited(pack: Pack, folder: Path) -> Inherited:
    """What the pack takes over unchanged; nothing when it extends none, or one that can't stand alone."""
    layers = read_layers(folder, Problems(), None)
    base = None if len(layers) == 1 else load(layers[-2].folder)[0]
    return Inherited() if base is None else inherited(pack, base)
