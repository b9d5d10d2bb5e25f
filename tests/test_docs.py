# SPDX-License-Identifier: Apache-2.0
"""The manuals keep their word: commands run, blocks load, figures are those of the sample, links lead somewhere.

A fenced block is told apart by the HTML comment above it:

    change: FILE            a diff that must fit FILE in exactly one place
    file: FILE              the whole content of a new file
    rule|feature|gate: FILE added to that file, under its key
    rule, feature, gate, parameter, tables, keys: rule, keys: pack, tests, assessment    parts of the page's example pack
    figures: CUSTOMER       rows `name`, before, after; compared with the runs made above it
    output: COMMAND         lines of what the command prints, `...` for those left out

`python tests/test_docs.py` writes the generated tables anew.
"""

from __future__ import annotations

import csv
import doctest
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from catalogue import coverage_table
from commands import called
from generated import dictionary_table, marks, regenerated
from rulescore import cli
from rulescore.assumptions import read_valuation
from rulescore.lang.functions import AGGREGATES, BASE, TOPICS
from rulescore.lang.syntax import number_text
from rulescore.messages import catalogue
from rulescore.overrides import read_overrides
from rulescore.packs.loading import load
from rulescore.problems import Problems
from rulescore.readers import read_assessment
from rulescore.source import parse_yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "engine" / "rulescore"
LANGUAGES = ("en", "zh")
FRONT = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
MANUAL = {"en": ROOT / "rulesets" / "README.md", "zh": ROOT / "rulesets" / "README.zh.md"}
INPUTS = {"en": ROOT / "rulesets" / "inputs.md", "zh": ROOT / "rulesets" / "inputs.zh.md"}
ENGINE = ROOT / "engine" / "README.md"
SKIPPED = {".venv", ".git", "build", "dist", "runs", "node_modules"}


def pages() -> list[Path]:
    """Every page of the repository."""
    found = [path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    )


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the mark above it (kind and what follows the colon), its text, its line."""

    language: str
    mark: str
    about: str
    text: str
    line: int


_MARK = re.compile(r"<!-- ([a-z]+)(?:: (.*?))? -->\s*$")


def blocks(page: Path) -> list[Block]:
    found: list[Block] = []
    mark, about = "", ""
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    for number, line in lines:
        if match := _MARK.match(line):
            mark, about = match.group(1), match.group(2) or ""
            if mark == "figures":
                found.append(Block("table", mark, about, "\n".join(_table(lines)), number))
                mark, about = "", ""
        elif line.startswith("```"):
            text: list[str] = []
            for _, inner in lines:
                if inner.startswith("```"):
                    break
                text.append(inner)
            found.append(Block(line[3:].strip(), mark, about, "\n".join(text) + "\n", number))
            mark, about = "", ""
        elif line.strip():
            mark, about = "", ""
    return found


def _table(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if not line.startswith("|"):
            return
        yield line


# ---- running what a page says -----------------------------------------------------------------------------


def command(line: str) -> tuple[int, str]:
    """(exit code, what it printed) of a `rulescore` command."""
    done = called(*shlex.split(line)[1:], lang=os.environ["RULESCORE_LANG"])
    return done.code, done.out + done.err


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds `rulesets/` and `samples/`, to work in."""
    shutil.copytree(ROOT / "rulesets", tmp_path / "rulesets")
    shutil.copytree(ROOT / "samples" / "general", tmp_path / "samples" / "general")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RULESCORE_LANG", "en")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def follow(page: Path, only_shown: bool = False) -> None:
    """Does what the page says, from top to bottom, in the current folder. `only_shown` leaves out Python and commands
    that make nothing and whose output is not shown."""
    printed: dict[str, str] = {}
    wanted = {block.about for block in blocks(page) if block.mark == "output"}
    for block in blocks(page):
        match block.language, block.mark:
            case "sh", _:
                for line in block.text.splitlines():
                    shown = line.split("  #")[0].strip()
                    if shown.startswith("cp -r "):
                        _, _, source, target = shlex.split(shown)
                        shutil.copytree(source, target)
                    elif shown.startswith("rulescore ") and not (
                        only_shown and shown not in wanted and "--out" not in shown
                    ):
                        code, printed[shown] = command(shown)
                        assert code == 0, f"{page.name}:{block.line}: {shown}\n{printed[shown]}"
            case "diff", "change":
                _change(Path(block.about), block.text)
            case _, "file":
                path = Path(block.about)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
            case "yaml", ("rule" | "feature" | "gate") if block.about:
                _insert(Path(block.about), block.mark + "s", block.text)
            case "table", "figures":
                _compare_figures(block)
            case _, "output":
                if block.about not in printed:
                    code, printed[block.about] = command(block.about)
                    assert code == 0, printed[block.about]
                _compare_output(block, printed[block.about], page)
            case "python", _ if not only_shown:
                _doctest(block, page)


