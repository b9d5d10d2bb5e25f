# SPDX-License-Identifier: Apache-2.0
"""Trees and values as they are shown in findings."""

from __future__ import annotations

from collections.abc import Iterable

from ..lang.syntax import Tree, number_text, text_of
from ..values import iso
from .extents import Constant
from .subjects import OTHER

LONGEST = 60


def shown(tree: Tree) -> str:
    """A sub-tree as text, cut when it is long."""
    text = text_of(tree)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def value_text(value: Constant, kind: str) -> str:
    """A value as an author would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "..." if value == OTHER else f'"{value}"'
    return iso(int(value)) if kind == "date" and -719_162 <= value <= 2_932_896 else number_text(value)


def situation_text(situation: Iterable[tuple[Tree, Constant | None]]) -> str:
    """`amount = 5, region = "north"`."""
    parts: list[str] = []
    for tree, value in situation:
        if tree.op == "compare" and len(tree.args) == 2 and isinstance(value, float):
            sign = {-1.0: "<", 0.0: "==", 1.0: ">"}[value]
            parts.append(f"{shown(tree.args[0])} {sign} {shown(tree.args[1])}")
        elif value is None:
            parts.append(f"is_missing({shown(tree)})")
        elif value == OTHER:
            parts.append(f"{shown(tree)} = ...")
        else:
            parts.append(f"{shown(tree)} = {value_text(value, tree.kind)}")
    return ", ".join(parts)
