# SPDX-License-Identifier: Apache-2.0
"""Files and output for which there is no space: told as a problem, and nothing stands there half-written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, called, environment, small_pack
from rulescore import run as conductor
from rulescore.output import write_whole
from rulescore.problems import UsageError


def full(path: Path, content: bytes) -> None:
    """A disk that takes the first half."""
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_what_stood_there_stays_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a report of last month against one that finds no space."""
    target = tmp_path / "report.html"
    target.write_text("last month")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError) as told:
        write_whole(target, b"this month")
    monkeypatch.undo()
    (problem,) = told.value.problems
    assert (problem.code, problem.facts["file"]) == ("file-unwritten", str(target))
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "last month"


def test_rights_links_and_devices_are_as_they_were(tmp_path: Path) -> None:
    """Guards who may read a file that is written again, the link that leads to it, and what is no file."""
    target, link = tmp_path / "private.md", tmp_path / "link.md"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", 0o600)
    write_whole(Path(os.devnull), b"nothing")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_that_finds_no_space_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Guards a disk that fills up while a run is written, as Python says it and as Polars does: a problem, and nothing is left."""
    small_pack(tmp_path)
    (tmp_path / "customers.csv").write_text("customer_id,annual_revenue,visits\nA,100,1\n")
    for error in (
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        RuntimeError("parquet: underlying IO error: No space left on device (os error 28)"),
    ):

        def refuse(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(conductor, "sink_all", refuse)
        done = called("evaluate", "customers.csv", "--pack", "small", "--as-of", "2026-06-30", "--out", "run", cwd=tmp_path, lang=lang)  # fmt: skip
        assert (done.code, "[disk-full]" in done.err) == (2, True), done.err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.csv", "small"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_finds_no_space_is_told() -> None:
    """Guards `rulescore check > file` on a full disk."""
    with Path("/dev/full").open("wb") as nowhere:
        done = subprocess.run(
            [*COMMAND, "check", "general"], stdout=nowhere, stderr=subprocess.PIPE, env=environment(), check=False
        )  # fmt: skip
    assert (done.returncode, b"[disk-full]" in done.stderr) == (2, True), done.stderr
