# SPDX-License-Identifier: Apache-2.0
"""The columns of a file as read -> what each holds: counted over all rows in one streamed pass, looked at closely in a
bounded sample."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any

import polars as pl
from msgspec import Struct

from ..model import Table
from ..readers import forms
from ..readers.coerce import as_text, is_nested, truth_words
from ..readers.table import ROW, Raw
from ..values import MISSING_WORDS, NUMBER_LIMIT, fold

SAMPLED = 100_000
"""So many rows, evenly spread, are looked at for distinct and frequent values and for quantiles; smaller files whole."""

FREQUENT = 5
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOSTLY = 0.9
"""A column of which so large a share is of one kind is of that kind; the others are odd."""

_PERSONAL_VALUE = (
    r"^(?:\+?86[- ]?)?1[3-9][0-9]{9}$"
    r"|^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
    r"|^[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}[0-9]{3}[0-9Xx]$"
)
"""A mobile number, a mail address, an identity number."""

_ID_HEADER = re.compile(r"(?:id|no|number|code|key|编号|编码|代码|号码?|代号)\W*$", re.IGNORECASE)
_MILLISECONDS = r"^[0-9]{12,13}$"
_FIRST = r"^([0-9]{1,2})[-/.][0-9]{1,2}[-/.]"
_SECOND = r"^[0-9]{1,2}[-/.]([0-9]{1,2})[-/.]"
_AFFIXED = r"^[¥￥$]?[0-9.,]+ *(?:万|亿|千|百万|元|%)+元?$"


class Personal:
    """The headers under which the dictionary knows personal data."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.headers: Set[str] = {
            fold(word)
            for table in tables
            for one in table.fields.values()
            if one.personal or one.sensitive
            for word in (one.id, *one.title.values(), *one.aliases)
        }

    def knows(self, header: str) -> bool:
        return fold(header) in self.headers


class ColumnFacts(Struct, frozen=True):
    """What one column holds. `kind` is text, number, date, day_first, milliseconds, bool, mixed or empty; `kinds` counts
    them. `distinct` is of the `looked_at` filled cells: all unless `sampled`. Values of a `personal` column are masked.

    `first_most`, `second_most`: of dates such as 03/04/2026, the greatest first and second number.
    """

    header: str
    index: int
    rows: int
    missing: int
    kind: str
    kinds: Mapping[str, int]
    distinct: int
    looked_at: int
    sampled: bool
    personal: bool
    least: str | None = None
    most: str | None = None
    quantiles: tuple[float, ...] = ()
    longest: int = 0
    frequent: tuple[tuple[str, int], ...] = ()
    odd: Mapping[str, int] = {}
    first_most: int = 0
    second_most: int = 0
    example_form: str = ""

    @property
    def filled(self) -> float:
        return 1 - self.missing / self.rows if self.rows else 0.0

    @property
    def repeats(self) -> bool:
        """Whether a value was seen twice."""
        return self.distinct < self.looked_at

    @property
    def is_key(self) -> bool:
        """Whether every row has a value of its own; numbers only where the header speaks of an id."""
        alone = self.rows > 1 and not self.missing and not self.repeats
        return alone and (self.kind == "text" or looks_like_id(self.header))


def looks_like_id(header: str) -> bool:
    """Whether a header speaks of an id."""
    return _ID_HEADER.search(header) is not None


