# SPDX-License-Identifier: Apache-2.0
"""The command as people and machines meet it: help, language, pipes, terminals, and the formats of `check`."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from commands import AS_OF, COMMAND, SAMPLE, Done, called, environment, process, small_pack
from rulescore.cli import COMMANDS
from rulescore.cli.formats import github
from rulescore.messages import catalogue
from rulescore.problems import Cell, Problem, Span
from wcwidth import wcswidth

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small pack, a file of two customers and a run of them."""
    folder = tmp_path_factory.mktemp("desk")
    small_pack(folder)
    (folder / "customers.csv").write_text(
        "customer_id,name,annual_revenue,visits\nA,甲,120,4\nB,乙,50,10\n", encoding="utf-8"
    )
    done = called(
        "evaluate", "customers.csv", "--pack", "small", "--as-of", AS_OF, "--out", "run", cwd=folder
    )
    assert (done.code, done.err) == (0, "")
    return folder


# ---- help and language --------------------------------------------------------------------------------------


def test_the_commands_are_those_of_the_help() -> None:
    """Guards the list of commands: each is shown with a line in both languages."""
    done = called("--help")
    assert done.code == 0
    for name in COMMANDS:
        (line,) = (line for line in done.out.splitlines() if re.match(rf"  {name}\s", line))
        assert CHINESE.search(line) and re.search(r"[a-z]{3}.*\.", line.removeprefix(f"  {name}"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str) -> None:
    """Guards against an option or command that one half of the readers can't understand; `--lang` is everywhere."""
    done = called(name, "--help")
    assert (done.code, done.err) == (0, "")
    text = done.out.replace("-h, --help      Show this message and exit.", "")
    head, _, options = text.partition("Options:")
    assert CHINESE.search(head) and re.search(r"[A-Z][a-z]+ ", head.split("\n", 1)[1])
    entries = re.split(r"\n  (?=-)", options)
    assert any(entry.startswith("--lang [zh|en]") for entry in entries)
    for entry in entries[1:]:
        if not entry.startswith("-h"):
            assert CHINESE.search(entry), entry
            assert re.search(r"[A-Z][a-z ]{2}", entry), entry


@pytest.mark.parametrize(
    "arguments", [("--lang", "zh", "problem"), ("problem", "--lang", "zh"), ("problem", "--lang=zh")]
)
def test_the_language_is_taken_before_and_after_the_command(arguments: tuple[str, ...]) -> None:
    """Guards the habit of either place; the last word counts."""
    title = catalogue("zh")["problems"]["file-empty"]["title"]
    assert title in called(*arguments).out
    assert title not in called("--lang", "zh", *arguments, "--lang", "en").out


@pytest.mark.parametrize(
    "arguments",
    [("--lang", "zh", "verify", "x"), ("verify", "x", "--lang=zh"), ("verify", "--lang", "zh", "x")],
)
def test_problems_are_told_in_the_language_asked_for(arguments: tuple[str, ...]) -> None:
    """Guards messages that are made where the command is already gone."""
    assert called(*arguments).err.startswith("错误: ")


@pytest.mark.parametrize(
    "variables, chinese",
    [
        ({"LANG": "zh_CN.UTF-8"}, True), ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, True), ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "RULESCORE_LANG": "en"}, False), ({"LANG": "C"}, False), ({"LANG": ""}, False),
    ],
)  # fmt: skip
def test_the_locale_says_the_language(variables: dict[str, str], chinese: bool) -> None:
    """Guards what people get who say nothing."""
    done = process("verify", "nowhere", **variables)
    assert done.code == 2
    assert bool(CHINESE.search(done.err)) == chinese


@pytest.mark.parametrize(
    "language, meant", [("en", "did you mean evaluate?"), ("zh", "您是不是想用 evaluate？")]
)
def test_an_unknown_command_suggests_one(language: str, meant: str) -> None:
    """Guards the slip of a finger; what is near nothing gets the whole list."""
    done = called("evalute", "x", lang=language)
    assert (done.code, done.out) == (2, "")
    assert meant in done.err
    assert all(name in called("frobnicate", lang=language).err for name in COMMANDS)


def test_no_arguments_is_help() -> None:
    """Guards the first thing that anybody types."""
    done = called()
    assert done.code == 2
    assert "evaluate" in done.err and "客户资源" in done.err


def test_the_version_is_that_of_the_package() -> None:
    done = called("--version")
    assert (done.code, re.fullmatch(r".*\d+\.\d+\.\d+\n", done.out) is not None) == (0, True)


