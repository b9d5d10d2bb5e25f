# SPDX-License-Identifier: Apache-2.0
"""What the JSON Schemas share: forms of ids and names, sources, and how an object and a file are described."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..kinds.builder import BILINGUAL
from ..valuation.parts import RISKS

ID = {"type": "string", "pattern": r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
NAME = {"type": "string", "pattern": r"^[^\W\d]\w*$"}
PERIOD = {"type": "string", "pattern": r"^[0-9]{1,5}[dwmy]$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "format": "date"}
VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}
FORMS = {
    ID["pattern"]: "form-id", "^[a-z0-9][a-z0-9-]*$": "form-id", NAME["pattern"]: "form-name", PERIOD["pattern"]: "form-period",
    DATE["pattern"]: "form-date", VERSION["pattern"]: "form-version",
}  # fmt: skip
"""Pattern -> the word that names it in messages."""
SOURCE = {
    "description": "依据：条目编号、法规、研究，或 judgement（专业判断）。Source: catalogue ids, a statute, a study, or judgement.",
    "oneOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ],
}

FAIRNESS = {
    **BILINGUAL,
    "description": "为什么可以用敏感个人信息、年龄或性别评分；不写即被拒绝。Why scoring by sensitive data, age or gender is fair; refused without it.",
}


def object_of(
    description: str, properties: dict[str, Any], required: Iterable[str] = (), **more: Any
) -> dict[str, Any]:
    return {
        "type": "object", "description": description, "additionalProperties": False,
        "required": list(required), "properties": properties, **more,
    }  # fmt: skip


def described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


def risks(description: str) -> dict[str, Any]:
    """A list of risks of customers, each told in the description."""
    told = "；".join(f"{name} {title['zh']}" for name, title in RISKS.items())
    told += "。" + "; ".join(f"{name} {title['en']}" for name, title in RISKS.items()) + "."
    return {
        "type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(RISKS)}, "description": f"{description} {told}",
    }  # fmt: skip


QUALITY_MEASURES = (
    "completeness", "validity", "usable_rows", "uniqueness", "credit_codes", "freshness", "consistency",
)  # fmt: skip
"""Measures of the data as a whole: shares from 0 to 1, of which less is worse."""


def file_of(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"rulescore/{name}.schema.json",
        "title": title,
        **body,
    }