def column_facts(raw: Raw, personal: Personal) -> list[ColumnFacts]:
    """The facts of every column of one part of a file."""
    schema = raw.frame.collect_schema()
    texts = raw.frame.select(
        ROW,
        *(_text(index, schema[str(index)]).alias(str(index)) for index in range(len(raw.headers))),
        *(_spaced(index, schema[str(index)]).alias(f"s{index}") for index in range(len(raw.headers))),
    )
    shaped = texts.with_columns(
        forms.fold_number(pl.col(str(index))).alias(f"n{index}") for index in range(len(raw.headers))
    )
    valued = shaped.with_columns(
        expression
        for index in range(len(raw.headers))
        for expression in (
            forms.number_of(forms.without_percent(pl.col(f"n{index}"))).alias(f"v{index}"),
            forms.day_of(forms.cut_day(pl.col(f"n{index}"))).alias(f"d{index}"),
        )
    )
    sums = [pl.len().alias("rows")]
    for index in range(len(raw.headers)):
        sums += _sums(index)
    counts = valued.select(sums).collect(engine="streaming").row(0, named=True)
    rows: int = counts["rows"]
    step = max(1, -(-rows // SAMPLED))
    if step > 1:
        valued = valued.with_row_index("#index").filter(pl.col("#index") % step == 0)
    seen = valued.collect(engine="streaming")
    return [
        _facts(index, header, counts, seen, step > 1, personal.knows(header))
        for index, header in enumerate(raw.headers)
    ]


def _text(index: int, dtype: pl.DataType) -> pl.Expr:
    """A column's cells as trimmed text; words that mean missing are missing."""
    if is_nested(dtype):
        return pl.lit(None, pl.String)
    text = as_text(pl.col(str(index)), dtype).str.strip_chars(" \t\r\n\u3000")
    absent = (text == "") | text.is_in([word for word in MISSING_WORDS if word != "无"])
    return pl.when(absent.not_()).then(text)


def _spaced(index: int, dtype: pl.DataType) -> pl.Expr:
    """Whether blanks stand around a cell's text."""
    if dtype != pl.String:
        return pl.lit(False)
    text = pl.col(str(index))
    return (text != text.str.strip_chars(" \t\r\n\u3000")).fill_null(False)


def _sums(index: int) -> list[pl.Expr]:
    """What is counted of a column over all rows."""
    text, folded, value, day = (pl.col(f"{mark}{index}") for mark in ("", "n", "v", "d"))
    compact = text.str.contains(r"^[0-9]{8}$")
    day_first = forms.is_day_first(folded)
    truths = [word for word in truth_words() if not word.isdigit()]
    first = folded.str.extract(_FIRST).cast(pl.Int32, strict=False)
    second = folded.str.extract(_SECOND).cast(pl.Int32, strict=False)
    return [
        text.null_count().alias(f"missing {index}"),
        (day.is_not_null() & ~compact).sum().alias(f"date {index}"),
        (day.is_not_null() & compact).sum().alias(f"compact {index}"),
        day_first.sum().alias(f"day_first {index}"),
        text.str.contains(_MILLISECONDS).sum().alias(f"milliseconds {index}"),
        text.str.to_lowercase().is_in(truths).sum().alias(f"bool {index}"),
        (value.is_not_null() & (day.is_null() | compact)).sum().alias(f"number {index}"),
        value.filter(value.is_finite()).min().alias(f"least {index}"),
        value.filter(value.is_finite()).max().alias(f"most {index}"),
        day.min().alias(f"first {index}"),
        day.max().alias(f"last {index}"),
        text.str.len_chars().max().alias(f"longest {index}"),
        (text != text.str.normalize("NFKC")).sum().alias(f"wide {index}"),
        pl.col(f"s{index}").sum().alias(f"spaced {index}"),
        text.str.contains(_AFFIXED).sum().alias(f"affixed {index}"),
        first.filter(day_first).max().alias(f"first_most {index}"),
        second.filter(day_first).max().alias(f"second_most {index}"),
    ]


def _facts(
    index: int, header: str, counts: Mapping[str, Any], seen: pl.DataFrame, sampled: bool, personal: bool
) -> ColumnFacts:
    def count(name: str) -> int:
        return int(counts[f"{name} {index}"] or 0)

    rows, missing = counts["rows"], count("missing")
    present = rows - missing
    kinds = {name: count(name) for name in ("date", "day_first", "bool", "number")}
    if present and count("compact") == present and _is_era(counts, index):
        kinds = {"date": present}
    elif present and count("milliseconds") == present:
        kinds = {"milliseconds": present}
    if kinds.get("bool", 0) < _MOSTLY * present:
        kinds["bool"] = 0
    kinds["text"] = present - sum(kinds.values())
    kinds = {name: number for name, number in kinds.items() if number > 0}
    main = max(kinds, key=lambda name: kinds[name], default="empty")
    kind = main if main == "empty" or kinds[main] >= _MOSTLY * present else "mixed"
    text = seen[str(index)]
    personal = personal or _is_personal(text)
    odd = {"wide": count("wide"), "affixed": count("affixed"), "spaced": count("spaced")}
    if kind not in ("text", "empty"):
        odd["other_kind"] = present - kinds.get(main, 0)
    least: object = None
    most: object = None
    quantiles: tuple[float, ...] = ()
    if kind == "number":
        least, most = counts[f"least {index}"], counts[f"most {index}"]
        numbers = seen[f"v{index}"].drop_nulls().drop_nans()
        found = [numbers.quantile(share, "linear") for share in QUANTILES]
        quantiles = tuple(float(value) for value in found if value is not None)
        odd["outliers"] = _outliers(numbers)
    elif kind == "date":
        least, most = counts[f"first {index}"], counts[f"last {index}"]
    frequent = text.drop_nulls().value_counts(sort=True, name="#count")
    top = sorted(frequent.rows(), key=lambda pair: (-pair[1], pair[0]))[:FREQUENT] if len(frequent) else []
    return ColumnFacts(
        header, index, rows, missing, kind, kinds, len(frequent), text.len() - text.null_count(), sampled, personal,
        None if personal or least is None else _shown(least), None if personal or most is None else _shown(most),
        () if personal else quantiles, count("longest"),
        tuple((masked(value) if personal else value, number) for value, number in top),
        {name: number for name, number in odd.items() if number},
        count("first_most"), count("second_most"), _example_form(seen[f"n{index}"]) if kind == "day_first" else "",
    )  # fmt: skip


def _is_era(counts: Mapping[str, Any], index: int) -> bool:
    """Whether eight-digit numbers are days of our time, rather than ids."""
    first, last = counts[f"first {index}"], counts[f"last {index}"]
    return first is not None and first.year >= 1900 and last.year <= 2100


def _is_personal(text: pl.Series) -> bool:
    present = text.drop_nulls()
    return len(present) > 0 and float(present.str.contains(_PERSONAL_VALUE).mean() or 0) > 0.5  # type: ignore[arg-type]


def _outliers(numbers: pl.Series) -> int:
    """Values far outside the middle half: beyond three times its width."""
    low, high = numbers.quantile(0.25, "linear"), numbers.quantile(0.75, "linear")
    if low is None or high is None or high == low:
        return 0
    width = 3 * (high - low)
    return int(((numbers < low - width) | (numbers > high + width)).sum())


_DAY_FIRST = re.compile(
    r"[0-9]{1,2}([-/.])[0-9]{1,2}[-/.]([0-9]+)(?:[ T]([0-9]{1,2}:[0-9]{2})(:[0-9]{2})?)?\Z"
)


def _example_form(folded: pl.Series) -> str:
    """The form of the first such date, with {} for day and month in their unknown order: `{}/{}/%Y`."""
    for value in folded.drop_nulls().head(100):
        match = _DAY_FIRST.match(value)
        if match:
            year = "%Y" if len(match[2]) == 4 else "%y"
            time = "" if not match[3] else " %H:%M:%S" if match[4] else " %H:%M"
            return f"{{}}{match[1]}{{}}{match[1]}{year}{time}"
    return ""


def _shown(value: object) -> str:
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < NUMBER_LIMIT
        return str(int(value)) if whole else f"{value:.6g}"
    return str(value)


def masked(value: str) -> str:
    """What may be shown of personal data: its first character."""
    return value[:1] + "***"
