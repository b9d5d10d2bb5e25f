# SPDX-License-Identifier: Apache-2.0
"""The facts of files and the dictionary -> which table each part is, by which mapping, and what it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..model import Table, Text
from ..profiling import FileFacts, Reference
from ..profiling.columns import looks_like_id
from ..readers.headers import names_of
from ..readers.mappings import Export, Known, shipped
from ..readers.tables import CUSTOMERS
from ..values import fold
from .columns import CERTAIN, LIKELY, UNSURE, Match, match

GENERIC = ("generic_zh", "generic_en")
"""Mappings without a system behind them: they place columns, but recognise nothing."""

FILE_WORDS: Mapping[str, tuple[str, ...]] = {
    "customers": ("account", "client", "compan", "客户", "企业名单", "公司名单"),
    "contacts": ("contact", "联系人"),
    "orders": ("order", "deal", "opportunit", "pipeline", "sales", "订单", "销售", "台账"),
    "contracts": ("contract", "subscription", "合同"),
    "invoices": ("invoice", "发票", "开票"),
    "payments": ("payment", "receipt", "回款", "收款"),
    "receivables": ("receivable", "ageing", "aging", "应收", "账龄"),
    "activities": ("activit", "visit", "拜访", "跟进"),
    "complaints": ("complaint", "ticket", "case", "投诉", "工单"),
    "survey_answers": ("survey", "nps", "csat", "问卷", "满意度"),
    "referrals": ("referral", "转介绍"),
}
"""What files of a table are called, beside the table's own id and titles."""

_HINTS = 3
_ENOUGH = 3
"""So many columns must be placed for a file to be a table by its headers alone."""

_RECOGNISED, _NAMED, _LACKING, _SEVERAL = 10, 3, -3, -4


