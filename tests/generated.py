# SPDX-License-Identifier: Apache-2.0
"""What manuals show of things that are declared elsewhere: tables made from the declarations, between marks in the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rulescore.model import Field, Table
from rulescore.packs.loading import load_or_raise
from rulescore.values import fold

_MARKED = re.compile(r"(<!-- (\w+):begin (\w+) -->\n).*?(<!-- \2:end -->)", re.DOTALL)

Makers = Mapping[str, Callable[[str], str]]


def regenerated(text: str, makers: Makers) -> str:
    """The page with every marked table made anew."""
    return _MARKED.sub(
        lambda match: match.group(1) + makers[match.group(2)](match.group(3)) + "\n" + match.group(4), text
    )


def marks(text: str) -> list[tuple[str, str]]:
    """(what, language) of the page's marked tables."""
    return [(match.group(2), match.group(3)) for match in _MARKED.finditer(text)]


# ---- the data dictionary ----------------------------------------------------------------------------------

_TYPES = {
    "en": {"text": "text", "number": "number", "integer": "whole number", "percent": "percent", "bool": "yes or no", "date": "date"},
    "zh": {"text": "文本", "number": "数", "integer": "整数", "percent": "百分比", "bool": "是否", "date": "日期"},
}  # fmt: skip
_UNITS = {
    "en": {"CNY": "CNY", "count": "", "days": "days", "hours": "hours", "times": "times"},
    "zh": {"CNY": "元", "count": "", "days": "天", "hours": "小时", "times": "倍"},
}
_FLAGS = {
    "en": {"key": "key", "customer": "points to the customer", "date": "dates the event", "required": "required", "personal": "personal", "sensitive": "sensitive"},
    "zh": {"key": "主键", "customer": "指向客户", "date": "事件日期", "required": "必填", "personal": "个人信息", "sensitive": "敏感"},
}  # fmt: skip
_SUMMARY = {"en": "{title} ({count} fields)", "zh": "{title}（{count} 个字段）"}
_HEAD = {"en": ("field", "title", "holds", ""), "zh": ("字段", "名称", "内容", "")}
_COMMA = {"en": ", ", "zh": "、"}


def dictionary_table(language: str) -> str:
    """Every table of the shipped data dictionary with its fields."""
    pack, _ = load_or_raise("general")
    lines: list[str] = []
    for table in pack.tables.values():
        summary = _SUMMARY[language].format(title=table.title[language], count=len(table.fields))
        lines += ["", f"<details><summary><code>{table.id}</code> {summary}</summary>", ""]
        lines += ["| {} | {} | {} | {} |".format(*_HEAD[language]), "|---|---|---|---|"]
        lines += [_field_row(table, field, language) for field in table.fields.values()]
        lines += ["", "</details>"]
    return "\n".join([*lines, ""])


def _field_row(table: Table, field: Field, language: str) -> str:
    flags = [role for role in ("key", "customer", "date") if getattr(table, role) == field.id]
    flags += [flag for flag in ("required", "personal", "sensitive") if getattr(field, flag)]
    shown = _COMMA[language].join(_FLAGS[language][flag] for flag in flags)
    return f"| `{field.id}` | {field.title[language]} | {_holds(field, language)} | {shown} |"


def _holds(field: Field, language: str) -> str:
    """Type, unit and range, or the values with their word in the language."""
    if field.values:
        return _COMMA[language].join(_value(field, value, language) for value in field.values)
    parts = [_TYPES[language][field.type], _UNITS[language].get(field.unit, field.unit)]
    if field.type == "integer" and field.min is not None and field.max is not None:
        parts.append(f"{field.min:g}-{field.max:g}")
    return _COMMA[language].join(part for part in parts if part)


def _value(field: Field, value: str, language: str) -> str:
    words = [word for word in field.words.get(value, ()) if fold(word) and not word.isascii()]
    return f"`{value}` {words[0]}" if language == "zh" and words else f"`{value}`"
