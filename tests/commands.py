# SPDX-License-Identifier: Apache-2.0
"""How the tests call the command: as a process of its own, or quickly in this one; and a small pack to call it on.

The small pack has one dimension with two rules and the weight of all; a score is worked out in one's head:
`size` gives 100 from a revenue of `param.large` (100) on and else 20, weight 1; `visits` gives ten points a visit up to
100, weight 3. So revenue 120 and 4 visits are (100 + 3 · 40) / 4 = 55, which is `middle`.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from rulescore import cli

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "general"
AS_OF = "2026-06-30"
COMMAND = (sys.executable, "-m", "rulescore")

SMALL: Mapping[str, str] = {
    "tables.yaml": """
tables:
  customers:
    title: {zh: 客户, en: Customers}
    key: customer_id
    fields:
      customer_id: {type: text, title: {zh: 客户编号, en: Customer id}, required: true, aliases: [客户编码]}
      name: {type: text, title: {zh: 客户名称, en: Customer name}}
      annual_revenue: {type: number, title: {zh: 年营业收入, en: Annual revenue}, aliases: [年收入]}
      visits: {type: number, title: {zh: 拜访次数, en: Visits}, min: 0}
      since: {type: date, title: {zh: 首次合作日期, en: Customer since}}
""",
    "pack.yaml": """
id: small
version: 1.0.0
title: {zh: 小, en: Small}
dimensions: {worth: 1}
dimension_source: judgement
parameters:
  large:
    title: {zh: 大客户线, en: Large from}
    values: [{from: 2020-01-01, value: 100, source: judgement}]
tiers:
  - {id: high, title: {zh: 高, en: High}, when: composite >= 75, source: judgement}
  - {id: middle, title: {zh: 中, en: Middle}, when: composite >= 50, source: judgement}
  - {id: low, title: {zh: 低, en: Low}}
""",
    "worth.yaml": """
dimension: worth
title: {zh: 价值, en: Worth}
rules:
  - {id: size, title: {zh: 规模, en: Size}, when: annual_revenue >= param.large, points: 100, else: 20, source: judgement}
  - {id: visits, title: {zh: 拜访, en: Visits}, formula: visits * 10, weight: 3, source: judgement}
""",
}


def small_pack(folder: Path, changes: Sequence[tuple[str, str]] = ()) -> Path:
    """Writes the small pack into `folder`/small, with texts replaced; each must be there."""
    texts = dict(SMALL)
    for old, new in changes:
        (name,) = (key for key, text in texts.items() if old in text)
        texts[name] = texts[name].replace(old, new)
    pack = folder / "small"
    pack.mkdir(parents=True)
    for name, text in texts.items():
        (pack / name).write_text(text, encoding="utf-8")
    return pack


@dataclass(frozen=True, slots=True)
class Done:
    """What a call of the command left."""

    code: int
    out: str
    err: str


def process(*args: str | Path, cwd: Path | None = None, **env: str) -> Done:
    """Calls the command as a process of its own, piped, in English and UTF-8 unless `env` says otherwise."""
    found = subprocess.run(
        [*COMMAND, *map(str, args)], cwd=cwd, env=environment(**env), capture_output=True, check=False
    )
    encoding = env.get("PYTHONIOENCODING", "utf-8").split(":")[0]
    return Done(
        found.returncode, found.stdout.decode(encoding, "replace"), found.stderr.decode(encoding, "replace")
    )


def environment(**changes: str) -> dict[str, str]:
    """The environment of a call; what users may have set for themselves is taken out."""
    own = ("RULESCORE_LANG", "RULESCORE_TRACEBACK", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "COLUMNS")
    kept = {key: value for key, value in os.environ.items() if key not in own}
    return kept | {"LANG": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8"} | changes


def called(*args: str | Path, cwd: Path | None = None, lang: str = "en") -> Done:
    """Calls the command in this process, through the same `main`: quick, and as good where streams don't matter."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["rulescore", *map(str, args)])
        patch.setenv("RULESCORE_LANG", lang)
        patch.setattr(cli.signal, "signal", lambda *_: None)
        for hook in ("excepthook", "unraisablehook"):
            patch.setattr(sys, hook, getattr(sys, hook))
        with (
            contextlib.chdir(cwd or Path.cwd()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            cli.main()
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    code = ended.value.code
    assert isinstance(code, int)
    return Done(code, *texts)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sealed(run: Path) -> dict[str, bytes]:
    """The files of a run that must be the same each time: all but the log."""
    return {name: data for name, data in files_of(run).items() if name != "log.json"}


def leftovers(folder: Path) -> Iterator[str]:
    """Names that a run should have cleared away."""
    return (path.name for path in folder.iterdir() if path.name.startswith("."))
