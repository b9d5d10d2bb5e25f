# SPDX-License-Identifier: Apache-2.0
"""The functions of the expression language, one file a topic. To add one, write its declaration in its topic's
file; to add a topic, write the file and name it in TOPICS."""

from __future__ import annotations

from . import aggregates, base, codes, dates, lifetimes, logic, numbers, text
from .declare import Aggregate, BaseFunction, Function

TOPICS = (numbers, logic, dates, text, codes, lifetimes)

FUNCTIONS: dict[str, Function] = {function.name: function for topic in TOPICS for function in topic.FUNCTIONS}
AGGREGATES: dict[str, Aggregate] = {
    aggregate.name: aggregate for topic in (aggregates, lifetimes) for aggregate in topic.AGGREGATES
}
BASE: dict[str, BaseFunction] = {function.name: function for function in base.FUNCTIONS}
