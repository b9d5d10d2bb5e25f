# SPDX-License-Identifier: Apache-2.0
"""Mistakes and what is said about them: the whole text of the usual ones, the examples on the pages of the problem codes,
and hostile files and expressions, each of which must be a problem with a place, soon, and never an exception.

`tests/problems/<code>/` (or `<code>--<variant>`) holds the files of a pack that differ from `tiny/`, folders of packs beside
it, and the whole text expected in both languages; `RULESCORE_GOLDEN=1 pytest tests/test_problems.py` writes those texts anew, to be read
before they are kept.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import rulescore
from rulescore import lint
from rulescore.messages import LANGUAGES, catalogue, pages
from rulescore.messages.render import render_all
from rulescore.overrides import located, read_overrides
from rulescore.packs.loading import load
from rulescore.plan import make_plan
from rulescore.problems import Problems, RulesetError, Span
from rulescore.readers import tables_of_frames
from rulescore.source import parse_yaml, read_yaml
from rulescore.testing import read_suite
from rulescore.values import day

HERE = Path(__file__).parent / "problems"
FOLDERS = sorted(
    path.name
    for path in HERE.iterdir()
    if (path / "expected.zh.txt").exists() or (path.name != "tiny" and path.is_dir())
)
AS_OF = day("2026-06-30") or 0

WITHOUT_EXAMPLE = {
    "file-not-found", "file-unreadable", "file-too-large", "file-not-utf8", "file-not-text",  # no text to show
    "yaml-too-many-aliases", "expression-too-long",  # an example would fill pages
    "number-wanted",  # the schema is ahead of it
}  # fmt: skip


def found_in(folder: Path, files: dict[str, str | bytes]) -> Problems:
    """What is found in the tiny pack with some of its files replaced, in `folder`, which must be empty; `base/pack.yaml`
    is a file of a pack beside it."""
    pack = folder / "tiny"
    shutil.copytree(HERE / "tiny", pack)
    shutil.copy(HERE / "tables.yaml", folder)
    for name, text in files.items():
        path = (folder if "/" in name else pack) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    loaded, problems = load(pack, folder / "tables.yaml", folder)
    if loaded is not None:
        read_suite(loaded, pack, problems)
        problems.extend(lint.run(loaded))
        try:
            make_plan(loaded, AS_OF)
        except RulesetError as error:
            problems.extend(error.problems)
    return problems


# ---- whole texts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FOLDERS)
def test_the_usual_mistakes_are_explained(name: str, language: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        path.relative_to(HERE / name).as_posix(): path.read_bytes() for path in (HERE / name).rglob("*.yaml")
    }
    problems = found_in(tmp_path, files)

    def lines(file: str) -> Sequence[str] | None:
        try:
            return (tmp_path / file).read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError:
            return None

    actual = render_all(problems, language, lines) + "\n"
    expected = HERE / name / f"expected.{language}.txt"
    if os.environ.get("RULESCORE_GOLDEN"):
        expected.write_text(actual, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == actual


@pytest.mark.parametrize(
    "name", [name for name in FOLDERS if name.split("--")[0] in catalogue("en")["problems"]]
)
def test_the_folder_is_named_after_the_problem(name: str) -> None:
    assert f"[{name.split('--')[0]}]" in (HERE / name / "expected.en.txt").read_text(encoding="utf-8")


def test_the_tiny_pack_is_without_problems(tmp_path: Path) -> None:
    assert list(found_in(tmp_path, {})) == []


def test_a_rule_with_a_bad_id_is_looked_at_all_the_same(tmp_path: Path) -> None:
    """Guards that one round of corrections is enough: the id and the misspelt name are told together."""
    text = RULE + LISTED.replace("id: listed", "id: 规则").replace("when: listed", "when: lister")
    codes = [problem.code for problem in found_in(tmp_path, {"quality.yaml": text})]
    assert "wrong-form" in codes and "unknown-name" in codes


# ---- pages -----------------------------------------------------------------------------------------------------

RULE = "dimension: quality\ntitle: {zh: 客户质量, en: Quality}\nrules:\n"


def codes_of(kind: str, text: str, folder: Path) -> dict[str, str]:
    """code -> severity of everything found in an example."""
    if kind == "yaml":
        problems = Problems()
        parse_yaml(text, "example.yaml", problems)
    elif kind == "expression":
        feature = "features:\n  example:\n    title: {zh: 例, en: Example}\n    is: |2\n      " + text + "\n"
        problems = found_in(folder, {"quality.yaml": (RULE + LISTED).replace("rules:", feature + "rules:")})
    elif kind == "overrides":
        problems = of_overrides(text)
    elif kind == "rule":
        lines = text.rstrip().split("\n")
        item = "  - " + "\n    ".join(lines) + "\n"
        problems = found_in(folder, {"quality.yaml": RULE + item})
    elif kind == "question":
        item = "  - " + "\n    ".join(text.rstrip().split("\n")) + "\n"
        tiny = (HERE / "tiny" / "pack.yaml").read_text(encoding="utf-8")
        problems = found_in(
            folder, {"quality.yaml": RULE + item, "pack.yaml": tiny + UNPROVEN, "tables.yaml": ANSWERS}
        )
    elif kind == "base":
        problems = found_in_portfolio(folder, text)
    else:
        name = {"dimension": "quality.yaml", "pack": "pack.yaml", "tables": "tables.yaml"}[kind]
        problems = found_in(folder, {name: text})
    return {problem.code: problem.severity for problem in problems}


def found_in_portfolio(folder: Path, text: str) -> Problems:
    """What is found in a pack that extends `general` and adds the file plan.yaml to the rules of the base as a whole."""
    for place, name, above in (
        (folder / "own", "own", "general"),
        (folder / "own" / "portfolio", "portfolio", "general"),
    ):
        place.mkdir()
        head = f"id: {name}\nversion: 1.0.0\ntitle: {{zh: 自有, en: Own}}\nextends: {above}\n"
        (place / "pack.yaml").write_text(head, encoding="utf-8")
    (folder / "own" / "portfolio" / "plan.yaml").write_text(text, encoding="utf-8")
    pack, problems = load(folder / "own")
    if pack is not None and pack.portfolio is not None:
        problems.extend(list(lint.run(pack.portfolio)))
    return problems


def of_overrides(text: str) -> Problems:
    """What is wrong with overrides for a base of one customer, C1, as of 2026-06-30."""
    problems = Problems()
    document = parse_yaml(text, "overrides.yaml", problems)
    general = rulescore.load("general")
    decided = read_overrides(document, general, day("2026-06-30") or 0, problems)
    tables, _ = tables_of_frames(
        {"customers": pl.DataFrame({"customer_id": ["C1"]})}, general.tables, Problems()
    )
    located(decided, tables["customers"], "customer_id", problems, document)
    return problems


UNPROVEN = """parameters:
  unproven_mark:
    title: {zh: 无凭据的最高评分, en: Highest mark without evidence}
    values: [{from: 2000-01-01, value: 2, source: judgement}]
