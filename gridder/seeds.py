"""Seeds: points along the footprint of every atom from which the ground is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

SPACING_M = 1.5  # with INSET_M: seeds of two houses at one wall give a ridge straight to 0.25 m, which thinning removes
INSET_M = 0.6  # footprints are shrunk by this so that houses sharing a wall do not share seeds
APART_M = 0.8  # seeds of two atoms stay at least this far apart, so that every atom gets ground of its own
TINY_M2 = 4.0  # a footprint that shrinks to less than this gets one seed,
LONG_M = 8.0  # or seeds along its edge where that is longer
EDGE_M = 0.2  # a seed placed beside its footprint keeps so far from the edge of its ground: its cell has room
ROOM_M = 2.5  # seeds placed for houses at one place are so far apart: their cells touch along a metre
STEP_M, BATCH = 0.35, 32  # of the spiral: its turns are so dense; spots looked at in one go
PATIENCE = 16_384  # spots looked at without success, 45 m around, before everything is halved
HALVINGS = 6  # by then houses stand 4 cm apart: a wardrobe holds dozens


@dataclass(frozen=True)
class Seeds:
    """Seed points and the position of the atom each belongs to, sorted. Shapes (s, 2) float64 and (s,) int64."""

    points: np.ndarray
    owner: np.ndarray

    def of_owners(self, owners: np.ndarray) -> Seeds:
        """Return only the seeds of some atoms."""
        owners = np.unique(owners)
        begin, end = np.searchsorted(self.owner, owners), np.searchsorted(self.owner, owners, side="right")
        count = end - begin
        keep = np.repeat(end - np.cumsum(count), count) + np.arange(count.sum())
        return Seeds(self.points[keep], self.owner[keep])


class Turn(NamedTuple):
    """Where on its spiral a search is: how often room and steps have been halved, number of the spot."""

    halvings: int
    number: int

    @property
    def scale(self) -> float:
        """Part of room and steps that is left."""
        return 0.5**self.halvings


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
    points, owner, rank = sample_edges(footprints)
    keep = farthest_from_others(points, owner, rank)
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


def sample_edges(footprints: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points, their owners, and the rank of each: of two that are too near the higher goes.

    Points stand every ``SPACING_M`` along the shrunk footprints; those too thin to be shrunk (a wall, a sliver) have
    them along their edge and rank behind all others; those too small have one.
    """
    inner = shapely.buffer(footprints, -INSET_M, join_style="mitre")
    areal = shapely.get_dimensions(footprints) == 2
    usable = areal & (shapely.area(inner) > TINY_M2)
    thin = areal & ~usable & (shapely.length(footprints) > LONG_M)
    lines = np.where(usable, shapely.boundary(inner), shapely.boundary(footprints))
    points, which = shapely.get_coordinates(
        shapely.segmentize(lines[usable | thin], SPACING_M), return_index=True
    )
    small = np.flatnonzero(~usable & ~thin)
    middles = shapely.get_coordinates(shapely.point_on_surface(footprints[small]))
    points = np.asarray(np.round(np.vstack([points, middles]), 2), dtype=np.float64)
    owner = np.concatenate([np.flatnonzero(usable | thin)[which], small])
    order = np.lexsort((points[:, 1], points[:, 0], owner))
    points, owner = points[order], owner[order]
    again = (owner[1:] == owner[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    keep = np.concatenate([[True], ~again])[: len(points)]
    return points[keep], owner[keep], (owner + len(footprints) * thin[owner])[keep]


def farthest_from_others(points: np.ndarray, owner: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return which seeds stay when, of two seeds of different atoms too close together, the one of higher rank goes."""
    pairs = cKDTree(points).query_pairs(APART_M, output_type="ndarray")
    a, b = pairs[:, 0], pairs[:, 1]
    rival = owner[a] != owner[b]
    a, b = a[rival], b[rival]
    keep = np.ones(len(points), dtype=bool)
    keep[np.where(rank[a] > rank[b], a, b)] = False
    return keep


def place_lost(footprints: np.ndarray, within: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return one point for each footprint: the first roomy spot on a spiral around its middle, inside its ground.

    Roomy is ``APART_M`` from ``taken`` and ``ROOM_M`` from each other; where the ground is too small for that, half
    of it, a quarter, and so on: a ground holds any number of houses, in ever smaller cells.
    """
    crowd = Crowd(taken)
    begin: dict[tuple[float, float, shapely.Geometry], Turn] = {}  # earlier turns there are taken or outside
    halvings: dict[shapely.Geometry, int] = {}  # the ground is full at fewer
    placed: list[np.ndarray] = []
    for centre, ground in zip(shapely.get_coordinates(shapely.point_on_surface(footprints)), within):
        place = (float(centre[0]), float(centre[1]), ground)
        full = Turn(halvings.get(ground, 0), 0)
        spot, turn = find_spot(centre, ground, crowd, max(full, begin.get(place, full)))
        begin[place] = turn
        halvings[ground] = turn.halvings
        crowd.add(spot)
        placed.append(spot)
    return np.array(placed)


def find_spot(
    centre: np.ndarray, ground: shapely.Geometry, crowd: Crowd, begin: Turn
) -> tuple[np.ndarray, Turn]:
    """Return the first roomy spot from a turn on, and its turn; the clearest spot where even tiny ones are taken."""
    shapely.prepare(ground)
    edge = shapely.boundary(ground)
    shapely.prepare(edge)
    turn, best, best_clear = begin, centre, -1.0
    while turn.halvings <= HALVINGS:
        for number in range(turn.number, turn.number + PATIENCE, BATCH):
            spots = spiral(centre, number, turn.scale)
            inside = np.asarray(shapely.contains_xy(ground, spots[:, 0], spots[:, 1]))
            if not inside.any():
                continue
            inside[inside] = ~shapely.dwithin(edge, shapely.points(spots[inside]), EDGE_M * turn.scale)
            old, new = crowd.distances_m(spots)
            roomy = np.flatnonzero(inside & (old >= APART_M * turn.scale) & (new >= ROOM_M * turn.scale))
            if len(roomy):
                return spots[roomy[0]], Turn(turn.halvings, number)
            clear = np.where(inside, np.minimum(old, new), -1.0)
            pick = int(np.argmax(clear))
            if clear[pick] > best_clear:
                best, best_clear = spots[pick], float(clear[pick])
        turn = Turn(turn.halvings + 1, 0)
    return best, Turn(HALVINGS, 0)


def spiral(centre: np.ndarray, number: int, scale: float) -> np.ndarray:
    """Return the next ``BATCH`` spots from a number on, evenly dense around the centre. Shape (BATCH, 2)."""
    turns = np.arange(number, number + BATCH)
    angle, radius = 2.4 * turns, STEP_M * scale * np.sqrt(turns)
    return np.round(centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), 3)


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
