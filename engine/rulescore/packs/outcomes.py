# SPDX-License-Identifier: Apache-2.0
"""Outcomes, read from the YAML of a pack's layers: what customers may do after they were scored, by which a backtest judges
the scores.

An outcome is a feature under its own name, read from the later of two runs, and where it says among whom it is looked for
one more, `<name>_among`, read from the earlier; so engines, explanation, tests and verification need nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Feature, Outcome
from ..problems import Problems
from ..source import Document, Path_
from .dictionary import sources
from .findings import Declared
from .grading import EMPTY

AMONG = "_among"
"""What the feature that says of whom an outcome is asked is called, after the outcome."""


def as_features(
    outcomes: Mapping[str, Declared],
) -> Iterator[tuple[str, Document, Path_, str, dict[str, Any]]]:
    """(name, document, path, key of the expression, facts as of a feature) of the features that outcomes are."""
    for key, (document, path, item) in outcomes.items():
        title, common = item["title"], {"source": item.get("source")}
        yield key, document, path, "when", {"title": title, "is": item["when"], **common}
        if "among" in item:
            words = {"zh": f"{title['zh']}：考察范围", "en": f"{title['en']}: who is looked at"}
            yield f"{key}{AMONG}", document, path, "among", {"title": words, "is": item["among"], **common}


def read(
    outcomes: Mapping[str, Declared], features: Mapping[str, Feature], of_base: bool, problems: Problems
) -> tuple[Outcome, ...]:
    """The outcomes whose expressions could be checked; a problem each in a pack of the base, which is not scored by them."""
    found = []
    for key, (document, path, item) in outcomes.items():
        if of_base:
            problems.error("outcome-not-here", document.key(*path), id=key)
        elif key in features and ("among" not in item or f"{key}{AMONG}" in features):
            among = f"{key}{AMONG}" if "among" in item else ""
            rests_on = sources(item.get("source"))
            place = document.key(*path)
            found.append(
                Outcome(key, item["title"], item.get("why", EMPTY), among, item["good"], rests_on, place)
            )
    return tuple(found)
