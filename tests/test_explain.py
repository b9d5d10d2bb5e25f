# SPDX-License-Identifier: Apache-2.0
"""`explain`: every number of it recomputed here from the numbers below it, with nothing of the engine but its output, the
YAML of the run and the raw files of the sample."""

from __future__ import annotations

import csv
import json
import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rulescore
import yaml
from commands import SAMPLE, called, small_pack
from rulescore import api
from rulescore.audit import explain
from rulescore.engines.row import RowEngine
from rulescore.folder import Run

Node = dict[str, Any]
STORIES = ("C0001", "C0005", "C0008", "C0012", "C0013", "C0100", "C0210", "C0106", "C0105")
EVERY = 17


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("explain") / "run"
    api.evaluate(SAMPLE, out=folder)
    return Run.read(folder)


@pytest.fixture(scope="module")
def nodes(run: Run) -> list[Node]:
    """The explanations of some customers as JSON, as another program would get them: those with a story, one of each
    gate that acted, the poorest and the richest, and every so many-th."""
    table = run.table
    ids = table["customer_id"].to_list()
    chosen = [*STORIES, *ids[::EVERY]]
    gates = {
        gate: customer
        for customer, acted in zip(ids, table["gates"], strict=True)
        for gate in acted.split(";")
    }
    chosen += [*gates.values(), *table.sort("composite")["customer_id"].to_list()[:: len(ids) - 1]]
    chosen += table.sort("coverage")["customer_id"].to_list()[:2]
    found = [
        json.loads(json.dumps(explain(run, customer)))
        for customer in dict.fromkeys(chosen)
        if customer in ids
    ]
    assert len(found) > len(ids) // EVERY
    return found


@pytest.fixture(scope="module")
def pack(run: Run) -> dict[str, Any]:
    """The YAML of the run, by plain PyYAML: {"pack": ..., "rules": {id: rule}, "dimensions": {id: file}, "tables": ...}."""
    folder = run.folder / "rulesets" / "general"
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yaml")}
    dimensions = {key: data for key, data in read.items() if "dimension" in data}
    rules = {
        rule["id"]: {**rule, "file": key}
        for key, data in dimensions.items()
        for rule in data.get("rules", [])
    }
    tables = yaml.safe_load((run.folder / "rulesets" / "tables.yaml").read_text(encoding="utf-8"))["tables"]
    return {"pack": read["pack"], "dimensions": dimensions, "rules": rules, "tables": tables}


# ---- arithmetic ---------------------------------------------------------------------------------------------


def exact(shown: float) -> Fraction:
    """The decimal number that stands in the JSON, not its nearest binary one."""
    return Fraction(str(shown))


