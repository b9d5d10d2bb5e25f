# SPDX-License-Identifier: Apache-2.0
"""assessment.yaml, its folder, or bare table files -> an `Assessment`: whose customers, as of when, from which files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..model import Text
from ..problems import DataError, Problems, Span, close_names
from ..source import Document, read_yaml
from ..values import day
from .address import SCHEMES, Address, address
from .forms import MILLISECONDS
from .headers import Mapped
from .units import unit_of

FILE = "assessment.yaml"
KEYS = ("company", "purpose", "as_of", "pack", "cycle", "valuation", "overrides", "same_customer", "tables")
FILE_KEYS = (
    *("file", "sheet", "header_row", "header_rows", "encoding", "delimiter", "evidence"),
    *("mapping", "columns", "constants", "distinct"),
)
QUERY_KEYS = ("database", "query", "evidence", "columns")
EVIDENCE = ("seller_statement", "system_export", "contract_seen", "third_party_confirmed")
"""How sure a source is, weakest first: the seller's word, an export of a system, the contract itself, word of a third party."""
DELIMITERS = (",", "\t", ";", "|")
COLUMN_KEYS = ("field", "missing", "date_format", "date_order", "unit", "percent_scale", "words")
HEADER_ROWS = ("1", "2", "3")
DATE_ORDERS = ("ymd", "dmy", "mdy")
PERCENT_SCALES = ("hundred", "one")

_DIRECTIVE = re.compile(r"%(.)")
_DATE_DIRECTIVES = "YymbBdHMSIp%"


class FileUse(Struct, frozen=True):
    """One file (or sheet) of a table and how its headers map to fields. `file` is its name as shown. Of a `database` it is
    the rows of a `query`.

    `mapping` names a known export; `constants` are fields with the same value in every row; `distinct` takes the first
    row of each customer.
    """

    file: str
    path: Path
    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, Mapped] = {}
    span: Span = Span("")
    header_rows: int | None = None
    database: Address | None = None
    query: str = ""
    evidence: str = ""
    mapping: str | None = None
    constants: Mapping[str, Mapped] = {}
    distinct: bool = False


class SameCustomer(Struct, frozen=True):
    """Ids that are one customer, of which the first is kept."""

    ids: tuple[str, ...]
    span: Span


class TableUse(Struct, frozen=True):
    """A table as the assessment names it, and the files that hold it, in order."""

    id: str
    files: tuple[FileUse, ...]
    span: Span


class Assessment(Struct, frozen=True):
    """What is assessed. `as_of` is an epoch day and None, like `pack` "", where only the caller can tell.

    `text` is the YAML as written; for bare files (`bare`) one that says the same.
    """

    company: Text
    purpose: Text
    as_of: int | None
    pack: str
    tables: tuple[TableUse, ...]
    folder: Path
    file: str
    text: str
    span: Span
    bare: bool = False
    valuation: str = ""
    overrides: str = ""
    cycle: str = ""
    same: tuple[SameCustomer, ...] = ()


def read_assessment(path: Path | str, problems: Problems, folder: Path | None = None) -> Assessment:
    """Reads an assessment from its file or folder; raises DataError with every problem found.

    `folder` is where its tables are looked for, when they don't lie beside it.
    """
    path = Path(path)
    file = path / FILE if path.is_dir() else path
    document = read_yaml(file, problems, file.name)
    if document.data is None and not problems.has_errors:
        problems.error("file-empty", Span(file.name))
    reading = _Reading(document, folder or file.parent, problems)
    assessment = reading.assessment()
    if problems.has_errors:
        raise DataError(problems)
    return assessment


