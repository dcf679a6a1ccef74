"""Barriers' kinds: what each feature of an ordinary road, rail or water layer is to a grid, and what is told of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridder.errors import Finding, InputError
from gridder.read.barrier_layers import kind_by_name
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
from gridder.read.passages import BRIDGE, PASSAGE_COLUMNS, PASSAGES, SURFACE, TUNNEL, find_passages, passages_named
from gridder.read.settings import Source
from gridder.tables import BARRIER_KINDS, fold

# Where several columns speak of one feature (an OpenStreetMap way with rails along a street), the first of these counts
STRONGEST = (
    "river", "railway", UNDERGROUND, "expressway", "arterial", "road", "wall", "crossing", "path", NOTHING,
)  # fmt: skip
AT_SURFACE_ONLY = ("river", "railway", "expressway", "wall")  # in a tunnel they are in nobody's way
WAYS = ("railway", "river", "expressway", "arterial", "road", "path")  # what can have a bridge or a tunnel
TAG = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
SEVERAL = re.compile(r"[;；,，、|/]")  # several classes in one cell
WORDS_SHOWN = 6  # of one kind in a sentence


@dataclass(frozen=True)
class Classes:
    """What the columns of a layer say of its features: kinds (None: unknown) and the words that say so."""

    kinds: np.ndarray
    words: np.ndarray


def class_columns(names: list[str], kind_column: str | None, stated: bool) -> list[str]:
    """Return the columns that say of what kind a feature is.

    A column that the user names, or that is called ``kind``, stands alone; else all columns that are known to hold
    classes speak together. The text columns of OpenStreetMap's other tags count as well.
    """
    if kind_column is not None and (stated or fold(kind_column) == "kind"):
        return [kind_column]
    return [name for name in names if fold(name) in BY_COLUMN or fold(name) in TAG_COLUMNS]


def says_kinds(source: Source, names: list[str]) -> bool:
    """Whether a layer says what its features are without a column ``kind``: by classes, by its name, or by the user."""
    return bool(source.kind or class_columns(names, None, False) or kind_of_layer(source))


def kind_of_layer(source: Source) -> str | None:
    """Return the kind a layer holds by its own name or, where that says nothing, its file's."""
    if source.source_layer and fold(source.source_layer) in ("barriers", "barrier"):
        return None
    return kind_by_name(source.source_layer or "") or kind_by_name(source.path.stem)


