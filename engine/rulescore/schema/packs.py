# SPDX-License-Identifier: Apache-2.0
"""The schemas of the files of a pack: pack, dimension, tables, tests; those of rules are composed from the kinds."""

from __future__ import annotations

import functools
from typing import Any

from ..kinds import KINDS
from ..kinds.builder import BILINGUAL, EXPRESSION, POINTS
from .noted import ACTION, AT_STAKE, EARLY_WARNINGS, FINDINGS, MEASURES, OUTCOMES, STRATEGIES
from .parts import (
    DATE,
    FAIRNESS,
    ID,
    NAME,
    PERIOD,
    QUALITY_MEASURES,
    SOURCE,
    VERSION,
    described,
    file_of,
    object_of,
    risks,
)

COMMON: dict[str, Any] = {
    "id": described(ID, "规则编号：小写英文名词，用连字符。The rule's id: lower-case nouns with hyphens."),
    "title": described(BILINGUAL, "规则名称。The rule's name."),
    "why": described(BILINGUAL, "为什么看这一点。Why this is asked."),
    "weight": {
        "type": "integer", "minimum": 1, "maximum": 10000, "default": 1,
        "description": "在本维度内的权重，正整数。Weight inside the dimension, a positive whole number.",
    },
    "applies": described(EXPRESSION, "适用条件；不成立则不适用，不计入均值。When the rule applies; otherwise it leaves no trace in the mean."),
    "on_missing": {
        "description": "所需数据缺失时：不计入、最低分、中间分、给定分值或报错。When an input is missing: leave out, worst, neutral, given points, or fail.",
        "default": "leave_out",
        "oneOf": [
            {"enum": ["leave_out", "worst", "neutral", "fail"]},
            object_of("给定分值。Given points.", {"points": POINTS}, ["points"]),
        ],
    },
    "source": SOURCE,
    "fairness": FAIRNESS,
}  # fmt: skip

FEATURE = object_of(
    "一个指标：有名称的表达式。A feature: a named expression.",
    {
        "title": BILINGUAL,
        "unit": {"type": "string", "description": "单位，如 CNY、days、%。Unit, such as CNY, days, %."},
        "is": EXPRESSION,
        "values": {
            "type": "object", "minProperties": 1, "additionalProperties": BILINGUAL,
            "description": "结果为文本时，各取值怎样称呼。What people call the texts that it gives.",
        },
        "carries": risks("该指标已计入的客户风险；估值假设用到它时，同一方法不再为同一风险打折。The risks of customers that are in it; a method that values by it must not charge them again."),
        "source": SOURCE,
    },
    ["title", "is"],
)  # fmt: skip

BREAKDOWN = object_of(
    "客户群按一两个键分组的表：每个取值一行，每个数字一列。The base by one or two keys: a row for each value, a column for each figure.",
    {
        "id": described(ID, "编号：小写英文名词，用连字符。The id: lower-case nouns with hyphens."),
        "title": BILINGUAL,
        "why": BILINGUAL,
        "by": {
            "description": "分组的键：以客户的字段、指标或得分写的表达式，一个或两个。What groups: one or two expressions over fields, features or scores of a customer.",
            "oneOf": [EXPRESSION, {"type": "array", "minItems": 1, "maxItems": 2, "items": EXPRESSION}],
        },
        "where": described(EXPRESSION, "只看哪些客户。Which customers are looked at."),
        "beside": {
            "type": "object", "minProperties": 1, "propertyNames": NAME,
            "description": "公司自有的表 → 与 by 对应的键：同键的行与该组客户并列，没有客户的键也成一行。A table of the company -> its keys, as many as `by`: rows of the same key stand beside the customers, and a key without customers is a row too.",
            "additionalProperties": {"oneOf": [EXPRESSION, {"type": "array", "minItems": 1, "maxItems": 2, "items": EXPRESSION}]},
        },
        "figures": {
            "type": "object", "minProperties": 1, "maxProperties": 40, "propertyNames": NAME, "additionalProperties": FEATURE,
            "description": "各列：该组客户的数字，也可用前面的列和客户群整体的指标。The columns: figures of a group's customers; earlier columns and features of the base may be used.",
        },
        "rows": {"type": "integer", "minimum": 1, "maximum": 500, "default": 30, "description": "最多几行，其余合为一行。At most so many rows; the rest is one row."},
        "words": {
            "type": "object", "additionalProperties": BILINGUAL,
            "description": "键的取值 → 人们的叫法。A value of a key -> what people call it.",
        },
        "heat": {"type": "boolean", "default": False, "description": "是否按值深浅着色。Whether cells are shaded by their value."},
        "source": SOURCE,
    },
    ["id", "title", "by", "figures"],
)  # fmt: skip

