# SPDX-License-Identifier: Apache-2.0
"""`rulescore questionnaire`: the form of the company questionnaire or of a customer survey."""

from __future__ import annotations

from pathlib import Path

import click

from ..kinds.question import ROLES
from ..messages import LANGUAGES, word
from .shared import lang_option
from .usage import Choice


@click.command("questionnaire", short_help="A form with a pack's questions. 生成问卷表单。")
@click.argument("pack", metavar="ID|DIR")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The workbook to write (.xlsx). 写入的工作簿（.xlsx）。",
)
@click.option(
    "--role",
    "roles",
    type=Choice(ROLES),
    multiple=True,
    help="Only what this role answers; may be repeated. 只要某一岗位回答的题，可重复。",
)
@click.option(
    "--survey",
    metavar="SURVEY",
    default="",
    help="A customer survey of the pack instead. 改为生成规则包中的某项客户调查。",
)
@click.option("--bilingual", is_flag=True, help="In Chinese and English. 中英对照。")
@lang_option
@click.pass_obj
def command(
    language: str, pack: str, output: Path, roles: tuple[str, ...], survey: str, bilingual: bool
) -> None:
    """Write a form to fill in: the questions that a pack asks the company, or those of a customer survey. Filled in, it is a
    table of an assessment.

    生成待填的表单：规则包问公司的题目，或某项客户调查。填好后即为评估的一张表。
    """
    from .. import api
    from ..questionnaire import write

    languages = LANGUAGES if bilingual else (language,)
    count = write(api.load(pack), output, languages, roles, survey)
    key = "survey" if survey else "company"
    click.echo(word(f"form.{key}-written", language, count=count, file=str(output)), err=True)
