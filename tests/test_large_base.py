# SPDX-License-Identifier: Apache-2.0
"""A base too large for one query is traced in parts: the same figures, and everything that reads a run still does."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from rulescore import api, folder, run
from rulescore.reports import text

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "general"


def test_parts_hold_the_same_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the seams: 320 customers in parts of 100, with stages set down in files, are traced, scored, explained and verified as in one piece."""
    whole = api.evaluate(SAMPLE, out=tmp_path / "whole")
    monkeypatch.setattr(run, "AT_ONCE", 100)
    monkeypatch.setattr(folder, "HELD_UP_TO", 100)
    parts = api.evaluate(SAMPLE, out=tmp_path / "parts")
    names = sorted(path.name for path in (tmp_path / "parts" / "trace.parquet").iterdir())
    assert names == ["00000.parquet", "00001.parquet", "00002.parquet", "00003.parquet"]
    assert (
        pl.scan_parquet(tmp_path / "parts" / "trace.parquet" / "*.parquet").select(pl.len()).collect().item()
        == 320
    )
    assert parts.trace.collect().equals(whole.trace.collect())
    assert (tmp_path / "parts" / "scores.csv").read_bytes() == (
        tmp_path / "whole" / "scores.csv"
    ).read_bytes()
    assert api.verify(tmp_path / "parts") == []
    last = parts.table["customer_id"][-1]
    assert api.explain(parts, last).split("\n")[3:] == api.explain(whole, last).split("\n")[3:]


def test_a_large_base_is_counted_and_averaged_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the screen of a base so large that only the spread is taken from every so many-th customer."""
    whole = api.evaluate(SAMPLE)
    points = whole.table["composite"]
    monkeypatch.setattr(text, "SAMPLED", 10)
    composite = text.figures_of(whole)["composite"]
    assert composite["known"] == points.len() - points.null_count() == 320
    assert composite["mean"] == pytest.approx(points.mean(), abs=1e-9)
    assert (composite["least"], composite["most"]) == (points.min(), points.max())
    assert composite["median"] == pytest.approx(points.gather_every(32).median(), abs=1e-9)


def test_a_changed_byte_in_a_part_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the seal of a trace in parts."""
    monkeypatch.setattr(run, "AT_ONCE", 100)
    api.evaluate(SAMPLE, out=tmp_path / "run")
    part = tmp_path / "run" / "trace.parquet" / "00001.parquet"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert any(
        problem.facts.get("file") == "trace.parquet/00001.parquet" or "00001" in str(problem.place)
        for problem in api.verify(tmp_path / "run")
    )
