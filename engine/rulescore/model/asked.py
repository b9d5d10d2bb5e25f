# SPDX-License-Identifier: Apache-2.0
"""What is asked of the data and of customers: limits of quality, surveys."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..problems import Span
from .data import Text


class Limit(Struct, frozen=True):
    """What a figure of data quality must not pass: beyond `warn` it is told, beyond `refuse` nothing is scored."""

    warn: float | None
    refuse: float | None
    source: tuple[str, ...]
    span: Span


class Quality(Struct, frozen=True):
    """What the data must reach: limits by measure, and how the grade is made. Records are fresh for `updated_within` days;
    `grades` are (name, least index), best first."""

    limits: Mapping[str, Limit] = {}
    updated_within: int = 180
    weights: Mapping[str, int] = {}
    grades: tuple[tuple[str, float], ...] = ()
    source: tuple[str, ...] = ()


class SurveyItem(Struct, frozen=True):
    """One thing that customers are asked: the words, why, the field of `survey_answers` that takes the answer, and what its
    answers are called."""

    field: str
    words: Text
    why: Text
    labels: Mapping[str, Text]


class Survey(Struct, frozen=True):
    """What customers are asked, and what they are told first."""

    id: str
    title: Text
    why: Text
    intro: Text
    items: tuple[SurveyItem, ...]
    source: tuple[str, ...]
    span: Span
