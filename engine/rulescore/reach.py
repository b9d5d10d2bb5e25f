# SPDX-License-Identifier: Apache-2.0
"""What is missing in a run, and how far each piece of it reaches: rules, gates and tiers that wait for it, customers whose tier it
could change, money of those who lack it.

The tier is tried at two ends: the input is there and every rule that waits for it gives its least points, or its most; all
else stays as it is. Totals, gates and tiers are those of the frame engine, so nothing of the arithmetic stands here again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from .engines import frame as frame_engine
from .engines.columns import Columns
from .engines.frame import CUSTOMER
from .engines.literals import whole
from .engines.verdicts import number
from .folder import Run
from .lang.syntax import Tree
from .model import KEPT_OUT
from .plan import Plan, Step
from .readers.table import Executor
from .scoring import MISSING

Item = tuple[str, str]
"""(table, field); the field is blank where the whole table is missing."""

SAMPLED = 50_000
"""Customers among whom tiers are tried; of more, every so many-th, so that memory does not grow with the base."""
LOOKED_AT = 1_000
"""Customers without an item whose tier is tried; of more, so many spaced evenly, and their share is taken for all."""
ENDS = {"low": "cap", "high": "floor"}
"""By end: the gates that an input in doubt would set off there."""
AT, ITEM, HIGH, WAS, AMOUNT = "#at", "#item", "#high", "#was", "#amount"
ANY = "any"
"""Stands for everything that waits for an item."""


class Lack(Struct):
    """An item that is missing: for how many customers (1 for the base), and of them in how many each rule waits for it; the gates and
    tiers that do (`reached`: tiers whose condition is undecided without it); how many customers' tier it could change; the amount of those in the valued base, None where nothing is known of it."""

    item: Item
    customers: int
    rules: dict[str, int] = {}
    gates: list[str] = []
    reached: list[str] = []
    tiers: int = 0
    amount: Decimal | None = None


