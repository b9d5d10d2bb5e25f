# SPDX-License-Identifier: Apache-2.0
"""The Python door: load, check, profile, propose, evaluate, explain, verify, compare, backtest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from .model import Pack
from .packs.cycles import in_cycle
from .packs.loading import load as _load
from .packs.loading import load_or_raise
from .packs.portfolio_table import tables_of
from .packs.privacy import marked
from .plan import make_plan, portfolio_plan
from .problems import DataError, Problem, Problems, RulesetError, UsageError, close_names
from .source import read_yaml
from .values import day

if TYPE_CHECKING:
    from .folder import Run
    from .profiling import FileFacts, Reference
    from .proposing import Proposal

Value = float | str | bool
ENGINES = ("frame", "row")


def load(pack: str | Path) -> Pack:
    """A pack by id or folder, checked. Raises RulesetError holding every problem."""
    return load_or_raise(pack)[0]


def check(pack: str | Path) -> list[Problem]:
    """Every problem of a pack, sorted by place: what keeps it from loading, or what lint finds in it."""
    from .lint import run as lint

    loaded, problems = _load(pack)
    if loaded is not None:
        problems.extend(lint(loaded))
    return list(problems)


def profile(
    files: Sequence[str | Path], pack: str | Path = "general"
) -> tuple[list[FileFacts], list[Reference], list[Problem]]:
    """What is in table files: columns with their types, gaps, ranges and oddities; likely references between files; and
    what there is to tell. The pack's dictionary says which headers stand for personal data. Raises DataError when none
    of the files can be read."""
    from .profiling import profile as _profile

    problems = Problems()
    facts, links = _profile([Path(file) for file in files], load(pack).tables, problems)
    if not facts:
        raise DataError(problems)
    return facts, links, list(problems)


def propose(
    files: Sequence[str | Path],
    pack: str | Path | None = None,
    as_of: str | date | None = None,
    company: str | None = None,
) -> tuple[Proposal, list[Problem]]:
    """Which tables the files are, by which mapping of a known export, column by column with how sure that is. Raises
    DataError when none of the files can be read."""
    from .profiling import profile as _profile
    from .proposing import propose as _propose

    problems = Problems()
    if as_of is not None and day(str(as_of)) is None:
        problems.error("date-unreadable", read=str(as_of))
        raise UsageError(problems)
    paths = [Path(file) for file in files]
    tables = load("general" if pack is None else pack).tables
    facts, links = _profile(paths, tables, problems)
    if not facts:
        raise DataError(problems)
    folder = paths[0].resolve().parent.name
    given = None if as_of is None else str(as_of)
    named = None if pack is None else str(pack)
    return _propose(facts, links, tables, company, folder, given, named), list(problems)


def evaluate(
    source: Any,
    pack: str | Path | None = None,
    as_of: str | date | None = None,
    *,
    out: str | Path | None = None,
    engine: str = "frame",
    parameters: Mapping[str, Value] | None = None,
    tables: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    default_out: bool = False,
    unmask: bool = False,
    cycle: str | None = None,
) -> Run:
    """Scores a customer base.

    `source`: a frame of customers (pandas, polars, Arrow), a mapping of frames by table, an assessment folder or
    file, or a list of table files. `tables` adds event tables to a frame of customers. `pack` and `as_of`
    (`2026-06-30`, or a `date`) are required unless the assessment gives them. `parameters` overrides parameters (what-if).
    `out` is the run folder; without it the run lives in a temporary folder as long as the returned Run, or with
    `default_out` under `runs/`, named by company, date and run id. Personal data are masked by pseudonyms wherever the run
    would show them, unless `unmask`, which the run records. `cycle` is one of the pack's, else that of the assessment; without
    one everything is computed.

    Returns the Run; its `.scores` is a frame of the kind that the customers were: pandas, pyarrow, or else polars.
    Raises RulesetError, DataError or UsageError, each holding every problem found.
    """
    from . import run as conductor
    from .answers import settle
    from .assumptions import read_valuation
    from .masking import mask
    from .overrides import located, read_overrides, settled, tiers_of, with_inputs
    from .portfolio import check_company
    from .quality import assess
    from .readers import read_tables, tables_of_frames, tell_later
    from .risks import check_risks
    from .taken import settle as settle_taken

    problems = Problems()
    frames, assessment = _source(source, tables, problems)
    chosen = pack if pack is not None else (assessment.pack if assessment else "")
    asked = Problems()
    if not chosen:
        asked.error("pack-wanted")
    if engine not in ENGINES:
        close = close_names(str(engine), ENGINES)
        asked.error("unknown-argument", option="engine", read=str(engine), allowed=list(ENGINES), close=close)
    number = _as_of(as_of, assessment, asked)
    if asked.has_errors or number is None:
        raise UsageError(asked)
    loaded, found = _load(_pack_path(chosen, assessment if pack is None else None))
    problems.extend(found)
    if loaded is None:
        raise RulesetError(problems)
    loaded = in_cycle(loaded, (assessment.cycle if assessment else "") if cycle is None else cycle)
    overrides = _overrides(loaded, parameters or {})
    plan, whole = make_plan(loaded, number, overrides), portfolio_plan(loaded, number, overrides)
    progress("read")
    dictionary = marked(tables_of(loaded), unmask)
    if assessment is not None:
        data, rejected = read_tables(assessment, dictionary, problems)
    else:
        data, rejected = tables_of_frames(frames, dictionary, problems)
    tell_later(data, dictionary, number, problems)
    check_company(data, problems)
    data, rejected = settle(data, rejected, loaded.portfolio, problems)
    data, rejected = settle_taken(data, rejected, loaded.portfolio, dictionary, problems)
    quality = assess(data, rejected, loaded, number, problems)
    valuation = None
    if assessment is not None and assessment.valuation and loaded.valued:
        document = read_yaml(assessment.folder / assessment.valuation, problems, assessment.valuation)
        valuation = read_valuation(document, loaded.portfolio, problems)
        if valuation is not None:
            check_risks(valuation, loaded, problems)
    key = loaded.records.key
    decisions, decided, rows = None, [], []
    if assessment is not None and assessment.overrides:
        decisions = read_yaml(assessment.folder / assessment.overrides, problems, assessment.overrides)
        decided = read_overrides(decisions, loaded, number, problems)
        rows = located(decided, data["customers"], key, problems, decisions)
    if problems.has_errors:
        raise DataError(problems)
    data, masking = mask(data, loaded, unmask)
    if decided:
        decided = settled(decided, rows, data["customers"], key)
        data = {**data, "customers": with_inputs(data["customers"], decided, loaded)}
        plan = replace(plan, decided=tiers_of(decided))
    hidden = ("customers", key) in masking.masked
    request = conductor.Request(
        company=assessment.company if assessment else {}, purpose=assessment.purpose if assessment else {}, plan=plan, tables=data, portfolio=whole,
        rejected=rejected, assessment=assessment.text if assessment else "", engine=engine, overrides=overrides,
        valuation=valuation, decided=decided, decisions="" if decisions is None or hidden else decisions.text,
        masking=masking,
        quality=quality, same=[group.ids for group in assessment.same] if assessment else (),
    )  # fmt: skip
    run = conductor.evaluate(request, problems, None if out is None else Path(out), progress, default_out)
    customers: Any = frames.get("customers")
    library = type(customers).__module__.split(".")[0]
    if library == "pandas":
        index = customers.index
        return run.answer_as("pandas", index.set_names([None] * index.nlevels))
    return run.answer_as("pyarrow" if library == "pyarrow" else "polars")


def _source(source: Any, tables: Mapping[str, Any] | None, problems: Problems) -> tuple[dict[str, Any], Any]:
    from .readers import assessment_of_files, read_assessment

    if isinstance(source, str | Path):
        path = Path(source)
        if path.is_dir() or path.suffix in (".yaml", ".yml") or not path.exists():
            return {}, read_assessment(path, problems)
        return {}, assessment_of_files([path], problems)
    if isinstance(source, Sequence) and source and all(isinstance(item, str | Path) for item in source):
        if len(source) == 1:
            return _source(source[0], tables, problems)
        return {}, assessment_of_files(list(source), problems)
    if isinstance(source, Mapping):
        return {**source, **(tables or {})}, None
    return {"customers": source, **(tables or {})}, None


def _pack_path(pack: str | Path, assessment: Any) -> str | Path:
    """A pack named by an assessment is looked for beside the assessment first."""
    if assessment is not None:
        beside = Path(assessment.folder) / str(pack)
        if (beside / "pack.yaml").is_file():
            return beside.resolve()
    return pack


def _as_of(given: str | date | None, assessment: Any, problems: Problems) -> int | None:
    """The date assessed, as a number of days."""
    if given is None:
        if assessment is not None and assessment.as_of is not None:
            return int(assessment.as_of)
        problems.error("as-of-wanted")
        return None
    number = day(str(given))
    if number is None:
        problems.error("date-unreadable", read=str(given))
    return number


def _overrides(pack: Pack, given: Mapping[str, Value]) -> dict[str, Value]:
    problems = Problems()
    values: dict[str, Value] = {}
    parameters = {**(pack.portfolio.parameters if pack.portfolio else {}), **pack.parameters}
    for name, value in given.items():
        parameter = parameters.get(name)
        if parameter is None:
            problems.error(
                "unknown-parameter",
                None,
                name=name,
                known=list(parameters),
                close=close_names(name, parameters),
            )
            continue
        found = _as_kind(value, parameter.kind)
        if found is None:
            problems.error("parameter-value", None, name=name, read=str(value), want=parameter.kind)
            continue
        values[name] = found
    if problems.has_errors:
        raise UsageError(problems)
    return values


def _as_kind(value: Value, kind: str) -> Value | None:
    if kind == "number":
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return number if abs(number) < 1e15 and not isinstance(value, bool) else None
    if kind == "bool":
        return {"true": True, "false": False}.get(str(value).lower())
    return value if isinstance(value, str) else None


def explain(run: Run | str | Path, customer: str, language: str = "en") -> str:
    """Why a customer has its score: the tree from composite to source cell, in words. See `audit.explain` for data."""
    from .audit import explain as _explain
    from .folder import Run
    from .reports.explanation import explanation

    opened = run if isinstance(run, Run) else Run.read(run)
    return explanation(_explain(opened, customer), language)


def verify(
    run: Run | str | Path, sample: int | None = None, sources: str | Path | None = None
) -> list[Problem]:
    """Every difference between a run and what its hashes and the row engine say; empty when all is well."""
    from .folder import Run
    from .verification.examination import verify as _verify

    return _verify(
        run.folder if isinstance(run, Run) else Path(run), sample, None if sources is None else Path(sources)
    )


def compare(before: Run | str | Path, after: Run | str | Path) -> Any:
    """What moved between two runs and why: tier migration, and per customer whether data, rules, parameters or the
    engine moved it."""
    from .comparison.runs import compare as _compare
    from .folder import Run

    first = before if isinstance(before, Run) else Run.read(before)
    second = after if isinstance(after, Run) else Run.read(after)
    return _compare(first, second)


def backtest(
    earlier: Run | str | Path, later: Run | str | Path, outcomes: Sequence[str] = (), **options: Any
) -> Any:
    """The scores of a run against what a later run of the same base shows customers to have done; `outcomes` and the
    `options` are those of `backtesting.backtest`."""
    from .backtesting import backtest as _backtest
    from .folder import Run

    first = earlier if isinstance(earlier, Run) else Run.read(earlier)
    second = later if isinstance(later, Run) else Run.read(later)
    return _backtest(first, second, outcomes, **options)
