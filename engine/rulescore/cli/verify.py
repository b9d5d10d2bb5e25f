# SPDX-License-Identifier: Apache-2.0
"""`rulescore verify`: whether a run still is what was sealed, and whether its numbers come out again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .shared import echo_json, json_option, lang_option, show_problems

UNSOUND = 5


@click.command("verify", short_help="Check a run: hashes, and every number again. 核验批次：散列与重算。")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Recompute N customers, evenly spaced. 只重算 N 个客户。",
)
@click.option(
    "--all", "everyone", is_flag=True, help="Recompute all customers (the default). 重算全部客户（默认）。"
)
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also read the raw files again. 并重读原始文件。",
)
@json_option
@lang_option
@click.pass_context
def command(
    ctx: click.Context, run: Path, sample: int | None, everyone: bool, sources: Path | None, as_json: bool
) -> None:
    """Check that no file of RUN has changed, and recompute its numbers with the row engine. Exit code 5 if anything differs.

    核验 RUN 中的文件未被改动，并用逐行引擎重算其中的数值；有差异时退出码为 5。
    """
    from ..messages import word
    from ..problems import Problem, UsageError
    from ..verification.examination import examine

    if everyone and sample is not None:
        raise UsageError([Problem("options-exclude", "error", None, {"options": ["--all", "--sample"]})])
    language = str(ctx.obj)

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{done:,} / {total:,}", err=True, nl=False)

    verified = examine(run, sample, sources, progress)
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    if as_json:
        echo_json(verified.as_dict())
    else:
        lines = [
            word("verify.run", language, run_id=verified.run_id[:16] or "?"),
            word("verify.files", language, count=f"{verified.files:,}"),
            word(
                "verify.customers", language,
                count=f"{verified.customers:,}", total=f"{verified.total:,}", values=f"{verified.values:,}",
            ),
        ]  # fmt: skip
        if sample is not None:
            lines.append(word("verify.no-figures", language))
        elif verified.figures:
            lines.append(word("verify.figures", language))
        if sources is not None:
            lines.append(word("verify.sources", language, count=verified.sources))
        click.echo("\n  ".join(lines))
        if verified.sound:
            click.echo(word("verify.sound", language))
        else:
            show_problems(verified.problems, language, err=False)
            click.echo(word("verify.unsound", language, count=f"{verified.count:,}"))
    if not verified.sound:
        ctx.exit(UNSOUND)
