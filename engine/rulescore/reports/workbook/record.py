# SPDX-License-Identifier: Apache-2.0
"""The sheets that only show: quality of the data, every data problem, and where everything comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...messages import catalogue, lines, word
from ...problems import Problem
from ...quality.figures import NOT_STATED
from ...readers.assessment import EVIDENCE
from ...schema import QUALITY_MEASURES
from ..content.words import Words
from .sheets import NONE, Book

Node = dict[str, Any]
PROBLEMS_AT_MOST = 50_000


def quality(book: Book, words: Words, found: Node) -> None:
    """Grade and measures, limits of the pack, how sure the sources are, and every field."""
    tell, sheet = book.tell, book.sheet("quality")
    sheet.widths(34, 34, 14, 14, 14, 14, 40)
    row = sheet.title(book.title("quality"), tell("quality.note"))
    grade = found["grade"]
    if grade is not None:
        sheet.put(row, 0, tell("quality.grade"), "label")
        sheet.put(row, 1, grade["grade"], "text", bold=True)
        sheet.put(row + 1, 0, tell("quality.index"), "label")
        sheet.put(row + 1, 1, grade["index"], "factor", num_format="0.0000", align="left")
        row += 3
    weights = {part["measure"]: part["weight"] for part in grade["parts"]} if grade is not None else {}
    sheet.section(row, tell("quality.measures"), 7)
    sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("measure", "none", "share", "numerator", "denominator", "weight", "none")])  # fmt: skip
    row += 2
    for name in QUALITY_MEASURES:
        part = found["measures"][name]
        values = (
            [NONE, NONE, NONE] if part is None else [part["share"], part["numerator"], part["denominator"]]
        )
        style = (
            "count" if all(value == NONE or float(value).is_integer() for value in values[1:]) else "money"
        )
        sheet.line(row, 0, [word(f"kind.{name}", book.language), "", *values, weights.get(name, NONE)], ("text", "text", "share", style, style, "number"))  # fmt: skip
        row += 1
    row = _limits(book, words, found, row + 1)
    sheet.section(row, tell("quality.evidence"), 7)
    sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("evidence", "none", "share", "numerator", "denominator", "none", "none")])  # fmt: skip
    row += 2
    for level in (*EVIDENCE, NOT_STATED):
        part = found["evidence"].get(level)
        if part is not None:
            sheet.line(row, 0, [word(f"evidence.{level}", book.language), "", part["share"], part["numerator"], part["denominator"]], ("text", "text", "share", "count", "count"))  # fmt: skip
            row += 1
    _fields(book, words, found, row + 1)
    sheet.landscape()


def _limits(book: Book, words: Words, found: Node, row: int) -> int:
    tell, sheet = book.tell, book.sheet("quality")
    if not found["limits"]:
        return row
    sheet.section(row, tell("quality.limits"), 7)
    sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("measure", "where", "value", "warn", "refuse", "state", "source")])  # fmt: skip
    row += 2
    for one in found["limits"]:
        measure, _, where = one["limit"].partition(".")
        days = measure == "newest_days"
        title = tell("quality.newest") if days else word(f"kind.{measure}", book.language)
        place = words.plain(where) if "." in where or where in words.pack.tables else where
        values = [NONE if one[key] is None else one[key] for key in ("value", "warn", "refuse")]
        style = "count" if days else "share"
        sheet.line(row, 0, [title, place, *values, tell(f"quality.{one['state']}"), words.sources(one["source"])], ("text", "text", style, style, style, "center", "wrap"))  # fmt: skip
        row += 1
    return row + 1


def _fields(book: Book, words: Words, found: Node, row: int) -> None:
    tell, sheet = book.tell, book.sheet("quality")
    sheet.section(row, tell("quality.fields"), 7)
    sheet.head(row + 1, 0, [tell(f"column.{key}") for key in ("table", "field", "completeness", "validity", "numerator", "denominator", "none")])  # fmt: skip
    row += 2
    for table, figures in found["tables"].items():
        spec = words.pack.tables.get(table)
        for field, measures in figures["fields"].items():
            known = spec.fields.get(field) if spec is not None else None
            whole, valid = measures.get("completeness"), measures.get("validity")
            values = [NONE if one is None else one["share"] for one in (whole, valid)]
            values += [NONE, NONE] if whole is None else [whole["numerator"], whole["denominator"]]
            sheet.line(row, 0, [words.plain(table), words.text(known.title) if known else field, *values, ""], ("text", "text", "share", "share", "count", "count", "text"))  # fmt: skip
            row += 1


def matters(book: Book, words: Words, told: Node) -> None:
    """What whoever relies on the run must know: matters in sentences, findings with their amounts, the way to what transfers."""
    tell, sheet, found = book.tell, book.sheet("matters"), told["matters"]
    sheet.widths(34, 14, 20, 14, 12, 50, 50, 34)
    sheet.landscape()
    row = sheet.title(book.title("matters"), tell("matters.note"))
    for text in told["special"]:
        sheet.paragraph(row, f"· {text}", 7, 220)
        row += 1
    if found["findings"]:
        sheet.section(row + 1, tell("matters.findings"), 8)
        sheet.head(row + 2, 0, [tell(f"column.{key}") for key in ("finding", "count", "amount", "undecided", "kept-out", "holds-when", "why-found", "source")])  # fmt: skip
        row += 3
        for one in found["findings"]:
            amount = NONE if one["amount"] is None else one["amount"]
            count = tell("yes" if one["count"] else "no") if one["of_base"] else one["count"]
            cells = [one["title"], count, amount, one["unknown"], tell("yes") if one["keeps_out"] else "", one["words"], one["why"], one["sources"]]  # fmt: skip
            sheet.line(row, 0, cells, ("wrap", "count", "money", "count", "center", "wrap", "wrap", "wrap"))
            row += 1
    steps = found["waterfall"]
    if steps:
        sheet.section(row + 1, tell("matters.waterfall"), 8)
        sheet.head(row + 2, 0, [tell("column.step"), "", tell("column.amount")])
        row += 3
        for step in steps:
            sheet.line(row, 0, [step["title"], tell("matters.less") if step["less"] else "", step["amount"]], ("wrap", "center", "money"))  # fmt: skip
            row += 1


def problems(book: Book, words: Words) -> None:
    """Every data problem with its place, a row each."""
    tell, sheet = book.tell, book.sheet("problems")
    found = words.run.problems
    sheet.widths(9, 30, 84, 30, 16, 9, 22, 30)
    sheet.landscape()
    note = tell("problems.note") if len(found) <= PROBLEMS_AT_MOST else tell("problems.cut", total=f"{len(found):,}", shown=f"{PROBLEMS_AT_MOST:,}")  # fmt: skip
    sheet.title(book.title("problems"), note)
    sheet.head(3, 0, [tell(f"column.{key}") for key in ("severity", "problem", "told", "file", "sheet", "row", "in-column", "code")])  # fmt: skip
    row = 4
    for problem in found[:PROBLEMS_AT_MOST]:
        code, severity = problem["code"], problem["severity"]
        entry = catalogue(book.language)["problems"].get(code, {"title": code})
        text, _ = lines(Problem(code, severity, None, problem["facts"]), book.language)
        line = problem.get("line") or problem.get("row")
        cells = [
            words.tell(f"severity.{severity}"),
            str(entry["title"]),
            text,
            problem.get("file") or "",
            problem.get("sheet") or "",
        ]
        sheet.line(row, 0, cells, ("center", "wrap", "wrap", "wrap", "text"))
        sheet.put(row, 5, line, "whole")
        sheet.put(row, 6, str(problem.get("column") or ""), "text")
        sheet.put(row, 7, code, "mono")
        row += 1
    sheet.table(3, max(row - 1, 3), 7)


def provenance(book: Book, words: Words, told: Node) -> None:
    """Run, versions, command, files with their hashes, personal data, limits of use."""
    tell, sheet, run = book.tell, book.sheet("provenance"), words.run
    manifest, appendix = run.manifest, told["appendix"]
    sheet.widths(34, 26, 12, 14, 70)
    sheet.landscape()
    row = sheet.title(book.title("provenance"), tell("provenance.note"))
    facts = [
        (words.tell("run"), run.run_id), (words.tell("as-of"), date.fromisoformat(run.as_of)),
        (words.tell("pack"), f"{words.text(run.pack.title)} ({run.pack.id} {run.pack.version})"),
        (tell("provenance.fingerprint"), str(manifest["pack"]["fingerprint"])),
        (words.tell("versions"), words.tell("versions-text", **appendix["versions"])),
        (words.tell("count"), manifest["customers"]),
        (words.tell("commands"), f"rulescore report RUN --format xlsx --lang {book.language}"),
        ("", f"rulescore verify RUN · {words.tell('command-verify')}"),
    ]  # fmt: skip
    for title, value in facts:
        sheet.put(row, 0, title, "label")
        style = "date" if isinstance(value, date) else "count" if isinstance(value, int) else "text"
        sheet.merged(row, 1, 4, "", style)
        sheet.put(row, 1, value, style, align="left")
        row += 1
    row += 1
    sheet.section(row, words.tell("limits"), 5)
    row += 1
    for text in appendix["limits"]:
        sheet.paragraph(row, text, 4, 150)
        row += 1
    for key in ("masked", "unmasked"):
        if appendix[key]:
            sheet.paragraph(row, words.tell(key, fields=words.listed(appendix[key])), 4, 150)
            row += 1
    row = _changed(book, words, appendix, row + 1)
    sheet.section(row, words.tell("inputs"), 5)
    sheet.head(row + 1, 0, [words.tell(key) for key in ("file", "table", "rows", "encoding", "hash")])
    row += 2
    for source in appendix["inputs"]:
        sheet.line(row, 0, [source["file"], source["table"], source["rows"], source["encoding"], source["sha256"]], ("wrap", "text", "count", "text", "mono"))  # fmt: skip
        row += 1
    row += 1
    sheet.section(row, words.tell("run-files"), 5)
    sheet.head(row + 1, 0, [words.tell("file"), "", "", "", words.tell("hash")])
    row += 2
    for file in appendix["files"]:
        sheet.merged(row, 0, 3, file["file"], "text")
        sheet.put(row, 4, file["sha256"], "mono")
        row += 1


def _changed(book: Book, words: Words, appendix: Node, row: int) -> int:
    """The parameters that were given another value for this run."""
    changed = [one for one in appendix["parameters"] if one["changed"]]
    if not changed:
        return row
    book.sheet("provenance").section(row, words.tell("changed"), 5)
    for one in changed:
        row += 1
        book.sheet("provenance").line(row, 0, [one["title"], one["value"]], ("text", "text"))
    return row + 2
