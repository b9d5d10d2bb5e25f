# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown and PDF says what the page says; nothing that was read becomes markup, equal runs give equal bytes."""

from __future__ import annotations

import html as entities
import io
import json
import re
import sys
from pathlib import Path

import pytest
import world
from browser import chinese_font, not_here
from commands import called, process
from jsonschema import Draft7Validator
from rulescore import api
from rulescore.folder import Run
from rulescore.messages import LANGUAGES
from rulescore.reports import html, markdown, pdf
from rulescore.reports import json as as_json

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "[x](javascript:alert(1))",
    "# 一\n| a | b |",
    "`*_~" + "长" * 200,
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(ROOT / "samples" / "general", out=tmp_path_factory.mktemp("forms") / "run")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("forms-small")
    return world.evaluate(
        folder / "run", world.pack(folder / "pack"), world.tables({"name": HOSTILE}), unmask=True
    )


def plain(text: str) -> str:
    """Text without the marks of Markdown and without spaces, as the page has it."""
    return re.sub(r"[\s|]|\*\*", "", re.sub(r"\\(.)", r"\1", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_says_what_the_page_says(sample: Run, language: str) -> None:
    """Guards a chapter, heading, cell or sentence of the page that Markdown lost."""
    text = markdown.render(sample, language).decode()
    page = html.page(sample, language, paper=True)
    headings = [entities.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", page)]  # fmt: skip
    written = [re.sub(r"^#+ ", "", line) for line in text.splitlines() if line.startswith("#")]
    contents = page[page.index("<nav") : page.index("</nav>")]
    inside = re.findall(r"<h2>(.*?)</h2>", contents)
    assert [plain(one) for one in written] == [
        re.sub(r"\s", "", one) for one in headings if one not in inside
    ]
    cells = re.findall(r"<td[^>]*>([^<]+)</td>", page)
    assert len(cells) > 1000
    whole = plain(text)
    assert [cell for cell in cells if re.sub(r"[\s|]", "", entities.unescape(cell)) not in whole] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_is_regular(sample: Run, language: str) -> None:
    """Every row of a table has the cells of its head, and no line is empty twice."""
    text = markdown.render(sample, language).decode()
    assert "\n\n\n" not in text
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


def test_what_was_read_stays_text_in_markdown(small: Run) -> None:
    """Guards names that are markup: each stands in one cell, every sign of it escaped."""
    text = markdown.render(small, "en").decode()
    assert "\n# 一" not in text
    assert "<script" not in text.replace("\\<", "")
    assert "](javascript" not in text.replace("\\]", "")
    rows = [line for line in text.splitlines() if re.match(r"\| [A-E] \|", line)]
    assert len(rows) == 5
    assert sorted(plain(row.split(" | ")[1]) for row in rows) == sorted(plain(name) for name in HOSTILE)


def _weasyprint() -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        not_here("the Debian package libpangoft2-1.0-0, which weasyprint draws with,")
    chinese_font()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_holds_the_chapters_and_the_names(small: Run, language: str) -> None:
    """Read by another library: the figures of the customers, the headings, page numbers, and a list of contents."""
    _weasyprint()
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf.render(small, language)))
    text = "".join(page.extract_text() for page in reader.pages)
    flat = re.sub(r"\s", "", text)
    for wanted in ("90.75", "67.09", "<script>alert(1)</script>", "=cmd|'/Ccalc'!A0"):
        assert wanted in flat
    last = len(reader.pages)
    assert {"zh": f"第{last}页，共{last}页", "en": f"Page{last}of{last}"}[language] in flat
    assert len(reader.outline) > 0
    assert not any("/URI" in str(page.get("/Annots", "")) for page in reader.pages)


def test_equal_runs_give_equal_pdfs(small: Run, tmp_path: Path) -> None:
    """Guards against clocks and random names of fonts, in a process with another seed of hashes."""
    _weasyprint()
    done = process(
        "report",
        small.folder,
        "--format",
        "pdf",
        "--lang",
        "zh",
        "-o",
        tmp_path / "a.pdf",
        PYTHONHASHSEED="7",
    )
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes() == pdf.render(small, "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_weasyprint_the_way_out_is_told(
    small: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    done = called("report", small.folder, "--format", "pdf", "-o", tmp_path / "a.pdf", lang=language)
    assert (done.code, done.out) == (2, "")
    assert "[pdf-unavailable]" in done.err and "rulescore[pdf]" in done.err
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_chinese_font_it_is_told_what_was_looked_for(
    small: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Guards pages of boxes: nothing is written, and the message names the search and a package."""
    _weasyprint()
    empty = tmp_path / "fc-list"
    empty.write_text("#!/bin/sh\n")
    empty.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    done = called("report", small.folder, "--format", "pdf", "-o", tmp_path / "a.pdf", lang=language)
    assert done.code == 2
    assert (
        "[chinese-font-missing]" in done.err
        and "fc-list :lang=zh-cn" in done.err
        and "fonts-noto-cjk" in done.err
    )


SAMPLES = ("general", "biotech", "ventilation", "automation", "wedding_photography")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_json_keeps_its_published_form(name: str, language: str, tmp_path: Path) -> None:
    """The schema in `schemas/` is what programs rely on; a chapter that it does not describe is not published."""
    run = api.evaluate(ROOT / "samples" / name, out=tmp_path / "run")
    data = json.loads(as_json.render(run, language))
    assert problems_of(data) == []


def test_json_of_a_small_run_keeps_the_form(small: Run) -> None:
    """No rules for the base, no valuation, no quality."""
    data = json.loads(as_json.render(small, "zh"))
    assert data["portfolio"] is None and data["valuation"] is None
    assert problems_of(data) == []
    data["special"] = "text"
    assert problems_of(data) == ["special"]


def problems_of(data: object) -> list[str]:
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    found = Draft7Validator(schema).iter_errors(data)
    return sorted("/".join(str(part) for part in error.absolute_path) for error in found)


def test_every_part_of_the_schema_is_described_in_both_languages() -> None:
    """Guards a description that one language lacks."""
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    told: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("description"), str):
                told.append(node["description"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    assert len(told) > 100
    assert [text for text in told if not re.search(r"[\u4e00-\u9fff]", text)] == []
    assert [text for text in told if not re.search(r"[A-Za-z]{4,}", text)] == []
