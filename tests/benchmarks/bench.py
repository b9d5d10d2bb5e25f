# SPDX-License-Identifier: Apache-2.0
"""Measures rulescore against hand-written Polars and the pure-Python limits: `bench.py [--rows N] [--runs N] [--full]`.

Every figure is of a whole process, start to end: wall time and peak memory as the operating system counted them.
Commands that are compared alternate, and the median counts. The results of the last 1,000,000-row run are compared cell
for cell with those of the hand-written program. Prints a table and writes it to RESULTS.md beside this file.

`--full` adds 10,000,000 customers (a minute more, 4 GB of disk).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACK = HERE / "pack"
AS_OF = "2026-06-30"
DIMENSIONS = ["basic_info", "needs", "quality", "stability", "reputation", "financial_risk"]
RULES = 100

PLANNING = """
import json, sys, time
from pathlib import Path
import polars as pl
from rulescore.engines import frame
from rulescore.packs.loading import load_or_raise
from rulescore.plan import make_plan
clock = time.perf_counter
start = clock()
pack, _ = load_or_raise(Path(sys.argv[1]))
loaded = clock()
plan = make_plan(pack, 20634)
types = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Date}
empty = pl.LazyFrame(schema={name: types[field.kind] for name, field in pack.tables[pack.subject].fields.items()})
numbers = frame.as_numbers(empty, plan.fields, plan.kinds)
table = frame.score(plan, frame.with_features(plan, numbers)).select(frame.trace_names(pack))
planned = clock()
table.collect(engine="streaming")
done = clock()
print(json.dumps({"load": loaded - start, "plan": planned - loaded, "empty": done - planned}))
"""


Column = tuple[str, Any, Any]
"""What a column is compared as: its name by hand, the expression that makes it of ours, its type."""


@dataclass(frozen=True)
class Sample:
    """One run of a command: seconds, processor seconds, peak memory in bytes, what it printed."""

    seconds: float
    processor: float
    memory: int
    printed: str


@dataclass
class Line:
    """One line of the report; `good` is None where there is no goal."""

    what: str
    value: str
    goal: str = ""
    good: bool | None = None


@dataclass
class Report:
    lines: list[Line] = field(default_factory=list)

    def add(self, what: str, value: str, goal: str = "", good: bool | None = None) -> None:
        line = Line(what, value, goal, good)
        self.lines.append(line)
        print(" | ".join(self.cells(line)), flush=True)

    def cells(self, line: Line) -> tuple[str, str, str, str]:
        verdict = {None: "", True: "met", False: "**missed**"}[line.good]
        return line.what, line.value, line.goal, verdict

    def markdown(self) -> str:
        rows = [
            ("what", "measured", "goal", ""),
            ("---", "---:", "---:", "---"),
            *map(self.cells, self.lines),
        ]
        return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def run(command: Sequence[str | Path], environment: dict[str, str]) -> Sample:
    """Runs a command to its end; stops everything when it fails."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complained:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], stdout=printed, stderr=complained, cwd=ROOT, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        complained.seek(0)
        if process.returncode != 0:
            words = " ".join(Path(str(part)).name for part in command)
            raise SystemExit(
                f"{words} ended with {process.returncode}:\n{complained.read().decode()[-2000:]}"
            )
        memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return Sample(seconds, usage.ru_utime + usage.ru_stime, memory, printed.read().decode())


