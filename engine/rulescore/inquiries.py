# SPDX-License-Identifier: Apache-2.0
"""What a pack asks of customers: surveys, and outcomes, which ask what they did after they were scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .problems import Span

Text = Mapping[str, str]
"""The same words per language: {"zh": ..., "en": ...}."""


@dataclass(frozen=True, slots=True)
class SurveyItem:
    """One thing that customers are asked: the words, why, the field of `survey_answers` that takes the answer, and what its
    answers are called."""

    field: str
    words: Text
    why: Text
    labels: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Survey:
    """What customers are asked, and what they are told first."""

    id: str
    title: Text
    why: Text
    intro: Text
    items: tuple[SurveyItem, ...]
    source: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What customers may do after they were scored: a feature of the same name says whether a later run shows it, the feature
    `among`, where there is one, of whom of an earlier run it is asked. What is `good` should come oftener with higher scores."""

    id: str
    title: Text
    why: Text
    among: str
    good: bool
    source: tuple[str, ...]
    span: Span
