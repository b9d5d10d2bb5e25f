# SPDX-License-Identifier: Apache-2.0
"""The headers of a file and the fields of a table -> which column is which field, or why that is unclear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..model import Field, Table
from ..packs.dictionary import is_number
from ..problems import Problems, Span, close_names
from ..values import fold, fold_word
from .coerce import Column
from .layout import JOINT
from .table import Raw
from .units import Unit, split, unit_of


class Mapped(Struct, frozen=True):
    """What an assessment or the mapping of a known export says about one header: its field, more missing words, what it
    writes for the field's values, how dates and numbers are written. A `field` of "" leaves the column out on purpose.
    """

    field: str
    missing: tuple[str, ...] = ()
    date_format: str | None = None
    span: Span | None = None
    words: Mapping[str, tuple[str, ...]] = {}
    unit: str | None = None
    date_order: str | None = None
    percent_scale: str | None = None


class Fit(Struct, frozen=True):
    """The columns of a file that became fields, and the headers that did not."""

    columns: tuple[Column, ...]
    unused: tuple[str, ...]


def fit(
    raw: Raw,
    table: Table,
    mapping: Mapping[str, Mapped],
    problems: Problems,
    constants: Mapping[str, Mapped] | None = None,
    only_said: bool = False,
) -> Fit:
    """Fits headers to fields: by the mapping where it speaks, else, unless `only_said`, by id, title or alias.
    `constants` are fields that need no column."""
    constants = constants or {}
    chosen: dict[int, str] = {}
    said: dict[int, Mapped] = {}
    for header, mapped in mapping.items():
        index = _find(raw, header, mapped, problems)
        if index is None:
            continue
        said[index] = mapped
        if mapped.field and _known(table, mapped, problems):
            chosen[index] = mapped.field
    names = {} if only_said else names_of(table)
    taken = {*chosen.values(), *constants}
    for index, header in enumerate(raw.headers):
        if index in said or not fold(header):
            continue
        fields = [name for name in _answers(names, header) if name not in taken]
        if len(fields) > 1:
            problems.error(
                "ambiguous-header", raw.cell(raw.header_row or None, header), header=header, fields=fields
            )
        elif fields:
            chosen[index] = fields[0]
    if not chosen and not said:
        problems.error(
            "no-columns", raw.cell(raw.header_row or None), table=table.id, headers=list(raw.headers)
        )
        return Fit((), raw.headers)
    _refuse_doubles(raw, table, chosen, problems)
    _refuse_gaps(raw, table, {*chosen.values(), *constants}, chosen, problems)
    unused = tuple(h for i, h in enumerate(raw.headers) if i not in chosen and i not in said and h.strip())
    if unused:
        place = raw.cell(raw.header_row or None)
        problems.note("unused-columns", place, table=table.id, headers=list(unused), count=len(unused))
    return Fit(
        tuple(
            _column(raw, table, index, name, said.get(index), problems)
            for index, name in sorted(chosen.items())
        ),
        unused,
    )


def names_of(table: Table) -> dict[str, list[str]]:
    """Folded header -> ids of the fields that answer to it. An id comes before titles, titles before aliases."""
    names: dict[str, list[str]] = {}
    ranks: tuple[dict[str, list[str]], ...] = ({}, {}, {})
    for name, field in table.fields.items():
        if field.made_of:
            continue
        for rank, words in zip(ranks, ([name], titles(field), field.aliases), strict=True):
            for word in words:
                ids = rank.setdefault(fold(word), [])
                if name not in ids:
                    ids.append(name)
    for rank in ranks:
        for word, ids in rank.items():
            names.setdefault(word, ids)
    return names


def titles(field: Field) -> list[str]:
    """What a field is called in each language, and in both at once, as bilingual forms write it."""
    words = list(dict.fromkeys(field.title.values()))
    return [*words, " ".join(words)]


def known_names(table: Table, mapping: Mapping[str, Mapped]) -> dict[str, str]:
    """Folded header -> the kind of its field, for every header that the table or the mapping knows."""
    names = {word: table.fields[ids[0]].kind for word, ids in names_of(table).items()}
    kinds = {
        fold(header): table.fields[mapped.field].kind if mapped.field in table.fields else "text"
        for header, mapped in mapping.items()
    }
    return {**names, **kinds}


def _answers(names: Mapping[str, list[str]], header: str) -> Sequence[str]:
    """The fields that a header may be: by its whole text, without its unit, or by the last part of a header of two rows."""
    last = header.rpartition(JOINT)[2]
    for text in (header, split(header)[0], last, split(last)[0]):
        if (found := names.get(fold(text))) is not None:
            return found
    return ()


def _find(raw: Raw, header: str, mapped: Mapped, problems: Problems) -> int | None:
    """The index of the header that a mapping names: as written, else folded."""
    exact = [index for index, name in enumerate(raw.headers) if name.strip() == header.strip()]
    found = exact or [index for index, name in enumerate(raw.headers) if fold(name) == fold(header)]
    if len(found) == 1:
        return found[0]
    place = mapped.span or raw.cell(raw.header_row or None)
    if found:
        problems.error("duplicate-header", place, header=header, count=len(found), file=raw.file)
    else:
        close = close_names(header, [name for name in raw.headers if name.strip()])
        problems.error(
            "unknown-header", place, header=header, file=raw.file, headers=list(raw.headers), close=close
        )
    return None


def _known(table: Table, mapped: Mapped, problems: Problems) -> bool:
    fields = [name for name, field in table.fields.items() if not field.made_of]
    if mapped.field in fields:
        field = table.fields[mapped.field]
        for value in mapped.words:
            if value not in field.values and not (field.kind == "number" and is_number(value)):
                allowed = list(field.values)
                close = close_names(value, allowed)
                problems.error(
                    "unknown-value", mapped.span, name=field.id, read=value, allowed=allowed, close=close
                )
        return True
    close = close_names(mapped.field, fields)
    problems.error("unknown-field", mapped.span, name=mapped.field, table=table.id, close=close)
    return False


def _refuse_doubles(raw: Raw, table: Table, chosen: dict[int, str], problems: Problems) -> None:
    """Two columns for one field: neither may win by chance."""
    by_field: dict[str, list[int]] = {}
    for index, name in sorted(chosen.items()):
        by_field.setdefault(name, []).append(index)
    for name, indexes in by_field.items():
        if len(indexes) > 1:
            headers = [raw.headers[index] for index in indexes]
            problems.error(
                "field-twice", raw.cell(raw.header_row or None), field=name, table=table.id, headers=headers
            )
            for index in indexes[1:]:
                del chosen[index]


def _refuse_gaps(
    raw: Raw, table: Table, present: set[str], chosen: dict[int, str], problems: Problems
) -> None:
    """A table without the columns that it can't do without."""
    needed = [name for name in (table.key, table.customer, table.date) if name]
    needed += [name for name, field in table.fields.items() if field.required]
    free = [header for index, header in enumerate(raw.headers) if index not in chosen and header.strip()]
    for name in dict.fromkeys(needed):
        if name not in present and name in table.fields:
            titles = list(dict.fromkeys(table.fields[name].title.values()))
            close = _close_headers([name, *titles, *table.fields[name].aliases], free)
            facts = {"field": name, "title": " / ".join(titles), "table": table.id}
            problems.error(
                "missing-column", raw.cell(raw.header_row or None), **facts, headers=free, close=close
            )


