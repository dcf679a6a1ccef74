"""Pieces of ground that lie apart from their atom go to a neighbour, so that every cell is connected; none has nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from gridder.faces import Faces, reached_faces
from gridder.open_ground import Shared
from gridder.seeds import Seeds
from gridder.segments import ALONG_M, connected_parts, shared_segments

LEAST_M = 0.004  # a piece with this much around its middle has room for one more cell on a grid of 1 mm,
WALK_M = 0.5  # with this much for one that has a metre of boundary and more
SAME_FACE, OPEN, BARRED = 2, 1, 0  # what lies between two pieces: nothing, a road, a barrier
MOST_M = 2.0  # such a cell is no larger than 4 × 4 m


def mend_pieces(shared: Shared, seeds: Seeds) -> np.ndarray:
    """Return owners such that every atom's pieces are connected, and no ground is its own beyond a barrier in vain.

    The part in which the atom stands stays; what lies apart (beyond a courtyard, a bend of the outline) goes to the
    neighbour with the longest common boundary: in the same face while any can be had there, then across a road, across
    a river only when nothing else is left. Apart is also what lies beyond a barrier where people come from elsewhere:
    behind the end of an expressway the nearest house may stand on the wrong side.
    """
    pieces, face_of, faces = shared.pieces, shared.face_of, shared.faces
    owner = shared.owner.copy()
    touching = shared_segments(pieces)
    same = faces.community[face_of[touching.left]] == faces.community[face_of[touching.right]]
    left, right, length = touching.left[same], touching.right[same], touching.length_m[same]
    ease = ease_of(face_of[left], face_of[right], touching.middles[same], faces)
    apart = (owner >= 0) & ~find_settled(shared, (left, right, ease), seeds)
    while apart.any():
        levels = ((ease >= least) for least in (SAME_FACE, OPEN, BARRED))
        moved = any(adopt_apart(owner, apart, left[use], right[use], length[use]) for use in levels)
        if not moved:
            owner[apart] = -1
            break
    return owner


def find_settled(
    shared: Shared, touching: tuple[np.ndarray, np.ndarray, np.ndarray], seeds: Seeds
) -> np.ndarray:
    """Return which pieces hang together with the main part of their atom; ``touching``: left, right, ease.

    Over barriers only by ground that nobody reaches: between two tracks, or in the water.
    """
    owner, (left, right, ease) = shared.owner, touching
    same = owner[left] == owner[right]
    walked = same & (ease > BARRED)
    part = connected_parts(len(owner), left[walked], right[walked])
    main = (owner >= 0) & (part == main_parts(shared.pieces, owner, part, seeds)[owner])
    held = main | ~reached_faces(shared.faces, shared.home)[shared.face_of]
    joined = same & held[left] & held[right]
    cluster = connected_parts(len(owner), left[joined], right[joined])
    return np.asarray(held & np.isin(cluster, cluster[main]))


def ease_of(left: np.ndarray, right: np.ndarray, middles: np.ndarray, faces: Faces) -> np.ndarray:
    """Return how easily people walk over segments, of pairs of faces: ``SAME_FACE``, ``OPEN`` or ``BARRED``."""
    ease = np.where(left == right, SAME_FACE, OPEN)
    edge = np.flatnonzero(left != right)
    on, _ = shapely.STRtree(faces.solid).query(middles[edge], predicate="dwithin", distance=ALONG_M)
    ease[edge[on]] = BARRED
    return ease


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


def give_room(
    pieces: np.ndarray, owner: np.ndarray, community: np.ndarray, wanted: np.ndarray, seeds: Seeds
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pieces, owners and communities such that every atom has ground where its community has room at all.

    An atom whose ground was lost between two lines gets a square in the middle of the nearest piece with room for
    it: a hole in that piece, which stays connected, on the grid of all coordinates.

    Parameters
    ----------
    community, wanted
        Community of each piece, and of each atom. Shapes (p,) and (n,).
    """
    lost = np.setdiff1d(np.arange(len(wanted)), owner)
    for atom in lost.tolist():
        spot = shapely.Point(seeds.points[seeds.owner == atom][0])
        mine = np.flatnonzero((community == wanted[atom]) & (owner >= 0))
        order = mine[np.argsort(shapely.distance(pieces[mine], spot), kind="stable")]
        found = find_room(pieces[order])
        if found is not None:
            number, square = found
            pieces = np.append(pieces, np.array([square], dtype=object))
            pieces[order[number]] = shapely.difference(pieces[order[number]], square)
            owner, community = np.append(owner, atom), np.append(community, wanted[atom])
    return pieces, owner, community


def find_room(polygons: np.ndarray) -> tuple[int, shapely.Polygon] | None:
    """Return the first polygon with room for a cell that one can walk into, else for any cell, and a square in it."""
    for least_m in (WALK_M, LEAST_M):
        for number, polygon in enumerate(polygons):
            line = shapely.maximum_inscribed_circle(polygon, tolerance=LEAST_M / 4)
            if line.length >= least_m:
                half = max(np.floor(min(line.length / 2, MOST_M) * 1000) / 1000, 0.001)
                x, y = np.round(line.coords[0], 3)
                corners = np.round(
                    [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)],
                    3,
                )
                return number, shapely.Polygon(corners)
    return None