"""
ANSWERS = """tables:
  company_answers:
    customer: customer_id
    fields:
      customer_id: {type: text, title: {zh: 编号, en: Id}}
      question: {type: text, title: {zh: 题号, en: Question}}
      mark: {type: integer, title: {zh: 评分, en: Mark}}
      evidence: {type: text, title: {zh: 凭据, en: Evidence}}
"""
LISTED = "  - {id: listed, title: {zh: 上市, en: Listed}, when: listed, points: 100}\n"


@pytest.mark.parametrize("code", sorted(pages()))
def test_the_bad_example_has_the_problem_and_the_good_one_has_not(code: str, tmp_path: Path) -> None:
    page = pages()[code]
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    assert code in codes_of(page["file"], page["bad"], tmp_path / "bad")
    good = codes_of(page["file"], page["good"], tmp_path / "good")
    assert code not in good
    assert "error" not in good.values()


def test_every_problem_of_rulesets_has_a_page() -> None:
    own = {
        code
        for topic in ("ruleset", "lint", "limits", "fairness", "overrides")
        for code in catalogue_of(topic)
    }
    assert own - WITHOUT_EXAMPLE == set(pages())


def catalogue_of(topic: str) -> dict[str, object]:
    import yaml
    from rulescore import messages

    folder = Path(messages.__file__).parent
    found: dict[str, object] = yaml.safe_load((folder / f"{topic}.en.yaml").read_text(encoding="utf-8"))[
        "problems"
    ]
    return found


# ---- hostile files ---------------------------------------------------------------------------------------------

BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{after}: &{after} [{','.join(['*' + before] * 10)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: &a {x: 1}\n" + "".join(
    f"{after}: &{after} {{<<: [{','.join(['*' + before] * 10)}]}}\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
NESTED_ALIASES = "a0: &a0 1\n" + "".join(
    f"a{n + 1}: &a{n + 1} {'[' * 40}*a{n}{']' * 40}\n" for n in range(60)
)

HOSTILE_FILES: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (BOMB, "yaml-too-large"),
    "merge bomb": (MERGE_BOMB, "yaml-too-large"),
    "aliases that nest": (NESTED_ALIASES, "yaml-too-deep"),
    "many aliases": ("a: &a 1\nb: [" + "*a," * 1_001 + "]\n", "yaml-too-many-aliases"),
    "alias of itself": ("a: &a [*a]\n", "yaml-unknown-alias"),
    "merge of a number": ("a: {<<: 3}\n", "wrong-type"),
    "lists in lists": ("a: " + "[" * 5_000 + "]" * 5_000, "yaml-too-deep"),
    "mappings in mappings": ("".join(" " * n + "a:\n" for n in range(1_000)), "yaml-too-deep"),
    "python object": ("a: !!python/object/apply:os.system ['true']\n", "yaml-tag"),
    "own tag": ("a: !include secret.yaml\n", "yaml-tag"),
    "binary tag": ("a: !!binary aGVsbG8=\n", "yaml-tag"),
    "duplicate key": ("a: 1\na: 2\n", "duplicate-key"),
    "tab": ("a:\n\tb: 1\n", "yaml-tab"),
    "full-width colon": ("名称：客户\n地区：北方\nb: 1\n", "wide-punctuation"),
    "full-width colon in a key": ("名称：客户: 1\n", "wide-punctuation"),
    "full-width braces": ("title: ｛zh: a, en: b｝\n", "wide-punctuation"),
    "full-width comma in braces": ("title: {zh: 甲， en: b}\n", "wide-punctuation"),
    "full-width blank": ("a:\n\u3000b: 1\n", "wide-indent"),
    "GBK": ("title: 客户质量\n".encode("gb18030"), "file-not-utf8"),
    "UTF-16": ("title: 客户\n".encode("utf-16"), "file-not-utf8"),
    "not text": (bytes(range(256)) * 20, "file-not-text"),
    "NUL": ("a: b\x00c\n", "control-character"),
    "escape": ("a: \x1b[31mred\n", "control-character"),
    "huge file": (b"#" * 8_000_001, "file-too-large"),
    "two documents": ("a: 1\n---\nb: 2\n", "yaml-two-documents"),
    "list as key": ("? [a]\n: b\n", "yaml-key"),
    "unfinished": ("a: [1, 2\n", "yaml-bracket"),
    "unclosed quote": ("a: 'b\nc: d\n", "yaml-unclosed-quote"),
    "huge number": ("a: 1e999\n", "number-too-large"),
    "anchor only": ("&a\n", ""),
    "line separators": ("a: b\u2028c\x85d\re: 1\n", ""),
    "byte order mark": (b"\xef\xbb\xbfa: 1\n", ""),
    "empty": ("", ""),
    "words": ("a: yes\n", "yaml-word-boolean"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE_FILES))
def test_a_hostile_file_is_a_problem_with_a_place(name: str, tmp_path: Path) -> None:
    content, code = HOSTILE_FILES[name]
    path = tmp_path / "hostile.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems = Problems()
    started = time.process_time()
    read_yaml(path, problems, "hostile.yaml")
    assert time.process_time() - started < 1.0
    assert [code] * bool(code) == sorted({problem.code for problem in problems})
    assert all(isinstance(problem.place, Span) for problem in problems)


def test_a_lone_surrogate_is_a_problem() -> None:
    problems = Problems()
    parse_yaml("a: \ud800\n", "hostile.yaml", problems)
    assert [problem.code for problem in problems] == ["control-character"]


@pytest.mark.parametrize("name", sorted(HOSTILE_FILES))
def test_a_hostile_file_in_a_pack_is_no_exception(name: str, tmp_path: Path) -> None:
    content, _ = HOSTILE_FILES[name]
    started = time.process_time()
    problems = found_in(tmp_path, {"quality.yaml": content})
    text = render_all(problems, "zh", lambda file: None)
    assert time.process_time() - started < 2.0
    assert problems.has_errors
    assert "\x1b" not in text


# ---- hostile expressions ---------------------------------------------------------------------------------------

HOSTILE_EXPRESSIONS: dict[str, str] = {
    "region.__class__.__mro__": "expression-refused",
    "region.__class__": "expression-refused",
    "().__class__.__bases__[0].__subclasses__()": "expression-refused",
    "__import__('os').system('true')": "expression-refused",
    "__import__('os')": "unknown-function",
    "import os": "expression-syntax",
    "exec('1')": "unknown-function",
    "eval('1')": "unknown-function",
    "open('/etc/passwd')": "unknown-function",
    "getattr(region, 'x')": "unknown-function",
    "lambda: 1": "expression-refused",
    "(lambda x: x)(1)": "expression-refused",
    "[x for x in region]": "expression-refused",
    "sum(orders.amount for orders in region)": "expression-refused",
    "{1: 2}": "expression-refused",
    "{1, 2}": "expression-refused",
    "f'{region}'": "expression-refused",
    "(a := 1)": "expression-refused",
    "min(*region)": "expression-refused",
    "min(**region)": "expression-refused",
    "region[0]": "expression-refused",
    "await region": "expression-refused",
    "yield region": "expression-syntax",
    "b'x' == region": "expression-refused",
    "1j > 0": "expression-refused",
    "... == 1": "expression-refused",
    "annual_revenue @ annual_revenue": "expression-refused",
    "annual_revenue << 1000000": "expression-refused",
    "9 ** 9 ** 9 ** 9": "literal-wanted",
    "2 ** 1000000": "power-too-large",
    "annual_revenue ** annual_revenue": "literal-wanted",
    "1e400": "number-too-large",
    "'a' * 1000000000": "wrong-kind",
    "'" + "a" * 3_000 + "'": "expression-too-long",
    "(" * 5_000 + "1" + ")" * 5_000: "expression-too-long",
    "(" * 900 + "1" + ")" * 900: "expression-too-deep",
    "-" * 1_900 + "1": "expression-too-deep",
    "not " * 400 + "listed": "expression-too-deep",
    "1+" * 900 + "1": "expression-too-deep",
    "annual_revenue" + ".a" * 900: "expression-refused",
    "1 if listed else " * 110 + "1": "expression-too-deep",
    "abs(" * 190 + "1" + ")" * 190: "expression-too-deep",
    "listed and " * 170 + "listed": "",
    "matches(region, '(a+)+$')": "",
    "matches(region, '(?=a)')": "pattern-refused",
    "matches(region, '(?<!a)b')": "pattern-refused",
    "matches(region, '(a)\\\\1')": "pattern-refused",
    "matches(region, '(?P<x>a)(?P=x)')": "pattern-refused",
    "matches(region, 'a{1,100000}')": "pattern-refused",
    "matches(region, '" + "(" * 90 + "a" + ")" * 90 + "')": "",
    "matches(region, '" + "a" * 300 + "')": "pattern-refused",
    "matches(region, region)": "literal-wanted",
    "matches(region, '[')": "pattern-refused",
    "region == 'a' 'b'": "expression-refused",
    "annual_revenue # > 5": "expression-refused",
    "annual_revenue\x00": "control-character",
    "region == '\ud800'": "control-character",
    "annual_revenue;annual_revenue": "expression-syntax",
    "annual_revenue\\\n + 1": "expression-syntax",
    "annual_revenue >\u00a05": "wide-punctuation",
    "annual_revenue > ５": "wide-punctuation",
    "年收入 > 5": "unknown-name",
    "\u202eannual_revenue > 5": "expression-syntax",
    "None": "expression-word",
    "": "expression-empty",
    "\n\n": "expression-empty",
    "`region`": "expression-syntax",
    "$region": "expression-syntax",
}  # fmt: skip


@pytest.mark.parametrize("text", sorted(HOSTILE_EXPRESSIONS), ids=lambda text: repr(text)[:40])
def test_a_hostile_expression_is_a_problem_with_a_place(text: str) -> None:
    from rulescore.lang.check import EventTable, Scope, check_text

    orders = EventTable({"amount": "number", "order_date": "date"}, {}, "order_date")
    scope = Scope(
        {"annual_revenue": "number", "region": "text", "listed": "bool", "as_of": "date"},
        {},
        {"orders": orders},
    )
    codes: list[str] = []

    def report(code: str, offset: int, length: int, **facts: object) -> None:
        codes.append(code)
        assert 0 <= offset <= len(text)
        assert length >= 1

    started = time.process_time()
    typed = check_text(text, scope, None, report)
    assert time.process_time() - started < 1.0
    code = HOSTILE_EXPRESSIONS[text]
    assert {code} - {""} == set(codes)
    assert (typed is not None) == (code == "")
