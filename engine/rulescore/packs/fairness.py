# SPDX-License-Identifier: Apache-2.0
"""A pack -> refusal of what scores natural persons by sensitive data, age or gender without saying why."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from ..lang.syntax import Tree
from ..model import Field, Pack, Text
from ..problems import Problems, Span
from ..values import fold

TRAITS = frozenset(map(fold, [
    "age", "gender", "sex", "birthday", "birth_date", "birth_year", "date of birth", "ethnicity", "race", "religion",
    "年龄", "性别", "生日", "出生日期", "出生年月", "出生年份", "民族", "种族", "宗教信仰",
]))  # fmt: skip
"""Ids and titles of fields of persons that count as sensitive though nobody marked them."""

WORDS = frozenset({"gender", "sex", "birthday", "birthdate", "birth", "ethnicity", "religion"})
PARTS = ("性别", "生日", "出生日期", "出生年")
"""Words of an English id or title, and parts of a Chinese one, that do the same: `bride_gender`, 新娘出生日期."""

PERSONS = ("customers", "contacts")
"""Tables whose rows may be persons."""


def is_sensitive(table: str, field: Field) -> bool:
    """Whether the field is marked sensitive, or is by its name a trait that nobody should be scored by."""
    if field.sensitive:
        return True
    return table in PERSONS and any(_names_trait(name) for name in (field.id, *field.title.values()))


@functools.cache
def _names_trait(name: str) -> bool:
    words = name.casefold().replace("_", " ").split()
    return fold(name) in TRAITS or not WORDS.isdisjoint(words) or any(part in name for part in PARTS)


def check(pack: Pack, problems: Problems) -> None:
    """Refuses rules, gates and tiers that rest on sensitive fields, directly or through features, unless they say why."""
    names = {name for name, (table, field) in pack.fields.items() if is_sensitive(table, field)}
    if not names:
        return

    def judge(owner: str, place: Span, trees: Iterable[Tree], reason: Text | None) -> None:
        used = pack.names_behind(trees) & names
        if used and not (reason and all(reason.get(language, "").strip() for language in ("zh", "en"))):
            code = "sensitive-tier" if reason is None else "sensitive-rule"
            problems.error(code, place, name=owner, fields=sorted(used))

    for rule in pack.rules:
        judge(rule.id, rule.span, rule.trees, rule.fairness)
    for gate in pack.gates:
        judge(gate.id, gate.span, [gate.when.tree], gate.fairness)
    for finding in pack.noted:
        judge(finding.id, finding.span, finding.trees, {})
    for tier in pack.tiers:
        judge(tier.id, tier.span, [] if tier.when is None else [tier.when.tree], None)
