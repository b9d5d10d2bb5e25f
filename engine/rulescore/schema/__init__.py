# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas (draft 7) of every YAML file, composed from the kinds, and of the report as JSON.

The files in `schemas/` are these, written by `rulescore schema --write`; editors and the loader use the same text.
"""

from __future__ import annotations

import json
from typing import Any

from .inputs import assessment, mapping, overrides, valuation
from .packs import dimension, pack, rule_schema, surveys, tables, tests
from .parts import FORMS, QUALITY_MEASURES
from .report import report

__all__ = ["FORMS", "QUALITY_MEASURES", "as_text", "build", "rule_schema"]


def build() -> dict[str, dict[str, Any]]:
    """Every schema by name."""
    return {
        "pack": pack(),
        "dimension": dimension(),
        "tables": tables(),
        "surveys": surveys(),
        "tests": tests(),
        "assessment": assessment(),
        "valuation": valuation(),
        "overrides": overrides(),
        "mapping": mapping(),
        "report": report(),
    }


def as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
