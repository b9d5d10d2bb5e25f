# SPDX-License-Identifier: Apache-2.0
"""YAML text with places: plain data (YAML 1.2 scalars) and where every key and value stands.

The tree is built from the parser's events with an explicit stack, so neither depth nor aliases can
exhaust the stack or the memory: both are bounded here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .problems import Problems, Span

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml: slower, same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 8_000_000
MAX_DEPTH = 50
MAX_NODES = 400_000
MAX_ALIASES = 1_000

Path_ = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WORD_BOOL = frozenset({"yes", "no", "on", "off", "y", "n"})
_WIDE_COLON = re.compile(r"^\s*(?:- )?[^\s#'\"{\[：:]+：")


@dataclass(slots=True)
class _Node:
    kind: str  # scalar | map | list
    start: Any
    end: Any = None
    value: str = ""
    plain: bool = False
    items: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A parsed file. `data` is None when it could not be parsed; the problems say why."""

    file: str
    text: str
    data: Any = None
    values: dict[Path_, Span] = field(default_factory=dict)
    keys: dict[Path_, Span] = field(default_factory=dict)
    _ends: dict[Path_, int] = field(default_factory=dict)
    _starts: dict[Path_, int] = field(default_factory=dict)

    def at(self, *path: str | int) -> Span:
        """Where the value at `path` stands; the nearest ancestor when the path is not there."""
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), Span(self.file, 1, 1))

    def key(self, *path: str | int) -> Span:
        """Where the key of `path` stands; for list items the item itself."""
        return self.keys.get(path) or self.at(*path)

    def inside(self, path: Path_, offset: int, length: int) -> Span:
        """Where characters [offset, offset + length) of the text value at `path` stand."""
        value: Any = self.data
        for part in path:
            value = value[part]
        start, end = self._starts.get(path), self._ends.get(path)
        if not isinstance(value, str) or start is None or end is None:
            return self.at(*path)
        length = max(1, length)
        token = value[offset : offset + length]
        raw = self.text[start:end]
        if token.strip() == "":
            found = raw.find(value)
            index = found + offset if found >= 0 else 0
        else:
            index = -1
            for _ in range(value[:offset].count(token) + 1):
                index = raw.find(token, index + 1)
                if index < 0:
                    return self.at(*path)
        line = self.text.count("\n", 0, start + index) + 1
        column = start + index - (self.text.rfind("\n", 0, start + index) + 1) + 1
        return Span(self.file, line, column, length)


def read_yaml(path: Path, problems: Problems, shown: str | None = None) -> Document:
    """Reads and parses the file; every way in which it can't be read is a problem."""
    file = shown or str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            problems.error("file-too-large", Span(file), limit=MAX_BYTES)
            return Document(file, "")
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.error("file-not-found", Span(file))
        return Document(file, "")
    except OSError as error:
        problems.error("file-unreadable", Span(file), reason=error.strerror or str(error))
        return Document(file, "")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        try:
            raw.decode("gb18030")
            problems.error("file-not-utf8", Span(file, line, 1), seems="GB18030")
        except UnicodeDecodeError:
            problems.error("file-not-utf8", Span(file, line, 1), seems="?")
        return Document(file, "")
    return parse_yaml(text, file, problems)


def parse_yaml(text: str, file: str, problems: Problems) -> Document:
    """Parses YAML text to plain data with places."""
    text = text.replace("\r\n", "\n")
    document = Document(file, text)
    if _refused_characters(text, file, problems):
        return document
    try:
        root = _compose(text, file, problems)
    except yaml.YAMLError as error:
        _report_syntax(error, text, file, problems)
        return document
    except UnicodeEncodeError:
        problems.error("yaml-syntax", Span(file, 1, 1), detail="invalid character")
        return document
    if root is None:
        return document
    offsets = [0]
    for line in text.split("\n"):
        offsets.append(offsets[-1] + len(line) + 1)
    builder = _Builder(document, problems, offsets)
    document.data = builder.build(root, ())
    return document


