# SPDX-License-Identifier: Apache-2.0
"""Files of a pack (and of the packs it extends) -> a checked `Pack`, or every problem at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import merge
from .bundled import folder, pack_ids
from .kinds import BY_NAME
from .kinds.builder import Bad, RuleText
from .lang.check import EventTable, Scope, check
from .lang.syntax import Kind, Report, Tree, parse
from .model import (
    Action, Case, Dimension, Expr, Feature, Field, Gate, Pack, Parameter, Rule, Table, Text, Tier,
)  # fmt: skip
from .problems import Problems, RulesetError, Span, close_names
from .schema import check_document
from .source import Document, Path_, read_yaml
from .arithmetic import points_text, units
from .values import day

NO_RULES = ("tests", "assessment", "portfolio", "company", "valuation")
EMPTY: Text = {"zh": "", "en": ""}
BASE_NAMES: Mapping[str, Kind] = {"as_of": "date"}


def load(pack: str | Path, dictionary: Path | None = None, shown_root: Path | None = None) -> tuple[Pack | None, Problems]:
    """Loads a pack by id, folder or pack.yaml. Returns None beside the problems when it can't be used.

    `dictionary`: the tables.yaml to use instead of the shipped one; `shown_root`: file names are shown relative to it.
    """
    problems = Problems()
    found = find(pack, problems)
    if found is None:
        return None, problems
    layers = _layers(found, problems, shown_root)
    if not layers:
        return None, problems
    tables_path = dictionary or folder("rulesets") / "tables.yaml"
    shared = read_yaml(tables_path, problems, _shown(tables_path, shown_root))
    if shared.data is None or not check_document(shared, "tables", problems):
        return None, problems
    loaded = _Loader(layers, shared, problems).build()
    return (None if problems.has_errors else loaded), problems


def load_or_raise(pack: str | Path, dictionary: Path | None = None, shown_root: Path | None = None) -> tuple[Pack, Problems]:
    loaded, problems = load(pack, dictionary, shown_root)
    if loaded is None:
        raise RulesetError(problems)
    return loaded, problems


def find(pack: str | Path, problems: Problems, beside: Path | None = None, place: Span | None = None) -> Path | None:
    """The folder of a pack given by id, folder or file; ids are looked up beside the asking pack, then in the shipped rulesets."""
    text = str(pack)
    candidates = [Path(text)] if beside is None else [beside / text]
    if "/" not in text and os.sep not in text:
        candidates.append(folder("rulesets") / text)
    for candidate in candidates:
        if candidate.name == "pack.yaml" and candidate.is_file():
            return candidate.parent
        if (candidate / "pack.yaml").is_file():
            return candidate
    known = pack_ids()
    problems.error("pack-not-found", place or Span(text), name=text, known=known, close=close_names(text, known))
    return None


def _shown(path: Path, root: Path | None) -> str:
    resolved = path.resolve()
    for base in ([root.resolve()] if root else []) + [Path.cwd().resolve(), folder("rulesets").parent.resolve()]:
        if resolved.is_relative_to(base):
            return resolved.relative_to(base).as_posix()
    return str(path)


@dataclass(slots=True)
class Layer:
    """One pack folder as read: its documents by stem."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # stems of the files that can't be used

    @property
    def pack(self) -> Document:
        return self.documents["pack"]


def _layers(start: Path, problems: Problems, root: Path | None) -> list[Layer]:
    """The pack and those it extends, base first."""
    layers: list[Layer] = []
    seen: list[Path] = []
    where: Path | None = start
    while where is not None:
        seen.append(where.resolve())
        layer = Layer(where)
        for path in sorted(where.glob("*.yaml")):
            if path.stem in NO_RULES:
                continue
            before = len(problems)
            document = read_yaml(path, problems, _shown(path, root))
            kind = path.stem if path.stem in ("pack", "tables") else "dimension"
            if document.data is None:
                if len(problems) == before:
                    problems.error("file-empty", Span(document.file, 1, 1))
                layer.broken.add(path.stem)
            elif check_document(document, kind, problems):
                layer.documents[path.stem] = document
            else:
                layer.broken.add(path.stem)
        if "pack" not in layer.documents:
            return []
        layers.insert(0, layer)
        extends = layer.pack.data.get("extends")
        where = find(extends, problems, where.parent, layer.pack.at("extends")) if extends else None
        if extends and where is None:
            return []
        if where is not None and where.resolve() in seen:
            problems.error("circular-extends", layer.pack.at("extends"), name=extends)
            return []
    return layers


