# SPDX-License-Identifier: Apache-2.0
"""A run -> a workbook that recomputes itself: scores, tiers and value are formulas over weights, points and assumptions, each
with the engine's value stored and compared."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from ..engines import frame as frame_engine
from ..folder import Run
from ..problems import Problem, Span, UsageError
from ..worth import JSON as VALUATION

SUFFIX = ".xlsx"
CUSTOMERS_AT_MOST, CELLS_AT_MOST = 10_000, 2_000_000
"""Customers, and cells on their sheet of results, that a workbook holds: what opens in a spreadsheet and is written in bounded memory.
Of more customers four fifths are the best composites and the others are spaced evenly over the rest, and the workbook says so."""

Node = dict[str, Any]


def render(run: Run, language: str) -> bytes:
    """The bytes of the file. UsageError for a run whose files can't be read."""
    try:
        return _render(run.stored, language)
    except (pl.exceptions.PolarsError, OSError, json.JSONDecodeError) as error:
        reason = str(error).split("\n")[0][:200]
        raise UsageError([Problem("run-file-unreadable", "error", Span(str(run.folder)), {"reason": reason})]) from error  # fmt: skip


def _render(run: Run, language: str) -> bytes:
    from .content import overview
    from .content.words import Words
    from .workbook.customers import Listing, one
    from .workbook.groups import groups
    from .workbook.parameters import parameters
    from .workbook.portfolio import portfolio
    from .workbook.questionnaire import Questionnaire
    from .workbook.record import matters, problems, provenance, quality
    from .workbook.results import Results, record_of_base, records
    from .workbook.scored import scored
    from .workbook.sheets import SHEETS, Book
    from .workbook.summary import Summary
    from .workbook.todo import requests, taken
    from .workbook.valuation.assumptions import Assumptions
    from .workbook.valuation.method import methods_of
    from .workbook.valuation.sheet import Worth
    from .workbook.warnings import warnings

    words = Words(run, language)
    told = overview(words)
    whole = run.portfolio if told["portfolio"] is not None else None
    valued = json.loads((run.folder / VALUATION).read_bytes()) if (run.folder / VALUATION).exists() else None
    absent = set() if whole is not None else {"portfolio", "portfolio-results"}
    absent |= set() if whole is not None and told["portfolio"]["breakdowns"] else {"groups"}
    absent |= set() if whole is not None and told["questionnaire"] is not None else {"questionnaire"}
    absent |= set() if valued is not None else {"assumptions", "valuation"}
    absent |= set() if run.quality else {"quality"}
    absent |= (
        set()
        if told["special"] or told["matters"]["findings"] or told["matters"]["waterfall"]
        else {"matters"}
    )
    absent |= set() if told["early_warnings"] is not None else {"early-warnings"}
    absent |= set() if told["requests"] else {"requests"}
    absent |= set() if told["plan"] is not None and told["plan"]["taken"] is not None else {"taken"}
    book = Book(language, [key for key in SHEETS if key not in absent])

    part = scored(run, words, book, words.text(run.pack.title))
    own = None if whole is None else scored(whole, Words(whole, language), book, whole.pack.title[language])
    parameters(book, [part] if own is None else [part, own])

    results = Results(book, book.sheet("results"), part)
    trace, inputs = _held(run, most := min(CUSTOMERS_AT_MOST, CELLS_AT_MOST // len(results.column)))
    results.head(trace.height)
    listing = Listing(book, part, results)
    listing.head(_note(book, run, trace.height, _best(most)))
    first = None
    for record in records(part, trace, inputs):
        first = first or record
        results.write(record)
        listing.write(record)
    results.finish()
    listing.finish(trace.height)
    if first is not None:
        one(book, part, results, listing, first)

    base = None
    if own is not None:
        record = record_of_base(own)
        asked = Questionnaire(book, own, told["questionnaire"], record) if told["questionnaire"] is not None else None  # fmt: skip
        outcomes = {} if asked is None else asked.outcomes
        base = Results(book, book.sheet("portfolio-results"), own, outcomes), record
        base[0].head(1)
        base[0].write(base[1])
        base[0].finish()
        portfolio(book, own, *base, told["portfolio"], told["concentration"])
        if "groups" not in absent:
            groups(book, own.words, told["portfolio"]["breakdowns"])
        if asked is not None:
            asked.write(base[0])
    if "early-warnings" not in absent:
        warnings(book, words, told)
    if "matters" not in absent:
        matters(book, words, told)
    if "requests" not in absent:
        requests(book, words, told)
    if "taken" not in absent:
        taken(book, words, told)
    worth = None
    if valued is not None:
        methods = methods_of(run, valued, words if own is None else own.words)
        assumptions = Assumptions(book, words, methods, valued["currency"])
        worth = Worth(book, words, valued, methods, assumptions.sheet)
        worth.write()
        assumptions.write(worth.values)
    if run.quality:
        quality(book, words, run.quality)
    problems(book, words)
    provenance(book, words, told)
    Summary(book, part, told, results, listing, trace).write(base, worth)
    return book.bytes()


def _best(most: int) -> int:
    """How many of the best are held of more customers than `most`."""
    return most - most // 5


def _held(run: Run, most: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trace and inputs of the customers held, the best first; dates as days."""
    order = ["composite.points", frame_engine.CUSTOMER]
    numbered = run.trace.with_row_index("#place")
    ranked = numbered.select("#place", *order).sort(order, descending=[True, False], nulls_last=True)
    places = ranked.collect(engine="streaming")["#place"]
    if places.len() > most:
        rest = places.slice(_best(most))
        spaced = rest.gather_every(max(1, -(-rest.len() // max(1, most // 5))))
        places = pl.concat([places.head(_best(most)), spaced])
    held = places.to_frame().join(
        numbered.join(places.to_frame().lazy(), on="#place", how="semi").collect(),
        on="#place", how="left", maintain_order="left",
    )  # fmt: skip
    have = run.inputs.collect_schema().names()
    numbers = frame_engine.as_numbers(
        run.inputs, [name for name in run.plan.kinds if name in have], run.plan.kinds
    )
    numbers = numbers.with_row_index("#place").filter(pl.col("#place").is_in(held["#place"].implode()))
    inputs = held.select("#place").join(numbers.collect(), on="#place", how="left", maintain_order="left")
    return held, inputs


def _note(book: Any, run: Run, held: int, best: int) -> str:
    total = int(run.manifest["customers"])
    if held == total:
        return str(book.tell("customers.all", total=f"{total:,}"))
    return str(book.tell("customers.cut", total=f"{total:,}", best=f"{best:,}", others=f"{held - best:,}"))
