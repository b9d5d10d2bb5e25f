# SPDX-License-Identifier: Apache-2.0
"""What commands share: the language option, showing problems, JSON output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from ..messages import default_language
from ..problems import Problem
from .usage import Choice

Command = TypeVar("Command", bound=Callable[..., Any])


def language_of(given: str | None) -> str:
    return given or default_language()


def _set_language(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        ctx.obj = value


def lang_option(command: Command) -> Command:
    """`--lang` also after the command's name."""
    return click.option(
        "--lang",
        type=Choice(["zh", "en"]),
        expose_value=False,
        callback=_set_language,
        help="Language. 输出语言。",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output. 以 JSON 输出。")(
        command
    )


def show_problems(problems: Iterable[Problem], language: str, err: bool = True) -> None:
    """Every problem with its source line, on stderr unless it is what was asked for."""
    from ..messages.render import render_all

    text = render_all(list(problems), language, source_lines)
    if text:
        click.echo(text, err=err)


def source_lines(file: str) -> Sequence[str] | None:
    """The lines of a text file named in a problem, if it can be read from here."""
    from ..bundled import folder

    for path in (Path(file), folder("rulesets").parent / file):
        try:
            if path.is_file() and path.stat().st_size < 8_000_000:
                return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
        except (OSError, ValueError):
            continue
    return None


def echo_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))
