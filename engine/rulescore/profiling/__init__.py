# SPDX-License-Identifier: Apache-2.0
"""Files as they are -> what is in them: columns with their types, gaps and oddities, likely keys and references."""

from __future__ import annotations

from .columns import ColumnFacts, Personal
from .files import Opened, open_parts
from .keys import Reference
from .profile import FileFacts, profile

__all__ = ["ColumnFacts", "FileFacts", "Opened", "Personal", "Reference", "open_parts", "profile"]
