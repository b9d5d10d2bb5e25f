# SPDX-License-Identifier: Apache-2.0
"""`rulescore handbook`: a pack as a document for people who read no YAML."""

from __future__ import annotations

from pathlib import Path

import click

from .shared import lang_option


@click.command("handbook", short_help="A pack as a document in words. 生成规则说明书。")
@click.argument("pack", metavar="ID|DIR")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The file to write: .html or .md. 写入的文件：.html 或 .md。",
)
@lang_option
@click.pass_obj
def command(language: str, pack: str, output: Path) -> None:
    """Write what a pack assesses, every rule with its cases, its reasons and sources, gates, tiers and actions, in words.

    用文字写出规则包评什么、每条规则的情形、理由与依据，以及关卡、等级和措施，供不读 YAML 的人使用。
    """
    from .. import api
    from ..handbook import handbook, write

    write(handbook(api.load(pack), language), output)
