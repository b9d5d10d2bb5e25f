# SPDX-License-Identifier: Apache-2.0
"""Gates and tiers, read from the YAML of a pack: what acts after the mean, and what a composite earns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ..arithmetic import units
from ..lang.check import Scope
from ..lang.syntax import Kind
from ..model import Action, Dimension, Expr, Gate, Text, Tier
from ..problems import Problems, Span, close_names
from ..source import Document, Path_
from . import merge
from .dictionary import sources
from .packfiles import Layer

EMPTY: Text = {"zh": "", "en": ""}
Expression = Callable[[Document, Path_, Any, Kind | None, Scope | None], Expr | None]


class Grading:
    """Reads gates and tiers in the scope of a pack's names; `expression` checks what stands in the YAML."""

    def __init__(self, layers: list[Layer], scope: Scope, expression: Expression, problems: Problems) -> None:
        self.layers, self.scope, self.expression, self.problems = layers, scope, expression, problems
        self.limits: dict[str, Span] = {}  # where each gate names its limit

    def read_gates(self, dimensions: tuple[Dimension, ...], scored: dict[str, Kind]) -> tuple[Gate, ...]:
        ids = [dimension.id for dimension in dimensions]
        done: list[Gate] = []
        for document, path, item in merge.gates([layer.pack for layer in self.layers]):
            action: Any = "cap" if "cap" in item else "floor"
            (target, limit), = item[action].items()  # fmt: skip
            place = document.key(*path, action, target)
            if target not in ("tier", "composite", *ids) or (target == "tier" and action == "floor"):
                self.problems.error(
                    "unknown-target",
                    place,
                    name=target,
                    close=close_names(target, ["tier", "composite", *ids]),
                )
                continue
            if (target == "tier") != isinstance(limit, str):
                self.problems.error(
                    "wrong-type",
                    document.at(*path, action, target),
                    read=str(limit),
                    want="text" if target == "tier" else "number",
                )
                continue
            # a gate on a dimension acts before there are scores; one on the composite sees dimensions
            names = dict(self.scope.names)
            if target in ("tier", "composite"):
                names |= {
                    key: kind for key, kind in scored.items() if target == "tier" or key.startswith("score.")
                }
            scope = replace(self.scope, names=names, base_allowed=False)
            when = self.expression(document, (*path, "when"), item["when"], "bool", scope)
            if when is not None:
                value = limit if isinstance(limit, str) else units(limit)
                self.limits[item["id"]] = document.at(*path, action, target)
                done.append(
                    Gate(
                        item["id"],
                        item["title"],
                        when,
                        action,
                        target,
                        value,
                        item["reason"],
                        sources(item.get("source")),
                        document.at(*path, "id"),
                        item.get("fairness", EMPTY),
                    )
                )
        return tuple(done)

    def read_tiers(
        self, settings: dict[str, Any], places: dict[str, Document], extra: dict[str, Kind]
    ) -> tuple[Tier, ...]:
        items: list[dict[str, Any]] = settings.get("tiers") or []
        if not items:
            self.problems.error("missing-key", self.layers[-1].pack.at(), key="tiers")
            return ()
        document = places["tiers"]
        scope = replace(self.scope, names={**self.scope.names, **extra}, base_allowed=False)
        done: list[Tier] = []
        for index, item in enumerate(items):
            last = index == len(items) - 1
            if last == ("when" in item):
                place = document.key("tiers", index, "when") if last else document.at("tiers", index, "id")
                self.problems.error(
                    "last-tier-condition" if last else "tier-without-condition", place, id=item["id"]
                )
                continue
            if any(tier.id == item["id"] for tier in done):
                self.problems.error("duplicate-id", document.at("tiers", index, "id"), id=item["id"], first=0)
            when = (
                None
                if last
                else self.expression(document, ("tiers", index, "when"), item["when"], "bool", scope)
            )
            done.append(
                Tier(
                    item["id"],
                    item["title"],
                    when,
                    item.get("why", EMPTY),
                    read_actions(item),
                    sources(item.get("source")),
                    document.at("tiers", index, "id"),
                )
            )
        return tuple(done)


def read_actions(item: dict[str, Any]) -> tuple[Action, ...]:
    """The measures that a tier or a finding names."""
    return tuple(
        Action(one["title"], one.get("owner"), one.get("due", "")) for one in item.get("actions", ())
    )
