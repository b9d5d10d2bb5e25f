# SPDX-License-Identifier: Apache-2.0
"""A run -> everything the HTML report shows, as JSON for machines."""

from __future__ import annotations

import json

from ..folder import Run

SUFFIX = ".json"


def render(run: Run, language: str) -> bytes:
    """The bytes of the file."""
    from .content import content

    text = json.dumps(content(run, language), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return text.encode("utf-8")
