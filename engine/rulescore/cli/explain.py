# SPDX-License-Identifier: Apache-2.0
"""`rulescore explain`: why a customer has its score, down to the cells."""

from __future__ import annotations

from pathlib import Path

import click

from .shared import echo_json, json_option, lang_option


@click.command("explain", short_help="Why a customer has its score. 解释一个客户的得分。")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("customer")
@json_option
@lang_option
@click.pass_obj
def command(language: str, run: Path, customer: str, as_json: bool) -> None:
    """Explain the score of CUSTOMER in RUN: composite, tier, gates, every rule, its values and their cells. CUSTOMER
    `portfolio` explains the base as a whole, `value` what it is worth.

    解释批次 RUN 中客户 CUSTOMER 的得分：综合分、等级、关卡、每条规则、所用数值及其来源单元格。CUSTOMER 写 portfolio 解释客户群整体，写 value 解释估值。
    """
    from ..audit import explain, explain_base, value_of
    from ..folder import Run
    from ..reports.content.breakdowns import tables
    from ..reports.explanation import explanation
    from ..reports.worth import explanation as valuation

    opened = Run.read(run)
    if customer == "value":
        valued = value_of(opened)
        echo_json(valued) if as_json else click.echo(
            valuation(valued, language, opened.pack.portfolio or opened.pack)
        )
        return
    node = explain_base(opened) if customer == "portfolio" else explain(opened, customer)
    if as_json:
        echo_json(node)
    else:
        click.echo(explanation(node, language))
        for table in tables(opened, node.get("breakdowns", []), language):
            click.echo(f"\n{table}")