GATE_LIMIT = {
    "type": "object", "minProperties": 1, "maxProperties": 1,
    "description": "tier: 等级；composite: 分值；或 维度编号: 分值。tier: a tier; composite: points; or a dimension's id: points.",
    "additionalProperties": {"type": ["number", "string"]},
}  # fmt: skip

REMOVE = {
    "type": "array", "items": {"type": "string"},
    "description": "从所扩展规则包中删去的规则、关卡、指标、指数、分组表、措施、策略或事后结果编号。Ids of rules, gates, features, indices, breakdowns, measures, strategies or outcomes of the extended pack to leave out.",
}  # fmt: skip


@functools.cache
def rule_schema(kind: Any) -> dict[str, Any]:
    """The schema of one rule of a kind, with the keys every rule has."""
    return object_of(
        f"{kind.TITLE['zh']}规则。A rule of kind {kind.NAME}.",
        {**COMMON, **kind.SCHEMA["properties"]},
        ["id", "title", *kind.SCHEMA["required"]],
    )


def override_schema() -> dict[str, Any]:
    """A rule that changes some keys of an extended pack's rule: its id and whatever keys it gives."""
    properties: dict[str, Any] = dict(COMMON)
    for kind in KINDS:
        properties.update(kind.SCHEMA["properties"])
    return object_of(
        "改写所扩展规则包中的一条规则，只写要改的键。Changes a rule of the extended pack; only the keys that differ.",
        properties,
        ["id"],
    )


