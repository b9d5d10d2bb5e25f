# SPDX-License-Identifier: Apache-2.0
"""A valuation and the figures of the base -> what the base is worth: low, base and high, with all steps, as plain data.

Money and shares are written as decimal text, rounded half up to six decimals where they are shown and nowhere before.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785

from .assumptions import Assumed, Method, Valuation, bounds, read_valuation, within
from .engines.evaluator import Evaluator
from .folder import INPUTS, PORTFOLIO
from .lang.syntax import Tree
from .model import Pack
from .problems import Problems
from .source import read_yaml
from .valuation import BY_NAME
from .valuation.parts import Given, UnusableError, Valued, exactly

JSON, YAML = "valuation.json", "valuation.yaml"
CASES = ("low", "base", "high")
SHOWN = Decimal("0.000001")


def write(valuation: Valuation, folder: Path, problems: Problems) -> None:
    """Values the base of the run that is built in `folder` and writes what came of it there, beside the YAML."""
    (folder / JSON).write_bytes(rfc8785.dumps(facts(valuation, figures_of(folder), problems)))
    (folder / YAML).write_text(valuation.text, encoding="utf-8", newline="\n")


def figures_of(folder: Path) -> dict[str, Any]:
    """The figures of the base of a run by name; none when its pack has no rules for the base."""
    path = folder / PORTFOLIO / INPUTS
    return pl.read_parquet(path).row(0, named=True) if path.exists() else {}


def stated(folder: Path, portfolio: Pack | None) -> list[tuple[Method, dict[str, Given | None]]]:
    """The methods of a run's valuation with every assumption of each case to all its digits; the stored valuation shows
    them rounded. `portfolio`: the pack of the base."""
    unused = Problems()
    valuation = read_valuation(read_yaml(folder / YAML, unused, YAML), portfolio, unused)
    figures = figures_of(folder)
    methods = () if valuation is None else valuation.methods
    return [
        (method, {case: _given(method, case, figures, Problems()) for case in CASES}) for method in methods
    ]


def facts(valuation: Valuation, figures: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The whole valuation as plain data; what can't be valued is a problem and stands as null."""
    return {
        "standard": valuation.standard, "currency": valuation.currency,
        "methods": [_method(method, figures, problems) for method in valuation.methods],
    }  # fmt: skip


def _method(method: Method, figures: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    declared = BY_NAME[method.method]
    basis = _given(method, "base", figures, problems)
    told = problems if basis is not None else Problems()  # what is wrong in the base case is told once
    given = {case: basis if case == "base" else _given(method, case, figures, told) for case in CASES}
    base = _valued(method, basis, problems)
    told = problems if base is not None else Problems()
    valued = {case: base if case == "base" else _valued(method, given[case], told) for case in CASES}
    return {
        "id": method.id, "title": dict(method.title), "method": method.method, "method_title": dict(declared.TITLE),
        "value": {case: None if done is None else shown(done.value) for case, done in valued.items()},
        "totals": [] if base is None else [{"name": name, "number": shown(number)} for name, number in base.totals.items()],
        "columns": [] if base is None else [{"name": name, "title": dict(title)} for name, title in base.columns.items()],
        "rows": [] if base is None else [{name: shown(number) for name, number in row.items()} for row in base.rows],
        "sensitivities": _sensitivities(method, basis, figures),
        "assumptions": [
            {
                "name": name, "title": dict(assumption.title), "unit": assumption.unit,
                **{case: None if chosen is None else _shown(chosen[name]) for case, chosen in given.items()},
                **_ground(method.assumptions.get(name)),
            }
            for name, assumption in declared.ASSUMPTIONS.items()
        ],
    }  # fmt: skip


def _ground(assumed: Assumed | None) -> dict[str, Any]:
    """Where an assumption comes from."""
    if assumed is None:
        return {"stated": None, "source": ["default"], "why": {}, "place": None}
    return {
        "stated": assumed.text,
        "source": list(assumed.source),
        "why": dict(assumed.why),
        "place": str(assumed.span),
    }


def _given(
    method: Method, case: str, figures: Mapping[str, Any], problems: Problems
) -> dict[str, Any] | None:
    """Every assumption of a case as the method takes it; None when one can't be had. What goes wrong in the base case is told."""
    found: dict[str, Any] = {}
    for name, assumption in BY_NAME[method.method].ASSUMPTIONS.items():
        assumed = method.assumptions.get(name)
        stated = None if assumed is None else assumed.of(case)
        if assumed is None:
            found[name] = (
                assumption.default if isinstance(assumption.kind, tuple) else Decimal(str(assumption.default))
            )
        elif isinstance(stated, Tree):
            value = Evaluator().value(stated, dict(figures))
            if value is None:
                problems.warning(
                    "assumption-unknown", assumed.span, name=name, method=method.id, read=assumed.text
                )
                return None
            found[name] = Decimal(repr(value))
            if not within(assumption, found[name]):
                problems.warning(
                    "assumption-out",
                    assumed.span,
                    name=name,
                    method=method.id,
                    read=str(value),
                    **bounds(assumption),
                )
                return None
        else:
            found[name] = stated
    return found


def _valued(method: Method, given: Given | None, problems: Problems) -> Valued | None:
    if given is None:
        return None
    try:
        return exactly(BY_NAME[method.method].value, given)
    except UnusableError as error:
        problems.warning(error.code, method.span, method=method.id, **error.facts)
        return None


def _sensitivities(method: Method, base: Given | None, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The value when one assumption alone goes to its low or high case."""
    if base is None:
        return []
    found = []
    for name, assumed in method.assumptions.items():
        if assumed.low is None and assumed.high is None:
            continue
        row: dict[str, Any] = {"name": name}
        for case in ("low", "high"):
            changed = _given(method, case, figures, Problems())
            done = None if changed is None else _valued(method, {**base, name: changed[name]}, Problems())
            row[case] = None if done is None else shown(done.value)
        found.append(row)
    return found


def shown(number: Decimal) -> str:
    """A number as text, rounded half up; no exponent, no needless zeros."""
    text = f"{number.quantize(SHOWN, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return shown(value)
    return [shown(one) for one in value] if isinstance(value, tuple) else value
