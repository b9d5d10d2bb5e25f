# SPDX-License-Identifier: Apache-2.0
"""Reports of packs -> data for JSON, and JUnit XML for build servers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from ..arithmetic import UNIT
from ..model import Pack
from ..problems import Span
from ..values import iso
from . import PackReport
from .comparison import Mismatch
from .coverage import KINDS, Branch
from .given import Value
from .want import Expectation, RuleWant
from .wording import below_line, failure_lines

Plain = object
"""What JSON can hold."""


def as_data(report: PackReport) -> dict[str, Plain]:
    """A report without words of any language; points are numbers, dates ISO."""
    coverage = report.coverage
    return {
        "pack": report.pack.id, "version": report.pack.version, "file": report.file, "tests": len(report.verdicts),
        "passed": len(report.verdicts) - len(report.failed),
        "failures": [
            {
                "test": verdict.test.name, "labels": list(verdict.test.labels), **_place(verdict.test.span),
                "mismatches": [_mismatch(report.pack, mismatch) for mismatch in verdict.mismatches],
                "engines_differ": [{"column": d.column, "row": d.row, "frame": d.frame} for d in verdict.differences],
            }
            for verdict in report.failed
        ],
        "coverage": {
            "percent": coverage.percent, "covered": coverage.covered, "total": coverage.total, "inherited": coverage.inherited,
            "kinds": {kind: dict(zip(("covered", "total"), coverage.of(kind), strict=True)) for kind in KINDS},
            "gaps": [_gap(branch) for branch in coverage.gaps],
        },
    }  # fmt: skip


def _place(span: Span) -> dict[str, Plain]:
    return {"file": span.file, "line": span.line, "column": span.column}


def _gap(branch: Branch) -> dict[str, Plain]:
    name: Plain = int(branch.name) if branch.kind == "case" else branch.name or None
    return {"kind": branch.kind, "owner": branch.owner, "name": name, **_place(branch.span)}


def _mismatch(pack: Pack, mismatch: Mismatch) -> dict[str, Plain]:
    expectation = mismatch.expectation
    return {
        "want": expectation.key, **_place(expectation.span),
        "expected": _wanted(pack, expectation, expectation.wanted), "actual": _wanted(pack, expectation, mismatch.actual),
        "inputs": {name: _plain(kind, value) for name, (kind, value) in mismatch.inputs.items()},
    }  # fmt: skip


def _wanted(pack: Pack, expectation: Expectation, value: RuleWant | Value | int | tuple[str, ...]) -> Plain:
    if isinstance(value, RuleWant):
        parts: Mapping[str, Plain] = {
            "points": _plain("points", value.points),
            "state": value.state,
            "case": value.case,
        }
        return {key: part for key, part in parts.items() if part is not None}
    if isinstance(value, tuple):
        return list(value)
    if expectation.about == "feature":
        return _plain(pack.features[expectation.name].expr.tree.kind, value)
    return _plain("points", value)


def _plain(kind: str, value: Value | int) -> Plain:
    if kind == "points" and isinstance(value, int):
        return value / UNIT
    if kind == "date" and isinstance(value, float):
        return iso(int(value))
    return int(value) if isinstance(value, float) and value == int(value) else value


_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    """Text without the characters that XML can't hold."""
    return _REFUSED.sub("\ufffd", text)


def as_junit(reports: Sequence[PackReport], minimum: float, language: str) -> str:
    """A testsuite a pack, a testcase a test; coverage below the minimum is a failed testcase of its own."""
    root = ElementTree.Element("testsuites", name="rulescore")
    counts = [0, 0]
    for report in reports:
        short = report.coverage.percent < minimum
        tests, failures = len(report.verdicts) + short, len(report.failed) + short
        counts = [counts[0] + tests, counts[1] + failures]
        suite = ElementTree.SubElement(
            root, "testsuite", name=report.pack.id, tests=str(tests), failures=str(failures), errors="0"
        )
        properties = ElementTree.SubElement(suite, "properties")
        ElementTree.SubElement(properties, "property", name="coverage", value=str(report.coverage.percent))
        for verdict in report.verdicts:
            test = verdict.test
            case = ElementTree.SubElement(
                suite, "testcase", classname=_xml(test.labels[0] if test.labels else report.pack.id), name=_xml(test.name),
                file=test.span.file, line=str(test.span.line),
            )  # fmt: skip
            if not verdict.passed:
                lines = [_xml(line) for line in failure_lines(report.pack, verdict, language)]
                failure = ElementTree.SubElement(case, "failure", message=lines[0])
                failure.text = "\n".join(lines)
        if short:
            case = ElementTree.SubElement(
                suite, "testcase", classname=report.pack.id, name="coverage", file=report.file
            )
            ElementTree.SubElement(case, "failure", message=below_line(report, minimum, language))
    root.set("tests", str(counts[0]))
    root.set("failures", str(counts[1]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
