# SPDX-License-Identifier: Apache-2.0
"""The `rulescore` command. One file a command; each is imported only when it runs or its help is shown."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from .usage import Choice

if TYPE_CHECKING:
    from types import TracebackType

    from ..problems import Problem

COMMANDS = (
    *("evaluate", "map", "profile", "check", "test", "explain", "verify", "compare", "backtest"),
    *("report", "handbook", "questionnaire", "schema", "init", "problem"),
)
"""The commands, in the order of the help; each is a module of this folder with a `command`."""

INTERRUPTED = 130
_received: list[int] = []
"""Signals that asked to stop; the exit code is 128 and the signal's number."""


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
        from ..problems import Fact, Problem, UsageError, close_names

        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            facts: dict[str, Fact] = {"name": name, "known": list(COMMANDS)}
            facts["close"] = close_names(name, COMMANDS)
            raise UsageError([Problem("unknown-command", "error", None, facts)])
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with _reader_may_leave():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with _reader_may_leave():
            return super().invoke(ctx)


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    """That nobody reads our output any more (`| head`) is no failure; click would take it for one."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(_fall_silent()) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--lang",
    type=Choice(["zh", "en"]),
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
    # A pack is many small objects that all stay: looking among them for garbage is in vain.
    gc.set_threshold(1_000_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGTERM, _stop)
        sys.excepthook, sys.unraisablehook = _report, _report_ignored
    try:
        code = _run()
    except BrokenPipeError:
        code = _fall_silent()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def process() -> None:
    """`main` as a process that ends at once: to take everything apart that Python holds takes as long as to read some tables.
    What waits for the end is done, and what could not be written is told by Python in its own way."""
    try:
        main()
    except SystemExit as end:
        if sys.getprofile() or sys.gettrace():  # somebody wants to see the end too
            raise
        with contextlib.suppress(OSError, ValueError):
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
            atexit._run_exitfuncs()
            os._exit(end.code if isinstance(end.code, int) else 1)
        raise


def _run() -> int:
    from ..problems import Problem, ProblemError, UsageError, is_full

    try:
        code = group.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # what can't be written is told here, not by Python at its end
        return code if isinstance(code, int) else 0
    except ProblemError as error:
        _show(error.problems)
        return error.exit_code
    except click.exceptions.Abort:
        click.echo("", err=True)
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        from .usage import problem_of

        _show([problem_of(error)])
        return error.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        if _received:  # a library made something else of the interruption
            return 128 + _received[0]
        if is_full(error):
            _show([Problem("disk-full", "error", None, {"reason": os.strerror(errno.ENOSPC)})])
            _fall_silent()  # what could not be written is not to be tried again at the end
            return UsageError.exit_code
        if os.environ.get("RULESCORE_TRACEBACK"):
            traceback.print_exc()
        click.echo(
            f"rulescore: internal error / 内部错误: {type(error).__name__}: {str(error)[:300]}\n"
            "Set RULESCORE_TRACEBACK=1 to see where. 设置 RULESCORE_TRACEBACK=1 可查看位置。", err=True,
        )  # fmt: skip
        return 70


def _show(problems: Iterable[Problem]) -> None:
    from .shared import show_problems

    try:
        show_problems(problems, _language())
        sys.stderr.flush()
    except BrokenPipeError:
        _fall_silent()


def _fall_silent() -> int:
    """Nothing more is written, not even what Python still holds when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    return 0


def _stop(number: int, _: object) -> None:
    """Ends the command where it stands; what was begun is cleared away on the way out."""
    _received.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What libraries print of an exception they swallow is of no use when it was the interruption."""
    if not _received:
        sys.__excepthook__(kind, error, trace)


def _report_ignored(ignored: sys.UnraisableHookArgs) -> None:
    if not _received:
        sys.__unraisablehook__(ignored)


def _language() -> str:
    """The language asked for anywhere on the command line, since what went wrong may have been the command line."""
    from ..messages import LANGUAGES, default_language

    args = sys.argv
    for index, arg in enumerate(args):
        name, sign, value = arg.partition("=")
        if name == "--lang":
            value = value if sign else "".join(args[index + 1 : index + 2])
            if value in LANGUAGES:
                return value
    return default_language()
