"""Ground without buildings: which atoms share out a face in which nobody has a house."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridder.faces import Faces
from gridder.seeds import Seeds


def share_empty_faces(faces: Faces, home: np.ndarray, seeds: Seeds) -> dict[int, Seeds]:
    """Return the seeds that share out each face; a face without buildings is shared by its neighbours'.

    Neighbours across passable ground come first; only when there is none does ground go to atoms across a barrier
    (nobody lives on it, and a community must be covered).
    """
    owned = {int(f): np.flatnonzero(home == f) for f in np.unique(home)}
    pending = set(range(len(faces.polygons))) - set(owned)
    for passable in (True, False):
        links = faces.neighbours[faces.neighbours["open"]] if passable else faces.neighbours
        touching: dict[int, list[int]] = {}
        for a, b in zip(links["left"], links["right"]):
            touching.setdefault(int(a), []).append(int(b))
            touching.setdefault(int(b), []).append(int(a))
        while ready := sorted(f for f in pending if any(g in owned for g in touching.get(f, []))):
            donors = {
                f: np.unique(np.concatenate([owned[g] for g in touching[f] if g in owned])) for f in ready
            }
            owned |= {f: nearest_owners(faces.polygons[f], seeds.of_owners(donors[f])) for f in ready}
            pending -= set(ready)
    return {f: seeds.of_owners(owners) for f, owners in owned.items()}


def nearest_owners(polygon: shapely.Polygon, seeds: Seeds) -> np.ndarray:
    """Return the atoms that are nearest to some spot of a face's edge or inside (sampled every 10 m)."""
    spots = shapely.get_coordinates(shapely.segmentize(polygon.boundary, 10.0))
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))
    return np.unique(seeds.owner[cKDTree(seeds.points).query(np.vstack([spots, inside]))[1]])
