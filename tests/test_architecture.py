# SPDX-License-Identifier: Apache-2.0
"""The house keeps its rules: small modules, one-way imports, nothing unlisted, nothing heavy where it is not needed."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import rulescore
import yaml
from rulescore import cli, kinds, lint, reports, schema
from rulescore.engines import ENGINES
from rulescore.lang import functions
from rulescore.readers.databases import DATABASES
from rulescore.readers.formats import READERS
from rulescore.reports.workbook.methods import FORMULAS
from rulescore.valuation import METHODS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(rulescore.__file__).resolve().parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LONGEST = 500
HEAVY = {"polars", "pandas", "pyarrow", "numpy", "duckdb", "xlsxwriter", "pyspark", "jinja2"}


def python_files() -> list[Path]:
    """Every Python file of ours."""
    return sorted(path for folder in ("engine", "tests", "samples") for path in (ROOT / folder).rglob("*.py"))


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=named)
def test_module_is_short_and_says_what_it_is(path: Path) -> None:
    """Guards reading in one sitting; no admired code base chose its file of ten thousand lines."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text)), (
        "the first line of a module says what comes in and what goes out"
    )


def test_python_files_name_their_licence() -> None:
    first = "# SPDX-License-Identifier: Apache-2.0"
    assert [
        named(path) for path in python_files() if not path.read_text(encoding="utf-8").startswith(first)
    ] == []


# ---- what multiplies is listed ----------------------------------------------------------------------------


def stems(folder: str, without: tuple[str, ...] = (), holding: str = "") -> set[str]:
    """Modules of a folder, but those that only help; with `holding`, those whose text has such a line."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in (PACKAGE / folder).glob("*.py")}
    return {
        name
        for name, text in found.items()
        if name not in ("__init__", *without) and re.search(holding, text, re.MULTILINE)
    }


def names(modules: tuple[ModuleType, ...]) -> list[str]:
    return [module.__name__.rsplit(".", 1)[-1] for module in modules]


LISTED: dict[str, tuple[list[str], set[str]]] = {
    "kinds": (names(kinds.KINDS), stems("kinds", ("builder",))),
    "lang/functions": ([*names(functions.TOPICS), "aggregates", "base"], stems("lang/functions", ("declare",))),
    "lint": (names(lint.CHECKS), stems("lint", holding=r"^CODES = ")),
    "readers/databases": (
        [database.name for database in DATABASES],
        stems("readers/databases", holding=r"^DRIVER = "),
    ),
    "readers": ([reader.name for reader in READERS], stems("readers", holding=r"^FORMAT = ")),
    "valuation": (names(METHODS), stems("valuation", holding=r"^NAME = ")),
    "reports/workbook/methods": (names(FORMULAS), stems("reports/workbook/methods", holding=r"^NAME = ")),
    "engines": (list(ENGINES), stems("engines", ("evaluator", "literals", "counting", "operators", "columns", "verdicts", "totals", "tables"))),
    "cli": (list(cli.COMMANDS), stems("cli", holding=r"^def command\(")),
    "reports": (list(reports.REPORTS), stems("reports")),
}  # fmt: skip


@pytest.mark.parametrize("folder", LISTED)
def test_every_file_is_in_its_tuple(folder: str) -> None:
    """Guards "one file and one name": a file that its tuple does not name would be dead without a word."""
    listed, files = LISTED[folder]
    assert sorted(listed) == sorted(files)
    assert len(listed) == len(set(listed))


def test_lint_files_that_check_say_their_codes() -> None:
    assert stems("lint", holding=r"^def check\(pack") == stems("lint", holding=r"^CODES = ")


# ---- imports ----------------------------------------------------------------------------------------------


CONTRACTS = {
    container: contract
    for contract in PROJECT["tool"]["importlinter"]["contracts"]
    for container in contract["containers"]
}


def layers(room: str = "rulescore") -> list[list[str]]:
    contract = CONTRACTS[room]
    assert contract["type"] == "layers"
    assert contract["exhaustive"] is True
    return [re.split(r"\s*[|:]\s*", line) for line in contract["layers"]]


@pytest.mark.parametrize("room", CONTRACTS)
def test_the_contract_names_every_module(room: str) -> None:
    folder = PACKAGE.joinpath(*room.split(".")[1:])
    present = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    listed = [name for line in layers(room) for name in line]
    assert sorted(listed) == sorted(present - {"__init__"})


def test_the_picture_of_the_layers_is_the_contract() -> None:
    text = (ROOT / "engine" / "README.md").read_text(encoding="utf-8").split("## Layers", 1)[1]
    _, picture, _, rooms, *_ = text.split("```")
    assert [line.strip().split(" · ") for line in picture.strip().splitlines()] == [
        line for line in layers() if line != ["__main__"]
    ]
    drawn = [line.split(maxsplit=1) for line in rooms.strip().splitlines()]
    assert ["rulescore", *(f"rulescore.{room}" for room, _ in drawn)] == list(CONTRACTS)
    for room, line in drawn:
        assert [part.split(" · ") for part in line.split(" > ")] == layers(f"rulescore.{room}")


def test_imports_point_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert code == 0, printed.getvalue()


@cache
def imported(*arguments: str) -> frozenset[str]:
    """Top-level packages that the command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rulescore", *arguments],
        capture_output=True, text=True, cwd=ROOT, check=True, encoding="utf-8", env=_environment(),
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return frozenset(line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines)


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONUTF8": "1"}


