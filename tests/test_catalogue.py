# SPDX-License-Identifier: Apache-2.0
"""The catalogue's count of answered items does not fall, and nothing is ticked without the thing existing."""

from __future__ import annotations

import re
from pathlib import Path

import catalogue
import pytest
import rulescore
from rulescore import cli, lint
from rulescore.messages import catalogue as messages
from rulescore.packs.loading import load, load_or_raise
from rulescore.schema import build

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 381
"""Items answered so far; raise it with every pack and report that answers more."""


def test_the_catalogue_is_whole() -> None:
    found = catalogue.items()
    assert len(found) == len({item.id for item in found}) == 381
    assert {way for item in found for way in item.ways} == set(catalogue.WAYS)
    assert {item.same_as for item in found} - {""} <= {item.id for item in found}
    assert all(item.title[language].strip(" /") for item in found for language in ("zh", "en"))


def test_no_fewer_items_are_answered_than_before() -> None:
    assert len(catalogue.answered()) >= FLOOR


def test_citations_are_found_where_they_stand() -> None:
    """Guards the counting itself: one citation of each place, looked up by hand."""
    found = catalogue.citations()
    assert "general/basic_info: legal-identity" in found["biotech:1.1a"]
    assert "general/quality: gross_margin" in found["ventilation:8.2"]
    assert "general/pack: dishonest-debtor-veto" in found["biotech:4.2a"]
    assert "general/pack: strategic" in found["screening:8.1"]


POINTERS = catalogue.pointers()


@pytest.mark.parametrize(("item", "kind", "pointer"), POINTERS, ids=[" ".join(row) for row in POINTERS])
def test_what_a_pointer_points_to_exists(item: str, kind: str, pointer: str) -> None:
    assert item in {found.id for found in catalogue.items()}
    if kind == "command":
        name, *options = pointer.split()
        command = cli.group.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert set(options) <= {option for parameter in command.params for option in parameter.opts}
    elif kind in ("manual", "inputs"):
        page = ROOT / "rulesets" / ("README.md" if kind == "manual" else "inputs.md")
        headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert pointer in slugs
    elif kind == "key":
        file, *path = pointer.split(".")
        schema = build()[file]
        for part in path:
            schema = schema["properties"][part]
    elif kind == "report":
        node = build()["report"]
        for part in pointer.split("."):
            node = next((one for one in node.get("oneOf", ()) if one["type"] == "object"), node)
            node = node["properties"][part]
    elif kind == "python":
        assert callable(getattr(rulescore, pointer))
    elif kind == "problem":
        assert pointer in messages("en")["problems"]
    else:
        assert kind == "field"
        assert pointer in load_or_raise("general")[0].fields


def test_a_pack_that_cites_an_item_that_is_not_there_is_told(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    words = "{zh: 甲, en: A}"
    (own / "pack.yaml").write_text(
        f"id: own\nversion: 1.0.0\ntitle: {words}\nextends: general\n", encoding="utf-8"
    )
    rule = f"- {{id: tried, title: {words}, why: {words}, when: need_fit > 3, points: 1, source: [%s]}}"
    for source, codes in [
        ("biotech:2.1a", []),
        ("biotech:2.1z", ["unknown-catalogue-id"]),
        ("'screening:8.11'", ["unknown-catalogue-id"]),
        ("'ours:2.1z'", []),
        ("'GB/T 4754: 2017'", []),
        ("'biotech: a study of 2024'", []),
    ]:
        (own / "needs.yaml").write_text(f"dimension: needs\nrules:\n  {rule % source}\n", encoding="utf-8")
        loaded, problems = load(own)
        assert loaded is not None, list(problems)
        assert [problem.code for problem in lint.run(loaded)] == codes, source
