# SPDX-License-Identifier: Apache-2.0
"""`quality` of a pack and of those it extends, in YAML -> what the data must reach, checked against the data dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Limit, Quality, Table
from ..problems import Problems, close_names
from ..schema import QUALITY_MEASURES
from .dictionary import sources
from .packfiles import Layer

OF_TABLES = ("completeness", "validity", "usable_rows", "newest_days")
OF_FIELDS = ("completeness", "validity")
DAYS = "newest_days"
"""How old the newest event is: days, of which more is worse."""
DAYS_OF = {"d": 1, "w": 7, "m": 30, "y": 365}


def read_quality(layers: list[Layer], tables: Mapping[str, Table], problems: Problems) -> Quality:
    """Limits are laid over those of the extended pack one by one; the other settings are those of the nearest pack."""
    known = list(_names(tables))
    limits: dict[str, Limit] = {}
    settings: dict[str, Any] = {}
    for layer in layers:
        document = layer.pack
        found: dict[str, Any] = document.data.get("quality") or {}
        settings |= {key: value for key, value in found.items() if key != "limits"}
        for name, item in (found.get("limits") or {}).items():
            place = document.key("quality", "limits", name)
            if name not in known:
                problems.error(
                    "unknown-measure",
                    place,
                    name=name,
                    known=list(QUALITY_MEASURES),
                    close=close_names(name, known),
                )
                continue
            warn, refuse = item.get("warn"), item.get("refuse")
            days = name.startswith(DAYS)
            if not days and any(bound is not None and bound > 1 for bound in (warn, refuse)):
                problems.error("limit-above-one", place, name=name)
            if warn is not None and refuse is not None and (refuse < warn if days else refuse > warn):
                problems.error("limits-crossed", place, name=name, warn=warn, refuse=refuse)
            limits[name] = Limit(warn, refuse, sources(item.get("source")), place)
    grades = tuple(sorted((settings.get("grades") or {}).items(), key=lambda pair: -float(pair[1])))
    period = str(settings.get("updated_within", "180d"))
    return Quality(
        limits, int(period[:-1]) * DAYS_OF[period[-1]], settings.get("weights") or {}, grades, sources(settings.get("source"))
    )  # fmt: skip


def _names(tables: Mapping[str, Table]) -> Iterator[str]:
    """Everything that can have a limit: a measure, of a table where a table follows it, of a field where that does."""
    yield from QUALITY_MEASURES
    for table in tables.values():
        yield from (f"{measure}.{table.id}" for measure in OF_TABLES if measure != DAYS or table.date)
        yield from (f"{measure}.{table.id}.{name}" for measure in OF_FIELDS for name in table.fields)
