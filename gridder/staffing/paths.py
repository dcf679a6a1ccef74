"""The paths that people walk along: roads and footpaths, cut where a barrier cannot be crossed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridder.policy import Policy

Shapes = NDArray[np.object_]

GIVEN = "path"  # a network is given where there is a line of this kind; then people walk along roads, too
WALKED = ("path", "road", "arterial")
GRID_M = 0.001  # coordinates are compared on this grid
WALL_M = 0.05  # a barrier drawn as a line is so wide on either side
BRIDGE_M = 1.5  # to either side of a crossing drawn as a line one may walk


def draw_paths(barriers: gpd.GeoDataFrame, policy: Policy) -> Shapes:
    """Return the lines that people walk along, parted where they meet; none unless footpaths are given.

    Roads count only beside footpaths: roads alone say where carriages go. What leads over an uncrossable barrier is
    cut off, except along a crossing and near a crossing point. Lines that only pass over each other (a footbridge
    over a street) are taken to meet: data of footpaths seldom say that they do not.
    """
    if "kind" not in barriers.columns or not (barriers["kind"] == GIVEN).any():
        return np.empty(0, dtype=object)
    given = barriers[barriers["kind"].isin(WALKED) & is_given(barriers)]
    lines = shapely.get_parts(shapely.force_2d(given.geometry.values))
    lines = lines[(shapely.get_type_id(lines) == 1) & (shapely.length(lines) > GRID_M)]
    parted = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    walls, meets = draw_walls(barriers, policy), np.empty(0, dtype=np.int64)
    if len(walls):
        meets = np.unique(shapely.STRtree(walls).query(parted, predicate="intersects")[0])
    closed = shapely.union_all(walls)
    cut = shapely.get_parts(shapely.difference(parted[meets], closed))
    whole = np.concatenate([np.delete(parted, meets), cut])
    return np.asarray(whole[shapely.length(whole) > GRID_M])


def is_given(barriers: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return which barriers the input holds, not made by gridder from others. Shape (n,)."""
    if "made" not in barriers.columns:
        return np.ones(len(barriers), dtype=bool)
    return np.asarray(barriers["made"].fillna("") == "")


def draw_walls(barriers: gpd.GeoDataFrame, policy: Policy) -> Shapes:
    """Return the areas that nobody walks through: uncrossable barriers, open where crossings are."""
    if "kind" not in barriers.columns:
        return np.empty(0, dtype=object)
    kinds, shapes = barriers["kind"].to_numpy(dtype=object), np.asarray(barriers.geometry.values)
    solid = np.asarray(shapely.buffer(shapes[np.isin(kinds, policy.uncrossable)], WALL_M))
    crossings = shapes[kinds == "crossing"]
    reach = np.where(shapely.get_dimensions(crossings) == 0, policy.crossing_reach_m, BRIDGE_M)
    gaps = np.asarray(shapely.buffer(crossings, reach))
    wall, gap = shapely.STRtree(gaps).query(solid, predicate="intersects")
    for one in np.unique(wall):
        solid[one] = shapely.difference(solid[one], shapely.union_all(gaps[gap[wall == one]]))
    return np.asarray(solid[~shapely.is_empty(solid)])
