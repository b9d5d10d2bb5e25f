# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas (draft 7) of every YAML file, composed from the kinds.

The files in `schemas/` are these, written by `rulescore schema --write`; editors and the loader use the same text.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

from .kinds import KINDS
from .kinds.builder import BILINGUAL, EXPRESSION, POINTS
from .valuation import METHODS

ID = {"type": "string", "pattern": r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
NAME = {"type": "string", "pattern": r"^[^\W\d]\w*$"}
PERIOD = {"type": "string", "pattern": r"^[0-9]{1,5}[dwmy]$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "format": "date"}
VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}
FORMS = {
    ID["pattern"]: "form-id", "^[a-z0-9][a-z0-9-]*$": "form-id", NAME["pattern"]: "form-name", PERIOD["pattern"]: "form-period",
    DATE["pattern"]: "form-date", VERSION["pattern"]: "form-version",
}  # fmt: skip
"""Pattern -> the word that names it in messages."""
SOURCE = {
    "description": "依据：条目编号、法规、研究，或 judgement（专业判断）。Source: catalogue ids, a statute, a study, or judgement.",
    "oneOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ],
}

FAIRNESS = {
    **BILINGUAL,
    "description": "为什么可以用敏感个人信息、年龄或性别评分；不写即被拒绝。Why scoring by sensitive data, age or gender is fair; refused without it.",
}


def _object(
    description: str, properties: dict[str, Any], required: Iterable[str] = (), **more: Any
) -> dict[str, Any]:
    return {
        "type": "object", "description": description, "additionalProperties": False,
        "required": list(required), "properties": properties, **more,
    }  # fmt: skip


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


COMMON: dict[str, Any] = {
    "id": _described(ID, "规则编号：小写英文名词，用连字符。The rule's id: lower-case nouns with hyphens."),
    "title": _described(BILINGUAL, "规则名称。The rule's name."),
    "why": _described(BILINGUAL, "为什么看这一点。Why this is asked."),
    "weight": {
        "type": "integer", "minimum": 1, "maximum": 10000, "default": 1,
        "description": "在本维度内的权重，正整数。Weight inside the dimension, a positive whole number.",
    },
    "applies": _described(EXPRESSION, "适用条件；不成立则不适用，不计入均值。When the rule applies; otherwise it leaves no trace in the mean."),
    "on_missing": {
        "description": "所需数据缺失时：不计入、最低分、中间分、给定分值或报错。When an input is missing: leave out, worst, neutral, given points, or fail.",
        "default": "leave_out",
        "oneOf": [
            {"enum": ["leave_out", "worst", "neutral", "fail"]},
            _object("给定分值。Given points.", {"points": POINTS}, ["points"]),
        ],
    },
    "source": SOURCE,
    "fairness": FAIRNESS,
}  # fmt: skip

FEATURE = _object(
    "一个指标：有名称的表达式。A feature: a named expression.",
    {
        "title": BILINGUAL,
        "unit": {"type": "string", "description": "单位，如 CNY、days、%。Unit, such as CNY, days, %."},
        "is": EXPRESSION,
        "source": SOURCE,
    },
    ["title", "is"],
)

GATE_LIMIT = {
    "type": "object", "minProperties": 1, "maxProperties": 1,
    "description": "tier: 等级；composite: 分值；或 维度编号: 分值。tier: a tier; composite: points; or a dimension's id: points.",
    "additionalProperties": {"type": ["number", "string"]},
}  # fmt: skip

QUALITY_MEASURES = (
    "completeness", "validity", "usable_rows", "uniqueness", "credit_codes", "freshness", "consistency",
)  # fmt: skip
"""Measures of the data as a whole: shares from 0 to 1, of which less is worse."""

REMOVE = {
    "type": "array", "items": {"type": "string"},
    "description": "从所扩展规则包中删去的规则或关卡编号。Ids of rules or gates of the extended pack to leave out.",
}  # fmt: skip


@functools.cache
def rule_schema(kind: Any) -> dict[str, Any]:
    """The schema of one rule of a kind, with the keys every rule has."""
    return _object(
        f"{kind.TITLE['zh']}规则。A rule of kind {kind.NAME}.",
        {**COMMON, **kind.SCHEMA["properties"]},
        ["id", "title", *kind.SCHEMA["required"]],
    )


def override_schema() -> dict[str, Any]:
    """A rule that changes some keys of an extended pack's rule: its id and whatever keys it gives."""
    properties: dict[str, Any] = dict(COMMON)
    for kind in KINDS:
        properties.update(kind.SCHEMA["properties"])
    return _object(
        "改写所扩展规则包中的一条规则，只写要改的键。Changes a rule of the extended pack; only the keys that differ.",
        properties,
        ["id"],
    )


def _file(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"rulescore/{name}.schema.json",
        "title": title,
        **body,
    }


def _pack() -> dict[str, Any]:
    parameter = _object(
        "一个有日期的参数。A dated parameter.",
        {
            "title": BILINGUAL,
            "unit": {"type": "string"},
            "values": {
                "type": "array", "minItems": 1,
                "description": "自某日起的取值，按日期先后。Values, each from a date on, oldest first.",
                "items": _object("一个取值。One value.", {"from": DATE, "value": {"type": ["number", "string", "boolean"]}, "source": SOURCE}, ["from", "value", "source"]),
            },
        },
        ["title", "values"],
    )  # fmt: skip
    gate = _object(
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
    action = _object(
        "对该等级客户的措施。A measure for customers of the tier.",
        {"title": BILINGUAL, "owner": BILINGUAL, "due": PERIOD},
        ["title"],
    )
    tier = _object(
        "客户等级，自高到低；最后一级不写 when。A tier, best first; the last has no `when`.",
        {
            "id": ID,
            "title": BILINGUAL,
            "when": EXPRESSION,
            "why": BILINGUAL,
            "source": SOURCE,
            "actions": {"type": "array", "items": action},
        },
        ["id", "title"],
    )
    limit = _object(
        "一项数据质量的界限：warn 提醒，refuse 拒绝评分。A limit: beyond warn it is told, beyond refuse nothing is scored.",
        {"warn": {"type": "number", "minimum": 0}, "refuse": {"type": "number", "minimum": 0}, "source": SOURCE},
        ["source"], anyOf=[{"required": ["warn"]}, {"required": ["refuse"]}],
    )  # fmt: skip
    share = {"type": "number", "minimum": 0, "maximum": 1}
    quality = _object(
        "数据质量关：界限与评级。The gate of data quality: limits and grades.",
        {
            "updated_within": _described(PERIOD, "多少天内更新算及时。How long a record counts as fresh."),
            "limits": {
                "type": "object", "additionalProperties": limit,
                "description": "指标、指标.表、指标.表.字段 → 界限。A measure, of a table, of a field -> limits.",
            },
            "weights": {
                "type": "object", "description": "评级中各指标的权重。Weights of measures in the grade.", "additionalProperties": False,
                "properties": {name: {"type": "integer", "minimum": 1, "maximum": 100} for name in QUALITY_MEASURES},
            },
            "grades": _object("各等级的最低指数，达不到 C 的为 D。Least index of each grade; what is below C is D.", {"A": share, "B": share, "C": share}, ["A", "B", "C"]),
            "source": SOURCE,
        },
    )  # fmt: skip
    return _file("pack", "规则包 · ruleset pack", _object(
        "规则包的总说明。What the pack is, and how dimensions, gates and tiers make the result.",
        {
            "id": _described(NAME, "规则包编号，与文件夹同名。The pack's id, the folder's name."),
            "version": _described(VERSION, "版本号。Version, like 1.0.0."),
            "title": BILINGUAL, "why": BILINGUAL,
            "extends": {"type": "string", "description": "所扩展的规则包（编号或相对文件夹）。The pack this one extends, by id or relative folder."},
            "decimals": _object("小数位。Decimals.", {
                "dimension": {"type": "integer", "minimum": 0, "maximum": 4, "default": 4},
                "composite": {"type": "integer", "minimum": 0, "maximum": 4, "default": 2},
            }),
            "minimum_coverage": _object(
                "数据覆盖率低于此值时等级封顶。Below this coverage the tier is capped.",
                {"share": {"type": "number", "minimum": 0, "maximum": 1}, "cap": ID, "source": SOURCE}, ["share", "cap"],
            ),
            "review": _described(BILINGUAL, "复评周期。The review cycle."),
            "quality": quality,
            "dimensions": {
                "type": "object", "minProperties": 1,
                "description": "维度及其权重（正整数），顺序即报告顺序。Dimensions with their weights (positive whole numbers), in report order.",
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 10000},
            },
            "dimension_source": SOURCE,
            "parameters": {"type": "object", "propertyNames": NAME, "additionalProperties": parameter},
            "features": {"type": "object", "propertyNames": NAME, "additionalProperties": FEATURE},
            "gates": {"type": "array", "items": gate},
            "tiers": {"type": "array", "minItems": 1, "items": tier},
            "remove": REMOVE,
        },
        ["id", "version", "title"],
    ))  # fmt: skip


def _dimension() -> dict[str, Any]:
    kinds = [rule_schema(kind) for kind in KINDS]
    return _file("dimension", "维度规则 · rules of a dimension", _object(
        "一个维度的指标与规则。The features and rules of one dimension.",
        {
            "dimension": _described(NAME, "维度编号，与文件名相同。The dimension's id, the file's name."),
            "title": BILINGUAL, "why": BILINGUAL,
            "combine": {"enum": ["mean", "sum", "min", "max"], "default": "mean", "description": "规则合成方式：加权均值、相加、最小、最大。How rules combine."},
            "initial": {**POINTS, "description": "sum 的起始分。Where a sum starts."},
            "min": {**POINTS, "description": "维度最低分。Least points of the dimension."},
            "max": {**POINTS, "description": "维度最高分。Most points of the dimension."},
            "features": {"type": "object", "propertyNames": NAME, "additionalProperties": FEATURE, "description": "指标。Features."},
            "rules": {"type": "array", "description": "规则。Rules.", "items": {"anyOf": [*kinds, override_schema()]}},
            "remove": REMOVE,
        },
        ["dimension"],
    ))  # fmt: skip


def _tables() -> dict[str, Any]:
    words = {"type": "array", "items": {"type": "string"}}
    field = _object(
        "一个字段。A field.",
        {
            "type": {"enum": ["text", "number", "integer", "percent", "bool", "date"], "description": "类型。Type."},
            "title": BILINGUAL,
            "unit": {"type": "string", "description": "单位。Unit."},
            "min": {"type": "number"}, "max": {"type": "number"},
            "values": {**words, "description": "允许的取值。Allowed values."},
            "words": {"type": "object", "additionalProperties": words, "description": "各取值的同义词。Synonyms of each value."},
            "missing": {**words, "description": "另外表示缺失的词。More words that mean missing."},
            "not_missing": {**words, "description": "在此字段不表示缺失的词。Words that here do not mean missing."},
            "aliases": {**words, "description": "可识别的列名。Headers it is known by."},
            "required": {"type": "boolean"},
            "personal": {"type": "boolean", "description": "是否个人信息。Whether it is personal data."},
            "sensitive": {"type": "boolean", "description": "是否敏感个人信息，或年龄、性别等不应据以评分的特征。Whether it is sensitive data, or a trait nobody should be scored by, such as age."},
        },
        ["type", "title"],
    )  # fmt: skip
    table = _object(
        "一张表。A table.",
        {
            "title": BILINGUAL,
            "key": _described(NAME, "客户表的主键字段。The key field of the customers table."),
            "customer": _described(NAME, "指向客户的字段。The field that points to the customer."),
            "date": _described(NAME, "事件日期字段。The field that dates the event."),
            "fields": {"type": "object", "propertyNames": NAME, "additionalProperties": field},
        },
        ["fields"],
    )
    return _file("tables", "数据字典 · data dictionary", _object(
        "表与字段的定义。Tables and fields.", {"tables": {"type": "object", "propertyNames": NAME, "additionalProperties": table}}, ["tables"],
    ))  # fmt: skip


def _tests() -> dict[str, Any]:
    outcome = {
        "description": "分值，或 missing / not_applicable / error，或分值与情形。Points, a state, or points and case.",
        "oneOf": [
            {"type": "number"}, {"enum": ["missing", "not_applicable", "error"]},
            _object("分值与情形。Points and case.", {"points": {"type": "number"}, "case": {"type": ["integer", "string"]}, "state": {"enum": ["scored", "missing", "not_applicable", "error"]}}),
        ],
    }  # fmt: skip
    want = _object(
        "期望结果，只比较写出的部分。What is wanted; only what is written is compared.",
        {
            "features": {"type": "object"},
            "rules": {"type": "object", "additionalProperties": outcome},
            "dimensions": {"type": "object", "additionalProperties": {"oneOf": [{"type": "number"}, {"enum": ["not_assessed"]}]}},
            "composite": {"oneOf": [{"type": "number"}, {"enum": ["not_assessed"]}]},
            "low": {"type": "number"}, "high": {"type": "number"}, "coverage": {"type": "number"},
            "tier": {"type": "string"},
            "gates": {"type": "array", "items": {"type": "string"}},
        },
    )  # fmt: skip
    test = _object(
        "一个测试：给定一名客户，期望某结果。A test: one customer given, a result wanted.",
        {
            "name": {"type": "string", "minLength": 1}, "as_of": DATE, "labels": {"type": "array", "items": {"type": "string"}},
            "given": {"type": "object"}, "base": {"type": "array", "items": {"type": "object"}}, "want": want,
        },
        ["name", "as_of", "given", "want"],
    )  # fmt: skip
    return _file(
        "tests",
        "规则包测试 · a pack's tests",
        _object(
            "规则包自带的测试。A pack's own tests.", {"tests": {"type": "array", "items": test}}, ["tests"]
        ),
    )


def _column() -> dict[str, Any]:
    """What a column is, in an assessment and in a mapping alike."""
    words = {"type": "array", "items": {"type": ["string", "number"]}}
    return {
        "description": "对应的字段；留空表示不用这一列。The field of the column; nothing when the column is not used.",
        "oneOf": [
            {"type": ["string", "null"]},
            _object(
                "列的字段与写法。A column's field and how it is written.",
                {
                    "field": NAME,
                    "missing": {
                        "oneOf": [{"type": "string"}, words],
                        "description": "另外表示缺失的词。More words that mean missing.",
                    },
                    "date_format": {
                        "type": "string",
                        "description": "日期写法，如 %d/%m/%Y、milliseconds+08:00。How dates are written.",
                    },
                    "date_order": {
                        "enum": ["ymd", "dmy", "mdy"],
                        "description": "年、月、日的次序。The order of year, month and day.",
                    },
                    "unit": {
                        "type": "string",
                        "description": "这一列的单位，如 万元。The unit of the column, such as 万元.",
                    },
                    "percent_scale": {
                        "enum": ["hundred", "one"],
                        "description": "没有百分号的数：85 是 85%（hundred）或 0.85 是 85%（one）。Numbers without a sign.",
                    },
                    "words": {
                        "type": "object",
                        "additionalProperties": {"oneOf": [{"type": ["string", "number"]}, words]},
                        "description": "取值 → 此列的写法。Value -> what this column says for it.",
                    },
                },
                ["field"],
            ),
        ],
    }


def _mapping() -> dict[str, Any]:
    headers = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
    rule = _object(
        "不是记录的行：某列为某些值。Rows that are no records: those where a column holds one of some values.",
        {"column": {"type": "string"}, "values": headers, "why": BILINGUAL},
        ["column", "values", "why"],
    )
    export = _object(
        "一种导出文件。One kind of exported file.",
        {
            "table": _described(NAME, "对应的数据表。The table it fills."),
            "formats": {
                "type": "array", "minItems": 1,
                "items": {"enum": ["csv", "excel", "json", "jsonl", "zip", "parquet"]},
                "description": "文件格式。The formats it comes in.",
            },
            "recognise": _object(
                "识别条件：列名须全有 all_of，有 any_of 之一，没有 none_of。How it is told: all of some headers, one of others, none of others.",
                {"all_of": headers, "any_of": headers, "none_of": headers},
            ),
            "columns": {"type": "object", "minProperties": 1, "additionalProperties": _column(), "description": "列名 → 字段。Header -> field."},
            "missing": {**headers, "description": "另外表示缺失的词。More words that mean missing."},
            "leave_out": {"type": "array", "items": rule},
            "ends_at": {"enum": ["blank_row"], "description": "数据到第一个空行为止。The data end at the first blank row."},
            "constants": {**headers, "description": "文件里没有、须由分析员给出的字段。Fields that the file lacks and the analyst must give."},
        },
        ["table", "formats", "columns"],
    )  # fmt: skip
    return _file("mapping", "已知导出 · known export", _object(
        "某系统的导出文件怎样读。How the exports of a system are read.",
        {
            "id": _described(NAME, "编号，与文件名相同。The id, the file's name."),
            "title": BILINGUAL, "why": BILINGUAL,
            "missing": {**headers, "description": "另外表示缺失的词。More words that mean missing."},
            "exports": {"type": "array", "minItems": 1, "items": export},
        },
        ["id", "title", "exports"],
    ))  # fmt: skip


def _assessment() -> dict[str, Any]:
    column = _column()
    how: dict[str, Any] = {
        "sheet": {"type": ["string", "integer"], "description": "工作表。The sheet."},
        "header_row": {
            "type": "integer",
            "minimum": 1,
            "description": "列名所在行。The row of the headers, from 1.",
        },
        "header_rows": {
            "type": "integer",
            "minimum": 1,
            "maximum": 3,
            "description": "列名占几行。How many rows the headers take.",
        },
        "encoding": {"type": "string", "description": "字符编码。The encoding."},
        "delimiter": {"type": "string", "description": "分隔符。The delimiter."},
        "evidence": {
            "enum": ["seller_statement", "system_export", "contract_seen", "third_party_confirmed"],
            "description": "来源可信程度：卖方陈述、系统导出、见过合同原件、第三方确认。How sure the source is.",
        },
        "mapping": {
            "type": "string",
            "description": "已知导出的编号，或自写的映射文件。A known export's id, or a mapping file of your own.",
        },
        "constants": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "description": "对全部行都相同的字段值。Fields with one value for every row.",
        },
        "distinct": {
            "type": "boolean",
            "description": "每个客户只取第一行。Takes the first row of each customer.",
        },
        "columns": {
            "type": "object",
            "additionalProperties": column,
            "description": "列名 → 字段。Header -> field.",
        },
    }
    one = _object(
        "一个文件及其读法。A file and how it is read.", {"file": {"type": "string"}, **how}, ["file"]
    )
    query = _object(
        "数据库及查询语句；口令取自环境变量。A database and what is asked of it; the password comes from the environment.",
        {
            "database": {
                "type": "string",
                "description": "postgresql:// 或 mysql:// 地址（不写口令），或 SQLite、DuckDB 文件。A postgresql:// or mysql:// URL without a password, or a SQLite or DuckDB file.",
            },
            "query": {"type": "string", "description": "一条 SELECT 语句。One SELECT statement."},
            "evidence": how["evidence"],
            "columns": how["columns"],
        },
        ["database", "query"],
    )
    files = {"type": "array", "minItems": 1, "items": {"oneOf": [{"type": "string"}, one, query]}}
    several = _object(
        "一张表的文件及其读法。A table's files and how they are read.",
        {"file": {"oneOf": [{"type": "string"}, files]}, **how},
        ["file"],
    )
    names = {"oneOf": [{"type": "string", "minLength": 1}, BILINGUAL]}
    return _file("assessment", "评估说明 · assessment", _object(
        "评估什么公司、何时、用哪个规则包、数据在哪。Which company, as of when, by which pack, from which files.",
        {
            "company": _described(names, "被评估公司。The company assessed."),
            "purpose": _described(names, "评估目的。The purpose."),
            "as_of": _described(DATE, "评估基准日。The date the assessment speaks of."),
            "pack": {"type": "string", "description": "规则包编号或文件夹。A pack's id or folder."},
            "valuation": {"type": "string", "minLength": 1, "description": "估值文件。The file of the valuation."},
            "same_customer": {
                "type": "array", "description": "各组客户编号实为一家，保留每组第一个。Ids that are one customer, of which the first is kept.",
                "items": {"type": "array", "minItems": 2, "items": {"type": ["string", "integer"]}},
            },
            "tables": {
                "type": "object", "minProperties": 1, "description": "表 → 文件。Table -> files.",
                "additionalProperties": {"oneOf": [{"type": "string", "minLength": 1}, files, several, query]},
            },
        },
        ["company", "as_of", "tables"],
    ))  # fmt: skip


