# SPDX-License-Identifier: Apache-2.0
"""`rulescore profile`: what is in files, before anything is scored."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .shared import echo_json, json_option, lang_option, show_problems


@click.command("profile", short_help="Show what is in files. 查看数据文件的内容。")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--pack", metavar="ID|DIR", default="general", help="Whose dictionary is used. 所用规则包的数据字典。"
)
@json_option
@lang_option
@click.pass_obj
def command(language: str, files: tuple[Path, ...], pack: str, as_json: bool) -> None:
    """Show each column of FILE: type, missing share, distinct values, range, frequent and odd values; likely keys, and
    references between files. Personal data is masked.

    逐列查看 FILE：类型、缺失率、不同值个数、范围、常见值与异常值；可能的主键，以及文件之间的引用。个人信息已遮蔽。
    """
    from msgspec.structs import asdict

    from .. import api
    from ..problems import DataError

    facts, links, problems = api.profile(list(files), pack)
    show_problems(problems, language)
    if as_json:
        parts = [one.as_data() for one in facts]
        echo_json({"files": parts, "references": [asdict(link) for link in links]})
    else:
        from ..profiling.text import profile_text

        click.echo(profile_text(facts, links, language))
    if any(problem.severity == "error" for problem in problems):
        sys.exit(DataError.exit_code)
