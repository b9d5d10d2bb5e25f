# SPDX-License-Identifier: Apache-2.0
"""What people read. A report shows a run and computes nothing that is not in it."""

from __future__ import annotations

from . import text, worth

REPORTS = (text, worth)
