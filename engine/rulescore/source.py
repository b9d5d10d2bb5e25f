# SPDX-License-Identifier: Apache-2.0
"""YAML text with places: plain data (YAML 1.2 scalars) and where every key and value stands.

The tree is built from the parser's events with an explicit stack, so neither depth nor aliases can
exhaust the stack or the memory: both are bounded here.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

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
_BREAK = re.compile("\r\n?")
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")  # line breaks to YAML, but not to an editor
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


_KINDS: dict[type, str] = {
    yaml.ScalarEvent: "scalar", yaml.MappingStartEvent: "map", yaml.SequenceStartEvent: "list",
}  # fmt: skip


class _Node(Struct):
    kind: str  # scalar | map | list
    start: Any
    end: Any = None
    value: str = ""
    plain: bool = False
    items: Any = ()
    size: int = 1  # nodes in it, those behind aliases included
    place: Span | None = None

    def span(self, file: str) -> Span:
        if self.place is None:
            start, end = self.start, self.end
            length = end.column - start.column if end is not None and end.line == start.line else 1
            self.place = Span(file, start.line + 1, start.column + 1, max(1, length))
        return self.place


class Document(Struct, eq=False):
    """A parsed file. `data` is None when it could not be parsed; the problems say why."""

    file: str
    text: str
    data: Any = None
    _values: dict[Path_, _Node] = {}
    keys: dict[Path_, _Node] = {}
    _lines: list[int] = []  # where each line begins in the text

    def at(self, *path: str | int) -> Span:
        """Where the value at `path` stands; the nearest ancestor when the path is not there."""
        while path and path not in self._values:
            path = path[:-1]
        node = self._values.get(path)
        return Span(self.file, 1, 1) if node is None else node.span(self.file)

    def key(self, *path: str | int) -> Span:
        """Where the key of `path` stands; for list items the item itself."""
        node = self.keys.get(path)
        return self.at(*path) if node is None else node.span(self.file)

    def inside(self, path: Path_, offset: int, length: int) -> Span:
        """Where characters [offset, offset + length) of the text value at `path` stand."""
        value: Any = self.data
        for part in path:
            value = value[part]
        node = self._values.get(path)
        if not isinstance(value, str) or node is None or node.kind != "scalar":
            return self.at(*path)
        start, end = self._index(node.start), self._index(node.end)
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

    def _index(self, mark: Any) -> int:
        line: int = self._lines[mark.line]
        return line + int(mark.column)


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
        for encoding in ("UTF-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("GB18030",):
            try:
                raw.decode(encoding)
                problems.error("file-not-utf8", Span(file, line, 1), seems=encoding)
            except UnicodeDecodeError:
                problems.error("file-not-text", Span(file, line, 1))
        return Document(file, "")
    return parse_yaml(text, file, problems)


def parse_yaml(text: str, file: str, problems: Problems) -> Document:
    """Parses YAML text to plain data with places."""
    text = _OTHER_BREAK.sub(" ", _BREAK.sub("\n", text))
    document = Document(file, text)
    if _refused_characters(text, file, problems):
        return document
    try:
        root = _compose(text, file, problems)
    except yaml.YAMLError as error:
        _report_syntax(error, text, file, problems)
        return document
    if root is None:
        return document
    document._lines = [0, *itertools.accumulate(len(line) + 1 for line in text.split("\n"))]
    document.data = _Builder(document, problems).build(root, ())
    return document


def _refused_characters(text: str, file: str, problems: Problems) -> bool:
    if "\u3000" not in text and not _CONTROL.search(text):
        return False
    bad = False
    for number, line in enumerate(text.split("\n"), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\u3000" in indent:
            problems.error("wide-indent", Span(file, number, indent.index("\u3000") + 1))
            bad = True
        if match := _CONTROL.search(line):
            problems.error(
                "control-character", Span(file, number, match.start() + 1), read=f"U+{ord(match.group()):04X}"
            )
            bad = True
    return bad


def _report_syntax(error: yaml.YAMLError, text: str, file: str, problems: Problems) -> None:
    """What the author most likely slipped on, at the place where it stands; the parser's own words as a last resort."""
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    begun: Any = getattr(error, "context_mark", None) or mark
    lines = text.split("\n")
    number = min(mark.line, len(lines) - 1) if mark else 0
    column = mark.column if mark else 0
    line, detail = lines[number], str(getattr(error, "problem", None) or error).split("\n")[0]

    def report(code: str, at: int, place: int, **facts: str) -> None:
        if at >= len(lines):  # the text ended too early: the end of its last line with something on it
            at = max(index for index, found in enumerate(lines) if found.strip())
            place = max(0, len(lines[at]) - 1)
        problems.error(code, Span(file, at + 1, place + 1), **facts)

    for at in range(number, max(-1, number - 3), -1):
        for pattern, instead in _WIDE_SLIPS:
            if match := pattern.match(lines[at]):
                return report(
                    "wide-punctuation",
                    at,
                    match.start(1),
                    read=match.group(1),
                    instead=instead[match.group(1)],
                )
    if "nesting depth" in detail:  # libyaml has a limit of its own, past ours
        return problems.error("yaml-too-deep", Span(file, number + 1, column + 1), limit=MAX_DEPTH)
    if "\t" in line[: column + 1]:
        return report("yaml-tab", number, line.index("\t"))
    context = str(getattr(error, "context", None) or "")
    if "quoted scalar" in context and begun:
        return report("yaml-unclosed-quote", begun.line, begun.column)
    if "simple key" in context and begun:
        return report("yaml-colon", begun.line, begun.column)
    if "flow" in context and begun:
        opened = begun if begun.line < mark.line else mark
        return report("yaml-bracket", opened.line, opened.column)
    value = _VALUE.match(line)
    if value and column >= value.start(1) and (_SPECIAL.match(value.group(1)) or "mapping values" in detail):
        return report("yaml-quoting", number, value.start(1))
    before = next(
        (
            at
            for at in range(number - 1, -1, -1)
            if lines[at].strip() and not lines[at].lstrip().startswith("#")
        ),
        None,
    )
    if "mapping values" in detail and before is not None and not _KEY.match(lines[before]):
        return report("yaml-colon", before, len(lines[before]) - len(lines[before].lstrip(" -")))
    if (
        "mapping values" in detail
        or "expected key" in detail
        or "'-' indicator" in detail
        or "block end" in detail
    ):
        return report("yaml-indent", number, len(line) - len(line.lstrip()))
    return report("yaml-syntax", number, column, detail=detail)


