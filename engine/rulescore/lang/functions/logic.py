# SPDX-License-Identifier: Apache-2.0
"""Functions that see missing values."""

from __future__ import annotations

from typing import Any

from .declare import Function


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


FUNCTIONS = (
    Function(
        "coalesce", ("any", "any", "..."), "any",
        {"zh": "第一个不缺失的值", "en": "the first value that is not missing"},
        {"zh": "{0}（缺失时取{1}）", "en": "{0} (or {1} when missing)"},
        _coalesce, lambda pl, *values: pl.coalesce(*values),
        (("coalesce(nothing, 5)", 5), ("coalesce(3, 5)", 3)),
        sees_missing=True,
    ),
    Function(
        "is_missing", ("any",), "bool",
        {"zh": "是否缺失", "en": "whether the value is missing"},
        {"zh": "{0}缺失", "en": "{0} is missing"},
        lambda value: value is None, lambda pl, value: value.is_null(),
        (("is_missing(nothing)", True), ("is_missing(0)", False)),
        sees_missing=True,
    ),
)  # fmt: skip
