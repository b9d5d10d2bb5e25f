# SPDX-License-Identifier: Apache-2.0
"""Conditions of gates and tiers as formulas: what they say of scores is live, what they say of data is stored.

A formula must know whether a condition is *known* to hold. `holds` and `fails` are two formulas of one condition, so that
`not` needs no third truth value; a missing number is an error inside, and an error means neither holds nor fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from ...lang.syntax import Tree

TOKEN = re.compile(r"\[\[(.*?)\]\]")
SIGNS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ARITHMETIC = {"+", "-", "*", "/"}
PLAIN_CALLS = {"min": "MIN", "max": "MAX", "abs": "ABS"}


class _StoredError(Exception):
    """A part that reads scores by something that no formula here can say."""


class Threshold(Struct, frozen=True):
    """A number that a tier or gate compares scores with: of whom, and the comparison."""

    owner: str
    tree: Tree
    value: float


class Conditions(Struct):
    """Turns conditions into templates, whose `[[...]]` name cells: `score.x`, `composite`, `coverage`, `gate.x`, `leaf.n` (a
    stored part), `threshold.n`, `param.x`. What they need is gathered in `leaves`, `thresholds` and `parameters`."""

    leaves: list[Tree] = []
    thresholds: list[Threshold] = []
    parameters: list[str] = []

    def template(
        self, owner: str, written: Tree, planned: Tree, live: frozenset[str], want: bool = True
    ) -> tuple[str, bool]:
        """(formula that is TRUE when the condition is known to be `want`, whether any of it is live). `written` is the tree
        with parameters by name, `planned` the same with their values."""
        kept = (len(self.leaves), len(self.thresholds), len(self.parameters))
        try:
            text = _Writer(self, owner, live).truth(written, planned, want)
        except _StoredError:
            del self.leaves[kept[0] :], self.thresholds[kept[1] :], self.parameters[kept[2] :]
            return f"[[{self.leaf(planned)}]]={'TRUE' if want else 'FALSE'}", False
        return text, bool(_names(planned) & live)

    def leaf(self, tree: Tree) -> str:
        if tree not in self.leaves:
            self.leaves.append(tree)
        return f"leaf.{self.leaves.index(tree)}"


def filled(template: str, cell: Callable[[str], str]) -> str:
    """The template with addresses for names."""
    return TOKEN.sub(lambda found: cell(found[1]), template)


def _names(tree: Tree) -> frozenset[str]:
    return tree.names()


class _Writer:
    def __init__(self, found: Conditions, owner: str, live: frozenset[str]) -> None:
        self.found, self.owner, self.live = found, owner, live

    def truth(self, written: Tree, planned: Tree, want: bool) -> str:
        """TRUE when the condition is known to be `want`."""
        shown = "TRUE" if want else "FALSE"
        if not _names(planned) & self.live:
            if planned.op == "const":
                return "TRUE" if bool(planned.value) is want else "FALSE"
            if planned.op not in ("and", "or"):
                return f"[[{self.found.leaf(planned)}]]={shown}"
        pairs = list(zip(written.args, planned.args, strict=True))
        match planned.op:
            case "and" | "or":
                every = (planned.op == "and") is want
                return f"{'AND' if every else 'OR'}({','.join(self.truth(*pair, want) for pair in pairs)})"
            case "not":
                return self.truth(*pairs[0], not want)
            case "name":
                return f"[[{planned.value}]]={shown}"
            case "compare":
                return self.comparison(written, planned, want)
            case "call" if planned.value == "is_missing":
                missing = f"ISERROR({self.number(*pairs[0])})"
                return missing if want else f"NOT({missing})"
        raise _StoredError

    def comparison(self, written: Tree, planned: Tree, want: bool) -> str:
        assert isinstance(planned.value, tuple)
        if any(arg.kind != "number" for arg in planned.args):
            raise _StoredError
        sides = [
            self.threshold(planned, one)
            if one.op == "const" and name.op == "const"
            else self.number(name, one)
            for name, one in zip(written.args, planned.args, strict=True)
        ]
        parts = []
        for position, sign in enumerate(planned.value):
            said = SIGNS[str(sign) if want else OPPOSITE[str(sign)]]
            parts.append(f"IFERROR({sides[position]}{said}{sides[position + 1]},FALSE)")
        return parts[0] if len(parts) == 1 else f"{'AND' if want else 'OR'}({','.join(parts)})"

    def threshold(self, compared: Tree, number: Tree) -> str:
        made = Threshold(self.owner, compared, float(number.value))  # type: ignore[arg-type]
        if made not in self.found.thresholds:
            self.found.thresholds.append(made)
        return f"[[threshold.{self.found.thresholds.index(made)}]]"

    def number(self, written: Tree, planned: Tree) -> str:
        """A number, or an error where it is missing."""
        if planned.op == "const":
            if written.op == "name":
                name = str(written.value)
                if name not in self.found.parameters:
                    self.found.parameters.append(name)
                return f"[[{name}]]"
            value = float(planned.value)  # type: ignore[arg-type]
            return repr(value).removesuffix(".0") if value >= 0 else f"({value!r})"
        if not _names(planned) & self.live:
            return f"([[{self.found.leaf(planned)}]]+0)"
        pairs = list(zip(written.args, planned.args, strict=True))
        parts = [self.number(*pair) for pair in pairs]
        match planned.op:
            case "name":
                return f"([[{planned.value}]]+0)"
            case "neg":
                return f"(0-{parts[0]})"
            case "arith" if planned.value in ARITHMETIC:
                return f"({parts[0]}{planned.value}{parts[1]})"
            case "call" if planned.value == "coalesce":
                text = parts[-1]
                for part in reversed(parts[:-1]):
                    text = f"IFERROR({part},{text})"
                return text
            case "call" if planned.value in PLAIN_CALLS:
                return f"{PLAIN_CALLS[str(planned.value)]}({','.join(parts)})"
        raise _StoredError
