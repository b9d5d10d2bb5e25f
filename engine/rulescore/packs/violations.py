# SPDX-License-Identifier: Apache-2.0
"""Parsed YAML against its schema: each violation becomes a problem at its own place, with what to write instead."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..bundled import folder
from ..problems import Problem, Problems, Span, close_names
from ..schema import FORMS
from ..source import Document, Path_, read_yaml


def shipped(name: str) -> dict[str, Any]:
    """The schema as shipped in `schemas/`."""
    loaded: dict[str, Any] = json.loads(
        (folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return loaded


_COMPILED: dict[str, Any] = {}
_VALIDATORS: dict[str, Any] = {}


def _validator(key: str, schema: dict[str, Any]) -> Any:
    if key not in _VALIDATORS:
        import jsonschema

        _VALIDATORS[key] = jsonschema.Draft7Validator(schema)
    return _VALIDATORS[key]


def _fits_at_once(key: str, schema: dict[str, Any], data: Any) -> bool:
    """Whether data surely fit; nothing of why not."""
    if key not in _COMPILED:
        import jsonschema_rs

        _COMPILED[key] = jsonschema_rs.Draft7Validator(schema)
    try:
        return bool(_COMPILED[key].is_valid(data))
    except (TypeError, ValueError):
        return False  # keys that are no text, numbers that no JSON holds


def check_document(document: Document, name: str, problems: Problems) -> bool:
    """Checks a parsed file against its schema; rules are checked one by one against the schema of their kind. True
    when it can be used, see `check_part`."""
    return check_part(document, (), document.data, name, _for_documents(name), problems)


def read_document(path: Path, file: str, name: str, problems: Problems) -> Document | None:
    """A file parsed and checked against its schema, called `file` in problems; None when it can't be used. A file that was
    read before and has not changed since is not read again: packs that extend one share its files."""
    try:
        stat = path.stat()
        document, found = _read(path, file, name, (stat.st_mtime_ns, stat.st_size))
    except OSError:
        document, found = _read.__wrapped__(path, file, name, (0, 0))
    problems.extend(found)
    return document


@functools.lru_cache(maxsize=128)
def _read(
    path: Path, file: str, name: str, stamp: tuple[int, int]
) -> tuple[Document | None, tuple[Problem, ...]]:
    found = Problems()
    document = read_yaml(path, found, file)
    if document.data is None and not len(found):
        found.error("file-empty", Span(document.file, 1, 1))
    usable = document.data is not None and check_document(document, name, found)
    return (document if usable else None), tuple(found)


@functools.cache
def _for_documents(name: str) -> dict[str, Any]:
    schema = shipped(name)
    if name == "dimension":
        schema["properties"]["rules"] = {"type": "array", "items": {"type": "object", "required": ["id"]}}
    return schema


def check_part(
    document: Document, path: Path_, data: Any, key: str, schema: dict[str, Any], problems: Problems
) -> bool:
    """Checks a part of a document; every violation becomes a problem at its own place. True when the rest of it can be
    used: neither a key too many nor an id of a wrong form keeps anything else from being looked at. What is wrong, `jsonschema` says; nearly always nothing is,
    and that a compiled validator says in a twentieth of the time."""
    usable = True
    if _fits_at_once(key, schema, data):
        return usable
    for error in _validator(key, schema).iter_errors(data):
        _report(document, path, error, problems)
        named_badly = error.validator == "pattern" and list(error.relative_path)[-1:] == ["id"]
        usable &= named_badly or error.validator == "additionalProperties"
    return usable


def _report(document: Document, base: Path_, error: Any, problems: Problems) -> None:
    path: Path_ = (*base, *error.absolute_path)
    place = document.at(*path)
    value = error.instance
    match error.validator:
        case "additionalProperties" if isinstance(value, dict):
            known = sorted(error.schema.get("properties", {}))
            for key in value:
                if key not in known:
                    close = close_names(str(key), known)
                    problems.error(
                        "unknown-key", document.key(*path, key), key=str(key), close=close, known=known
                    )
        case "required" if isinstance(value, dict):
            allowed = set(error.schema.get("properties", {}))
            strangers = [key for key in value if key not in allowed] if allowed else []
            for key in error.validator_value:
                near = any(key in close_names(str(stranger), allowed) for stranger in strangers)
                if key not in value and not near:
                    problems.error("missing-key", document.key(*path), key=key)
        case "type":
            wanted = error.validator_value
            form = FORMS.get(error.schema.get("pattern", ""))
            if error.schema.get("required") == ["zh", "en"] and isinstance(value, str):
                problems.error("bilingual-wanted", place, read=_shown(value))
            elif form:
                problems.error("wrong-form", place, read=_shown(value), want=form)
            else:
                _wrong_type(
                    document, path, value, [wanted] if isinstance(wanted, str) else list(wanted), problems
                )
        case "enum":
            _unknown_choice(place, value, error.validator_value, problems)
        case "pattern":
            inside = document.at(*path) != document.key(*path, value) if isinstance(value, str) else False
            place = document.key(*path, value) if inside else place  # the name of a key, not a value
            want = FORMS.get(error.validator_value, error.validator_value)
            problems.error("wrong-form", place, read=_shown(value), want=want)
        case "oneOf" | "anyOf":
            _report_choice(document, path, error, problems)
        case "not" | "minProperties" if "up_to" in error.schema.get("properties", {}):
            problems.error("band-bounds", document.key(*path))
        case _:
            problems.error(
                "schema-violation",
                place,
                read=_shown(value),
                rule=str(error.validator),
                want=_shown(error.validator_value),
            )


def _wrong_type(document: Document, path: Path_, value: Any, wanted: list[str], problems: Problems) -> None:
    if isinstance(value, str) and "object" in wanted and not set(wanted) & {"string", "array"}:
        for colon, code in (("：", "wide-punctuation"), (":", "yaml-colon")):
            if colon in value:
                facts = {"read": "：", "instead": ": "} if colon == "：" else {}
                problems.error(code, document.inside(path, value.index(colon), 1), **facts)
                return
    problems.error("wrong-type", document.at(*path), read=_shown(value), want=wanted)


def _unknown_choice(place: Span, value: Any, choices: Iterable[Any], problems: Problems) -> None:
    allowed = [str(item) for item in choices]
    problems.error(
        "unknown-choice", place, read=_shown(value), allowed=allowed, close=close_names(str(value), allowed)
    )


def _report_choice(document: Document, path: Path_, error: Any, problems: Problems) -> None:
    """One problem for a value that fits none (or several) of the forms it may take: that of the form it was meant to have."""
    value, options = error.instance, error.validator_value
    if isinstance(value, dict) and all(set(option) == {"required"} for option in options):
        begun = [option["required"] for option in options if any(key in value for key in option["required"])]
        if len(begun) == 1:
            for key in begun[0]:
                if key not in value:
                    problems.error("missing-key", document.key(*path), key=key)
        else:
            known = [" + ".join(option["required"]) for option in options]
            problems.error("key-choice", document.key(*path), known=known)
        return
    for index, option in enumerate(options):
        if _fits_type(value, option.get("type")):
            for sub in error.context:
                if sub.relative_schema_path[0] == index:
                    _report(document, path, _Relative(sub), problems)
            return
    choices = [item for option in options for item in option.get("enum", ())]
    if isinstance(value, str) and choices:
        _unknown_choice(document.at(*path), value, choices, problems)
    else:
        types = [option["type"] for option in options if "type" in option]
        wanted = [name for found in types for name in ([found] if isinstance(found, str) else found)]
        _wrong_type(document, path, value, wanted + [str(item) for item in choices], problems)


def _fits_type(value: Any, wanted: str | list[str] | None) -> bool:
    if wanted is None:
        return False
    return bool(_validator(f"type:{wanted}", {"type": wanted}).is_valid(value))


class _Relative:
    """A sub-error of `oneOf`, with the path counted from the value that has the choice."""

    def __init__(self, error: Any) -> None:
        self.absolute_path = error.relative_path
        self.instance, self.validator, self.validator_value = (
            error.instance,
            error.validator,
            error.validator_value,
        )
        self.schema, self.context, self.parent = error.schema, error.context, None


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
