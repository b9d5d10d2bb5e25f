# SPDX-License-Identifier: Apache-2.0
"""The catalogue of what an assessment should answer, against what exists: `python tests/catalogue.py` prints what is open.

An item is answered when something that exists says so: a `source` in the YAML of a shipped pack (tests apart), a pointer in
`rulesets/answers.csv` to a command, a page or a field, or the item that it repeats. The rest is open, by what could answer it.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
RULESETS = ROOT / "rulesets"

WAYS = ("rule", "portfolio", "question", "survey", "report", "process")
"""What may answer an item, as `answered_by` of the catalogue names it."""

NOT_ANSWERS = ("tests",)
"""Files of a pack whose text answers nothing."""

WORDS = {
    "en": {
        "head": ("from", "items", "answered", *(f"open: {way}" for way in ("rule", "portfolio", "company question", "survey", "report", "process"))),
        "biotech": "biotech", "ventilation": "ventilation equipment", "automation": "automation integration",
        "wedding": "wedding photography", "screening": "screening customers", "all": "all",
    },
    "zh": {
        "head": ("来自", "条目", "已有答案", *(f"待办：{way}" for way in ("规则", "组合指标", "企业问卷", "调查", "报告", "流程"))),
        "biotech": "生物技术", "ventilation": "通风设备", "automation": "自动化集成", "wedding": "婚纱摄影", "screening": "客户筛选", "all": "合计",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its place in the catalogue, what may answer it, and the item that it repeats, if any."""

    id: str
    title: dict[str, str]
    ways: tuple[str, ...]
    same_as: str

    @property
    def origin(self) -> str:
        return self.id.split(":")[0]


def items() -> list[Item]:
    """The catalogue, in its order."""
    with (RULESETS / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return [
            Item(
                row["id"],
                {lang: f"{row[f'section_{lang}']} / {row[lang]}" for lang in ("zh", "en")},
                tuple(row["answered_by"].split()),
                row["same_as"],
            )
            for row in csv.DictReader(file)
        ]


def pointers() -> list[tuple[str, str, str]]:
    """(id, kind, pointer) of answers.csv."""
    with (RULESETS / "answers.csv").open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["kind"], row["pointer"]) for row in csv.DictReader(file)]


def citations() -> dict[str, list[str]]:
    """Id -> what cites it in the shipped packs, as `pack/file: name`."""
    known = {item.id for item in items()}
    found: dict[str, list[str]] = {}
    for path in sorted(RULESETS.glob("*/*.yaml")):
        if (path.parent / "pack.yaml").is_file() and path.stem not in NOT_ANSWERS:
            for name, source in _sources(yaml.safe_load(path.read_text(encoding="utf-8")), path.stem):
                if source in known:
                    found.setdefault(source, []).append(f"{path.parent.name}/{path.stem}: {name}")
    return found


def _sources(data: Any, name: str) -> Iterator[tuple[str, str]]:
    """(name of the part, source) for every source below."""
    if isinstance(data, dict):
        own = str(data.get("id", name))
        for key, value in data.items():
            if key in ("source", "dimension_source"):
                yield from ((own, str(one)) for one in (value if isinstance(value, list) else [value]))
            else:
                yield from _sources(value, own if isinstance(value, list) else str(key))
    elif isinstance(data, list):
        for value in data:
            yield from _sources(value, name)


def answered() -> dict[str, list[str]]:
    """Id -> everything that answers it."""
    found = citations()
    for name, kind, pointer in pointers():
        found.setdefault(name, []).append(f"{kind}: {pointer}")
    for item in items():
        if item.same_as in found and item.id not in found:
            found[item.id] = [f"same as {item.same_as}"]
    return found


def waiting_for(item: Item) -> str:
    """What an open item waits for: the first way beside a rule, else a rule."""
    return next((way for way in item.ways if way != "rule"), item.ways[0])


def coverage_table(language: str) -> str:
    """The count by origin, and what the open items wait for."""
    words, found = WORDS[language], answered()
    head = words["head"]
    lines = ["", "| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    origins = list(dict.fromkeys(item.origin for item in items()))
    for origin in [*origins, "all"]:
        chosen = [item for item in items() if origin in ("all", item.origin)]
        opened = Counter(waiting_for(item) for item in chosen if item.id not in found)
        count = sum(item.id in found for item in chosen)
        cells = [len(chosen), count, *(opened[way] for way in WAYS)]
        lines.append(f"| {words[origin]} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Prints the count and every open item with what it waits for."""
    language = "zh" if "--lang=zh" in sys.argv else "en"
    found = answered()
    for item in items():
        if item.id not in found:
            print(f"open   {item.id:18} {waiting_for(item):10} {item.title[language]}")
        elif "--all" in sys.argv:
            print(f"       {item.id:18} {'; '.join(found[item.id])}")
    print(f"{sum(item.id in found for item in items())} of {len(items())} items are answered")


if __name__ == "__main__":
    main()
