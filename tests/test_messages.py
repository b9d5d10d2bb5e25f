# SPDX-License-Identifier: Apache-2.0
"""The catalogues say the same in both languages, know every code that the engine raises, and ask only for facts that
are given; and problems are rendered as a person reads them."""

from __future__ import annotations

import ast
import functools
import re
import string
import typing
from pathlib import Path

import pytest
import rulescore
import yaml
from rulescore import schema
from rulescore.lang.syntax import Kind
from rulescore.messages import LANGUAGES, catalogue, lines, pages, word
from rulescore.messages.render import render, render_all
from rulescore.problems import SHOWN_AT_MOST, Cell, Problem, Problems, Severity, Span
from rulescore.source import read_yaml
from wcwidth import wcswidth

ENGINE = Path(rulescore.__file__).parent
MESSAGES = ENGINE / "messages"
RAISING = {"error", "warning", "note", "fail", "report", "refuse", "Problem"}
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+\Z")
CODES = sorted(catalogue("en")["problems"])


@functools.cache
def raised() -> list[tuple[str, str, set[str] | None]]:
    """(code, place in the source, names of the facts given there or None when they can't be told) of each problem raised."""
    found: list[tuple[str, str, set[str] | None]] = []
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in RAISING:
                continue
            given = {keyword.arg for keyword in node.keywords}
            facts = None if None in given or name == "Problem" else {key for key in given if key}
            for argument in node.args[:2]:
                for part in (
                    [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                ):
                    if (
                        isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and CODE.match(part.value)
                    ):
                        found.append((part.value, f"{path.relative_to(ENGINE)}:{node.lineno}", facts))
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def topics() -> set[str]:
    return {path.name.split(".")[0] for path in MESSAGES.glob("*.*.yaml")}


@pytest.mark.parametrize("topic", sorted(topics()))
def test_both_languages_have_the_same_entries_and_placeholders(topic: str) -> None:
    zh, en = (
        yaml.safe_load((MESSAGES / f"{topic}.{language}.yaml").read_text(encoding="utf-8"))
        for language in ("zh", "en")
    )
    assert zh.keys() == en.keys()
    assert (zh.get("problems") or {}).keys() == (en.get("problems") or {}).keys()
    assert (zh.get("words") or {}).keys() == (en.get("words") or {}).keys()
    for code, entry in (zh.get("problems") or {}).items():
        other = en["problems"][code]
        assert (code, entry.keys()) == (code, other.keys())
        for part in entry:
            assert (code, part, placeholders(entry[part])) == (code, part, placeholders(other[part]))
    for key, text in (zh.get("words") or {}).items():
        assert (key, placeholders(str(text))) == (key, placeholders(str(en["words"][key])))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_stands_twice(language: str) -> None:
    """Guards words that silently take the place of others, in one file or in two."""
    problems = Problems()
    for path in sorted(MESSAGES.glob(f"*.{language}.yaml")):
        read_yaml(path, problems, path.name)
    assert [str(problem) for problem in problems] == []
    for part in ("problems", "words"):
        seen: dict[str, str] = {}
        for path in sorted(MESSAGES.glob(f"*.{language}.yaml")):
            for key in yaml.safe_load(path.read_text(encoding="utf-8")).get(part) or {}:
                assert key not in seen, f"{key} is in {seen[key]} and {path.name}"
                seen[key] = path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_glance_knows_every_entry(language: str) -> None:
    """Guards the keys that are known without reading a file as YAML: those of a reader of YAML, each with its entry."""
    read: dict[str, dict[str, object]] = {"problems": {}, "words": {}}
    for path in sorted(MESSAGES.glob(f"*.{language}.yaml")):
        for part, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            read[part].update(entries)
    assert {part: dict(entries) for part, entries in catalogue(language).items()} == read


@pytest.mark.parametrize("code", sorted({code for code, _, _ in raised()}))
def test_every_code_raised_has_words_and_its_facts(code: str) -> None:
    entry = catalogue("en")["problems"].get(code)
    assert entry is not None, f"{code} is in no catalogue"
    assert {"title", "text"} <= entry.keys() <= {"title", "text", "hint", "close"}
    wanted = placeholders(entry["text"]) | placeholders(entry.get("hint", ""))
    for other, place, facts in raised():
        if other == code and facts is not None:
            assert wanted <= facts, f"{place} does not give {sorted(wanted - facts)}"


@pytest.mark.parametrize("code", CODES)
def test_codes_are_kebab_case_and_texts_are_sentences(code: str) -> None:
    assert CODE.match(code)
    for language in LANGUAGES:
        entry = catalogue(language)["problems"][code]
        for part in ("title", "text", "hint", "close"):
            assert "\n" not in entry.get(part, "")
            assert entry.get(part, "x").strip() == entry.get(part, "x") != ""


def test_pages_are_of_known_codes() -> None:
    assert set(pages()) <= set(CODES)
    assert all(page.keys() == {"file", "bad", "good"} for page in pages().values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_severities_and_forms_have_words(language: str) -> None:
    kinds = {
        *typing.get_args(Kind),
        *schema.FORMS.values(),
        "object",
        "array",
        "string",
        "integer",
        "boolean",
        "null",
    }
    for kind in kinds:
        assert word(f"kind.{kind}", language)
    for severity in typing.get_args(Severity):
        assert word(f"severity.{severity}", language)


# ---- what a person reads -----------------------------------------------------------------------------------------

SOURCE = [
    "id: demo",
    "title: {zh: 客户质量, en: Quality, note: x}",
    "\tkey:\tvalue",
    "x" * 400 + " wrong " + "y" * 400,
    "",
]


def shown(problem: Problem, language: str = "en") -> list[str]:
    return render(problem, language, lambda file: SOURCE if file == "demo.yaml" else None).split("\n")


def at(line: int, column: int, length: int = 1, **facts: str) -> Problem:
    return Problem(
        "unknown-key",
        "error",
        Span("demo.yaml", line, column, length),
        {"key": "note", "known": ["zh", "en"], **facts},
    )


def test_a_problem_is_place_text_code_source_caret_and_hint() -> None:
    assert shown(at(2, 32, 4)) == [
        'demo.yaml:2:32: error: There is no key "note" here. [unknown-key]',
        "  title: {zh: 客户质量, en: Quality, note: x}",
        "                                     ^^^^",
        "  hint: Keys there are: zh, en",
    ]


def test_the_same_in_chinese() -> None:
    assert shown(at(2, 32, 4), "zh")[0] == "demo.yaml:2:32: 错误: 此处没有名为“note”的键。 [unknown-key]"
    assert shown(at(2, 32, 4), "zh")[3] == "  改法: 可用的键：zh、en"


def test_the_caret_counts_two_columns_for_a_chinese_character() -> None:
    _, line, caret, _ = shown(at(2, 13, 4))
    assert caret.strip() == "^" * 8
    assert wcswidth(line[: line.index("客户质量")]) == len(caret) - 8


def test_tabs_are_shown_as_blanks_and_the_caret_stands_below() -> None:
    assert shown(at(3, 7, 5))[1:3] == ["      key:    value", "              ^^^^^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    _, line, caret, _ = shown(at(4, 402, 5))
    assert wcswidth(line) < 170
    assert line[len(caret) - 5 : len(caret)] == "wrong"


def test_places_outside_the_text_show_no_more_than_there_is() -> None:
    assert shown(at(5, 1))[1:3] == ["", "  ^"]
    assert len(shown(at(99, 1))) == 2
    assert len(render(at(1, 1), "en").split("\n")) == 2


def test_a_caret_never_goes_beyond_its_line() -> None:
    assert shown(at(1, 5, 500))[2] == "      ^^^^"
    assert shown(at(1, 500, 5))[2] == "          ^"


def test_characters_that_act_on_a_terminal_are_not_passed_on() -> None:
    text = "\n".join(shown(at(1, 1, key="\x1b[31m\u202ered\nnext")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("\n") == 3


def test_a_close_match_replaces_the_hint() -> None:
    problem = Problem("unknown-key", "error", None, {"key": "x", "known": ["y"], "close": ["weight", "why"]})
    assert lines(problem, "en")[1] == "Did you mean weight, why?"
    assert lines(problem, "zh")[1] == "您是不是想写 weight、why？"


def test_kinds_are_words_and_the_authors_own_words_stay() -> None:
    assert lines(Problem("wrong-type", "error", None, {"read": "number", "want": ["string", "array"]}), "zh")[
        0
    ] == ("读到“number”，应当是文字或列表。")
    assert (
        lines(Problem("unknown-name", "error", None, {"name": "date"}), "zh")[0]
        == "此处没有名为“date”的字段、指标或参数。"
    )


def test_a_cell_is_a_place_without_source_line() -> None:
    problem = Problem(
        "unreadable-number", "warning", Cell("客户.xlsx", "客户", 7, "年收入"), {"read": "很多"}
    )
    assert render(problem, "en").split("\n")[0].startswith("客户.xlsx!客户:7[年收入]: warning: ")


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert render(Problem("never-heard-of", "note"), "en") == "note: never-heard-of [never-heard-of]"


def test_problems_are_sorted_and_cut_at_a_hundred() -> None:
    problems = Problems()
    for number in range(SHOWN_AT_MOST + 30, 0, -1):
        problems.error("missing-key", Span("demo.yaml", number, 1), key="id")
    text = render_all(problems, "en").split("\n")
    assert text[0].startswith("demo.yaml:1:1: ")
    assert text[-1] == "30 more problems are not listed, 130 in all."
    assert render_all(problems, "zh").endswith("另有 30 个问题未列出，共 130 个。")
    assert len(text) == 2 * SHOWN_AT_MOST + 1


def test_nothing_is_nothing() -> None:
    assert render_all([], "en") == ""
