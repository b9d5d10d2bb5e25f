# SPDX-License-Identifier: Apache-2.0
"""Verification: nothing that was changed in a run goes unseen, whether or not somebody sealed it anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import rulescore
from click.testing import CliRunner
from rulescore import scores
from rulescore.cli import group
from rulescore.problems import Problem, UsageError
from rulescore.verification.examination import examine, verify
from rulescore.verification.lockstep import batches
from rulescore.verification.recount import spaced
from world import CUSTOMERS, evaluate, pack, reseal, rewrite, tables, write_files

FILES = (
    "cells.parquet", "inputs.parquet", "manifest.json", "problems.jsonl", "quality.json", "rejected.xlsx", "scores.csv", "trace.parquet",
    "assessment.yaml", "rulesets/tables.yaml", "rulesets/small/pack.yaml", "rulesets/small/ties.yaml", "rulesets/small/worth.yaml",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files and, in `run`, a run of them; one order of a customer nobody knows makes a rejected row."""
    folder = write_files(tmp_path_factory.mktemp("world"))
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.write("Z,2026-01-01,5\n")
    rulescore.evaluate(folder, out=folder / "run")
    return folder


@pytest.fixture
def run(world: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may spoil."""
    return Path(shutil.copytree(world / "run", tmp_path / "run"))


def codes(problems: list[Problem]) -> set[str]:
    return {problem.code for problem in problems}


def told(problems: list[Problem]) -> set[tuple[str, str, str, str, str]]:
    """(file, customer, what, stored, recomputed) of every value that differs."""
    return {
        (
            str(problem.place),
            *(str(problem.facts[key]) for key in ("customer", "what", "stored", "recomputed")),
        )  # type: ignore[misc]
        for problem in problems
        if problem.code == "value-differs"
    }


# ---- a sound run ------------------------------------------------------------------------------------------


def test_a_run_that_nobody_touched_is_sound(run: Path) -> None:
    found = examine(run)
    assert found.problems == ()
    assert (len(FILES) - 1, 5, 5, True) == (found.files, found.customers, found.total, found.figures)


@pytest.mark.parametrize("engine", ["row", "frame"])
def test_a_run_of_either_engine_is_sound(tmp_path: Path, engine: str) -> None:
    evaluate(tmp_path / "run", pack(tmp_path / "pack"), engine=engine)
    assert verify(tmp_path / "run") == []


def test_a_run_of_tables_without_names_is_sound(tmp_path: Path) -> None:
    frames = tables()
    frames["customers"] = frames["customers"].drop("name")
    evaluate(tmp_path / "run", pack(tmp_path / "pack"), frames)
    assert verify(tmp_path / "run") == []


def test_a_run_in_which_nothing_could_be_assessed_is_sound(tmp_path: Path) -> None:
    evaluate(
        tmp_path / "run", pack(tmp_path / "pack"), {"customers": pl.DataFrame({"customer_id": ["A", "B"]})}
    )
    assert verify(tmp_path / "run") == []


def test_a_run_of_a_pack_that_extends_a_folder_elsewhere_is_sound(tmp_path: Path) -> None:
    pack(tmp_path / "packs" / "far" / "folder-of-another-name")
    mine = tmp_path / "packs" / "mine"
    mine.mkdir()
    text = "id: mine\nversion: 1.0.0\ntitle: {zh: 我, en: Mine}\nextends: ../far/folder-of-another-name\n"
    (mine / "pack.yaml").write_text(text, encoding="utf-8")
    evaluate(tmp_path / "run", mine)
    assert verify(tmp_path / "run") == []


def test_the_log_is_outside_the_seal(run: Path) -> None:
    (run / "log.json").write_text("anything", encoding="utf-8")
    assert verify(run) == []


def test_a_what_if_run_is_sound(tmp_path: Path) -> None:
    evaluate(tmp_path / "run", pack(tmp_path / "pack"), parameters={"large": 1.5})
    assert verify(tmp_path / "run") == []


# ---- changed, not sealed anew -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", FILES)
def test_one_byte_changed_anywhere_is_found(run: Path, name: str, place: float) -> None:
    content = bytearray((run / name).read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    (run / name).write_bytes(content)
    found = verify(run)
    assert name in {str(problem.place) for problem in found}


@pytest.mark.parametrize("left", [0, 0.5, -1])
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_found(run: Path, name: str, left: float) -> None:
    content = (run / name).read_bytes()
    (run / name).write_bytes(content[: int(left * len(content)) if left == 0.5 else int(left)])
    assert verify(run)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(run: Path, name: str) -> None:
    (run / name).unlink()
    assert ("run-file-missing", name) in {(problem.code, str(problem.place)) for problem in verify(run)}


@pytest.mark.parametrize("name", ["more.csv", "rulesets/small/more.yaml", "rulesets/log.json", ".hidden"])
def test_an_extra_file_is_found(run: Path, name: str) -> None:
    (run / name).write_text("x: 1\n", encoding="utf-8")
    assert ("run-file-extra", name) in {(problem.code, str(problem.place)) for problem in verify(run)}


def test_a_link_to_elsewhere_is_found(run: Path, tmp_path: Path) -> None:
    (run / "link").symlink_to(tmp_path, target_is_directory=True)
    assert codes(verify(run)) == {"run-file-extra"}


def test_scores_that_somebody_edited_are_told_by_customer(run: Path) -> None:
    text = (run / "scores.csv").read_text(encoding="utf-8-sig")
    (run / "scores.csv").write_text("\ufeff" + text.replace("90.75", "91.75", 1), encoding="utf-8")
    found = verify(run)
    assert codes(found) == {"run-file-changed", "value-differs"}
    assert told(found) == {("scores.csv", "A", "composite", "91.75", "90.75")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "\x00",
        "[" * 100_000,
        '{"format": 1}',
        '{"format": 99}',
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_manifest_that_is_none_is_told(run: Path, text: str | bytes) -> None:
    (run / "manifest.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert codes(verify(run)) == {"manifest-unreadable"}


def test_a_manifest_saved_by_another_program_is_told(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_bytes())
    (run / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    assert codes(verify(run)) == {"manifest-not-canonical"}


def test_a_changed_run_id_is_told(run: Path) -> None:
    text = (run / "manifest.json").read_text(encoding="utf-8")
    run_id = json.loads(text)["run_id"]
    (run / "manifest.json").write_text(text.replace(run_id, "0" * 64), encoding="utf-8")
    assert codes(verify(run)) == {"run-id-differs"}


# ---- changed and sealed anew ------------------------------------------------------------------------------


def test_points_in_the_trace_are_recomputed(run: Path) -> None:
    raised = pl.when(pl.col("customer_id") == "E").then(1_000_000).otherwise(pl.col("size.points"))
    rewrite(run / "trace.parquet", raised.cast(pl.Int32).alias("size.points"))
    reseal(run)
    assert told(verify(run)) == {("trace.parquet", "E", "size.points", "100", "50")}


def test_a_tier_changed_in_trace_and_scores_is_recomputed(run: Path) -> None:
    rewrite(run / "trace.parquet", pl.lit(0, dtype=pl.Int8).alias("tier.index"))
    reseal(run)
    found = told(verify(run))
    # B reached important and is held down by the gate
    assert {("trace.parquet", customer, "tier.index", "strategic", tier) for customer, tier in
            (("B", "ordinary"), ("C", "ordinary"), ("D", "ordinary"), ("E", "important"))} <= found  # fmt: skip
    assert ("scores.csv", "E", "tier", "important", "strategic") in found


def test_a_feature_is_recomputed(run: Path) -> None:
    rewrite(run / "inputs.parquet", (pl.col("sales") * 2).alias("sales"))
    reseal(run)
    assert ("inputs.parquet", "A", "sales", "221", "110.5") in told(verify(run))


def test_a_figure_of_the_base_is_recomputed(run: Path) -> None:
    other = pl.lit(1.0)
    rewrite(run / "inputs.parquet", other.alias("rank(sales)"), other.alias("sales_rank"))
    reseal(run)
    found = told(verify(run))
    assert {row for row in found if row[2] == "rank(sales)"} == {
        ("inputs.parquet", customer, "rank(sales)", "1", rank)
        for customer, rank in (("B", "3"), ("C", "4"), ("D", "4"), ("E", "2"))
    }


def test_a_field_is_seen_by_what_followed_from_it(run: Path) -> None:
    rewrite(run / "inputs.parquet", pl.lit(500.0).alias("annual_revenue"))
    reseal(run)
    assert ("trace.parquet", "D", "size.points", "0", "100") in told(verify(run))


def test_numbers_that_no_reader_lets_in_are_told(run: Path) -> None:
    rewrite(run / "inputs.parquet", pl.lit(float("nan")).alias("annual_revenue"))
    reseal(run)
    assert ("inputs.parquet", "A", "annual_revenue", "NaN", "—") in {
        (*row[:3], row[3].replace("nan", "NaN"), row[4]) for row in told(verify(run))
    }


def test_dates_out_of_this_world_are_told_without_a_crash(run: Path) -> None:
    far = pl.lit(2_000_000_000, dtype=pl.Int32).cast(pl.Date)
    rewrite(run / "inputs.parquet", far.alias("registered_on"))
    reseal(run)
    assert verify(run)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("rulesets/small/worth.yaml", "weight: 2", "weight: 3", "manifest-fact-differs"),
        ("rulesets/small/pack.yaml", "composite >= 75", "composite >= 65", "manifest-fact-differs"),
        ("rulesets/small/pack.yaml", "value: 100", "value: 99", "manifest-fact-differs"),
        ("rulesets/small/pack.yaml", "version: 1.0.0", "version: 1.0.1", "manifest-fact-differs"),
        ("rulesets/small/worth.yaml", "annual_revenue", "no_such_field", "run-ruleset-unusable"),
        ("rulesets/small/worth.yaml", "dimension: worth", "dimension: [", "run-ruleset-unusable"),
        ("rulesets/small/ties.yaml", "min(100", "min(90", "manifest-fact-differs"),
    ],
)
def test_a_ruleset_changed_afterwards_is_told(run: Path, file: str, old: str, new: str, code: str) -> None:
    text = (run / file).read_text(encoding="utf-8")
    assert old in text
    (run / file).write_text(text.replace(old, new), encoding="utf-8")
    reseal(run)
    assert code in codes(verify(run))


@pytest.mark.parametrize(
    "facts",
    [
        {"as_of": "2026-07-31"},
        {"customers": 6},
        {"parameters": {"large": 99}},
        {"parameters": {}},
        {"overrides": {"large": 99}},
        {"overrides": {"large": "text"}},
        {"overrides": {"other": 1}},
        {"pack": {"id": "small", "version": "1.0.0", "fingerprint": "0" * 64, "layers": ["small"]}},
        {
            "pack": {
                "id": "../run/rulesets/small",
                "version": "1.0.0",
                "fingerprint": "0",
                "layers": ["../run/rulesets/small"],
            }
        },
        {"inputs": [1]},
        {"as_of": "yesterday"},
        {"as_of": "0001-01-01"},
        {"engine": 3},
    ],
)
def test_a_manifest_changed_afterwards_is_told(run: Path, facts: dict[str, object]) -> None:
    reseal(run, **facts)
    assert verify(run)


def test_a_file_added_to_the_ruleset_and_the_seal_is_told(run: Path) -> None:
    (run / "rulesets" / "small" / "tests.yaml").write_text("tests: []\n", encoding="utf-8")
    reseal(run)
    assert codes(verify(run)) == {"run-file-extra"}


def test_an_apostrophe_taken_from_a_harmless_name_is_told(run: Path) -> None:
    text = (run / "scores.csv").read_text(encoding="utf-8")
    assert "'=cmd" in text
    (run / "scores.csv").write_text(text.replace("'=cmd", "=cmd"), encoding="utf-8")
    reseal(run)
    assert told(verify(run)) == {("scores.csv", "B", "name", "=cmd", "'=cmd")}


def test_a_row_taken_out_is_told(run: Path) -> None:
    for name in ("inputs.parquet", "trace.parquet"):
        pl.read_parquet(run / name).filter(pl.col("customer_id") != "D").write_parquet(run / name)
    reseal(run)
    assert "manifest-fact-differs" in codes(verify(run))


def test_a_customer_twice_is_told(run: Path) -> None:
    for name in ("inputs.parquet", "trace.parquet"):
        frame = pl.read_parquet(run / name)
        pl.concat([frame, frame.tail(1)]).write_parquet(run / name)
    reseal(run, customers=6)
    assert "run-duplicate-customers" in codes(verify(run))


def test_rows_in_another_order_are_told(run: Path) -> None:
    frame = pl.read_parquet(run / "trace.parquet")
    frame.reverse().write_parquet(run / "trace.parquet")
    reseal(run)
    assert ("trace.parquet", "A", "customer_id", "E", "A") in told(verify(run))


@pytest.mark.parametrize("name", ["inputs.parquet", "trace.parquet"])
def test_columns_that_do_not_fit_the_plan_are_told(run: Path, name: str) -> None:
    frame = pl.read_parquet(run / name)
    frame.drop(frame.columns[-1]).write_parquet(run / name)
    reseal(run)
    assert "run-columns" in codes(verify(run))


@pytest.mark.parametrize(
    "column", ["size.case", "tier.index", "tier.reason", "reason.0", "composite.low", "gate.veto"]
)
def test_every_part_of_the_trace_is_recomputed(run: Path, column: str) -> None:
    kind = pl.read_parquet_schema(run / "trace.parquet")[column]
    rewrite(run / "trace.parquet", pl.lit(None if column == "size.case" else 1).cast(kind).alias(column))
    reseal(run)
    assert column in {row[2] for row in told(verify(run))}


def test_a_trace_that_points_outside_its_lists_is_told(run: Path) -> None:
    rewrite(run / "trace.parquet", pl.lit(100, dtype=pl.Int8).alias("tier.index"))
    reseal(run)
    found = verify(run)
    assert {"value-differs", "run-file-unreadable"} == codes(found)


# ---- how much is checked and told -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of more customers than one batch holds."""
    folder = tmp_path_factory.mktemp("large")
    customers = pl.DataFrame(
        {
            "customer_id": [f"C{number:04}" for number in range(1_100)],
            "annual_revenue": [float(n) for n in range(1_100)],
        }
    )
    evaluate(
        folder / "run", pack(folder / "pack"), {"customers": customers, "orders": tables()["orders"].clear()}
    )
    return folder / "run"


def test_at_most_a_hundred_differences_are_listed_and_all_are_counted(large: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(large, tmp_path / "run"))
    rewrite(run / "trace.parquet", (pl.col("size.points") + 1).alias("size.points"))
    reseal(run)
    found = examine(run)
    assert (len(found.problems), found.count, found.customers) == (101, 1_100, 1_100)
    assert found.problems[-1].code == "differences-unlisted"
    assert found.problems[-1].facts == {"count": 1_000, "total": 1_100}


def test_a_sample_recomputes_customers_evenly_spaced(large: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(large, tmp_path / "run"))
    rewrite(run / "trace.parquet", (pl.col("size.points") + 1).alias("size.points"))
    reseal(run)
    found = examine(run, sample=3)
    assert (found.customers, found.figures) == (3, False)
    assert [problem.facts["customer"] for problem in found.problems] == ["C0000", "C0549", "C1099"]


@pytest.mark.parametrize(
    ("total", "sample", "expected"),
    [
        (5, None, [0, 1, 2, 3, 4]),
        (5, 9, [0, 1, 2, 3, 4]),
        (9, 3, [0, 4, 8]),
        (9, 1, [0]),
        (0, 3, []),
        (10, 4, [0, 3, 6, 9]),
    ],
)
def test_samples_reach_from_the_first_to_the_last(
    total: int, sample: int | None, expected: list[int]
) -> None:
    assert list(spaced(total, sample)) == expected


def test_batches_are_the_table_in_order(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": list(range(25))})
    frame.write_parquet(tmp_path / "x.parquet", row_group_size=7)
    parts = list(batches(tmp_path / "x.parquet", size=10))
    assert [part.height for part in parts] == [10, 10, 5]
    assert pl.concat(parts).equals(frame)


def test_scores_of_many_customers_are_checked_in_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "CSV_UP_TO", 2)
    run = evaluate(tmp_path / "run", pack(tmp_path / "pack")).folder
    assert verify(run) == []
    rewrite(run / "scores.parquet", pl.lit("strategic").alias("tier"))
    reseal(run)
    assert ("scores.parquet", "E", "tier", "strategic", "important") in told(verify(run))


# ---- from the raw files -----------------------------------------------------------------------------------


def test_raw_files_give_the_same_inputs(world: Path) -> None:
    found = examine(world / "run", sources=world)
    assert (found.problems, found.sources) == ((), 2)
    assert examine(world / "run", sample=2, sources=world / "assessment.yaml").problems == ()


@pytest.fixture
def raw(world: Path, tmp_path: Path) -> Path:
    """Copies of the raw files that a test may spoil."""
    return Path(shutil.copytree(world, tmp_path / "raw", ignore=lambda *_: ["run"]))


def test_a_raw_cell_changed_afterwards_is_told(world: Path, raw: Path) -> None:
    text = (raw / "orders.csv").read_text(encoding="utf-8")
    (raw / "orders.csv").write_text(text.replace("60.0", "70.0"), encoding="utf-8")
    found = verify(world / "run", sources=raw)
    assert codes(found) == {"source-differs", "value-differs"}
    assert told(found) == {("inputs.parquet", "A", 'sum(orders.amount, within="12m")', "110.5", "120.5")}


def test_a_field_changed_in_the_raw_file_is_told(world: Path, raw: Path) -> None:
    text = (raw / "customers.csv").read_text(encoding="utf-8")
    (raw / "customers.csv").write_text(text.replace("2010-01-01", "2011-01-01"), encoding="utf-8")
    assert told(verify(world / "run", sources=raw)) == {
        ("inputs.parquet", "A", "registered_on", "2010-01-01", "2011-01-01")
    }


def test_customers_only_on_one_side_are_told(world: Path, raw: Path) -> None:
    text = (raw / "customers.csv").read_text(encoding="utf-8")
    (raw / "customers.csv").write_text(text.replace("\nE,", "\nF,"), encoding="utf-8")
    found = verify(world / "run", sources=raw)
    assert {"customer-not-in-run", "customer-not-in-sources"} <= codes(found)


def test_a_run_made_up_from_other_data_is_found_by_the_raw_files(world: Path, tmp_path: Path) -> None:
    """Somebody evaluates better data, and then claims the hashes of the true files: only these can tell."""
    other = write_files(tmp_path / "other")
    text = (other / "customers.csv").read_text(encoding="utf-8")
    (other / "customers.csv").write_text(
        text.replace("D,,10.0", "D,,900.0").replace("D,,10,", "D,,900,"), encoding="utf-8"
    )
    shutil.copy(world / "orders.csv", other)
    rulescore.evaluate(other, out=other / "run")
    true = json.loads((world / "run" / "manifest.json").read_bytes())
    reseal(other / "run", inputs=true["inputs"])
    assert verify(other / "run") == []
    assert told(verify(other / "run", sources=world)) == {
        ("inputs.parquet", "D", "annual_revenue", "900", "10")
    }


def test_places_of_events_are_those_of_the_raw_files(world: Path, run: Path) -> None:
    rewrite(run / "cells.parquet", (pl.col("#row") + 1).alias("#row"))
    reseal(run)
    assert verify(run) == []
    assert {row[0] for row in told(verify(run, sources=world))} == {"cells.parquet"}


def test_problems_and_rejected_rows_are_those_of_the_raw_files(world: Path, run: Path) -> None:
    (run / "problems.jsonl").write_text("", encoding="utf-8")
    (run / "rejected.xlsx").unlink()
    reseal(run)
    assert verify(run) == []
    assert {row[0] for row in told(verify(run, sources=world))} == {"problems.jsonl", "rejected.xlsx"}


def test_an_assessment_that_is_not_the_one_of_the_run_is_told(world: Path, raw: Path) -> None:
    with (raw / "assessment.yaml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert codes(verify(world / "run", sources=raw)) == {"assessment-differs"}


@pytest.mark.parametrize("name", ["customers.csv", "orders.csv"])
@pytest.mark.parametrize("content", [None, b"", b"\x00\xff\x00", b"a,b\n1,2\n"])
def test_raw_files_that_cannot_be_read_are_told(
    world: Path, raw: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        (raw / name).unlink()
    else:
        (raw / name).write_bytes(content)
    assert verify(world / "run", sources=raw)


def test_bare_files_can_be_read_again(world: Path, tmp_path: Path) -> None:
    files = [world / "customers.csv", world / "orders.csv"]
    rulescore.evaluate(files, pack=world / "pack", as_of="2026-06-30", out=tmp_path / "run")
    found = examine(tmp_path / "run", sources=world)
    assert ({"assessment-differs"}, 2) == (codes(list(found.problems)), found.sources)
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in files:
        shutil.copy(file, bare)
    assert verify(tmp_path / "run", sources=bare) == []


def test_a_run_of_frames_has_no_raw_files(tmp_path: Path) -> None:
    evaluate(tmp_path / "run", pack(tmp_path / "pack"))
    assert codes(verify(tmp_path / "run", sources=tmp_path)) == {"source-of-frame"}


# ---- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def cli() -> Iterator[CliRunner]:
    yield CliRunner()


def test_the_command_says_what_was_checked(cli: CliRunner, world: Path) -> None:
    result = cli.invoke(group, ["--lang", "en", "verify", str(world / "run"), "--sources", str(world)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{len(FILES) - 1} files have the hashes of the manifest" in result.stdout
    assert "5 of 5 customers recomputed" in result.stdout
    assert result.stdout.rstrip().endswith("OK: nothing differs")


def test_the_command_leaves_with_five_when_something_differs(cli: CliRunner, run: Path) -> None:
    (run / "more.csv").write_text("", encoding="utf-8")
    result = cli.invoke(group, ["--lang", "zh", "verify", str(run)])
    assert result.exit_code == 5
    assert "more.csv: 错误: 这个文件不属于该批次。 [run-file-extra]" in result.stdout


def test_the_command_speaks_json(cli: CliRunner, run: Path) -> None:
    (run / "scores.csv").unlink()
    result = cli.invoke(group, ["verify", str(run), "--sample", "2", "--json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["sound"], found["customers"]) == (5, False, 2)
    assert [problem["code"] for problem in found["problems"]] == ["run-file-missing"]


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        verify(tmp_path / "nothing")


def test_the_world_is_as_its_docstring_says(world: Path) -> None:
    table = pl.read_csv(world / "run" / "scores.csv")
    assert table["composite"].to_list()[0] == 90.75
    assert table["customer_id"].to_list() == CUSTOMERS["customer_id"]
