"""Seeds: points along the footprint of every atom from which the ground is shared out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

SPACING_M = 1.5  # with INSET_M: seeds of two houses at one wall give a ridge straight to 0.25 m, which thinning removes
INSET_M = 0.6  # footprints are shrunk by this so that houses sharing a wall do not share seeds
APART_M = 0.8  # seeds of two atoms stay at least this far apart, so that every atom gets ground of its own
TINY_M2 = 4.0  # a footprint smaller than this gets one seed


@dataclass(frozen=True)
class Seeds:
    """Seed points and the position of the atom each belongs to. Shapes (s, 2) float64 and (s,) int64."""

    points: np.ndarray
    owner: np.ndarray

    def of_owners(self, owners: np.ndarray) -> Seeds:
        """Return only the seeds of some atoms."""
        keep = np.isin(self.owner, owners)
        return Seeds(self.points[keep], self.owner[keep])


def make_seeds(footprints: np.ndarray) -> Seeds:
    """Return seeds for every footprint, each at least one, seeds of different atoms at least ``APART_M`` apart.

    Overlapping, duplicate and zero-area footprints and several points at one place are spread on a small spiral around
    their place, in the order given, so that each still has ground. The result depends on nothing but the footprints.
    """
    points, owner = sample_edges(footprints)
    keep = farthest_from_others(points, owner)
    points, owner = points[keep], owner[keep]
    lost = np.setdiff1d(np.arange(len(footprints)), owner)
    if len(lost):
        placed = place_lost(footprints[lost], points)
        near = cKDTree(placed).query(points, distance_upper_bound=APART_M)[0]
        points, owner = points[~np.isfinite(near)], owner[~np.isfinite(near)]
        points, owner = np.vstack([points, placed]), np.concatenate([owner, lost])
        bare = np.setdiff1d(np.arange(len(footprints)), owner)
        if len(bare):  # robbed of its last seed by a neighbour: give it a place beside
            points = np.vstack([points, place_lost(footprints[bare], points)])
            owner = np.concatenate([owner, bare])
    order = np.lexsort((points[:, 1], points[:, 0], owner))
    return Seeds(points[order], owner[order].astype(np.int64))


def sample_edges(footprints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points every ``SPACING_M`` along the shrunk footprints, and one for those too small, with their owners."""
    inner = shapely.buffer(footprints, -INSET_M, join_style="mitre")
    usable = (shapely.get_dimensions(footprints) == 2) & (shapely.area(inner) > TINY_M2)
    edges = shapely.segmentize(shapely.boundary(inner[usable]), SPACING_M)
    points, which = shapely.get_coordinates(edges, return_index=True)
    owner = np.flatnonzero(usable)[which]
    middles = shapely.get_coordinates(shapely.point_on_surface(footprints[~usable]))
    points = np.vstack([points, middles])
    owner = np.concatenate([owner, np.flatnonzero(~usable)])
    unique, first = np.unique(np.round(np.column_stack([points, owner]), 2), axis=0, return_index=True)
    return unique[:, :2], owner[first]


def farthest_from_others(points: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Return which seeds stay when, of two seeds of different atoms too close together, the later atom's goes."""
    pairs = cKDTree(points).query_pairs(APART_M, output_type="ndarray")
    a, b = pairs[:, 0], pairs[:, 1]
    rival = owner[a] != owner[b]
    a, b = a[rival], b[rival]
    keep = np.ones(len(points), dtype=bool)
    keep[np.where(owner[a] > owner[b], a, b)] = False
    return keep


def place_lost(footprints: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return one point for each footprint, on a spiral around its middle, away from ``taken`` and each other."""
    centres = shapely.get_coordinates(shapely.point_on_surface(footprints))
    placed: list[np.ndarray] = []
    tree = cKDTree(taken) if len(taken) else None
    for centre in centres:
        best, best_clear = centre, -1.0
        for turn in range(60):
            angle, radius = 2.4 * turn, 0.35 * np.sqrt(turn)
            spot = centre + radius * np.array([np.cos(angle), np.sin(angle)])
            others = np.array(placed[-60:]) if placed else np.empty((0, 2))
            clear = float(np.min(np.hypot(*(others - spot).T))) if len(others) else np.inf
            if tree is not None:
                clear = min(clear, float(tree.query(spot)[0]))
            if clear > best_clear:
                best, best_clear = spot, clear
            if clear >= APART_M:
                break
        placed.append(np.round(best, 2))
    return np.array(placed)
