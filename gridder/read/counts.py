"""Cells of tables as gridder's types: counts of households, ids as text, uses of buildings."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

UNKNOWN_WORDS = frozenset((
    "不详", "不祥", "不明", "未知", "未填", "未登记", "未统计", "未采集", "暂无", "暂无资料", "暂无数据",
    "暂无信息", "无数据", "无资料", "无", "缺", "缺失", "待查", "待核", "待核实", "待补", "待补充",
    "n/a", "na", "nan", "null", "none", "nil", "unknown", "missing", "tbd",
    "-", "--", "—", "——", "/", "\\", "?", "??", "*",
))  # fmt: skip
UNITS = re.compile(r"(居民户|户|戶|家|套|households?|dwellings?|units?|hh)$")
HEADS = re.compile(r"[人名位个]$|(persons?|people)$")
PERSONS = re.compile(r"(口人|人口|人|口|persons?|people|residents?)$")
WHOLE = re.compile(r"[+-]?\d+(\.0*)?")
DECIMAL = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)(e[+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
COUNT_LIMIT = 2**53  # whole numbers above it are not exact in the formats that store counts as floats

RESIDENTIAL_WORDS = (
    "住", "公寓", "宿舍", "民居", "民房", "residen", "apartment", "dwelling", "housing",
    "house", "dormitory", "habitation", "wohn",
)  # fmt: skip
YES_WORDS = frozenset(("true", "yes", "y", "t", "1", "是", "living"))
NO_WORDS = frozenset(("false", "no", "n", "f", "0", "否"))
UNSAID_USES = frozenset(
    ("indifferencie", "indifferenciee", "其他", "其它", "other", "building", "建筑", "建筑物")
)


def fold_text(text: str) -> str:
    """Return text for comparing: full-width forms made half-width, no blanks, no case, no accents."""
    wide = unicodedata.normalize("NFKD", text)
    return "".join(ch for ch in wide if not unicodedata.combining(ch) and not ch.isspace()).casefold()


def is_unknown(text: str) -> bool:
    """Whether a text says that nothing is known (``不详``, blank …). ``0`` is a number, not unknown."""
    folded = fold_text(text)
    return not folded or folded in UNKNOWN_WORDS


def parse_count(cell: Any) -> tuple[int | None, str | None]:
    """Return (count or None, text or None) of one cell.

    The count may be negative or absurd: judging is check's. The text is kept where the cell was not simply
    a whole number: read (``158户``), unknown (``不详``), or no whole number (``0.5``).
    """
    if cell is None or cell is pd.NA:
        return None, None
    if isinstance(cell, (bool, np.bool_)):
        return None, str(cell)
    if isinstance(cell, (int, np.integer)):
        return int(cell), None
    if isinstance(cell, (float, np.floating)):
        number = float(cell)
        if math.isnan(number):
            return None, None
        whole = number.is_integer() and abs(number) < COUNT_LIMIT
        return (int(number), None) if whole else (None, repr(number))
    return parse_count_text(str(cell))


def parse_count_text(text: str) -> tuple[int | None, str | None]:
    """Return (count or None, text or None) of a cell that holds text."""
    bare = UNITS.sub("", fold_text(text))
    if THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    if not WHOLE.fullmatch(bare) or any(unicodedata.category(ch) == "No" for ch in text):  # ² is no 2
        return None, text if text.strip() else None
    count = int(bare.split(".", maxsplit=1)[0])
    if abs(count) >= COUNT_LIMIT:
        return None, text
    return count, None if text.isascii() and text.isdigit() else text


def parse_counts(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return (counts, texts) of a column: nullable Int64; object, None wherever a cell was a plain number."""
    parsed: dict[Any, tuple[int | None, str | None]] = {}
    cells = values.astype(object).to_list()
    pairs = []
    for cell in cells:
        key = (type(cell), cell)
        if key not in parsed:
            parsed[key] = parse_count(cell)
        pairs.append(parsed[key])
    counts = pd.Series([p[0] for p in pairs], index=values.index, dtype="Int64")
    return counts, pd.Series([p[1] for p in pairs], index=values.index, dtype=object)


def parse_heads(cell: Any) -> tuple[int | None, str | None]:
    """Return (people or None, text or None) of one cell: the text where it says something that is no number of people.

    ``12人`` is 12; a fraction or a negative number is none; ``不详`` and blanks say nothing.
    """
    count, _ = parse_count(HEADS.sub("", fold_text(cell)) if isinstance(cell, str) else cell)
    if count is not None and count >= 0:
        return count, None
    text = cell_text(cell)
    return None, None if text is None or is_unknown(text) else text.strip()


def parse_text(values: pd.Series) -> pd.Series:
    """Return a column as text, exactly as read; whole-number floats without ``.0``; None where empty."""
    return pd.Series([cell_text(cell) for cell in values.astype(object)], index=values.index, dtype=object)


def cell_text(cell: Any) -> str | None:
    """Return one cell as text, or None where there is nothing in it."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, (float, np.floating)) and math.isfinite(cell) and float(cell).is_integer():
        return str(int(cell))
    text = str(cell)
    return text if text.strip() else None


def parse_numbers(values: pd.Series) -> pd.Series:
    """Return a column as float64, NaN where the cell is no number (``6层`` is 6)."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.astype("Float64").astype("float64")
    texts = (fold_text(text).rstrip("层楼f") if text else "" for text in parse_text(values))
    numbers = [float(text) if DECIMAL.fullmatch(text) else math.nan for text in texts]
    return pd.Series(numbers, index=values.index, dtype="float64")


def parse_persons(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return (persons, texts) of a column: float64, NaN where no number; object, None where a plain number or empty.

    Statistics by area give fractions of persons, so a fraction is a number here.
    """
    pairs = [parse_person_text(text) if text else (math.nan, None) for text in parse_text(values)]
    persons = pd.Series([number for number, _ in pairs], index=values.index, dtype="float64")
    return persons, pd.Series([text for _, text in pairs], index=values.index, dtype=object)


def parse_person_text(text: str) -> tuple[float, str | None]:
    """Return (persons or NaN, text or None) of a cell, the text where it is not simply a number."""
    bare = PERSONS.sub("", fold_text(text))
    bare = bare.replace(",", "") if THOUSANDS.fullmatch(bare) else bare
    number = float(bare) if DECIMAL.fullmatch(bare.removeprefix("-").removeprefix("+")) else math.nan
    number = number if math.isfinite(number) else math.nan
    return number, None if bare == text and not math.isnan(number) else text


def is_fraction(text: str) -> bool:
    """Whether a text that is no whole count is a number all the same."""
    bare = UNITS.sub("", fold_text(text)).replace(",", "")
    return bool(DECIMAL.fullmatch(bare)) and "." in bare


def is_residential(use: Any) -> bool | None:
    """Whether people live in a building of this use; None when the use is not known."""
    text = cell_text(use)
    if text is None or is_unknown(text):
        return None
    folded = fold_text(text)
    if folded in UNSAID_USES:
        return None
    if folded in YES_WORDS or folded in NO_WORDS:
        return folded in YES_WORDS
    denied = folded.startswith(("非", "non", "not"))
    return any(word in folded for word in RESIDENTIAL_WORDS) and not denied
