# SPDX-License-Identifier: Apache-2.0
"""A pack -> what its own `tests.yaml` says of it: every test on both engines, and how much of the pack they reach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    "measure", "parts", "read_suite", "run",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PackReport:
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


def parts(pack: str | Path) -> list[str | Path]:
    """The pack, and its own rules of the base as a whole when it has some: each has tests of its own."""
    folder = find(pack, Problems())
    own = [] if folder is None else [folder / PORTFOLIO]
    return [pack, *(part for part in own if (part / "pack.yaml").is_file())]


def run(pack: str | Path, bases: dict[Path, Pack | None] | None = None) -> tuple[PackReport | None, Problems]:
    """Runs the tests of a pack given by id or folder. None beside the problems when pack or tests can't be used. `bases`
    keeps the packs that others extend, for those that are tested next."""
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
    taken_over = _inherited(loaded, folder, {} if bases is None else bases)
    return PackReport(loaded, suite.file, verdicts, measure(loaded, evaluated, taken_over)), problems


def _inherited(pack: Pack, folder: Path, bases: dict[Path, Pack | None]) -> Inherited:
    """What the pack takes over unchanged; nothing when it extends none, or one that can't stand alone."""
    layers = read_layers(folder, Problems(), None)
    if len(layers) == 1:
        return Inherited()
    place = layers[-2].folder
    if place not in bases:
        bases[place] = load(place)[0]
    base = bases[place]
    return Inherited() if base is None else inherited(pack, base)