def normalise_kinds(
    source: Source, raw: pd.DataFrame, frame: pd.DataFrame, kind_column: str | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return barriers with gridder's kinds and ``passage``; ``kind`` is None of what is none; and what to tell.

    Parameters
    ----------
    source
        Its ``kinds`` (source word → kind, or ``none``) and ``kind`` win over the tables.
    raw
        The table with the source's own columns.
    frame
        The same rows with gridder's columns.
    kind_column
        The source column of ``kind``, None when no column was named or recognised.

    Raises
    ------
    InputError
        ``kind`` or ``kinds`` names a kind that gridder does not know.
    """
    own = own_words(source)
    table = spread_tags(raw)
    names = [str(name) for name in table.columns if name != "geometry"]
    stated = "kind" in source.columns or kind_column is not None and fold(kind_column) not in BY_COLUMN
    used = class_columns(names, kind_column, stated)
    if source.kind and kind_column is None:
        used = []
    used = [name for name in used if fold(name) not in TAG_COLUMNS]
    said = classify(table, used, own)
    default = source.kind or kind_of_layer(source)
    kinds = np.where([k is None for k in said.kinds], default, said.kinds)
    kinds[is_absent(table)] = NOTHING
    passages = find_passages(table)
    unsaid = np.array([one is None for one in passages], dtype=bool)
    passages[unsaid] = passages_named(frame["name"], kinds)[unsaid]
    kinds, buried = bury(kinds, passages)
    findings = tell_unknown(source, kinds, said.words)
    ordinary = used and not (len(used) == 1 and fold(used[0]) == "kind")
    if ordinary or (not used and not source.kind):
        findings += tell_taken(source, used, kinds, said.words, passages)
    findings += tell_left_out(source, kinds, said.words, buried)
    kept = np.array([kind in BARRIER_KINDS and not b for kind, b in zip(kinds, buried)], dtype=bool)
    seen = kept & np.isin(kinds.astype(str), WAYS) & np.isin(passages.astype(str), PASSAGES)
    return frame.assign(
        kind=pd.Series(np.where(kept, kinds, None), index=frame.index, dtype=object),
        passage=pd.Series(np.where(seen, passages, None), index=frame.index, dtype=object),
    ), findings


def own_words(source: Source) -> dict[str, str]:
    """Return word → kind as ``district.yaml`` says; a kind gridder does not know is refused."""
    own = {fold_class(word): kind if kind in BARRIER_KINDS else fold_class(kind) for word, kind in source.kinds.items()}
    for kind in (*own.values(), *([source.kind] if source.kind else [])):
        if kind not in (*BARRIER_KINDS, *([NOTHING] if kind != source.kind else [])):
            known = ", ".join((*BARRIER_KINDS, NOTHING))
            raise InputError("errors.barrier_kind", file=source.label, kind=kind, known=known)
    return own


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
            found = np.array([meaning.get(fold_class(t or ""), k) for t, k in zip(texts, found)], dtype=object)
    return found


def is_absent(table: pd.DataFrame) -> np.ndarray:
    """Return whether each feature is not there yet, or no more, by a column that says so. Shape (n,), bool."""
    absent = np.zeros(len(table), dtype=bool)
    for name in table.columns:
        if fold(str(name)) in STATE_COLUMNS:
            absent |= [fold_class(text or "") in ABSENT_WORDS for text in parse_text(table[name])]
    return absent


def bury(kinds: np.ndarray, passages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (kinds with undergrounds settled, whether each feature runs below the surface and bars nobody)."""
    under = kinds == UNDERGROUND
    above = (passages == BRIDGE) | (passages == SURFACE)
    buried = (under & ~above) | (np.isin(kinds.astype(str), AT_SURFACE_ONLY) & (passages == TUNNEL))
    return np.where(under, "railway", kinds), buried


def count_words(words: Any) -> str:
    """Return words with how often each stands, the most frequent first: ``residential (120), service (9)``."""
    counted = Counter(word or "—" for word in words)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    shown = [f"{word} ({n})" for word, n in ordered[:WORDS_SHOWN]]
    return ", ".join([*shown, "…"] if len(ordered) > WORDS_SHOWN else shown)


def tell_unknown(source: Source, kinds: np.ndarray, words: np.ndarray) -> list[Finding]:
    """Return the warning that features of unknown kinds are ignored, if there are any."""
    unknown = np.array([kind is None for kind in kinds], dtype=bool)
    if not unknown.any():
        return []
    facts = {"file": source.label, "n": int(unknown.sum()), "kinds": count_words(words[unknown])}
    return [Finding("read.kinds_ignored", "warning", facts | {"known": ", ".join(BARRIER_KINDS)}, layer="barriers")]


def tell_taken(
    source: Source, columns: list[str], kinds: np.ndarray, words: np.ndarray, passages: np.ndarray
) -> list[Finding]:
    """Return the note what an ordinary layer was taken for: features a kind, bridges, tunnels, and the words' meaning."""
    counts = {kind: int((kinds == kind).sum()) for kind in BARRIER_KINDS}
    told = [f"{count_words(words[kinds == kind])} → {kind}" for kind in BARRIER_KINDS if counts[kind]]
    way = np.isin(kinds.astype(str), WAYS)
    facts: dict[str, Any] = {"file": where(source), "n": len(kinds), "columns": ", ".join(columns)}
    facts |= counts | {"words": "; ".join(told)}
    facts |= {f"{one}s": int((way & (passages == one)).sum()) for one in PASSAGES}
    return [Finding("roads.taken" if columns else "roads.taken_by_name", "note", facts, layer="barriers")]


def tell_left_out(source: Source, kinds: np.ndarray, words: np.ndarray, buried: np.ndarray) -> list[Finding]:
    """Return the notes of what bars nobody: below the surface, or known to be no barrier."""
    found = []
    none = kinds == NOTHING
    if none.any():
        facts = {"file": where(source), "n": int(none.sum()), "words": count_words(words[none])}
        found.append(Finding("roads.no_barrier", "note", facts, layer="barriers"))
    if buried.any():
        counts = {kind: int((buried & (kinds == kind)).sum()) for kind in AT_SURFACE_ONLY}
        facts = {"file": where(source), "n": int(buried.sum()), **counts}
        found.append(Finding("roads.below_ground", "note", facts, layer="barriers"))
    return found


def where(source: Source) -> str:
    """Return a source's file with its layer, for a message."""
    return f"{source.label}: {source.source_layer}" if source.source_layer else source.label
