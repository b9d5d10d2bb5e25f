# SPDX-License-Identifier: Apache-2.0
"""The run folder: the same bytes wherever and however it is made, whole or not at all, never written over."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from commands import (
    AS_OF,
    COMMAND,
    ROOT,
    SAMPLE,
    called,
    environment,
    files_of,
    leftovers,
    process,
    sealed,
    small_pack,
)
from rulescore import api
from rulescore import run as conductor
from rulescore.folder import Run

CUSTOMERS = "customer_id,name,annual_revenue,visits\nA,甲,120,4\nB,乙,50,10\n"


# ---- the same bytes -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the sample, made from the root of the repository."""
    out = tmp_path_factory.mktemp("first") / "run"
    done = process("evaluate", SAMPLE, "--out", out, cwd=ROOT, PYTHONHASHSEED="0", POLARS_MAX_THREADS="2")
    assert (done.code, done.err) == (0, "")
    return out


@pytest.mark.parametrize("seed, threads", [("1", "1"), ("4242", "2")])
def test_hash_seed_and_threads_change_no_byte(first: Path, tmp_path: Path, seed: str, threads: str) -> None:
    """Guards against an order that a set, a dict of hashes or a thread decides."""
    process("evaluate", SAMPLE, "--out", tmp_path / "run", PYTHONHASHSEED=seed, POLARS_MAX_THREADS=threads)
    assert sealed(tmp_path / "run") == sealed(first)


def test_place_and_language_and_clock_change_no_byte(first: Path, tmp_path: Path) -> None:
    """Guards against the working directory, the place of the data, locale or time zone getting into a run."""
    shutil.copytree(SAMPLE, tmp_path / "复制 copy")
    done = process(
        "evaluate",
        "复制 copy",
        "--out",
        "deep/er/run",
        cwd=tmp_path,
        LANG="zh_CN.UTF-8",
        TZ="Pacific/Kiritimati",
    )
    assert done.code == 0
    assert sealed(tmp_path / "deep" / "er" / "run") == sealed(first)


def test_no_file_names_the_machine(first: Path) -> None:
    """Guards against absolute paths, the host or the user in what is handed over; the log may know the host."""
    marks = [str(ROOT), str(first.parent), str(Path.home()), str(Path.cwd())]
    marks += [socket.gethostname()] if len(socket.gethostname()) > 4 else []
    for name, data in sealed(first).items():
        assert [mark for mark in marks if len(mark) > 4 and mark.encode() in data] == [], name


def test_names_of_inputs_are_relative_to_the_assessment(first: Path) -> None:
    """Guards the file names that people are sent to: those of the sample's folder, each once a table."""
    manifest = json.loads((first / "manifest.json").read_bytes())
    tables = {path.name for end in ("csv", "xlsx") for path in SAMPLE.glob(f"*.{end}")} - {"flaws.csv"}
    assert {source["file"] for source in manifest["inputs"]} == tables


def test_the_row_engine_makes_the_same_files(first: Path, tmp_path: Path) -> None:
    """Guards that both engines tell the same of the sample: only the manifest may say which one it was."""
    assert process("evaluate", SAMPLE, "--out", tmp_path / "run", "--engine", "row").code == 0
    row, frame = sealed(tmp_path / "run"), sealed(first)
    assert {name for name in frame if row.get(name) != frame[name]} == {"manifest.json"}
    assert row.keys() == frame.keys()
    made, other = (json.loads(files["manifest.json"]) for files in (row, frame))
    assert {key for key in other if made[key] != other[key]} == {"engine", "run_id"}
    assert (made["engine"]["name"], other["engine"]["name"]) == ("row", "frame")


def test_a_frame_and_a_file_of_the_same_rows_score_the_same(tmp_path: Path) -> None:
    """Guards that the door by which the data comes in doesn't change a score."""
    pack = small_pack(tmp_path)
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    by_file = api.evaluate(tmp_path / "customers.csv", pack, AS_OF)
    frame = pl.DataFrame(
        {"customer_id": ["A", "B"], "name": ["甲", "乙"], "annual_revenue": [120, 50], "visits": [4, 10]}
    )
    by_frame = api.evaluate(frame, pack, AS_OF)
    assert by_file.table.equals(by_frame.table)
    assert by_file.table["composite"].to_list() == [55.0, 80.0]  # (100 + 3·40) / 4 and (20 + 3·100) / 4