def assessment_of_files(paths: Sequence[Path | str], problems: Problems) -> Assessment:
    """An assessment of table files alone: each is the table that its name says; raises DataError."""
    files = [Path(path) for path in paths]
    if not files:
        problems.error("missing-tables")
    for file in files:
        if not file.is_file():
            problems.error("file-not-found", Span(file.name))
    if problems.has_errors:
        raise DataError(problems)
    by_name: dict[str, list[FileUse]] = {}
    for file in files:
        by_name.setdefault(file.stem, []).append(FileUse(file.name, file, span=Span(file.name)))
    uses = tuple(TableUse(name, tuple(found), found[0].span) for name, found in by_name.items())
    lines = [
        f"  {_quoted(name)}: [{', '.join(_quoted(one.file) for one in found)}]"
        for name, found in by_name.items()
    ]
    text = "\n".join(["tables:", *lines, ""])
    return Assessment(
        {}, {}, None, "", uses, files[0].parent, files[0].name, text, Span(files[0].name), bare=True
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


class _Reading:
    """Walks the YAML of an assessment; every wrong key and value is a problem with its place."""

    def __init__(self, document: Document, folder: Path, problems: Problems) -> None:
        self.document, self.folder, self.problems = document, folder, problems

    def assessment(self) -> Assessment:
        document = self.document
        data = document.data if document.data is None or self._is(document.data, dict, "mapping") else {}
        data = data or {}
        self._known_keys(data, KEYS)
        if document.data is not None:
            for key in ("company", "as_of", "tables"):
                if data.get(key) is None:
                    self.problems.error("missing-key", document.at(), key=key)
        pack = data.get("pack")
        return Assessment(
            self._words(data, "company"),
            self._words(data, "purpose"),
            self._day(data.get("as_of")),
            str(pack) if pack is not None and self._is(pack, str, "text", "pack") else "",
            self._tables(data.get("tables")),
            self.folder,
            document.file,
            document.text,
            document.at(),
            valuation=self._text(data, "valuation", ()) or "",
            overrides=self._text(data, "overrides", ()) or "",
            cycle=self._text(data, "cycle", ()) or "",
            same=self._same(data.get("same_customer")),
        )

    def _words(self, data: Mapping[str, Any], key: str) -> Text:
        words = data.get(key)
        if words is None:
            return {}
        if isinstance(words, dict) and all(isinstance(word, str) for word in words.values()):
            self._known_keys(words, ("zh", "en"), key)
            return dict(words)
        if not self._is(words, str, "text or {zh, en}", key):
            return {}
        return {"zh": words, "en": words}

    def _day(self, read: Any) -> int | None:
        if read is None:
            return None
        found = day(read) if isinstance(read, str) else None
        if found is None:
            self.problems.error("date-unreadable", self.document.at("as_of"), read=str(read))
        return found

    def _same(self, read: Any) -> tuple[SameCustomer, ...]:
        """Lists of ids that are one customer each."""
        if read is None or not self._is(read, list, "list of lists of ids", "same_customer"):
            return ()
        found = []
        for index, ids in enumerate(read):
            at = ("same_customer", index)
            if not self._is(ids, list, "list of ids", *at):
                continue
            if len(ids) < 2 or any(isinstance(one, (dict, list)) or one is None for one in ids):
                self.problems.error(
                    "wrong-type", self.document.at(*at), read=str(ids)[:80], want="two or more ids"
                )
                continue
            found.append(SameCustomer(tuple(str(one) for one in ids), self.document.at(*at)))
        return tuple(found)

    def _tables(self, read: Any) -> tuple[TableUse, ...]:
        if read is None or not self._is(read, dict, "mapping", "tables"):
            return ()
        if not read:
            self.problems.error("missing-tables", self.document.at("tables"))
        uses = []
        for name, value in read.items():
            at = ("tables", name)
            uses.append(
                TableUse(name, self._files(value, at, FileUse("", self.folder)), self.document.key(*at))
            )
        return tuple(uses)

    def _files(self, read: Any, at: tuple[str | int, ...], how: FileUse) -> tuple[FileUse, ...]:
        """A file name, a list of them, or a mapping that says how they are read."""
        if isinstance(read, str) and read.strip():
            return (replace(how, file=read, path=self.folder / read, span=self.document.at(*at)),)
        if isinstance(read, list):
            return tuple(
                one for index, item in enumerate(read) for one in self._files(item, (*at, index), how)
            )
        if not self._is(read, dict, "file name, or {file, sheet, columns}", *at):
            return ()
        if "database" in read or "query" in read:
            return self._query(read, at)
        self._known_keys(read, FILE_KEYS, *at)
        if read.get("file") is None:
            self.problems.error("missing-key", self.document.at(*at), key="file")
            return ()
        how = FileUse(
            "",
            self.folder,
            self._text(read, "sheet", at),
            self._row(read.get("header_row"), at),
            self._text(read, "encoding", at),
            self._delimiter(read, at),
            self._columns(read, at),
            evidence=self._evidence(read, at),
            mapping=self._text(read, "mapping", at),
            constants=self._constants(read.get("constants"), at),
            distinct=read.get("distinct") is True,
            header_rows=self._header_rows(read, at),
        )
        if not isinstance(read.get("distinct", False), bool):
            self._is(read["distinct"], bool, "true or false", *at, "distinct")
        if isinstance(read["file"], dict):
            self._is(read["file"], str, "text", *at, "file")
            return ()
        return self._files(read["file"], (*at, "file"), how)

    def _query(self, read: Mapping[str, Any], at: tuple[str | int, ...]) -> tuple[FileUse, ...]:
        """A database and what is asked of it."""
        self._known_keys(read, QUERY_KEYS, *at)
        wanted = [key for key in ("database", "query") if read.get(key) is None]
        for key in wanted:
            self.problems.error("missing-key", self.document.at(*at), key=key)
        texts = [
            self._is(read[key], str, "text", *at, key) for key in ("database", "query") if key not in wanted
        ]
        if wanted or not all(texts):
            return ()
        place = self.document.at(*at, "database")
        where = address(read["database"], self.folder)
        if where == "password-written":
            self.problems.error("password-written", place)
        elif isinstance(where, str):
            self.problems.error("unknown-database", place, known=list(SCHEMES))
        else:
            path = where.path or self.folder
            columns = self._columns(read, at)
            evidence = self._evidence(read, at)
            use = FileUse(
                where.shown, path, columns=columns, span=place, evidence=evidence, database=where, query=read["query"]
            )  # fmt: skip
            return (use,)
        return ()

    def _columns(self, read: Mapping[str, Any], at: tuple[str | int, ...]) -> dict[str, Mapped]:
        columns = read.get("columns") or {}
        if not self._is(columns, dict, "mapping", *at, "columns"):
            columns = {}
        return {header: self._mapped(value, (*at, "columns", header)) for header, value in columns.items()}

    def _text(self, read: Mapping[str, Any], key: str, at: tuple[str | int, ...]) -> str | None:
        """A text setting; a sheet may be called by a number."""
        value = read.get(key)
        if value is None or (isinstance(value, (dict, list)) and not self._is(value, str, "text", *at, key)):
            return None
        return str(value)

    def _constants(self, read: Any, at: tuple[str | int, ...]) -> dict[str, Mapped]:
        """Field -> its value, as the text that a cell would hold, with its place."""
        if read is None or not self._is(read, dict, "mapping", *at, "constants"):
            return {}
        place = (*at, "constants")
        found = {}
        for name, value in read.items():
            if value is None:
                self.problems.error("missing-key", self.document.key(*place, name), key=name)
            elif not isinstance(value, (dict, list)) or self._is(value, str, "text", *place, name):
                found[name] = Mapped(str(value), span=self.document.key(*place, name))
        return found

    def _delimiter(self, read: Mapping[str, Any], at: tuple[str | int, ...]) -> str | None:
        found = self._text(read, "delimiter", at)
        if found is None or found in DELIMITERS:
            return found
        self.problems.error("unknown-delimiter", self.document.at(*at, "delimiter"), read=found)
        return None

    def _evidence(self, read: Mapping[str, Any], at: tuple[str | int, ...]) -> str:
        found = self._text(read, "evidence", at)
        if found is None or found in EVIDENCE:
            return found or ""
        place, close = self.document.at(*at, "evidence"), close_names(found, EVIDENCE)
        self.problems.error("unknown-evidence", place, read=found, known=list(EVIDENCE), close=close)
        return ""

    def _header_rows(self, read: Mapping[str, Any], at: tuple[str | int, ...]) -> int | None:
        found = self._one_of(read, "header_rows", HEADER_ROWS, at)
        return None if found is None else int(found)

    def _one_of(
        self, read: Mapping[str, Any], key: str, known: Sequence[str], at: tuple[str | int, ...]
    ) -> str | None:
        """A setting of a closed list."""
        value = read.get(key)
        if value is None or (str(value) in known and not isinstance(value, bool)):
            return None if value is None else str(value)
        self.problems.error(
            "unknown-way", self.document.at(*at, key), key=key, read=str(value), known=list(known)
        )
        return None

    def _row(self, read: Any, at: tuple[str | int, ...]) -> int | None:
        if read is None or (isinstance(read, int) and not isinstance(read, bool) and read >= 1):
            return read
        self.problems.error(
            "wrong-type", self.document.at(*at, "header_row"), read=str(read), want="row number, from 1"
        )
        return None

    def _mapped(self, read: Any, at: tuple[str | int, ...]) -> Mapped:
        span = self.document.key(*at)
        if read is None:
            return Mapped("", span=span)
        if isinstance(read, str):
            return Mapped(read, span=span)
        if not self._is(read, dict, "field or {field, missing, date_format, unit}", *at):
            return Mapped("", span=span)
        self._known_keys(read, COLUMN_KEYS, *at)
        name = read.get("field")
        if not isinstance(name, str):
            self.problems.error("missing-key", self.document.at(*at), key="field")
            name = ""
        missing = read.get("missing")
        words = [] if missing is None else missing if isinstance(missing, list) else [missing]
        form = read.get("date_format")
        if form is not None and not _is_date_form(form):
            self.problems.error("unknown-date-format", self.document.at(*at, "date_format"), read=str(form))
            form = None
        unit = read.get("unit")
        if unit is not None and unit_of(str(unit)) is None:
            self.problems.error("unknown-unit", self.document.at(*at, "unit"), read=str(unit))
            unit = None
        return Mapped(
            name,
            tuple(str(word) for word in words),
            form,
            span,
            self._value_words(read.get("words"), at),
            None if unit is None else str(unit),
            self._one_of(read, "date_order", DATE_ORDERS, at),
            self._one_of(read, "percent_scale", PERCENT_SCALES, at),
        )

    def _value_words(self, read: Any, at: tuple[str | int, ...]) -> dict[str, tuple[str, ...]]:
        """Value -> the words that this column writes for it."""
        if read is None or not self._is(read, dict, "mapping", *at, "words"):
            return {}
        lists = {value: words if isinstance(words, list) else [words] for value, words in read.items()}
        return {value: tuple(str(word) for word in words) for value, words in lists.items()}

    def _known_keys(self, data: Mapping[str, Any], known: Sequence[str], *at: str | int) -> None:
        for key in data:
            if key not in known:
                close = close_names(key, known)
                self.problems.error(
                    "unknown-key", self.document.key(*at, key), key=key, known=list(known), close=close
                )

    def _is(self, value: Any, kind: type, expected: str, *at: str | int) -> bool:
        if isinstance(value, kind):
            return True
        read = "" if value is None else str(value)[:80]
        self.problems.error("wrong-type", self.document.at(*at), read=read, want=expected)
        return False


def read_column(document: Document, at: tuple[str | int, ...], read: Any, problems: Problems) -> Mapped:
    """What a YAML file says about a column at the place `at`; every wrong key and value is a problem."""
    return _Reading(document, Path(), problems)._mapped(read, at)


def _is_date_form(form: Any) -> bool:
    """Whether a text says year and month once each, and the day at most once, in directives that every platform reads alike; or
    that dates are milliseconds since 1970, and in which time zone a day begins."""
    if not isinstance(form, str):
        return False
    if MILLISECONDS.fullmatch(form):
        return True
    found = _DIRECTIVE.findall(form)
    if any(one not in _DATE_DIRECTIVES for one in found) or (form.endswith("%") and not form.endswith("%%")):
        return False
    counts = [sum(found.count(one) for one in group) for group in ("Yy", "mbB", "d")]
    return counts[:2] == [1, 1] and (counts[2] == 1 or (counts[2] == 0 and not set(found) - set("YymbB%")))
