# SPDX-License-Identifier: Apache-2.0
"""The version of the engine, as it stands in every run."""

from __future__ import annotations

VERSION = "0.1.0"
