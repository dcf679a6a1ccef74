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
EDGE_M = 0.2  # a seed placed beside its footprint keeps so far from the edge of its ground: its cell has room
ROOM_M = 2.5  # seeds placed for houses at one place are so far apart: their cells touch along a metre
STEP_M, BATCH = 0.35, 32  # of the spiral: its turns are so dense; spots looked at in one go


@dataclass(frozen=True)
class Seeds:
    """Seed points and the position of the atom each belongs to. Shapes (s, 2) float64 and (s,) int64."""

    points: np.ndarray
    owner: np.ndarray

    def of_owners(self, owners: np.ndarray) -> Seeds:
        """Return only the seeds of some atoms."""
        keep = np.isin(self.owner, owners)
        return Seeds(self.points[keep], self.owner[keep])


def make_seeds(footprints: np.ndarray, within: np.ndarray) -> Seeds:
    """Return seeds for every footprint, each at least one, seeds of different atoms at least ``APART_M`` apart.

    Overlapping, duplicate and zero-area footprints and any number of points at one place are spread on a spiral around
    their place, in the order given, so that each still has ground; nearer together only where the ground is too small.
    The result depends on nothing but the arguments.

    Parameters
    ----------
    footprints
        Polygons, lines or points, metres. Shape (n,).
    within
        The ground that each may have: the polygon that holds its footprint. Shape (n,).
    """
    points, owner = sample_edges(footprints)
    keep = farthest_from_others(points, owner)
    points, owner = points[keep], owner[keep]
    lost = np.setdiff1d(np.arange(len(footprints)), owner)
    if len(lost):
        placed = place_lost(footprints[lost], within[lost], points)
        near = cKDTree(placed).query(points, distance_upper_bound=APART_M)[0]
        points, owner = points[~np.isfinite(near)], owner[~np.isfinite(near)]
        points, owner = np.vstack([points, placed]), np.concatenate([owner, lost])
        bare = np.setdiff1d(np.arange(len(footprints)), owner)
        if len(bare):  # robbed of its last seed by a neighbour: give it a place beside
            points = np.vstack([points, place_lost(footprints[bare], within[bare], points)])
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


def place_lost(footprints: np.ndarray, within: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return one point for each footprint: the first roomy spot on a spiral around its middle, inside its ground.

    Roomy is ``APART_M`` from ``taken`` and ``ROOM_M`` from each other; where no spot is, the clearest is taken.
    """
    crowd = Crowd(taken)
    begin: dict[tuple[float, float, shapely.Geometry], int] = {}  # earlier turns there are taken or outside
    placed: list[np.ndarray] = []
    for centre, ground in zip(shapely.get_coordinates(shapely.point_on_surface(footprints)), within):
        place = (float(centre[0]), float(centre[1]), ground)
        spot, turn = find_spot(centre, ground, crowd, begin.get(place, 0))
        if turn is not None:
            begin[place] = turn
        crowd.add(spot)
        placed.append(spot)
    return np.array(placed)


def find_spot(
    centre: np.ndarray, ground: shapely.Geometry, crowd: Crowd, turn: int
) -> tuple[np.ndarray, int | None]:
    """Return the first roomy spot from a turn on, and the turn of its batch; else the clearest spot, and None."""
    far = float(shapely.hausdorff_distance(shapely.Point(centre), ground))
    last = turn + BATCH + int((far / STEP_M) ** 2)  # by then the spiral has left the ground
    best, best_clear = np.round(centre, 2), -1.0
    while turn < last:
        spots = spiral(centre, turn)
        inside = is_inside(ground, spots)
        old, new = crowd.distances_m(spots)
        roomy = np.flatnonzero(inside & (old >= APART_M) & (new >= ROOM_M))
        if len(roomy):
            return spots[roomy[0]], turn
        clear = np.where(inside, np.minimum(old, new), -1.0)
        pick = int(np.argmax(clear))
        if clear[pick] > best_clear:
            best, best_clear = spots[pick], float(clear[pick])
        turn += BATCH
    return best, None


def spiral(centre: np.ndarray, turn: int) -> np.ndarray:
    """Return the next ``BATCH`` spots from a turn on, evenly dense around the centre. Shape (BATCH, 2)."""
    turns = np.arange(turn, turn + BATCH)
    angle, radius = 2.4 * turns, STEP_M * np.sqrt(turns)
    return np.round(centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), 2)


def is_inside(ground: shapely.Geometry, spots: np.ndarray) -> np.ndarray:
    """Whether each spot lies inside some ground, so far from its edge that a cell has room."""
    shapely.prepare(ground)
    inside = np.asarray(shapely.contains_xy(ground, spots[:, 0], spots[:, 1]))
    return inside & ~shapely.dwithin(shapely.boundary(ground), shapely.points(spots), EDGE_M)


class Crowd:
    """Points that are taken, and those added since, in squares of ``ROOM_M``."""

    def __init__(self, taken: np.ndarray) -> None:
        self.tree = cKDTree(taken) if len(taken) else None
        self.squares: dict[tuple[int, int], list[np.ndarray]] = {}

    def add(self, spot: np.ndarray) -> None:
        """Take one more point."""
        self.squares.setdefault(square_of(spot), []).append(spot)

    def distances_m(self, spots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each spot is from the nearest taken and from the nearest added point.

        Infinite where there is none; beyond ``ROOM_M`` from added ones it may be, too.
        """
        old = self.tree.query(spots)[0] if self.tree is not None else np.full(len(spots), np.inf)
        new = np.full(len(spots), np.inf)
        for n, spot in enumerate(spots):
            x, y = square_of(spot)
            around = [(a, b) for a in (x - 1, x, x + 1) for b in (y - 1, y, y + 1)]
            near = [other for square in around for other in self.squares.get(square, ())]
            if near:
                new[n] = np.hypot(*(np.array(near) - spot).T).min()
        return old, new


def square_of(spot: np.ndarray) -> tuple[int, int]:
    """Return the square of ``ROOM_M`` that a point lies in."""
    return int(spot[0] // ROOM_M), int(spot[1] // ROOM_M)
