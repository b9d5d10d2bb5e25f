# SPDX-License-Identifier: Apache-2.0
"""Early warnings, read from the YAML of a pack's layers: why a customer may be about to leave or to stop paying, how serious that
is, and what is done.

An early warning is a finding that keeps nobody out, with a severity. All of them come to four features of a customer: the worst
severity that holds, whether the customer is on the list, what would be lost with it by one expression of pack.yaml, and
that amount if it is on the list. A customer kept out of the valued base is not on it. So engines, trace, explanation and
verification need nothing for the list, and the amount of a customer counts once however many warnings hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ..model import (  # fmt: skip
    AT_RISK,
    AT_STAKE,
    KEPT_OUT,
    NO_WARNING,
    SEVERITIES,
    VALUE_AT_RISK,
    WARNING_LEVEL,
    Feature,
    Finding,
)
from ..problems import Problems
from ..source import Document, Path_
from . import findings
from .findings import Declared

AMOUNT = "amount"
TITLES = {
    WARNING_LEVEL: {"zh": "预警级别", "en": "Level of early warning"},
    AT_RISK: {"zh": "列入预警名单", "en": "On the early-warning list"},
    AT_STAKE: {"zh": "流失时的损失额", "en": "What would be lost with the customer"},
    VALUE_AT_RISK: {"zh": "预警涉及金额", "en": "Value at risk"},
}
LEVELS = {
    "act": {"zh": "处置", "en": "Act"},
    "watch": {"zh": "关注", "en": "Watch"},
    NO_WARNING: {"zh": "无预警", "en": "No warning"},
}


def as_features(
    warnings: Mapping[str, Declared], stake: Declared | None, keeps_out: bool
) -> Iterator[tuple[str, Document, Path_, str, dict[str, Any]]]:
    """(name, document, path, key of the expression, facts as of a feature) of the features that early warnings are and come to.
    `stake`: what pack.yaml says of what would be lost; `keeps_out`: whether any finding keeps customers out."""
    yield from findings.as_features(warnings)
    if not warnings or stake is None:
        return
    document, path, _ = next(iter(warnings.values()))
    sources = [f"early_warning:{key}" for key in warnings]

    def made(name: str, expression: str, **facts: Any) -> tuple[str, Document, Path_, str, dict[str, Any]]:
        return name, document, path, "severity", {"title": TITLES[name], "is": expression, "source": sources, **facts}  # fmt: skip

    level = f'"{NO_WARNING}" if coalesce({KEPT_OUT}, false) else ' if keeps_out else ""
    for severity in SEVERITIES:
        any_of = [key for key, (_, _, item) in warnings.items() if item["severity"] == severity]
        if any_of:
            level += f'"{severity}" if {" or ".join(f"coalesce({key}, false)" for key in any_of)} else '
    yield made(WARNING_LEVEL, f'{level}"{NO_WARNING}"', values=LEVELS)
    yield made(AT_RISK, f'{WARNING_LEVEL} != "{NO_WARNING}"')
    item = stake[2]
    unit, title = item.get("unit", "CNY"), item.get("title", TITLES[AT_STAKE])
    facts = {"title": title, "unit": unit, "is": item[AMOUNT], "source": item.get("source")}
    yield AT_STAKE, stake[0], stake[1], AMOUNT, facts
    yield made(VALUE_AT_RISK, f"{AT_STAKE} if {AT_RISK} else 0", unit=unit)


def read(
    warnings: Mapping[str, Declared],
    stake: Declared | None,
    features: Mapping[str, Feature],
    of_base: bool,
    place: Document,
    problems: Problems,
) -> tuple[Finding, ...]:
    """The early warnings whose condition could be checked. A problem each in a pack of the base, which has one record; and one
    where nothing says what would be lost, at `place`, the pack.yaml."""
    if of_base:
        for key, (document, path, _) in warnings.items():
            problems.error("early-warning-not-here", document.key(*path), id=key)
        return ()
    if warnings and stake is None:
        problems.error("missing-key", place.at(), key=AT_STAKE)
    return tuple(
        replace(one, severity=warnings[one.id][2]["severity"]) for one in findings.read(warnings, features)
    )
