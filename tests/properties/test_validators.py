# SPDX-License-Identifier: Apache-2.0
"""The compiled validator, which only says yes, against jsonschema, which says what is wrong."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from harness import seeds
from rulescore.packs import violations
from rulescore.packs.loading import load

STRANGE = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "是",
    "a b",
    "2026-13-01",
    [],
    {},
    [None],
    {"zh": 1},
    {"zh": "a", "en": "b"},
)


def checked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], Any]]:
    """Schema and data of every part that is checked when two packs are loaded."""
    found: list[tuple[dict[str, Any], Any]] = []

    def keep(key: str, schema: dict[str, Any], data: Any) -> bool:
        found.append((schema, data))
        return True

    violations._read.cache_clear()
    monkeypatch.setattr(violations, "_fits_at_once", keep)
    for pack in ("general", "ventilation"):
        load(pack)
    violations._read.cache_clear()
    assert len(found) > 100
    return found


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in the data with a key of it."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, key
        if isinstance(value, dict | list):
            yield from places(value)


def spoilt(data: Any, draw: random.Random) -> Any:
    changed = copy.deepcopy(data)
    holder, key = draw.choice(list(places(changed)))
    match draw.randrange(3):
        case 0:
            del holder[key]
        case 1:
            holder[key] = copy.deepcopy(draw.choice(STRANGE))
        case _ if isinstance(holder, dict):
            holder[draw.choice(("strange", "id", "when", "zh"))] = copy.deepcopy(draw.choice(STRANGE))
    return changed


@pytest.mark.parametrize("seed", seeds(2))
def test_two_validators_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards that nothing slips by: what the compiled validator lets pass, jsonschema lets pass, and the other way round."""
    draw = random.Random(seed)
    refused = 0
    for schema, data in checked(monkeypatch):
        quick, slow = jsonschema_rs.Draft7Validator(schema), jsonschema.Draft7Validator(schema)
        assert quick.is_valid(data) and slow.is_valid(data)
        for _ in range(3):
            changed = spoilt(data, draw)
            assert quick.is_valid(changed) == slow.is_valid(changed), changed
            refused += not slow.is_valid(changed)
    assert refused > 100
