# SPDX-License-Identifier: Apache-2.0
"""A desk to read at: files are written into a folder, an assessment names them, the result is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rulescore.messages import lines
from rulescore.model import Field, Table
from rulescore.problems import DataError, Problem, Problems
from rulescore.readers import (
    Rejected,
    TableData,
    assessment_of_files,
    read_assessment,
    read_tables,
    tables_of_frames,
)


def _field(name: str, kind: str = "text", zh: str = "", **more: Any) -> Field:
    return Field(name, kind, {"zh": zh or name, "en": name.replace("_", " ").capitalize()}, **more)  # type: ignore[arg-type]


def _table(name: str, zh: str, fields: list[Field], **more: str) -> Table:
    return Table(name, {"zh": zh, "en": name.capitalize()}, {one.id: one for one in fields}, **more)


DICTIONARY: Mapping[str, Table] = {
    "customers": _table(
        "customers",
        "客户",
        [
            _field("customer_id", zh="客户编号", aliases=("Account No",)),
            _field("name", zh="客户名称"),
            _field("revenue", "number", "年收入", min=0, unit="CNY"),
            _field("balance", "number", "余额"),
            _field("margin", "percent", "毛利率"),
            _field("staff", "integer", "人数"),
            _field("honest", "bool", "守信"),
            _field("since", "date", "成立日期"),
            _field("status", zh="状态", values=("active", "closed"), words={"active": ("存续", "在业")}),
            _field("lawsuits", zh="诉讼", not_missing=("无",)),
            _field("grade", "number", "评分", missing=("-999", "未评")),
        ],
        key="customer_id",
    ),
    "orders": _table(
        "orders",
        "订单",
        [
            _field("order_id", zh="订单编号"),
            _field("customer_id", zh="客户编号"),
            _field("order_date", "date", "下单日期"),
            _field("amount", "number", "金额"),
        ],
        customer="customer_id",
        date="order_date",
    ),
}


@dataclass
class Result:
    """What came of reading: tables (None when refused), rows set aside, problems."""

    tables: dict[str, TableData] | None
    rejected: list[Rejected]
    problems: list[Problem]

    @property
    def codes(self) -> list[str]:
        """The codes of everything but notes, in the order in which they are shown."""
        return [problem.code for problem in self.problems if problem.severity != "note"]

    @property
    def notes(self) -> list[str]:
        return [problem.code for problem in self.problems if problem.severity == "note"]

    def rows(self, table: str = "customers") -> list[dict[str, Any]]:
        assert self.tables is not None, self.codes
        return self.frame(table).to_dicts()

    def frame(self, table: str = "customers") -> pl.DataFrame:
        assert self.tables is not None, self.codes
        return self.tables[table].frame.collect(engine="streaming")

    def column(self, name: str, table: str = "customers") -> list[Any]:
        return self.frame(table)[name].to_list()

    def only(self) -> Problem:
        """The one problem that is no note."""
        found = [problem for problem in self.problems if problem.severity != "note"]
        assert len(found) == 1, found
        return found[0]


class Desk:
    """Writes files and reads them; every message is looked up on the way, so that none lacks a fact."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def read(
        self,
        encoding: str | None = None,
        dictionary: Mapping[str, Table] = DICTIONARY,
        more: str = "",
        **tables: str,
    ) -> Result:
        """Reads tables by an assessment; each is the YAML that would stand behind its name, `more` other keys of it."""
        more = f"{more}\n" if more else ""
        names = "".join(f"  {name}: {value}\n" for name, value in tables.items())
        self.write(
            "assessment.yaml", f"company: {{zh: 甲, en: A}}\nas_of: 2026-06-30\n{more}tables:\n{names}"
        )
        problems = Problems()
        return self._result(
            problems,
            lambda: read_tables(read_assessment(self.folder, problems), dictionary, problems, encoding),
        )

    def files(self, *names: str) -> Result:
        """Reads bare files."""
        problems = Problems()
        paths = [self.folder / name for name in names]
        return self._result(
            problems, lambda: read_tables(assessment_of_files(paths, problems), DICTIONARY, problems)
        )

    def frames(self, **frames: object) -> Result:
        problems = Problems()
        return self._result(problems, lambda: tables_of_frames(frames, DICTIONARY, problems))

    def customers(self, content: str | bytes, name: str = "customers.csv") -> Result:
        """Reads one file as the customers."""
        self.write(name, content)
        return self.read(customers=name)

    def value(self, header: str, cell: str) -> Result:
        """Reads one cell under a header, beside a sound one so that the column is not wholly unreadable."""
        quoted = '"' + cell.replace('"', '""') + '"'
        return self.customers(f"customer_id,{header}\nC1,{quoted}\n")

    def _result(self, problems: Problems, read: Any) -> Result:
        tables, rejected = None, []
        try:
            tables, rejected = read()
        except DataError as error:
            assert error.exit_code == 4
            assert [problem.code for problem in error.problems] == [problem.code for problem in problems]
        for problem in problems:
            for language in ("zh", "en"):
                text, hint = lines(problem, language)
                assert text != problem.code, f"no message for {problem.code}"
                own = text
                for fact in problem.facts.values():  # a header may hold a question mark of its own
                    for part in fact if isinstance(fact, list) else [fact]:
                        own = own.replace(str(part), "")
                assert "?" not in own, (problem.code, text)
                assert "None" not in text.removeprefix("None of") and "None" not in hint, (
                    problem.code,
                    text,
                    hint,
                )
        return Result(tables, rejected, list(problems))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def dictionary() -> Mapping[str, Table]:
    return DICTIONARY