def lacking(run: Run, amount: str | None, tiers: bool = True) -> list[Lack]:
    """What is missing in a run of customers, or of the base. `amount`: the column of the inputs that says what a customer is worth;
    `tiers`: also tries whose tier it could change, which reads the whole trace."""
    plan = run.plan
    steps = {step.column: step for step in plan.steps}
    waits = _waits(run, steps)
    if not waits:
        return []
    joined = _joined(run, waits, amount).with_columns(_amount(run, amount))
    joined = joined.with_columns(*_scores(plan)).with_columns(*_undecided(plan))
    masks = [_mask(state, columns).alias(name) for name, state, columns in _masks(waits)]
    anything = [
        pl.any_horizontal([_name(item, name) for name in of]).alias(_name(item, ANY))
        for item, of in waits.items()
    ]
    asked = [pl.col(name).sum() for name, _, _ in _masks(waits)]
    asked += [pl.col(_name(item, ANY)).sum() for item in waits]
    for item in waits if amount else ():
        worth = pl.when(_name(item, ANY)).then(AMOUNT)
        asked += [worth.sum().alias(_name(item, "sum")), worth.count().alias(_name(item, "known"))]
    marked = joined.with_columns(masks).with_columns(anything)
    every = max(1, int(run.manifest["customers"]) // SAMPLED)
    by: Executor = "in-memory" if every == 1 else "streaming"
    if every == 1:  # all of them are tried, and so held
        marked = marked.collect(engine="in-memory").lazy()
    counts = marked.select(asked).collect(engine=by).row(0, named=True)
    found: dict[Item, Lack] = {}
    for item, of in waits.items():
        if customers := counts[_name(item, ANY)]:
            open_ = {name: count for name in of if (count := counts[_name(item, name)])}
            found[item] = Lack(
                item, customers,
                {name[5:]: count for name, count in open_.items() if name.startswith("rule.")},
                [name[5:] for name in open_ if name.startswith("gate.")],
                [name[5:] for name in open_ if name.startswith("tier.")],
                amount=Decimal(counts[_name(item, "sum")]).scaleb(-2) if counts.get(_name(item, "known")) else None,
            )  # fmt: skip
    if found and tiers:
        if every > 1:  # drawn before anything is worked out of the others
            marked = joined.gather_every(every).with_columns(masks).with_columns(anything)
        _try_tiers(plan, marked.collect(engine=by), waits, found)
    return list(found.values())


Waits = Mapping[Item, Mapping[str, Sequence[str]]]
"""Item -> `rule.<id>`, `gate.<id>` or `tier.<id>` -> the columns of the inputs that are the item there."""


def _waits(run: Run, steps: Mapping[str, Step]) -> Waits:
    plan = run.plan
    trees: dict[str, list[Tree | None]] = {
        f"rule.{planned.rule.id}": [
            planned.applies,
            *(part for case in planned.cases for part in (case.when, case.points) if isinstance(part, Tree)),
        ]
        for planned in plan.rules
    }
    trees |= {f"gate.{gate.id}": [tree] for gate, tree in plan.gates}
    trees |= {f"tier.{tier.id}": [tree] for tier, tree in plan.tiers}
    found: dict[Item, dict[str, list[str]]] = {}
    for waiting, of in trees.items():
        for column in rests_on([tree for tree in of if tree is not None], steps, plan):
            item = _item(column, steps, run)
            found.setdefault(item, {}).setdefault(waiting, []).append(column)
    return found


def rests_on(trees: Sequence[Tree], steps: Mapping[str, Step], plan: Plan) -> list[str]:
    """The fields and figures of events that expressions rest on, each a column of the inputs."""
    waiting = sorted(set(chain.from_iterable(tree.names() for tree in trees)))
    fields, found, seen = set(plan.fields), set(), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        step = steps.get(name)
        if step is not None and step.scope != "events":
            waiting += sorted(step.needs)
        elif step is not None or name in fields:
            found.add(name)
    return sorted(found)


def _item(name: str, steps: Mapping[str, Step], run: Run) -> Item:
    """A column as something to ask for: the field, the column of events, or the whole table that was not supplied."""
    step = steps.get(name)
    if step is None:
        return run.pack.subject, name
    table = step.tree.table
    supplied = {source["table"] for source in run.manifest["inputs"]} | {"customers"}
    names = {node for arg in step.tree.args[:1] for node in arg.names()}
    read = [key for key in run.pack.tables[table].fields if f"{table}.{key}" in names]
    return (table, read[0]) if table in supplied and read else (table, "")


def _name(item: Item, waiting: str) -> str:
    return f"#{item[0]}.{item[1]}|{waiting}"


def _masks(waits: Waits) -> list[tuple[str, pl.Expr, Sequence[str]]]:
    """The column that says of each customer whether something waits for an item, what waits, and the item's columns."""
    return [
        (_name(item, waiting), _open(waiting), columns)
        for item, of in waits.items()
        for waiting, columns in of.items()
    ]


def _open(waiting: str) -> pl.Expr:
    """Whether a rule is missing, or a gate or tier undecided."""
    if waiting.startswith("rule."):
        return pl.col(f"{waiting[5:]}.case") == MISSING
    if waiting.startswith("tier."):
        return pl.col(f"#open.{waiting}")
    return pl.col(waiting).is_null()


def _scores(plan: Plan) -> list[pl.Expr]:
    """The scores of a trace as the numbers that conditions of tiers call by name."""
    names = {name for _, tree in plan.tiers if tree is not None for name in tree.names()}
    points = {"composite": "composite.points", "coverage": "composite.coverage"}
    points |= {f"score.{one.id}": f"{one.id}.points" for one in plan.pack.dimensions}
    points |= {f"index.{one.id}": f"index.{one.id}.points" for one in plan.pack.indices}
    found = [number(pl.col(column)).alias(name) for name, column in points.items() if name in names]
    for index in plan.pack.indices:
        known = [pl.col(f"{dimension}.points").is_not_null() for dimension in index.weights]
        found.append(pl.all_horizontal(known).alias(f"assessed.{index.id}"))
    acts = {f"gate.{gate.id.replace('-', '_')}": f"gate.{gate.id}" for gate, _ in plan.gates}
    return found + [
        pl.col(column).alias(name) for name, column in acts.items() if name in names and name != column
    ]


def _undecided(plan: Plan) -> list[pl.Expr]:
    """Whether the condition of a tier above the customer's own is neither true nor false."""
    columns = Columns(plan.fields)
    assessed = pl.col("composite.points").is_not_null()
    return [
        (assessed & (pl.col("tier.index") > index) & columns.expression(tree).is_null()).alias(f"#open.tier.{tier.id}")
        for index, (tier, tree) in enumerate(plan.tiers)
        if tree is not None
    ]  # fmt: skip


def _mask(state: pl.Expr, columns: Sequence[str]) -> pl.Expr:
    return (state & pl.any_horizontal([pl.col(name).is_null() for name in columns])).fill_null(False)


def _joined(run: Run, waits: Waits, amount: str | None) -> pl.LazyFrame:
    """Trace and the inputs that are read here, side by side; dates as days."""
    plan, have = run.plan, run.inputs.collect_schema().names()
    trees = [*(tree for _, tree in plan.gates), *(tree for _, tree in plan.tiers)]
    read = {name for tree in trees if tree is not None for name in tree.names()}
    read |= {name for of in waits.values() for columns in of.values() for name in columns}
    read |= {KEPT_OUT, *([amount] if amount else [])}
    chosen = sorted((read & set(have)) - {CUSTOMER})
    inputs = frame_engine.as_numbers(run.inputs.select(chosen), chosen, plan.kinds)
    return pl.concat([run.trace, inputs], how="horizontal")


def _amount(run: Run, amount: str | None) -> pl.Expr:
    """What a customer of the valued base is worth, in hundredths, so that sums are exact in any order."""
    if amount is None:
        return pl.lit(None, dtype=pl.Int64).alias(AMOUNT)
    worth = (pl.col(amount).clip(0) * 100).round().cast(pl.Int64)
    if KEPT_OUT in run.pack.features:
        worth = pl.when(pl.col(KEPT_OUT).fill_null(False)).then(0).otherwise(worth)
    return worth.alias(AMOUNT)


def _try_tiers(plan: Plan, rows: pl.DataFrame, waits: Waits, found: Mapping[Item, Lack]) -> None:
    """Counts for each item the customers whose tier is another at one of the two ends. `rows`: customers with their trace, the
    inputs that are read here, and what waits for what."""
    places = {item: _spaced(rows[_name(item, ANY)].arg_true().to_list()) for item in found}
    places = {item: chosen for item, chosen in places.items() if chosen}  # of a sample, nobody may lack it
    if not places:
        return
    pairs = [(at, index) for index, chosen in enumerate(places.values()) for at in chosen]
    at, items = zip(*pairs, strict=True)
    both = [pl.DataFrame({AT: at, ITEM: items, HIGH: [end == "high"] * len(at)}) for end in ENDS]
    tried = pl.concat(both)
    there = pl.concat([tried, rows.rename({"tier.index": WAS})[tried[AT]]], how="horizontal")
    there = there.with_columns(_at_ends(plan, waits, list(places)))
    other = pl.col("tier.index").ne_missing(pl.col(WAS))
    moved = frame_engine.standings(_doubted(plan), there.lazy()).filter(other)
    counted = dict(moved.group_by(ITEM).agg(pl.col(AT).n_unique()).collect(engine="in-memory").iter_rows())
    for index, (item, looked) in enumerate(places.items()):
        lack = found[item]
        lack.tiers = (2 * counted.get(index, 0) * lack.customers + len(looked)) // (2 * len(looked))


def _spaced(places: Sequence[int]) -> Sequence[int]:
    """All places, or LOOKED_AT of them at most, evenly spaced."""
    return places[:: max(1, -(-len(places) // LOOKED_AT))]


def _rested_on(plan: Plan) -> dict[str, frozenset[str]]:
    """Tier -> the columns of the inputs that its condition reads beside the scores."""
    steps = {step.column: step for step in plan.steps}
    return {tier.id: frozenset(rests_on([tree], steps, plan)) for tier, tree in plan.tiers if tree}


def _doubted(plan: Plan) -> Plan:
    """The plan whose gates and tiers, where their condition is missing, take what the columns of an end say."""

    def either(tree: Tree, name: str) -> Tree:
        return Tree("call", (tree, Tree("name", value=name, kind="bool")), "coalesce", "bool")

    return replace(
        plan,
        gates=tuple((gate, either(tree, f"#gate.{gate.id}")) for gate, tree in plan.gates),
        tiers=tuple((tier, tree and either(tree, f"#tier.{tier.id}")) for tier, tree in plan.tiers),
    )


def _at_ends(plan: Plan, waits: Waits, items: Sequence[Item]) -> Iterator[pl.Expr]:
    """What is other once the item ITEM of `items` is there, at the HIGH end or the low: rules that wait for it stand at that end
    of what they could give; gates in doubt are set off at the low end if they cap and at the high end if they lift; tiers in
    doubt are reached at the high end."""

    def any_of(held: Iterable[pl.Expr]) -> pl.Expr:
        return pl.any_horizontal([pl.lit(False), *held])

    def waiting(name: str) -> pl.Expr:
        return any_of(
            (pl.col(ITEM) == index) & pl.col(_name(item, name))
            for index, item in enumerate(items) if name in waits[item]
        )  # fmt: skip

    for planned in plan.rules:
        name, high = planned.rule.id, planned.rule.high
        waits_here, case, points = waiting(f"rule.{name}"), pl.col(f"{name}.case"), pl.col(f"{name}.points")
        worst, best = (whole(value, pl.Int32) for value in planned.span)
        points = pl.when(waits_here).then(pl.when(HIGH).then(best).otherwise(worst)).otherwise(points)
        yield pl.when(waits_here).then(whole(0, pl.Int8)).otherwise(case).alias(f"{name}.case")
        yield points.alias(f"{name}.points")
        yield (high - points).fill_null(0).cast(pl.Int32).alias(f"{name}.lost")
    for gate, _ in plan.gates:
        doubted = pl.col(HIGH) == (ENDS["high"] == gate.action)
        yield pl.when(doubted & waiting(f"gate.{gate.id}")).then(True).alias(f"#gate.{gate.id}")
    for tier, read in _rested_on(plan).items():
        reading = [index for index, item in enumerate(items) if read & set(chain(*waits[item].values()))]
        yield pl.when(pl.col(HIGH) & pl.col(ITEM).is_in(reading)).then(True).alias(f"#tier.{tier}")
