# SPDX-License-Identifier: Apache-2.0
"""What people look at. A report shows a run and computes nothing that is not in it."""

from __future__ import annotations

from . import findings, html, json, text, worth, xlsx

REPORTS = (text, findings, worth, html, json, xlsx)
FORMATS = {"html": html, "json": json, "xlsx": xlsx}
"""The reports that are files, by the name of their form: `SUFFIX` and `render(run, language) -> bytes`."""
