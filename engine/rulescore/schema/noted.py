# SPDX-License-Identifier: Apache-2.0
"""The schemas of what is said beside the score: findings, early warnings, measures, strategies, outcomes, and what is done."""

from __future__ import annotations

from typing import Any

from ..kinds.builder import BILINGUAL, EXPRESSION
from ..model import SEVERITIES
from .parts import ID, NAME, PERIOD, SOURCE, described, object_of

ACTION = object_of(
    "具体做什么、由谁、多久之内。What is done, by whom and by when.",
    {"title": BILINGUAL, "owner": BILINGUAL, "due": PERIOD},
    ["title"],
)

UNIT = {"type": "string", "default": "CNY", "description": "金额的单位。The unit of the amount."}
TO_DO = {"type": "array", "minItems": 1, "items": ACTION}


def _noted(description: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """One thing that is noted: its title and why, what is its own, and its source."""
    return object_of(
        description, {"title": BILINGUAL, "why": BILINGUAL, **properties, "source": SOURCE}, required
    )


def _named(item: dict[str, Any], description: str) -> dict[str, Any]:
    """Any number of them by name."""
    return {
        "type": "object", "propertyNames": NAME, "additionalProperties": item, "description": description,
    }  # fmt: skip


FINDING = _noted(
    "一项发现：客户的真实性或可转让性有疑点，涉及多少金额，是否剔除于估值基础。A finding: what was found at a customer, the amount behind it, and whether it keeps the customer out of the valued base.",
    {
        "when": described(EXPRESSION, "何时成立。When it holds."),
        "amount": described(EXPRESSION, "涉及金额。The amount behind it."),
        "unit": UNIT,
        "keeps_out": {"type": "boolean", "default": False, "description": "成立时是否把该客户剔除于估值基础之外。Whether it keeps the customer out of the valued base."},
        "actions": {"type": "array", "items": ACTION},
    },
    ["title", "when"],
)  # fmt: skip

FINDINGS = _named(FINDING, "发现事项。Findings.")

EARLY_WARNING = _noted(
    "一条预警：客户可能流失或拖欠的迹象。不影响得分和价值，也不剔除客户。An early warning: a sign that a customer may leave or stop paying. It moves no score and no value and keeps nobody out.",
    {
        "severity": {"enum": list(SEVERITIES), "description": "act：须处置；watch：须关注。act: something has to be done; watch: it has to be followed."},
        "when": described(EXPRESSION, "何时成立。When it holds."),
        "amount": described(EXPRESSION, "这一条所涉金额，如逾期款；名单按 at_stake 排序，不按它。The amount behind this sign, such as what is overdue; the list is ranked by at_stake, not by it."),
        "unit": UNIT,
        "actions": TO_DO,
    },
    ["title", "severity", "when", "actions"],
)  # fmt: skip

EARLY_WARNINGS = _named(
    EARLY_WARNING, "预警，仅用于客户的规则包。Early warnings, in a pack of customers only."
)

AT_STAKE = object_of(
    "列入预警名单的客户一旦流失会损失多少，每户只计一次。What would be lost with a customer on the early-warning list, counted once.",
    {
        "title": BILINGUAL, "amount": described(EXPRESSION, "金额。The amount."),
        "unit": UNIT, "source": SOURCE,
    },
    ["amount"],
)  # fmt: skip

MEASURE = _noted(
    "一项改进措施：目标未达到时列入改进计划。A measure of improvement: part of the plan until its goal is met.",
    {
        "goal": described(EXPRESSION, "目标：客户群的一个指标与应达到的值相比，如 logo_retention >= 0.9。The goal: a figure of the base compared with what it should be."),
        "amount": described(EXPRESSION, "达到目标可挽回或增加的金额。The amount that meeting the goal would save or bring."),
        "unit": UNIT,
        "customers": object_of(
            "涉及哪些客户，按什么金额列出，均为客户的指标。Which customers it is about, and the amount they are listed by: features of a customer.",
            {"where": NAME, "amount": NAME}, ["where", "amount"],
        ),
        "actions": TO_DO,
    },
    ["title", "goal", "actions"],
)  # fmt: skip

MEASURES = _named(MEASURE, "改进措施，仅用于 portfolio。Measures of improvement, in a portfolio only.")

STRATEGY = _noted(
    "一项策略：分组表中符合条件的各行怎样对待；取最先成立的一项。A strategy: what is done with the rows of a breakdown; the first that holds is taken.",
    {
        "each": {"type": "array", "minItems": 1, "items": ID, "description": "用于哪些分组表。The breakdowns whose rows it is for."},
        "when": described(EXPRESSION, "条件：可用该行的各列、分组的键与客户群的指标。The condition, over columns and keys of the row and figures of the base."),
        "actions": TO_DO,
    },
    ["title", "each", "when", "actions"],
)  # fmt: skip

STRATEGIES = _named(
    STRATEGY,
    "各组客户的策略，按次序，仅用于 portfolio。Strategies for groups of customers, in order, in a portfolio only.",
)

OUTCOME = _noted(
    "一项事后结果：客户在评分之后做了什么，用来回测得分。An outcome: what a customer did after it was scored; backtests judge the scores by it.",
    {
        "when": described(EXPRESSION, "何时算发生：以后一批次的字段与指标写，窗口须在前一基准日之后。When it is true: over fields and features of the later run, with windows that begin after the earlier as-of date."),
        "among": described(EXPRESSION, "只考察哪些客户：以前一批次的字段与指标写。Which customers are looked at: over fields and features of the earlier run."),
        "good": {"type": "boolean", "description": "是否为好结果；好结果应随得分升高而增多。Whether it is good: it should then be the more frequent the higher the score."},
    },
    ["title", "when", "good"],
)  # fmt: skip

OUTCOMES = _named(OUTCOME, "事后结果，供 rulescore backtest 使用。Outcomes, for rulescore backtest.")
