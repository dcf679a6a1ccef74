"""Where one walks from a cell into the next: a spot on the part of their boundary that can be passed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from gridder.segments import Segments

BESIDE_M = 0.3  # a gate keeps this far from the ends of a stretch: a river may begin there
OUTSIDE_M = 0.05  # a straight way that leaves its cell by less follows the boundary: rounding of coordinates
WALL_M = 0.05  # a barrier drawn as a line is so wide on either side, that no way slips through
NARROW_M = 0.02  # ways may run this far outside the ground, along its edge: less than a wall is thick
BRIDGE_M = 1.5  # to either side of a crossing one may walk
LANDING_M = (
    50  # so far beside the straight way to a bridge one looks for its landing on ground of other cells
)
GANGWAY_M = 50  # a house on piles stands so far from its bank at most: farther off, a straight line over water is no way
SMOOTH_M = 0.01  # corners of the ground nearer than this to a straight edge are none

Spots = pd.DataFrame  # a, b, x, y: places of two cells, and a spot on their boundary


def spots_on_segments(segments: Segments, stops: np.ndarray) -> Spots:
    """Return on each segment the spot through which the way between the stops of its two cells is shortest.

    The way over a line is straight where the stops lie on either side, and a reflection where they do not (Heron); on
    a segment, the nearest spot to that one. ``stops`` are in metres, shape (n, 2).
    """
    start, length = segments.ends[:, :2], segments.length_m[:, None]
    along = (segments.ends[:, 2:] - start) / length
    across = np.column_stack([-along[:, 1], along[:, 0]])
    a, b = stops[segments.left] - start, stops[segments.right] - start
    off_a, off_b = np.abs((a * across).sum(axis=1)), np.abs((b * across).sum(axis=1))
    on_a, on_b = (a * along).sum(axis=1), (b * along).sum(axis=1)
    off = off_a + off_b
    best = np.where(off > 0, (on_a * off_b + on_b * off_a) / np.where(off > 0, off, 1), (on_a + on_b) / 2)
    room = np.minimum(BESIDE_M, length[:, 0] / 2)
    spots = start + along * np.clip(best, room, length[:, 0] - room)[:, None]
    return pd.DataFrame({"a": segments.left, "b": segments.right, "x": spots[:, 0], "y": spots[:, 1]})


def spots_of_crossings(
    segments: Segments, crossings: np.ndarray, which: np.ndarray, passed: np.ndarray
) -> Spots:
    """Return the spots where crossings (shapes ``which``) pass segments (numbers ``passed``)."""
    lines = shapely.linestrings(segments.ends[passed].reshape(-1, 2, 2))
    near = shapely.shortest_line(lines, crossings[which])
    xy = shapely.get_coordinates(shapely.get_point(near, 0))
    return pd.DataFrame({
        "a": segments.left[passed], "b": segments.right[passed], "x": xy[:, 0], "y": xy[:, 1],
    })  # fmt: skip


def choose_gates(spots: Spots, stops: np.ndarray, ground: np.ndarray) -> Spots:
    """Return one spot for every two cells: the shortest way of those that are straight on dry ground, else of those there are.

    ``ground`` is where one may walk in each cell. Adds ``seen``: whether both legs are straight on it. Sorted by a, b.
    """
    xy, ends = spots[["x", "y"]].to_numpy(), spots[["a", "b"]].to_numpy()
    way_m = np.sum([np.hypot(*(stops[ends[:, side]] - xy).T) for side in (0, 1)], axis=0)
    spots = spots.assign(way_m=way_m).sort_values(["a", "b", "way_m", "x", "y"], ignore_index=True)
    first = spots.drop_duplicates(["a", "b"])
    bent = pd.MultiIndex.from_frame(first.loc[~are_straight(first, stops, ground), ["a", "b"]])
    doubtful = np.flatnonzero(pd.MultiIndex.from_frame(spots[["a", "b"]]).isin(bent))
    some = spots.iloc[doubtful]
    spots = spots.assign(rank=0)
    spots.loc[doubtful, "rank"] = np.where(
        are_straight(some, stops, ground), 0, 2 - are_reached(some, ground)
    )
    spots = spots.sort_values(["a", "b", "rank", "way_m", "x", "y"]).drop_duplicates(["a", "b"])
    return spots.assign(seen=spots["rank"] == 0)[["a", "b", "x", "y", "seen"]].reset_index(drop=True)


def are_straight(spots: Spots, stops: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return for each spot whether both straight legs from the stops to it stay on the ground of their cells."""
    straight = np.ones(len(spots), dtype=bool)
    xy = spots[["x", "y"]].to_numpy()
    for side in ("a", "b"):
        at = spots[side].to_numpy()
        legs = shapely.linestrings(np.stack([stops[at], xy], axis=1))
        straight &= shapely.length(shapely.difference(legs, ground[at])) < OUTSIDE_M
    return straight


