# SPDX-License-Identifier: Apache-2.0
"""A real browser for the tests of what people look at: the Debian package `chromium`, without a window.

Where it, a font with Chinese letters or axe-core is not installed, tests are reported as not run; with
RULESCORE_BROWSER=required, as in CI, that is a failure. axe-core (npm) is found by RULESCORE_AXE or under `build/browser`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"desktop": (1280, 900), "phone": (375, 740)}


def not_here(what: str) -> None:
    """Ends the test: this machine lacks something."""
    reason = f"{what} is not installed"
    if os.environ.get("RULESCORE_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def chinese_font() -> str:
    """A family that has Chinese letters; without one each of them is an empty box."""
    found = shutil.which("fc-list") and subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=True
    )
    family = found.stdout.split("\n")[0].split(",")[0].strip() if found else ""
    if not family:
        not_here("a font with Chinese letters (Debian package fonts-noto-cjk)")
    return family


def axe() -> str:
    """The text of axe-core, which looks for what keeps people out."""
    path = Path(os.environ.get("RULESCORE_AXE") or ROOT / "build/browser/node_modules/axe-core/axe.min.js")
    if not path.is_file():
        not_here("axe-core (npm install --prefix build/browser axe-core@4)")
    return path.read_text(encoding="utf-8")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """The browser, started; ends the test where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        not_here("the Debian package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """One page, with what it said and asked for."""

    def __init__(
        self, browser: Any, file: Path, size: str = "desktop", scheme: str = "light", at: str = ""
    ) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.address = file.resolve().as_uri()
        self.page.goto(self.address + at)
        self.page.wait_for_selector("#tools:not([hidden])", state="attached")

    def quiet(self) -> None:
        """It said nothing, asked for nothing but itself, and nothing sticks out at the side."""
        assert self.said == []
        assert {url.split("#")[0] for url in self.asked} == {self.address}
        assert self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )

    def follow(self, place: str) -> None:
        """Goes to a place of the page, as a link does."""
        self.page.evaluate("place => { location.hash = place }", place)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found

    def close(self) -> None:
        self.context.close()