@pytest.mark.parametrize("code", ["file-empty", "unknown-name"])
def test_the_page_of_a_problem(code: str) -> None:
    """Guards `rulescore problem CODE`, which every message leads to."""
    for language in ("zh", "en"):
        done = called("problem", code, lang=language)
        assert done.out.startswith(f"{code}\n  {catalogue(language)['problems'][code]['title']}\n")
    assert called("problem", "file-emty").code == 2
    assert "file-empty" in called("problem", "file-emty").err


# ---- streams ------------------------------------------------------------------------------------------------


def test_nothing_but_text_goes_into_a_pipe(desk: Path) -> None:
    """Guards scripts: data to stdout, the rest to stderr, and no colour or cursor codes in either."""
    done = process("evaluate", "customers.csv", "--pack", "small", "--as-of", AS_OF, "--out", "run", cwd=desk)
    assert (done.code, done.err) == (0, "")
    assert ESCAPE not in done.out and "\r" not in done.out
    problems = process("verify", "nowhere")
    assert problems.out == "" and ESCAPE not in problems.err


def through_terminal(*args: str, cwd: Path, **env: str) -> str:
    """What the command writes to a terminal, stderr and stdout together."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, *args], cwd=cwd, env=environment(**env), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    found = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        found += part
    os.close(ours)
    assert run.wait() == 0
    return found.decode("utf-8").replace("\r\n", "\n")


def test_no_color_is_heeded_on_a_terminal(desk: Path) -> None:
    """Guards NO_COLOR where there is a terminal: no colours; progress may go back to the start of its own line."""
    text = through_terminal(
        "evaluate",
        "customers.csv",
        "--pack",
        "small",
        "--as-of",
        AS_OF,
        "--out",
        "run",
        cwd=desk,
        NO_COLOR="1",
    )
    assert "2 customers, 2 assessed" in text
    assert re.findall(r"\x1b\[[0-9;]*m", text) == []
    assert set(re.findall(r"\x1b\[[0-9;]*[A-Za-z]", text)) <= {"\x1b[K"}


@pytest.mark.parametrize(
    "arguments", [("problem",), ("explain", "run", "A", "--json"), ("--help",), ("check", "--help")]
)
def test_a_reader_that_goes_away_is_no_failure(desk: Path, arguments: tuple[str, ...]) -> None:
    """Guards `| head -1`: quiet, and no exit code that a shell with pipefail would stop at."""
    run = subprocess.Popen(
        [*COMMAND, *arguments], cwd=desk, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None and run.stderr is not None
    run.stdout.close()  # before anything is written
    err = run.stderr.read()
    run.stderr.close()
    assert (run.wait(), err) == (0, b"")


def test_a_reader_of_problems_that_goes_away_changes_no_exit_code() -> None:
    """Guards `2>&1 | head`: the problem stays one."""
    run = subprocess.Popen(
        [*COMMAND, "verify", "nowhere"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None and run.stderr is not None
    run.stderr.close()
    run.stdout.close()
    assert run.wait() == 2


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1"])
def test_a_terminal_of_another_encoding_does_not_break(desk: Path, encoding: str) -> None:
    """Guards Windows in Chinese, and old servers: what can't be written is replaced; GBK shows Chinese."""
    done = process("explain", "run", "A", "--lang", "zh", cwd=desk, PYTHONIOENCODING=encoding)
    assert (done.code, done.err) == (0, "")
    assert ("综合分 55.00" in done.out) == (encoding == "gbk")
    assert "55.00" in done.out and "worth.yaml:5:10 [size]" in done.out
    assert process("verify", "nowhere", "--lang", "zh", PYTHONIOENCODING=encoding).code == 2


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_fits_the_terminal(desk: Path, width: int, language: str) -> None:
    """Guards the bars of the tiers, which grow with the terminal and never beyond it; narrow ones still work."""
    arguments = (
        "evaluate",
        "customers.csv",
        "--pack",
        "small",
        "--as-of",
        AS_OF,
        "--out",
        "run",
        "--lang",
        language,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        done = called(*arguments, cwd=desk)
    assert done.code == 0
    tiers = [
        line for line in done.out.splitlines() if "%" in line and ("█" in line or re.search(r"  0\.0%", line))
    ]
    assert len(tiers) == 3
    assert max(line.count("█") for line in tiers) == {40: 3, 80: 14, 100: 14}[width]
    assert all(len(line) <= width for line in tiers)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [60, 100, 160])
