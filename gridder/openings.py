"""Which boundaries between cells the crossings open: those they meet or are nearest to, between people within reach."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridder.policy import Policy
from gridder.segments import ALONG_M, Segments

# A crossing this near to two boundaries alike is at both: coordinates lie on a grid of 1 mm.
EQUALLY_NEAR_M = 0.01
SPECK_M2 = 1.0  # what is left of a cell beside its share of a barrier and smaller than this is rounding
AROUND = 2.0  # how wide water is at a crossing is measured within so many times its reach


@dataclass(frozen=True)
class Crossings:
    """Crossings, and what they lead over.

    Parameters
    ----------
    shapes, stated
        Points, lines and areas, and whether each is one of the input. Shapes (c,).
    solid
        Lines and areas that nobody crosses. Shape (b,).
    between
        Ground that is part of a barrier. Shape (g,).
    """

    shapes: np.ndarray
    stated: np.ndarray
    solid: np.ndarray
    between: np.ndarray


def take_crossings(barriers: gpd.GeoDataFrame, policy: Policy) -> Crossings:
    """Return the crossings among barriers, and what they lead over."""
    shapes = np.asarray(barriers.geometry.values)
    crossing = (barriers["kind"] == "crossing").to_numpy()
    made = barriers["made"].to_numpy() if "made" in barriers else np.full(len(barriers), "")
    between = made == "between"
    solid = barriers["kind"].isin(policy.uncrossable).to_numpy() & ~between
    return Crossings(shapes[crossing], made[crossing] == "", shapes[solid], shapes[between])


def match_crossings(
    closed: Segments, cells: np.ndarray, barriers: gpd.GeoDataFrame, policy: Policy
) -> tuple[np.ndarray, np.ndarray]:
    """Return which crossing passes which segment: numbers among the crossings, numbers of segments.

    A crossing drawn as a line or an area passes what it meets. A point, and a stated line or area that meets nothing,
    passes the nearest segment within ``crossing_reach_m``; several that are equally near are all passed: a bridge at
    the corner of two communities serves both. Only segments count of which both cells have ground of their own near
    the crossing: bare ground between tracks is shared out to cells that lie far along them, or beyond a river.

    Parameters
    ----------
    closed
        Segments along barriers.
    cells
        Polygons that the segments part. Shape (n,).
    """
    crossings = take_crossings(barriers, policy)
    if len(crossings.shapes) == 0 or len(closed.left) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    reach_m = policy.crossing_reach_m
    lines = np.asarray(shapely.linestrings(closed.ends.reshape(-1, 2, 2)))
    which, near = shapely.STRtree(lines).query(crossings.shapes, predicate="dwithin", distance=reach_m)
    served = are_served(which, near, closed, cells, crossings, reach_m)
    which, near = which[served], near[served]
    drawn = shapely.get_dimensions(crossings.shapes) > 0
    met = drawn[which] & (shapely.distance(crossings.shapes[which], lines[near]) <= ALONG_M)
    single = crossings.stated.copy()
    single[which[met]] = False
    away = shapely.distance(shapely.point_on_surface(crossings.shapes)[which], lines[near])
    nearest = np.full(len(single), reach_m)
    np.minimum.at(nearest, which, away)
    passed = met | (single[which] & (away <= nearest[which] + EQUALLY_NEAR_M) & (away <= reach_m))
    return which[passed], near[passed]


def are_served(
    which: np.ndarray,
    near: np.ndarray,
    closed: Segments,
    cells: np.ndarray,
    crossings: Crossings,
    reach_m: float,
) -> np.ndarray:
    """Return for each crossing and segment near it whether both cells of the segment have own ground in its reach."""
    sides = np.stack([closed.left[near], closed.right[near]])
    asked, place = np.unique(sides, return_inverse=True)
    own = own_ground(cells[asked], crossings)
    reach = reaches_m(crossings, np.unique(which), reach_m)
    at, cell = shapely.STRtree(own).query(crossings.shapes, predicate="dwithin", distance=reach)
    held = np.sort(at * len(own) + cell)
    wanted = which * len(own) + place.reshape(sides.shape)
    return np.asarray(np.isin(wanted, held).all(axis=0))


def own_ground(cells: np.ndarray, crossings: Crossings) -> np.ndarray:
    """Return cells without their share of barriers; whole where nothing is left (a house on piles). Shape (n,)."""
    areal = crossings.solid[shapely.get_dimensions(crossings.solid) == 2]
    tree = shapely.STRtree(np.concatenate([areal, crossings.between]))
    own = cells.copy()
    at, _ = tree.query(cells, predicate="intersects")
    for cell in np.unique(at):
        x0, y0, x1, y1 = shapely.bounds(cells[cell])
        met = tree.geometries[tree.query(cells[cell], predicate="intersects")]
        taken = shapely.union_all(shapely.clip_by_rect(met, x0 - 1, y0 - 1, x1 + 1, y1 + 1))
        parts = shapely.get_parts(shapely.difference(cells[cell], taken))
        parts = parts[shapely.area(parts) > SPECK_M2]
        own[cell] = shapely.multipolygons(parts) if len(parts) else cells[cell]
    return own


def reaches_m(crossings: Crossings, asked: np.ndarray, reach_m: float) -> np.ndarray:
    """Return how far from each crossing people may live on either side of it; 0 for those not asked. Shape (c,).

    Its reach, beyond the barrier; a stated one may lie before it, or in the middle of wide water.
    """
    found = np.zeros(len(crossings.shapes))
    found[asked] = reach_m
    stated = asked[crossings.stated[asked]]
    tree = shapely.STRtree(crossings.solid)
    near, away_m = tree.query_nearest(crossings.shapes[stated], return_distance=True, all_matches=False)
    found[stated[near[0]]] += away_m
    for at in stated.tolist():
        found[at] += width_m(crossings.shapes[at], tree, AROUND * reach_m)
    return found


def width_m(crossing: shapely.Geometry, solid: shapely.STRtree, within_m: float) -> float:
    """Return how wide the barriers drawn as areas are around a crossing, metres."""
    near = solid.geometries[solid.query(crossing, predicate="dwithin", distance=within_m)]
    areal = shapely.union_all(near[shapely.get_dimensions(near) == 2])
    parts = shapely.get_parts(shapely.intersection(areal, shapely.buffer(crossing, within_m)))
    parts = parts[shapely.get_dimensions(parts) == 2]
    return 2.0 * float(shapely.length(shapely.maximum_inscribed_circle(parts)).max(initial=0.0))