def pack() -> dict[str, Any]:
    parameter = object_of(
        "一个有日期的参数。A dated parameter.",
        {
            "title": BILINGUAL,
            "unit": {"type": "string"},
            "values": {
                "type": "array", "minItems": 1,
                "description": "自某日起的取值，按日期先后。Values, each from a date on, oldest first.",
                "items": object_of("一个取值。One value.", {"from": DATE, "value": {"type": ["number", "string", "boolean"]}, "source": SOURCE}, ["from", "value", "source"]),
            },
        },
        ["title", "values"],
    )  # fmt: skip
    gate = object_of(
        "关卡：在均值之后限制得分或等级。A gate limits a score or the tier after the mean.",
        {
            "id": ID,
            "title": BILINGUAL,
            "when": EXPRESSION,
            "cap": GATE_LIMIT,
            "floor": GATE_LIMIT,
            "reason": BILINGUAL,
            "source": SOURCE,
            "fairness": FAIRNESS,
        },
        ["id", "title", "when", "reason"],
        oneOf=[{"required": ["cap"]}, {"required": ["floor"]}],
    )
    tier = object_of(
        "客户等级，自高到低；最后一级不写 when。A tier, best first; the last has no `when`.",
        {
            "id": ID,
            "title": BILINGUAL,
            "when": EXPRESSION,
            "why": BILINGUAL,
            "source": SOURCE,
            "actions": {"type": "array", "items": ACTION},
        },
        ["id", "title"],
    )
    index = object_of(
        "一项指数：若干维度得分的加权均值，在等级条件中写作 index.编号。An index: a weighted mean of dimensions, index.<id> in conditions of tiers.",
        {
            "title": BILINGUAL,
            "why": BILINGUAL,
            "dimensions": {
                "description": "所含维度：列出维度，权重同综合分；或维度 → 权重（正整数）。Its dimensions: a list, weighed as in the composite; or a dimension -> its weight (a positive whole number).",
                "oneOf": [
                    {"type": "array", "minItems": 1, "items": NAME, "uniqueItems": True},
                    {"type": "object", "minProperties": 1, "propertyNames": NAME, "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 10000}},
                ],
            },
            "on_missing": {
                "enum": ["leave_out", "composite"], "default": "leave_out",
                "description": "没有得分的维度：leave_out 不计，composite 以综合分代替。A dimension without points: left out, or the composite stands for it.",
            },
            "source": SOURCE,
        },
    )  # fmt: skip
    limit = object_of(
        "一项数据质量的界限：warn 提醒，refuse 拒绝评分。A limit: beyond warn it is told, beyond refuse nothing is scored.",
        {"warn": {"type": "number", "minimum": 0}, "refuse": {"type": "number", "minimum": 0}, "source": SOURCE},
        ["source"], anyOf=[{"required": ["warn"]}, {"required": ["refuse"]}],
    )  # fmt: skip
    share = {"type": "number", "minimum": 0, "maximum": 1}
    quality = object_of(
        "数据质量关：界限与评级。The gate of data quality: limits and grades.",
        {
            "updated_within": described(PERIOD, "多少天内更新算及时。How long a record counts as fresh."),
            "limits": {
                "type": "object", "additionalProperties": limit,
                "description": "指标、指标.表、指标.表.字段 → 界限。A measure, of a table, of a field -> limits.",
            },
            "weights": {
                "type": "object", "description": "评级中各指标的权重。Weights of measures in the grade.", "additionalProperties": False,
                "properties": {name: {"type": "integer", "minimum": 1, "maximum": 100} for name in QUALITY_MEASURES},
            },
            "grades": object_of("各等级的最低指数，达不到 C 的为 D。Least index of each grade; what is below C is D.", {"A": share, "B": share, "C": share}, ["A", "B", "C"]),
            "source": SOURCE,
        },
    )  # fmt: skip
    return file_of("pack", "规则包 · ruleset pack", object_of(
        "规则包的总说明。What the pack is, and how dimensions, gates and tiers make the result.",
        {
            "id": described(NAME, "规则包编号，与文件夹同名。The pack's id, the folder's name."),
            "version": described(VERSION, "版本号。Version, like 1.0.0."),
            "title": BILINGUAL, "why": BILINGUAL,
            "extends": {"type": "string", "description": "所扩展的规则包（编号或相对文件夹）。The pack this one extends, by id or relative folder."},
            "decimals": object_of("小数位。Decimals.", {
                "dimension": {"type": "integer", "minimum": 0, "maximum": 4, "default": 4},
                "composite": {"type": "integer", "minimum": 0, "maximum": 4, "default": 2},
            }),
            "minimum_coverage": object_of(
                "数据覆盖率低于此值时等级封顶。Below this coverage the tier is capped.",
                {"share": {"type": "number", "minimum": 0, "maximum": 1}, "cap": ID, "source": SOURCE}, ["share", "cap"],
            ),
            "review": described(BILINGUAL, "复评周期。The review cycle."),
            "quality": quality,
            "dimensions": {
                "type": "object", "minProperties": 1,
                "description": "维度及其权重（正整数），顺序即报告顺序。Dimensions with their weights (positive whole numbers), in report order.",
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 10000},
            },
            "dimension_source": SOURCE,
            "indices": {
                "type": "object", "propertyNames": NAME, "additionalProperties": index,
                "description": "指数：编号 → 若干维度的加权均值；扩展的规则包可只写要改的键。Indices: id -> a weighted mean of dimensions; an extending pack may write only the keys that differ.",
            },
            "parameters": {"type": "object", "propertyNames": NAME, "additionalProperties": parameter},
            "features": {"type": "object", "propertyNames": NAME, "additionalProperties": FEATURE},
            "findings": FINDINGS,
            "early_warnings": EARLY_WARNINGS,
            "at_stake": AT_STAKE,
            "outcomes": OUTCOMES,
            "waterfall": object_of(
                "瀑布：from 减去 less 各项得 to，均为客户群整体的指标。A waterfall: from less each of less gives to; all are figures of the base.",
                {"from": NAME, "less": {"type": "array", "minItems": 1, "items": NAME}, "to": NAME}, ["from", "less", "to"],
            ),
            "gates": {"type": "array", "items": gate},
            "tiers": {"type": "array", "minItems": 1, "items": tier},
            "cycles": {
                "type": "object", "propertyNames": NAME,
                "description": "评估周期：每个周期计算什么；不指定周期则全部计算。Cycles: what is computed in each; without a cycle, everything.",
                "additionalProperties": object_of("一个周期。A cycle.", {
                    "title": BILINGUAL, "why": BILINGUAL, "source": SOURCE,
                    "dimensions": {"type": "array", "items": NAME, "uniqueItems": True, "description": "计算哪些维度，不写为全部。The dimensions computed; all where not given."},
                    "valuation": {"type": "boolean", "default": True, "description": "是否估值。Whether the base is valued."},
                }),
            },
            "shown": {
                "type": "array", "items": NAME, "uniqueItems": True,
                "description": "与得分并列的指标：scores.csv、解释与客户页都列出。Features that stand beside the scores: in scores.csv, the explanation and the customer's page.",
            },
            "remove": REMOVE,
        },
        ["id", "version", "title"],
    ))  # fmt: skip