def _change(path: Path, diff: str) -> None:
    old = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] in "- ")
    new = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] in "+ ")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} holds these lines {text.count(old)} times:\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def _insert(path: Path, key: str, added: str) -> None:
    """Under the top-level `key`: rules and gates at its end, features at its beginning."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"{key}:") + 1
    if key != "features":
        after = (index for index in range(start, len(lines)) if re.match(r"\S", lines[index]))
        start = next(after, len(lines))
    lines[start:start] = added.rstrip("\n").split("\n")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _scores(folder: str) -> dict[str, dict[str, str]]:
    with Path(folder, "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


def _compare_figures(block: Block) -> None:
    before, after = _scores("runs/before")[block.about], _scores("runs/after")[block.about]
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in block.text.splitlines()
    ][2:]
    assert rows
    for name, old, new in rows:
        key = name.split()[0].strip("`")
        assert (old, new) == (before[key], after[key]), f"{block.about} {key}: the page says {old} and {new}"


def _compare_output(block: Block, printed: str, page: Path) -> None:
    """Every line of the block stands in the output, in this order; `...` and `…` stand for what was left out."""
    lines = iter(printed.splitlines())
    for wanted in block.text.splitlines():
        if wanted.strip() in ("", "..."):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.rstrip().split("…")) + r"\s*$")
        assert any(pattern.match(line) for line in lines), (
            f"{page.name}:{block.line}: not (or not here) in the output: {wanted}\n{printed}"
        )


def _doctest(block: Block, page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, {}, page.name, str(page), block.line)
    assert test.examples, "a Python block shows what it does with >>>"
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=report.append)
    assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_can_be_followed(house: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """Guards the first five minutes: every command works, and prints what the page shows, in both languages."""
    monkeypatch.setenv("RULESCORE_LANG", language)
    follow(FRONT[language], only_shown=language == "zh")


def test_the_manual_can_be_followed(house: Path) -> None:
    """Guards the ten-minute path: what a reader does step by step works, and the scores are those on the page."""
    follow(MANUAL["en"])
    code, printed = command("rulescore check mine own")
    assert code == 0, printed
    code, printed = command("rulescore test mine")
    assert code == 1, "the page says that the copied tests now fail"


@pytest.mark.parametrize("page", [FRONT, MANUAL], ids=["front", "manual"])
def test_both_languages_say_the_same(page: dict[str, Path]) -> None:
    """Guards the Chinese manual, whose blocks need not be run because they are the same: commands, YAML, diffs, figures."""
    assert _script(page["en"]) == _script(page["zh"])


def _script(page: Path) -> list[tuple[str, ...]]:
    script: list[tuple[str, ...]] = []
    for block in blocks(page):
        if block.language in ("yaml", "diff", "python"):
            script.append((block.mark, block.about, block.text))
        elif block.language == "sh":
            lines = [line.split("  #")[0].strip() for line in block.text.splitlines()]
            script.append(("sh", *lines))
        elif block.mark == "figures":
            rows = [line.split("|")[2:] for line in block.text.splitlines()[2:]]
            script.append(("figures", block.about, *(cell.strip() for row in rows for cell in row)))
    return script


# ---- blocks of the reference ------------------------------------------------------------------------------

PARTS = {
    "rule",
    "feature",
    "gate",
    "parameter",
    "tables",
    "keys",
    "tests",
    "assessment",
    "valuation",
    "overrides",
    "file",
    "change",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_is_used_by_a_test(language: str) -> None:
    for block in blocks(MANUAL[language]):
        if block.language in ("yaml", "diff"):
            assert block.mark in PARTS, (
                f"{MANUAL[language].name}:{block.line}: a {block.language} block without a mark above it"
            )


def test_the_reference_makes_one_pack(tmp_path: Path) -> None:
    """Guards every example of the reference: together they are a pack that extends `general` and loads without a problem."""
    pack: dict[str, Any] = {
        "id": "example",
        "version": "1.0.0",
        "title": {"zh": "例", "en": "Example"},
        "extends": "general",
    }
    general = yaml.safe_load((ROOT / "rulesets/general/pack.yaml").read_text(encoding="utf-8"))
    weights = {**general["dimensions"], "parts": 5}
    dimension: dict[str, Any] = {"dimension": "parts", "features": {}, "rules": []}
    base_rule = {"id": "with-keys", "title": {"zh": "键", "en": "Keys"}, "formula": 50}
    folder = tmp_path / "example"
    folder.mkdir()
    for block in blocks(MANUAL["en"]):
        if block.language != "yaml" or (block.about and block.mark not in ("keys", "file")):
            continue
        reading = Problems()
        data = parse_yaml(block.text, f"{MANUAL['en'].name}:{block.line}", reading).data
        assert list(reading) == []
        match block.mark, block.about:
            case "rule", _:
                dimension["rules"] += data
            case "feature", _:
                dimension["features"] |= data
            case "gate", _:
                pack.setdefault("gates", []).extend(data)
            case "parameter", _:
                pack.setdefault("parameters", {}).update(data)
            case "keys", "pack":
                pack |= data
            case "keys", "rule":
                dimension["rules"].append({**base_rule, **data})
            case "tables", _:
                (folder / "tables.yaml").write_text(block.text, encoding="utf-8")
            case "file", about if about.startswith("example/"):
                (folder / Path(about).name).write_text(block.text, encoding="utf-8")
                weights[Path(about).stem] = 5
    pack["dimensions"] = weights
    for name, data in (("pack", pack), ("parts", dimension)):
        (folder / f"{name}.yaml").write_text(
            yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    loaded, problems = load(folder)
    assert [(problem.code, str(problem.place), dict(problem.facts)) for problem in problems] == []
    assert loaded is not None
    kinds = {rule.kind for rule in loaded.rules if rule.dimension == "parts"}
    assert kinds == {"when", "cases", "bands", "lookup", "scale", "formula", "checklist"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overrides_of_the_manual_are_read(language: str) -> None:
    """Guards the example of overrides: tier, field, value and signatures fit `general`."""
    (block,) = (block for block in blocks(MANUAL[language]) if block.mark == "overrides")
    problems = Problems()
    document = parse_yaml(block.text, "overrides.yaml", problems)
    general, _ = load("general")
    assert general is not None
    assert len(read_overrides(document, general, 20_634, problems)) == 2  # 2026-06-30
    assert list(problems) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_valuation_of_the_manual_is_read(language: str) -> None:
    """Guards the example of a valuation: names of methods, assumptions and figures."""
    text = "\n".join(block.text.rstrip() for block in blocks(MANUAL[language]) if block.mark == "valuation")
    problems = Problems()
    document = parse_yaml(f"{text}\n", "valuation.yaml", problems)
    portfolio = load("general")[0]
    assert portfolio is not None
    assert read_valuation(document, portfolio.portfolio, problems) is not None
    assert list(problems) == []


def test_the_assessment_of_the_manual_is_read(tmp_path: Path) -> None:
    (block,) = (block for block in blocks(MANUAL["en"]) if block.mark == "assessment")
    (tmp_path / "assessment.yaml").write_text(block.text, encoding="utf-8")
    problems = Problems()
    found = read_assessment(tmp_path, problems)
    assert list(problems) == []
    assert [use.id for use in found.tables] == ["customers", "orders"]


# ---- generated tables -------------------------------------------------------------------------------------

_HEAD = {
    "en": ("function", "gives", "example"),
    "zh": ("函数", "得出", "例"),
}
_GROUPS = {
    "en": {"numbers": "Numbers", "logic": "Missing values", "dates": "Dates", "text": "Text", "codes": "Registered codes", "lifetimes": "Lifetimes and purchases", "aggregates": "Events of a customer", "base": "The whole base"},
    "zh": {"numbers": "数值", "logic": "缺失", "dates": "日期", "text": "文本", "codes": "登记代码", "lifetimes": "留存与购买", "aggregates": "客户的事件", "base": "全部客户"},
}  # fmt: skip
_NOUNS = {
    "en": {"number": "number", "text": "text", "bool": "condition", "date": "date", "any": "value", "period": "period", "pattern": "pattern"},
    "zh": {"number": "数", "text": "文本", "bool": "条件", "date": "日期", "any": "值", "period": "时段", "pattern": "正则式"},
}  # fmt: skip
_LITERAL = {"en": "0 to 9", "zh": "0 至 9"}
_MISSING = {"en": "missing", "zh": "缺失"}
_TABLE_WORDS = {"en": ("table", "field", "bands"), "zh": ("表", "字段", "段数")}


def function_table(language: str) -> str:
    """The table of the language's functions, made from their declarations."""
    lines: list[str] = []
    groups: list[tuple[str, Any]] = [(topic.__name__.rsplit(".", 1)[-1], topic.FUNCTIONS) for topic in TOPICS]
    groups += [("aggregates", AGGREGATES.values()), ("base", BASE.values())]
    for name, functions in groups:
        lines += [
            "",
            f"**{_GROUPS[language][name]}**",
            "",
            "| {} | {} | {} |".format(*_HEAD[language]),
            "|---|---|---|",
        ]
        for function in functions:
            shown = "; ".join(
                f"`{_cell(text)}` → {_value(value, language)}" for text, value in function.examples[:2]
            )
            lines.append(f"| `{_signature(function, language)}` | {function.meaning[language]} | {shown} |")
    return "\n".join([*lines, ""])