def are_reached(spots: Spots, ground: np.ndarray) -> np.ndarray:
    """Return for each spot whether it is on the ground of both its cells."""
    points = shapely.points(spots[["x", "y"]].to_numpy())
    far = [shapely.distance(points, ground[spots[side].to_numpy()]) for side in ("a", "b")]
    return np.asarray(np.max(far, axis=0) < 2 * WALL_M)


@dataclass(frozen=True)
class Water:
    """Uncrossable barriers, and what crosses them: shapes in trees."""

    solid: shapely.STRtree
    bridges: shapely.STRtree


def dry_ground(cells: np.ndarray, stops: np.ndarray, water: Water) -> np.ndarray:
    """Return where one may walk in each cell: what is left of it, around its stop, beside barriers and on bridges."""
    ground = cells.copy()
    wet, _ = water.solid.query(cells, predicate="intersects")
    for cell in np.unique(wet):
        ground[cell] = dry_part(cells[cell], stops[cell], water)
    return ground


def dry_part(whole: BaseGeometry, stop: np.ndarray, water: Water) -> BaseGeometry:
    """Return the part of an area around a stop that barriers leave."""
    x0, y0, x1, y1 = shapely.bounds(whole)
    met = water.solid.geometries[water.solid.query(whole, predicate="intersects")]
    near = shapely.clip_by_rect(met, x0 - 1, y0 - 1, x1 + 1, y1 + 1)
    wall = shapely.union_all(shapely.buffer(near, WALL_M))
    over = water.bridges.geometries[water.bridges.query(whole, predicate="dwithin", distance=BRIDGE_M)]
    wall = shapely.difference(wall, shapely.union_all(shapely.buffer(over, BRIDGE_M)))
    parts = shapely.get_parts(shapely.difference(whole, wall))
    return part_around(parts, shapely.Point(stop)) if len(parts) else whole


def reach_banks(over: Spots, cells: np.ndarray, stops: np.ndarray, solid: shapely.STRtree) -> np.ndarray:
    """Return the lines from each spot of a crossing point to the land of its two cells: it may stand in mid-river.

    Land is what barriers leave of a cell around its stop.
    """
    bare = Water(solid, shapely.STRtree([]))
    ends = over[["a", "b"]].to_numpy().ravel()
    land = {int(cell): dry_part(cells[cell], stops[cell], bare) for cell in np.unique(ends)}
    spots = np.repeat(np.asarray(shapely.points(over[["x", "y"]].to_numpy())), 2)
    banks = np.array([land[cell] for cell in ends.tolist()], dtype=object)
    return np.asarray(shapely.shortest_line(spots, banks))


def part_around(parts: np.ndarray, stop: shapely.Point) -> BaseGeometry:
    """Return the part that a stop is in; for one in the water (a house on piles) the nearest, and a short gangway to it."""
    near_m = shapely.distance(parts, stop)
    own: BaseGeometry = parts[np.argmin(near_m)]
    if not 0 < near_m.min() <= GANGWAY_M:
        return own
    gangway = shapely.buffer(shapely.shortest_line(stop, own), BRIDGE_M)
    return shapely.union(own, gangway)


def walk_around(start: np.ndarray, end: np.ndarray, ground: BaseGeometry) -> np.ndarray:
    """Return the corners of the shortest way between two points on a polygon, shape (m, 2); none where there is no way.

    Shortest ways bend at corners of the polygon: Dijkstra on what sees each other (Lozano-Pérez and Wesley 1979,
    doi:10.1145/359156.359164).
    """
    room = shapely.buffer(ground, NARROW_M)
    nodes = np.concatenate([[start, end], bending_corners(ground)])
    a, b = np.triu_indices(len(nodes), 1)
    shapely.prepare(room)
    seen = shapely.covers(room, shapely.linestrings(np.stack([nodes[a], nodes[b]], axis=1)))
    a, b = a[seen], b[seen]
    steps = np.maximum(np.hypot(*(nodes[a] - nodes[b]).T), NARROW_M)
    graph = coo_array((steps, (a, b)), shape=(len(nodes), len(nodes))).tocsr()
    length, before = dijkstra(graph, directed=False, indices=0, return_predecessors=True)
    if np.isinf(length[1]):
        return np.empty((0, 2))
    way = [1]
    while way[-1] != 0:
        way.append(int(before[way[-1]]))
    return nodes[way[::-1]]


def bending_corners(ground: BaseGeometry) -> np.ndarray:
    """Return the corners of a polygon round which a way inside may bend: those that are hollow. Shape (m, 2)."""
    found = []
    plain = shapely.orient_polygons(shapely.simplify(ground, SMOOTH_M))
    for ring in shapely.get_rings(plain):
        xy = shapely.get_coordinates(ring)[:-1]
        into, out = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
        found.append(xy[into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0] < 0])
    return np.concatenate([np.empty((0, 2)), *found])


