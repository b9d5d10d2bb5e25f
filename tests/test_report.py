# SPDX-License-Identifier: Apache-2.0
"""The report shows what is in the run, all of it, in both languages; it asks for nothing outside itself, equal runs give
equal bytes, and nothing that was read can become markup."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
import world
import yaml
from commands import SAMPLE, Done, called, process, sealed
from rulescore import api
from rulescore.folder import Run
from rulescore.messages import LANGUAGES, catalogue
from rulescore.reports import html
from rulescore.reports import json as as_json
from rulescore.reports.content import content, customers
from rulescore.reports.page import charts
from rulescore.valuation import METHODS

ROOT = Path(__file__).resolve().parent.parent
GENERAL = ROOT / "rulesets" / "general"
HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "\u202eمرحبا",
    "长" * 200,
]


class Page(HTMLParser):
    """A page as a browser reads it: elements with their attributes, the text of scripts, and the text people see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.seen: list[str] = []
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        {"script": self.scripts, "style": self.styles}.get(self.inside, self.seen).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())

    def data(self) -> dict[str, Any]:
        """What the list of customers is drawn from, unpacked by the standard library."""
        kind = next(attrs["data-kind"] for tag, attrs in self.elements if attrs.get("id") == "data")
        held = self.scripts[0]
        text = gzip.decompress(base64.b64decode(held)).decode() if kind == "gzip" else held
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return api.evaluate(ROOT / "samples" / "general", out=tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def pages(sample: Run) -> dict[str, str]:
    return {language: html.render(sample, language).decode() for language in LANGUAGES}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The world of five, whose scores are known by hand; its names are hostile, and it has no rules for the base."""
    folder = tmp_path_factory.mktemp("small")
    frames = world.tables({"name": HOSTILE})
    return world.evaluate(folder / "run", world.pack(folder / "pack"), frames, unmask=True)


# ---- what it shows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_gate_and_tier_stands_in_it(pages: dict[str, str], language: str) -> None:
    """Guards completeness against the YAML itself."""
    text = Page(pages[language]).text
    titles = []
    for path in sorted(GENERAL.glob("*.yaml")):
        if path.stem not in ("tests", "surveys"):
            given = yaml.safe_load(path.read_text(encoding="utf-8"))
            titles += [
                item["title"][language] for key in ("rules", "gates", "tiers") for item in given.get(key, ())
            ]
            titles += [given["title"][language]] if "title" in given else []
            titles += [item["title"][language] for item in given.get("findings", {}).values()]
    assert len(titles) > 60
    assert [title for title in titles if " ".join(title.split()) not in text] == []


def test_the_languages_hold_the_same_and_differ_in_words(pages: dict[str, str]) -> None:
    """Guards a part that only one language has, and texts that were left in the other one."""
    ids = {
        language: [attrs["id"] for _, attrs in Page(page).elements if "id" in attrs]
        for language, page in pages.items()
    }
    assert ids["zh"] == ids["en"]
    assert 'lang="zh-CN"' in pages["zh"] and 'lang="en"' in pages["en"]
    headings = {language: re.findall(r"<h[234][^>]*>\s*([^<]+)", page) for language, page in pages.items()}
    assert [text for text in headings["zh"] if not re.search(r"[\u4e00-\u9fff]", text)] == []
    assert [text for text in headings["en"] if re.search(r"[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_are_those_of_the_scores(sample: Run, pages: dict[str, str], language: str) -> None:
    """Guards the list against the table of scores: each id once, with its composite, interval, tier and gates."""
    data = Page(pages[language]).data()
    listed = data["customers"]
    with (sample.folder / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        scores = {row["customer_id"]: row for row in csv.DictReader(file)}
    assert sorted(listed["id"]) == sorted(scores)
    tiers = [tier.id for tier in sample.pack.tiers]
    gates = [gate.id for gate in sample.pack.gates]
    for index, customer in enumerate(listed["id"]):
        row = scores[customer]
        shown = [listed[key][index] for key in ("composite", "low", "high", "coverage")]
        assert shown == [float(row[key]) for key in ("composite", "low", "high", "coverage")]
        assert tiers[listed["tier"][index]] == row["tier"]
        acted = [gate for gate, states in zip(gates, listed["gates"], strict=True) if states[index] == 1]
        assert ";".join(acted) == row["gates"]
    assert listed["composite"] == sorted(listed["composite"], reverse=True)


def test_numbers_of_the_conclusion_are_those_of_the_run(sample: Run, pages: dict[str, str]) -> None:
    text = Page(pages["en"]).text
    whole = json.loads((sample.folder / "portfolio.json").read_bytes())
    worth = json.loads((sample.folder / "valuation.json").read_bytes())
    assert f"{whole['composite']:.2f}" in text
    assert f"CNY {float(worth['methods'][0]['value']['base']) / 1e6:.2f} million" in text
    assert f"{float(worth['methods'][0]['value']['base']) / 1e4:,.2f} 万元" in Page(pages["zh"]).text
    for tier, count in Counter(sample.table["tier"]).items():
        title = next(one.title["en"] for one in sample.pack.tiers if one.id == tier)
        assert f"{title}: {count} customers" in text
    grade = json.loads((sample.folder / "quality.json").read_bytes())["grade"]
    assert f"Data quality: {grade['grade']} (index {grade['index']:.4f})" in text
    assert sample.run_id in text
    for digest in sample.manifest["files"].values():
        assert digest in text


def test_choices_of_valuation_methods_have_words() -> None:
    """Guards a new choice of a method that the report would have no word for."""
    choices = {choice for method in METHODS for one in method.ASSUMPTIONS.values() if isinstance(one.kind, tuple) for choice in one.kind}  # fmt: skip
    assert choices
    for language in LANGUAGES:
        assert {f"page.choice.{choice}" for choice in choices} <= catalogue(language)["words"].keys()


def test_a_customer_is_explained_as_by_hand(tmp_path: Path) -> None:
    """The world, with D dishonest as well as A: A would be strategic with 90.75 and is held down."""
    frames = world.tables({"dishonest_debtor": [True, False, None, True, False]})
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"), frames)
    data = Page(html.render(run, "en").decode()).data()
    listed = data["customers"]
    at = {customer: index for index, customer in enumerate(listed["id"])}
    cases = {rule["id"]: listed["cases"][index] for index, rule in enumerate(data["rules"])}
    points = {rule["id"]: listed["points"][index] for index, rule in enumerate(data["rules"])}
    assert (points["size"][at["A"]], points["order-volume"][at["A"]], points["standing"][at["A"]]) == (
        100,
        100,
        80,
    )
    assert listed["composite"][at["A"]] == 90.75
    assert cases["size"][at["C"]] == -1  # missing
    assert data["rules"][0]["cases"][1][:2] == ["from 50 and below 100", "50"]
    assert listed["values"]["annual_revenue"][at["E"]] == 50
    # E has 67.09, so it is important; the next tier asks for 75 in one part, which fails
    assert data["tiers"][listed["tier"][at["E"]]] == "Important"
    assert listed["parts"][0] == ["composite is at least 75"]
    assert listed["next"][at["E"]] == "n"
    assert listed["next"][at["A"]] == ""
    assert data["tiers"][listed["tier"][at["A"]]] == "Ordinary"
    assert "Dishonest" in listed["whys"][listed["why"][at["A"]]]
    assert [listed["gates"][0][at[customer]] for customer in "ABCDE"] == [1, 0, None, 1, 0]


def test_cases_are_counted(small: Run) -> None:
    """Revenues are 120, 80, missing, 10, 50: one below 50, two from 50 to 100, one above, one missing."""
    (worth, _) = content(small, "en")["dimensions"]
    size = worth["rules"][0]
    assert [case["count"] for case in size["cases"]] == [1, 2, 1]
    assert size["states"] == {"missing": 1, "not_applicable": 0, "error": 0}


def test_places_lead_to_file_row_and_column(sample: Run) -> None:
    """Follows a value of the page to the cell of the sample it names."""
    listed = content(sample, "en")["customers"]
    index = listed["id"].index("C0140")
    column = listed["columns"]["registration_status"]
    ((source, headers),) = column["cells"].items()
    name, row = listed["sources"][source]["file"], listed["row"][index]
    with (ROOT / "samples" / "general" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    cell = rows[row - 1][rows[0].index(headers[0])]
    assert column["values"][listed["values"]["registration_status"][index]] is not None
    assert rows[row - 1][rows[0].index("客户编号")] == "C0140"
    assert cell == "存续" and listed["values"]["registration_status"][index] == "active"


def test_items_of_a_checklist_are_those_that_hold(sample: Run) -> None:
    """Adds the points of the items that hold, as the rule does, and compares with the points of the trace."""
    shown = content(sample, "en")["customers"]
    checked = 0
    for index, rule in enumerate(sample.pack.rules):
        parts = rule.cases[0].parts
        if not parts:
            continue
        start = yaml.safe_load(Path(GENERAL / "data_quality.yaml").read_text(encoding="utf-8"))
        given = next(one for one in start["rules"] if one["id"] == rule.id)
        for holds, state, points in zip(shown["items"][rule.id], shown["cases"][index], shown["points"][index], strict=True):  # fmt: skip
            assert bool(holds) == (state >= 0)
            if holds:
                total = given.get("initial", 0) + sum(item["points"] for item, mark in zip(given["checklist"], holds, strict=True) if mark == "y")  # fmt: skip
                assert points == min(max(total, given.get("min", 0)), given.get("max", 100))
                checked += 1
    assert checked > 200


def test_segments_and_concentration_are_those_of_the_stored_columns(sample: Run) -> None:
    """Counts the customers and adds up their revenue in plain Python over the run's own tables."""
    shown = content(sample, "en")
    amounts = dict(sample.inputs.select("customer_id", "revenue_12m").collect().iter_rows())
    gains = sorted(((max(0.0, amount or 0.0), customer) for customer, amount in amounts.items()), key=lambda pair: (-pair[0], pair[1]))  # fmt: skip
    total = sum(amount for amount, _ in gains)
    assert shown["concentration"]["top"][0]["id"] == gains[0][1]
    composite = {row["customer_id"]: float(row["composite"]) for row in sample.table.to_dicts()}
    expected: Counter[tuple[str, int]] = Counter()
    before = 0.0
    for amount, customer in gains:
        row = "none" if not amount else "A" if before < 0.7 * total else "B" if before < 0.9 * total else "C"
        expected[row, sum(composite[customer] >= bound for bound in (40, 60, 80))] += 1
        before += amount
    found = {(row["id"], at): cell["count"] for row in shown["segments"]["rows"] for at, cell in enumerate(row["cells"])}  # fmt: skip
    assert {key: count for key, count in found.items() if count} == dict(expected)
    assert sum(cell["share"] for row in shown["segments"]["rows"] for cell in row["cells"]) == pytest.approx(
        1
    )


def test_the_value_is_the_sum_of_its_steps(sample: Run) -> None:
    method = content(sample, "en")["valuation"]["methods"][0]
    assert len(method["steps"]["parts"]) == 16  # fifteen years and the tax benefit
    assert sum(part["amount"] for part in method["steps"]["parts"]) == pytest.approx(method["value"]["base"])


def test_special_matters_are_told(tmp_path: Path) -> None:
    """Of five customers only one states its revenue, so the rule on size lacks data for most."""
    frames = world.tables({"annual_revenue": [120, None, None, None, None]})
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"), frames, unmask=True)
    told = content(run, "en")["special"]
    assert any("these rules lack data: Size." in text for text in told), told


# ---- what it is made of -----------------------------------------------------------------------------------


def test_nothing_outside_the_page_is_asked_for(pages: dict[str, str]) -> None:
    """Guards a file that is opened from mail, offline: no target but places in the page, and the browser is told so."""
    for text in pages.values():
        page = Page(text)
        targets = [
            value
            for _, attrs in page.elements
            for name, value in attrs.items()
            if name in ("src", "href", "action", "srcset", "data", "poster", "xlink:href", "formaction")
        ]
        assert [target for target in targets if not (target or "").startswith("#")] == []
        assert not re.search(r"url\(|@import", "".join(page.styles))
        assert not re.search(r"fetch\(|XMLHttpRequest|import\(|https?:", page.scripts[-1])
        (policy,) = (attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def test_links_lead_somewhere(pages: dict[str, str]) -> None:
    page = Page(pages["en"])
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    customers_shown = set(page.data()["customers"]["id"])
    for tag, attrs in page.elements:
        target = attrs.get("href") or ""
        if tag == "a":
            assert target[1:] in ids or target.removeprefix("#c=") in customers_shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_read_stays_text(small: Run, language: str) -> None:
    """Guards against names that are markup, formulas, very long, or turn the direction of writing."""
    text = html.render(small, language).decode()
    page = Page(text)
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert not any("onerror" in attrs for _, attrs in page.elements)
    listed = page.data()["customers"]
    assert sorted(listed["name"]) == sorted(HOSTILE)


def test_nothing_of_a_pack_becomes_markup(tmp_path: Path) -> None:
    """Titles are the author's own text and shown as such."""
    changed = ("en: Size}", "en: '<i>Size</i>\"'}")
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack", changed))
    page = Page(html.render(run, "en").decode())
    assert "i" not in [tag for tag, _ in page.elements]
    assert '<i>Size</i>"' in page.text


def test_equal_runs_give_equal_bytes(sample: Run, pages: dict[str, str], tmp_path: Path) -> None:
    """Guards against clocks, folders, and orders of sets, in a process with another seed of hashes."""
    again = api.evaluate(ROOT / "samples" / "general", out=tmp_path / "elsewhere")
    for form, module in (("html", html), ("json", as_json)):
        file = tmp_path / f"report.{form}"
        done = process(
            "report", again.folder, "--format", form, "--lang", "zh", "-o", file, PYTHONHASHSEED="7"
        )
        assert (done.code, done.err) == (0, "")
        assert file.read_bytes() == module.render(sample, "zh")


def test_it_stays_small(sample: Run, pages: dict[str, str]) -> None:
    """At most 1 MiB for 500 customers: the page of the sample's 320, with the data that it holds of them grown to 500."""
    assert sample.manifest["customers"] == 320
    for text in pages.values():
        data = text.split('id="data"', 1)[1].split(">", 1)[1].split("</script>", 1)[0]
        assert len(data) > 100_000  # else the customers stand elsewhere
        assert len(text.encode()) + len(data) * (500 / 320 - 1) < 2**20


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_very_many_customers_the_best_are_shown(
    small: Run, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "ALL_UP_TO", 4)
    monkeypatch.setattr(customers, "ELSE_TOP", 2)
    monkeypatch.setattr(customers, "ELSE_SAMPLE", 2)
    page = Page(html.render(small, language).decode())
    listed = page.data()["customers"]
    by_hand = ["A", "E"]  # 90.75 and 67.09, the two highest
    scores = sorted(small.table.to_dicts(), key=lambda row: -float(row["composite"]))
    by_hand += [
        scores[2]["customer_id"],
        scores[4]["customer_id"],
    ]  # two of the other three: the first and the third
    assert listed["id"] == by_hand
    assert (listed["total"], listed["shown"]) == (5, 4)
    assert {"zh": "批次共有 5 个客户，此处列出综合分最高的 2 个，以及其余客户中按综合分等距抽取的 2 个", "en": "The run has 5 customers; listed here are the 2 with the highest composites and 2 of the others"}[language] in page.text  # fmt: skip


def test_ten_thousand_customers_fit_into_eight_mebibytes(tmp_path: Path) -> None:
    """The sample thirty-two times under other ids, with 42 rules; every customer is listed. A time that grew with the square of
    the customers would be minutes here."""
    folder = ROOT / "samples" / "general"
    frames = {}
    for name, key in (("customers", "客户编号"), ("orders", "Account ID")):
        rows = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        rows = rows.drop("客户名称", "英文名称", "统一社会信用代码", "资产负债率", strict=False)
        one = [rows.with_columns(pl.col(key) + f"-{copy}") for copy in range(32)]
        frames[name] = pl.concat(one)
    orders = frames["orders"].rename({"Account ID": "customer_id", "Net value": "amount"}, strict=False)
    run = api.evaluate(
        frames["customers"],
        pack="general",
        as_of="2026-06-30",
        tables={"orders": orders},
        out=tmp_path / "run",
    )
    before = time.monotonic()
    page = html.render(run, "zh")
    assert time.monotonic() - before < 60
    assert len(Page(page.decode()).data()["customers"]["id"]) == run.manifest["customers"] > 10_000
    assert len(page) < 8 * 2**20


def test_parts_that_a_run_does_not_have_are_left_out(small: Run) -> None:
    page = Page(html.render(small, "en").decode())
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    assert not ids & {"portfolio", "valuation"}
    assert {
        "conclusion",
        "dimensions",
        "measures",
        "risks",
        "customers",
        "rules",
        "problems",
        "appendix",
    } <= ids


def test_charts_have_words_and_lengths() -> None:
    """A tenth and nine tenths of 1,000 units; a value from 50 to 150 around 100 lies across the whole width."""
    bar = charts.shares([{"share": 0.1, "label": "A <1>"}, {"share": 0.9, "label": "B"}])
    assert re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', bar) == [("0", "98"), ("100", "898")]
    assert "A &lt;1&gt;" in bar and 'role="img"' in bar
    (tornado,) = charts.tornado(100.0, [{"label": "x", "low": 50.0, "high": 150.0}])
    assert re.findall(r'<rect class="\w+" x="([\d.]+)" y="3" width="([\d.]+)"', tornado["svg"]) == [("0", "320"), ("320", "320")]  # fmt: skip
    assert "<rect" not in charts.band("nobody", None, None, None)


# ---- the command ------------------------------------------------------------------------------------------


def report(*args: str | Path, lang: str = "en") -> Done:
    return called("report", *args, lang=lang)


def test_it_is_written_beside_the_run_and_the_run_stays_sealed(tmp_path: Path) -> None:
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"))
    before = sealed(run.folder)
    done = report(run.folder)
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "run.html"))
    assert (tmp_path / "run.html").read_bytes() == html.render(run, "en")
    assert sealed(run.folder) == before


