# SPDX-License-Identifier: Apache-2.0
"""`rulescore evaluate`: tables in, a run out, and a screen that says what came of it."""

from __future__ import annotations

from pathlib import Path

import click

from . import terminal
from .shared import echo_json, json_option, lang_option
from .usage import Choice


@click.command("evaluate", short_help="Score a customer base. 给客户群打分。")
@click.argument("source", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
@click.option("--pack", metavar="ID|DIR", help="Ruleset pack. 规则包。")
@click.option("--as-of", metavar="DATE", help="The date assessed, like 2026-06-30. 评估基准日。")
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="The run folder. 评估批次文件夹。"
)
@click.option(
    "--engine", type=Choice(["frame", "row"]), default="frame", show_default=True, help="Engine. 引擎。"
)
@click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value of a parameter (what-if). 改一个参数试算。",
)
@click.option(
    "--cycle", metavar="ID", help="Cycle, such as monthly: what is computed. 评估周期，如 monthly。"
)
@click.option(
    "--unmask",
    is_flag=True,
    help="Show personal data as they are; the run records it. 个人信息不脱敏（记入批次清单）。",
)
@json_option
@lang_option
@click.pass_obj
def command(
    language: str, source: tuple[str, ...], pack: str | None, as_of: str | None, out: Path | None,
    engine: str, parameters: tuple[str, ...], unmask: bool, cycle: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Score the customers of SOURCE: a folder with an assessment.yaml, that file, or table files.

    给 SOURCE 中的客户打分：含 assessment.yaml 的文件夹、该文件本身，或若干数据表文件。

    \b
      rulescore evaluate samples/general
      rulescore evaluate customers.csv orders.xlsx --pack general --as-of 2026-06-30 --out my-run
    """
    from ..problems import Problem, UsageError

    overrides: dict[str, str] = {}
    for item in parameters:
        name, sign, value = item.partition("=")
        if not sign:
            raise UsageError([Problem("parameter-form", "error", None, {"read": item})])
        overrides[name.removeprefix("param.").strip()] = value.strip()

    progress = terminal.Progress(language)
    from .. import api

    try:
        run = api.evaluate(
            list(source),
            pack,
            as_of,
            out=out,
            engine=engine,
            parameters=overrides,
            progress=progress,
            default_out=out is None,
            unmask=unmask,
            cycle=cycle,
        )
    finally:
        progress.done()
    if as_json:
        echo_json(
            {"run": str(run.folder), **{key: value for key, value in run.manifest.items() if key != "files"}}
        )
        return
    from ..reports.text import summary

    terminal.show(summary(run, language, terminal.width()))