class Bench:
    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.report = Report()
        paths = [str(ROOT / "engine"), os.environ.get("PYTHONPATH", "")]
        self.environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled once

    # ---- commands -----------------------------------------------------------------------------------------

    def python(self, *arguments: str | Path) -> Sample:
        return run([sys.executable, *arguments], self.environment)

    def data(self, rows: int) -> Path:
        path = self.folder / f"customers-{rows}.parquet"
        if not path.exists():
            self.python(HERE / "make_data.py", str(rows), path)
        return path

    def ours(self, rows: int, pack: Path = PACK) -> Sample:
        out = self.folder / "run"
        shutil.rmtree(out, ignore_errors=True)
        return self.python(
            "-m", "rulescore", "evaluate", self.data(rows), "--pack", pack, "--as-of", AS_OF, "--out", out
        )  # fmt: skip

    def by_hand(self, rows: int, *options: str) -> Sample:
        out = self.folder / "hand"
        shutil.rmtree(out, ignore_errors=True)
        return self.python(HERE / "hand_written.py", self.data(rows), out, *options)

    def alternating(self, *commands: Callable[[], Sample], runs: int = 0) -> list[list[Sample]]:
        """A B A B ...: the samples of each command."""
        samples: list[list[Sample]] = [[] for _ in commands]
        for _ in range(runs or self.runs):
            for command, kept in zip(commands, samples, strict=True):
                kept.append(command())
        return samples

    # ---- figures ------------------------------------------------------------------------------------------

    def against_hand(self, rows: int) -> tuple[float, float]:
        """Time against the hand-written program, which leaves the same tables: scores, trace, and the inputs that the trace
        leads to; and once without the inputs. Returns the medians (ours, by hand)."""
        ours, hand, less = self.alternating(
            lambda: self.ours(rows), lambda: self.by_hand(rows, "--inputs"), lambda: self.by_hand(rows)
        )
        a, b, c = median(ours), median(hand), median(less)
        label = f"{rows:,} customers x {RULES} rules"
        self.report.add(f"{label}: evaluate", f"{a:.2f} s ({spread(ours)})")
        self.report.add(f"{label}: hand-written Polars", f"{b:.2f} s ({spread(hand)})")
        self.report.add(f"{label}: ratio", f"{a / b:.2f}", "<= 1.30", a / b <= 1.3)
        value = (
            f"{processor(ours) / processor(hand):.2f} ({processor(ours):.1f} s and {processor(hand):.1f} s)"
        )
        self.report.add(f"{label}: ratio of processor time", value)
        value = f"{c:.2f} s ({spread(less)}): ratio {a / c:.2f}"
        self.report.add(f"{label}: by hand, leaving no inputs to trace points to", value)
        self.report.add(f"{label}: peak memory", f"{gigabytes(ours)}; by hand {gigabytes(hand)}")
        trace = (self.folder / "run" / "trace.parquet").stat().st_size
        per_cell = trace / rows / (2 * RULES)
        self.report.add(f"{label}: trace", f"{per_cell:.2f} bytes a cell", "<= 1", per_cell <= 1)
        return a, b

    def per_record(self, seconds: float, rows: int) -> None:
        """Customers a second against the engines that take one record at a time."""
        limit, parsed = (
            json.loads(self.python(HERE / name, self.data(100_000)).printed)["per_second"]
            for name in ("python_generated.py", "simpleeval_parsed.py")
        )
        alone = statistics.median(
            json.loads(self.python(HERE / "in_memory.py", self.data(rows)).printed)["per_second"]
            for _ in range(self.runs)
        )
        self.report.add("generated Python function, in memory", f"{limit:,} customers/s")
        self.report.add("simpleeval, parsed once, in memory", f"{parsed:,} customers/s")
        self.report.add("frame engine, in memory", f"{alone:,.0f} customers/s")
        for other, speed, goal in (("generated function", limit, 15), ("parsed simpleeval", parsed, 250)):
            times = alone / speed
            self.report.add(f"in memory against the {other}", f"{times:.0f} x", f">= {goal} x", times >= goal)
            whole = rows / seconds / speed
            self.report.add(f"evaluate, which reads and writes too, against the {other}", f"{whole:.0f} x")

    def linear(self, small: int, seconds: float, large: int, runs: int) -> None:
        samples = [self.ours(large) for _ in range(runs)]
        ratio = median(samples) / (seconds * large / small)
        label = f"{large:,} customers"
        self.report.add(f"{label}: evaluate", f"{median(samples):.1f} s")
        self.report.add(f"{label}: against linear from {small:,}", f"{ratio:.2f}", "<= 1.20", ratio <= 1.2)
        peak = max(sample.memory for sample in samples)
        goal, good = ("<= 1.5 GB", peak <= 1.5e9) if large >= 10_000_000 else ("", None)
        self.report.add(f"{label}: peak memory", f"{peak / 1e9:.2f} GB", goal, good)

    def base(self, customers: int) -> None:
        """The base as a whole over orders, ten a customer, against the same figures by hand."""
        folder, out, found = (
            self.folder / f"base-{customers}",
            self.folder / "run",
            self.folder / "figures.json",
        )
        if not folder.exists():
            self.python(HERE / "make_base.py", str(customers), folder)

        def evaluate() -> Sample:
            shutil.rmtree(out, ignore_errors=True)
            return self.python("-m", "rulescore", "evaluate", folder, "--out", out)

        ours, hand = self.alternating(evaluate, lambda: self.python(HERE / "base_by_hand.py", folder, found))
        a, b = median(ours), median(hand)
        label = f"{customers:,} customers, {10 * customers:,} orders"
        self.report.add(f"{label}: evaluate, with the base as a whole", f"{a:.2f} s ({spread(ours)})")
        self.report.add(f"{label}: the figures by hand-written Polars", f"{b:.2f} s ({spread(hand)})")
        self.report.add(f"{label}: ratio", f"{a / b:.2f}", "<= 3.00", a / b <= 3)
        peak = max(sample.memory for sample in ours)
        value = f"{gigabytes(ours)}; by hand {gigabytes(hand)}"
        self.report.add(f"{label}: peak memory", value, "<= 4 GB", peak <= 4e9)
        told = json.loads(self.python(HERE / "base_by_hand.py", folder, found, "--compare", out).printed)
        wrong = len(told["different"])
        value = f"{wrong} of {told['compared']} differ"
        self.report.add(f"{label}: figures equal to those by hand", value, "0", wrong == 0)

    def planning(self, rules: int) -> None:
        pack = self.folder / f"pack-{rules}"
        self.python(HERE / "make_pack.py", "--rules", str(rules), "--out", pack)
        parts = [json.loads(self.python("-c", PLANNING, pack).printed) for _ in range(self.runs)]
        load, plan, empty = (
            statistics.median(part[key] for part in parts) for key in ("load", "plan", "empty")
        )
        self.report.add(f"{rules} rules: plan", f"{plan:.2f} s", "<= 0.50 s", plan <= 0.5)
        self.report.add(f"{rules} rules: read and check the YAML before", f"{load:.2f} s")
        self.report.add(f"{rules} rules: Polars' own planning after, run on no rows", f"{empty:.2f} s")

    def starting(self) -> None:
        bare, shown = self.alternating(
            lambda: self.python("-c", "pass"), lambda: self.python("-m", "rulescore", "--help"), runs=3 * self.runs
        )  # fmt: skip
        above = (median(shown) - median(bare)) * 1000
        work = (processor(shown) - processor(bare)) * 1000
        value = f"{above:.0f} ms ({work:.0f} ms of processor)"
        self.report.add("--help, above the bare interpreter", value, "<= 150 ms", above <= 150)
        samples = [self.ours(10_000) for _ in range(self.runs)]
        small = median(samples)
        value = f"{small:.2f} s ({processor(samples):.2f} s of processor)"
        self.report.add("10,000 customers, all told", value, "<= 1.00 s", small <= 1)

    def same(self, rows: int) -> None:
        """Every cell of the last run against the hand-written program's last run."""
        different, cells, notes = compare(self.folder / "run", self.folder / "hand")
        value = f"{different:,} of {cells:,} cells differ" + (f" ({', '.join(notes[:5])})" if notes else "")
        self.report.add(f"{rows:,} customers: equal to the hand-written results", value, "0", different == 0)


