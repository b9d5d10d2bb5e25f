# SPDX-License-Identifier: Apache-2.0
"""Functions that see missing values."""

from __future__ import annotations

from typing import Any

from .declare import Function


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _pick(place: float | None, *values: Any) -> Any:
    return values[int(place)] if place is not None and place in range(len(values)) else None


def _pick_frame(pl: Any, place: Any, *values: Any) -> Any:
    return pl.coalesce([pl.when(place == float(index)).then(value) for index, value in enumerate(values)])


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
        "pick", ("number", "number", "..."), "number",
        {"zh": "第一个参数指明取其后的第几个值，0 为第一个；没有则缺失", "en": "the value whose place the first argument gives, 0 being the first after it; missing when there is none"},
        {"zh": "按{0}从{all}中取值", "en": "the value at {0} out of {all}"},
        _pick, _pick_frame,
        (("pick(1, 10, 20, 30)", 20), ("pick(0, 10, nothing)", 10), ("pick(3, 10, 20, 30)", None), ("pick(nothing, 10)", None), ("pick(0.5, 10, 20)", None)),
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
