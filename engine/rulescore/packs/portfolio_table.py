# SPDX-License-Identifier: Apache-2.0
"""A pack -> the table of its scored customers, as the rules of the base as a whole see it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..lang.syntax import Kind, Tree
from ..model import Feature, Field, FieldType, Index, Pack, Table
from ..problems import Problems

COMPANY = "company"
COMPANY_ID = "company_id"
OWNER = "company"
"""The id of the one record, to which every customer belongs."""

TYPES: dict[Kind, FieldType] = {"number": "number", "text": "text", "bool": "bool", "date": "date"}
_SCORES = {
    "composite": {"zh": "综合分", "en": "Composite"},
    "low": {"zh": "可能最低分", "en": "Lowest it could be"},
    "high": {"zh": "可能最高分", "en": "Highest it could be"},
    "coverage": {"zh": "数据覆盖率", "en": "Data coverage"},
}
_WORDS = {
    "tier_reason": {"zh": "等级缘由", "en": "Why this tier"},
    "gates": {"zh": "生效的关卡", "en": "Gates that acted"},
    "reasons": {"zh": "主要失分规则", "en": "Rules that cost most"},
}


def index_column(index: Index) -> str:
    """The column that holds an index among the scores: apart from fields and features of the same name."""
    return f"index_{index.id}"


def scored_customers(pack: Pack, problems: Problems) -> Table:
    """Fields, features and the columns of the scores, under the names they have there; every row belongs to the company."""
    table = pack.records
    fields = dict(table.fields)
    for feature in pack.features.values():
        type_ = TYPES.get(feature.expr.tree.kind)
        if type_ is not None:
            behind = _listed(pack, feature) if type_ == "text" else None
            words = {value: tuple(text.values()) for value, text in feature.values.items()}
            fields[feature.id] = Field(
                feature.id, type_, feature.title, feature.unit, titles=feature.values, span=feature.span,
                values=behind.values if behind else tuple(feature.values), words=behind.words if behind else words,
            )  # fmt: skip
    scores = {
        dimension.id: Field(dimension.id, "number", dimension.title, "points")
        for dimension in pack.dimensions
    }
    scores |= {
        index_column(one): Field(index_column(one), "number", one.title, "points") for one in pack.indices
    }
    scores |= {key: Field(key, "number", title, "points") for key, title in _SCORES.items()}
    scores["coverage"] = replace(scores["coverage"], unit="share")
    scores["tier"] = Field(
        "tier", "text", {"zh": "等级", "en": "Tier"}, values=tuple(tier.id for tier in pack.tiers),
        words={tier.id: tuple(tier.title.values()) for tier in pack.tiers}, titles={tier.id: tier.title for tier in pack.tiers},
    )  # fmt: skip
    scores |= {key: Field(key, "text", title) for key, title in _WORDS.items()}
    for key in sorted(fields.keys() & scores.keys()):
        problems.error("duplicate-name", fields[key].span, name=key)
    fields |= scores
    fields[COMPANY_ID] = Field(COMPANY_ID, "text", {"zh": "公司编号", "en": "Company id"})
    return Table(table.id, table.title, fields, customer=COMPANY_ID, span=table.span)


def _listed(pack: Pack, feature: Feature) -> Field | None:
    """The one field with values whose texts a feature hands on, unless it has words of its own."""
    given = [] if feature.values else list(_given(pack, feature.expr.tree))
    names = {
        str(tree.value) for tree in given if tree.op == "name" and not str(tree.value).startswith("param.")
    }
    if len(names) != 1 or not names <= pack.fields.keys():
        return None
    field = pack.fields[names.pop()][1]
    strange = any(tree.op == "const" and tree.value not in field.values for tree in given)
    return None if field.private or strange or not field.values else field


def _given(pack: Pack, tree: Tree) -> Iterator[Tree]:
    """The names and constants whose values a tree may hand on."""
    if tree.op == "name" and tree.value in pack.features:
        yield from _given(pack, pack.features[str(tree.value)].expr.tree)
    elif tree.op == "if":
        for arg in tree.args[1:]:
            yield from _given(pack, arg)
    elif tree.op == "call" and tree.value == "coalesce":
        for arg in tree.args:
            yield from _given(pack, arg)
    elif tree.op == "aggregate" and tree.value in ("first", "last"):
        yield from _given(pack, tree.args[0])
    else:
        yield tree


def columns_read(portfolio: Pack) -> frozenset[str]:
    """The columns of the scored customers that a portfolio's expressions read."""
    prefix = "customers."
    trees = [*portfolio.trees(), *(feature.expr.tree for feature in portfolio.features.values())]
    trees += [expr.tree for breakdown in portfolio.breakdowns for expr in breakdown.exprs]
    lists = frozenset(name for one in portfolio.measures for name in (one.whom, one.whom_by) if name)
    return lists | frozenset(
        str(node.value).removeprefix(prefix)
        for tree in trees
        for node in tree.walk()
        if node.op == "name" and str(node.value).startswith(prefix)
    )


def tables_of(pack: Pack) -> dict[str, Table]:
    """The tables that may be handed in: those of the customers' pack and those of the company."""
    return {**pack.tables, **own_tables(pack.portfolio)}


def own_tables(portfolio: Pack | None) -> dict[str, Table]:
    """The company's tables as they are handed in: its own row, and its events, whose rows need not say whose they are."""
    if portfolio is None:
        return {}
    found = {COMPANY: portfolio.records}
    for table in portfolio.tables.values():
        if table.id not in (COMPANY, "customers"):
            fields = {key: field for key, field in table.fields.items() if key != table.customer}
            found[table.id] = replace(table, fields=fields, customer="")
    return found