def _valuation() -> dict[str, Any]:
    series = {"type": "array", "minItems": 1, "items": {"type": "number"}}
    stated = {
        "description": "数值、各年数值、口径词，或用客户群数字写的表达式。A number, one a year, a word, or an expression over the figures of the base.",
        "oneOf": [{"type": "number"}, series, {"type": "string", "minLength": 1}],
    }
    assumption = _object(
        "一项假设及其依据；low、high 为低值情形与高值情形中的取值。An assumption and its ground; low and high are what it is in the low and high cases.",
        {"is": stated, "low": stated, "high": stated, "source": SOURCE, "why": BILINGUAL},
        ["is", "source"],
    )
    method = _object(
        "一种估值方法及其假设。A method and its assumptions.",
        {
            "id": ID,
            "title": BILINGUAL,
            "method": {
                "enum": [one.NAME for one in METHODS],
                "description": "；".join(f"{one.NAME} {one.TITLE['zh']}" for one in METHODS)
                + "。The method.",
            },
            "assumptions": {"type": "object", "additionalProperties": assumption},
        },
        ["id", "method", "assumptions"],
    )
    return _file("valuation", "估值 · valuation", _object(
        "客户资源值多少钱：价值类型、币种、方法与假设。What the base is worth in money: standard, currency, methods and assumptions.",
        {
            "standard": {"enum": ["fair_value", "market_value", "investment_value"], "description": "价值类型：公允价值、市场价值、投资价值。The standard of value."},
            "currency": {"type": "string", "minLength": 1, "description": "币种与单位，如 CNY、万元。Currency and unit."},
            "methods": {"type": "array", "minItems": 1, "items": method},
        },
        ["standard", "currency", "methods"],
    ))  # fmt: skip


def build() -> dict[str, dict[str, Any]]:
    """Every schema by name."""
    return {
        "pack": _pack(),
        "dimension": _dimension(),
        "tables": _tables(),
        "tests": _tests(),
        "assessment": _assessment(),
        "valuation": _valuation(),
        "mapping": _mapping(),
    }


def as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