def test_the_screen_fits_a_real_terminal(tmp_path: Path, columns: int, language: str) -> None:
    """The sample on a terminal of its own: no line is wider than it, counted as letters take room; with NO_COLOR nothing
    but text is written, without it bars and titles have colour; progress goes to stderr alone and is wiped."""
    for colour in (False, True):
        screen, errors = on_terminal(
            columns,
            "evaluate",
            SAMPLE,
            "--out",
            tmp_path / "run",
            "--lang",
            language,
            **({} if colour else {"NO_COLOR": "1"}),
        )
        shown = re.sub(r"\x1b\[[0-9;]*m", "", screen)
        assert ("\x1b" in screen) == colour
        assert [line for line in shown.splitlines() if wcswidth(line) > columns] == []
        assert {"zh": "值得注意：", "en": "What stands out:"}[language] in shown.splitlines()
        assert "6/6" in errors and errors.endswith("\r\x1b[K")
        standing = shown.split({"zh": "值得注意：", "en": "What stands out:"}[language])[1].split("\n\n")[0]
        assert len([line for line in standing.splitlines() if line.startswith("· ")]) == 5


def on_terminal(columns: int, *args: str | Path, **env: str) -> tuple[str, str]:
    """What a call writes to stdout and to stderr, each a terminal of this width."""
    texts = ["", ""]
    pairs = [pty.openpty() for _ in texts]
    for _, slave in pairs:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        attributes = termios.tcgetattr(slave)
        attributes[1] &= ~termios.OPOST  # newlines stay as they were written
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
    run = subprocess.Popen([*COMMAND, *map(str, args)], env=environment(TERM="xterm", **env), stdin=pairs[0][1], stdout=pairs[0][1], stderr=pairs[1][1])  # fmt: skip
    for _, slave in pairs:
        os.close(slave)
    readers = {master: at for at, (master, _) in enumerate(pairs)}
    found = [b"", b""]
    while readers:
        for master in select.select(list(readers), [], [])[0]:
            try:
                data = os.read(master, 65536)
            except OSError:  # the other end was closed
                data = b""
            found[readers[master]] += data
            if not data:
                del readers[master]
                os.close(master)
    assert run.wait() == 0
    return found[0].decode(), found[1].decode()


# ---- JSON ---------------------------------------------------------------------------------------------------


def test_json_is_only_json(desk: Path) -> None:
    """Guards machines that read stdout: one document, nothing beside it, readable Chinese, ids that lead on."""
    done = called(
        "evaluate", "customers.csv", "--pack", "small", "--as-of", AS_OF, "--out", "run", "--json", cwd=desk
    )
    data = json.loads(done.out)
    manifest = json.loads((desk / "run" / "manifest.json").read_bytes())
    assert data == {"run": "run", **{key: value for key, value in manifest.items() if key != "files"}}
    assert "甲" in called("explain", "run", "A", "--json", cwd=desk).out
    assert json.loads(called("verify", "run", "--json", cwd=desk).out)["sound"] is True
    assert isinstance(json.loads(called("compare", "run", "run", "--json", cwd=desk).out), dict)


# ---- check --------------------------------------------------------------------------------------------------

SLIPS = (("visits * 10", "visit * 10"), ("points: 100,", "point: 100,"))


@pytest.fixture
def slipped(tmp_path: Path) -> Path:
    """The small pack with two mistakes, in a folder whose name needs care in a URI."""
    small_pack(tmp_path / "我的 packs", SLIPS)
    return tmp_path


def check(folder: Path, shape: str, *more: str, lang: str = "en") -> Done:
    return called("check", "我的 packs/small", "--format", shape, *more, cwd=folder, lang=lang)


def test_check_says_how_bad_it_is(slipped: Path, desk: Path) -> None:
    """Guards the exit codes that a build stops at: 3 for what doesn't load, 1 for findings, 0 for notes alone."""
    assert check(slipped, "text").code == 3
    assert called("check", "small", cwd=desk).code == 0
    assert called("check", "small", "--fail-on", "note", cwd=desk).code == 1
    small_pack(slipped / "warned", [("weight: 3, source: judgement", "weight: 3")])
    warned = called("check", "warned/small", cwd=slipped)
    assert (warned.code, "[missing-source]" in warned.out) == (1, True)
    assert called("check", "warned/small", "--fail-on", "error", cwd=slipped).code == 0


def test_check_as_json(slipped: Path) -> None:
    """Guards the plainest form for machines."""
    found = json.loads(check(slipped, "json").out)
    assert [(p["code"], p["severity"], p["file"], p["line"], p["column"]) for p in found] == [
        ("unknown-key", "error", "我的 packs/small/worth.yaml", 5, 80),
        ("unknown-name", "error", "我的 packs/small/worth.yaml", 6, 56),
    ]
    assert all(p["text"] and p["hint"] for p in found)
    assert CHINESE.search(json.loads(check(slipped, "json", lang="zh").out)[0]["text"])


LEVELS = {"none", "note", "warning", "error"}


