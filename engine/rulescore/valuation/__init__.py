# SPDX-License-Identifier: Apache-2.0
"""What a customer base is worth in money, one file a method. Points are never turned into money."""

from __future__ import annotations

from types import ModuleType

from . import backlog, cost, excess_earnings, with_and_without

METHODS: tuple[ModuleType, ...] = (excess_earnings, with_and_without, cost, backlog)
"""Each has NAME, TITLE, ASSUMPTIONS (name -> `Assumption`) and `value(given) -> Valued`."""

BY_NAME = {method.NAME: method for method in METHODS}