# ---- where the run goes -------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the small pack and a file of customers, and nothing else."""
    small_pack(tmp_path)
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    return tmp_path


def evaluate(desk: Path, *more: str | Path) -> tuple[int, str]:
    done = called("evaluate", "customers.csv", "--pack", "small", "--as-of", AS_OF, *more, cwd=desk)
    return done.code, done.err


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_same_run_again_is_fine_and_changes_nothing(desk: Path) -> None:
    """Guards that a script may run twice; the folder isn't touched the second time."""
    assert evaluate(desk, "--out", "run") == (0, "")
    before = files_of(desk / "run")
    assert evaluate(desk, "--out", "run") == (0, "")
    assert files_of(desk / "run") == before
    assert names(desk) == {"small", "customers.csv", "run"}


@pytest.mark.parametrize("change", [("--set", "large=10"), ("--engine", "row"), ("--as-of", "2026-06-29")])
def test_another_run_is_never_written_over(desk: Path, change: tuple[str, str]) -> None:
    """Guards a finished assessment against a second one by the same name."""
    evaluate(desk, "--out", "run")
    before = files_of(desk / "run")
    code, err = evaluate(desk, "--out", "run", *change)
    assert code == 2
    assert "[run-exists]" in err and "hint: " in err
    assert files_of(desk / "run") == before
    assert names(desk) == {"small", "customers.csv", "run"}


def test_a_run_that_was_changed_afterwards_is_not_taken_for_the_same(desk: Path) -> None:
    """Guards against reporting from a folder whose manifest is right and whose files are not."""
    evaluate(desk, "--out", "run")
    scores = desk / "run" / "scores.csv"
    scores.write_bytes(scores.read_bytes().replace(b"55.0", b"95.0"))
    code, err = evaluate(desk, "--out", "run")
    assert (code, "[run-exists]" in err) == (2, True)
    assert b"95.0" in scores.read_bytes()


def test_a_folder_with_something_else_in_it_is_refused(desk: Path) -> None:
    """Guards people's own folders: told before any work, nothing added."""
    (desk / "mine").mkdir()
    (desk / "mine" / "notes.txt").write_text("x")
    code, err = evaluate(desk, "--out", "mine")
    assert (code, "[folder-taken]" in err) == (2, True)
    assert files_of(desk / "mine") == {"notes.txt": b"x"}
    assert list(leftovers(desk)) == []


def test_a_file_is_refused(desk: Path) -> None:
    """Guards a file that bears the name of the run."""
    code, err = evaluate(desk, "--out", "customers.csv")
    assert (code, "[folder-taken]" in err) == (2, True)
    assert (desk / "customers.csv").read_text(encoding="utf-8") == CUSTOMERS


def test_an_empty_folder_is_taken(desk: Path) -> None:
    """Guards the habit of making the folder first."""
    (desk / "run").mkdir()
    assert evaluate(desk, "--out", "run") == (0, "")
    assert api.verify(desk / "run") == []


@pytest.mark.parametrize(
    "out", ["customers.csv/run", "customers.csv/deep/run", "n" * 300, "deep/" + "n" * 300, "n" * 300 + "/run"]
)
def test_a_place_where_nothing_can_be_written_is_told(desk: Path, out: str) -> None:
    """Guards a slip in --out: a path that leads through a file, a name too long for the file system."""
    code, err = evaluate(desk, "--out", out)
    assert (code, "[folder-unwritable]" in err, "hint: " in err) == (2, True, True)
    assert names(desk) == {"small", "customers.csv"}


