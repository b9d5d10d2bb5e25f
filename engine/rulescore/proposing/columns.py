# SPDX-License-Identifier: Apache-2.0
"""The columns of a file and the fields of a table -> which is likely which, how sure that is and why; never two for one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct
from msgspec.structs import replace

from ..model import Field, Table
from ..profiling import ColumnFacts
from ..readers.coerce import listed_words, truth_words
from ..readers.headers import names_of
from ..readers.mappings import Export
from ..values import fold, fold_word

CERTAIN, LIKELY, UNSURE = "certain", "likely", "unsure"

_NEAR = 0.72
"""From this likeness on a header is near enough to a field's name to be shown as a possibility."""

_UNIT = re.compile(
    r"[(（\[]\s*(万元|亿元|千元|百万元|万|亿|千|元|RMB|CNY)\s*[)）\]]\s*$|[_＿](万元?|亿元?)$", re.IGNORECASE
)
_AFFIX = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]\s*$|[*＊:：]+$|^[*＊]+")
_PLAIN_UNITS = ("元", "rmb", "cny")


class Match(Struct, frozen=True):
    """What is proposed for one column. `field` is "" when nothing fits. `settings` stand beside the field (date_format).

    Active are only certain and likely ones that nothing speaks against. `known` ones need no line: the mapping of the
    export places them. `why` and `doubt` are keys of words, with their facts. `hides` says that without a line of its
    own the column would be taken for a field.
    """

    header: str
    field: str
    level: str
    confidence: float
    why: str
    facts: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}
    doubt: str = ""
    known: bool = False
    hides: bool = False

    @property
    def active(self) -> bool:
        return bool(self.field) and self.level != UNSURE and not self.doubt


def match(
    table: Table, columns: Sequence[ColumnFacts], export: Export | None
) -> tuple[list[Match], frozenset[str]]:
    """A match for each column of the file, in its order; and the fields that are placed by active ones."""
    headers = [column.header for column in columns]
    placed = {} if export is None else export.columns_of(headers, {})
    names = names_of(table)
    found = []
    for column in columns:
        known = placed.get(column.header)
        if not column.header.strip() or headers.count(column.header) > 1:
            found.append(Match(column.header, "", UNSURE, 0.0, "unnamed"))
        elif known is not None:
            one = Match(column.header, known.field, CERTAIN, 1.0, "mapping", known=True, hides=True)
            settled = known.date_format is not None or not known.field
            found.append(one if settled else _checked(one, table.fields[known.field], column))
        else:
            one = _by_name(column, table, names)
            checked = _checked(one, table.fields[one.field], column) if one.field else one
            far = checked.why == "near" and checked.doubt
            found.append(Match(column.header, "", UNSURE, 0.0, "nothing") if far else checked)
    found = _one_each(found)
    return found, frozenset(one.field for one in found if one.active)


def _by_name(column: ColumnFacts, table: Table, names: Mapping[str, list[str]]) -> Match:
    """By id, title or alias; without a unit or note behind it; by likeness."""
    header = column.header
    fields = names.get(fold(header), [])
    if len(fields) > 1:
        facts = {"others": ", ".join(fields[1:])}
        return Match(header, fields[0], UNSURE, 0.5, "several", facts, hides=True)
    if fields:
        exact = header.strip() in _spelled(table.fields[fields[0]])
        return Match(
            header, fields[0], CERTAIN, 1.0 if exact else 0.95, "name" if exact else "folded", hides=True
        )
    unit = _unit_of(header)
    bare = header
    while _AFFIX.search(bare.strip()):
        bare = _AFFIX.sub("", bare.strip())
    fields = names.get(fold(_UNIT.sub("", bare)), []) or names.get(_without_table(fold(bare), table), [])
    if len(fields) == 1:
        one = Match(header, fields[0], LIKELY, 0.85, "without_note")
        return _with_unit(one, unit)
    return _near(header, table)


def _spelled(field_: Field) -> set[str]:
    return {field_.id, *field_.title.values(), *field_.aliases}


def _unit_of(header: str) -> str:
    found = _UNIT.search(header)
    unit = next((group for group in found.groups() if group), "") if found else ""
    return "" if unit.lower() in _PLAIN_UNITS else unit


def _with_unit(one: Match, unit: str) -> Match:
    """A header in 万元 needs a unit; where an assessment can't say so, a factor of ten thousand is at stake."""
    if not unit:
        return one
    return replace(one, settings={"unit": unit})


