# SPDX-License-Identifier: Apache-2.0
"""Changes every number of every rule, gate, tier, index, finding, early warning and feature of a pack and every weight of a dimension, one at a time, and lists the changes that the
pack's own tests don't notice: `make mutations`, or `python tests/mutations.py general automation/portfolio`.

An index also loses each of its dimensions. Points, weights and limits change by one, cuts and numbers in conditions by a little. A change that survives is a number nobody
would miss: a test is lacking, or the number does nothing. Not part of `make test`, since it takes minutes.
"""

from __future__ import annotations

import copy
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rulescore.bundled import folder, pack_ids
from rulescore.model import Pack
from rulescore.packs.loading import load
from rulescore.packs.packfiles import NO_RULES
from rulescore.plan import make_plan
from rulescore.problems import Problems, RulesetError
from rulescore.testing import PackTest, read_suite
from rulescore.testing.comparison import judge
from rulescore.testing.evaluation import Evaluated, by_row
from rulescore.testing.want import Expectation

TEXTS = {"title", "why", "source", "id", "fairness", "reason", "actions", "unit"}
SECTIONS = {
    "rules": "rule",
    "gates": "gates",
    "tiers": "tier",
    "findings": "feature",
    "early_warnings": "feature",
    "features": "feature",
    "indices": "index",
    "dimensions": "composite",
}
"""The parts of a file whose numbers are changed, and what tests expect of each."""
EXPRESSIONS = {"when", "formula", "applies", "points", "else", "of", "is", "amount"}
BOUNDS = ("from", "below", "above", "up_to")
NUMBER = re.compile(r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w\"])")
ROUNDED = re.compile(r", \d\)")
"""The digits of a rounded share are finer than what a test compares."""
UNNOTICED = {
    # of whole thousands, those above 0 are those above 1
    ("general", "round_orders", ("is",)),
    ("general", "round_amount", ("is",)),
    # a checklist whose items add up to 100 never meets its maximum of 100
    ("general", "completeness", ("max",)),
    # no contact and one contact are both fewer than three
    ("general", "relationship-holder", ("cases", 2, "when")),
}
"""Numbers that make no difference, so that no test could notice a change."""

Path_ = tuple[str | int, ...]


def changes(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, tuple[Any, ...]]]:
    """(where, what stands there then) of each changed number below a node; of several values one must be noticed, since a
    hundredth more than nothing is much for a share, but nothing for a count."""
    if isinstance(node, list) and path == ("dimensions",):
        yield from ((path, ([one for one in node if one != less],)) for less in node)
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key not in TEXTS:
            yield from changes(value, (*path, key))
    if isinstance(node, str) and path[-1] in EXPRESSIONS:
        for found in NUMBER.finditer(node):
            if ROUNDED.match(node, found.start() - 2):
                continue
            number = changed(float(found.group()), "." in found.group())
            yield path, (f"{node[: found.start()]}{number:g}{node[found.end() :]}",)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        points = path[-1] in ("points", "else", "weight") or path[0] in (
            "lookup",
            "on_missing",
            "cap",
            "floor",
            "dimensions",
        )
        points = points or (path[0] == "scale" and path[-1] == 1)
        if points:
            yield path, (node - 1 if node >= 100 else node + 1,)
        else:
            yield path, (changed(node, isinstance(node, float)), *([0.01] if not node else []))


def changed(number: float, fine: bool) -> float:
    return round(number * 1.02 + 0.01, 6) if fine else number + 1


def put(rule: Any, path: Path_, value: Any) -> None:
    """Sets the value; the bound of a band also in the band that meets it there."""
    place = rule
    for key in path[:-1]:
        place = place[key]
    before, place[path[-1]] = place[path[-1]], value
    if path[-1] in BOUNDS:
        for band in (band for band in rule["bands"] if band is not place):
            band.update({key: value for key in BOUNDS if key in band and band[key] == before})


def noticed(pack: Pack, tests: list[PackTest]) -> bool:
    for as_of in dict.fromkeys(test.as_of for test in tests):
        group = [test for test in tests if test.as_of == as_of]
        plan = make_plan(pack, as_of, every_feature=True)
        for test, result in zip(group, by_row(plan, group), strict=True):
            if not judge(Evaluated(test, plan, result, ())).passed:
                return True
    return False


def survivors(where: Path, name: str) -> Iterator[str]:
    """The changes to one pack that its tests let pass; `where` holds a copy of the rulesets that may be changed."""
    home = where / name
    pack, problems = load(home)
    if pack is None:
        raise RulesetError(problems)
    tests = list(read_suite(pack, home, Problems()).tests)
    for file in sorted(
        path for path in home.glob("*.yaml") if path.stem not in (*NO_RULES, "tables", "surveys")
    ):
        text = file.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=yaml.CSafeLoader)
        for section, key, one in parts(data):
            own = [test for test in tests if any(speaks_of(want, section, one) for want in test.expectations)]
            for path, values in changes(one):
                if (name, one["id"], path) in UNNOTICED:
                    continue
                mutants = []
                for value in values:
                    other = copy.deepcopy(data)
                    put(other[section] if section == "dimensions" else other[section][key], path, value)
                    file.write_text(yaml.dump(other, allow_unicode=True, sort_keys=False), encoding="utf-8")
                    mutants.append(load(home)[0])
                if all(
                    mutant and not noticed(mutant, own) and not noticed(mutant, tests) for mutant in mutants
                ):
                    yield f"{name} {section} {one['id']} {'.'.join(map(str, path))} -> {values[0]}"
        file.write_text(text, encoding="utf-8")


def parts(data: Any) -> Iterator[tuple[str, Any, Any]]:
    """(section, index or id, part) of everything in a file whose numbers are changed."""
    for section in SECTIONS:
        found = data.get(section) or ()
        for key, one in found.items() if isinstance(found, dict) else enumerate(found):
            if section == "dimensions":
                yield section, key, {"id": key, key: one}
            elif isinstance(one, dict):
                yield section, key, {"id": key, **one}


def speaks_of(want: Expectation, section: str, one: Any) -> bool:
    """Whether an expectation is of this part; those of gates and tiers name none."""
    about = SECTIONS[section]
    return want.about == about and (about in ("gates", "tier", "composite") or want.name == one["id"])


def main(names: list[str]) -> int:
    count = 0
    with tempfile.TemporaryDirectory() as temporary:
        where = Path(temporary) / "rulesets"
        shutil.copytree(folder("rulesets"), where)
        every = [name for pack in pack_ids() for name in (pack, f"{pack}/portfolio")]
        for name in names or [name for name in every if (where / name).is_dir()]:
            for survivor in survivors(where, name):
                print(survivor, flush=True)
                count += 1
            print(f"{name}: done", flush=True)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
