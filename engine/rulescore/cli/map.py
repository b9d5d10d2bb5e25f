# SPDX-License-Identifier: Apache-2.0
"""`rulescore map`: files in, a proposed assessment.yaml out; what an analyst has edited stays."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .shared import echo_json, json_option, lang_option, show_problems


@click.command("map", short_help="Propose an assessment of files. 由数据文件拟出评估说明。")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; an existing one is added to. 写入何处；已有的只作补充。",
)  # fmt: skip
@click.option("--pack", metavar="ID|DIR", help="Ruleset pack. 规则包。")
@click.option("--as-of", metavar="DATE", help="The date assessed, like 2026-06-30. 评估基准日。")
@click.option("--company", metavar="NAME", help="The company assessed. 被评估公司。")
@json_option
@lang_option
@click.pass_obj
def command(
    language: str, files: tuple[Path, ...], out: Path | None, pack: str | None, as_of: str | None,
    company: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Recognise each FILE (a table, a workbook, an archive, a folder of JSON pages) and propose an assessment.yaml: which
    table it is, which column is which field, how sure that is, and what is lacking. Unsure columns are commented out.

    识别每个 FILE（表格、工作簿、压缩包或 JSON 页文件夹），拟出 assessment.yaml：属于哪张表、各列对应哪个字段、把握如何、还缺什么。
    没有把握的列写成注释，不生效。

    \b
      rulescore map customers.xlsx orders.csv --as-of 2026-06-30 --out assessment.yaml
    """
    from .. import api
    from ..messages import word
    from ..output import write_whole
    from ..problems import DataError, Problem, Problems, Span, UsageError
    from ..proposing import text_of, with_added
    from ..source import read_yaml

    proposal, problems = api.propose(list(files), pack, as_of, company)
    show_problems([problem for problem in problems if problem.severity != "note"], language)
    base = Path() if out is None else out.parent
    if out is not None and out.is_file():
        reading = Problems()
        existing = read_yaml(out, reading, out.name)
        if reading.has_errors:
            raise DataError(reading)
        found = with_added(existing.text, proposal, base, language)
        if found is None:
            raise UsageError(
                [Problem("assessment-not-extended", "error", Span(out.name), {"file": out.name})]
            )
        text = found
    else:
        text = text_of(proposal, base, language)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, text.encode())
    if as_json:
        echo_json(proposal.as_data())
    elif out is None:
        click.echo(text, nl=False)
    else:
        from ..proposing.writing import summary

        click.echo(summary(proposal, language))
        click.echo(word("map.written", language, file=str(out)))
    if any(problem.severity == "error" for problem in problems):
        sys.exit(DataError.exit_code)
