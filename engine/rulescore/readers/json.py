# SPDX-License-Identifier: Apache-2.0
"""JSON pages as interfaces of CRMs give them -> a `Raw` a page: a list of records, or an object that holds one.

A folder is all its pages; a key that a record lacks is missing there, also when a whole page lacks it. A file of the
folder that describes the fields gives the labels of options, by which their values are replaced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ..problems import Cell, Problems, close_names
from .bytes import digest, opened
from .columns import column, text_of
from .table import ROW, Format, Options, Raw

MOST_BYTES = 256 << 20
"""A page larger than this is refused: it would be held in memory whole. JSON lines have no such limit."""

MOST_PAGES = 10_000
LISTS = (("data", "dataList"), ("dataList",), ("data",), ("records",), ("results",), ("value",), ("items",))
"""Where the list of records stands in an object."""

DESCRIBES = "describe"
"""In the name of a file that describes the fields of the pages beside it."""

_JOINT = ";"
_Record = dict[str, Any]


def parts(path: Path, file: str, options: Options, problems: Problems) -> list[Raw]:
    """The pages of a folder in the order of their names (or the one called by `sheet`), or the one file."""
    pages = {path: None} if not path.is_dir() else _chosen(path, file, options, problems)
    read: dict[Path, list[_Record]] = {}
    labels: dict[str, dict[str, str]] = {}
    for page, name in pages.items():
        shown = file if name is None else f"{file}!{name}"
        data = _parsed(page, shown, options, problems)
        if data is None:
            continue
        if name is not None and DESCRIBES in name:
            labels.update(_labels(data))
        elif (records := _records(data, shown, problems)) is not None:
            read[page] = [_flat(record) for record in records]
    headers = tuple(dict.fromkeys(key for records in read.values() for record in records for key in record))
    used = sorted(labels.keys() & set(headers))
    if used:
        problems.note("options-labelled", Cell(file), headers=used)
    return [
        _raw(page, file, pages[page], records, headers, labels, options) for page, records in read.items()
    ]


def _read(path: Path, file: str, options: Options, problems: Problems) -> Raw | None:
    return next(iter(parts(path, file, options, problems)), None)


def _chosen(path: Path, file: str, options: Options, problems: Problems) -> dict[Path, str | None]:
    names = sheets(path)
    if not names or len(names) > MOST_PAGES:
        code = "folder-without-pages" if not names else "folder-too-full"
        problems.error(code, Cell(file), count=len(names), limit=MOST_PAGES)
        return {}
    if options.sheet is not None and options.sheet not in names:
        close = close_names(options.sheet, names)
        place = Cell(file, options.sheet)
        problems.error("unknown-sheet", place, sheet=options.sheet, sheets=names[:20], close=close)
        return {}
    chosen = names if options.sheet is None else [options.sheet]
    others = sorted(page.name for page in path.glob(f"*{DESCRIBES}*.json"))
    return {path / name: name for name in (*others, *chosen)}


def _parsed(path: Path, file: str, options: Options, problems: Problems) -> Any:
    """The content of a page; None after telling why it can't be read."""
    if opened(path, file, (), problems) is None:
        return None
    encoding = options.encoding or "utf-8-sig"
    try:
        if path.stat().st_size > MOST_BYTES:
            problems.error("file-too-large", Cell(file), limit=MOST_BYTES)
            return None
        return json.loads(path.read_text(encoding=encoding), parse_constant=lambda _: None)
    except RecursionError:
        problems.error("page-not-json", Cell(file), reason="nested too deep", row=0)
    except (UnicodeError, LookupError) as error:
        problems.error("wrong-encoding", Cell(file), encoding=encoding, reason=str(error)[:80])
    except ValueError as error:
        row = getattr(error, "lineno", 0)
        problems.error("page-not-json", Cell(file), reason=str(error)[:120], row=row)
    except OSError as error:
        problems.error("file-unreadable", Cell(file), reason=error.strerror or str(error))
    return None


def _records(data: Any, file: str, problems: Problems) -> list[_Record] | None:
    """The list of records of a page; None after telling that there is none."""
    if isinstance(data, dict) and data.get("errorCode") not in (None, 0, "0"):
        reason = str(data.get("errorMessage", ""))[:120]
        problems.error("page-of-error", Cell(file), read=str(data["errorCode"]), reason=reason)
        return None
    found = (
        data if isinstance(data, list) else next(filter(_is_list, (_at(data, way) for way in LISTS)), None)
    )
    if found is None or not all(isinstance(record, dict) for record in found):
        problems.error("page-without-records", Cell(file))
        return None
    return list(found)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _at(data: Any, way: tuple[str, ...]) -> Any:
    for key in way:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _flat(record: Mapping[str, Any]) -> _Record:
    """One level of objects as `key.inner`; a list of single values as its items joined by semicolons."""
    flat: _Record = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": _single(item) for inner, item in value.items()})
        else:
            flat[key] = _single(value)
    return flat


def _single(value: Any) -> Any:
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return value[0] if len(value) == 1 else _JOINT.join(text_of(item) or "" for item in value)
    return value


def _labels(data: Any) -> dict[str, dict[str, str]]:
    """Field -> value -> label of a file that describes fields."""
    ways = (("data", "describe", "fields"), ("describe", "fields"), ("fields",))
    fields = next((found for way in ways if isinstance(found := _at(data, way), dict)), {})
    labels: dict[str, dict[str, str]] = {}
    for name, field in fields.items():
        choices = field.get("options") if isinstance(field, dict) else None
        if isinstance(choices, list):
            labels[name] = {
                str(choice["value"]): str(choice["label"])
                for choice in choices
                if isinstance(choice, dict) and "value" in choice and "label" in choice
            }
    return labels


def _raw(
    path: Path,
    file: str,
    name: str | None,
    records: list[_Record],
    headers: tuple[str, ...],
    labels: Mapping[str, Mapping[str, str]],
    options: Options,
) -> Raw:
    columns = []
    for index, header in enumerate(headers):
        values = [record.get(header) for record in records]
        if header in labels:
            values = [_labelled(value, labels[header]) for value in values]
        columns.append(column(str(index), values))
    rows = pl.Series(ROW, range(1, len(records) + 1), pl.Int64)
    frame = pl.DataFrame([*columns, rows]).lazy()
    return Raw(file, path, name, options.encoding or "utf-8", digest(path), headers, 0, frame)


def _labelled(value: Any, labels: Mapping[str, str]) -> Any:
    """The label of an option, or of each of several; a value without label stays."""
    if value is None:
        return None
    return _JOINT.join(labels.get(one, one) for one in str(value).split(_JOINT))


def sheets(path: Path) -> list[str]:
    """The names of the pages of a folder; none of a file."""
    if not path.is_dir():
        return []
    found = (page.name for page in path.iterdir() if page.suffix.lower() == ".json" and page.is_file())
    return sorted(name for name in found if DESCRIBES not in name)


FORMAT = Format("json", (".json",), _read, sheets, parts)