def dimension() -> dict[str, Any]:
    kinds = [rule_schema(kind) for kind in KINDS]
    return file_of("dimension", "维度规则 · rules of a dimension", object_of(
        "一个维度的指标与规则。The features and rules of one dimension.",
        {
            "dimension": described(NAME, "维度编号，与文件名相同。The dimension's id, the file's name."),
            "title": BILINGUAL, "why": BILINGUAL,
            "combine": {"enum": ["mean", "sum", "min", "max"], "default": "mean", "description": "规则合成方式：加权均值、相加、最小、最大。How rules combine."},
            "initial": {**POINTS, "description": "sum 的起始分。Where a sum starts."},
            "min": {**POINTS, "description": "维度最低分。Least points of the dimension."},
            "max": {**POINTS, "description": "维度最高分。Most points of the dimension."},
            "features": {"type": "object", "propertyNames": NAME, "additionalProperties": FEATURE, "description": "指标。Features."},
            "findings": FINDINGS,
            "early_warnings": EARLY_WARNINGS,
            "measures": MEASURES,
            "strategies": STRATEGIES,
            "outcomes": OUTCOMES,
            "rules": {"type": "array", "description": "规则。Rules.", "items": {"anyOf": [*kinds, override_schema()]}},
            "breakdowns": {"type": "array", "description": "客户群分组表，仅用于 portfolio。Breakdowns of the base, in a portfolio only.", "items": BREAKDOWN},
            "remove": REMOVE,
        },
        ["dimension"],
    ))  # fmt: skip


def tables() -> dict[str, Any]:
    words = {"type": "array", "items": {"type": "string"}}
    field = object_of(
        "一个字段。A field.",
        {
            "type": {"enum": ["text", "number", "integer", "percent", "bool", "date"], "description": "类型。Type."},
            "title": BILINGUAL,
            "unit": {"type": "string", "description": "单位。Unit."},
            "min": {"type": "number"}, "max": {"type": "number"},
            "values": {
                "description": "允许的取值，或与之取值相同的字段（表.字段）。Allowed values, or the field whose values these are (table.field).",
                "anyOf": [words, {"type": "string", "pattern": "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$"}],
            },
            "words": {"type": "object", "additionalProperties": words, "description": "各取值的同义词。Synonyms of each value."},
            "missing": {**words, "description": "另外表示缺失的词。More words that mean missing."},
            "not_missing": {**words, "description": "在此字段不表示缺失的词。Words that here do not mean missing."},
            "aliases": {**words, "description": "可识别的列名。Headers it is known by."},
            "required": {"type": "boolean"},
            "holder": described(BILINGUAL, "资料由哪个职务提供。The role that would have it."),
            "personal": {"type": "boolean", "description": "是否个人信息。Whether it is personal data."},
            "sensitive": {"type": "boolean", "description": "是否敏感个人信息，或年龄、性别等不应据以评分的特征。Whether it is sensitive data, or a trait nobody should be scored by, such as age."},
            "withheld": {"type": "boolean", "description": "是否各组人数：过小的组不列，只有一组不列时再隐去最小的一组。Whether it counts people by group: small groups are withheld, and where one alone is, the smallest of the others too."},
        },
        ["type", "title"],
    )  # fmt: skip
    table = object_of(
        "一张表。A table.",
        {
            "title": BILINGUAL,
            "key": described(NAME, "客户表的主键字段。The key field of the customers table."),
            "customer": described(NAME, "指向客户的字段。The field that points to the customer."),
            "date": described(NAME, "事件日期字段。The field that dates the event."),
            "holder": described(BILINGUAL, "资料由哪个职务提供。The role that would have the data."),
            "fields": {"type": "object", "propertyNames": NAME, "additionalProperties": field},
        },
        ["fields"],
    )
    return file_of("tables", "数据字典 · data dictionary", object_of(
        "表与字段的定义。Tables and fields.", {"tables": {"type": "object", "propertyNames": NAME, "additionalProperties": table}}, ["tables"],
    ))  # fmt: skip


