# SPDX-License-Identifier: Apache-2.0
"""`rulescore backtest`: whether earlier scores told what customers did afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .shared import echo_json, json_option, lang_option, show_problems

if TYPE_CHECKING:
    from ..handbook.blocks import Block, Handbook, Section


@click.command("backtest", short_help="Scores against what customers did later. 以事后结果检验得分。")
@click.argument("earlier", type=click.Path(path_type=Path), metavar="EARLIER")
@click.argument("later", type=click.Path(path_type=Path), metavar="LATER")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    metavar="ID|EXPR",
    help="An outcome of the pack, or an expression over the later run. 规则包的事后结果，或以后一批次写的表达式。",
)
@click.option(
    "--among",
    metavar="EXPR",
    help="Which customers are looked at, over the earlier run. 考察范围，以前一批次写。",
)
@click.option("--good", is_flag=True, help="The outcome given by --outcome is good. 所给结果是好结果。")
@click.option(
    "--challenger",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="The same data and date scored by another pack. 同一资料、同一基准日由另一规则包得出的批次。",
)
@click.option(
    "--bands",
    type=click.IntRange(min=2, max=20),
    default=5,
    show_default=True,
    metavar="N",
    help="Bands of the score. 得分分几段。",
)
@click.option(
    "--leave-out",
    is_flag=True,
    help="Also score without each rule in turn (slow). 另逐条去掉规则重新评分（较慢）。",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write everything to a file: .html or .md. 全部写入文件：.html 或 .md。",
)
@json_option
@lang_option
@click.pass_obj
def command(
    language: str, earlier: Path, later: Path, outcomes: tuple[str, ...], among: str | None, good: bool,
    challenger: Path | None, bands: int, leave_out: bool, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Set the scores of the run EARLIER against what the run LATER of the same base shows customers to have done: by tier, band of the
    score, coverage, dimension and rule. Outcomes stand in the pack under `outcomes`, or are given.

    以同一客户群后一批次 LATER 中客户的表现检验前一批次 EARLIER 的得分：按等级、得分段、覆盖率、维度和规则。事后结果列在规则包的 outcomes 下，也可直接给出。

    \b
      rulescore backtest runs/2025 runs/2026
      rulescore backtest runs/2025 runs/2026 --outcome 'orders_12m == 0' --among 'orders_12m > 0'
    """
    from ..backtesting import backtest
    from ..folder import Run
    from ..problems import Problem, UsageError

    if (among or good) and not outcomes:
        raise UsageError([Problem("among-without-outcome", "error", None, {})])
    other = None if challenger is None else Run.read(challenger)
    found = backtest(Run.read(earlier), Run.read(later), outcomes, among, good, other, bands, leave_out)
    if as_json:
        echo_json(found.as_dict())
        return
    from ..reports.backtest import document

    if output is not None:
        from ..handbook import write

        write(document(found, language), output)
    else:
        click.echo("\n".join(_lines(document(found, language, brief=True))))
    show_problems(found.problems, language)


def _lines(book: Handbook) -> Iterator[str]:
    """A short document as lines for the terminal."""
    from .terminal import folded

    yield book.title
    yield from folded(book.subtitle)
    for section in book.sections:
        yield from ("", _title(section))
        for block in section.blocks:
            yield from _block(block)
        for inner in section.sections:
            yield from ("", _title(inner))
            for block in inner.blocks:
                yield from _block(block)


def _title(section: Section) -> str:
    return f"{section.title} [{section.note}]" if section.note else section.title


def _block(block: Block) -> Iterator[str]:
    from tabulate import tabulate

    from ..handbook.blocks import Items, Paragraph, Table
    from .terminal import folded

    if isinstance(block, Paragraph):
        yield from folded(block.text)
    elif isinstance(block, Items):
        for text in block.texts:
            yield from folded(f"· {text}", "  ")
    elif isinstance(block, Table):
        sides = ["right" if column in block.numbers else "left" for column in range(len(block.head))]
        table = tabulate(block.rows, block.head, tablefmt="simple", colalign=sides, disable_numparse=True)
        yield from (f"  {line}" for line in table.splitlines())
