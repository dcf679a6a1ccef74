"""Barriers' kinds: what each feature of an ordinary road, rail or water layer is to a grid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridder.errors import Finding, InputError
from gridder.read.barrier_layers import kind_by_name
from gridder.read.classes import BY_COLUMN, NOTHING, UNDERGROUND, fold_class
from gridder.read.classify import Classes, class_columns, classify, has_tags, mark_absent, spread_tags
from gridder.read.kind_findings import Taken, tell_left_out, tell_taken, tell_unknown
from gridder.read.passages import (
    BRIDGE,
    PASSAGES,
    SURFACE,
    TUNNEL,
    find_passages,
    passages_named,
    read_passage,
)
from gridder.read.settings import Source
from gridder.tables import BARRIER_KINDS, fold

AT_SURFACE_ONLY = ("river", "railway", "expressway", "wall")  # in a tunnel they are in nobody's way
WAYS = ("river", "railway", "expressway", "arterial", "road", "path")  # what can have a bridge or a tunnel


def says_kinds(source: Source, names: list[str]) -> bool:
    """Whether a layer says what its features are without a column ``kind``: by classes, by its name, or by the user."""
    return bool(source.kind or class_columns(names) or has_tags(names) or kind_of_layer(source))


def kind_of_layer(source: Source) -> str | None:
    """Return the kind a layer holds by its own name or, where that says nothing, its file's."""
    if source.source_layer and fold(source.source_layer) in ("barriers", "barrier"):
        return None
    return kind_by_name(source.source_layer or "") or kind_by_name(source.path.stem)


def normalise_kinds(
    source: Source, raw: pd.DataFrame, frame: pd.DataFrame, kind_column: str | None, *, stated: bool = False
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return barriers with gridder's kinds and ``passage``, and what to tell; ``kind`` is None of what is no barrier.

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
    stated
        The user named that column.

    Raises
    ------
    InputError
        ``kind`` or ``kinds`` names a kind that gridder does not know.
    """
    own = own_words(source)
    table = spread_tags(raw)
    names = [str(name) for name in table.columns if name != "geometry"]
    alone = stated or (kind_column is not None and fold(kind_column) not in BY_COLUMN)
    used = [] if source.kind and kind_column is None else class_columns(names, kind_column, stated=alone)
    said = classify(table, used, own)
    default = source.kind or kind_of_layer(source)
    said = mark_absent(table, Classes(put(said.kinds, is_none(said.kinds), default), said.words))
    passages = find_ways(table, frame, said.kinds)
    kinds, buried = bury(said.kinds, passages)
    kept = np.isin(kinds.astype(str), BARRIER_KINDS) & ~buried
    seen = kept & np.isin(kinds.astype(str), WAYS) & np.isin(passages.astype(str), PASSAGES)
    passages = put(passages, ~seen, None)
    taken = Taken(source, tuple(names), tuple(used), put(kinds, buried, None), said.words, passages)
    findings = tell_unknown(taken, buried) + tell_taken(taken, default) + tell_left_out(taken, kinds, buried)
    columns = {"kind": put(kinds, ~kept, None), "passage": passages}
    return frame.assign(
        **{k: pd.Series(v, index=frame.index, dtype=object) for k, v in columns.items()}
    ), findings


def take_paths(raw: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a layer of footpaths as barriers of kind ``path``, whatever its classes; with ``passage`` as those have."""
    kinds = np.full(len(frame), "path", dtype=object)
    passages = find_ways(spread_tags(raw), frame, kinds)
    passages = put(passages, ~np.isin(passages.astype(str), PASSAGES), None)
    columns = {"kind": kinds, "passage": passages}
    return frame.assign(**{k: pd.Series(v, index=frame.index, dtype=object) for k, v in columns.items()})


def own_words(source: Source) -> dict[str, str]:
    """Return word → kind as ``district.yaml`` says; a kind gridder does not know is refused."""
    own = {fold_class(word): fold_class(kind) for word, kind in source.kinds.items()}
    for kind in (*own.values(), *([source.kind] if source.kind else [])):
        if kind not in BARRIER_KINDS and (kind != NOTHING or kind == source.kind):
            known = ", ".join((*BARRIER_KINDS, NOTHING))
            raise InputError("errors.barrier_kind", file=source.label, kind=kind, known=known)
    return own


def find_ways(table: pd.DataFrame, frame: pd.DataFrame, kinds: np.ndarray) -> np.ndarray:
    """Return how each feature gets past what it meets: as its columns say, else as the column ``passage``, else its name."""
    found = find_passages(table)
    for other in (read_passage("passage", frame["passage"]), passages_named(frame["name"], kinds)):
        if other is not None:
            found = np.where(is_none(found), other, found)
    return found


def bury(kinds: np.ndarray, passages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (kinds with undergrounds settled, whether each feature runs below the surface and bars nobody)."""
    under = kinds == UNDERGROUND
    above = (passages == BRIDGE) | (passages == SURFACE)
    buried = (under & ~above) | (np.isin(kinds.astype(str), AT_SURFACE_ONLY) & (passages == TUNNEL))
    return np.where(under, "railway", kinds), buried


def is_none(values: np.ndarray) -> np.ndarray:
    """Return whether each value is None. Shape (n,), bool."""
    return np.array([one is None for one in values], dtype=bool)


def put(values: np.ndarray, where: np.ndarray, value: str | None) -> np.ndarray:
    """Return a copy of values with one value in some places."""
    copy = values.copy()
    copy[where] = value
    return copy