def test_json_is_the_same_content(small: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert report(small.folder, "--format", "json", "-o", file).code == 0
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["cover"]["run_id"] == small.run_id
    assert sorted(data["customers"]["name"]) == sorted(HOSTILE)
    known = [float(one) for one in small.table["coverage"]]
    assert data["conclusion"]["coverage"] == pytest.approx(sum(known) / len(known))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("file", "code"),
    [("run/report.html", "report-inside-run"), ("none/report.html", "file-unwritten")],
)
def test_where_it_cannot_be_written(tmp_path: Path, file: str, code: str, language: str) -> None:
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"))
    done = report(run.folder, "-o", tmp_path / file, lang=language)
    assert (done.code, done.out) == (2, "")
    assert f"[{code}]" in done.err


def test_a_damaged_run_is_told(tmp_path: Path) -> None:
    run = world.evaluate(tmp_path / "run", world.pack(tmp_path / "pack"))
    (run.folder / "trace.parquet").write_bytes(b"no table")
    done = report(run.folder)
    assert done.code == 2
    assert "[run-file-unreadable]" in done.err


def test_what_each_dimension_gives_makes_the_score_of_the_base() -> None:
    """Guards the build-up of the base's score: points times the share of the weight that was assessed, by hand for the first, and
    all together the composite, on which no gate of the sample acts."""
    run = api.evaluate(SAMPLE)
    base = content(run, "en")["portfolio"]
    known = [one for one in base["dimensions"] if one["points"] is not None]
    weight = sum(one["weight"] for one in known)
    assert known[0]["gives"] == pytest.approx(known[0]["points"] * known[0]["weight"] / weight, abs=0.0001)
    assert sum(one["gives"] for one in known) == pytest.approx(base["composite"], abs=0.01)
    assert not any(gate["acted"] for gate in base["gates"])
    told = called("explain", run.folder, "portfolio", lang="en").out
    assert f"{base['coverage']:.1%} of the weight" in told


