# SPDX-License-Identifier: Apache-2.0
"""`question`: what is asked of the company; the mark that its answers earn finds a level, and the level gives the points.

Answers stand in the event table `company_answers`. The mark of a question is the median of its answers' marks; between two
levels the lower one counts. On the company's word alone no answer earns more than `param.unproven_mark`.
"""

from __future__ import annotations

from typing import Any

from ..lang.syntax import Tree
from ..model import Case, Expr, Question
from .builder import BILINGUAL, POINTS, Bad, RuleText, both, case, compare

NAME = "question"
TITLE = {"zh": "问卷题", "en": "question"}
KEYS = ("question", "role", "evidence", "levels")
ROLES = ("management", "marketing", "service", "finance", "technical")
TABLE, UNPROVEN, WORD_ALONE = "company_answers", "param.unproven_mark", "seller_statement"
NEEDS = (f"{TABLE}.question", f"{TABLE}.mark", f"{TABLE}.evidence", UNPROVEN)
"""What a pack must have for its questions to be read."""

SCHEMA: dict[str, Any] = {
    "required": ["question", "role", "evidence", "levels"],
    "properties": {
        "question": {**BILINGUAL, "description": "问公司的话。The words that the company is asked."},
        "role": {
            "enum": list(ROLES),
            "description": "由谁回答：管理、市场、服务、财务、技术。Who answers.",
        },
        "evidence": {**BILINGUAL, "description": "要看的凭据。The evidence that is asked for."},
        "levels": {
            "type": "array",
            "minItems": 2,
            "maxItems": 11,
            "description": "评分标准，自高到低。What earns which mark, best first.",
            "items": {
                "type": "object",
                "required": ["mark", "points", "reason"],
                "additionalProperties": False,
                "properties": {
                    "mark": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 10,
                        "description": "评分，0 到 10 的整数。The mark, a whole number from 0 to 10.",
                    },
                    "points": POINTS,
                    "reason": {**BILINGUAL, "description": "达到这一档的条件。What earns this mark."},
                },
            },
        },
    },
}


def lower(rule: RuleText) -> tuple[Case, ...]:
    of = _mark(rule).tree
    levels: list[dict[str, Any]] = rule.data["levels"]
    done: list[Case] = []
    bad = False
    for index, level in enumerate(levels):
        above = levels[index - 1] if index else None
        points = rule.points(level["points"], "levels", index, "points")
        if above is not None and (level["mark"] >= above["mark"] or level["points"] > above["points"]):
            rule.problems.error("levels-order", rule.place("levels", index), id=rule.id)
            bad = True
        # the lowest level has no condition: marks below it were set aside, and a question without answers is missing
        last = index == len(levels) - 1
        when = None if last else compare(of, ">=", float(level["mark"]))
        done.append(case(index, when, points, rule.place("levels", index), level["reason"]))
    if bad:
        raise Bad
    return tuple(done)


def frame(rule: RuleText) -> tuple[Expr, Expr, Question]:
    """What is looked at, when it counts, and what is asked. A question counts as soon as any has been answered; where no
    questionnaire was handed in, none does."""
    answered = f"coalesce(count({TABLE}.mark), 0) > 0"
    applies = _compiled(rule, answered, "bool")
    if "applies" in rule.data:
        own = rule.expr("applies", want="bool")
        tree = both(applies.tree, own.tree)
        assert isinstance(tree, Tree)
        applies = Expr(tree, f"{answered} and ({own.text})", own.span)
    marks = tuple(int(level["mark"]) for level in rule.data["levels"])
    asked = Question(rule.data["question"], rule.data["role"], rule.data["evidence"], marks)
    return _mark(rule), applies, asked


def _mark(rule: RuleText) -> Expr:
    """The mark that the answers earn."""
    counted = f'(min({TABLE}.mark, {UNPROVEN}) if coalesce({TABLE}.evidence, "{WORD_ALONE}") == "{WORD_ALONE}" else {TABLE}.mark)'
    return _compiled(rule, f'median({counted}, where={TABLE}.question == "{rule.id}")', "number")


def _compiled(rule: RuleText, text: str, want: Any) -> Expr:
    document, path = rule.origin["question"]
    found = rule.compile(document, (*path, "question"), text, want)
    if found is None:
        raise Bad
    return found