def compare(ours: Path, hand: Path) -> tuple[int, int, list[str]]:
    """Cases, points, dimensions, composite, interval, coverage, tier and reasons: (different, all, which)."""
    import polars as pl

    expected = pl.scan_parquet(hand / "trace.parquet")
    trace = pl.scan_parquet(ours / "trace.parquet")
    names = [name for name in expected.collect_schema().names() if name.endswith((".case", ".points"))]
    pairs: list[Column] = [(name, pl.col(name), pl.Int32) for name in names]
    pairs += [(name, pl.col(f"{name}.points"), pl.Int32) for name in DIMENSIONS]
    different, cells, notes = 0, 0, list[str]()

    def check(found: pl.LazyFrame, columns: list[Column]) -> None:
        nonlocal different, cells
        for start in range(0, len(columns), 40):
            part = columns[start : start + 40]
            a = found.select(value.cast(kind).alias(name) for name, value, kind in part).collect()
            b = expected.select(pl.col(name).cast(kind) for name, _, kind in part).collect()
            if a.height != b.height:
                raise SystemExit(f"{a.height} rows, but {b.height} by hand")
            for name, _, _ in part:
                wrong = int(a[name].ne_missing(b[name]).sum())
                cells += a.height
                different += wrong
                if wrong:
                    notes.append(f"{name}: {wrong:,}")

    check(trace, [("customer_id", pl.col("customer_id"), pl.String), *pairs])
    written = ours / "scores.parquet"
    scores = pl.scan_parquet(written) if written.exists() else pl.scan_csv(ours / "scores.csv")
    numbers = ["composite", "low", "high", "coverage"]
    shown: list[Column] = [(name, pl.col(name), pl.String) for name in ("customer_id", "tier", "reasons")]
    shown += [(name, (pl.col(name) * 10_000).round(), pl.Int32) for name in numbers]
    check(scores, shown)
    return different, cells, notes


