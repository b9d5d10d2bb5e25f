# SPDX-License-Identifier: Apache-2.0
"""The handbook holds what the pack holds, in both languages and both forms, and nothing in a pack can become markup."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from rulescore.cli import group
from rulescore.messages import LANGUAGES

GENERAL = Path(__file__).resolve().parent.parent / "rulesets" / "general"
FORMS = ("html", "md")


def command(*args: str | Path) -> Result:
    return CliRunner().invoke(group, list(map(str, args)))


def written(folder: Path, language: str, form: str, pack: str | Path = "general") -> str:
    file = folder / f"book.{form}"
    result = command("--lang", language, "handbook", pack, "-o", file)
    assert (result.exit_code, result.output) == (0, "")
    return file.read_text(encoding="utf-8")


def plain(text: str, form: str) -> str:
    """What a reader sees."""
    text = html.unescape(re.sub(r"<[^>]*>", "\n", text)) if form == "html" else re.sub(r"\\(.)", r"\1", text)
    return " ".join(text.split())


def yaml_of(name: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((GENERAL / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


DIMENSIONS = [yaml_of(path.stem) for path in sorted(GENERAL.glob("*.yaml")) if path.stem not in ("pack", "tests")]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_pack_stands_in_it(tmp_path: Path, language: str, form: str) -> None:
    """Guards completeness against the YAML itself: titles, reasons, sources, whatever is written for people."""
    shown = plain(written(tmp_path, language, form), form)
    pack = yaml_of("pack")
    texts: list[str] = []

    def gather(value: object) -> None:
        if isinstance(value, dict):
            if value.keys() == {"zh", "en"}:
                texts.append(" ".join(value[language].split()))
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    whole = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((GENERAL / "portfolio").glob("*.yaml")) if path.stem not in ("tables", "tests")]  # fmt: skip
    gather([pack, *DIMENSIONS, *whole])
    assert len(texts) > 400
    assert [text for text in texts if text not in shown] == []


BOUNDS = {
    "en": {"up_to": "up to", "below": "below", "from": "from", "above": "above"},
    "zh": {"up_to": "不超过", "below": "小于", "from": "不低于", "above": "大于"},
}


def number_of(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


class Rows(HTMLParser):
    """The rows of tables by the section they are in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.section, self.rows, self.cell = "", {}, False  # type: ignore[var-annotated]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.section = str(dict(attrs)["id"])
        elif tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        elif tag in ("td", "th"):
            self.rows[self.section][-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[self.section][-1][-1] += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_band_case_and_item_of_general_is_a_row_with_its_points(tmp_path: Path, language: str) -> None:
    rows = Rows(written(tmp_path, language, "html")).rows
    counted = 0
    for dimension in DIMENSIONS:
        for rule in dimension.get("rules", []):  # type: ignore[attr-defined]
            found = rows.get(f"rule-{rule['id']}", [[]])[1:]
            if "bands" in rule:
                for item, row in zip(rule["bands"], found, strict=True):
                    assert row[1] == f"{item['points']:g}"
                    for key, bound in item.items():
                        if key in BOUNDS["en"]:
                            number = (f"{BOUNDS[language][key]} {shown}" for shown in (number_of(bound), f"{number_of(round(bound * 100, 9))}%"))  # fmt: skip
                            assert any(re.search(re.escape(text) + r"(?![\d.])", row[0]) for text in number), (rule["id"], item, row)  # fmt: skip
            elif "lookup" in rule:
                assert [row[1] for row in found] == [f"{point if not isinstance(point, dict) else point['points']:g}" for point in (*rule["lookup"].values(), rule["else"])]  # fmt: skip
            elif "cases" in rule:
                assert len(found) == len(rule["cases"])
            elif "checklist" in rule:
                assert [row[2] for row in found] == [f"{item['points']:g}" for item in rule["checklist"]]
            elif "scale" in rule:
                assert [row[1] for row in found] == [f"{points:g}" for _, points in rule["scale"]]
            elif "when" in rule:
                assert [row[1] for row in found] == [f"{rule['points']:g}", f"{rule.get('else', 0):g}"]
            else:
                continue
            counted += len(found)
    assert counted > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_and_all_its_links_lead_somewhere(tmp_path: Path, language: str) -> None:
    text = written(tmp_path, language, "html")
    assert not re.search(r"(?: src=|url\(|@import|<script|<link|<img|http(?!-equiv))", text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    markdown = written(tmp_path, language, "md")
    assert set(re.findall(r"\]\(#([^)]+)\)", markdown)) <= set(re.findall(r'<a id="([^"]+)">', markdown))


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in FORMS:
        assert written(tmp_path, "zh", form) == written(tmp_path, "zh", form)


NASTY = "<script>alert(1)</script> | [x](javascript:1) *b* `c` \"q\" & 'a'"

SMALL = {
    "tables": """
tables:
  customers:
    title: {zh: 客户, en: Customers}
    key: customer_id
    fields:
      customer_id: {type: text, title: {zh: 编号, en: Id}, required: true}
      margin: {type: percent, title: {zh: 利润率, en: Margin}}
      size: {type: text, values: [big, small_one], words: {big: [大], small_one: [小]}, title: {zh: 规模, en: Size}}
      age: {type: integer, title: {zh: 年龄, en: Age}}
""",
    "pack": """
id: small
version: 1.0.0
title: {zh: 小, en: NASTY}
dimensions: {quality: 3, other: 1}
minimum_coverage: {share: 0.5, cap: rest}
parameters:
  line: {title: {zh: 线, en: Line}, unit: share, values: [{from: 2020-01-01, value: 0.1, source: judgement}, {from: 2025-01-01, value: 0.25, source: study}]}
tiers:
  - {id: top, title: {zh: 上, en: Top}, when: composite >= 60}
  - {id: rest, title: {zh: 余, en: Rest}, actions: [{title: {zh: 做, en: Do it}, due: 2w}]}
""",
    "quality": """
dimension: quality
title: {zh: 质量, en: Quality}
rules:
  - {id: steps, title: {zh: 甲, en: NASTY}, why: {zh: 乙, en: NASTY}, of: margin, bands: [{below: -0.05, points: 0}, {from: -0.05, up_to: 0.125, points: 60}, {above: 0.125, points: 100}], on_missing: neutral}
  - {id: sizes, title: {zh: 丙, en: Sizes}, of: size, lookup: {big: 100, small_one: 40}, else: 0, weight: 3, source: [biotech:2.2b, a study]}
  - {id: lined, title: {zh: 丁, en: Lined}, when: margin >= param.line and size == "small_one", points: 80, else: 5, on_missing: {points: 12.5}}
  - {id: bounded, title: {zh: 庚, en: Bounded}, of: margin, bands: [{below: param.line, points: 0}, {from: param.line, points: 100}]}
  - {id: several, title: {zh: 己, en: Several}, cases: [{when: 'abs(margin - 0.5) * min(margin, 0.1) > 0.02', points: 1}, {when: 'margin < 0.4 and coalesce(size, "small_one") != "big"', points: 2}, {else: 3}]}
  - {id: curve, title: {zh: 戊, en: Curve}, of: margin, scale: [[0.01, 10], [0.1, 55], [1, 100]], shape: log, on_missing: worst}
""",
    "other": """
dimension: other
title: {zh: 其他, en: Other}
combine: sum
initial: 20
max: 90
rules:
  - {id: of-age, title: {zh: 成年, en: Of age}, when: age >= 18, points: 30, fairness: {zh: 法律要求, en: The law asks}, on_missing: fail}
""",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    quoted = "'" + NASTY.replace("'", "''") + "'"
    for name, text in SMALL.items():
        (folder / f"{name}.yaml").write_text(text.replace("NASTY", quoted), encoding="utf-8")
    return folder


def test_nothing_in_a_pack_becomes_markup(small: Path, tmp_path: Path) -> None:
    page = written(tmp_path, "en", "html", small)
    assert "<script" not in page
    assert (
        plain(page, "html").count(NASTY) == 5
    )  # title of the file and page; of the rule: contents, heading, why
    markdown = written(tmp_path, "en", "md", small)
    assert NASTY in plain(markdown, "md")
    assert "<script" not in markdown.replace(r"\<script", "")
    assert not re.search(r"(?<!\\)\]\(javascript", markdown)


def test_a_small_pack_in_words(small: Path, tmp_path: Path) -> None:
    """Worked out by hand: what each rule carries, its figures as percent, its policy in words."""
    rows = Rows(written(tmp_path, "en", "html", small)).rows
    assert rows["rule-steps"][1:] == [["below -5%", "0", ""], ["from -5% and up to 12.5%", "60", ""], ["above 12.5%", "100", ""]]  # fmt: skip
    assert rows["rule-sizes"][1:] == [["big", "100", ""], ["small one", "40", ""], ["otherwise", "0", ""]]
    assert rows["rule-lined"][1] == ["Margin is at least Line (25%) and Size is “small one”", "80", ""]
    assert rows["rule-curve"][1:] == [["1%", "10"], ["10%", "55"], ["100%", "100"]]
    assert rows["parameters"][1:] == [["Line", "10%", "2020-01-01", "judgement"], ["", "25%", "2025-01-01", "study"]]  # fmt: skip
    assert rows["tier-rest"][1:] == [["Do it", "", "within 2 weeks"]]
    assert [row[0] for row in rows["rule-bounded"][1:]] == ["below Line (25%)", "from Line (25%)"]
    assert [row[0] for row in rows["rule-several"][1:]] == [
        "the absolute value of (Margin − 0.5) × Margin (at most 0.1) is above 0.02",
        "Margin is below 40% and Size (or “small one” when missing) is not “big”",
        "otherwise",
    ]
    shown = plain(written(tmp_path, "en", "html", small), "html")
    assert "Weight 1: 12.5% of the dimension, 9.4% of the composite If data is missing middle points: 50" in shown  # fmt: skip
    assert "Weight 3: 37.5% of the dimension, 28.1% of the composite" in shown
    assert "If data is missing 12.5 points" in shown
    assert "with the logarithm of the value" in shown
    assert "Its score is the sum of the points of its rules, starting from 20. At most 90." in shown
    assert "the customer is reported as an error Why this is fair The law asks" in shown
    assert "Below 50% of the weight no tier above Rest" in shown
    assert "Source Renewal rate (biotech:2.2b), a study" in shown
    chinese = Rows(written(tmp_path, "zh", "html", small)).rows
    assert chinese["rule-sizes"][1:] == [["大", "100", ""], ["小", "40", ""], ["其他情形", "0", ""]]
    assert chinese["rule-lined"][1][0] == "利润率不低于线（25%），且规模等于“小”"


@pytest.mark.parametrize(
    ("file", "code"),
    [("book.pdf", "handbook-form"), ("book", "handbook-form"), ("none/book.md", "file-unwritten")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_cannot_be_written_is_a_problem(
    tmp_path: Path, file: str, code: str, language: str
) -> None:
    from rulescore.problems import UsageError

    result = command("--lang", language, "handbook", "general", "-o", tmp_path / file)
    assert isinstance(result.exception, UsageError)
    assert [problem.code for problem in result.exception.problems] == [code]
    assert list(tmp_path.iterdir()) == []
