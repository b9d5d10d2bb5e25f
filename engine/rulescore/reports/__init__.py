# SPDX-License-Identifier: Apache-2.0
"""What people look at. A report shows a run and computes nothing that is not in it."""

from __future__ import annotations

import importlib
from typing import Any

REPORTS = (
    *(
        "text",
        "backtest",
        "cycles",
        "early_warnings",
        "explanation",
        "findings",
        "measured",
        "requests",
        "worth",
    ),
    *("html", "json", "markdown", "pdf", "xlsx"),
)
"""The reports; each is a module of this folder, imported only when it is asked for."""
FORMATS = {"html": "html", "xlsx": "xlsx", "md": "markdown", "json": "json", "pdf": "pdf"}
"""The reports that are files, by the name of their form."""


def writer(form: str) -> Any:
    """The module of a report that is a file: `SUFFIX` and `render(run, language) -> bytes`."""
    return importlib.import_module(f".{FORMATS[form]}", __name__)
