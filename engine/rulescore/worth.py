# SPDX-License-Identifier: Apache-2.0
"""A valuation and the figures of the base -> what the base is worth: low, base and high, with all steps, as plain data.

Money and shares are written as decimal text, rounded half up to six decimals where they are shown and nowhere before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785
from msgspec.structs import replace

from .assumptions import Assumed, Method, Scenario, Valuation, bounds, read_valuation, value_name, within
from .engines.evaluator import Evaluator
from .folder import INPUTS, PORTFOLIO
from .lang.syntax import Tree, text_of
from .model import Pack
from .problems import Problems
from .risks import carried
from .source import read_yaml
from .valuation import BY_NAME, in_full
from .valuation.parts import Assumption, Given, UnusableError, Valued, exactly

JSON, YAML = "valuation.json", "valuation.yaml"
CASES = ("low", "base", "high")
SHOWN = Decimal("0.000001")
BASE_CASE = {"zh": "可转移价值（基准情形）", "en": "Value that can be transferred (base case)"}


def write(valuation: Valuation, pack: Pack, folder: Path, problems: Problems) -> None:
    """Values the base of the run that is built in `folder` and writes what came of it there, beside the YAML. `pack`: the rules of
    the customers, from which risks are taken over."""
    (folder / JSON).write_bytes(rfc8785.dumps(facts(valuation, pack, figures_of(folder), problems)))
    (folder / YAML).write_text(valuation.text, encoding="utf-8", newline="\n")


def figures_of(folder: Path) -> dict[str, Any]:
    """The figures of the base of a run by name; none when its pack has no rules for the base."""
    path = folder / PORTFOLIO / INPUTS
    return pl.read_parquet(path).row(0, named=True) if path.exists() else {}


def stated(folder: Path, portfolio: Pack | None) -> list[tuple[Method, dict[str, Given | None]]]:
    """The methods of a run's valuation with every assumption of each case, and of each scenario (`bridge.<id>`, `stress.<id>`), to all
    its digits; the stored valuation shows them rounded. `portfolio`: the pack of the base."""
    unused = Problems()
    valuation = read_valuation(read_yaml(folder / YAML, unused, YAML), portfolio, unused)
    figures = figures_of(folder)
    for one in json.loads((folder / JSON).read_bytes())["methods"]:
        base = one["value"]["base"]
        figures[value_name(one["id"])] = None if base is None else float(base)
    found = []
    for method in () if valuation is None else valuation.methods:
        given: dict[str, Given | None] = {case: _given(method, case, figures, Problems()) for case in CASES}
        if (basis := given["base"]) is not None:
            for kind, scenarios in (("bridge", method.bridge), ("stress", method.stress)):
                for scenario in scenarios:
                    given[f"{kind}.{scenario.id}"] = _under(method, scenario, basis, figures, Problems())
        found.append((method, given))
    return found


def facts(valuation: Valuation, pack: Pack, figures: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The whole valuation as plain data; what can't be valued is a problem and stands as null."""
    known = dict(figures)
    methods = []
    for method in valuation.methods:
        done = _method(method, pack, known, problems)
        base = done["value"]["base"]
        known[value_name(method.id)] = None if base is None else float(base)
        methods.append(done)
    return {
        "standard": valuation.standard, "currency": valuation.currency, "methods": methods, "tornado": _tornado(methods),
    }  # fmt: skip


