# SPDX-License-Identifier: Apache-2.0
"""Files of a pack (and of the packs it extends) -> a checked `Pack`, or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..arithmetic import points_text, units
from ..bundled import folder
from ..kinds import BY_NAME, frame_of
from ..kinds.builder import Bad, RuleText
from ..lang.check import Scope, check
from ..lang.syntax import Kind, Report, Tree, parse
from ..model import AT_STAKE, Case, Dimension, Expr, Feature, Pack, Parameter, Rule, Table
from ..problems import Problems, RulesetError, Span, close_names
from ..source import Document, Path_
from . import early_warnings, fairness, findings, measures, merge, outcomes
from .cycles import read_cycles
from .dictionary import Dictionary, check_name, make_scope, sources
from .grading import EMPTY, Grading
from .indices import KEY as INDICES
from .indices import names_of, read_indices
from .limits import read_quality
from .packfiles import PORTFOLIO, Layer, find, is_portfolio, read_layers, shown
from .portfolio_table import scored_customers
from .surveys import read_surveys
from .tabulation import Tabulation
from .violations import read_document

MAX_RULES = 2_000


def load(
    pack: str | Path,
    dictionary: Path | None = None,
    shown_root: Path | None = None,
    bases: Sequence[Path] | None = None,
) -> tuple[Pack | None, Problems]:
    """Loads a pack by id, folder or pack.yaml. Returns None beside the problems when it can't be used.

    `dictionary`: the tables.yaml to use instead of the shipped one; `shown_root`: file names are shown relative to it;
    `bases`: where the packs are that it extends, nearest first, when not where `extends` says.
    """
    problems = Problems()
    found = find(pack, problems)
    if found is None:
        return None, problems
    if is_portfolio(found):
        around, problems = load(found.parent, dictionary, shown_root, bases)
        if around is None or (
            around.portfolio is not None
            and around.portfolio.span.file == shown(found / "pack.yaml", shown_root)
        ):
            return (None if around is None else around.portfolio), problems
    layers = read_layers(found, problems, shown_root, bases)
    if not layers:
        return None, problems
    tables_path = dictionary or folder("rulesets") / "tables.yaml"
    shared = read_document(tables_path, shown(tables_path, shown_root), "tables", problems)
    if shared is None:
        return None, problems
    loaded = _Loader(layers, shared, problems).build()
    if loaded is None or problems.has_errors:
        return None, problems
    loaded = _with_portfolio(loaded, layers, shared, problems, shown_root)
    return (None if problems.has_errors else loaded), problems


def _with_portfolio(
    pack: Pack, layers: list[Layer], shared: Document, problems: Problems, shown_root: Path | None
) -> Pack:
    """The pack with the rules of the base as a whole: its own portfolio, else that of the nearest pack it extends."""
    folders = [layer.folder for layer in reversed(layers)]
    nearest = [found / PORTFOLIO for found in folders if (found / PORTFOLIO / "pack.yaml").is_file()]
    read = read_layers(nearest[0], problems, shown_root, nearest[1:]) if nearest else []
    if not read:
        return pack
    portfolio = _Loader(read, shared, problems, pack).build()
    if portfolio is None:
        return pack
    owners = {layer.folder.resolve(): layer.pack.data["id"] for layer in layers}
    files = tuple(
        (f"{owners[layer.folder.resolve().parent]}/{PORTFOLIO}/{stem}.yaml", document.text)
        for layer in read
        for stem, document in sorted(layer.documents.items())
    )
    return replace(pack, portfolio=portfolio, files=pack.files + files)


def load_or_raise(
    pack: str | Path,
    dictionary: Path | None = None,
    shown_root: Path | None = None,
    bases: Sequence[Path] | None = None,
) -> tuple[Pack, Problems]:
    loaded, problems = load(pack, dictionary, shown_root, bases)
    if loaded is None:
        raise RulesetError(problems)
    return loaded, problems


Raw = tuple[Document, Path_, str, dict[str, Any], Tree | None]
"""A feature before it is checked: where it stands, the key of its expression there, its facts, its tree."""
WANTED: dict[str, Kind] = {"when": "bool", "among": "bool", "amount": "number", "goal": "bool"}
"""What the expressions of findings, early warnings, measures and outcomes have to give."""

TAKEN = frozenset(
    ["customer_id", "name", "composite", "low", "high", "coverage", "tier", "tier_reason", "gates", "reasons"]
)
"""Columns of the scores; a dimension is a column beside them."""


class _Loader:
    def __init__(
        self, layers: list[Layer], shared: Document, problems: Problems, customers: Pack | None = None
    ) -> None:
        """`customers`: the pack whose scored customers are the events of this one, a portfolio."""
        self.layers, self.shared, self.problems, self.customers = layers, shared, problems, customers
        self.subject = "customers" if customers is None else "company"
        self.top = layers[-1]
        self.broken = {stem for layer in layers for stem in layer.broken}
        self.circular: set[str] = set()
        self.parameters: dict[str, Parameter] = {}
        self.tables: dict[str, Table] = {}
        self.features: dict[str, Feature] = {}
        self.scope = Scope({})
        self.stake: findings.Declared | None = None
        self.findings = findings.declared(layers)
        self.early_warnings = findings.declared(layers, "early_warnings")
        self.measures = findings.declared(layers, "measures")
        self.strategies = findings.declared(layers, "strategies")
        self.outcomes = findings.declared(layers, "outcomes")

    def build(self) -> Pack | None:
        settings, places = merge.settings([layer.pack for layer in self.layers])
        if AT_STAKE in settings:
            self.stake = (places[AT_STAKE], (AT_STAKE,), settings[AT_STAKE])
        scored = None if self.customers is None else scored_customers(self.customers, self.problems)
        dictionary = Dictionary(self.layers, self.shared, self.problems, self.subject, scored)
        self.tables = dictionary.read_tables()
        if self.subject not in self.tables:
            place = self.shared.at("tables") if self.customers is None else self.top.pack.at()
            self.problems.error("missing-key", place, key=self.subject)
            return None
        self.parameters = dictionary.read_parameters()
        self.scope = make_scope(self.tables, self.parameters, self.subject)
        merge.repeated(self.layers, self.problems)
        self.read_features()
        told = Tabulation(self.scope, self.expression, self.problems)
        breakdowns = told.read(merge.breakdowns(self.layers), self.customers is not None)
        breakdowns = measures.with_strategies(
            breakdowns,
            self.strategies,
            self.scope,
            self.expression,
            merge.breakdown_ids(self.layers),
            self.problems,
        )
        dimensions = self.read_dimensions(settings, places)
        totals: dict[str, Kind] = {f"score.{dimension.id}": "number" for dimension in dimensions}
        totals |= {"composite": "number", "coverage": "number"}
        grading = Grading(self.layers, self.scope, self.expression, self.problems)
        indices = read_indices(self.layers, dimensions, self.problems)
        totals |= names_of(indices)
        gates = grading.read_gates(dimensions, totals)
        gate_names: dict[str, Kind] = {f"gate.{gate.id.replace('-', '_')}": "bool" for gate in gates}
        tiers = grading.read_tiers(settings, places, {**totals, **gate_names})
        tier_ids = [tier.id for tier in tiers]
        for gate in gates:
            if gate.target == "tier" and gate.limit not in tier_ids:
                close = close_names(str(gate.limit), tier_ids)
                self.problems.error(
                    "unknown-tier", grading.limits[gate.id], name=str(gate.limit), known=tier_ids, close=close
                )
        minimum = settings.get("minimum_coverage") or {}
        if minimum and minimum["cap"] not in tier_ids:
            close = close_names(minimum["cap"], tier_ids)
            self.problems.error(
                "unknown-tier",
                places["minimum_coverage"].at("minimum_coverage", "cap"),
                name=minimum["cap"],
                known=tier_ids,
                close=close,
            )
        self.unknown_removals()
        named = None if self.broken else self.features
        decimals = settings.get("decimals") or {}
        pack = Pack(
            id=settings["id"] if self.customers is None else f"{self.customers.id}/{settings['id']}", version=settings["version"], title=settings["title"], why=settings.get("why", EMPTY),
            tables=self.tables, parameters=self.parameters, features=self.features, dimensions=dimensions,
            gates=gates, tiers=tiers, indices=indices, dimension_decimals=decimals.get("dimension", 4),
            composite_decimals=decimals.get("composite", 2), minimum_coverage=float(minimum.get("share", 0.0)),
            coverage_cap=minimum.get("cap", ""), review=settings.get("review", EMPTY),
            dimension_source=sources(settings.get("dimension_source")), files=self.files(), span=self.top.pack.at("id"),
            subject=self.subject, breakdowns=breakdowns, quality=read_quality(self.layers, self.tables, self.problems),
            surveys=read_surveys(self.layers, self.tables, self.problems),
            findings=findings.read(self.findings, self.features),
            early_warnings=early_warnings.read(
                self.early_warnings, self.stake, self.features, self.customers is not None, self.top.pack, self.problems
            ),
            waterfall=findings.read_waterfall(settings, places, named, self.problems), shown=findings.read_shown(settings, places, named, self.problems),
            measures=measures.read(self.measures, self.features, scored, self.problems),
            outcomes=outcomes.read(self.outcomes, self.features, self.customers is not None, self.problems),
            cycles=read_cycles(self.layers, settings, self.customers, self.problems),
        )  # fmt: skip
        fairness.check(pack, self.problems)
        return pack

    def files(self) -> tuple[tuple[str, str], ...]:
        found = [("tables.yaml", self.shared.text)]
        for layer in self.layers:
            name = layer.pack.data["id"]
            found += [
                (f"{name}/{stem}.yaml", document.text) for stem, document in sorted(layer.documents.items())
            ]
        return tuple(found)

    # ---- expressions ----------------------------------------------------------------------------------

    def reporter(self, document: Document, path: Path_) -> Report:
        def report(code: str, offset: int, length: int, **facts: Any) -> None:
            if code == "unknown-name" and self.broken:
                return  # it may be the name of a feature in a file that could not be used, which was reported
            self.problems.error(code, document.inside(path, offset, length), **facts)

        return report

    def expression(
        self, document: Document, path: Path_, value: Any, want: Kind | None, scope: Scope | None = None
    ) -> Expr | None:
        report = self.reporter(document, path)
        raw = parse(value, report)
        tree = None if raw is None else check(raw, scope or self.scope, want, report)
        return None if tree is None else Expr(tree, str(value).strip(), document.at(*path))

    # ---- features -------------------------------------------------------------------------------------

    def read_features(self) -> None:
        """Parses all features, orders them by what they need, and checks them in that order."""
        raw: dict[str, Raw] = {}
        own = list(self.declared_features())
        made = [
            *findings.as_features(self.findings),
            *early_warnings.as_features(self.early_warnings, self.stake, self.keeps_out),
            *measures.as_features(self.measures),
            *outcomes.as_features(self.outcomes),
        ]
        for key, document, path, part, item in own + made:
            check_name(key, document.key(*path), self.problems)
            if key in raw and path[0] != "features":  # a feature of a later layer replaces one
                self.problems.error("duplicate-name", document.key(*path), name=key)
            raw[key] = (document, path, part, item, parse(item["is"], self.reporter(document, (*path, part))))
        names = dict(self.scope.names)
        for key, (document, path, *_) in raw.items():
            if key in names or key in self.scope.tables or key in ("composite", "coverage"):
                self.problems.error("duplicate-name", document.key(*path), name=key)
        order = self.ordered(raw)
        names |= dict.fromkeys(self.circular, "unknown")
        for key in order:
            document, path, part, item, tree = raw[key]
            scope = replace(self.scope, names=names)
            report = self.reporter(document, (*path, part))
            typed = None if tree is None else check(tree, scope, WANTED.get(part), report)
            if typed is None or typed.kind == "period":
                names[key] = "unknown"  # already reported; don't report every use as well
                continue
            names[key] = typed.kind
            expr = Expr(typed, str(item["is"]).strip(), document.at(*path, part))
            self.features[key] = Feature(
                key,
                item["title"],
                item.get("unit", ""),
                expr,
                sources(item.get("source")),
                document.key(*path),
                item.get("values", {}),
                tuple(item.get("carries", ())),
            )
        self.scope = replace(self.scope, names=names)

    @property
    def keeps_out(self) -> bool:
        """Whether any finding keeps customers out of the valued base."""
        return any(item.get("keeps_out") for _, _, item in self.findings.values())

    def declared_features(self) -> Iterable[tuple[str, Document, Path_, str, dict[str, Any]]]:
        """Features in the order of the layers, those left out that a later layer removes."""
        found: dict[tuple[str, str], tuple[str, Document, Path_, str, dict[str, Any]]] = {}
        for layer in self.layers:
            documents = [document for document in layer.documents.values() if "tables" not in document.data]
            removed = {name for document in documents for name in document.data.get("remove") or ()}
            found = {place: one for place, one in found.items() if place[0] not in removed}
            for document in documents:
                for key, item in (document.data.get("features") or {}).items():
                    found[key, document.file] = (key, document, ("features", key), "is", item)
        return found.values()

    def ordered(self, raw: dict[str, Raw]) -> list[str]:
        needs = {key: sorted(tree.names() & raw.keys()) if tree else [] for key, (*_, tree) in raw.items()}
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
                    document, path, *_ = raw[key]
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
            if key not in weights and rules:  # a file of features and findings alone needs no weight
                document = merged[key]["dimension"][1]
                known = list(weights)
                self.problems.error(
                    "dimension-without-weight",
                    document.at("dimension"),
                    name=key,
                    close=close_names(key, known),
                )
            self.duplicate_ids(rules)
        seen: dict[str, Span] = {}
        done: list[Dimension] = []
        for key, weight in weights.items():
            if key in TAKEN:
                self.problems.error(
                    "duplicate-id", places["dimensions"].key("dimensions", key), id=key, first=0
                )
                continue
            if key not in merged:
                if key in self.broken:
                    continue
                self.problems.error(
                    "dimension-without-file",
                    places["dimensions"].key("dimensions", key),
                    name=key,
                    close=close_names(key, merged),
                )
                continue
            data = {name: value for name, (value, _) in merged[key].items()}
            document = merged[key]["dimension"][1]
            done_rules: list[Rule] = []
            for text in order[key]:
                if text.id in seen:
                    self.problems.error(
                        "duplicate-id", text.place("id"), id=text.id, first=seen[text.id].line
                    )
                elif text.id in weights or text.id in ("composite", "score", "gate", "index"):
                    # their points stand under these names
                    self.problems.error("duplicate-id", text.place("id"), id=text.id, first=0)
                seen[text.id] = text.place("id")
                rule = self.read_rule(key, text)
                if rule is not None:
                    done_rules.append(rule)
            combine = data.get("combine", "mean")
            done.append(Dimension(
                key, data.get("title") or {"zh": key, "en": key}, data.get("why", EMPTY), weight, combine, units(data.get("initial", 0)),
                units(data["min"]) if "min" in data else None, units(data["max"]) if "max" in data else None, tuple(done_rules),
                document.at("dimension"),
            ))  # fmt: skip
            if combine != "sum" and "initial" in data:
                self.problems.error("initial-without-sum", merged[key]["initial"][1].key("initial"))
        if len(seen) > MAX_RULES:
            self.problems.error(
                "too-many-rules", self.top.pack.at("dimensions"), limit=MAX_RULES, got=len(seen)
            )
        return tuple(done)

    def duplicate_ids(self, rules: list[RuleText]) -> None:
        for text in rules:
            kinds = [name for name in BY_NAME if name in text.data]
            if not kinds:
                near = [(key, name) for key in text.data for name in close_names(key, BY_NAME)]
                place = text.key(near[0][0]) if near else text.place("id")
                self.problems.error(
                    "no-kind", place, id=text.id, known=list(BY_NAME), close=[name for _, name in near]
                )

    def read_rule(self, dimension: str, text: RuleText) -> Rule | None:
        text = RuleText(text.id, text.data, text.origin, self.problems, self.expression)
        kind_name, valid = merge.check_rule(text)
        if not valid or kind_name is None:
            return None
        kind = BY_NAME[kind_name]
        data = text.data
        lacking = [name for name in getattr(kind, "NEEDS", ()) if not self.scope.has(name)]
        if lacking:
            self.problems.error("question-without-answers", text.place("id"), id=text.id, names=lacking)
            return None
        try:
            of, applies, question = frame_of(kind, text)
        except Bad:
            of = applies = question = None
        try:
            cases: tuple[Case, ...] = kind.lower(text)
            low, high = merge.bounds(kind_name, text, cases)
            policy: Any = data.get("on_missing", "leave_out")
            points = (
                text.points(policy["points"], "on_missing", "points") if isinstance(policy, dict) else None
            )
        except Bad:
            return None
        if low > high:
            self.problems.error(
                "min-above-max", text.place("id"), low=points_text(low), high=points_text(high)
            )
        places = {key: text.place(key) for key in data}
        return Rule(
            id=text.id, dimension=dimension, kind=kind_name, title=data["title"], why=data.get("why", EMPTY), cases=cases, of=of,
            weight=data.get("weight", 1), applies=applies, on_missing="points" if points is not None else policy,
            missing_points={"worst": low, "neutral": (low + high + 1) // 2}.get(policy) if points is None else points,
            low=low, high=high, source=sources(data.get("source")), span=text.place("id"), places=places,
            fairness=data.get("fairness", EMPTY), question=question,
        )  # fmt: skip

    def unknown_removals(self) -> None:
        known: set[str] = set()
        for layer in self.layers:
            for document in layer.documents.values():
                for index, name in enumerate(document.data.get("remove") or ()):
                    if name not in known:
                        self.problems.error(
                            "unknown-removal",
                            document.at("remove", index),
                            name=name,
                            close=close_names(name, known),
                        )
            for document in layer.documents.values():
                known |= {rule["id"] for rule in document.data.get("rules") or ()}
                known |= {gate["id"] for gate in document.data.get("gates") or ()}
                known |= (document.data.get("features") or {}).keys()
                known |= {breakdown["id"] for breakdown in document.data.get("breakdowns") or ()}
                for part in (
                    "findings",
                    "early_warnings",
                    "measures",
                    "strategies",
                    "outcomes",
                    "cycles",
                    INDICES,
                ):
                    known |= (document.data.get(part) or {}).keys()