def test_figures_say_what_they_could_not_use(sample: Run) -> None:
    """Guards figures that pass over customers in silence: how many have no value in a column is counted by pandas in the stored
    inputs, and told by the report and by `explain`."""
    lacking = int(pd.read_parquet(sample.folder / "inputs.parquet")["contribution_12m"].isna().sum())
    assert 0 < lacking < 320
    figures = [one for group in content(sample, "en")["portfolio"]["figures"] for one in group["figures"]]
    earned = next(one for one in figures if one["id"] == "base_contribution")
    assert earned["how"].endswith(f"(no value: Contribution, last 12 months {lacking} customers)")
    everybody = next(one for one in figures if one["id"] == "customer_count")
    assert "no value" not in everybody["how"]
    told = called("explain", sample.folder, "portfolio", lang="en").out
    assert f"contribution_12m of every customer (without a value: contribution_12m {lacking})" in told


def test_the_waterfall_of_a_score_stands_part_on_part() -> None:
    """Guards the drawing of what makes a score: a bar for each part with its words, each as high as its points (180 units are the
    score), and the whole at the end."""
    drawn = charts.score_steps("score", [("Growth", 20.0, "20.00"), ("Churn", 30.0, "30.00")], 50.0)
    bars = re.findall(r'<rect class="(\w+)" [^>]*height="([0-9.]+)"><title>([^<]*)</title>', drawn)
    assert bars == [
        ("tone1", "72", "1: Growth 20.00"),
        ("tone1", "108", "2: Churn 30.00"),
        ("tone0", "180", "=: 50.00"),
    ]
    assert re.findall(r">([0-9]+)</text>", drawn) == ["0", "20", "40", "1", "2"]