@pytest.mark.parametrize("out", [("--out", "run"), ("--out", "new/run"), ()])
@pytest.mark.parametrize("call", ["mkdir", "rename"])
def test_a_place_where_the_user_may_not_write_is_told(
    desk: Path, monkeypatch: pytest.MonkeyPatch, call: str, out: tuple[str, ...]
) -> None:
    """Guards a folder of somebody else, found out at the beginning or, when the right is lost meanwhile, at the end. The
    refusal is played, since the tests may be run by a user who may write everywhere."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(conductor.Path, call, refuse)
    code, err = evaluate(desk, *out)
    monkeypatch.undo()
    assert (code, "[folder-unwritable]" in err, "Permission denied" in err) == (2, True, True)
    assert names(desk) == {"small", "customers.csv"}


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]) -> None:
    """Does `act` with the folder that is built, in the moment between its last file and its move to its place."""
    write_log = conductor._log

    def log(building: Path, started: float) -> None:
        write_log(building, started)
        act(building)

    monkeypatch.setattr(conductor, "_log", log)


def test_the_same_run_published_meanwhile_is_shared(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards two processes that make the same run at the same moment: the one that comes second ends as well."""
    meanwhile(monkeypatch, lambda building: shutil.copytree(building, desk / "run"))
    assert evaluate(desk, "--out", "run") == (0, "")
    assert names(desk) == {"small", "customers.csv", "run"}
    assert api.verify(desk / "run") == []


