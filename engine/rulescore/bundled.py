# SPDX-License-Identifier: Apache-2.0
"""Finds the folders that ship beside the code: inside the package in a wheel, two levels up in a checkout."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The shipped folder `name` (`rulesets`, `schemas`, `samples`)."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent.parent / name


def pack_ids() -> list[str]:
    """Ids of the shipped packs, sorted."""
    return sorted(path.parent.name for path in folder("rulesets").glob("*/pack.yaml"))


@functools.cache
def statutes() -> Mapping[str, Mapping[str, str]]:
    """Statutes and other Chinese sources as packs cite them, without the article -> what they are called in each language; the
    longest first."""
    with (folder("rulesets") / "statutes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["cited"]: {"zh": row["zh"], "en": row["en"]}
        for row in sorted(rows, key=lambda row: -len(row["cited"]))
    }


@functools.cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """What an assessment should answer: id -> its words in each language, in the order of rulesets/catalogue.csv."""
    with (folder("rulesets") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: {"zh": row["zh"], "en": row["en"]} for row in csv.DictReader(file)}
