# SPDX-License-Identifier: Apache-2.0
"""A pack's `tests.yaml` -> a `Suite` of tests, or every mistake in it with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from ..model import Pack
from ..packs.violations import check_document
from ..problems import Problems, Span
from ..source import Document, read_yaml
from ..values import day
from .given import Customer, read_customer
from .want import Expectation, read_want

FILE = "tests.yaml"


class PackTest(Struct, frozen=True):
    """One test: a customer, the others of its base, and what is expected of the customer. `as_of` is a day number."""

    name: str
    as_of: int
    labels: tuple[str, ...]
    given: Customer
    base: tuple[Customer, ...]
    expectations: tuple[Expectation, ...]
    span: Span

    @property
    def customers(self) -> tuple[Customer, ...]:
        """The whole base, the customer that is tested first."""
        return (self.given, *self.base)

    @property
    def tables(self) -> frozenset[str]:
        """The event tables that are supplied: those that any customer of the base has."""
        return frozenset(table for customer in self.customers for table in customer.events)


class Suite(Struct, frozen=True):
    """The tests of a pack, in the order of the file; none when the pack has no such file."""

    pack: Pack
    file: str
    tests: tuple[PackTest, ...]


def read_suite(pack: Pack, folder: Path, problems: Problems) -> Suite:
    """Reads the pack's own tests. Tests that a problem was found in are left out."""
    shown = str(Path(pack.span.file).parent / FILE)
    path = folder / FILE
    if not path.exists():
        return Suite(pack, shown, ())
    document = read_yaml(path, problems, shown)
    if document.data is None:
        if not problems.has_errors:
            problems.error("file-empty", Span(shown, 1, 1))
        return Suite(pack, shown, ())
    before = len(problems)
    if not check_document(document, "tests", problems) or len(problems) > before:
        return Suite(pack, shown, ())
    names: dict[str, Span] = {}
    tests: list[PackTest] = []
    for index, item in enumerate(document.data["tests"]):
        place = document.at("tests", index, "name")
        if item["name"] in names:
            problems.error("duplicate-test", place, name=item["name"], first=names[item["name"]].line)
        names.setdefault(item["name"], place)
        tests.append(_read_test(pack, document, index, item, problems))
    return Suite(pack, shown, tuple(tests))


def _read_test(
    pack: Pack, document: Document, index: int, item: Mapping[str, object], problems: Problems
) -> PackTest:
    path = ("tests", index)
    as_of = day(str(item["as_of"]))
    if as_of is None:
        problems.error("date-unreadable", document.at(*path, "as_of"), read=str(item["as_of"]))
    given = read_customer(pack, document, (*path, "given"), problems)
    others = item.get("base")
    base = tuple(
        read_customer(pack, document, (*path, "base", place), problems)
        for place in range(len(others) if isinstance(others, list) else 0)
    )
    expectations = read_want(pack, document, (*path, "want"), given, problems)
    labels = item.get("labels")
    return PackTest(
        str(item["name"]), as_of or 0, tuple(labels) if isinstance(labels, list) else (), given, base, expectations,
        document.at(*path, "name"),
    )  # fmt: skip