@pytest.mark.parametrize(
    "arguments", [("--help",), ("check", "general"), ("problem", "band-gap"), ("schema",)], ids=" ".join
)
def test_light_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Guards the moment between a key press and an answer: an editor runs `check` on every save."""
    found = imported(*arguments)
    assert "rulescore" in found
    assert found & HEAVY == set()


def test_importing_the_package_is_light() -> None:
    code = "import sys, rulescore; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
    )
    assert {name.split(".")[0] for name in done.stdout.split()} & HEAVY == set()


def test_public_names_are_what_they_say() -> None:
    """Guards `rulescore.load(...)`: a module of the same name must not hide the function."""
    code = "import rulescore as r; r.check('general'); print([n for n in r.__all__ if not callable(getattr(r, n))])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
    )
    assert done.stdout.strip() == "[]"


# ---- packages, schemas, YAML ------------------------------------------------------------------------------

CARD = {
    "pyyaml": "yaml", "jsonschema": "jsonschema", "simpleeval": "simpleeval", "pandas": "pandas", "click": "click",
    "tabulate": "tabulate", "pytest": "pytest",
}  # fmt: skip
"""Packages that the project promises to use -> the name they are imported by."""


def required(lines: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[; ]", line, maxsplit=1)[0].lower() for line in lines}


def _imports() -> set[str]:
    found: set[str] = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    return found


def test_promised_packages_are_required_and_used() -> None:
    project = PROJECT["project"]
    base = required(project["dependencies"])
    assert CARD.keys() - base - required(project["optional-dependencies"]["dev"]) == set()
    assert CARD.keys() - base == {"pytest"}
    assert set(CARD.values()) - _imports() == set()


def test_what_the_engine_imports_is_required() -> None:
    """Guards a fresh installation: nothing is imported that only happened to be there."""
    names_of = {
        "yaml": "pyyaml", "python_calamine": "python-calamine", "stdnum": "python-stdnum", "jsonschema_rs": "jsonschema-rs",
    }  # fmt: skip
    found: set[str] = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    outside = {names_of.get(name, name) for name in found - set(sys.stdlib_module_names) - {"rulescore"}}
    assert outside - required(PROJECT["project"]["dependencies"]) == set()


@pytest.mark.parametrize("name", schema.build())
def test_shipped_schema_is_the_composed_one(name: str) -> None:
    """Guards editors and loader alike: `rulescore schema --write schemas` writes them anew."""
    path = ROOT / "schemas" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == schema.as_text(schema.build()[name])


def test_no_other_schema_is_shipped() -> None:
    assert {path.name for path in (ROOT / "schemas").glob("*")} == {
        f"{name}.schema.json" for name in schema.build()
    }


def shipped_yaml() -> list[Path]:
    """YAML that people edit: rulesets, samples, and what `init` writes."""
    folders = (ROOT / "rulesets", ROOT / "samples", PACKAGE / "templates")
    return sorted(path for folder in folders for path in folder.rglob("*.yaml"))


@pytest.mark.parametrize("path", shipped_yaml(), ids=named)
def test_yaml_names_its_schema(path: Path) -> None:
    """Guards completion in editors: the first line leads to the schema of this kind of file."""
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match, first
    kind = (
        path.stem
        if path.stem in ("pack", "tables", "surveys", "tests", "assessment", "valuation", "overrides")
        else "dimension"
    )
    kind = "mapping" if path.parent.name == "mappings" else kind
    assert Path(match.group(1)).name == f"{kind}.schema.json"
    if PACKAGE not in path.parents:
        assert (path.parent / match.group(1)).resolve() == ROOT / "schemas" / f"{kind}.schema.json"


def test_the_hook_checks_packs() -> None:
    """Guards `.pre-commit-hooks.yaml`: a command that exists, on the files of packs and no others."""
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, command = hook["entry"].split()
    assert program in PROJECT["project"]["scripts"]
    assert command in cli.COMMANDS
    pattern = re.compile(hook["files"])
    assert pattern.search("rulesets/general/stability.yaml")
    assert not pattern.search("rulesets/tables.yaml")
    assert not pattern.search(".github/workflows/test.yaml")


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["version"] == rulescore.__version__
    assert f"[{rulescore.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_json_schemas_are_valid() -> None:
    import jsonschema

    for path in (ROOT / "schemas").glob("*.json"):
        jsonschema.Draft7Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_anchors_are_used() -> None:
    """An editor complains about an anchor that nothing refers to; the shipped files have none."""
    for path in sorted((ROOT / "rulesets").rglob("*.yaml")):
        events = list(yaml.parse(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
        used = {event.anchor for event in events if isinstance(event, yaml.AliasEvent)}
        assert {event.anchor for event in events if getattr(event, "anchor", None)} <= used, path