@dataclass(frozen=True)
class Ground:
    """Cells, a stop in each (metres, shape (n, 2)), where one may walk in each, all cells in a tree, and the barriers."""

    stops: np.ndarray
    dry: np.ndarray
    cells: shapely.STRtree
    water: Water


def draw_ways(gates: Spots, ground: Ground) -> np.ndarray:
    """Return the way between the stops of every two cells through their gate, as lines; None where no dry one is."""
    xy, stops = gates[["x", "y"]].to_numpy(), ground.stops
    a, b = gates["a"].to_numpy(), gates["b"].to_numpy()
    lines = np.asarray(shapely.linestrings(np.stack([stops[a], xy, stops[b]], axis=1)))
    for row in np.flatnonzero(~gates["seen"].to_numpy()):
        there, back = (walk_leg(cell, xy[row], ground) for cell in (a[row], b[row]))
        dry = len(there) and len(back)
        lines[row] = shapely.LineString(np.concatenate([there, back[-2::-1]])) if dry else None
    return lines


def walk_leg(cell: int, spot: np.ndarray, ground: Ground) -> np.ndarray:
    """Return the corners of the way from a cell's stop to a spot on its boundary; over other cells only where it must.

    A bridge between two cells in the water may reach the land in a third one.
    """
    stop = ground.stops[cell]
    way = walk_around(stop, spot, ground.dry[cell])
    if not len(way):
        near = ground.cells.query(shapely.LineString([stop, spot]), predicate="dwithin", distance=LANDING_M)
        around = shapely.union_all(ground.cells.geometries[near])
        way = walk_around(stop, spot, dry_part(around, stop, ground.water))
    return way


def find_stops(cells: np.ndarray, buildings: np.ndarray, solid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a point of each cell's building, of the cell's dry part where that is not in it, and which have neither.

    Metres, shape (n, 2); bool, shape (n,): their building stands elsewhere and all their ground is that of a barrier.
    """
    points = shapely.point_on_surface(buildings)
    tree, flooded = shapely.STRtree(solid), np.zeros(len(cells), dtype=bool)
    for cell in np.flatnonzero(~shapely.contains_properly(cells, points)):
        wet = shapely.union_all(solid[tree.query(cells[cell], predicate="intersects")])
        dry = shapely.difference(cells[cell], shapely.buffer(wet, WALL_M))
        flooded[cell] = dry.is_empty
        points[cell] = shapely.point_on_surface(cells[cell] if dry.is_empty else dry)
    return shapely.get_coordinates(points), flooded


@dataclass(frozen=True)
class Passages:
    """Where cells can be passed between.

    Parameters
    ----------
    open
        Boundary along which one may walk across.
    closed
        Boundary along barriers that crossings pass.
    crossings
        Shapes of all crossings.
    which, passed
        Numbers of the crossings, and of the closed segments that they pass.
    solid
        Shapes of the uncrossable barriers.
    """

    open: Segments
    closed: Segments
    crossings: np.ndarray
    which: np.ndarray
    passed: np.ndarray
    solid: np.ndarray


def find_ways(cells: np.ndarray, buildings: np.ndarray, passages: Passages) -> pd.DataFrame:
    """Return the way on foot between the buildings of every two cells that one may pass between.

    It goes through one spot of their common boundary, at the crossing where only one lets pass, and leaves the cells
    only where a bridge lands in another; over uncrossable barriers on bridges alone.

    Returns
    -------
    DataFrame
        Indexed by ``a``, ``b`` (numbers of the cells): ``way`` (WKT, whole centimetres) and ``way_m`` (metres);
        both blank where a cell lies on either side of the water and has no dry way to the other, and where it has no
        dry ground at all.
    """
    stops, flooded = find_stops(cells, buildings, passages.solid)
    spots = spots_on_segments(passages.open, stops)
    over = spots_of_crossings(passages.closed, passages.crossings, passages.which, passages.passed)
    solid = shapely.STRtree(passages.solid)
    stated = over[shapely.get_dimensions(passages.crossings[passages.which]) == 0]
    on_bridges = np.asarray(shapely.points(over[["x", "y"]].to_numpy()))
    bridges = np.concatenate([passages.crossings, on_bridges, reach_banks(stated, cells, stops, solid)])
    water = Water(solid, shapely.STRtree(bridges))
    ground = Ground(stops, dry_ground(cells, stops, water), shapely.STRtree(cells), water)
    gates = choose_gates(pd.concat([spots, over]), stops, ground.dry)
    lines = draw_ways(gates, ground)
    lines[flooded[gates["a"]] | flooded[gates["b"]]] = None
    gates["way"] = shapely.to_wkt(lines, rounding_precision=2)
    gates["way_m"] = shapely.length(lines)
    return gates.set_index(["a", "b"])[["way", "way_m"]]
