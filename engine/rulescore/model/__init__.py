# SPDX-License-Identifier: Apache-2.0
"""What an author wrote, checked and frozen: pack, tables, features, rules, gates, tiers."""

from __future__ import annotations

from .asked import Limit, Quality, Survey, SurveyItem
from .base import (
    AT_RISK,
    AT_STAKE,
    KEPT_OUT,
    MET,
    NO_WARNING,
    SEVERITIES,
    VALUE_AT_RISK,
    WARNING_LEVEL,
    Breakdown,
    Finding,
    Outcome,
    Strategy,
    Waterfall,
)  # fmt: skip
from .data import KINDS, NOWHERE, Expr, Feature, Field, FieldType, Parameter, Table, Text
from .pack import Pack
from .rules import Action, Case, Combine, Cycle, Dimension, Gate, Index, Part, Policy, Question, Rule, Tier

__all__ = [
    "Action",
    "Breakdown",
    "Case",
    "Combine",
    "Cycle",
    "Dimension",
    "Expr",
    "Feature",
    "Field",
    "FieldType",
    "Finding",
    "Gate",
    "Index",
    "AT_RISK",
    "AT_STAKE",
    "KEPT_OUT",
    "NO_WARNING",
    "SEVERITIES",
    "VALUE_AT_RISK",
    "WARNING_LEVEL",
    "KINDS",
    "Limit",
    "MET",
    "NOWHERE",
    "Outcome",
    "Pack",
    "Parameter",
    "Part",
    "Policy",
    "Quality",
    "Question",
    "Rule",
    "Strategy",
    "Survey",
    "SurveyItem",
    "Table",
    "Text",
    "Tier",
    "Waterfall",
]
