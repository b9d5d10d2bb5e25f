# SPDX-License-Identifier: Apache-2.0
"""`python -m rulescore` is the `rulescore` command."""

from __future__ import annotations

from .cli import process

if __name__ == "__main__":
    process()