def _signature(function: Any, language: str) -> str:
    table, field, bands = _TABLE_WORDS[language]
    if hasattr(function, "operand"):
        several = ", ".join([f"{table}.{field}"] * function.operands)
        inside = {"": table, "any?": f"{table}, {table}.{field}"}.get(function.operand, several)
        return f"{function.name}({inside})" if function.operand != "any?" else f"{function.name}({table})"
    if hasattr(function, "literals"):
        second = (
            f", {bands}" if function.literals else f", {_NOUNS[language]['text']}" if function.grouped else ""
        )
        return f"{function.name}({_NOUNS[language]['number']}{second})"
    words = []
    for parameter in function.parameters:
        if parameter == "...":
            words.append("...")
        elif parameter.startswith("literal"):
            words.append(f"[{_LITERAL[language]}]")
        else:
            words.append(_NOUNS[language][parameter])
    return f"{function.name}({', '.join(words)})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\u3000", "　")


def _value(value: object, language: str) -> str:
    if value is None:
        return _MISSING[language]
    if isinstance(value, bool):
        return f"`{value}`"
    return f'`"{value}"`' if isinstance(value, str) else number_text(float(str(value)))


MADE: dict[str, Callable[[str], str]] = {
    "functions": function_table,
    "dictionary": dictionary_table,
    "coverage": coverage_table,
}
"""The generated tables by the name in their marks; INPUTS and MANUAL hold one of each language."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_generated_tables_are_those_of_the_declarations(language: str) -> None:
    """Guards the manuals against what was added or changed elsewhere: `python tests/test_docs.py` writes the tables anew."""
    texts = [page[language].read_text(encoding="utf-8") for page in (MANUAL, INPUTS)]
    assert sorted(mark for text in texts for mark in marks(text)) == sorted((name, language) for name in MADE)
    for text in texts:
        assert regenerated(text, MADE) == text


# ---- links, commands, map, glossary -----------------------------------------------------------------------

_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


def _slug(heading: str) -> str:
    text = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    inside = False
    found: set[str] = set()
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside and line.startswith("#"):
            found.add(_slug(line.lstrip("#")))
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in _LINK.findall(text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.parametrize(
    "page", [*FRONT.values(), *MANUAL.values(), ENGINE], ids=lambda page: str(page.relative_to(ROOT))
)
def test_commands_in_the_text_exist(page: Path) -> None:
    """Guards commands that are only mentioned: the command and each of its options are there."""
    for line in re.findall(r"`(rulescore [^`\n]+)`", page.read_text(encoding="utf-8")):
        words = shlex.split(line)[1:]
        name = next((word for word in words if not word.startswith("-")), "")
        options = {word.split("=")[0] for word in words if word.startswith("-")}
        if name:
            found = cli.group.get_command(None, name)  # type: ignore[arg-type]
            assert found is not None, line
            known = {option for parameter in found.params for option in parameter.opts} | {"--help", "--lang"}
        else:
            known = {"--help", "--version", "--lang"}
        assert options <= known, line


def modules() -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"
    }


def test_the_map_names_every_module() -> None:
    """Guards the newcomer's map: a module that is not on it, or is no longer there."""
    text = ENGINE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)`", text))
    assert modules() - named == set(), "modules that the map does not name"
    assert {
        name for name in named if not (PACKAGE / name).exists() and not (ROOT / name).exists()
    } == set(), "no such module"


def glossary() -> list[tuple[str, str, str]]:
    """(zh, en, code) of engine/README.md."""
    text = ENGINE.read_text(encoding="utf-8").split("## Glossary", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [(row[0], row[1], row[2].strip("`")) for row in rows[2:]]


def _texts(language: str) -> str:
    parts = [
        str({part: dict(entries) for part, entries in catalogue(language).items()}),
        (ROOT / "rulesets" / ("README.zh.md" if language == "zh" else "README.md")).read_text(
            encoding="utf-8"
        ),
    ]
    return "\n".join(parts).lower()


@pytest.mark.parametrize(("zh", "en", "code"), glossary() if ENGINE.exists() else [])
def test_glossary_words_are_the_words_in_use(zh: str, en: str, code: str) -> None:
    """Guards "one word a concept": a word of the glossary is what messages and manuals say, in both languages."""
    assert zh in _texts("zh")
    assert en.lower() in _texts("en")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert re.search(rf"\b{re.escape(code)}\b", sources)


if __name__ == "__main__":
    for manual in [*MANUAL.values(), *INPUTS.values()]:
        manual.write_text(regenerated(manual.read_text(encoding="utf-8"), MADE), encoding="utf-8")
    print(os.linesep.join(str(path) for path in [*MANUAL.values(), *INPUTS.values()]))
