# SPDX-License-Identifier: Apache-2.0
"""`rulescore check`: load and lint packs; findings as text, JSON, SARIF or GitHub annotations."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ..problems import Problem, Span
from .shared import echo_json, lang_option, show_problems
from .usage import Choice

UNASKED = ("personal-fields",)
"""Notes that are shown without `--notes`: whoever answers for a pack must see them."""


@click.command("check", short_help="Load and lint packs. 检查规则包。")
@click.argument("packs", nargs=-1, metavar="[ID|DIR]...")
@click.option(
    "--format",
    "shape",
    type=Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="Output. 输出格式。",
)
@click.option("--notes", is_flag=True, help="Show notes too. 也显示提示。")
@click.option(
    "--fail-on",
    type=Choice(["error", "warning", "note"]),
    default="warning",
    show_default=True,
    help="Least severity that fails. 何种级别算不通过。",
)
@lang_option
@click.pass_obj
def command(language: str, packs: tuple[str, ...], shape: str, notes: bool, fail_on: str) -> None:
    """Load and lint packs (all shipped ones when none is named): everything found, at once, with its place.

    检查规则包（不指定则检查全部自带规则包）：一次列出所有问题及其位置。
    """
    from .. import api
    from ..bundled import pack_ids
    from ..messages import word
    from ..problems import Problems

    names = packs or tuple(pack_ids())
    collected = Problems()
    for name in names:
        collected.extend(api.check(name))
    found = list(collected)
    every = notes or shape != "text"
    shown = [p for p in found if every or p.severity != "note" or p.code in UNASKED]
    if shape == "text":
        show_problems(shown, language, err=False)
        counts = {
            severity: sum(1 for problem in found if problem.severity == severity)
            for severity in ("error", "warning", "note")
        }
        click.echo(
            word(
                "check.summary",
                language,
                packs=", ".join(names),
                errors=counts["error"],
                warnings=counts["warning"],
                notes=counts["note"],
            )
        )
    elif shape == "json":
        echo_json([as_data(problem, language) for problem in shown])
    elif shape == "sarif":
        from .formats import sarif

        echo_json(sarif(shown, language))
    else:
        from .formats import github

        for line in github(shown, language):
            click.echo(line)
    sys.exit(_exit_code(found, fail_on))


def as_data(problem: Problem, language: str) -> dict[str, object]:
    from ..messages import lines

    text, hint = lines(problem, language)
    place = problem.place
    where: dict[str, object] = (
        {"file": place.file, "line": place.line, "column": place.column} if isinstance(place, Span) else {}
    )
    return {"code": problem.code, "severity": problem.severity, **where, "text": text, "hint": hint}


def _exit_code(found: Sequence[Problem], fail_on: str) -> int:
    """3 for a pack that does not load, 1 for findings, 0 for none."""
    order = ["error", "warning", "note"]
    worst = min((order.index(problem.severity) for problem in found), default=3)
    if worst == 0:
        return 3
    return 1 if worst <= order.index(fail_on) else 0