def _close_headers(words: Iterable[str], headers: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for word in words:
        found.update(dict.fromkeys(close_names(word, headers)))
    return list(found)[:3]


def _column(
    raw: Raw, table: Table, index: int, name: str, mapped: Mapped | None, problems: Problems
) -> Column:
    """The column with all that is known of how it is written; a unit is told, and one that is not the field's warned of."""
    mapped = mapped or Mapped(name)
    header, field = raw.headers[index], worded(table.fields[name], mapped.words)
    column = Column(
        str(index),
        header,
        field,
        raw.frame.collect_schema()[str(index)],
        mapped.missing,
        mapped.date_format,
        name in (table.key, table.customer),
        date_order=mapped.date_order,
        percent_scale=mapped.percent_scale,
    )
    wanted = unit_of(field.unit)
    column = replace(column, base=wanted.power if wanted else 0)
    unit = unit_of(mapped.unit) if mapped.unit else split(header)[1]
    if unit is None or field.kind != "number":
        return column
    facts = {"unit": unit.word.strip(), "field": name, "table": table.id}
    place = raw.cell(raw.header_row or None, header)
    if field.type == "percent":
        if unit.is_percent and mapped.percent_scale is None:
            problems.note("percent-header", place, **facts)
            return replace(column, percent_scale="hundred")
        return column
    if _differs(unit, field.unit):
        problems.warning("other-unit", place, **facts, want=field.unit)
    power = unit.power - column.base
    if power:
        problems.note(
            "unit-applied", place, **facts, factor=f"{10**power:,}" if power > 0 else f"{10.0**power:g}"
        )
    return replace(column, power=power, unit=unit.word.strip() if unit.power else "")


def _differs(unit: Unit, wanted: str) -> bool:
    """Whether a unit is of another kind than the field's: another currency, or months where days are wanted."""
    of = unit_of(wanted)
    return bool(unit.of and of is not None and of.of and unit.of != of.of)


def worded(field: Field, words: Mapping[str, tuple[str, ...]]) -> Field:
    """The field with more words for its values; a word that already means another value means it no longer."""
    if not words:
        return field
    said = {fold_word(word) for more in words.values() for word in more}
    kept = {
        value: tuple(word for word in old if fold_word(word) not in said)
        for value, old in field.words.items()
    }
    merged = {value: (*words.get(value, ()), *kept.get(value, ())) for value in {**kept, **words}}
    return replace(field, words=merged)
