# SPDX-License-Identifier: Apache-2.0
"""surveys.yaml of a pack and of those it extends -> what customers are asked, each item a field of `survey_answers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..model import Field, Survey, SurveyItem, Table
from ..problems import Problems, close_names
from ..source import Document
from .dictionary import sources
from .packfiles import Layer

TABLE = "survey_answers"
FILE = "surveys"
CHOICES_AT_MOST = 11


def read_surveys(
    layers: Sequence[Layer], tables: Mapping[str, Table], problems: Problems
) -> tuple[Survey, ...]:
    """The surveys, in order; a pack lays items over those of the same field in the pack it extends, and adds others."""
    found: dict[str, dict[str, Any]] = {}
    items: dict[str, dict[str, SurveyItem]] = {}
    places: dict[str, Document] = {}
    fields = tables[TABLE].fields if TABLE in tables else {}
    for layer in layers:
        document = layer.documents.get(FILE)
        for key, data in (document.data["surveys"] if document is not None else {}).items():
            assert document is not None
            found[key] = {**found.get(key, {}), **data}
            places[key] = document
            own = items.setdefault(key, {})
            for index, item in enumerate(data["items"]):
                name, at = item["field"], ("surveys", key, "items", index)
                if name not in fields:
                    problems.error(
                        "unknown-field", document.at(*at, "field"), name=name, close=close_names(name, fields)
                    )
                    continue
                for label in item.get("labels", {}):
                    if label not in choices(fields[name]):
                        allowed = choices(fields[name])
                        problems.error(
                            "unknown-value", document.key(*at, "labels", label), name=name, read=label,
                            allowed=allowed, close=close_names(label, allowed),
                        )  # fmt: skip
                own[name] = SurveyItem(name, item["ask"], item.get("why", {}), item.get("labels", {}))
    return tuple(
        Survey(
            key, data["title"], data.get("why", {}), data.get("intro", {}), tuple(items[key].values()), sources(data.get("source")),
            places[key].key("surveys", key),
        )
        for key, data in found.items()
    )  # fmt: skip


def choices(field: Field) -> list[str]:
    """The answers that a field can take, when they are few: its values, or its whole numbers from least to most."""
    if field.values:
        return list(field.values)
    if field.type == "integer" and field.min is not None and field.max is not None:
        whole = range(int(field.min), int(field.max) + 1)
        return [str(number) for number in whole] if len(whole) <= CHOICES_AT_MOST else []
    return []
