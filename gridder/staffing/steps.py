"""Steps of people on foot: from cell to adjacent cell, into halls, and from community to community."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.policy import Policy

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CM_PER_M = 100  # ways are compared in whole centimetres: exact, so the same on every machine
LANDING_M = 300.0  # so far from a bridge's end one looks for the buildings that it serves
SERVED = 2  # nearest buildings of each community that a bridge's end is joined to


def walking_steps(cells: gpd.GeoDataFrame, edges: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the steps between adjacent cells: nodes ``a`` < ``b``, ``cm`` with the detour factor, ``way``; sorted."""
    place = pd.Series(np.arange(len(cells)), index=cells.index)
    barred = edges.kind.isin(policy.uncrossable)
    # A pair may lie mostly along a river and yet share dry ground: then the adjacency calls it passable.
    open_edges = edges[edges.passable.astype(bool) if "passable" in edges.columns else ~barred]
    known = open_edges.cell_a.isin(place.index) & open_edges.cell_b.isin(place.index)
    if "way_m" in open_edges.columns:
        known &= open_edges.way_m.notna()
    open_edges = open_edges[known]
    a, b = place.loc[open_edges.cell_a].to_numpy(), place.loc[open_edges.cell_b].to_numpy()
    if "way_m" in open_edges.columns:
        way_m, way = open_edges.way_m.to_numpy(dtype=float), open_edges.way.to_numpy(dtype=object)
    else:
        points = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()))
        way_m, way = np.hypot(*(points[a] - points[b]).T), np.full(len(a), None, dtype=object)
    cm = whole_cm(way_m * policy.detour_factor)
    return pd.DataFrame({"a": a, "b": b, "cm": cm, "way": way}).sort_values(["a", "b"], ignore_index=True)


def whole_cm(metres: Floats) -> Ints:
    """Return lengths in whole centimetres, at least one: 0 would be no step to a sparse graph."""
    return np.maximum(1, np.rint(metres * CM_PER_M)).astype(np.int64)


def find_stops(cells: gpd.GeoDataFrame, steps: pd.DataFrame) -> Floats:
    """Return where one stops in each cell: where its ways begin, else in its building, else inside it. Shape (n, 2)."""
    shapes = cells.geometry.to_numpy()
    stops = shapely.get_coordinates(shapely.point_on_surface(shapes))
    if "home" in cells:
        homes = shapely.point_on_surface(cells["home"].to_numpy())
        inside = shapely.contains_properly(shapes, homes)
        stops[inside] = shapely.get_coordinates(homes[inside])
    drawn = steps[steps.way.notna()]
    lines = np.asarray(shapely.from_wkt(drawn.way.to_numpy(dtype=object)))
    for side, end in (("b", -1), ("a", 0)):
        stops[drawn[side].to_numpy()] = shapely.get_coordinates(shapely.get_point(lines, end))
    return stops


def enter_halls(
    cells: gpd.GeoDataFrame, ends: Floats, halls: Ints, walls: shapely.STRtree, policy: Policy
) -> pd.DataFrame:
    """Return the steps from the cell that each hall is in, or nearest to, where no wall bars them: as walking_steps."""
    hall, cell = shapely.STRtree(cells.geometry.to_numpy()).query_nearest(shapely.points(ends[halls]))
    cell = cell[np.unique(hall, return_index=True)[1]]
    return straight_steps(ends, cell, halls, policy)[~are_barred(lines_between(ends, cell, halls), walls)]


def find_hubs(barriers: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return where bridges, underpasses and gates are entered: both ends of those drawn as lines, and the single spots.

    Returns
    -------
    (lines, spots)
        Metres, shapes (2 m, 2), each line's ends below each other, and (n, 2).
    """
    none = np.empty((0, 2))
    if "kind" not in barriers.columns:
        return none, none
    shapes = np.asarray(barriers.geometry.values)[(barriers["kind"] == "crossing").to_numpy()]
    parts = shapely.get_parts(shapes)
    drawn = shapely.get_dimensions(parts) == 1
    ends = shapely.get_coordinates(
        np.column_stack([shapely.get_point(parts[drawn], 0), shapely.get_point(parts[drawn], -1)]).ravel()
    )
    return ends, shapely.get_coordinates(shapely.point_on_surface(parts[~drawn]))


def cross_over(
    cells: gpd.GeoDataFrame, ends: Floats, first: int, drawn: int, walls: shapely.STRtree, policy: Policy
) -> pd.DataFrame:
    """Return the steps from buildings to the hubs of crossings, and along crossings drawn as lines: as walking_steps.

    Which cells may be in one grid is known inside communities alone; over bridges people get to other ones, too. Of
    each community the two nearest buildings are joined to a hub.

    Parameters
    ----------
    first, drawn
        First node of the hubs, and how many of them are ends of lines, pairwise.
    """
    points = np.asarray(shapely.points(ends[: len(cells)]))
    spots = np.asarray(shapely.points(ends[first:]))
    at, cell = shapely.STRtree(points).query(spots, predicate="dwithin", distance=LANDING_M)
    dry = ~are_barred(lines_between(ends, cell, first + at), walls)
    steps = straight_steps(ends, cell[dry], first + at[dry], policy)
    steps["community"] = cells.community_id.to_numpy()[steps.a]
    steps = steps.sort_values(["b", "community", "cm", "a"])
    near = steps[steps.groupby(["b", "community"]).cumcount() < SERVED].drop(columns="community")
    begin, end = (first + np.arange(drawn)).reshape(-1, 2).T
    return pd.concat([near, straight_steps(ends, begin, end, policy)], ignore_index=True)


def step_outside(
    cells: gpd.GeoDataFrame, ends: Floats, walls: shapely.STRtree, policy: Policy
) -> pd.DataFrame:
    """Return the steps between touching cells of two communities, straight where no wall bars them: as walking_steps."""
    shapes, community = cells.geometry.to_numpy(), cells.community_id.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    outside = (a < b) & (community[a] != community[b])
    a, b = a[outside], b[outside]
    return straight_steps(ends, a, b, policy)[~are_barred(lines_between(ends, a, b), walls)]


def lines_between(ends: Floats, a: Ints, b: Ints) -> Any:
    """Return straight lines between nodes."""
    return shapely.linestrings(np.stack([ends[a], ends[b]], axis=1))


def straight_steps(ends: Floats, a: Ints, b: Ints, policy: Policy) -> pd.DataFrame:
    """Return straight steps between nodes ``a`` < ``b``, as walking_steps; the line of each is not needed."""
    cm = whole_cm(np.hypot(*(ends[a] - ends[b]).T) * policy.detour_factor)
    return pd.DataFrame({"a": a, "b": b, "cm": cm}).assign(way=None)


def are_barred(legs: Any, walls: shapely.STRtree) -> NDArray[np.bool_]:
    """Return which straight legs a wall bars. Shape (n,)."""
    barred = np.zeros(len(legs), dtype=bool)
    barred[walls.query(legs, predicate="intersects")[0]] = True
    return barred