def median(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.seconds for sample in samples)


def processor(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.processor for sample in samples)


def spread(samples: Sequence[Sample]) -> str:
    seconds = [sample.seconds for sample in samples]
    return f"{min(seconds):.2f} to {max(seconds):.2f}"


def gigabytes(samples: Sequence[Sample]) -> str:
    return f"{max(sample.memory for sample in samples) / 1e9:.2f} GB"


def machine() -> str:
    model = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        found = [
            line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
        ]
        model = found[0].split(":", 1)[1].strip() if found else model
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores{memory}, {platform.system()}"


def busy() -> float:
    """Processes that want a core now, for each core: above 1 the times say little."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0


def results(report: Report, arguments: Sequence[str], date: str, load: float) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "numpy", "simpleeval"))
    command = " ".join(["python", "tests/benchmarks/bench.py", *arguments])
    return "\n".join([
        "# Results of the benchmarks",
        "",
        f"`{command}`, {date}.",
        f"{machine()}. Python {platform.python_version()}, {libraries}.",
        f"Other work on the machine when it began: {load:.1f} processes a core.",
        "",
        report.markdown(),
        "Times are of whole processes, the median of alternating runs (least to greatest behind it). Goals are ratios to a",
        "program that ran in the same minutes, because times differ from machine to machine and from hour to hour.",
        "`evaluate` also does what `hand_written.py` does not: it judges every cell that it reads, and writes the manifest with its",
        "hashes and the rulesets. The engines that take one record at a time read and write nothing, so they are compared in memory.",
        "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default 3)")
    parser.add_argument("--full", action="store_true", help="10,000,000 customers too")
    parser.add_argument("--keep", type=Path, help="keep data and runs in this folder, and use what is there")
    parser.add_argument("--no-results", action="store_true", help="print only, leave RESULTS.md as it is")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="rulescore-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    load = busy()
    if load > 0.3:
        print(
            f"The machine is busy ({load:.1f} processes a core): trust the processor times only.", flush=True
        )
    try:
        bench = Bench(folder.resolve(), arguments.runs)
        bench.ours(10_000)  # compiles and caches what a first run must
        bench.starting()
        bench.planning(500)
        ours, _ = bench.against_hand(arguments.rows)
        bench.same(arguments.rows)
        bench.per_record(ours, arguments.rows)
        bench.linear(arguments.rows, ours, 2 * arguments.rows, runs=1)
        bench.base(arguments.rows)
        if arguments.full:
            bench.linear(arguments.rows, ours, 10_000_000, runs=1)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if not arguments.no_results:
        shown = [part for part in sys.argv[1:] if part != "--keep" and part != str(arguments.keep)]
        text = results(bench.report, shown, time.strftime("%Y-%m-%d"), load)
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
