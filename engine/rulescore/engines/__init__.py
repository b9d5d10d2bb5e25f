# SPDX-License-Identifier: Apache-2.0
"""Engines run a plan. `row` (one record, simpleeval) defines the meaning; `frame` (Polars) does the same on columns."""

from __future__ import annotations

ENGINES = ("frame", "row")
"""Names of the engines; each is a module of this folder."""
