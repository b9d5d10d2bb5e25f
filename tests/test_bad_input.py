# SPDX-License-Identifier: Apache-2.0
"""What users give that can't be used: refused with the documented exit code, a place and a hint in both languages, and
nothing left behind. What can be used in part is used, and the rest is told."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from commands import AS_OF, SMALL, called, files_of, process, small_pack
from rulescore.messages import LANGUAGES, catalogue

USAGE, RULESET, DATA = 2, 3, 4
HINTS = {"en": "  hint: ", "zh": "  改法: "}
WANTED = ("--pack", "small", "--as-of", AS_OF)
GOOD = "customer_id,annual_revenue,visits\nA,120,4\nB,50,10\n"
ASSESSMENT = f"company: X\nas_of: {AS_OF}\npack: small\ntables: {{customers: customers.csv}}\n"

Files = Mapping[str, str | bytes]


def workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer_id", "annual_revenue"])
        for row in range(1, 100):
            sheet.write_row(row, 0, [f"C{row}", row])
    return stream.getvalue()


def rules(old: str, new: str) -> str:
    text = SMALL["worth.yaml"]
    assert old in text
    return text.replace(old, new)


# name -> files beside the small pack, arguments, exit code, what is told: (start of the line, code)
CASES: dict[str, tuple[Files, tuple[str, ...], int, tuple[tuple[str, str], ...]]] = {
    # ---- data: 4
    "a file that isn't there": ({}, ("nowhere.csv", *WANTED), DATA, (("nowhere.csv: ", "file-not-found"),)),
    "a folder that isn't there": ({}, ("nowhere", *WANTED), DATA, (("nowhere: ", "file-not-found"),)),
    "a folder without assessment": ({}, ("small",), DATA, (("assessment.yaml: ", "file-not-found"),)),
    "an empty file": ({"c.csv": ""}, ("c.csv", *WANTED), DATA, (("c.csv: ", "file-empty"),)),
    "nothing but blank lines": ({"c.csv": "\n \n\n"}, ("c.csv", *WANTED), DATA, (("c.csv: ", "file-empty"),)),
    "a workbook cut off": ({"c.xlsx": workbook()[:3000]}, ("c.xlsx", *WANTED), DATA, (("c.xlsx: ", "file-damaged"),)),
    "a page called a workbook": (
        {"c.xls": "<html><body><p>Please log in again.</p></body></html>"}, ("c.xls", *WANTED), DATA,
        (("c.xls: ", "file-kind"),),
    ),
    "a picture called a table": (
        {"c.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}, ("c.csv", *WANTED), DATA, (("c.csv: ", "file-kind"),),
    ),
    "a Parquet file cut off": ({"c.parquet": b"PAR1abcd"}, ("c.parquet", *WANTED), DATA, (("c.parquet: ", "file-damaged"),)),
    "a kind of file nobody reads": ({"c.pdf": "%PDF"}, ("c.pdf", *WANTED), DATA, (("c.pdf: ", "unknown-format"),)),
    "a header without rows": ({"c.csv": "customer_id,visits\n"}, ("c.csv", *WANTED), DATA, (("c.csv: ", "no-rows"),)),
    "a customer twice": (
        {"c.csv": "customer_id,visits\nA,1\nB,2\nA,3\n"}, ("c.csv", *WANTED), DATA,
        (("c.csv:4[customer_id]: ", "duplicate-customer"),),
    ),
    "customers without id": (
        {"c.csv": "客户编码,visits\nA,1\n,2\n"}, ("c.csv", *WANTED), DATA, (("c.csv:3[客户编码]: ", "customer-without-id"),),
    ),
    "no column of ids": ({"c.csv": "code,visits\nA,1\n"}, ("c.csv", *WANTED), DATA, (("c.csv:1: ", "missing-column"),)),
    "an assessment without date": (
        {"assessment.yaml": ASSESSMENT.replace(f"as_of: {AS_OF}\n", ""), "customers.csv": GOOD}, (".",), DATA,
        (("assessment.yaml:1:1: ", "missing-key"),),
    ),
    "an assessment of a day that isn't": (
        {"assessment.yaml": ASSESSMENT.replace("06-30", "06-31"), "customers.csv": GOOD}, (".",), DATA,
        (("assessment.yaml:2:8: ", "date-unreadable"),),
    ),
    "an assessment with a slip": (
        {"assessment.yaml": ASSESSMENT.replace("customers:", "custmers:"), "customers.csv": GOOD}, (".",), DATA,
        (("assessment.yaml:4:10: ", "unknown-table"),),
    ),
    "an assessment that is no YAML": (
        {"assessment.yaml": "company: 'X\nas_of: 2026", "customers.csv": GOOD}, (".",), DATA,
        (("assessment.yaml:1:10: ", "yaml-unclosed-quote"),),
    ),
    # ---- rulesets: 3
    "a pack nobody has": (
        {"c.csv": GOOD}, ("c.csv", "--pack", "genral", "--as-of", AS_OF), RULESET, (("genral: ", "pack-not-found"),),
    ),
    "a pack that is no YAML": (
        {"c.csv": GOOD, "small/worth.yaml": "dimension: worth\n title: x\n"}, ("c.csv", *WANTED), RULESET,
        (("small/worth.yaml:2:2: ", "yaml-indent"),),
    ),
    "a pack with two mistakes": (
        {"c.csv": GOOD, "small/worth.yaml": rules("visits * 10", "visit * 10").replace("points: 100", "point: 100")},
        ("c.csv", *WANTED), RULESET, (("small/worth.yaml:5:80: ", "unknown-key"), ("small/worth.yaml:6:56: ", "unknown-name")),
    ),
    "a date before every parameter": (
        {"c.csv": GOOD}, ("c.csv", "--pack", "small", "--as-of", "2019-12-31"), RULESET,
        (("small/pack.yaml:8:3: ", "parameter-without-value"),),
    ),
    # ---- usage: 2
    "neither pack nor date": ({"c.csv": GOOD}, ("c.csv",), USAGE, (("", "pack-wanted"), ("", "as-of-wanted"))),
    "a date of another form": (
        {"c.csv": GOOD}, ("c.csv", "--pack", "small", "--as-of", "30.6.2026"), USAGE, (("", "date-unreadable"),),
    ),
    "an engine nobody has": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--engine", "fram"), USAGE, (("", "unknown-argument"),)),
    "a parameter nobody has": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--set", "larg=1"), USAGE, (("", "unknown-parameter"),)),
    "a number that is none": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--set", "large=much"), USAGE, (("", "parameter-value"),)),
    "a number beyond numbers": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--set", "large=nan"), USAGE, (("", "parameter-value"),)),
    "a name without value": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--set", "large"), USAGE, (("", "parameter-form"),)),
    "an option nobody has": ({"c.csv": GOOD}, ("c.csv", *WANTED, "--engin", "row"), USAGE, (("", "unknown-option"),)),
    "nothing to evaluate": ({}, (), USAGE, (("", "missing-argument"),)),
}  # fmt: skip


def desk(folder: Path, files: Files) -> Path:
    small_pack(folder)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_used_is_refused(name: str, language: str, tmp_path: Path) -> None:
    """Guards the exit code, the place and a hint of every refusal, and that it leaves neither a run nor a part of one."""
    files, arguments, code, told = CASES[name]
    desk(tmp_path, files)
    before = files_of(tmp_path)
    done = called("evaluate", *arguments, "--out", "new/run", cwd=tmp_path, lang=language)
    assert (done.code, done.out) == (code, "")
    lines = done.err.splitlines()
    for place, problem in told:
        (at,) = (number for number, line in enumerate(lines) if line.endswith(f"[{problem}]"))
        assert lines[at].startswith(place + catalogue(language)["words"]["severity.error"])
        after = [line for line in lines[at + 1 : at + 4] if line.startswith(HINTS[language])]
        assert after and len(after[0]) > len(HINTS[language])
    assert "Traceback" not in done.err and "internal error" not in done.err
    assert files_of(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {"small", *(name.split("/")[0] for name in files)}


NEAR = [
    (("c.csv", "--pack", "genral", "--as-of", AS_OF), "general"),
    (("c.csv", *WANTED, "--set", "larg=1"), "large"),
    (("c.csv", *WANTED, "--engine", "fram"), "frame"),
    (("c.csv", *WANTED, "--engin", "row"), "--engine"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("arguments, meant", NEAR)
def test_a_slip_is_told_what_it_may_have_meant(
    arguments: tuple[str, ...], meant: str, language: str, tmp_path: Path
) -> None:
    """Guards "did you mean": the word itself stands in the hint."""
    desk(tmp_path, {"c.csv": GOOD})
    done = called("evaluate", *arguments, cwd=tmp_path, lang=language)
    (hint,) = (line for line in done.err.splitlines() if line.startswith(HINTS[language]))
    assert ("Did you mean" in hint or "did you mean" in hint) == (language == "en")
    assert meant in hint


def test_every_duplicate_is_told_with_its_place(tmp_path: Path) -> None:
    """Guards that all rows to mend are told at once, and where each stood first."""
    desk(tmp_path, {"c.csv": "customer_id,visits\nA,1\nB,2\nA,3\nB,4\nA,5\n"})
    done = called("evaluate", "c.csv", *WANTED, cwd=tmp_path)
    told = [line.split(": ")[0] for line in done.err.splitlines() if "[duplicate-customer]" in line]
    assert told == ["c.csv:4[customer_id]", "c.csv:5[customer_id]", "c.csv:6[customer_id]"]


def problems_of(run: Path, *codes: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (run / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
    return [problem for problem in found if problem["code"] in codes]


def test_a_column_of_the_wrong_kind_counts_as_missing_and_is_told(tmp_path: Path) -> None:
    """Guards against a column of words silently read as zeros: nothing of it counts, and the run says so. What is left
    of the small pack is `visits`: 40 and 100 points, a quarter of the weight missing."""
    desk(tmp_path, {"c.csv": "customer_id,annual_revenue,visits\nA,many,4\nB,few,10\n"})
    assert called("evaluate", "c.csv", *WANTED, "--out", "run", cwd=tmp_path).code == 0
    rows = (tmp_path / "run" / "scores.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].split(",")[:6] == ["customer_id", "worth", "composite", "low", "high", "coverage"]
    assert [row.split(",")[:6] for row in rows[1:]] == [
        ["A", "40.0", "40.0", "35.0", "55.0", "0.75"],
        ["B", "100.0", "100.0", "80.0", "100.0", "0.75"],
    ]
    told = [
        (p["row"], p["column"], p["facts"]["read"])
        for p in problems_of(tmp_path / "run", "unreadable-number")
    ]
    assert told == [(2, "annual_revenue", "many"), (3, "annual_revenue", "few")]


def test_single_cells_that_do_not_fit_are_told_with_their_places(tmp_path: Path) -> None:
    """Guards the place of each cell that doesn't count: file, row as the spreadsheet shows it, column, what was read."""
    desk(
        tmp_path,
        {"c.csv": "customer_id,annual_revenue,visits,since\nA,120,4,2026-02-30\nB,50,-3,2020-01-01\n"},
    )
    assert called("evaluate", "c.csv", *WANTED, "--out", "run", cwd=tmp_path).code == 0
    problems = problems_of(tmp_path / "run", "unreadable-date", "number-out-of-range")
    places = {(p["code"], p["file"], p["row"], p["column"], p["facts"]["read"]) for p in problems}
    assert places == {
        ("unreadable-date", "c.csv", 2, "since", "2026-02-30"),
        ("number-out-of-range", "c.csv", 3, "visits", "-3"),
    }


def test_the_same_through_a_process(tmp_path: Path) -> None:
    """Guards the one thing that a call inside this process can't: the exit code that a shell sees."""
    desk(tmp_path, {"c.csv": ""})
    done = process("evaluate", "c.csv", *WANTED, cwd=tmp_path)
    assert (done.code, done.out) == (DATA, "")
    assert done.err.startswith("c.csv: error: ")