def _tornado(methods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each assumption alone moves, of all methods together, the widest first."""
    found = [
        {
            "method": method["id"], **one,
            "swing": None if one["low"] is None or one["high"] is None else shown(abs(Decimal(one["high"]) - Decimal(one["low"]))),
        }
        for method in methods
        for one in method["sensitivities"]
    ]  # fmt: skip
    return sorted(
        found, key=lambda one: (one["swing"] is None, -Decimal(one["swing"] or 0), one["method"], one["name"])
    )


def _method(method: Method, pack: Pack, figures: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    declared = BY_NAME[method.method]
    basis = _given(method, "base", figures, problems)
    told = problems if basis is not None else Problems()  # what is wrong in the base case is told once
    given = {case: basis if case == "base" else _given(method, case, figures, told) for case in CASES}
    base = _valued(method, basis, problems, full=True)
    told = problems if base is not None else Problems()
    valued = {case: base if case == "base" else _valued(method, given[case], told) for case in CASES}
    return {
        "id": method.id, "title": dict(method.title), "method": method.method, "method_title": dict(declared.TITLE),
        "check": getattr(declared, "CHECK", False),
        "value": {case: None if done is None else shown(done.value) for case, done in valued.items()},
        "totals": [] if base is None else [{"name": name, "number": shown(number)} for name, number in base.totals.items()],
        "columns": [] if base is None else [{"name": name, "title": dict(title)} for name, title in base.columns.items()],
        "rows": [] if base is None else [{name: shown(number) for name, number in row.items()} for row in base.rows],
        "sensitivities": _sensitivities(method, basis, figures),
        "stress": _stress(method, basis, base, figures, problems),
        "bridge": _bridge(method, basis, base, figures, problems),
        "assumptions": [
            {
                "name": name, "title": dict(assumption.title), "unit": assumption.unit,
                **{case: None if chosen is None else _shown(chosen[name]) for case, chosen in given.items()},
                **_ground(method.assumptions.get(name)), "carries": _carries(method, name, pack),
            }
            for name, assumption in declared.ASSUMPTIONS.items()
            if name in method.assumptions or not assumption.quiet
        ],
    }  # fmt: skip


def _ground(assumed: Assumed | None) -> dict[str, Any]:
    """Where an assumption comes from."""
    if assumed is None:
        return {"stated": None, "basis": "default", "source": ["default"], "why": {}, "place": None}
    return {
        "basis": assumed.basis,
        "stated": assumed.text,
        "source": list(assumed.source),
        "why": dict(assumed.why),
        "place": str(assumed.span),
    }


def _carries(method: Method, name: str, pack: Pack) -> list[str]:
    """The risks of customers that an assumption carries; one at its default carries none."""
    assumed = method.assumptions.get(name)
    return [] if assumed is None else sorted(carried(method, name, assumed, pack))


def _given(
    method: Method, case: str, figures: Mapping[str, Any], problems: Problems
) -> dict[str, Any] | None:
    """Every assumption of a case as the method takes it; None when one can't be had. What goes wrong in the base case is told."""
    found: dict[str, Any] = {}
    for name, assumption in BY_NAME[method.method].ASSUMPTIONS.items():
        assumed = method.assumptions.get(name)
        if assumed is None:
            found[name] = _default(assumption)
            continue
        stated = assumed.of(case)
        many = isinstance(stated, tuple)
        parts = [_number(method, name, assumed, one, figures, problems) for one in (stated if isinstance(stated, tuple) else (stated,))]  # fmt: skip
        if None in parts:
            return None
        found[name] = tuple(parts) if many else parts[0]
    return found


def _default(assumption: Assumption) -> Any:
    """What an assumption is when nothing is said of it."""
    if isinstance(assumption.kind, tuple):
        return assumption.default
    return () if assumption.kind == "series" else Decimal(str(assumption.default))


def _number(
    method: Method, name: str, assumed: Assumed, stated: Any, figures: Mapping[str, Any], problems: Problems
) -> Any:
    """A number or word as stated, or what an expression gives; None, and a problem, when that is missing or out of range."""
    if not isinstance(stated, Tree):
        return stated
    assumption = BY_NAME[method.method].ASSUMPTIONS[name]
    value = Evaluator().value(stated, dict(figures))
    if value is None:
        problems.warning(
            "assumption-unknown", assumed.span, name=name, method=method.id, read=text_of(stated)
        )
        return None
    number = Decimal(repr(value))
    if not within(assumption, number):
        facts = {"name": name, "method": method.id, "read": str(value), **bounds(assumption)}
        problems.warning("assumption-out", assumed.span, **facts)
        return None
    return number


def _valued(method: Method, given: Given | None, problems: Problems, full: bool = False) -> Valued | None:
    if given is None:
        return None
    declared = BY_NAME[method.method]
    try:
        return exactly(partial(in_full, declared) if full else declared.value, given)
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


def _under(
    method: Method, scenario: Scenario, base: Given, figures: Mapping[str, Any], problems: Problems
) -> Given | None:
    """The assumptions of the base case with those of a scenario in their place; None when one can't be had."""
    own = replace(method, assumptions=scenario.assumptions)
    changed = {}
    for name, assumed in scenario.assumptions.items():
        stated = assumed.base
        parts = [_number(own, name, assumed, one, figures, problems) for one in (stated if isinstance(stated, tuple) else (stated,))]  # fmt: skip
        if None in parts:
            return None
        changed[name] = tuple(parts) if isinstance(stated, tuple) else parts[0]
    return {**base, **changed}


def _scenario(
    method: Method, scenario: Scenario, base: Given, figures: Mapping[str, Any], problems: Problems
) -> Decimal | None:
    """The value when the assumptions of a scenario take the place of those of the base case."""
    done = _valued(method, _under(method, scenario, base, figures, problems), problems)
    return None if done is None else done.value


def _stress(
    method: Method, given: Given | None, base: Valued | None, figures: Mapping[str, Any], problems: Problems
) -> list[dict[str, Any]]:
    """What the value comes to in each stress scenario, and what is lost against the base case."""
    if given is None or base is None:
        return []
    found = []
    for scenario in method.stress:
        value = _scenario(method, scenario, given, figures, problems)
        found.append({
            "id": scenario.id, "title": dict(scenario.title), "value": None if value is None else shown(value),
            "change": None if value is None else shown(value - base.value),
            "share": None if value is None or not base.value else shown(value / base.value - 1),
            "assumptions": _changed(scenario),
        })  # fmt: skip
    return found


def _bridge(
    method: Method, given: Given | None, base: Valued | None, figures: Mapping[str, Any], problems: Problems
) -> list[dict[str, Any]]:
    """The value step by step down to the base case; each step with what it changes against the one before."""
    if given is None or base is None or not method.bridge:
        return []
    values = [(one.id, dict(one.title), _scenario(method, one, given, figures, problems), _changed(one)) for one in method.bridge]  # fmt: skip
    values.append(("base", dict(BASE_CASE), base.value, []))
    found: list[dict[str, Any]] = []
    last: Decimal | None = None
    for name, title, value, changed in values:
        change = None if value is None or last is None else shown(value - last)
        found.append({"id": name, "title": title, "value": None if value is None else shown(value), "change": change, "assumptions": changed})  # fmt: skip
        last = value
    return found


def _changed(scenario: Scenario) -> list[dict[str, Any]]:
    """What a scenario states, with its ground."""
    return [{"name": name, **_ground(assumed)} for name, assumed in scenario.assumptions.items()]


def shown(number: Decimal) -> str:
    """A number as text, rounded half up; no exponent, no needless zeros."""
    text = f"{number.quantize(SHOWN, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return shown(value)
    return [shown(one) for one in value] if isinstance(value, tuple) else value
