"""What is told of an ordinary layer: what it was taken for, by which columns, and what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridder.errors import Finding
from gridder.read.classes import NOTHING
from gridder.read.classify import helping_columns
from gridder.read.passages import PASSAGES
from gridder.read.settings import Source
from gridder.tables import BARRIER_KINDS, fold

WORDS_SHOWN = 6  # of one kind in a sentence


@dataclass(frozen=True)
class Taken:
    """A layer taken as barriers: its columns, those that held classes, and of each feature kind, word and passage.

    ``kinds`` is None of what is not known and of what runs below the surface.
    """

    source: Source
    names: tuple[str, ...]
    used: tuple[str, ...]
    kinds: np.ndarray
    words: np.ndarray
    passages: np.ndarray

    @property
    def where(self) -> str:
        """The file with its layer."""
        inner = self.source.source_layer
        return f"{self.source.label}: {inner}" if inner else self.source.label


def count_words(words: Any) -> str:
    """Return words with how often each stands, the most frequent first: ``residential (120), service (9)``."""
    counted = Counter(word or "—" for word in words)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    shown = [f"{word} ({n})" for word, n in ordered[:WORDS_SHOWN]]
    return ", ".join([*shown, "…"] if len(ordered) > WORDS_SHOWN else shown)


def tell_unknown(taken: Taken, buried: np.ndarray) -> list[Finding]:
    """Return the warning that features of unknown kinds are ignored, if there are any."""
    unknown = np.array([kind is None for kind in taken.kinds], dtype=bool) & ~buried
    if not unknown.any():
        return []
    facts = {"file": taken.source.label, "n": int(unknown.sum()), "kinds": count_words(taken.words[unknown])}
    return [
        Finding(
            "read.kinds_ignored", "warning", facts | {"known": ", ".join(BARRIER_KINDS)}, layer="barriers"
        )
    ]


def tell_taken(taken: Taken, default: str | None) -> list[Finding]:
    """Return the note what an ordinary layer was taken for; nothing of a layer with gridder's own column ``kind``."""
    if [fold(name) for name in taken.used] == ["kind"] or (not taken.used and taken.source.kind):
        return []
    facts: dict[str, Any] = {"file": taken.where, "n": len(taken.kinds)}
    facts |= {f"{one}s": int((taken.passages == one).sum()) for one in PASSAGES}
    if not taken.used:
        return [Finding("roads.taken_by_name", "note", facts | {"kind": default}, layer="barriers")]
    counts = {kind: int((taken.kinds == kind).sum()) for kind in BARRIER_KINDS}
    told = [
        f"{count_words(taken.words[taken.kinds == kind])} → {kind}" for kind in BARRIER_KINDS if counts[kind]
    ]
    columns = dict.fromkeys((*taken.used, *helping_columns(list(taken.names))))
    facts |= counts | {"columns": ", ".join(columns), "words": "; ".join(told) or "—"}
    return [Finding("roads.taken", "note", facts, layer="barriers")]


def tell_left_out(taken: Taken, kinds: np.ndarray, buried: np.ndarray) -> list[Finding]:
    """Return the notes of what bars nobody: known to be no barrier, or below the surface (of the kinds given)."""
    found = []
    none = taken.kinds == NOTHING
    if none.any():
        facts = {"file": taken.where, "n": int(none.sum()), "words": count_words(taken.words[none])}
        found.append(Finding("roads.no_barrier", "note", facts, layer="barriers"))
    if buried.any():
        counts = {
            kind: int((buried & (kinds == kind)).sum()) for kind in ("railway", "river", "expressway", "wall")
        }
        found.append(
            Finding(
                "roads.below_ground",
                "note",
                {"file": taken.where, "n": int(buried.sum()), **counts},
                layer="barriers",
            )
        )
    return found
