# SPDX-License-Identifier: Apache-2.0
"""A pack -> its handbook in one language: what is assessed, each rule, and what becomes of the points."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..arithmetic import points_text
from ..messages import word
from ..model import AT_STAKE, WARNING_LEVEL, Breakdown, Cycle, Dimension, Finding, Gate, Pack, Text, Tier
from ..packs.measures import FIGURE
from ..packs.surveys import TABLE as SURVEYED
from ..speech import Speech, value_word
from ..valuation.parts import RISKS
from ..values import iso
from . import plan
from .blocks import Block, Facts, Handbook, Items, Paragraph, Section, Table
from .rules import rule_section


def handbook(pack: Pack, language: str) -> Handbook:
    """The whole handbook; equal packs give equal handbooks."""
    writer = Speech(pack, language)
    say = writer.say
    counts = {"rules": len(pack.rules), "dimensions": len(pack.dimensions)}
    sections = _sections(writer)
    if pack.portfolio is not None:
        inner = (_within("portfolio", section) for section in _sections(Speech(pack.portfolio, language)))
        sections.append(Section("portfolio", writer.text(pack.portfolio.title), (), tuple(inner)))
    return Handbook(
        language,
        say("title", pack=writer.text(pack.title)),
        say("subtitle", id=pack.id, version=pack.version, **counts),
        say("contents"),
        tuple(sections),
    )


def _sections(writer: Speech) -> list[Section]:
    """The chapters of a pack, those without content left out."""
    pack = writer.pack
    total = sum(dimension.weight for dimension in pack.dimensions)
    sections = [_overview(writer, total)]
    sections += [_dimension(writer, dimension, dimension.weight / total) for dimension in pack.dimensions]
    sections += [
        _gates(writer),
        _tiers(writer),
        _findings(writer),
        _early_warnings(writer),
        _outcomes(writer),
        _features(writer),
    ]
    sections += [_breakdowns(writer)] if writer.pack.breakdowns else []
    sections += [plan.measures(writer), plan.strategies(writer)]
    sections += [_parameters(writer), _surveys(writer), _data(writer)]
    return [section for section in sections if section.blocks or section.sections]


def _within(room: str, section: Section) -> Section:
    """The section with its anchors, and those below it, kept apart from equal ones elsewhere."""

    def anchored(block: Block) -> Block:
        if not isinstance(block, Table):
            return block
        return replace(block, anchors=tuple(anchor and f"{room}-{anchor}" for anchor in block.anchors))

    return replace(
        section,
        id=f"{room}-{section.id}",
        blocks=tuple(map(anchored, section.blocks)),
        sections=tuple(_within(room, inner) for inner in section.sections),
    )


def _overview(writer: Speech, total: int) -> Section:
    pack, say = writer.pack, writer.say
    rows = tuple(
        (
            writer.text(dimension.title),
            f"{dimension.weight / total:.1%}",
            str(len(dimension.rules)),
            writer.text(dimension.why),
        )
        for dimension in pack.dimensions
    )
    head = (say("dimension"), say("weight"), say("rules"), say("why"))
    blocks: list[Block] = [Paragraph(writer.text(pack.why))] if writer.text(pack.why) else []
    blocks += [Paragraph(say("how-scored")), Table(head, rows, (1, 2))]
    facts = [(say("weights-rest-on"), writer.sources(pack.dimension_source))]
    if pack.minimum_coverage:
        cap = next(tier for tier in pack.tiers if tier.id == pack.coverage_cap)
        share = f"{pack.minimum_coverage:.0%}"
        facts.append((say("least-coverage"), say("coverage-cap", share=share, tier=writer.text(cap.title))))
    decimals = say("decimals", dimension=pack.dimension_decimals, composite=pack.composite_decimals)
    facts += [(say("rounding"), decimals), (say("review"), writer.text(pack.review))]
    facts += [(writer.text(cycle.title), _cycle(writer, cycle)) for cycle in pack.cycles]
    return Section("overview", say("overview"), (*blocks, Facts(tuple(facts))))


def _cycle(writer: Speech, cycle: Cycle) -> str:
    """Why there is the cycle, and what it computes."""
    titles = [writer.text(one.title) for one in writer.pack.dimensions if one.id in (cycle.dimensions or ())]
    parts = [writer.text(cycle.why)] if writer.text(cycle.why) else []
    parts += [writer.say("cycle-computes", titles=writer.listed(titles))] if titles else []
    return writer.say("cycle-joiner").join(parts)


def _dimension(writer: Speech, dimension: Dimension, share: float) -> Section:
    say = writer.say
    blocks: list[Block] = [Paragraph(writer.text(dimension.why))] if writer.text(dimension.why) else []
    combined = say(f"combine.{dimension.combine}", initial=points_text(dimension.initial))
    limits = [
        say(f"dimension-{side}", points=points_text(value))
        for side, value in (("min", dimension.min), ("max", dimension.max))
        if value is not None
    ]
    blocks.append(Paragraph(say("dimension-weight", share=f"{share:.1%}") + combined + "".join(limits)))
    rules = tuple(rule_section(writer, dimension, rule, share) for rule in dimension.rules)
    title = writer.text(dimension.title)
    return Section(f"dimension-{dimension.id}", title, tuple(blocks), rules, note=dimension.id)


def _gates(writer: Speech) -> Section:
    say = writer.say
    sections = tuple(_gate(writer, gate) for gate in writer.pack.gates)
    intro = (Paragraph(say("gates-intro")),) if sections else ()
    return Section("gates", say("gates"), intro, sections)


def _gate(writer: Speech, gate: Gate) -> Section:
    say, pack = writer.say, writer.pack
    if gate.target == "tier":
        limit = next(writer.text(tier.title) for tier in pack.tiers if tier.id == gate.limit)
        target = say("the-tier")
    else:
        limit = points_text(int(gate.limit))
        titles = {dimension.id: writer.text(dimension.title) for dimension in pack.dimensions}
        target = titles.get(gate.target, say("composite"))
    effect = say(gate.action, target=target, limit=limit)
    facts = Facts((
        (say("acts-when"), writer.words(gate.when.tree)), (say("effect"), effect),
        (say("source"), writer.sources(gate.source)), (say("fairness"), writer.text(gate.fairness)),
    ))  # fmt: skip
    blocks = (Paragraph(writer.text(gate.reason)), facts)
    return Section(f"gate-{gate.id}", writer.text(gate.title), blocks, note=gate.id)


def _tiers(writer: Speech) -> Section:
    sections = tuple(_tier(writer, tier) for tier in writer.pack.tiers)
    blocks: list[Block] = [Paragraph(writer.say("tiers-intro"))]
    if writer.pack.indices:
        head = tuple(writer.say(key) for key in ("index", "index-made", "why", "source"))
        rows = tuple(
            (
                writer.text(index.title),
                writer.weighed(index),
                writer.text(index.why),
                writer.sources(index.source),
            )
            for index in writer.pack.indices
        )
        blocks.append(Table(head, rows))
    return Section("tiers", writer.say("tiers"), tuple(blocks), sections)


def _tier(writer: Speech, tier: Tier) -> Section:
    say = writer.say
    blocks: list[Block] = [Paragraph(writer.text(tier.why))] if writer.text(tier.why) else []
    facts = [(say("source"), writer.sources(tier.source))]
    if tier.when is not None and tier.when.tree.op == "and":
        blocks.append(Paragraph(say("reached-all")))
        blocks.append(Items(tuple(writer.words(part) for part in tier.when.tree.args)))
    else:
        words = say("all-others") if tier.when is None else writer.words(tier.when.tree)
        facts.insert(0, (say("reached-when"), words))
    blocks.append(Facts(tuple(facts)))
    blocks += plan.actions_of(writer, tier.actions)
    return Section(f"tier-{tier.id}", writer.text(tier.title), tuple(blocks), note=tier.id)


def _findings(writer: Speech) -> Section:
    sections = tuple(_finding(writer, finding) for finding in writer.pack.findings)
    intro = (Paragraph(writer.say("findings-intro")),) if sections else ()
    return Section("findings", writer.say("findings"), intro, sections)


def _finding(writer: Speech, finding: Finding) -> Section:
    say = writer.say
    facts = [(say("finding-holds"), writer.words(finding.when.tree))]
    if finding.amount is not None:
        facts.append((say("finding-amount"), writer.words(finding.amount.expr.tree)))
    effect = say("finding-yes" if finding.keeps_out else "finding-no")
    facts += [(say("finding-kept"), effect), (say("source"), writer.sources(finding.source))]
    blocks: list[Block] = [Paragraph(writer.text(finding.why))] if writer.text(finding.why) else []
    blocks += [Facts(tuple(facts)), *plan.actions_of(writer, finding.actions)]
    return Section(f"finding-{finding.id}", writer.text(finding.title), tuple(blocks), note=finding.id)


def _early_warnings(writer: Speech) -> Section:
    """Each early warning in words, and what is at risk with whoever is on the list."""
    say, pack = writer.say, writer.pack
    sections = []
    for one in pack.early_warnings:
        level = pack.features[WARNING_LEVEL].values[one.severity]
        facts = [
            (say("warning-level"), writer.text(level)),
            (say("finding-holds"), writer.words(one.when.tree)),
        ]
        if one.amount is not None:
            facts.append((say("warning-amount"), writer.words(one.amount.expr.tree)))
        facts.append((say("source"), writer.sources(one.source)))
        blocks: list[Block] = [Paragraph(writer.text(one.why))] if writer.text(one.why) else []
        blocks += [Facts(tuple(facts)), *plan.actions_of(writer, one.actions)]
        sections.append(Section(f"early-warning-{one.id}", writer.text(one.title), tuple(blocks), note=one.id))  # fmt: skip
    intro: tuple[Block, ...] = ()
    if sections:
        stake = writer.words(pack.features[AT_STAKE].expr.tree)
        intro = (Paragraph(say("early-warnings-intro", stake=stake)),)
    return Section("early-warnings", say("early-warnings"), intro, tuple(sections))


def _outcomes(writer: Speech) -> Section:
    say, pack = writer.say, writer.pack
    rows = tuple(
        (
            writer.text(one.title),
            writer.words(pack.features[one.among].expr.tree) if one.among else say("outcome-all"),
            writer.words(pack.features[one.id].expr.tree),
            say("outcome-good" if one.good else "outcome-bad"),
            writer.text(one.why),
            writer.sources(one.source),
        )
        for one in pack.outcomes
    )
    keys = ("outcome", "outcome-among", "outcome-when", "outcome-side", "why", "source")
    blocks = (Paragraph(say("outcomes-intro")), Table(tuple(map(say, keys)), rows)) if rows else ()
    return Section("outcomes", say("outcomes"), blocks)


def _carried(writer: Speech, risks: tuple[str, ...]) -> str:
    """What is said of a figure that risks of customers are already in."""
    listed = word("page.semicolon", writer.language).join(RISKS[risk][writer.language] for risk in risks)
    return writer.say("carries", risks=listed) if risks else ""


def _features(writer: Speech) -> Section:
    say, pack = writer.say, writer.pack
    rows = tuple(
        (
            writer.text(feature.title),
            writer.words(writer.named(feature.expr.tree, feature.values)) + _carried(writer, feature.carries),
            writer.unit(feature.unit),
            writer.sources(feature.source),
        )
        for feature in pack.features.values()
    )
    head = (say("figure"), say("computed-as"), say("unit"), say("source"))
    anchors = tuple(f"feature-{name}" for name in pack.features)
    blocks = (Paragraph(say("figures-intro")), Table(head, rows, (), anchors)) if rows else ()
    return Section("figures", say("figures"), blocks)


def _breakdowns(writer: Speech) -> Section:
    """The tables of the base by one or two keys: what groups, which customers, and each column in words."""
    say = writer.say
    sections = []
    for one in writer.pack.breakdowns:
        rows = tuple(
            (writer.text(figure.title), writer.within(one).words(figure.expr.tree), figure.expr.text)
            for figure in one.figures.values()
            if not (one.strategies and figure.id == FIGURE)
        )
        facts = [(say("grouped-by"), say("comma").join(writer.words(expr.tree) for expr in one.by))]
        for table, keys in one.beside.items():
            by = say("comma").join(writer.words(expr.tree) for expr in keys)
            facts.append(
                (
                    say("beside"),
                    say("beside-table", table=writer.text(writer.pack.tables[table].title), keys=by),
                )
            )
        if one.where is not None:
            facts.append((say("only-customers"), writer.words(one.where.tree)))
        if words := _words_of_keys(writer.pack, one):
            named = (f"{value}: {writer.text(text)}" for value, text in words.items())
            facts.append((say("values-are"), say("comma").join(named)))
        facts.append((say("source"), writer.sources(one.source)))
        blocks: list[Block] = [Paragraph(writer.text(one.why))] if writer.text(one.why) else []
        blocks += [Facts(tuple(facts)), Table((say("column"), say("computed"), say("expression")), rows)]
        sections.append(Section(f"breakdown-{one.id}", writer.text(one.title), tuple(blocks), note=one.id))
    return Section("breakdowns", say("breakdowns"), (Paragraph(say("breakdowns-intro")),), tuple(sections))


def _words_of_keys(pack: Pack, breakdown: Breakdown) -> dict[str, Text]:
    """The words of what the keys of a breakdown may be: those of the columns of the customers, and its own."""
    fields = pack.tables["customers"].fields
    keys = (str(expr.tree.value).removeprefix("customers.") for expr in breakdown.by)
    of_columns = {value: text for key in keys if key in fields for value, text in fields[key].titles.items()}
    return {**of_columns, **breakdown.words}


def _parameters(writer: Speech) -> Section:
    say = writer.say
    rows: list[tuple[str, ...]] = []
    anchors: list[str] = []
    for parameter in writer.pack.parameters.values():
        for index, (start, value, sources) in enumerate(parameter.values):
            shown = (writer.setting(parameter.id, value), iso(start), writer.sources(sources))
            rows.append((writer.text(parameter.title) if index == 0 else "", *shown))
            anchors.append(f"parameter-{parameter.id}" if index == 0 else "")
    head = (say("parameter"), say("value"), say("from"), say("source"))
    table = Table(head, tuple(rows), (1,), tuple(anchors))
    return Section(
        "parameters", say("parameters"), (Paragraph(say("parameters-intro")), table) if rows else ()
    )


def _surveys(writer: Speech) -> Section:
    """What customers are asked, and the field that each answer goes to."""
    say, pack = writer.say, writer.pack
    head = (say("survey-asked"), say("survey-answers"), say("field"), say("why"))
    sections = []
    for survey in pack.surveys:
        rows = tuple(
            (
                writer.text(item.words),
                writer.listed(
                    [writer.text(words) if pack.tables[SURVEYED].fields[item.field].values else f"{mark} {writer.text(words)}" for mark, words in item.labels.items()]
                ) or _holds(writer, f"{SURVEYED}.{item.field}"),
                writer.text(pack.tables[SURVEYED].fields[item.field].title),
                writer.text(item.why),
            )
            for item in survey.items
        )  # fmt: skip
        texts = (writer.text(survey.why), writer.text(survey.intro))
        blocks: list[Block] = [Paragraph(text) for text in texts if text]
        blocks += [Table(head, rows), Facts(((say("source"), writer.sources(survey.source)),))]
        sections.append(
            Section(f"survey-{survey.id}", writer.text(survey.title), tuple(blocks), note=survey.id)
        )
    intro = (Paragraph(say("surveys-intro")),) if sections else ()
    return Section("surveys", say("surveys"), intro, tuple(sections))


def _data(writer: Speech) -> Section:
    """The fields that scores rest on, by table."""
    say, pack = writer.say, writer.pack
    trees = [tree for rule in pack.rules for tree in rule.trees]
    trees += [gate.when.tree for gate in pack.gates]
    trees += [tier.when.tree for tier in pack.tiers if tier.when is not None]
    trees += [tree for finding in pack.noted for tree in finding.trees]
    used = pack.names_behind(trees)
    sections = []
    for table in pack.tables.values():
        rows = tuple(
            (field.title[writer.language], _holds(writer, name), say("personal") if field.personal else "")
            for name, (owner, field) in pack.fields.items()
            if owner == table.id and name in used
        )
        if rows:
            block = Table((say("field"), say("holds"), ""), rows)
            sections.append(
                Section(f"table-{table.id}", table.title[writer.language], (block,), note=table.id)
            )
    return Section("data", say("data"), (Paragraph(say("data-intro")),), tuple(sections))


def _holds(writer: Speech, name: str) -> str:
    """Type and unit of a field, or its values."""
    _, field = writer.pack.fields[name]
    return writer.listed(list(_parts(writer, field.values, name)) or [writer.say(f"type.{field.type}")])


def _parts(writer: Speech, values: tuple[str, ...], name: str) -> Iterator[str]:
    _, field = writer.pack.fields[name]
    for value in values:
        yield value_word(field, value, writer.language)
    if not values and field.unit and field.unit != "count":
        yield writer.say(f"type.{field.type}")
        yield writer.unit(field.unit)
