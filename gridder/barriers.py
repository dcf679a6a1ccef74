"""Barriers made fit to divide the ground: loose ends joined, ways over and under them found."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.crossings import find_crossings
from gridder.errors import Finding
from gridder.loose_ends import reach_over
from gridder.policy import Policy

TOUCHING_M = 0.001  # a line's end this near to another is on it: coordinates are compared on a 1 mm grid
MADE = "made"  # column of barriers: how a row came about, blank for those of the input


def prepare_barriers(
    barriers: gpd.GeoDataFrame, outlines: gpd.GeoSeries | None, policy: Policy
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the barriers of the input, then what was made of them, and what there is to tell.

    Parameters
    ----------
    barriers
        Lines, polygons and points with ``kind``, ``name``, ``row``, and ``passage`` where a layer has it.
    outlines
        Outlines of the communities, metres; None where the input has none.

    Returns
    -------
    (barriers, findings)
        ``made`` is blank for rows of the input, ``joined`` for a gap closed between two lines, ``road`` for a
        crossing (a line from side to side) where a road passes a barrier.
    """
    given = barriers.assign(**{MADE: ""})
    if "passage" not in given:
        given["passage"] = pd.Series([None] * len(given), index=given.index, dtype=object)
    joined, findings = join_ends(given, outlines, policy)
    solid = append_rows(given, joined)
    ways, found = find_crossings(solid, policy)
    return append_rows(solid, ways), findings + found


def append_rows(barriers: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return barriers with more rows below; nothing new, nothing changed."""
    if more.empty:
        return barriers
    table = pd.concat([barriers, more.reindex(columns=barriers.columns)], ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=barriers.crs)


def join_ends(
    barriers: gpd.GeoDataFrame, outlines: gpd.GeoSeries | None, policy: Policy
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the short lines that join loose ends of uncrossable lines to what is near, and the note about them.

    An end within ``line_end_snap_m`` of another uncrossable barrier, or of an outline, was meant to reach it: a slit
    of a metre in a river would otherwise let a grid through.
    """
    uncrossable = barriers[barriers["kind"].isin(policy.uncrossable)]
    ends, line, kind = find_loose_ends(uncrossable)
    targets, target_line = other_lines(uncrossable, outlines)
    rows: list[dict[str, Any]] = []
    for end, own, name in zip(ends, line, kind):
        near = nearest_other(end, own, targets, target_line, policy.line_end_snap_m)
        if near is not None:
            rows.append({"kind": name, "name": "", MADE: "joined", "geometry": near})
    if not rows:
        return barriers.iloc[:0], []
    joined = gpd.GeoDataFrame(rows, geometry="geometry", crs=barriers.crs)
    middles = shapely.set_precision(
        shapely.centroid(joined.geometry.values), 0.1
    )  # two ends that meet are one gap
    joined = joined[~pd.Series(shapely.to_wkb(middles), index=joined.index).duplicated()]
    spots = tuple(sorted(place_of(shape) for shape in joined.geometry))
    facts = {"n": len(joined), "reach_m": policy.line_end_snap_m}
    return joined, [Finding("barriers.ends_joined", "note", facts, spots, "barriers")]


def place_of(shape: Any) -> str:
    """Return the middle of a shape as text: whole metres of the CRS, ``x y``."""
    middle = shapely.line_interpolate_point(shape, 0.5, normalized=True)
    return f"{middle.x:.0f} {middle.y:.0f}"


def find_loose_ends(
    barriers: gpd.GeoDataFrame,
) -> tuple[NDArray[np.object_], NDArray[np.int64], list[str]]:
    """Return the ends of lines at which no other line of the barriers begins: points, number of the line, kind.

    Lines of one kind that continue each other are one line.
    """
    lines, kinds = merged_lines(barriers)
    open_ = ~shapely.is_closed(lines)
    which = np.flatnonzero(open_)
    points = np.concatenate([shapely.get_point(lines[open_], 0), shapely.get_point(lines[open_], -1)])
    owner = np.concatenate([which, which])
    areas = barriers.geometry.values[shapely.get_dimensions(barriers.geometry.values) == 2]
    everything = np.concatenate([lines, np.asarray(areas, dtype=object)])
    at, _ = shapely.STRtree(everything).query(points, predicate="dwithin", distance=TOUCHING_M)
    loose = np.bincount(at, minlength=len(points)) <= 1  # its own line is always there
    return points[loose], owner[loose], [kinds[n] for n in owner[loose]]


def merged_lines(barriers: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], list[str]]:
    """Return the lines of barriers, those of one kind that continue each other as one, and the kind of each."""
    shapes, kinds = [], []
    for kind in sorted(set(barriers["kind"])):
        rows = barriers.geometry.values[(barriers["kind"] == kind).to_numpy()]
        parts = shapely.get_parts(rows[shapely.get_dimensions(rows) == 1])
        merged = (
            shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))) if len(parts) else parts
        )
        shapes.append(np.asarray(shapely.normalize(merged), dtype=object))
        kinds += [kind] * len(merged)
    return np.concatenate([np.empty(0, dtype=object), *shapes]), kinds


def other_lines(
    barriers: gpd.GeoDataFrame, outlines: gpd.GeoSeries | None
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return what a loose end may be joined to, lines and edges of areas and outlines, and the number of the line."""
    lines, _ = merged_lines(barriers)
    areas = barriers.geometry.values[shapely.get_dimensions(barriers.geometry.values) == 2]
    edges = shapely.boundary(np.asarray(areas, dtype=object))
    if outlines is not None:
        drawn = np.asarray(outlines.values, dtype=object)
        edges = np.concatenate([edges, shapely.boundary(drawn[~shapely.is_missing(drawn)])])
    number = np.concatenate([np.arange(len(lines)), np.full(len(edges), -1)])
    return np.concatenate([lines, edges]), number


def nearest_other(
    end: Any, own: int, targets: NDArray[np.object_], number: NDArray[np.int64], reach_m: float
) -> Any:
    """Return the straight line from a loose end to the nearest line but its own; None beyond ``reach_m``.

    To its own line only from end to end: a ring that was not quite closed.
    """
    near = np.flatnonzero(shapely.dwithin(targets, end, reach_m))
    best, best_m = None, reach_m
    for at in near:
        target = targets[at]
        if number[at] == own:
            start, stop = shapely.get_point(target, 0), shapely.get_point(target, -1)
            target = stop if shapely.equals(start, end) else start
        away = shapely.distance(end, target)
        if TOUCHING_M < away <= best_m:
            best, best_m = shapely.shortest_line(end, target), away
    return None if best is None else reach_over(best)
