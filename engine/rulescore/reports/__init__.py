# SPDX-License-Identifier: Apache-2.0
"""What people look at. A report shows a run and computes nothing that is not in it."""

from __future__ import annotations

from . import (
    backtest,
    cycles,
    early_warnings,
    explanation,
    findings,
    html,
    json,
    markdown,
    measured,
    pdf,
    requests,
    text,
    worth,
    xlsx,
)

REPORTS = (
    text,
    backtest,
    cycles,
    early_warnings,
    explanation,
    findings,
    measured,
    requests,
    worth,
    html,
    json,
    markdown,
    pdf,
    xlsx,
)
FORMATS = {"html": html, "xlsx": xlsx, "md": markdown, "json": json, "pdf": pdf}
"""The reports that are files, by the name of their form: `SUFFIX` and `render(run, language) -> bytes`."""
