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
from ..worth import stated

SUFFIX = ".xlsx"
CUSTOMERS_AT_MOST = 10_000
"""Of more customers those with the best composites are held, and the workbook says so."""

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
    from .workbook.parameters import parameters
    from .workbook.portfolio import portfolio
    from .workbook.record import matters, problems, provenance, quality
    from .workbook.results import Results, record_of_base, records
    from .workbook.scored import scored
    from .workbook.sheets import SHEETS, Book
    from .workbook.summary import Summary
    from .workbook.valuation import Assumptions, Worth

    words = Words(run, language)
    told = overview(words)
    whole = run.portfolio if told["portfolio"] is not None else None
    valued = json.loads((run.folder / VALUATION).read_bytes()) if (run.folder / VALUATION).exists() else None
    absent = set() if whole is not None else {"portfolio", "portfolio-results"}
    absent |= set() if valued is not None else {"assumptions", "valuation"}
    absent |= set() if run.quality else {"quality"}
    absent |= (
        set()
        if told["special"] or told["matters"]["findings"] or told["matters"]["waterfall"]
        else {"matters"}
    )
    book = Book(language, [key for key in SHEETS if key not in absent])

    part = scored(run, words, book, words.text(run.pack.title))
    own = None if whole is None else scored(whole, Words(whole, language), book, whole.pack.title[language])
    parameters(book, [part] if own is None else [part, own])

    trace, inputs = _held(run)
    results = Results(book, book.sheet("results"), part)
    results.head(trace.height)
    listing = Listing(book, part, results)
    listing.head(_note(book, run, trace.height))
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
        base = Results(book, book.sheet("portfolio-results"), own), record_of_base(own)
        base[0].head(1)
        base[0].write(base[1])
        base[0].finish()
        portfolio(book, own, *base, told["portfolio"], told["concentration"])
    if "matters" not in absent:
        matters(book, words, told)
    worth = None
    if valued is not None:
        methods = _methods(run, valued)
        assumptions = Assumptions(book, words, methods)
        assumptions.write()
        worth = Worth(book, words, valued, methods, assumptions.sheet)
        worth.write()
    if run.quality:
        quality(book, words, run.quality)
    problems(book, words)
    provenance(book, words, told)
    Summary(book, part, told, results, listing, trace).write(base, worth)
    return book.bytes()


def _held(run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trace and inputs of the customers held, the best first; dates as days."""
    order = ["composite.points", frame_engine.CUSTOMER]
    trace = run.trace.with_row_index("#place").sort(order, descending=[True, False], nulls_last=True)
    held = trace.head(CUSTOMERS_AT_MOST).collect(engine="streaming")
    have = run.inputs.collect_schema().names()
    numbers = frame_engine.as_numbers(
        run.inputs, [name for name in run.plan.kinds if name in have], run.plan.kinds
    )
    numbers = numbers.with_row_index("#place").filter(pl.col("#place").is_in(held["#place"].implode()))
    inputs = held.select("#place").join(numbers.collect(), on="#place", how="left", maintain_order="left")
    return held, inputs


def _note(book: Any, run: Run, held: int) -> str:
    total = int(run.manifest["customers"])
    key = "customers.all" if held == total else "customers.cut"
    return str(book.tell(key, total=f"{total:,}", held=f"{held:,}"))


def _methods(run: Run, valued: Node) -> list[Any]:
    """The stored methods, each with its assumptions to all their digits."""
    from .workbook.valuation import Valued

    exact = {method.id: (method, given) for method, given in stated(run.folder, run.pack.portfolio)}
    found = []
    for node in valued["methods"]:
        method, given = exact[node["id"]]
        own = {
            case: frozenset(
                name for name, one in method.assumptions.items() if getattr(one, case) is not None
            )
            for case in ("low", "high")
        }
        found.append(Valued(node, given, own))
    return found
