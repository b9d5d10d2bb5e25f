# SPDX-License-Identifier: Apache-2.0
"""Measures and strategies, read from the YAML of a pack's layers: what is to be done about the base, and about its groups.

A measure is a goal, a figure of the base compared with what it should be, and what is done until it is met. It is two
features, `<name>_met` and its negation under its own name; so engines, trace, explanation and verification need nothing
for it. Strategies are ordered: each row of the breakdowns that they name takes the first that is known to hold, which
stands there as one more figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ..lang.check import Scope
from ..lang.syntax import Kind, Tree, constant, text_of
from ..model import MET, Breakdown, Expr, Feature, Finding, Strategy, Table
from ..problems import Problems, close_names
from ..source import Document, Path_
from .dictionary import sources
from .findings import AMOUNT, Declared
from .grading import EMPTY, read_actions

TAKEN = "measures_taken"
"""The table of the company in which people note what became of measures."""

FIGURE = "strategy"
FIGURE_TITLE = {"zh": "策略", "en": "Strategy"}
NONE = "none"
NONE_WORDS = {"zh": "照常维护", "en": "Kept as it is"}

Expression = Callable[[Document, Path_, Any, Kind | None, Scope | None], Expr | None]


def as_features(
    measures: Mapping[str, Declared],
) -> Iterator[tuple[str, Document, Path_, str, dict[str, Any]]]:
    """(name, document, path, key of the expression, facts as of a feature) of the features that measures are."""
    for key, (document, path, item) in measures.items():
        title, common = item["title"], {"source": item.get("source")}
        met = {"zh": f"{title['zh']}：已达目标", "en": f"{title['en']}: goal met"}
        yield f"{key}{MET}", document, path, "goal", {"title": met, "is": item["goal"], **common}
        yield key, document, path, "goal", {"title": title, "is": f"not {key}{MET}", **common}
        if "amount" in item:
            words = {"zh": f"{title['zh']}：可挽回或增加的金额", "en": f"{title['en']}: amount at stake"}
            facts = {"title": words, "unit": item.get("unit", "CNY"), "is": item["amount"], **common}
            yield f"{key}{AMOUNT}", document, path, "amount", facts


def read(
    measures: Mapping[str, Declared],
    features: Mapping[str, Feature],
    customers: Table | None,
    problems: Problems,
) -> tuple[Finding, ...]:
    """The measures whose goal could be checked: a figure, a comparison, and a number, parameter or figure. `customers`: the
    scored customers, of which the base consists; without them the pack is one of customers, where measures have no place."""
    found = []
    for key, (document, path, item) in measures.items():
        if customers is None:
            problems.error("measure-not-here", document.key(*path), id=key)
            continue
        if key not in features or f"{key}{MET}" not in features:
            continue
        goal = features[f"{key}{MET}"].expr
        if not _is_goal(goal.tree, features):
            problems.error("goal-form", document.at(*path, "goal"), read=goal.text)
            continue
        found.append(Finding(
            key, item["title"], item.get("why", EMPTY), features[key].expr, features.get(f"{key}{AMOUNT}"),
            False, read_actions(item), sources(item.get("source")), document.key(*path), goal,
            *_whom(document, path, item.get("customers"), customers, problems),
        ))  # fmt: skip
    return tuple(found)


def _whom(
    document: Document, path: Path_, item: dict[str, str] | None, customers: Table, problems: Problems
) -> tuple[str, str]:
    """The two columns of the scored customers, a truth and a number."""
    if item is None:
        return "", ""
    for key, kind in (("where", "bool"), ("amount", "number")):
        known = [field.id for field in customers.fields.values() if field.kind == kind]
        if item[key] not in known:
            close = close_names(item[key], known)
            problems.error("unknown-name", document.at(*path, "customers", key), name=item[key], close=close)
    return item["where"], item["amount"]


def _is_goal(tree: Tree, features: Mapping[str, Feature]) -> bool:
    if tree.op != "compare" or tree.value not in (("<=",), (">=",), ("<",), (">",)):
        return False
    figure, target = tree.args
    return figure.op == "name" and figure.value in features and target.op in ("name", "const")


def with_strategies(
    breakdowns: Iterable[Breakdown],
    declared: Mapping[str, Declared],
    scope: Scope,
    expression: Expression,
    written: Iterable[str],
    problems: Problems,
) -> tuple[Breakdown, ...]:
    """The breakdowns with the strategies that name them, and the figure that says which is taken. `written`: the ids of all
    breakdowns, those too that a later layer removes."""
    done, known = tuple(breakdowns), list(written)
    for document, path, item in declared.values():
        for index, name in enumerate(item["each"]):
            if name not in known:
                place = document.at(*path, "each", index)
                problems.error("unknown-breakdown", place, name=name, close=close_names(name, known))
    return tuple(_laid(one, declared, scope, expression, problems) for one in done)


def _laid(
    breakdown: Breakdown,
    declared: Mapping[str, Declared],
    scope: Scope,
    expression: Expression,
    problems: Problems,
) -> Breakdown:
    keys = {str(expr.tree.value): expr.tree.kind for expr in breakdown.by if expr.tree.op == "name"}
    figures = {figure.id: figure.expr.tree.kind for figure in breakdown.figures.values()}
    own = Scope({**scope.names, **figures, **keys}, scope.values, scope.tables, base_allowed=False)
    found = []
    for name, (document, path, item) in declared.items():
        if breakdown.id in item["each"]:
            when = expression(document, (*path, "when"), item["when"], "bool", own)
            if when is not None:
                found.append(Strategy(
                    name, item["title"], item.get("why", EMPTY), when, read_actions(item),
                    sources(item.get("source")), document.key(*path),
                ))  # fmt: skip
    if not found:
        return breakdown
    if FIGURE in breakdown.figures:
        problems.error("duplicate-name", breakdown.figures[FIGURE].span, name=FIGURE)
    tree = constant(NONE)
    for strategy in reversed(found):
        known = Tree("call", (strategy.when.tree, constant(False)), "coalesce", "bool")
        tree = Tree("if", (known, constant(strategy.id), tree), kind="text")
    for key, kind in keys.items():  # nothing is done with those of whom nobody knows where they belong
        lost = Tree("call", (Tree("name", value=key, kind=kind),), "is_missing", "bool")
        tree = Tree("if", (lost, constant(NONE), tree), kind="text")
    words = {one.id: one.title for one in found} | {NONE: NONE_WORDS}
    cited = tuple(dict.fromkeys(source for one in found for source in one.source))
    expr = Expr(tree, text_of(tree), found[0].span)
    figure = Feature(FIGURE, FIGURE_TITLE, "", expr, cited, found[0].span, words)
    return replace(breakdown, figures={**breakdown.figures, FIGURE: figure}, strategies=tuple(found))
