# SPDX-License-Identifier: Apache-2.0
"""Every function's own examples on every engine, and that every function says what it is in both languages."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harness import (
    AS_OF,
    ENGINES,
    base_tables,
    day_of,
    dictionary,
    evaluate,
    plan_of,
    read_pack,
    same,
    write_pack,
)
from rulescore.lang import functions
from rulescore.lang.functions import AGGREGATES, BASE, FUNCTIONS

DECLARED = {**FUNCTIONS, **{f"{name} of events": found for name, found in AGGREGATES.items()}, **BASE}
EXAMPLES = [(name, text, value) for name, found in DECLARED.items() for text, value in found.examples]

# The worlds that the examples speak of, told in the comments beside them: one customer's orders, no calls; a base of four.
ORDERS = [
    ("2025-09-01", 100, "done"), ("2026-01-10", 300, "done"), ("2026-03-01", None, "open"),
    ("2026-06-01", 200, "cancelled"), ("2026-07-15", 700, "done"),
]  # fmt: skip
SALES = (10, 40, 40, None)
GROUPING = ("East", "East", "West", "West")


@cache
def answers(engine: str) -> dict[str, Any]:
    """Each example's value for the customer of the examples, all computed in one run."""
    features = {f"f{index}": {"is": text} for index, (_, text, _) in enumerate(EXAMPLES)}
    rules = [{"id": "any", "formula": "0"}]
    tables = {"sales": "number", "grouping": "text", "nothing": "number"}
    pack = _pack(features, rules, tables)
    customers = [
        {"customer_id": f"C{index}", "sales": sales, "grouping": group}
        for index, (sales, group) in enumerate(zip(SALES, GROUPING, strict=True))
    ]
    orders = [
        {"customer_id": "C0", "order_date": day, "amount": amount, "status": status}
        for day, amount, status in ORDERS
    ]
    # a second customer's orders must not be counted for the first
    orders.append({"customer_id": "C1", "order_date": "2026-02-02", "amount": 1e6, "status": "odd"})
    calls = [{"customer_id": "C2", "call_date": "2026-02-02", "minutes": 9.0}]
    plan = plan_of(pack, AS_OF, every_feature=True)
    inputs = evaluate(plan, base_tables(pack, customers, {"orders": orders, "calls": calls}), engine).inputs
    first = inputs.filter(inputs["customer_id"] == "C0").to_dicts()[0]
    return {text: first[f"f{index}"] for index, (_, text, _) in enumerate(EXAMPLES)}


def _pack(features: dict[str, Any], rules: list[Any], fields: dict[str, str]) -> Any:

    with tempfile.TemporaryDirectory() as folder:
        return read_pack(
            write_pack(
                Path(folder) / "pack",
                {"one": {"features": features, "rules": rules}},
                tables=dictionary(fields),
            )
        )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "text", "value"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_example(engine: str, name: str, text: str, value: Any) -> None:
    """Guards the promise of the manual: what an example shows is what every engine gives."""
    wanted = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    found = answers(engine)[text]
    assert same(found, wanted), f"{text} is {found!r}, its example says {wanted!r}"


@pytest.mark.parametrize("name", DECLARED)
def test_every_function_is_described(name: str) -> None:
    """Guards the manual and the explanations: a function without words or examples can't be shown or trusted."""
    found = DECLARED[name]
    for texts in (found.meaning, found.words):
        assert set(texts) == {"zh", "en"}
        assert re.search(r"[\u4e00-\u9fff]", texts["zh"].replace("{all}", "各")), "Chinese words expected"
        assert not re.search(r"[\u4e00-\u9fff]", texts["en"]), "English words expected"
    assert found.examples, "at least one example, so that the meaning is tested"
    assert all(name.split()[0] in text or "shift" in name for text, _ in found.examples), (
        "an example must use its function"
    )


@pytest.mark.parametrize("name", DECLARED)
def test_words_have_places_for_the_arguments(name: str) -> None:
    """Guards sentences such as "{0} of {1}" against a number that no argument has, or one language forgetting an argument."""
    found = DECLARED[name]
    if hasattr(found, "parameters"):
        count = len([parameter for parameter in found.parameters if parameter != "..."])
    elif hasattr(found, "operand"):
        count = found.operands
    else:
        count = getattr(found, "operands", 1) + getattr(found, "literals", 0) + getattr(found, "grouped", 0)
    for language in ("zh", "en"):
        places = set(re.findall(r"\{(\w+)\}", found.words[language]))
        assert places and places <= {"all", "table", *map(str, range(count))}
    assert len({frozenset(re.findall(r"\{(\w+)\}", found.words[language])) for language in ("zh", "en")}) == 1


def test_examples_cover_missing() -> None:
    """Guards the least known half of a meaning: functions that can give missing show when in an example."""
    gives_missing = {
        "min",
        "max",
        "sqrt",
        "log",
        "exp",
        *(f"{name} of events" for name, f in AGGREGATES.items() if f.no_events is None),
    }
    shown = {name for name, _, value in EXAMPLES if value is None}
    assert gives_missing <= shown


def test_names_are_used_once() -> None:
    """Guards against a function that hides another of its name: only min and max are also aggregates."""
    listed = [f.name for topic in functions.TOPICS for f in topic.FUNCTIONS]
    assert len(listed) == len(set(listed))
    assert set(FUNCTIONS) & set(AGGREGATES) == {"min", "max"}
    assert not set(BASE) & (set(FUNCTIONS) | set(AGGREGATES))


def test_every_topic_file_is_listed() -> None:
    """Guards "one file and one name": a topic file that TOPICS does not name would be dead without a word."""
    folder = Path(functions.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "declare", "aggregates", "base"}
    assert files == {topic.__name__.rsplit(".", 1)[-1] for topic in functions.TOPICS}


def test_the_worlds_are_as_told() -> None:
    """Guards the worlds above: the examples' as-of date stands between the fourth order and the fifth."""
    days = [day_of(day) for day, _, _ in ORDERS]
    assert days == sorted(days)
    assert days[3] < day_of(AS_OF) < days[4]
