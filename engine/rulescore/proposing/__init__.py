# SPDX-License-Identifier: Apache-2.0
"""Files that were received -> an assessment.yaml that says what each of them is, how sure that is, and what is lacking."""

from __future__ import annotations

from .adding import with_added
from .propose import Proposal, propose
from .writing import text_of

__all__ = ["Proposal", "propose", "text_of", "with_added"]
