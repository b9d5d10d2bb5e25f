# SPDX-License-Identifier: Apache-2.0
"""`rulescore problem`: the page of a problem code."""

from __future__ import annotations

import click

from .shared import lang_option


@click.command("problem", short_help="The page of a problem code. 问题代码说明。")
@click.argument("code", required=False)
@lang_option
@click.pass_obj
def command(language: str, code: str | None) -> None:
    """Explain the problem CODE with a bad and a good example; without CODE list all codes.

    以反例和正例说明问题代码 CODE；不给代码则列出全部。
    """
    from ..messages import catalogue, pages, plain, word
    from ..problems import Problem, UsageError, close_names

    entries = catalogue(language)["problems"]
    if code is None:
        for key in sorted(entries):
            click.echo(f"{key:30} {entries[key].get('title', '')}")
        return
    entry = entries.get(code)
    if entry is None:
        raise UsageError(
            [Problem("unknown-code", "error", None, {"code": code, "close": close_names(code, entries)})]
        )
    click.echo(f"{code}\n  {entry['title']}\n\n  {plain(entry['text'])}")
    if entry.get("hint"):
        click.echo(f"  {plain(entry['hint'])}")
    page = pages().get(code)
    for part in ("bad", "good"):
        if page is None:
            break
        click.echo(f"\n{word(f'problem.{part}', language)}")
        click.echo("\n".join(f"    {line}" for line in str(page[part]).rstrip().split("\n")))
