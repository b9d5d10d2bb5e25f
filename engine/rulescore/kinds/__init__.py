# SPDX-License-Identifier: Apache-2.0
"""Rule kinds, one file each. A kind has a NAME (the key that marks it in YAML), a SCHEMA (the keys it adds), a `lower`
that turns its YAML into the ordered cases every other room works on, and a `describe` that shows its form."""

from __future__ import annotations

from types import ModuleType

from . import bands, cases, checklist, formula, lookup, scale, when

KINDS: tuple[ModuleType, ...] = (when, cases, bands, lookup, scale, formula, checklist)

BY_NAME = {kind.NAME: kind for kind in KINDS}


def kind_of(rule: dict[str, object]) -> list[str]:
    """The kinds whose key the rule has; a valid rule has exactly one. `when` beside another kind's key is that kind's."""
    return [name for name in BY_NAME if name in rule]