def _without_table(folded: str, table: Table) -> str:
    """A header without the name of its table before it: `customer_city` is the city of a customer."""
    for word in (table.id, table.id.removesuffix("s"), *table.title.values()):
        prefix = fold(word)
        if folded.startswith(prefix) and len(folded) > len(prefix):
            return folded.removeprefix(prefix)
    return folded


def _near(header: str, table: Table) -> Match:
    """The field whose names are likest to the header, never more than a possibility."""
    matcher = difflib.SequenceMatcher()
    matcher.set_seq2(fold(header))
    best, likeness = "", 0.0
    for name, field_ in table.fields.items():
        for word in (name, *field_.title.values(), *field_.aliases):
            matcher.set_seq1(fold(word))
            least = max(likeness, _NEAR - 0.01)
            if (
                matcher.real_quick_ratio() > least
                and matcher.quick_ratio() > least
                and matcher.ratio() > least
            ):
                best, likeness = name, matcher.ratio()
    if likeness < _NEAR:
        return Match(header, "", UNSURE, 0.0, "nothing")
    return Match(header, best, UNSURE, round(0.4 + 0.3 * (likeness - _NEAR) / (1 - _NEAR), 2), "near")


def _checked(one: Match, field_: Field, column: ColumnFacts) -> Match:
    """The match in the light of the values: dates get their form, what can't be read as the field is doubted."""
    if column.kind == "empty":
        return one
    if field_.kind == "date":
        return _dated(one, column)
    if field_.kind == "number" and column.kind not in ("number", "mixed") and not field_.words:
        return replace(one, level=UNSURE, confidence=min(one.confidence, 0.5), doubt="no_number")
    if field_.kind == "bool" and column.kind != "bool" and not column.personal:
        words = {*truth_words(), *map(fold_word, field_.missing)}
        if not _mostly(column, words):
            return replace(one, level=UNSURE, confidence=min(one.confidence, 0.5), doubt="no_truth")
    if field_.values and not one.known and not column.personal:
        words = {*listed_words(field_), *map(fold_word, field_.missing)}
        if not _mostly(column, words):
            facts = {"values": ", ".join(field_.values)}
            return replace(
                one, level=UNSURE, confidence=min(one.confidence, 0.5), doubt="no_words", facts=facts
            )
    return one


def _mostly(column: ColumnFacts, words: Set[str]) -> bool:
    """Whether at least half of the frequent values are among the words."""
    seen = sum(count for _, count in column.frequent)
    return 2 * sum(count for value, count in column.frequent if fold_word(value) in words) >= seen


def _dated(one: Match, column: ColumnFacts) -> Match:
    if column.kind == "date":
        return one
    if column.kind == "day_first" and column.example_form:
        day_first, month_first = (
            column.example_form.format(*order) for order in (("%d", "%m"), ("%m", "%d"))
        )
        facts = {"day_first": day_first, "month_first": month_first}
        if column.first_most > 12 and column.second_most > 12:
            return replace(one, level=UNSURE, confidence=0.5, doubt="two_orders", facts=facts)
        if column.first_most <= 12 and column.second_most <= 12:
            return replace(one, level=UNSURE, confidence=0.5, doubt="date_order", facts=facts)
        form = day_first if column.first_most > 12 else month_first
        why = "day_over_12" if column.first_most > 12 else "month_first"
        level = LIKELY if one.level == CERTAIN else one.level
        return replace(
            one,
            level=level,
            confidence=min(one.confidence, 0.9),
            why=why,
            settings={"date_format": form},
            known=False,
        )
    if column.kind == "milliseconds":
        return replace(one, level=UNSURE, confidence=0.5, doubt="time_zone")
    if column.kind == "mixed" and column.kinds.get("date"):
        return one
    return replace(one, level=UNSURE, confidence=min(one.confidence, 0.5), doubt="no_date")


def _one_each(found: list[Match]) -> list[Match]:
    """Of several columns for one field the surest stays active, of equals the first."""
    best: dict[str, Match] = {}
    for one in found:
        if one.active and (one.field not in best or one.confidence > best[one.field].confidence):
            best[one.field] = one
    settled = []
    for one in found:
        if one.active and best[one.field] is not one:
            facts = {"header": best[one.field].header}
            one = replace(one, level=UNSURE, confidence=0.5, doubt="taken", facts=facts)
        settled.append(one)
    return settled