def half_up(value: Fraction, decimals: int) -> Fraction:
    unit = 10**decimals
    return Fraction((2 * value * unit + 1) // 2, unit)


def mean(parts: Sequence[tuple[int, Fraction]], decimals: int) -> Fraction | None:
    weights = sum(weight for weight, _ in parts)
    return (
        half_up(sum((weight * value for weight, value in parts), Fraction(0)) / weights, decimals)
        if weights
        else None
    )


def of(node: Node, key: str) -> Fraction | None:
    return None if node[key] is None else exact(node[key])


def gated(points: Fraction | None, target: str, node: Node, pack: Node) -> Fraction | None:
    """Points after the gates of the YAML that the node says acted, in their order."""
    acted = {gate["id"]: gate["acted"] for gate in node["gates"]}
    for gate in pack["pack"]["gates"]:
        for action in ("cap", "floor"):
            if points is not None and acted[gate["id"]] and target in gate.get(action, {}):
                limit = Fraction(gate[action][target])
                points = min(points, limit) if action == "cap" else max(points, limit)
    return points


def extent(rule: Node) -> tuple[Fraction, Fraction]:
    """The least and the most points that a rule of the YAML can give."""
    if "bands" in rule:
        found = [band["points"] for band in rule["bands"]]
    elif "lookup" in rule:
        found = [item["points"] if isinstance(item, dict) else item for item in rule["lookup"].values()]
        found.append(rule["else"]["points"] if isinstance(rule["else"], dict) else rule["else"])
    elif "scale" in rule:
        found = [points for _, points in rule["scale"]]
    elif "checklist" in rule:
        gains = [item["points"] for item in rule["checklist"]]
        start = rule.get("initial", 0)
        low, high = rule.get("min", 0), rule.get("max", 100)
        found = [
            max(low, start + sum(gain for gain in gains if gain < 0)),
            min(high, start + sum(gain for gain in gains if gain > 0)),
        ]
    elif "when" in rule:
        found = [rule["points"], rule.get("else", 0)]
    elif "formula" in rule or any(isinstance(case.get("points"), str) for case in rule["cases"]):
        found = [rule.get("min", 0), rule.get("max", 100)]
        found += [
            case.get("points", case.get("else"))
            for case in rule.get("cases", ())
            if not isinstance(case.get("points"), str)
        ]
    else:
        found = [case["else"] if "else" in case else case["points"] for case in rule["cases"]]
    numbers = [Fraction(str(points)) for points in found]
    return min(numbers), max(numbers)


def test_dimensions_come_out_of_their_rules(nodes: list[Node], pack: Node) -> None:
    """Guards the numbers of each dimension: the weighted mean of the points printed below it, rounded once, half up;
    then the gates; its coverage; and the bounds that missing inputs leave open."""
    for node in nodes:
        for dimension in node["dimensions"]:
            at = (node["customer_id"], dimension["id"])
            rules = [rule for rule in dimension["rules"] if rule["state"] != "not_applicable"]
            for rule in rules:
                assert rule["weight"] == pack["rules"][rule["id"]].get("weight", 1), at
                assert rule["state"] in ("scored", "missing"), at
            points = mean([(r["weight"], exact(r["points"])) for r in rules if r["points"] is not None], 4)
            assert of(dimension, "before_gates") == points, at
            assert of(dimension, "points") == gated(points, dimension["id"], node, pack), at
            scored = sum(rule["weight"] for rule in rules if rule["state"] == "scored")
            assert of(dimension, "coverage") == (
                half_up(Fraction(scored, sum(r["weight"] for r in rules)), 4) if rules else None
            ), at
            for which, name in enumerate(("low", "high")):
                bounds = []
                for rule in rules:
                    bound = extent(pack["rules"][rule["id"]])[which]
                    if "applies" in pack["rules"][rule["id"]]:  # unknown whether it counts at all
                        bound = (min(bound, Fraction(0)), max(bound, Fraction(100)))[which]
                    bounds.append(
                        (rule["weight"], exact(rule["points"]) if rule["state"] == "scored" else bound)
                    )
                bound = mean(bounds, 4)
                if bound is not None and points is not None:
                    bound = (min, max)[which](bound, points)
                assert of(dimension, name) == gated(bound, dimension["id"], node, pack), (*at, name)


def test_the_composite_comes_out_of_the_dimensions(nodes: list[Node], pack: Node) -> None:
    """Guards the composite, its bounds and its coverage: weighted means of the dimensions' printed numbers."""
    for node in nodes:
        weights = pack["pack"]["dimensions"]
        assert {d["id"]: d["weight"] for d in node["dimensions"]} == weights
        parts = {
            key: [(d["weight"], exact(d[key])) for d in node["dimensions"] if d[key] is not None]
            for key in ("points", "low", "high", "coverage")
        }
        points = mean(parts["points"], 2)
        assert of(node, "before_gates") == points
        assert of(node, "composite") == gated(points, "composite", node, pack)
        for which, name in enumerate(("low", "high")):
            bound = mean(parts[name], 2)
            if bound is not None and points is not None:
                bound = (min, max)[which](bound, points)
            assert of(node, name) == gated(bound, "composite", node, pack)
        covered = mean(parts["coverage"], 4)
        assert covered is not None
        assert abs(exact(node["coverage"]) - covered) <= Fraction(
            1, 10_000
        )  # of rounded parts: in the last digit


def test_contributions_add_up(nodes: list[Node]) -> None:
    """Guards that what the rules give adds up to what the dimension gives, and that to the composite, all before gates
    act on the sum; each was rounded to four decimals and the sum to two."""
    grain = Fraction(1, 20_000)
    for node in nodes:
        assessed = sum(d["weight"] for d in node["dimensions"] if d["points"] is not None)
        for dimension in node["dimensions"]:
            if dimension["points"] is None:
                assert (dimension["share"], dimension["contribution"]) == (0, 0)
                continue
            share = Fraction(dimension["weight"], assessed)
            assert exact(dimension["share"]) == half_up(share * 100, 4)
            assert exact(dimension["contribution"]) == half_up(share * exact(dimension["points"]), 4)
            given = [
                exact(rule["contribution"]) for rule in dimension["rules"] if rule["contribution"] is not None
            ]
            assert abs(sum(given) - share * exact(dimension["before_gates"])) <= grain * (len(given) + 1)
        total = sum(exact(dimension["contribution"]) for dimension in node["dimensions"])
        assert abs(total - exact(node["before_gates"])) <= Fraction(1, 200) + grain * len(node["dimensions"])


def test_points_are_those_of_the_case_in_the_yaml(nodes: list[Node], pack: Node) -> None:
    """Guards the step from a case to its points: band, value, branch or items, as the YAML writes them."""
    seen = set()
    for node in nodes:
        for rule in rules_of(node):
            written, case = pack["rules"][rule["id"]], rule["case"]
            if rule["state"] != "scored":
                assert case is None
                continue
            want: Any = None
            if "bands" in written:
                want = written["bands"][case["index"]]["points"]
            elif "lookup" in written:
                values = [*written["lookup"].values(), written["else"]]
                want = (
                    values[case["index"]]["points"]
                    if isinstance(values[case["index"]], dict)
                    else values[case["index"]]
                )
            elif "when" in written:
                want = (written["points"], written.get("else", 0))[case["index"]]
            elif "cases" in written:
                chosen = written["cases"][case["index"]]
                want = chosen["else"] if "else" in chosen else chosen["points"]
            elif "checklist" in written:
                assert [part["id"] for part in case["parts"]] == [item["id"] for item in written["checklist"]]
                held = [
                    item["points"]
                    for item, part in zip(written["checklist"], case["parts"], strict=True)
                    if part["value"]
                ]
                want = min(
                    max(written.get("initial", 0) + sum(held), written.get("min", 0)), written.get("max", 100)
                )
            elif "formula" in written:
                raw = case["points"]["value"]
                want = float(
                    half_up(Fraction(min(max(raw, written.get("min", 0)), written.get("max", 100))), 4)
                )
            if isinstance(want, int | float):
                seen.add(rule["kind"])
                assert rule["points"] == want, (node["customer_id"], rule["id"])
            low, high = extent(written)
            assert low <= exact(rule["points"]) <= high == exact(rule["best"])
    assert seen >= {"bands", "lookup", "when", "cases", "checklist"}


# ---- gates and tiers ----------------------------------------------------------------------------------------


def test_gates_are_those_of_the_run(run: Run, nodes: list[Node], pack: Node) -> None:
    """Guards that a gate is said to act, not to act or to be undecided as stored; undecided means an input is missing."""
    stored = {row["customer_id"]: row for row in run.trace.collect().iter_rows(named=True)}
    told = set()
    for node in nodes:
        assert [gate["id"] for gate in node["gates"]] == [gate["id"] for gate in pack["pack"]["gates"]]
        for gate in node["gates"]:
            told.add(gate["acted"])
            assert gate["acted"] is stored[node["customer_id"]][f"gate.{gate['id']}"]
            assert gate["acted"] is gate["condition"]["value"]
            assert ("?" in gate["condition"]["with_values"]) or gate["acted"] is not None
    assert told == {True, False, None}


def index_by_hand(written: Node, weights: Mapping[str, int], node: Node) -> Fraction | None:
    """An index from the points of the dimensions, with the composite for those without; `weights` are the composite's."""
    points = {one["id"]: one["points"] for one in node["dimensions"]}
    filled = [
        (weights[key], node["composite"] if points[key] is None else points[key])
        for key in written["dimensions"]
    ]
    return mean([(weight, exact(value)) for weight, value in filled if value is not None], 4)


def test_indices_are_the_means_that_the_pack_asks_for(run: Run, nodes: list[Node], pack: Node) -> None:
    """Guards indices against the YAML: what is told, what it is made of, and what stands in the table of scores."""
    with (run.folder / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = {row["customer_id"]: row for row in csv.DictReader(stream)}
    filled = 0
    for node in nodes:
        assert [one["id"] for one in node["indices"]] == list(pack["pack"]["indices"])
        for one in node["indices"]:
            written = pack["pack"]["indices"][one["id"]]
            want = index_by_hand(written, pack["pack"]["dimensions"], node)
            assert want is not None and exact(one["points"]) == want
            assert Fraction(table[node["customer_id"]][f"index_{one['id']}"]) == want
            points = {part["id"]: part["points"] for part in node["dimensions"]}
            assert {part["dimension"]: part["points"] for part in one["parts"]} == {
                key: points[key] for key in written["dimensions"]
            }
            filled += sum(part["points"] is None for part in one["parts"])
    assert filled


def names_of(node: Node, run: Run) -> dict[str, Any]:
    """What a tier's condition may name, from the explanation and the stored inputs, with dots as Python has them; indices were
    proved above."""

    class Named:
        def __init__(self, values: Mapping[str, Any]) -> None:
            self.__dict__.update(values)

    inputs = run.inputs.filter(pl.col("customer_id") == node["customer_id"]).collect().row(0, named=True)
    return inputs | {
        "score": Named({d["id"]: d["points"] for d in node["dimensions"]}), "param": Named(run.manifest["parameters"]),
        "index": Named({one["id"]: one["points"] for one in node["indices"]}),
        "assessed": Named({one["id"]: all(part["points"] is not None for part in one["parts"]) for one in node["indices"]}),
        "composite": node["composite"], "coverage": node["coverage"], "true": True, "false": False,
        "coalesce": lambda *values: next((value for value in values if value is not None), None),
    }  # fmt: skip


def value_of(text: str, names: Mapping[str, Any]) -> bool | None:
    """The condition by plain Python; missing where Python can't compare."""
    try:
        found = eval(text, {"__builtins__": {}}, dict(names))
    except TypeError:
        return None
    return found if isinstance(found, bool) else None


def test_why_not_the_next_tier(run: Run, nodes: list[Node], pack: Node) -> None:
    """Guards the answer to "why not higher": each part of the next tier's condition holds, fails or is unknown as plain
    Python finds; not all hold, unless a gate or coverage held the customer down, which is then the reason."""
    ids = [tier["id"] for tier in pack["pack"]["tiers"]]
    marks = set()
    for node in nodes:
        tier, names = node["tier"], names_of(node, run)
        held_down = tier["reason"] != "reached"
        assert held_down == (tier["natural"] != tier["id"])
        assert (tier["next"] is None) == (tier["id"] == ids[0])
        if tier["next"] is None:
            continue
        assert tier["next"]["id"] == ids[ids.index(tier["id"]) - 1]
        parts = tier["next"]["parts"]
        assert " and ".join(part["text"] for part in parts).replace("(", "").replace(")", "") == (
            tier["next"]["condition"]["text"].replace("(", "").replace(")", "")
        )
        for part in parts:
            assert part["holds"] is value_of(part["text"], names), (node["customer_id"], part["text"])
            marks.add(part["holds"])
        if not held_down:
            assert not all(part["holds"] for part in parts)
    assert marks == {True, False, None}


def test_the_tier_is_the_first_whose_condition_holds(run: Run, nodes: list[Node], pack: Node) -> None:
    """Guards the tier itself against the conditions in the YAML, and the words for what is to be done in it."""
    for node in nodes:
        names = names_of(node, run)
        tiers = pack["pack"]["tiers"]
        natural = next(
            tier for tier in tiers if "when" not in tier or value_of(" ".join(tier["when"].split()), names)
        )
        assert node["tier"]["natural"] == natural["id"]
        own = next(tier for tier in tiers if tier["id"] == node["tier"]["id"])
        assert node["tier"]["title"] == own["title"]
        assert [(a["title"], a["owner"], a["due"]) for a in node["tier"]["actions"]] == [
            (a["title"], a["owner"], a["due"]) for a in own["actions"]
        ]
        if node["tier"]["reason"].startswith("gate:"):
            gate = next(gate for gate in pack["pack"]["gates"] if gate["id"] == node["tier"]["reason"][5:])
            assert gate["cap"]["tier"] == node["tier"]["id"]


# ---- places -------------------------------------------------------------------------------------------------


def rules_of(node: Node) -> Iterator[Node]:
    return (rule for dimension in node["dimensions"] for rule in dimension["rules"])


def inputs_of(node: Node) -> Iterator[Node]:
    """Every input of every rule, and what it is made of."""
    waiting = [item for rule in rules_of(node) for item in rule["inputs"]]
    while waiting:
        item = waiting.pop()
        yield item
        waiting += item.get("inputs", [])


def test_a_run_in_memory_tells_the_places_of_its_own_rulesets(tmp_path: Path) -> None:
    """Guards places that last: the same customer, explained from the Run just made and from its folder, when the pack
    that it was made with lies elsewhere."""
    pack = small_pack(tmp_path)
    (tmp_path / "customers.csv").write_text("customer_id,annual_revenue\nA,120\n", encoding="utf-8")
    made = api.evaluate(tmp_path / "customers.csv", pack, "2026-06-30", out=tmp_path / "run")
    node = explain(made, "A")
    assert node == explain(Run.read(tmp_path / "run"), "A")
    places = {rule["file"] for dimension in node["dimensions"] for rule in dimension["rules"]}
    assert places == {"rulesets/small/worth.yaml"}


def test_places_in_the_yaml_hold_what_they_are_said_to(run: Run, nodes: list[Node]) -> None:
    """Guards file, line and column of rules, cases, features and gates: an auditor opens the file there."""

    def at(place: str) -> str:
        file, line, column = place.rsplit(":", 2)
        return (run.folder / file).read_text(encoding="utf-8").splitlines()[int(line) - 1][int(column) - 1 :]

    for node in nodes[:6]:
        for rule in rules_of(node):
            assert at(rule["place"]).startswith(rule["id"]), rule["place"]
            assert rule["place"].startswith(f"{rule['file']}:{rule['line']}:")
            if rule["case"]:
                assert rule["line"] <= rule["case"]["line"] <= rule["line"] + 40
                assert at(rule["case"]["place"])
        for item in inputs_of(node):
            if "place" in item:
                assert at(item["place"]).startswith(item["name"]), item["place"]
        for gate in node["gates"]:
            assert at(gate["place"]).startswith(gate["id"])


@cache
def rows_of(file: str, encoding: str) -> list[list[str]]:
    with (SAMPLE / file).open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def encodings(run: Run) -> dict[str, str]:
    return {source["file"]: source["encoding"] or "utf-8-sig" for source in run.manifest["inputs"]}


TRUE = {"是", "有", "yes", "y", "true", "1"}
FALSE = {"否", "无", "no", "n", "false", "0"}


def same(value: Any, raw: str, field: Node) -> bool:
    """Whether what stands in a cell is the value, by rules of thumb that have nothing to do with the readers."""
    raw = unicodedata.normalize("NFKC", raw.strip())
    if isinstance(value, bool):
        return raw.lower() in (TRUE if value else FALSE)
    if isinstance(value, int | float):
        words = {word: float(number) for number, found in field.get("words", {}).items() for word in found}
        if raw in words:
            return words[raw] == value
        digits = float(re.sub(r"[^0-9.eE+-]", "", raw))
        return abs((digits / 100 if raw.endswith("%") else digits) - value) < 1e-9 * max(1, abs(value))
    if field["type"] == "date":
        return [int(part) for part in re.findall(r"\d+", raw)[:3]] == [
            int(part) for part in value.split("-")
        ] or raw == value.replace("-", "")
    return raw.lower() in {word.lower() for word in (value, *field.get("words", {}).get(value, ()))}


def test_source_cells_hold_the_values(run: Run, nodes: list[Node], pack: Node) -> None:
    """Guards the last step of the trace: the cell that is named, opened here with the csv module, holds the value; a
    missing value stands in a blank cell, in one that says "none", or in one that problems.jsonl lists."""
    encoding = encodings(run)
    told = {(p["file"], p["row"], p["column"]) for p in run.problems if p["row"]}
    columns = {
        field: header
        for source in run.manifest["inputs"]
        if source["table"] == "customers"
        for field, header in source["columns"].items()
    }
    seen = set()
    for node in nodes:
        for item in inputs_of(node):
            field = pack["tables"]["customers"]["fields"].get(item["name"])
            for cell in item.get("cells", ()):
                if field is None or "count" in cell:
                    continue
                (row,), (column,) = cell["rows"], cell["columns"]
                rows = rows_of(cell["file"], encoding[cell["file"]])
                raw = rows[row - 1][rows[0].index(column)]
                assert rows[row - 1][rows[0].index("客户编号")].strip() == node["customer_id"]
                assert columns[item["name"]] == column
                seen.add(item["name"])
                if item["value"] is None:
                    words = {"", "-", "/", "无", "暂无", "N/A", "未评", *map(str, field.get("missing", ()))}
                    assert raw.strip() in words or (cell["file"], row, column) in told, (
                        node["customer_id"],
                        item["name"],
                        raw,
                    )
                else:
                    assert same(item["value"], raw, field), (
                        node["customer_id"],
                        item["name"],
                        item["value"],
                        raw,
                    )
    assert len(seen) > 25


def test_event_rows_are_the_customers_own(run: Run, nodes: list[Node]) -> None:
    """Guards the rows of events that are named: the customer's, all of them counted, in the order of the file; only
    those that the list of known flaws calls without date or customer are not among them."""
    with (SAMPLE / "flaws.csv").open(encoding="utf-8", newline="") as stream:
        lost = {
            (flaw["table"], int(flaw["row"]))
            for flaw in csv.DictReader(stream)
            if "event-with" in flaw["code"]
        }
    encoding = encodings(run)
    seen = set()
    for node in nodes:
        for item in inputs_of(node):
            for cell in (cell for cell in item.get("cells", ()) if "count" in cell):
                own = [
                    row
                    for row in events_of(cell["file"], encoding[cell["file"]])[node["customer_id"]]
                    if (cell["file"], row) not in lost
                ]
                assert set(cell["columns"]) <= set(rows_of(cell["file"], encoding[cell["file"]])[0])
                assert (cell["rows"], cell["count"]) == (own[:20], len(own))
                seen.add(cell["file"])
    assert seen >= {"orders.csv", "invoices.csv", "contracts.csv", "receivables.csv"}


@cache
def events_of(file: str, encoding: str) -> Mapping[str, list[int]]:
    """The rows of each customer in a file of events."""
    rows = rows_of(file, encoding)
    (key,) = (
        index for index, name in enumerate(rows[0]) if name in ("客户编号", "Account ID", "Referrer ID")
    )
    found: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows[1:], 2):
        found[row[key].strip()].append(number)
    return found


def iso(read: str) -> str:
    """A date of the file, whatever stands between its numbers."""
    return "-".join(f"{int(part):02d}" for part in re.findall(r"\d+", read)[:3])


def test_figures_of_events_are_those_of_the_raw_files(run: Run, nodes: list[Node]) -> None:
    """Guards the aggregates against the files: orders and revenue of the last twelve months, added up here by hand."""
    rows = rows_of("orders.csv", encodings(run)["orders.csv"])
    header = {name: index for index, name in enumerate(rows[0])}
    assert len(rows) > 6_000
    for node in nodes:
        own = [
            row for row in rows[1:]
            if row[header["Account ID"]] == node["customer_id"] and "2025-06-30" < iso(row[header["Order Date"]]) <= "2026-06-30"
            and row[header["Order Status"]].lower() not in ("cancelled", "canceled", "已取消")
        ]  # fmt: skip
        found = {item["name"]: item["value"] for item in inputs_of(node)}
        assert found["orders_12m"] == len(own), node["customer_id"]
        amounts = [
            float(row[header["Net value"]].replace(",", ""))
            for row in own
            if row[header["Net value"]].strip()
        ]
        if "revenue_12m" in found:
            assert found["revenue_12m"] == pytest.approx(sum(amounts), rel=1e-12, abs=1e-6), node[
                "customer_id"
            ]


# ---- replay, words, command ---------------------------------------------------------------------------------


def test_every_customer_comes_out_of_its_stored_inputs(run: Run) -> None:
    """Guards that the row engine, given the stored inputs of any customer alone, comes to what the frame engine stored:
    otherwise no explanation would be one of the run."""
    stored = {row["customer_id"]: row for row in run.trace.collect().iter_rows(named=True)}
    epoch = pl.date(1970, 1, 1)
    dates = [
        name
        for name, kind in run.plan.kinds.items()
        if kind == "date" and name in run.inputs.collect_schema().names()
    ]
    inputs = run.inputs.with_columns(
        (pl.col(name) - epoch).dt.total_days().cast(pl.Float64).alias(name) for name in dates
    )
    engine = RowEngine(run.plan)
    for record in inputs.collect().iter_rows(named=True):
        trace = stored[record["customer_id"]]
        result = engine.evaluate({key: value for key, value in record.items() if not key.startswith("#")})
        got = {f"composite.{part}": getattr(result.composite, part) for part in ("points", "low", "high")}
        got |= {f"{key}.points": score.points for key, score in result.dimensions.items()}
        got |= {f"gate.{key}": acted for key, acted in result.gates.items()}
        got |= {f"{key}.case": outcome.case for key, outcome in result.outcomes.items()}
        got |= {f"{key}.points": outcome.points for key, outcome in result.outcomes.items()}
        assert got == {key: trace[key] for key in got}


def test_explanations_agree_with_the_run(nodes: list[Node]) -> None:
    """Guards the flag that says so."""
    assert all(node["agrees_with_run"] for node in nodes)


def test_a_changed_trace_is_noticed(run: Run, tmp_path: Path) -> None:
    """Guards that the flag can be false: one value of each customer's trace changed, on whatever level, is noticed."""
    changes = {
        "C0001": "composite.low", "C0002": "composite.coverage", "C0003": "stability.points", "C0004": "gate.lapsed",
        "C0005": "purchase-rhythm.points", "C0006": "rfm.case", "C0007": "tier.index",
    }  # fmt: skip
    shutil.copytree(run.folder, tmp_path / "run")
    trace = pl.read_parquet(tmp_path / "run" / "trace.parquet")
    for customer, column in changes.items():
        changed = pl.col(column).not_() if column.startswith("gate") else pl.col(column) - 1
        here = pl.col("customer_id") == customer
        trace = trace.with_columns(pl.when(here).then(changed).otherwise(pl.col(column)).alias(column))
    trace.write_parquet(tmp_path / "run" / "trace.parquet")
    changed_run = Run.read(tmp_path / "run")
    agree = {customer: explain(changed_run, customer)["agrees_with_run"] for customer in (*changes, "C0008")}
    assert agree == {**dict.fromkeys(changes, False), "C0008": True}
    assert "WARNING" in api.explain(changed_run, "C0001").splitlines()[-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_says_what_the_data_says(run: Run, nodes: list[Node], language: str) -> None:
    """Guards the tree that people read: every dimension, rule, title and place is in it, in one language, no more."""
    for node in nodes[:4]:
        text = api.explain(run, node["customer_id"], language)
        lines = text.splitlines()
        assert lines[0] == f"{node['customer_id']}  {node['name']}"
        assert f"{node['composite']:.2f}" in text and node["tier"]["title"][language] in text
        for dimension in node["dimensions"]:
            assert any(line.startswith(dimension["title"][language] + "  ") for line in lines)
        for rule in rules_of(node):
            (line,) = (line for line in lines if line.endswith(f"{rule['place']} [{rule['id']}]"))
            assert line.startswith(f"  {rule['title'][language]}  ")
        assert "None" not in text and "{" not in text.replace("{18}", "") and "KeyError" not in text
        other = {"zh": "en", "en": "zh"}[language]
        assert not [
            d for d in node["dimensions"] if any(line.startswith(d["title"][other] + "  ") for line in lines)
        ]


@pytest.mark.parametrize("language, nothing", [("zh", "没有适用的规则"), ("en", "no rule applies")])
def test_a_customer_to_whom_nothing_applies(tmp_path: Path, language: str, nothing: str) -> None:
    """Guards the words where there are no numbers: neither zeros nor blanks in the places of numbers."""
    pack = small_pack(
        tmp_path,
        [
            ("weight: 3, source", "applies: visits > 5, source"),
            ("large, points", "large, applies: visits > 5, points"),
        ],
    )
    run = api.evaluate(pl.DataFrame({"customer_id": ["A"], "visits": [0.0]}), pack, "2026-06-30")
    text = api.explain(run, "A", language)
    node = explain(run, "A")
    assert (
        node["composite"],
        node["coverage"],
        node["dimensions"][0]["contribution"],
        node["tier"]["id"],
    ) == (None, None, 0, None)
    assert text.count(nothing) == 2
    assert text.count({"zh": "不适用", "en": "not applicable"}[language]) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_shows_what_gates_did(run: Run, language: str) -> None:
    """Guards C0008's veto, told with its reason, and C0001's floor, told in people's words and not in ids."""
    vetoed = api.explain(run, "C0008", language)
    assert {"zh": "级别不得高于普通", "en": "can't rank above ordinary"}[language] in vetoed
    assert {"zh": "等级 不高于 普通", "en": "the tier at most Ordinary"}[language] in vetoed
    assert {"zh": "为何不是", "en": "Why not"}[language] not in vetoed
    floored = api.explain(run, "C0001", language)
    assert {"zh": "合作意愿 不低于 80", "en": "Willingness to cooperate at least 80"}[language] in floored


def test_json_of_the_command_is_the_data(run: Run, nodes: list[Node]) -> None:
    """Guards `--json` against saying less than the function."""
    done = called("explain", run.folder, nodes[0]["customer_id"], "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == nodes[0]


def test_a_fresh_run_explains_as_one_read_back(run: Run, tmp_path: Path) -> None:
    """Guards the explanation of a run that was just made, in the same process, against that of its folder later."""
    fresh = api.evaluate(SAMPLE, out=tmp_path / "run")
    assert explain(fresh, "C0042") == explain(run, "C0042")


@pytest.mark.parametrize("language, meant", [("en", "did you mean C0001, "), ("zh", "您是不是想写 C0001、")])
def test_an_unknown_customer_is_told_who_it_may_be(run: Run, language: str, meant: str) -> None:
    """Guards the slip of a finger: exit code 2, and the ids that are near."""
    done = called("explain", run.folder, "c0001", lang=language)
    assert (done.code, done.out) == (2, "")
    assert meant in done.err and "[unknown-customer]" in done.err
    with pytest.raises(rulescore.UsageError):
        api.explain(run, "nobody at all")


def test_a_run_that_does_not_fit_is_refused(run: Run, tmp_path: Path) -> None:
    """Guards against an internal error where a file of the run is damaged or of another engine."""
    shutil.copytree(run.folder, tmp_path / "run")
    inputs = tmp_path / "run" / "inputs.parquet"
    pl.read_parquet(inputs).drop("need_fit").write_parquet(inputs)
    done = called("explain", tmp_path / "run", "C0001")
    assert (done.code, "[run-columns]" in done.err, "need_fit" in done.err) == (2, True, True)
    inputs.write_bytes(inputs.read_bytes()[:1000])
    done = called("explain", tmp_path / "run", "C0001")
    assert (done.code, "[run-file-unreadable]" in done.err) == (2, True)
