# SPDX-License-Identifier: Apache-2.0
"""Figures -> charts as SVG text: equal figures give equal bytes, every chart has its words, colour never speaks alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

Node = dict[str, Any]


def shares(parts: Sequence[Node]) -> str:
    """One bar whose parts are the tiers; each part has its words as a title, and the legend beside it."""
    drawn, at = [], 0.0
    for index, part in enumerate(parts):
        width = 1000 * part["share"]
        if width:
            drawn.append(
                f'<rect class="tone{index % 5}" x="{_n(at)}" y="0" width="{_n(max(width - 2, 1))}" height="36"><title>{escape(part["label"])}</title></rect>'
            )
        at += width
    return _svg(1000, 36, "; ".join(part["label"] for part in parts), drawn, "bar", stretch=True)


def gauge(label: str, points: float | None, low: float | None, high: float | None) -> str:
    """A score on the scale of 0 to 100 with the interval in which it could lie."""
    drawn = ['<rect class="rail" x="0" y="14" width="280" height="8" rx="4"/>']
    if points is not None and low is not None and high is not None:
        left, right, mark = (2.8 * min(100.0, max(0.0, value)) for value in (low, high, points))
        drawn.append(f'<rect class="tone0" x="0" y="14" width="{_n(mark)}" height="8" rx="4"/>')
        if right - left > 1:
            drawn.append(f'<rect class="band" x="{_n(left)}" y="10" width="{_n(right - left)}" height="16"/>')
        drawn.append(f'<line class="mark" x1="{_n(mark)}" y1="6" x2="{_n(mark)}" y2="30"/>')
    drawn += [
        f'<text x="{_n(2.8 * tick)}" y="46" class="{_anchor(tick)}">{tick}</text>'
        for tick in (0, 25, 50, 75, 100)
    ]
    return _svg(280, 50, label, drawn, "gauge")


def band(label: str, low: float | None, mean: float | None, high: float | None) -> str:
    """From the 10th to the 90th percentile with a mark at the mean, on the scale of 0 to 100."""
    drawn = ['<line class="rail-line" x1="0" y1="10" x2="200" y2="10"/>']
    if low is not None and mean is not None and high is not None:
        left, mark, right = (2 * min(100.0, max(0.0, value)) for value in (low, mean, high))
        drawn.append(
            f'<rect class="tone1" x="{_n(left)}" y="5" width="{_n(max(2, right - left))}" height="10"/>'
        )
        drawn.append(f'<line class="mark" x1="{_n(mark)}" y1="1" x2="{_n(mark)}" y2="19"/>')
    return _svg(200, 20, label, drawn, "band")


def histogram(label: str, bins: Sequence[int]) -> str:
    """How many customers lie in each stretch of the scale."""
    most, step = max([*bins, 1]), 600 / len(bins)
    drawn = []
    for index, count in enumerate(bins):
        height = 120 * count / most
        if count:
            x = index * step
            drawn.append(
                f'<rect class="tone0" x="{_n(x + 1)}" y="{_n(140 - height)}" width="{_n(step - 2)}" height="{_n(max(1, height))}"/>'
            )
            drawn.append(
                f'<text class="middle small" x="{_n(x + step / 2)}" y="{_n(135 - height)}">{count if most < 1000 else _of(count, bins)}</text>'
            )
    drawn.append('<line class="axis" x1="0" y1="140" x2="600" y2="140"/>')
    drawn += [
        f'<text class="{_anchor(tick)}" x="{6 * tick}" y="157">{tick}</text>' for tick in range(0, 101, 20)
    ]
    return _svg(600, 162, label, drawn, "histogram")


def curve(label: str, points: Sequence[Sequence[float]], x_title: str, y_title: str, even: str) -> str:
    """The concentration curve: share of revenue over share of customers, the largest first."""
    left, top, size = 62, 12, 260
    path = " ".join(f"{_n(left + size * x)},{_n(top + size * (1 - y))}" for x, y in points)
    drawn = []
    for tick in (0, 25, 50, 75, 100):
        across, up = left + size * tick / 100, top + size * (1 - tick / 100)
        drawn.append(f'<line class="grid" x1="{left}" y1="{_n(up)}" x2="{left + size}" y2="{_n(up)}"/>')
        drawn.append(f'<text class="end small" x="{left - 6}" y="{_n(up + 4)}">{tick}%</text>')
        drawn.append(f'<text class="middle small" x="{_n(across)}" y="{top + size + 16}">{tick}%</text>')
    drawn.append(f'<polygon class="area" points="{left},{top + size} {path} {left + size},{top + size}"/>')
    drawn.append(f'<line class="even" x1="{left}" y1="{top + size}" x2="{left + size}" y2="{top}"/>')
    drawn.append(f'<polyline class="line" points="{path}"/>')
    drawn.append(
        f'<text class="middle small" x="{left + size / 2:g}" y="{top + size + 34}">{escape(x_title)}</text>'
    )
    drawn.append(
        f'<text class="middle small" transform="translate(10 {top + size / 2:g}) rotate(-90)">{escape(y_title)}</text>'
    )
    drawn.append(
        f'<text class="small soft end" x="{left + size - 8}" y="{top + size - 8}">- - {escape(even)}</text>'
    )
    return _svg(left + size + 18, top + size + 42, label, drawn, "curve")


def ranges(rows: Sequence[Node]) -> list[Node]:
    """Values from low to high with a mark at the base case, on one scale from zero: a bar for each row beside its label."""
    ends = [row[case] for row in rows for case in ("low", "base", "high") if row[case] is not None]
    least, most = min([0.0, *ends]), max([0.0, *ends])
    scale = WIDE / ((most - least) or 1.0)
    found = []
    for row in rows:
        drawn = [_RAIL]
        known = [row[case] for case in ("low", "base", "high") if row[case] is not None]
        if row["base"] is not None:
            left, right = scale * (min(known) - least), scale * (max(known) - least)
            drawn.append(_bar("tone1", left, max(2.0, right - left)))
            drawn.append(_tick(scale * (row["base"] - least)))
        found.append(
            {"label": row["label"], "svg": _svg(WIDE, 18, row["label"], drawn, "range", stretch=True)}
        )
    return found


def falls(rows: Sequence[Node]) -> list[Node]:
    """From a whole by what is taken away to what is left: a bar for each row beside its label, on one scale from zero."""
    most = max([abs(row["amount"] or 0.0) for row in rows], default=0.0)
    scale, at, found = WIDE / (most or 1.0), 0.0, []
    for row in rows:
        amount = row["amount"] or 0.0
        low, high = (at - amount, at) if row["less"] else (0.0, amount)
        at = low if row["less"] else amount
        left, right = sorted((max(0.0, scale * low), max(0.0, scale * high)))
        drawn = [_RAIL] + ([_bar("tone3" if row["less"] else "tone0", left, max(2.0, right - left))] if amount else [])  # fmt: skip
        found.append({**row, "svg": _svg(WIDE, 18, f"{row['title']}: {row['shown']}", drawn, "range", stretch=True)})  # fmt: skip
    return found


def tornado(base: float, rows: Sequence[Node]) -> list[Node]:
    """What each assumption alone makes of the value: to the left and right of the base case, on one scale."""
    ends = [end for row in rows for end in (row["low"], row["high"]) if end is not None] + [base]
    least = min(ends)
    scale = WIDE / ((max(ends) - least) or 1.0)
    middle, found = scale * (base - least), []
    for row in rows:
        drawn = [_RAIL]
        for tone, end in (("tone2", row["low"]), ("tone0", row["high"])):
            if end is not None:
                at = scale * (end - least)
                drawn.append(_bar(tone, min(at, middle), max(1.0, abs(at - middle))))
        drawn.append(_tick(middle))
        found.append(
            {"label": row["label"], "svg": _svg(WIDE, 18, row["label"], drawn, "range", stretch=True)}
        )
    return found


def score_steps(label: str, rows: Sequence[tuple[str, float, str]], score: float) -> str:
    """What (title, points given, as text) each dimension adds to a score of 0 to 100; its title is in the words of its bar."""
    parts = [
        {"label": str(number), "amount": given, "shown": f"{title} {shown}"}
        for number, (title, given, shown) in enumerate(rows, 1)
    ]
    most = max(score, sum(given for _, given, _ in rows))
    ticks = [(float(tick), str(tick)) for tick in range(0, 101, 20) if tick <= most]
    return steps(label, {"parts": parts, "total": score, "shown": f"{score:.2f}", "ticks": ticks}, "=")


def steps(label: str, node: Node, last: str) -> str:
    """A waterfall: each part on top of those before it, at the end the whole; `last` names the whole."""
    left = max(92.0, 8 + _LETTER * max(len(shown) for _, shown in node["ticks"]))
    right, top, height = 640, 14, 180
    parts = [*node["parts"], {"label": last, "amount": node["total"], "shown": node["shown"]}]
    ends, at = [0.0], 0.0
    for part in node["parts"]:
        at += part["amount"]
        ends.append(at)
    most, least = max([*ends, node["total"]]), min([0.0, *ends])
    scale, wide = height / ((most - least) or 1.0), (right - left) / len(parts)
    drawn, at = [], 0.0

    def y(amount: float) -> float:
        return float(top + scale * (most - amount))

    for amount, shown in node["ticks"]:
        drawn.append(
            f'<line class="grid" x1="{left}" y1="{_n(y(amount))}" x2="{right}" y2="{_n(y(amount))}"/>'
        )
        drawn.append(f'<text class="end small" x="{left - 8}" y="{_n(y(amount) + 4)}">{escape(shown)}</text>')
    for index, part in enumerate(parts):
        whole = index == len(parts) - 1
        low, high = (0.0, part["amount"]) if whole else sorted((at, at + part["amount"]))
        tone = "tone0" if whole else "tone1" if part["amount"] >= 0 else "tone3"
        x, words = left + wide * index, f"{part['label']}: {part['shown']}"
        drawn.append(
            f'<rect class="{tone}" x="{_n(x + 1.5)}" y="{_n(y(high))}" width="{_n(wide - 3)}" height="{_n(max(2.5, scale * (high - low)))}"><title>{escape(words)}</title></rect>'
        )
        if len(part["label"]) <= 3:
            drawn.append(
                f'<text class="middle small" x="{_n(x + wide / 2)}" y="{top + height + 18}">{escape(part["label"])}</text>'
            )
        else:  # below the bar, where a rising waterfall leaves room
            drawn.append(
                f'<text class="end small" x="{_n(x + wide)}" y="{_n(y(low) + 16)}">{escape(part["label"])}</text>'
            )
        at += 0 if whole else part["amount"]
    drawn.append(f'<line class="axis" x1="{left}" y1="{_n(y(0.0))}" x2="{right}" y2="{_n(y(0.0))}"/>')
    return _svg(right, top + height + 26, label, drawn, "steps")


WIDE = 640
_LETTER = 8.0
"""Room for a letter of an amount, in the size of a phone."""
_RAIL = f'<line class="rail-line" x1="0" y1="9" x2="{WIDE}" y2="9"/>'


def _bar(tone: str, x: float, width: float) -> str:
    return f'<rect class="{tone}" x="{_n(x)}" y="3" width="{_n(width)}" height="12"/>'


def _tick(x: float) -> str:
    return f'<line class="mark" x1="{_n(x)}" y1="0" x2="{_n(x)}" y2="18"/>'


def _svg(
    width: float, height: float, label: str, drawn: Sequence[str], kind: str, stretch: bool = False
) -> str:
    inside = "\n".join(drawn)
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return f'<svg class="{kind}" role="img" aria-label="{escape(label)}" viewBox="0 0 {_n(width)} {_n(height)}"{ratio}>\n{inside}\n</svg>'


def _n(value: float) -> str:
    """A length with two decimals at most, the same everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _of(count: int, bins: Sequence[int]) -> str:
    """A count too long for its bar as a share of all."""
    share = round(100 * count / sum(bins))
    return f"{share}%" if share else "&lt;1%"


def _anchor(tick: int) -> str:
    return {0: "start", 100: "end"}.get(tick, "middle")
