# SPDX-License-Identifier: Apache-2.0
"""A run -> PDF: the page that is printed, set by weasyprint (extra `pdf`); equal runs give equal bytes."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ..folder import Run
from ..problems import Problem, UsageError
from . import html

SUFFIX = ".pdf"
PAGE = Path(__file__).parent / "page"
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_COLOURS = re.compile(r"(--[\w]+): (#[0-9a-f]+);")


def render(run: Run, language: str) -> bytes:
    """The bytes of the file; UsageError without weasyprint or without a font for the letters of the report."""
    weasyprint = _weasyprint()
    page = html.page(run, language, paper=True)
    if _CHINESE.search(page) and not chinese_fonts():
        raise UsageError([Problem("chinese-font-missing", "error", None, {})])
    styled = re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}<style>{_chart_style()}</style>", page)
    made: bytes = weasyprint.HTML(string=styled, url_fetcher=_nothing).write_pdf(
        pdf_identifier=run.run_id.encode("ascii"), uncompressed_pdf=False
    )
    return made


def chinese_fonts() -> list[str]:
    """Families with Chinese letters, by fontconfig; a system without `fc-list` has fonts of its own, told as such."""
    program = shutil.which("fc-list")
    if program is None:
        return ["system"]
    found = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return sorted(set(filter(None, found.stdout.split("\n"))))


def _weasyprint() -> Any:
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: a library of the system that it draws with
        reason = str(error).split("\n")[0][:200]
        raise UsageError([Problem("pdf-unavailable", "error", None, {"reason": reason})]) from error


def _nothing(url: str) -> Any:
    """The page asks for nothing; what would, gets nothing."""
    raise ValueError(url)


def _chart_style() -> str:
    """The rules of charts with their colours written out: inside a drawing neither the page's rules nor variables hold."""
    root = (PAGE / "report.css").read_text(encoding="utf-8").split("}", 1)[0].replace("}", ";")
    colours = dict(_COLOURS.findall(root + ";"))
    rules = (PAGE / "charts.css").read_text(encoding="utf-8")
    return re.sub(r"var\((--\w+)\)", lambda name: colours[name[1]], rules)
