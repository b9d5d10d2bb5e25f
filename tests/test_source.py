# SPDX-License-Identifier: Apache-2.0
"""YAML text becomes plain data by the rules of YAML 1.2, and every key and value knows where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulescore.problems import Problems, Span
from rulescore.source import Document, parse_yaml, read_yaml


def parsed(text: str) -> Document:
    problems = Problems()
    document = parse_yaml(text, "a.yaml", problems)
    assert [problem.code for problem in problems] == []
    return document


def codes(text: str) -> list[str]:
    problems = Problems()
    parse_yaml(text, "a.yaml", problems)
    return [problem.code for problem in problems]


SCALARS: dict[str, Any] = {
    "true": True, "False": False, "null": None, "~": None, "": None,
    "NO": "NO", "on": "on", "y": "y", "12:30": "12:30", "010": 10, "1_000": "1_000", "1.10": 1.1, "0x1F": "0x1F", "0o17": "0o17",
    "1e3": 1000.0, "-5": -5, "+5": 5, ".5": 0.5, "5.": 5.0, ".inf": ".inf", ".nan": ".nan", "2026-06-30": "2026-06-30", "=": "=",
    "'5'": "5", '"true"': "true", "'it''s'": "it's", '"a\\nb"': "a\nb", "客户": "客户", "12345678901234567890": 12345678901234567890.0,
    "1.2.3": "1.2.3", "a # comment": "a", "'a # b'": "a # b", "a#b": "a#b",
}  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_follow_yaml_12(text: str) -> None:
    problems = Problems()
    value = parse_yaml(f"key: {text}\n", "a.yaml", problems).data["key"]
    assert (type(SCALARS[text]), SCALARS[text]) == (type(value), value)
    assert not problems.has_errors


def test_words_that_other_yaml_reads_as_booleans_are_pointed_at() -> None:
    assert codes("a: yes\nb: No\nc: on\nd: n\n") == ["yaml-word-boolean"] * 4
    assert codes("a: 'yes'\nyes: 1\n") == []


def test_places_of_keys_and_values() -> None:
    document = parsed("客户:\n  - id: a\n    title: {zh: 质量, en: Quality}\n")
    assert Span("a.yaml", 1, 1, 2) == document.key("客户")
    assert Span("a.yaml", 2, 5, 2) == document.key("客户", 0, "id")
    assert Span("a.yaml", 2, 9, 1) == document.at("客户", 0, "id")
    assert Span("a.yaml", 3, 21, 2) == document.key("客户", 0, "title", "en")
    assert Span("a.yaml", 3, 25, 7) == document.at("客户", 0, "title", "en")


def test_a_place_that_is_not_there_is_its_nearest_ancestor() -> None:
    document = parsed("a:\n  b: 1\n")
    assert document.at("a", "b") == document.at("a", "b", "c", 0)
    assert Span("a.yaml", 1, 1) == Document("a.yaml", "").at("a")


INSIDE = {
    "plain": ("when: region == north\n", 10, "north"),
    "single quotes": ("when: 'region == \"north\"'\n", 11, "north"),
    "doubled quotes": ("when: 'a == \"it''s\" and north'\n", 16, "north"),
    "double quotes": ('when: "region == \\"x\\" and north"\n', 18, "north"),
    "flow": ("{when: region == north, b: 1}\n", 10, "north"),
    "folded": ("when: >-\n  region ==\n  north\n", 10, "north"),
    "literal": ("when: |\n  region ==\n  north\n", 10, "north"),
    "second of its kind": ("when: north == north\n", 9, "north"),
    "after Chinese": ("when: 地区 == north\n", 6, "north"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_places_inside_a_text(name: str) -> None:
    text, offset, token = INSIDE[name]
    document = parsed(text)
    assert token == document.data["when"][offset : offset + len(token)]
    span = document.inside(("when",), offset, len(token))
    assert token == text.split("\n")[span.line - 1][span.column - 1 :][: span.length]
    if name == "second of its kind":
        assert span.column == 16


def test_line_ends_and_byte_order_mark_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: 2\r\n")
    document = read_yaml(path, Problems(), "a.yaml")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert Span("a.yaml", 3, 6, 1) == document.at("b", "c")


def test_unicode_line_separators_do_not_shift_lines() -> None:
    document = parsed("a: x\u2028y\nb: 1\nc: x\x85y\nd: 2\re: 3\n")
    assert document.at("b").line == 2
    assert document.at("d").line == 4
    assert document.at("e").line == 5


def test_anchors_and_merge_keys_are_expanded() -> None:
    document = parsed("base: &base {weight: 1, title: a}\nrule:\n  <<: *base\n  title: b\nother: *base\n")
    assert document.data["rule"] == {"weight": 1, "title": "b"}
    assert document.data["other"] == {"weight": 1, "title": "a"}


def test_duplicate_keys_are_told_with_the_first_line() -> None:
    problems = Problems()
    document = parse_yaml("a: 1\nb: 2\na: 3\n", "a.yaml", problems)
    (problem,) = problems
    assert (problem.code, dict(problem.facts)) == ("duplicate-key", {"key": "a", "first": 1})
    assert document.data == {"a": 1, "b": 2}


def test_a_comma_that_cuts_a_text_is_seen() -> None:
    assert codes("title: {zh: 订单, en: Orders, all}\n") == ["unquoted-comma"]
    assert codes("- {when: min(a, b) > 3, points: 5}\n") == ["unquoted-comma"]
    assert codes("title: {zh: '甲, 乙', en: , note: }\n") == []
    assert codes("list: [a, b]\nempty:\n") == []


SLIPS = {
    "a: 1\n\tb: 2\n": "yaml-tab",
    "a:\n  b: 1\n   c: 2\n": "yaml-indent",
    "a: 1\n b: 2\n": "yaml-indent",
    "- a: 1\n   b: 2\n": "yaml-indent",
    'a: "b" c\n': "yaml-quoting",
    "a: 'b' c\n": "yaml-quoting",
    "a: b: c\n": "yaml-quoting",
    "a: {b} c\n": "yaml-quoting",
    "a: @b\n": "yaml-quoting",
    "a: `b`\n": "yaml-quoting",
    "a: > 3\n": "yaml-quoting",
    "a: %b\n": "yaml-quoting",
    "a b\nc: d\n": "yaml-colon",
    "a: 1\nb\nc: 2\n": "yaml-colon",
    "a: {b: c\nd: 1\n": "yaml-bracket",
    "a: [b, c\n": "yaml-bracket",
    "a: {b: x in [1, 2]}\n": "yaml-bracket",
    "a: ]\n": "yaml-syntax",
    "a: 'b\nc: 1\n": "yaml-unclosed-quote",
    "a：1\nb: 2\n": "wide-punctuation",
    "- a：1\n  b: 2\n": "wide-punctuation",
    "a: {b：1, c: 2}\n": "unquoted-comma",
    "a: ｛b: 1｝\n": "wide-punctuation",
    "a: {b: 甲， c: 乙}\n": "wide-punctuation",
}


@pytest.mark.parametrize("text", SLIPS)
def test_what_the_author_slipped_on_is_named(text: str) -> None:
    assert [SLIPS[text]] == codes(text)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text("ab客户'\"#:{}[],&*!|>%@- ", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab客-", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text("xyz客", min_size=1, max_size=4), plain, min_size=1, max_size=4))
def test_what_yaml_writes_is_read_back_with_places_in_the_text(data: dict[str, Any]) -> None:
    import yaml

    text = yaml.safe_dump(data, allow_unicode=True)
    document = parse_yaml(text, "a.yaml", Problems())
    assert data == document.data
    lines = text.split("\n")
    for path in document.keys:
        span = document.key(*path)
        found = lines[span.line - 1][span.column - 1 :]
        assert str(path[-1]) in found[: span.length + 2]


@settings(max_examples=300, deadline=None)
@given(st.text("ab:：- \n\t'\"{}[],&*!|>%@#？<，。\u3000\u2028\x85\r1", max_size=60))
def test_any_text_is_data_or_problems_with_places(text: str) -> None:
    problems = Problems()
    document = parse_yaml(text, "a.yaml", problems)
    lines = document.text.split("\n")
    for problem in problems:
        assert isinstance(problem.place, Span)
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