class Use(Struct, frozen=True):
    """One part of a file as a part of a table. `lacking` are needed fields without a column, `constants` those of them
    that a person must give for the whole file; `hints` say of a lacking field which columns may be it. `named`: its page
    must be named, since the pages of its file differ; otherwise it stands for all `pages` of the file."""

    facts: FileFacts
    table: str
    level: str
    confidence: float
    why: str
    known: Known | None
    matches: tuple[Match, ...]
    lacking: tuple[str, ...]
    constants: tuple[str, ...] = ()
    hints: Mapping[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = ()
    distinct: bool = False
    named: bool = False
    pages: int = 1
    rows: int = 0

    @property
    def active(self) -> bool:
        """Whether it is proposed to count. What it lacks is then told by the evaluation, not passed over."""
        return self.level != UNSURE

    @property
    def sheet(self) -> str | None:
        """The sheet, where it must be named: in a workbook of several, and where the pages of a file differ."""
        return self.facts.raw.sheet if self.facts.opened.several or self.named else None


class Proposal(Struct, frozen=True):
    """What is proposed of all files, in their order. `latest` is the last date seen in them."""

    uses: tuple[Use, ...]
    tables: Mapping[str, Table]
    company: Text
    company_given: bool
    as_of: str | None
    pack: str
    pack_given: bool
    latest: str | None

    def as_data(self) -> dict[str, Any]:
        return {
            "company": dict(self.company), "as_of": self.as_of, "pack": self.pack, "latest_date": self.latest,
            "files": [_data(use) for use in self.uses],
        }  # fmt: skip


def _data(use: Use) -> dict[str, Any]:
    return {
        "file": use.facts.raw.file, "sheet": use.sheet, "pages": use.pages, "rows": use.rows, "table": use.table,
        "level": use.level, "confidence": use.confidence, "why": use.why, "active": use.active,
        "mapping": None if use.known is None else use.known.id, "distinct": use.distinct,
        "lacking": list(use.lacking), "constants": list(use.constants),
        "columns": [
            {
                "header": one.header, "field": one.field or None, "level": one.level, "confidence": one.confidence,
                "active": one.active, "why": one.why, "doubt": one.doubt or None, **dict(one.settings),
            }
            for one in use.matches
        ],
    }  # fmt: skip


def propose(
    files: Sequence[FileFacts], links: Sequence[Reference], tables: Mapping[str, Table],
    company: str | None, folder: str, as_of: str | None, pack: str | None,
) -> Proposal:  # fmt: skip
    """Proposes a table for every part; where no list of customers is among them, one of the customers that events name."""
    known = shipped()
    uses = [_use(number, facts, files, links, tables, known) for number, facts in enumerate(files)]
    uses = _without_repeats(uses)
    if not any(use.table == CUSTOMERS and use.active for use in uses):
        uses = [*_named_customers(uses, tables, known), *uses]
    days = [
        column.most for facts in files for column in facts.columns if column.kind == "date" and column.most
    ]
    name = company or folder
    return Proposal(
        tuple(uses), tables, {"zh": name, "en": name}, company is not None, as_of, pack or "general",
        pack is not None, max(days, default=None),
    )  # fmt: skip


def _use(
    number: int, facts: FileFacts, files: Sequence[FileFacts], links: Sequence[Reference],
    tables: Mapping[str, Table], known: Sequence[Known],
) -> Use:  # fmt: skip
    """The table that fits best; unsure when another fits as well, or when hardly anything does."""
    tried = [_tried(facts, table, known) for table in tables.values()]
    ranked = sorted(tried, key=lambda pair: -pair[0])
    score, best = ranked[0]
    close = tuple(use.table for other, use in ranked[1:] if other >= score and other > 0)
    recognised = best.known is not None and best.known.id not in GENERIC
    if score <= 0:
        best = replace(best, table="", level=UNSURE, confidence=0.0, why="nothing", matches=(), lacking=())
    elif close:
        best = replace(best, level=UNSURE, confidence=0.5, why="several", others=close)
    elif recognised:
        best = replace(best, level=CERTAIN, confidence=1.0, why="mapping")
    elif _is_named(facts, tables[best.table]):
        best = replace(
            best,
            level=CERTAIN if not best.lacking else LIKELY,
            confidence=0.95 if not best.lacking else 0.8,
            why="name",
        )
    elif best.lacking or sum(1 for one in best.matches if one.active) < _ENOUGH:
        best = replace(best, level=UNSURE, confidence=0.5, why="columns")
    else:
        best = replace(best, level=LIKELY, confidence=0.8, why="columns")
    return replace(best, hints=_hints(number, best, files, links, tables))


def _tried(facts: FileFacts, table: Table, known: Sequence[Known]) -> tuple[int, Use]:
    """How well a part fits a table, and what its use would be."""
    headers = facts.raw.headers
    own = names_of(table)
    strangers = [header for header in headers if fold(header) not in own]
    exports = [
        (system, export)
        for system in known
        for export in system.exports
        if export.table == table.id
        and facts.opened.format in export.formats
        and (export.knows(strangers) if system.id in GENERIC else export.recognises(headers))
    ]
    by_system = max(
        exports, key=lambda pair: (pair[0].id not in GENERIC, pair[1].knows(headers)), default=None
    )
    export = None if by_system is None else by_system[1]
    matches, placed = match(table, facts.columns, export)
    constants = () if export is None else tuple(name for name in export.constants if name not in placed)
    needed = [name for name in (table.key, table.customer, table.date) if name]
    needed += [name for name, one in table.fields.items() if one.required]
    lacking = tuple(name for name in dict.fromkeys(needed) if name not in placed)
    there = placed | {one.field for one in matches if one.hides and one.field}
    score = len(there) + len(there.intersection(needed))
    score += _LACKING * len(set(lacking) - there - set(constants))
    if by_system is not None and by_system[0].id not in GENERIC:
        score += _RECOGNISED + (0 if export is None else export.knows(headers))
    score += _NAMED if _is_named(facts, table) else 0
    key = next((one.header for one in matches if one.active and one.field == table.key), None)
    if table.key and key is not None:
        column = facts.column(key)
        score += _SEVERAL if column.repeats else 1
    system = None if by_system is None else by_system[0]
    return score, Use(
        facts, table.id, UNSURE, 0.0, "", system, tuple(matches), lacking, constants, rows=facts.rows
    )


def _is_named(facts: FileFacts, table: Table) -> bool:
    """Whether the file or the sheet is called like the table."""
    words = {fold(word) for word in (table.id, table.id.removesuffix("s"), *table.title.values())}
    words |= set(FILE_WORDS.get(table.id, ()))
    names = [fold(name) for name in (Path(facts.raw.file).stem, facts.raw.sheet or "") if name]
    return any(word and word in name for word in words for name in names)


def _hints(
    number: int, use: Use, files: Sequence[FileFacts], links: Sequence[Reference], tables: Mapping[str, Table]
) -> dict[str, tuple[str, ...]]:
    """For a lacking id the columns that may be it: of customers those without repeats, of events those that refer to
    another file; for a lacking date the columns of dates."""
    hints: dict[str, tuple[str, ...]] = {}
    free = {one.header for one in use.matches if not one.active or use.table == CUSTOMERS}
    table = tables.get(use.table)
    if table is None:
        return hints
    for name in use.lacking:
        if name == table.key:
            alone = [header for header in use.facts.keys if header in free]
            found = [header for header in alone if looks_like_id(header)] or alone[:_HINTS]
        elif name == table.customer:
            found = [link.column for link in links if link.part == number and link.column in free]
        elif table.fields[name].kind == "date":
            kinds = ("date", "day_first", "milliseconds")
            found = [one.header for one in use.facts.columns if one.kind in kinds and one.header in free]
        else:
            found = []
        if found:
            hints[name] = tuple(dict.fromkeys(found))
    return hints


def _without_repeats(uses: Sequence[Use]) -> list[Use]:
    """Pages of one archive or folder that are all the same table are one use; where they differ each is its own."""
    kept: list[Use] = []
    for use in uses:
        pages = [one for one in uses if one.facts.opened.path == use.facts.opened.path]
        if use.facts.opened.several or len(pages) == 1:
            kept.append(use)
        elif len({(one.table, one.known and one.known.id) for one in pages}) > 1:
            kept.append(replace(use, named=True))
        elif use is pages[0]:
            rows = sum(page.rows for page in pages)
            kept.append(replace(use, pages=len(pages), rows=rows))
    return kept


def _named_customers(uses: Sequence[Use], tables: Mapping[str, Table], known: Sequence[Known]) -> list[Use]:
    """The customers that the first usable list of events names: one row each, their id and, where there is one, name."""
    for use in uses:
        table = tables.get(use.table)
        if table is None or not use.active:
            continue
        key = next((one for one in use.matches if one.active and one.field == table.customer), None)
        if key is None:
            continue
        customers = tables[CUSTOMERS]
        _, as_customers = _tried(use.facts, customers, known)
        matches = [Match(key.header, customers.key, LIKELY, 0.8, "of_events")]
        matches += [
            replace(one, known=False)
            for one in as_customers.matches
            if one.field == "name" and one.active and one.header != key.header
        ]
        listed = Use(use.facts, CUSTOMERS, LIKELY, 0.8, "of_events", None, tuple(matches), ())
        return [replace(listed, distinct=True, pages=use.pages, rows=use.rows)]
    return []


def export_of(use: Use) -> Export | None:
    """The export by which a use is read."""
    return (
        None
        if use.known is None
        else use.known.export(use.table, use.facts.opened.format, use.facts.raw.headers)
    )