def surveys() -> dict[str, Any]:
    item = object_of(
        "问客户的一件事；答复记在 survey_answers 的一个字段里。One thing that customers are asked; a field of survey_answers takes the answer.",
        {
            "field": described(NAME, "答复所在字段。The field that takes the answer."),
            "ask": described(BILINGUAL, "问客户的话。The words that customers are asked."),
            "why": described(BILINGUAL, "为什么问。Why this is asked."),
            "labels": {
                "type": "object", "additionalProperties": BILINGUAL,
                "description": "分值或取值 → 叫法。A mark or value -> what it is called.",
            },
        },
        ["field", "ask"],
    )  # fmt: skip
    survey = object_of(
        "一项客户调查。A customer survey.",
        {
            "title": BILINGUAL, "why": described(BILINGUAL, "调查目的。What it is for."),
            "intro": described(BILINGUAL, "写给客户的开场白。What customers are told first."),
            "items": {"type": "array", "minItems": 1, "maxItems": 60, "items": item, "description": "题目。What is asked."},
            "source": SOURCE,
        },
        ["title", "items"],
    )  # fmt: skip
    return file_of("surveys", "客户调查 · customer surveys", object_of(
        "客户调查的题目。What customers are asked.",
        {"surveys": {"type": "object", "propertyNames": NAME, "additionalProperties": survey}}, ["surveys"],
    ))  # fmt: skip


def tests() -> dict[str, Any]:
    outcome = {
        "description": "分值，或 missing / not_applicable / error，或分值与情形。Points, a state, or points and case.",
        "oneOf": [
            {"type": "number"}, {"enum": ["missing", "not_applicable", "error"]},
            object_of("分值与情形。Points and case.", {"points": {"type": "number"}, "case": {"type": ["integer", "string"]}, "state": {"enum": ["scored", "missing", "not_applicable", "error"]}}),
        ],
    }  # fmt: skip
    want = object_of(
        "期望结果，只比较写出的部分。What is wanted; only what is written is compared.",
        {
            "features": {"type": "object"},
            "rules": {"type": "object", "additionalProperties": outcome},
            "dimensions": {"type": "object", "additionalProperties": {"oneOf": [{"type": "number"}, {"enum": ["not_assessed"]}]}},
            "indices": {"type": "object", "additionalProperties": {"oneOf": [{"type": "number"}, {"enum": ["not_assessed"]}]}},
            "composite": {"oneOf": [{"type": "number"}, {"enum": ["not_assessed"]}]},
            "low": {"type": "number"}, "high": {"type": "number"}, "coverage": {"type": "number"},
            "tier": {"type": "string"},
            "gates": {"type": "array", "items": {"type": "string"}},
        },
    )  # fmt: skip
    test = object_of(
        "一个测试：给定一名客户，期望某结果。A test: one customer given, a result wanted.",
        {
            "name": {"type": "string", "minLength": 1}, "as_of": DATE, "labels": {"type": "array", "items": {"type": "string"}},
            "given": {"type": "object"}, "base": {"type": "array", "items": {"type": "object"}}, "want": want,
        },
        ["name", "as_of", "given", "want"],
    )  # fmt: skip
    return file_of(
        "tests",
        "规则包测试 · a pack's tests",
        object_of(
            "规则包自带的测试。A pack's own tests.", {"tests": {"type": "array", "items": test}}, ["tests"]
        ),
    )
