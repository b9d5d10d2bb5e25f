# SPDX-License-Identifier: Apache-2.0
"""Compares runs over real data with SQL written apart from the engine.

    python tests/real/check_sql.py DATA_DIR [--engine row] [--only general]

DATA_DIR holds the folders of published files that `README.md` lists; they are not part of this repository. Every
`general*.yaml` is evaluated with the pack `general`, and with the pack `aggregates`, whose figures of each customer `general.sql`
computes anew. For each assessment with a pack of its own the files are gathered in a temporary folder, `rulescore evaluate` is run on it, and
`check.sql` computes every feature, rule, dimension, gate, composite and tier anew from the raw files. Points, scores,
gates and tiers must be equal to the last digit; features may differ by one part in a thousand million, as the order in
which floating numbers are added is not fixed in SQL. Exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent.parent / "engine"
SHOWN = 20
NOT_APPLICABLE = -2


@dataclass(frozen=True)
class Case:
    """An assessment, the SQL's variables, and the rows that the reader must set aside: (table, code) -> count."""

    folder: str
    assessment: str
    variables: Mapping[str, str]
    set_aside: Mapping[tuple[str, str], int]

    @property
    def is_general(self) -> bool:
        """Whether only aggregates are compared, of files that `general` is run on too."""
        return self.assessment.startswith("general")

    @property
    def sql(self) -> str:
        own = HERE / self.folder / self.assessment.replace(".yaml", ".sql")
        return own.name if own.is_file() else "general.sql" if self.is_general else "check.sql"


CRM_ASIDE = {
    ("deals", "event-without-customer"): 1425,
    ("deals", "event-without-date"): 664,
    ("open_deals", "event-without-customer"): 1425,
}
CASES = (
    Case("northwind", "assessment.yaml", {}, {}),
    Case("crm_sales_opportunities", "assessment.yaml", {"deals": "sales_pipeline.csv"}, CRM_ASIDE),
    Case(
        "crm_sales_opportunities", "assessment_dmy.yaml", {"deals": "sales_pipeline_dmy_dates.csv"}, CRM_ASIDE
    ),
)

