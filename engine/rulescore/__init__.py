# SPDX-License-Identifier: Apache-2.0
"""Rule-based scoring of a company's customer resources, configured in YAML and traced to the cell.

The public names, a dozen: everything else may move.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .problems import Cell, DataError, Problem, RulesetError, Span, UsageError
from .version import VERSION

if TYPE_CHECKING:
    from .api import backtest, check, compare, evaluate, explain, load, profile, propose, verify
    from .folder import Run
    from .model import Pack

__version__ = VERSION

__all__ = [
    "Cell", "DataError", "Pack", "Problem", "Run", "RulesetError", "Span", "UsageError",
    "backtest", "check", "compare", "evaluate", "explain", "load", "profile", "propose", "verify",
]  # fmt: skip

_HOMES = {
    "Run": "folder", "Pack": "model",
    "check": "api", "compare": "api", "evaluate": "api", "explain": "api", "load": "api", "verify": "api",
    "profile": "api", "propose": "api", "backtest": "api",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used, so that `import rulescore` stays light."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{home}", __name__), name)
