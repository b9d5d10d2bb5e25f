# SPDX-License-Identifier: Apache-2.0
"""A run folder -> whether its seal holds: canonical manifest, run id, the hash of every file, nothing missing or added."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rfc8785
from msgspec import Struct

from ..folder import FORMAT, MANIFEST, UNHASHED, run_id_of, sha256_of
from ..problems import SHOWN_AT_MOST, Fact, Problem, Span
from ..values import day

SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "format": int, "engine": dict, "pack": dict, "company": dict, "purpose": dict, "as_of": str, "parameters": dict,
    "overrides": dict, "customers": int, "inputs": list, "masked": list, "unmasked": list, "pseudonyms": dict, "files": dict, "run_id": str,
}  # fmt: skip
"""What a manifest must hold, and of what kind."""


_LAYER = re.compile(r"[^\W\d]\w*")


class Findings(Struct):
    """Gathers what is wrong: the first hundred are kept, all are counted."""

    listed: list[Problem] = []
    count: int = 0

    def add(self, code: str, file: str, **facts: Fact) -> None:
        self.count += 1
        if len(self.listed) < SHOWN_AT_MOST:
            self.listed.append(Problem(code, "error", Span(file), facts))

    def take(self, problem: Problem) -> None:
        """A problem that another stage found."""
        self.count += 1
        if len(self.listed) < SHOWN_AT_MOST:
            self.listed.append(problem)

    def problems(self) -> list[Problem]:
        """Those kept and, when there are more, one that counts the others."""
        if self.count <= len(self.listed):
            return list(self.listed)
        facts: dict[str, Fact] = {"count": self.count - len(self.listed), "total": self.count}
        return [*self.listed, Problem("differences-unlisted", "error", None, facts)]


def check_seal(folder: Path, findings: Findings) -> tuple[dict[str, Any] | None, int]:
    """(the manifest or None when nothing can be built on it, how many files are as listed)."""
    manifest = _manifest(folder / MANIFEST, findings)
    if manifest is None:
        return None, 0
    listed: dict[str, Any] = manifest["files"]
    present: set[str] = set()
    sound = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in UNHASHED or (path.is_dir() and not path.is_symlink()):
            continue
        if name not in listed:
            findings.add("run-file-extra", name)
        elif path.is_file():
            present.add(name)
            sound += _is_as_listed(path, name, str(listed[name]), findings)
    for name in sorted(listed.keys() - present):
        findings.add("run-file-missing", name)
    return manifest, sound


def _is_as_listed(path: Path, name: str, listed: str, findings: Findings) -> bool:
    try:
        actual = sha256_of(path)
    except OSError as error:
        findings.add("run-file-unreadable", name, reason=error.strerror or str(error))
        return False
    if actual != listed:
        findings.add("run-file-changed", name, stored=listed[:16], recomputed=actual[:16])
    return actual == listed


def _manifest(path: Path, findings: Findings) -> dict[str, Any] | None:
    try:
        text = path.read_bytes()
        manifest = json.loads(text)
        reason = _misshapen(manifest)
        if not reason:
            if rfc8785.dumps(manifest) != text:
                findings.add("manifest-not-canonical", MANIFEST)
            recomputed = run_id_of(manifest)
            if recomputed != manifest["run_id"]:
                findings.add("run-id-differs", MANIFEST, stored=manifest["run_id"], recomputed=recomputed)
            return dict(manifest)
    except FileNotFoundError:
        findings.add("run-file-missing", MANIFEST)
        return None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        reason = str(error).split("\n")[0][:200]
    findings.add("manifest-unreadable", MANIFEST, reason=reason)
    return None


def _misshapen(manifest: Any) -> str:
    """The first thing that keeps a manifest from being used; nothing when it can be."""
    if not isinstance(manifest, dict):
        return type(manifest).__name__
    for key, kind in SHAPE.items():
        if not isinstance(manifest.get(key), kind):
            return key
    pack = manifest["pack"]
    scalars = [*manifest["overrides"].values(), *manifest["parameters"].values()]
    if manifest["format"] != FORMAT:
        return f"format {manifest['format']}"
    if day(manifest["as_of"]) is None:
        return "as_of"
    if not all(isinstance(pack.get(key), str) for key in ("id", "version", "fingerprint")):
        return "pack"
    layers = pack.get("layers")
    if not isinstance(layers, list) or not layers or layers[-1] != pack["id"]:
        return "pack.layers"
    if not all(isinstance(name, str) and _LAYER.fullmatch(name) for name in layers):
        return "pack.layers"
    if not all(isinstance(value, str | int | float) for value in scalars):
        return "parameters"
    inputs = manifest["inputs"]
    return (
        ""
        if all(isinstance(item, dict) and isinstance(item.get("columns"), dict) for item in inputs)
        else "inputs"
    )