_WIDE_SLIPS: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (re.compile(r"^\s*(?:- )?[^\s#'\"{\[：:]+(：)"), {"：": ": "}),
    (re.compile(r"^[^#'\"]*?([｛｝［］])"), {"｛": "{", "｝": "}", "［": "[", "］": "]"}),
    (re.compile(r"^[^#'\"]*\{[^#'\"]*(，)\s*[\w-]+\s*[:：]"), {"，": ", "}),
    (re.compile(r"^[^#'\"]*\{(?:[^#'\"]*,)?\s*[\w-]+(：)"), {"：": ": "}),
)
_KEY = re.compile(r"^\s*(?:- )*[^\s#][^:]*:(?:\s|$)")
_VALUE = re.compile(r"^\s*(?:- )*[\w-]+:\s+(\S.*)$")
_SPECIAL = re.compile(r"[{\[&*!|>%@`]|\"[^\"]*\"\s*[^\s#]|'[^']*'\s*[^\s#]")


def _compose(text: str, file: str, problems: Problems) -> _Node | None:
    """Events -> node tree; None after a problem that makes the text unusable."""
    anchors: dict[str, _Node] = {}
    stack: list[_Node] = []
    root: _Node | None = None
    aliases = nodes = 0

    def refuse(code: str, mark: Any, **facts: Any) -> _Node | None:
        problems.error(code, Span(file, mark.line + 1, mark.column + 1), **facts)
        return None

    event: Any
    for event in iter(_Loader(text).get_event, None):
        kind = _KINDS.get(type(event))
        if kind is not None:
            if event.tag is not None and event.tag != "!":
                return refuse("yaml-tag", event.start_mark, tag=str(event.tag))
            if kind == "scalar":
                node = _Node(kind, event.start_mark, event.end_mark, event.value, not event.style)
            else:
                node = _Node(kind, event.start_mark, None, "", False, [])
            if event.anchor:
                anchors[event.anchor] = node
            nodes += 1
            if stack:
                top = stack[-1]
                top.items.append(node)
                top.size += kind == "scalar"
            elif root is None:
                root = node
            if kind != "scalar":
                stack.append(node)
                if len(stack) > MAX_DEPTH:
                    return refuse("yaml-too-deep", event.start_mark, limit=MAX_DEPTH)
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop()
            node.end = event.end_mark
            if stack:
                stack[-1].size += node.size
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES:
                return refuse("yaml-too-many-aliases", event.start_mark, limit=MAX_ALIASES)
            known = anchors.get(event.anchor or "")
            if known is None or known.end is None:
                return refuse("yaml-unknown-alias", event.start_mark, name=event.anchor)
            stack[-1].items.append(known)
            stack[-1].size += known.size
            nodes += known.size
        elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
            refuse("yaml-two-documents", event.start_mark)
            return root
        if nodes > MAX_NODES:
            return refuse("yaml-too-large", event.start_mark, limit=MAX_NODES)
    return root


class _Builder:
    """Node tree -> plain data, filling the document's places."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self.document, self.problems = document, problems

    def span(self, node: _Node) -> Span:
        return node.span(self.document.file)

    def build(self, node: _Node, path: Path_) -> Any:
        if len(path) > MAX_DEPTH:  # by aliases inside aliases
            self.problems.error("yaml-too-deep", self.span(node), limit=MAX_DEPTH)
            return None
        self.document._values[path] = node
        if node.kind == "scalar":
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
                    if source.kind != "map":
                        self.problems.error("wrong-type", self.span(source), read=source.value, want="object")
                    else:
                        for name, value in self.mapping(source, path).items():
                            merged.setdefault(name, value)
                continue
            key = key_node.value
            if (
                value_node.kind == "scalar"
                and value_node.value == ""
                and self.without_colon(key_node, value_node)
            ):
                self.problems.error("unquoted-comma", self.span(key_node), key=key)
                continue
            here = (*path, key)
            if key in result:
                first = self.document.key(*here)
                self.problems.error("duplicate-key", self.span(key_node), key=key, first=first.line)
                continue
            if "：" in key:
                self.problems.error("wide-punctuation", self.span(key_node), read="：", instead=": ")
            self.document.keys[here] = key_node
            result[key] = self.build(value_node, here)
        return {**merged, **result}

    def without_colon(self, key: _Node, value: _Node) -> bool:
        """`{a, b: 1}`: YAML reads a key `a` without a value; our authors meant a text that holds a comma."""
        start, end = self.document._index(key.end), self.document._index(value.start)
        return start <= end and ":" not in self.document.text[start:end]

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
