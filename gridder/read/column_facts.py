"""What the columns of a table hold, in a few words: for people who must say which one is meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from gridder.errors import Finding
from gridder.read.counts import parse_counts

SAMPLES = 3  # values shown of a column
SAMPLE_LENGTH = 24  # longer texts are cut: they are shown to be recognised, not to be read
MOSTLY = 0.8  # texts of which so many are numbers are numbers with slips
COLUMNS_SHOWN = 30  # a table of a hundred columns is told by its first ones

Kind = Literal["whole", "number", "text", "flag", "empty"]


@dataclass(frozen=True)
class ColumnFacts:
    """What one column holds.

    ``whole``: whole numbers ≥ 0 (``158户`` and ``12.0`` too); ``known`` rows with a value, ``distinct`` values among
    them; ``low``, ``high`` and ``total`` of numbers; ``sample`` some values, as written.
    """

    name: str
    kind: Kind
    rows: int
    known: int
    distinct: int
    sample: str
    low: float = 0.0
    high: float = 0.0
    total: float = 0.0

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.known == self.rows == self.distinct > 0

    @property
    def positive(self) -> bool:
        """Whether the column holds whole numbers that are not all the same."""
        return self.kind == "whole" and self.distinct > 1


def describe_columns(frame: pd.DataFrame) -> list[ColumnFacts]:
    """Return what every column of a table holds, its geometry apart."""
    return [describe_column(str(name), frame[name]) for name in frame.columns if name != "geometry"]


def describe_column(name: str, cells: pd.Series) -> ColumnFacts:
    """Return what one column holds."""
    values = cells.dropna()
    values = values[values.astype(str).str.strip() != ""]
    distinct = values.astype(str)
    shown = [cut(text) for text in distinct.drop_duplicates()[:SAMPLES]]
    facts: dict[str, Any] = {
        "name": name,
        "rows": len(cells),
        "known": len(values),
        "distinct": int(distinct.nunique()),
        "sample": ", ".join(shown),
    }
    if values.empty:
        return ColumnFacts(kind="empty", **facts)
    if pd.api.types.is_bool_dtype(values):
        return ColumnFacts(kind="flag", **facts)
    numbers = numbers_of(values)
    if numbers is None:
        return ColumnFacts(kind="text", **facts)
    whole = bool((numbers % 1 == 0).all() and numbers.min() >= 0)
    facts |= {"low": float(numbers.min()), "high": float(numbers.max()), "total": float(numbers.sum())}
    if whole and pd.api.types.is_float_dtype(values):
        facts["sample"] = facts["sample"].replace(".0", "")
    return ColumnFacts(kind="whole" if whole else "number", **facts)


def hide_values(facts: ColumnFacts) -> ColumnFacts:
    """Return what a column holds without any of its values: names, ages and pay of persons are shown nowhere."""
    kind: Kind = facts.kind if facts.kind in ("empty", "flag") else "text"
    return replace(facts, kind=kind, sample="…", low=0.0, high=0.0, total=0.0)


def numbers_of(values: pd.Series) -> np.ndarray | None:
    """Return the numbers that values are, texts with a unit too; None where most are no numbers."""
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=float)
        return numbers[np.isfinite(numbers)] if np.isfinite(numbers).any() else None
    plain = pd.to_numeric(values.astype(str), errors="coerce")
    counts, _ = parse_counts(values.reset_index(drop=True))
    best = plain if plain.notna().sum() >= counts.notna().sum() else counts
    found = best.dropna().to_numpy(dtype=float)
    found = found[np.isfinite(found)]
    return found if len(found) >= MOSTLY * len(values) and len(found) else None


def cut(text: str) -> str:
    """Return a value short enough for a list."""
    line = " ".join(text.split())
    return line if len(line) <= SAMPLE_LENGTH else line[: SAMPLE_LENGTH - 1] + "…"


def tell_columns(layer: str, columns: list[ColumnFacts]) -> list[Finding]:
    """Return one line a column of a layer: its name, what it holds, some values."""
    told = []
    for one in columns[:COLUMNS_SHOWN]:
        facts = {
            "name": one.name,
            "known": one.known,
            "rows": one.rows,
            "distinct": one.distinct,
            "sample": one.sample,
            "low": one.low,
            "high": one.high,
        }
        told.append(Finding(f"columns.holds_{one.kind}", "note", facts, layer=layer))
    if len(columns) > COLUMNS_SHOWN:
        names = ", ".join(one.name for one in columns[COLUMNS_SHOWN:])
        told.append(Finding("columns.more", "note", {"names": names}, layer=layer))
    return told