def assert_is_sarif(log: dict[str, Any]) -> list[dict[str, Any]]:
    """What SARIF 2.1.0 demands of the parts that are used here (sections 3.13 to 3.30 of the standard); its results."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://") and "sarif" in log["$schema"] and "2.1.0" in log["$schema"]
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "rulescore"
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in LEVELS
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert all(isinstance(value, str) and value for value in result["partialFingerprints"].values())
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"(file:///)?[A-Za-z0-9._~%/:-]+", uri), uri
            region = location["physicalLocation"]["region"]
            assert min(region["startLine"], region["startColumn"]) >= 1
            assert region["endColumn"] > region["startColumn"]
    return list(run["results"])


def test_check_as_sarif(slipped: Path) -> None:
    """Guards code scanning: what the standard requires, lines and columns from 1, names of files as URIs."""
    results = assert_is_sarif(json.loads(check(slipped, "sarif").out))
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert [unquote(place["artifactLocation"]["uri"]) for place in places] == [
        "我的 packs/small/worth.yaml"
    ] * 2
    regions = [
        (place["region"]["startLine"], place["region"]["startColumn"], place["region"]["endColumn"])
        for place in places
    ]
    assert regions == [(5, 80, 85), (6, 56, 61)]  # `point` and `visit`, five characters each
    assert assert_is_sarif(json.loads(called("check", "--format", "sarif").out)) is not None


def test_sarif_without_a_place_or_line(slipped: Path) -> None:
    """Guards findings that belong to no line: no region is made up."""
    log = json.loads(called("check", "genral", "--format", "sarif").out)
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "pack-not-found"
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_fingerprints_know_a_finding_again(slipped: Path) -> None:
    """Guards against old findings coming back as new ones when lines were added above, and against two findings of
    one kind in one file being taken for one."""

    def fingerprints() -> list[str]:
        results = json.loads(check(slipped, "sarif").out)["runs"][0]["results"]
        return [result["partialFingerprints"]["rulescore/v1"] for result in results]

    file = slipped / "我的 packs" / "small" / "worth.yaml"
    before = fingerprints()
    text = file.read_text(encoding="utf-8")
    file.write_text("# a line\n# another\n" + text, encoding="utf-8")
    assert fingerprints() == before
    doubled = text.replace(
        "- {id: visits,",
        "- {id: calls, title: {zh: 电话, en: Calls}, formula: visit * 5, source: judgement}\n  - {id: visits,",
    )
    file.write_text(doubled, encoding="utf-8")
    assert len(set(fingerprints())) == 3
    assert set(before) < set(fingerprints())
    file.write_text(text.replace("dimension: worth", "dimension: worth\ndimension: worth"), encoding="utf-8")
    twice = fingerprints()
    file.write_text("\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert fingerprints() == twice  # the message names a line, the fingerprint doesn't


def annotations(lines: Iterator[str]) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands read back as GitHub's runner reads them: command, properties, message."""

    def plain(text: str) -> str:
        for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(escaped, char)
        return text

    found = []
    for line in lines:
        assert "\n" not in line and "\r" not in line
        _, head, message = line.split("::", 2)
        command, _, properties = head.partition(" ")
        pairs = (pair.split("=", 1) for pair in properties.split(",") if pair)
        found.append((command, {key: plain(value) for key, value in pairs}, plain(message)))
    return found


def test_check_as_annotations(slipped: Path) -> None:
    """Guards pull requests: each finding at its file, line and column."""
    found = annotations(iter(check(slipped, "github").out.splitlines()))
    assert [(command, at["file"], at["line"], at["col"], at["title"]) for command, at, _ in found] == [
        ("error", "我的 packs/small/worth.yaml", "5", "80", "unknown-key"),
        ("error", "我的 packs/small/worth.yaml", "6", "56", "unknown-name"),
    ]
    assert "visit" in found[1][2]


def test_annotations_escape_what_would_end_them() -> None:
    """Guards against a value with a line break, percent sign, comma or colons that would cut a message, or start a
    command of its own."""
    hostile = "100%\r\n::error file=x::injected"
    problems = [
        Problem("unknown-key", "warning", Span("a,b:c.yaml", 3, 4), {"key": hostile, "known": ["k"]}),
        Problem("unknown-key", "note", Cell("c.csv", None, 2, "x"), {"key": hostile, "known": ["k"]}),
    ]
    first, second = annotations(github(problems, "en"))
    assert first[:2] == ("warning", {"file": "a,b:c.yaml", "line": "3", "col": "4", "title": "unknown-key"})
    assert hostile in first[2]
    assert second[:2] == ("notice", {"title": "unknown-key"})


def test_the_shipped_packs_are_without_findings() -> None:
    """Guards `rulescore check` without arguments, which CI runs."""
    done = called("check")
    assert (done.code, done.err) == (0, "")
