# SPDX-License-Identifier: Apache-2.0
"""What a function declares: signature, meaning, words, row form, frame form, examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

Scalar = float | str | bool
Events = Sequence[tuple[float | None, Any]]
"""One customer's events inside the window: (epoch day or None, value or None) in any order."""


class Function(Struct, frozen=True):
    """A function of values of one record.

    `parameters`: kinds, one each (`number`, `text`, `bool`, `date`, `any`: all alike; `literal`: a constant of
    whole numbers or text); a last `...` repeats the one before. `result`: a kind, or `any` for the kind of
    the arguments. `row` gets plain values (dates as epoch days); unless `sees_missing`, it is called only when no
    argument is missing, and may return None for missing. `frame` gets the polars module and expressions, and
    must return null exactly where `row` returns None. `words` makes the sentence, `{0}` being the first argument.
    `examples`: expression text -> value; run on every engine.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    meaning: Mapping[str, str]
    words: Mapping[str, str]
    row: Callable[..., Any]
    frame: Callable[..., Any]
    examples: tuple[tuple[str, Scalar | None], ...]
    sees_missing: bool = False


class Aggregate(Struct, frozen=True):
    """A function of one customer's events.

    `operand`: the kind it takes, `any`, or `` when it takes the table alone; `result` likewise.
    With several `operands`, all of the kind, a value is a tuple of them, in frames a struct with fields 0, 1, ...
    `row` gets Events (missing values included). `frame` gets polars, the operand expression (null where the event
    is outside the window, the value missing, or too large to be added: see `is_added`), the boolean `inside` and the date
    expression; it gives what a group_by works out, one value or several, of which `finish` makes the result, as columns; one
    that `sees_inside` gets after them whether any event is inside the window.
    `no_events`: the result for a customer without events in the window. `words`: `{table}` are the events, `{0}` is the
    operand.
    """

    name: str
    operand: str
    result: str
    meaning: Mapping[str, str]
    words: Mapping[str, str]
    row: Callable[[Events], Any]
    frame: Callable[..., Any]
    no_events: float | None
    examples: tuple[tuple[str, Scalar | None], ...]
    needs_date: bool = False
    operands: int = 1
    finish: Callable[..., Any] = lambda pl, value: value
    sees_inside: bool = False

    @property
    def is_added(self) -> bool:
        """Whether it takes single numbers to reckon with, which are of a size that can be added exactly."""
        return self.operand == "number" and self.operands == 1


class BaseFunction(Struct, frozen=True):
    """A function of one value over the whole base. `row` gets all values (None where missing) and the literal
    argument, and returns one result each; `frame` gets polars, the expression and the literal. One that is `grouped`
    takes a text instead of a literal, by which customers belong together: all texts in `row`, an expression in `frame`."""

    name: str
    literals: int
    meaning: Mapping[str, str]
    words: Mapping[str, str]
    row: Callable[..., list[float | None]]
    frame: Callable[..., Any]
    examples: tuple[tuple[str, Scalar | None], ...]
    grouped: bool = False


def elementwise(row: Callable[..., Any]) -> Callable[..., Any]:
    """The frame form of a function that has no closed form in columns: its row form, value by value."""

    def frame(pl: Any, *parts: Any) -> Any:
        def run(together: Any) -> Any:
            rows = together.struct.unnest().rows()
            return pl.Series([None if None in values else row(*values) for values in rows], dtype=pl.Float64)

        struct = pl.struct(part.cast(pl.Float64).alias(str(index)) for index, part in enumerate(parts))
        return struct.map_batches(run, return_dtype=pl.Float64, is_elementwise=True)

    return frame
