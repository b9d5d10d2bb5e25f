# SPDX-License-Identifier: Apache-2.0
"""Rule kinds, one file each. A kind has a NAME (the key that marks it in YAML), a SCHEMA (the keys it adds), a `lower`
that turns its YAML into the ordered cases every other room works on, and a `describe` that shows its form."""

from __future__ import annotations

from types import ModuleType

from ..model import Expr, Question
from . import bands, cases, checklist, formula, lookup, question, scale, when
from .builder import RuleText

KINDS: tuple[ModuleType, ...] = (when, cases, bands, lookup, scale, formula, checklist, question)

BY_NAME = {kind.NAME: kind for kind in KINDS}


def kind_of(rule: dict[str, object]) -> list[str]:
    """The kinds whose key the rule has; a valid rule has exactly one. `when` beside another kind's key is that kind's."""
    return [name for name in BY_NAME if name in rule]


def frame_of(kind: ModuleType, rule: RuleText) -> tuple[Expr | None, Expr | None, Question | None]:
    """What a rule looks at, when it applies, and what it asks: as written, unless the kind has a `frame` of its own."""
    if hasattr(kind, "frame"):
        found: tuple[Expr | None, Expr | None, Question | None] = kind.frame(rule)
        return found
    of = rule.expr("of") if "of" in rule.data else None
    return of, rule.expr("applies", want="bool") if "applies" in rule.data else None, None
