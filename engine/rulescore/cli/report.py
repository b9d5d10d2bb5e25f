# SPDX-License-Identifier: Apache-2.0
"""`rulescore report`: a run as one file that people open, or as data."""

from __future__ import annotations

from pathlib import Path

import click

from .shared import lang_option
from .usage import Choice


@click.command("report", short_help="A run as HTML, workbook, Markdown, JSON or PDF. 生成评估报告。")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=Choice(["html", "xlsx", "md", "json", "pdf"]),
    default="html",
    help="Form of the report. 报告的格式。 [default: html]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write. 写入的文件。 [default: beside the run folder, 批次文件夹旁]",
)
@lang_option
@click.pass_obj
def command(language: str, run: Path, form: str, output: Path | None) -> None:
    """Write what RUN came to: conclusion, dimensions, the base as a whole, value, measures, risks, every customer with
    the reasons of its score, the rules in words, data problems and hashes. The HTML file works offline and alone.

    写出批次 RUN 的结果：结论、各维度、客户群整体、估值、措施、风险、每个客户及其得分理由、规则说明、资料问题与哈希。HTML 为单个文件，可离线打开。
    """
    from ..folder import Run
    from ..output import write_whole
    from ..problems import Problem, UsageError
    from ..reports import writer

    opened = Run.read(run)
    report = writer(form)
    folder = run.resolve()
    target = output or folder.with_name(folder.name + report.SUFFIX)
    if target.resolve().is_relative_to(folder):
        raise UsageError([Problem("report-inside-run", "error", None, {"file": str(target)})])
    write_whole(target, report.render(opened, language))
    click.echo(str(target))
