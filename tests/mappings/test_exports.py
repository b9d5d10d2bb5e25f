# SPDX-License-Identifier: Apache-2.0
"""Each known export in small, read by its mapping, against tables worked out by hand from the file's text."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from rulescore.messages import lines
from rulescore.packs.loading import load
from rulescore.problems import DataError, Problems, Span
from rulescore.readers import read_assessment, read_tables
from rulescore.readers.mappings import find, shipped_ids

HERE = Path(__file__).resolve().parent
CASES = yaml.safe_load((HERE / "exports.yaml").read_text(encoding="utf-8"))
FOUND, _ = load("general")
assert FOUND is not None
DICTIONARY = FOUND.tables


def write(folder: Path, name: str, content: Any) -> None:
    """A text as it is; a workbook of text cells from CSV-like lines; an archive or a folder from its inner files."""
    path = folder / name
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Sheet1")
            for row, cells in enumerate(csv.reader(content.rstrip("\n").split("\n"))):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(row, column, cell)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, text in content.items():
                archive.writestr(inner, text)
    elif isinstance(content, dict):
        path.mkdir()
        for inner, data in content.items():
            (path / inner).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    else:
        path.write_text(content, encoding="utf-8")


def read(folder: Path, tables: dict[str, Any]) -> tuple[Any, Any, Problems]:
    """(tables or None, rejected, problems); every problem has words in both languages."""
    data = {"company": {"zh": "甲", "en": "A"}, "as_of": "2026-06-30", "tables": tables}
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    (folder / "assessment.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    try:
        found, rejected = read_tables(read_assessment(folder, problems), DICTIONARY, problems)
    except DataError:
        found, rejected = None, []
    for problem in problems:
        for language in ("zh", "en"):
            text, _ = lines(problem, language)
            assert text != problem.code and "?" not in text, (problem.code, text)
    return found, rejected, problems


def day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_export_gives_the_table_that_a_person_reads_in_it(case: dict[str, Any], tmp_path: Path) -> None:
    for name, content in case["files"].items():
        write(tmp_path, name, content)
    found, rejected, problems = read(tmp_path, case["tables"])
    assert found is not None, [
        (problem.code, str(problem.place), dict(problem.facts)) for problem in problems
    ]
    for table, wanted in case["want"].items():
        rows = found[table].frame.collect().to_dicts()
        names = [key for key in wanted[0] if key != "at"]
        got = [{key: day(row.get(key)) for key in names} for row in rows]
        assert got == [{key: day(row[key]) for key in names} for row in wanted]
        for row, want in zip(rows, wanted, strict=True):
            if "at" in want:
                assert str(found[table].place(row["#source"], row["#row"])) == want["at"]
    aside = {f"{part.table} {part.code}": part.count for part in rejected}
    assert aside == case.get("aside", {})
    codes = sorted({problem.code for problem in problems if problem.severity != "note"})
    assert codes == case.get("problems", [])


def test_every_shipped_mapping_has_a_case() -> None:
    used = {
        use["mapping"]
        for case in CASES
        for uses in case["tables"].values()
        for use in (uses if isinstance(uses, list) else [uses])
        if isinstance(use, dict) and "mapping" in use
    }
    assert sorted(used) == shipped_ids()


@pytest.mark.parametrize("name", shipped_ids())
def test_a_mapping_speaks_of_fields_and_values_that_there_are(name: str) -> None:
    problems = Problems()
    known = find(name, Path(), problems, Span(name))
    assert list(problems) == []
    assert known is not None and known.id == name
    for export in known.exports:
        fields = DICTIONARY[export.table].fields
        assert set(export.constants) <= fields.keys()
        for mapped in export.columns.values():
            assert mapped.field == "" or mapped.field in fields
            assert set(mapped.words) <= set(fields[mapped.field].values if mapped.words else ())


# ---- what is refused ----------------------------------------------------------------------------------------------


def only(problems: Problems) -> Any:
    (found,) = (problem for problem in problems if problem.severity == "error")
    return found


def test_an_unknown_mapping_is_told_with_the_close_one(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "Id,Name\n1,A\n")
    _, _, problems = read(tmp_path, {"customers": {"file": "a.csv", "mapping": "salesforec"}})
    assert only(problems).code == "unknown-mapping"
    assert only(problems).facts["close"] == ["salesforce"]


def test_a_mapping_without_the_table_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "Id,Name\n1,A\n")
    _, _, problems = read(
        tmp_path, {"customers": "a.csv", "referrals": {"file": "a.csv", "mapping": "hubspot"}}
    )
    assert "mapping-without-table" in [problem.code for problem in problems]


def test_a_mapping_of_ones_own_is_a_file_beside_the_assessment(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "编,名\n1,甲\n")
    own = {
        "id": "own",
        "title": {"zh": "自", "en": "Own"},
        "exports": [
            {"table": "customers", "formats": ["csv"], "columns": {"编": "customer_id", "名": "name"}}
        ],
    }
    write(tmp_path, "own.yaml", yaml.safe_dump(own, allow_unicode=True))
    found, _, problems = read(tmp_path, {"customers": {"file": "a.csv", "mapping": "own.yaml"}})
    assert list(problems) == []
    assert found["customers"].frame.select("customer_id", "name").collect().rows() == [("1", "甲")]


def archive(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("_", "."), content)
    return target.getvalue()


ZEROS = b"customer_id\n" + b"0" * (40 << 20)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(a_csv=ZEROS), "archive-too-large"),
        (archive(a_pdf=b"%PDF"), "archive-without-tables"),
        (archive(a_csv=b"customer_id\n1\n")[:60], "file-damaged"),
        (b"customer_id\n1\n", "file-kind"),
    ],
    ids=["bomb", "no table", "cut off", "no archive"],
)
def test_a_bad_archive_is_a_problem(content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    _, _, problems = read(tmp_path, {"customers": "a.zip"})
    assert code in [problem.code for problem in problems if problem.severity == "error"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the memory: nothing of a refused archive is read."""
    (tmp_path / "a.zip").write_bytes(archive(a_csv=ZEROS))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    _, _, problems = read(tmp_path, {"customers": "a.zip"})
    assert "archive-too-large" in [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"data": {"dataList": [{"_id": ', "page-not-json"),
        ("[" * 100_000, "page-not-json"),
        ('{"errorCode": 20016, "errorMessage": "frequency"}', "page-of-error"),
        ('{"total": 3}', "page-without-records"),
        ("[1, 2]", "page-without-records"),
    ],
    ids=["cut off", "deep", "an error", "no list", "no records"],
)
def test_a_bad_page_is_a_problem(text: str, code: str, tmp_path: Path) -> None:
    write(tmp_path, "a.json", text)
    _, _, problems = read(tmp_path, {"customers": "a.json"})
    assert code in [problem.code for problem in problems if problem.severity == "error"]


def test_words_for_values_that_there_are_not_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "customer_id,size_class\n1,大\n")
    columns = {"size_class": {"field": "size_class", "words": {"larg": ["大"]}}}
    _, _, problems = read(tmp_path, {"customers": {"file": "a.csv", "columns": columns}})
    assert only(problems).code == "unknown-value"
    assert only(problems).facts["close"] == ["large"]
