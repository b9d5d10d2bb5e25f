# SPDX-License-Identifier: Apache-2.0
"""A pack -> what people call the names in its expressions."""

from __future__ import annotations

from .lang.words import Label
from .model import Pack


def labels(pack: Pack, language: str) -> Label:
    """A function from any name an expression may hold to what people call it."""
    fields = pack.records.fields
    dimensions = {dimension.id: dimension for dimension in pack.dimensions}
    indices = {index.id: index for index in pack.indices}
    whole = {
        "zh": {"index": "{}", "assessed": "{}的各维度均有得分"},
        "en": {"index": "{}", "assessed": "all dimensions of {} have points"},
    }[language]
    fixed = {
        "zh": {"as_of": "评估基准日", "composite": "综合分", "coverage": "数据覆盖率"},
        "en": {"as_of": "the as-of date", "composite": "composite", "coverage": "data coverage"},
    }[language]

    def label(name: str) -> str:
        if name in fixed:
            return fixed[name]
        if name in pack.features:
            return pack.features[name].title[language]
        if name in fields:
            return fields[name].title[language]
        head, _, rest = name.partition(".")
        if head == "param" and rest in pack.parameters:
            return pack.parameters[rest].title[language]
        if head == "score" and rest in dimensions:
            return dimensions[rest].title[language]
        if head in ("index", "assessed") and rest in indices:
            return whole[head].format(indices[rest].title[language])
        if head == "gate":
            return next(
                (gate.title[language] for gate in pack.gates if gate.id.replace("-", "_") == rest), name
            )
        if head in pack.tables:
            table = pack.tables[head]
            if not rest:
                return table.title[language]
            if rest in table.fields:
                return (
                    table.title[language]
                    + ("的" if language == "zh" else " ")
                    + table.fields[rest].title[language]
                )
        return name

    return label
