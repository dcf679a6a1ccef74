"""What a column says beside what it should say: one violation a column, however many rows are wrong."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gridder.verify.base import Delivery, Violation, as_text, blame

EXACT = 1e-6  # no unit: whole numbers and fen as binary fractions
HALF_FEN = 0.005  # yuan
SHEET_SUM = 0.011  # yuan or one: sums of rounded figures, as Excel adds them up
MONTHS = 12
MINUTES_PER_HOUR, M_PER_KM = 60, 1000
ROUNDED = 0.06  # of what is delivered with one decimal: half of it, and the rounding of what it came from


def numbers(column: Any) -> pd.Series:
    """Return a column as floats; what is blank or no number is NaN."""
    return pd.to_numeric(pd.Series(column), errors="coerce").astype("float64")


def judge(where: str, what: str, said: Any, true: Any, *, within: float = EXACT) -> list[Violation]:
    """Return a violation where a column differs from what it should be, or is blank where that is not.

    Parameters
    ----------
    where, what
        Layer or sheet, and column.
    said, true
        Figures by id; blank (NaN) where there is no figure.
    within
        By how much they may differ.
    """
    said = numbers(said)
    true = numbers(true).reindex(said.index)
    off = ((said - true).abs() > within + EXACT) | (said.isna() != true.isna())
    if not off.any():
        return []
    first = off.index[off][0]
    facts = {"where": where, "what": what, "said": plain(said[first]), "true": plain(true[first])}
    return [blame("verify_staffing.figure", off.index[off], first=str(first), **facts)]


def plain(figure: float) -> str:
    """Return a figure as it is shown: whole numbers without decimals, a blank as a dash."""
    return "–" if pd.isna(figure) else as_text(round(float(figure), 3))


def judge_words(where: str, what: str, said: pd.Series, true: dict[str, set[str]]) -> list[Violation]:
    """Return a violation where a text is none of the words it should be; rows that ``true`` does not know are passed over."""
    off = [key for key, words in true.items() if as_text(said.get(key)) not in words]
    if not off:
        return []
    facts = {"said": as_text(said.get(off[0])) or "–", "true": " / ".join(sorted(true[off[0]])) or "–"}
    return [blame("verify_staffing.figure", off, where=where, what=what, first=off[0], **facts)]


def judge_column(
    where: str, table: pd.DataFrame, what: str, true: Any, *, within: float = EXACT
) -> list[Violation]:
    """Return what ``judge`` finds in one column of a table; nothing where an older delivery has no such column."""
    return judge(where, what, table[what], true, within=within) if what in table.columns else []


def judge_range(where: str, what: str, said: Any, low: Any, high: Any) -> list[Violation]:
    """Return a violation where a figure is outside its range; a blank is inside."""
    said = numbers(said)
    low, high = numbers(low).reindex(said.index), numbers(high).reindex(said.index)
    off = (said < low - EXACT) | (said > high + EXACT)
    if not off.any():
        return []
    first = off.index[off][0]
    facts = {"said": plain(said[first]), "low": plain(low[first]), "high": plain(high[first])}
    return [blame("verify_staffing.range", off.index[off], where=where, what=what, first=str(first), **facts)]


def per_minute(rules: dict[str, Any]) -> float:
    """Return metres walked in a minute."""
    return float(rules["walking_speed_kmh"]) * M_PER_KM / MINUTES_PER_HOUR


def setting(delivery: Delivery, name: str) -> float | None:
    """Return what the county stated, None where it did not."""
    value = (delivery.options.get("staffing") or {}).get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if value >= 0 else None