def test_another_run_published_meanwhile_is_told_and_stays(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the one that came first: the second neither replaces it nor mixes with it."""
    evaluate(desk, "--out", "other", "--set", "large=10")
    before = files_of(desk / "other")
    meanwhile(monkeypatch, lambda _: (desk / "other").rename(desk / "run"))
    code, err = evaluate(desk, "--out", "run")
    assert (code, "[run-exists]" in err) == (2, True)
    assert files_of(desk / "run") == before
    assert names(desk) == {"small", "customers.csv", "run"}


def test_two_processes_at_once_end_well(desk: Path) -> None:
    """Guards the same with real processes, started together into parents that neither finds."""
    command = (*COMMAND, "evaluate", "customers.csv", "--pack", "small", "--as-of", AS_OF, "--out", "new/run")
    both = [subprocess.Popen(command, cwd=desk, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert names(desk / "new") == {"run"}
    assert api.verify(desk / "new" / "run") == []


def test_without_a_name_the_run_is_under_runs(desk: Path) -> None:
    """Guards the name that people find a run by: what was assessed, as of when, and the run's id."""
    assert evaluate(desk) == (0, "")
    (folder,) = (desk / "runs").iterdir()
    run_id = json.loads((folder / "manifest.json").read_bytes())["run_id"]
    assert folder.name == f"small-{AS_OF}-{run_id[:8]}"
    assert evaluate(desk) == (0, "")
    assert names(desk / "runs") == {folder.name}


def test_the_folder_is_named_after_the_company(desk: Path) -> None:
    """Guards names with characters that file systems refuse; the company's are letters of any script."""
    text = "company: {zh: '甲/乙：公司', en: 'A/B: \"Co\" <x>'}\nas_of: 2026-06-30\npack: small\ntables: {customers: customers.csv}\n"
    (desk / "assessment.yaml").write_text(text, encoding="utf-8")
    assert called("evaluate", ".", cwd=desk).code == 0
    (folder,) = (desk / "runs").iterdir()
    assert folder.name.startswith("a-b---co---x-2026-06-30-")


def test_without_out_a_run_of_the_api_lives_as_long_as_its_run(desk: Path) -> None:
    """Guards the temporary folder: it is there while somebody holds the Run, and is cleared away after."""
    run = api.evaluate(desk / "customers.csv", desk / "small", AS_OF)
    folder = run.folder
    assert (folder / "manifest.json").is_file()
    del run
    assert not folder.exists()
    assert names(desk) == {"small", "customers.csv"}


def test_the_run_is_as_private_as_the_user_wants(desk: Path) -> None:
    """Guards customer data where the user's files are not for others; and lets others read where they are."""
    before = os.umask(0o077)
    try:
        evaluate(desk, "--out", "private")
        os.umask(0o022)
        evaluate(desk, "--out", "shared")
    finally:
        os.umask(before)
    assert [(desk / name).stat().st_mode & 0o777 for name in ("private", "shared")] == [0o700, 0o755]


# ---- failures leave nothing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (OSError(28, "No space left on device"), 2),
        (OSError(5, "Input/output error"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_failure_while_writing_leaves_nothing(
    desk: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, wanted: int
) -> None:
    """Guards against half a run: neither the folder, nor what it was built in, nor the parents that were made for it."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(conductor.run_folder, "write_manifest", fail)
    code, _ = evaluate(desk, "--out", "new/deep/run")
    assert code == wanted
    assert names(desk) == {"small", "customers.csv"}


def test_leftovers_of_killed_processes_are_cleared_after_a_day(desk: Path) -> None:
    """Guards the disk; a folder that may still be in use stays, and so does what somebody else named."""
    old, fresh, other = (
        desk / name for name in (".rulescore-building-a", ".rulescore-building-b", ".rulescore-c")
    )
    for folder in (old, fresh, other):
        folder.mkdir()
        (folder / "trace.parquet").write_bytes(b"x")
    for folder in (old, other):
        os.utime(folder, (time.time() - 90_000,) * 2)
    assert evaluate(desk, "--out", "run") == (0, "")
    assert set(leftovers(desk)) == {fresh.name, other.name}


# ---- killed at any moment -----------------------------------------------------------------------------------

ROWS = 20_000
MOMENTS = 5


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of many customers, for the shipped pack, so that a run takes its time."""
    file = tmp_path_factory.mktemp("large") / "customers.parquet"
    numbers = pl.int_range(ROWS, eager=True)
    pl.DataFrame({
        "customer_id": numbers.cast(pl.String), "annual_revenue": numbers * 1000.0, "need_fit": (numbers % 5 + 1).cast(pl.Float64),
        "registration_status": pl.Series(["active", "revoked"] * (ROWS // 2)),
    }).write_parquet(file)  # fmt: skip
    return file


def start(large: Path, out: Path) -> subprocess.Popen[bytes]:
    """Begins a run and returns once its folder is being built."""
    arguments = ["evaluate", large, "--pack", "general", "--as-of", AS_OF, "--out", out]
    run = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while run.poll() is None and not (out.parent.is_dir() and any(out.parent.iterdir())):
        time.sleep(0.002)
    return run


def building_time(large: Path, out: Path) -> float:
    """Seconds from the first trace of a run to the finished folder."""
    run = start(large, out)
    begun = time.perf_counter()
    while run.poll() is None and not out.exists():
        time.sleep(0.002)
    took = time.perf_counter() - begun
    run.communicate()
    assert run.returncode == 0
    return took


def runs_below(folder: Path) -> list[Path]:
    """Every folder that looks like a run, hidden ones too."""
    return sorted(path.parent for path in folder.rglob("manifest.json"))


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name
)
def test_a_signal_at_any_moment_leaves_a_whole_run_or_none(
    number: signal.Signals, large: Path, tmp_path: Path
) -> None:
    """Guards against a crash, a time limit or Ctrl-C: what is there by the run's name is the whole run; what looks like
    one verifies; and who can still clear up does, with the exit code of the signal."""
    took = building_time(large, tmp_path / "whole" / "run")
    for moment in range(MOMENTS):
        out = tmp_path / str(moment) / "run"
        run = start(large, out)
        time.sleep(took * moment / (MOMENTS - 1))
        run.send_signal(number)
        _, err = run.communicate()
        assert {folder: api.verify(folder, sample=3) for folder in runs_below(tmp_path / str(moment))} == {
            folder: [] for folder in runs_below(tmp_path / str(moment))
        }
        whole = (out / "manifest.json").is_file()
        assert whole or not out.exists()
        # once the run is whole, Python may be ending and no longer listen to signals
        ends = (
            {128 + number, -number, 0} if whole else {-number if number == signal.SIGKILL else 128 + number}
        )
        assert run.returncode in ends
        if number != signal.SIGKILL:
            assert b"Traceback" not in err
            assert names(out.parent) == {"run"} if whole else not out.parent.exists()


def test_a_run_after_a_kill_succeeds(large: Path, tmp_path: Path) -> None:
    """Guards that what a killed process left is in nobody's way, and is neither a run nor part of one."""
    out = tmp_path / "new" / "run"
    killed = start(large, out)
    killed.kill()
    killed.communicate()
    assert not out.exists()
    assert all(name.startswith(".rulescore-building-") for name in names(out.parent))
    for name in names(out.parent):
        assert called("explain", out.parent / name, "1").code == 2
    run = api.evaluate(large, "general", AS_OF, out=out)
    assert Run.read(out).table.height == run.table.height == ROWS
