# SPDX-License-Identifier: Apache-2.0
"""`rulescore init`: a new pack that checks, tests and runs at once."""

from __future__ import annotations

import re
from pathlib import Path

import click

from .shared import lang_option

VSCODE = """{
  "yaml.schemas": {
    "./schemas/pack.schema.json": "pack.yaml",
    "./schemas/tables.schema.json": "tables.yaml",
    "./schemas/tests.schema.json": "tests.yaml",
    "./schemas/assessment.schema.json": "assessment.yaml"
  },
  "[yaml]": {"editor.tabSize": 2, "editor.insertSpaces": true}
}
"""
EXTENSIONS = '{"recommendations": ["redhat.vscode-yaml"]}\n'
EDITOR = "root = true\n\n[*.yaml]\ncharset = utf-8\nindent_style = space\nindent_size = 2\nend_of_line = lf\n"


@click.command("init", short_help="Start a new pack. 新建规则包。")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--extends", metavar="ID", help="A pack to build on, e.g. general. 在某规则包之上扩展，如 general。"
)
@lang_option
@click.pass_obj
def command(language: str, folder: Path, extends: str | None) -> None:
    """Write a small pack into FOLDER: rules, tests, sample data, and what editors need to help.

    在 FOLDER 中写出一个小规则包：规则、测试、示例数据，以及编辑器所需的设置。
    """
    from ..messages import word
    from ..packs.packfiles import find
    from ..problems import Problems, UsageError, writable
    from ..schema import as_text, build

    name = re.sub(r"\W+", "_", folder.resolve().name.lower()).strip("_") or "pack"
    name = name if not name[0].isdigit() else f"pack_{name}"
    problems = Problems()
    with writable(folder):
        taken = folder.exists() and any(folder.iterdir())
    if taken:
        problems.error("folder-taken", None, folder=str(folder))
    if extends:
        find(extends, problems)
    if problems.has_errors:
        raise UsageError(problems)
    source = Path(__file__).resolve().parent.parent / "templates" / ("extending" if extends else "new")
    with writable(folder):
        for path in sorted(source.rglob("*")):
            if path.is_file():
                text = (
                    path.read_text(encoding="utf-8").replace("{id}", name).replace("{extends}", extends or "")
                )
                _write(folder / path.relative_to(source), text)
        for key, schema in build().items():
            _write(folder / "schemas" / f"{key}.schema.json", as_text(schema))
        _write(folder / ".vscode" / "settings.json", VSCODE)
        _write(folder / ".vscode" / "extensions.json", EXTENSIONS)
        _write(folder / ".editorconfig", EDITOR)
    click.echo(word("init.done", language, folder=str(folder)))
    steps = [f"rulescore check {folder}"]
    if not extends:
        steps += [f"rulescore test {folder}", f"rulescore evaluate {folder}"]
    click.echo("\n".join(f"  {step}" for step in steps))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
