# SPDX-License-Identifier: Apache-2.0
"""Findings, read from the YAML of a pack's layers: what was found at a customer, how much is behind it, and whether it
keeps the customer out of the base that is valued.

A finding is two features, its condition under its own name and its amount under `<name>_amount`; so engines, trace,
explanation and verification need nothing for it. `kept_out` is one more: whether any that keeps out holds. Beside them the keys of pack.yaml that name features: what stands
beside the scores, and the waterfall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import KEPT_OUT, Feature, Finding, Waterfall
from ..problems import Problems, close_names
from ..source import Document, Path_
from .dictionary import sources
from .grading import EMPTY, read_actions
from .packfiles import Layer

AMOUNT = "_amount"
KEPT_OUT_TITLE = {"zh": "剔除于估值基础之外", "en": "Kept out of the valued base"}

Declared = tuple[Document, Path_, dict[str, Any]]


def declared(layers: list[Layer], what: str = "findings") -> dict[str, Declared]:
    """The findings, or what else stands by name, with where each stands: a later layer replaces one of an earlier, or removes it."""
    found: dict[str, Declared] = {}
    for layer in layers:
        documents = [document for document in layer.documents.values() if "tables" not in document.data]
        for document in documents:
            for name in document.data.get("remove") or ():
                found.pop(name, None)
        for document in documents:
            for key, item in (document.data.get(what) or {}).items():
                found[key] = (document, (what, key), item)
    return found


def as_features(
    findings: Mapping[str, Declared],
) -> Iterator[tuple[str, Document, Path_, str, dict[str, Any]]]:
    """(name, document, path, key of the expression, facts as of a feature) of the features that findings are."""
    for key, (document, path, item) in findings.items():
        title, common = item["title"], {"source": item.get("source")}
        yield key, document, path, "when", {"title": title, "is": item["when"], **common}
        if "amount" in item:
            words = {"zh": f"{title['zh']}：涉及金额", "en": f"{title['en']}: amount"}
            facts = {"title": words, "unit": item.get("unit", "CNY"), "is": item["amount"], **common}
            yield f"{key}{AMOUNT}", document, path, "amount", facts
    keeping = {key: one for key, one in findings.items() if one[2].get("keeps_out")}
    if keeping:
        document, path, _ = next(iter(keeping.values()))
        text = " or ".join(f"coalesce({key}, false)" for key in keeping)
        facts = {"title": KEPT_OUT_TITLE, "is": text, "source": [f"finding:{key}" for key in keeping]}
        yield KEPT_OUT, document, path, "when", facts


def read(findings: Mapping[str, Declared], features: Mapping[str, Feature]) -> tuple[Finding, ...]:
    """The findings whose condition could be checked."""
    return tuple(
        Finding(
            key, item["title"], item.get("why", EMPTY), features[key].expr, features.get(f"{key}{AMOUNT}"),
            item.get("keeps_out", False), read_actions(item), sources(item.get("source")), document.key(*path),
        )
        for key, (document, path, item) in findings.items()
        if key in features
    )  # fmt: skip


def read_waterfall(
    settings: Mapping[str, Any],
    places: Mapping[str, Document],
    features: Mapping[str, Feature] | None,
    problems: Problems,
) -> Waterfall | None:
    """The waterfall of pack.yaml; `features` None where not all could be read, so that none is missed in vain."""
    item = settings.get("waterfall")
    if item is None:
        return None
    stands: dict[Path_, str] = {("from",): item["from"], ("to",): item["to"]}
    stands |= {("less", index): name for index, name in enumerate(item["less"])}
    _known("waterfall", stands, places, features, problems)
    return Waterfall(item["from"], tuple(item["less"]), item["to"])


def read_shown(
    settings: Mapping[str, Any],
    places: Mapping[str, Document],
    features: Mapping[str, Feature] | None,
    problems: Problems,
) -> tuple[str, ...]:
    """The features that stand beside the scores of a customer."""
    names = settings.get("shown") or ()
    _known("shown", {(index,): name for index, name in enumerate(names)}, places, features, problems)
    return tuple(name for name in dict.fromkeys(names) if features is not None and name in features)


def _known(
    key: str,
    stands: Mapping[Path_, str],
    places: Mapping[str, Document],
    features: Mapping[str, Feature] | None,
    problems: Problems,
) -> None:
    for path, name in stands.items():
        if features is not None and name not in features:
            close = close_names(name, features)
            problems.error("unknown-name", places[key].at(key, *path), name=name, close=close)
