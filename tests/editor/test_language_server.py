# SPDX-License-Identifier: Apache-2.0
"""Completion, hover and validation as an author's editor gives them, through the schemas that the files name.

Needs `yaml-language-server` (npm) on the path or in RULESCORE_YAML_SERVER; continuous integration installs it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("RULESCORE_YAML_SERVER") or shutil.which("yaml-language-server")

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="yaml-language-server is not installed (npm install yaml-language-server)"
)


@pytest.fixture(scope="module")
def editor() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("editor_client", Path(__file__).with_name("client.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Editor([str(SERVER), "--stdio"], ROOT) as opened:
        yield opened


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """The first answer that is not empty; the server reads its schemas in its own time."""
    end = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < end:
        time.sleep(0.2)
    return answer


def test_hover_tells_a_key_in_both_languages(editor: Any) -> None:
    """An author who rests on `bands` reads what it means, in Chinese and in English."""
    path = ROOT / "rulesets/general/stability.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(number for number, words in enumerate(text.split("\n")) if words.strip() == "bands:")
    uri = editor.open(path, text)
    said = until(lambda: editor.hover(uri, line, 6))
    assert "按顺序取第一个符合的分段" in said
    assert "The first band that fits" in said


def test_completion_offers_the_keys_of_a_rule(editor: Any) -> None:
    """The first key of a new rule is offered: every kind, weight, source."""
    path = ROOT / "rulesets/general/needs.yaml"
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n  - id: new-rule\n    \n"
    uri = editor.open(path, text)
    offered = until(lambda: editor.complete(uri, text.count("\n") - 1, 4))
    wanted = {
        "when",
        "cases",
        "of",
        "bands",
        "lookup",
        "scale",
        "formula",
        "checklist",
        "weight",
        "on_missing",
        "source",
    }
    assert wanted <= set(offered)


def test_completion_offers_the_missing_policies(editor: Any) -> None:
    """After `on_missing:` the policies are offered."""
    path = ROOT / "rulesets/general/quality.yaml"
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n  - id: new-rule\n    on_missing: \n"
    uri = editor.open(path, text)
    offered = until(lambda: editor.complete(uri, text.count("\n") - 1, 16))
    assert {"leave_out", "worst", "neutral", "fail"} <= set(offered)


def test_a_misspelt_key_is_marked(editor: Any) -> None:
    """The schema alone, without our linter, marks `wieght` in the editor."""
    path = ROOT / "rulesets/general/loyalty.yaml"
    uri = editor.open(path, path.read_text(encoding="utf-8").replace("    weight: ", "    wieght: ", 1))
    marked = until(lambda: editor.diagnostics.get(uri))
    assert any("wieght" in problem["message"] for problem in marked)


@pytest.mark.parametrize("path", sorted((ROOT / "rulesets").rglob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_have_no_complaints(editor: Any, path: Path) -> None:
    """Every shipped file is clean in an editor."""
    uri = editor.open(path.with_name("copy-" + path.name), path.read_text(encoding="utf-8"))
    until(lambda: uri in editor.diagnostics)
    assert editor.diagnostics[uri] == []