def _refused_characters(text: str, file: str, problems: Problems) -> bool:
    bad = False
    for number, line in enumerate(text.split("\n"), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\u3000" in indent:
            problems.error("wide-indent", Span(file, number, indent.index("\u3000") + 1))
            bad = True
        if "\x00" in line:
            problems.error("yaml-syntax", Span(file, number, line.index("\x00") + 1), detail="NUL")
            bad = True
    return bad


def _report_syntax(error: yaml.YAMLError, text: str, file: str, problems: Problems) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    for number in range(line, max(0, line - 3), -1):
        if number <= len(lines) and (match := _WIDE_COLON.match(lines[number - 1])):
            problems.error("wide-punctuation", Span(file, number, match.end()), read="：", instead=": ")
            return
    detail = str(getattr(error, "problem", None) or error).split("\n")[0]
    if line <= len(lines) and "\t" in lines[line - 1][: column + 1]:
        problems.error("yaml-tab", Span(file, line, lines[line - 1].index("\t") + 1))
        return
    problems.error("yaml-syntax", Span(file, line, column), detail=detail)


def _compose(text: str, file: str, problems: Problems) -> _Node | None:
    """Events -> node tree; None after a problem that makes the text unusable."""
    anchors: dict[str, _Node] = {}
    stack: list[_Node] = []
    root: _Node | None = None
    aliases = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            mark = event.start_mark
            if aliases > MAX_ALIASES:
                problems.error("yaml-too-many-aliases", Span(file, mark.line + 1, mark.column + 1), limit=MAX_ALIASES)
                return None
            node = anchors.get(event.anchor)
            if node is None or node.end is None:
                problems.error("yaml-unknown-alias", Span(file, mark.line + 1, mark.column + 1), name=event.anchor)
                return None
            stack[-1].items.append(node)
        elif isinstance(event, yaml.NodeEvent):
            mark = event.start_mark
            tag = getattr(event, "tag", None)
            if tag is not None and tag != "!":
                problems.error("yaml-tag", Span(file, mark.line + 1, mark.column + 1), tag=str(tag))
                return None
            if isinstance(event, yaml.ScalarEvent):
                node = _Node("scalar", mark, event.end_mark, event.value, event.style is None or event.style == "")
                if event.style is not None and event.style != "":
                    node.plain = False
            else:
                node = _Node("map" if isinstance(event, yaml.MappingStartEvent) else "list", mark)
            if event.anchor:
                anchors[event.anchor] = node
            if stack:
                stack[-1].items.append(node)
            elif root is None:
                root = node
            if node.kind != "scalar":
                stack.append(node)
                if len(stack) > MAX_DEPTH:
                    problems.error("yaml-too-deep", Span(file, mark.line + 1, mark.column + 1), limit=MAX_DEPTH)
                    return None
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop().end = event.end_mark
        elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
            mark = event.start_mark
            problems.error("yaml-two-documents", Span(file, mark.line + 1, mark.column + 1))
            return root
    return root


class _Builder:
    """Node tree -> plain data, filling the document's places."""

    def __init__(self, document: Document, problems: Problems, offsets: list[int]) -> None:
        self.document, self.problems, self.offsets = document, problems, offsets
        self.count = 0

    def span(self, node: _Node) -> Span:
        start, end = node.start, node.end
        length = end.column - start.column if end is not None and end.line == start.line else 1
        return Span(self.document.file, start.line + 1, start.column + 1, max(1, length))

    def build(self, node: _Node, path: Path_) -> Any:
        self.count += 1
        if self.count > MAX_NODES:
            if self.count == MAX_NODES + 1:
                self.problems.error("yaml-too-large", self.span(node), limit=MAX_NODES)
            return None
        document = self.document
        document.values[path] = self.span(node)
        if node.kind == "scalar":
            document._starts[path] = self.offsets[node.start.line] + node.start.column
            document._ends[path] = self.offsets[node.end.line] + node.end.column
            return self.scalar(node)
        if node.kind == "list":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.items)]
        return self.mapping(node, path)

    def mapping(self, node: _Node, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in zip(node.items[::2], node.items[1::2], strict=True):
            if key_node.kind != "scalar":
                self.problems.error("yaml-key", self.span(key_node))
                continue
            if key_node.value == "<<" and key_node.plain:
                for source in value_node.items if value_node.kind == "list" else [value_node]:
                    if source.kind == "map":
                        for name, value in self.mapping(source, path).items():
                            merged.setdefault(name, value)
                continue
            key = key_node.value
            here = (*path, key)
            if key in result:
                first = self.document.keys[here]
                self.problems.error("duplicate-key", self.span(key_node), key=key, first=first.line)
                continue
            if "：" in key:
                self.problems.error("wide-punctuation", self.span(key_node), read="：", instead=": ")
            self.document.keys[here] = self.span(key_node)
            result[key] = self.build(value_node, here)
        return {**merged, **result}

    def scalar(self, node: _Node) -> Any:
        text = node.value
        if not node.plain:
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INT.match(text) and len(text) < 20:
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                self.problems.error("number-too-large", self.span(node), read=text)
                return 0
            return number
        if text.casefold() in _WORD_BOOL:
            self.problems.warning("yaml-word-boolean", self.span(node), read=text)
        return text
