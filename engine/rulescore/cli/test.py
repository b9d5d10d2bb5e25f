# SPDX-License-Identifier: Apache-2.0
"""`rulescore test`: run the packs' own tests; the result as text, JSON or JUnit XML."""

from __future__ import annotations

import sys

import click

from .check import as_data as problem_data
from .shared import echo_json, lang_option, show_problems
from .usage import Choice


@click.command("test", short_help="Run the packs' own tests. 运行规则包自带的测试。")
@click.argument("packs", nargs=-1, metavar="[PACK]...")
@click.option(
    "--min-coverage",
    "minimum",
    type=click.FloatRange(0, 100),
    default=0.0,
    metavar="N",
    help="Least percentage of branches tested. 已测试分支的最低百分比。",
)
@click.option(
    "--format",
    "shape",
    type=Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="Output. 输出格式。",
)
@lang_option
@click.pass_obj
def command(language: str, packs: tuple[str, ...], minimum: float, shape: str) -> None:
    """Run the tests.yaml of packs (all shipped ones when none is named) on both engines, and say what they leave untested.

    在两个引擎上运行规则包的 tests.yaml（不指定则运行全部自带规则包），并列出尚未测试的分支。
    """
    from .. import testing
    from ..bundled import pack_ids
    from ..problems import Problems

    reports: list[testing.PackReport] = []
    problems = Problems()
    for report, found in testing.run_all(packs or pack_ids()):
        problems.extend(found)
        if report is not None:
            reports.append(report)
    show_problems(problems, language)
    failed = any(not report.passed or report.coverage.percent < minimum for report in reports)
    if shape == "json":
        from ..testing.output import as_data

        found_wrong = [problem_data(problem, language) for problem in problems]
        ok = not (failed or problems.has_errors)
        echo_json({"ok": ok, "packs": [as_data(report) for report in reports], "problems": found_wrong})
    elif shape == "junit":
        from ..testing.output import as_junit

        click.echo(as_junit(reports, minimum, language), nl=False)
    else:
        from ..testing.wording import report_lines

        for line in report_lines(reports, minimum, language):
            click.echo(line)
    sys.exit(3 if problems.has_errors else 1 if failed else 0)