PIPELINE_ASIDE = {("orders", "event-without-customer"): 1425, ("orders", "event-without-date"): 664}
INVOICES_LATER = {("invoices", "event-after-as-of"): 536}
WIDE_GBK = {"utf8": "meal_order_info_utf8.csv"}
GENERAL = (
    Case("northwind", "general.yaml", {}, {}),
    Case(
        "crm_sales_opportunities",
        "general.yaml",
        {"deals": "sales_pipeline.csv", "form": "%Y-%m-%d"},
        PIPELINE_ASIDE,
    ),
    Case(
        "crm_sales_opportunities",
        "general_dmy.yaml",
        {"deals": "sales_pipeline_dmy_dates.csv", "form": "%d-%m-%Y"},
        PIPELINE_ASIDE,
    ),
    Case("ibm_accounts_receivable", "general.yaml", {"rows": "2466"}, INVOICES_LATER),
    Case("ibm_accounts_receivable", "general_gb18030.yaml", {"rows": "2466"}, INVOICES_LATER),
    Case(
        "ibm_accounts_receivable",
        "general_xlsx.yaml",
        {"rows": "200"},
        {("invoices", "event-after-as-of"): 36},
    ),
    Case("restaurant_cn", "general.yaml", WIDE_GBK, {}),
    Case("restaurant_cn", "general_zh.yaml", WIDE_GBK, {}),
    Case("restaurant_cn", "general_bom.yaml", {}, {}),
    Case("uci_online_retail_sample", "general.yaml", {}, {("orders", "event-without-customer"): 2240}),
    Case("customer360_synthetic", "general.yaml", {}, {}),
    Case("ravenstack_saas", "general.yaml", {}, {}),
    Case("olist_sample", "general.yaml", {}, {}),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--engine", default="frame")
    parser.add_argument(
        "--only", choices=("general", "own"), help="the general assessments, or those with own packs"
    )
    args = parser.parse_args()
    failed = 0
    cases = [
        case for case in (*CASES, *GENERAL) if args.only in (None, "general" if case.is_general else "own")
    ]
    for case in cases:
        with tempfile.TemporaryDirectory() as name:
            data = args.data.resolve()
            if case.is_general:
                data = gathered(case, data, Path(name))
                run = evaluate_general(case, data, Path(name), args.engine)
            else:
                run = evaluate(case, data, Path(name), args.engine)
            wanted = recompute(case, data)
            compared, differences = compare(run, wanted, case)
        print(
            f"{case.folder}/{case.assessment}: {len(wanted)} customers, {compared} values compared, {len(differences)} differ"
        )
        for line in differences[:SHOWN]:
            print("  " + line)
        if len(differences) > SHOWN:
            print(f"  and {len(differences) - SHOWN} more")
        failed += bool(differences)
    return 1 if failed else 0


def evaluate(case: Case, data: Path, work: Path, engine: str) -> Path:
    """Gathers the files by the folder's own `prepare.py` and runs the engine; the run folder."""
    subprocess.run(
        [sys.executable, HERE / case.folder / "prepare.py", data, work / "in"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return evaluated(work / "in" / case.assessment, work / "run", engine)


def evaluated(assessment: Path, run: Path, engine: str, *more: str) -> Path:
    """Runs the engine on an assessment; the run folder."""
    command = [sys.executable, "-m", "rulescore", "evaluate", str(assessment), "--out", str(run)]
    done = subprocess.run(
        [*command, "--engine", engine, *more],
        env={**os.environ, "PYTHONPATH": str(ENGINE)}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"evaluate ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return run


def gathered(case: Case, data: Path, work: Path) -> Path:
    """A folder of folders with copies of the files, what must be joined, and the assessment; GBK again in UTF-8 for SQL."""
    folder = work / "in" / case.folder
    shutil.copytree(data / case.folder, folder)
    prepare = HERE / case.folder / "prepare_general.py"
    if prepare.is_file():
        subprocess.run([sys.executable, prepare, folder], check=True)
    for path in folder.glob("*_info_gbk.csv"):
        text = path.read_bytes().decode("gbk")
        path.with_name(path.name.replace("gbk", "utf8")).write_bytes(text.encode())
    shutil.copyfile(HERE / case.folder / case.assessment, folder / case.assessment)
    return work / "in"


def evaluate_general(case: Case, data: Path, work: Path, engine: str) -> Path:
    """Runs the pack `general`, then the aggregates, whose run folder is given back. Parameters of `general` that begin after
    the date assessed are given their first value."""
    import yaml

    assessment = data / case.folder / case.assessment
    as_of = str(yaml.safe_load(assessment.read_text(encoding="utf-8"))["as_of"])
    general = HERE.parent.parent / "rulesets/general"
    later = [
        f"--set={name}={item['values'][0]['value']}"
        for pack in (general / "pack.yaml", general / "portfolio/pack.yaml")
        for name, item in yaml.safe_load(pack.read_text(encoding="utf-8"))["parameters"].items()
        if str(item["values"][0]["from"]) > as_of
    ]
    evaluated(assessment, work / "general", engine, "--pack", "general", *later)
    return evaluated(assessment, work / "run", engine, "--pack", str(HERE / "aggregates"))


def recompute(case: Case, data: Path) -> list[dict[str, Any]]:
    """The rows of the last statement of `check.sql`."""
    sql = (HERE / case.folder / case.sql).read_text(encoding="utf-8")
    for name, value in {"data": str(data / case.folder), **case.variables}.items():
        sql = sql.replace(f"${name}", "'" + value.replace("'", "''") + "'")
    with duckdb.connect() as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def compare(run: Path, wanted: list[dict[str, Any]], case: Case) -> tuple[int, list[str]]:
    """(how many values were compared, a line for each that differs)."""
    inputs = by_id(pl.read_parquet(run / "inputs.parquet"))
    trace = by_id(pl.read_parquet(run / "trace.parquet"))
    scores = by_id(
        pl.read_csv(
            run / "scores.csv",
            infer_schema_length=None,
            schema_overrides={"customer_id": pl.String, "name": pl.String},
        )
    )
    compared, differences = 0, uncovered(inputs, trace, wanted)
    if case.is_general:
        differences = [line for line in differences if not line.endswith("is not in the SQL")]
    ids = {row["customer_id"] for row in wanted}
    for name, table in (("inputs", inputs), ("scores", scores), ("trace", trace)):
        differences += [
            f"{name}: {key} is only in {'SQL' if key in ids else 'the run'}"
            for key in sorted(ids ^ table.keys())
        ]
    for row in wanted:
        key = row["customer_id"]
        if not (key in inputs and key in scores and key in trace):
            continue
        for name, want, got in pairs(row, inputs[key], trace[key], scores[key]):
            compared += 1
            if not same(want, got, exact=not name.startswith("f_")):
                differences.append(f"{key} {name}: SQL {want!r}, run {got!r}")
    aside = set_aside(run)
    for place in sorted(case.set_aside.keys() | aside.keys()):
        compared += 1
        if case.set_aside.get(place, 0) != aside[place]:
            differences.append(
                f"{place[0]}: {place[1]}: wanted {case.set_aside.get(place, 0)} rows, told {aside[place]}"
            )
    return compared, differences


def by_id(frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in frame.iter_rows(named=True)}


def uncovered(inputs: Mapping[str, Any], trace: Mapping[str, Any], wanted: list[dict[str, Any]]) -> list[str]:
    """What the SQL computes and the run does not have, and the rules of the run that the SQL leaves out."""
    columns = next(iter(inputs.values()))
    traced = next(iter(trace.values()))
    names = wanted[0].keys()
    lines = [
        f"{name[2:]} is not in inputs.parquet"
        for name in names
        if name.startswith("f_") and name[2:] not in columns
    ]
    lines += [
        f"rule {name[2:]} is not in trace.parquet"
        for name in names
        if name.startswith("r_") and f"{name[2:]}.points" not in traced
    ]
    rules = [name.removesuffix(".case") for name in traced if name.endswith(".case")]
    return lines + [f"rule {rule} is not in the SQL" for rule in rules if f"r_{rule}" not in names]


def pairs(
    row: Mapping[str, Any], inputs: Mapping[str, Any], trace: Mapping[str, Any], scores: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """(name, value by SQL, value of the run) of everything that the SQL computes for a customer."""
    acted = set((scores["gates"] or "").split(";"))
    for name, want in row.items():
        kind, _, rest = name.partition("_")
        if kind == "f":
            if rest in inputs:
                yield name, want, inputs[rest]
        elif kind == "r":
            yield name, want, trace.get(f"{rest}.points")
        elif kind == "a":
            yield name, want, trace[f"{rest}.case"] != NOT_APPLICABLE
        elif kind == "g":
            yield name, want, bool(trace[f"gate.{rest}"])
            yield f"{name} in the scores", want, rest in acted
        elif kind == "d":
            yield name, want, trace[f"{rest}.points"]
            yield f"{name} in the scores", want, units(scores[rest])
        elif name in ("composite", "coverage"):
            yield name, want, units(scores[name])
        elif name in ("name", "tier"):
            yield name, want, scores[name]


def units(shown: float | None) -> int | None:
    """A printed score in units of 1/10,000."""
    return None if shown is None else round(shown * 10_000)


def same(want: Any, got: Any, exact: bool) -> bool:
    if want is None or got is None:
        return want is got
    if isinstance(want, date | datetime):
        return str(want)[:10] == str(got)[:10]
    if exact or isinstance(want, str | bool):
        return bool(want == got)
    return math.isclose(float(want), float(got), rel_tol=1e-9, abs_tol=1e-9)


def set_aside(run: Path) -> Counter[tuple[str, str]]:
    """How many rows of each table the run says it did not count, by reason."""
    found: Counter[tuple[str, str]] = Counter()
    for line in (run / "problems.jsonl").read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        if problem["code"].startswith("event-"):
            found[problem["facts"]["table"], problem["code"]] += problem["facts"].get("count", 1)
    return found


if __name__ == "__main__":
    sys.exit(main())
