# SPDX-License-Identifier: Apache-2.0
"""The `rulescore` command. One file a command; each is imported only when it runs or its help is shown."""

from __future__ import annotations

import importlib
import os
import sys
import traceback

import click

COMMANDS = ("evaluate", "check", "test", "explain", "verify", "compare", "schema", "init", "problem")
"""The commands, in the order of the help; each is a module of this folder with a `command`."""


class Commands(click.Group):
    """Finds commands by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f".{name}", __name__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from ..problems import close_names

        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            close = close_names(name, COMMANDS)
            meant = f" Did you mean / 您是不是想用: {', '.join(close)}?" if close else ""
            ctx.fail(f"No such command / 没有这个命令: {name!r}.{meant}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    help="Language of messages. 输出语言。 [default: from the locale]",
)
@click.version_option(package_name="rulescore")
@click.pass_context
def group(ctx: click.Context, lang: str | None) -> None:
    """Rule-based scoring of customer resources, configured in YAML. 客户资源的规则评分引擎，以 YAML 配置。

    \b
      rulescore evaluate samples/general     score the sample   给示例打分
      rulescore explain RUN CUSTOMER         why this score     为何如此评分
      rulescore check my_pack                load and lint      检查规则包
    """
    from .shared import language_of

    ctx.obj = language_of(lang)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main() -> None:
    """Runs the command and turns what went wrong into a message and the documented exit code."""
    from ..problems import ProblemError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = group.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except ProblemError as error:
        from .shared import show_problems

        show_problems(error.problems, _language())
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # the reader of our output went away: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("RULESCORE_TRACEBACK"):
            traceback.print_exc()
        click.echo(
            f"rulescore: internal error / 内部错误: {type(error).__name__}: {str(error)[:300]}\n"
            "Set RULESCORE_TRACEBACK=1 to see where. 设置 RULESCORE_TRACEBACK=1 可查看位置。", err=True,
        )  # fmt: skip
        sys.exit(70)


def _language() -> str:
    from ..messages import default_language

    args = sys.argv
    for index, arg in enumerate(args):
        if arg.startswith("--lang="):
            return "zh" if arg.endswith("zh") else "en"
        if arg == "--lang" and index + 1 < len(args):
            return "zh" if args[index + 1] == "zh" else "en"
    return default_language()
