# SPDX-License-Identifier: Apache-2.0
"""Reports of packs -> the lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ..arithmetic import points_text
from ..lang.syntax import number_text
from ..messages import word
from ..model import Pack
from ..problems import SHOWN_AT_MOST
from ..values import iso
from . import PackReport
from .comparison import Mismatch, Verdict
from .coverage import Branch
from .given import Value
from .want import Expectation, RuleWant


def report_lines(reports: Sequence[PackReport], minimum: float, language: str) -> Iterator[str]:
    """Every failure, then what is not tested, then a line a pack."""
    for report in reports:
        yield from _limited([_block(report.pack, verdict, language) for verdict in report.failed], language)
    for report in reports:
        if report.verdicts:
            yield from _limited(
                [gap_line(branch, report.pack, language) for branch in report.coverage.gaps], language
            )
    for report in reports:
        yield summary_line(report, language)
        if report.coverage.inherited:
            yield inherited_line(report, language)
        if report.coverage.percent < minimum:
            yield below_line(report, minimum, language)


def _limited(blocks: Sequence[str], language: str) -> Iterator[str]:
    yield from islice(blocks, SHOWN_AT_MOST)
    if len(blocks) > SHOWN_AT_MOST:
        yield word("testing.more", language, count=len(blocks) - SHOWN_AT_MOST, total=len(blocks))


def _block(pack: Pack, verdict: Verdict, language: str) -> str:
    place = str(verdict.mismatches[0].expectation.span if verdict.mismatches else verdict.test.span)
    head = word("testing.failed", language, place=place, name=verdict.test.name)
    return "\n".join([head, *(f"  {line}" for line in failure_lines(pack, verdict, language))])


def failure_lines(pack: Pack, verdict: Verdict, language: str) -> Iterator[str]:
    """What was expected and what came out, with the values it came from; where the engines differ."""
    for mismatch in verdict.mismatches:
        wanted, actual = (
            _shown(pack, mismatch.expectation, what, language)
            for what in (mismatch.expectation.wanted, mismatch.actual)
        )
        yield word("testing.unmet", language, what=mismatch.expectation.key, expected=wanted, actual=actual)
        if mismatch.inputs:
            yield "  " + word("testing.inputs", language, inputs=_inputs(mismatch, language))
    for unlike in verdict.differences:
        yield word(
            "testing.differ",
            language,
            column=unlike.column,
            by_row=str(unlike.row),
            by_frame=str(unlike.frame),
        )


def _inputs(mismatch: Mismatch, language: str) -> str:
    shown = []
    for name, (kind, value) in mismatch.inputs.items():
        text = word(f"testing.{value}", language) if kind == "state" else _value(kind, value, language)
        shown.append(f"{name} = {text}")
    return word("testing.comma", language).join(shown)


def _value(kind: str, value: Value | int, language: str) -> str:
    if value is None:
        return word("testing.missing", language)
    if isinstance(value, bool):
        return word("testing.true" if value else "testing.false", language)
    if kind == "points" and isinstance(value, int):
        return points_text(value)
    if kind == "date" and isinstance(value, float):
        return iso(int(value))
    return number_text(value) if isinstance(value, float) else str(value)


def _shown(
    pack: Pack, expectation: Expectation, value: RuleWant | Value | int | tuple[str, ...], language: str
) -> str:
    """A wanted or an actual value in words."""
    comma = word("testing.comma", language)
    if isinstance(value, RuleWant):
        return comma.join(_rule_parts(pack, expectation, value, language))
    if isinstance(value, tuple):
        return comma.join(value) or word("testing.none", language)
    if expectation.about == "feature":
        return _value(pack.features[expectation.name].expr.tree.kind, value, language)
    if value is None:
        return word("testing.not_assessed", language)
    return _value("points", value, language)


def _rule_parts(pack: Pack, expectation: Expectation, value: RuleWant, language: str) -> Iterator[str]:
    """Points, state and case; a state of its own says more than that there is no case."""
    if value.points is not None:
        yield word("testing.points", language, points=points_text(value.points))
    if value.state is not None and (value.state != "scored" or value.points is None):
        yield word(f"testing.{value.state}", language)
    if value.case is not None:
        yield word("testing.case", language, name=case_text(pack, expectation.name, value.case))


def case_text(pack: Pack, rule: str, index: int) -> str:
    """The number of a case, the first being 1, with its id unless that is just its number."""
    case_id = pack.rule(rule).cases[index].id
    return case_id if case_id == str(index + 1) else f"{index + 1} ({case_id})"


def gap_line(branch: Branch, pack: Pack, language: str) -> str:
    name = case_text(pack, branch.owner, int(branch.name)) if branch.kind == "case" else branch.name
    text = word(f"testing.branch.{branch.kind}", language, name=name)
    return word("testing.gap", language, place=str(branch.span), owner=branch.owner, branch=text)


def summary_line(report: PackReport, language: str) -> str:
    if not report.verdicts:
        return word("testing.no-tests", language, pack=report.pack.id, file=report.file)
    counts = {
        "tests": len(report.verdicts),
        "passed": len(report.verdicts) - len(report.failed),
        "failed": len(report.failed),
    }
    coverage = report.coverage
    return word(
        "testing.summary", language, pack=report.pack.id, covered=coverage.covered, total=coverage.total,
        percent=number_text(coverage.percent), **counts,
    )  # fmt: skip


def inherited_line(report: PackReport, language: str) -> str:
    coverage = report.coverage
    return word(
        "testing.inherited", language, pack=report.pack.id, base=coverage.base, count=coverage.inherited
    )


def below_line(report: PackReport, minimum: float, language: str) -> str:
    percent = number_text(report.coverage.percent)
    return word("testing.below", language, pack=report.pack.id, percent=percent, minimum=number_text(minimum))
