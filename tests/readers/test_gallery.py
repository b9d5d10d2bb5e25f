# SPDX-License-Identifier: Apache-2.0
"""A gallery of broken and messy files, each with the whole text that its reader must show, in Chinese and English.

`gallery/NAME` is read as the customers, as `gallery/NAME.yaml` says where there is one; `gallery/STEM.orders.csv` beside it as
the orders. Workbooks are written by `gallery/workbooks.py`. The texts are `gallery/NAME.zh.txt` and `.en.txt`;
`RULESCORE_GOLDEN=1 pytest tests/readers/test_gallery.py` writes them anew, to be read before they are kept.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from rulescore.messages import LANGUAGES
from rulescore.messages.render import render_all

HERE = Path(__file__).parent / "gallery"

_spec = importlib.util.spec_from_file_location("gallery_workbooks", HERE / "workbooks.py")
assert _spec is not None and _spec.loader is not None
workbooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(workbooks)

WRITTEN = (*workbooks.BOOKS, *workbooks.FILES)
KEPT = tuple(
    path.name
    for path in HERE.iterdir()
    if path.suffix not in (".py", ".yaml")
    and not path.name.endswith((".zh.txt", ".en.txt", ".orders.csv", ".pyc"))
    and path.is_file()
)
FILES = sorted({*WRITTEN, *KEPT})


@pytest.mark.parametrize("name", FILES)
def test_what_is_told_of_a_messy_file(desk, name):
    """Guards the whole text: what was understood, what was not, in which cell, and what to do about it."""
    if name in WRITTEN:
        workbooks.write(name, desk.folder)
    else:
        desk.write(name, (HERE / name).read_bytes())
    how = HERE / f"{name}.yaml"
    tables = {"customers": how.read_text(encoding="utf-8").strip() if how.exists() else name}
    events = HERE / f"{Path(name).stem}.orders.csv"
    if events.exists():
        desk.write(events.name, events.read_bytes())
        tables["orders"] = events.name
    result = desk.read(**tables)
    for language in LANGUAGES:
        told = render_all(result.problems, language, lambda file: None) + "\n"
        expected = HERE / f"{name}.{language}.txt"
        if os.environ.get("RULESCORE_GOLDEN"):
            expected.write_text(told, encoding="utf-8")
        assert expected.read_text(encoding="utf-8") == told


@pytest.mark.parametrize("name", ["bomb.xlsx", "repeated-cells.ods", "truncated.xlsx", "locked.xlsx"])
def test_bare_workbook_that_must_not_be_opened(desk, name):
    """Looking for sheets that are named like tables opens nothing that reading would refuse."""
    workbooks.write(name, desk.folder)
    assert desk.files(name).only().code in (
        "oversized-file",
        "sheet-too-large",
        "file-damaged",
        "file-locked",
    )


def test_every_text_belongs_to_a_file():
    """A text whose file is gone would guard nothing."""
    texts = {
        path.name.removesuffix(f".{language}.txt")
        for language in LANGUAGES
        for path in HERE.glob(f"*.{language}.txt")
    }
    assert texts == set(FILES)
