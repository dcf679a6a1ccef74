"""The walk to the hall worked out again: exact as the crow flies, between bounds where a way leads round."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.verify.base import Delivery, Violation, as_text, optional_layer
from gridder.verify.figures import ROUNDED, judge, judge_range, numbers, per_minute

SHARE = 0.0006  # no unit: shares are delivered with three decimals
BESIDE_M = 0.5  # m: a straight way as near as this to a barrier may be held up by it
LANDED_M = 1.0  # m: a building point is taken to be where one walks from if it is so far inside its cell
DRAWN_M = 0.5  # m: millimetres of the stop, and a hall drawn as a small area


def check_hall(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Minutes to the hall and the share of households near it are what the ground allows (A二(九) 15分钟服务圈).

    Nobody comes nearer than as the crow flies. Where no path network is given and no barrier lies between, the way is
    that × the detour factor, no longer. A grid or community without a hall has no figure.
    """
    low, high = bounds(delivery)
    cells = delivery.cells
    gridded = cells["grid_code"].isin(grids.index)
    found = []
    if "hall_minutes" in grids:
        said = numbers(grids["hall_minutes"])
        least, most = mean_bounds(low[gridded], high[gridded], cells[gridded])
        least, most = least.reindex(grids.index), most.reindex(grids.index)
        found += judge_range("grids", "hall_minutes", said, least - ROUNDED, most + ROUNDED)
        found += blanks("grids", "hall_minutes", said, least, most)
    if "hall_share" in communities:
        said = numbers(communities["hall_share"])
        limit = delivery.rules["hall_minutes"]
        least = share_within(high, cells, limit).reindex(communities.index)
        most = share_within(low, cells, limit).reindex(communities.index)
        found += judge_range("communities", "hall_share", said, least - SHARE, most + SHARE)
        found += blanks("communities", "hall_share", said, most, most)
    return found


def blanks(where: str, what: str, said: pd.Series, low: pd.Series, high: pd.Series) -> list[Violation]:
    """Return a violation where a figure stands without a hall to walk to, or none does although the way is open."""
    none, open_ = low.isna(), np.isfinite(high)
    found = judge(where, what, said[none], pd.Series(np.nan, said.index))
    return found + judge(where, what, said[open_ & said.isna()], high)


def bounds(delivery: Delivery) -> tuple[pd.Series, pd.Series]:
    """Return the fewest and the most minutes from each cell to the nearest hall of its community; NaN without one."""
    cells, rules, barriers = delivery.cells, delivery.rules, delivery.barriers
    low, high = pd.Series(np.nan, cells.index), pd.Series(np.nan, cells.index)
    halls = optional_layer(delivery, "halls")
    if halls.empty or "community_id" not in halls:
        return low, high
    on_paths = bool((barriers["kind"] == "path").any())
    spots, sure = walked_from(delivery)
    solid = solid_of(delivery)
    halls = halls[halls.geometry.notna()]
    of_hall = halls["community_id"].map(as_text).to_numpy()
    for community in sorted(set(cells["community_id"]) & set(of_hall)):
        mine = np.flatnonzero((cells["community_id"] == community).to_numpy())
        own = np.asarray(shapely.centroid(np.asarray(halls.geometry.values)[of_hall == community]))
        shapes = np.asarray(cells.geometry.values)[mine]
        near = np.min(
            [shapely.distance(np.where(sure[mine], spots[mine], shapes), hall) for hall in own], axis=0
        )
        far = np.min([reach(spots[mine], sure[mine], shapes, hall, solid) for hall in own], axis=0)
        factor = rules["detour_factor"]
        low.iloc[mine] = np.maximum(near - DRAWN_M, 0) * (1.0 if on_paths else factor) / per_minute(rules)
        high.iloc[mine] = np.inf if on_paths else (far + DRAWN_M) * factor / per_minute(rules)
    return low, high


def solid_of(delivery: Delivery) -> shapely.STRtree:
    """Return the uncrossable barriers in a tree."""
    barriers = delivery.barriers
    kept = barriers["kind"].isin(delivery.rules["uncrossable"]) & barriers.geometry.notna()
    return shapely.STRtree(np.asarray(barriers.geometry[kept].values))


def walked_from(delivery: Delivery) -> tuple[np.ndarray, np.ndarray]:
    """Return a point of each cell's building, and whether it lies well inside its cell."""
    cells, buildings = delivery.cells, delivery.buildings
    shapes = np.asarray(cells.geometry.values)
    if "cell_id" not in buildings or not buildings["cell_id"].is_unique:
        return np.asarray(shapely.point_on_surface(shapes)), np.zeros(len(cells), dtype=bool)
    drawn = pd.Series(np.asarray(buildings.geometry.values), buildings["cell_id"].map(as_text))
    points = np.asarray(shapely.point_on_surface(drawn.reindex(cells["cell_id"]).to_numpy()))
    inside = shapely.contains_properly(shapes, points)
    inside &= shapely.distance(shapely.boundary(shapes), points) > LANDED_M
    return points, inside


def reach(
    spots: np.ndarray, sure: np.ndarray, shapes: np.ndarray, hall: Any, solid: shapely.STRtree
) -> np.ndarray:
    """Return the most metres that the straight way to a hall may have; inf where a barrier may be in the way."""
    corner = np.array([shapely.hausdorff_distance(hall, shape) for shape in shapes])
    far = np.where(sure, shapely.distance(spots, hall), corner)
    ways = shapely.shortest_line(np.where(sure, spots, shapely.centroid(shapes)), hall)
    wide = shapely.buffer(ways, np.where(sure, BESIDE_M, corner))
    far[np.unique(solid.query(wide, predicate="intersects")[0])] = np.inf
    return far


def mean_bounds(low: pd.Series, high: pd.Series, cells: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the fewest and most minutes of a mean household of every grid (of a mean cell where nobody lives).

    Cells that no way leads from do not count; where there may be some, the mean lies among those of the others.
    """
    code = cells["grid_code"]
    held = numbers(cells["households"])
    held = held.where(held.groupby(code).transform("sum") > 0, 1.0)
    total = held.groupby(code).sum()
    lived = low.where(held > 0)
    least = (low * held).groupby(code).sum(min_count=1) / total
    least = least.where(
        np.isfinite((high * held.where(held > 0)).groupby(code).max()), lived.groupby(code).min()
    )
    most = (high * held.where(held > 0)).groupby(code).sum(min_count=1) / total
    return least, most


def share_within(minutes: pd.Series, cells: gpd.GeoDataFrame, limit: float) -> pd.Series:
    """Return the share of each community's households within so many minutes; NaN without hall or people."""
    held, home = numbers(cells["households"]), cells["community_id"]
    near = held.where(minutes <= limit, 0.0).groupby(home).sum()
    share = near / held.groupby(home).sum().replace(0.0, np.nan)
    return share.where(minutes.notna().groupby(home).any())
