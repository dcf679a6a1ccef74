"""Pieces of ground that lie apart from their atom go to a neighbour, so that every cell is connected."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from gridder.seeds import Seeds
from gridder.segments import connected_parts, shared_segments


def mend_pieces(
    pieces: np.ndarray, owner: np.ndarray, face_of: np.ndarray, community: np.ndarray, seeds: Seeds
) -> np.ndarray:
    """Return owners such that every atom's pieces are connected.

    The part in which the atom stands stays; what lies apart (beyond a courtyard, a bend of the outline) goes to the
    neighbour with the longest common boundary, those in the same face first.
    """
    owner = owner.copy()
    touching = shared_segments(pieces)
    same = community[face_of[touching.left]] == community[face_of[touching.right]]
    left, right, length = touching.left[same], touching.right[same], touching.length_m[same]
    joined = owner[left] == owner[right]
    part = connected_parts(len(pieces), left[joined], right[joined])
    main = main_parts(pieces, owner, part, seeds)
    apart = (owner >= 0) & (part != main[owner])
    length = np.where(face_of[left] == face_of[right], length * 1e6, length)
    while apart.any():
        moved = adopt_apart(owner, apart, left, right, length)
        if not moved:
            owner[apart] = -1
            break
    return owner


def main_parts(pieces: np.ndarray, owner: np.ndarray, part: np.ndarray, seeds: Seeds) -> np.ndarray:
    """Return for every atom the number of the connected part that holds most of its seeds, then most ground."""
    held = np.flatnonzero(owner >= 0)
    stands = np.zeros(int(part.max(initial=-1)) + 1)
    several = pd.Series(part[held]).groupby(owner[held]).nunique()
    for atom in several.index[several > 1]:
        points = seeds.points[seeds.owner == atom]
        for piece in held[owner[held] == atom]:
            stands[part[piece]] += shapely.contains_xy(pieces[piece], points).sum()
    ground = np.bincount(part, shapely.area(pieces), minlength=len(stands))
    order = held[np.lexsort((ground[part[held]], stands[part[held]]))]
    main = np.full(int(owner.max(initial=-1)) + 1, -1)
    main[owner[order]] = part[order]  # the last one written is the greatest
    return main


def adopt_apart(
    owner: np.ndarray, apart: np.ndarray, left: np.ndarray, right: np.ndarray, length: np.ndarray
) -> bool:
    """Give every stray piece that touches settled ground to its best neighbour, in place; False when none does."""
    table: dict[int, dict[int, float]] = {}
    for a, b in ((left, right), (right, left)):
        for k in np.flatnonzero(apart[a] & ~apart[b] & (owner[b] >= 0)):
            gains = table.setdefault(int(a[k]), {})
            gains[int(owner[b[k]])] = gains.get(int(owner[b[k]]), 0.0) + float(length[k])
    for piece, gains in table.items():
        owner[piece] = max(sorted(gains), key=lambda atom: gains[atom])
        apart[piece] = False
    return bool(table)
