# SPDX-License-Identifier: Apache-2.0
"""A file that somebody asked for, written whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from .problems import Problem, UsageError


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file; UsageError where that can't be done, and then what stood there before still does."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, which takes what it is given
            path.write_bytes(content)
            return
        target = path.resolve()
        part = target.with_name(f".rulescore-{secrets.token_hex(8)}")
        try:
            part.write_bytes(content)
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        facts = {"file": str(path), "reason": error.strerror or str(error)}
        raise UsageError([Problem("file-unwritten", "error", None, facts)]) from error
