# SPDX-License-Identifier: Apache-2.0
"""What a handbook is made of. All text is plain: a form of the handbook escapes it its own way."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Paragraph(Struct, frozen=True):
    """Running text; `quiet` is what a hurried reader may leave out."""

    text: str
    quiet: bool = False


class Table(Struct, frozen=True):
    """Rows below a head; columns named in `numbers` hold figures. `anchors` are ids of rows, or empty."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()


class Facts(Struct, frozen=True):
    """Named facts: (name, text), those without text left out."""

    items: tuple[tuple[str, str], ...]


class Items(Struct, frozen=True):
    """A list of conditions or the like."""

    texts: tuple[str, ...]


Block = Paragraph | Table | Facts | Items


class Section(Struct, frozen=True):
    """A heading with what stands below it; `id` is its anchor, `note` a word beside the heading."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    note: str = ""


class Handbook(Struct, frozen=True):
    """A whole handbook in one language."""

    language: str
    title: str
    subtitle: str
    contents: str
    sections: tuple[Section, ...]


class Format(Struct, frozen=True):
    """A form of the handbook: the suffixes of its files, and what writes it."""

    name: str
    suffixes: tuple[str, ...]
    render: Callable[[Handbook], str]
