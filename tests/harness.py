# SPDX-License-Identifier: Apache-2.0
"""What the tests share: a small world for expressions, packs made of plain data, and runs of both engines.

Nothing here says what a right answer is; that is for the tests.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from rulescore import run as conductor
from rulescore.engines.columns import Columns
from rulescore.engines.evaluator import Evaluator
from rulescore.folder import INPUTS, TRACE, Run
from rulescore.lang.check import EventTable, Scope, check_text
from rulescore.lang.syntax import Kind, Tree
from rulescore.model import Pack
from rulescore.packs.loading import load
from rulescore.plan import Plan, make_plan, portfolio_plan
from rulescore.problems import Problems
from rulescore.readers import TableData, tables_of_frames
from rulescore.values import day

AS_OF = "2026-06-30"
TYPES: dict[str, Any] = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Float64}
ENGINES = ("row", "frame")
_EPOCH = date(1970, 1, 1)

# The world of the tests: names whose kind their letter tells. Tests may write `a`, `s`, `p` or `d` without declaring them.
NUMBERS, TEXTS, BOOLS, DATES = "abckmnxyz", "stu", "pqr", "def"
KINDS: dict[str, Kind] = {
    **dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(BOOLS, "bool"), **dict.fromkeys(DATES, "date"),
}  # fmt: skip
CHOICES = ("gold", "silver", "bronze")
ORDERS: dict[str, Kind] = {
    "amount": "number",
    "quantity": "number",
    "status": "text",
    "paid": "bool",
    "order_date": "date",
    "due": "date",
}
CALLS: dict[str, Kind] = {"minutes": "number", "topic": "text", "call_date": "date"}
NOTES: dict[str, Kind] = {"weight": "number", "about": "text"}
ANSWERS: dict[str, Kind] = {"question": "text", "mark": "number", "evidence": "text"}
EVENTS: dict[str, tuple[dict[str, Kind], str]] = {
    "orders": (ORDERS, "order_date"),
    "calls": (CALLS, "call_date"),
    "notes": (NOTES, ""),
    "company_answers": (ANSWERS, ""),
}


def examples(number: int) -> int:
    """How many examples a random test makes; the environment variable RULESCORE_EXAMPLES multiplies them."""
    return max(1, int(number * float(os.environ.get("RULESCORE_EXAMPLES", "1"))))


def seeds(number: int) -> range:
    """Seeds of random tests. RULESCORE_SEED moves them, to search where nobody has looked yet."""
    first = int(os.environ.get("RULESCORE_SEED", "0")) * 1_000_000
    return range(first, first + examples(number))


def day_of(text: str) -> int:
    """Days since 1970-01-01 of an ISO date, by the standard library."""
    return (date.fromisoformat(text) - _EPOCH).days


def iso_of(number: float) -> str:
    return (_EPOCH + timedelta(days=int(number))).isoformat()


# ---- expressions ------------------------------------------------------------------------------------------


class Refused(Exception):
    """An expression or a pack was refused; `found` are (code, the words it points at or "")."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        self.found = list(found)
        super().__init__(str(self.found))


def scope(kinds: Mapping[str, Kind] | None = None) -> Scope:
    """The names of the test world, or those given."""
    if kinds is not None:
        return Scope(kinds)
    tables = {table: EventTable(columns, {}, dated) for table, (columns, dated) in EVENTS.items()}
    return Scope({**KINDS, "level": "text", "as_of": "date"}, {"level": CHOICES}, tables)


def typed(
    text: str | float | bool, kinds: Mapping[str, Kind] | None = None, want: Kind | None = None
) -> Tree:
    """The checked tree of an expression; Refused with every problem found."""
    found: list[tuple[str, str]] = []

    def report(code: str, offset: int, length: int, **facts: Any) -> None:
        found.append((code, text[offset : offset + length] if isinstance(text, str) else ""))

    tree = check_text(text, scope(kinds), want, report)
    if tree is None:
        raise Refused(found)
    return tree


