# SPDX-License-Identifier: Apache-2.0
"""A real browser drives the report: what people click, type, print and hear read out works, in both languages, on a wide
screen and on a phone, in light and dark; nothing is asked for outside the page, and nothing that was read becomes markup."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import world
from browser import SIZES, Tab, axe, chinese_font, chromium
from rulescore import api
from rulescore.folder import Run
from rulescore.messages import LANGUAGES
from rulescore.reports import html

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "<script>document.title='owned'</script>",
    "\u202eمرحبا بالعالم",
    "🏭👩🏽‍🔬" + "长" * 200,
    "W" * 200,
]

Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(ROOT / "samples" / "general", out=tmp_path_factory.mktemp("browser") / "run")


@pytest.fixture(scope="module")
def files(sample: Run) -> dict[str, Path]:
    """The report of the sample, by language."""
    return {language: written(sample, language) for language in LANGUAGES}


def written(run: Run, language: str) -> Path:
    file = run.folder.parent / f"{language}.html"
    file.write_bytes(html.render(run, language))
    return file


@pytest.fixture
def show(browser: Any) -> Iterator[Open]:
    """Opens a file; each page must have stayed quiet when the test ends."""
    opened: list[Tab] = []

    def one(file: Path, **how: str) -> Tab:
        opened.append(Tab(browser, file, **how))
        return opened[-1]

    yield one
    for tab in opened:
        tab.quiet()
        tab.close()


@pytest.fixture(scope="module")
def scores(sample: Run) -> list[dict[str, str]]:
    """The rows of scores.csv, best first, ties by id: the list as it must be."""
    with (sample.folder / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(rows, key=lambda row: (-float(row["composite"]), row["customer_id"]))


def ids(tab: Tab) -> list[str]:
    return tab.texts("#list tbody th")


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_finds_by_id_and_by_name(
    files: dict[str, Path], scores: list[dict[str, str]], show: Open, language: str
) -> None:
    tab = show(files[language])
    tab.page.fill("#search", "c0140")
    assert ids(tab) == ["C0140"]
    name = next(row["name"] for row in scores if row["customer_id"] == "C0007")
    tab.page.fill("#search", name)
    assert "C0007" in ids(tab)
    tab.page.fill("#search", "nobody has this name")
    assert ids(tab) == []
    assert tab.page.locator("#shown").inner_text().strip()


def test_filters_by_tier_by_dimension_and_by_score(
    files: dict[str, Path], scores: list[dict[str, str]], show: Open
) -> None:
    """Compared with the table of scores, which the standard library reads and filters."""
    tab = show(files["en"])
    tab.page.select_option("#tier", label="Important")
    assert ids(tab) == [row["customer_id"] for row in scores if row["tier"] == "important"]
    tab.page.select_option("#tier", "")
    tab.page.select_option("#dimension", label="Financial risk")
    tab.page.select_option("#band", label="below 40")
    low = [
        row["customer_id"] for row in scores if row["financial_risk"] and float(row["financial_risk"]) < 40
    ]
    assert 10 < len(low) < 100 and ids(tab) == low
    assert "Financial risk" in tab.texts("#list thead th")
    tab.page.select_option("#dimension", label="Quality")
    tab.page.select_option("#band", label="not assessed")
    assert ids(tab) == [row["customer_id"] for row in scores if not row["quality"]] != []


def test_sorts_by_any_column(files: dict[str, Path], scores: list[dict[str, str]], show: Open) -> None:
    tab = show(files["en"])
    assert ids(tab) == [row["customer_id"] for row in scores][:100]
    tab.page.click("#list th[data-key=id] button")
    assert ids(tab) == sorted(row["customer_id"] for row in scores)[:100]
    assert tab.page.get_attribute("#list th[data-key=id]", "aria-sort") == "ascending"
    tab.page.keyboard.press("Enter")  # the heading kept the focus
    assert ids(tab) == sorted((row["customer_id"] for row in scores), reverse=True)[:100]
    tab.page.select_option("#dimension", label="Stability")
    tab.page.click("#list th[data-key=dimension] button")
    most = max(float(row["stability"]) for row in scores if row["stability"])
    assert tab.texts("#list td.chosen")[0] == f"{most:.2f}"
    tab.page.click("#more")
    assert len(ids(tab)) == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_a_customer_is_opened_and_left(
    files: dict[str, Path], scores: list[dict[str, str]], show: Open, language: str, size: str
) -> None:
    tab = show(files[language], size=size)
    tab.page.fill("#search", "C0140")
    tab.page.click("#list tbody a")
    assert tab.page.url.endswith("#c=C0140")
    row = next(row for row in scores if row["customer_id"] == "C0140")
    shown = tab.page.locator("#customer").inner_text()
    assert f"{float(row['composite']):.2f}" in shown and row["name"] in shown
    assert tab.page.locator("#conclusion").is_hidden()
    assert "C0140" in tab.page.evaluate("document.activeElement.textContent")  # what is read out next
    tab.page.locator("#customer .rule summary").first.click()
    assert "customers.csv" in tab.page.locator("#customer .rule details[open]").first.inner_text()
    tab.quiet()
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("#conclusion", state="visible")
    assert tab.page.evaluate("document.activeElement.textContent") == "C0140"  # back where one came from


def test_a_link_leads_to_one_customer(files: dict[str, Path], show: Open) -> None:
    """Guards links that are handed on: straight to a customer, and a word where there is none of that id."""
    tab = show(files["zh"], at="#c=C0001")
    assert "C0001" in tab.texts("#customer h2")[0]
    tab.follow("#c=%3Cb%3E")
    tab.page.wait_for_selector("#customer bdi")
    assert tab.texts("#customer bdi") == ["<b>"]
    tab.follow("#c=%")
    tab.page.wait_for_function("document.querySelector('#customer bdi').textContent === '%'")
    tab.follow("#valuation")
    tab.page.wait_for_selector("#valuation", state="visible")


def test_it_can_be_used_by_keyboard_alone(files: dict[str, Path], show: Open) -> None:
    """From the top: the first stop skips to the content; search, the first customer and back need no pointer."""
    tab = show(files["en"])
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    tab.page.focus("#search")
    tab.page.keyboard.type("C0140")
    for _ in range(20):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.getAttribute('href')") == "#c=C0140":
            break
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#customer h2")
    tab.page.keyboard.press("Shift+Tab")  # the heading has the focus; before it stands the way back
    assert tab.page.evaluate("document.activeElement.className") == "back"
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#list", state="visible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at", ["", "#c=C0140"])
def test_axe_finds_no_serious_violation(
    files: dict[str, Path], show: Open, size: str, scheme: str, at: str
) -> None:
    """Contrast, names, roles, order, what can be reached; in Chinese on light and in English on dark."""
    program = axe()
    tab = show(files["zh" if scheme == "light" else "en"], size=size, scheme=scheme, at=at)
    tab.page.evaluate(
        "document.querySelectorAll('details').forEach((one, at) => { one.open = at % 5 === 0 })"
    )
    # a policy of the page forbids scripts from elsewhere; this one comes in by the debugger
    tab.page.evaluate(program)
    found = tab.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in serious] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_and_no_bar_is_empty(
    files: dict[str, Path], show: Open, language: str, size: str
) -> None:
    """At each width no text leaves its chart, no bar is without height, and the whole page is no wider than the screen."""
    tab = show(files[language], size=size)
    tab.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    outside = tab.page.evaluate("""() => [...document.querySelectorAll('svg text')].filter((text) => {
      const box = text.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1 || box.height < 8;
    }).map((text) => text.textContent)""")
    assert outside == []
    flat = tab.page.evaluate("""() => [...document.querySelectorAll('svg rect')].filter((bar) => {
      const box = bar.getBoundingClientRect(); return box.height < 1 || box.width <= 0;
    }).length""")
    assert flat == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints(files: dict[str, Path], show: Open, language: str) -> None:
    """On paper everything is unfolded, what only works on a screen is gone, and colours are those of light; afterwards
    each part is folded or not as it was."""
    tab = show(files[language], scheme="dark")
    folds = "() => [...document.querySelectorAll('details')].map((one) => one.open)"
    tab.page.locator("#rules details summary").first.click()  # one that the reader opened
    before = tab.page.evaluate(folds)
    assert set(before) == {True, False}
    pdf = tab.page.pdf(format="A4", print_background=True)
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000
    tab.page.emulate_media(media="print")
    assert tab.page.locator("nav").is_hidden() and tab.page.locator("#tools").is_hidden()
    ink = tab.page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(29, 35, 43)"
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.locator("details:not([open])").count() == 0
    tab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.page.evaluate(folds) == before


def test_chinese_letters_are_no_boxes(files: dict[str, Path], show: Open) -> None:
    """Two letters that look alike only when a font has neither: drawn, they must differ from each other and from a
    letter that no font has."""
    chinese_font()
    tab = show(files["zh"])
    shots = []
    for letter in ("客", "户", "\U000e0fff"):
        tab.page.evaluate("letter => { document.querySelector('h1').textContent = letter }", letter)
        shots.append(tab.page.locator("h1").screenshot())
    assert len(set(shots)) == 3


@pytest.mark.parametrize("size", SIZES)
def test_hostile_names_are_shown_literally(tmp_path: Path, show: Open, size: str) -> None:
    run = world.evaluate(
        tmp_path / "run", world.pack(tmp_path / "pack"), world.tables({"name": HOSTILE}), unmask=True
    )
    tab = show(written(run, "en"), size=size)
    title = tab.page.title()
    cells = "#list tbody td:nth-child(2) bdi"
    assert sorted(tab.page.locator(cells).all_text_contents()) == sorted(HOSTILE)
    for customer in "ABCDE":
        tab.follow(f"#c={customer}")
        tab.page.wait_for_function(
            f"document.querySelector('#customer h2')?.textContent.startsWith('{customer}')"
        )
        tab.quiet()
        assert any(name in tab.page.locator("#customer h2").text_content() for name in HOSTILE)
    assert tab.page.title() == title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_a_run_in_which_everything_is_missing(tmp_path: Path, show: Open, language: str, size: str) -> None:
    """Ids and nothing else: no score, no tier, no value; the page says so and every customer can be opened."""
    import polars as pl

    frame = pl.read_csv(io.StringIO("customer_id\n" + "".join(f"X{number}\n" for number in range(3))))
    run = api.evaluate(frame, pack="general", as_of="2026-06-30", out=tmp_path / "run")
    tab = show(written(run, language), size=size)
    assert len(ids(tab)) == 3
    tab.page.click("#list tbody a")
    tab.page.wait_for_selector("#customer h2")
    assert not {"NaN", "undefined", "null", "None"} & set(tab.page.locator("body").inner_text().split())
