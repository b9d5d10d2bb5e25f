# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of the front pages from the shipped sample: `python tests/pictures.py`, into `samples/pictures/`.

Needs what the tests of the browser need, and LibreOffice and `pdftoppm` (Debian: poppler-utils) for the workbook. The report is photographed as it opens; the
terminal's screen is set in a page; the workbook is its first printed page.
"""

from __future__ import annotations

import html as entities
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from browser import chromium
from rulescore import api
from rulescore.folder import Run
from rulescore.messages import LANGUAGES
from rulescore.reports import html, xlsx
from rulescore.reports.text import summary

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "samples" / "pictures"
COLUMNS, LINES = 100, 43
SCREEN = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #14181d; }}
pre {{ margin: 0; padding: 20px 24px; color: #e4e8ec; font: 14px/1.42 "Noto Sans Mono CJK SC", monospace; width: max-content; }}
i {{ color: #5aa5d6; font-style: normal; }} b {{ color: #fff; }}
</style><pre>$ <b>rulescore evaluate samples/general</b>

{text}</pre>"""


def pictures(run: Run, folder: Path, browser: Any) -> None:
    """The report's first screen and the screen of `evaluate`, in each language, as PNG."""
    for language in LANGUAGES:
        page = folder / "page.html"
        page.write_bytes(html.render(run, language))
        tab = browser.new_page(viewport={"width": 1200, "height": 900}, device_scale_factor=1)
        tab.goto(page.as_uri())
        tab.wait_for_selector("#tools:not([hidden])", state="attached")
        tab.screenshot(path=folder / f"report.{language}.png")
        tab.goto(page.as_uri() + "#c=C0140")
        tab.wait_for_selector("#customer h2")
        tab.screenshot(path=folder / f"customer.{language}.png")
        shown = summary(run, language, COLUMNS).replace(str(run.folder), "runs/sample")
        lines = [line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…" for line in shown.split("\n")]
        text = entities.escape("\n".join(lines[:LINES]))
        page.write_text(SCREEN.format(text=_bars(text)), encoding="utf-8")
        tab.goto(page.as_uri())
        tab.locator("pre").screenshot(path=folder / f"terminal.{language}.png")
        tab.close()
        page.unlink()


def workbooks(run: Run, folder: Path) -> None:
    """The first page of the workbook in each language, as LibreOffice shows it."""
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as held:
            book = Path(held) / "workbook.xlsx"
            book.write_bytes(xlsx.render(run, language))
            for command in (
                ["soffice", "--headless", "--convert-to", "pdf", "--outdir", held, book],
                ["pdftoppm", "-png", "-singlefile", "-r", "90", book.with_suffix(".pdf"), folder / f"workbook.{language}"],
            ):  # fmt: skip
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _bars(text: str) -> str:
    return "".join(f"<i>{letter}</i>" if letter in "█▏" else letter for letter in text)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as held, chromium() as opened:
        sample = api.evaluate(ROOT / "samples" / "general", out=Path(held) / "run")
        pictures(sample, PICTURES, opened)
        workbooks(sample, PICTURES)
    for file in sorted(PICTURES.glob("*.png")):
        print(file.relative_to(ROOT), file.stat().st_size)
