# SPDX-License-Identifier: Apache-2.0
"""`rulescore schema`: the JSON Schemas of the YAML files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from .shared import lang_option
from .usage import Choice

NAMES = ("pack", "dimension", "tables", "tests", "assessment", "mapping")


@click.command("schema", short_help="The JSON Schemas. 输出 JSON Schema。")
@click.argument("name", type=Choice(NAMES), required=False)
@click.option(
    "--write",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of them into a folder. 全部写入文件夹。",
)
@lang_option
def command(name: str | None, into: Path | None) -> None:
    """Print the schema NAME, list the names, or write all schemas into a folder beside your packs.

    输出名为 NAME 的模式、列出全部名称，或将全部模式写入规则包旁的文件夹。
    """
    from ..problems import writable
    from ..schema import as_text, build

    schemas = build()
    if into:
        with writable(into):
            into.mkdir(parents=True, exist_ok=True)
            for key, schema in schemas.items():
                (into / f"{key}.schema.json").write_text(as_text(schema), encoding="utf-8")
        click.echo(str(into))
    elif name:
        click.echo(as_text(schemas[name]), nl=False)
    else:
        click.echo("\n".join(NAMES))