def by_row(tree: Tree, records: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The expression's value for each record, by the row engine."""
    evaluator = Evaluator()
    return [evaluator.value(tree, record) for record in records]


def frame_of(records: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pl.DataFrame:
    """Records as a frame of the engines' types: dates are numbers of days."""
    return pl.DataFrame(
        {name: pl.Series([r.get(name) for r in records], dtype=TYPES[kind]) for name, kind in kinds.items()}
    )


def by_frame(
    trees: Sequence[Tree], frame: pl.DataFrame, fields: Collection[str] = (), streaming: bool = False
) -> list[list[Any]]:
    """Each expression's values over the frame, by the frame engine. `fields` are names that passed the door."""
    columns = Columns(fields)
    named = [columns.expression(tree).alias(f"?{index}") for index, tree in enumerate(trees)]
    query = frame.lazy().with_columns(named)
    result = query.collect(engine="streaming" if streaming else "in-memory")
    return [result[f"?{index}"].to_list() for index in range(len(trees))]


def same(one: Any, other: Any) -> bool:
    """Equal to the last bit and of one kind; 0.0 and -0.0 are the same number."""
    return type(one) is type(other) and one == other


def differences(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[int, Any, Any]]:
    return [(index, a, b) for index, (a, b) in enumerate(zip(left, right, strict=True)) if not same(a, b)]


# ---- packs ------------------------------------------------------------------------------------------------

_TITLE = {"zh": "题", "en": "title"}
_LISTED = ("rules", "gates", "tiers")


def _field(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": _TITLE, **more}


def dictionary(customers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The test world as a data dictionary (tables.yaml as data); `customers` are more fields, by type."""
    fields = {name: _field(kind) for name, kind in KINDS.items()}
    fields |= {
        "customer_id": _field("text"),
        "name": _field("text"),
        "level": _field("text", values=list(CHOICES)),
    }
    fields |= {name: _field(kind) for name, kind in (customers or {}).items()}
    tables: dict[str, Any] = {"customers": {"title": _TITLE, "key": "customer_id", "fields": fields}}
    for table, (columns, dated) in EVENTS.items():
        tables[table] = {
            "title": _TITLE, "customer": "customer_id", **({"date": dated} if dated else {}),
            "fields": {"customer_id": _field("text"), **{name: _field(kind) for name, kind in columns.items()}},
        }  # fmt: skip
    return {"tables": tables}


def titled(item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": _TITLE, **more, **item}


def write_pack(
    folder: Path,
    dimensions: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any] | None = None,
    tables: Mapping[str, Any] | None = None,
) -> Path:
    """A pack folder out of plain data: `dimensions` as in their files, `settings` as in pack.yaml; titles, reasons and
    weights that are not given are filled in. JSON is YAML. Returns the pack's folder, its dictionary beside it."""
    settings = dict(settings or {})
    weights = settings.pop("weights", {})
    pack: dict[str, Any] = {
        "id": folder.name, "version": "1.0.0", "title": _TITLE, "dimensions": {key: weights.get(key, 1) for key in dimensions},
        "tiers": [{"id": "best", "when": "composite >= 80"}, {"id": "middle", "when": "composite >= 50"}, {"id": "last"}], **settings,
    }  # fmt: skip
    pack["tiers"] = [titled(tier) for tier in pack["tiers"]]
    pack["gates"] = [titled(gate, reason=_TITLE) for gate in pack.get("gates", ())]
    pack["indices"] = {key: titled(item) for key, item in pack.get("indices", {}).items()}
    pack["parameters"] = {key: titled(item) for key, item in pack.get("parameters", {}).items()}
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "pack.yaml", pack)
    for key, dimension in dimensions.items():
        data = {"dimension": key, "title": _TITLE, **dimension}
        data["rules"] = [titled(rule) for rule in data.get("rules", ())]
        data["features"] = {
            name: titled({"is": item} if not isinstance(item, dict) else item)
            for name, item in data.get("features", {}).items()
        }
        _write(folder / f"{key}.yaml", data)
    _write(folder.parent / "dictionary.yaml", tables or dictionary())
    return folder


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def read_pack(folder: Path) -> Pack:
    """The pack with the dictionary beside it; Refused with the codes of its problems."""
    pack, problems = load(folder, folder.parent / "dictionary.yaml", folder.parent)
    if pack is None:
        raise Refused((problem.code, "") for problem in problems if problem.severity == "error")
    return pack


def make_pack(
    folder: Path, dimensions: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any] | None = None
) -> Pack:
    """Writes a pack to a new folder and reads it."""
    if folder.exists():
        shutil.rmtree(folder)
    return read_pack(write_pack(folder / "pack", dimensions, settings))


# ---- bases and runs ---------------------------------------------------------------------------------------


def frames_of(
    pack: Pack,
    customers: Sequence[Mapping[str, Any]],
    events: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> dict[str, pl.DataFrame]:
    """Records as frames by table; dates, ISO text in the records, are dates."""
    rows: dict[str, Sequence[Mapping[str, Any]]] = {"customers": customers, **(events or {})}
    return {table: _arrow_frame(pack, table, found) for table, found in rows.items()}


def base_tables(
    pack: Pack,
    customers: Sequence[Mapping[str, Any]],
    events: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> dict[str, TableData]:
    """Records through the reader's door, as `rulescore.evaluate` takes frames."""
    problems = Problems()
    tables, rejected = tables_of_frames(frames_of(pack, customers, events), pack.tables, problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    assert not errors and not rejected, f"the test's own data was refused: {errors or rejected}"
    return tables


def _arrow_frame(pack: Pack, table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    types = {"number": pl.Float64, "text": pl.String, "bool": pl.Boolean, "date": pl.Date}
    columns: dict[str, pl.Series] = {}
    for key, field in pack.tables[table].fields.items():
        if rows and not any(key in row for row in rows):
            continue
        values = [row.get(key) for row in rows]
        if field.kind == "date":
            values = [None if value is None else date.fromisoformat(value) for value in values]
        elif field.kind == "number":
            values = [None if value is None else float(value) for value in values]
        columns[key] = pl.Series(values, dtype=types[field.kind])
    return pl.DataFrame(columns)


def plan_of(
    pack: Pack, as_of: str = AS_OF, every_feature: bool = False, overrides: Mapping[str, Any] | None = None
) -> Plan:
    number = day(as_of)
    assert number is not None
    return make_plan(pack, number, overrides, every_feature=every_feature)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run as frames; `run` keeps its folder alive."""

    run: Run
    trace: pl.DataFrame
    inputs: pl.DataFrame
    scores: pl.DataFrame


def evaluate(plan: Plan, tables: Mapping[str, TableData], engine: str) -> Outcome:
    """A whole run by the conductor, as the command makes it, in a temporary folder."""
    whole = portfolio_plan(plan.pack, plan.as_of)
    request = conductor.Request(
        company={}, purpose={}, plan=plan, tables=tables, portfolio=whole, engine=engine
    )
    run = conductor.evaluate(request, Problems(), None)
    return Outcome(run, pl.read_parquet(run.folder / TRACE), pl.read_parquet(run.folder / INPUTS), run.table)


def assert_alike(one: Outcome, other: Outcome) -> None:
    """Two runs tell the same: trace, inputs and scores, types and order included, tolerance zero."""
    for what in ("trace", "inputs", "scores"):
        left, right = getattr(one, what), getattr(other, what)
        assert left.schema == right.schema, f"{what}: columns or types differ"
        for name in left.columns:
            unlike = left[name].ne_missing(right[name])
            if unlike.any():
                place = unlike.arg_true()[0]
                raise AssertionError(
                    f"{what}, column {name}, row {place}: {left[name][place]!r} and {right[name][place]!r}"
                )


def both_engines(plan: Plan, tables: Mapping[str, TableData]) -> Outcome:
    """The run of the row engine, after the frame engine's was found the same."""
    row = evaluate(plan, tables, "row")
    assert_alike(row, evaluate(plan, tables, "frame"))
    return row


def points(number: int | None) -> float | None:
    """Units of 1/10,000 as people write points."""
    return None if number is None else number / 10_000


def is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
