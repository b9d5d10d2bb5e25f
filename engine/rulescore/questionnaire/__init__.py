# SPDX-License-Identifier: Apache-2.0
"""A pack -> forms to fill in: what the company is asked, what its customers are asked. Filled in, a form is a table file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..kinds.question import ROLES
from ..model import Pack
from ..problems import Problems, UsageError, close_names
from . import company, survey

SUFFIX = ".xlsx"


def write(
    pack: Pack, path: Path, languages: Sequence[str], roles: Sequence[str] = (), survey_id: str = ""
) -> int:
    """Writes the form of the company questionnaire, or of a customer survey; how many questions it has. `languages`: one, or
    several for a form that says everything in each; `roles`: only the
    questions that these answer. Raises UsageError when the pack has no such thing."""
    problems = Problems()
    if path.suffix.lower() != SUFFIX:
        problems.error("form-suffix", None, read=path.suffix or path.name, wanted=SUFFIX)
    chosen = next((one for one in pack.surveys if one.id == survey_id), None)
    questions = company.questions(pack, roles)
    if survey_id and chosen is None:
        known = [one.id for one in pack.surveys]
        problems.error(
            "unknown-survey", None, name=survey_id, known=known, close=close_names(survey_id, known)
        )
    elif not survey_id and not questions:
        problems.error("no-questions", None, pack=pack.id, roles=list(roles or ROLES))
    if problems.has_errors:
        raise UsageError(problems)
    if chosen is not None:
        survey.write(pack, chosen, path, languages)
        return len(chosen.items)
    company.write(pack, questions, path, languages)
    return len(questions)