def sources(value: Any) -> tuple[str, ...]:
    """`source` as a tuple; a text stands for a list of one."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


class _Loader:
    def __init__(self, layers: list[Layer], shared: Document, problems: Problems) -> None:
        self.layers, self.shared, self.problems = layers, shared, problems
        self.top = layers[-1]
        self.broken = {stem for layer in layers for stem in layer.broken}
        self.circular: set[str] = set()
        self.limits: dict[str, Span] = {}
        self.parameters: dict[str, Parameter] = {}
        self.tables: dict[str, Table] = {}
        self.features: dict[str, Feature] = {}
        self.scope = Scope({})

    def build(self) -> Pack | None:
        settings, places = merge.settings([layer.pack for layer in self.layers])
        self.tables = self.read_tables()
        if "customers" not in self.tables:
            self.problems.error("missing-key", self.shared.at("tables"), key="customers")
            return None
        self.parameters = self.read_parameters(settings, places)
        self.scope = self.make_scope()
        self.read_features()
        dimensions = self.read_dimensions(settings, places)
        scored: dict[str, Kind] = {f"score.{dimension.id}": "number" for dimension in dimensions}
        scored |= {"composite": "number", "coverage": "number"}
        gates = self.read_gates(settings, places, dimensions, scored)
        gate_names: dict[str, Kind] = {f"gate.{gate.id.replace('-', '_')}": "bool" for gate in gates}
        tiers = self.read_tiers(settings, places, {**scored, **gate_names})
        tier_ids = [tier.id for tier in tiers]
        for gate in gates:
            if gate.target == "tier" and gate.limit not in tier_ids:
                close = close_names(str(gate.limit), tier_ids)
                self.problems.error("unknown-tier", self.limits[gate.id], name=str(gate.limit), known=tier_ids, close=close)
        minimum = settings.get("minimum_coverage") or {}
        if minimum and minimum["cap"] not in tier_ids:
            close = close_names(minimum["cap"], tier_ids)
            self.problems.error("unknown-tier", places["minimum_coverage"].at("minimum_coverage", "cap"), name=minimum["cap"], known=tier_ids, close=close)
        self.unknown_removals()
        decimals = settings.get("decimals") or {}
        return Pack(
            id=settings["id"], version=settings["version"], title=settings["title"], why=settings.get("why", EMPTY),
            tables=self.tables, parameters=self.parameters, features=self.features, dimensions=dimensions,
            gates=gates, tiers=tiers, dimension_decimals=decimals.get("dimension", 4),
            composite_decimals=decimals.get("composite", 2), minimum_coverage=float(minimum.get("share", 0.0)),
            coverage_cap=minimum.get("cap", ""), review=settings.get("review", EMPTY),
            dimension_source=sources(settings.get("dimension_source")), files=self.files(), span=self.top.pack.at("id"),
        )  # fmt: skip

    def files(self) -> tuple[tuple[str, str], ...]:
        found = [("tables.yaml", self.shared.text)]
        for layer in self.layers:
            name = layer.pack.data["id"]
            found += [(f"{name}/{stem}.yaml", document.text) for stem, document in sorted(layer.documents.items())]
        return tuple(found)

    # ---- expressions ----------------------------------------------------------------------------------

    def reporter(self, document: Document, path: Path_) -> Report:
        def report(code: str, offset: int, length: int, **facts: Any) -> None:
            if code == "unknown-name" and self.broken:
                return  # it may be the name of a feature in a file that could not be used, which was reported
            self.problems.error(code, document.inside(path, offset, length), **facts)

        return report

    def expression(self, document: Document, path: Path_, value: Any, want: Kind | None, scope: Scope | None = None) -> Expr | None:
        report = self.reporter(document, path)
        raw = parse(value, report)
        tree = None if raw is None else check(raw, scope or self.scope, want, report)
        return None if tree is None else Expr(tree, str(value).strip(), document.at(*path))

    def make_scope(self) -> Scope:
        customers = self.tables["customers"]
        names: dict[str, Kind] = dict(BASE_NAMES)
        names |= {f"param.{key}": parameter.kind for key, parameter in self.parameters.items()}  # type: ignore[dict-item]
        names |= {key: found.kind for key, found in customers.fields.items()}  # type: ignore[dict-item]
        events = {
            table.id: EventTable(
                {key: found.kind for key, found in table.fields.items()},  # type: ignore[misc]
                {key: found.values for key, found in table.fields.items() if found.values}, table.date,
            )
            for table in self.tables.values() if table.id != "customers"
        }  # fmt: skip
        return Scope(names, {key: found.values for key, found in customers.fields.items() if found.values}, events)

    # ---- data dictionary and parameters ---------------------------------------------------------------

    def read_tables(self) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        documents = [self.shared] + [layer.documents["tables"] for layer in self.layers if "tables" in layer.documents]
        for document in documents:
            for table_id, data in document.data["tables"].items():
                old = tables.get(table_id)
                fields: dict[str, Field] = dict(old.fields) if old else {}
                for key, item in data["fields"].items():
                    fields[key] = self.read_field(document, table_id, key, item)
                table = Table(
                    table_id, data.get("title") or (old.title if old else {"zh": table_id, "en": table_id}), fields,
                    data.get("key") or (old.key if old else ""), data.get("customer") or (old.customer if old else ""),
                    data.get("date") or (old.date if old else ""), document.key("tables", table_id),
                )  # fmt: skip
                for role in ("key", "customer", "date"):
                    name = getattr(table, role)
                    if name and name not in fields:
                        self.problems.error("unknown-field", document.at("tables", table_id, role), name=name, close=close_names(name, fields))
                if table_id == "customers" and not table.key:
                    self.problems.error("missing-key", table.span, key="key")
                if table_id != "customers" and not table.customer:
                    self.problems.error("missing-key", table.span, key="customer")
                tables[table_id] = table
        return tables

    def read_field(self, document: Document, table: str, key: str, item: dict[str, Any]) -> Field:
        values = tuple(item.get("values", ()))
        words = {value: tuple(found) for value, found in item.get("words", {}).items()}
        for value in words:
            if values and value not in values:
                place = document.key("tables", table, "fields", key, "words", value)
                self.problems.error("unknown-value", place, name=key, read=value, allowed=list(values), close=close_names(value, values))
        return Field(
            id=key, type=item["type"], title=item["title"], unit=item.get("unit", ""), min=item.get("min"), max=item.get("max"),
            values=values, words=words, missing=tuple(item.get("missing", ())), not_missing=tuple(item.get("not_missing", ())),
            aliases=tuple(item.get("aliases", ())), required=item.get("required", False), personal=item.get("personal", False),
            span=document.key("tables", table, "fields", key),
        )  # fmt: skip

    def read_parameters(self, settings: dict[str, Any], places: dict[str, Document]) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for layer in self.layers:
            for key, item in (layer.pack.data.get("parameters") or {}).items():
                values: list[tuple[int, Any, tuple[str, ...]]] = []
                for index, value in enumerate(item["values"]):
                    start = day(value["from"])
                    place = layer.pack.at("parameters", key, "values", index, "from")
                    if start is None:
                        self.problems.error("date-unreadable", place, read=value["from"])
                        continue
                    if values and start <= values[-1][0]:
                        self.problems.error("parameter-order", place, read=value["from"])
                    given = value["value"]
                    values.append((start, float(given) if isinstance(given, int) and not isinstance(given, bool) else given, sources(value["source"])))
                kinds = {"text" if isinstance(v, str) else "bool" if isinstance(v, bool) else "number" for _, v, _ in values}
                if len(kinds) > 1:
                    self.problems.error("kinds-differ", layer.pack.key("parameters", key), left=sorted(kinds)[0], right=sorted(kinds)[1])
                kind = next(iter(kinds), "number")
                found[key] = Parameter(key, item["title"], item.get("unit", ""), tuple(values), kind, layer.pack.key("parameters", key))
        return found

    # ---- features -------------------------------------------------------------------------------------

    def read_features(self) -> None:
        """Parses all features, orders them by what they need, and checks them in that order."""
        raw: dict[str, tuple[Document, Path_, dict[str, Any], Tree | None]] = {}
        for layer in self.layers:
            for document in layer.documents.values():
                for key, item in (document.data.get("features") or {}).items() if "tables" not in document.data else ():
                    path: Path_ = ("features", key)
                    raw[key] = (document, path, item, parse(item["is"], self.reporter(document, (*path, "is"))))
        names = dict(self.scope.names)
        for key, (document, path, _, _) in raw.items():
            if key in names or key in self.scope.tables or key in ("composite", "coverage"):
                self.problems.error("duplicate-name", document.key(*path), name=key)
        order = self.ordered(raw)
        names |= dict.fromkeys(self.circular, "unknown")
        for key in order:
            document, path, item, tree = raw[key]
            scope = Scope(names, self.scope.values, self.scope.tables)
            typed = None if tree is None else check(tree, scope, None, self.reporter(document, (*path, "is")))
            if typed is None or typed.kind == "period":
                names[key] = "unknown"  # already reported; don't report every use as well
                continue
            names[key] = typed.kind
            expr = Expr(typed, str(item["is"]).strip(), document.at(*path, "is"))
            self.features[key] = Feature(key, item["title"], item.get("unit", ""), expr, sources(item.get("source")), document.key(*path))
        self.scope = Scope(names, self.scope.values, self.scope.tables)

    def ordered(self, raw: dict[str, tuple[Document, Path_, dict[str, Any], Tree | None]]) -> list[str]:
        needs = {key: sorted(tree.names() & raw.keys()) if tree else [] for key, (_, _, _, tree) in raw.items()}
        done: dict[str, bool] = {}
        order: list[str] = []
        for start in raw:
            stack = [(start, iter(needs[start]))]
            if start in done:
                continue
            done[start] = False
            while stack:
                key, rest = stack[-1]
                follow = next(rest, None)
                if follow is None:
                    stack.pop()
                    done[key] = True
                    order.append(key)
                elif follow not in done:
                    done[follow] = False
                    stack.append((follow, iter(needs[follow])))
                elif not done[follow]:
                    document, path, _, _ = raw[key]
                    chain = [name for name, _ in stack]
                    self.circular.add(follow)
                    circle = " -> ".join([*chain[chain.index(follow) :], follow])
                    self.problems.error("circular-feature", document.key(*path), circle=circle)
        return order

    # ---- dimensions and rules -------------------------------------------------------------------------

    def read_dimensions(self, settings: dict[str, Any], places: dict[str, Document]) -> tuple[Dimension, ...]:
        weights: dict[str, int] = settings.get("dimensions") or {}
        if not weights:
            self.problems.error("missing-key", self.top.pack.at(), key="dimensions")
        merged, order = merge.dimensions(self.layers, self.problems)
        for key, rules in order.items():
            if key not in weights:
                document = merged[key]["dimension"][1]
                known = list(weights)
                self.problems.error("dimension-without-weight", document.at("dimension"), name=key, close=close_names(key, known))
            self.duplicate_ids(rules)
        seen: dict[str, Span] = {}
        done: list[Dimension] = []
        for key, weight in weights.items():
            if key not in merged:
                if key in self.broken:
                    continue
                self.problems.error("dimension-without-file", places["dimensions"].key("dimensions", key), name=key, close=close_names(key, merged))
                continue
            data = {name: value for name, (value, _) in merged[key].items()}
            document = merged[key]["dimension"][1]
            rules = []
            for text in order[key]:
                if text.id in seen:
                    self.problems.error("duplicate-id", text.place("id"), id=text.id, first=seen[text.id].line)
                seen[text.id] = text.place("id")
                rule = self.read_rule(key, text)
                if rule is not None:
                    rules.append(rule)
            combine = data.get("combine", "mean")
            done.append(Dimension(
                key, data.get("title") or {"zh": key, "en": key}, data.get("why", EMPTY), weight, combine, units(data.get("initial", 0)),
                units(data["min"]) if "min" in data else None, units(data["max"]) if "max" in data else None, tuple(rules),
                document.at("dimension"),
            ))  # fmt: skip
            if combine != "sum" and "initial" in data:
                self.problems.error("initial-without-sum", merged[key]["initial"][1].key("initial"))
        return tuple(done)

    def duplicate_ids(self, rules: list[RuleText]) -> None:
        for text in rules:
            kinds = [name for name in BY_NAME if name in text.data]
            if not kinds:
                near = [(key, name) for key in text.data for name in close_names(key, BY_NAME)]
                place = text.key(near[0][0]) if near else text.place("id")
                self.problems.error("no-kind", place, id=text.id, known=list(BY_NAME), close=[name for _, name in near])

    def read_rule(self, dimension: str, text: RuleText) -> Rule | None:
        text = RuleText(text.id, text.data, text.origin, self.problems, self.expression)
        kind_name, valid = merge.check_rule(text)
        if not valid or kind_name is None:
            return None
        kind = BY_NAME[kind_name]
        data = text.data
        try:
            applies = text.expr("applies", want="bool") if "applies" in data else None
        except Bad:
            applies = None
        try:
            cases: tuple[Case, ...] = kind.lower(text)
            low, high = merge.bounds(kind_name, text, cases)
            policy: Any = data.get("on_missing", "leave_out")
            points = text.points(policy["points"], "on_missing", "points") if isinstance(policy, dict) else None
        except Bad:
            return None
        if low > high:
            self.problems.error("min-above-max", text.place("id"), low=points_text(low), high=points_text(high))
        of = text.expr("of") if "of" in data else None
        places = {key: text.place(key) for key in data}
        return Rule(
            id=text.id, dimension=dimension, kind=kind_name, title=data["title"], why=data.get("why", EMPTY), cases=cases, of=of,
            weight=data.get("weight", 1), applies=applies, on_missing="points" if points is not None else policy,
            missing_points={"worst": low, "neutral": (low + high + 1) // 2}.get(policy) if points is None else points,
            low=low, high=high, source=sources(data.get("source")), span=text.place("id"), places=places,
        )  # fmt: skip

    # ---- gates and tiers ------------------------------------------------------------------------------

    def read_gates(self, settings: dict[str, Any], places: dict[str, Document], dimensions: tuple[Dimension, ...], scored: dict[str, Kind]) -> tuple[Gate, ...]:
        ids = [dimension.id for dimension in dimensions]
        done: list[Gate] = []
        for document, path, item in merge.gates([layer.pack for layer in self.layers]):
            action: Any = "cap" if "cap" in item else "floor"
            (target, limit), = item[action].items()  # fmt: skip
            place = document.key(*path, action, target)
            if target not in ("tier", "composite", *ids) or (target == "tier" and action == "floor"):
                self.problems.error("unknown-target", place, name=target, close=close_names(target, ["tier", "composite", *ids]))
                continue
            if (target == "tier") != isinstance(limit, str):
                self.problems.error("wrong-type", document.at(*path, action, target), read=str(limit), want="text" if target == "tier" else "number")
                continue
            # a gate on a dimension acts before there are scores; one on the composite sees dimensions
            names = dict(self.scope.names)
            if target in ("tier", "composite"):
                names |= {key: kind for key, kind in scored.items() if target == "tier" or key.startswith("score.")}
            scope = Scope(names, self.scope.values, self.scope.tables, base_allowed=False)
            when = self.expression(document, (*path, "when"), item["when"], "bool", scope)
            if when is not None:
                value = limit if isinstance(limit, str) else units(limit)
                self.limits[item["id"]] = document.at(*path, action, target)
                done.append(Gate(item["id"], item["title"], when, action, target, value, item["reason"], sources(item.get("source")), document.at(*path, "id")))
        return tuple(done)

    def read_tiers(self, settings: dict[str, Any], places: dict[str, Document], extra: dict[str, Kind]) -> tuple[Tier, ...]:
        items: list[dict[str, Any]] = settings.get("tiers") or []
        if not items:
            self.problems.error("missing-key", self.top.pack.at(), key="tiers")
            return ()
        document = places["tiers"]
        scope = Scope({**self.scope.names, **extra}, self.scope.values, self.scope.tables, base_allowed=False)
        done: list[Tier] = []
        for index, item in enumerate(items):
            last = index == len(items) - 1
            if last == ("when" in item):
                place = document.key("tiers", index, "when") if last else document.at("tiers", index, "id")
                self.problems.error("last-tier-condition" if last else "tier-without-condition", place, id=item["id"])
                continue
            if any(tier.id == item["id"] for tier in done):
                self.problems.error("duplicate-id", document.at("tiers", index, "id"), id=item["id"], first=0)
            when = None if last else self.expression(document, ("tiers", index, "when"), item["when"], "bool", scope)
            actions = tuple(Action(a["title"], a.get("owner"), a.get("due", "")) for a in item.get("actions", ()))
            done.append(Tier(item["id"], item["title"], when, item.get("why", EMPTY), actions, sources(item.get("source")), document.at("tiers", index, "id")))
        return tuple(done)

    def unknown_removals(self) -> None:
        known: set[str] = set()
        for layer in self.layers:
            for document in layer.documents.values():
                for index, name in enumerate(document.data.get("remove") or ()):
                    if name not in known:
                        self.problems.error("unknown-removal", document.at("remove", index), name=name, close=close_names(name, known))
            for document in layer.documents.values():
                known |= {rule["id"] for rule in document.data.get("rules") or ()}
                known |= {gate["id"] for gate in document.data.get("gates") or ()}
