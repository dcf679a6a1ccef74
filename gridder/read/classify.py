"""What the columns of an ordinary layer say of its features: the class of each, translated by ``classes``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridder.read.classes import (
    ABSENT_WORDS,
    BY_COLUMN,
    BY_RANK,
    EVERYWHERE,
    NOTHING,
    RANKED,
    STATE_COLUMNS,
    TAG_COLUMNS,
    UNDERGROUND,
    fold_class,
)
from gridder.read.counts import parse_text
from gridder.read.passages import PASSAGE_COLUMNS
from gridder.tables import fold

# Where several columns speak of one feature (an OpenStreetMap way with rails along a street), the first of these counts
STRONGEST = (
    "river", "railway", UNDERGROUND, "expressway", "arterial", "road", "wall", "crossing", "path", NOTHING,
)  # fmt: skip
TAG = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
SEVERAL = re.compile(r"[;；,，、|/]")  # several classes in one cell


@dataclass(frozen=True)
class Classes:
    """What the columns of a layer say of its features: kinds (None: unknown) and the words that say so."""

    kinds: np.ndarray
    words: np.ndarray


def class_columns(names: list[str], kind_column: str | None = None, *, stated: bool = False) -> list[str]:
    """Return the columns that say of what kind a feature is.

    A column that the user names, or that is called ``kind``, stands alone; else all columns that are known to hold
    classes speak together.
    """
    if kind_column is not None and (stated or fold(kind_column) == "kind"):
        return [kind_column]
    return [name for name in names if fold(name) in BY_COLUMN]


def helping_columns(names: list[str]) -> list[str]:
    """Return the columns beside those of classes that have a say: ranks, bridges and tunnels, states."""
    return [n for n in names if fold(n) in BY_RANK or fold(n) in PASSAGE_COLUMNS or fold(n) in STATE_COLUMNS]


def has_tags(names: list[str]) -> bool:
    """Whether a layer keeps OpenStreetMap's other tags as text."""
    return any(fold(name) in TAG_COLUMNS for name in names)


def spread_tags(raw: pd.DataFrame) -> pd.DataFrame:
    """Return a table with a column for each tag of interest that OpenStreetMap's hstore texts hold, if it has none."""
    have = {fold(str(name)) for name in raw.columns}
    wanted = (set(BY_COLUMN) | set(BY_RANK) | PASSAGE_COLUMNS) - have
    found: dict[str, list[str | None]] = {}
    for column in (name for name in raw.columns if fold(str(name)) in TAG_COLUMNS):
        for row, text in enumerate(parse_text(raw[column])):
            for key, value in TAG.findall(text or ""):
                if key in wanted:
                    found.setdefault(key, [None] * len(raw))[row] = value
    return raw.assign(**{key: pd.Series(found[key], index=raw.index, dtype=object) for key in sorted(found)})


def classify(table: pd.DataFrame, columns: list[str], own: dict[str, str]) -> Classes:
    """Return the strongest kind that the columns give each feature, and the word that gave it."""
    best = np.full(len(table), len(STRONGEST))
    words = np.full(len(table), None, dtype=object)
    ranked = rank_roads(table)
    for name in columns:
        meaning = BY_COLUMN.get(fold(name), EVERYWHERE)
        cells = list(parse_text(table[name]))
        kinds = {text: look_up(text, own, meaning) for text in dict.fromkeys(cells) if text}
        for row, text in enumerate(cells):
            kind = kinds.get(text) if text else None
            place = STRONGEST.index(ranked[row] if kind == RANKED else kind) if kind else len(STRONGEST)
            if text and (words[row] is None or place < best[row]):
                words[row] = text.strip()
            best[row] = min(best[row], place)
    return Classes(np.array([*STRONGEST, None], dtype=object)[best], words)


def look_up(text: str, own: dict[str, str], meaning: dict[str, str]) -> str | None:
    """Return the kind of a cell: of all it says or, when it names several classes, of the first that is known."""
    for part in (text, *SEVERAL.split(text)):
        kind = own.get(fold_class(part)) or meaning.get(fold_class(part))
        if kind:
            return kind
    return None


def rank_roads(table: pd.DataFrame) -> np.ndarray:
    """Return the kind that its rank gives each road; a plain road where no column says a rank."""
    found = np.full(len(table), "road", dtype=object)
    for name in table.columns:
        meaning = BY_RANK.get(fold(str(name)))
        if meaning:
            texts = parse_text(table[name])
            found = np.array(
                [meaning.get(fold_class(t or ""), k) for t, k in zip(texts, found)], dtype=object
            )
    return found


def mark_absent(table: pd.DataFrame, said: Classes) -> Classes:
    """Return classes with what is not there yet, or no more, as no barrier, its word followed by its state."""
    kinds, words = said.kinds.copy(), said.words.copy()
    for name in table.columns:
        if fold(str(name)) in STATE_COLUMNS:
            for row, text in enumerate(parse_text(table[name])):
                if text and fold_class(text) in ABSENT_WORDS:
                    kinds[row], words[row] = NOTHING, f"{words[row] or '—'}: {text.strip()}"
    return Classes(kinds, words)
