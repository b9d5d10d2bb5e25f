# SPDX-License-Identifier: Apache-2.0
"""Where a pack's files are: finding a pack by id or folder, and reading it and the packs it extends, base first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..bundled import folder, pack_ids
from ..problems import Problems, Span, close_names
from ..source import Document
from .violations import read_document

NO_RULES = ("tests", "assessment", "portfolio", "company", "valuation", "overrides")
"""Files of a pack folder that hold no rules of a dimension."""

NO_DIMENSION = ("pack", "tables", "surveys")
"""Files of a pack that are read and are no dimension."""

PORTFOLIO = "portfolio"
"""The folder inside a pack's folder that holds the rules of the base as a whole."""


def find(
    pack: str | Path, problems: Problems, beside: Path | None = None, place: Span | None = None
) -> Path | None:
    """The folder of a pack given by id, folder or a file in it. An asking pack (`beside`, its folder) names another by
    a folder relative to its own or by an id, looked up beside it and then in the shipped rulesets."""
    text = str(pack)
    plain = "/" not in text and os.sep not in text
    candidates = [Path(text)] if beside is None else [(beside.parent if plain else beside) / text]
    if plain:
        candidates.append(folder("rulesets") / text)
    for candidate in candidates:
        if candidate.suffix == ".yaml" and (candidate.parent / "pack.yaml").is_file():
            return candidate.parent
        if (candidate / "pack.yaml").is_file():
            return candidate
    known = pack_ids()
    problems.error(
        "pack-not-found", place or Span(text), name=text, known=known, close=close_names(text, known)
    )
    return None


def shown(path: Path, root: Path | None) -> str:
    resolved = path.resolve()
    for base in ([root.resolve()] if root else []) + [
        Path.cwd().resolve(),
        folder("rulesets").parent.resolve(),
    ]:
        if resolved.is_relative_to(base):
            return resolved.relative_to(base).as_posix()
    return str(path)


class Layer(Struct):
    """One pack folder as read: its documents by stem."""

    folder: Path
    documents: dict[str, Document] = {}
    broken: set[str] = set()  # stems of the files that can't be used

    @property
    def pack(self) -> Document:
        return self.documents["pack"]

    @property
    def is_portfolio(self) -> bool:
        """Whether it is the portfolio of the pack in whose folder it lies."""
        return is_portfolio(self.folder)


def is_portfolio(folder: Path) -> bool:
    """Whether a pack's folder is the portfolio of the pack around it."""
    folder = folder.resolve()
    return folder.name == PORTFOLIO and (folder.parent / "pack.yaml").is_file()


def read_layers(
    start: Path, problems: Problems, root: Path | None, bases: Sequence[Path] | None = None
) -> list[Layer]:
    """The pack and those it extends, base first. `bases`: the folders of those it extends, nearest first, where a copy
    of the packs no longer lies as their `extends` say."""
    layers: list[Layer] = []
    seen: list[Path] = []
    where: Path | None = start
    while where is not None:
        seen.append(where.resolve())
        layer, called = Layer(where), PurePosixPath(shown(where, root))
        for path in sorted(where.glob("*.yaml")):
            if path.stem in NO_RULES:
                continue
            kind = path.stem if path.stem in NO_DIMENSION else "dimension"
            document = read_document(path, str(called / path.name), kind, problems)
            if document is None:
                layer.broken.add(path.stem)
            else:
                layer.documents[path.stem] = document
        if "pack" not in layer.documents:
            return []
        same = [other for other in layers if other.pack.data["id"] == layer.pack.data["id"]]
        if same and not layer.is_portfolio:
            problems.error("circular-extends", layers[0].pack.at("extends"), name=layer.pack.data["id"])
            return []
        layers.insert(0, layer)
        extends = layer.pack.data.get("extends")
        if extends and bases is not None and len(layers) <= len(bases):
            where = bases[len(layers) - 1]
        elif extends and layer.is_portfolio:  # by the name of the pack whose portfolio is extended
            found = find(extends, problems, where.resolve().parent, layer.pack.at("extends"))
            where = None if found is None else found / PORTFOLIO
            if where is not None and not (where / "pack.yaml").is_file():
                problems.error(
                    "pack-not-found",
                    layer.pack.at("extends"),
                    name=f"{extends}/{PORTFOLIO}",
                    known=[],
                    close=[],
                )
                return []
        else:
            where = find(extends, problems, where.resolve(), layer.pack.at("extends")) if extends else None
        if extends and where is None:
            return []
        if where is not None and where.resolve() in seen:
            problems.error("circular-extends", layer.pack.at("extends"), name=extends)
            return []
    return layers
