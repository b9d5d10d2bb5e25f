# SPDX-License-Identifier: Apache-2.0
"""A run and its raw files -> whether the files are those of the run, and whether the stored inputs follow from them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785
from python_calamine import CalamineError, CalamineWorkbook

from ..answers import settle
from ..engines.frame import CUSTOMER
from ..engines.literals import TYPES
from ..engines.row import RowEngine
from ..folder import (
    CELLS,
    INPUTS,
    MANIFEST,
    PROBLEMS,
    QUALITY,
    REJECTED,
    Run,
    grouped_events,
    problem_facts,
    write_rejected,
)
from ..masking import VARIABLE, Masking, mask
from ..overrides import with_inputs
from ..packs.portfolio_table import tables_of
from ..packs.privacy import marked
from ..plan import Plan
from ..portfolio import event_tables, own_events
from ..problems import DataError, Problems
from ..quality import assess
from ..readers import Assessment, TableData, assessment_of_files, read_assessment, read_tables, tell_later
from ..readers.assessment import FILE
from ..readers.frames import NAME as FRAME
from ..readers.table import READ_ERRORS, ROW, Rejected
from ..run import customer_frame, sink, source_facts, write_cells
from ..source import read_yaml
from ..taken import settle as settle_taken
from .lockstep import NOTHING, UnreadableError, batches, differences, input_words
from .recount import Counts, numbers_of, picked, spaced, within
from .seal import Findings

GROUP = 10_000
"""Customers whose events are held at a time."""

POSITION = "#position"


def reread(run: Run, sources: Path, findings: Findings, counts: Counts, sample: int | None) -> None:
    """Tells where the raw files, or what the readers and the row engine make of them, differ from the run."""
    if any(item.get("file") == FRAME for item in run.manifest["inputs"]):
        findings.add("source-of-frame", MANIFEST)
        return
    problems = Problems()
    try:
        assessment = _assessment(run, sources, findings, problems)
        unmask = bool(run.manifest["unmasked"])
        dictionary = marked(tables_of(run.pack), unmask)
        tables, rejected = read_tables(assessment, dictionary, problems)
        tell_later(tables, tables_of(run.pack), run.plan.as_of, problems)
        tables, rejected = settle(tables, rejected, run.pack.portfolio, problems)
        tables, rejected = settle_taken(tables, rejected, run.pack.portfolio, dictionary, problems)
        quality = assess(tables, rejected, run.pack, run.plan.as_of, problems)
        _check_quality(run, quality, findings)
        counts.sources = _check_sources(run, tables, findings)
        tables, masking = mask(tables, run.pack, unmask)
        if not _check_masking(run, masking, findings):
            return
        _check_problems(run, problems, findings)
        tables = {**tables, "customers": with_inputs(tables["customers"], run.decided, run.pack)}
        with tempfile.TemporaryDirectory(prefix="rulescore-") as folder:
            _Rereading(run, tables, findings, counts, Path(folder)).check(sample, rejected)
    except DataError as error:
        for problem in error.problems:
            if problem.severity == "error":
                findings.take(problem)
    except READ_ERRORS as error:
        findings.add("run-file-unreadable", str(sources), reason=str(error).split("\n")[0][:200])


def _assessment(run: Run, sources: Path, findings: Findings, problems: Problems) -> Assessment:
    """The assessment of the run over the raw files, which lie in `sources` or beside the assessment it names."""
    folder = sources if sources.is_dir() else sources.parent
    given = sources / FILE if sources.is_dir() else sources
    own = run.folder / FILE
    try:
        if (
            given.is_file()
            and own.is_file()
            and given.read_text(encoding="utf-8-sig") != own.read_text(encoding="utf-8-sig")
        ):
            findings.add("assessment-differs", given.name)
    except ValueError:
        findings.add("assessment-differs", given.name)
    document = read_yaml(own, Problems(), FILE) if own.is_file() else None
    if document is not None and isinstance(document.data, dict) and "company" in document.data:
        assessment = read_assessment(own, problems, folder)
        for what, words in (("company", assessment.company), ("purpose", assessment.purpose)):
            if dict(words) != run.manifest[what]:
                findings.add(
                    "manifest-fact-differs",
                    MANIFEST,
                    what=what,
                    stored=str(run.manifest[what]),
                    recomputed=str(dict(words)),
                )
        return assessment
    names = dict.fromkeys(str(item.get("file")) for item in run.manifest["inputs"])
    return assessment_of_files([folder / name for name in names], problems)


def _check_sources(run: Run, tables: Mapping[str, TableData], findings: Findings) -> int:
    """Compares what the manifest says of each raw file; how many are the same."""
    stored = list(run.manifest["inputs"])
    found = [source_facts(table.id, source) for table in tables.values() for source in table.sources]
    sound = 0
    for index in range(max(len(stored), len(found))):
        old = stored[index] if index < len(stored) else {}
        new = found[index] if index < len(found) else {}
        sound += old == new
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                what = f"{new.get('table') or old.get('table')}.{key}"
                file = str(old.get("file") or new.get("file"))
                findings.add(
                    "source-differs",
                    file,
                    what=what,
                    stored=_short(old.get(key)),
                    recomputed=_short(new.get(key)),
                )
    return sound


def _check_masking(run: Run, masking: Masking, findings: Findings) -> bool:
    """Whether the pseudonyms made now are those of the run: with another key nothing that is masked can be compared."""
    found = masking.facts()
    for key in ("masked", "unmasked", "pseudonyms"):
        if found[key] != run.manifest[key]:
            facts = {"stored": str(run.manifest[key]), "recomputed": str(found[key]), "variable": VARIABLE}
            findings.add("masking-differs", MANIFEST, what=key, **facts)
            return False
    return True


def _short(value: object) -> str:
    return NOTHING if value is None else str(value)[:200]


def _check_quality(run: Run, quality: Mapping[str, Any], findings: Findings) -> None:
    """The figures of data quality, part by part."""
    try:
        stored = run.quality or {}
    except (OSError, ValueError) as error:
        raise UnreadableError(run.folder / QUALITY, error) from None
    made = json.loads(rfc8785.dumps(dict(quality)))
    for part in sorted({*stored, *made}):
        if stored.get(part) != made.get(part):
            old, new = _short(stored.get(part)), _short(made.get(part))
            findings.add("value-differs", QUALITY, customer="", what=part, stored=old, recomputed=new)


def _check_problems(run: Run, problems: Problems, findings: Findings) -> None:
    """The data problems that reading finds must be those that the run lists; those of YAML files are not read again."""
    path = run.folder / PROBLEMS
    try:
        stored = {line: line for line in path.read_text(encoding="utf-8").splitlines()}
    except (OSError, ValueError) as error:
        raise UnreadableError(path, error) from None
    found = [
        json.dumps(problem_facts(problem), ensure_ascii=False, sort_keys=True, default=str)
        for problem in problems
    ]
    for line in found:
        if stored.pop(line, None) is None:
            findings.add(
                "value-differs", PROBLEMS, customer="", what=PROBLEMS, stored=NOTHING, recomputed=line[:300]
            )
    for line in stored:
        if '.yaml"' not in line:
            findings.add(
                "value-differs", PROBLEMS, customer="", what=PROBLEMS, stored=line[:300], recomputed=NOTHING
            )


class _Rereading:
    """The stored inputs against those made again from the raw files."""

    def __init__(
        self, run: Run, tables: Mapping[str, TableData], findings: Findings, counts: Counts, folder: Path
    ) -> None:
        self.run, self.tables, self.findings, self.counts, self.folder = run, tables, findings, counts, folder
        self.plan: Plan = run.plan
        self.inputs = run.folder / INPUTS

    def check(self, sample: int | None, rejected: Sequence[Rejected]) -> None:
        self.fields()
        self.cells()
        self.rejected(rejected)
        if self.plan.event_steps:
            self.aggregates(spaced(self.counts.total, sample))
        self.company()

    def fields(self) -> None:
        """Places, names and fields of every customer, in the order of the run."""
        again = customer_frame(self.plan, self.tables["customers"])
        known = pl.scan_parquet(self.inputs).select(CUSTOMER)
        extra = (
            again.select(CUSTOMER).join(known, on=CUSTOMER, how="anti").head(100).collect(engine="streaming")
        )
        for customer in extra.to_series():
            self.findings.add("customer-not-in-run", INPUTS, customer=str(customer))
        path = self.folder / "customers.parquet"
        sink(known.join(again, on=CUSTOMER, how="left", maintain_order="left"), path)
        columns = again.collect_schema().names()
        for stored, made in zip(batches(self.inputs, columns), batches(path), strict=False):
            rows = (made[ROW].is_not_null() & (made[CUSTOMER] == stored[CUSTOMER])).arg_true().to_list()
            for customer in made[CUSTOMER].filter(made[ROW].is_null()):
                self.findings.add("customer-not-in-sources", INPUTS, customer=str(customer))
            if rows:
                old, new = picked(stored, rows), picked(made, rows)
                self.counts.values += differences(
                    self.findings, INPUTS, old[CUSTOMER].to_list(), old, new, input_words(self.plan)
                )

    def cells(self) -> None:
        """Which rows of the raw files the events came from."""
        path = self.folder / CELLS
        write_cells(self.plan, self.tables, path)
        none = pl.scan_parquet(path).collect_schema().to_frame()
        for old, new in zip_longest(batches(self.run.folder / CELLS), batches(path), fillvalue=none):
            if list(old.columns) != list(new.columns):
                self.findings.add("run-columns", CELLS, columns=list(old.columns), count=len(old.columns))
                return
            height = min(old.height, new.height)
            ids = [str(customer) for customer in new[CUSTOMER].head(height)]
            self.counts.values += differences(
                self.findings, CELLS, ids, old.head(height), new.head(height), input_words(self.plan)
            )
            if old.height != new.height:
                facts = {"stored": str(old.height), "recomputed": str(new.height)}
                self.findings.add("value-differs", CELLS, customer="", what="rows", **facts)
                return

    def company(self) -> None:
        """The company's own events, row by row."""
        whole = self.run.portfolio
        if whole is None:
            return
        made = own_events(whole.plan, self.tables)
        for name in event_tables(whole.plan):
            path = whole.folder / f"{name}.parquet"
            if name not in made and not path.exists():
                continue
            if name not in made or not path.exists():
                self.findings.add("run-file-missing", f"{whole.folder.name}/{path.name}")
                continue
            try:
                old = pl.read_parquet(path)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise UnreadableError(path, error) from None
            new = made[name].collect()
            file = f"{whole.folder.name}/{path.name}"
            if old.columns != new.columns or old.height != new.height:
                facts = {"stored": str(old.shape), "recomputed": str(new.shape)}
                self.findings.add("value-differs", file, customer="", what="rows", **facts)
                continue
            ids = [str(row) for row in new[ROW]]
            self.counts.values += differences(self.findings, file, ids, old, new, input_words(whole.plan))

    def rejected(self, rejected: Sequence[Rejected]) -> None:
        """The rows that were not used, sheet by sheet."""
        path = self.folder / REJECTED
        write_rejected(rejected, path)
        old, new = _sheets(self.run.folder / REJECTED), _sheets(path)
        for sheet in sorted({*old, *new}):
            if old.get(sheet) != new.get(sheet):
                facts = {"stored": str(len(old.get(sheet, ()))), "recomputed": str(len(new.get(sheet, ())))}
                self.findings.add("value-differs", REJECTED, customer="", what=sheet, **facts)

    def aggregates(self, chosen: Sequence[int]) -> None:
        """The event steps of the chosen customers, a group of customers at a time."""
        events = self.placed_events(chosen)
        engine = RowEngine(self.plan)
        steps = self.plan.event_steps
        columns = [step.column for step in steps]
        start = 0
        for inputs in batches(self.inputs, [CUSTOMER, *columns], GROUP):
            rows = within(chosen, start, inputs.height)
            numbers = picked(numbers_of(self.plan, inputs), rows) if rows else inputs.clear()
            ids = numbers[CUSTOMER].to_list()
            between = pl.col(POSITION).is_between(start, start + inputs.height, closed="left")
            own = grouped_events(
                self.plan, {table: frame.filter(between) for table, frame in events.items()}, ids
            )
            made = [
                pl.Series(
                    s.column, [engine.aggregate(s.tree, part) for part in own], dtype=TYPES[s.tree.kind]
                )
                for s in steps
            ]
            self.counts.values += differences(
                self.findings, INPUTS, ids, numbers, pl.DataFrame(made), input_words(self.plan)
            )
            start += inputs.height

    def placed_events(self, chosen: Sequence[int]) -> dict[str, pl.LazyFrame]:
        """The events of the chosen customers by table, each with its customer's position in the run."""
        positions = pl.scan_parquet(self.inputs).select(CUSTOMER).with_row_index(POSITION)
        if not isinstance(chosen, range):
            positions = positions.filter(pl.col(POSITION).is_in(list(chosen)))
        events: dict[str, pl.LazyFrame] = {}
        for table in dict.fromkeys(step.tree.table for step in self.plan.event_steps):
            if table in self.tables:
                key = self.plan.pack.tables[table].customer
                path = self.folder / f"{table}.parquet"
                sink(
                    self.tables[table].frame.join(positions, left_on=key, right_on=CUSTOMER, how="inner"),
                    path,
                )
                events[table] = pl.scan_parquet(path)
        return events


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    """The cells of a workbook by sheet; nothing when there is no workbook."""
    if not path.exists():
        return {}
    try:
        with CalamineWorkbook.from_path(path) as book:
            return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise UnreadableError(path, error) from None
