# SPDX-License-Identifier: Apache-2.0
"""The schemas of what is assessed: assessment, mapping of a known export, valuation."""

from __future__ import annotations

from typing import Any

from ..kinds.builder import BILINGUAL
from ..valuation import METHODS
from .parts import DATE, ID, NAME, SOURCE, described, file_of, object_of, risks


def _column() -> dict[str, Any]:
    """What a column is, in an assessment and in a mapping alike."""
    words = {"type": "array", "items": {"type": ["string", "number"]}}
    return {
        "description": "对应的字段；留空表示不用这一列。The field of the column; nothing when the column is not used.",
        "oneOf": [
            {"type": ["string", "null"]},
            object_of(
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


def mapping() -> dict[str, Any]:
    headers = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
    rule = object_of(
        "不是记录的行：某列为某些值。Rows that are no records: those where a column holds one of some values.",
        {"column": {"type": "string"}, "values": headers, "why": BILINGUAL},
        ["column", "values", "why"],
    )
    export = object_of(
        "一种导出文件。One kind of exported file.",
        {
            "table": described(NAME, "对应的数据表。The table it fills."),
            "formats": {
                "type": "array", "minItems": 1,
                "items": {"enum": ["csv", "excel", "json", "jsonl", "zip", "parquet"]},
                "description": "文件格式。The formats it comes in.",
            },
            "recognise": object_of(
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
    return file_of("mapping", "已知导出 · known export", object_of(
        "某系统的导出文件怎样读。How the exports of a system are read.",
        {
            "id": described(NAME, "编号，与文件名相同。The id, the file's name."),
            "title": BILINGUAL, "why": BILINGUAL,
            "missing": {**headers, "description": "另外表示缺失的词。More words that mean missing."},
            "exports": {"type": "array", "minItems": 1, "items": export},
        },
        ["id", "title", "exports"],
    ))  # fmt: skip


def assessment() -> dict[str, Any]:
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
    one = object_of(
        "一个文件及其读法。A file and how it is read.", {"file": {"type": "string"}, **how}, ["file"]
    )
    query = object_of(
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
    several = object_of(
        "一张表的文件及其读法。A table's files and how they are read.",
        {"file": {"oneOf": [{"type": "string"}, files]}, **how},
        ["file"],
    )
    names = {"oneOf": [{"type": "string", "minLength": 1}, BILINGUAL]}
    return file_of("assessment", "评估说明 · assessment", object_of(
        "评估什么公司、何时、用哪个规则包、数据在哪。Which company, as of when, by which pack, from which files.",
        {
            "company": described(names, "被评估公司。The company assessed."),
            "purpose": described(names, "评估目的。The purpose."),
            "as_of": described(DATE, "评估基准日。The date the assessment speaks of."),
            "pack": {"type": "string", "description": "规则包编号或文件夹。A pack's id or folder."},
            "valuation": {"type": "string", "minLength": 1, "description": "估值文件。The file of the valuation."},
            "cycle": {"type": "string", "minLength": 1, "description": "评估周期，规则包中的编号；不写则全部计算。The cycle, one of the pack's; without it everything is computed."},
            "overrides": {"type": "string", "minLength": 1, "description": "人工调整文件。The file of overrides."},
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


def overrides() -> dict[str, Any]:
    role = {"type": "string", "minLength": 1, "description": "职务，不写姓名。The role, not a name."}
    second = object_of("第二人签署。The second signature.", {"role": role, "date": DATE}, ["role", "date"])
    item = object_of(
        "一项人工调整：某客户的等级，或某个字段的值。One override: a customer's tier, or the value of a field.",
        {
            "customer": {"type": "string", "minLength": 1, "description": "客户编号。The customer's id."},
            "tier": {"type": "string", "minLength": 1, "description": "所定等级。The tier decided on."},
            "field": {"type": "string", "minLength": 1, "description": "所改字段。The field that is changed."},
            "value": {"type": ["string", "number", "boolean", "null"], "description": "所定的值；空为不详。The value; null is not known."},
            "reason": {"type": "string", "minLength": 1, "description": "理由。The reason."},
            "role": role, "date": DATE, "second": second,
        },
        ["customer", "reason", "role", "date"], oneOf=[{"required": ["tier"]}, {"required": ["field", "value"]}],
    )  # fmt: skip
    return file_of("overrides", "人工调整 · overrides", object_of(
        "由人决定的等级与数据，须有理由与两人签署。Tiers and inputs decided by people, with a reason and two signatures.",
        {"overrides": {"type": "array", "items": item}}, ["overrides"],
    ))  # fmt: skip


def valuation() -> dict[str, Any]:
    series = {
        "type": "array",
        "minItems": 1,
        "items": {"oneOf": [{"type": "number"}, {"type": "string", "minLength": 1}]},
    }
    stated = {
        "description": "数值、各年数值、口径词，或用客户群数字写的表达式。A number, one a year, a word, or an expression over the figures of the base.",
        "oneOf": [{"type": "number"}, series, {"type": "string", "minLength": 1}],
    }
    carries = risks(
        "其中已计入哪些客户风险；同一方法中同一风险只计一次。The risks of customers that are in it; a method charges each once."
    )
    assumption = object_of(
        "一项假设及其依据；low、high 为低值情形与高值情形中的取值。An assumption and its ground; low and high are what it is in the low and high cases.",
        {"is": stated, "low": stated, "high": stated, "source": SOURCE, "why": BILINGUAL, "carries": carries},
        ["is", "source"],
    )
    changed = object_of(
        "改动的假设。An assumption that is other.",
        {"is": stated, "source": SOURCE, "why": BILINGUAL, "carries": carries},
        ["is", "source"],
    )
    scenarios = {
        "type": "array",
        "items": object_of(
            "一种情形。A scenario.",
            {"id": ID, "title": BILINGUAL, "assumptions": {"type": "object", "minProperties": 1, "additionalProperties": changed}},
            ["id", "title", "assumptions"],
        ),
    }  # fmt: skip
    method = object_of(
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
            "stress": described(
                scenarios,
                "压力情形：在基准情形上各改若干假设。Stress scenarios: the base case with some assumptions changed.",
            ),
            "bridge": described(
                scenarios,
                "由全部客户到可转移价值的各步，按次序，最后一步是基准情形。Steps from the whole base to what can be transferred, in order; the base case comes last.",
            ),
        },
        ["id", "method", "assumptions"],
    )
    return file_of("valuation", "估值 · valuation", object_of(
        "客户资源值多少钱：价值类型、币种、方法与假设。What the base is worth in money: standard, currency, methods and assumptions.",
        {
            "standard": {"enum": ["fair_value", "market_value", "investment_value"], "description": "价值类型：公允价值、市场价值、投资价值。The standard of value."},
            "currency": {"type": "string", "minLength": 1, "description": "币种与单位，如 CNY、万元。Currency and unit."},
            "methods": {"type": "array", "minItems": 1, "items": method},
        },
        ["standard", "currency", "methods"],
    ))  # fmt: skip
