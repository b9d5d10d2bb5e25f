# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a command line, as problems like all others: in the user's language, with a hint."""

from __future__ import annotations

from typing import Any

import click

from ..problems import Fact, Problem, UsageError, close_names


class Choice(click.Choice[str]):
    """One of a few words; another is refused with what it may have meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            allowed = list(self.choices)
            facts: dict[str, Fact] = {"option": _name(param), "read": str(value), "allowed": allowed}
            facts["close"] = close_names(str(value), allowed)
            raise UsageError([Problem("unknown-argument", "error", None, facts)])
        return str(value)


def problem_of(error: click.ClickException) -> Problem:
    """The problem behind what click found."""
    match error:
        case click.NoSuchOption():
            known = [name for param in (error.ctx.command.params if error.ctx else ()) for name in param.opts]
            close = close_names(error.option_name, known)
            return Problem("unknown-option", "error", None, {"option": error.option_name, "close": close})
        case click.MissingParameter():
            return Problem("missing-argument", "error", None, {"option": _name(error.param)})
        case click.BadParameter():
            facts: dict[str, Fact] = {"option": _name(error.param), "reason": error.message}
            return Problem("unusable-argument", "error", None, facts)
    return Problem("unusable-command", "error", None, {"reason": error.format_message()})


def _name(param: click.Parameter | None) -> str:
    """A parameter as the help writes it: `--engine`, `SOURCE`."""
    if param is None:
        return "?"
    return (
        param.opts[0]
        if isinstance(param, click.Option)
        else (param.metavar or param.name or "?").upper().strip("[].")
    )
